"""Stake weights, permits and active stake, for any input that storage can hold.

The only kernels with general arithmetic: what they answer decides whether the rest of the
epoch lies in the domain of the fast paths.
"""

from __future__ import annotations

import numpy as np

from taospec.optimized.compilation import subroutine
from taospec.optimized.fixed_point.i32f32 import (
    MAX_BITS,
    MIN_BITS,
    ONE_BITS,
    ratio,
    reciprocal,
    safe_div,
)
from taospec.optimized.fixed_point.i64f64 import (
    i32f32_share,
    tao_weight_from_u64,
    to_i32f32,
    to_u64,
    weighted_stake,
)
from taospec.optimized.fixed_point.words import ZERO, add_pair
from taospec.optimized.yuma.arrays import Bools, I64s, Parameters, U64s
from taospec.reference.rules import implements

U64_MAX = np.uint64((1 << 64) - 1)


@subroutine
@implements("YUMA-STAKE-2", "YUMA-STAKE-3", "YUMA-STAKE-4", "YUMA-STAKE-5")
def normalized_stake(p: Parameters, alpha: U64s, root_tao: U64s, total: U64s, share: I64s) -> None:
    """Stake weight of each uid in rao into ``total``, and its share of all into ``share``.

    Below the threshold (the owner exempt) the share is 0. The sum wraps; where it is 0 the
    stake itself stays. Upstream ``pallets/subtensor/src/epoch/run_epoch.rs:634``.
    """
    n = p.neurons
    weight = tao_weight_from_u64(p.tao_weight)
    high = np.empty(n, np.uint64)
    low = np.empty(n, np.uint64)
    sum_high = ZERO
    sum_low = ZERO
    for uid in range(n):
        high[uid], low[uid] = weighted_stake(alpha[uid], root_tao[uid], weight)
        total[uid] = to_u64(high[uid], low[uid])
        if total[uid] < p.stake_threshold and uid != p.owner:
            high[uid] = ZERO
            low[uid] = ZERO
        sum_high, sum_low = add_pair(sum_high, sum_low, high[uid], low[uid])
    if sum_high == ZERO and sum_low == ZERO:
        for uid in range(n):
            share[uid] = to_i32f32(high[uid], low[uid])
    else:
        for uid in range(n):
            share[uid] = np.int64(0)
            if high[uid] != ZERO or low[uid] != ZERO:
                share[uid] = i32f32_share(high[uid], low[uid], sum_high, sum_low)


@subroutine
@implements("YUMA-PERMIT-2", "YUMA-PERMIT-3")
def next_permits(p: Parameters, stake: I64s, permits: Bools) -> None:
    """Permits for the ``max_validators`` largest non-zero stakes, and for the owner.

    Of equal stakes the higher uid is larger. Where no more stakes are non-zero than there
    are permits and none is negative, all that the ranking drops are zeros.
    """
    n = p.neurons
    count = 0
    negative = False
    for uid in range(n):
        permits[uid] = stake[uid] != 0
        count += permits[uid]
        negative |= stake[uid] < 0
    if n >= p.max_validators and (count > p.max_validators or negative):
        drop_smallest(stake, n - p.max_validators, permits)
    if p.owner >= 0 and p.owner < n:
        permits[p.owner] = True


@subroutine
def drop_smallest(stake: I64s, dropped: np.int64, permits: Bools) -> None:
    """Take the permits of the ``dropped`` smallest stakes, the lower uid first among equals."""
    if dropped == 0:
        return
    threshold = order_statistic(stake, dropped)
    left = dropped
    for uid in range(stake.size):
        if stake[uid] < threshold:
            permits[uid] = False
            left -= 1
    for uid in range(stake.size):
        if left > 0 and stake[uid] == threshold:
            permits[uid] = False
            left -= 1


@subroutine
def order_statistic(values: I64s, rank: np.int64) -> np.int64:
    """The ``rank``-th smallest value, from 1 on: the least that ``rank`` values do not exceed.

    Bisection over all of I32F32; the midpoint is the overflow-free ``floor((low + high) / 2)``.
    """
    low = MIN_BITS
    high = MAX_BITS
    while low < high:
        middle = (low & high) + ((low ^ high) >> np.int64(1))
        count = np.int64(0)
        for i in range(values.size):
            count += values[i] <= middle
        if count >= rank:
            high = middle
        else:
            low = middle + np.int64(1)
    return low


@subroutine
@implements("YUMA-ACTIVE-2")
def activity(p: Parameters, last_update: U64s, active: Bools) -> None:
    """Whether ``last_update + cutoff`` (saturating) reaches the current block."""
    for uid in range(p.neurons):
        sum_of_blocks = last_update[uid] + p.activity_cutoff
        if sum_of_blocks < last_update[uid]:
            sum_of_blocks = U64_MAX
        active[uid] = sum_of_blocks >= p.block


@subroutine
@implements("YUMA-STAKE-6")
def active_stake(
    p: Parameters, stake: I64s, active: Bools, permits: Bools, result: I64s
) -> tuple[np.int64, np.int64, np.int64]:
    """Stake of the active and permitted, normalised: smallest, largest and sum of the result.

    A permit vector without any element masks nothing.
    """
    n = p.neurons
    total = np.int64(0)
    usual = True
    for uid in range(n):
        counts = active[uid] and (permits[uid] or not p.has_permits)
        result[uid] = stake[uid] if counts else np.int64(0)
        total += result[uid]
        usual &= result[uid] >= 0 and result[uid] <= ONE_BITS
    if total != 0:
        if usual:
            normalize_proportions(result, total)
        else:
            for uid in range(n):
                result[uid] = safe_div(result[uid], total)
    return extent(result[:n])


@subroutine
def normalize_proportions(values: I64s, total: np.int64) -> None:
    """Divide values in ``[0, total]`` by ``0 < total < 2**62``, floored."""
    factor = reciprocal(total)
    for i in range(values.size):
        values[i] = ratio(values[i], factor, total)


@subroutine
def extent(values: I64s) -> tuple[np.int64, np.int64, np.int64]:
    """Smallest, largest and wrapping sum; zeros for no values."""
    smallest = np.int64(0)
    largest = np.int64(0)
    total = np.int64(0)
    for i in range(values.size):
        smallest = min(smallest, values[i])
        largest = max(largest, values[i])
        total += values[i]
    return smallest, largest, total
