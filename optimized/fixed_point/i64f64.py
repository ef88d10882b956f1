"""I64F64 on raw bits, as a pair ``(high, low)`` of ``uint64`` limbs in two's complement.

``high`` is the integer part, so a u64 below ``2**63`` is the pair ``(value, 0)``.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from taospec.optimized.compilation import inlined, subroutine
from taospec.optimized.fixed_point.i32f32 import MAX_BITS, MIN_BITS, ONE_BITS, TWO_POW_32
from taospec.optimized.fixed_point.words import (
    ALL_BITS,
    HALF_BITS,
    LOW_HALF,
    ONE,
    SIGN_BIT,
    WORD_BITS,
    ZERO,
    add_pair,
    divide_two_words,
    leading_zeros,
    less_pair,
    multiply_wide,
    negate_pair,
    shift_left_pair,
    subtract_pair,
)

LARGEST_FAST_DIVISOR: Final = SIGN_BIT >> ONE
"""Divisors whose high limb is below this take the fast path of :func:`i32f32_share`."""
TWO_POW_64: Final = 18446744073709551616.0


@inlined
def from_u64(value: np.uint64) -> tuple[np.uint64, np.uint64]:
    """A u64, saturating: the type ends below ``2**63``."""
    if value >= SIGN_BIT:
        return SIGN_BIT - ONE, ALL_BITS
    return value, ZERO


@inlined
def to_u64(high: np.uint64, low: np.uint64) -> np.uint64:
    """The integer part; 0 for a negative value."""
    if high >= SIGN_BIT:
        return ZERO
    return high


@inlined
def to_i32f32(high: np.uint64, low: np.uint64) -> np.int64:
    """Floor to 32 fraction bits, clamped to I32F32."""
    top = np.int64(high) >> np.int64(HALF_BITS - ONE)
    if top > np.int64(0):
        return MAX_BITS
    if top < np.int64(-1):
        return MIN_BITS
    return np.int64((high << HALF_BITS) | (low >> HALF_BITS))


@inlined
def saturating_add_nonnegative(
    a_high: np.uint64, a_low: np.uint64, b_high: np.uint64, b_low: np.uint64
) -> tuple[np.uint64, np.uint64]:
    """Sum of two values that are not negative, clamped."""
    high, low = add_pair(a_high, a_low, b_high, b_low)
    if high >= SIGN_BIT:
        return SIGN_BIT - ONE, ALL_BITS
    return high, low


@inlined
def weighted_stake(alpha: np.uint64, tao: np.uint64, tao_weight: np.uint64) -> tuple[np.uint64, np.uint64]:
    """``alpha + tao * tao_weight`` as the chain computes it, for u64 stakes.

    ``tao_weight`` is raw with 32 fraction bits and at most 1.0. For ``tao < 2**63`` the
    product ``tao * 2**64 * tao_weight * 2**32 / 2**64`` is the integer
    ``tao * tao_weight * 2**32 <= 2**127``, reached by no ``tao < 2**63``. From ``2**63`` on
    the chain multiplies the saturated ``(2**127 - 1) / 2**64``, and
    ``floor((2**127 - 1) * w * 2**32 / 2**64) = w * 2**95 - 1`` for ``0 < w <= 2**32``.
    """
    alpha_high, alpha_low = from_u64(alpha)
    high = ZERO
    low = ZERO
    if tao < SIGN_BIT:
        product_high, product_low = multiply_wide(tao, tao_weight)
        high = (product_high << HALF_BITS) | (product_low >> HALF_BITS)
        low = product_low << HALF_BITS
    elif tao_weight != ZERO:
        high = (tao_weight << (HALF_BITS - ONE)) - ONE
        low = ALL_BITS
    return saturating_add_nonnegative(alpha_high, alpha_low, high, low)


@inlined
def tao_weight_from_u64(weight: np.uint64) -> np.uint64:
    """``floor(weight * 2**32 / (2**64 - 1))``: the stored weight as a fraction, 32 bits.

    With ``weight = h * 2**32 + l`` this is ``h``, or ``h + 1`` if the remainder reaches the
    divisor: ``weight * 2**32 = h * (2**64 - 1) + l * 2**32 + h``, and ``l * 2**32 + h``
    reaches ``2**64 - 1`` only when both halves are all ones.
    """
    if weight == ALL_BITS:
        return ONE << HALF_BITS
    return weight >> HALF_BITS


@subroutine
def safe_div(
    a_high: np.uint64, a_low: np.uint64, b_high: np.uint64, b_low: np.uint64
) -> tuple[np.uint64, np.uint64]:
    """``a / b`` truncated toward zero; 0 for a zero divisor and on overflow."""
    if b_high == ZERO and b_low == ZERO:
        return ZERO, ZERO
    a_negative = a_high >= SIGN_BIT
    b_negative = b_high >= SIGN_BIT
    if a_negative:
        a_high, a_low = negate_pair(a_high, a_low)
    if b_negative:
        b_high, b_low = negate_pair(b_high, b_low)
    overflow, high, low = divide_pair(a_high, a_low, b_high, b_low)
    if a_negative != b_negative:
        if overflow or high > SIGN_BIT or (high == SIGN_BIT and low != ZERO):
            return ZERO, ZERO
        return negate_pair(high, low)
    if overflow or high >= SIGN_BIT:
        return ZERO, ZERO
    return high, low


@inlined
def divide_pair(
    a_high: np.uint64, a_low: np.uint64, b_high: np.uint64, b_low: np.uint64
) -> tuple[bool, np.uint64, np.uint64]:
    """Overflow flag and ``floor(a * 2**64 / b)`` of unsigned pairs; ``b`` is not 0."""
    if b_high == ZERO:
        shift = leading_zeros(b_low)
        divisor = b_low << shift
        top, _ = shift_left_pair(ZERO, a_high, shift)
        if shift > ZERO:
            top = a_high >> (WORD_BITS - shift)
        a_high, a_low = shift_left_pair(a_high, a_low, shift)
        digit_2, rest = divide_two_words(top, a_high, divisor)
        digit_1, rest = divide_two_words(rest, a_low, divisor)
        digit_0, rest = divide_two_words(rest, ZERO, divisor)
        return digit_2 != ZERO, digit_1, digit_0
    shift = leading_zeros(b_high)
    b_high, b_low = shift_left_pair(b_high, b_low, shift)
    top = ZERO
    if shift > ZERO:
        top = a_high >> (WORD_BITS - shift)
    a_high, a_low = shift_left_pair(a_high, a_low, shift)
    digit_1, rest_high, rest_low = divide_three_words(top, a_high, a_low, b_high, b_low)
    digit_0, rest_high, rest_low = divide_three_words(rest_high, rest_low, ZERO, b_high, b_low)
    return False, digit_1, digit_0


@subroutine
def divide_three_words(
    top: np.uint64, middle: np.uint64, low: np.uint64, b_high: np.uint64, b_low: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64]:
    """Quotient word and remainder pair of ``top:middle:low`` by the pair ``b``.

    ``top:middle < b``, so the quotient fits a word, and the highest bit of ``b`` is set. The
    quotient by ``b_high`` alone is at most two too large (Knuth, algorithm D).
    """
    if top >= b_high:
        quotient = ALL_BITS
    else:
        quotient, _ = divide_two_words(top, middle, b_high)
    high_high, high_low = multiply_wide(quotient, b_high)
    low_high, low_low = multiply_wide(quotient, b_low)
    product_low = low_low
    product_middle = high_low + low_high
    product_top = high_high
    if product_middle < high_low:
        product_top = product_top + ONE
    while product_top > top or (product_top == top and less_pair(middle, low, product_middle, product_low)):
        quotient = quotient - ONE
        borrow = less_pair(product_middle, product_low, b_high, b_low)
        product_middle, product_low = subtract_pair(product_middle, product_low, b_high, b_low)
        if borrow:
            product_top = product_top - ONE
    rest_high, rest_low = subtract_pair(middle, low, product_middle, product_low)
    return quotient, rest_high, rest_low


@inlined
def float_of_pair(high: np.uint64, low: np.uint64) -> float:
    """An unsigned pair as a float, within three roundings."""
    return np.float64(high) * TWO_POW_64 + np.float64(low)


@inlined
def i32f32_share(a_high: np.uint64, a_low: np.uint64, b_high: np.uint64, b_low: np.uint64) -> np.int64:
    """``safe_div`` followed by the conversion to I32F32, for any raw bits.

    Fast path, ``0 <= a <= b < 2**126``, ``b > 0``: flooring ``a * 2**64 / b`` and then
    dropping 32 bits is ``floor(a * 2**32 / b) <= 2**32``. The float estimate has at most
    nine roundings of relative size ``2**-53`` (three in each conversion, the quotient, the
    scaling), so it is off by less than ``2**32 * 10 * 2**-53 < 1``, and its truncation by at
    most one. ``rest = a * 2**32 - q * b`` lies in ``[-b, 2 * b)``, inside
    ``(-2**126, 2**127)``, so it is exact modulo ``2**128`` and corrects ``q``.
    """
    zero_divisor = b_high == ZERO and b_low == ZERO
    if zero_divisor or b_high >= LARGEST_FAST_DIVISOR or less_pair(b_high, b_low, a_high, a_low):
        high, low = safe_div(a_high, a_low, b_high, b_low)
        return to_i32f32(high, low)
    return share_of_larger(a_high, a_low, b_high, b_low)


@inlined
def share_of_larger(a_high: np.uint64, a_low: np.uint64, b_high: np.uint64, b_low: np.uint64) -> np.int64:
    """``floor(a * 2**32 / b)`` in the fast path's domain, argued at :func:`i32f32_share`."""
    estimate = float_of_pair(a_high, a_low) / float_of_pair(b_high, b_low) * TWO_POW_32
    quotient = np.uint64(estimate)
    part_high = (a_high << HALF_BITS) | (a_low >> HALF_BITS)
    part_low = a_low << HALF_BITS
    carry, product_low = multiply_wide(quotient, b_low)
    product_high = quotient * b_high + carry
    rest_high, rest_low = subtract_pair(part_high, part_low, product_high, product_low)
    if rest_high >= SIGN_BIT:
        return np.int64(quotient - ONE)
    if not less_pair(rest_high, rest_low, b_high, b_low):
        return np.int64(quotient + ONE)
    return np.int64(quotient)


@inlined
def emission_of_proportion(proportion: np.int64, emission: np.uint64) -> np.uint64:
    """:func:`emission_of_share` for a proportion in ``[0, 1]``.

    ``floor(p * (upper * 2**32 + lower) / 2**32) = p * upper + floor(p * lower / 2**32)``, and
    with ``p <= 2**32 - 1`` neither product exceeds a word nor their sum the emission.
    """
    if proportion == ONE_BITS:
        return emission
    part = np.uint64(proportion)
    return part * (emission >> HALF_BITS) + ((part * (emission & LOW_HALF)) >> HALF_BITS)


@subroutine
def emission_of_share(share: np.int64, emission: np.uint64) -> np.uint64:
    """The whole rao in ``share * emission``: I96F32 product, converted to u64.

    ``share`` is any I32F32. The product's raw bits ``share * emission`` are below ``2**127``,
    so the I96F32 multiplication cannot saturate; a negative product becomes 0 and one from
    ``2**64`` rao on becomes the largest u64.
    """
    if share <= np.int64(0):
        return ZERO
    high, low = multiply_wide(np.uint64(share), emission)
    if (high >> HALF_BITS) != ZERO:
        return ALL_BITS
    return (high << HALF_BITS) | (low >> HALF_BITS)
