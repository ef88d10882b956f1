"""The normative operations stay within the derived bounds of the ideal ones, and use them up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given
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
    safe_math,
    transcendental,
)
from taospec.reference.fixed_point.errors import MathError
from taospec.reference.fixed_point.numbers import F32, F64, I8, U16, U64, U128
from taospec.spec.fixed_point import bounds, model
from taospec.spec.real_numbers import Enclosure, real

from .strategies import SERIES_TYPES, TYPES, format_of, operands, real_value

every_type = pytest.mark.parametrize("number", TYPES, ids=lambda number: number.__name__)
every_series_type = pytest.mark.parametrize("number", SERIES_TYPES, ids=lambda number: number.__name__)


def exactly(operand: FixedPoint) -> Enclosure:
    return Enclosure.exactly(real_value(operand))


def assert_within(answer: FixedPoint, enclosure: Enclosure) -> None:
    computed, ulp = real_value(answer), format_of(type(answer)).ulp
    assert computed in enclosure, (
        f"{answer!r} is not in [{real.nstr(enclosure.low, 30)}, {real.nstr(enclosure.high, 30)}]: "
        f"{real.nstr((computed - enclosure.low) / ulp, 6)} ulp above the low end, "
        f"{real.nstr((enclosure.high - computed) / ulp, 6)} ulp below the high end"
    )


def answered(function: Callable[..., Any], *arguments: Any) -> Any:
    """The answer, or a discarded example where there is none."""
    try:
        answer = function(*arguments)
    except MathError:
        answer = None
    assume(answer is not None)
    return answer


# Operations without rounding.


@pytest.mark.rule("FIX-ADD-1", "FIX-REM-1", "FIX-NEG-1", "FIX-NEG-2", "FIX-NEG-3")
@every_type
@given(draw=st.data())
def test_what_needs_no_rounding_is_exact(number: type[FixedPoint], draw: st.DataObject) -> None:
    a, b = draw.draw(operands(number)), draw.draw(operands(number))
    x, y = real_value(a), real_value(b)
    for answer, ideal in [
        (a.checked_add(b), model.add(x, y)),
        (a.checked_sub(b), model.sub(x, y)),
        (a.checked_rem(b), None if y == 0 else model.rem(x, y)),
        (a.checked_neg(), model.neg(x)),
        (a.checked_abs(), model.abs(x)),
        (a.int(), model.floor(x)),
        (a.frac(), model.frac(x)),
        (a.checked_floor(), model.floor(x)),
        (a.checked_ceil(), model.ceil(x)),
        (a.checked_round(), model.round(x)),
        (a.round_to_zero(), model.round_to_zero(x)),
    ]:
        assert answer is None or real_value(answer) == ideal
    if model.abs_diff(x, y) < format_of(number).supremum:
        assert real_value(a.abs_diff(b)) == model.abs_diff(x, y)
    if model.round_ties_to_even(x) < format_of(number).supremum:
        assert real_value(a.round_ties_to_even()) == model.round_ties_to_even(x)
    if number.SIGNED:
        assert real_value(a.signum()) == model.signum(x)


@pytest.mark.rule("FIX-FAMILY-1", "FIX-ADD-1", "FIX-MUL-1", "FIX-DIV-1")
@every_type
@pytest.mark.parametrize("operation", ["add", "sub", "mul", "div"])
@given(draw=st.data())
def test_the_families_differ_only_out_of_range(
    operation: str, number: type[FixedPoint], draw: st.DataObject
) -> None:
    """Where the checked answer is None, the ideal is outside the type by its rounding or more."""
    a, b = draw.draw(operands(number)), draw.draw(operands(number))
    assume(operation != "div" or b.bits != 0)
    checked = getattr(a, f"checked_{operation}")(b)
    saturated = getattr(a, f"saturating_{operation}")(b)
    wrapped, overflowed = getattr(a, f"overflowing_{operation}")(b)
    assert getattr(a, f"wrapping_{operation}")(b) == wrapped
    assert overflowed == (checked is None)
    if checked is not None:
        assert checked == saturated == wrapped
        return
    ideal = getattr(model, operation)(real_value(a), real_value(b))
    number_format = format_of(number)
    if saturated == number.max_value():
        assert ideal >= number_format.supremum
    else:
        assert saturated == number.min_value()
        assert ideal < number_format.minimum
    modulus = number_format.supremum * (2 if number.SIGNED else 1)
    turns = (ideal - real_value(wrapped)) / modulus
    assert abs(turns - real.nint(turns)) * modulus <= number_format.ulp


# One rounding.


@pytest.mark.rule("FIX-MUL-1")
@every_type
@given(draw=st.data())
def test_multiplication_is_low_by_less_than_an_ulp(number: type[FixedPoint], draw: st.DataObject) -> None:
    a, b = draw.draw(operands(number)), draw.draw(operands(number))
    answer = answered(a.checked_mul, b)
    assert_within(answer, bounds.mul(exactly(a), exactly(b), format_of(number)))
    ideal = model.mul(real_value(a), real_value(b))
    assert -1 < (real_value(answer) - ideal) / format_of(number).ulp <= 0


@pytest.mark.rule("FIX-DIV-1", "FIX-SAFEDIV-1")
@every_type
@given(draw=st.data())
def test_division_loses_less_than_an_ulp_toward_zero(number: type[FixedPoint], draw: st.DataObject) -> None:
    a, b = draw.draw(operands(number)), draw.draw(operands(number))
    answer = answered(a.checked_div, b)
    assert_within(answer, bounds.div(exactly(a), exactly(b), format_of(number)))
    ideal = model.div(real_value(a), real_value(b))
    error = (real_value(answer) - ideal) / format_of(number).ulp
    assert -1 < error <= 0 if ideal >= 0 else 0 <= error < 1
    assert a.safe_div(b) == answer


@pytest.mark.rule("FIX-CONV-2")
@every_type
@pytest.mark.parametrize("source", TYPES, ids=lambda number: number.__name__)
@given(draw=st.data())
def test_a_conversion_floors(source: type[FixedPoint], number: type[FixedPoint], draw: st.DataObject) -> None:
    a = draw.draw(operands(source))
    answer = answered(number.checked_from_num, a)
    assert_within(answer, bounds.convert(exactly(a), format_of(source), format_of(number)))


@pytest.mark.rule("FIX-CONV-1", "FIX-CONV-4")
@every_type
@pytest.mark.parametrize("integer", [I8, U16, U64, U128], ids=lambda integer: integer.name)
@given(draw=st.data())
def test_integers_come_exactly_and_leave_floored(
    integer: Any, number: type[FixedPoint], draw: st.DataObject
) -> None:
    highest = min(number.MAX_BITS, integer.maximum << number.FRACTION_BITS)
    a = draw.draw(operands(number, low=max(number.MIN_BITS, -highest), high=highest))
    whole = answered(a.checked_to_num, integer)
    assert real.mpf(whole) in bounds.to_integer(exactly(a))
    back = answered(number.checked_from_num, whole)
    assert real_value(back) == whole


@pytest.mark.rule("FIX-CONV-3")
@every_type
@given(draw=st.data())
def test_a_float_comes_to_the_nearest_value(number: type[FixedPoint], draw: st.DataObject) -> None:
    x = draw.draw(st.floats(allow_nan=False, allow_infinity=False))
    answer = answered(number.checked_from_num, x)
    assert_within(answer, bounds.from_float(Enclosure.exactly(x), format_of(number)))


@pytest.mark.rule("FIX-CONV-5")
@every_type
@pytest.mark.parametrize("target", [F32, F64], ids=lambda target: target.name)
@given(draw=st.data())
def test_the_nearest_float_leaves(target: Any, number: type[FixedPoint], draw: st.DataObject) -> None:
    a = draw.draw(operands(number))
    assert real.mpf(a.to_num(target)) in bounds.to_float(real_value(a), target.precision)


@pytest.mark.rule("FIX-ROUND-6")
@every_type
@given(draw=st.data())
def test_the_traits_floor_is_one_too_low_below_zero(number: type[FixedPoint], draw: st.DataObject) -> None:
    a = draw.draw(operands(number))
    answer = answered(safe_math.checked_floor, a)
    ideal = model.floor(real_value(a))
    surplus = 1 if real_value(a) < 0 and ideal != real_value(a) else 0
    assert real_value(answer) == ideal - surplus


# Exponential.


@pytest.mark.rule("FIX-EXP-1", "FIX-EXP-3")
@every_series_type
@given(draw=st.data())
def test_exp_stays_within_its_bound(number: type[FixedPoint], draw: st.DataObject) -> None:
    limit = number.from_num(64).bits
    a = draw.draw(operands(number, low=-limit, high=limit))
    answer = answered(transcendental.exp, a)
    assert_within(answer, bounds.exp(exactly(a), format_of(number)))


@pytest.mark.rule("FIX-EXP-1")
@pytest.mark.parametrize(
    ("source", "number"), [(I32F32, I64F64), (I32F32, I96F32)], ids=lambda number: number.__name__
)
@given(draw=st.data())
def test_exp_computes_in_the_type_of_its_result(
    source: type[FixedPoint], number: type[FixedPoint], draw: st.DataObject
) -> None:
    limit = source.from_num(40).bits
    a = draw.draw(operands(source, low=-limit, high=limit))
    answer = answered(transcendental.exp, a, number)
    assert_within(answer, bounds.exp(exactly(a), format_of(number)))


@pytest.mark.rule("FIX-EXP-1")
@every_series_type
@given(draw=st.data())
def test_exp_above_zero_keeps_the_relative_bound_of_the_text(
    number: type[FixedPoint], draw: st.DataObject
) -> None:
    """(f - 2) ulp for the roundings and a Poisson tail for the cut, both relative to exp(x)."""
    a = draw.draw(operands(number, low=1, high=number.from_num(40).bits))
    assume(a != number.one())
    answer = answered(transcendental.exp, a)
    x, f, ulp = real_value(a), number.FRACTION_BITS, format_of(number).ulp
    tail = 1 - real.exp(-x) * sum(x**i / real.factorial(i) for i in range(f))
    relative_error = real_value(answer) / model.exp(x) - 1
    assert -(f - 2) * ulp - tail < relative_error <= 0


@pytest.mark.rule("FIX-EXP-1")
@every_series_type
@given(draw=st.data())
def test_exp_answers_wherever_it_is_said_to(number: type[FixedPoint], draw: st.DataObject) -> None:
    limit = number.from_num(64).bits
    a = draw.draw(operands(number, low=-limit, high=limit))
    assume(bounds.exp_answers(real_value(a), format_of(number)))
    transcendental.exp(a)


@pytest.mark.rule("FIX-EXP-1")
def test_exp_of_20_is_low_by_eight_tenths_of_a_percent() -> None:
    """The 30 terms of I32F32 leave out P(Poisson(20) >= 32) = 0.0081 of the value."""
    answer = transcendental.exp(I32F32.from_num(20))
    assert transcendental.exp(I32F32.from_num(-20)).bits == 8
    assert real.nstr(real.exp(-20) * 2**32, 3) == "8.85"
    relative_error = real_value(answer) / model.exp(real.mpf(20)) - 1
    tail = 1 - sum(real.exp(-20) * real.mpf(20) ** i / real.factorial(i) for i in range(32))
    assert real.nstr(100 * tail, 3) == "0.809"
    assert abs(relative_error + tail) < 30 * format_of(I32F32).ulp


@pytest.mark.rule("FIX-EXP-2")
@every_series_type
def test_exp_of_exactly_1_is_the_23_bit_constant(number: type[FixedPoint]) -> None:
    """e * 2**23 = 22802600.69..., so that the constant is low by 0.69 * 2**-23."""
    error = real_value(transcendental.exp(number.one())) - model.exp(real.one)
    assert real.nstr(error * 2**23, 4) == "-0.6925"
    assert transcendental.exp(number.zero()) == number.one()


@pytest.mark.rule("FIX-EXP-3")
def test_exp_of_minus_1_goes_through_the_series() -> None:
    """Its error is below 14 ulp; through the constant it would be 1/e - 1/22802600.0 * 2**23, 48 ulp."""
    error = real_value(transcendental.exp(I32F32.from_num(-1))) - real.exp(-1)
    through_the_constant = 1 / bounds.E_CONSTANT - real.exp(-1)
    ulp = format_of(I32F32).ulp
    assert abs(error) < 14 * ulp
    assert through_the_constant > 40 * ulp


# Logarithms.


@pytest.mark.rule("FIX-LOG2-1", "FIX-LOG2-2")
@pytest.mark.parametrize("number", [*SERIES_TYPES, I110F18], ids=lambda number: number.__name__)
@given(draw=st.data())
def test_log2_stays_within_its_bound(number: type[FixedPoint], draw: st.DataObject) -> None:
    a = draw.draw(operands(number, low=1))
    answer = answered(transcendental.log2, a)
    assert_within(answer, bounds.log2(exactly(a), format_of(number)))
    error = (real_value(answer) - model.log2(real_value(a))) / format_of(number).ulp
    assert -2.45 < error < 2.17 if real_value(a) >= 1 else -2.17 < error < 3.9


@pytest.mark.rule("FIX-LOG2-1")
@pytest.mark.parametrize("exponent", range(31))
def test_log2_of_a_power_of_two_is_exact(exponent: int) -> None:
    assert transcendental.log2(I32F32.from_num(2**exponent)) == I32F32.from_num(exponent)
    if exponent:
        assert transcendental.log2(I32F32.from_bits(2 ** (32 - exponent))) == I32F32.from_num(-exponent)


@pytest.mark.rule("FIX-LN-1")
@every_series_type
@given(draw=st.data())
def test_ln_stays_within_its_bound(number: type[FixedPoint], draw: st.DataObject) -> None:
    a = draw.draw(operands(number, low=1))
    answer = answered(transcendental.ln, a)
    assert_within(answer, bounds.ln(exactly(a), format_of(number)))


@pytest.mark.rule("FIX-LN-1")
def test_ln_is_too_large_by_the_error_of_its_constant() -> None:
    """log2(e) * 2**23 = 12102203.16...: results are 0.1616/12102203 = 1.335e-8 of themselves too large."""
    answer = real_value(transcendental.ln(I64F64.from_num(10**18)))
    relative_error = answer / model.ln(real.mpf(10) ** 18) - 1
    assert real.nstr(relative_error, 4) == "1.335e-8"


@pytest.mark.rule("FIX-LN-2")
@every_type
@given(draw=st.data())
def test_the_traits_ln_stays_within_its_bound(number: type[FixedPoint], draw: st.DataObject) -> None:
    a = draw.draw(operands(number, low=1 if number.SIGNED else number.ONE_BITS))
    answer = answered(safe_math.checked_ln, a)
    x, f = real_value(a), number.FRACTION_BITS
    assert_within(answer, bounds.checked_ln(x, format_of(number)))
    exponent = real.frexp(x)[1] - 1
    z = real.ldexp(x, -exponent) - 1
    halvings = abs(exponent)
    roundings = (9 + real.mpf(halvings) / 2) * real.ldexp(1, -f) + (halvings + 2) * real.ldexp(1, -54)
    assert -(z**9) / 9 - roundings < real_value(answer) - model.ln(x) < roundings


@pytest.mark.rule("FIX-LN-2")
def test_the_traits_ln_below_a_power_of_two_is_low_by_the_terms_that_it_leaves_out() -> None:
    """ln 2 - (1 - 1/2 + 1/3 - 1/4 + 1/5 - 1/6 + 1/7 - 1/8) = 0.0586 as the scaled operand nears 2."""
    answer = safe_math.checked_ln(I64F64.from_bits(I64F64.from_num(2).bits - 1))
    assert answer is not None
    left_out = real.ln2 - sum(real.mpf((-1) ** (i + 1)) / i for i in range(1, 9))
    assert real.nstr(left_out, 3) == "0.0586"
    assert abs(real_value(answer) - real.ln2 + left_out) < real.ldexp(1, -52)


@pytest.mark.rule("FIX-LN-2")
def test_the_traits_ln_of_an_unsigned_number_below_1_is_no_logarithm() -> None:
    """The exponent -1 wraps to 2**64 - 1 and is multiplied by ln 2."""
    answer = safe_math.checked_ln(U64F64.from_num(0.5))
    assert answer is not None
    assert abs(real_value(answer) - (2**64 - 1) * bounds.LN_2_CONSTANT) < 1


@pytest.mark.rule("FIX-LN-3")
@every_type
@given(draw=st.data())
def test_the_traits_log_stays_within_its_bound(number: type[FixedPoint], draw: st.DataObject) -> None:
    lowest = 1 if number.SIGNED else number.ONE_BITS
    a, base = draw.draw(operands(number, low=lowest)), draw.draw(operands(number, low=lowest))
    assume(0 not in bounds.checked_ln(real_value(base), format_of(number)))
    answer = answered(safe_math.checked_log, a, base)
    assert_within(answer, bounds.checked_log(real_value(a), real_value(base), format_of(number)))


# Square roots.


@pytest.mark.rule("FIX-SQRT-1")
@every_type
@given(draw=st.data())
def test_sqrt_stays_within_its_bound(number: type[FixedPoint], draw: st.DataObject) -> None:
    a = draw.draw(operands(number, low=0))
    answer = answered(transcendental.sqrt, a)
    assert_within(answer, bounds.sqrt(real_value(a), format_of(number)))


@pytest.mark.rule("FIX-SQRT-1")
@pytest.mark.parametrize("number", [I32F32, I64F64, U64F64], ids=lambda number: number.__name__)
@given(draw=st.data())
def test_sqrt_has_steps_enough_where_fraction_bits_are_half_of_all(
    number: type[FixedPoint], draw: st.DataObject
) -> None:
    a = draw.draw(operands(number, low=0))
    answer = answered(transcendental.sqrt, a)
    error = (real_value(answer) - model.sqrt(real_value(a))) / format_of(number).ulp
    assert -1 < error < (1.6 if real_value(a) < 1 else 2**-32)


@pytest.mark.rule("FIX-SQRT-1")
@every_type
def test_sqrt_has_converged_for_operands_up_to_the_limit_of_the_text(number: type[FixedPoint]) -> None:
    """Up to 4**(f-6) real Newton iteration is within 2**-f/2 ulp of the root."""
    number_format = format_of(number)
    limit = min(real.mpf(4) ** (number.FRACTION_BITS - 6), number_format.supremum)
    assert bounds.newton_excess(limit, number_format) < number_format.ulp**2 / 2


@pytest.mark.rule("FIX-SQRT-1")
def test_sqrt_of_a_large_number_has_not_converged_in_a_type_of_few_fraction_bits() -> None:
    """32 halvings of 2**94 / 2 reach 2**61, while the root is 2**47."""
    answer = transcendental.sqrt(I96F32.from_num(2**94))
    assert 2**61 < real_value(answer) < 2**61 * (1 + real.mpf(2) ** -28)
    assert model.sqrt(real.mpf(2) ** 94) == 2**47


@pytest.mark.rule("FIX-SQRT-2")
@every_type
@given(draw=st.data())
def test_checked_sqrt_stays_within_its_bound(number: type[FixedPoint], draw: st.DataObject) -> None:
    a = draw.draw(operands(number, low=0))
    epsilon = draw.draw(operands(number, high=number.ONE_BITS))
    answer = answered(safe_math.checked_sqrt, a, epsilon)
    enclosure = bounds.checked_sqrt(real_value(a), real_value(epsilon), format_of(number))
    assert_within(answer, enclosure)


# Powers.


@pytest.mark.rule("FIX-POW-1")
@every_series_type
@given(draw=st.data())
def test_pow_stays_within_its_bound(number: type[FixedPoint], draw: st.DataObject) -> None:
    a = draw.draw(operands(number, low=0))
    exponent = draw.draw(operands(number))
    answer = answered(transcendental.pow, a, exponent)
    assert_within(answer, bounds.pow(real_value(a), real_value(exponent), format_of(number)))


@pytest.mark.rule("FIX-POW-2")
@every_series_type
@given(draw=st.data())
def test_powi_stays_within_its_bound(number: type[FixedPoint], draw: st.DataObject) -> None:
    limit = number.from_num(16).bits
    a = draw.draw(operands(number, low=-limit, high=limit))
    exponent = draw.draw(st.integers(-12, 12))
    answer = answered(transcendental.powi, a, exponent)
    try:
        enclosure = bounds.powi(real_value(a), exponent, format_of(number))
    except ZeroDivisionError:
        assume(False)
    assert_within(answer, enclosure)


@pytest.mark.rule("FIX-POW-3")
@every_type
@given(draw=st.data())
def test_checked_pow_stays_within_its_bound(number: type[FixedPoint], draw: st.DataObject) -> None:
    limit = number.from_num(16).bits
    a = draw.draw(operands(number, low=-limit if number.SIGNED else 1, high=limit))
    exponent = draw.draw(st.integers(-12, 12))
    supremum = format_of(number).supremum
    assume(abs(real_value(a)) ** abs(exponent) < supremum)
    assume(exponent >= 0 or (a.bits != 0 and abs(real_value(a)) ** exponent < supremum / 2))
    answer = answered(safe_math.checked_pow, a, exponent)
    try:
        enclosure = bounds.checked_pow(real_value(a), exponent, format_of(number))
    except ZeroDivisionError:
        assume(False)
    assert_within(answer, enclosure)


# The bounds are no wider than they need to be.


def largest_share(cases: Iterable[tuple[FixedPoint, Enclosure, Any]]) -> tuple[float, float]:
    """How much of the room below and above the ideal the answers use, 1 being all of it."""
    below = above = 0.0
    for answer, enclosure, ideal in cases:
        error = real_value(answer) - ideal
        if error < 0:
            below = max(below, float(error / (enclosure.low - ideal)))
        elif error > 0:
            above = max(above, float(error / (enclosure.high - ideal)))
    return below, above


def random_operands(number: type[FixedPoint], low: float, high: float, count: int) -> list[FixedPoint]:
    chance = Random(17)
    first, last = number.from_num(low).bits, number.from_num(high).bits
    return [number.from_bits(chance.randint(first, last)) for _ in range(count)]


@every_series_type
@pytest.mark.parametrize(("low", "high", "share"), [(0.01, 0.99, 0.5), (1.01, 4.0, 0.5), (5.0, 20.0, 0.5)])
def test_exp_uses_half_of_its_bound(number: type[FixedPoint], low: float, high: float, share: float) -> None:
    cases = random_operands(number, low, high, 200)
    below, above = largest_share(
        (transcendental.exp(a), bounds.exp(exactly(a), format_of(number)), model.exp(real_value(a)))
        for a in cases
    )
    assert below > share
    assert above == 0


@pytest.mark.parametrize("number", [*SERIES_TYPES, I110F18], ids=lambda number: number.__name__)
def test_log2_uses_half_of_its_bound_on_both_sides(number: type[FixedPoint]) -> None:
    """High where halving rounds a lone lowest bit up, and the squarings then stay just above 2."""
    chance = Random(11)
    halved_up = [
        number.from_bits((chance.randrange(1, 2**14) << 16) + number.ONE_BITS * 2**16 + 1)
        for _ in range(2000)
    ]
    below, above = largest_share(
        (transcendental.log2(a), bounds.log2(exactly(a), format_of(number)), model.log2(real_value(a)))
        for a in [*random_operands(number, 1, 2, 1000), *halved_up]
    )
    assert below > 0.5
    assert above > 0.5


@every_series_type
def test_ln_uses_most_of_its_bound_for_large_operands(number: type[FixedPoint]) -> None:
    below, above = largest_share(
        (transcendental.ln(a), bounds.ln(exactly(a), format_of(number)), model.ln(real_value(a)))
        for a in random_operands(number, 1000, 2_000_000_000, 50)
    )
    assert below == 0
    assert above > 0.9


@pytest.mark.parametrize(
    ("number", "low", "high"),
    [(I32F32, 1, 2**30), (U64F64, 1, 2**60), (I96F32, 2**60, 2**90), (U110F18, 2**50, 2**100)],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_sqrt_uses_most_of_its_bound(number: type[FixedPoint], low: float, high: float) -> None:
    cases = [
        (transcendental.sqrt(a), bounds.sqrt(real_value(a), format_of(number)), model.sqrt(real_value(a)))
        for a in random_operands(number, low, high, 100)
    ]
    assert max(largest_share(cases)) > 0.9


@every_type
def test_checked_sqrt_uses_half_of_its_bound(number: type[FixedPoint]) -> None:
    epsilon = number.from_num(0.1)
    below, above = largest_share(
        (
            safe_math.checked_sqrt(a, epsilon),
            bounds.checked_sqrt(real_value(a), real_value(epsilon), format_of(number)),
            model.sqrt(real_value(a)),
        )
        for a in random_operands(number, 0, 100, 300)
    )
    assert below > 0.5
    assert above > 0.5


@every_type
def test_the_traits_ln_uses_most_of_its_bound(number: type[FixedPoint]) -> None:
    below, _ = largest_share(
        (
            safe_math.checked_ln(a),
            bounds.checked_ln(real_value(a), format_of(number)),
            model.ln(real_value(a)),
        )
        for a in random_operands(number, 1.5, 1.99, 50)
    )
    assert below > 0.9


@every_series_type
def test_pow_uses_half_of_its_bound(number: type[FixedPoint]) -> None:
    chance = Random(5)
    cases = []
    for a in random_operands(number, 2, 40, 100):
        y = number.from_bits(chance.randint(number.from_num(0.2).bits, number.from_num(4).bits))
        cases.append(
            (
                transcendental.pow(a, y),
                bounds.pow(real_value(a), real_value(y), format_of(number)),
                model.pow(real_value(a), real_value(y)),
            )
        )
    assert max(largest_share(cases)) > 0.5


@every_series_type
def test_powi_uses_half_of_its_bound(number: type[FixedPoint]) -> None:
    cases = [
        (
            transcendental.powi(a, n),
            bounds.powi(real_value(a), n, format_of(number)),
            model.powi(real_value(a), n),
        )
        for a in random_operands(number, 0.1, 5, 30)
        for n in range(2, 9)
    ]
    assert largest_share(cases)[0] > 0.5


@every_type
def test_checked_pow_uses_half_of_its_bound(number: type[FixedPoint]) -> None:
    cases = [
        (
            safe_math.checked_pow(a, n),
            bounds.checked_pow(real_value(a), n, format_of(number)),
            model.checked_pow(real_value(a), n),
        )
        for a in random_operands(number, 0.1, 5, 30)
        for n in range(2, 9)
    ]
    assert largest_share(cases)[0] > 0.5


def test_single_roundings_use_their_bound_to_the_last() -> None:
    """2**-32 times or over almost 1 loses almost an ulp; 2**-33 is half an ulp from both neighbours;
    2**24 + 1 is half of the distance of neighbouring f32 from both of its own."""
    tiny, below_one = I32F32.from_bits(1), I32F32.from_bits(2**32 - 1)
    assert (tiny * below_one).bits == 0
    assert tiny.safe_div(I32F32.from_bits(2**32 + 1)).bits == 0
    assert U110F18.from_num(I32F32.from_bits(2**32 - 1)).bits == 2**18 - 1
    assert U96F32.from_num(U64F64.from_bits(2**64 - 1)).bits == 2**32 - 1
    assert U64F64.max_value().to_num(U64) == 2**64 - 1
    assert I32F32.from_num(2**-33).bits == 0
    nearest = bounds.to_float(real.mpf(2**24 + 1), 24)
    assert real.mpf(I32F32.from_num(2**24 + 1).to_num(F32)) - nearest.low < real.ldexp(1, -20)
