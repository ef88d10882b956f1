"""A coldkey hands everything to another one."""

from hashlib import blake2b

import pytest
from lifetimes import ALICE, BOB, CAROL, HOTKEY, OTHER_HOTKEY, ROOT, TAO, as_root, call, refused, stake

from taospec.reference.fixed_point import I96F32, U64F64
from taospec.reference.staking.root_claims import index_root_staker, owed
from taospec.reference.staking.stake_ledger import decrease_stake, stake_of
from taospec.reference.state.errors import DispatchError, SubtensorError
from taospec.reference.state.ledger import subnet_account
from taospec.reference.state.locks import LockState
from taospec.reference.state.origin import ROOT as ROOT_ORIGIN
from taospec.reference.state.state import State
from taospec.reference.subnets.coldkey_swap import dispute_coldkey_swap

NOW, DELAY, AGAIN = 50_000, 36_000, 7_200
COST = 100_000_000
NEW = CAROL
HASH = blake2b(NEW, digest_size=32).digest()


def chain():
    """Alice owns a hotkey and subnet 1, has stake on root and 1, and 10 TAO."""
    state = State()
    state.clock.block = NOW
    for netuid in (ROOT, 1, 2):
        state.subnets[netuid].added = True
    state.subnets[1].owner, state.subnets[2].owner = ALICE, BOB
    state.accounts[ALICE].free = 10 * TAO
    state.issuance.total = state.issuance.of_balances = 10 * TAO
    state.hotkeys[HOTKEY].owner = ALICE
    state.coldkeys[ALICE].owned_hotkeys = (HOTKEY,)
    stake(state, ROOT, HOTKEY, ALICE, 5 * TAO)
    stake(state, ROOT, HOTKEY, BOB, TAO)
    stake(state, 1, HOTKEY, ALICE, 3 * TAO + 1)
    stake(state, 1, OTHER_HOTKEY, ALICE, 7)
    index_root_staker(state, ALICE)
    index_root_staker(state, BOB)
    return state


def announced():
    state = chain()
    assert call(state, "announce_coldkey_swap", ALICE, new_coldkey_hash=HASH) == "Ok"
    return state


def by_root(state, **changes):
    arguments = {"old_coldkey": ALICE, "new_coldkey": NEW, "swap_cost": 0, **changes}
    return as_root(state, "swap_coldkey", **arguments)


@pytest.mark.rule("SUBNET-COLDKEY-1")
def test_only_the_first_announcement_is_paid_for_and_it_waits_to_be_replaced():
    state = announced()
    assert state.accounts.peek(ALICE).free == state.issuance.total == 10 * TAO - COST
    assert state.coldkeys.peek(ALICE).swap_announcement == (NOW + DELAY, HASH)
    state.clock.block = NOW + DELAY + AGAIN - 1
    arguments = {"new_coldkey_hash": bytes(32)}
    error = refused(state, "announce_coldkey_swap", ALICE, **arguments)
    assert error == "ColdkeySwapReannouncedTooEarly"
    state.clock.block += 1
    assert call(state, "announce_coldkey_swap", ALICE, **arguments) == "Ok"
    assert state.coldkeys.peek(ALICE).swap_announcement == (state.clock.block + DELAY, bytes(32))
    assert state.accounts.peek(ALICE).free == 10 * TAO - COST


@pytest.mark.rule("SUBNET-COLDKEY-1")
@pytest.mark.parametrize(("left", "result"), [(499, "NotEnoughBalanceToPaySwapColdKey"), (500, "Ok")])
def test_an_announcement_must_leave_the_deposit(left, result):
    state = chain()
    state.accounts[ALICE].free = COST + left
    assert call(state, "announce_coldkey_swap", ALICE, new_coldkey_hash=HASH) == result
    if result != "Ok":
        assert refused(state, "announce_coldkey_swap", ALICE, new_coldkey_hash=HASH) == result


@pytest.mark.rule("SUBNET-COLDKEY-2")
def test_an_announced_swap_happens_from_its_block_on_to_the_announced_coldkey():
    arguments = {"new_coldkey": NEW}
    error = refused(chain(), "swap_coldkey_announced", ALICE, **arguments)
    assert error == "ColdkeySwapAnnouncementNotFound"
    state = announced()
    state.clock.block = NOW + DELAY - 1
    assert refused(state, "swap_coldkey_announced", ALICE, **arguments) == "ColdkeySwapTooEarly"
    wrong = refused(state, "swap_coldkey_announced", ALICE, new_coldkey=BOB)
    assert wrong == "AnnouncedColdkeyHashDoesNotMatch"
    state.clock.block += 1
    assert call(state, "swap_coldkey_announced", ALICE, **arguments) == "Ok"
    assert state.coldkeys.peek(ALICE).swap_announcement is None
    assert state.accounts.peek(NEW).free == 10 * TAO - COST


