"""``floor(scale * (a/b)**(p/q))`` on integers, as the chain's big-integer library computes it.

Small exponents are exact. All others go through ``exp(p/q * (ln a - ln b))`` in fixed point
with two Taylor series that stop early and reduce no range. Every division floors toward
minus infinity; only the rounding of the guard bits is to nearest.

Source: safe-bigmath 0.4.1 ``src/integer.rs``.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Final

from taospec.reference.rules import implements

MAX_EXACT_EXPONENT: Final = 1024
"""Largest numerator and denominator of a reduced exponent that is computed exactly."""
MIN_PRECISION: Final = 32
"""Fewest fraction bits of the series path."""
SCALE_MARGIN: Final = 8
"""Fraction bits beyond those of the scale."""
GUARD_BITS: Final = 24
"""Fraction bits that are computed and rounded away."""
GUARD_UNIT: Final = 1 << GUARD_BITS
MAX_TERMS: Final = 4096
"""Most terms of a series."""
EXTRA_TERMS: Final = 128
"""Terms beyond one for every bit of internal precision."""


@implements("AMM-POW-1")
def pow_ratio_scaled(
    base_numerator: int,
    base_denominator: int,
    exponent_numerator: int,
    exponent_denominator: int,
    precision: int,
    scale: int,
) -> int | None:
    """``scale * (base_numerator/base_denominator)**(exponent_numerator/exponent_denominator)``, floored.

    ``None`` for a zero denominator, and for a negative argument unless the base is 0.
    A base of 0 gives 0, **also to the power 0**; any other base to the power 0 gives ``scale``.

    Source: ``src/integer.rs:265``.
    """
    if base_denominator == 0 or exponent_denominator == 0:
        return None
    if base_numerator == 0:
        return 0
    if min(scale, base_numerator, base_denominator, exponent_numerator, exponent_denominator) < 0:
        return None
    if exponent_numerator == 0:
        return scale
    common = math.gcd(exponent_numerator, exponent_denominator)
    numerator, denominator = exponent_numerator // common, exponent_denominator // common
    if max(numerator, denominator) <= MAX_EXACT_EXPONENT:
        return _exact_power(base_numerator, base_denominator, numerator, denominator, scale)
    return _series_power(base_numerator, base_denominator, numerator, denominator, precision, scale)


@implements("AMM-POW-2")
def _exact_power(a: int, b: int, p: int, q: int, scale: int) -> int:
    """The largest ``r`` with ``r**q * b**p <= a**p * scale**q``: the floor of the true value.

    Source: ``src/integer.rs:315``, ``src/integer.rs:614``.
    """
    return _floor_root(a**p * scale**q // b**p, q)


def _floor_root(radicand: int, degree: int) -> int:
    """The largest ``r`` with ``r**degree <= radicand``, by bisection."""
    low, high = 0, 1 << (radicand.bit_length() // degree + 1)
    while high - low > 1:
        middle = (low + high) >> 1
        if middle**degree <= radicand:
            low = middle
        else:
            high = middle
    return low


@implements("AMM-POW-3")
def _series_power(a: int, b: int, p: int, q: int, precision: int, scale: int) -> int:
    """``floor(round(exp(floor((ln a - ln b) * p / q))) * scale)`` in fixed point.

    Source: ``src/integer.rs:328``.
    """
    requested = max(precision, MIN_PRECISION, scale.bit_length() + SCALE_MARGIN)
    bits = requested + GUARD_BITS
    terms = min(MAX_TERMS, bits + EXTRA_TERMS)
    logarithm = (_ln(a, bits, terms) - _ln(b, bits, terms)) * p // q
    return round_guard_bits(_exp(logarithm, bits, terms)) * scale >> requested


@implements("AMM-POW-4")
def round_guard_bits(value: int) -> int:
    """``value / 2**24`` to the nearest integer, ties **away from zero**.

    Source: ``src/integer.rs:731``.
    """
    magnitude = (abs(value) + (GUARD_UNIT >> 1)) >> GUARD_BITS
    return magnitude if value >= 0 else -magnitude


@implements("AMM-POW-5")
def _ln1p(x: int, bits: int, terms: int) -> int:
    """``ln(1 + x) = x - x**2/2 + x**3/3 - ...`` with ``bits`` fraction bits.

    Stops at a power or a term of 0, after a term below the guard unit, or when the rounded
    sum repeats.

    Source: ``src/integer.rs:637``.
    """
    power = total = x
    rounded = round_guard_bits(total)
    for n in range(2, terms + 1):
        power = power * x >> bits
        term = power // n
        if term == 0:
            break
        total += term if n % 2 else -term
        previous, rounded = rounded, round_guard_bits(total)
        if abs(term) < GUARD_UNIT or rounded == previous:
            break
    return total


@cache
def _ln2(bits: int, terms: int) -> int:
    """``ln 2 = -ln(1 - 1/2)``.

    Source: ``src/integer.rs:348``.
    """
    return -_ln1p(-(1 << bits >> 1), bits, terms)


@implements("AMM-POW-6")
def _ln(value: int, bits: int, terms: int) -> int:
    """``ln(mantissa) + shift * ln 2`` with a floored mantissa in ``[3/4, 3/2)``.

    Source: ``src/integer.rs:693``.
    """
    one = 1 << bits
    shift = value.bit_length() - 1
    mantissa = (value << bits) >> shift
    if mantissa >= one + (one >> 1):
        mantissa >>= 1
        shift += 1
    return _ln1p(mantissa - one, bits, terms) + _ln2(bits, terms) * shift


@implements("AMM-POW-7")
def _exp(x: int, bits: int, terms: int) -> int:
    """``1 + x + x**2/2 + ...`` with ``bits`` fraction bits and **no range reduction**.

    Stops at a term of 0, after a term below the guard unit, or when the rounded sum repeats.
    For an ``x`` far below zero the terms grow to ``exp(-x)`` before they cancel, and may not
    have converged at the last one: see rule AMM-POW-9.

    Source: ``src/integer.rs:670``.
    """
    term = total = 1 << bits
    rounded = round_guard_bits(total)
    for n in range(1, terms + 1):
        term = (term * x >> bits) // n
        if term == 0:
            break
        total += term
        previous, rounded = rounded, round_guard_bits(total)
        if abs(term) < GUARD_UNIT or rounded == previous:
            break
    return total
