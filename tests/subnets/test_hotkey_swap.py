"""A coldkey replaces a hotkey: who may, what moves, what is overwritten, what stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifetimes import (
    ALICE,
    BOB,
    CAROL,
    HOTKEY,
    OTHER_HOTKEY,
    ROOT,
    TAO,
    THIRD_HOTKEY,
    as_root,
    call,
    refused,
    stake,
)

from taospec.reference.fixed_point import I96F32, U64F64
from taospec.reference.staking.stake_ledger import increase_stake_for_all, stake_of, total_stake_of_hotkey
from taospec.reference.state.ledger import subnet_account
from taospec.reference.state.locks import LockState
from taospec.reference.state.neuron import storage_index
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import account, numbered_account
from taospec.reference.state.upstream_names import write_entries
from taospec.reference.subnets.hotkey_swap import HOTKEY_SWAP_INTERVAL

NEW = numbered_account(99)
NOW = 50_000
SUBNETS = (1, 2)


def chain():
    """Alice's hotkey is a member of subnet 1, has children on 2 and is staked to on root, 1 and 2."""
    state = State()
    state.clock.block = NOW
    for netuid in (ROOT, *SUBNETS):
        state.subnets[netuid].added = True
    state.accounts[ALICE].free = TAO
    state.issuance.total = state.issuance.of_balances = TAO
    state.hotkeys[HOTKEY].owner = ALICE
    state.hotkeys[OTHER_HOTKEY].owner = BOB
    state.coldkeys[ALICE].owned_hotkeys = (HOTKEY, THIRD_HOTKEY)
    state.hotkeys[THIRD_HOTKEY].owner = ALICE
    state.memberships[1, HOTKEY].uid, state.memberships[1, HOTKEY].is_member = 0, True
    state.neurons[1, 0].hotkey = HOTKEY
    state.subnets[1].neurons = 1
    state.childkeys[HOTKEY, 2].children = ((7, OTHER_HOTKEY),)
    state.childkeys[OTHER_HOTKEY, 2].parents = ((7, HOTKEY),)
    for netuid in (ROOT, *SUBNETS):
        for coldkey in (ALICE, BOB):
            stake(state, netuid, HOTKEY, coldkey, (3 + netuid) * TAO + 1)
    return state


def everywhere(keep_stake=False, new=NEW):
    return {"hotkey": HOTKEY, "new_hotkey": new, "netuid": None, "keep_stake": keep_stake}


def on(netuid, keep_stake=False, new=NEW):
    return {**everywhere(keep_stake, new), "netuid": netuid}


@pytest.mark.rule("SUBNET-HOTKEY-1")
@pytest.mark.parametrize("netuid", [None, 1])
def test_both_hotkeys_must_be_the_caller_s_and_different(netuid):
    state = chain()
    for signer, old, new, error in (
        (BOB, HOTKEY, NEW, "NonAssociatedColdKey"),
        (ALICE, HOTKEY, OTHER_HOTKEY, "NonAssociatedColdKey"),
        (ALICE, HOTKEY, HOTKEY, "NewHotKeyIsSameWithOld"),
    ):
        arguments = {"hotkey": old, "new_hotkey": new, "netuid": netuid}
        assert refused(state, "swap_hotkey", signer, **arguments) == error


@pytest.mark.rule("SUBNET-HOTKEY-1")
@pytest.mark.parametrize(("age", "result"), [(1_000, "HotKeySetTxRateLimitExceeded"), (1_001, "Ok")])
def test_two_swaps_of_a_coldkey_are_more_than_the_limit_apart(age, result):
    state = chain()
    state.rate_limits["LastTxBlock", ALICE].last_block = NOW - age
    assert call(state, "swap_hotkey_v2", ALICE, **on(1)) == result


@pytest.mark.rule("SUBNET-HOTKEY-1", "SUBNET-HOTKEY-4")
def test_a_stored_no_refuses_a_swap_on_one_subnet_and_not_one_on_all():
    state = chain()
    assert call(state, "swap_hotkey_v2", ALICE, **everywhere()) == "Ok"
    assert state.memberships.peek((2, NEW)).is_member is False
    state.clock.block = NOW + 2 * HOTKEY_SWAP_INTERVAL
    arguments = {"hotkey": THIRD_HOTKEY, "new_hotkey": NEW, "netuid": 2}
    assert refused(state, "swap_hotkey", ALICE, **arguments) == "HotKeyAlreadyRegisteredInSubNet"
    state = chain()
    state.memberships[2, NEW].is_member = False
    assert call(state, "swap_hotkey_v2", ALICE, **everywhere()) == "Ok"


