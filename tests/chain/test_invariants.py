"""Each invariant notices what breaks it: a state, a step between two states, an operation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

import attrs
import pytest

from taospec.reference.chain import invariants_of_states
from taospec.reference.chain.block import Block, Extrinsic, block_outcomes, extrinsic_outcomes
from taospec.reference.chain.calls import Outcome
from taospec.reference.chain.fees import Payment
from taospec.reference.chain.genesis import root_genesis
from taospec.reference.chain.invariants import (
    INVARIANTS,
    Checker,
    OfReplay,
    OfState,
    OfStep,
    insertion_order_does_not_matter,
    replay_violations,
    step_violations,
    violations,
)
from taospec.reference.chain.invariants_of_operations import (
    clipping_problems,
    coalition_problems,
    price_problems,
)
from taospec.reference.chain.invariants_of_states import round_trip
from taospec.reference.chain.invariants_of_steps import (
    Step,
    copy_of,
    locks_bind_no_more_than_there_is,
    uncovered,
)
from taospec.reference.emission.epochs import epoch_input
from taospec.reference.fixed_point import I32F32, I96F32, U64F64
from taospec.reference.staking.stake_ledger import (
    decrease_stake,
    increase_stake,
    increase_stake_for_all,
    stake_of,
)
from taospec.reference.state.encoding import encode_state
from taospec.reference.state.errors import SubtensorError
from taospec.reference.state.events import Event
from taospec.reference.state.ledger import MAX_ISSUANCE, subnet_account
from taospec.reference.state.locks import LockState
from taospec.reference.state.origin import ROOT, Origin
from taospec.reference.state.pool import Pool
from taospec.reference.state.safe_float import SafeFloat
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account
from taospec.reference.subnets.uids import append_neuron
from taospec.reference.yuma.epoch import run_epoch

ALICE, BOB, CAROL = map(numbered_account, (1, 2, 3))
TAO = 10**9
NUMBER = 1_001


def sound() -> State:
    """A chain before block 1001, in which the epoch of its one subnet is due.

    Alice owns the subnet and validates, Bob mines; the pool has 1,000 TAO and as much alpha.
    """
    state = root_genesis({ALICE: 1_000 * TAO, BOB: TAO, subnet_account(1): 1_000 * TAO})
    subnet, pool, schedule = state.subnets[1], state.pools[1], state.schedules[1]
    subnet.added = subnet.subtoken_enabled = True
    subnet.first_emission_block = 900
    subnet.owner, subnet.owner_hotkey = ALICE, ALICE
    state.hotkeys[ALICE].owner = state.hotkeys[BOB].owner = ALICE
    state.network.subnets = 2
    append_neuron(state, 1, ALICE)
    append_neuron(state, 1, numbered_account(4))
    append_neuron(state, 1, BOB)
    pool.mechanism, pool.initialized = 1, True
    pool.tao_reserve = pool.alpha_in = 1_000 * TAO
    pool.alpha_out = 20 * TAO
    increase_stake(state, ALICE, BOB, 1, 9 * TAO)
    increase_stake(state, BOB, CAROL, 1, TAO)
    state.childkeys[ALICE, 1].children = ((5, BOB),)
    state.childkeys[BOB, 1].parents = ((5, ALICE),)
    state.emissions[1].moving_price = I96F32.from_num(2)
    schedule.tempo, schedule.last_epoch_block, state.clock.block = 10, 991, 1_000
    state.metagraphs[1].validator_permit = (True, True, False)
    state.mechanisms[1].last_update = (990, 990, 990)
    state.matrix_rows[1, 0].weights = ((1, 65_535), (2, 65_535))
    return state


def own_step() -> Step:
    """The own step of block 1001."""
    before = sound()
    after = copy_of(before, Random(1))
    block = Block(NUMBER, bytes(32))
    assert list(block_outcomes(after, block)) == [None]
    return Step(before=before, after=after, block=block, events=after.events.take())


def called(
    name: str,
    origin: Origin = ALICE,
    *,
    before: State | None = None,
    author: bytes | None = None,
    payment: Payment | None = None,
    **arguments: object,
) -> Step:
    """A call in block 1001, after its own step or in another state."""
    before = own_step().after if before is None else before
    after = copy_of(before, Random(2))
    extrinsic = Extrinsic(name, origin, arguments, payment)
    block = Block(NUMBER, bytes(32), author, extrinsics=(extrinsic,))
    (outcome,) = extrinsic_outcomes(after, block)
    events = after.events.take()
    return Step(before=before, after=after, block=block, extrinsic=extrinsic, outcome=outcome, events=events)


def paid(name: str, author: bytes | None, origin: Origin = ALICE, **arguments: object) -> Step:
    """A call that pays for its weight and length."""
    return called(name, origin, author=author, payment=Payment(weight=10**6, length=10), **arguments)


def transfer() -> Step:
    step = called("transfer_keep_alive", dest=BOB, value=7)
    assert step.outcome == Outcome()
    return step


def staking() -> Step:
    step = called("add_stake", ALICE, hotkey=ALICE, netuid=1, amount_staked=TAO)
    assert step.outcome == Outcome()
    return step


def dissolution() -> Step:
    step = called("root_dissolve_network", ROOT, netuid=1)
    assert step.outcome == Outcome()
    return step


# Plants in states.


def _lost_balance(state: State) -> None:
    state.accounts[BOB].free -= 1


def _dust_on_the_wrong_side(state: State) -> None:
    state.issuance.total -= 1


def _too_much(state: State) -> None:
    state.accounts[ALICE].free += MAX_ISSUANCE
    state.issuance.of_balances += MAX_ISSUANCE
    state.issuance.total += MAX_ISSUANCE


def _dying_account(state: State) -> None:
    state.accounts[ALICE].free += state.accounts[BOB].free - 499
    state.accounts[BOB].free = 499


def _shares_of_nothing(state: State) -> None:
    state.hotkey_stakes[ALICE, 1].total_shares = SafeFloat(10**20 + 1, -12)


def _two_uids(state: State) -> None:
    state.neurons[1, 1].hotkey = ALICE


def _uid_beyond(state: State) -> None:
    state.neurons[1, 3].hotkey = CAROL


def _short_vector(state: State) -> None:
    state.metagraphs[1].dividends = (0,)


def _uncounted_subnet(state: State) -> None:
    state.network.subnets = 7


def _more_incentive_than_all(state: State) -> None:
    state.mechanisms[1].incentive = (65_535, 1, 0)


def _more_dividends_than_all(state: State) -> None:
    state.metagraphs[1].dividends = (65_535, 1, 0)


def _unknown_child(state: State) -> None:
    state.childkeys[BOB, 1].parents = ()


def _unknown_parent(state: State) -> None:
    state.childkeys[ALICE, 1].children = ()


def _more_than_all(state: State) -> None:
    state.childkeys[ALICE, 1].children = ((2**64 - 1, BOB), (1, CAROL))
    state.childkeys[BOB, 1].parents = ((2**64 - 1, ALICE),)
    state.childkeys[CAROL, 1].parents = ((1, ALICE),)


def _circle(state: State) -> None:
    state.childkeys[ALICE, 1].parents = ((7, BOB),)
    state.childkeys[BOB, 1].children = ((7, ALICE),)


IN_STATES = [
    ("CHAIN-INVARIANT-1", _lost_balance),
    ("CHAIN-INVARIANT-1", _dust_on_the_wrong_side),
    ("CHAIN-INVARIANT-1", _dying_account),
    ("CHAIN-INVARIANT-2", _too_much),
    ("CHAIN-INVARIANT-8", _two_uids),
    ("CHAIN-INVARIANT-8", _uid_beyond),
    ("CHAIN-INVARIANT-8", _short_vector),
    ("CHAIN-INVARIANT-8", _uncounted_subnet),
    ("CHAIN-INVARIANT-9", _more_incentive_than_all),
    ("CHAIN-INVARIANT-9", _more_dividends_than_all),
    ("CHAIN-INVARIANT-16", _unknown_child),
    ("CHAIN-INVARIANT-16", _unknown_parent),
    ("CHAIN-INVARIANT-16", _more_than_all),
    ("CHAIN-INVARIANT-16", _circle),
]


@pytest.mark.rule(
    "CHAIN-INVARIANT-1", "CHAIN-INVARIANT-2", "CHAIN-INVARIANT-8", "CHAIN-INVARIANT-9", "CHAIN-INVARIANT-16"
)  # fmt: skip
@pytest.mark.parametrize(("rule", "plant"), IN_STATES)
def test_a_violation_planted_in_a_state_is_noticed_and_nothing_else(
    rule: str, plant: Callable[[State], None]
) -> None:
    state = sound()
    assert violations(state) == []
    plant(state)
    assert {violation.rule for violation in violations(state)} == {rule}


# Plants in steps.


def _minted_by_a_call() -> Step:
    step = staking()
    issuance = step.after.issuance
    issuance.total, issuance.of_balances = issuance.total + 1, issuance.of_balances + 1
    return step


def _total_falls_alone() -> Step:
    step = transfer()
    step.after.issuance.total -= 1
    return step


def _paid_to_an_account() -> Step:
    return _paid(subnet_account(1), ALICE)


def _paid_beyond_the_pool() -> Step:
    return _paid(ALICE, subnet_account(1))


def _paid(source: bytes, destination: bytes) -> Step:
    """One rao too few or too many of what was minted arrives at a subnet, whose account has some to spare."""
    step = own_step()
    for state in (step.before, step.after):
        state.accounts[subnet_account(1)].free += 10
    step.after.accounts[source].free -= 1
    step.after.accounts[destination].free += 1
    return step


def _alpha_from_a_block() -> Step:
    step = own_step()
    step.after.pools[1].alpha_out += 1
    return step


def _alpha_from_a_swap() -> Step:
    step = staking()
    step.after.pools[1].alpha_out += 1
    return step


def _alpha_kept_by_a_registration() -> Step:
    step = called("burned_register", ALICE, netuid=1, hotkey=CAROL)
    assert step.outcome == Outcome()
    step.after.pools[1].alpha_out += 1
    return step


def _alpha_not_recycled() -> Step:
    step = called("recycle_alpha", BOB, hotkey=ALICE, amount=5, netuid=1)
    assert step.outcome == Outcome()
    step.after.pools[1].alpha_out += 5
    return step


def _stake_out_of_nothing() -> Step:
    step = transfer()
    step.after.hotkey_stakes[ALICE, 1].total_alpha += 100 * TAO
    return step


def _claim_out_of_nothing() -> Step:
    step = transfer()
    for state in (step.before, step.after):
        increase_stake(state, ALICE, ALICE, 0, TAO)
        state.pools[1].alpha_out += int(uncovered(state, 1))
        assert uncovered(state, 1) == 0
    step.after.root_dividends[ALICE, 1].claimable = I96F32.from_num(1)
    return step


def _shares_out_of_nothing() -> Step:
    step = transfer()
    shares = step.after.positions[ALICE, BOB, 1].shares
    step.after.positions[ALICE, BOB, 1].shares = attrs.evolve(shares, mantissa=shares.mantissa + 10**5)
    return step


def _pool_out_of_nothing() -> Step:
    step = transfer()
    step.after.pools[1].tao_reserve += 10**6
    return step


def _uneven_incentive() -> Step:
    step = own_step()
    step.after.mechanisms[1].incentive = (0, 0, 60_000)
    return step


def _more_to_miners_than_drained() -> Step:
    step = own_step()
    events = tuple(
        Event(each.name, (("netuid", 1), ("emissions", (0, 0, 10 * TAO))))
        if each.name == "IncentiveAlphaEmittedToMiners"
        else each
        for each in step.events
    )
    assert events != step.events
    return attrs.evolve(step, events=events)


def _other_consensus() -> Step:
    step = own_step()
    step.after.metagraphs[1].consensus = (1, 2, 3)
    return step


def _moved_weight() -> Step:
    step = own_step()
    step.after.pools[1].quote_weight += 3
    return step


def _locked_too_much() -> Step:
    step = transfer()
    step.after.locks[BOB, 1, ALICE].lock = LockState(100 * TAO, U64F64.zero(), NUMBER)
    return step


def _second_slot() -> Step:
    step = own_step()
    assert step.after.schedules[1].epoch_index == 1
    step.after.schedules[1].epoch_index = 2
    return step


def _slot_not_due() -> Step:
    step = own_step()
    step.before.schedules[1].last_epoch_block = 995
    return step


def _missed_slot() -> Step:
    step = own_step()
    step.after.schedules[1].epoch_index = 0
    step.after.schedules[1].last_epoch_block = 991
    return step


def _slot_noted_elsewhere() -> Step:
    step = own_step()
    step.after.schedules[1].last_epoch_block = 1_000
    return step


def _deferred_for_nothing() -> Step:
    step = own_step()
    deferred = Event("EpochDeferred", (("netuid", 1), ("from_block", NUMBER), ("to_block", NUMBER + 1)))
    return attrs.evolve(step, events=(*step.events, deferred))


def _unequal_shares_of_a_pot() -> Step:
    step = dissolution()
    step.after.accounts[BOB].free -= 2 * TAO
    step.after.accounts[CAROL].free += 2 * TAO
    return step


def _pot_not_paid_out() -> Step:
    step = dissolution()
    for part in ("of_balances", "total"):
        setattr(step.after.issuance, part, getattr(step.after.issuance, part) - 1)
    return step


def _left_on_the_account() -> Step:
    step = dissolution()
    step.after.accounts[BOB].free -= 1
    step.after.accounts[subnet_account(1)].free += 1
    return step


def _changed_by_refusal() -> Step:
    step = called("transfer_keep_alive", dest=BOB, value=10**18)
    assert step.is_refused
    step.after.coldkeys[CAROL].flags = 1
    return step


def _event_of_a_refusal() -> Step:
    step = called("transfer_keep_alive", dest=BOB, value=10**18)
    return attrs.evolve(step, events=(Event("RootClaimed", (("coldkey", BOB),)),))


IN_STEPS = [
    ("CHAIN-INVARIANT-1", _total_falls_alone),
    ("CHAIN-INVARIANT-2", _minted_by_a_call),
    ("CHAIN-INVARIANT-3", _paid_to_an_account),
    ("CHAIN-INVARIANT-3", _paid_beyond_the_pool),
    ("CHAIN-INVARIANT-4", _alpha_from_a_block),
    ("CHAIN-INVARIANT-4", _alpha_from_a_swap),
    ("CHAIN-INVARIANT-4", _alpha_kept_by_a_registration),
    ("CHAIN-INVARIANT-4", _alpha_not_recycled),
    ("CHAIN-INVARIANT-5", _stake_out_of_nothing),
    ("CHAIN-INVARIANT-5", _claim_out_of_nothing),
    ("CHAIN-INVARIANT-6", _shares_out_of_nothing),
    ("CHAIN-INVARIANT-7", _pool_out_of_nothing),
    ("CHAIN-INVARIANT-9", _uneven_incentive),
    ("CHAIN-INVARIANT-9", _more_to_miners_than_drained),
    ("CHAIN-INVARIANT-10", _other_consensus),
    ("CHAIN-INVARIANT-11", _moved_weight),
    ("CHAIN-INVARIANT-13", _locked_too_much),
    ("CHAIN-INVARIANT-14", _second_slot),
    ("CHAIN-INVARIANT-14", _slot_not_due),
    ("CHAIN-INVARIANT-14", _missed_slot),
    ("CHAIN-INVARIANT-14", _slot_noted_elsewhere),
    ("CHAIN-INVARIANT-14", _deferred_for_nothing),
    ("CHAIN-INVARIANT-15", _unequal_shares_of_a_pot),
    ("CHAIN-INVARIANT-15", _pot_not_paid_out),
    ("CHAIN-INVARIANT-15", _left_on_the_account),
    ("CHAIN-INVARIANT-17", _changed_by_refusal),
    ("CHAIN-INVARIANT-17", _event_of_a_refusal),
]


@pytest.mark.rule(
    "CHAIN-INVARIANT-1", "CHAIN-INVARIANT-2", "CHAIN-INVARIANT-3", "CHAIN-INVARIANT-4",
    "CHAIN-INVARIANT-5", "CHAIN-INVARIANT-6", "CHAIN-INVARIANT-7", "CHAIN-INVARIANT-9",
    "CHAIN-INVARIANT-10", "CHAIN-INVARIANT-11", "CHAIN-INVARIANT-13", "CHAIN-INVARIANT-14",
    "CHAIN-INVARIANT-15", "CHAIN-INVARIANT-17",
)  # fmt: skip
@pytest.mark.parametrize(("rule", "planted"), IN_STEPS)
def test_a_violation_planted_in_a_step_is_noticed_and_nothing_else(
    rule: str, planted: Callable[[], Step]
) -> None:
    assert {violation.rule for violation in step_violations(planted())} == {rule}


@pytest.mark.parametrize("step", [own_step, transfer, staking, dissolution])
def test_a_step_without_a_plant_keeps_every_invariant(step: Callable[[], Step]) -> None:
    assert step_violations(step()) == []


def test_every_invariant_has_a_planted_violation() -> None:
    planted = {rule for rule, _ in IN_STATES} | {rule for rule, _ in IN_STEPS}
    assert planted | {"CHAIN-INVARIANT-12", "CHAIN-INVARIANT-18"} == set(INVARIANTS)
    assert set(INVARIANTS) == {f"CHAIN-INVARIANT-{number}" for number in range(1, 19)}


# Fees.

FEE = 54_078 + 500 + 10
"""Rao: (108,157,000 + 999) // 2000 for the base, (1,000,000 + 999) // 2000 for the call, and 10 bytes."""


