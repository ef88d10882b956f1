"""attrs validators for the types of chain storage.

Each refuses what its type cannot hold with an
:class:`~taospec.reference.invalid_input.InvalidInputError` that names field and value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import attrs

from taospec.reference.invalid_input import (
    U8_MAX,
    U16_MAX,
    U32_MAX,
    U64_MAX,
    InvalidInputError,
    require_integer,
)

Attribute: TypeAlias = "attrs.Attribute[Any]"
Validator: TypeAlias = Callable[[Any, Attribute, Any], None]


def integer(minimum: int, maximum: int) -> Validator:
    """An int in ``[minimum, maximum]``."""

    def validate(_: object, attribute: Attribute, value: Any) -> None:
        require_integer(attribute.name, value, minimum, maximum)

    return validate


u8 = integer(0, U8_MAX)
u16 = integer(0, U16_MAX)
u32 = integer(0, U32_MAX)
u64 = integer(0, U64_MAX)
i16 = integer(-(2**15), 2**15 - 1)


def boolean(_: object, attribute: Attribute, value: Any) -> None:
    """True or False, no other value that compares equal."""
    if type(value) is not bool:
        raise InvalidInputError(attribute.name, value, "must be true or false")


def vector_of_u64(_: object, attribute: Attribute, value: Any) -> None:
    """A tuple of u64; a bad element is named by its index."""
    for index, element in enumerate(value):
        if type(element) is not int or not 0 <= element <= U64_MAX:
            require_integer(f"{attribute.name}[{index}]", element, 0, U64_MAX)


def vector_of_bool(_: object, attribute: Attribute, value: Any) -> None:
    """A tuple of booleans; a bad element is named by its index."""
    for index, element in enumerate(value):
        if type(element) is not bool:
            raise InvalidInputError(f"{attribute.name}[{index}]", element, "must be true or false")
