"""exp, ln, log2, sqrt and powers exactly as the chain's crate computes them.

These are series and digit recurrences with truncation at every step, not correctly rounded
functions; ``spec/fixed_point`` states how far they are from the real ones. ``result_type``
is the type in which the crate computes and answers; the operand is converted to it first.

All raise :class:`~taospec.reference.fixed_point.errors.MathError` where the crate returns ``Err``.

Source: substrate-fixed ``src/transcendental.rs``.
"""

from __future__ import annotations

from typing import Final, TypeVar

from taospec.reference.fixed_point.errors import MathError
from taospec.reference.fixed_point.types import FixedPoint
from taospec.reference.rules import implements

_Result = TypeVar("_Result", bound=FixedPoint)

CONSTANT_FRACTION_BITS: Final = 23
"""The crate keeps its constants in I9F23, whatever the type of the result."""
E_BITS: Final = 22_802_600
"""``floor(e * 2**23)``."""
LOG2_E_BITS: Final = 12_102_203
"""``floor(log2(e) * 2**23)``."""


@implements("FIX-EXP-1", "FIX-EXP-2", "FIX-EXP-3")
def exp(operand: FixedPoint, result_type: type[_Result] | None = None) -> _Result:
    """``e**x`` by ``1 + x + sum(term_i for i in 2..FRACTION_BITS-1)``, without early exit.

    ``term_i = trunc(floor(term_{i-1} * x) / i)``. Exactly 0 gives 1 and **exactly 1 gives the
    23-bit constant**; a negative ``x`` gives ``trunc(1 / exp(-x))``.

    Source: ``src/transcendental.rs:230``.
    """
    number = _result_type(operand, result_type)
    if operand.bits == 0:
        return number.one()
    if operand.bits == operand.ONE_BITS:
        return number.from_bits(E_BITS << (number.FRACTION_BITS - CONSTANT_FRACTION_BITS))
    magnitude = operand
    if operand.bits < 0:
        magnitude = _present(operand.checked_neg())
    x = number.from_num(magnitude)
    term = x
    result = _present(x.checked_add(number.one()))
    for i in range(2, number.FRACTION_BITS):
        term = _present(term.checked_mul(x))
        term = _present(term.checked_div(number.from_num(i)))
        result = _present(result.checked_add(term))
    if operand.bits < 0:
        result = _present(number.one().checked_div(result))
    return result


@implements("FIX-LOG2-1")
def log2(operand: FixedPoint, result_type: type[_Result] | None = None) -> _Result:
    """Binary logarithm, one bit at a time; below 1 as ``-log2(trunc(1 / x))``.

    Source: ``src/transcendental.rs:201``.
    """
    number = _result_type(operand, result_type)
    if operand.bits <= 0:
        raise MathError("log2 of a number that is not positive")
    x = number.from_num(operand)
    if x < number.one():
        inverse = _present(number.one().checked_div(x))
        return -_log2_from_one(inverse)
    return _log2_from_one(x)


@implements("FIX-LN-1")
def ln(operand: FixedPoint, result_type: type[_Result] | None = None) -> _Result:
    """``log2(x) / log2(e)`` with the 23-bit constant for ``log2(e)``, truncated.

    Source: ``src/transcendental.rs:220``.
    """
    number = _result_type(operand, result_type)
    log2_e = number.from_bits(LOG2_E_BITS << (number.FRACTION_BITS - CONSTANT_FRACTION_BITS))
    return log2(operand, number) / log2_e


@implements("FIX-SQRT-1")
def sqrt(operand: FixedPoint, result_type: type[_Result] | None = None) -> _Result:
    """Square root by ``FRACTION_BITS`` Newton steps; below 1 through the truncated inverse.

    Source: ``src/transcendental.rs:132``.
    """
    number = _result_type(operand, result_type)
    if operand.bits < 0:
        raise MathError("sqrt of a negative number")
    x = number.from_num(operand)
    one, two = number.one(), number.from_num(2)
    if x.bits == 0 or x == one:
        return x
    inverted = x < one
    if inverted:
        x = _present(one.checked_div(x))
    root = x / two + one
    for _ in range(number.FRACTION_BITS):
        root = (root + x / root) / two
    return _present(one.checked_div(root)) if inverted else root


@implements("FIX-POW-1")
def pow(operand: FixedPoint, exponent: FixedPoint, result_type: type[_Result] | None = None) -> _Result:
    """``exp(y * ln(x))``; 0 for ``x = 0``, 1 for ``y = 0``, ``x`` for ``y = 1``.

    Source: ``src/transcendental.rs:284``.
    """
    number = _result_type(operand, result_type)
    if operand.bits == 0:
        return number.zero()
    if exponent.bits == 0:
        return number.one()
    if exponent.bits == exponent.ONE_BITS:
        return number.from_num(operand)
    return exp(_present(ln(operand, number).checked_mul(number.from_num(exponent))), number)


@implements("FIX-POW-2")
def powi(operand: FixedPoint, exponent: int, result_type: type[_Result] | None = None) -> _Result:
    """Integer power by repeated multiplication (not by squaring); 0 for ``x = 0``.

    A negative exponent inverts the power at the end.

    Source: ``src/transcendental.rs:320``.
    """
    number = _result_type(operand, result_type)
    if operand.bits == 0:
        return number.zero()
    if exponent == 0:
        return number.one()
    x = number.from_num(operand)
    result = x
    for _ in range(1, abs(exponent)):
        result = _present(result.checked_mul(x))
    return _present(number.one().checked_div(result)) if exponent < 0 else result


@implements("FIX-LOG2-2")
def _log2_from_one(x: _Result) -> _Result:
    """Binary logarithm of ``x >= 1``: halvings, then squarings.

    Every halving rounds its dropped bit **up**. An exact power of two skips the squarings.

    Source: ``src/transcendental.rs:170``.
    """
    number = type(x)
    two = number.from_num(2)
    result = 0
    while x >= two:
        result += 1
        x = _halve_up(x)
    if x == number.one():
        return number.from_num(result)
    for _ in range(number.FRACTION_BITS):
        x = x * x
        result <<= 1
        if x >= two:
            result |= 1
            x = _halve_up(x)
    return number.from_bits(result)


def _halve_up(x: _Result) -> _Result:
    return type(x).from_bits((x.bits >> 1) + (x.bits & 1))


def _result_type(operand: FixedPoint, result_type: type[_Result] | None) -> type[_Result]:
    return type(operand) if result_type is None else result_type  # type: ignore[return-value]


def _present(value: _Result | None) -> _Result:
    if value is None:
        raise MathError("overflow in an intermediate result")
    return value
