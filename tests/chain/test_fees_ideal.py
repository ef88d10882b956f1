"""Fees against their ideal, within the bounds that the specification states."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taospec.reference.amm.swap import current_price
from taospec.reference.chain.fees import BASE_WEIGHT, MAX_WEIGHT, Payment, alpha_worth, fee_of, weight_fee
from taospec.reference.state.state import State
from taospec.spec.chain import model
from taospec.spec.real_numbers import real

weights = st.integers(0, 2**64 - 1) | st.integers(0, 10**10)
reserves = st.integers(1, 21 * 10**15)


@pytest.mark.rule("CHAIN-FEE-2")
@given(weights)
def test_a_weight_fee_is_within_half_a_rao_of_the_ideal(weight: int) -> None:
    assert abs(weight_fee(weight) - model.weight_fee(weight)) <= real.mpf(1) / 2


@pytest.mark.rule("CHAIN-FEE-1")
@given(weights, st.integers(0, 2**32 - 1), st.integers(0, 10**18))
def test_a_fee_is_within_a_rao_of_the_ideal(weight: int, length: int, tip: int) -> None:
    fee = fee_of("add_stake", Payment(weight, length, tip), weight)
    assert abs(fee - model.fee(weight, length, tip)) <= 1


@pytest.mark.rule("CHAIN-FEE-7")
@given(st.integers(54_078, 10**12), reserves, reserves)
def test_a_fee_in_alpha_is_less_than_a_rao_below_the_ideal_at_the_price_in_fixed_point(
    fee: int, tao: int, alpha: int
) -> None:
    state = State()
    pool = state.pools[1]
    pool.mechanism, pool.initialized, pool.tao_reserve, pool.alpha_in = 1, True, tao, alpha
    bits = current_price(pool).bits
    ideal = model.alpha_worth(real.mpf(fee), real.mpf(bits) / 2**64) if bits else real.mpf(2**64)
    worth = alpha_worth(state, 1, fee)
    if ideal < 2**64:
        assert 0 <= ideal - worth < 1
    else:
        assert worth == 0


def test_the_ideal_has_the_constants_of_the_reference() -> None:
    assert (model.BASE_WEIGHT, model.BLOCK_WEIGHT) == (BASE_WEIGHT, MAX_WEIGHT)
