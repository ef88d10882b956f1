"""The types of chain storage: which values they hold, their bytes and their upstream JSON.

The bytes are those of SCALE, the encoding of the chain itself: integers little-endian in their
full width, a compact length before a sequence, a flag before an optional value. See
``spec/state/encoding.md``; the JSON form is the one of upstream state dumps.
"""

from __future__ import annotations

import enum
import itertools
import struct
from collections.abc import Sequence
from typing import Any, Final, Generic, TypeAlias, TypeVar

from taospec.reference.fixed_point import I64F64, I96F32, U64F64, U96F32, FixedPoint
from taospec.reference.invalid_input import InvalidInputError, require_integer
from taospec.reference.rules import implements

Value = TypeVar("Value")

AccountId: TypeAlias = bytes
"""A public key or derived account: 32 bytes, ordered as bytes."""

Decoded: TypeAlias = "tuple[Value, int]"
"""A decoded value and the offset after it."""


class StorageType(Generic[Value]):
    """One type of chain storage. Values of records have one each."""

    name: str
    """The type's name upstream."""
    packing: str | None = None
    """Its letter in the standard library's ``struct``, where that knows how to write it."""

    def encode(self, value: Value) -> bytes:
        """The canonical bytes of ``value``, which must be of the type."""
        raise NotImplementedError

    def decode(self, content: bytes, offset: int) -> Decoded[Value]:
        """The value whose bytes begin at ``offset``.

        Raises:
            InvalidInputError: no value of the type has these bytes.
        """
        raise NotImplementedError

    def check(self, field: str, value: object) -> None:
        """Refuse what the type cannot hold.

        Raises:
            InvalidInputError: naming ``field`` and ``value``.
        """
        raise NotImplementedError

    def to_json(self, value: Value) -> Any:
        """``value`` as upstream state dumps write it."""
        return value

    def from_json(self, field: str, dumped: Any) -> Value:
        """The value that an upstream state dump wrote.

        Raises:
            InvalidInputError: naming ``field`` and the value.
        """
        self.check(field, dumped)
        value: Value = dumped
        return value

    def __repr__(self) -> str:
        return self.name


_PACKING: Final = {8: "B", 16: "H", 32: "I", 64: "Q"}


class IntegerType(StorageType[int]):
    """A primitive integer, little-endian."""

    def __init__(self, name: str, bits: int, *, signed: bool = False) -> None:
        self.name = name
        self.width = bits // 8
        self.signed = signed
        self.minimum = -(1 << (bits - 1)) if signed else 0
        self.maximum = (1 << (bits - signed)) - 1
        letter = _PACKING.get(bits)
        self.packing = letter.lower() if letter and signed else letter

    def encode(self, value: int) -> bytes:
        return value.to_bytes(self.width, "little", signed=self.signed)

    def decode(self, content: bytes, offset: int) -> Decoded[int]:
        raw = _take(self, content, offset, self.width)
        return int.from_bytes(raw, "little", signed=self.signed), offset + self.width

    def check(self, field: str, value: object) -> None:
        require_integer(field, value, self.minimum, self.maximum)


class BooleanType(StorageType[bool]):
    """One byte, 0 or 1."""

    name = "bool"
    packing = "?"

    def encode(self, value: bool) -> bytes:
        return b"\x01" if value else b"\x00"

    def decode(self, content: bytes, offset: int) -> Decoded[bool]:
        raw = _take(self, content, offset, 1)[0]
        if raw > 1:
            raise InvalidInputError(self.name, raw, "must be 0 or 1")
        return raw == 1, offset + 1

    def check(self, field: str, value: object) -> None:
        if type(value) is not bool:
            raise InvalidInputError(field, value, "must be true or false")


class FixedPointType(StorageType[FixedPoint]):
    """The raw bits of a fixed-point number, little-endian in their full width."""

    def __init__(self, number: type[FixedPoint]) -> None:
        self.name = number.__name__
        self.number = number
        self.bits = IntegerType(self.name, number.TOTAL_BITS, signed=number.SIGNED)

    def encode(self, value: FixedPoint) -> bytes:
        return value.bits.to_bytes(self.bits.width, "little", signed=self.bits.signed)

    def decode(self, content: bytes, offset: int) -> Decoded[FixedPoint]:
        bits, offset = self.bits.decode(content, offset)
        return self.number.from_bits(bits), offset

    def check(self, field: str, value: object) -> None:
        if type(value) is not self.number:
            raise InvalidInputError(field, value, f"must be a {self.name}")

    def to_json(self, value: FixedPoint) -> int:
        return value.bits

    def from_json(self, field: str, dumped: Any) -> FixedPoint:
        self.bits.check(field, dumped)
        return self.number.from_bits(dumped)


