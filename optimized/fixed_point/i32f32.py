"""I32F32 on raw bits: an ``int64`` that counts ``2**-32``.

Multiplication floors, division truncates toward zero, ``safe_div`` is 0 for a zero divisor
and for an overflow, as in the chain's fixed-point crate (substrate-fixed ``src/arith.rs``)
and safe-math (``primitives/safe-math/src/lib.rs:12``).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from taospec.optimized.compilation import inlined
from taospec.optimized.fixed_point.words import (
    HALF_BITS,
    LOW_HALF,
    ONE,
    SIGN_BIT,
    ZERO,
    divide_two_words,
    leading_zeros,
    multiply_wide,
    shift_left_pair,
)
from taospec.reference.rules import implements

FRACTION_BITS: Final = np.int64(32)
FRACTION_MASK: Final = np.int64((1 << 32) - 1)
ONE_BITS: Final = np.int64(1 << 32)
"""1.0."""
MAX_BITS: Final = np.int64((1 << 63) - 1)
MIN_BITS: Final = np.int64(-(1 << 63))
NO_BITS: Final = np.int64(0)
U16_BITS: Final = np.int64(16)
U16_MAX: Final = np.int64(65535)
TWO_POW_32: Final = 4294967296.0
SHRUNK_TWO_POW_32: Final = 4294967296.0 * (1 - 2.0**-50)
"""``2**32 * (1 - 8 * 2**-53)``, which a float holds exactly."""


@inlined
@implements("FIX-ADD-1")
def saturating_add(a: np.int64, b: np.int64) -> np.int64:
    """Sum, clamped. It overflowed iff both operands have the sign that the sum lacks."""
    total = a + b
    if ((a ^ total) & (b ^ total)) < NO_BITS:
        return MIN_BITS if a < NO_BITS else MAX_BITS
    return total


@inlined
@implements("FIX-ADD-1")
def saturating_sub(a: np.int64, b: np.int64) -> np.int64:
    """Difference, clamped. It overflowed iff the signs differ and the result lacks a's."""
    difference = a - b
    if ((a ^ b) & (a ^ difference)) < NO_BITS:
        return MIN_BITS if a < NO_BITS else MAX_BITS
    return difference


@inlined
def magnitude(a: np.int64) -> np.uint64:
    """``|a|``, also of the smallest value, whose magnitude is ``2**63``."""
    if a < NO_BITS:
        return ZERO - np.uint64(a)
    return np.uint64(a)


@inlined
def product_magnitude(a: np.int64, b: np.int64) -> tuple[np.bool, np.uint64]:
    """Overflow flag and magnitude of the product, rounded toward minus infinity.

    The magnitude of a negative product is rounded up: ``floor(-x) = -ceil(x)``. The flag
    says that the magnitude exceeds what the type holds with that sign: above ``2**63`` if
    negative, from ``2**63`` if not.
    """
    negative = (a < NO_BITS) != (b < NO_BITS)
    high, low = multiply_wide(magnitude(a), magnitude(b))
    if negative and (low & LOW_HALF) != ZERO:
        raised = low + LOW_HALF
        if raised < low:
            high = high + ONE
        low = raised
    result = (high << HALF_BITS) | (low >> HALF_BITS)
    largest = SIGN_BIT if negative else SIGN_BIT - ONE
    return (high >> HALF_BITS) != ZERO or result > largest, result


@inlined
@implements("FIX-MUL-1")
def saturating_mul(a: np.int64, b: np.int64) -> np.int64:
    """``floor(a * b / 2**32)``, clamped."""
    negative = (a < NO_BITS) != (b < NO_BITS)
    overflow, result = product_magnitude(a, b)
    if negative:
        return MIN_BITS if overflow else np.int64(ZERO - result)
    return MAX_BITS if overflow else np.int64(result)


@inlined
@implements("YUMA-MATRIX-5")
def checked_mul_or_zero(a: np.int64, b: np.int64) -> np.int64:
    """``floor(a * b / 2**32)``, or 0 where it does not fit."""
    overflow, result = product_magnitude(a, b)
    if overflow:
        return NO_BITS
    if (a < NO_BITS) != (b < NO_BITS):
        return np.int64(ZERO - result)
    return np.int64(result)


@inlined
def quotient_magnitude(a: np.int64, b: np.int64) -> tuple[np.bool, np.uint64]:
    """Overflow flag and magnitude of ``a * 2**32 / b``, rounded toward zero; b is not 0.

    The flag says that the magnitude exceeds what the type holds with the quotient's sign.
    """
    negative = (a < NO_BITS) != (b < NO_BITS)
    largest = SIGN_BIT if negative else SIGN_BIT - ONE
    dividend = magnitude(a)
    divisor = magnitude(b)
    high = dividend >> HALF_BITS
    low = dividend << HALF_BITS
    if high >= divisor:
        return high >= divisor, ZERO
    if high == ZERO:
        quotient = low // divisor
    else:
        shift = leading_zeros(divisor)
        high, low = shift_left_pair(high, low, shift)
        quotient, _ = divide_two_words(high, low, divisor << shift)
    return quotient > largest, quotient


