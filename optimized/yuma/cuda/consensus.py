"""Consensus, ranks and validator trust: a thread per column.

The codes of the scores are those of :mod:`taospec.optimized.yuma.consensus`. They are kept
in shared memory where all rows of a block's columns fit, else in device memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import cuda, uint32

from taospec.optimized.fixed_point.i32f32 import NO_BITS, closed_proportion_product, ratio
from taospec.optimized.yuma.arrays import F64s, I64s, Parameters, U16s, U32s, U64s
from taospec.optimized.yuma.consensus import decode
from taospec.optimized.yuma.cuda.device import device_function, device_kernel
from taospec.optimized.yuma.cuda.layout import (
    FIRST_CELL,
    FIRST_NEURON,
    FIRST_ROW,
    HAS_CONSENSUS,
    UNLISTED,
)
from taospec.optimized.yuma.cuda.rows import is_live
from taospec.optimized.yuma.guards import PASSED
from taospec.optimized.yuma.layout import CONSENSUS, INCENTIVE, REGISTERED
from taospec.optimized.yuma.median import CODE_ONE, ONE_CODE, ZERO_CODE
from taospec.optimized.yuma.rows import U32_MAX


def consensus_kernel(threads: int, shared_rows: int) -> Callable[..., Any]:
    """The kernel for blocks of so many columns; block ``(columns, subnet)``.

    ``shared_rows``: how many rows fit its shared memory; 0 to use ``scratch`` instead, which
    has a code per cell.
    """
    shared_codes = max(threads * shared_rows, 1)

    def consensus(
        parameters: Parameters,
        offsets: I64s,
        vectors: U64s,
        uids: I64s,
        weights: U16s,
        row_stake: I64s,
        row_share: U32s,
        row_limit: U64s,
        row_sum: I64s,
        row_factor: F64s,
        facts: I64s,
        status: I64s,
        work: I64s,
        row_trust: I64s,
        scratch: U32s,
    ) -> None:
        codes = cuda.shared.array(shared_codes, uint32)
        thresholds = cuda.shared.array(threads, uint32)
        subnet = cuda.blockIdx.y
        p = parameters[subnet]
        left = np.int64(cuda.blockIdx.x) * threads
        if status[subnet] != PASSED or left >= p.neurons:
            return
        first = offsets[FIRST_NEURON, subnet]
        first_row = offsets[FIRST_ROW, subnet]
        first_cell = offsets[FIRST_CELL, subnet]
        thread = np.int64(cuda.threadIdx.x)
        j = left + thread
        stride = np.int64(threads)
        block = np.int64(0)
        if shared_rows == 0:
            codes = scratch
            stride = p.neurons
            block = first_cell + left
        threshold = ZERO_CODE
        if j < p.neurons:
            low, high, above = encode_column(
                p,
                first_row,
                first_cell,
                j,
                vectors[REGISTERED, first + j],
                uids,
                weights,
                row_share,
                row_limit,
                row_sum,
                row_factor,
                codes,
                block + thread,
                stride,
            )
            if facts[UNLISTED, subnet] != 0:
                low = ZERO_CODE
            threshold = median_of_column(
                p, first_row, row_share, codes, block + thread, stride, low, high, above
            )
            if threshold > ZERO_CODE:
                facts[HAS_CONSENSUS, subnet] = 1
            work[CONSENSUS, first + j] = decode(threshold)
            work[INCENTIVE, first + j] = rank_of_column(
                p, first_row, row_stake, codes, block + thread, stride, threshold
            )
        thresholds[thread] = threshold
        cuda.syncthreads()
        add_trust(
            p,
            first_row,
            min(np.int64(threads), p.neurons - left),
            codes,
            block,
            stride,
            thresholds,
            row_trust,
        )

    return device_kernel(threads)(consensus)


@device_function
def encode_column(
    p: Parameters,
    first_row: np.int64,
    first_cell: np.int64,
    j: np.int64,
    registered: np.uint64,
    uids: I64s,
    weights: U16s,
    row_share: U32s,
    row_limit: U64s,
    row_sum: I64s,
    row_factor: F64s,
    codes: U32s,
    top: np.int64,
    stride: np.int64,
) -> tuple[np.uint32, np.uint32, np.uint32]:
    """Codes of the column's scores; the voters' smallest, largest, and stake on more than 0."""
    low = CODE_ONE
    high = ZERO_CODE
    above = ZERO_CODE
    for row in range(p.rows):
        at = first_row + row
        weight = np.int64(weights[first_cell + row * p.neurons + j])
        code = ZERO_CODE
        if weight > NO_BITS and is_live(uids[at], j, p.owner, registered, row_limit[at]):
            code = np.uint32(min(ratio(weight, row_factor[at], row_sum[at]), U32_MAX))
        codes[top + row * stride] = code
        share = row_share[at]
        if share > ZERO_CODE:
            low = min(low, code)
            high = max(high, code)
            if code > ZERO_CODE:
                above = np.uint32(above + share)
    return low, high, above


@device_function
def median_of_column(
    p: Parameters,
    first_row: np.int64,
    row_share: U32s,
    codes: U32s,
    top: np.int64,
    stride: np.int64,
    low: np.uint32,
    high: np.uint32,
    above: np.uint32,
) -> np.uint32:
    """Code of the smallest score with less than ``kappa`` of stake above it, else the largest.

    Argued in :mod:`taospec.optimized.yuma.median`. ``[low, high]`` holds the answer, and both
    are scores (or 0, where unlisted stake votes it): after each look at the middle, ``high``
    drops to the largest score that is not above it, or ``low`` rises to the smallest that
    is. So each look halves the range of values and leaves only scores in it.
    """
    if p.kappa == NO_BITS:
        return high
    if low > high:
        return ZERO_CODE
    quorum = np.uint32(p.kappa - np.int64(1))
    if low == ZERO_CODE and above <= quorum:
        return ZERO_CODE
    while low < high:
        middle = np.uint32(low + np.uint32(np.uint32(high - low) >> ONE_CODE))
        above = ZERO_CODE
        highest_below = low
        lowest_above = high
        for row in range(p.rows):
            share = row_share[first_row + row]
            if share > ZERO_CODE:
                code = codes[top + row * stride]
                if code > middle:
                    above = np.uint32(above + share)
                    lowest_above = min(lowest_above, code)
                else:
                    highest_below = max(highest_below, code)
        if above <= quorum:
            high = highest_below
        else:
            low = lowest_above
    return low


@device_function
def rank_of_column(
    p: Parameters,
    first_row: np.int64,
    row_stake: I64s,
    codes: U32s,
    top: np.int64,
    stride: np.int64,
    threshold: np.uint32,
) -> np.int64:
    """The column's clipped scores times stake; at most the sum of stakes, so at most 1.0."""
    rank = np.int64(0)
    for row in range(p.rows):
        clipped = decode(min(codes[top + row * stride], threshold))
        rank += closed_proportion_product(row_stake[first_row + row], clipped)
    return rank


@device_function
def add_trust(
    p: Parameters,
    first_row: np.int64,
    width: np.int64,
    codes: U32s,
    block: np.int64,
    stride: np.int64,
    thresholds: U32s,
    row_trust: I64s,
) -> None:
    """Add the block's clipped scores to each row's trust: a thread per row.

    Neighbouring threads start at neighbouring columns, and so read from different banks.
    """
    for row in range(cuda.threadIdx.x, p.rows, cuda.blockDim.x):
        trust = np.int64(0)
        column = np.int64(cuda.threadIdx.x) % width
        for _ in range(width):
            trust += decode(min(codes[block + row * stride + column], thresholds[column]))
            column += np.int64(1)
            if column == width:
                column = np.int64(0)
        if trust != NO_BITS:
            cuda.atomic.add(row_trust, first_row + row, trust)