@pytest.mark.rule("CHAIN-INVARIANT-17", "CHAIN-FEE-9")
@pytest.mark.parametrize("author", [CAROL, None])
def test_a_refused_call_that_pays_changes_what_its_fee_changes_and_no_more(author: bytes | None) -> None:
    step = paid("transfer_keep_alive", author, dest=BOB, value=10**18)
    assert step.is_refused
    lost = step.before.accounts[ALICE].free - step.after.accounts[ALICE].free
    assert lost == FEE
    assert step_violations(step) == []
    step.after.coldkeys[CAROL].flags = 1
    assert {each.rule for each in step_violations(step)} == {"CHAIN-INVARIANT-17"}


@pytest.mark.rule("CHAIN-INVARIANT-1")
def test_a_fee_without_an_author_parts_the_issuances_by_the_fee_and_no_more() -> None:
    step = paid("transfer_keep_alive", None, dest=BOB, value=7)
    issuance = step.after.issuance
    assert issuance.total - issuance.of_balances == FEE
    assert step_violations(step) == []
    issuance.of_balances -= 1
    assert {each.rule for each in step_violations(step)} == {"CHAIN-INVARIANT-1"}


@pytest.mark.rule("CHAIN-INVARIANT-1")
def test_dust_of_a_transfer_parts_the_issuances_by_what_was_left_and_no_more() -> None:
    step = called("transfer_allow_death", BOB, dest=ALICE, value=TAO - 499)
    issuance = step.after.issuance
    assert issuance.total - issuance.of_balances == 499
    assert step_violations(step) == []
    issuance.of_balances += 1
    assert {each.rule for each in step_violations(step)} == {"CHAIN-INVARIANT-1"}