@inlined
@implements("FIX-SAFEDIV-1")
def safe_div(a: np.int64, b: np.int64) -> np.int64:
    """``a / b`` truncated toward zero; 0 for a zero divisor and on overflow."""
    if b == NO_BITS:
        return NO_BITS
    overflow, quotient = quotient_magnitude(a, b)
    if overflow:
        return NO_BITS
    if (a < NO_BITS) != (b < NO_BITS):
        return np.int64(ZERO - quotient)
    return np.int64(quotient)


@inlined
@implements("FIX-DIV-1")
def saturating_div(a: np.int64, b: np.int64) -> np.int64:
    """``a / b`` truncated toward zero, clamped; ``b`` is not 0."""
    negative = (a < NO_BITS) != (b < NO_BITS)
    overflow, quotient = quotient_magnitude(a, b)
    if negative:
        return MIN_BITS if overflow else np.int64(ZERO - quotient)
    return MAX_BITS if overflow else np.int64(quotient)


@inlined
def half_product(a: np.int64, b: np.int64) -> np.int64:
    """``floor(a * b / 2**32)`` for ``0 <= a < 2**32`` and ``0 <= b < 2**32``.

    The product of two half words fits a word. The masks change nothing: they tell the
    compiler that one short multiplication is enough.
    """
    return np.int64(((np.uint64(a) & LOW_HALF) * (np.uint64(b) & LOW_HALF)) >> HALF_BITS)


@inlined
def proportion_product(a: np.int64, b: np.int64) -> np.int64:
    """``floor(a * b / 2**32)`` for ``0 <= a < 2**32`` and ``0 <= b <= 2**32``.

    A factor of 1.0 has no bits in its lower half, so its half product is 0 and ``a`` is
    added instead. :func:`closed_proportion_product` admits ``a = 2**32`` too.
    """
    return half_product(a, b) + (a if b == ONE_BITS else NO_BITS)


@inlined
def closed_proportion_product(a: np.int64, b: np.int64) -> np.int64:
    """``floor(a * b / 2**32)`` for ``0 <= a <= 2**32`` and ``0 <= b <= 2**32``.

    ``1.0 * b`` is ``b``; any smaller ``a`` is in the domain of :func:`proportion_product`.
    """
    if a == ONE_BITS:
        return b
    return proportion_product(a, b)


@inlined
def reciprocal(divisor: np.int64) -> float:
    """The factor for :func:`ratio`: ``2**32 / divisor`` as a float, made too small on purpose."""
    return SHRUNK_TWO_POW_32 / np.float64(divisor)


@inlined
def ratio(part: np.int64, factor: float, whole: np.int64) -> np.int64:
    """``floor(part * 2**32 / whole)`` for ``0 <= part <= whole``, ``0 < whole < 2**62``.

    ``factor`` is :func:`reciprocal` of ``whole``. The exact quotient is ``Q <= 2**32``. The
    estimate ``float(part) * factor`` has four roundings (two conversions, the division, the
    product), each of relative size at most ``u = 2**-53``, and the factor's numerator is
    ``2**32 * (1 - 8u)``. So the estimate is at most ``Q * (1 - 8u) * (1 + u)**3 / (1 - u)``,
    which is at most ``Q``, and it is at least ``Q * (1 - 13u) >= Q - 13 * 2**-21 > Q - 1``.
    Its truncation ``q`` is ``floor(Q)`` or one less, and ``rest = part * 2**32 - q * whole``
    lies in ``[0, 2 * whole)``, inside a word: computed modulo ``2**64`` it is exact, and
    whether it reaches ``whole`` says which of the two ``q`` is.
    """
    quotient = np.int64(np.float64(part) * factor)
    rest = (part << FRACTION_BITS) - quotient * whole
    return quotient + np.int64(rest >= whole)


@inlined
def proportion_from_u16(value: np.int64) -> np.int64:
    """``floor(value * 2**32 / 65535)``, a stored u16 as a proportion.

    ``2**32 = 65535 * 65537 + 1``, so the quotient is ``65537 * value + floor(value / 65535)``.
    """
    return value * np.int64(65537) + np.int64(value == U16_MAX)


@inlined
def proportion_to_u16(value: np.int64) -> np.int64:
    """``value * 65535`` truncated to u16, clamped: how a proportion is stored.

    From 1.0 on the product is at least 65535 and is clamped; the type's own saturation
    happens only there. Below, it stays below ``2**48``.
    """
    return proportion_up_to_one_to_u16(min(max(value, NO_BITS), ONE_BITS))


@inlined
def proportion_up_to_one_to_u16(value: np.int64) -> np.int64:
    """``floor(value * 65535 / 2**32)`` for a proportion in [0, 1]."""
    return ((value << U16_BITS) - value) >> FRACTION_BITS
