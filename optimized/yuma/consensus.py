"""Consensus, validator trust and ranks, one tile of columns at a time."""

from __future__ import annotations

import numpy as np

from taospec.optimized.compilation import scalar, subroutine
from taospec.optimized.fixed_point.i32f32 import (
    ONE_BITS,
    closed_proportion_product,
    proportion_product,
    ratio,
)
from taospec.optimized.yuma.arrays import I64s, U16s, U32s
from taospec.optimized.yuma.median import CODE_ONE, median_of_tile
from taospec.optimized.yuma.rows import Rows

TILE = 64
"""Columns that are worked on together: their scratch stays in the nearest cache."""

CODE_ONE_BITS = np.int64((1 << 32) - 1)


@subroutine
def consensus_of_tiles(
    kappa: np.int64, rows: Rows, first_tile: int, last_tile: int, consensus: I64s, ranks: I64s, trust: I64s
) -> None:
    """Consensus and ranks of the tiles' columns; their part of each row's trust is added."""
    codes = np.empty((rows.source.size, TILE), np.uint32)
    lanes = np.empty((4, TILE), np.uint32)
    for tile in range(first_tile, last_tile):
        first = tile * TILE
        last = min(first + TILE, consensus.size)
        width = last - first
        for row in range(rows.source.size):
            weights = rows.weights[rows.source[row], first:last]
            encode_row(weights, rows.weight_sum[row], rows.factor[row], codes[row])
        median_of_tile(
            codes[: rows.staked],
            rows.share,
            rows.unlisted,
            kappa,
            width,
            lanes[0],
            lanes[1],
            lanes[2],
            lanes[3],
        )
        has_one = False
        for j in range(width):
            consensus[first + j] = decode(lanes[0, j])
            ranks[first + j] = 0
            has_one |= lanes[0, j] == CODE_ONE
        for row in range(rows.source.size):
            trust[row] += clip_row(codes[row], lanes[0], rows.stake[row], has_one, ranks[first:last])


@subroutine
def encode_row(weights: U16s, weight_sum: np.int64, factor: float, codes: U32s) -> None:
    """Codes of the normalised weights; 1.0 is stored one below (see :data:`CODE_ONE`)."""
    if weight_sum == 0:
        for j in range(weights.size):
            codes[j] = np.uint32(0)
        return
    for j in range(weights.size):
        codes[j] = np.uint32(min(ratio(np.int64(weights[j]), factor, weight_sum), CODE_ONE_BITS))


@scalar
def decode(code: np.uint32) -> np.int64:
    """The proportion that a code stands for."""
    if code == CODE_ONE:
        return ONE_BITS
    return np.int64(code)


@subroutine
def clip_row(codes: U32s, threshold: U32s, stake: np.int64, has_one: bool, ranks: I64s) -> np.int64:
    """Clip a row at consensus, add it times its stake to the ranks; its sum.

    Codes are in the order of what they stand for, so the lesser code is the lesser value.
    Only where consensus is 1.0 can a clipped value be 1.0.
    """
    total = np.int64(0)
    if has_one:
        for j in range(ranks.size):
            clipped = decode(min(codes[j], threshold[j]))
            total += clipped
            ranks[j] += closed_proportion_product(stake, clipped)
    elif stake == 0:
        for j in range(ranks.size):
            total += np.int64(min(codes[j], threshold[j]))
    elif stake == ONE_BITS:
        for j in range(ranks.size):
            clipped = np.int64(min(codes[j], threshold[j]))
            total += clipped
            ranks[j] += clipped
    else:
        for j in range(ranks.size):
            clipped = np.int64(min(codes[j], threshold[j]))
            total += clipped
            ranks[j] += proportion_product(stake, clipped)
    return total