@pytest.mark.rule("CHAIN-INVARIANT-15")
@pytest.mark.parametrize("author", [CAROL, None])
def test_a_subnet_that_makes_room_pays_everything_out_beside_lock_and_fee(author: bytes | None) -> None:
    before = own_step().after
    before.parameters.subnet_limit, before.parameters.network_immunity_period = 1, 0
    before.parameters.network_min_lock_cost = TAO
    step = called(
        "register_network",
        author=author,
        payment=Payment(weight=10**6, length=10),
        before=before,
        hotkey=numbered_account(5),
    )
    assert step.outcome == Outcome()
    assert step.netuids_of("NetworkRemoved") == step.netuids_of("NetworkAdded") == [1]
    assert step_violations(step) == []
    step.after.accounts[BOB].free -= 2 * TAO
    step.after.accounts[CAROL].free += 2 * TAO
    assert {each.rule for each in step_violations(step)} == {"CHAIN-INVARIANT-15"}


@pytest.mark.rule("CHAIN-INVARIANT-13", "CHAIN-FEE-5")
def test_a_fee_in_alpha_is_taken_whatever_the_lock_binds() -> None:
    """Carol has no TAO, and all her stake is locked: the call is refused, and her fee breaks the lock."""
    before = own_step().after
    before.lock_modes[CAROL, 1].decaying = False
    stake = stake_of(before, BOB, CAROL, 1)
    before.accounts[CAROL].free = 500
    before.accounts[ALICE].free -= 500
    before.locks[CAROL, 1, BOB].lock = LockState(stake, U64F64.from_num(1_000), NUMBER)
    step = called(
        "recycle_alpha",
        CAROL,
        author=ALICE,
        payment=Payment(weight=10**6, length=10),
        before=before,
        hotkey=BOB,
        amount=5,
        netuid=1,
    )
    assert step.outcome == Outcome(SubtensorError.StakeUnavailable)
    assert len(step.fields_of("TransactionFeePaidWithAlpha")) == 1
    assert stake_of(step.after, BOB, CAROL, 1) < stake - 10_000
    assert step_violations(step) == []
    events = tuple(each for each in step.events if each.name != "TransactionFeePaidWithAlpha")
    silent = attrs.evolve(step, outcome=Outcome(), events=events)
    assert "CHAIN-INVARIANT-13" in {each.rule for each in step_violations(silent)}


