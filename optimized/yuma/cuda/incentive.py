"""What follows from all columns of a subnet: a block per subnet."""

from __future__ import annotations

import numpy as np
from numba import cuda, int64

from taospec.optimized.compilation import inlined
from taospec.optimized.fixed_point.i32f32 import NO_BITS, ONE_BITS, proportion_to_u16, ratio, reciprocal
from taospec.optimized.fixed_point.i32f32 import closed_proportion_product as product
from taospec.optimized.fixed_point.i64f64 import emission_of_proportion
from taospec.optimized.yuma.arrays import I64s, Parameters, U16s, U64s
from taospec.optimized.yuma.cuda.blocks import block_sum
from taospec.optimized.yuma.cuda.device import LARGE_VECTOR_THREADS, device_function, device_kernel
from taospec.optimized.yuma.cuda.layout import FIRST_NEURON, FIRST_ROW, HAS_CONSENSUS, LIQUID
from taospec.optimized.yuma.guards import PASSED, RATE
from taospec.optimized.yuma.layout import (
    ACTIVE_WEIGHT,
    COMBINED,
    DIVIDENDS,
    INCENTIVE,
    SERVER,
    STAKE_WEIGHT,
    VALIDATOR,
    VALIDATOR_TRUST,
)


@device_kernel(LARGE_VECTOR_THREADS)
def incentives(parameters: Parameters, offsets: I64s, facts: I64s, status: I64s, work: I64s) -> None:
    """Normalise the ranks; whether liquid alpha applies, and the guard on its alternative.

    Liquid alpha applies only if some consensus is not 0.
    """
    shared = cuda.shared.array(LARGE_VECTOR_THREADS, int64)
    subnet = cuda.blockIdx.x
    if status[subnet] != PASSED:
        return
    p = parameters[subnet]
    liquid = p.liquid_alpha and facts[HAS_CONSENSUS, subnet] != 0
    if cuda.threadIdx.x == 0:
        facts[LIQUID, subnet] = liquid
        if p.guards & RATE and not liquid and not is_proportion(p.rate):
            status[subnet] = RATE
    normalize(work[INCENTIVE], offsets[FIRST_NEURON, subnet], p.neurons, shared)


@inlined
def is_proportion(rate: np.int64) -> np.bool:
    """Whether the rate is in [0, 1]: what the device computes of the guard's wider domain."""
    return rate >= NO_BITS and rate <= ONE_BITS


@device_function
def normalize(values: I64s, first: np.int64, count: np.int64, shared: I64s) -> None:
    """Divide non-negative values by their sum, if that is not 0.

    A rank or an income is at most 1.0 and there are at most 32768: the sum is below ``2**48``.
    """
    part = np.int64(0)
    for i in range(cuda.threadIdx.x, count, cuda.blockDim.x):
        part += values[first + i]
    total = block_sum(part, shared)
    if total != NO_BITS:
        factor = reciprocal(total)
        for i in range(cuda.threadIdx.x, count, cuda.blockDim.x):
            values[first + i] = ratio(values[first + i], factor, total)


@device_kernel(LARGE_VECTOR_THREADS)
def outputs(
    parameters: Parameters,
    offsets: I64s,
    uids: I64s,
    row_stake: I64s,
    row_trust: I64s,
    row_income: I64s,
    status: I64s,
    work: I64s,
    amounts: U64s,
    proportions: U16s,
) -> None:
    """Dividends, emission, and the stored form of every vector."""
    shared = cuda.shared.array(LARGE_VECTOR_THREADS, int64)
    subnet = cuda.blockIdx.x
    if status[subnet] != PASSED:
        return
    p = parameters[subnet]
    first = offsets[FIRST_NEURON, subnet]
    place_rows(p, first, offsets[FIRST_ROW, subnet], uids, row_stake, row_trust, row_income, work)
    cuda.syncthreads()
    normalize(work[DIVIDENDS], first, p.neurons, shared)
    part = np.int64(0)
    active_part = np.int64(0)
    for uid in range(cuda.threadIdx.x, p.neurons, cuda.blockDim.x):
        part += work[INCENTIVE, first + uid] + work[DIVIDENDS, first + uid]
        active_part += work[ACTIVE_WEIGHT, first + uid]
    total = block_sum(part, shared)
    active_total = block_sum(active_part, shared)
    for uid in range(cuda.threadIdx.x, p.neurons, cuda.blockDim.x):
        emit(p.emission, first + uid, total, active_total, work, amounts)
        for vector in range(proportions.shape[0]):
            proportions[vector, first + uid] = np.uint16(proportion_to_u16(work[vector, first + uid]))


@device_function
def place_rows(
    p: Parameters,
    first: np.int64,
    first_row: np.int64,
    uids: I64s,
    row_stake: I64s,
    row_trust: I64s,
    row_income: I64s,
    work: I64s,
) -> None:
    """Trust and income of the rows by uid; in Yuma 3 the income times the active stake."""
    for uid in range(cuda.threadIdx.x, p.neurons, cuda.blockDim.x):
        work[VALIDATOR_TRUST, first + uid] = NO_BITS
        work[DIVIDENDS, first + uid] = NO_BITS
    cuda.syncthreads()
    for row in range(cuda.threadIdx.x, p.rows, cuda.blockDim.x):
        at = first_row + row
        income = row_income[at]
        if p.yuma3:
            income = product(income, row_stake[at])
        work[VALIDATOR_TRUST, first + uids[at]] = row_trust[at]
        work[DIVIDENDS, first + uids[at]] = income


@device_function
def emit(
    emission: np.uint64, at: np.int64, total: np.int64, active_total: np.int64, work: I64s, amounts: U64s
) -> None:
    """Rao for one uid as a miner, as a validator, and combined.

    If nobody earned anything, validators share by active stake, or by stake if none is
    active. Every share is in [0, 1]: both stakes are, and a part is at most the ``total``.
    Upstream ``pallets/subtensor/src/epoch/run_epoch.rs:929``.
    """
    incentive = work[INCENTIVE, at]
    dividend = work[DIVIDENDS, at]
    if total == NO_BITS:
        share = work[ACTIVE_WEIGHT, at]
        if active_total == NO_BITS:
            share = work[STAKE_WEIGHT, at]
        amount = emission_of_proportion(share, emission)
        amounts[SERVER, at] = np.uint64(0)
        amounts[VALIDATOR, at] = amount
        amounts[COMBINED, at] = amount
    else:
        factor = reciprocal(total)
        amounts[SERVER, at] = emission_of_proportion(ratio(incentive, factor, total), emission)
        amounts[VALIDATOR, at] = emission_of_proportion(ratio(dividend, factor, total), emission)
        amounts[COMBINED, at] = emission_of_proportion(ratio(incentive + dividend, factor, total), emission)
