"""Cases of the Yuma epoch."""

from __future__ import annotations

from random import Random
from typing import Any

from taospec.conformance.generator.draws import U16_MAX, U64_MAX, any_magnitude, chance, one_of, subset

MAINNET_TAO_WEIGHT = 3_320_413_933_267_719_290
RAO = 10**9


def draw(random: Random, level: str) -> tuple[str, dict[str, Any]]:
    """The op and an epoch's input."""
    return "yuma.epoch", _realistic(random) if level == "realistic" else _small(random)


def _small(random: Random) -> dict[str, Any]:
    """Few neurons, and each oddity that chain storage can hold in some of the cases.

    In three of four cases the subnet has run for a while and somebody's weights count.
    """
    n = 1 + random.randrange(12)
    alive = chance(random, 3, 4)
    tempo = one_of(random, 1, 10, 99, 360, 7200)
    block = 5_000_000 + random.randrange(3_000_000) if alive else one_of(random, 1, 5, random.randrange(1000))

    def usually(usual: int, *edges: int) -> int:
        return usual if alive and chance(random, 3, 4) else one_of(random, usual, *edges)

    inputs = {
        "n": n,
        "block": str(block),
        "tempo": tempo,
        "activity_cutoff_factor_milli": usually(50_000, 0, 1000, 13_889, random.randrange(20_000)),
        "last_mechanism_step_block": str(one_of(random, 0, max(0, block - tempo))),
        "last_update": _blocks(random, n, block, tempo),
        "block_at_registration": (
            _registrations(random, n, block, tempo) if alive else _blocks(random, n, block, 4 * tempo)
        ),
        "permits": [chance(random, 3, 4) for _ in range(n)],
        "max_allowed_validators": one_of(random, 0, 1, 2, 3, 64, 128),
        "alpha": _stakes(random, n),
        "root_tao": _stakes(random, n) if chance(random, 1, 2) else ["0"] * n,
        "tao_weight": str(
            one_of(random, 0, MAINNET_TAO_WEIGHT, MAINNET_TAO_WEIGHT, U64_MAX, random.getrandbits(64))
        ),
        "stake_threshold": str(usually(0, 1, 1000, 1000 * RAO, any_magnitude(random, 64))),
        "owner_uid": random.randrange(n) if chance(random, 1, 2) else None,
        "kappa": usually(32_767, 0, 1, 32_768, 65_534, U16_MAX, random.randrange(65_536)),
        "bonds_penalty": one_of(random, 0, 1, 32_768, 65_534, U16_MAX, U16_MAX, random.randrange(65_536)),
        "bonds_moving_average": str(
            usually(900_000, 0, 1, 975_000, 999_999, 1_000_000, 2_000_000, any_magnitude(random, 64))
        ),
        "rao_emission": str(one_of(random, 0, 1, RAO, 148 * RAO, 2**63, U64_MAX, any_magnitude(random, 64))),
        **_liquid_alpha(random),
        **_commit_reveal(random, n, block, tempo),
        **_family(random, n),
        "weights": [_row(random, n, mostly_full=alive) for _ in range(n)],
        "bonds": [_row(random, n, mostly_full=False) for _ in range(n)],
    }
    if chance(random, 1, 12):
        for field in subset(
            random, ["last_update", "block_at_registration", "permits"], 1 + random.randrange(3)
        ):
            inputs[field] = inputs[field][: random.randrange(n)]
    return inputs


