"""The schemas of calls in cases, made from the arguments and types that the reference gives each call.

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
from taospec.reference.state.storage_types import (
    AccountType,
    BooleanType,
    BytesType,
    EnumerationType,
    FixedPointType,
    IntegerType,
    OptionalType,
    SequenceType,
    StorageType,
    StructureType,
    TupleType,
    VariantType,
)

DOCUMENT: Final = Path(__file__).parent / "schemas" / "chain.json"

Schema = dict[str, Any]


def main() -> None:
    """Write the document with the schemas of all calls."""
    write_atomically(DOCUMENT, document_text(json.loads(DOCUMENT.read_text("utf-8"))).encode())


def document_text(document: Mapping[str, Any]) -> str:
    """The document with the schemas of all calls in place of those that it has."""
    definitions = dict(document["$defs"]) | {"call": calls_schema()}
    return json.dumps({**document, "$defs": definitions}, indent=2, ensure_ascii=False) + "\n"


def calls_schema() -> Schema:
    """The schema of a call, whichever."""
    return {
        "description": "A call with upstream's name, signer and argument names.",
        "type": "object",
        "oneOf": [_call_schema(name) for name in CALLS],
    }


def _call_schema(name: str) -> Schema:
    call = CALLS[name]
    arguments = {argument: schema_of(kind) for argument, kind in (call.arguments | call.ignored).items()}
    properties = {"call": {"const": name}, "signer": {"$ref": "#/$defs/origin"}, **arguments}
    return closed(properties)


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
    raise TypeError(f"no call has an argument of {type(kind).__name__}")


@schema_of.register
def _(kind: IntegerType) -> Schema:
    sign = "-?" if kind.signed else ""
    digits = len(str(kind.maximum)) - 1
    return {"type": "string", "pattern": f"^(0|{sign}[1-9][0-9]{{0,{digits}}})$", "title": kind.name}


@schema_of.register
def _(kind: FixedPointType) -> Schema:
    return schema_of(kind.bits) | {"description": "raw bits"}


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