@pytest.mark.rule("SUBNET-HOTKEY-1")
@pytest.mark.parametrize("netuid", [None, 2])
def test_a_registered_hotkey_cannot_take_another_s_place(netuid):
    state = chain()
    state.memberships[2, THIRD_HOTKEY].uid, state.memberships[2, THIRD_HOTKEY].is_member = 0, True
    arguments = {"hotkey": HOTKEY, "new_hotkey": THIRD_HOTKEY, "netuid": netuid}
    assert refused(state, "swap_hotkey", ALICE, **arguments) == "HotKeyAlreadyRegisteredInSubNet"


def with_rate(state):
    state.root_dividends[NEW, 1].claimable = I96F32.one()


def with_root_stake(state):
    stake(state, ROOT, NEW, BOB, 1)


def with_claims(state):
    state.positions[NEW, BOB, ROOT].root_claimed = 1


def with_an_entry_of_no_claims(state):
    write_entries(state, "RootClaimed", [[ROOT, account.to_json(NEW), account.to_json(BOB), 0]])


@pytest.mark.rule("SUBNET-HOTKEY-1")
@pytest.mark.parametrize("dirty", [with_rate, with_root_stake, with_claims, with_an_entry_of_no_claims])
def test_the_new_hotkey_must_be_clean_where_root_is_touched(dirty):
    state = chain()
    dirty(state)
    for arguments in (everywhere(), on(ROOT)):
        assert refused(state, "swap_hotkey_v2", ALICE, **arguments) == "NewHotKeyNotCleanForRootSwap"
    assert call(state, "swap_hotkey_v2", ALICE, **on(1)) == "Ok"


@pytest.mark.rule("SUBNET-HOTKEY-1", "STAKE-CLAIM-13")
@pytest.mark.parametrize("swapped", [False, True])
def test_a_hotkey_is_not_clean_once_a_root_staker_s_coldkey_was_swapped(swapped):
    """Upstream inserts ``RootClaimed`` of root with 0 then; all stake leaves the hotkey afterwards."""
    state = chain()
    state.parameters.tx_rate_limit = 0
    state.accounts[BOB].free = TAO
    state.coldkeys[BOB].owned_hotkeys = (OTHER_HOTKEY,)
    if swapped:
        arguments = {"old_coldkey": BOB, "new_coldkey": CAROL, "swap_cost": 0}
        assert as_root(state, "swap_coldkey", **arguments) == "Ok"
    assert call(state, "swap_hotkey_v2", ALICE, **everywhere()) == "Ok"
    assert total_stake_of_hotkey(state, HOTKEY, ROOT) == 0
    back = {"hotkey": OTHER_HOTKEY, "new_hotkey": HOTKEY, "netuid": None}
    result = call(state, "swap_hotkey", CAROL if swapped else BOB, **back)
    assert result == ("NewHotKeyNotCleanForRootSwap" if swapped else "Ok")


@pytest.mark.rule("SUBNET-HOTKEY-2")
@pytest.mark.parametrize("netuid", SUBNETS)
@pytest.mark.parametrize(
    ("age", "result"),
    [(HOTKEY_SWAP_INTERVAL, "HotKeySwapOnSubnetIntervalNotPassed"), (HOTKEY_SWAP_INTERVAL + 1, "Ok")],
)
def test_a_swap_on_all_subnets_waits_where_the_hotkey_is_a_member_or_has_children(netuid, age, result):
    state = chain()
    state.hotkey_swap_limits[netuid, ALICE].last_block = NOW - age
    assert call(state, "swap_hotkey_v2", ALICE, **everywhere()) == result
    if result == "Ok":
        assert [state.hotkey_swap_limits.peek((each, ALICE)).last_block for each in SUBNETS] == [NOW, NOW]
        assert (ROOT, ALICE) not in state.hotkey_swap_limits