@pytest.mark.rule("SUBNET-COLDKEY-3", "CHAIN-GUARD-2")
def test_a_dispute_freezes_the_coldkey_until_root_acts():
    assert refused(chain(), "dispute_coldkey_swap", ALICE) == "ColdkeySwapAnnouncementNotFound"
    state = announced()
    assert call(state, "dispute_coldkey_swap", ALICE) == "Ok"
    assert state.coldkeys.peek(ALICE).swap_dispute == NOW
    for name in ("dispute_coldkey_swap", "clear_coldkey_swap_announcement"):
        assert refused(state, name, ALICE) == "guard:ColdkeySwapDisputed"
    assert refused(state, "reset_coldkey_swap", BOB, coldkey=ALICE) == "BadOrigin"
    assert as_root(state, "reset_coldkey_swap", coldkey=ALICE) == "Ok"
    held = state.coldkeys.peek(ALICE)
    assert (held.swap_announcement, held.swap_dispute) == (None, None)
    assert state.events.take()[-1].name == "ColdkeySwapReset"


@pytest.mark.rule("SUBNET-COLDKEY-3")
def test_a_second_dispute_is_refused_where_no_guard_is():
    state = announced()
    dispute_coldkey_swap(state, ALICE)
    with pytest.raises(DispatchError) as error:
        dispute_coldkey_swap(state, ALICE)
    assert error.value.error is SubtensorError.ColdkeySwapAlreadyDisputed


@pytest.mark.rule("SUBNET-COLDKEY-5")
def test_a_reset_without_a_swap_succeeds():
    assert as_root(chain(), "reset_coldkey_swap", coldkey=BOB) == "Ok"


@pytest.mark.rule("SUBNET-COLDKEY-4")
def test_an_announcement_is_withdrawn_when_it_could_be_replaced():
    name = "clear_coldkey_swap_announcement"
    assert refused(chain(), name, ALICE) == "ColdkeySwapAnnouncementNotFound"
    state = announced()
    state.clock.block = NOW + DELAY + AGAIN - 1
    assert refused(state, name, ALICE) == "ColdkeySwapClearTooEarly"
    state.clock.block += 1
    assert call(state, name, ALICE) == "Ok"
    assert state.coldkeys.peek(ALICE).swap_announcement is None


@pytest.mark.rule("SUBNET-COLDKEY-6")
def test_root_swaps_at_a_cost_of_its_choice_and_forgets_the_announcement():
    state = announced()
    assert refused(state, "swap_coldkey", BOB, old_coldkey=BOB, new_coldkey=NEW, swap_cost=0) == "BadOrigin"
    assert call(state, "dispute_coldkey_swap", ALICE) == "Ok"
    assert by_root(state, swap_cost=TAO) == "Ok"
    held = state.coldkeys.peek(ALICE)
    assert (held.swap_announcement, held.swap_dispute) == (None, None)
    assert state.accounts.peek(NEW).free == state.issuance.total == 9 * TAO - COST


@pytest.mark.rule("SUBNET-COLDKEY-6", "SUBNET-COLDKEY-7")
def test_what_refuses_a_swap_by_root():
    def with_staking_hotkey(state):
        stake(state, 1, OTHER_HOTKEY, NEW, 1)

    def as_hotkey(state):
        state.hotkeys[NEW].owner = BOB

    def with_system_hotkey(state):
        state.coldkeys[ALICE].owned_hotkeys += (subnet_account(9),)

    def with_lock(state):
        state.locks[NEW, 2, OTHER_HOTKEY].lock = LockState(1_000, U64F64.zero(), NOW)

    def poor(state):
        state.accounts[ALICE].free = 499

    for prepare, error in (
        (with_staking_hotkey, "ColdKeyAlreadyAssociated"),
        (as_hotkey, "NewColdKeyIsHotkey"),
        (with_system_hotkey, "CannotUseSystemAccount"),
        (with_lock, "ActiveLockExists"),
        (poor, "Token::BelowMinimum"),
    ):
        state = chain()
        prepare(state)
        arguments = {"old_coldkey": ALICE, "new_coldkey": NEW, "swap_cost": 0}
        assert refused(state, "swap_coldkey", ROOT_ORIGIN, **arguments) == error
    arguments = {"old_coldkey": ALICE, "new_coldkey": NEW, "swap_cost": 10 * TAO - 499}
    error = refused(chain(), "swap_coldkey", ROOT_ORIGIN, **arguments)
    assert error == "NotEnoughBalanceToPaySwapColdKey"


