"""One swap after the other on arrays of pools and requests, as the reference's ``swap`` does it.

Prices and shares are U64F64 as pairs of words; a swap's status says whether its powers were
decided (:mod:`taospec.optimized.amm.power`).
"""

from __future__ import annotations

from typing import Final

import numba
import numpy as np
from numpy.typing import NDArray

from taospec.optimized.amm.limbs import divide_pair_by_word, multiply_pair_by_word, multiply_saturating
from taospec.optimized.amm.power import DECIDED, OUTSIDE_DOMAIN, SCALE, scaled_power
from taospec.optimized.compilation import kernel, parallel_kernel, subroutine
from taospec.optimized.fixed_point.words import (
    ALL_BITS,
    HALF_BITS,
    ONE,
    SIGN_BIT,
    ZERO,
    less_pair,
    multiply_wide,
)
from taospec.reference.rules import implements

Words = NDArray[np.uint64]
Pair = tuple[np.uint64, np.uint64]

NO_ERROR: Final = np.uint8(0)
SWAP_INPUT_TOO_LARGE: Final = np.uint8(1)
RESERVES_TOO_LOW: Final = np.uint8(2)
PRICE_LIMIT_EXCEEDED: Final = np.uint8(3)

U16_MAX: Final = np.uint64(65535)
PER_U16_MAX: Final = np.uint64((1 << 64) // 65535)
RAO_PER_COIN: Final = np.uint64(10**9)
FIVE_TO_18: Final = np.uint64(5**18)
DIGIT: Final = np.uint64(22)
LAST_DIGIT: Final = np.uint64(2)
LOW_PLACE: Final = np.uint64(46)
HIGH_PLACE: Final = np.uint64(18)
HALF: Final = np.uint64(5 * 10**17)
LARGEST_INCREASE: Final = SIGN_BIT - ONE
LARGEST_DECREASE: Final = SIGN_BIT

PAID_IN: Final = 0
PAID_OUT: Final = 1
FEE: Final = 2
PRICE_BEFORE_HIGH: Final = 3
PRICE_BEFORE_LOW: Final = 4
PRICE_AFTER_HIGH: Final = 5
PRICE_AFTER_LOW: Final = 6
COLUMNS: Final = 7
"""Columns of the result, one row a request."""


def _swap_rows(
    tao_reserve: Words,
    alpha_in: Words,
    quote_weight: Words,
    dynamic: NDArray[np.bool_],
    fee_rate: Words,
    pool: NDArray[np.int64],
    buys: NDArray[np.bool_],
    amount: Words,
    price_limit: Words,
    charged: bool,
    input_multiple: np.uint64,
    minimum_reserve: np.uint64,
    result: Words,
    error: NDArray[np.uint8],
    status: NDArray[np.int8],
) -> None:
    for i in numba.prange(amount.size):
        held = pool[i]
        rate = fee_rate[held] if charged else ZERO
        if dynamic[held]:
            status[i], error[i] = _swap(
                tao_reserve[held],
                alpha_in[held],
                quote_weight[held],
                rate,
                buys[i],
                amount[i],
                price_limit[i],
                input_multiple,
                minimum_reserve,
                result[i],
            )
        else:
            status[i], error[i] = DECIDED, NO_ERROR
            _exchange_one_to_one(amount[i], result[i])


swap_rows = kernel(_swap_rows)
"""The loop on one thread."""
swap_rows_parallel = parallel_kernel(_swap_rows)
"""The same loop, spread over the threads."""


@subroutine
def _exchange_one_to_one(amount: np.uint64, row: Words) -> None:
    row[PAID_IN] = amount
    row[PAID_OUT] = amount
    row[FEE] = ZERO
    row[PRICE_BEFORE_HIGH] = row[PRICE_AFTER_HIGH] = ONE
    row[PRICE_BEFORE_LOW] = row[PRICE_AFTER_LOW] = ZERO


@subroutine
@implements("AMM-SWAP-1", "AMM-SWAP-2", "AMM-SWAP-3", "AMM-SWAP-4", "AMM-SWAP-5", "AMM-SWAP-6")
def _swap(
    tao: np.uint64,
    alpha: np.uint64,
    weight: np.uint64,
    rate: np.uint64,
    buys: bool,
    amount: np.uint64,
    price_limit: np.uint64,
    input_multiple: np.uint64,
    minimum_reserve: np.uint64,
    row: Words,
) -> tuple[np.int8, np.uint8]:
    """Status and error of one swap; what it moves goes into ``row``."""
    row[:] = ZERO
    if weight == ZERO or weight >= SCALE:
        return np.int8(OUTSIDE_DOMAIN), NO_ERROR
    reserve_in = tao if buys else alpha
    reserve_out = alpha if buys else tao
    fee = _fee(amount, rate)
    requested = amount - fee
    cap_high, cap = multiply_wide(reserve_in, input_multiple)
    if cap_high == ZERO and requested > cap:
        return np.int8(DECIDED), SWAP_INPUT_TOO_LARGE
    if reserve_out < minimum_reserve:
        return np.int8(DECIDED), RESERVES_TOO_LOW
    weights = weight_ratio(weight)
    price_high, price_low = price(weights, alpha, tao)
    row[PRICE_BEFORE_HIGH], row[PRICE_BEFORE_LOW] = price_high, price_low
    limit_high, limit_low = limit_price(price_limit)
    if not _inside(buys, price_high, price_low, limit_high, limit_low):
        return np.int8(DECIDED), PRICE_LIMIT_EXCEEDED
    weight_in = weight if buys else SCALE - weight
    status, paid_out = payout(reserve_in, reserve_out, requested, weight_in)
    if status != DECIDED:
        return np.int8(status), NO_ERROR
    paid_in = requested
    target_high, target_low = _price_after(weights, alpha, tao, buys, paid_in, paid_out, ALL_BITS, ALL_BITS)
    row[PRICE_AFTER_HIGH], row[PRICE_AFTER_LOW] = target_high, target_low
    settled = bool(paid_in <= LARGEST_INCREASE and paid_out <= LARGEST_DECREASE)
    if _inside(buys, limit_high, limit_low, target_high, target_low):
        weight_out = SCALE - weight_in
        if buys:
            status, paid_in = amount_to_price(limit_high, limit_low, price_high, price_low, weight_out, tao)
        else:
            status, paid_in = amount_to_price(price_high, price_low, limit_high, limit_low, weight_out, alpha)
        if status != DECIDED:
            return np.int8(status), NO_ERROR
        fee = _fee_on_top(paid_in, rate)
        settled = False
        status, paid_out = payout(reserve_in, reserve_out, paid_in, weight_in)
        if status != DECIDED:
            return np.int8(status), NO_ERROR
    if paid_in != ZERO and paid_out == ZERO:
        return np.int8(DECIDED), RESERVES_TOO_LOW
    row[PAID_IN] = paid_in
    row[PAID_OUT] = paid_out
    row[FEE] = fee
    if not settled:
        row[PRICE_AFTER_HIGH], row[PRICE_AFTER_LOW] = _price_after(
            weights, alpha, tao, buys, paid_in, paid_out, LARGEST_INCREASE, LARGEST_DECREASE
        )
    return np.int8(DECIDED), NO_ERROR


@subroutine
def _inside(
    buys: bool, price_high: np.uint64, price_low: np.uint64, limit_high: np.uint64, limit_low: np.uint64
) -> bool:
    """Whether a price is strictly better than a limit: below it for a purchase, above for a sale."""
    if buys:
        return bool(less_pair(price_high, price_low, limit_high, limit_low))
    return bool(less_pair(limit_high, limit_low, price_high, price_low))


@subroutine
@implements("AMM-FEE-1")
def _fee(amount: np.uint64, rate: np.uint64) -> np.uint64:
    """``floor(amount * floor(rate * 2**64 / 65535) / 2**64)``.

    ``2**64 = 65535 * PER_U16_MAX + 1``, so the inner floor is ``rate * PER_U16_MAX`` below 65535.
    """
    if rate == U16_MAX:
        return amount
    fee, _ = multiply_wide(amount, rate * PER_U16_MAX)
    return fee


@subroutine
@implements("AMM-FEE-2")
def _fee_on_top(amount: np.uint64, rate: np.uint64) -> np.uint64:
    """``floor(amount * floor(rate * 2**64 / (65535 - rate)) / 2**64)``, saturating; 0 at 65535."""
    if rate == U16_MAX:
        return ZERO
    ratio_high, ratio_low = divide_pair_by_word(rate, ZERO, U16_MAX - rate)
    overflow, fee, _ = multiply_pair_by_word(ratio_high, ratio_low, amount)
    return ALL_BITS if overflow != ZERO else fee


@subroutine
def weight_ratio(weight: np.uint64) -> Pair:
    """``w1 / w2``, truncated, for ``0 < w2 < 1e18``."""
    if weight == HALF:
        return ONE, ZERO
    return divide_pair_by_word(SCALE - weight, ZERO, weight)


@subroutine
@implements("AMM-PRICE-1")
def price(weights: Pair, alpha: np.uint64, tao: np.uint64) -> Pair:
    """``weights * (tao / alpha)``: a truncated quotient, a saturating floored product; 0 without alpha."""
    if alpha == ZERO:
        return ZERO, ZERO
    ratio_high, ratio_low = divide_pair_by_word(tao, ZERO, alpha)
    weights_high, weights_low = weights
    if weights_high == ONE and weights_low == ZERO:
        return ratio_high, ratio_low
    return multiply_saturating(weights_high, weights_low, ratio_high, ratio_low)


@subroutine
@implements("AMM-PRICE-3")
def limit_price(price_limit: np.uint64) -> Pair:
    """``floor(price_limit * 2**64 / 1e9)``, in digits of 32 bits: a remainder is below ``2**30``."""
    high = price_limit // RAO_PER_COIN
    rest = (price_limit - high * RAO_PER_COIN) << HALF_BITS
    upper = rest // RAO_PER_COIN
    lower = ((rest - upper * RAO_PER_COIN) << HALF_BITS) // RAO_PER_COIN
    return high, (upper << HALF_BITS) | lower


@subroutine
def parts_to_share(parts: np.uint64) -> Pair:
    """``floor(parts * 2**64 / 1e18)``: ``parts * 2**46 / 5**18`` in digits of 22, 22 and 2 bits.

    A remainder is below ``5**18 < 2**42``, so it has room for 22 bits more.
    """
    quotient = parts // FIVE_TO_18
    rest = (parts - quotient * FIVE_TO_18) << DIGIT
    upper = rest // FIVE_TO_18
    rest = (rest - upper * FIVE_TO_18) << DIGIT
    lower = rest // FIVE_TO_18
    last = ((rest - lower * FIVE_TO_18) << LAST_DIGIT) // FIVE_TO_18
    high = quotient >> HIGH_PLACE
    return high, (quotient << LOW_PLACE) | (upper << (DIGIT + LAST_DIGIT)) | (lower << LAST_DIGIT) | last


@subroutine
def _price_after(
    weights: Pair,
    alpha: np.uint64,
    tao: np.uint64,
    buys: bool,
    paid_in: np.uint64,
    paid_out: np.uint64,
    largest_increase: np.uint64,
    largest_decrease: np.uint64,
) -> Pair:
    """The price once both amounts are booked, saturating, each by no more than its largest change."""
    increase = min(paid_in, largest_increase)
    decrease = min(paid_out, largest_decrease)
    if buys:
        alpha = alpha - min(decrease, alpha)
        tao = tao + min(increase, ALL_BITS - tao)
    else:
        tao = tao - min(decrease, tao)
        alpha = alpha + min(increase, ALL_BITS - alpha)
    return price(weights, alpha, tao)


@subroutine
@implements("AMM-OUT-1")
def share_left(
    reserve: np.uint64, denominator: np.uint64, weight_in: np.uint64
) -> tuple[np.int64, np.uint64, np.uint64]:
    """Status and U64F64 of ``(reserve / denominator)**(weight_in / (1e18 - weight_in))``.

    At most 1 where the denominator is not below the reserve. An empty denominator and a power
    beyond u64 leave 0.
    """
    if denominator == ZERO:
        return DECIDED, ZERO, ZERO
    status, power_high, power = scaled_power(ZERO, reserve, ZERO, denominator, weight_in, SCALE - weight_in)
    if status != DECIDED or power_high != ZERO:
        return status, ZERO, ZERO
    high, low = parts_to_share(power)
    return DECIDED, high, low


@subroutine
@implements("AMM-OUT-2", "AMM-OUT-3")
def payout(
    reserve_in: np.uint64, reserve_out: np.uint64, amount: np.uint64, weight_in: np.uint64
) -> tuple[np.int64, np.uint64]:
    """Status and ``floor(reserve_out * (1 - share left))``."""
    denominator = reserve_in + min(amount, ALL_BITS - reserve_in)
    status, high, low = share_left(reserve_in, denominator, weight_in)
    if high != ZERO:
        return status, ZERO
    if low == ZERO:
        return status, reserve_out
    paid_out, _ = multiply_wide(reserve_out, ZERO - low)
    return status, paid_out


@subroutine
@implements("AMM-LIMIT-1", "AMM-LIMIT-2")
def amount_to_price(
    a_high: np.uint64,
    a_low: np.uint64,
    b_high: np.uint64,
    b_low: np.uint64,
    weight: np.uint64,
    reserve: np.uint64,
) -> tuple[np.int64, np.uint64]:
    """Status and ``floor(reserve * ((a/b)**weight - 1))``, 0 for ``a <= b``, saturating in u64.

    For ``a <= b`` the chain's power is at most 1e18 parts, whose growth is 0.
    """
    if (b_high | b_low) == ZERO or not less_pair(b_high, b_low, a_high, a_low):
        return DECIDED, ZERO
    status, power_high, power = scaled_power(a_high, a_low, b_high, b_low, weight, SCALE)
    if status != DECIDED:
        return status, ZERO
    if power_high != ZERO:
        power = ALL_BITS
    factor_high, factor_low = parts_to_share(power)
    if factor_high == ZERO:
        return DECIDED, ZERO
    overflow, amount, _ = multiply_pair_by_word(factor_high - ONE, factor_low, reserve)
    return DECIDED, ALL_BITS if overflow != ZERO else amount
