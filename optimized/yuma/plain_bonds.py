"""Yuma 3 bonds in the usual case, where everything fits half words.

The usual case: one rate strictly between 0 and 1, and no weight of 1.0 (no row with a single
neuron). Then a weight ``w`` and the clipped weight are at most ``2**32 - 2``, and the average
is at most ``2**32 - 1``: ``floor(rate * w / 2**32) <= rate - 1`` as ``w < 2**32``, and
``floor((1 - rate) * b / 2**32) <= 1 - rate`` as ``b <= 2**32``. Half words take half the
memory and twice as many of them are worked on at once.
"""

from __future__ import annotations

import numpy as np

from taospec.optimized.compilation import inlined, subroutine
from taospec.optimized.fixed_point.floats import fused_multiply_add
from taospec.optimized.fixed_point.i32f32 import (
    NO_BITS,
    ONE_BITS,
    TWO_POW_32,
    closed_proportion_product,
    half_product,
    proportion_product,
    reciprocal,
)
from taospec.optimized.fixed_point.words import HALF_BITS, LOW_HALF
from taospec.optimized.yuma.arrays import Bools, F64s, I64s, U16s, U32s
from taospec.optimized.yuma.layout import TILE
from taospec.optimized.yuma.rows import Rows, normalized_weight
from taospec.reference.rules import implements

U16_FACTOR = np.int64(65_537)
LARGEST_U16 = np.int64(65_535)
QUARTER_BITS = np.uint32(16)


@subroutine
@implements("YUMA-PENALTY-1", "YUMA-PENALTY-2", "YUMA-BONDS3-3")
def plain_tile(
    penalty: np.int64,
    rate: np.int64,
    rows: Rows,
    bonds: U16s,
    first: int,
    current: U32s,
    consensus: U32s,
    halves: U32s,
) -> None:
    """The moving average of a whole tile of bonds, from stored weights and bonds in one pass.

    ``current`` is 0 for a column whose bonds are outdated, and all ones for the others.
    """
    weights, source, divisor = rows.weights, rows.source, rows.divisor
    retained = ONE_BITS - rate
    clips = penalty == ONE_BITS
    start = np.uint64(first)
    for row in range(source.size):
        at = source[row]
        quotient = np.int64(divisor[row, 0])
        scaled_high, scaled_low = np.int64(divisor[row, 1]), np.int64(divisor[row, 2])
        for j in range(TILE):
            stored = np.int64(weights[at, start + np.uint64(j)])
            weight = normalized_weight(stored, quotient, scaled_high, scaled_low)
            weight = penalized_half(penalty, clips, weight, np.int64(consensus[j]))
            bond = np.int64(np.uint32(bonds[at, start + np.uint64(j)]) & current[j])
            halves[row, j] = averaged_half(rate, retained, weight, bond)


@inlined
def penalized_half(penalty: np.int64, clips: bool, weight: np.int64, consensus: np.int64) -> np.int64:
    """The weight less the penalty's part of what exceeds consensus, or clipped.

    Argued at :func:`taospec.optimized.yuma.bonds.penalize_tile`; a penalty of 1.0 has no bits
    in its lower half.
    """
    clipped = min(weight, consensus)
    excess = np.uint64(weight - clipped) & LOW_HALF
    less = ((np.uint64(penalty) & LOW_HALF) * excess + LOW_HALF) >> HALF_BITS
    return clipped if clips else weight - np.int64(less)


@inlined
def averaged_half(rate: np.int64, retained: np.int64, weight: np.int64, bond: np.int64) -> np.uint32:
    """``rate * weight + retained * bond / 65535``, each product floored.

    A bond of 65535 is 1.0, but ``65535 * 65537 = 2**32 - 1``: its product with
    ``0 < retained < 2**32`` floors to ``retained - 1``, one too little.
    """
    kept = half_product(retained, bond * U16_FACTOR) + np.int64(bond == LARGEST_U16)
    return np.uint32(half_product(rate, weight) + kept)


@subroutine
def sums_of_halves(halves: U32s, total: I64s, factor: F64s) -> None:
    """Sum of every column and its reciprocal; 1 in place of a sum of 0."""
    for j in range(TILE):
        total[j] = 0
    for row in range(halves.shape[0]):
        for j in range(TILE):
            total[j] += np.int64(halves[row, j])
    for j in range(TILE):
        total[j] = max(total[j], np.int64(1))
        factor[j] = reciprocal(total[j])


@subroutine
@implements("YUMA-NORM-3", "YUMA-NORM-4", "YUMA-DIVIDENDS-1")
def income_of_halves(
    halves: U32s, staked: int, divisor: I64s, factor: F64s, incentive: I64s, total_bonds: I64s
) -> None:
    """Add each staked row's normalised bonds times incentive to its income.

    Only one incentive can be 1.0, and then all others are 0.
    """
    whole = np.empty(TILE, np.float64)
    has_one = False
    for j in range(TILE):
        whole[j] = np.float64(divisor[j])
        has_one |= incentive[j] == ONE_BITS
    for row in range(staked):
        earned = NO_BITS
        if has_one:
            for j in range(TILE):
                bond = ratio_of_half(halves[row, j], factor[j], whole[j])
                earned += closed_proportion_product(incentive[j], bond)
        else:
            for j in range(TILE):
                bond = ratio_of_half(halves[row, j], factor[j], whole[j])
                earned += proportion_product(incentive[j], bond)
        total_bonds[row] += earned


@inlined
def ratio_of_half(part: np.uint32, factor: float, whole: float) -> np.int64:
    """:func:`~taospec.optimized.fixed_point.i32f32.ratio` of a half word, ``whole < 2**52``.

    The same estimate and the same correction; the rest ``part * 2**32 - q * whole``, which
    lies in ``[0, 2 * whole)``, is an integer below ``2**53`` and so exact as a float.
    """
    quotient = np.floor(np.float64(part) * factor)
    rest = fused_multiply_add(-quotient, whole, np.float64(part) * TWO_POW_32)
    return np.int64(quotient) + np.int64(rest >= whole)


@subroutine
@implements("YUMA-OUTPUT-3")
def store_halves(source: I64s, kept: Bools, halves: U32s, first: int, stored: U16s) -> None:
    """The kept rows as u16 proportions, ``floor(e * 65535 / 2**32)``; zeros in the others.

    ``e * 65535 = e * 2**16 - e``, and with ``e = upper * 2**16 + lower`` its word above the
    lower half is ``upper``, less a borrow if ``lower * 2**16 < e``.
    """
    start = np.uint64(first)
    for row in range(source.size):
        at = source[row]
        if kept[row]:
            for j in range(TILE):
                half = halves[row, j]
                borrow = np.uint32(np.uint32(half << QUARTER_BITS) < half)
                stored[at, start + np.uint64(j)] = np.uint16((half >> QUARTER_BITS) - borrow)
        else:
            for j in range(TILE):
                stored[at, start + np.uint64(j)] = np.uint16(0)


@subroutine
def mark_present_halves(source: I64s, kept: Bools, halves: U32s, first: int, present: Bools) -> None:
    """Which entries the chain keeps: those above 0, even where they are stored as 0."""
    if present.shape[0] == 0:
        return
    start = np.uint64(first)
    for row in range(source.size):
        if kept[row]:
            at = source[row]
            for j in range(TILE):
                present[at, start + np.uint64(j)] = halves[row, j] > np.uint32(0)
