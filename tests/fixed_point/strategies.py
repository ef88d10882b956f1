"""Operands of every magnitude, with their real values."""

from __future__ import annotations

from hypothesis import strategies as st

from taospec.reference.fixed_point import (
    I32F32,
    I64F64,
    I96F32,
    I110F18,
    U64F64,
    U96F32,
    U110F18,
    FixedPoint,
)
from taospec.spec.fixed_point import model
from taospec.spec.real_numbers import Real

TYPES: tuple[type[FixedPoint], ...] = (I32F32, I64F64, I96F32, I110F18, U64F64, U96F32, U110F18)
SERIES_TYPES = (I32F32, I64F64, I96F32)
"""The signed types with at least the 23 fraction bits of the crate's constants."""


def format_of(number: type[FixedPoint]) -> model.Format:
    return model.FORMATS[number.__name__]


def real_value(operand: FixedPoint) -> Real:
    return model.value(operand.bits, format_of(type(operand)))


@st.composite
def operands(draw: st.DrawFn, number: type[FixedPoint], *, low: int | None = None, high: int | None = None):
    """A value whose magnitude is as often of few bits as of many; near a power of two now and then."""
    low = number.MIN_BITS if low is None else low
    high = number.MAX_BITS if high is None else high
    length = draw(st.integers(0, max(abs(low), abs(high)).bit_length()))
    magnitude = draw(
        st.one_of(
            st.integers(1 << length >> 1, (1 << length) - 1),
            st.integers(-2, 2).map(lambda nudge: (1 << length) + nudge),
        )
    )
    bits = draw(st.sampled_from((-1, 1))) * magnitude if low < 0 else magnitude
    return number.from_bits(min(max(bits, low), high))
