"""What is checked before a signed call is accepted into a block.

A call that a guard refuses is never executed, and pays nothing. Guards of single calls are in the
catalogue, beside the call; they come after the ones here.

Source: ``pallets/subtensor/src/extensions/subtensor.rs``, ``pallets/subtensor/src/guards``.
"""

from __future__ import annotations

from typing import Any

from taospec.reference.chain.call import Call
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId


def check_guards(state: State, name: str, call: Call, signer: AccountId, arguments: list[Any]) -> None:
    """Run every guard of a call, in the chain's order.

    Raises:
        DispatchError: the first that refuses.

    Source: ``pallets/subtensor/src/extensions/subtensor.rs:86``.
    """
    if call.guard is not None:
        call.guard(state, signer, *arguments)
