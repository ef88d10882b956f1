"""The seven fixed-point types and their operations.

Each operation comes in families, and a family means the same for every operation:

``checked_*``
    the exact result rounded as below, or ``None`` if the type cannot hold it
    (also for a zero divisor).
``saturating_*``
    clamped to the type's smallest or largest value.
``wrapping_*`` and the bare operators ``+ - * /``
    reduced modulo ``2**bits`` (the chain is built without overflow checks, so a bare
    operator wraps silently).
``overflowing_*``
    the wrapped result and whether it wrapped.

Rounding, in every family: multiplication **floors** (toward minus infinity), division
**truncates** (toward zero), conversions to fewer fraction bits **floor**, conversions from
and to floats go to the **nearest, ties to even**.

Division by zero raises :class:`~taospec.reference.fixed_point.errors.Panic` except in
``checked_div`` (``None``) and ``safe_div`` (0).

Values are immutable, and operations on two different types raise
:class:`~taospec.reference.fixed_point.errors.MixedTypesError`.

Source: encointer/substrate-fixed ``src/arith.rs``, ``src/macros_frac.rs``,
``src/macros_round.rs``, ``src/traits.rs``; ``primitives/safe-math/src/lib.rs``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import ClassVar, Self, TypeAlias, TypeVar, overload

from taospec.reference.fixed_point.decimal_text import shortest_decimal
from taospec.reference.fixed_point.errors import MixedTypesError, Panic
from taospec.reference.fixed_point.numbers import (
    FloatType,
    IntegerType,
    divide_truncating,
    shift_right_nearest_even,
    wrap,
)
from taospec.reference.rules import implements

_Fixed = TypeVar("_Fixed", bound="FixedPoint")

Integer: TypeAlias = int
"""Python's ``int`` where the method of that name would hide it."""


