"""Price, weights and deltas of a weighted pool, by hand."""

import pytest

from taospec.reference.amm import balancer
from taospec.reference.fixed_point import U64F64
from taospec.reference.invalid_input import U64_MAX
from taospec.reference.state.errors import DispatchError

ONE = 2**64
HALF = 5 * 10**17


@pytest.mark.rule("AMM-PRICE-1")
def test_a_price_truncates_both_quotients_before_their_floored_product():
    # w2 = 1/4: w1/w2 = 3 exactly; y/x = 1/3 truncated, times 3.
    assert balancer.weighted_price(25 * 10**16, 3, 1).bits == ONE // 3 * 3 == ONE - 1


@pytest.mark.rule("AMM-PRICE-1")
@pytest.mark.parametrize(("weight", "alpha", "tao"), [(HALF, 0, 5), (0, 5, 5), (10**18, 5, 5)])
def test_a_price_with_an_empty_divisor_or_weight_is_zero(weight, alpha, tao):
    assert balancer.weighted_price(weight, alpha, tao) == U64F64.zero()


@pytest.mark.rule("AMM-OUT-1")
def test_the_share_that_is_left_has_a_granularity_of_1e_18():
    # 1/3 in parts of 1e18, then in parts of 2**64: both floored.
    assert balancer.exp_quote_base(HALF, 10**9, 2 * 10**9).bits == (10**18 // 3 << 64) // 10**18


@pytest.mark.rule("AMM-OUT-1")
def test_a_share_whose_power_is_undefined_or_leaves_u64_is_zero():
    assert balancer.exp_quote_base(10**18, 5, 5) == U64F64.zero()  # the other weight is 0
    assert balancer.exp_quote_base(HALF, 5, -5) == U64F64.zero()  # an empty denominator
    assert balancer.exp_quote_base(HALF, 100, -95) == U64F64.zero()  # 20 * 1e18 > u64::MAX
    assert balancer.exp_quote_base(HALF, 100, -90).bits == 10 * ONE


@pytest.mark.rule("AMM-OUT-1")
def test_the_sum_of_reserve_and_input_saturates():
    assert balancer.exp_base_quote(HALF, U64_MAX, U64_MAX) == U64F64.one()


@pytest.mark.rule("AMM-OUT-2")
def test_a_payout_floors_and_a_share_above_one_pays_nothing():
    assert balancer.payout(1001, U64F64.from_bits(ONE // 2)) == 500
    assert balancer.payout(1001, U64F64.from_bits(ONE + 1)) == 0
    assert balancer.payout(U64_MAX, U64F64.zero()) == U64_MAX


@pytest.mark.rule("AMM-LIMIT-1", "AMM-LIMIT-2")
def test_an_amount_to_a_price_is_floored_and_zero_in_the_wrong_direction():
    one, four = U64F64.one(), U64F64.from_num(4)
    # sqrt(4) - 1 = 1: the whole reserve once more.
    assert balancer.quote_delta_in(HALF, one, four, 777) == 777
    assert balancer.base_delta_in(HALF, four, one, 777) == 777
    assert balancer.quote_delta_in(HALF, four, one, 777) == 0
    assert balancer.base_delta_in(HALF, one, four, 777) == 0
    assert balancer.quote_delta_in(HALF, U64F64.zero(), one, 777) == 0


@pytest.mark.rule("AMM-LIMIT-1")
def test_the_growth_to_a_price_saturates_at_u64_parts_of_1e18():
    # sqrt(10**6) = 1000 would be 1000e18 parts; u64 holds 18.446...e18 of them.
    growth = (U64_MAX << 64) // 10**18 - ONE
    assert balancer.quote_delta_in(HALF, U64F64.one(), U64F64.from_num(10**6), 10**9) == 10**9 * growth >> 64


@pytest.mark.rule("AMM-INVERSE-1")
def test_the_alpha_needed_is_zero_where_the_power_leaves_u64():
    # y/(y - dy) = 18 and 19: the second exceeds 18.446.
    assert balancer.base_needed_for_quote(HALF, 18, 1000, 17) == 17_000
    assert balancer.base_needed_for_quote(HALF, 19, 1000, 18) == 0
    assert balancer.base_needed_for_quote(HALF, 19, 1000, 19) == 0


@pytest.mark.rule("AMM-WEIGHT-1")
def test_the_base_weight_saturates_at_zero():
    assert balancer.base_weight(3 * 10**17) == 7 * 10**17
    assert balancer.base_weight(U64_MAX) == 0


@pytest.mark.rule("AMM-WEIGHT-2")
def test_weights_from_one_hundredth_on_are_accepted():
    assert balancer.checked_quote_weight(10**16) == 10**16
    assert balancer.checked_quote_weight(99 * 10**16) == 99 * 10**16
    for weight in (10**16 - 1, 99 * 10**16 + 1, 0, 10**18, U64_MAX):
        with pytest.raises(DispatchError, match="InvalidValue"):
            balancer.checked_quote_weight(weight)


@pytest.mark.rule("AMM-WEIGHT-3")
@pytest.mark.parametrize(
    ("p", "q", "weight"), [(1, 3, 10**18 // 3), (2, 1, 10**18), (0, 0, 10**18), (0, 7, 0)]
)
def test_a_weight_from_a_fraction_is_floored_and_one_where_there_is_none(p, q, weight):
    assert balancer.weight_from_rational(p, q) == weight


@pytest.mark.rule("AMM-WEIGHT-4", "AMM-WEIGHT-5")
def test_the_weight_after_a_deposit_is_the_floored_share_of_rounded_products():
    # w = 1/2, x = y = 3, dx = 0, dy = 2: q1 = 9/2 -> 5 (tie up), q2 = 15/2 -> 8.
    assert balancer.weight_after_added_liquidity(HALF, 3, 3, 2, 0) == 10**18 * 8 // 13


@pytest.mark.rule("AMM-WEIGHT-5")
def test_empty_reserves_give_equal_weights():
    assert balancer.weight_after_added_liquidity(3 * 10**17, 0, 0, 5, 0) == HALF


@pytest.mark.rule("AMM-WEIGHT-5")
def test_a_deposit_that_would_push_a_weight_out_of_bounds_is_refused():
    with pytest.raises(DispatchError, match="InvalidValue"):
        balancer.weight_after_added_liquidity(HALF, 10**9, 10**9, 10**12, 0)
