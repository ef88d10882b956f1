"""Cases of mechanisms: emission splits, and epochs to add up."""

from __future__ import annotations

from random import Random
from typing import Any

from taospec.conformance.generator.draws import U16_MAX, U64_MAX, any_magnitude, chance, near, one_of
from taospec.conformance.operations.yuma_mechanism import AMOUNTS, FLAGS, PROPORTIONS

RAO = 10**9


def draw(random: Random, level: str) -> tuple[str, dict[str, Any]]:
    """An op and its input; ``realistic`` has two mechanisms, as the chain allows at this revision."""
    realistic = level == "realistic"
    count = 2 if realistic else random.randrange(1, 5)
    if chance(random, 1, 2):
        return "yuma.mechanism.split", _split(random, count)
    return "yuma.mechanism.aggregate", _aggregate(random, count, 64 if realistic else random.randrange(4))


def _split(random: Random, count: int) -> dict[str, Any]:
    listed = max(0, count + one_of(random, -1, 0, 0, 0, 1))
    return {
        "alpha": str(_emission(random)),
        "mechanism_count": one_of(random, count, count, count, 0),
        "split": one_of(random, None, _parts(random, listed), _parts(random, listed)),
    }


def _parts(random: Random, count: int) -> list[int]:
    """Parts that sum to 65535, as the chain's call demands, or any parts."""
    if count == 0 or chance(random, 1, 4):
        return [one_of(random, 0, U16_MAX, random.randrange(65_536)) for _ in range(count)]
    cuts = sorted(random.randrange(65_536) for _ in range(count - 1))
    return [high - low for low, high in zip([0, *cuts], [*cuts, U16_MAX], strict=True)]


def _aggregate(random: Random, count: int, n: int) -> dict[str, Any]:
    emissions = [one_of(random, 0, _emission(random), _emission(random)) for _ in range(count)]
    total = one_of(random, sum(emissions), sum(emissions), near(random, sum(emissions), 0, U64_MAX), 0)
    return {
        "emissions": [str(emission) for emission in emissions],
        "total": str(min(total, U64_MAX)),
        "epochs": [_epoch(random, n) for _ in range(count)],
    }


def _emission(random: Random) -> int:
    return one_of(random, RAO, 148 * RAO + 3, any_magnitude(random, 64), U64_MAX)


def _epoch(random: Random, n: int) -> dict[str, Any]:
    epoch: dict[str, Any] = {name: [str(any_magnitude(random, 64)) for _ in range(n)] for name in AMOUNTS}
    for name in PROPORTIONS:
        epoch[name] = [one_of(random, 0, 1, U16_MAX, random.randrange(65_536)) for _ in range(n)]
    for name in FLAGS:
        epoch[name] = [chance(random, 1, 2) for _ in range(n)]
    return epoch