# Operations.


@pytest.mark.rule("CHAIN-INVARIANT-6")
def test_stakers_with_more_than_their_pool_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invariants_of_states, "stake_of", lambda *place: stake_of(*place) + 1)
    assert {each.rule for each in violations(sound())} == {"CHAIN-INVARIANT-6"}


@pytest.mark.rule("CHAIN-INVARIANT-10")
def test_a_weight_above_consensus_and_a_moved_consensus_are_noticed() -> None:
    inputs = epoch_input(own_step().before, 1, 0, 0)
    stages, half = run_epoch(inputs).intermediate, I32F32.from_bits(2**31)
    assert stages.clipped_weights[0] == [(1, half), (2, half)]
    assert list(clipping_problems(stages, half)) == []
    higher = attrs.evolve(stages, clipped_weights=[[(1, I32F32.one())], [], []])
    assert list(clipping_problems(higher, half)) == [
        f"uid 0 keeps the weight {2**32} for 1 above {2**31}",
    ]
    lower = attrs.evolve(stages, consensus=[half, half, I32F32.zero()], clipped_weights=[[], [], []])
    assert [each[:9] for each in clipping_problems(lower, half)] == ["target 0:", "target 2:"]


@pytest.mark.rule("CHAIN-INVARIANT-10")
@pytest.mark.parametrize(
    ("agreed", "problem"),
    [(10, "kappa or more give more"), (20, None), (30, "more than 1 - kappa give less"), (31, "more than")],
)
def test_consensus_is_where_neither_coalition_can_move_it(agreed: int, problem: str | None) -> None:
    """Of three voters with 30, 30 and 40 % and kappa a half, the one in the middle decides."""
    stake, scores = ([I32F32.from_bits(each) for each in row] for row in ((30, 30, 40), (10, 20, 30)))
    found = list(coalition_problems(stake, scores, I32F32.from_bits(50), I32F32.from_bits(agreed)))
    assert [each[: len(problem or "")] for each in found] == ([problem] if problem else [])


