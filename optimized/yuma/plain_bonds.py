"""Yuma 3 bonds in the usual case, where everything fits half words.

The usual case: one rate strictly between 0 and 1, and no weight of 1.0 (no row with a single
neuron). Then a weight ``w`` and the clipped weight are at most ``2**32 - 2``, and the average
is at most ``2**32 - 1``: ``floor(rate * w / 2**32) <= rate - 1`` as ``w < 2**32``, and
``floor((1 - rate) * b / 2**32) <= 1 - rate`` as ``b <= 2**32``. Half words take half the
memory and twice as many of them are worked on at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from taospec.optimized import lanes
from taospec.optimized.compilation import inlined, subroutine
from taospec.optimized.fixed_point.floats import fused_multiply_add
from taospec.optimized.fixed_point.i32f32 import (
    NO_BITS,
    ONE_BITS,
    TWO_POW_32,
    closed_proportion_product,
    proportion_product,
    reciprocal,
)
from taospec.optimized.yuma.arrays import Bools, F64s, I64s, U16s, U32s
from taospec.optimized.yuma.consensus import encode_row
from taospec.optimized.yuma.layout import ROWS_AHEAD, TILE
from taospec.optimized.yuma.rows import U32_MAX, Rows
from taospec.reference.rules import implements

LARGEST_U16 = np.int64(65_535)
BELOW_LARGEST_U32 = np.uint32((1 << 32) - 2)
UNIT = np.uint32(1)
NO_HALF = np.uint32(0)
LARGEST_ESTIMATED = np.int64(1 << 30)
"""Incentive of a tile up to which a row's income is estimated first. In raw bits of 1.0 it is about
the number of a row's products that are in doubt."""
IN_DOUBT = np.int64(-1)
"""No income: some product is in doubt."""


@subroutine
@implements("YUMA-PENALTY-1", "YUMA-PENALTY-2", "YUMA-BONDS3-3", "YUMA-OUTPUT-3")
def plain_tile(
    penalty: np.int64,
    rate: np.int64,
    rows: Rows,
    bonds: U16s,
    first: int,
    current: U32s,
    consensus: U32s,
    halves: U32s,
    total: I64s,
    stored: U16s,
) -> None:
    """The moving average of a whole tile of bonds, from stored weights and bonds in one pass.

    ``current`` is 0 for a column whose bonds are outdated, and all ones for the others. The
    averages are left in ``halves``, their sums by column in ``total``; the kept rows are stored
    as u16 proportions, the others as zeros.
    """
    # With a penalty of 0 nothing exceeds, and the factor is not used.
    none_exceeds = lanes.splat(np.uint32(U32_MAX if penalty == 0 else NO_BITS))
    excess_kept = lanes.splat(np.uint32(ONE_BITS - penalty))
    rates = lanes.splat(np.uint32(rate))
    retained = lanes.splat(np.uint32(ONE_BITS - rate))
    scale = lanes.splat(np.uint32(LARGEST_U16))
    almost_one = lanes.splat(BELOW_LARGEST_U32)
    for j in range(TILE):
        total[j] = 0
    weights, source, weight_sum = rows.weights, rows.source, rows.weight_sum
    divisor, factor, kept = rows.divisor, rows.factor, rows.kept
    for row in range(source.size):
        at = source[row]
        encode_row(weights, at, first, weight_sum[row], divisor, factor[row], halves, row)
        is_kept = kept[row]
        ahead = source[min(row + ROWS_AHEAD, source.size - 1)]
        for group in range(0, TILE, lanes.LANES):
            lanes.prefetch(weights, ahead, first + group)
            lanes.prefetch(bonds, ahead, first + group)
            lanes.prefetch(stored, ahead, first + group)
            limit = lanes.greater(lanes.load(consensus, 0, group), none_exceeds)
            weight = penalized_half(lanes.load(halves, row, group), limit, excess_kept)
            bond = lanes.masked(lanes.load_shorts(bonds, at, first + group), lanes.load(current, 0, group))
            average = averaged_half(rates, retained, weight, bond, almost_one)
            lanes.store(average, halves, row, group)
            lanes.add_to(average, total, group)
            if is_kept:
                lanes.store_shorts(lanes.high_product(average, scale), stored, at, first + group)
            else:
                lanes.store_shorts(lanes.splat(NO_HALF), stored, at, first + group)


