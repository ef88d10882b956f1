"""What a block does on its own, and how it executes calls."""

from __future__ import annotations

import inspect

import pytest

from taospec.reference.chain.block_step import HOTKEY_SWAP_INTERVAL, block_step, forget_hotkey_swaps
from taospec.reference.chain.call import Call
from taospec.reference.chain.calls import CALLS, Outcome, execute
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.state.digest import state_digest
from taospec.reference.state.errors import FrameError, SubtensorError
from taospec.reference.state.origin import ROOT, Origin
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account

ALICE, BOB = numbered_account(1), numbered_account(2)


@pytest.mark.rule("CHAIN-BLOCK-1")
@pytest.mark.parametrize(("age", "kept"), [(HOTKEY_SWAP_INTERVAL, True), (HOTKEY_SWAP_INTERVAL + 1, False)])
def test_a_swap_is_forgotten_when_it_is_more_than_an_interval_old(age: int, kept: bool) -> None:
    state = State()
    state.subnets[3].added = True
    state.clock.block = 5 * HOTKEY_SWAP_INTERVAL + 3
    state.hotkey_swap_limits[3, ALICE].last_block = state.clock.block - age
    forget_hotkey_swaps(state)
    assert ((3, ALICE) in state.hotkey_swap_limits) is kept


@pytest.mark.rule("CHAIN-BLOCK-1")
def test_swaps_are_forgotten_only_on_the_subnet_whose_turn_it_is() -> None:
    state = State()
    for netuid in (3, 4):
        state.subnets[netuid].added = True
        state.hotkey_swap_limits[netuid, ALICE].last_block = 1
    state.clock.block = 5 * HOTKEY_SWAP_INTERVAL + 4
    forget_hotkey_swaps(state)
    assert list(state.hotkey_swap_limits) == [(3, ALICE)]


@pytest.mark.rule("CHAIN-BLOCK-2")
def test_prices_decay_and_counters_restart_at_the_start_of_a_block() -> None:
    state = State()
    state.subnets[1].added = True
    state.hyperparameters[1].burn_half_life = 1
    registration = state.registrations[1]
    registration.burn, registration.this_block, registration.this_interval = 3_000_000, 2, 5
    state.clock.block = 2
    block_step(state, bytes(32))
    # the factor of a half-life of one block is exactly 1/2
    assert (registration.burn, registration.this_block, registration.this_interval) == (1_500_000, 0, 5)


@pytest.mark.rule("CHAIN-CALL-1")
def test_a_call_that_returns_an_error_changes_neither_state_nor_events() -> None:
    state = State()
    state.accounts[ALICE].free = 10**12
    before = state_digest(state)
    arguments = {"hotkey": BOB, "netuid": 9, "amount_staked": 10**9}
    assert execute(state, "add_stake", ALICE, arguments, None).error is SubtensorError.SubnetNotExists
    assert state_digest(state) == before
    assert state.events.take() == ()


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [("mine", {}, "call"), ("add_stake", {"hotkey": BOB, "netuid": 1}, "add_stake.amount_staked")],
)
def test_an_unknown_call_and_a_missing_argument_are_named(
    name: str, arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message):
        execute(State(), name, ALICE, arguments, None)


@pytest.mark.parametrize(("name", "call"), CALLS.items(), ids=CALLS)
def test_every_call_declares_as_many_arguments_as_its_function_takes(name: str, call: Call) -> None:
    """Binding refuses too few and too many; only a setter takes any number, and counts for itself."""
    given = [None] * (1 + (call.maker != "root") + len(call.arguments) + call.pays_author)
    assert inspect.signature(call.function).bind(*given).args == tuple(given)


@pytest.mark.rule("CHAIN-CALL-1")
@pytest.mark.parametrize("origin", [ROOT, None])
def test_nobody_but_an_account_makes_the_calls_of_accounts(origin: Origin) -> None:
    outcome = execute(State(), "set_perpetual_lock", origin, {"netuid": 1, "enabled": True}, None)
    assert outcome == Outcome(FrameError.BadOrigin)
    assert outcome.name == "BadOrigin"


def test_an_argument_that_is_not_of_its_type_is_named() -> None:
    with pytest.raises(InvalidInputError, match=r"add_stake\.netuid.*65536"):
        execute(State(), "add_stake", ALICE, {"hotkey": BOB, "netuid": 65_536, "amount_staked": 1}, None)