@pytest.mark.rule("CHAIN-INVARIANT-10")
def test_a_majority_of_all_takes_the_lowest_weight_also_where_rounding_makes_it_more_than_all() -> None:
    stake, scores = ([I32F32.from_bits(each) for each in row] for row in ((30, 30, 39), (10, 20, 30)))
    short = I32F32.from_bits(99 - 100)
    assert list(coalition_problems(stake, scores, short, I32F32.from_bits(10))) == []
    assert len(list(coalition_problems(stake, scores, short, I32F32.from_bits(20)))) == 1
    assert list(coalition_problems([], [], short, I32F32.zero())) == []


@pytest.mark.rule("CHAIN-INVARIANT-11")
def test_only_the_weight_that_keeps_the_price_is_accepted() -> None:
    """A pool whose TAO doubles: alpha's part of the equal weights becomes a third, TAO's two thirds."""
    pool = Pool(mechanism=1, initialized=True, tao_reserve=1_000 * TAO, alpha_in=1_000 * TAO)
    kept = 2 * 10**18 // 3
    assert list(price_problems(pool, 1_000 * TAO, 0, kept)) == []
    for weight in (kept - 1, kept + 1, 5 * 10**17):
        assert len(list(price_problems(pool, 1_000 * TAO, 0, weight))) == 1


