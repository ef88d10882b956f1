"""Bonds of Yuma 3 and Yuma 2, one tile of columns at a time.

A tile holds the I32F32 bits of every row's entries; an absent entry and an entry of 0 have
the same effect everywhere but in liquid alpha, which keeps an old bond only where the new
weights row *has* an entry. ``zero_entries`` marks those that are present and 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from taospec.optimized.compilation import inlined, subroutine
from taospec.optimized.fixed_point.i32f32 import (
    NO_BITS,
    ONE_BITS,
    U16_MAX,
    closed_proportion_product,
    half_product,
    proportion_from_u16,
    proportion_product,
    proportion_to_u16,
    proportion_up_to_one_to_u16,
    ratio,
    reciprocal,
    saturating_add,
    saturating_mul,
)
from taospec.optimized.fixed_point.words import HALF_BITS, LOW_HALF
from taospec.optimized.yuma.arrays import Bools, F64s, I64s, Parameters, U16s, U32s, U64s
from taospec.optimized.yuma.layout import TILE
from taospec.optimized.yuma.liquid_alpha import (
    averaged_bond,
    difference,
    exponent_of_difference,
    rates,
)
from taospec.optimized.yuma.plain_bonds import (
    income_of_halves,
    mark_present_halves,
    plain_tile,
)
from taospec.optimized.yuma.rows import Rows, normalized_weight
from taospec.reference.rules import implements


class Entries(NamedTuple):
    """What the values of weights and bonds do not say. Arrays without rows: nothing to say."""

    zero: Bools
    """Weights that are present and 0."""
    hidden_weights: Bools
    """Weights that liquid alpha takes for 0, because of their position in the row."""
    hidden_bonds: Bools
    """Bonds that liquid alpha takes for 0, because of their position in the row."""


class BondsRoom(NamedTuple):
    """Scratch of :func:`bonds_of_tiles`: by column, or by row and column of a tile."""

    sums: I64s
    factors: F64s
    current: I64s
    columns: U32s
    halves: U32s
    raw: U16s
    bits: I64s
    place: I64s
    exponent: I64s


@subroutine
def bonds_of_tiles(
    p: Parameters,
    liquid: bool,
    rows: Rows,
    bonds: U16s,
    entries: Entries,
    registered: U64s,
    consensus: I64s,
    incentive: I64s,
    first_tile: int,
    last_tile: int,
    room: BondsRoom,
    total_bonds: I64s,
    stored: U16s,
    present: Bools,
) -> None:
    """Moving average of the tiles' bonds as stored, and their part of each row's income.

    ``present`` (which may have no rows) is only written where a row is kept.
    """
    sums, factors, current, columns = room.sums, room.factors, room.current, room.columns
    halves, raw, bits, place, exponent = room.halves, room.raw, room.bits, room.place, room.exponent
    is_plain = has_plain_bonds(p, liquid, rows.has_one)
    for tile in range(first_tile, last_tile):
        first = tile * TILE
        threshold = consensus[first : first + TILE]
        earned = incentive[first : first + TILE]
        has_outdated = current_columns(registered, first, p.last_tempo, current)
        if is_plain and first + TILE <= rows.weights.shape[1]:
            for j in range(TILE):
                columns[0, j] = np.uint32(-current[j])
                columns[1, j] = np.uint32(threshold[j])
            plain_tile(
                p.penalty, p.rate, rows, bonds, first, columns[:1], columns[1:], halves, sums[0], stored
            )
            mark_present_halves(rows.source, rows.kept, halves, first, present)
            income_of_halves(halves, rows.staked, sums[0], factors[0], earned, total_bonds)
            continue
        load_tile(rows.weights, rows.source, first, raw)
        normalize_tile(raw, rows.divisor, bits)
        penalize_tile(p.penalty, threshold, bits)
        load_tile(bonds, rows.source, first, raw)
        if p.yuma3:
            if liquid:
                average_tile_by_pair(
                    p, rows.source, entries, first, current, threshold, raw, bits, place, exponent
                )
            else:
                average_tile(p.rate, rows.weight_sum, has_outdated, current, raw, bits)
            mark_present(rows.source, rows.kept, bits, first, present)
            store_tile(rows.source, rows.kept, liquid or p.rate >= 0, bits, first, stored)
            column_sums(bits, sums[0], factors[0])
            normalized_income(bits, rows.staked, sums[0], factors[0], earned, total_bonds)
        else:
            yuma2_average(p.rate, rows.stake, current, raw, sums, factors, bits)
            mark_present(rows.source, rows.kept, bits, first, present)
            column_sums(bits, sums[0], factors[0])
            normalize_columns(bits, sums[0], factors[0])
            income(bits, earned, total_bonds)
            column_maxima(bits, sums[0], factors[0])
            normalize_columns(bits, sums[0], factors[0])
            store_tile(rows.source, rows.kept, True, bits, first, stored)


@subroutine
def room_for_bonds(p: Parameters, liquid: bool, rows: Rows) -> BondsRoom:
    """Room for the tiles of an epoch, as much as they need."""
    size = rows.source.size
    is_all_plain = has_plain_bonds(p, liquid, rows.has_one) and rows.weights.shape[1] % TILE == 0
    others = 0 if is_all_plain else size
    pairs = size * TILE if liquid else 0
    return BondsRoom(
        np.empty((2, TILE), np.int64),
        np.empty((2, TILE), np.float64),
        np.empty(TILE, np.int64),
        np.empty((2, TILE), np.uint32),
        np.empty((size, TILE), np.uint32),
        np.empty((others, TILE), np.uint16),
        np.empty((others, TILE), np.int64),
        np.empty(pairs, np.int64),
        np.empty(pairs, np.int64),
    )


@inlined
def has_plain_bonds(p: Parameters, liquid: bool, has_one: bool) -> bool:
    """Whether whole tiles are the usual case of :mod:`taospec.optimized.yuma.plain_bonds`."""
    return p.yuma3 and not liquid and not has_one and p.rate > 0 and p.rate < ONE_BITS


@subroutine
def load_tile(matrix: U16s, source: I64s, first: int, raw: U16s) -> None:
    """Copy a tile of columns of the rows, zeros beyond the last column.

    What follows works on whole tiles: loops of a length that the compiler knows.
    """
    width = min(TILE, matrix.shape[1] - first)
    for row in range(source.size):
        stored = matrix[source[row], first : first + width]
        for j in range(width):
            raw[row, j] = stored[j]
        for j in range(width, TILE):
            raw[row, j] = 0


@subroutine
@implements("YUMA-BONDS-2")
def current_columns(registered: U64s, first: int, last_tempo: np.uint64, current: I64s) -> bool:
    """1 for neurons that the stored bonds still mean, else 0; whether there is a 0.

    Upstream ``pallets/subtensor/src/epoch/run_epoch.rs:835``.
    """
    has_outdated = False
    for j in range(TILE):
        exists = first + j < registered.size
        current[j] = 1 if exists and registered[first + j] < last_tempo else 0
        has_outdated |= exists and current[j] == 0
    return has_outdated


@subroutine
def normalize_tile(raw: U16s, divisor: U32s, bits: I64s) -> None:
    """Weights divided by the sum of their row; 0 for a divisor of zeros."""
    for row in range(raw.shape[0]):
        quotient = np.int64(divisor[row, 0])
        scaled_high, scaled_low = np.int64(divisor[row, 1]), np.int64(divisor[row, 2])
        for j in range(TILE):
            bits[row, j] = normalized_weight(np.int64(raw[row, j]), quotient, scaled_high, scaled_low)


@subroutine
@implements("YUMA-PENALTY-1", "YUMA-PENALTY-2")
def penalize_tile(penalty: np.int64, consensus: I64s, bits: I64s) -> None:
    """``w + floor(penalty * (clipped - w))``; clipped for a penalty of 1.

    With ``d = w - clipped >= 0`` the floor is ``-ceil(penalty * d / 2**32)``, and
    ``penalty * d + 2**32 - 1 <= (2**32 - 1) * 2**32 + 2**32 - 1 = 2**64 - 1`` fits a word.
    The result is never negative, as ``ceil(penalty * d / 2**32) <= d <= w``.
    Upstream ``pallets/subtensor/src/epoch/math.rs:1247``.
    """
    if penalty == 0:
        return
    for row in range(bits.shape[0]):
        if penalty == ONE_BITS:
            for j in range(TILE):
                bits[row, j] = min(bits[row, j], consensus[j])
        else:
            for j in range(TILE):
                bits[row, j] = penalized(penalty, bits[row, j], consensus[j])


@inlined
def penalized(penalty: np.int64, weight: np.int64, consensus: np.int64) -> np.int64:
    """The interpolation for a penalty below 1, argued at :func:`penalize_tile`."""
    excess = np.uint64(weight - min(weight, consensus))
    return weight - np.int64((np.uint64(penalty) * excess + LOW_HALF) >> HALF_BITS)


@subroutine
@implements("YUMA-BONDS3-3")
def average_tile(
    rate: np.int64, weight_sum: I64s, has_outdated: bool, current: I64s, raw: U16s, bits: I64s
) -> None:
    """``rate * w + (1 - rate) * b`` in place of ``w``, each product floored; 0 where negative.

    ``raw`` holds the stored bonds. Upstream ``pallets/subtensor/src/epoch/math.rs:1406``.
    """
    retained = ONE_BITS - rate
    for row in range(raw.shape[0]):
        if rate <= 0 or rate == ONE_BITS:
            for j in range(TILE):
                bond = proportion_from_u16(np.int64(raw[row, j])) * current[j]
                bits[row, j] = averaged_by_any_rate(rate, bits[row, j], bond)
        elif has_outdated or weight_sum[row] <= U16_MAX:
            for j in range(TILE):
                bond = proportion_from_u16(np.int64(raw[row, j])) * current[j]
                bits[row, j] = proportion_product(rate, bits[row, j]) + proportion_product(retained, bond)
        else:
            # The only proportions of 1.0 are a weight equal to its row's sum, and a bond of 65535.
            for j in range(TILE):
                bond = np.int64(raw[row, j])
                bits[row, j] = (
                    half_product(rate, bits[row, j])
                    + half_product(retained, proportion_from_u16(bond))
                    + (retained if bond == U16_MAX else NO_BITS)
                )


@subroutine
def averaged_by_any_rate(rate: np.int64, weight: np.int64, bond: np.int64) -> np.int64:
    """The moving average of one bond for a rate of 1 or less; 0 where it is negative."""
    average = saturating_add(saturating_mul(rate, weight), saturating_mul(ONE_BITS - rate, bond))
    return max(average, NO_BITS)


@subroutine
@implements("YUMA-LIQUID-3", "YUMA-LIQUID-4")
def average_tile_by_pair(
    p: Parameters,
    source: I64s,
    entries: Entries,
    first: int,
    current: I64s,
    consensus: I64s,
    raw: U16s,
    bits: I64s,
    place: I64s,
    exponent: I64s,
) -> None:
    """The moving average with a rate for each pair; 0 where the weights row has no entry.

    ``place`` and ``exponent`` are scratch for as many pairs as the tile has.

    Upstream ``pallets/subtensor/src/epoch/run_epoch.rs:1435``, ``epoch/math.rs:1464``.
    """
    # A partial penalty rebuilds the rows: in ascending order, without entries of 0.
    keeps_rows = p.penalty == 0 or p.penalty == ONE_BITS
    keeps_zeros = keeps_rows and entries.zero.shape[0] > 0
    has_hidden_weights = keeps_rows and entries.hidden_weights.shape[0] > 0
    has_hidden_bonds = entries.hidden_bonds.shape[0] > 0
    # Beyond the last column there are no marks, and no weights that would ask for them.
    marked = min(TILE, entries.zero.shape[1] - first) if keeps_zeros else 0
    count = 0
    for row in range(source.size):
        for j in range(TILE):
            weight = bits[row, j]
            if weight == 0 and not (j < marked and entries.zero[source[row], first + j]):
                continue
            bond = proportion_from_u16(np.int64(raw[row, j])) * current[j]
            if has_hidden_weights and entries.hidden_weights[source[row], first + j]:
                weight = NO_BITS
            if has_hidden_bonds and entries.hidden_bonds[source[row], first + j]:
                bond = NO_BITS
            place[count] = row * TILE + j
            exponent[count] = exponent_of_difference(difference(consensus[j], weight, bond), p.slope)
            count += 1
    rates(exponent[:count], p.slope, p.alpha_low, p.alpha_high)
    for k in range(count):
        row = place[k] // TILE
        j = place[k] - row * TILE
        bond = proportion_from_u16(np.int64(raw[row, j])) * current[j]
        bits[row, j] = averaged_bond(exponent[k], bits[row, j], bond)


@subroutine
@implements("YUMA-BONDS2-2", "YUMA-BONDS2-4")
def yuma2_average(
    rate: np.int64, stake: I64s, current: I64s, raw: U16s, sums: I64s, factors: F64s, bits: I64s
) -> None:
    """Yuma 2: the average of normalised bond purchases ``S * w`` and normalised bonds.

    ``raw`` holds the stored bonds. Upstream ``pallets/subtensor/src/epoch/run_epoch.rs:876``.
    """
    for j in range(TILE):
        sums[0, j] = 0
    for row in range(stake.size):
        for j in range(TILE):
            sums[0, j] += np.int64(raw[row, j]) * current[j]
            bits[row, j] = closed_proportion_product(stake[row], bits[row, j])
    for j in range(TILE):
        sums[0, j] = max(sums[0, j], np.int64(1))
        factors[0, j] = reciprocal(sums[0, j])
    column_sums(bits, sums[1], factors[1])
    is_partial = rate > 0 and rate < ONE_BITS
    retained = ONE_BITS - rate
    for row in range(stake.size):
        for j in range(TILE):
            held = np.int64(raw[row, j]) * current[j]
            bond = ratio(held, factors[0, j], sums[0, j])
            purchase = ratio(bits[row, j], factors[1, j], sums[1, j])
            if is_partial:
                bits[row, j] = proportion_product(rate, purchase) + proportion_product(retained, bond)
            else:
                bits[row, j] = averaged_by_any_rate(rate, purchase, bond)


@subroutine
def column_sums(bits: I64s, total: I64s, factor: F64s) -> None:
    """Sum of every column and its reciprocal; 1 in place of a sum of 0."""
    for j in range(TILE):
        total[j] = 0
    for row in range(bits.shape[0]):
        for j in range(TILE):
            total[j] += bits[row, j]
    for j in range(TILE):
        total[j] = max(total[j], np.int64(1))
        factor[j] = reciprocal(total[j])


@subroutine
def column_maxima(bits: I64s, largest: I64s, factor: F64s) -> None:
    """Largest element of every column and its reciprocal; 1 in place of 0."""
    for j in range(TILE):
        largest[j] = 1
    for row in range(bits.shape[0]):
        for j in range(TILE):
            largest[j] = max(largest[j], bits[row, j])
    for j in range(TILE):
        factor[j] = reciprocal(largest[j])


@subroutine
@implements("YUMA-NORM-3", "YUMA-NORM-4")
def normalize_columns(bits: I64s, divisor: I64s, factor: F64s) -> None:
    """Divide every column by its divisor, which no element exceeds."""
    for row in range(bits.shape[0]):
        for j in range(TILE):
            bits[row, j] = ratio(bits[row, j], factor[j], divisor[j])


@subroutine
@implements("YUMA-DIVIDENDS-1")
def normalized_income(
    bits: I64s, staked: int, divisor: I64s, factor: F64s, incentive: I64s, total_bonds: I64s
) -> None:
    """Add each staked row's normalised bonds times incentive to its income.

    Income is multiplied by active stake later, so the other rows are left out. Only one
    incentive can be 1.0, and then all others are 0.
    """
    has_one = any_is_one(incentive)
    for row in range(staked):
        earned = np.int64(0)
        if has_one:
            for j in range(TILE):
                earned += closed_proportion_product(incentive[j], ratio(bits[row, j], factor[j], divisor[j]))
        else:
            for j in range(TILE):
                earned += proportion_product(incentive[j], ratio(bits[row, j], factor[j], divisor[j]))
        total_bonds[row] += earned


@subroutine
def income(bits: I64s, incentive: I64s, total_bonds: I64s) -> None:
    """Add each row's bonds times incentive to its income."""
    for row in range(bits.shape[0]):
        earned = np.int64(0)
        for j in range(TILE):
            earned += closed_proportion_product(incentive[j], bits[row, j])
        total_bonds[row] += earned


