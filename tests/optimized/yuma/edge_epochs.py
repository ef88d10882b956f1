"""Epochs at the edges of the fast paths: whole tiles, weights and incentives of 1.0, extreme rates."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import attrs
from test_guards import small_epoch, uncovered_weight

from taospec.reference.yuma.records import EpochInput, SparseRow

VALIDATORS = 4


def edge_epoch(seed: str) -> EpochInput:
    """A few validators in a subnet of a whole tile, each parameter ordinary or extreme."""
    source = random.Random(seed)
    n = source.choice((128, 128, 131))
    miners = source.choice(((4,), (4, 5), (4, 5, 127), tuple(range(4, 128))))
    stake = source.choice(((10**12,) * 4, (10**12, 0, 0, 0), (1, 2 * 10**12, 3 * 10**12, 10**9), (0,) * 4))
    registered = [1000] * n
    registered[miners[-1]] = source.choice((1000, 1000, 999_700))
    steepness = source.choice((1000, 200, -200, 32_767, -32_768, 0))

    def row(largest: int) -> SparseRow | None:
        kind = source.choice(("none", "one", "some", "some", "all", "zeros"))
        if kind == "none":
            return None
        chosen = miners if kind == "all" else tuple(uid for uid in miners if source.random() < 0.7)
        if kind == "one":
            chosen = (source.choice(miners),)
        values = {uid: source.choice((1, 50, largest, source.randint(1, largest))) for uid in chosen}
        if kind == "zeros":
            values = dict.fromkeys(miners, 0) | {uid: 7 for uid in chosen if source.random() < 0.5}
        pairs = list(values.items())
        if source.random() < 0.15:
            source.shuffle(pairs)
        return tuple(pairs)

    rest = (None,) * (n - VALIDATORS)
    return small_epoch(
        n=n,
        last_update=(999_900,) * n,
        block_at_registration=tuple(registered),
        permits=(True,) * VALIDATORS + (False,) * (n - VALIDATORS),
        max_allowed_validators=source.choice((64, 64, 2)),
        alpha=stake + (0,) * (n - VALIDATORS),
        root_tao=(0,) * n,
        kappa=source.choice((32_767, 32_767, 0, 1, 65_535)),
        bonds_penalty=source.choice((65_535, 65_535, 0, 32_768)),
        bonds_moving_average=source.choice((900_000, 900_000, 0, 1, 999_999, 1_000_000, 1_100_000)),
        yuma3=source.random() < 0.8,
        liquid_alpha=source.random() < 0.4,
        alpha_low=source.choice((6554, 6554, 0, 60_000, 65_535)),
        alpha_high=source.choice((58_982, 65_535)),
        alpha_sigmoid_steepness=steepness,
        weights=tuple(row(source.choice((100, 65_535))) for _ in range(VALIDATORS)) + rest,
        bonds=tuple(row(65_535) for _ in range(VALIDATORS)) + rest,
    )


def tile_epoch(**changes: Any) -> EpochInput:
    """Three validators in a subnet of 128 neurons, which is one whole tile."""
    plain = small_epoch(**changes)
    n = 128

    def longer(vector: tuple[Any, ...], rest: Any) -> tuple[Any, ...]:
        return vector + (rest,) * (n - len(vector))

    return attrs.evolve(
        plain,
        n=n,
        last_update=longer(plain.last_update, 999_900),
        block_at_registration=longer(plain.block_at_registration, 1000),
        permits=longer(plain.permits, False),
        alpha=longer(plain.alpha, 0),
        root_tao=longer(plain.root_tao, 0),
        weights=longer(plain.weights, None),
        bonds=longer(plain.bonds, None),
    )


def lone_bonds() -> EpochInput:
    """Two tiles; in the first, miners have one bond each, all of one validator's, and a little incentive.

    A lone bond is all of its column: the quotient 1.0, of which the estimate is one too small. The
    weights buy none, as the rate's part of them floors to 0.
    """
    plain = tile_epoch(rao_emission=10**18)
    n = 256
    miners = range(3, 63)
    opinion = (*((uid, 10) for uid in miners), (200, 60_000))
    lone = (*((uid, 900 * uid) for uid in miners), (200, 60_000))
    return attrs.evolve(
        plain,
        n=n,
        last_update=plain.last_update * 2,
        block_at_registration=plain.block_at_registration * 2,
        permits=plain.permits + (False,) * 128,
        alpha=plain.alpha + (0,) * 128,
        root_tao=plain.root_tao * 2,
        bonds_moving_average=1_000_000 - 1,
        weights=(opinion,) * 3 + (None,) * (n - 3),
        bonds=(((200, 5),), ((200, 30_000),), lone) + (None,) * (n - 3),
    )


def edge_of_a_stored_one(part: Callable[[int], int]) -> int:
    """A moving average whose part of 1.0 is the least that is stored as some ``k / 65535``.

    That is ``ceil(k * 2**32 / 65535) = 65537 * k + 1`` for ``0 < k < 65535``.
    """
    return next(average for average in range(1, 1_000_000) if part(average) % 65_537 == 1)


EDGE_OF_A_BOND = edge_of_a_stored_one(lambda average: (average << 32) // 1_000_000)
EDGE_OF_A_WEIGHT = edge_of_a_stored_one(lambda average: (1 << 32) - (average << 32) // 1_000_000)

WRAPPED_SUM = 2**33 + 5
SHARES_BEYOND_A_WORD = (*((2**64 + WRAPPED_SUM) // 4 + part for part in (16, 0, 0, -15)), 0)
"""Stakes whose sum wraps to little more than ``2**33``: their shares, about ``2**61`` each, sum to
just less than ``2**63``, and the first is just more than a quarter of that."""
assert sum(SHARES_BEYOND_A_WORD) == 2**64 + WRAPPED_SUM

OUT_OF_ORDER = (((4, 50), (3, 100)), ((3, 80), (4, 1)), ((4, 9), (3, 7)), None, None)

SPECIAL = {
    "uncovered weight": uncovered_weight,
    "whole penalty in a tile": tile_epoch,
    "one miner by consensus": lambda: tile_epoch(
        alpha=(10**12, 10**12, 10**12, 0, 0),
        weights=(((3, 100), (4, 50)), ((3, 80), (5, 90)), ((3, 10), (6, 70)), None, None),
    ),
    "no penalty": lambda: tile_epoch(bonds_penalty=0),
    "whole bond at the edge of a stored one": lambda: tile_epoch(
        bonds_moving_average=EDGE_OF_A_BOND,
        weights=(((4, 50), (5, 7)), ((4, 90), (5, 9)), ((4, 70), (5, 8)), None, None),
    ),
    "weight of 1.0 at the edge of a stored bond": lambda: tile_epoch(
        bonds_moving_average=EDGE_OF_A_WEIGHT,
        bonds_penalty=0,
        weights=(((4, 65_535),), ((3, 80), (4, 90)), ((3, 10), (4, 70)), None, None),
        bonds=(((3, 65_535),), ((3, 65_535), (4, 20)), ((4, 1),), None, None),
    ),
    "lone bonds in a tile of little incentive": lone_bonds,
    "weights that sum to 65536": lambda: tile_epoch(
        weights=(((3, 65_535), (4, 1)), ((3, 80), (4, 90)), ((3, 10), (4, 70)), None, None)
    ),
    "stakes beyond a word": lambda: small_epoch(
        alpha=SHARES_BEYOND_A_WORD, permits=(True,) * 5, weights=(None,) * 5, rao_emission=10**18
    ),
    "negative stakes": lambda: small_epoch(alpha=(2**62, 2**62, 0, 0, 0), max_allowed_validators=3),
    "stakeless validator": lambda: small_epoch(
        alpha=(10**12, 10**12, 10**12, 0, 0),
        permits=(True, True, True, True, False),
        kappa=65_535,
        weights=(((3, 1), (4, 1)), ((3, 1), (4, 1)), ((3, 1), (4, 1)), ((2, 9), (4, 1)), None),
    ),
    "silent validator": lambda: small_epoch(
        alpha=(10**12, 2 * 10**12, 9 * 10**12, 0, 0),
        weights=(((3, 100), (4, 50)), ((3, 80), (4, 90)), None, None, None),
        bonds=(((3, 65_535), (4, 30_000)), ((3, 65_535), (4, 20)), None, None, None),
    ),
    "outdated bond": lambda: small_epoch(
        block_at_registration=(1000, 1000, 1000, 1000, 999_700),
        weights=(((3, 65_535), (4, 65_535)), ((3, 65_000), (4, 60_000)), ((3, 65_535), (4, 9)), None, None),
    ),
    "weights out of order, no penalty": lambda: small_epoch(
        liquid_alpha=True, weights=OUT_OF_ORDER, bonds_penalty=0
    ),
    "weights out of order, partial penalty": lambda: small_epoch(
        liquid_alpha=True, weights=OUT_OF_ORDER, bonds_penalty=9
    ),
    "bonds out of order": lambda: small_epoch(
        liquid_alpha=True,
        bonds=(((4, 30_000), (3, 65_535)), ((4, 20), (3, 40_000)), ((4, 60_000), (3, 5)), None, None),
    ),
}
