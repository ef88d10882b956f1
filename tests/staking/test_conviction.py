"""Conviction against its ideal, and locks against hand calculations."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from taospec.reference.fixed_point import U64F64
from taospec.reference.staking import locks
from taospec.reference.staking.conviction import DUST, exp_decay, roll_forward
from taospec.reference.staking.stake_ledger import increase_stake
from taospec.reference.state.errors import DispatchError, SubtensorError
from taospec.reference.state.locks import LockState
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import ZERO_ACCOUNT, numbered_account
from taospec.spec.fixed_point.model import FORMATS, value
from taospec.spec.real_numbers import Enclosure, real
from taospec.spec.staking import conviction as ideal

ALICE, BOB, HOTKEY, OTHER = map(numbered_account, (1, 2, 11, 12))
ZERO = U64F64.zero()
masses = st.integers(0, 21 * 10**15)
spans = st.integers(0, 10**7)
rates = st.one_of(st.integers(0, 3), st.integers(1, 10**7), st.just(934_866))


def as_real(number):
    return value(number.bits, FORMATS["U64F64"])


@pytest.mark.rule("STAKE-CONVICTION-4")
@given(spans, rates)
def test_decay_is_within_the_enclosure_of_the_chains_exponential(blocks, rate):
    assert as_real(exp_decay(blocks, rate)) in ideal.decay_enclosure(blocks, rate)


@pytest.mark.rule("STAKE-CONVICTION-4")
@given(spans, rates)
@example(31, 1)
@example(32, 1)
def test_decay_is_at_most_an_ulp_low_and_64_of_itself_and_an_eighth_high(blocks, rate):
    exponent = real.mpf(-blocks) / rate if rate else real.zero
    if exponent >= ideal.LOWEST_EXPONENT:
        real_decay = ideal.decay(blocks, rate)
        ulps = (as_real(exp_decay(blocks, rate)) - real_decay) * real.mpf(2) ** 64
        assert -1 < ulps <= 64 * real_decay + real.mpf(1) / 8


@pytest.mark.rule("STAKE-CONVICTION-4")
def test_the_cut_of_the_series_shows_where_the_decay_is_small_but_not_least():
    """At -32 the rest of the series after 64 terms is 0.095 ulp, far more than 64 times the decay."""
    rest = real.mpf(2) ** 64 * ideal.decay(32, 1) * real.gammainc(64, 0, 32, regularized=True)
    assert rest > 64 * ideal.decay(32, 1) * 10**9
    ulps = [(as_real(exp_decay(32 * rate, rate)) - ideal.decay(32, 1)) * real.mpf(2) ** 64 for rate in (1, 7)]
    assert all(-1 < each <= rest + real.mpf(1) / 1000 for each in ulps)


@pytest.mark.rule("STAKE-CONVICTION-4")
def test_nothing_decays_below_exp_of_minus_40():
    assert exp_decay(10**9, 1) == exp_decay(40, 1) != ZERO


@pytest.mark.rule("STAKE-CONVICTION-1", "STAKE-CONVICTION-2", "STAKE-CONVICTION-3")
@given(masses, st.integers(0, 21 * 10**15), spans, rates, rates, st.booleans())
def test_a_rolled_lock_is_within_its_enclosures(mass, conviction, blocks, unlock, maturity, perpetual):
    lock = LockState(mass, U64F64.from_num(conviction), 0)
    rolled, _ = roll_forward(lock, blocks, unlock, maturity, owner=False, perpetual=perpetual)
    before = ideal.Lock(real.mpf(mass), real.mpf(conviction))
    mass_enclosure, conviction_enclosure = (
        ideal.rolled_enclosure(before, blocks, unlock, maturity, perpetual=perpetual)
        if blocks
        else map(Enclosure.exactly, before)
    )
    if rolled.locked_mass == 0 and rolled.conviction == ZERO:
        assert mass_enclosure.low < DUST
        assert conviction_enclosure.low < DUST
    else:
        assert rolled.locked_mass in mass_enclosure
        assert as_real(rolled.conviction) in conviction_enclosure


@pytest.mark.rule("STAKE-CONVICTION-1")
def test_an_owners_conviction_is_its_mass():
    rolled, _ = roll_forward(LockState(10**9, ZERO, 5), 5, 1, 1, owner=True, perpetual=False)
    assert rolled.conviction == U64F64.from_num(10**9)


@pytest.mark.rule("STAKE-CONVICTION-1")
def test_dust_needs_both_mass_and_conviction_below_a_hundred():
    small = U64F64.from_num(99)
    assert roll_forward(LockState(99, small, 5), 5, 1, 1, owner=False, perpetual=True)[0].locked_mass == 0
    for lock in (LockState(100, small, 5), LockState(99, U64F64.from_num(100), 5)):
        assert roll_forward(lock, 5, 1, 1, owner=False, perpetual=True)[0] == lock


def a_state():
    state = State()
    state.clock.block = 1000
    for hotkey in (HOTKEY, OTHER):
        state.hotkeys[hotkey].owner = BOB
    increase_stake(state, HOTKEY, ALICE, 1, 600)
    increase_stake(state, OTHER, ALICE, 1, 400)
    return state


def refusal(call):
    with pytest.raises(DispatchError) as caught:
        call()
    return caught.value.error


@pytest.mark.rule("STAKE-LOCK-1", "STAKE-LOCK-3", "STAKE-POSITION-1")
def test_a_lock_binds_stake_to_whichever_hotkey():
    state = a_state()
    locks.lock_stake(state, ALICE, 1, HOTKEY, 700)
    assert locks.available_to_unstake(state, ALICE, 1) == 300
    assert refusal(lambda: locks.require_available_to_unstake(state, ALICE, 1, 301)) is (
        SubtensorError.StakeUnavailable
    )


@pytest.mark.rule("STAKE-LOCK-1", "STAKE-LOCK-9")
def test_on_a_subnet_without_an_owner_hotkey_the_zero_account_stands_for_it():
    """``SubnetOwnerHotkey`` is a ``ValueQuery``: of the chain's own subnet 1 it reads as the zero account."""
    state = a_state()
    state.hotkeys[ZERO_ACCOUNT].owner = ZERO_ACCOUNT
    locks.lock_stake(state, ALICE, 1, ZERO_ACCOUNT, 700)
    assert state.owner_locks.peek(1).decaying == LockState(700, U64F64.from_num(700), 1000)
    assert state.hotkey_locks.peek((1, ZERO_ACCOUNT)).decaying is None
    locks.swap_hotkey_of_locks(state, 1, ZERO_ACCOUNT, OTHER)
    assert state.owner_locks.peek(1).decaying == LockState(700, U64F64.from_num(700), 1000)
    assert state.hotkey_locks.peek((1, OTHER)).decaying is None


