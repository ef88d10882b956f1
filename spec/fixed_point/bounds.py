"""How far the normative operations are from the ideal ones.

Each function takes what the operands are known to lie in and returns an enclosure of the
normative answer, **given that there is one**: no overflow, no ``None``, no error. The
derivations stand in ``bounds.md``, under the headings that the docstrings name.
"""

from __future__ import annotations

from typing import Final

from taospec.spec.fixed_point.model import Format
from taospec.spec.real_numbers import Enclosure, Real, real

E_CONSTANT: Final = real.ldexp(22_802_600, -23)
"""What the chain's crate takes for e."""
LOG2_E_CONSTANT: Final = real.ldexp(12_102_203, -23)
"""What the chain's crate takes for log2(e)."""
LN_2_CONSTANT: Final = real.mpf(0.6931471805599453)
"""What the chain's safe-math trait takes for ln(2): an f64."""
LN_COEFFICIENTS: Final = (0.5, 1.0 / 3.0, 0.25, 0.2, 1.0 / 6.0, 1.0 / 7.0, 0.125)
"""What the safe-math trait takes for 1/2 to 1/8: f64 each."""


# Bounds of single roundings.


def mul(x: Enclosure, y: Enclosure, number: Format) -> Enclosure:
    """Multiplication: ``(-1, 0]`` ulp."""
    return (x * y).floored(number.ulp)


def div(x: Enclosure, y: Enclosure, number: Format) -> Enclosure:
    """Division: less than one ulp, toward zero."""
    return (x / y).truncated(number.ulp)


def convert(x: Enclosure, source: Format, number: Format) -> Enclosure:
    """Conversion between types: ``(-1, 0]`` ulp of a type with fewer fraction bits, else exact."""
    return x.floored(number.ulp) if number.fraction_bits < source.fraction_bits else x


def to_integer(x: Enclosure) -> Enclosure:
    """Conversion to an integer: ``(-1, 0]``."""
    return x.floored(real.one)


def from_float(x: Enclosure, number: Format) -> Enclosure:
    """Conversion from a float: half an ulp."""
    return x.nearest(number.ulp)


def to_float(x: Real, precision: int) -> Enclosure:
    """Conversion to a float of ``precision`` significant bits: ``2**-precision`` of the value."""
    error = real.ldexp(real.fabs(x), -precision)
    return Enclosure(x - error, x + error)


# Exponential.


def exp(x: Enclosure, number: Format) -> Enclosure:
    """Exponential: never high above 0; low by the cut of the series and by its roundings."""
    enclosures = []
    if 1 in x:
        enclosures.append(Enclosure.exactly(E_CONSTANT))
    if not x.low == x.high == 1:
        enclosures.append(Enclosure(_exp_from(x.low, number).low, _exp_from(x.high, number).high))
    return Enclosure.hull(enclosures)


def exp_answers(x: Real, number: Format) -> bool:
    """Whether ``exp`` certainly has an answer: no intermediate value reaches the type's supremum."""
    size = real.fabs(x)
    if size >= real.log(number.supremum):
        return False
    largest_term = size ** int(size) / real.factorial(int(size))
    return bool(size * largest_term < number.supremum)


def _exp_from(x: Real, number: Format) -> Enclosure:
    size = real.fabs(x)
    series = Enclosure(_series_from_below(size, number), real.exp(size))
    return series if x >= 0 else div(Enclosure.exactly(1), series, number)


def _series_from_below(x: Real, number: Format) -> Real:
    """The terms that the series has, less what truncation takes off each at most, for ``x >= 0``."""
    term, lost, total = x, real.zero, 1 + x
    for i in range(2, number.fraction_bits):
        term *= x / i
        lost = min(term, lost * x / i + number.ulp)
        total += term - lost
    return total


# Logarithms.


def log2(x: Enclosure, number: Format) -> Enclosure:
    """Binary logarithm."""
    return Enclosure(_log2_at(x.low, number).low, _log2_at(x.high, number).high)


def ln(x: Enclosure, number: Format) -> Enclosure:
    """Natural logarithm: dominated by the constant's relative error for all but small results."""
    return div(log2(x, number), Enclosure.exactly(LOG2_E_CONSTANT), number)


def _log2_at(x: Real, number: Format) -> Enclosure:
    if x < 1:
        inverse = div(Enclosure.exactly(1), Enclosure.exactly(x), number)
        return -Enclosure(_log2_from_one(inverse.low, number).low, _log2_from_one(inverse.high, number).high)
    return _log2_from_one(x, number)


def _log2_from_one(x: Real, number: Format) -> Enclosure:
    ulp = number.ulp
    whole_ulp = -_log2(1 - ulp)
    half_ulp = _log2(1 + ulp / 2)
    exact = _log2(x)
    return Enclosure(exact - whole_ulp - ulp, exact + half_ulp + (whole_ulp if x >= 2 else 0))


