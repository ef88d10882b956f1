"""Fixed-point arithmetic as it is meant: exact operations on real numbers.

A raw integer stands for a real number (:func:`value`); each operation of the normative model
stands for the function here of the same name. How far the two are apart is derived in
``bounds.md`` and computed by :mod:`taospec.spec.fixed_point.bounds`.

Operations that only differ in what they do out of range (``checked_*``, ``saturating_*``,
``wrapping_*``, ``overflowing_*`` and the bare operators) have one ideal. ``safe_div`` and the
``checked_*`` functions of the chain's safe-math trait have the ideal of the function they name,
and no ideal where they answer 0 or nothing.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from taospec.spec.real_numbers import Real, real


class Format(NamedTuple):
    """What a fixed-point type can represent."""

    name: str
    """Name of the type."""
    integer_bits: int
    """Bits above the binary point, the sign included."""
    fraction_bits: int
    """Bits below the binary point."""
    signed: bool
    """Whether negative numbers are representable."""

    @property
    def ulp(self) -> Real:
        """Distance of neighbouring values, ``2**-fraction_bits``."""
        return real.ldexp(1, -self.fraction_bits)

    @property
    def minimum(self) -> Real:
        """Smallest value."""
        return -real.ldexp(1, self.integer_bits - 1) if self.signed else real.zero

    @property
    def supremum(self) -> Real:
        """The power of two that no value reaches; the largest value is one ulp below it."""
        return real.ldexp(1, self.integer_bits - self.signed)


FORMATS: Final = {
    "I32F32": Format("I32F32", 32, 32, True),
    "I64F64": Format("I64F64", 64, 64, True),
    "I96F32": Format("I96F32", 96, 32, True),
    "I110F18": Format("I110F18", 110, 18, True),
    "U64F64": Format("U64F64", 64, 64, False),
    "U96F32": Format("U96F32", 96, 32, False),
    "U110F18": Format("U110F18", 110, 18, False),
}
"""The seven types of the chain."""


def value(bits: int, number: Format) -> Real:
    """The real number ``bits * 2**-fraction_bits`` that a raw integer stands for."""
    return real.ldexp(real.mpf(bits), -number.fraction_bits)


def add(x: Real, y: Real) -> Real:
    """``x + y``."""
    return x + y


def sub(x: Real, y: Real) -> Real:
    """``x - y``."""
    return x - y


def mul(x: Real, y: Real) -> Real:
    """``x * y``."""
    return x * y


def div(x: Real, y: Real) -> Real:
    """``x / y`` for ``y != 0``."""
    return x / y


def rem(x: Real, y: Real) -> Real:
    """``x - y * n`` with ``n`` the quotient rounded toward zero, for ``y != 0``."""
    return x - y * round_to_zero(x / y)


def neg(x: Real) -> Real:
    """``-x``."""
    return -x


def abs(x: Real) -> Real:
    """``|x|``."""
    return real.fabs(x)


def abs_diff(x: Real, y: Real) -> Real:
    """``|x - y|``."""
    return real.fabs(x - y)


def signum(x: Real) -> Real:
    """-1, 0 or 1."""
    return real.sign(x)


def floor(x: Real) -> Real:
    """The largest integer not above ``x``; also the ideal of ``int``."""
    return real.floor(x)


def frac(x: Real) -> Real:
    """``x - floor(x)``, in ``[0, 1)`` for negative ``x`` too."""
    return x - real.floor(x)


def ceil(x: Real) -> Real:
    """The smallest integer not below ``x``."""
    return real.ceil(x)


def round(x: Real) -> Real:
    """The nearest integer, ties away from zero."""
    return real.sign(x) * real.floor(real.fabs(x) + real.mpf("0.5"))


def round_ties_to_even(x: Real) -> Real:
    """The nearest integer, ties to the even one."""
    return real.nint(x)


def round_to_zero(x: Real) -> Real:
    """The nearest integer that is not further from zero than ``x``."""
    return real.sign(x) * real.floor(real.fabs(x))


def convert(x: Real) -> Real:
    """``x``: a conversion means no change."""
    return x


def exp(x: Real) -> Real:
    """``e**x``."""
    return real.exp(x)


def log2(x: Real) -> Real:
    """The logarithm to base 2 of ``x > 0``."""
    return real.log(x) / real.ln2


def ln(x: Real) -> Real:
    """The natural logarithm of ``x > 0``; also the ideal of ``checked_ln``."""
    return real.log(x)


def log(x: Real, base: Real) -> Real:
    """The logarithm of ``x > 0`` to a base that is positive and not 1: the ideal of ``checked_log``."""
    return real.log(x) / real.log(base)


def sqrt(x: Real) -> Real:
    """The square root of ``x >= 0``; also the ideal of ``checked_sqrt``."""
    return real.sqrt(x)


def pow(x: Real, y: Real) -> Real:
    """``x**y`` for ``x > 0``; 0 for ``x = 0``, also to the power 0; ``x**0 = 1`` otherwise."""
    return real.zero if x == 0 else real.power(x, y)


def powi(x: Real, n: int) -> Real:
    """``x**n`` for an integer ``n``; 0 for ``x = 0``, also to the power 0."""
    return real.zero if x == 0 else real.power(x, n)


def checked_pow(x: Real, n: int) -> Real:
    """``x**n`` for an integer ``n``, with ``0**0 = 1``; undefined for ``x = 0`` and ``n < 0``."""
    return real.power(x, n)