@subroutine
def any_is_one(values: I64s) -> bool:
    """Whether some proportion is 1.0."""
    found = False
    for j in range(values.size):
        found |= values[j] == ONE_BITS
    return found


@subroutine
@implements("YUMA-OUTPUT-3")
def store_tile(source: I64s, kept: Bools, is_bounded: bool, bits: I64s, first: int, stored: U16s) -> None:
    """The kept rows as u16 proportions, zeros in the others. ``is_bounded``: none is above 1."""
    width = min(TILE, stored.shape[1] - first)
    for row in range(source.size):
        target = stored[source[row], first : first + width]
        if not kept[row]:
            for j in range(width):
                target[j] = np.uint16(0)
        elif is_bounded and width == TILE:
            for j in range(TILE):
                target[j] = np.uint16(proportion_up_to_one_to_u16(bits[row, j]))
        else:
            for j in range(width):
                target[j] = np.uint16(proportion_to_u16(bits[row, j]))


@subroutine
def mark_present(source: I64s, kept: Bools, bits: I64s, first: int, present: Bools) -> None:
    """Which entries the chain keeps: those above 0, even where they are stored as 0."""
    if present.shape[0] == 0:
        return
    width = min(TILE, present.shape[1] - first)
    for row in range(source.size):
        if kept[row]:
            target = present[source[row], first : first + width]
            for j in range(width):
                target[j] = bits[row, j] > 0
