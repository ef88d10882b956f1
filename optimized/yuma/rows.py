"""The rows of weights and bonds that matter, masked and summed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from taospec.optimized.compilation import inlined, subroutine
from taospec.optimized.fixed_point.i32f32 import (
    FRACTION_BITS,
    FRACTION_MASK,
    NO_BITS,
    ONE_BITS,
    U16_MAX,
    ratio,
    reciprocal,
)
from taospec.optimized.fixed_point.words import HALF_BITS
from taospec.optimized.yuma.arrays import Bools, I64s, Parameters, U16s, U32s, U64s
from taospec.optimized.yuma.layout import COMMIT_BLOCK, LAST_UPDATE, REGISTERED
from taospec.reference.rules import implements

U64_MAX = np.uint64((1 << 64) - 1)
U32_MAX = np.int64((1 << 32) - 1)
WEIGHT_BITS = np.int64(16)
WEIGHT_SUM_BITS = np.int64(32)
SCALED_SHIFT = np.int64(16)
QUOTIENT_SHIFT = np.uint64(48)


class Rows(NamedTuple):
    """The rows of an epoch's matrices, those with active stake first."""

    source: I64s
    """Row of the input matrices."""
    uid: I64s
    """Neuron that the row belongs to."""
    staked: int
    """Number of rows with active stake."""
    stake: I64s
    """Active stake, I32F32."""
    share: U32s
    """Active stake as a share of all active stake, I32F32 (1.0 is stored one below)."""
    unlisted: bool
    """Whether somebody without a row has active stake: a score of 0 for every neuron."""
    weight_sum: I64s
    """Sum of the row's u16 weights; 0 for a row that counts for nothing."""
    has_one: bool
    """Whether some weight is 1.0: a row's only one."""
    divisor: U32s
    """What divides by the sum, three words a row: :func:`prepare_division`."""
    factor: U64s
    """What divides by a sum of more than ``2**16``: :func:`division_factor`. 0 for a sum of 0."""
    kept: Bools
    """Whether the row's uid has a permit next, so that its bonds are stored."""
    weights: U16s
    """The masked weights, by ``source``."""


class RowArrays(NamedTuple):
    """Where the rows are listed: the arrays of :class:`Rows`, of which ``share`` is too long."""

    source: I64s
    uid: I64s
    stake: I64s
    share: U32s
    weight_sum: I64s
    divisor: U32s
    factor: U64s
    kept: Bools


@inlined
def row_arrays(rows: int) -> RowArrays:
    """Room for so many rows."""
    return RowArrays(
        np.empty(rows, np.int64),
        np.empty(rows, np.int64),
        np.empty(rows, np.int64),
        np.empty(rows, np.uint32),
        np.empty(rows, np.int64),
        np.empty((rows, 3), np.uint32),
        np.empty(rows, np.uint64),
        np.empty(rows, np.bool_),
    )


@subroutine
@implements("YUMA-MASK-1")
def arrange_rows(
    new_permits: Bools, active: I64s, uids: I64s, current: U16s, sums: I64s, arrays: RowArrays
) -> tuple[int, bool, bool]:
    """Order the rows, whose sums of weights :func:`add_sums` found, and prepare to divide by the sums.

    The answer is ``staked``, ``unlisted`` and ``has_one`` of :class:`Rows`.
    """
    source, uid, stake, weight_sum = arrays.source, arrays.uid, arrays.stake, arrays.weight_sum
    divisor, factor, kept = arrays.divisor, arrays.factor, arrays.kept
    staked = place(uids, active, True, 0, source)
    place(uids, active, False, staked, source)
    has_one = False
    for row in range(uids.size):
        uid[row] = uids[source[row]]
        stake[row] = active[uid[row]]
        kept[row] = new_permits[uid[row]]
        weight_sum[row] = sums[source[row]]
        divisor[row] = np.uint32(0)
        factor[row] = np.uint64(0)
        if weight_sum[row] > 0:
            if weight_sum[row] <= U16_MAX:
                has_one |= has_element(current[source[row]], weight_sum[row])
            prepare_division(weight_sum[row], divisor[row])
            factor[row] = division_factor(divisor[row])
    return staked, stake_shares(active, uid, staked, arrays.share), has_one


@inlined
def arranged_rows(arrays: RowArrays, staked: int, unlisted: bool, has_one: bool, current: U16s) -> Rows:
    """The rows that :func:`arrange_rows` listed."""
    return Rows(
        arrays.source,
        arrays.uid,
        staked,
        arrays.stake,
        arrays.share[:staked],
        unlisted,
        arrays.weight_sum,
        has_one,
        arrays.divisor,
        arrays.factor,
        arrays.kept,
        current,
    )


@subroutine
def place(uids: I64s, active: I64s, with_stake: bool, position: int, source: I64s) -> int:
    """List the rows with (or without) active stake from ``position`` on; the next position."""
    for row in range(uids.size):
        if (active[uids[row]] > 0) == with_stake:
            source[position] = row
            position += 1
    return position


@subroutine
def stake_shares(active: I64s, uid: I64s, staked: int, share: U32s) -> bool:
    """Renormalise the positive active stakes; whether some of them have no row.

    A share is at least 1, since the sum is at most 1.0. Only a validator that is alone has
    a share of 1.0, and a median over one score never reads it.
    """
    total = np.int64(0)
    holders = 0
    for i in range(active.size):
        if active[i] > 0:
            total += active[i]
            holders += 1
    if total > 0:
        factor = reciprocal(total)
        for row in range(staked):
            share[row] = np.uint32(min(ratio(active[uid[row]], factor, total), U32_MAX))
    return holders > staked


