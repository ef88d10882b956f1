"""Arithmetic of unsigned 64-bit words: wide products, wide quotients, 128-bit pairs.

All constants are named, so that the proofs can run this source with narrower words.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from taospec.optimized.compilation import inlined, subroutine

HALF_BITS: Final = np.uint64(32)
"""Bits of half a word."""
LOW_HALF: Final = np.uint64((1 << 32) - 1)
"""The mask of the lower half of a word."""
WORD_BITS: Final = np.uint64(64)
"""Bits of a word."""
SIGN_BIT: Final = np.uint64(1 << 63)
"""The highest bit of a word."""
ALL_BITS: Final = np.uint64((1 << 64) - 1)
"""A word of ones."""
ZERO: Final = np.uint64(0)
ONE: Final = np.uint64(1)


@inlined
def multiply_wide(a: np.uint64, b: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Both words ``(high, low)`` of the product of two words.

    Schoolbook with half words: each partial product is at most ``(2**32-1)**2``, and
    ``middle`` sums three halves, so nothing overflows.
    """
    a_low = a & LOW_HALF
    a_high = a >> HALF_BITS
    b_low = b & LOW_HALF
    b_high = b >> HALF_BITS
    low_low = a_low * b_low
    low_high = a_low * b_high
    high_low = a_high * b_low
    middle = (low_low >> HALF_BITS) + (low_high & LOW_HALF) + (high_low & LOW_HALF)
    low = (low_low & LOW_HALF) | (middle << HALF_BITS)
    high = a_high * b_high + (low_high >> HALF_BITS) + (high_low >> HALF_BITS) + (middle >> HALF_BITS)
    return high, low


@inlined
def leading_zeros(a: np.uint64) -> np.uint64:
    """Number of zero bits above the highest one bit; ``a`` is not 0."""
    count = ZERO
    step = HALF_BITS
    while step > ZERO:
        if (a >> (WORD_BITS - step)) == ZERO:
            a = a << step
            count = count + step
        step = step >> ONE
    return count


@subroutine
def divide_two_words(high: np.uint64, low: np.uint64, divisor: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Quotient and remainder of ``high:low`` by ``divisor``.

    ``high < divisor`` (the quotient fits a word), and the highest bit of ``divisor`` is set.
    Knuth's algorithm D with half-word digits: an estimated digit is at most two too large.
    """
    divisor_high = divisor >> HALF_BITS
    divisor_low = divisor & LOW_HALF
    next_digit = low >> HALF_BITS
    last_digit = low & LOW_HALF

    quotient_high = high // divisor_high
    rest = high - quotient_high * divisor_high
    while quotient_high > LOW_HALF or quotient_high * divisor_low > ((rest << HALF_BITS) | next_digit):
        quotient_high = quotient_high - ONE
        rest = rest + divisor_high
        if rest > LOW_HALF:
            break
    middle = ((high << HALF_BITS) | next_digit) - quotient_high * divisor

    quotient_low = middle // divisor_high
    rest = middle - quotient_low * divisor_high
    while quotient_low > LOW_HALF or quotient_low * divisor_low > ((rest << HALF_BITS) | last_digit):
        quotient_low = quotient_low - ONE
        rest = rest + divisor_high
        if rest > LOW_HALF:
            break
    remainder = ((middle << HALF_BITS) | last_digit) - quotient_low * divisor
    return (quotient_high << HALF_BITS) | quotient_low, remainder


@inlined
def shift_left_pair(high: np.uint64, low: np.uint64, shift: np.uint64) -> tuple[np.uint64, np.uint64]:
    """``high:low`` shifted left by fewer bits than a word has."""
    if shift == ZERO:
        return high, low
    return (high << shift) | (low >> (WORD_BITS - shift)), low << shift


@inlined
def negate_pair(high: np.uint64, low: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Two's complement of ``high:low``."""
    if low == ZERO:
        return ZERO - high, ZERO
    return ~high, ZERO - low


@inlined
def add_pair(
    a_high: np.uint64, a_low: np.uint64, b_high: np.uint64, b_low: np.uint64
) -> tuple[np.uint64, np.uint64]:
    """Wrapping sum of two pairs."""
    low = a_low + b_low
    high = a_high + b_high
    if low < a_low:
        high = high + ONE
    return high, low


@inlined
def subtract_pair(
    a_high: np.uint64, a_low: np.uint64, b_high: np.uint64, b_low: np.uint64
) -> tuple[np.uint64, np.uint64]:
    """Wrapping difference of two pairs."""
    high = a_high - b_high
    if a_low < b_low:
        high = high - ONE
    return high, a_low - b_low


@inlined
def less_pair(a_high: np.uint64, a_low: np.uint64, b_high: np.uint64, b_low: np.uint64) -> np.bool:
    """Whether the unsigned pair ``a`` is less than ``b``."""
    return a_high < b_high or (a_high == b_high and a_low < b_low)
