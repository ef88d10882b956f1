"""Operation ``chain.apply_block``: a block's own step, then its calls.

``value`` has the results of the calls, the events, everything that the block set and removed, and the
digest of the state after it. ``stages`` has the same changes step by step, of the block's own step and
of each call: one that is refused sets and removes nothing, and leaves the digest before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from taospec.conformance.event_json import event_json
from taospec.conformance.operations import Inputs, Operation
from taospec.conformance.operations.decoding import amount, field, rows
from taospec.conformance.storage_changes import (
    Dump,
    decode_dump,
    dump_digest,
    encode_dump,
    storage_changes,
)
from taospec.conformance.timelock_stub import open_stub
from taospec.reference.chain.block import Block, Extrinsic, block_outcomes
from taospec.reference.chain.calls import modelled_call
from taospec.reference.state.origin import ROOT, Origin
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId, account, hash_256
from taospec.reference.state.upstream_names import export_state, import_state

SUCCESS: Final = "Ok"
"""The result of a call that returned no error."""


def apply_block(
    state: State, number: int, parent_hash: bytes, author: AccountId | None, calls: Any
) -> list[str]:
    """Play a block on the state; answers the result of every call."""
    block = decoded_block(number, parent_hash, author, calls)
    return [outcome.name for outcome in block_outcomes(state, block) if outcome is not None]


def decoded_block(number: int, parent_hash: bytes, author: AccountId | None, calls: Any) -> Block:
    """The block with these calls, which are in JSON form."""
    extrinsics = tuple(
        Extrinsic(call["call"], decode_origin(call["signer"]), call_arguments(call)) for call in calls
    )
    return Block(number, parent_hash, author, extrinsics, timelock=open_stub)


def decode_origin(signer: Any) -> Origin:
    """The maker of a call from its JSON form: an account, ``"root"``, or null."""
    if signer is None:
        return None
    return ROOT if signer == ROOT.value else account.from_json("signer", signer)


def call_arguments(call: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call as the reference takes them, from their JSON form.

    Raises:
        InvalidInputError: there is no such call, or an argument is not of its type.
    """
    name = call["call"]
    return {
        argument: kind.from_json(f"{name}.{argument}", call[argument])
        for argument, kind in modelled_call(name).arguments.items()
        if argument in call
    }


def unread_arguments(name: str) -> dict[str, Any]:
    """In JSON form, and of zero bytes, the arguments that a call declares and never reads."""
    kinds = modelled_call(name).ignored
    return {argument: kind.to_json(kind.decode(bytes(64), 0)[0]) for argument, kind in kinds.items()}


def _apply_block(inputs: Inputs) -> dict[str, Any]:
    before = decode_dump(field(inputs, "state"))
    state = import_state(before)
    author = decode_dump(field(inputs, "author"))
    block = decoded_block(
        amount(inputs, "block"),
        hash_256.from_json("parent_hash", field(inputs, "parent_hash")),
        None if author is None else account.from_json("author", author),
        [decode_dump(call) for call in rows(inputs, "calls")],
    )
    results: list[str] = []
    stages: list[list[Any]] = []
    after = before
    for outcome in block_outcomes(state, block):
        if outcome is not None:
            results.append(outcome.name)
        earlier, after = after, export_state(state)
        stages.append([_step_name(len(results)), _changes(earlier, after)])
    events = [encode_dump(event_json(event)) for event in state.events.take()]
    return {"value": {"results": results, "events": events, **_changes(before, after)}, "stages": stages}


def _step_name(calls: int) -> str:
    return f"call {calls - 1}" if calls else "block step"


def _changes(before: Dump, after: Dump) -> dict[str, Any]:
    """What was set and removed, and the digest after it."""
    changes = storage_changes(before, after)
    return {kind: encode_dump(changes[kind]) for kind in changes} | {"digest": dump_digest(after)}


REFERENCE: dict[str, Operation] = {"chain.apply_block": _apply_block}
"""Op name to the reference's answer."""
