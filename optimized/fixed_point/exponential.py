"""The chain's exponential of an I32F32, clamped as the epoch uses it.

Sources: substrate-fixed ``src/transcendental.rs:230``, ``pallets/subtensor/src/epoch/math.rs:172``.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from taospec.optimized.compilation import inlined
from taospec.optimized.fixed_point.i32f32 import FRACTION_BITS, NO_BITS, ONE_BITS
from taospec.optimized.fixed_point.words import ALL_BITS, HALF_BITS, ONE, ZERO, multiply_wide
from taospec.reference.rules import implements

LARGEST_EXPONENT: Final = np.int64(20 << 32)
"""exp_safe clamps its operand to [-20, 20]."""
E_BITS: Final = np.int64(22802600 << 9)
"""exp(1): the crate's constant has 23 fraction bits."""
LAST_TERM: Final = np.uint64(31)
"""The series has the terms 2 to ``frac_nbits - 1``."""


@inlined
@implements("YUMA-EXP-1", "FIX-EXP-3")
def exp_safe(exponent: np.int64) -> np.int64:
    """``exp`` of the exponent clamped to [-20, 20], by the chain's series.

    No step overflows: a term ``x**k / k!`` with ``x <= 20`` is at most ``20**20 / 20!``,
    below ``2**26``, and their sum is at most ``exp(20) < 2**29``.
    """
    clamped = min(max(exponent, -LARGEST_EXPONENT), LARGEST_EXPONENT)
    if clamped == NO_BITS:
        return ONE_BITS
    if clamped == ONE_BITS:
        return E_BITS
    if clamped < NO_BITS:
        return np.int64(reciprocal_of_at_least_one(series(np.uint64(-clamped))))
    return np.int64(series(np.uint64(clamped)))


@inlined
@implements("FIX-EXP-1")
def series(x: np.uint64) -> np.uint64:
    """``1 + x + x**2/2! + ...``, each term floored twice, for ``0 < x <= 20``.

    A term that is 0 makes all later terms 0, so stopping there changes nothing.
    """
    total = x + np.uint64(ONE_BITS)
    term = x
    index = ONE + ONE
    while index <= LAST_TERM:
        high, low = multiply_wide(term, x)
        term = ((high << HALF_BITS) | (low >> HALF_BITS)) // index
        if term == ZERO:
            break
        total = total + term
        index = index + ONE
    return total


@inlined
def reciprocal_of_at_least_one(divisor: np.uint64) -> np.uint64:
    """``floor(2**64 / divisor)`` for ``divisor > 2**32``: 1.0 divided by it, truncated.

    ``2**64 - 1`` has the same quotient unless ``divisor`` divides ``2**64``, and then its
    remainder is ``divisor - 1``.
    """
    quotient = ALL_BITS // divisor
    if ALL_BITS - quotient * divisor == divisor - ONE:
        quotient = quotient + ONE
    return quotient


@inlined
def sigmoid(exponent: np.int64) -> np.int64:
    """``1 / (1 + exp_safe(exponent))``: the division never overflows, as the divisor is above 1.

    ``exp_safe`` is at least 8 raw bits (its value at -20), so the divisor exceeds ``2**32``.
    """
    divisor = np.uint64(ONE_BITS + exp_safe(exponent))
    return np.int64(reciprocal_of_at_least_one(divisor))


@inlined
def floor_product_wide_exponent(slope: np.int64, deviation: np.int64) -> np.int64:
    """``floor(slope * deviation / 2**32)`` for ``|slope| < 2**41``, ``|deviation| <= 2**31``.

    With ``slope = upper * 2**16 + lower`` and ``0 <= lower < 2**16`` the value is
    ``floor((upper * deviation + lower * deviation / 2**16) / 2**16)``; flooring the inner
    fraction first changes nothing, since ``upper * deviation`` is an integer and a floor of
    a floor divided by an integer is the floor of the whole. ``|upper * deviation| <= 2**56``.
    """
    half = FRACTION_BITS >> np.int64(1)
    upper = slope >> half
    lower = slope & ((np.int64(1) << half) - np.int64(1))
    return (upper * deviation + ((lower * deviation) >> half)) >> half
