"""The seven types: what they hold, what they refuse, and examples worked by hand."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from taospec.reference.fixed_point import (
    I32F32,
    I64F64,
    I96F32,
    I110F18,
    U64F64,
    U96F32,
    U110F18,
    FixedPoint,
    safe_math,
    transcendental,
    wrapping_sum,
)
from taospec.reference.fixed_point.errors import MathError, MixedTypesError, Panic
from taospec.reference.fixed_point.numbers import F32, F64, I8, I32, U8, U16, U64, U128

from .strategies import TYPES

every_type = pytest.mark.parametrize("number", TYPES, ids=lambda number: number.__name__)


def raw(bits: int, number: type[FixedPoint] = I32F32) -> FixedPoint:
    return number.from_bits(bits)


# What a type is.


@pytest.mark.rule("FIX-TYPE-1")
@pytest.mark.parametrize(
    ("number", "lowest", "highest", "fraction_bits"),
    [
        (I32F32, -(2**63), 2**63 - 1, 32),
        (I64F64, -(2**127), 2**127 - 1, 64),
        (I96F32, -(2**127), 2**127 - 1, 32),
        (I110F18, -(2**127), 2**127 - 1, 18),
        (U64F64, 0, 2**128 - 1, 64),
        (U96F32, 0, 2**128 - 1, 32),
        (U110F18, 0, 2**128 - 1, 18),
    ],
)
def test_a_type_holds_the_raw_integers_of_its_width(
    number: type[FixedPoint], lowest: int, highest: int, fraction_bits: int
) -> None:
    assert number.min_value().bits == lowest
    assert number.max_value().bits == highest
    assert number.one().bits == 2**fraction_bits
    assert number.zero().bits == 0
    for bits in (lowest - 1, highest + 1):
        with pytest.raises(OverflowError, match=f"{number.__name__}: {bits} is outside"):
            number.from_bits(bits)


@every_type
def test_a_value_is_immutable(number: type[FixedPoint]) -> None:
    value = number.one()
    with pytest.raises(AttributeError, match=f"{number.__name__} is immutable"):
        value.bits = 5
    with pytest.raises(AttributeError, match=f"{number.__name__} is immutable"):
        value.anything = 5  # type: ignore[attr-defined]
    assert value == number.one()


@every_type
def test_a_value_is_made_by_a_named_conversion_only(number: type[FixedPoint]) -> None:
    with pytest.raises(TypeError):
        number(5)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="from_bits"):
        number()
    with pytest.raises(TypeError, match="cannot convert str"):
        number.from_num("5")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="cannot convert bool"):
        number.from_num(True)


@every_type
def test_a_value_has_no_truth(number: type[FixedPoint]) -> None:
    with pytest.raises(TypeError, match="no truth value"):
        bool(number.zero())


@every_type
def test_copies_and_pickles_are_equal_and_hash_alike(number: type[FixedPoint]) -> None:
    value = number.from_bits(12345)
    for twin in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert type(twin) is number
        assert twin == value
        assert hash(twin) == hash(value)
    assert len({value, number.from_bits(12345), number.from_bits(12346)}) == 2


def test_the_representation_shows_decimal_text_and_raw_bits() -> None:
    """3/4 of 2**32 is 3221225472."""
    assert repr(I32F32.from_num(-0.75)) == "I32F32(-0.75, bits=-3221225472)"
    assert str(U64F64.from_num(2)) == "2"


# Mixed types.

BINARY = [
    *(f"{family}{operation}" for family in ("checked_", "saturating_", "wrapping_", "overflowing_")
      for operation in ("add", "sub", "mul", "div")),
    *("__add__", "__sub__", "__mul__", "__truediv__", "__lt__", "__le__", "__gt__", "__ge__", "__eq__"),
    *("checked_rem", "safe_div", "abs_diff", "cmp"),
]  # fmt: skip


@pytest.mark.rule("FIX-TYPE-2")
@pytest.mark.parametrize("operation", BINARY)
@pytest.mark.parametrize(("left", "right"), [(I32F32, I64F64), (U64F64, I64F64), (U96F32, U110F18)])
def test_an_operation_on_two_types_is_refused(
    operation: str, left: type[FixedPoint], right: type[FixedPoint]
) -> None:
    with pytest.raises(MixedTypesError, match=f"mixed types: {left.__name__} and {right.__name__}"):
        getattr(left.one(), operation)(right.one())


@pytest.mark.rule("FIX-TYPE-2")
@pytest.mark.parametrize(
    "operation",
    [
        lambda: I32F32.one().safe_div_or(I64F64.one(), I32F32.zero()),
        lambda: I32F32.one().safe_div_or(I32F32.one(), I64F64.zero()),
        lambda: wrapping_sum([I32F32.one(), I64F64.one()], I32F32),
        lambda: wrapping_sum([I32F32.one()], I64F64),
        lambda: I32F32.one() + 1,  # type: ignore[operator]
        lambda: I32F32.one() * 0.5,  # type: ignore[operator]
        lambda: I32F32.one() < 1,  # type: ignore[operator]
        lambda: safe_math.checked_sqrt(I32F32.one(), I64F64.one()),
    ],
)
def test_a_default_a_summand_or_a_plain_number_of_another_type_is_refused(
    operation: Callable[[], Any],
) -> None:
    with pytest.raises(MixedTypesError):
        operation()


@pytest.mark.rule("FIX-TYPE-2")
def test_a_value_is_not_equal_to_a_plain_number() -> None:
    assert I32F32.one() != 1
    assert I32F32.one() != "1"


# Rounding, by hand. One ulp of I32F32 is raw 1.


@pytest.mark.rule("FIX-MUL-1")
def test_multiplication_floors_for_both_signs() -> None:
    """Half of one ulp is 0 from above, and minus half of one ulp is minus one ulp."""
    half = I32F32.from_num(0.5)
    assert (raw(1) * half).bits == 0
    assert (raw(-1) * half).bits == -1
    assert (raw(3) * half).bits == 1
    assert (raw(-3) * half).bits == -2


@pytest.mark.rule("FIX-DIV-1")
def test_division_truncates_for_both_signs() -> None:
    """3 ulp / 2 = 1.5 ulp -> 1 ulp; -1.5 ulp -> -1 ulp, where flooring would give -2."""
    two = I32F32.from_num(2)
    assert (raw(3) / two).bits == 1
    assert (raw(-3) / two).bits == -1
    assert (raw(3) / I32F32.from_num(-2)).bits == -1


@pytest.mark.rule("FIX-REM-1")
def test_the_remainder_has_the_sign_of_the_dividend() -> None:
    """7 = 2 * 3 + 1 and -7 = -2 * 3 - 1."""
    seven, three = I32F32.from_num(7), I32F32.from_num(3)
    assert seven.checked_rem(three) == I32F32.from_num(1)
    assert (-seven).checked_rem(three) == I32F32.from_num(-1)
    assert seven.checked_rem(-three) == I32F32.from_num(1)
    assert seven.checked_rem(I32F32.zero()) is None


@pytest.mark.rule("FIX-ROUND-1", "FIX-ROUND-2", "FIX-ROUND-3", "FIX-ROUND-4", "FIX-ROUND-5")
@pytest.mark.parametrize(
    ("operation", "answers"),
    [
        # of        -2.5  -1.5  -0.5  -0.25  0.5  1.5  2.5
        ("int", (-3, -2, -1, -1, 0, 1, 2)),
        ("floor", (-3, -2, -1, -1, 0, 1, 2)),
        ("ceil", (-2, -1, 0, 0, 1, 2, 3)),
        ("round", (-3, -2, -1, 0, 1, 2, 3)),
        ("round_ties_to_even", (-2, -2, 0, 0, 0, 2, 2)),
        ("round_to_zero", (-2, -1, 0, 0, 0, 1, 2)),
        ("frac", (0.5, 0.5, 0.5, 0.75, 0.5, 0.5, 0.5)),
    ],
)
@pytest.mark.parametrize("number", [I32F32, I64F64, I96F32, I110F18], ids=lambda number: number.__name__)
def test_rounding_to_integers(number: type[FixedPoint], operation: str, answers: tuple[float, ...]) -> None:
    for operand, answer in zip((-2.5, -1.5, -0.5, -0.25, 0.5, 1.5, 2.5), answers, strict=True):
        assert getattr(number.from_num(operand), operation)() == number.from_num(answer), operand


@pytest.mark.rule("FIX-ROUND-6")
def test_the_traits_floor_of_minus_one_half_is_minus_two() -> None:
    """It subtracts 1 from an ``int`` that has floored already."""
    assert safe_math.checked_floor(I32F32.from_num(-0.5)) == I32F32.from_num(-2)
    assert safe_math.checked_floor(I32F32.from_num(-3)) == I32F32.from_num(-3)
    assert safe_math.checked_floor(I32F32.from_num(2.5)) == I32F32.from_num(2)
    assert safe_math.checked_floor(I32F32.from_bits(I32F32.MIN_BITS + 1)) is None


# Out of range.


@pytest.mark.rule("FIX-FAMILY-1")
def test_a_sum_beyond_the_largest_value_wraps_clamps_or_is_refused() -> None:
    """2**63 - 1 + 1 = 2**63, congruent to -2**63 modulo 2**64."""
    top, ulp = I32F32.max_value(), raw(1)
    assert (top + ulp) == top.wrapping_add(ulp) == I32F32.min_value()
    assert top.saturating_add(ulp) == top
    assert top.checked_add(ulp) is None
    assert top.overflowing_add(ulp) == (I32F32.min_value(), True)
    assert U64F64.zero() - U64F64.from_bits(1) == U64F64.max_value()
    assert U64F64.zero().saturating_sub(U64F64.from_bits(1)) == U64F64.zero()


@pytest.mark.rule("FIX-FAMILY-1")
def test_a_product_saturates_by_its_sign() -> None:
    low, high = I32F32.from_num(-(2**20)), I32F32.from_num(2**20)
    assert low.saturating_mul(high) == I32F32.min_value()
    assert low.saturating_mul(low) == I32F32.max_value()
    assert (low * high).bits == 0  # 2**40 in 32 integer bits leaves nothing


@pytest.mark.rule("FIX-SAFEDIV-1", "FIX-SAFEDIV-2")
def test_safe_division_answers_zero_for_a_zero_divisor_and_on_overflow() -> None:
    one, tiny, default = I32F32.one(), raw(1), I32F32.from_num(7)
    assert one.safe_div(I32F32.zero()) == I32F32.zero()
    assert one.safe_div(tiny) == I32F32.zero()  # 2**32 does not fit in 32 integer bits
    assert one.saturating_div(tiny) == I32F32.max_value()
    assert one.safe_div_or(I32F32.zero(), default) == default
    assert one.safe_div_or(tiny, default) == default
    assert one.safe_div_or(I32F32.from_num(2), default) == I32F32.from_num(0.5)


@pytest.mark.rule("FIX-DIV-1")
@pytest.mark.parametrize("family", ["saturating_div", "wrapping_div", "overflowing_div", "__truediv__"])
@every_type
def test_every_other_division_by_zero_panics(number: type[FixedPoint], family: str) -> None:
    with pytest.raises(Panic, match="division by zero"):
        getattr(number.one(), family)(number.zero())
    assert number.one().checked_div(number.zero()) is None


@pytest.mark.rule("FIX-SUM-1")
def test_a_sum_wraps_however_its_terms_are_ordered() -> None:
    """2**31 - 1 ulp, twice, is 2**32 - 2 ulp, congruent to -2 ulp."""
    top = I32F32.max_value()
    assert wrapping_sum([top, top], I32F32).bits == -2
    assert wrapping_sum([top, I32F32.min_value(), top], I32F32) == wrapping_sum(
        [top, top, I32F32.min_value()], I32F32
    )
    assert wrapping_sum([], I64F64) == I64F64.zero()


@pytest.mark.rule("FIX-NEG-1", "FIX-NEG-3")
def test_the_smallest_value_has_no_positive_twin() -> None:
    low = I32F32.min_value()
    assert low.checked_neg() is None
    assert low.checked_abs() is None
    assert low.wrapping_neg() == low.wrapping_abs() == low
    assert low.saturating_neg() == low.saturating_abs() == I32F32.max_value()
    assert low.abs_diff(I32F32.max_value()) == I32F32.max_value()


# Conversions.


@pytest.mark.rule("FIX-CONV-3")
@pytest.mark.parametrize(
    ("number", "x", "bits"),
    [
        # The f64 nearest to 1.26 is 5674535530486825 * 2**-52, which 64 fraction bits hold exactly.
        (U64F64, 1.26, 5674535530486825 << 12),
        (I96F32, 0.000003, 12885),  # 12884.9
        (I32F32, 2**-33, 0),  # half an ulp: the tie goes to the even 0
        (I32F32, 3 * 2**-33, 2),  # one and a half: the tie goes to the even 2
        (I32F32, -(2**-33), 0),
        (I32F32, -3 * 2**-33, -2),
    ],
)
def test_a_float_converts_to_the_nearest_value_ties_to_even(
    number: type[FixedPoint], x: float, bits: int
) -> None:
    assert number.from_num(x).bits == bits


@pytest.mark.rule("FIX-CONV-6")
@pytest.mark.parametrize("x", [float("inf"), float("-inf"), float("nan"), -float("nan")])
def test_what_is_not_finite_saturates_by_its_sign_and_is_refused_elsewhere(x: float) -> None:
    assert I32F32.checked_from_num(x) is None
    end = I32F32.min_value() if math.copysign(1, x) < 0 else I32F32.max_value()
    assert I32F32.saturating_from_num(x) == end


@pytest.mark.rule("FIX-CONV-4")
def test_an_integer_is_the_floor_clamped_wrapped_or_refused() -> None:
    minus_half, big = I32F32.from_num(-0.5), I32F32.from_num(70000)
    assert minus_half.saturating_to_num(U16) == 0
    assert minus_half.saturating_to_num(I8) == -1
    assert minus_half.checked_to_num(U16) is None
    assert minus_half.to_num(U8) == 255
    assert big.saturating_to_num(U16) == 65535
    assert big.to_num(U16) == 70000 - 65536
    assert U64F64.max_value().to_num(U64) == 2**64 - 1
    assert U96F32.max_value().to_num(U128) == 2**96 - 1
    assert I32F32.min_value().to_num(I32) == -(2**31)


@pytest.mark.rule("FIX-CONV-2")
def test_a_narrower_fraction_floors_and_a_narrower_integer_part_clamps() -> None:
    assert I32F32.from_num(I64F64.from_bits(2**33 - 1)).bits == 1
    assert I32F32.from_num(I64F64.from_bits(-1)).bits == -1
    assert I32F32.saturating_from_num(I64F64.from_num(2**40)) == I32F32.max_value()
    assert I32F32.checked_from_num(I64F64.from_num(2**40)) is None
    assert U64F64.saturating_from_num(I32F32.from_num(-1)) == U64F64.zero()


@pytest.mark.rule("FIX-CONV-5")
def test_a_float_leaves_rounded_to_its_precision() -> None:
    """2**24 + 1 has 25 bits: the tie goes to the even 2**24; the largest U64F64 rounds up to 2**64."""
    assert I32F32.from_num(2**24 + 1).to_num(F32) == 2.0**24
    assert I32F32.from_num(2**24 + 1).to_num(F64) == 2.0**24 + 1
    assert U64F64.max_value().to_num(F64) == 2.0**64


# Functions without an answer.


@pytest.mark.rule("FIX-LOG2-1", "FIX-LN-1", "FIX-SQRT-1", "FIX-EXP-1", "FIX-EXP-3")
@pytest.mark.parametrize(
    "function",
    [
        lambda: transcendental.log2(I32F32.zero()),
        lambda: transcendental.ln(I32F32.from_num(-1)),
        lambda: transcendental.ln(I32F32.from_bits(2)),  # the inverse, 2**31, overflows
        lambda: transcendental.sqrt(I32F32.from_num(-1)),
        lambda: transcendental.sqrt(I32F32.from_bits(1)),
        lambda: transcendental.exp(I32F32.from_num(22)),  # e**22 is above 2**31
        lambda: transcendental.exp(I32F32.min_value()),
    ],
)
def test_a_function_outside_its_domain_raises(function: Callable[[], Any]) -> None:
    with pytest.raises(MathError):
        function()


@pytest.mark.rule("FIX-SQRT-2", "FIX-LN-2", "FIX-LN-3", "FIX-POW-3")
def test_the_safe_math_trait_answers_none_instead() -> None:
    zero, one, two = I32F32.zero(), I32F32.one(), I32F32.from_num(2)
    assert safe_math.checked_sqrt(-one, zero) is None
    assert safe_math.checked_ln(zero) is None
    assert safe_math.checked_log(two, one) is None
    assert safe_math.checked_log(two, zero) is None
    assert safe_math.checked_pow(zero, -1) is None
    assert safe_math.checked_pow(zero, 0) == one
    assert safe_math.checked_pow(two, 40) == I32F32.max_value()
    # 2**40 saturates to just below 2**31, whose inverse is 2 ulp and a bit; 2**-40 would be 0.
    assert safe_math.checked_pow(two, -40) == I32F32.from_bits(2)


@pytest.mark.rule("FIX-POW-1", "FIX-POW-2")
def test_powers_of_zero_are_zero_whatever_the_exponent() -> None:
    zero, one = I32F32.zero(), I32F32.one()
    for exponent in (zero, one, -one):
        assert transcendental.pow(zero, exponent) == zero
    for exponent in (0, 1, -1):
        assert transcendental.powi(zero, exponent) == zero
    assert transcendental.pow(I32F32.from_num(3), zero) == one
    assert transcendental.powi(I32F32.from_num(3), -2).bits == 2**32 // 9


# Decimal text.


@pytest.mark.rule("FIX-DISPLAY-1")
@pytest.mark.parametrize(
    ("operand", "text"),
    [
        (I32F32.from_num(-0.5), "-0.5"),
        (I32F32.from_bits(1), "0.0000000002"),  # 2.33e-10 is the only multiple of 2**-32 that rounds so
        (I32F32.from_bits(2**32 + 1), "1.0000000002"),
        (I32F32.zero(), "0"),
        (U110F18.from_bits(1), "0.000004"),  # 3.8e-6
        (I32F32.from_num(65535), "65535"),
        # The 11 digits of multiples of 2**-11 end in 5, a tie for the ten that are printed.
        (I32F32.from_num(1 / 2048), "0.0004882812"),  # 0.00048828125, to the even 2
        (I32F32.from_num(3 / 2048), "0.0014648438"),  # 0.00146484375, to the even 8
    ],
)
def test_the_decimal_text_is_as_short_as_identifies_the_value(operand: FixedPoint, text: str) -> None:
    assert operand.display() == text
