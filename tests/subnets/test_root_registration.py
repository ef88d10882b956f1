"""Places on root, and root validators as parents of new subnets' owners."""

import pytest
from lifetimes import ALICE, BLOCK, BOB, CAROL, HOTKEY, OTHER_HOTKEY, TAO, THIRD_HOTKEY, call, chain, refused

from taospec.reference.invalid_input import U64_MAX
from taospec.reference.staking.stake_ledger import increase_stake
from taospec.reference.state.accounts import DEFAULT_TAKE
from taospec.reference.state.ledger import subnet_account
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account

FOURTH_HOTKEY = numbered_account(14)


def registered(*hotkeys, limit=64):
    """Root with these hotkeys, all Alice's."""
    state = chain()
    state.hyperparameters[0].max_allowed_uids = limit
    for hotkey in hotkeys:
        assert call(state, "root_register", ALICE, hotkey=hotkey) == "Ok"
        state.registrations[0].this_block = state.registrations[0].this_interval = 0
    return state


@pytest.mark.rule("SUBNET-ROOT-1", "SUBNET-ROOT-2")
def test_a_place_on_root_is_free_and_makes_a_delegate():
    state = registered(HOTKEY)
    assert state.memberships.peek((0, HOTKEY)).uid == 0
    hotkey = state.hotkeys.peek(HOTKEY)
    assert (hotkey.owner, hotkey.delegate_take) == (ALICE, DEFAULT_TAKE)
    assert state.accounts.peek(ALICE).free == 10_000 * TAO
    event = state.events.take()[-1]
    assert (event.name, dict(event.fields)) == ("NeuronRegistered", {"netuid": 0, "uid": 0, "hotkey": HOTKEY})


@pytest.mark.rule("SUBNET-ROOT-1")
def test_anybody_can_register_a_hotkey_of_somebody_else():
    state = registered(HOTKEY)
    state.hotkeys[OTHER_HOTKEY].owner = BOB
    state.hotkeys[OTHER_HOTKEY].delegate_take = 5
    assert call(state, "root_register", CAROL, hotkey=OTHER_HOTKEY) == "Ok"
    hotkey = state.hotkeys.peek(OTHER_HOTKEY)
    assert (hotkey.owner, hotkey.delegate_take) == (BOB, 5)


@pytest.mark.rule("SUBNET-ROOT-1")
def test_refusals_on_root_come_in_the_chain_s_order_and_change_nothing():
    assert refused(State(), "root_register", None, hotkey=HOTKEY) == "RootNetworkDoesNotExist"
    state = registered(HOTKEY, limit=1)
    assert refused(state, "root_register", None, hotkey=HOTKEY) == "BadOrigin"
    state.registrations[0].this_block = 1
    state.registrations[0].this_interval = 6
    assert refused(state, "root_register", BOB, hotkey=HOTKEY) == "TooManyRegistrationsThisBlock"
    state.registrations[0].this_block = 0
    assert refused(state, "root_register", BOB, hotkey=HOTKEY) == "TooManyRegistrationsThisInterval"
    state.registrations[0].this_interval = 5
    assert refused(state, "root_register", BOB, hotkey=HOTKEY) == "HotKeyAlreadyRegisteredInSubNet"
    assert refused(state, "root_register", BOB, hotkey=subnet_account(3)) == "CannotUseSystemAccount"
    assert refused(state, "root_register", BOB, hotkey=OTHER_HOTKEY) == "StakeTooLowForRoot"


@pytest.mark.rule("SUBNET-ROOT-2")
def test_a_root_that_may_have_no_neurons_refuses_with_the_error_of_a_missing_neuron():
    state = chain()
    state.hyperparameters[0].max_allowed_uids = 0
    assert refused(state, "root_register", BOB, hotkey=HOTKEY) == "HotKeyNotRegisteredInSubNet"


@pytest.mark.rule("SUBNET-ROOT-2")
def test_a_full_root_gives_the_place_of_the_least_stake_to_who_has_strictly_more():
    state = registered(HOTKEY, OTHER_HOTKEY, THIRD_HOTKEY, limit=3)
    for hotkey, amount in ((HOTKEY, 30), (OTHER_HOTKEY, 20), (THIRD_HOTKEY, 20), (FOURTH_HOTKEY, 20)):
        increase_stake(state, hotkey, BOB, 0, amount)
    assert refused(state, "root_register", CAROL, hotkey=FOURTH_HOTKEY) == "StakeTooLowForRoot"
    increase_stake(state, FOURTH_HOTKEY, BOB, 0, 1)
    assert call(state, "root_register", CAROL, hotkey=FOURTH_HOTKEY) == "Ok"
    assert state.memberships.peek((0, FOURTH_HOTKEY)).uid == 1
    assert state.memberships.peek((0, OTHER_HOTKEY)).uid is None


@pytest.mark.rule("SUBNET-ROOT-2")
def test_stake_on_other_subnets_does_not_count_on_root():
    state = registered(HOTKEY, limit=1)
    increase_stake(state, OTHER_HOTKEY, BOB, 1, 1_000)
    assert refused(state, "root_register", CAROL, hotkey=OTHER_HOTKEY) == "StakeTooLowForRoot"


@pytest.mark.rule("SUBNET-ROOT-3")
def test_only_the_owner_of_a_hotkey_on_root_opts_it_out():
    state = registered(HOTKEY)
    state.hotkeys[OTHER_HOTKEY].owner = ALICE
    name = "set_auto_parent_delegation_enabled"
    assert refused(state, name, BOB, hotkey=HOTKEY, enabled=False) == "NonAssociatedColdKey"
    assert refused(state, name, ALICE, hotkey=OTHER_HOTKEY, enabled=False) == "HotKeyNotRegisteredInSubNet"
    assert call(state, name, ALICE, hotkey=HOTKEY, enabled=False) == "Ok"
    assert state.hotkeys.peek(HOTKEY).auto_parent_delegation is False


@pytest.mark.rule("SUBNET-ROOT-4")
def test_root_validators_become_parents_at_once_but_for_those_that_opted_out_and_the_owner_itself():
    state = registered(HOTKEY, OTHER_HOTKEY, THIRD_HOTKEY)
    name = "set_auto_parent_delegation_enabled"
    assert call(state, name, ALICE, hotkey=OTHER_HOTKEY, enabled=False) == "Ok"
    state.events.take()
    assert call(state, "register_network", ALICE, hotkey=HOTKEY) == "Ok"
    assert state.childkeys.peek((THIRD_HOTKEY, 1)).children == ((U64_MAX, HOTKEY),)
    assert state.childkeys.peek((HOTKEY, 1)).parents == ((U64_MAX, THIRD_HOTKEY),)
    assert state.childkeys.peek((OTHER_HOTKEY, 1)).children == ()
    assert state.transaction_limits.peek((THIRD_HOTKEY, 1, 0)).last_block == BLOCK
    assert [event.name for event in state.events.take()][-2:] == ["SetChildren", "NetworkAdded"]


@pytest.mark.rule("SUBNET-ROOT-4")
def test_a_validator_below_the_stake_threshold_is_skipped_and_the_subnet_opened():
    state = registered(HOTKEY, OTHER_HOTKEY)
    state.parameters.stake_threshold = 1
    assert call(state, "register_network", ALICE, hotkey=HOTKEY) == "Ok"
    assert state.childkeys.peek((OTHER_HOTKEY, 1)).children == ()
    assert state.transaction_limits.peek((OTHER_HOTKEY, 1, 0)).last_block == 0