class AccountType(StorageType[AccountId]):
    """The 32 bytes of an account.

    Upstream dumps write an account whose first 24 bytes are zero as the big-endian integer in
    the last eight, any other as hexadecimal.
    """

    name = "AccountId"

    def encode(self, value: AccountId) -> bytes:
        return value

    def decode(self, content: bytes, offset: int) -> Decoded[AccountId]:
        return _take(self, content, offset, 32), offset + 32

    def check(self, field: str, value: object) -> None:
        if type(value) is not bytes or len(value) != 32:
            raise InvalidInputError(field, value, "must be 32 bytes")

    def to_json(self, value: AccountId) -> int | str:
        return "0x" + value.hex() if any(value[:24]) else int.from_bytes(value[24:], "big")

    def from_json(self, field: str, dumped: Any) -> AccountId:
        if type(dumped) is str:
            value = _from_hexadecimal(field, dumped)
            self.check(field, value)
            return value
        return numbered_account(require_integer(field, dumped, 0, 2**64 - 1))


class BytesType(StorageType[bytes]):
    """Bytes: of a fixed length as they are, otherwise after their compact length, which ``limit`` bounds."""

    def __init__(self, name: str, length: int | None = None, *, limit: int | None = None) -> None:
        self.name = name
        self.length = length
        self.limit = limit

    def encode(self, value: bytes) -> bytes:
        return value if self.length is not None else compact(len(value)) + value

    def decode(self, content: bytes, offset: int) -> Decoded[bytes]:
        length = self.length
        if length is None:
            length, offset = decode_compact(content, offset)
        return _take(self, content, offset, length), offset + length

    def check(self, field: str, value: object) -> None:
        if type(value) is not bytes or (self.length is not None and len(value) != self.length):
            expected = "bytes" if self.length is None else f"{self.length} bytes"
            raise InvalidInputError(field, value, f"must be {expected}")
        if self.limit is not None and len(value) > self.limit:
            raise InvalidInputError(field, value, f"must be at most {self.limit} bytes")

    def to_json(self, value: bytes) -> str:
        return "0x" + value.hex()

    def from_json(self, field: str, dumped: Any) -> bytes:
        value = _from_hexadecimal(field, dumped)
        self.check(field, value)
        return value


class OptionalType(StorageType[Any]):
    """``None`` as one zero byte, a value after a one."""

    def __init__(self, content: StorageType[Any]) -> None:
        self.name = f"Option<{content.name}>"
        self.content = content

    def encode(self, value: Any) -> bytes:
        return b"\x00" if value is None else b"\x01" + self.content.encode(value)

    def decode(self, content: bytes, offset: int) -> Decoded[Any]:
        present, offset = boolean.decode(content, offset)
        return self.content.decode(content, offset) if present else (None, offset)

    def check(self, field: str, value: object) -> None:
        if value is not None:
            self.content.check(field, value)

    def to_json(self, value: Any) -> Any:
        return None if value is None else self.content.to_json(value)

    def from_json(self, field: str, dumped: Any) -> Any:
        return None if dumped is None else self.content.from_json(field, dumped)


class NewtypeType(StorageType[Any]):
    """A value with a type of its own around it, which has no bytes and no JSON of its own."""

    def __init__(self, name: str, content: StorageType[Any]) -> None:
        self.name = name
        self.content = content
        self.packing = content.packing

    def encode(self, value: Any) -> bytes:
        return self.content.encode(value)

    def decode(self, content: bytes, offset: int) -> Decoded[Any]:
        return self.content.decode(content, offset)

    def check(self, field: str, value: object) -> None:
        self.content.check(field, value)

    def to_json(self, value: Any) -> Any:
        return self.content.to_json(value)

    def from_json(self, field: str, dumped: Any) -> Any:
        return self.content.from_json(field, dumped)