class FixedPoint:
    """A number ``bits * 2**-FRACTION_BITS``, held as the raw integer ``bits``."""

    __slots__ = ("bits",)

    bits: int
    """Raw bits, as a signed integer for signed types."""

    INTEGER_BITS: ClassVar[int]
    FRACTION_BITS: ClassVar[int]
    TOTAL_BITS: ClassVar[int]
    SIGNED: ClassVar[bool]
    MIN_BITS: ClassVar[int]
    MAX_BITS: ClassVar[int]
    ONE_BITS: ClassVar[int]

    @implements("FIX-TYPE-1")
    def __init_subclass__(cls, *, integer_bits: int, fraction_bits: int, signed: bool) -> None:
        cls.INTEGER_BITS = integer_bits
        cls.FRACTION_BITS = fraction_bits
        cls.TOTAL_BITS = integer_bits + fraction_bits
        cls.SIGNED = signed
        cls.MIN_BITS = -(1 << (cls.TOTAL_BITS - 1)) if signed else 0
        cls.MAX_BITS = (1 << (cls.TOTAL_BITS - signed)) - 1
        cls.ONE_BITS = 1 << fraction_bits

    def __init__(self) -> None:
        raise TypeError(f"use {type(self).__name__}.from_bits or a from_num conversion")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __reduce__(self) -> tuple[object, ...]:
        return type(self).from_bits, (self.bits,)

    @classmethod
    def from_bits(cls, bits: int) -> Self:
        """The value with these raw bits.

        Raises:
            OverflowError: ``bits`` is outside the type.
        """
        if not cls.MIN_BITS <= bits <= cls.MAX_BITS:
            raise OverflowError(f"{cls.__name__}: {bits} is outside [{cls.MIN_BITS}, {cls.MAX_BITS}]")
        return _make(cls, bits)

    @classmethod
    def zero(cls) -> Self:
        """0."""
        return _make(cls, 0)

    @classmethod
    def one(cls) -> Self:
        """1."""
        return _make(cls, cls.ONE_BITS)

    @classmethod
    def min_value(cls) -> Self:
        """The smallest value."""
        return _make(cls, cls.MIN_BITS)

    @classmethod
    def max_value(cls) -> Self:
        """The largest value."""
        return _make(cls, cls.MAX_BITS)

    # Order and identity: within one type only.

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            if isinstance(other, FixedPoint):
                raise MixedTypesError(self, other)
            return NotImplemented
        return self.bits == other.bits

    def __lt__(self, other: Self) -> bool:
        if type(other) is not type(self):
            raise MixedTypesError(self, other)
        return self.bits < other.bits

    def __le__(self, other: Self) -> bool:
        if type(other) is not type(self):
            raise MixedTypesError(self, other)
        return self.bits <= other.bits

    def __gt__(self, other: Self) -> bool:
        if type(other) is not type(self):
            raise MixedTypesError(self, other)
        return self.bits > other.bits

    def __ge__(self, other: Self) -> bool:
        if type(other) is not type(self):
            raise MixedTypesError(self, other)
        return self.bits >= other.bits

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.bits))

    def __bool__(self) -> bool:
        raise TypeError(f"{type(self).__name__} has no truth value: compare with zero()")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self}, bits={self.bits})"

    def __str__(self) -> str:
        return self.display()

    def display(self) -> str:
        """Decimal text as the chain's crate prints it.

        Source: substrate-fixed ``src/display.rs:349``.
        """
        return shortest_decimal(self.bits, self.FRACTION_BITS, self.TOTAL_BITS)

    @implements("FIX-CMP-1")
    def cmp(self, other: Self) -> int:
        """-1, 0 or 1 as ``self`` is below, equal to or above ``other``."""
        _require_same(self, other)
        return (self.bits > other.bits) - (self.bits < other.bits)

    # Exact results as raw bits, before a family decides what to do out of range.

    @implements("FIX-ADD-1")
    def _sum_bits(self, other: Self) -> int:
        if type(other) is not type(self):
            raise MixedTypesError(self, other)
        return self.bits + other.bits

    @implements("FIX-ADD-1")
    def _difference_bits(self, other: Self) -> int:
        if type(other) is not type(self):
            raise MixedTypesError(self, other)
        return self.bits - other.bits

    @implements("FIX-MUL-1")
    def _product_bits(self, other: Self) -> int:
        """``floor(a * b)``: the full product shifted right arithmetically.

        Source: substrate-fixed ``src/arith.rs:467``, ``src/arith.rs:597``.
        """
        if type(other) is not type(self):
            raise MixedTypesError(self, other)
        return self.bits * other.bits >> self.FRACTION_BITS

    @implements("FIX-DIV-1")
    def _quotient_bits(self, other: Self) -> int:
        """``trunc(a / b)``.

        Raises:
            Panic: ``b`` is zero.

        Source: substrate-fixed ``src/arith.rs:477``, ``src/arith.rs:620``.
        """
        if type(other) is not type(self):
            raise MixedTypesError(self, other)
        if other.bits == 0:
            raise Panic("division by zero")
        return divide_truncating(self.bits << self.FRACTION_BITS, other.bits)

    # The four families for + - * /.

    def checked_add(self, other: Self) -> Self | None:
        """``a + b``, or ``None`` on overflow."""
        return _checked(type(self), self._sum_bits(other))

    def checked_sub(self, other: Self) -> Self | None:
        """``a - b``, or ``None`` on overflow."""
        return _checked(type(self), self._difference_bits(other))

    def checked_mul(self, other: Self) -> Self | None:
        """``floor(a * b)``, or ``None`` on overflow."""
        return _checked(type(self), self._product_bits(other))

    def checked_div(self, other: Self) -> Self | None:
        """``trunc(a / b)``, or ``None`` on overflow and for ``b = 0``."""
        _require_same(self, other)
        return None if other.bits == 0 else _checked(type(self), self._quotient_bits(other))

    @implements("FIX-REM-1")
    def checked_rem(self, other: Self) -> Self | None:
        """``a - b * trunc(a / b)`` with the sign of ``a`` (integer quotient), ``None`` for ``b = 0``."""
        _require_same(self, other)
        if other.bits == 0:
            return None
        return _make(type(self), self.bits - other.bits * divide_truncating(self.bits, other.bits))

    def saturating_add(self, other: Self) -> Self:
        """``a + b``, clamped."""
        cls = type(self)
        if type(other) is not cls:
            raise MixedTypesError(self, other)
        return _saturated(cls, self.bits + other.bits)

    def saturating_sub(self, other: Self) -> Self:
        """``a - b``, clamped."""
        cls = type(self)
        if type(other) is not cls:
            raise MixedTypesError(self, other)
        return _saturated(cls, self.bits - other.bits)

    def saturating_mul(self, other: Self) -> Self:
        """``floor(a * b)``, clamped."""
        return _saturated(type(self), self._product_bits(other))

    def saturating_div(self, other: Self) -> Self:
        """``trunc(a / b)``, clamped; :class:`Panic` for ``b = 0``."""
        return _saturated(type(self), self._quotient_bits(other))

    def wrapping_add(self, other: Self) -> Self:
        """``a + b`` modulo ``2**bits``."""
        return _wrapped(type(self), self._sum_bits(other))

    def wrapping_sub(self, other: Self) -> Self:
        """``a - b`` modulo ``2**bits``."""
        return _wrapped(type(self), self._difference_bits(other))

    def wrapping_mul(self, other: Self) -> Self:
        """``floor(a * b)`` modulo ``2**bits``."""
        return _wrapped(type(self), self._product_bits(other))

    def wrapping_div(self, other: Self) -> Self:
        """``trunc(a / b)`` modulo ``2**bits``; :class:`Panic` for ``b = 0``."""
        return _wrapped(type(self), self._quotient_bits(other))

    __add__ = wrapping_add
    __sub__ = wrapping_sub
    __mul__ = wrapping_mul
    __truediv__ = wrapping_div

    def overflowing_add(self, other: Self) -> tuple[Self, bool]:
        """``a + b`` wrapped, and whether it wrapped."""
        return _overflowing(type(self), self._sum_bits(other))

    def overflowing_sub(self, other: Self) -> tuple[Self, bool]:
        """``a - b`` wrapped, and whether it wrapped."""
        return _overflowing(type(self), self._difference_bits(other))

    def overflowing_mul(self, other: Self) -> tuple[Self, bool]:
        """``floor(a * b)`` wrapped, and whether it wrapped."""
        return _overflowing(type(self), self._product_bits(other))

    def overflowing_div(self, other: Self) -> tuple[Self, bool]:
        """``trunc(a / b)`` wrapped, and whether it wrapped; :class:`Panic` for ``b = 0``."""
        return _overflowing(type(self), self._quotient_bits(other))

    # The safe-math trait.

    @implements("FIX-SAFEDIV-1")
    def safe_div(self, other: Self) -> Self:
        """``trunc(a / b)``; 0 for ``b = 0`` **and on overflow** (it never saturates).

        Source: ``primitives/safe-math/src/lib.rs:222``.
        """
        return self.safe_div_or(other, _make(type(self), 0))

    @implements("FIX-SAFEDIV-2")
    def safe_div_or(self, other: Self, default: Self) -> Self:
        """``trunc(a / b)``; ``default`` for ``b = 0`` and on overflow.

        Source: ``primitives/safe-math/src/lib.rs:218``.
        """
        cls = type(self)
        if type(other) is not cls or type(default) is not cls:
            raise MixedTypesError(self, other if type(other) is not cls else default)
        divisor = other.bits
        if divisor == 0:
            return default
        bits = divide_truncating(self.bits << cls.FRACTION_BITS, divisor)
        return _make(cls, bits) if cls.MIN_BITS <= bits <= cls.MAX_BITS else default

    @implements("FIX-NEG-3")
    def abs_diff(self, other: Self) -> Self:
        """``|a - b|``, clamped.

        Source: ``primitives/safe-math/src/lib.rs:210``.
        """
        return _saturated(type(self), abs(self._difference_bits(other)))

    # Sign.

    @implements("FIX-NEG-1")
    def checked_neg(self) -> Self | None:
        """``-a``, or ``None`` on overflow (every non-zero unsigned value)."""
        return _checked(type(self), -self.bits)

    def saturating_neg(self) -> Self:
        """``-a``, clamped."""
        return _saturated(type(self), -self.bits)

    def wrapping_neg(self) -> Self:
        """``-a`` modulo ``2**bits``."""
        return _wrapped(type(self), -self.bits)

    __neg__ = wrapping_neg

    @implements("FIX-NEG-1")
    def checked_abs(self) -> Self | None:
        """``|a|``, or ``None`` for the smallest signed value."""
        return _checked(type(self), abs(self.bits))

    def saturating_abs(self) -> Self:
        """``|a|``, clamped."""
        return _saturated(type(self), abs(self.bits))

    def wrapping_abs(self) -> Self:
        """``|a|`` modulo ``2**bits``."""
        return _wrapped(type(self), abs(self.bits))

    @implements("FIX-NEG-2")
    def signum(self) -> Self:
        """-1, 0 or 1 in the type itself."""
        return _make(type(self), ((self.bits > 0) - (self.bits < 0)) * self.ONE_BITS)

    # Rounding to integers. Bits below one half of the unit decide.

    @implements("FIX-ROUND-1")
    def int(self) -> Self:
        """The integer part rounded **toward minus infinity**: ``int(-0.5) = -1``."""
        return _make(type(self), self.bits >> self.FRACTION_BITS << self.FRACTION_BITS)

    @implements("FIX-ROUND-1")
    def frac(self) -> Self:
        """``a - int(a)``, never negative: ``frac(-0.25) = 0.75``."""
        return _make(type(self), self.bits & (self.ONE_BITS - 1))

    @implements("FIX-ROUND-2")
    def _ceil_bits(self) -> Integer:
        return -(-self.bits >> self.FRACTION_BITS) << self.FRACTION_BITS

    @implements("FIX-ROUND-3")
    def _round_bits(self) -> Integer:
        """Nearest integer, ties away from zero.

        Source: substrate-fixed ``src/macros_round.rs:807``.
        """
        magnitude = (abs(self.bits) + (self.ONE_BITS >> 1)) >> self.FRACTION_BITS << self.FRACTION_BITS
        return magnitude if self.bits >= 0 else -magnitude

    @implements("FIX-ROUND-2")
    def floor(self) -> Self:
        """Largest integer not above ``a`` (always representable here)."""
        return self.int()

    checked_floor = saturating_floor = wrapping_floor = floor

    def ceil(self) -> Self:
        """Smallest integer not below ``a``; a bare call wraps on overflow."""
        return _wrapped(type(self), self._ceil_bits())

    wrapping_ceil = ceil

    def checked_ceil(self) -> Self | None:
        """Smallest integer not below ``a``, or ``None`` on overflow."""
        return _checked(type(self), self._ceil_bits())

    def saturating_ceil(self) -> Self:
        """Smallest integer not below ``a``, clamped."""
        return _saturated(type(self), self._ceil_bits())

    def round(self) -> Self:
        """Nearest integer, ties away from zero; a bare call wraps on overflow."""
        return _wrapped(type(self), self._round_bits())

    wrapping_round = round

    def checked_round(self) -> Self | None:
        """Nearest integer, ties away from zero, or ``None`` on overflow."""
        return _checked(type(self), self._round_bits())

    def saturating_round(self) -> Self:
        """Nearest integer, ties away from zero, clamped."""
        return _saturated(type(self), self._round_bits())

    @implements("FIX-ROUND-4")
    def round_ties_to_even(self) -> Self:
        """Nearest integer, ties to the even one; wraps on overflow."""
        rounded = shift_right_nearest_even(self.bits, self.FRACTION_BITS)
        return _wrapped(type(self), rounded << self.FRACTION_BITS)

    @implements("FIX-ROUND-5")
    def round_to_zero(self) -> Self:
        """Nearest integer toward zero."""
        return _make(type(self), divide_truncating(self.bits, self.ONE_BITS) << self.FRACTION_BITS)

    # Conversions.

    @classmethod
    def from_num(cls, value: FixedPoint | Integer | float) -> Self:
        """Convert; wraps on overflow like every bare operation, non-finite floats give 0."""
        return _wrapped(cls, _converted_bits(cls, value) or 0)

    wrapping_from_num = from_num

    @classmethod
    def checked_from_num(cls, value: FixedPoint | Integer | float) -> Self | None:
        """Convert, or ``None`` if the type cannot hold the result."""
        bits = _converted_bits(cls, value)
        return None if bits is None else _checked(cls, bits)

    @classmethod
    @implements("FIX-CONV-6")
    def saturating_from_num(cls, value: FixedPoint | Integer | float) -> Self:
        """Convert, clamped; infinities and NaN clamp by their sign.

        Source: substrate-fixed ``src/traits.rs:1580``, ``src/helpers.rs:79``.
        """
        bits = _converted_bits(cls, value)
        if bits is None:
            assert isinstance(value, float)
            bits = cls.MAX_BITS if math.copysign(1.0, value) > 0 else cls.MIN_BITS
        return _saturated(cls, bits)

    @overload
    def to_num(self, target: type[_Fixed]) -> _Fixed: ...
    @overload
    def to_num(self, target: IntegerType) -> Integer: ...
    @overload
    def to_num(self, target: FloatType) -> float: ...
    def to_num(self, target: type[FixedPoint] | IntegerType | FloatType) -> FixedPoint | Integer | float:
        """Convert; integers by flooring, wraps on overflow."""
        if isinstance(target, FloatType):
            return _nearest_float(self.bits, self.FRACTION_BITS, target.precision)
        if isinstance(target, IntegerType):
            return target.wrap(self.bits >> self.FRACTION_BITS)
        return target.from_num(self)

    wrapping_to_num = to_num

    @overload
    def checked_to_num(self, target: type[_Fixed]) -> _Fixed | None: ...
    @overload
    def checked_to_num(self, target: IntegerType) -> Integer | None: ...
    @overload
    def checked_to_num(self, target: FloatType) -> float | None: ...
    def checked_to_num(
        self, target: type[FixedPoint] | IntegerType | FloatType
    ) -> FixedPoint | Integer | float | None:
        """Convert, or ``None`` if the target cannot hold the floored value."""
        if isinstance(target, IntegerType):
            value = self.bits >> self.FRACTION_BITS
            return value if target.minimum <= value <= target.maximum else None
        if isinstance(target, FloatType):
            return self.to_num(target)
        return target.checked_from_num(self)

    @overload
    def saturating_to_num(self, target: type[_Fixed]) -> _Fixed: ...
    @overload
    def saturating_to_num(self, target: IntegerType) -> Integer: ...
    @overload
    def saturating_to_num(self, target: FloatType) -> float: ...
    @implements("FIX-CONV-4")
    def saturating_to_num(
        self, target: type[FixedPoint] | IntegerType | FloatType
    ) -> FixedPoint | Integer | float:
        """Convert, clamped; integers by flooring, so that a negative value gives an unsigned 0."""
        if isinstance(target, IntegerType):
            return min(max(self.bits >> self.FRACTION_BITS, target.minimum), target.maximum)
        if isinstance(target, FloatType):
            return self.to_num(target)
        return target.saturating_from_num(self)


