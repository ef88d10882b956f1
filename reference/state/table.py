"""Tables: the records of one kind, by key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Any, Final, Generic, TypeVar

from taospec.reference.state.journal import Journal
from taospec.reference.state.record import Record, is_absent

Key = TypeVar("Key")
Held = TypeVar("Held", bound=Record)

_assign: Final = object.__setattr__


class Table(Generic[Key, Held]):
    """The records of one kind, by key: a value for a key of one part, else a tuple.

    Reading a key that was never written gives the defaults, as chain storage does. A record
    with nothing but defaults *is* absent: it is skipped by ``in`` and by every iteration, so
    what was merely looked at leaves no trace. Iterations are ascending by key, whatever the
    order of insertion.
    """

    def __init__(self, kind: type[Held], journal: Journal) -> None:
        self.kind = kind
        self._journal = journal
        self._records: dict[Key, Held] = {}
        self._absent = _read_only(kind)
        self._indices: dict[tuple[str, ...], _Index] = {names: _Index(kind, names) for names in kind.INDICES}

    def __getitem__(self, key: Key) -> Held:
        """The record under ``key``, to be read and written; made from the defaults if absent."""
        held = self._records.get(key)
        return self._make(key) if held is None else held

    def peek(self, key: Key) -> Held:
        """The record under ``key``, to be read only: the defaults if absent, without making it."""
        return self._records.get(key, self._absent)

    def held(self, key: Key) -> Held | None:
        """The record under ``key``, ``None`` if it was never made."""
        return self._records.get(key)

    def __contains__(self, key: Key) -> bool:
        held = self._records.get(key)
        return held is not None and not is_absent(held)

    def __len__(self) -> int:
        return sum(1 for held in self._records.values() if not is_absent(held))

    def __iter__(self) -> Iterator[Key]:
        records = self._records
        return iter(sorted([key for key, held in records.items() if not is_absent(held)]))  # type: ignore[type-var]

    def items(self) -> Iterator[tuple[Key, Held]]:
        """Keys and records, ascending by key."""
        there = [(key, held) for key, held in self._records.items() if not is_absent(held)]
        return iter(sorted(there, key=itemgetter(0)))

    def made(self) -> list[Held]:
        """Every record that was made, absent ones too, in no order that means anything."""
        return list(self._records.values())

    def keys_with(self, **parts: object) -> list[Key]:
        """The keys with these parts, ascending. Only for the groups of the record's ``INDICES``."""
        records = self._records
        keys = self._indices[tuple(parts)].keys.get(tuple(parts.values()), ())
        return sorted([key for key in keys if not is_absent(records[key])])

    def remove(self, key: Key) -> None:
        """Make the record under ``key`` absent."""
        held = self._records.pop(key, None)
        if held is None:
            return
        journal = self._journal
        if journal.recording:
            journal.undo.append((self, None, (key, held)))
        journal.mark(held)
        self._detach(key, held)

    def restore(self, key: Key, old: Held | None) -> None:
        """Undo an insertion (``old`` is ``None``) or a removal. For the journal alone."""
        if old is None:
            held = self._records.pop(key)
            self._journal.mark(held)
            self._detach(key, held)
        else:
            self._records[key] = old
            self._attach(key, old)

    def _make(self, key: Key) -> Held:
        held = self.kind()
        self._records[key] = held
        _assign(held, "_table", self)
        _assign(held, "_key", key)
        _assign(held, "_changed", False)
        _assign(held, "_path", None)
        self._attach(key, held)
        if self._journal.recording:
            self._journal.undo.append((self, None, (key, None)))
        return held

    def _attach(self, key: Key, held: Held) -> None:
        _assign(held, "_journal", self._journal)
        for index in self._indices.values():
            index.add(key)

    def _detach(self, key: Key, held: Held) -> None:
        _assign(held, "_journal", None)
        for index in self._indices.values():
            index.discard(key)


class _Index:
    """Keys by some of their parts."""

    def __init__(self, kind: type[Record], names: tuple[str, ...]) -> None:
        parts = tuple(kind.KEY)
        places = [parts.index(name) for name in names]
        self.keys: dict[tuple[object, ...], set[Any]] = {}
        self._group: Callable[[Any], Any] = itemgetter(*places)
        self._single = len(places) == 1

    def add(self, key: Any) -> None:
        self.keys.setdefault(self._group_of(key), set()).add(key)

    def discard(self, key: Any) -> None:
        group = self._group_of(key)
        members = self.keys[group]
        members.discard(key)
        if not members:
            del self.keys[group]

    def _group_of(self, key: Any) -> tuple[object, ...]:
        group = self._group(key)
        return (group,) if self._single else group


class _ReadOnly:
    """The journal of records that are shared defaults: refuses every assignment."""

    @property
    def recording(self) -> bool:
        raise TypeError("this record is absent and was only looked at: take it by table[key] to write")


def _read_only(kind: type[Held]) -> Held:
    defaults = kind()
    _assign(defaults, "_journal", _ReadOnly())
    return defaults
