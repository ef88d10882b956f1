"""Bonds of Yuma 3 and Yuma 2, one tile of columns at a time.

A tile holds the I32F32 bits of every row's entries; an absent entry and an entry of 0 have
the same effect everywhere but in liquid alpha, which keeps an old bond only where the new
weights row *has* an entry. ``zero_entries`` marks those that are present and 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from taospec.optimized.compilation import scalar, subroutine
from taospec.optimized.fixed_point.i32f32 import (
    ONE_BITS,
    closed_proportion_product,
    proportion_from_u16,
    proportion_product,
    proportion_to_u16,
    ratio,
    reciprocal,
    saturating_add,
    saturating_mul,
)
from taospec.optimized.fixed_point.words import HALF_BITS, LOW_HALF
from taospec.optimized.yuma.arrays import Bools, F64s, I64s, Parameters, U16s, U64s
from taospec.optimized.yuma.consensus import TILE
from taospec.optimized.yuma.liquid_alpha import averaged_bond, difference, rate_of_difference
from taospec.optimized.yuma.rows import Rows


class Entries(NamedTuple):
    """What the values of weights and bonds do not say. Arrays without rows: nothing to say."""

    zero: Bools
    """Weights that are present and 0."""
    hidden_weights: Bools
    """Weights that liquid alpha takes for 0, because of their position in the row."""
    hidden_bonds: Bools
    """Bonds that liquid alpha takes for 0, because of their position in the row."""


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
    total_bonds: I64s,
    stored: U16s,
    present: Bools,
) -> None:
    """Moving average of the tiles' bonds as stored, and their part of each row's income.

    ``stored`` and ``present`` (which may have no rows) are written where a row is kept.
    """
    tile_bits = np.empty((rows.source.size, TILE), np.int64)
    sums = np.empty((4, TILE), np.int64)
    factors = np.empty((2, TILE), np.float64)
    current = np.empty(TILE, np.int64)
    for tile in range(first_tile, last_tile):
        first = tile * TILE
        last = min(first + TILE, consensus.size)
        has_outdated = current_columns(registered[first:last], p.last_tempo, current)
        for row in range(rows.source.size):
            source = rows.source[row]
            bits = tile_bits[row, : last - first]
            normalize_row(rows.weights[source, first:last], rows.weight_sum[row], rows.factor[row], bits)
            apply_penalty(p.penalty, consensus[first:last], bits)
        if not p.yuma3:
            yuma2_tile(
                p, rows, bonds, first, last, has_outdated, current, tile_bits, sums, factors, stored, present
            )
        else:
            for row in range(rows.source.size):
                source = rows.source[row]
                old = bonds[source, first:last]
                bits = tile_bits[row, : last - first]
                if not liquid:
                    average_row(p.rate, old, has_outdated, current, bits)
                elif rows.weight_sum[row] == 0 and entries.zero.shape[0] == 0:
                    bits[:] = 0
                else:
                    liquid_row(
                        p, entries, source, first, old, has_outdated, current, consensus[first:last], bits
                    )
                if rows.kept[row]:
                    store_row(bits, stored[source, first:last])
                    if present.shape[0] > 0:
                        mark_present(bits, present[source, first:last])
            normalize_columns(tile_bits, last - first, sums[0], factors[0])
        income_of_tile(p.yuma3, rows, tile_bits, incentive[first:last], total_bonds)


@subroutine
def current_columns(registered: U64s, last_tempo: np.uint64, current: I64s) -> bool:
    """1 for neurons that the stored bonds still mean, else 0; whether there is a 0.

    Upstream ``pallets/subtensor/src/epoch/run_epoch.rs:835``.
    """
    has_outdated = False
    for j in range(registered.size):
        outdated = last_tempo <= registered[j]
        current[j] = 0 if outdated else 1
        has_outdated |= outdated
    return has_outdated


@subroutine
def normalize_row(weights: U16s, weight_sum: np.int64, factor: float, bits: I64s) -> None:
    """Weights divided by their sum."""
    if weight_sum == 0:
        for j in range(weights.size):
            bits[j] = 0
        return
    for j in range(weights.size):
        bits[j] = ratio(np.int64(weights[j]), factor, weight_sum)


@subroutine
def apply_penalty(penalty: np.int64, consensus: I64s, bits: I64s) -> None:
    """``w + floor(penalty * (clipped - w))``; clipped for a penalty of 1.

    With ``d = w - clipped >= 0`` the floor is ``-ceil(penalty * d / 2**32)``, and
    ``penalty * d + 2**32 - 1 <= (2**32 - 1) * 2**32 + 2**32 - 1 = 2**64 - 1`` fits a word.
    The result is never negative, as ``ceil(penalty * d / 2**32) <= d <= w``.
    Upstream ``pallets/subtensor/src/epoch/math.rs:1247``.
    """
    if penalty == 0:
        return
    if penalty == ONE_BITS:
        for j in range(bits.size):
            bits[j] = min(bits[j], consensus[j])
        return
    for j in range(bits.size):
        bits[j] = penalized(penalty, bits[j], consensus[j])


@scalar
def penalized(penalty: np.int64, weight: np.int64, consensus: np.int64) -> np.int64:
    """The interpolation for a penalty below 1, argued at :func:`apply_penalty`."""
    excess = np.uint64(weight - min(weight, consensus))
    return weight - np.int64((np.uint64(penalty) * excess + LOW_HALF) >> HALF_BITS)


@subroutine
def average_row(rate: np.int64, old: U16s, has_outdated: bool, current: I64s, bits: I64s) -> None:
    """``rate * w + (1 - rate) * b`` in place of ``w``, each product floored; 0 where negative.

    Upstream ``pallets/subtensor/src/epoch/math.rs:1406``.
    """
    if rate < 0:
        for j in range(bits.size):
            bond = proportion_from_u16(np.int64(old[j])) * current[j]
            average = saturating_add(saturating_mul(rate, bits[j]), saturating_mul(ONE_BITS - rate, bond))
            bits[j] = max(average, np.int64(0))
    elif rate == 0 or rate == ONE_BITS:
        for j in range(bits.size):
            bond = proportion_from_u16(np.int64(old[j])) * current[j]
            bits[j] = bits[j] if rate == ONE_BITS else bond
    elif has_outdated:
        for j in range(bits.size):
            bond = proportion_from_u16(np.int64(old[j])) * current[j]
            bits[j] = proportion_product(rate, bits[j]) + proportion_product(ONE_BITS - rate, bond)
    else:
        for j in range(bits.size):
            bond = proportion_from_u16(np.int64(old[j]))
            bits[j] = proportion_product(rate, bits[j]) + proportion_product(ONE_BITS - rate, bond)


@subroutine
def liquid_row(
    p: Parameters,
    entries: Entries,
    source: int,
    first: int,
    old: U16s,
    has_outdated: bool,
    current: I64s,
    consensus: I64s,
    bits: I64s,
) -> None:
    """The moving average with a rate for each pair; 0 where the weights row has no entry.

    Upstream ``pallets/subtensor/src/epoch/run_epoch.rs:1435``, ``epoch/math.rs:1464``.
    """
    keeps_zeros = entries.zero.shape[0] > 0 and (p.penalty == 0 or p.penalty == ONE_BITS)
    has_hidden_weights = entries.hidden_weights.shape[0] > 0
    has_hidden_bonds = entries.hidden_bonds.shape[0] > 0
    for j in range(bits.size):
        weight = bits[j]
        if weight == 0 and not (keeps_zeros and entries.zero[source, first + j]):
            continue
        bond = proportion_from_u16(np.int64(old[j])) * current[j]
        seen_weight = weight
        seen_bond = bond
        if has_hidden_weights and entries.hidden_weights[source, first + j]:
            seen_weight = np.int64(0)
        if has_hidden_bonds and entries.hidden_bonds[source, first + j]:
            seen_bond = np.int64(0)
        d = difference(consensus[j], seen_weight, seen_bond)
        bits[j] = averaged_bond(rate_of_difference(d, p.slope, p.alpha_low, p.alpha_high), weight, bond)


@subroutine
def yuma2_tile(
    p: Parameters,
    rows: Rows,
    bonds: U16s,
    first: int,
    last: int,
    has_outdated: bool,
    current: I64s,
    tile_bits: I64s,
    sums: I64s,
    factors: F64s,
    stored: U16s,
    present: Bools,
) -> None:
    """Yuma 2: average of normalised bonds and normalised bond purchases, normalised again.

    ``tile_bits`` holds the weights for bonds and then the averaged, normalised bonds.
    Upstream ``pallets/subtensor/src/epoch/run_epoch.rs:876``.
    """
    width = last - first
    bond_sum, delta_sum = sums[1], sums[2]
    for j in range(width):
        bond_sum[j] = 0
        delta_sum[j] = 0
    for row in range(rows.source.size):
        old = bonds[rows.source[row], first:last]
        bits = tile_bits[row]
        stake = rows.stake[row]
        for j in range(width):
            bond_sum[j] += np.int64(old[j]) * current[j]
            bits[j] = closed_proportion_product(stake, bits[j])
            delta_sum[j] += bits[j]
    for j in range(width):
        bond_sum[j] = max(bond_sum[j], np.int64(1))
        delta_sum[j] = max(delta_sum[j], np.int64(1))
        factors[0, j] = reciprocal(bond_sum[j])
        factors[1, j] = reciprocal(delta_sum[j])
    for row in range(rows.source.size):
        source = rows.source[row]
        old = bonds[source, first:last]
        bits = tile_bits[row, :width]
        for j in range(width):
            bond = ratio(np.int64(old[j]) * current[j], factors[0, j], bond_sum[j])
            delta = ratio(bits[j], factors[1, j], delta_sum[j])
            average = saturating_add(saturating_mul(p.rate, delta), saturating_mul(ONE_BITS - p.rate, bond))
            bits[j] = max(average, np.int64(0))
        if rows.kept[row] and present.shape[0] > 0:
            mark_present(bits, present[source, first:last])
    normalize_columns(tile_bits, width, sums[0], factors[0])
    largest = sums[3]
    for j in range(width):
        largest[j] = 1
    for row in range(rows.source.size):
        bits = tile_bits[row]
        for j in range(width):
            largest[j] = max(largest[j], bits[j])
    for j in range(width):
        factors[1, j] = reciprocal(largest[j])
    for row in range(rows.source.size):
        if rows.kept[row]:
            out = stored[rows.source[row], first:last]
            bits = tile_bits[row]
            for j in range(width):
                out[j] = np.uint16(proportion_to_u16(ratio(bits[j], factors[1, j], largest[j])))


@subroutine
def normalize_columns(tile_bits: I64s, width: int, total: I64s, factor: F64s) -> None:
    """Divide every column by its sum, if that is not 0."""
    for j in range(width):
        total[j] = 0
    for row in range(tile_bits.shape[0]):
        bits = tile_bits[row]
        for j in range(width):
            total[j] += bits[j]
    for j in range(width):
        total[j] = max(total[j], np.int64(1))
        factor[j] = reciprocal(total[j])
    for row in range(tile_bits.shape[0]):
        bits = tile_bits[row]
        for j in range(width):
            bits[j] = ratio(bits[j], factor[j], total[j])


@subroutine
def store_row(bits: I64s, stored: U16s) -> None:
    """The row as u16 proportions."""
    for j in range(bits.size):
        stored[j] = np.uint16(proportion_to_u16(bits[j]))


@subroutine
def mark_present(bits: I64s, present: Bools) -> None:
    """Which entries the chain keeps: those above 0, even where they are stored as 0."""
    for j in range(bits.size):
        present[j] = bits[j] > 0


@subroutine
def income_of_tile(yuma3: bool, rows: Rows, tile_bits: I64s, incentive: I64s, total_bonds: I64s) -> None:
    """Add each row's normalised bonds times incentive to its income.

    Only one incentive can be 1.0, and then all others are 0. Yuma 3 multiplies the income by
    the active stake later, so rows without any are left out.
    """
    has_one = False
    for j in range(incentive.size):
        has_one |= incentive[j] == ONE_BITS
    for row in range(rows.staked if yuma3 else rows.source.size):
        bits = tile_bits[row]
        income = np.int64(0)
        if has_one:
            for j in range(incentive.size):
                income += closed_proportion_product(incentive[j], bits[j])
        else:
            for j in range(incentive.size):
                income += proportion_product(incentive[j], bits[j])
        total_bonds[row] += income