@pytest.mark.rule("CHAIN-INVARIANT-12")
def test_a_pool_that_pays_two_rao_too_much_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = sound().pools[1]
    assert list(round_trip(pool, TAO)) == []
    paid = invariants_of_states.payout
    monkeypatch.setattr(invariants_of_states, "payout", lambda *swap: paid(*swap) + 2)
    problems = list(round_trip(pool, TAO))
    assert "which sells for" in problems[0]
    assert "exact is" in problems[1]
    assert {each.rule for each in violations(sound())} == {"CHAIN-INVARIANT-12"}


@pytest.mark.rule("CHAIN-INVARIANT-13")
def test_rounding_alone_may_bring_a_stake_a_rao_below_its_lock() -> None:
    """2 rao and a dividend of 1 are worth 3; another stakes 2 and withdraws 1, and they are worth 2."""
    before = State()
    before.parameters.unlock_rate = before.parameters.maturity_rate = 2**40
    increase_stake(before, ALICE, BOB, 1, 2)
    increase_stake_for_all(before, ALICE, 1, 1)
    assert stake_of(before, ALICE, BOB, 1) == 3
    before.lock_modes[BOB, 1].decaying = False
    before.locks[BOB, 1, ALICE].lock = LockState(3, U64F64.from_num(1_000), 0)
    after = copy_of(before, Random(1))
    increase_stake(after, ALICE, CAROL, 1, 2)
    decrease_stake(after, ALICE, CAROL, 1, 1)
    assert stake_of(after, ALICE, BOB, 1) == 2
    step = Step(before=before, after=after, block=Block(1, bytes(32)))
    assert list(locks_bind_no_more_than_there_is(step)) == []
    after.locks[BOB, 1, ALICE].lock = LockState(4, U64F64.from_num(1_000), 0)
    assert len(list(locks_bind_no_more_than_there_is(step))) == 1