class UnitType(StorageType[bool]):
    """Presence alone, as ``True``: no bytes, null in JSON."""

    name = "()"

    def encode(self, value: bool) -> bytes:
        return b""

    def decode(self, content: bytes, offset: int) -> Decoded[bool]:
        return True, offset

    def check(self, field: str, value: object) -> None:
        if value is not True:
            raise InvalidInputError(field, value, "must be true")

    def to_json(self, value: bool) -> None:
        return None

    def from_json(self, field: str, dumped: Any) -> bool:
        if dumped is not None:
            raise InvalidInputError(field, dumped, "must be null")
        return True


class SequenceType(StorageType[tuple[Any, ...]]):
    """A tuple of values of one type after its compact length; ``limit`` bounds the length."""

    def __init__(self, element: StorageType[Any], *, limit: int | None = None) -> None:
        self.name = f"Vec<{element.name}>"
        self.element = element
        self.limit = limit

    def encode(self, value: tuple[Any, ...]) -> bytes:
        element = self.element
        if element.packing is not None:
            content = struct.pack(f"<{len(value)}{element.packing}", *value)
        elif isinstance(element, TupleType) and element.packings is not None:
            content = struct.pack("<" + element.packings * len(value), *itertools.chain.from_iterable(value))
        else:
            content = b"".join([element.encode(part) for part in value])
        return compact(len(value)) + content

    def decode(self, content: bytes, offset: int) -> Decoded[tuple[Any, ...]]:
        length, offset = decode_compact(content, offset)
        elements = []
        for _ in range(length):
            element, offset = self.element.decode(content, offset)
            elements.append(element)
        return tuple(elements), offset

    def check(self, field: str, value: object) -> None:
        if type(value) is not tuple:
            raise InvalidInputError(field, value, "must be a tuple")
        if self.limit is not None and len(value) > self.limit:
            raise InvalidInputError(field, value, f"must have at most {self.limit} elements")
        for index, element in enumerate(value):
            self.element.check(f"{field}[{index}]", element)

    def to_json(self, value: tuple[Any, ...]) -> list[Any]:
        return [self.element.to_json(element) for element in value]

    def from_json(self, field: str, dumped: Any) -> tuple[Any, ...]:
        elements = enumerate(_require_list(field, dumped))
        value = tuple([self.element.from_json(f"{field}[{index}]", element) for index, element in elements])
        self.check(field, value)
        return value


class OrderedSetType(SequenceType):
    """A set, kept as its elements in ascending order."""

    def __init__(self, element: StorageType[Any]) -> None:
        super().__init__(element)
        self.name = f"BTreeSet<{element.name}>"

    def check(self, field: str, value: object) -> None:
        super().check(field, value)
        if type(value) is tuple and any(a >= b for a, b in itertools.pairwise(value)):
            raise InvalidInputError(field, value, "must be ascending without repetition")


class TupleType(StorageType[tuple[Any, ...]]):
    """Values of several types, one after the other."""

    def __init__(self, *elements: StorageType[Any]) -> None:
        self.name = f"({', '.join(element.name for element in elements)})"
        self.elements = elements
        letters = [element.packing for element in elements]
        self.packings = None if None in letters else "".join(letter for letter in letters if letter)

    def encode(self, value: tuple[Any, ...]) -> bytes:
        return b"".join([kind.encode(part) for kind, part in zip(self.elements, value, strict=True)])

    def decode(self, content: bytes, offset: int) -> Decoded[tuple[Any, ...]]:
        parts = []
        for kind in self.elements:
            part, offset = kind.decode(content, offset)
            parts.append(part)
        return tuple(parts), offset

    def check(self, field: str, value: object) -> None:
        if type(value) is not tuple or len(value) != len(self.elements):
            raise InvalidInputError(field, value, f"must be a tuple of {len(self.elements)}")
        for index, (kind, part) in enumerate(zip(self.elements, value, strict=True)):
            kind.check(f"{field}[{index}]", part)

    def to_json(self, value: tuple[Any, ...]) -> list[Any]:
        return [kind.to_json(part) for kind, part in zip(self.elements, value, strict=True)]

    def from_json(self, field: str, dumped: Any) -> tuple[Any, ...]:
        if len(_require_list(field, dumped)) != len(self.elements):
            raise InvalidInputError(field, dumped, f"must have {len(self.elements)} elements")
        return tuple(
            [
                kind.from_json(f"{field}[{index}]", part)
                for index, (kind, part) in enumerate(zip(self.elements, dumped, strict=True))
            ]
        )


