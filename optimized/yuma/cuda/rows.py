"""Sums of the masked weight rows: a block per row."""

from __future__ import annotations

import numpy as np
from numba import cuda, int64

from taospec.optimized.compilation import inlined
from taospec.optimized.fixed_point.i32f32 import reciprocal
from taospec.optimized.yuma.arrays import F64s, I64s, Parameters, U16s, U64s
from taospec.optimized.yuma.cuda.blocks import block_sum
from taospec.optimized.yuma.cuda.device import ROW_THREADS, device_kernel
from taospec.optimized.yuma.cuda.layout import FIRST_CELL, FIRST_NEURON, FIRST_ROW, NEWEST
from taospec.optimized.yuma.guards import PASSED
from taospec.optimized.yuma.layout import REGISTERED


@device_kernel(ROW_THREADS)
def row_sums(
    parameters: Parameters,
    offsets: I64s,
    vectors: U64s,
    uids: I64s,
    weights: U16s,
    row_limit: U64s,
    facts: I64s,
    status: I64s,
    row_sum: I64s,
    row_factor: F64s,
) -> None:
    """Sum of each row's live weights and its reciprocal; block ``(row, subnet)``."""
    shared = cuda.shared.array(ROW_THREADS, int64)
    row = np.int64(cuda.blockIdx.x)
    subnet = cuda.blockIdx.y
    p = parameters[subnet]
    if status[subnet] != PASSED or row >= p.rows:
        return
    at = offsets[FIRST_ROW, subnet] + row
    first = offsets[FIRST_NEURON, subnet]
    cells = offsets[FIRST_CELL, subnet] + row * p.neurons
    limit = row_limit[at]
    uid = uids[at]
    all_older = limit > np.uint64(facts[NEWEST, subnet])
    part = np.int64(0)
    for j in range(cuda.threadIdx.x, p.neurons, cuda.blockDim.x):
        if all_older or vectors[REGISTERED, first + j] < limit:
            part += np.int64(weights[cells + j])
    own = uid % np.int64(cuda.blockDim.x) == cuda.threadIdx.x and uid != p.owner
    if own and (all_older or vectors[REGISTERED, first + uid] < limit):
        part -= np.int64(weights[cells + uid])
    total = block_sum(part, shared)
    if cuda.threadIdx.x == 0:
        row_sum[at] = total
        row_factor[at] = reciprocal(max(total, np.int64(1)))


@inlined
def is_live(uid: np.int64, j: np.int64, owner: np.int64, registered: np.uint64, limit: np.uint64) -> bool:
    """Whether the weight of ``uid`` on ``j`` survives the masks: not on oneself, the owner excepted."""
    return bool(registered < limit) and bool(j != uid or uid == owner)
