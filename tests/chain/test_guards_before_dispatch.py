"""What is refused before a call is dispatched, and in which order."""

from __future__ import annotations

from typing import Any

import pytest

from taospec.reference.chain.calls import CALLS, execute
from taospec.reference.chain.guards import ALLOWED_DURING_COLDKEY_SWAP, check_coldkey_swap
from taospec.reference.state.digest import state_digest
from taospec.reference.state.errors import DispatchError, SubtensorError
from taospec.reference.state.origin import ROOT
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account

ALICE, BOB, HOTKEY = numbered_account(1), numbered_account(2), numbered_account(11)
TRANSFER = {"dest": BOB, "value": 1_000}


def announced() -> State:
    state = State()
    state.accounts[ALICE].free = state.accounts[BOB].free = 10**9
    state.issuance.total = state.issuance.of_balances = 2 * 10**9
    state.coldkeys[ALICE].swap_announcement = (100, bytes(32))
    state.hotkeys[HOTKEY].owner = ALICE
    return state


@pytest.mark.rule("CHAIN-GUARD-2")
def test_a_coldkey_that_announced_its_swap_cannot_even_transfer() -> None:
    state = announced()
    before = state_digest(state)
    assert execute(state, "transfer_keep_alive", ALICE, TRANSFER, None).name == "guard:ColdkeySwapAnnounced"
    assert state_digest(state) == before


@pytest.mark.rule("CHAIN-GUARD-2")
def test_what_others_do_to_an_announced_coldkey_is_not_refused() -> None:
    state = announced()
    assert execute(state, "transfer_keep_alive", BOB, {"dest": ALICE, "value": 1_000}, None).name == "Ok"


@pytest.mark.rule("CHAIN-GUARD-2")
def test_only_the_calls_of_the_swap_pass_while_it_is_announced() -> None:
    state = announced()
    for name in ALLOWED_DURING_COLDKEY_SWAP:
        check_coldkey_swap(state, name, ALICE)
    for name in CALLS.keys() - ALLOWED_DURING_COLDKEY_SWAP:
        with pytest.raises(DispatchError) as refused:
            check_coldkey_swap(state, name, ALICE)
        assert refused.value.error is SubtensorError.ColdkeySwapAnnounced


@pytest.mark.rule("CHAIN-GUARD-2")
def test_a_disputed_swap_refuses_every_call() -> None:
    state = announced()
    state.coldkeys[ALICE].swap_dispute = 3
    before = state_digest(state)
    assert execute(state, "transfer_keep_alive", ALICE, TRANSFER, None).name == "guard:ColdkeySwapDisputed"
    assert state_digest(state) == before
    for name in ALLOWED_DURING_COLDKEY_SWAP:
        with pytest.raises(DispatchError) as refused:
            check_coldkey_swap(state, name, ALICE)
        assert refused.value.error is SubtensorError.ColdkeySwapDisputed


@pytest.mark.rule("CHAIN-GUARD-2")
def test_a_dispute_without_an_announcement_refuses_nothing() -> None:
    state = announced()
    state.coldkeys[ALICE].swap_announcement, state.coldkeys[ALICE].swap_dispute = None, 3
    assert execute(state, "transfer_keep_alive", ALICE, TRANSFER, None).name == "Ok"


@pytest.mark.rule("CHAIN-GUARD-1")
def test_the_guard_of_the_swap_comes_before_that_of_the_take() -> None:
    arguments = {"hotkey": HOTKEY, "take": 65_535}
    state = announced()
    assert execute(state, "increase_take", ALICE, arguments, None).name == "guard:ColdkeySwapAnnounced"
    state.coldkeys[ALICE].swap_announcement = None
    assert execute(state, "increase_take", ALICE, arguments, None).name == "guard:DelegateTakeTooHigh"


@pytest.mark.rule("CHAIN-GUARD-3")
@pytest.mark.parametrize("name", ["increase_take", "decrease_take"])
@pytest.mark.parametrize(
    ("signer", "hotkey", "take", "error"),
    [
        (BOB, BOB, 99, "DelegateTakeTooLow"),
        (BOB, BOB, 11_797, "DelegateTakeTooHigh"),
        (BOB, BOB, 100, "HotKeyAccountNotExists"),
        (BOB, HOTKEY, 11_796, "NonAssociatedColdKey"),
    ],
)
def test_takes_are_checked_before_dispatch_bounds_first(
    name: str, signer: bytes, hotkey: bytes, take: int, error: str
) -> None:
    state = State()
    state.hotkeys[HOTKEY].owner = ALICE
    state.parameters.min_delegate_take = 100
    before = state_digest(state)
    arguments: dict[str, Any] = {"hotkey": hotkey, "take": take}
    outcome = execute(state, name, signer, arguments, None)
    assert outcome.name == f"guard:{error}"
    assert state_digest(state) == before


@pytest.mark.rule("CHAIN-GUARD-1")
def test_guards_look_at_signed_origins_alone() -> None:
    arguments: dict[str, Any] = {"hotkey": HOTKEY, "take": 65_535}
    assert execute(announced(), "increase_take", ROOT, arguments, None).name == "BadOrigin"


@pytest.mark.rule("CHAIN-GUARD-1")
@pytest.mark.parametrize("name", CALLS)
def test_a_guard_takes_what_its_call_takes(name: str) -> None:
    call = CALLS[name]
    if call.guard is not None:
        assert call.guard.__code__.co_argcount == 2 + len(call.arguments)
