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
from taospec.optimized.yuma.layout import TILE
from taospec.optimized.yuma.median import CODE_ONE, median_of_tile
from taospec.optimized.yuma.rows import Rows, normalized_weight
from taospec.reference.rules import implements

CODE_STRIDE = TILE + 16
"""Codes from one row to the next: an odd number of cache lines, so that a column of rows spreads
over the whole cache."""


@subroutine
@implements("YUMA-MEDIAN-3")
def consensus_of_tiles(
    kappa: np.int64, rows: Rows, first_tile: int, last_tile: int, consensus: I64s, ranks: I64s, trust: I64s
) -> None:
    """Consensus and ranks of the tiles' columns; their part of each row's trust is added.

    The vectors end with a whole tile: beyond the last neuron all weights are 0.
    """
    codes = np.empty((rows.source.size, CODE_STRIDE), np.uint32)
    median = np.empty((1, TILE), np.uint32)
    for tile in range(first_tile, last_tile):
        first = tile * TILE
        encode_tile(rows.weights, rows.source, first, rows.divisor, codes)
        median_of_tile(codes, rows.staked, rows.share, rows.unlisted, kappa, median)
        has_one = False
        for j in range(TILE):
            consensus[first + j] = decode(median[0, j])
            ranks[first + j] = 0
            has_one |= median[0, j] == CODE_ONE
        clip_tile(codes, median[0], rows.stake, has_one, ranks[first : first + TILE], trust)


@subroutine
def encode_tile(weights: U16s, source: I64s, first: int, divisor: U32s, codes: U32s) -> None:
    """Codes of the normalised weights; 1.0 is stored one below (see :data:`CODE_ONE`).

    1.0 is the only value with a bit above the lower half. Beyond the last column and in a row
    that counts for nothing, whose divisor is of zeros, every code is 0.
    """
    width = min(TILE, weights.shape[1] - first)
    # An unsigned position needs no test for counting from the end.
    start = np.uint64(first)
    for row in range(source.size):
        at = source[row]
        quotient = np.int64(divisor[row, 0])
        scaled_high, scaled_low = np.int64(divisor[row, 1]), np.int64(divisor[row, 2])
        if width == TILE:
            # The same loop with a length that the compiler knows.
            for j in range(TILE):
                weight = np.int64(weights[at, start + np.uint64(j)])
                codes[row, j] = code_of_weight(weight, quotient, scaled_high, scaled_low)
        else:
            for j in range(TILE):
                weight = np.int64(weights[at, first + j]) if j < width else np.int64(0)
                codes[row, j] = code_of_weight(weight, quotient, scaled_high, scaled_low)


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
    """Clip every row at consensus; add it times its stake to the ranks, and its sum to its trust.

    Codes are in the order of what they stand for, so the lesser code is the lesser value.
    Only where consensus is 1.0 can a clipped value be 1.0.
    """
    for row in range(stake.size):
        held = stake[row]
        total = np.int64(0)
        if has_one or held == ONE_BITS:
            for j in range(TILE):
                clipped = decode(min(codes[row, j], threshold[j]))
                total += clipped
                ranks[j] += closed_proportion_product(held, clipped)
        else:
            for j in range(TILE):
                clipped = np.int64(min(codes[row, j], threshold[j]))
                total += clipped
                ranks[j] += half_product(held, clipped)
        trust[row] += total