@subroutine
def add_sums(
    permits: Bools,
    uids: I64s,
    current: U16s,
    first_row: int,
    last_row: int,
    first_column: int,
    last_column: int,
    sums: I64s,
) -> None:
    """Sums of some columns of some rows of current weights; 0 for a row without a permit in force."""
    for row in range(first_row, last_row):
        sums[row] = row_sum(current[row, first_column:last_column]) if permits[uids[row]] else 0


@subroutine
def row_sum(row: U16s) -> np.int64:
    """Sum of u16 weights; below ``2**32`` for at most 65537 of them."""
    total = np.uint32(0)
    for j in range(row.size):
        total = np.uint32(total + np.uint32(row[j]))
    return np.int64(total)


@subroutine
def has_element(row: U16s, value: np.int64) -> bool:
    """Whether some element has the value."""
    found = False
    for j in range(row.size):
        found |= np.int64(row[j]) == value
    return found


@subroutine
def prepare_division(weight_sum: np.int64, divisor: U32s) -> None:
    """Write the words by which :func:`normalized_weight` divides by ``0 < weight_sum < 2**31``.

    With ``2**32 = quotient * weight_sum + rest`` and ``0 < rest <= weight_sum``, they are
    ``quotient`` and both words of ``scaled = ceil(rest * 2**48 / weight_sum) <= 2**48``.
    """
    quotient = U32_MAX // weight_sum
    rest = ONE_BITS - quotient * weight_sum
    upper = (rest << WEIGHT_SUM_BITS) // weight_sum
    left = (rest << WEIGHT_SUM_BITS) - upper * weight_sum
    lower = (left << WEIGHT_BITS) // weight_sum
    left = (left << WEIGHT_BITS) - lower * weight_sum
    scaled = (upper << WEIGHT_BITS) + lower + np.int64(left > NO_BITS)
    divisor[0] = np.uint32(quotient)
    divisor[1] = np.uint32(scaled >> FRACTION_BITS)
    divisor[2] = np.uint32(scaled & FRACTION_MASK)


@inlined
def division_factor(divisor: U32s) -> np.uint64:
    """``ceil(2**80 / weight_sum)`` for ``2**16 < weight_sum``, from :func:`prepare_division`'s words.

    It is ``quotient * 2**48 + scaled``, as ``2**80 = quotient * 2**48 * weight_sum + rest * 2**48``,
    and fits a word: ``2**80 / (2**16 + 1) < 2**64 - 2**47``. With it, as in
    :func:`normalized_weight`, ``floor(weight * 2**32 / weight_sum)`` is
    ``floor(weight * factor / 2**48)``: ``scaled_shorts`` of :mod:`taospec.optimized.lanes`.
    """
    scaled = (np.uint64(divisor[1]) << HALF_BITS) + np.uint64(divisor[2])
    return (np.uint64(divisor[0]) << QUOTIENT_SHIFT) + scaled


@inlined
@implements("YUMA-NORM-2")
def normalized_weight(
    weight: np.int64, quotient: np.int64, scaled_high: np.int64, scaled_low: np.int64
) -> np.int64:
    """``floor(weight * 2**32 / weight_sum)`` for a u16 ``weight <= weight_sum < 2**31``.

    ``weight * 2**32 / weight_sum = weight * quotient + weight * rest / weight_sum``, and the
    last term's floor is ``floor(weight * scaled / 2**48)``: scaled exceeds
    ``rest * 2**48 / weight_sum`` by less than 1, so the quotient grows by less than
    ``weight / 2**48 < 2**-32``, while it lies at least ``1 / weight_sum > 2**-31`` below the
    next integer. Flooring the lower word's product first changes nothing, as the upper
    word's product is an integer.
    """
    fraction = ((weight * scaled_low) >> FRACTION_BITS) + weight * scaled_high
    return weight * quotient + (fraction >> SCALED_SHIFT)


@subroutine
@implements("YUMA-MASK-2")
def current_weights(p: Parameters, vectors: U64s, permits: Bools, uids: I64s, weights: U16s) -> U16s:
    """Weights without self-weights (the owner's excepted) and without what is out of date.

    The input itself where nothing is to be removed, else a copy. Rows without a permit are
    left as they are: their sum is taken as 0.
    """
    newest = np.uint64(0)
    for j in range(p.neurons):
        newest = max(newest, vectors[REGISTERED, j])
    result = weights
    copied = False
    for row in range(uids.size):
        uid = uids[row]
        if not permits[uid]:
            continue
        limit = registration_limit(p, vectors, uid)
        own = uid != p.owner and weights[row, uid] != 0
        if not copied and (own or limit <= newest):
            result = weights.copy()
            copied = True
        if own:
            result[row, uid] = 0
        if limit <= newest:
            for j in range(p.neurons):
                if vectors[REGISTERED, j] >= limit:
                    result[row, j] = 0
    return result


@subroutine
@implements("YUMA-MASK-3", "YUMA-MASK-5")
def registration_limit(p: Parameters, vectors: U64s, uid: int) -> np.uint64:
    """A weight counts if its neuron was registered before this block.

    It must be older than the validator's last update and, under commit-reveal, not newer
    than its earliest live commit. Upstream ``pallets/subtensor/src/epoch/run_epoch.rs:723,766``.
    """
    limit: np.uint64 = vectors[LAST_UPDATE, uid]
    commit: np.uint64 = vectors[COMMIT_BLOCK, uid]
    if p.commit_reveal and commit < U64_MAX:
        limit = min(limit, commit + np.uint64(1))
    return limit
