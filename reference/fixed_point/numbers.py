"""Names for Rust's primitive numbers: the targets of conversions out of fixed point."""

from __future__ import annotations

from typing import Final

import attrs


@attrs.frozen
class IntegerType:
    """A primitive integer type of Rust."""

    name: str
    """Rust's name, such as ``u64``."""
    bits: int
    """Width in bits."""
    signed: bool
    """Whether it is two's complement."""

    @property
    def minimum(self) -> int:
        """Smallest value."""
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def maximum(self) -> int:
        """Largest value."""
        return (1 << (self.bits - self.signed)) - 1

    def wrap(self, value: int) -> int:
        """Return the value congruent to ``value`` modulo ``2**bits`` that the type holds."""
        return wrap(value, self.bits, self.signed)


@attrs.frozen
class FloatType:
    """An IEEE 754 binary float type. Values are Python floats, which hold either exactly."""

    name: str
    """Rust's name: ``f32`` or ``f64``."""
    precision: int
    """Significant bits, the implicit one included."""


U8: Final = IntegerType("u8", 8, False)
U16: Final = IntegerType("u16", 16, False)
U32: Final = IntegerType("u32", 32, False)
U64: Final = IntegerType("u64", 64, False)
U128: Final = IntegerType("u128", 128, False)
I8: Final = IntegerType("i8", 8, True)
I16: Final = IntegerType("i16", 16, True)
I32: Final = IntegerType("i32", 32, True)
I64: Final = IntegerType("i64", 64, True)
I128: Final = IntegerType("i128", 128, True)
F32: Final = FloatType("f32", 24)
F64: Final = FloatType("f64", 53)


def wrap(value: int, bits: int, signed: bool) -> int:
    """Reduce ``value`` modulo ``2**bits`` into the range of a two's complement or unsigned type."""
    value &= (1 << bits) - 1
    if signed and value >> (bits - 1):
        value -= 1 << bits
    return value


def divide_truncating(dividend: int, divisor: int) -> int:
    """Integer quotient rounded toward zero, as Rust's ``/``."""
    quotient = abs(dividend) // abs(divisor)
    return quotient if (dividend < 0) == (divisor < 0) else -quotient


def shift_right_nearest_even(value: int, shift: int) -> int:
    """``value / 2**shift`` rounded to the nearest integer, ties to even (``shift > 0``)."""
    quotient, remainder = value >> shift, value & ((1 << shift) - 1)
    half = 1 << (shift - 1)
    return quotient + (remainder > half or (remainder == half and quotient & 1))
