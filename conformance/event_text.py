"""Events as upstream's traces write them: Rust's debug text.

An account is written as in dumps, and an error with the place of the main pallet in the runtime that
made the traces.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import singledispatch
from typing import Any, Final

from taospec.reference.state.event_catalogue import EVENTS, ModuleErrorType
from taospec.reference.state.events import Event
from taospec.reference.state.storage_types import (
    AccountType,
    BooleanType,
    BytesType,
    EnumerationType,
    FixedPointType,
    IntegerType,
    NewtypeType,
    OptionalType,
    OrderedSetType,
    SequenceType,
    StorageType,
    TupleType,
    VariantType,
)

PALLET_INDEX: Final = 4
"""Of the main pallet, in the traces' runtime; 7 in the chain's own."""


def event_text(event: Event) -> str:
    """The event in upstream's debug text.

    Raises:
        InvalidInputError: a value is not of the field's type.
    """
    declared = EVENTS[event.name]
    values = dict(event.fields)
    if values.keys() != declared.fields.keys():
        raise AssertionError(f"{event.name} has {', '.join(values)}, not {', '.join(declared.fields)}")
    texts = {}
    for name, kind in declared.fields.items():
        kind.check(f"{event.name}.{name}", values[name])
        texts[name] = debug_text(kind, values[name])
    return event.name + (_named(texts) if declared.named else _numbered(texts.values()))


@singledispatch
def debug_text(kind: StorageType[Any], value: Any) -> str:
    """A value of a type in Rust's debug text."""
    raise AssertionError(f"no event has a field of {type(kind).__name__}")


@debug_text.register
def _(kind: IntegerType, value: int) -> str:
    return str(value)


@debug_text.register
def _(kind: BooleanType, value: bool) -> str:
    return "true" if value else "false"


@debug_text.register
def _(kind: FixedPointType, value: Any) -> str:
    return str(value.display())


@debug_text.register
def _(kind: AccountType, value: bytes) -> str:
    return str(kind.to_json(value))


@debug_text.register
def _(kind: BytesType, value: bytes) -> str:
    """A hash as hexadecimal, a byte string as the list that it is."""
    return "0x" + value.hex() if kind.length is not None else _listed(map(str, value))


@debug_text.register
def _(kind: NewtypeType, value: Any) -> str:
    """The type's name, which is written without its parameters."""
    return f"{kind.name.split('<')[0]}({debug_text(kind.content, value)})"


@debug_text.register
def _(kind: OptionalType, value: Any) -> str:
    return "None" if value is None else f"Some({debug_text(kind.content, value)})"


@debug_text.register
def _(kind: SequenceType, value: tuple[Any, ...]) -> str:
    return _listed(debug_text(kind.element, element) for element in value)


@debug_text.register
def _(kind: OrderedSetType, value: tuple[Any, ...]) -> str:
    return "{" + ", ".join(debug_text(kind.element, element) for element in value) + "}"


@debug_text.register
def _(kind: TupleType, value: tuple[Any, ...]) -> str:
    return _numbered(debug_text(part, element) for part, element in zip(kind.elements, value, strict=True))


@debug_text.register
def _(kind: EnumerationType, value: Any) -> str:
    return str(value.value)


@debug_text.register
def _(kind: VariantType, value: tuple[Any, ...]) -> str:
    variant, parts = str(value[0]), value[1:]
    members = kind.members[variant].items()
    return variant + _named(
        {name: debug_text(part, element) for (name, part), element in zip(members, parts, strict=True)}
    )


@debug_text.register
def _(kind: ModuleErrorType, value: Any) -> str:
    place = kind.places[value][0]
    return (
        f"Module(ModuleError {{ index: {PALLET_INDEX}, error: [{place}, 0, 0, 0], "
        f'message: Some("{value.value}") }})'
    )


def _named(texts: Mapping[str, str]) -> str:
    content = ", ".join(f"{name}: {text}" for name, text in texts.items())
    return f" {{ {content} }}" if content else ""


def _numbered(texts: Iterable[str]) -> str:
    content = ", ".join(texts)
    return f"({content})" if content else ""


def _listed(texts: Iterable[str]) -> str:
    return "[" + ", ".join(texts) + "]"
