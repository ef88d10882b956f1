"""Each invariant notices a state that breaks it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from taospec.reference.chain.genesis import root_genesis
from taospec.reference.chain.invariants import INVARIANTS, violations
from taospec.reference.staking.stake_ledger import increase_stake
from taospec.reference.state.ledger import MAX_ISSUANCE
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account
from taospec.reference.subnets.uids import append_neuron

ALICE, BOB = numbered_account(1), numbered_account(2)


def sound() -> State:
    state = root_genesis({ALICE: 10**12, BOB: 10**9})
    state.subnets[1].added = True
    append_neuron(state, 1, ALICE)
    append_neuron(state, 1, BOB)
    increase_stake(state, ALICE, BOB, 1, 1_000)
    state.childkeys[ALICE, 1].children = ((5, BOB),)
    state.childkeys[BOB, 1].parents = ((5, ALICE),)
    return state


def _lost_balance(state: State) -> None:
    state.accounts[BOB].free -= 1


def _dust_on_the_wrong_side(state: State) -> None:
    state.issuance.total -= 1


def _too_much(state: State) -> None:
    state.accounts[ALICE].free = MAX_ISSUANCE + 1
    state.accounts[BOB].free = 0
    state.issuance.of_balances = state.issuance.total = MAX_ISSUANCE + 1


def _shares_of_nothing(state: State) -> None:
    state.hotkey_stakes[ALICE, 1].total_shares = state.positions[ALICE, BOB, 1].shares
    increase_stake(state, BOB, ALICE, 1, 7)
    state.positions[BOB, BOB, 1].shares = state.positions[BOB, ALICE, 1].shares


def _unbacked_pool(state: State) -> None:
    state.pools[1].tao_reserve = 1


def _two_uids(state: State) -> None:
    state.neurons[1, 1].hotkey = ALICE


def _short_vector(state: State) -> None:
    state.metagraphs[1].dividends = (0,)


def _unknown_child(state: State) -> None:
    state.childkeys[BOB, 1].parents = ()


def _unknown_parent(state: State) -> None:
    state.childkeys[ALICE, 1].children = ()


def _more_than_all(state: State) -> None:
    both = ((2**64 - 1, BOB), (1, numbered_account(3)))
    state.childkeys[ALICE, 1].children = both
    state.childkeys[BOB, 1].parents = ((2**64 - 1, ALICE),)
    state.childkeys[numbered_account(3), 1].parents = ((1, ALICE),)


PLANTED = [
    ("CHAIN-INVARIANT-1", _lost_balance),
    ("CHAIN-INVARIANT-1", _dust_on_the_wrong_side),
    ("CHAIN-INVARIANT-2", _too_much),
    ("CHAIN-INVARIANT-6", _shares_of_nothing),
    ("CHAIN-INVARIANT-7", _unbacked_pool),
    ("CHAIN-INVARIANT-8", _two_uids),
    ("CHAIN-INVARIANT-8", _short_vector),
    ("CHAIN-INVARIANT-16", _unknown_child),
    ("CHAIN-INVARIANT-16", _unknown_parent),
    ("CHAIN-INVARIANT-16", _more_than_all),
]


@pytest.mark.rule(
    "CHAIN-INVARIANT-1", "CHAIN-INVARIANT-2", "CHAIN-INVARIANT-6", "CHAIN-INVARIANT-7", "CHAIN-INVARIANT-8",
    "CHAIN-INVARIANT-16",
)  # fmt: skip
@pytest.mark.parametrize(("rule", "plant"), PLANTED)
def test_a_planted_violation_is_noticed_and_nothing_else(rule: str, plant: Callable[[State], None]) -> None:
    state = sound()
    assert violations(state) == []
    plant(state)
    assert {violation.rule for violation in violations(state)} == {rule}


def test_every_invariant_has_a_planted_violation() -> None:
    assert {rule for rule, _ in PLANTED} == set(INVARIANTS)
