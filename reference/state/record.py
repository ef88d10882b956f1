"""Records: named fields of chain storage, each with its unit, default and upstream name.

A record is data: it holds values and knows no economics. It belongs to a table of the state
under a key, or stands alone (in a test, in a quote). While it belongs to a state every assignment
is noted in the state's journal, so that a failed operation can be undone and a digest rehashes
only what changed. Values are immutable: a sequence is replaced, never changed in place.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, TypeVar, dataclass_transform

import attrs

from taospec.reference.rules import implements
from taospec.reference.state.storage_types import StorageType

if TYPE_CHECKING:
    from taospec.reference.state.journal import Journal
    from taospec.reference.state.table import Table

_AnyRecord = TypeVar("_AnyRecord", bound="Record")

_assign: Final = object.__setattr__


@attrs.frozen
class StoredField:
    """What a field of a record is in chain storage."""

    name: str
    """The field's name."""
    type: StorageType[Any]
    """Its type."""
    default: Any
    """Its value in an absent record. ``None`` where a rule asks whether the entry exists."""
    reads_as: Any
    """What upstream reads where there is no entry; its state dumps omit entries with this value."""
    unit: str
    """Unit of the value."""
    upstream: str
    """Storage item, with its pallet before ``::`` unless that is SubtensorModule."""
    upstream_key: tuple[str, ...]
    """The parts of the record's key in the order of the storage item."""
    upstream_member: str | None
    """The part of the key that upstream keeps inside the value, as key of a map."""
    is_mark: bool
    """Whether it says only that an entry is there, of an item that another field keeps. Dumps omit it."""


_SAME: Final = object()


@implements("STATE-RECORD-1", "STATE-RECORD-3")
def stored(
    storage_type: StorageType[Any],
    upstream: str,
    *,
    unit: str,
    default: Any,
    reads_as: Any = _SAME,
    upstream_key: tuple[str, ...] = (),
    upstream_member: str | None = None,
    is_mark: bool = False,
) -> Any:
    """Declare a field of a record.

    ``reads_as`` is needed where the default is ``None`` but upstream reads an absent entry as a
    value. ``upstream_key`` names the parts of the key in upstream's order where that is not the
    record's own order; ``upstream_member`` the part that is the key of a map in the value. A field
    that ``is_mark`` says that the item has an entry which holds its default.
    """

    def check(_: object, attribute: attrs.Attribute[Any], value: Any) -> None:
        storage_type.check(attribute.name, value)

    def described(name: str, key: tuple[str, ...]) -> StoredField:
        storage_type.check(name, default)
        absent = default if reads_as is _SAME else reads_as
        order = upstream_key or key
        member = upstream_member
        return StoredField(name, storage_type, default, absent, unit, upstream, order, member, is_mark)

    return attrs.field(default=default, validator=check, metadata={"stored": described})


@dataclass_transform(kw_only_default=True, field_specifiers=(stored,))
def record(
    name: str, *, indices: tuple[tuple[str, ...], ...] = (), report: bool = False, **key: StorageType[Any]
) -> Callable[[type[_AnyRecord]], type[_AnyRecord]]:
    """Make a class a record: every field :func:`stored`, all keyword-only and optional.

    ``name`` stands in encodings. ``key`` gives name and type of each part of the key, none for a
    record of which there is one. ``indices`` names groups of key parts by which its table can
    be searched. A ``report`` holds what the chain writes for readers and no rule reads: it is
    no part of the digest.
    """

    def build(declared: type[_AnyRecord]) -> type[_AnyRecord]:
        built = attrs.define(kw_only=True, weakref_slot=False, on_setattr=attrs.setters.NO_OP)(declared)
        built.NAME = name
        built.KEY = key
        built.INDICES = indices
        built.IS_REPORT = report
        built.FIELDS = tuple(
            field.metadata["stored"](field.name, tuple(key))
            for field in built.__attrs_attrs__  # type: ignore[attr-defined]
        )
        built.ENCODERS = tuple(_encoders(built.FIELDS))
        built.DEFAULTS = tuple(field.default for field in built.FIELDS)
        built.values = _all_values(tuple(field.name for field in built.FIELDS))
        return built

    return build


def _encoders(fields: tuple[StoredField, ...]) -> Iterator[Callable[[Any], bytes]]:
    """For each run of fields that ``struct`` can write, and for each other field, an encoder of records."""
    for packed, run in groupby(fields, key=lambda field: field.type.packing is not None):
        if packed:
            yield _packer(tuple(run))
        else:
            yield from (_field_encoder(field) for field in run)


def _packer(fields: tuple[StoredField, ...]) -> Callable[[Any], bytes]:
    pack = struct.Struct("<" + "".join(field.type.packing or "" for field in fields)).pack
    values = _all_values(tuple(field.name for field in fields))
    return lambda held: pack(*values(held))


def _field_encoder(field: StoredField) -> Callable[[Any], bytes]:
    value, encode = attrgetter(field.name), field.type.encode
    return lambda held: encode(value(held))


def _all_values(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    values: Callable[[Any], Any] = attrgetter(*names)
    if len(names) > 1:
        return values
    return lambda holder: (values(holder),)


class Record:
    """The base of every record. See :func:`record`."""

    __slots__ = ("_changed", "_encoded_key", "_journal", "_key", "_path", "_table")

    _journal: Journal | None
    _changed: bool
    _table: Table[Any, Any]
    _key: Any
    _encoded_key: bytes
    _path: bytes | None

    NAME: ClassVar[str]
    """The record's name in encodings."""
    KEY: ClassVar[dict[str, StorageType[Any]]]
    """Name and type of each part of the key."""
    INDICES: ClassVar[tuple[tuple[str, ...], ...]]
    """Groups of key parts by which the table can be searched."""
    IS_REPORT: ClassVar[bool]
    """Whether no rule reads it: then it is no part of the digest."""
    FIELDS: ClassVar[tuple[StoredField, ...]]
    """The fields in order of encoding."""
    ENCODERS: ClassVar[tuple[Callable[[Any], bytes], ...]]
    """What gives the canonical bytes of a record, one run of fields after the other."""
    DEFAULTS: ClassVar[tuple[Any, ...]]
    """The values of an absent record."""
    values: ClassVar[Callable[[Any], tuple[Any, ...]]]
    """The values of a record's fields, in order."""

    def __new__(cls, **_: object) -> Self:  # noqa: D102
        made = object.__new__(cls)
        _assign(made, "_journal", None)
        return made

    def __setattr__(self, name: str, value: object) -> None:
        journal = self._journal
        if journal is not None:
            if journal.recording:
                journal.undo.append((self, name, getattr(self, name)))
            if not self._changed:
                _assign(self, "_changed", True)
                journal.changed.append(self)
        _assign(self, name, value)


@implements("STATE-RECORD-2")
def is_absent(held: Record) -> bool:
    """Whether every field has its default: such a record is the same as none."""
    kind = type(held)
    return kind.values(held) == kind.DEFAULTS
