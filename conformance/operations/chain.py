"""Operation ``chain.apply_block``: a block's own step, then its calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from taospec.conformance.operations import Inputs, Operation
from taospec.conformance.operations.decoding import amount, field, rows
from taospec.conformance.storage_changes import decode_dump, encode_dump, storage_changes
from taospec.reference.chain.block_step import block_step
from taospec.reference.chain.calls import CALLS, execute
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.state.accounts import Coldkey
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId, account, hash_256
from taospec.reference.state.upstream_names import export_state, import_state

SUCCESS: Final = "Ok"
"""The result of a call that returned no error."""

_CLAIM_TYPE: Final = next(each for each in Coldkey.FIELDS if each.name == "root_claim_type").type


def apply_block(
    state: State, number: int, parent_hash: bytes, author: AccountId | None, calls: Any
) -> list[str]:
    """Play a block on the state; answers the result of every call."""
    state.clock.block = number
    block_step(state, parent_hash)
    results = []
    for call in calls:
        signer = account.from_json("signer", call["signer"])
        error = execute(state, call["call"], signer, call_arguments(call), author)
        results.append(SUCCESS if error is None else error.value)
    return results


def call_arguments(call: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call as the reference takes them, from their JSON form.

    Raises:
        InvalidInputError: there is no such call, or an account or claim type is none.
    """
    name = call["call"]
    if name not in CALLS:
        raise InvalidInputError("call", name, "is not a call that is modelled")
    return {
        argument: _DECODED.get(argument, _as_is)(f"{name}.{argument}", call[argument])
        for argument in CALLS[name].arguments
        if argument in call
    }


def _apply_block(inputs: Inputs) -> dict[str, Any]:
    before = decode_dump(field(inputs, "state"))
    state = import_state(before)
    author = decode_dump(field(inputs, "author"))
    results = apply_block(
        state,
        amount(inputs, "block"),
        hash_256.from_json("parent_hash", field(inputs, "parent_hash")),
        None if author is None else account.from_json("author", author),
        [decode_dump(call) for call in rows(inputs, "calls")],
    )
    changes = storage_changes(before, export_state(state))
    return {"value": {"results": results, **{kind: encode_dump(changes[kind]) for kind in changes}}}


def _as_is(_: str, value: Any) -> Any:
    return value


def _children(name: str, value: Any) -> tuple[tuple[int, AccountId], ...]:
    return tuple((proportion, account.from_json(name, child)) for proportion, child in value)


_DECODED: Final[Mapping[str, Callable[[str, Any], Any]]] = {
    "hotkey": account.from_json,
    "dest": account.from_json,
    "destination_coldkey": account.from_json,
    "destination_hotkey": account.from_json,
    "origin_hotkey": account.from_json,
    "children": _children,
    "new_root_claim_type": _CLAIM_TYPE.from_json,
}

REFERENCE: dict[str, Operation] = {"chain.apply_block": _apply_block}
"""Op name to the reference's answer."""
