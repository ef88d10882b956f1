"""The canonical bytes of records and of the whole state."""

from __future__ import annotations

import struct
from typing import Any, Final

from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.rules import implements
from taospec.reference.state.record import Record
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import byte_string
from taospec.reference.state.table import Table

HEADING: Final = b"taospec-state/1"
"""What an encoded state begins with."""


@implements("STATE-ENCODING-1")
def encoded_key(kind: type[Record], key: Any) -> bytes:
    """The record's name as a SCALE string, then the parts of its key."""
    parts = key if len(kind.KEY) > 1 else (key,) * len(kind.KEY)
    encoded = [part_type.encode(part) for part_type, part in zip(kind.KEY.values(), parts, strict=True)]
    return byte_string.encode(kind.NAME.encode()) + b"".join(encoded)


@implements("STATE-ENCODING-1")
def encoded_values(held: Record) -> bytes:
    """The fields in order of declaration.

    Raises:
        OverflowError: a field holds what its type cannot.
    """
    try:
        return b"".join([encode(held) for encode in held.ENCODERS])
    except struct.error as error:
        raise OverflowError(f"{held!r} cannot be encoded: {error}") from None


@implements("STATE-ENCODING-3")
def encode_state(state: State) -> bytes:
    """Every record that is not absent, reports too, ascending by its encoded key."""
    records = [
        encoded_key(table.kind, key) + encoded_values(held)
        for table in state.tables.values()
        for key, held in table.items()
    ]
    return HEADING + b"".join(sorted(records))


def decode_state(content: bytes) -> State:
    """The state with these bytes.

    Raises:
        InvalidInputError: no state has them.
    """
    if not content.startswith(HEADING):
        raise InvalidInputError("state", content[: len(HEADING)], f"must begin with {HEADING.decode()}")
    state = State()
    offset = len(HEADING)
    while offset < len(content):
        name, offset = byte_string.decode(content, offset)
        table = state.tables.get(name.decode(errors="replace"))
        if table is None:
            raise InvalidInputError("record", name, "must be the name of a record")
        offset = _decode_record(table, content, offset)
    return state


def _decode_record(table: Table[Any, Any], content: bytes, offset: int) -> int:
    parts = []
    for part_type in table.kind.KEY.values():
        part, offset = part_type.decode(content, offset)
        parts.append(part)
    held = table[parts[0] if len(parts) == 1 else tuple(parts)]
    for field in table.kind.FIELDS:
        value, offset = field.type.decode(content, offset)
        setattr(held, field.name, value)
    return offset