@pytest.mark.rule("STAKE-LOCK-1")
def test_lock_refusals_come_in_the_chains_order():
    state = a_state()
    nobody = numbered_account(99)
    assert refusal(lambda: locks.lock_stake(state, ALICE, 1, nobody, 0)) is SubtensorError.AmountTooLow
    assert refusal(lambda: locks.lock_stake(state, ALICE, 1, nobody, 1)) is (
        SubtensorError.HotKeyAccountNotExists
    )
    locks.lock_stake(state, ALICE, 1, HOTKEY, 500)
    assert refusal(lambda: locks.lock_stake(state, ALICE, 1, OTHER, 10**9)) is (
        SubtensorError.LockHotkeyMismatch
    )
    assert refusal(lambda: locks.lock_stake(state, ALICE, 1, HOTKEY, 501)) is (
        SubtensorError.InsufficientStakeForLock
    )


@pytest.mark.rule("STAKE-LOCK-4")
def test_a_forced_reduction_takes_conviction_in_proportion():
    state = a_state()
    lock = LockState(400, U64F64.from_num(200), 1000)
    state.locks[ALICE, 1, HOTKEY].lock = lock
    state.lock_modes[ALICE, 1].decaying = False
    state.hotkey_locks[1, HOTKEY].perpetual = lock
    locks.force_reduce_lock(state, ALICE, 1, 100)
    # a quarter of the mass, so a quarter of the conviction; 1/4 is exact in binary
    left = LockState(300, U64F64.from_num(150), 1000)
    assert state.locks.peek((ALICE, 1, HOTKEY)).lock == left
    assert state.hotkey_locks.peek((1, HOTKEY)).perpetual == left


@pytest.mark.rule("STAKE-LOCK-7")
def test_of_equally_convincing_hotkeys_the_greatest_account_is_king():
    state = a_state()
    for hotkey in (OTHER, HOTKEY):
        state.hotkey_locks[1, hotkey].perpetual = LockState(500, U64F64.from_num(500), 1000)
    assert locks.subnet_king(state, 1) == max(HOTKEY, OTHER)


@pytest.mark.rule("STAKE-LOCK-2", "STAKE-LOCK-9")
def test_a_lock_moves_to_the_other_aggregate_when_it_becomes_perpetual():
    state = a_state()
    locks.lock_stake(state, ALICE, 1, HOTKEY, 500)
    assert state.hotkey_locks.peek((1, HOTKEY)).decaying == LockState(500, ZERO, 1000)
    locks.set_perpetual_lock(state, ALICE, 1, True)
    held = state.hotkey_locks.peek((1, HOTKEY))
    assert (held.perpetual, held.decaying) == (LockState(500, ZERO, 1000), None)