def _realistic(random: Random) -> dict[str, Any]:
    """A live subnet's size and habits."""
    n = one_of(random, 64, 128, 256)
    validators = one_of(random, 4, 8, 16, 32, 64)
    tempo = one_of(random, 99, 360, 720)
    block = 5_000_000 + random.randrange(3_000_000)
    validator_uids = set(random.sample(range(n), validators))
    common = [any_magnitude(random, 16) for _ in range(n)]
    return {
        **_quiet_commit_reveal(),
        "n": n,
        "block": str(block),
        "tempo": tempo,
        "activity_cutoff_factor_milli": 13_889,
        "last_mechanism_step_block": str(block - tempo),
        "last_update": [
            str(block - random.randrange(2 * tempo if uid in validator_uids else 20 * tempo))
            for uid in range(n)
        ],
        "block_at_registration": [
            str(block - random.randrange(tempo if chance(random, 1, 20) else 3_000_000)) for _ in range(n)
        ],
        "permits": [uid in validator_uids for uid in range(n)],
        "max_allowed_validators": one_of(random, 16, 64, 128),
        "alpha": [
            str(
                random.randrange(1000 * RAO, 10**6 * RAO)
                if uid in validator_uids
                else any_magnitude(random, 40)
            )
            for uid in range(n)
        ],
        "root_tao": [
            str(random.randrange(10**5 * RAO) if uid in validator_uids and chance(random, 1, 2) else 0)
            for uid in range(n)
        ],
        "tao_weight": str(MAINNET_TAO_WEIGHT),
        "stake_threshold": str(one_of(random, 0, 1000 * RAO)),
        "owner_uid": one_of(random, None, random.randrange(n)),
        "kappa": 32_767,
        "bonds_penalty": one_of(random, 0, 32_767, U16_MAX),
        "bonds_moving_average": str(one_of(random, 0, 900_000, 975_000)),
        "rao_emission": str(tempo * 82 * RAO // 100),
        **_mainnet_liquid_alpha(random),
        "parents": [],
        "children": [],
        "outside": [],
        "weights": [_opinion(random, common) if uid in validator_uids else None for uid in range(n)],
        "bonds": [_opinion(random, common) if uid in validator_uids else None for uid in range(n)],
    }


def _blocks(random: Random, n: int, block: int, spread: int) -> list[str]:
    return [
        str(max(0, block - one_of(random, 0, 1, spread, random.randrange(2 * spread + 1)))) for _ in range(n)
    ]


def _registrations(random: Random, n: int, block: int, tempo: int) -> list[str]:
    """Long ago, but for a few newcomers."""
    return [
        str(
            block
            - (random.randrange(3 * tempo) if chance(random, 1, 8) else random.randrange(3 * tempo, 10**6))
        )
        for _ in range(n)
    ]


def _stakes(random: Random, n: int) -> list[str]:
    """From one scale, with ties and zeros; in a few cases anything that u64 holds."""
    if chance(random, 1, 12):
        return [str(any_magnitude(random, 64)) for _ in range(n)]
    scale = one_of(random, 1, 1000, RAO, 1000 * RAO)
    return [str(one_of(random, 0, scale, scale, random.randrange(1000 * scale))) for _ in range(n)]


def _row(random: Random, n: int, mostly_full: bool) -> list[list[int]] | None:
    """A stored row: absent, empty, sparse or full, in any order; rarely with an unknown uid."""
    uids = range(n + 3 if chance(random, 1, 12) else n)
    if mostly_full and chance(random, 3, 4):
        columns = list(uids)
    elif chance(random, 1, 6):
        return None
    else:
        columns = subset(random, uids, one_of(random, 0, 1, random.randrange(n + 1), n))
    if chance(random, 1, 8):
        random.shuffle(columns)
    return [
        [uid, one_of(random, 0, 1, 32_767, U16_MAX, U16_MAX, random.randrange(65_536))] for uid in columns
    ]


def _opinion(random: Random, common: list[int]) -> list[list[int]]:
    """A validator's row: near what all believe."""
    columns = subset(random, range(len(common)), len(common) * one_of(random, 1, 5, 9, 10) // 10)
    return [[uid, min(U16_MAX, common[uid] * random.randrange(80, 120) // 100)] for uid in columns]


def _liquid_alpha(random: Random) -> dict[str, Any]:
    usual = chance(random, 2, 3)
    return {
        "yuma3": chance(random, 1, 2),
        "liquid_alpha": chance(random, 1, 2),
        "alpha_low": 45_875 if usual else random.randrange(65_536),
        "alpha_high": 58_982 if usual else random.randrange(65_536),
        "alpha_sigmoid_steepness": one_of(
            random, -1000, 0, 10, 100, 1000, 1000, 5000, 32_767, random.randrange(-32_768, 32_768)
        ),
    }


def _mainnet_liquid_alpha(random: Random) -> dict[str, Any]:
    return {
        "yuma3": chance(random, 2, 3),
        "liquid_alpha": chance(random, 1, 3),
        "alpha_low": one_of(random, 6553, 45_875),
        "alpha_high": 58_982,
        "alpha_sigmoid_steepness": one_of(random, 100, 1000, 5000),
    }


def _quiet_commit_reveal() -> dict[str, Any]:
    return {
        "commit_reveal": False,
        "reveal_period": "1",
        "subnet_epoch_index": "0",
        "last_epoch_block": "0",
        "pending_epoch_at": "0",
        "blocks_since_last_step": "0",
        "weight_commits": [],
        "timelocked_commits": [],
    }


def _commit_reveal(random: Random, n: int, block: int, tempo: int) -> dict[str, Any]:
    if chance(random, 2, 3):
        return _quiet_commit_reveal()
    epoch = 5 + random.randrange(1000)

    def commits(first: range | list[int]) -> list[list[str]]:
        return [
            [str(first[random.randrange(len(first))]), str(max(0, block - random.randrange(4 * tempo + 1)))]
            for _ in range(random.randrange(4))
        ]

    epochs = range(epoch - 4, epoch + 2)
    last_epoch_block = max(0, block - random.randrange(2 * tempo))
    return {
        "commit_reveal": True,
        "reveal_period": str(one_of(random, 1, 1, 2, 5)),
        "subnet_epoch_index": str(epoch),
        "last_epoch_block": str(last_epoch_block),
        "pending_epoch_at": str(one_of(random, 0, 0, last_epoch_block, block, block + 1)),
        "blocks_since_last_step": str(one_of(random, 0, tempo, 50_400, 50_401)),
        "weight_commits": [
            [uid, commits(epochs)] for uid in subset(random, range(n), random.randrange(n + 1))
        ],
        "timelocked_commits": [
            [str(key), commits(range(n))] for key in subset(random, list(epochs), random.randrange(4))
        ],
    }


def _family(random: Random, n: int) -> dict[str, Any]:
    """Parents and children, some of them outside the subnet."""
    if chance(random, 2, 3):
        return {"parents": [], "children": [], "outside": []}
    outside = list(range(n, n + random.randrange(3)))
    hotkeys = [*range(n), *outside]

    def edges() -> list[list[Any]]:
        return [
            [uid, [[str(one_of(random, U64_MAX, random.getrandbits(64), random.getrandbits(62))), relative]
                   for relative in subset(random, hotkeys, random.randrange(4))]]
            for uid in subset(random, range(n), random.randrange(n + 1))
        ]  # fmt: skip

    return {
        "parents": edges(),
        "children": edges(),
        "outside": [[uid, str(any_magnitude(random, 50)), str(any_magnitude(random, 50))] for uid in outside],
    }
