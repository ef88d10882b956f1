"""The chain's exponential of an I32F32, clamped as the epoch uses it.

Sources: substrate-fixed ``src/transcendental.rs:230``, ``pallets/subtensor/src/epoch/math.rs:172``.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from taospec.optimized.compilation import inlined, subroutine
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
    if clamped == ONE_BITS:
        return E_BITS
    if clamped < NO_BITS:
        return np.int64(reciprocal_of_at_least_one(series(np.uint64(-clamped))))
    return np.int64(series(np.uint64(clamped)))


@inlined
@implements("FIX-EXP-1")
def series(x: np.uint64) -> np.uint64:
    """``1 + x + x**2/2! + ...``, each term floored twice, for ``0 <= x <= 20``.

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


BLOCK: Final = 256
"""Lanes that :func:`sigmoids` works on together: their scratch stays in the nearest cache."""
LARGEST_LANE_EXPONENT: Final = np.int64(12 << 32)
"""Up to here a term of the series is below ``12**12 / 12! * 2**32 < 2**47``."""
SHRUNK_ONE: Final = 1 - 2.0**-50
"""``1 - 8 * 2**-53``: makes an estimate too small rather than too large."""
SHRUNK_TWO_POW_64: Final = 18446744073709551616.0 * (1 - 2.0**-50)


@inlined
def next_term(term: np.int64, x: np.int64, factor: float, index: np.int64) -> np.int64:
    """``floor(floor(term * x / 2**32) / index)`` for ``0 <= term < 2**47``, ``0 <= x <= 12``.

    ``factor`` is ``SHRUNK_ONE / (index * 2**32)``. Two floors by integers are one:
    ``floor(Q)`` with ``Q = term * x / (index * 2**32) < 2**47``. Both operands are exact as
    floats; the two products and the factor round by ``u = 2**-53`` each and the factor is
    too small by ``8u``, so the estimate lies between ``Q - 12u * 2**47 > Q - 1`` and ``Q``.
    Its truncation ``q`` is ``floor(Q)`` or one less, ``rest`` lies in
    ``[0, 2 * index * 2**32)``, which a word holds, and says which.
    """
    quotient = np.int64(np.float64(term) * np.float64(x) * factor)
    rest = term * x - ((quotient * index) << FRACTION_BITS)
    return quotient + np.int64(rest >= (index << FRACTION_BITS))


@inlined
def reciprocal_of_lane(divisor: np.int64) -> np.int64:
    """``floor(2**64 / divisor)`` for ``2**32 < divisor < 2**53``.

    The divisor is exact as a float, the quotient rounds once and its numerator is too small
    by ``8u``: the estimate lies between ``Q - 10u * 2**32 > Q - 1`` and ``Q``. The rest of
    its truncation lies in ``[0, 2 * divisor)``, and modulo ``2**64`` it is ``-q * divisor``.
    """
    quotient = np.int64(SHRUNK_TWO_POW_64 / np.float64(divisor))
    rest = NO_BITS - quotient * divisor
    return quotient + np.int64(rest >= divisor)


@inlined
def sigmoid_of_series(exponent: np.int64, total: np.int64) -> np.int64:
    """``1 / (1 + exp)`` where the series of ``|exponent|`` has the sum ``total``.

    For an exponent of 0 the sum would be 1.0, which :func:`reciprocal_of_lane` does not admit;
    with one more it answers ``2**32 - 1``, and ``floor(2**64 / (2**33 - 1))`` is the same
    ``2**31`` as with ``exp(0) = 2**32``.
    """
    power = total if exponent > NO_BITS else reciprocal_of_lane(total)
    if exponent == ONE_BITS:
        power = E_BITS
    return reciprocal_of_lane(ONE_BITS + power)


@subroutine
def sigmoids(exponents: npt.NDArray[np.int64], last_index: int) -> None:
    """Replace every exponent in [-12, 12] by :func:`sigmoid` of it.

    ``last_index`` is at least :func:`series_length` of the largest magnitude; the terms after
    that are 0. The lanes of a block take each term together, which the compiler vectorises.
    """
    magnitude = np.empty(BLOCK, np.int64)
    term = np.empty(BLOCK, np.int64)
    total = np.empty(BLOCK, np.int64)
    for first in range(0, exponents.size, BLOCK):
        block = exponents[first : first + BLOCK]
        for k in range(block.size):
            magnitude[k] = abs(block[k])
            term[k] = magnitude[k]
            # One more for a magnitude of 0: argued at sigmoid_of_series.
            total[k] = magnitude[k] + ONE_BITS + np.int64(block[k] == NO_BITS)
        for index in range(2, last_index + 1):
            factor = SHRUNK_ONE / (index * 4294967296.0)
            for k in range(block.size):
                term[k] = next_term(term[k], magnitude[k], factor, np.int64(index))
                total[k] += term[k]
        for k in range(block.size):
            block[k] = sigmoid_of_series(block[k], total[k])


@subroutine
def series_length(x: np.int64) -> int:
    """Index of the last term that is not 0 for any magnitude up to ``x``: terms grow with it."""
    term = np.uint64(x)
    index = 1
    while term != ZERO and index < np.int64(LAST_TERM):
        high, low = multiply_wide(term, np.uint64(x))
        index += 1
        term = ((high << HALF_BITS) | (low >> HALF_BITS)) // np.uint64(index)
    return index
