"""The chain's own additions to its fixed-point crate: bisection root, series ln, powers.

They answer ``None`` where they have no result.

Source: ``primitives/safe-math/src/lib.rs``.
"""

from __future__ import annotations

from typing import Final, TypeVar

from taospec.reference.fixed_point.types import FixedPoint
from taospec.reference.rules import implements

_Fixed = TypeVar("_Fixed", bound=FixedPoint)

LN_2: Final = 0.6931471805599453
"""The f64 nearest to ln 2, converted to the type at each use."""

_LN_SERIES: Final = (0.5, 1.0 / 3.0, 0.25, 0.2, 1.0 / 6.0, 1.0 / 7.0, 0.125)
_MAX_BISECTIONS: Final = 128


@implements("FIX-SQRT-2")
def checked_sqrt(operand: _Fixed, epsilon: _Fixed) -> _Fixed | None:
    """Square root by bisection until ``|x/m - m| <= epsilon``, at most 129 steps.

    ``None`` for a negative operand.

    Source: ``primitives/safe-math/src/lib.rs:77``.
    """
    number = type(operand)
    zero, one, two = number.zero(), number.one(), number.from_num(2)
    if operand < zero:
        return None
    low, high = (zero, operand) if operand > one else (operand, one)
    middle = high.saturating_add(low).safe_div(two)
    quotient = operand.safe_div(middle)
    bisections = 0
    while quotient.abs_diff(middle) > epsilon:
        if quotient < middle:
            high = middle
        else:
            low = middle
        middle = high.saturating_add(low).safe_div(two)
        quotient = operand.safe_div(middle)
        bisections += 1
        if bisections > _MAX_BISECTIONS:
            break
    return middle


@implements("FIX-LN-2")
def checked_ln(operand: _Fixed) -> _Fixed | None:
    """Natural logarithm: ``x = 2**k * (1 + z)``, eight terms of the series in ``z``.

    ``None`` for an operand that is not positive, and where an unsigned type would need a
    negative intermediate. Low accuracy: the series stops at ``z**8 / 8`` with ``z`` up to 1.

    Source: ``primitives/safe-math/src/lib.rs:123``.
    """
    number = type(operand)
    if operand.bits <= 0:
        return None
    one, two = number.one(), number.from_num(2)
    exponent, y = 0, operand
    while y >= two:
        y = y / two
        exponent += 1
    while y < one:
        y = y * two
        exponent -= 1
    z = y - one
    series = power = z
    for index, coefficient in enumerate(_LN_SERIES):
        power = power * z
        term = power * number.from_num(coefficient)
        partial = series.checked_add(term) if index % 2 else series.checked_sub(term)
        if partial is None:
            return None
        series = partial
    logarithm_of_scale = number.from_num(exponent).checked_mul(number.from_num(LN_2))
    return None if logarithm_of_scale is None else series.checked_add(logarithm_of_scale)


@implements("FIX-LN-3")
def checked_log(operand: _Fixed, base: _Fixed) -> _Fixed | None:
    """``checked_ln(x) / checked_ln(base)``, truncated; ``None`` for a base of 1 or below 0.

    Source: ``primitives/safe-math/src/lib.rs:176``.
    """
    if base.bits <= 0 or base.bits == base.ONE_BITS:
        return None
    ln_operand, ln_base = checked_ln(operand), checked_ln(base)
    if ln_operand is None or ln_base is None:
        return None
    return ln_operand.checked_div(ln_base)


@implements("FIX-POW-3")
def checked_pow(operand: _Fixed, exponent: int) -> _Fixed | None:
    """Integer power by squaring, saturating at each multiplication.

    ``None`` only for 0 to a negative power. A negative exponent inverts the saturated power
    (0 if that overflows); any number to the power 0 is 1.

    Source: ``primitives/safe-math/src/lib.rs:38``.
    """
    number = type(operand)
    if exponent == 0:
        return number.one()
    if operand.bits == 0:
        return None if exponent < 0 else number.zero()
    result, base, remaining = number.one(), operand, abs(exponent)
    while remaining > 0:
        if remaining & 1:
            result = result.saturating_mul(base)
        base = base.saturating_mul(base)
        remaining >>= 1
    return number.one().safe_div(result) if exponent < 0 else result


@implements("FIX-ROUND-6")
def checked_floor(operand: _Fixed) -> _Fixed | None:
    """Meant as floor, but ``int()`` of the crate floors already: **one too low** below zero.

    A negative number with a fraction gives ``floor(x) - 1`` (``None`` on overflow).

    Source: ``primitives/safe-math/src/lib.rs:190``.
    """
    if operand.bits >= 0 or operand.frac().bits == 0:
        return operand.int()
    return operand.int().checked_sub(type(operand).one())
