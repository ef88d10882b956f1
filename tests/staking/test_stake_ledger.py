"""Stakes in the state."""

import pytest

from taospec.reference.fixed_point import U64F64
from taospec.reference.staking import stake_ledger
from taospec.reference.state.safe_float import ZERO, SafeFloat
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account

HOTKEY, ALICE, BOB = (numbered_account(number) for number in (9, 1, 2))


def stake(state, coldkey):
    return stake_ledger.stake_of(state, HOTKEY, coldkey, 1)


@pytest.mark.rule("STAKE-LEDGER-1", "STAKE-LEDGER-2", "STAKE-LEDGER-4")
def test_a_dividend_is_shared_by_stake():
    state = State()
    stake_ledger.increase_stake(state, HOTKEY, ALICE, 1, 300)
    stake_ledger.increase_stake(state, HOTKEY, BOB, 1, 100)
    stake_ledger.increase_stake_for_all(state, HOTKEY, 1, 40)
    assert (stake(state, ALICE), stake(state, BOB)) == (330, 110)
    stake_ledger.decrease_stake_for_all(state, HOTKEY, 1, 220)
    assert (stake(state, ALICE), stake(state, BOB)) == (165, 55)
    assert stake_ledger.total_stake_of_hotkey(state, HOTKEY, 1) == 220


@pytest.mark.rule("STAKE-LEDGER-3")
def test_taking_more_than_there_is_takes_nothing():
    state = State()
    stake_ledger.increase_stake(state, HOTKEY, ALICE, 1, 300)
    stake_ledger.decrease_stake(state, HOTKEY, ALICE, 1, 301)
    assert stake(state, ALICE) == 300
    stake_ledger.decrease_stake(state, HOTKEY, BOB, 1, 0)
    assert not stake_ledger.has_shares(state, HOTKEY, BOB, 1)
    stake_ledger.decrease_stake(state, HOTKEY, ALICE, 1, 300)
    assert stake(state, ALICE) == 0
    assert not stake_ledger.has_shares(state, HOTKEY, ALICE, 1)


@pytest.mark.rule("STAKE-LEDGER-2")
def test_the_hotkeys_that_a_coldkey_staked_to_are_remembered_once():
    state = State()
    stake_ledger.increase_stake(state, HOTKEY, ALICE, 1, 0)
    assert state.coldkeys.peek(ALICE).staking_hotkeys == ()
    for netuid in (1, 2):
        stake_ledger.increase_stake(state, HOTKEY, ALICE, netuid, 5)
    stake_ledger.increase_stake(state, BOB, ALICE, 1, 5)
    assert state.coldkeys.peek(ALICE).staking_hotkeys == (HOTKEY, BOB)


@pytest.mark.rule("STAKE-LEDGER-5")
def test_whether_an_amount_buys_shares_is_asked_without_buying():
    state = State()
    assert stake_ledger.buys_shares(state, HOTKEY, 1, 0)
    stake_ledger.increase_stake(state, HOTKEY, ALICE, 1, 300)
    assert stake_ledger.buys_shares(state, HOTKEY, 1, 1)
    assert not stake_ledger.buys_shares(state, HOTKEY, 1, 0)
    assert stake(state, ALICE) == 300


@pytest.mark.rule("STAKE-LEDGER-6", "STAKE-LEDGER-7")
def test_an_old_entry_counts_alone_until_it_is_written():
    state = State()
    pool = state.hotkey_stakes[HOTKEY, 1]
    pool.total_alpha = 100
    pool.total_shares_v1 = U64F64.from_num(100)
    pool.total_shares = SafeFloat(10**21, 0)
    for coldkey, shares in ((ALICE, 75), (BOB, 25)):
        state.positions[HOTKEY, coldkey, 1].shares_v1 = U64F64.from_num(shares)
    assert (stake(state, ALICE), stake(state, BOB)) == (75, 25)
    stake_ledger.increase_stake(state, HOTKEY, ALICE, 1, 25)
    alice, bob = state.positions[HOTKEY, ALICE, 1], state.positions[HOTKEY, BOB, 1]
    assert (alice.shares_v1, alice.shares) == (None, SafeFloat(10**21, -19))
    assert (bob.shares_v1, bob.shares) == (U64F64.from_num(25), ZERO)
    assert (pool.total_shares_v1, pool.total_shares) == (None, SafeFloat(125 * 10**18, -18))
    assert (stake(state, ALICE), stake(state, BOB)) == (100, 25)


@pytest.mark.rule("STAKE-LEDGER-6")
def test_an_old_entry_of_zero_hides_a_new_one():
    state = State()
    stake_ledger.increase_stake(state, HOTKEY, ALICE, 1, 300)
    state.positions[HOTKEY, ALICE, 1].shares_v1 = U64F64.zero()
    assert stake_ledger.has_shares(state, HOTKEY, ALICE, 1)
    assert stake(state, ALICE) == 0


@pytest.mark.rule("STAKE-LEDGER-7")
def test_amounts_beyond_i64_wrap_to_negative_updates():
    state = State()
    stake_ledger.increase_stake(state, HOTKEY, ALICE, 1, 300)
    stake_ledger.increase_stake_for_all(state, HOTKEY, 1, 2**64 - 100)
    assert stake_ledger.total_stake_of_hotkey(state, HOTKEY, 1) == 200


@pytest.mark.rule("STAKE-LEDGER-2", "STAKE-LEDGER-3")
def test_a_failed_operation_leaves_stakes_as_they_were():
    state = State()
    stake_ledger.increase_stake(state, HOTKEY, ALICE, 1, 300)

    def fail():
        with state.transaction():
            stake_ledger.decrease_stake(state, HOTKEY, ALICE, 1, 200)
            stake_ledger.increase_stake(state, HOTKEY, BOB, 1, 200)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert (stake(state, ALICE), stake(state, BOB)) == (300, 0)
    assert state.positions.keys_with(hotkey=HOTKEY, netuid=1) == [(HOTKEY, ALICE, 1)]
