"""Bounds of emission that have no closed form: shares by a power."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from taospec.spec.fixed_point import bounds
from taospec.spec.fixed_point.model import FORMATS
from taospec.spec.real_numbers import Enclosure, Real, real

_I32F32 = FORMATS["I32F32"]
_U64F64 = FORMATS["U64F64"]
_LOG_SUPREMUM: Final = real.log(_I32F32.supremum)
LARGEST_POWER: Final = Enclosure.exactly(2**31 - 1)
"""What the chain takes for a power that its exponential cannot compute."""


def power_shares(scaled: Sequence[Real], exponent: Real) -> list[Enclosure]:
    """Enclosures of the shares, given the values **after** both scalings, in U64F64.

    A share is a quotient of a power and the sum of all; the powers are enclosed by the bounds of
    the logarithm and the exponential.
    """
    powers = [safe_power(value, exponent) for value in scaled]
    total = Enclosure(sum((p.low for p in powers), real.zero), sum((p.high for p in powers), real.zero))
    return [_quotient(power, total) for power in powers]


def safe_power(value: Real, exponent: Real) -> Enclosure:
    """The chain's ``exp(p * ln(x))`` in I32F32, of a value of U64F64.

    0 for up to two ulp of I32F32, where the logarithm errs. Where the exponential errs, which it
    does on both sides, the answer is the largest integer.
    """
    base = real.floor(value / _I32F32.ulp) * _I32F32.ulp
    if base <= 2 * _I32F32.ulp:
        return Enclosure.exactly(real.zero)
    operand = bounds.mul(bounds.ln(Enclosure.exactly(base), _I32F32), Enclosure.exactly(exponent), _I32F32)
    if all(real.fabs(end) > _LOG_SUPREMUM for end in (operand.low, operand.high)):
        return LARGEST_POWER
    power = bounds.exp(operand, _I32F32)
    answers = bounds.exp_answers(operand.low, _I32F32) and bounds.exp_answers(operand.high, _I32F32)
    return power if answers else Enclosure.hull([power, LARGEST_POWER])


def _quotient(power: Enclosure, total: Enclosure) -> Enclosure:
    low = max(power.low / total.high - _U64F64.ulp, real.zero)
    return Enclosure(low, min(power.high / total.low, real.one) if total.low else real.one)