class StructureType(StorageType[Any]):
    """An attrs class: its fields one after the other, an object in JSON."""

    def __init__(self, structure: type, **fields: StorageType[Any]) -> None:
        self.name = structure.__name__
        self.structure = structure
        self.fields = fields

    def encode(self, value: Any) -> bytes:
        return b"".join([kind.encode(getattr(value, name)) for name, kind in self.fields.items()])

    def decode(self, content: bytes, offset: int) -> Decoded[Any]:
        parts = {}
        for name, kind in self.fields.items():
            parts[name], offset = kind.decode(content, offset)
        return self.structure(**parts), offset

    def check(self, field: str, value: object) -> None:
        if type(value) is not self.structure:
            raise InvalidInputError(field, value, f"must be a {self.name}")
        for name, kind in self.fields.items():
            kind.check(f"{field}.{name}", getattr(value, name))

    def to_json(self, value: Any) -> dict[str, Any]:
        return {name: kind.to_json(getattr(value, name)) for name, kind in self.fields.items()}

    def from_json(self, field: str, dumped: Any) -> Any:
        if type(dumped) is not dict or set(dumped) != set(self.fields):
            raise InvalidInputError(field, dumped, f"must have the members {', '.join(self.fields)}")
        members = self.fields.items()
        return self.structure(
            **{name: kind.from_json(f"{field}.{name}", dumped[name]) for name, kind in members}
        )


class EnumerationType(StorageType[enum.Enum]):
    """One byte: the place of the member in its declaration. Its value is upstream's name."""

    def __init__(self, members: type[enum.Enum]) -> None:
        self.name = members.__name__
        self.members = members
        self.places = {member: bytes([place]) for place, member in enumerate(members)}

    def encode(self, value: enum.Enum) -> bytes:
        return self.places[value]

    def decode(self, content: bytes, offset: int) -> Decoded[enum.Enum]:
        place = _take(self, content, offset, 1)[0]
        if place >= len(self.members):
            raise InvalidInputError(self.name, place, f"must be below {len(self.members)}")
        return tuple(self.members)[place], offset + 1

    def check(self, field: str, value: object) -> None:
        if type(value) is not self.members:
            raise InvalidInputError(field, value, f"must be a {self.name}")

    def to_json(self, value: enum.Enum) -> Any:
        return value.value

    def from_json(self, field: str, dumped: Any) -> enum.Enum:
        for member in self.members:
            if member.value == dumped:
                return member
        names = ", ".join(str(member.value) for member in self.members)
        raise InvalidInputError(field, dumped, f"must be one of {names}")


class VariantType(StorageType[tuple[Any, ...]]):
    """An enum whose variants carry values: the variant's index, then its values.

    A value is a tuple: the variant's name, then its values. ``members`` gives for each name its
    values by name; a name that is a number stands for a value without one.
    """

    def __init__(self, name: str, members: dict[str, dict[str, StorageType[Any]]]) -> None:
        self.name = name
        self.members = members
        self.indices = {variant: bytes([index]) for index, variant in enumerate(members)}

    def encode(self, value: tuple[Any, ...]) -> bytes:
        kinds = self.members[value[0]].values()
        parts = [kind.encode(part) for kind, part in zip(kinds, value[1:], strict=True)]
        return self.indices[value[0]] + b"".join(parts)

    def decode(self, content: bytes, offset: int) -> Decoded[tuple[Any, ...]]:
        index = _take(self, content, offset, 1)[0]
        if index >= len(self.members):
            raise InvalidInputError(self.name, index, f"must be below {len(self.members)}")
        variant = tuple(self.members)[index]
        parts, offset = TupleType(*self.members[variant].values()).decode(content, offset + 1)
        return (variant, *parts), offset

    def check(self, field: str, value: object) -> None:
        if type(value) is not tuple or not value or value[0] not in self.members:
            raise InvalidInputError(field, value, f"must begin with one of {', '.join(self.members)}")
        TupleType(*self.members[value[0]].values()).check(f"{field}.{value[0]}", value[1:])

    def to_json(self, value: tuple[Any, ...]) -> Any:
        variant, *parts = value
        named = self.members[variant]
        if not named:
            return variant
        dumped = [kind.to_json(part) for kind, part in zip(named.values(), parts, strict=True)]
        return {variant: dumped if _numbered(named) else dict(zip(named, dumped, strict=True))}

    def from_json(self, field: str, dumped: Any) -> tuple[Any, ...]:
        variant, content = (
            next(iter(dumped.items())) if type(dumped) is dict and len(dumped) == 1 else (dumped, [])
        )
        if type(variant) is not str or variant not in self.members:
            raise InvalidInputError(field, dumped, f"must be one of {', '.join(self.members)}")
        named = self.members[variant]
        path = f"{field}.{variant}"
        if _numbered(named):
            return (variant, *TupleType(*named.values()).from_json(path, content))
        if type(content) is not dict or set(content) != set(named):
            raise InvalidInputError(path, content, f"must have the members {', '.join(named)}")
        return (variant, *[kind.from_json(f"{path}.{name}", content[name]) for name, kind in named.items()])


