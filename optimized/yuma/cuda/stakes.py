"""Stake, permits and activity of every neuron: a block per subnet."""

from __future__ import annotations

import numpy as np
from numba import cuda, int64, uint64

from taospec.optimized.compilation import inlined
from taospec.optimized.fixed_point.i32f32 import NO_BITS, ratio, reciprocal
from taospec.optimized.fixed_point.i64f64 import (
    saturating_add_nonnegative,
    share_of_larger,
    tao_weight_from_u64,
    to_u64,
    weighted_stake,
)
from taospec.optimized.fixed_point.words import ONE, SIGN_BIT, ZERO
from taospec.optimized.yuma.arrays import Bools, I64s, Parameters, U32s, U64s
from taospec.optimized.yuma.cuda.blocks import block_sum, block_sum_of_pairs
from taospec.optimized.yuma.cuda.device import LARGE_VECTOR_THREADS, device_function, device_kernel
from taospec.optimized.yuma.cuda.layout import FIRST_NEURON, FIRST_ROW, HAS_CONSENSUS, NEWEST, UNLISTED
from taospec.optimized.yuma.guards import ACTIVE_STAKE, NEURONS, PASSED, admits_neurons
from taospec.optimized.yuma.layout import (
    ACTIVE,
    ACTIVE_WEIGHT,
    ALPHA,
    COMMIT_BLOCK,
    LAST_UPDATE,
    NEW_PERMITS,
    REGISTERED,
    ROOT_TAO,
    STAKE_AMOUNT,
    STAKE_WEIGHT,
)
from taospec.optimized.yuma.rows import U32_MAX, U64_MAX

LARGEST_STAKE_SUM = SIGN_BIT >> ONE
"""Rao. From this sum of stakes on, the fast division is not proven."""
UID_BITS = np.int64(15)
"""Enough for the neurons that the guard admits."""


@device_kernel(LARGE_VECTOR_THREADS)
def stakes(
    parameters: Parameters,
    offsets: I64s,
    vectors: U64s,
    permits: Bools,
    uids: I64s,
    filtered: U64s,
    work: I64s,
    amounts: U64s,
    masks: Bools,
    row_stake: I64s,
    row_share: U32s,
    row_limit: U64s,
    row_kept: Bools,
    row_trust: I64s,
    row_income: I64s,
    facts: I64s,
    status: I64s,
) -> None:
    """Everything that does not depend on weights; the rows' share of it; the guards.

    ``filtered`` (2, neurons) holds the I64F64 limbs of the stakes above the threshold.
    """
    shared_high = cuda.shared.array(LARGE_VECTOR_THREADS, uint64)
    shared_low = cuda.shared.array(LARGE_VECTOR_THREADS, uint64)
    shared_sum = cuda.shared.array(LARGE_VECTOR_THREADS, int64)
    subnet = cuda.blockIdx.x
    p = parameters[subnet]
    first = offsets[FIRST_NEURON, subnet]
    if p.guards & NEURONS and not admits_neurons(p.neurons):
        status[subnet] = NEURONS
        return
    part_high, part_low = filter_stakes(p, first, vectors, filtered, amounts)
    total_high, total_low = block_sum_of_pairs(part_high, part_low, shared_high, shared_low)
    if p.guards & ACTIVE_STAKE and total_high >= LARGEST_STAKE_SUM:
        status[subnet] = ACTIVE_STAKE
        return
    normalize_stakes(p, first, filtered, total_high, total_low, work)
    give_permits(p, first, work, masks)
    part = mask_stakes(p, first, vectors, permits, work, masks)
    total = block_sum(part, shared_sum)
    part, holders = normalize_active_stakes(p, first, total, work)
    total = block_sum(part, shared_sum)
    holders = block_sum(holders, shared_sum)
    staked = describe_rows(
        p,
        first,
        offsets[FIRST_ROW, subnet],
        vectors,
        permits,
        uids,
        work,
        masks,
        total,
        row_stake,
        row_share,
        row_limit,
        row_kept,
        row_trust,
        row_income,
    )
    staked = block_sum(staked, shared_sum)
    newest = newest_registration(p, first, vectors, shared_high)
    if cuda.threadIdx.x == 0:
        facts[UNLISTED, subnet] = holders > staked
        facts[NEWEST, subnet] = np.int64(newest)
        facts[HAS_CONSENSUS, subnet] = 0
        status[subnet] = PASSED