@pytest.mark.rule("SUBNET-HOTKEY-2", "SUBNET-HOTKEY-3")
def test_on_a_young_chain_nobody_swaps_on_one_subnet_but_everybody_on_all():
    state = chain()
    state.clock.block = HOTKEY_SWAP_INTERVAL
    assert refused(state, "swap_hotkey_v2", ALICE, **on(1)) == "HotKeySwapOnSubnetIntervalNotPassed"
    assert call(state, "swap_hotkey_v2", ALICE, **everywhere()) == "Ok"


@pytest.mark.rule("SUBNET-HOTKEY-2", "SUBNET-HOTKEY-3")
@pytest.mark.parametrize(("netuid", "cost"), [(None, 100_000_000), (1, 1_000_000)])
def test_the_cost_is_recycled_and_must_leave_the_deposit(netuid, cost):
    state = chain()
    assert call(state, "swap_hotkey_v2", ALICE, **on(netuid)) == "Ok"
    assert state.accounts.peek(ALICE).free == state.issuance.total == TAO - cost
    for balance, error in (
        (cost - 1, "NotEnoughBalanceToPaySwapHotKey"),
        (cost, "InsufficientBalance"),
        (cost + 499, "InsufficientBalance"),
    ):
        state = chain()
        state.accounts[ALICE].free = balance
        assert refused(state, "swap_hotkey_v2", ALICE, **on(netuid)) == error


@pytest.mark.rule("SUBNET-HOTKEY-2", "SUBNET-HOTKEY-3")
@pytest.mark.parametrize("netuid", [None, 1])
def test_the_account_of_a_subnet_is_no_hotkey(netuid):
    arguments = on(netuid, new=subnet_account(5))
    assert refused(chain(), "swap_hotkey_v2", ALICE, **arguments) == "CannotUseSystemAccount"


@pytest.mark.rule("SUBNET-HOTKEY-2", "SUBNET-HOTKEY-6")
def test_a_swap_on_all_subnets_conserves_stake_and_changes_the_owner():
    state = chain()
    before = {
        (netuid, coldkey): stake_of(state, HOTKEY, coldkey, netuid)
        for netuid in (ROOT, *SUBNETS)
        for coldkey in (ALICE, BOB)
    }
    out = [state.pools.peek(netuid).alpha_out for netuid in (ROOT, *SUBNETS)]
    state.coldkeys[BOB].staking_hotkeys = (HOTKEY, OTHER_HOTKEY)
    state.hotkeys[HOTKEY].delegate_take = 5
    assert call(state, "swap_hotkey_v2", ALICE, **everywhere()) == "Ok"
    for (netuid, coldkey), amount in before.items():
        assert stake_of(state, HOTKEY, coldkey, netuid) == 0
        assert stake_of(state, NEW, coldkey, netuid) == amount
    assert [state.pools.peek(netuid).alpha_out for netuid in (ROOT, *SUBNETS)] == out
    assert state.hotkeys.peek(HOTKEY).owner is None
    assert (state.hotkeys.peek(NEW).owner, state.hotkeys.peek(NEW).delegate_take) == (ALICE, 5)
    assert state.hotkeys.peek(HOTKEY).delegate_take is None
    assert state.coldkeys.peek(ALICE).owned_hotkeys == (THIRD_HOTKEY, NEW)
    assert state.coldkeys.peek(BOB).staking_hotkeys == (OTHER_HOTKEY, NEW)
    assert state.events.take()[-1].name == "HotkeySwapped"


@pytest.mark.rule("SUBNET-HOTKEY-3", "SUBNET-HOTKEY-6")
def test_a_swap_on_one_subnet_leaves_the_other_stakes_and_both_hotkeys_owned():
    state = chain()
    state.hotkeys[HOTKEY].delegate_take = 5
    assert call(state, "swap_hotkey_v2", ALICE, **on(1)) == "Ok"
    assert [total_stake_of_hotkey(state, HOTKEY, netuid) for netuid in (ROOT, 1, 2)] == [
        6 * TAO + 2,
        0,
        10 * TAO + 2,
    ]
    assert total_stake_of_hotkey(state, NEW, 1) == 8 * TAO + 2
    assert state.coldkeys.peek(BOB).staking_hotkeys == (HOTKEY, NEW)
    assert (state.hotkeys.peek(HOTKEY).owner, state.hotkeys.peek(NEW).owner) == (ALICE, ALICE)
    assert (state.hotkeys.peek(HOTKEY).delegate_take, state.hotkeys.peek(NEW).delegate_take) == (5, None)
    assert state.events.take()[-1].name == "HotkeySwappedOnSubnet"