def numbered_account(number: int) -> AccountId:
    """The account that dumps write as ``number``: 24 zero bytes, then the number big-endian."""
    return number.to_bytes(32, "big")


ZERO_ACCOUNT: Final = numbered_account(0)
"""The chain's default account: what an unset account reads as."""


@implements("STATE-ENCODING-2")
def compact(length: int) -> bytes:
    """SCALE's compact form of a length: 1, 2 or 4 bytes, little-endian, the two low bits say which."""
    if length < 1 << 6:
        return bytes([length << 2])
    if length < 1 << 14:
        return (length << 2 | 1).to_bytes(2, "little")
    return (length << 2 | 2).to_bytes(4, "little")


def decode_compact(content: bytes, offset: int) -> Decoded[int]:
    """The length whose compact form begins at ``offset``.

    Raises:
        InvalidInputError: it is cut off, or not the shortest form.
    """
    mode = content[offset] & 3 if offset < len(content) else 0
    width = {0: 1, 1: 2, 2: 4}.get(mode)
    if width is None or offset + width > len(content):
        raise InvalidInputError(
            "compact length", content[offset : offset + 4].hex(), "must be 1, 2 or 4 bytes"
        )
    length = int.from_bytes(content[offset : offset + width], "little") >> 2
    if len(compact(length)) != width:
        raise InvalidInputError("compact length", length, f"must not be written in {width} bytes")
    return length, offset + width


def _numbered(named: dict[str, StorageType[Any]]) -> bool:
    return all(name.isdigit() for name in named)


def _take(kind: StorageType[Any], content: bytes, offset: int, width: int) -> bytes:
    raw = content[offset : offset + width]
    if len(raw) != width:
        raise InvalidInputError(kind.name, raw.hex(), f"must have {width} bytes")
    return raw


def _from_hexadecimal(field: str, dumped: Any) -> bytes:
    if type(dumped) is str and dumped.startswith("0x"):
        try:
            return bytes.fromhex(dumped[2:])
        except ValueError:
            pass
    raise InvalidInputError(field, dumped, "must be hexadecimal after 0x")


def _require_list(field: str, dumped: Any) -> Sequence[Any]:
    if type(dumped) is not list:
        raise InvalidInputError(field, dumped, "must be a list")
    return dumped


u8: Final = IntegerType("u8", 8)
u16: Final = IntegerType("u16", 16)
u32: Final = IntegerType("u32", 32)
u64: Final = IntegerType("u64", 64)
u128: Final = IntegerType("u128", 128)
i16: Final = IntegerType("i16", 16, signed=True)
i64: Final = IntegerType("i64", 64, signed=True)
boolean: Final = BooleanType()
account: Final = AccountType()
hash_256: Final = BytesType("H256", 32)
byte_string: Final = BytesType("Vec<u8>")
unit: Final = UnitType()
i64f64: Final = FixedPointType(I64F64)
i96f32: Final = FixedPointType(I96F32)
u64f64: Final = FixedPointType(U64F64)
u96f32: Final = FixedPointType(U96F32)