class I32F32(FixedPoint, integer_bits=32, fraction_bits=32, signed=True):
    """Signed, 32 integer and 32 fraction bits: the number of Yuma Consensus."""

    __slots__ = ()


class I64F64(FixedPoint, integer_bits=64, fraction_bits=64, signed=True):
    """Signed, 64 integer and 64 fraction bits: stake weights, flow averages."""

    __slots__ = ()


class I96F32(FixedPoint, integer_bits=96, fraction_bits=32, signed=True):
    """Signed, 96 integer and 32 fraction bits: emission amounts, moving prices, halving."""

    __slots__ = ()


class U64F64(FixedPoint, integer_bits=64, fraction_bits=64, signed=False):
    """Unsigned, 64 integer and 64 fraction bits: prices, shares, conviction."""

    __slots__ = ()


class U96F32(FixedPoint, integer_bits=96, fraction_bits=32, signed=False):
    """Unsigned, 96 integer and 32 fraction bits: amounts with a fraction of a rao."""

    __slots__ = ()


class I110F18(FixedPoint, integer_bits=110, fraction_bits=18, signed=True):
    """Signed, 110 integer and 18 fraction bits."""

    __slots__ = ()


class U110F18(FixedPoint, integer_bits=110, fraction_bits=18, signed=False):
    """Unsigned, 110 integer and 18 fraction bits: square roots of products of amounts."""

    __slots__ = ()


