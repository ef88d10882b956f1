"""Consensus, validator trust and ranks, one tile of columns at a time."""

from __future__ import annotations

import numpy as np

from taospec.optimized.compilation import inlined, subroutine
from taospec.optimized.fixed_point.i32f32 import (
    FRACTION_BITS,
    ONE_BITS,
    closed_proportion_product,
    half_product,
)
from taospec.optimized.yuma.arrays import I64s, U16s, U32s
from taospec.optimized.yuma.median import CODE_ONE, median_of_tile
from taospec.optimized.yuma.rows import Rows, normalized_weight
from taospec.reference.rules import implements

TILE = 64
"""Columns that are worked on together: their scratch stays in the nearest cache."""


@subroutine
@implements("YUMA-MEDIAN-3")
def consensus_of_tiles(
    kappa: np.int64, rows: Rows, first_tile: int, last_tile: int, consensus: I64s, ranks: I64s, trust: I64s
) -> None:
    """Consensus and ranks of the tiles' columns; their part of each row's trust is added."""
    codes = np.empty((rows.source.size, TILE), np.uint32)
    lanes = np.empty((6, TILE), np.uint32)
    median = lanes[0]
    for tile in range(first_tile, last_tile):
        first = tile * TILE
        last = min(first + TILE, consensus.size)
        width = last - first
        encode_tile(rows.weights, rows.source, rows.weight_sum, rows.divisor, first, width, codes)
        median_of_tile(codes, rows.staked, rows.share, rows.unlisted, kappa, width, lanes)
        has_one = False
        for j in range(width):
            consensus[first + j] = decode(median[j])
            ranks[first + j] = 0
            has_one |= median[j] == CODE_ONE
        clip_tile(codes, median, rows.stake, has_one, ranks[first:last], trust)


@subroutine
def encode_tile(
    weights: U16s, source: I64s, weight_sum: I64s, divisor: U32s, first: int, width: int, codes: U32s
) -> None:
    """Codes of the normalised weights; 1.0 is stored one below (see :data:`CODE_ONE`).

    1.0 is the only value with a bit above the lower half.
    """
    for row in range(source.size):
        if weight_sum[row] == 0:
            for j in range(width):
                codes[row, j] = np.uint32(0)
            continue
        quotient = np.int64(divisor[row, 0])
        scaled_high, scaled_low = np.int64(divisor[row, 1]), np.int64(divisor[row, 2])
        stored = weights[source[row], first : first + width]
        for j in range(width):
            share = normalized_weight(np.int64(stored[j]), quotient, scaled_high, scaled_low)
            codes[row, j] = np.uint32(share - (share >> FRACTION_BITS))


@inlined
def decode(code: np.uint32) -> np.int64:
    """The proportion that a code stands for."""
    if code == CODE_ONE:
        return ONE_BITS
    return np.int64(code)


@subroutine
@implements("YUMA-CLIP-1", "YUMA-TRUST-1", "YUMA-RANK-1")
def clip_tile(codes: U32s, threshold: U32s, stake: I64s, has_one: bool, ranks: I64s, trust: I64s) -> None:
    """Clip every row at consensus; add it times its stake to the ranks, and its sum to its trust.

    Codes are in the order of what they stand for, so the lesser code is the lesser value.
    Only where consensus is 1.0 can a clipped value be 1.0.
    """
    for row in range(stake.size):
        held = stake[row]
        total = np.int64(0)
        if has_one or held == ONE_BITS:
            for j in range(ranks.size):
                clipped = decode(min(codes[row, j], threshold[j]))
                total += clipped
                ranks[j] += closed_proportion_product(held, clipped)
        else:
            for j in range(ranks.size):
                clipped = np.int64(min(codes[row, j], threshold[j]))
                total += clipped
                ranks[j] += half_product(held, clipped)
        trust[row] += total