@pytest.mark.rule("SUBNET-HOTKEY-2")
def test_stake_that_is_kept_on_all_subnets_belongs_to_a_hotkey_that_does_not_exist():
    state = chain()
    assert call(state, "swap_hotkey_v2", ALICE, **everywhere(keep_stake=True)) == "Ok"
    assert stake_of(state, HOTKEY, BOB, 1) == 4 * TAO + 1
    state.subnets[1].subtoken_enabled = True
    arguments = {"hotkey": HOTKEY, "netuid": 1, "amount_unstaked": TAO}
    assert refused(state, "remove_stake", BOB, **arguments) == "HotKeyAccountNotExists"


@pytest.mark.rule("SUBNET-HOTKEY-1", "SUBNET-HOTKEY-2")
def test_blocks_of_limits_overwrite_those_of_the_new_hotkey():
    state = chain()
    for limit, block in (("LastTxBlockDelegateTake", 5), ("LastTxBlockChildKeyTake", 0)):
        state.rate_limits[limit, HOTKEY].last_block = block
        state.rate_limits[limit, NEW].last_block = 9
    assert call(state, "swap_hotkey_v2", ALICE, **everywhere()) == "Ok"
    assert state.rate_limits.peek(("LastTxBlockDelegateTake", NEW)).last_block == 5
    assert state.rate_limits.peek(("LastTxBlockChildKeyTake", NEW)).last_block == 0
    assert ("LastTxBlockDelegateTake", HOTKEY) not in state.rate_limits
    assert state.rate_limits.peek(("LastTxBlock", ALICE)).last_block == NOW


@pytest.mark.rule("SUBNET-HOTKEY-4")
def test_a_neuron_moves_with_its_hash_commits_and_not_with_its_timelocked_ones():
    state = chain()
    state.hyperparameters[1].mechanism_count = 2
    state.hash_commits[storage_index(1, 1), HOTKEY].commits = ((bytes(32), 1, 2, 3),)
    state.timelocked_commits[1, 4].commits = ((HOTKEY, 1, b"", 1),)
    state.childkeys[HOTKEY, 1].take, state.childkeys[NEW, 1].take = 4, 8
    state.memberships[1, HOTKEY].voting_power, state.memberships[1, NEW].voting_power = 5, 6
    state.dividend_reports[1, HOTKEY].alpha_dividends = 7
    state.subnets[1].owner_hotkey = HOTKEY
    assert call(state, "swap_hotkey_v2", ALICE, **on(1)) == "Ok"
    assert (1, HOTKEY) not in state.memberships
    moved = state.memberships.peek((1, NEW))
    assert (moved.uid, moved.is_member, moved.voting_power) == (0, True, 11)
    assert state.neurons.peek((1, 0)).hotkey == state.subnets.peek(1).owner_hotkey == NEW
    assert list(state.hash_commits) == [(storage_index(1, 1), NEW)]
    assert state.timelocked_commits.peek((1, 4)).commits[0][0] == HOTKEY
    assert state.childkeys.peek((NEW, 1)).take == 4
    assert state.dividend_reports.peek((1, NEW)).alpha_dividends == 7


@pytest.mark.rule("SUBNET-HOTKEY-4")
def test_what_belongs_to_stake_stays_with_stake_that_is_kept():
    state = chain()
    state.memberships[1, HOTKEY].voting_power = 5
    state.dividend_reports[1, HOTKEY].alpha_dividends = 7
    assert call(state, "swap_hotkey_v2", ALICE, **on(1, keep_stake=True)) == "Ok"
    assert state.memberships.peek((1, HOTKEY)).voting_power == 5
    assert state.dividend_reports.peek((1, HOTKEY)).alpha_dividends == 7
    assert state.memberships.peek((1, NEW)).uid == 0


