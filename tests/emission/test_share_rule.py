"""Which rule divides the TAO is a property of the protocol revision."""

import pytest

from taospec.reference.emission.coinbase import OwnerHooks, emission_shares, run_coinbase
from taospec.reference.fixed_point import I64F64, I96F32, U64F64
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.staking.positions import all_netuids
from taospec.reference.state.revision import BASE, revision_of
from taospec.reference.state.state import State


def two_subnets():
    """Subnet 1 has three quarters of the price, subnet 2 all of the flow."""
    state = State()
    state.clock.block = 7
    for netuid, price, flow in ((1, 0.75, 0), (2, 0.25, 1000)):
        state.pools[netuid].mechanism = 1
        state.emissions[netuid].moving_price = I96F32.from_num(price)
        state.emissions[netuid].tao_flow = flow
    state.parameters.flow_ema_smoothing_factor = 2**63 - 1
    return state


@pytest.mark.rule("EMISSION-SHARE-7")
def test_the_base_revision_divides_by_price_and_leaves_the_flows_alone():
    state = two_subnets()
    assert emission_shares(state, [1, 2], BASE) == {1: U64F64.from_num(0.75), 2: U64F64.from_num(0.25)}
    assert state.emissions[2].tao_flow == 1000


@pytest.mark.rule("EMISSION-SHARE-7")
def test_an_earlier_revision_divides_by_flow_and_takes_the_flows():
    state = two_subnets()
    shares = emission_shares(state, [1, 2], revision_of(411))
    assert shares[1] == U64F64.zero()
    assert shares[2] == U64F64.one()
    assert state.emissions[2].tao_flow == 0
    assert state.emissions[2].tao_flow_average == (7, I64F64.from_num(1000))


@pytest.mark.rule("EMISSION-SHARE-7")
def test_a_rule_that_is_not_modelled_is_refused():
    with pytest.raises(InvalidInputError, match=r"revision\.share_rule"):
        emission_shares(two_subnets(), [1, 2], revision_of(424))


@pytest.mark.rule("EMISSION-SHARE-7")
def test_a_coinbase_of_a_revision_with_another_cap_is_refused():
    """The flow rule can be asked for shares, but not for a whole coinbase of its time."""
    hooks = OwnerHooks(change_owner=lambda netuid: None, owner_cut_paid=lambda netuid, amount: None)
    with pytest.raises(InvalidInputError, match=r"revision\.injection_cap"):
        run_coinbase(State(), 0, hooks, revision_of(415))


@pytest.mark.rule("EMISSION-COINBASE-1")
def test_subnets_come_in_the_order_of_storage_low_byte_first():
    state = State()
    for netuid in (0, 1, 2, 256, 257):
        state.subnets[netuid].added = True
    assert all_netuids(state) == [0, 256, 1, 257, 2]
