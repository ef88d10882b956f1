"""Products, shifts and quotients of pairs and triples of 64-bit words.

A pair ``(high, low)`` is the number ``high * 2**64 + low``, a triple has one more word on top.
"""

from __future__ import annotations

import numpy as np

from taospec.optimized.compilation import inlined, subroutine
from taospec.optimized.fixed_point.words import (
    ONE,
    WORD_BITS,
    ZERO,
    divide_two_words,
    leading_zeros,
    multiply_wide,
    shift_left_pair,
)


@subroutine
def multiply_pairs_high(
    a_high: np.uint64, a_low: np.uint64, b_high: np.uint64, b_low: np.uint64
) -> tuple[np.uint64, np.uint64]:
    """``floor(a * b / 2**128)``: the upper pair of the product of two pairs."""
    top_high, top_low = multiply_wide(a_high, b_high)
    left_high, left_low = multiply_wide(a_high, b_low)
    right_high, right_low = multiply_wide(a_low, b_high)
    low_high, _ = multiply_wide(a_low, b_low)
    middle = low_high + left_low
    carry = ZERO
    if middle < left_low:
        carry = ONE
    middle = middle + right_low
    if middle < right_low:
        carry = carry + ONE
    low = top_low + left_high
    high = top_high
    if low < left_high:
        high = high + ONE
    low = low + right_high
    if low < right_high:
        high = high + ONE
    low = low + carry
    if low < carry:
        high = high + ONE
    return high, low


@inlined
def multiply_pair_by_word(
    high: np.uint64, low: np.uint64, factor: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64]:
    """The triple ``high:low * factor``."""
    top, middle = multiply_wide(high, factor)
    carry, bottom = multiply_wide(low, factor)
    middle = middle + carry
    if middle < carry:
        top = top + ONE
    return top, middle, bottom


@inlined
def shift_right_triple(
    top: np.uint64, middle: np.uint64, bottom: np.uint64, shift: np.uint64
) -> tuple[np.uint64, np.uint64]:
    """The lower pair of ``top:middle:bottom >> shift`` for ``0 < shift < 64``."""
    complement = WORD_BITS - shift
    return (middle >> shift) | (top << complement), (bottom >> shift) | (middle << complement)


@subroutine
def divide_triple_by_word(
    top: np.uint64, middle: np.uint64, bottom: np.uint64, divisor: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64]:
    """The triple ``floor(top:middle:bottom / divisor)``; the divisor is not 0."""
    shift = leading_zeros(divisor)
    divisor = divisor << shift
    rest = ZERO
    if shift > ZERO:
        rest = top >> (WORD_BITS - shift)
    top, _ = shift_left_pair(top, middle, shift)
    middle, bottom = shift_left_pair(middle, bottom, shift)
    quotient_top = ZERO
    if rest == ZERO and top < divisor:
        rest = top
    else:
        quotient_top, rest = divide_two_words(rest, top, divisor)
    quotient_middle, rest = divide_two_words(rest, middle, divisor)
    quotient_bottom, _ = divide_two_words(rest, bottom, divisor)
    return quotient_top, quotient_middle, quotient_bottom


@subroutine
def divide_pair_by_word(high: np.uint64, low: np.uint64, divisor: np.uint64) -> tuple[np.uint64, np.uint64]:
    """The pair ``floor(high:low / divisor)``; the divisor is not 0."""
    shift = leading_zeros(divisor)
    divisor = divisor << shift
    rest = ZERO
    if shift > ZERO:
        rest = high >> (WORD_BITS - shift)
    high, low = shift_left_pair(high, low, shift)
    quotient_high = ZERO
    if rest == ZERO and high < divisor:
        rest = high
    else:
        quotient_high, rest = divide_two_words(rest, high, divisor)
    quotient_low, _ = divide_two_words(rest, low, divisor)
    return quotient_high, quotient_low


@subroutine
def multiply_saturating(
    a_high: np.uint64, a_low: np.uint64, b_high: np.uint64, b_low: np.uint64
) -> tuple[np.uint64, np.uint64]:
    """``floor(a * b / 2**64)`` of two pairs, at most ``2**128 - 1``: a product of U64F64."""
    top_high, top_low = multiply_wide(a_high, b_high)
    left_high, left_low = multiply_wide(a_high, b_low)
    right_high, right_low = multiply_wide(a_low, b_high)
    carry, _ = multiply_wide(a_low, b_low)
    overflow = top_high != ZERO
    high = top_low + left_high
    overflow = overflow or high < left_high
    high = high + right_high
    overflow = overflow or high < right_high
    low = carry
    for word in (left_low, right_low):
        low = low + word
        if low < word:
            high = high + ONE
            overflow = overflow or high == ZERO
    if overflow:
        return ~ZERO, ~ZERO
    return high, low