@pytest.mark.rule("SUBNET-COLDKEY-7", "SUBNET-COLDKEY-8")
def test_a_swap_conserves_balance_and_stake_and_moves_what_is_owned():
    state = chain()
    state.auto_stakes[ALICE, 1].hotkey = HOTKEY
    state.auto_stakers[HOTKEY, 1].coldkeys = (ALICE, BOB)
    state.coldkeys[ALICE].root_claim_type = ("Keep",)
    assert by_root(state) == "Ok"
    stakes = ((ROOT, HOTKEY, 5 * TAO), (1, HOTKEY, 3 * TAO + 1), (1, OTHER_HOTKEY, 7))
    for netuid, hotkey, amount in stakes:
        assert stake_of(state, hotkey, ALICE, netuid) == 0
        assert stake_of(state, hotkey, NEW, netuid) == amount
    assert stake_of(state, HOTKEY, BOB, ROOT) == TAO
    assert ALICE not in state.accounts
    assert state.accounts.peek(NEW).free == state.issuance.total == 10 * TAO
    assert (state.subnets.peek(1).owner, state.subnets.peek(2).owner) == (NEW, BOB)
    assert (state.hotkeys.peek(HOTKEY).owner, state.coldkeys.peek(NEW).owned_hotkeys) == (NEW, (HOTKEY,))
    assert state.coldkeys.peek(NEW).staking_hotkeys == (HOTKEY, OTHER_HOTKEY)
    assert state.auto_stakes.peek((NEW, 1)).hotkey == HOTKEY
    assert state.auto_stakers.peek((HOTKEY, 1)).coldkeys == (BOB, NEW)
    assert (state.coldkeys.peek(BOB).root_index, state.coldkeys.peek(NEW).root_index) == (1, 0)
    assert state.rate_limits.peek(("LastTxBlock", NEW)).last_block == NOW
    # the choice of what becomes of root dividends stays behind
    assert state.coldkeys.peek(NEW).root_claim_type == ("Swap",)
    old = state.coldkeys.peek(ALICE)
    assert (old.staking_hotkeys, old.owned_hotkeys, old.root_index) == ((), (), None)


@pytest.mark.rule("SUBNET-COLDKEY-8")
def test_claims_where_the_coldkey_has_no_alpha_stay_behind_and_are_owed_again():
    """A rate of 1 alpha per TAO on subnets 1 and 2, all of it claimed; Alice holds alpha of 1 alone."""
    state = chain()
    for netuid in (1, 2):
        state.root_dividends[HOTKEY, netuid].claimable = I96F32.one()
        state.positions[HOTKEY, ALICE, netuid].root_claimed = 5 * TAO
    assert by_root(state) == "Ok"
    assert owed(state, HOTKEY, NEW, 1) == I96F32.zero()
    assert owed(state, HOTKEY, NEW, 2) == I96F32.from_num(5 * TAO)
    assert state.positions.peek((HOTKEY, ALICE, 2)).root_claimed == 5 * TAO


@pytest.mark.rule("SUBNET-COLDKEY-8", "STAKE-CLAIM-13")
def test_a_swap_leaves_an_entry_of_no_claims_on_root_that_follows_stake_alone():
    state = chain()
    for old, new in ((ALICE, NEW), (NEW, ALICE)):
        assert by_root(state, old_coldkey=old, new_coldkey=new) == "Ok"
        assert list(state.empty_root_claims) == [(HOTKEY, new)]
    decrease_stake(state, HOTKEY, ALICE, ROOT, stake_of(state, HOTKEY, ALICE, ROOT))
    assert by_root(state) == "Ok"
    assert list(state.empty_root_claims) == [(HOTKEY, ALICE)]


@pytest.mark.rule("STAKE-LOCK-16")
def test_locks_modes_and_flags_follow():
    state = chain()
    lock = LockState(TAO, U64F64.from_num(5), NOW)
    state.locks[ALICE, 1, HOTKEY].lock, state.locks[ALICE, 1, HOTKEY].indexed = lock, True
    state.lock_modes[ALICE, 1].decaying = False
    state.hotkey_locks[1, HOTKEY].perpetual = lock
    state.coldkeys[NEW].flags = 3
    assert by_root(state) == "Ok"
    assert list(state.locks) == [(NEW, 1, HOTKEY)]
    assert state.locks.peek((NEW, 1, HOTKEY)).lock == lock
    assert list(state.lock_modes) == [(NEW, 1)]
    assert state.hotkey_locks.peek((1, HOTKEY)).perpetual == lock
    # the flags are the old coldkey's, which had none
    assert state.coldkeys.peek(NEW).flags == 0


@pytest.mark.rule("SUBNET-COLDKEY-6")
@pytest.mark.parametrize("origin", [ALICE, ROOT_ORIGIN, None])
def test_the_scheduled_swap_is_deprecated(origin):
    assert refused(chain(), "schedule_swap_coldkey", origin, _new_coldkey=NEW) == "Deprecated"
