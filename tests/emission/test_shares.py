"""Shares of a block's TAO, by price and by flow, with their degenerate cases."""

import pytest

from taospec.reference.emission.flow_shares import (
    FlowAverage,
    FlowPolicy,
    TaoFlow,
    flow_shares,
    lower_limit,
    net_flow,
    protocol_scale,
)
from taospec.reference.emission.power_shares import SMALLEST_SUM, power_shares, safe_pow
from taospec.reference.emission.shares import (
    enabled_shares,
    price_shares,
    root_sell_flag,
    tao_emissions,
    unburned_price_shares,
)
from taospec.reference.fixed_point import I64F64, U64F64, U96F32

ULP = U64F64.from_bits(1)


def price(value):
    return U64F64.from_num(value)


def burned(value):
    return U96F32.from_num(value)


@pytest.mark.rule("EMISSION-SHARE-1")
def test_shares_are_proportional_to_prices_and_truncated():
    shares = price_shares({7: price(1), 3: price(2)})
    assert list(shares) == [3, 7]
    assert [share.bits for share in shares.values()] == [2 * 2**64 // 3, 2**64 // 3]


@pytest.mark.rule("EMISSION-SHARE-1")
def test_without_any_price_nobody_has_a_share():
    assert price_shares({1: price(0), 2: price(0)}) == {1: price(0), 2: price(0)}
    assert price_shares({}) == {}


@pytest.mark.rule("EMISSION-SHARE-2")
def test_what_a_subnet_withholds_from_its_miners_goes_to_the_others():
    """Halves; one withholds half of it: 1/4 and 1/2 of 3/4."""
    shares = unburned_price_shares({1: price(1), 2: price(1)}, {1: burned(0.5), 2: burned(0)})
    assert [share.bits for share in shares.values()] == [2**64 // 3, 2 * 2**64 // 3]


@pytest.mark.rule("EMISSION-SHARE-2")
@pytest.mark.parametrize("proportion", [1, 1.5])
def test_if_all_withhold_everything_the_price_shares_hold(proportion):
    shares = unburned_price_shares({1: price(1), 2: price(3)}, {1: burned(proportion), 2: burned(proportion)})
    assert [share.bits for share in shares.values()] == [2**62, 3 * 2**62]


@pytest.mark.rule("EMISSION-SHARE-3")
def test_the_share_of_a_disabled_subnet_goes_to_the_enabled_ones():
    shares = {1: price(0.25), 2: price(0.25), 3: price(0.5)}
    assert enabled_shares(shares, {3}) == {1: price(0.5), 2: price(0.5), 3: price(0)}


@pytest.mark.rule("EMISSION-SHARE-3")
def test_without_an_enabled_share_nobody_gets_anything():
    assert enabled_shares({1: price(0), 2: price(1)}, {2}) == {1: price(0), 2: price(0)}
    assert enabled_shares({2: price(1)}, {2}) == {2: price(0)}


@pytest.mark.rule("EMISSION-SHARE-3")
def test_shares_are_renormalised_only_if_a_subnet_is_disabled():
    third = U64F64.from_bits(2**64 // 3)
    shares = {1: third, 2: third, 3: third}
    assert enabled_shares(shares, set()) == shares
    assert enabled_shares(shares | {4: price(0)}, {4})[1] == third.safe_div(
        U64F64.from_bits(3 * (2**64 // 3))
    )


@pytest.mark.rule("EMISSION-SHARE-4")
def test_an_emission_keeps_32_fraction_bits():
    third = U64F64.from_bits(2**64 // 3)
    emission = tao_emissions({1: third}, U96F32.from_num(10**9))[1]
    assert emission.bits == (10**9 * (2**64 // 3)) >> 32


@pytest.mark.rule("EMISSION-SHARE-5")
def test_root_sells_only_if_prices_sum_to_more_than_one():
    assert not root_sell_flag([price(0.5), price(0.5)])
    assert root_sell_flag([price(0.5), price(0.5), ULP])
    assert not root_sell_flag([])


@pytest.mark.rule("EMISSION-SHARE-5")
def test_the_sum_of_prices_wraps():
    """The largest value and two ulp are one ulp modulo 2**64: not above 1."""
    largest = U64F64.max_value()
    assert root_sell_flag([largest, largest])
    assert not root_sell_flag([largest, U64F64.from_bits(2)])


def flow(user, protocol=0):
    return TaoFlow(user=user, protocol=protocol, user_average=None, protocol_average=None)


def policy(*, net=True, cutoff=0, exponent=1):
    return FlowPolicy(
        net=net,
        smoothing=2**63 - 1,
        cutoff=I64F64.from_num(cutoff),
        exponent=U64F64.from_num(exponent),
    )


@pytest.mark.rule("EMISSION-FLOW-1", "EMISSION-FLOW-6")
def test_with_full_smoothing_the_average_is_the_last_flow_and_is_taken_once_a_block():
    _, after = flow_shares({1: flow(100, -5)}, policy(), block=9)
    assert after[1].user_average == FlowAverage(9, I64F64.from_num(100))
    assert after[1].protocol_average == FlowAverage(9, I64F64.from_num(-5))
    assert (after[1].user, after[1].protocol) == (0, 0)
    again = {
        1: TaoFlow(
            user=7, protocol=8, user_average=after[1].user_average, protocol_average=after[1].protocol_average
        )
    }
    assert flow_shares(again, policy(), block=9)[1] == again


@pytest.mark.rule("EMISSION-FLOW-2", "EMISSION-FLOW-3")
def test_protocol_flows_are_scaled_down_to_the_sum_of_user_flows_but_never_up():
    def flows(*values):
        return [I64F64.from_num(value) for value in values]

    assert protocol_scale(flows(10, -50), flows(40, -1)) == I64F64.from_num(0.25)
    assert protocol_scale(flows(90), flows(40)) == I64F64.one()
    assert protocol_scale(flows(90), flows(-40)) == I64F64.zero()
    scale = I64F64.from_num(0.25)
    assert net_flow(I64F64.from_num(10), I64F64.from_num(40), scale) == I64F64.zero()
    assert net_flow(I64F64.from_num(10), I64F64.from_num(-40), scale) == I64F64.from_num(50)


@pytest.mark.rule("EMISSION-FLOW-4", "EMISSION-FLOW-5")
def test_the_lower_limit_is_the_smallest_flow_unless_the_cutoff_is_above_it():
    def limit(flows, cutoff):
        return lower_limit([I64F64.from_num(each) for each in flows], I64F64.from_num(cutoff))

    assert limit([5, -7], -100) == I64F64.from_num(-7)
    assert limit([5, -7], -3) == I64F64.from_num(-3)
    assert limit([5, 9], -3) == I64F64.zero()
    assert limit([], -3) == I64F64.zero()


@pytest.mark.rule("EMISSION-FLOW-6")
def test_equal_flows_have_equal_shares_and_a_flow_at_the_limit_has_none():
    shares, _ = flow_shares({1: flow(50), 2: flow(50), 3: flow(0)}, policy(net=False), block=1)
    assert shares[1] == shares[2]
    assert shares[3] == U64F64.zero()


@pytest.mark.rule("EMISSION-POW-1", "EMISSION-POW-2")
def test_values_without_any_above_zero_stay_zero():
    assert power_shares({1: U64F64.zero(), 2: U64F64.zero()}, U64F64.one()) == {
        1: U64F64.zero(),
        2: U64F64.zero(),
    }
    assert power_shares({}, U64F64.one()) == {}


@pytest.mark.rule("EMISSION-POW-2")
def test_a_largest_value_of_one_ulp_cannot_be_scaled():
    """1 / 2**-64 is 2**64: out of range, so safe_div answers 0."""
    assert power_shares({1: ULP, 2: U64F64.zero()}, U64F64.one())[1] == U64F64.zero()


@pytest.mark.rule("EMISSION-POW-3")
def test_the_bound_below_which_no_powers_are_taken_is_that_of_i32_over_u64():
    assert SMALLEST_SUM.bits == (2**31 - 1) * 2**64 // (2**64 - 1)


@pytest.mark.rule("EMISSION-POW-4")
def test_a_power_errs_to_zero_below_and_to_the_largest_integer_above():
    assert safe_pow(U64F64.zero(), U64F64.one()) == U64F64.zero()
    assert safe_pow(U64F64.from_num(10**6), U64F64.from_num(2)) == U64F64.from_num(2**31 - 1)
