"""Bounds of staking calls: vectors on both sides of each, and how far claims are from the ideal."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import taospec.conformance
from taospec.conformance.staking_bounds import BOUNDS, SWEPT, cases
from taospec.conformance.vector_file import read_vector_file
from taospec.reference.fixed_point import I96F32
from taospec.reference.staking.root_claims import book_root_stake, claim_root, owed, unbook_root_stake
from taospec.reference.staking.stake_ledger import decrease_stake, increase_stake, stake_of
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account

COMMITTED = Path(next(iter(taospec.conformance.__path__))) / "vectors" / "staking" / "staking_bounds.jsonl.gz"
CASES = list(cases())
HOTKEY, COLDKEY, OTHER = (numbered_account(number) for number in (101, 1, 2))
NETUID, ROOT = 1, 0


@pytest.mark.rule(
    "STAKE-CHECK-1",
    "STAKE-CHECK-2",
    "STAKE-LOCK-1",
    "STAKE-LOCK-3",
    "STAKE-MOVE-6",
    "STAKE-TAKE-3",
    "STAKE-TAKE-4",
)
@pytest.mark.rule(
    "STAKE-TAKE-5", "STAKE-CHILD-1", "STAKE-CHILD-4", "STAKE-CHILD-5", "STAKE-CLAIM-1", "STAKE-CLAIM-2"
)
def test_the_committed_bounds_are_those_of_the_reference():
    assert [line.case() for line in read_vector_file(COMMITTED).lines] == CASES


def changes(rule):
    bounds = zip(BOUNDS, CASES, strict=True)
    return [case.expected.out["value"] for bound, case in bounds if bound.rule == rule]


@pytest.mark.rule("STAKE-CLAIM-11")
def test_a_claim_one_rao_below_the_threshold_pays_nothing_and_one_at_it_pays_all():
    below, at = changes("STAKE-CLAIM-11")
    assert "RootClaimed" not in below["set"]
    assert at["set"]["TotalHotkeyAlpha"] == [["101", "1", str(10 * 10**9 + 1_000)]]


@pytest.mark.rule("STAKE-NOMINATOR-2")
def test_a_nomination_worth_less_than_the_minimum_is_swept_and_one_rao_more_is_not():
    below, at, _ = changes("STAKE-NOMINATOR-2")
    assert ["102", "1"] in below["removed"]["TotalHotkeyAlpha"]
    assert at["set"]["TotalHotkeyAlpha"] == [["102", "1", str(SWEPT + 1)]]


@pytest.mark.rule("STAKE-NOMINATOR-2")
def test_a_sweep_that_fails_deletes_the_stake_keeps_what_it_had_written_and_pays_nobody():
    """Alice leaves 300 rao of 10 alpha on root, whose account then has 100 rao: it dies of it.

    The pool gives 300 rao more than Alice gets, and of 20 alpha it has 10 left.
    """
    _, _, unpaid = changes("STAKE-NOMINATOR-2")
    balances = {row[0]: int(row[1]) for row in unpaid["set"]["Balances::Account"]}
    assert balances["1"] == 1_000 * 10**9 + 10 * 10**9 - 300
    assert ["0", str(10 * 10**9)] in unpaid["set"]["SubnetTAO"]
    assert ["102", "0"] in unpaid["removed"]["TotalHotkeyAlpha"]


# Claims, against the ideal in exact fractions.

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("arrive"), st.integers(1, 10**12)),
        st.tuples(st.just("leave"), st.integers(1, 10**12)),
        st.tuples(st.just("dividend"), st.integers(0, 2**34)),
        st.tuples(st.just("claim"), st.just(0)),
    ),
    max_size=12,
)


def root_staker(rate_bits=0):
    """A hotkey with a rate on one subnet; another holder than the one of the test keeps its pool alive."""
    state = State()
    for netuid in (ROOT, NETUID):
        state.subnets[netuid].added = state.subnets[netuid].subtoken_enabled = True
    state.hyperparameters[NETUID].root_claim_threshold = I96F32.from_num(0)
    state.coldkeys[COLDKEY].root_claim_type = ("Keep",)
    state.root_dividends[HOTKEY, NETUID].claimable = I96F32.from_bits(rate_bits)
    increase_stake(state, HOTKEY, OTHER, ROOT, 10**9)
    return state


@pytest.mark.rule("STAKE-CLAIM-6", "STAKE-CLAIM-7", "STAKE-CLAIM-8", "STAKE-CLAIM-11")
@settings(deadline=None, max_examples=300)
@given(st.integers(0, 2**33), STEPS)
def test_what_is_owed_is_the_ideal_to_a_rao_for_each_arrival_and_departure(rate_bits, steps):
    """Ideal: a dividend of rate d on stake s adds d * s, a claim takes the whole rao that are owed.

    An arrival makes owed high by less than 1 rao, a departure low by less than 1 unless the 0 cuts
    off. What the share pool says of the stake, times the rate, is not theirs.
    """
    state, ideal, rate, stake = root_staker(rate_bits), Fraction(0), Fraction(rate_bits, 2**32), 0
    arrivals = departures = 0

    def due():
        return Fraction(owed(state, HOTKEY, COLDKEY, NETUID).bits, 2**32)

    def due_on_true_stake():
        return due() - rate * (stake_of(state, HOTKEY, COLDKEY, ROOT) - stake)

    for kind, amount in steps:
        held = stake_of(state, HOTKEY, COLDKEY, ROOT)
        if kind == "arrive":
            increase_stake(state, HOTKEY, COLDKEY, ROOT, amount)
            book_root_stake(state, HOTKEY, COLDKEY, amount)
            stake += amount
            arrivals += 1
        elif kind == "leave" and held:
            amount = min(amount, held)
            booked = state.positions.peek((HOTKEY, COLDKEY, NETUID)).root_claimed
            decrease_stake(state, HOTKEY, COLDKEY, ROOT, amount)
            unbook_root_stake(state, HOTKEY, COLDKEY, amount)
            stake -= amount
            departures += 1
            if booked < int(rate * amount):
                ideal, arrivals, departures = due_on_true_stake(), 0, 0
        elif kind == "dividend":
            dividend = state.root_dividends[HOTKEY, NETUID]
            dividend.claimable = dividend.claimable.saturating_add(I96F32.from_bits(amount))
            rate += Fraction(amount, 2**32)
            ideal += Fraction(amount, 2**32) * stake
        elif kind == "claim":
            expected, held = max(int(due()), 0), stake_of(state, HOTKEY, COLDKEY, NETUID)
            claim_root(state, COLDKEY, (NETUID,))
            assert stake_of(state, HOTKEY, COLDKEY, NETUID) - held == expected
            assert due() < 1
            ideal -= expected
        error = due_on_true_stake() - ideal
        assert -departures <= error <= arrivals
        assert error not in {-departures, arrivals} - {0}


@pytest.mark.rule("STAKE-CLAIM-8")
def test_what_was_never_booked_is_forfeited_when_all_stake_leaves():
    """Staked before there was any rate: 10 rao at a rate of 3 are owed 30, and nothing once they are gone."""
    state = root_staker()
    increase_stake(state, HOTKEY, COLDKEY, ROOT, 10)
    state.root_dividends[HOTKEY, NETUID].claimable = I96F32.from_num(3)
    assert owed(state, HOTKEY, COLDKEY, NETUID) == I96F32.from_num(30)
    decrease_stake(state, HOTKEY, COLDKEY, ROOT, 10)
    unbook_root_stake(state, HOTKEY, COLDKEY, 10)
    assert owed(state, HOTKEY, COLDKEY, NETUID) == I96F32.zero()