@pytest.mark.rule("CHAIN-INVARIANT-18")
def test_a_step_that_depends_on_the_order_of_insertion_is_noticed() -> None:
    step = own_step()
    other = copy_of(step.after, Random(3))
    again = attrs.evolve(step, after=other)
    assert encode_state(other) == encode_state(step.after)
    assert replay_violations(step, again) == []
    other.pools[1].volume += 1
    assert {each.rule for each in replay_violations(step, again)} == {"CHAIN-INVARIANT-18"}
    assert list(insertion_order_does_not_matter(step, attrs.evolve(step, events=())))


# The checker.


def checked(state: State, block: Block, tamper: Callable[[State], None] | None = None) -> set[str]:
    """The rules that a block breaks whose own step is tampered with."""

    def outcomes() -> Iterator[Outcome | None]:
        for outcome in block_outcomes(state, block):
            if outcome is None and tamper is not None:
                tamper(state)
            yield outcome

    checker = Checker(state)
    list(checker.watched(block, outcomes()))
    return {violation.rule for violation in checker.take()}


CALLS = (
    Extrinsic("transfer_keep_alive", ALICE, {"dest": BOB, "value": 7}),
    Extrinsic("transfer_keep_alive", ALICE, {"dest": BOB, "value": 10**18}),
)


def test_a_checker_finds_nothing_in_a_sound_block() -> None:
    assert checked(sound(), Block(NUMBER, bytes(32), extrinsics=CALLS)) == set()


def test_a_checker_names_every_rule_that_a_tampered_block_breaks() -> None:
    def give_away(state: State) -> None:
        state.accounts[BOB].free += 1

    broken = checked(sound(), Block(NUMBER, bytes(32), extrinsics=CALLS), give_away)
    assert broken == {"CHAIN-INVARIANT-1", "CHAIN-INVARIANT-18"}


def test_a_checker_passes_over_what_was_broken_before() -> None:
    state = sound()
    state.network.subnets = 7
    assert checked(state, Block(NUMBER, bytes(32), extrinsics=CALLS)) == set()


def test_every_part_of_an_invariant_is_of_one_kind_and_carries_its_rule() -> None:
    for rule, parts in INVARIANTS.items():
        for part in parts:
            assert isinstance(part, OfState | OfStep | OfReplay)
            assert rule in part.check.__rules__  # type: ignore[attr-defined]