@pytest.mark.rule("SUBNET-HOTKEY-5")
@pytest.mark.parametrize("emptied", [False, True])
def test_the_list_of_auto_stakers_of_the_new_hotkey_is_overwritten(emptied):
    state = chain()
    state.auto_stakes[CAROL, 1].hotkey, state.auto_stakers[NEW, 1].coldkeys = NEW, (CAROL,)
    state.auto_stakers[HOTKEY, 1].coldkeys = () if emptied else (BOB,)
    if not emptied:
        state.auto_stakes[BOB, 1].hotkey = HOTKEY
    assert call(state, "swap_hotkey_v2", ALICE, **on(1)) == "Ok"
    assert state.auto_stakers.peek((NEW, 1)).coldkeys == (() if emptied else (BOB,))
    assert state.auto_stakes.peek((CAROL, 1)).hotkey == NEW
    assert state.auto_stakes.peek((BOB, 1)).hotkey == (None if emptied else NEW)
    assert (HOTKEY, 1) not in state.auto_stakers


@pytest.mark.rule("STAKE-CLAIM-13", "SUBNET-HOTKEY-4")
@pytest.mark.parametrize("netuid", [ROOT, 1])
def test_rates_and_claims_follow_on_root_alone(netuid):
    state = chain()
    state.root_dividends[HOTKEY, 2].claimable = I96F32.one()
    state.positions[HOTKEY, BOB, 2].root_claimed = 77
    state.hotkeys[HOTKEY].auto_parent_delegation = False
    assert call(state, "swap_hotkey_v2", ALICE, **on(netuid)) == "Ok"
    holder, other = (NEW, HOTKEY) if netuid == ROOT else (HOTKEY, NEW)
    assert state.root_dividends.peek((holder, 2)).claimable == I96F32.one()
    assert state.positions.peek((holder, BOB, 2)).root_claimed == 77
    assert state.hotkeys.peek(holder).auto_parent_delegation is False
    assert (other, 2) not in state.root_dividends
    assert state.positions.peek((other, BOB, 2)).root_claimed == 0


@pytest.mark.rule("STAKE-CLAIM-13")
def test_entries_of_no_claims_on_root_follow_if_the_hotkey_has_a_rate_there():
    """No call gives a hotkey a rate of root's own; the chain's code would walk its entries like any."""
    for has_rate, holder in ((False, HOTKEY), (True, NEW)):
        state = chain()
        if has_rate:
            state.root_dividends[HOTKEY, ROOT].claimable = I96F32.zero()
        state.empty_root_claims[HOTKEY, CAROL].is_stored = True
        assert call(state, "swap_hotkey_v2", ALICE, **on(ROOT)) == "Ok"
        assert list(state.empty_root_claims) == [(holder, CAROL)]


@pytest.mark.rule("STAKE-CHILD-7")
def test_relations_of_the_new_hotkey_are_replaced_and_the_old_one_s_come_last():
    state = chain()
    fourth = numbered_account(14)
    state.childkeys[NEW, 2].children = ((9, fourth),)
    state.childkeys[fourth, 2].parents = ((9, NEW),)
    state.childkeys[OTHER_HOTKEY, 2].parents = ((7, HOTKEY), (1, THIRD_HOTKEY))
    state.childkeys[THIRD_HOTKEY, 2].children = ((1, OTHER_HOTKEY),)
    state.childkeys[HOTKEY, 2].pending_children = (((5, fourth),), 60_000)
    state.childkeys[fourth, 2].pending_children = (((2, HOTKEY), (3, THIRD_HOTKEY)), 60_001)
    assert call(state, "swap_hotkey_v2", ALICE, **on(2)) == "Ok"
    assert state.childkeys.peek((NEW, 2)).children == ((7, OTHER_HOTKEY),)
    assert state.childkeys.peek((fourth, 2)).parents == ()
    assert state.childkeys.peek((OTHER_HOTKEY, 2)).parents == ((1, THIRD_HOTKEY), (7, NEW))
    assert state.childkeys.peek((NEW, 2)).pending_children == (((5, fourth),), 60_000)
    assert state.childkeys.peek((fourth, 2)).pending_children == (((3, THIRD_HOTKEY), (2, NEW)), 60_001)
    assert (HOTKEY, 2) not in state.childkeys


MANY = tuple((1, numbered_account(number)) for number in range(20, 26))