@device_function
def filter_stakes(
    p: Parameters, first: np.int64, vectors: U64s, filtered: U64s, amounts: U64s
) -> tuple[np.uint64, np.uint64]:
    """Stake weights, those below the threshold zeroed (the owner exempt); this thread's sum.

    Upstream ``pallets/subtensor/src/epoch/run_epoch.rs:634``.
    """
    weight = tao_weight_from_u64(p.tao_weight)
    sum_high = ZERO
    sum_low = ZERO
    for uid in range(cuda.threadIdx.x, p.neurons, cuda.blockDim.x):
        at = first + uid
        high, low = weighted_stake(vectors[ALPHA, at], vectors[ROOT_TAO, at], weight)
        total = to_u64(high, low)
        amounts[STAKE_AMOUNT, at] = total
        if total < p.stake_threshold and uid != p.owner:
            high = ZERO
            low = ZERO
        filtered[0, at] = high
        filtered[1, at] = low
        sum_high, sum_low = saturating_add_nonnegative(sum_high, sum_low, high, low)
    return sum_high, sum_low


@device_function
def normalize_stakes(
    p: Parameters, first: np.int64, filtered: U64s, total_high: np.uint64, total_low: np.uint64, work: I64s
) -> None:
    """Each stake's share of the sum, which is below ``2**62`` rao; a sum of 0 has no parts.

    A stake of 0 is left out, so that no thread divides by a sum of 0.
    """
    for uid in range(cuda.threadIdx.x, p.neurons, cuda.blockDim.x):
        at = first + uid
        share = NO_BITS
        if filtered[0, at] != ZERO or filtered[1, at] != ZERO:
            share = share_of_larger(filtered[0, at], filtered[1, at], total_high, total_low)
        work[STAKE_WEIGHT, at] = share


@device_function
def give_permits(p: Parameters, first: np.int64, work: I64s, masks: Bools) -> None:
    """Permits for the ``max_validators`` largest non-zero stakes, and for the owner.

    Of equal stakes the higher uid is larger, so ``stake * 2**15 + uid`` ranks them without
    ties, and bisection finds the rank that as many neurons reach as there are permits.
    """
    threshold = np.int64(1) << UID_BITS
    if p.max_validators == 0:
        threshold = np.int64(1) << np.int64(62)
    elif count_ranked_from(threshold, p, first, work) > p.max_validators:
        above = np.int64(1) << np.int64(48)
        while above - threshold > 1:
            middle = (threshold + above) >> np.int64(1)
            if count_ranked_from(middle, p, first, work) >= p.max_validators:
                threshold = middle
            else:
                above = middle
    for uid in range(cuda.threadIdx.x, p.neurons, cuda.blockDim.x):
        ranked = stake_rank(work[STAKE_WEIGHT, first + uid], np.int64(uid)) >= threshold
        masks[NEW_PERMITS, first + uid] = ranked or uid == p.owner


@device_function
def count_ranked_from(threshold: np.int64, p: Parameters, first: np.int64, work: I64s) -> np.int64:
    """Number of neurons of at least that rank, for every thread."""
    count = np.int64(0)
    for start in range(0, p.neurons, cuda.blockDim.x):
        uid = np.int64(start + cuda.threadIdx.x)
        reached = np.int32(0)
        if uid < p.neurons and stake_rank(work[STAKE_WEIGHT, first + uid], uid) >= threshold:
            reached = np.int32(1)
        count += np.int64(cuda.syncthreads_count(reached))
    return count


@inlined
def stake_rank(stake: np.int64, uid: np.int64) -> np.int64:
    """A number that orders neurons by stake and then by uid; ``stake <= 2**32``."""
    return (stake << UID_BITS) | uid


