"""``chain.author``, ``chain.block_hash``, ``chain.extrinsics_digest`` and ``chain.import_block``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from taospec.conformance.answers import ProtocolError
from taospec.conformance.operations import Inputs, Operation
from taospec.conformance.operations.chain import call_arguments, decode_origin
from taospec.conformance.operations.decoding import amount, field, rows
from taospec.conformance.operations.fees import decode_payment
from taospec.conformance.storage_changes import decode_dump
from taospec.conformance.timelock_stub import open_stub
from taospec.reference.chain.block import Block, Extrinsic
from taospec.reference.chain.header import (
    Header,
    HeaderError,
    author_of,
    block_hash,
    encoded_extrinsic,
    encoded_header,
    extrinsics_digest,
    import_block,
    slot_at,
)
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.state.digest import state_digest
from taospec.reference.state.storage_types import AccountId, OptionalType, account, hash_256, u64
from taospec.reference.state.upstream_names import import_state

_slot = OptionalType(u64)
_author = OptionalType(account)


def decode_header(content: Any) -> Header:
    """A header from its JSON form.

    Raises:
        InvalidInputError: a field is missing or not of its type.
    """
    if not isinstance(content, Mapping):
        raise InvalidInputError("header", content, "must be an object")
    return Header(
        number=amount(content, "number"),
        parent_hash=hash_256.from_json("parent_hash", field(content, "parent_hash")),
        slot=_slot.from_json("slot", decode_dump(field(content, "slot"))),
        author=_author.from_json("author", decode_dump(field(content, "author"))),
        extrinsics_digest=hash_256.from_json("extrinsics_digest", field(content, "extrinsics_digest")),
        state_digest=hash_256.from_json("state_digest", field(content, "state_digest")),
    )


def decode_extrinsics(inputs: Inputs) -> tuple[Extrinsic, ...]:
    """The calls of a block, each ``{"call": ..., "payment": ...}``, from their JSON form.

    Raises:
        InvalidInputError: a call is not modelled, or a field is missing or not of its type.
    """
    extrinsics = []
    for row in rows(inputs, "extrinsics"):
        call = decode_dump(field(row, "call"))
        payment = decode_payment(field(row, "payment"))
        extrinsics.append(
            Extrinsic(call["call"], decode_origin(call["signer"]), call_arguments(call), payment)
        )
    return tuple(extrinsics)


def _authorities(inputs: Inputs) -> list[AccountId]:
    return [account.from_json("authorities", decode_dump(who)) for who in rows(inputs, "authorities")]


def _author_at(inputs: Inputs) -> dict[str, Any]:
    slot = slot_at(amount(inputs, "milliseconds"))
    who = author_of(slot, _authorities(inputs))
    return {"value": {"slot": str(slot), "author": None if who is None else str(account.to_json(who))}}


def _block_hash(inputs: Inputs) -> dict[str, Any]:
    header = decode_header(field(inputs, "header"))
    return {
        "value": {"encoded": _hexadecimal(encoded_header(header)), "hash": _hexadecimal(block_hash(header))}
    }


def _extrinsics_digest(inputs: Inputs) -> dict[str, Any]:
    extrinsics = decode_extrinsics(inputs)
    return {
        "value": {
            "encoded": [_hexadecimal(encoded_extrinsic(extrinsic)) for extrinsic in extrinsics],
            "digest": _hexadecimal(extrinsics_digest(extrinsics)),
        }
    }


def _import_block(inputs: Inputs) -> dict[str, Any]:
    state = import_state(decode_dump(field(inputs, "state")))
    header = decode_header(field(inputs, "header"))
    content = field(inputs, "block")
    block = Block(
        number=amount(content, "number"),
        parent_hash=hash_256.from_json("parent_hash", field(content, "parent_hash")),
        author=_author.from_json("author", decode_dump(field(content, "author"))),
        extrinsics=decode_extrinsics(content),
        timelock=open_stub,
    )
    before = state_digest(state)
    try:
        result = import_block(
            state, decode_header(field(inputs, "parent")), header, block, _authorities(inputs)
        )
    except HeaderError as refused:
        after = {"state": _hexadecimal(state_digest(state))}
        raise ProtocolError(refused.fault.value, after_error=after) from None
    return {
        "value": {
            "results": [outcome.name for outcome in result.outcomes],
            "hash": _hexadecimal(block_hash(header)),
            "state_before": _hexadecimal(before),
            "state_after": _hexadecimal(state_digest(state)),
        }
    }


def _hexadecimal(content: bytes) -> str:
    return "0x" + content.hex()


REFERENCE: dict[str, Operation] = {
    "chain.author": _author_at,
    "chain.block_hash": _block_hash,
    "chain.extrinsics_digest": _extrinsics_digest,
    "chain.import_block": _import_block,
}
"""Op name to the reference's answer."""