@inlined
def penalized_half(weight: Any, limit: Any, excess_kept: Any) -> Any:
    """The weight less the penalty's part of what exceeds the limit.

    With ``d = w - min(w, limit) >= 0`` and a penalty ``0 < p <= 2**32``, upstream's
    ``w + floor(-p * d / 2**32)`` is ``min(w, limit) + floor((2**32 - p) * d / 2**32)``, as
    ``w = min(w, limit) + d`` and ``d`` is an integer; a penalty of 1.0 leaves the limit.
    """
    clipped = lanes.lesser(weight, limit)
    return lanes.plus(clipped, lanes.high_product(lanes.minus(weight, clipped), excess_kept))


@inlined
def averaged_half(rate: Any, retained: Any, weight: Any, bond: Any, almost_one: Any) -> Any:
    """``rate * weight + retained * bond / 65535``, each product floored.

    A bond of 65535 is 1.0, but ``65535 * 65537 = 2**32 - 1``: its product with
    ``0 < retained < 2**32`` floors to ``retained - 1``, one too little.
    """
    proportion = lanes.twice_side_by_side(bond)
    kept = lanes.add_where_above(lanes.high_product(retained, proportion), proportion, almost_one, UNIT)
    return lanes.plus(lanes.high_product(rate, weight), kept)


@subroutine
@implements("YUMA-NORM-3", "YUMA-NORM-4", "YUMA-DIVIDENDS-1")
def income_of_halves(
    halves: U32s, staked: int, total: I64s, factor: F64s, incentive: I64s, total_bonds: I64s
) -> None:
    """Add each staked row's normalised bonds times incentive to its income.

    Only one incentive can be 1.0, and then all others are 0. Where the tile has much of all
    incentive, an estimated product is too often in doubt to be worth a try.
    """
    whole = np.empty(TILE, np.float64)
    has_one = False
    share = NO_BITS
    for j in range(TILE):
        divisor = max(total[lanes.place_of_total(j)], np.int64(1))
        factor[j] = reciprocal(divisor)
        whole[j] = np.float64(divisor)
        has_one |= incentive[j] == ONE_BITS
        share += incentive[j]
    for row in range(staked):
        earned = estimated_income(halves, row, factor, incentive) if share <= LARGEST_ESTIMATED else IN_DOUBT
        if earned == IN_DOUBT:
            earned = exact_income(halves, row, factor, whole, incentive, has_one)
        total_bonds[row] += earned


@subroutine
def estimated_income(halves: U32s, row: int, factor: F64s, incentive: I64s) -> np.int64:
    """Income of a row in a tile whose incentives are below 1.0, or :data:`IN_DOUBT`.

    Truncating ``float(bond) * factor`` gives the normalised bond or one less
    (:func:`~taospec.optimized.fixed_point.i32f32.ratio`), ``q <= 2**32 - 1`` as the estimate lies
    below the quotient. One more adds an incentive to the product ``q * incentive``. If no
    product's upper half changes by that, all are right.
    """
    total = lanes.wide_zeros()
    changes = lanes.wide_zeros()
    for group in range(0, TILE, lanes.LANES):
        bond = lanes.truncated_product(lanes.load(halves, row, group), factor, group)
        product = lanes.times_halves(bond, incentive, group)
        total = lanes.add_upper_halves(total, product)
        changes = lanes.changed_bits(changes, product, incentive, group)
    if lanes.any_upper_half(changes):
        return IN_DOUBT
    earned: np.int64 = lanes.total_of(total)
    return earned


@subroutine
def exact_income(
    halves: U32s, row: int, factor: F64s, whole: F64s, incentive: I64s, has_one: bool
) -> np.int64:
    """Income of a row, every normalised bond corrected."""
    earned = NO_BITS
    if has_one:
        for j in range(TILE):
            bond = ratio_of_half(halves[row, j], factor[j], whole[j])
            earned += closed_proportion_product(incentive[j], bond)
    else:
        for j in range(TILE):
            bond = ratio_of_half(halves[row, j], factor[j], whole[j])
            earned += proportion_product(incentive[j], bond)
    return earned


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