@device_function
def mask_stakes(
    p: Parameters, first: np.int64, vectors: U64s, permits: Bools, work: I64s, masks: Bools
) -> np.int64:
    """Activity, and the stake of the active and permitted; this thread's sum of it.

    A permit vector without any element masks nothing.
    Upstream ``pallets/subtensor/src/epoch/run_epoch.rs:612,690``.
    """
    total = np.int64(0)
    for uid in range(cuda.threadIdx.x, p.neurons, cuda.blockDim.x):
        at = first + uid
        active = is_active(vectors[LAST_UPDATE, at], p.activity_cutoff, p.block)
        masks[ACTIVE, at] = active
        stake = NO_BITS
        if active and (permits[at] or not p.has_permits):
            stake = work[STAKE_WEIGHT, at]
        work[ACTIVE_WEIGHT, at] = stake
        total += stake
    return total


@inlined
def is_active(last_update: np.uint64, cutoff: np.uint64, block: np.uint64) -> np.bool:
    """Whether ``last_update + cutoff`` reaches the block; a sum beyond a word does."""
    reach = last_update + cutoff
    return reach < last_update or reach >= block


@device_function
def normalize_active_stakes(
    p: Parameters, first: np.int64, total: np.int64, work: I64s
) -> tuple[np.int64, np.int64]:
    """Divide by the sum, if that is not 0; this thread's sum and number of what is positive."""
    factor = reciprocal(max(total, np.int64(1)))
    part = np.int64(0)
    holders = np.int64(0)
    for uid in range(cuda.threadIdx.x, p.neurons, cuda.blockDim.x):
        stake = work[ACTIVE_WEIGHT, first + uid]
        if stake > NO_BITS:
            stake = ratio(stake, factor, total)
            work[ACTIVE_WEIGHT, first + uid] = stake
        if stake > NO_BITS:
            part += stake
            holders += np.int64(1)
    return part, holders


@device_function
def describe_rows(
    p: Parameters,
    first: np.int64,
    first_row: np.int64,
    vectors: U64s,
    permits: Bools,
    uids: I64s,
    work: I64s,
    masks: Bools,
    total: np.int64,
    row_stake: I64s,
    row_share: U32s,
    row_limit: U64s,
    row_kept: Bools,
    row_trust: I64s,
    row_income: I64s,
) -> np.int64:
    """What the rows' matrices need of their uids; how many of this thread's have active stake.

    Positive active stakes are normalised once more. A share of 1.0 is stored one below: its
    holder is alone, and a median over one score never reads it.
    """
    factor = reciprocal(max(total, np.int64(1)))
    staked = np.int64(0)
    for row in range(cuda.threadIdx.x, p.rows, cuda.blockDim.x):
        at = first + uids[first_row + row]
        stake = work[ACTIVE_WEIGHT, at]
        share = np.uint32(0)
        if stake > NO_BITS:
            share = np.uint32(min(ratio(stake, factor, total), U32_MAX))
            staked += np.int64(1)
        limit = ZERO
        if permits[at]:
            limit = registration_limit(vectors[LAST_UPDATE, at], vectors[COMMIT_BLOCK, at], p.commit_reveal)
        row_stake[first_row + row] = stake
        row_share[first_row + row] = share
        row_limit[first_row + row] = limit
        row_kept[first_row + row] = masks[NEW_PERMITS, at]
        row_trust[first_row + row] = NO_BITS
        row_income[first_row + row] = NO_BITS
    return staked


@inlined
def registration_limit(last_update: np.uint64, commit: np.uint64, commit_reveal: np.bool) -> np.uint64:
    """A weight counts if its neuron was registered before this block.

    It must be older than the validator's last update and, under commit-reveal, not newer
    than its earliest live commit. Upstream ``pallets/subtensor/src/epoch/run_epoch.rs:723,766``.
    """
    if commit_reveal and commit < U64_MAX:
        return min(last_update, commit + ONE)
    return last_update


@device_function
def newest_registration(p: Parameters, first: np.int64, vectors: U64s, shared: U64s) -> np.uint64:
    """The latest block at which a neuron of the subnet was registered."""
    thread = cuda.threadIdx.x
    newest = ZERO
    for uid in range(thread, p.neurons, cuda.blockDim.x):
        newest = max(newest, vectors[REGISTERED, first + uid])
    shared[thread] = newest
    cuda.syncthreads()
    half = cuda.blockDim.x // 2
    while half > 0:
        if thread < half:
            shared[thread] = max(shared[thread], shared[thread + half])
        cuda.syncthreads()
        half = half // 2
    latest: np.uint64 = shared[0]
    return latest
