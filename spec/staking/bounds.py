"""How far stored shares are from the ideal. The derivations stand in ``shares.md``.

Every function takes exact operands and returns an enclosure of the normative answer, given that
there is one and that the operands are normalised.
"""

from __future__ import annotations

from typing import Final

from taospec.spec.real_numbers import Enclosure, Real, real
from taospec.spec.staking import model

DIGIT: Final = real.mpf(10) ** -20
"""A unit of the last place of a mantissa is at most this part of the number."""

_OWN_ROUNDING: Final = real.ldexp(1, -600)
"""More than the real numbers of this model lose themselves."""


def normalized(x: Real) -> Enclosure:
    """Cutting digits off: less than ``10**-20`` of the number, down."""
    return _down(x, DIGIT)


def add(x: Real, y: Real) -> Enclosure:
    """Addition: less than ``10**-20`` of the sum, down."""
    return _down(x + y, DIGIT)


def sub(x: Real, y: Real) -> Enclosure:
    """Subtraction: less than ``10**-20`` of the **minuend**, up."""
    exact = model.difference(x, y)
    slack = _OWN_ROUNDING * x
    return Enclosure(max(exact - slack, real.zero), exact + DIGIT * x + slack)


def div(x: Real, y: Real) -> Enclosure:
    """Division: less than ``10**-20`` of the quotient, down."""
    return _down(x / y, DIGIT)


def mul_div(x: Real, y: Real, divisor: Real) -> Enclosure:
    """Product and quotient: less than ``10**-19`` of the result, down."""
    return _down(x * y / divisor, 10 * DIGIT)


def from_u64f64(x: Real) -> Enclosure:
    """Conversion from the old format: less than ``2 * 10**-20`` of the number, down."""
    return _down(x, 2 * DIGIT)


def holder_value(shared_value: Real, share: Real, denominator: Real) -> Enclosure:
    """A holder's value: less than 1 rao and ``10**-19`` of the value, down."""
    exact = mul_div(shared_value, share, denominator)
    return Enclosure(max(exact.low - 1, real.zero), exact.high)


def shares_drift(updates: int, largest_denominator: Real) -> Real:
    """How far the sum of all shares and the denominator can be apart after so many updates.

    For updates of single holders that had at least what they lost; updates for all move neither.
    """
    return updates * DIGIT * largest_denominator


def sum_of_values(
    shared_value: Real, denominator: Real, holders: int, updates: int, largest_denominator: Real
) -> Enclosure:
    """The sum of all holders' values: from below by the floors, from both sides by the drift."""
    drift = shares_drift(updates, largest_denominator) / denominator
    low = shared_value * (1 - drift) * (1 - 10 * DIGIT) - holders
    return Enclosure(max(low, real.zero), shared_value * (1 + drift))


def _down(exact: Real, relative: Real) -> Enclosure:
    slack = _OWN_ROUNDING * exact
    return Enclosure(exact - relative * exact - slack, exact + slack)
