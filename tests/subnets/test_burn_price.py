"""The burn against its ideal and against hand calculations. The upstream vectors run in the suite."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taospec.reference.fixed_point import U64F64
from taospec.reference.subnets.burn_price import (
    bumped_burn,
    clamp_burn,
    decay_factor,
    decayed_burn,
    power_q32,
)
from taospec.spec.real_numbers import real
from taospec.spec.subnets import model

U64 = 2**64 - 1
half_lives = st.integers(1, 65535)
prices = st.integers(0, 10**15)


@pytest.mark.rule("SUBNET-BURN-4")
@given(half_lives)
def test_the_factor_is_within_its_bound_of_the_ideal(half_life):
    assert -1 < decay_factor(half_life) - model.decay_factor(half_life) * model.ONE_Q32 < 2


@pytest.mark.rule("SUBNET-BURN-4")
def test_the_factor_is_neither_the_rounded_nor_the_floored_root_for_every_half_life():
    ideals = {half_life: model.decay_factor(half_life) * model.ONE_Q32 for half_life in range(1, 65536, 64)}
    assert any(decay_factor(half_life) != int(real.nint(ideal)) for half_life, ideal in ideals.items())
    assert any(decay_factor(half_life) != int(real.floor(ideal)) for half_life, ideal in ideals.items())


@pytest.mark.rule("SUBNET-BURN-5")
@given(st.integers(0, 2**32), half_lives)
def test_a_power_is_low_by_at_most_its_exponent_in_units(base, exponent):
    ideal = (base / model.ONE_Q32) ** exponent * model.ONE_Q32
    assert -exponent <= power_q32(base, exponent) - ideal <= 0


@pytest.mark.rule("SUBNET-BURN-1")
@given(prices, half_lives)
def test_a_block_of_decay_is_within_its_bound(price, half_life):
    difference = decayed_burn(price, half_life, 2, 0, U64) - model.decayed(real.mpf(price), half_life, 1)
    assert -1 - price * real.mpf(2) ** -32 < difference <= price * real.mpf(2) ** -31


@pytest.mark.rule("SUBNET-BURN-1")
def test_the_first_blocks_and_a_half_life_of_zero_do_not_decay():
    assert decayed_burn(1000, 1, 0, 0, U64) == decayed_burn(1000, 1, 1, 0, U64) == 1000
    assert decayed_burn(1000, 0, 9, 0, U64) == 1000
    assert decayed_burn(1000, 1, 2, 0, U64) == 500


@pytest.mark.rule("SUBNET-BURN-2")
@given(prices, st.integers(0, 4 * 2**64))
def test_a_bump_is_less_than_a_rao_below_the_ideal(price, multiplier_bits):
    multiplier = U64F64.from_bits(multiplier_bits)
    ideal = model.bumped(real.mpf(price), real.ldexp(real.mpf(multiplier_bits), -64))
    assert -1 < bumped_burn(price, multiplier, 0, U64) - ideal <= 0


@pytest.mark.rule("SUBNET-BURN-3")
def test_where_the_bounds_cross_the_maximum_wins():
    assert clamp_burn(70, 100, 50) == 50
    assert clamp_burn(10, 20, 50) == 20
