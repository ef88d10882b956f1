"""Consensus, validator trust and ranks, one tile of columns at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from taospec.optimized import lanes
from taospec.optimized.compilation import inlined, subroutine
from taospec.optimized.fixed_point.i32f32 import (
    FRACTION_BITS,
    NO_BITS,
    ONE_BITS,
    closed_proportion_product,
)
from taospec.optimized.yuma.arrays import I64s, U16s, U32s
from taospec.optimized.yuma.layout import ROWS_AHEAD, TILE
from taospec.optimized.yuma.median import CODE_ONE, median_of_tile
from taospec.optimized.yuma.rows import Rows, normalized_weight
from taospec.reference.rules import implements

CODE_STRIDE = TILE + 16
"""Codes from one row to the next: an odd number of cache lines, so that a column of rows spreads
over the whole cache."""

CACHE_LINE = 32
"""Stored weights in a line of the usual length."""
LARGEST_SMALL_SUM = np.int64(1 << 16)
"""Sums of weights up to which a word is too short for what divides by them."""


@subroutine
@implements("YUMA-MEDIAN-3")
def consensus_of_tiles(
    kappa: np.int64,
    rows: Rows,
    first_tile: int,
    last_tile: int,
    codes: U32s,
    consensus: I64s,
    ranks: I64s,
    trust: I64s,
) -> None:
    """Consensus and ranks of the tiles' columns; their part of each row's trust is added.

    The vectors end with a whole tile: beyond the last neuron all weights are 0.
    """
    median = np.empty((1, TILE), np.uint32)
    for tile in range(first_tile, last_tile):
        first = tile * TILE
        encode_tile(rows, first, codes)
        median_of_tile(codes, rows.staked, rows.share, rows.unlisted, kappa, median)
        has_one = False
        for j in range(TILE):
            consensus[first + j] = decode(median[0, j])
            has_one |= median[0, j] == CODE_ONE
        clip_tile(codes, median, rows.stake, has_one, ranks[first : first + TILE], trust)


@inlined
def room_for_codes(rows: Rows) -> U32s:
    """Scratch of :func:`consensus_of_tiles`."""
    return np.empty((rows.source.size, CODE_STRIDE), np.uint32)


@subroutine
def encode_tile(rows: Rows, first: int, codes: U32s) -> None:
    """Codes of the normalised weights of a tile; 0 beyond the last column."""
    weights, source, weight_sum = rows.weights, rows.source, rows.weight_sum
    divisor, factor = rows.divisor, rows.factor
    for row in range(source.size):
        ahead = source[min(row + ROWS_AHEAD, source.size - 1)]
        for group in range(0, TILE, CACHE_LINE):
            lanes.prefetch(weights, ahead, first + group)
        encode_row(weights, source[row], first, weight_sum[row], divisor, factor[row], codes, row)


@inlined
def encode_row(
    weights: U16s,
    at: np.int64,
    first: int,
    weight_sum: np.int64,
    divisor: U32s,
    factor: np.uint64,
    codes: U32s,
    row: int,
) -> None:
    """A row's part of :func:`encode_tile`.

    A row that counts for nothing has a divisor of zeros, and codes of 0. No weight of a sum of
    more than ``2**16`` is 1.0, as weights are less than that.
    """
    width = min(TILE, weights.shape[1] - first)
    in_lanes = 0 if weight_sum <= LARGEST_SMALL_SUM else width - width % lanes.LANES
    for group in range(0, in_lanes, lanes.LANES):
        weight = lanes.load_shorts(weights, at, first + group)
        lanes.store(lanes.scaled_shorts(weight, factor), codes, row, group)
    quotient = np.int64(divisor[row, 0])
    scaled_high, scaled_low = np.int64(divisor[row, 1]), np.int64(divisor[row, 2])
    # An unsigned position needs no test for counting from the end.
    start = np.uint64(first)
    for j in range(in_lanes, width):
        stored = np.int64(weights[at, start + np.uint64(j)])
        codes[row, np.uint64(j)] = code_of_weight(stored, quotient, scaled_high, scaled_low)
    for j in range(width, TILE):
        codes[row, np.uint64(j)] = np.uint32(0)


@inlined
def code_of_weight(
    weight: np.int64, quotient: np.int64, scaled_high: np.int64, scaled_low: np.int64
) -> np.uint32:
    """The code of a u16 weight divided by the sum of its row."""
    share = normalized_weight(weight, quotient, scaled_high, scaled_low)
    return np.uint32(share - (share >> FRACTION_BITS))


@inlined
def decode(code: np.uint32) -> np.int64:
    """The proportion that a code stands for."""
    if code == CODE_ONE:
        return ONE_BITS
    return np.int64(code)


@subroutine
@implements("YUMA-CLIP-1", "YUMA-TRUST-1", "YUMA-RANK-1")
def clip_tile(codes: U32s, threshold: U32s, stake: I64s, has_one: bool, ranks: I64s, trust: I64s) -> None:
    """Clip every row at consensus; its sum is added to its trust, and ranks are the sums by stake.

    Codes are in the order of what they stand for, so the lesser code is the lesser value.
    Only where consensus is 1.0 can a clipped value be 1.0.
    """
    in_lanes = np.zeros(TILE, np.int64)
    for j in range(TILE):
        ranks[j] = 0
    for row in range(stake.size):
        held = stake[row]
        if has_one or held == ONE_BITS:
            total = NO_BITS
            for j in range(TILE):
                clipped = decode(min(codes[row, j], threshold[0, j]))
                total += clipped
                ranks[j] += closed_proportion_product(held, clipped)
            trust[row] += total
        else:
            trust[row] += clip_row(codes, row, threshold, lanes.splat(np.uint32(held)), in_lanes)
    for j in range(TILE):
        ranks[j] += in_lanes[lanes.place_of_total(j)]


@inlined
def clip_row(codes: U32s, row: int, threshold: U32s, stake: Any, ranks: I64s) -> np.int64:
    """The sum of a clipped row without 1.0; its products with a stake below 1.0 are added to ranks."""
    total = lanes.wide_zeros()
    for group in range(0, TILE, lanes.LANES):
        clipped = lanes.lesser(lanes.load(codes, row, group), lanes.load(threshold, 0, group))
        total = lanes.add_words(total, clipped)
        lanes.add_high_products_to(clipped, stake, ranks, group)
    sum_of_row: np.int64 = lanes.total_of(total)
    return sum_of_row