@pytest.mark.rule("STAKE-CHILD-7")
@pytest.mark.parametrize(
    ("children", "parents", "pending", "error"),
    [
        (((2**63, OTHER_HOTKEY), (2**63, BOB)), (), None, "ProportionOverflow"),
        (((1, OTHER_HOTKEY),), ((1, OTHER_HOTKEY),), None, "ChildParentInconsistency"),
        (((1, NEW),), (), None, "InvalidChild"),
        ((), ((1, NEW),), None, "InvalidChild"),
        ((), (), ((1, NEW),), "InvalidChild"),
        ((), (), MANY, "TooManyChildren"),
        ((), (), ((2**63, OTHER_HOTKEY), (2**63, BOB)), "ProportionOverflow"),
        ((), ((1, OTHER_HOTKEY),), ((1, OTHER_HOTKEY),), "ChildParentInconsistency"),
    ],
)
def test_relations_that_the_new_hotkey_cannot_have_refuse_the_swap(children, parents, pending, error):
    for arguments in (on(2), everywhere()):
        state = chain()
        held = state.childkeys[HOTKEY, 2]
        held.children, held.parents = children, parents
        held.pending_children = None if pending is None else (pending, 60_000)
        assert refused(state, "swap_hotkey_v2", ALICE, **arguments) == error


@pytest.mark.rule("STAKE-LOCK-15")
def test_locks_follow_and_overwrite_the_aggregate_of_the_new_hotkey():
    """No block passes between lock and swap, so that nothing decays."""
    state = chain()
    lock = LockState(TAO, U64F64.from_num(5), NOW)
    state.locks[BOB, 1, HOTKEY].lock, state.locks[BOB, 1, HOTKEY].indexed = lock, True
    state.locks[CAROL, 1, HOTKEY].indexed = True
    state.hotkey_locks[1, HOTKEY].decaying = lock
    state.hotkey_locks[1, NEW].decaying = LockState(7 * TAO, U64F64.from_num(500), NOW)
    assert call(state, "swap_hotkey_v2", ALICE, **on(1)) == "Ok"
    assert list(state.locks) == [(BOB, 1, NEW)]
    assert state.locks.peek((BOB, 1, NEW)).lock == lock
    assert list(state.hotkey_locks) == [(1, NEW)]
    assert state.hotkey_locks.peek((1, NEW)).decaying == lock


@pytest.mark.rule("STAKE-LOCK-15")
def test_locks_to_the_owner_s_hotkey_stay_the_owner_s():
    state = chain()
    state.subnets[1].owner_hotkey = HOTKEY
    lock = LockState(TAO, U64F64.from_num(TAO), NOW)
    state.locks[ALICE, 1, HOTKEY].lock, state.locks[ALICE, 1, HOTKEY].indexed = lock, True
    state.owner_locks[1].decaying = lock
    assert call(state, "swap_hotkey_v2", ALICE, **on(1)) == "Ok"
    assert state.owner_locks.peek(1).decaying == state.locks.peek((ALICE, 1, NEW)).lock == lock
    assert len(state.hotkey_locks) == 0


@pytest.mark.rule("SUBNET-HOTKEY-6")
@given(stakes=st.lists(st.integers(1, 10**16), min_size=1, max_size=8), dividends=st.integers(0, 10**16))
def test_a_swapped_pool_keeps_its_value_and_each_stake_but_for_a_rao(stakes, dividends):
    state = chain()
    stakers = [numbered_account(100 + place) for place in range(len(stakes))]
    for coldkey, amount in zip(stakers, stakes, strict=True):
        stake(state, 1, HOTKEY, coldkey, amount)
    increase_stake_for_all(state, HOTKEY, 1, dividends)
    total = total_stake_of_hotkey(state, HOTKEY, 1)
    before = [stake_of(state, HOTKEY, coldkey, 1) for coldkey in stakers]
    assert call(state, "swap_hotkey_v2", ALICE, **on(1)) == "Ok"
    assert total_stake_of_hotkey(state, HOTKEY, 1) + total_stake_of_hotkey(state, NEW, 1) == total
    for coldkey, amount in zip(stakers, before, strict=True):
        assert amount - 1 <= stake_of(state, NEW, coldkey, 1) <= amount
