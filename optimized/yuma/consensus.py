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


@subroutine
@implements("YUMA-MEDIAN-3")
def consensus_of_tiles(
    kappa: np.int64, rows: Rows, first_tile: int, last_tile: int, consensus: I64s, ranks: I64s, trust: I64s
) -> None:
    """Consensus and ranks of the tiles' columns; their part of each row's trust is added.

    The vectors end with a whole tile: beyond the last neuron all weights are 0.
    """
    raw = np.empty((rows.source.size, TILE), np.uint16)
    codes = np.empty((rows.source.size, TILE), np.uint32)
    lanes = np.empty((6, TILE), np.uint32)
    median = lanes[0]
    for tile in range(first_tile, last_tile):
        first = tile * TILE
        load_tile(rows.weights, rows.source, first, raw)
        encode_tile(raw, rows.weight_sum, rows.divisor, codes)
        median_of_tile(codes, rows.staked, rows.share, rows.unlisted, kappa, lanes)
        has_one = False
        for j in range(TILE):
            consensus[first + j] = decode(median[j])
            ranks[first + j] = 0
            has_one |= median[j] == CODE_ONE
        clip_tile(codes, median, rows.stake, has_one, ranks[first : first + TILE], trust)


@subroutine
def load_tile(matrix: U16s, source: I64s, first: int, raw: U16s) -> None:
    """Copy a tile of columns of the rows, zeros beyond the last column.

    All that follows works on whole tiles: loops of a length that the compiler knows.
    """
    width = min(TILE, matrix.shape[1] - first)
    for row in range(source.size):
        stored = matrix[source[row], first : first + width]
        if width == TILE:
            for j in range(TILE):
                raw[row, j] = stored[j]
        else:
            for j in range(width):
                raw[row, j] = stored[j]
            for j in range(width, TILE):
                raw[row, j] = 0


@subroutine
def encode_tile(raw: U16s, weight_sum: I64s, divisor: U32s, codes: U32s) -> None:
    """Codes of the normalised weights; 1.0 is stored one below (see :data:`CODE_ONE`).

    1.0 is the only value with a bit above the lower half. A row that counts for nothing has
    a divisor of zeros, which makes every code 0.
    """
    for row in range(weight_sum.size):
        quotient = np.int64(divisor[row, 0])
        scaled_high, scaled_low = np.int64(divisor[row, 1]), np.int64(divisor[row, 2])
        for j in range(TILE):
            share = normalized_weight(np.int64(raw[row, j]), quotient, scaled_high, scaled_low)
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
