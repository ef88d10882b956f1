"""The moving price: warm-up, cap at one TAO, truncation and the bias that it causes."""

import pytest

from taospec.reference.emission.moving_price import moving_alpha_price, moving_rate, next_moving_price
from taospec.reference.fixed_point import I96F32, U64F64

DEFAULT_RATE = I96F32.from_bits(12_885)


@pytest.mark.rule("EMISSION-PRICE-1")
def test_root_and_subnets_without_a_pool_have_price_one():
    half = I96F32.from_num(0.5)
    assert moving_alpha_price(0, 1, half) == U64F64.one()
    assert moving_alpha_price(5, 0, half) == U64F64.one()
    assert moving_alpha_price(5, 1, half) == U64F64.from_num(0.5)
    assert moving_alpha_price(5, 1, I96F32.from_num(-1)) == U64F64.zero()


@pytest.mark.rule("EMISSION-PRICE-2")
def test_the_rate_grows_from_zero_to_half_at_the_halving_age():
    """Started in block 99, so 100 is the first block of emission."""
    one = I96F32.one()
    assert moving_rate(one, 99, 100, 400) == U64F64.zero()
    assert moving_rate(one, 100, 100, 400) == U64F64.from_bits(2**64 // 401)
    assert moving_rate(one, 499, 100, 400) == U64F64.from_num(0.5)


@pytest.mark.rule("EMISSION-PRICE-2")
def test_a_subnet_that_never_started_counts_from_genesis():
    assert moving_rate(I96F32.one(), 400, None, 400) == U64F64.from_num(0.5)
    assert moving_rate(I96F32.one(), 0, None, 0) == U64F64.zero()


@pytest.mark.rule("EMISSION-PRICE-2")
def test_a_negative_moving_alpha_freezes_the_average():
    rate = moving_rate(I96F32.from_bits(-1), 400, 1, 400)
    assert next_moving_price(U64F64.from_num(0.25), U64F64.one(), rate) == I96F32.from_num(0.25)


@pytest.mark.rule("EMISSION-PRICE-3")
def test_a_price_above_one_counts_as_one():
    for price in (1, 7, 10**9):
        new = next_moving_price(U64F64.zero(), U64F64.from_num(price), U64F64.from_num(0.5))
        assert new == I96F32.from_num(0.5)


@pytest.mark.rule("EMISSION-PRICE-3")
def test_a_rate_above_one_forgets_the_average():
    new = next_moving_price(U64F64.from_num(0.9), U64F64.from_num(0.25), U64F64.from_num(2))
    assert new == I96F32.from_num(0.5)


@pytest.mark.rule("EMISSION-PRICE-4")
def test_an_average_stalls_where_a_step_is_less_than_one_ulp():
    """A step up needs rate * (price - average) >= 2**-32: the gap that remains is 2**-32 / rate."""
    rate = moving_rate(DEFAULT_RATE, 10**9, 1, 201_600)
    price = U64F64.from_num(0.01)
    gap = 2**32 * 2**32 // rate.bits
    stalled = U64F64.from_bits(price.bits - (gap << 32) // 2)
    stalled = U64F64.saturating_from_num(I96F32.saturating_from_num(stalled))
    assert next_moving_price(stalled, price, rate) == I96F32.saturating_from_num(stalled)
    far = U64F64.from_bits(price.bits - (gap << 33))
    far = U64F64.saturating_from_num(I96F32.saturating_from_num(far))
    assert next_moving_price(far, price, rate) > I96F32.saturating_from_num(far)
