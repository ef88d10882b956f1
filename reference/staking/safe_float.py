"""Arithmetic of the decimal number in which shares are stored.

Every operation truncates toward zero to 21 significant digits. ``None`` means that there is no
result: division by zero, an exponent outside i64, or a positive number taken from zero.

Source: ``primitives/share-pool/src/lib.rs:27`` to ``:330``.
"""

from __future__ import annotations

from typing import Final

from taospec.reference.fixed_point import U64F64
from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.state.safe_float import ZERO, SafeFloat

MAX_MANTISSA: Final = 10**21
"""Largest mantissa; a normalised one is above a tenth of it."""

MIN_EXPONENT: Final = -(2**63)
MAX_EXPONENT: Final = 2**63 - 1

_LARGEST_POWER: Final = 22
_MANTISSA_DIGITS: Final = 21
_TWO_TO_THE_64: Final = SafeFloat(184_467_440_737_095_516_160, -1)


@implements("STAKE-FLOAT-2")
def new(mantissa: int, exponent: int) -> SafeFloat | None:
    """``mantissa * 10**exponent``; no number if ``mantissa > 10**21`` (it is not scaled down).

    Source: ``primitives/share-pool/src/lib.rs:54``.
    """
    return None if mantissa > MAX_MANTISSA else normalized(mantissa, exponent)


@implements("STAKE-FLOAT-1")
def normalized(mantissa: int, exponent: int) -> SafeFloat | None:
    """``mantissa * 10**exponent`` with 10^20 < mantissa <= 10^21, digits beyond cut off.

    Relative error below 10^-20, downward. Zero is (0, 0) whatever its exponent.

    Source: ``primitives/share-pool/src/lib.rs:73``.
    """
    if mantissa == 0:
        return ZERO
    while mantissa > MAX_MANTISSA:
        mantissa //= 10
        exponent += 1
    while mantissa <= MAX_MANTISSA // 10:
        mantissa *= 10
        exponent -= 1
    if not MIN_EXPONENT <= exponent <= MAX_EXPONENT:
        return None
    return SafeFloat(mantissa, exponent)


@implements("STAKE-FLOAT-3")
def add(a: SafeFloat, b: SafeFloat) -> SafeFloat | None:
    """``a + b``: the number with the smaller exponent loses its digits below the other's last.

    Source: ``primitives/share-pool/src/lib.rs:158``.
    """
    if a.mantissa == 0:
        return b
    if b.mantissa == 0:
        return a
    exponent = max(a.exponent, b.exponent)
    return normalized(_aligned(a, exponent) + _aligned(b, exponent), exponent)


@implements("STAKE-FLOAT-4")
def sub(a: SafeFloat, b: SafeFloat) -> SafeFloat | None:
    """``a - b`` with the same alignment; zero if ``b`` is larger, but ``None`` if ``a`` is zero.

    Source: ``primitives/share-pool/src/lib.rs:190``.
    """
    if b.mantissa == 0:
        return a
    if a.mantissa == 0:
        return None
    exponent = max(a.exponent, b.exponent)
    return normalized(max(0, _aligned(a, exponent) - _aligned(b, exponent)), exponent)


@implements("STAKE-FLOAT-5")
def div(a: SafeFloat, b: SafeFloat) -> SafeFloat | None:
    """``a / b``.

    Source: ``primitives/share-pool/src/lib.rs:123``.
    """
    exponent = a.exponent - b.exponent - _MANTISSA_DIGITS
    if not MIN_EXPONENT <= exponent <= MAX_EXPONENT or b.mantissa == 0:
        return None
    return normalized(a.mantissa * MAX_MANTISSA // b.mantissa, exponent)


@implements("STAKE-FLOAT-6")
def mul_div(a: SafeFloat, b: SafeFloat, divisor: SafeFloat) -> SafeFloat | None:
    """``a * b / divisor``, the product exact.

    Source: ``primitives/share-pool/src/lib.rs:225``.
    """
    if divisor.mantissa == 0:
        return None
    product_exponent = a.exponent + b.exponent
    exponent = product_exponent - divisor.exponent
    if not (MIN_EXPONENT <= product_exponent <= MAX_EXPONENT and MIN_EXPONENT <= exponent <= MAX_EXPONENT):
        return None
    return normalized(a.mantissa * b.mantissa // divisor.mantissa, exponent)


@implements("STAKE-FLOAT-7")
def gt(a: SafeFloat, b: SafeFloat) -> bool:
    """Whether ``a > b``, for normalised numbers of which neither is zero.

    Zero has exponent 0 and compares as 0 * 10^0 with that exponent: see the rule's warning.

    Source: ``primitives/share-pool/src/lib.rs:263``.
    """
    if a.exponent == b.exponent:
        return a.mantissa > b.mantissa
    if a.exponent > b.exponent:
        return a.exponent - b.exponent > 1 or 10 * a.mantissa > b.mantissa
    return b.exponent - a.exponent <= 1 and a.mantissa > 10 * b.mantissa


@implements("STAKE-FLOAT-8")
def to_u64(a: SafeFloat) -> int:
    """The integer part, at most 2^64 - 1.

    Source: ``primitives/share-pool/src/lib.rs:287``.
    """
    power: int = 10 ** min(abs(a.exponent), _LARGEST_POWER)
    return min(a.mantissa * power if a.exponent > 0 else a.mantissa // power, U64_MAX)


@implements("STAKE-FLOAT-9")
def from_u64(value: int) -> SafeFloat:
    """The integer, exactly."""
    exact = new(value, 0)
    assert exact is not None
    return exact


@implements("STAKE-FLOAT-9")
def from_u64f64(value: U64F64) -> SafeFloat:
    """The integer part plus the fraction divided by 2^64, each truncated on its way.

    Source: ``primitives/share-pool/src/lib.rs:328``.
    """
    fraction = div(from_u64(value.bits & U64_MAX), _TWO_TO_THE_64)
    assert fraction is not None
    total = add(from_u64(value.bits >> 64), fraction)
    assert total is not None
    return total


def _aligned(a: SafeFloat, exponent: int) -> int:
    power: int = 10 ** min(exponent - a.exponent, _LARGEST_POWER)
    return a.mantissa // power
