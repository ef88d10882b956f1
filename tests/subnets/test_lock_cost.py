"""The price of a subnet against its ideal and against hand calculations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taospec.reference.subnets.lock_cost import lock_reduction_interval, network_lock_cost
from taospec.spec.real_numbers import real
from taospec.spec.subnets import model


@pytest.mark.rule("SUBNET-LOCK-1")
@given(st.integers(0, 10**17), st.integers(0, 10**13), st.integers(0, 10**6), st.integers(1, 10**6))
def test_the_price_is_high_by_less_than_a_rao_a_block(last, minimum, blocks, interval):
    price = network_lock_cost(last, minimum, 5, 5 + blocks, interval)
    ideal = model.network_lock_cost(last, minimum, blocks, real.mpf(interval))
    assert 0 <= price - ideal <= blocks


@pytest.mark.rule("SUBNET-LOCK-1")
def test_twice_the_last_price_falls_to_the_last_price_in_one_interval():
    # 1000 / 100 = 10 rao a block: 2000 at once, 1000 after 100 blocks, then the minimum of 300
    assert [network_lock_cost(1000, 300, 7, 7 + n, 100) for n in (0, 1, 100, 170, 171)] == [
        2000,
        1990,
        1000,
        300,
        300,
    ]


@pytest.mark.rule("SUBNET-LOCK-1")
def test_before_the_first_subnet_the_last_price_counts_once():
    assert network_lock_cost(1000, 0, 0, 0, 100) == 1000


@pytest.mark.rule("SUBNET-LOCK-1")
def test_a_price_below_a_rao_a_block_never_falls():
    assert network_lock_cost(99, 0, 1, 10**9, 100) == 198


@pytest.mark.rule("SUBNET-LOCK-2")
@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_the_interval_is_low_by_less_than_its_bound(interval, emission):
    low = model.lock_reduction_interval(interval, emission) - lock_reduction_interval(interval, emission)
    assert 0 <= low < 1 + interval * real.mpf(2) ** -64


@pytest.mark.rule("SUBNET-LOCK-2")
def test_the_interval_halves_with_emission():
    assert lock_reduction_interval(100_800, 500_000_000) == 50_400