@implements("FIX-SUM-1")
def wrapping_sum(values: Iterable[_Fixed], number: type[_Fixed]) -> _Fixed:
    """Sum by the bare ``+``: **wraps** modulo ``2**bits``, 0 for no values.

    Wrap-around makes the order of the terms irrelevant, so the exact sum is reduced once.

    Source: substrate-fixed ``src/arith.rs:403`` (``.sum()`` folds with ``+``).
    """
    total = 0
    for value in values:
        if type(value) is not number:
            raise MixedTypesError(value, _make(number, 0))
        total += value.bits
    return _wrapped(number, total)


_new = object.__new__
_set_bits = FixedPoint.bits.__set__  # type: ignore[attr-defined, misc]


def _make(number: type[_Fixed], bits: int) -> _Fixed:
    value = _new(number)
    _set_bits(value, bits)
    return value


@implements("FIX-FAMILY-1")
def _checked(number: type[_Fixed], bits: int) -> _Fixed | None:
    return _make(number, bits) if number.MIN_BITS <= bits <= number.MAX_BITS else None


@implements("FIX-FAMILY-1")
def _saturated(number: type[_Fixed], bits: int) -> _Fixed:
    if bits > number.MAX_BITS:
        bits = number.MAX_BITS
    elif bits < number.MIN_BITS:
        bits = number.MIN_BITS
    value = _new(number)
    _set_bits(value, bits)
    return value


