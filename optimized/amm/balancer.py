"""The functions of the weighted pool on arrays: shares that swaps leave, and amounts to a price.

A U64F64 is a row ``(high word, low word)``. Each function also answers the status of every
element (:mod:`taospec.optimized.amm.power`); where it is not ``DECIDED``, the element is 0 and
the reference must be asked.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from taospec.optimized.amm.power import DECIDED, OUTSIDE_DOMAIN, SCALE
from taospec.optimized.amm.swap_kernel import amount_to_price, share_left
from taospec.optimized.compilation import kernel
from taospec.optimized.fixed_point.words import ALL_BITS, ONE, ZERO

Words = NDArray[np.uint64]
Statuses = NDArray[np.int64]


def shares_left(weight_in: Words, reserve: Words, amount: Words) -> tuple[Words, Statuses]:
    """``(r / (r + d))**(w_in / (1e18 - w_in))`` of each element, the sum saturating in u64."""
    weights, reserves, amounts = _columns(weight_in, reserve, amount)
    bits, statuses = np.zeros((weights.size, 2), np.uint64), np.zeros(weights.size, np.int64)
    _share_rows(weights, reserves, amounts, bits, statuses)
    return bits, statuses


def amounts_to_price(
    weight: Words, numerator_bits: Words, denominator_bits: Words, reserve: Words
) -> tuple[Words, Statuses]:
    """``floor(r * ((numerator / denominator)**weight - 1))`` of each element, from 0 to u64."""
    weights, reserves = _columns(weight, reserve)
    amounts, statuses = np.zeros(weights.size, np.uint64), np.zeros(weights.size, np.int64)
    _amount_rows(weights, numerator_bits, denominator_bits, reserves, amounts, statuses)
    return amounts, statuses


def _columns(*values: Any) -> tuple[Words, ...]:
    arrays = np.broadcast_arrays(*(np.asarray(value, np.uint64) for value in values))
    return tuple(np.ascontiguousarray(array).reshape(-1) for array in arrays)


@kernel
def _share_rows(weight_in: Words, reserve: Words, amount: Words, bits: Words, statuses: Statuses) -> None:
    for i in range(reserve.size):
        if weight_in[i] == ZERO or weight_in[i] >= SCALE:
            statuses[i] = OUTSIDE_DOMAIN
            continue
        denominator = reserve[i] + min(amount[i], ALL_BITS - reserve[i])
        status, high, low = share_left(reserve[i], denominator, weight_in[i])
        statuses[i] = status
        if high > ZERO:
            high, low = ONE, ZERO
        bits[i, 0], bits[i, 1] = high, low


@kernel
def _amount_rows(
    weight: Words,
    numerator: Words,
    denominator: Words,
    reserve: Words,
    amounts: Words,
    statuses: Statuses,
) -> None:
    for i in range(reserve.size):
        status, amount = amount_to_price(
            numerator[i, 0], numerator[i, 1], denominator[i, 0], denominator[i, 1], weight[i], reserve[i]
        )
        statuses[i] = status
        amounts[i] = amount if status == DECIDED else ZERO
