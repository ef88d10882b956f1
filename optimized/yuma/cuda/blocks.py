"""Sums over the threads of a block.

``shared`` has one element per thread, their number is a power of two, and every thread of
the block calls. The terms are non-negative integers that cannot overflow (or saturate, at
the end, in any order), so the shape of the tree does not matter.
"""

from __future__ import annotations

import numpy as np
from numba import cuda

from taospec.optimized.fixed_point.i64f64 import saturating_add_nonnegative
from taospec.optimized.yuma.arrays import I64s, U64s
from taospec.optimized.yuma.cuda.device import device_function


@device_function
def block_sum(value: np.int64, shared: I64s) -> np.int64:
    """The sum of all threads' values, for every thread."""
    thread = cuda.threadIdx.x
    shared[thread] = value
    cuda.syncthreads()
    half = cuda.blockDim.x // 2
    while half > 0:
        if thread < half:
            shared[thread] += shared[thread + half]
        cuda.syncthreads()
        half = half // 2
    total: np.int64 = shared[0]
    cuda.syncthreads()
    return total


@device_function
def block_sum_of_pairs(
    high: np.uint64, low: np.uint64, shared_high: U64s, shared_low: U64s
) -> tuple[np.uint64, np.uint64]:
    """The saturating sum of all threads' I64F64, for every thread."""
    thread = cuda.threadIdx.x
    shared_high[thread] = high
    shared_low[thread] = low
    cuda.syncthreads()
    half = cuda.blockDim.x // 2
    while half > 0:
        if thread < half:
            sum_high, sum_low = saturating_add_nonnegative(
                shared_high[thread],
                shared_low[thread],
                shared_high[thread + half],
                shared_low[thread + half],
            )
            shared_high[thread] = sum_high
            shared_low[thread] = sum_low
        cuda.syncthreads()
        half = half // 2
    total_high = shared_high[0]
    total_low = shared_low[0]
    cuda.syncthreads()
    return total_high, total_low