@implements("FIX-FAMILY-1")
def _wrapped(number: type[_Fixed], bits: int) -> _Fixed:
    if not number.MIN_BITS <= bits <= number.MAX_BITS:
        bits = wrap(bits, number.TOTAL_BITS, number.SIGNED)
    return _make(number, bits)


@implements("FIX-FAMILY-1")
def _overflowing(number: type[_Fixed], bits: int) -> tuple[_Fixed, bool]:
    return _wrapped(number, bits), not number.MIN_BITS <= bits <= number.MAX_BITS


@implements("FIX-TYPE-2")
def _require_same(left: FixedPoint, right: FixedPoint) -> None:
    if type(left) is not type(right):
        raise MixedTypesError(left, right)


@implements("FIX-CONV-1", "FIX-CONV-2", "FIX-CONV-3")
def _converted_bits(number: type[FixedPoint], value: FixedPoint | int | float) -> int | None:
    """Exact raw bits in ``number``'s scale, of any width; ``None`` for a non-finite float.

    Fixed point: floored to the fraction bits. Integers: exact. Floats: nearest, ties to even.
    """
    if isinstance(value, FixedPoint):
        shift = number.FRACTION_BITS - value.FRACTION_BITS
        return value.bits << shift if shift >= 0 else value.bits >> -shift
    if type(value) is int:
        return value << number.FRACTION_BITS
    if type(value) is not float:
        raise TypeError(f"{number.__name__}: cannot convert {type(value).__name__}")
    if not math.isfinite(value):
        return None
    numerator, denominator = value.as_integer_ratio()
    shift = number.FRACTION_BITS - (denominator.bit_length() - 1)
    return numerator << shift if shift >= 0 else shift_right_nearest_even(numerator, -shift)


@implements("FIX-CONV-5")
def _nearest_float(bits: int, fraction_bits: int, precision: int) -> float:
    """``bits * 2**-fraction_bits`` rounded to ``precision`` significant bits, ties to even."""
    surplus = bits.bit_length() - precision
    if surplus > 0:
        bits = shift_right_nearest_even(bits, surplus)
    return math.ldexp(bits, max(surplus, 0) - fraction_bits)
