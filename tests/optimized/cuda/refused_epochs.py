"""For each guard, an epoch that it refuses and that the device would answer wrongly."""

from __future__ import annotations

from typing import Any, Final

from taospec.optimized.yuma.guards import ACTIVE_STAKE, NEURONS, RATE, WEIGHTS_ORDER
from taospec.reference.yuma.records import EpochInput


def three_validators(**changes: Any) -> EpochInput:
    """Uids 0 to 2 validate, 3 and 4 mine, and nothing is unusual."""
    n = changes.get("n", 5)
    usual: dict[str, Any] = {
        "n": n,
        "block": 2_000_000,
        "tempo": 360,
        "activity_cutoff_factor_milli": 13_889,
        "last_mechanism_step_block": 1_999_640,
        "last_update": (1_999_900,) * n,
        "block_at_registration": (1_000,) * n,
        "permits": (True,) * 3 + (False,) * (n - 3),
        "max_allowed_validators": 64,
        "alpha": (10**12, 2 * 10**12, 3 * 10**12) + (0,) * (n - 3),
        "root_tao": (0,) * n,
        "tao_weight": 0,
        "stake_threshold": 0,
        "owner_uid": None,
        "kappa": 32_767,
        "bonds_penalty": 65_535,
        "bonds_moving_average": 900_000,
        "yuma3": True,
        "liquid_alpha": False,
        "alpha_low": 6554,
        "alpha_high": 58_982,
        "alpha_sigmoid_steepness": 1000,
        "commit_reveal": False,
        "reveal_period": 1,
        "subnet_epoch_index": 0,
        "last_epoch_block": 0,
        "pending_epoch_at": 0,
        "blocks_since_last_step": 0,
        "weight_commits": (),
        "timelocked_commits": (),
        "parents": (),
        "children": (),
        "outside": (),
        "weights": (((3, 100), (4, 50)), ((3, 80), (4, 90)), ((3, 10), (4, 70)), *((None,) * (n - 3))),
        "bonds": (((3, 65_535), (4, 30_000)), ((3, 65_535), (4, 20)), ((4, 1),), *((None,) * (n - 3))),
        "rao_emission": 10**9,
    }
    return EpochInput(**(usual | changes))


def more_neurons() -> EpochInput:
    """Uid 0 gives 32,769 others the full weight: as an I32F32 the sum wraps below 0."""
    n = 32_770
    assert (n - 1) * 65_535 >= 2**31
    return three_validators(
        n=n,
        permits=(True,) + (False,) * (n - 1),
        alpha=(10**12,) + (0,) * (n - 1),
        weights=(tuple((uid, 65_535) for uid in range(1, n)),) + (None,) * (n - 1),
        bonds=(None,) * n,
    )


def larger_stakes() -> EpochInput:
    """The stakes sum to ``2**64 + 2**40`` rao: the chain's sum wraps, the device's saturates."""
    half = 2**63
    alpha = (half - 2**41, half - 2**41, 2**42 + 2**40, 0, 0)
    assert sum(alpha) == 2**64 + 2**40
    return three_validators(alpha=alpha)


def negative_rate() -> EpochInput:
    """A rate of -0.5, which the device's products of proportions do not take."""
    return three_validators(bonds_moving_average=1_500_000)


def uncovered_weight() -> EpochInput:
    """Consensus drops uid 0's entry for uid 4, and so uncovers its entry for uid 3."""
    return three_validators(
        liquid_alpha=True,
        weights=(((4, 50), (3, 100)), ((3, 80),), ((3, 70),), None, None),
        bonds=(((3, 10_000),), ((3, 20_000),), ((3, 30_000),), None, None),
    )


REFUSED: Final = {
    NEURONS: more_neurons(),
    ACTIVE_STAKE: larger_stakes(),
    RATE: negative_rate(),
    WEIGHTS_ORDER: uncovered_weight(),
}
