"""The schemas of calls and events in cases, made from the types that the reference gives their parts.

``python -m taospec.conformance.call_schemas`` writes them into ``schemas/chain.json``, whose other
definitions are kept as they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import singledispatch
from pathlib import Path
from typing import Any, Final

from taospec.conformance.vector_file import write_atomically
from taospec.reference.chain.calls import CALLS
from taospec.reference.state.event_catalogue import EVENTS, EventType
from taospec.reference.state.storage_types import (
    AccountType,
    BooleanType,
    BytesType,
    EnumerationType,
    FixedPointType,
    IntegerType,
    NewtypeType,
    OptionalType,
    SequenceType,
    StorageType,
    StructureType,
    TupleType,
    VariantType,
    i16,
    i64,
    i64f64,
    i96f32,
    u8,
    u16,
    u32,
    u64,
    u64f64,
    u128,
)

DOCUMENT: Final = Path(__file__).parent / "schemas" / "chain.json"

INTEGERS: Final = (
    *(u8, u16, u32, u64, u128, i16, i64, IntegerType("i32", 32, signed=True)),
    *(u64f64.bits, i64f64.bits, i96f32.bits),
)
"""Integers and raw bits of fixed-point numbers, each a definition of its own."""
WIDTH: Final = 110
"""Longest line of the document, but for text."""

Schema = dict[str, Any]


def main() -> None:
    """Write the document with the schemas of all calls and events."""
    write_atomically(DOCUMENT, document_text(json.loads(DOCUMENT.read_text("utf-8"))).encode())


def document_text(document: Mapping[str, Any]) -> str:
    """The document with the schemas of all calls and events in place of those that it has."""
    integers = {kind.name: _integer_schema(kind) for kind in INTEGERS}
    definitions = {**document["$defs"], **integers, "call": calls_schema(), "event": events_schema()}
    return _laid_out({**document, "$defs": definitions}, 0) + "\n"


def _laid_out(value: Any, depth: int) -> str:
    """JSON with a value on one line where it fits, else its parts on lines of their own."""
    line = json.dumps(value, ensure_ascii=False)
    if len(line) + 2 * depth <= WIDTH or not isinstance(value, dict | list):
        return line
    inside, outside = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict):
        parts = [f"{json.dumps(name)}: {_laid_out(part, depth + 1)}" for name, part in value.items()]
    else:
        parts = [_laid_out(part, depth + 1) for part in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n{inside}" + f",\n{inside}".join(parts) + f"\n{outside}{closing}"


def calls_schema() -> Schema:
    """The schema of a call, whichever."""
    return {
        "description": "A call with upstream's name, signer and argument names.",
        "type": "object",
        "oneOf": [_call_schema(name) for name in CALLS],
    }


def _call_schema(name: str) -> Schema:
    call = CALLS[name]
    arguments = {argument: schema_of(kind) for argument, kind in {**call.arguments, **call.ignored}.items()}
    properties = {"call": {"const": name}, "signer": {"$ref": "#/$defs/origin"}, **arguments}
    return closed(properties)


def events_schema() -> Schema:
    """The schema of an event, whichever."""
    return {
        "description": "An event with upstream's name, its pallet before :: unless that is SubtensorModule.",
        "type": "object",
        "oneOf": [_event_schema(event) for event in EVENTS.values()],
    }


def _event_schema(event: EventType) -> Schema:
    fields = {name: schema_of(kind) for name, kind in event.fields.items()}
    return closed({"name": {"const": event.name}, "fields": closed(fields)})


def closed(properties: Mapping[str, Schema]) -> Schema:
    """An object with all of these members and no other."""
    return {
        "type": "object",
        "required": list(properties),
        "properties": dict(properties),
        "additionalProperties": False,
    }


@singledispatch
def schema_of(kind: StorageType[Any]) -> Schema:
    """The schema of a value of a type in the JSON form of cases, in which integers are decimal text."""
    raise TypeError(f"no call and no event has a part of {type(kind).__name__}")


def _integer_schema(kind: IntegerType) -> Schema:
    """Decimal text of as many digits as the type can need."""
    sign = "-?" if kind.signed else ""
    return {"type": "string", "pattern": f"^(0|{sign}[1-9][0-9]{{0,{len(str(kind.maximum)) - 1}}})$"}


@schema_of.register
def _(kind: IntegerType) -> Schema:
    return {"$ref": f"#/$defs/{kind.name}"}


@schema_of.register
def _(kind: FixedPointType) -> Schema:
    return schema_of(kind.bits)


@schema_of.register
def _(kind: BooleanType) -> Schema:
    return {"type": "boolean"}


@schema_of.register
def _(kind: AccountType) -> Schema:
    return {"$ref": "#/$defs/account"}


@schema_of.register
def _(kind: BytesType) -> Schema:
    if kind.length is not None:
        return {"type": "string", "pattern": f"^0x[0-9a-f]{{{2 * kind.length}}}$"}
    return {"$ref": "#/$defs/bytes"}


@schema_of.register
def _(kind: NewtypeType) -> Schema:
    return schema_of(kind.content)


@schema_of.register
def _(kind: OptionalType) -> Schema:
    return {"oneOf": [schema_of(kind.content), {"type": "null"}]}


@schema_of.register
def _(kind: SequenceType) -> Schema:
    most = {} if kind.limit is None else {"maxItems": kind.limit}
    return {"type": "array", "items": schema_of(kind.element), **most}


@schema_of.register
def _(kind: TupleType) -> Schema:
    count = len(kind.elements)
    parts = [schema_of(element) for element in kind.elements]
    return {"type": "array", "prefixItems": parts, "minItems": count, "maxItems": count}


@schema_of.register
def _(kind: StructureType) -> Schema:
    return closed({name: schema_of(part) for name, part in kind.fields.items()})


@schema_of.register
def _(kind: EnumerationType) -> Schema:
    return {"enum": [member.value for member in kind.members]}


@schema_of.register
def _(kind: VariantType) -> Schema:
    return {"oneOf": [_variant_schema(name, kind.members[name]) for name in kind.members]}


def _variant_schema(name: str, members: Mapping[str, StorageType[Any]]) -> Schema:
    """A variant without values is its name; no argument has one whose values are numbered."""
    if not members:
        return {"const": name}
    return closed({name: closed({member: schema_of(kind) for member, kind in members.items()})})


if __name__ == "__main__":
    main()
