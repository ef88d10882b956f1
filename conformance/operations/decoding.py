"""Reading the fields of a case's ``in``: each refuses what its type cannot hold, with field and value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from taospec.reference.fixed_point import FixedPoint
from taospec.reference.fixed_point.numbers import IntegerType
from taospec.reference.invalid_input import U64_MAX, InvalidInputError, require_integer

_Fixed = TypeVar("_Fixed", bound=FixedPoint)


def field(inputs: Mapping[str, Any], name: str) -> Any:
    """The value of a field that must be there."""
    if name not in inputs:
        raise InvalidInputError(name, None, "is missing")
    return inputs[name]


def decimal(name: str, text: Any, minimum: int = 0, maximum: int = U64_MAX) -> int:
    """An integer written as decimal text."""
    if not isinstance(text, str) or not text.isascii() or not text.removeprefix("-").isdecimal():
        raise InvalidInputError(name, text, "must be decimal text")
    return require_integer(name, int(text), minimum, maximum)


def integer(name: str, text: Any, kind: IntegerType) -> int:
    """An integer of a type, written as decimal text."""
    return decimal(name, text, kind.minimum, kind.maximum)


def amount(inputs: Mapping[str, Any], name: str, maximum: int = U64_MAX) -> int:
    """An unsigned integer field written as decimal text, u64 unless said otherwise."""
    return decimal(name, field(inputs, name), 0, maximum)


def number(inputs: Mapping[str, Any], name: str, maximum: int) -> int:
    """An unsigned integer field written as a number."""
    return require_integer(name, field(inputs, name), 0, maximum)


def flag(inputs: Mapping[str, Any], name: str) -> bool:
    """A field that is true or false."""
    return boolean(name, field(inputs, name))


def boolean(name: str, value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise InvalidInputError(name, value, "must be true or false")
    return value


def bits(inputs: Mapping[str, Any], name: str, kind: type[_Fixed]) -> _Fixed:
    """A fixed-point field written as the decimal text of its raw bits."""
    return fixed(name, field(inputs, name), kind)


def fixed(name: str, text: Any, kind: type[_Fixed]) -> _Fixed:
    """A fixed-point number written as the decimal text of its raw bits."""
    return kind.from_bits(decimal(name, text, kind.MIN_BITS, kind.MAX_BITS))


def rows(inputs: Mapping[str, Any], name: str, length: int | None = None) -> Sequence[Any]:
    """An array field; with ``length``, of arrays of that length."""
    value = array(name, field(inputs, name))
    if length is not None:
        for index, row in enumerate(value):
            array(f"{name}[{index}]", row, length)
    return value


def array(name: str, value: Any, length: int | None = None) -> list[Any]:
    """An array, of ``length`` elements if that is said."""
    if not isinstance(value, list) or length not in (None, len(value)):
        size = "" if length is None else f" of {length}"
        raise InvalidInputError(name, value, f"must be an array{size}")
    return value
