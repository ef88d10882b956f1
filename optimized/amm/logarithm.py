"""Natural logarithm and exponential on 128 bits, each with a proven bound on its error.

**Numbers.** A *fraction* is a pair that counts ``2**-128``, of a number in [0, 1); an *exponent*
is a pair that counts ``EPSILON = 2**-120``, of a number in [0, 256).

**ln n.** With ``n = mu * 2**s``, ``1 <= mu < 2``, two table factors bring ``mu`` near 1:
``c = RECIPROCALS[i] / 2**15`` by the first 7 bits ``i`` of ``mu`` after the leading one, then
``1 - d``, ``d = REDUCTIONS[j] / 2**28`` by the first 14 bits ``j`` of ``mu * c - 1``. Then
``ln n = s ln 2 - ln c - ln(1 - d) + ln(1 + z)`` with ``1 + z = mu * c * (1 - d)``.

- ``0 <= mu * c - 1 < 130 / 2**14`` and ``0 <= z < 2**-13.99`` (checked for every ``i`` and ``j``).
- ``mu * c - 1`` is floored (``phi < 1`` unit), and so is its product with ``d`` (``theta < 1``):
  the computed ``z`` is off by ``theta - phi * (1 - d)``, less than 1 unit either way.
- ``ln(1 + z) = z - z * (z * (1/2 - z/3 + ... + z**7/9))``; the rest of the series is below
  ``z**10 / 10 < 2**-143``. Every product is floored: 1 unit of the outermost, ``2**-13`` units
  of the others and of the rounded constants together. At most 1.01 units.
- ``-ln c`` and ``-ln(1 - d)`` are rounded to nearest, 1/2 unit each.

So ``ln mu`` is off by less than ``1 + 1.01 + 1 = 3.01`` units of ``2**-128``.

**ln(b/a)**, ``b >= a``: ``(s_b - s_a) ln 2 + ln mu_b - ln mu_a``, with ``s_b - s_a <= 127`` times
the rounding of ln 2 (1/2 unit), floored to EPSILON: off by less than
``1 + (64 + 6.02) / 256 < 1.28`` EPSILON.

**exp(-f)**, ``0 <= f <= 0.6932``: ``f = i/2**7 + j/2**14 + h`` exactly, and
``exp(-f) = P - P * t`` with ``P = exp(-i/2**7) * exp(-j/2**14)`` from tables and
``t = 1 - exp(-h) = h - h * (h * (1/2 - h/6 + ... - h**6/8!))``, ``h < 2**-14``, the rest below
``2**-144``. The result counts ``2**-126``: the tables are off by 1/2 unit of ``2**-127`` each
(1/2 unit of the result together), the product ``P`` is floored (1), ``P * t`` is floored (1),
``t`` is off by less than 2 units of ``2**-128`` (1/2). Together less than 3 units of ``2**-126``.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, localcontext
from math import factorial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taospec.optimized.amm.limbs import (
    multiply_pair_by_word,
    multiply_pairs_high,
    shift_right_triple,
)
from taospec.optimized.compilation import subroutine
from taospec.optimized.fixed_point.words import (
    ONE,
    WORD_BITS,
    ZERO,
    add_pair,
    leading_zeros,
    less_pair,
    shift_left_pair,
    subtract_pair,
)

Words = NDArray[np.uint64]

FRACTION: Final = 128
"""Bits of a fraction."""
EXPONENT: Final = 120
"""Bits of an exponent after the point."""
RECIPROCAL_BITS: Final = 15
REDUCTION_BITS: Final = 28
LOGARITHM_TERMS: Final = 9
EXPONENTIAL_TERMS: Final = 8


def _pairs(values: Iterable[int]) -> tuple[Words, Words]:
    listed = list(values)
    high = np.array([value >> 64 for value in listed], np.uint64)
    return high, np.array([value & (1 << 64) - 1 for value in listed], np.uint64)


def _nearest(value: Decimal, bits: int) -> int:
    """``value * 2**bits`` to the nearest integer."""
    return int((value * (1 << bits)).to_integral_value())


def _reciprocal(index: int) -> int:
    """``ceil(2**15 / (1 + index/2**7))``: not below the reciprocal of any mantissa of this index."""
    return -(-(1 << RECIPROCAL_BITS + 7) // (128 + index))


def _reduction(index: int) -> int:
    """``floor(2**28 * x / (1 + x))``, ``x = index/2**14``: ``(1 + x) * (1 - d)`` is not below 1."""
    return (index << REDUCTION_BITS) // ((1 << 14) + index)


RECIPROCALS: Final = np.array([_reciprocal(i) for i in range(128)], np.uint64)
REDUCTIONS: Final = np.array([_reduction(j) for j in range(130)], np.uint64)

with localcontext() as _context:
    _context.prec = 80
    _log_reciprocals = [-(Decimal(_reciprocal(i)) / (1 << RECIPROCAL_BITS)).ln() for i in range(128)]
    _log_reductions = [-(1 - Decimal(_reduction(j)) / (1 << REDUCTION_BITS)).ln() for j in range(130)]
    RECIPROCAL_LOGS_HIGH, RECIPROCAL_LOGS_LOW = _pairs(_nearest(x, FRACTION) for x in _log_reciprocals)
    REDUCTION_LOGS_HIGH, REDUCTION_LOGS_LOW = _pairs(_nearest(x, FRACTION) for x in _log_reductions)
    COARSE_HIGH, COARSE_LOW = _pairs(_nearest((-Decimal(i) / 128).exp(), 127) for i in range(89))
    FINE_HIGH, FINE_LOW = _pairs(_nearest((-Decimal(j) / (1 << 14)).exp(), 127) for j in range(128))
    LOG_TERMS_HIGH, LOG_TERMS_LOW = _pairs(
        _nearest(Decimal(1) / k, FRACTION) for k in range(2, LOGARITHM_TERMS + 1)
    )
    EXP_TERMS_HIGH, EXP_TERMS_LOW = _pairs(
        _nearest(Decimal(1) / factorial(k), FRACTION) for k in range(2, EXPONENTIAL_TERMS + 1)
    )
    _ln_2 = _nearest(Decimal(2).ln(), FRACTION)
    PER_LN_2: Final = np.uint64(int((1 << 32) / Decimal(2).ln()))
    """``floor(2**32 / ln 2)``."""

LN_2_HIGH: Final = np.uint64(_ln_2 >> 64)
LN_2_LOW: Final = np.uint64(_ln_2 & (1 << 64) - 1)

MANTISSA_INDEX_SHIFT: Final = np.uint64(56)
MANTISSA_INDEX_MASK: Final = np.uint64(127)
MANTISSA_ONE: Final = np.uint64(1 << 14)
"""The top word of 1 after the first table factor, ``2**142``."""
MANTISSA_SHIFT: Final = np.uint64(14)
REDUCTION_INDEX_SHIFT: Final = np.uint64(50)
REDUCTION_SHIFT: Final = np.uint64(REDUCTION_BITS)
REDUCTION_PLACE: Final = np.uint64(64 - REDUCTION_BITS)
TO_EXPONENT: Final = np.uint64(8)
COARSE_SHIFT: Final = np.uint64(49)
FINE_SHIFT: Final = np.uint64(42)
FINE_MASK: Final = np.uint64(127)
REST_MASK: Final = np.uint64((1 << 42) - 1)
TOP_BIT: Final = np.uint64(127)
ESTIMATE_SHIFT: Final = np.uint64(24)
LAST_LOG_TERM: Final = np.int64(LOGARITHM_TERMS - 2)
LAST_EXP_TERM: Final = np.int64(EXPONENTIAL_TERMS - 2)


@subroutine
def mantissa_logarithm(high: np.uint64, low: np.uint64) -> tuple[np.uint64, np.uint64, np.uint64]:
    """``(s, ln mu)`` of the number ``high:low = mu * 2**s``, which is not 0; ``ln mu`` a fraction."""
    if high == ZERO:
        shift = leading_zeros(low)
        mantissa_high, mantissa_low = low << shift, ZERO
        shift = shift + WORD_BITS
    else:
        shift = leading_zeros(high)
        mantissa_high, mantissa_low = shift_left_pair(high, low, shift)
    index = (mantissa_high >> MANTISSA_INDEX_SHIFT) & MANTISSA_INDEX_MASK
    top, middle, bottom = multiply_pair_by_word(mantissa_high, mantissa_low, RECIPROCALS[index])
    z_high, z_low = shift_right_triple(top - MANTISSA_ONE, middle, bottom, MANTISSA_SHIFT)
    second = z_high >> REDUCTION_INDEX_SHIFT
    reduction = REDUCTIONS[second]
    top, middle, bottom = multiply_pair_by_word(z_high, z_low, reduction)
    product_high, product_low = shift_right_triple(top, middle, bottom, REDUCTION_SHIFT)
    z_high, z_low = subtract_pair(z_high - (reduction << REDUCTION_PLACE), z_low, product_high, product_low)
    sum_high, sum_low = logarithm_series(z_high, z_low)
    sum_high, sum_low = add_pair(sum_high, sum_low, RECIPROCAL_LOGS_HIGH[index], RECIPROCAL_LOGS_LOW[index])
    sum_high, sum_low = add_pair(sum_high, sum_low, REDUCTION_LOGS_HIGH[second], REDUCTION_LOGS_LOW[second])
    return TOP_BIT - shift, sum_high, sum_low


@subroutine
def logarithm_series(z_high: np.uint64, z_low: np.uint64) -> tuple[np.uint64, np.uint64]:
    """``ln(1 + z)`` of a fraction below ``2**-13.99``."""
    y_high, y_low = LOG_TERMS_HIGH[LAST_LOG_TERM], LOG_TERMS_LOW[LAST_LOG_TERM]
    for term in range(LAST_LOG_TERM - 1, -1, -1):
        product_high, product_low = multiply_pairs_high(z_high, z_low, y_high, y_low)
        y_high, y_low = subtract_pair(LOG_TERMS_HIGH[term], LOG_TERMS_LOW[term], product_high, product_low)
    product_high, product_low = multiply_pairs_high(z_high, z_low, y_high, y_low)
    product_high, product_low = multiply_pairs_high(z_high, z_low, product_high, product_low)
    return subtract_pair(z_high, z_low, product_high, product_low)


@subroutine
def logarithm_of_ratio(
    a_high: np.uint64, a_low: np.uint64, b_high: np.uint64, b_low: np.uint64
) -> tuple[np.uint64, np.uint64]:
    """``ln(b / a)`` as an exponent, off by less than 1.28 units, for ``0 < a <= b``.

    At most ``128 ln 2 < 89``. For ``a = b`` it is exactly 0.
    """
    shift_a, log_a_high, log_a_low = mantissa_logarithm(a_high, a_low)
    shift_b, log_b_high, log_b_low = mantissa_logarithm(b_high, b_low)
    top, middle, bottom = multiply_pair_by_word(LN_2_HIGH, LN_2_LOW, shift_b - shift_a)
    before = middle
    middle, bottom = add_pair(middle, bottom, log_b_high, log_b_low)
    if middle < before:
        top = top + ONE
    if less_pair(middle, bottom, log_a_high, log_a_low):
        if top == ZERO:
            return ZERO, ZERO
        top = top - ONE
    middle, bottom = subtract_pair(middle, bottom, log_a_high, log_a_low)
    return shift_right_triple(top, middle, bottom, TO_EXPONENT)


@subroutine
def whole_ln_2(count: np.uint64) -> tuple[np.uint64, np.uint64]:
    """``count * ln 2`` as an exponent, floored, for ``count <= 127``: off by less than 1.25 units."""
    top, middle, bottom = multiply_pair_by_word(LN_2_HIGH, LN_2_LOW, count)
    return shift_right_triple(top, middle, bottom, TO_EXPONENT)


@subroutine
def exponential_of_negative(f_high: np.uint64, f_low: np.uint64) -> tuple[np.uint64, np.uint64]:
    """``exp(-f)`` in units of ``2**-126``, off by less than 3, for an exponent ``f <= 0.6932``."""
    coarse = f_high >> COARSE_SHIFT
    fine = (f_high >> FINE_SHIFT) & FINE_MASK
    h_high, h_low = shift_left_pair(f_high & REST_MASK, f_low, TO_EXPONENT)
    product_high, product_low = multiply_pairs_high(
        COARSE_HIGH[coarse], COARSE_LOW[coarse], FINE_HIGH[fine], FINE_LOW[fine]
    )
    y_high, y_low = EXP_TERMS_HIGH[LAST_EXP_TERM], EXP_TERMS_LOW[LAST_EXP_TERM]
    for term in range(LAST_EXP_TERM - 1, -1, -1):
        step_high, step_low = multiply_pairs_high(h_high, h_low, y_high, y_low)
        y_high, y_low = subtract_pair(EXP_TERMS_HIGH[term], EXP_TERMS_LOW[term], step_high, step_low)
    step_high, step_low = multiply_pairs_high(h_high, h_low, y_high, y_low)
    step_high, step_low = multiply_pairs_high(h_high, h_low, step_high, step_low)
    t_high, t_low = subtract_pair(h_high, h_low, step_high, step_low)
    lost_high, lost_low = multiply_pairs_high(product_high, product_low, t_high, t_low)
    return subtract_pair(product_high, product_low, lost_high, lost_low)
