"""Decimal numbers of shares against real numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taospec.reference.fixed_point import U64F64
from taospec.reference.staking import safe_float
from taospec.reference.state.safe_float import ZERO, SafeFloat
from taospec.spec.real_numbers import real
from taospec.spec.staking import bounds, model

MANTISSAS = st.one_of(
    st.integers(10**20 + 1, 10**21),
    st.sampled_from([10**20 + 1, 10**21 - 1, 10**21, 2 * 10**20, 5 * 10**20]),
)
NUMBERS = st.builds(SafeFloat, MANTISSAS, st.integers(-50, 30))
NEAR = st.integers(-23, 23)


def exact(number):
    return model.value(number.mantissa, number.exponent)


def is_normalized(number):
    return number == ZERO or 10**20 < number.mantissa <= 10**21


@given(st.integers(1, 10**60), st.integers(-60, 60))
@pytest.mark.rule("STAKE-FLOAT-1")
def test_a_number_keeps_its_first_21_digits(mantissa, exponent):
    number = safe_float.normalized(mantissa, exponent)
    assert is_normalized(number)
    assert exact(number) in bounds.normalized(model.value(mantissa, exponent))
    digits = str(mantissa)
    assert str(number.mantissa)[:21].rstrip("0") == digits[:21].rstrip("0")


@pytest.mark.rule("STAKE-FLOAT-1")
def test_a_power_of_ten_has_the_mantissa_with_22_digits():
    # 10^20 is not above a tenth of 10^21, so it is multiplied once more.
    assert safe_float.normalized(1, 0) == SafeFloat(10**21, -21)
    assert safe_float.normalized(10**22, 0) == SafeFloat(10**21, 1)


@pytest.mark.rule("STAKE-FLOAT-1", "STAKE-FLOAT-2")
def test_an_exponent_out_of_i64_and_a_mantissa_out_of_bounds_are_no_number():
    assert safe_float.new(10**21, 0) == SafeFloat(10**21, 0)
    assert safe_float.new(10**21 + 1, 0) is None
    assert safe_float.new(1, -(2**63)) is None
    assert safe_float.new(10**21, 2**63 - 1) == SafeFloat(10**21, 2**63 - 1)
    assert safe_float.normalized(10**22, 2**63 - 1) is None
    assert safe_float.new(0, 5) == ZERO


@given(NUMBERS, NUMBERS, NEAR)
@pytest.mark.rule("STAKE-FLOAT-3")
def test_a_sum_loses_less_than_a_digit_downward(a, b, shift):
    b = SafeFloat(b.mantissa, a.exponent + shift)
    total = safe_float.add(a, b)
    assert is_normalized(total)
    assert exact(total) in bounds.add(exact(a), exact(b))
    assert safe_float.add(b, a) == total


@given(NUMBERS, NUMBERS, NEAR)
@pytest.mark.rule("STAKE-FLOAT-4")
def test_a_difference_is_high_by_less_than_a_digit_of_the_minuend_or_zero(a, b, shift):
    b = SafeFloat(b.mantissa, a.exponent + shift)
    left = safe_float.sub(a, b)
    assert is_normalized(left)
    assert exact(left) in bounds.sub(exact(a), exact(b))
    if exact(b) > exact(a):
        assert left == ZERO


@pytest.mark.rule("STAKE-FLOAT-3", "STAKE-FLOAT-4")
def test_zero_is_neutral_but_nothing_can_be_taken_from_it():
    one = SafeFloat(10**21, -21)
    assert safe_float.add(ZERO, one) == safe_float.add(one, ZERO) == safe_float.sub(one, ZERO) == one
    assert safe_float.sub(ZERO, ZERO) == ZERO
    assert safe_float.sub(ZERO, one) is None


@given(NUMBERS, NUMBERS)
@pytest.mark.rule("STAKE-FLOAT-5")
def test_a_quotient_loses_less_than_a_digit_downward(a, b):
    assert exact(safe_float.div(a, b)) in bounds.div(exact(a), exact(b))


@given(NUMBERS, NUMBERS, NUMBERS)
@pytest.mark.rule("STAKE-FLOAT-6")
def test_a_product_over_a_number_loses_less_than_ten_digits_downward(a, b, divisor):
    result = safe_float.mul_div(a, b, divisor)
    assert is_normalized(result)
    assert exact(result) in bounds.mul_div(exact(a), exact(b), exact(divisor))


@pytest.mark.rule("STAKE-FLOAT-6")
def test_the_bound_of_product_over_a_number_is_nearly_reached():
    # (10^20+1)^2 / (10^21) = 10^19 + 0.2...: 20 digits only, of which the floor takes a fraction.
    small = SafeFloat(10**20 + 2, 0)
    # floor((10^20+2)^2 / (10^21-1)) = 10^19: what is cut off is 0.41, or 4.1 * 10^-20 of the result.
    result = safe_float.mul_div(small, small, SafeFloat(10**21 - 1, 0))
    assert result == SafeFloat(10**21, -2)
    lost = 1 - exact(result) / (exact(small) ** 2 / (10**21 - 1))
    assert 4 * bounds.DIGIT < lost < 10 * bounds.DIGIT


@pytest.mark.rule("STAKE-FLOAT-5", "STAKE-FLOAT-6")
def test_dividing_by_zero_and_exponents_out_of_i64_have_no_result():
    one, huge, tiny = SafeFloat(10**21, -21), SafeFloat(10**21, 2**63 - 1), SafeFloat(10**21, -(2**63))
    assert safe_float.div(one, ZERO) is None
    assert safe_float.mul_div(one, one, ZERO) is None
    assert safe_float.div(huge, tiny) is None
    assert safe_float.mul_div(huge, huge, huge) is None
    assert safe_float.div(ZERO, one) == ZERO


@given(NUMBERS, NUMBERS, NEAR)
@pytest.mark.rule("STAKE-FLOAT-7")
def test_normalized_numbers_compare_as_reals(a, b, shift):
    b = SafeFloat(b.mantissa, a.exponent + shift)
    assert safe_float.gt(a, b) == (exact(a) > exact(b))


@pytest.mark.rule("STAKE-FLOAT-7")
def test_zero_compares_as_if_it_had_its_exponent():
    assert safe_float.gt(ZERO, SafeFloat(10**21, -21))
    assert not safe_float.gt(SafeFloat(10**21, -21), ZERO)


@given(NUMBERS)
@pytest.mark.rule("STAKE-FLOAT-8")
def test_the_integer_part_saturates(number):
    assert safe_float.to_u64(number) == min(int(real.floor(exact(number))), 2**64 - 1)


@given(st.integers(0, 2**128 - 1) | st.integers(0, 2**66))
@pytest.mark.rule("STAKE-FLOAT-9")
def test_the_old_format_is_converted_within_two_digits(bits):
    number = safe_float.from_u64f64(U64F64.from_bits(bits))
    ideal = real.ldexp(bits, -64)
    assert exact(number) in bounds.from_u64f64(ideal)
    assert is_normalized(number)


@given(st.integers(0, 2**64 - 1))
@pytest.mark.rule("STAKE-FLOAT-9", "STAKE-FLOAT-8")
def test_integers_survive_both_ways(value):
    assert safe_float.to_u64(safe_float.from_u64(value)) == value
