"""What is checked before a signed call is accepted into a block.

A call that a guard refuses is never executed, and pays nothing. Guards of single calls are in the
catalogue, beside the call; they come after the ones here.

Source: ``pallets/subtensor/src/extensions/subtensor.rs``, ``pallets/subtensor/src/guards``.
"""

from __future__ import annotations

from typing import Any, Final

from taospec.reference.chain.call import Call
from taospec.reference.rules import implements
from taospec.reference.staking.positions import require
from taospec.reference.state.errors import SubtensorError
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId

ALLOWED_DURING_COLDKEY_SWAP: Final = frozenset(
    {
        "announce_coldkey_swap",
        "swap_coldkey_announced",
        "dispute_coldkey_swap",
        "clear_coldkey_swap_announcement",
    }
)
"""Calls of a coldkey whose swap is announced; every other is refused, a transfer too."""


@implements("CHAIN-GUARD-1")
def check_guards(state: State, name: str, call: Call, signer: AccountId, arguments: list[Any]) -> None:
    """Run every guard of a call, in the chain's order.

    Upstream goes on with weights, rate limits, takes, serving and EVM keys. Only the guards of
    weights and of rate limits look at the same calls: those put both, in this order, into the
    call's own guard.

    Raises:
        DispatchError: the first that refuses.

    Source: ``pallets/subtensor/src/extensions/subtensor.rs:86``.
    """
    check_coldkey_swap(state, name, signer)
    if call.guard is not None:
        call.guard(state, signer, *arguments)


@implements("CHAIN-GUARD-2")
def check_coldkey_swap(state: State, name: str, signer: AccountId) -> None:
    """Refuse what a coldkey may not do while its swap is announced.

    Raises in this order:
        ColdkeySwapDisputed: the announced swap is disputed, whatever the call.
        ColdkeySwapAnnounced: the call is none of :data:`ALLOWED_DURING_COLDKEY_SWAP`.

    Source: ``pallets/subtensor/src/guards/check_coldkey_swap.rs:33``.
    """
    coldkey = state.coldkeys.peek(signer)
    if coldkey.swap_announcement is None:
        return
    require(coldkey.swap_dispute is None, SubtensorError.ColdkeySwapDisputed)
    require(name in ALLOWED_DURING_COLDKEY_SWAP, SubtensorError.ColdkeySwapAnnounced)
