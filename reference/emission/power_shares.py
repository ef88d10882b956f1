"""Shares in proportion to powers of non-negative numbers, in the precision of I32F32.

Source: ``pallets/subtensor/src/coinbase/subnet_emissions.rs``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from taospec.reference.fixed_point import I32F32, U64F64, wrapping_sum
from taospec.reference.fixed_point.errors import MathError
from taospec.reference.fixed_point.numbers import I32, U64
from taospec.reference.fixed_point.safe_math import checked_sqrt
from taospec.reference.fixed_point.transcendental import exp, ln
from taospec.reference.rules import implements

_ZERO: Final = U64F64.zero()
_LARGEST_POWER: Final = I32F32.from_num(I32.maximum)
_LARGEST_SUM: Final = U64F64.from_num(I32.maximum)
SMALLEST_SUM: Final = _LARGEST_SUM.safe_div(U64F64.from_num(U64.maximum))
"""Number of values times the square of their largest below which no powers are taken, about 2**-33."""
ROOT_TOLERANCE: Final = U64F64.one().safe_div(U64F64.from_num(1_000))
"""How far the square of the scale may be off."""


@implements("EMISSION-POW-1")
def power_shares(values: Mapping[int, U64F64], exponent: U64F64) -> dict[int, U64F64]:
    """``x_i**p / sum(x**p)``, after scaling the largest to 1 and then up to what I32F32 holds.

    **Too small to scale (all 0 in particular): the answer is not shares** but the values scaled
    to a largest of 1. The sum of the powers wraps.

    Source: ``subnet_emissions.rs:209``.
    """
    scaled = _scaled_to_one(values)
    bound = _sum_bound(scaled)
    if bound < SMALLEST_SUM:
        return scaled
    factor = precision_factor(bound)
    powers = {key: safe_pow(factor.saturating_mul(value), exponent) for key, value in scaled.items()}
    total = wrapping_sum(powers.values(), U64F64)
    return {key: power.safe_div(total) for key, power in powers.items()}


@implements("EMISSION-POW-2")
def _scaled_to_one(values: Mapping[int, U64F64]) -> dict[int, U64F64]:
    """``x * trunc(1 / max(x))``: **all 0** for a largest of 0 or of 2**-64.

    Source: ``subnet_emissions.rs:196``.
    """
    factor = U64F64.one().safe_div(max(values.values(), default=_ZERO))
    return {key: factor.saturating_mul(values[key]) for key in sorted(values)}


@implements("EMISSION-POW-3")
def _sum_bound(scaled: Mapping[int, U64F64]) -> U64F64:
    """Number of values times the **square** of the largest, whatever the exponent is.

    Source: ``subnet_emissions.rs:177``.
    """
    largest = max(scaled.values(), default=_ZERO)
    return U64F64.saturating_from_num(len(scaled)).saturating_mul(largest.saturating_mul(largest))


@implements("EMISSION-POW-3")
def precision_factor(bound: U64F64) -> U64F64:
    """``sqrt((2**31 - 1) / bound)`` by bisection: what the values are multiplied with.

    Source: ``subnet_emissions.rs:233``.
    """
    factor = checked_sqrt(_LARGEST_SUM.safe_div(bound), ROOT_TOLERANCE)
    return _ZERO if factor is None else factor


@implements("EMISSION-POW-4")
def safe_pow(base: U64F64, exponent: U64F64) -> U64F64:
    """``exp(p * ln(x))`` in I32F32; 0 where ``ln`` errs, 2**31 - 1 where ``exp`` does.

    Source: ``subnet_emissions.rs:181``.
    """
    try:
        logarithm: I32F32 = ln(I32F32.saturating_from_num(base))
    except MathError:
        return _ZERO
    try:
        power: I32F32 = exp(I32F32.saturating_from_num(exponent).saturating_mul(logarithm))
    except MathError:
        power = _LARGEST_POWER
    return U64F64.saturating_from_num(power)