def _log2(x: Real) -> Real:
    return real.log(x) / real.ln2


# Square root by Newton's method.


def sqrt(x: Real, number: Format) -> Enclosure:
    """Square root by a fixed number of Newton steps, which is too small for large operands."""
    if x in (0, 1):
        return Enclosure.exactly(x)
    if x > 1:
        return _newton(x, number)
    inverse = div(Enclosure.exactly(1), Enclosure.exactly(x), number)
    low = max(inverse.low, real.one)
    root = Enclosure(_newton(low, number).low, _newton(inverse.high, number).high)
    return div(Enclosure.exactly(1), root, number)


def newton_excess(x: Real, number: Format) -> Real:
    """How far real Newton iteration from ``x/2 + 1`` is above ``sqrt(x)`` after its steps."""
    root = real.sqrt(x)
    angle = real.atanh(root / (x / 2 + 1))
    growth = real.exp(-2 * angle * real.ldexp(1, number.fraction_bits))
    return root * 2 * growth / (1 - growth)


def _newton(x: Real, number: Format) -> Enclosure:
    """Enclosure for ``x >= 1``."""
    root, ulp = real.sqrt(x), number.ulp
    excess = newton_excess(x, number)
    oscillation = ulp * ulp / (2 * root - ulp)
    return Enclosure(root + max(-ulp, excess - 2 * ulp), root + max(excess, oscillation))


# Powers.


def pow(x: Real, y: Real, number: Format) -> Enclosure:
    """``exp(y * ln(x))``: the errors of ``ln`` are multiplied by ``y`` and exponentiated."""
    if x == 0 or y == 0 or y == 1:
        return Enclosure.exactly(real.zero if x == 0 else real.power(x, y))
    exponent = mul(ln(Enclosure.exactly(x), number), Enclosure.exactly(y), number)
    return exp(exponent, number)


def powi(x: Real, n: int, number: Format) -> Enclosure:
    """Repeated multiplication, floored each time; inverted at the end for ``n < 0``."""
    if x == 0 or n == 0:
        return Enclosure.exactly(real.zero if x == 0 else 1)
    base = result = Enclosure.exactly(x)
    for _ in range(1, abs(n)):
        result = mul(result, base, number)
    return div(Enclosure.exactly(1), result, number) if n < 0 else result


def checked_pow(x: Real, n: int, number: Format) -> Enclosure:
    """Powering by squaring, floored each time; inverted at the end for ``n < 0``."""
    result, base = Enclosure.exactly(1), Enclosure.exactly(x)
    remaining = abs(n)
    while remaining > 0:
        if remaining & 1:
            result = mul(result, base, number)
        remaining >>= 1
        if remaining > 0:
            base = mul(base, base, number)
    return div(Enclosure.exactly(1), result, number) if n < 0 else result


# The safe-math trait's root and logarithm.


def checked_sqrt(x: Real, epsilon: Real, number: Format) -> Enclosure:
    """Bisection: about ``epsilon / 2``, or one ulp low after the last step that there is."""
    root, ulp = real.sqrt(x), number.ulp
    tolerance = max(epsilon, real.zero)
    low, high = _stops_from(x, -tolerance - ulp), _stops_from(x, tolerance)
    return Enclosure(min(low, root - ulp), high)


def _stops_from(x: Real, surplus: Real) -> Real:
    """The ``m > 0`` with ``m - x/m = surplus``."""
    return (surplus + real.sqrt(surplus * surplus + 4 * x)) / 2


def checked_ln(x: Real, number: Format) -> Enclosure:
    """Series of eight terms: low or high by the ninth term on, up to 0.059 for ``x`` just below ``2**k``.

    Only for a signed type or ``x >= 1``: an unsigned type cannot hold the negative exponent.
    """
    exponent = real.frexp(x)[1] - 1
    scaled = Enclosure.exactly(real.ldexp(x, -exponent))
    if exponent > 0:
        scaled = scaled.floored(number.ulp)
    z = Enclosure(max(scaled.low - 1, real.zero), scaled.high - 1)
    power = series = z
    for index, coefficient in enumerate(LN_COEFFICIENTS):
        power = mul(power, z, number)
        term = mul(power, Enclosure.exactly(_nearest(coefficient, number)), number)
        series = series + term if index % 2 else series - term
    return series + Enclosure.exactly(exponent * _nearest(LN_2_CONSTANT, number))


def checked_log(x: Real, base: Real, number: Format) -> Enclosure:
    """Quotient of two ``checked_ln``; the divisor's enclosure must not hold 0."""
    return div(checked_ln(x, number), checked_ln(base, number), number)


def _nearest(x: Real, number: Format) -> Real:
    return real.ldexp(real.nint(real.ldexp(x, number.fraction_bits)), -number.fraction_bits)
