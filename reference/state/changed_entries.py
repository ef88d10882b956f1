"""Which entries of chain storage changed, without looking at the rest of the state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from taospec.reference.rules import implements
from taospec.reference.state.record import StoredField
from taospec.reference.state.state import State
from taospec.reference.state.table import Table
from taospec.reference.state.upstream_names import dumped_type, is_omitted


@attrs.frozen
class Entry:
    """One entry of a dump: what stands under an item's key."""

    item: str
    """The storage item."""
    key: tuple[Any, ...]
    """The parts of the key in upstream's order, as dumps write them; empty for a single value."""
    value: Any
    """The value as dumps write it."""
    present: bool
    """Whether a dump has it; otherwise it equals what an absent entry reads as."""


class ChangedEntries:
    """Tells which entries records may have changed since it was last asked.

    It takes over the journal's list of changes, so a state has one such reader at a time: a new
    one replaces the older.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._journal = state.journal
        self._journal.reader = self
        self._journal.forget_changes()

    @implements("STATE-UPSTREAM-1")
    def take(self) -> list[Entry]:
        """The entries of every record that was written, added or removed, as they are now.

        An entry that is made of several records may come once for each.

        Raises:
            RuntimeError: another reader has replaced this.
        """
        if self._journal.reader is not self:
            raise RuntimeError("a newer reader has taken over the journal of this state")
        changed = {(held.NAME, held._key): None for held in self._journal.changed}
        self._journal.forget_changes()
        return [entry for name, key in changed for entry in _entries(self._state.tables[name], key)]


def _entries(table: Table[Any, Any], key: Any) -> Iterator[Entry]:
    """What storage has of one record."""
    kind, held = table.kind, table.peek(key)
    parts = dict(zip(kind.KEY, key if len(kind.KEY) > 1 else (key,), strict=bool(kind.KEY)))
    dumped = {name: kind.KEY[name].to_json(part) for name, part in parts.items()}
    for field in kind.FIELDS:
        if field.is_mark:
            continue
        row = tuple([dumped[name] for name in field.upstream_key])
        if field.upstream_member is not None:
            members = _members(table, field, parts)
            yield Entry(field.upstream, row, members, bool(members))
            continue
        value = getattr(held, field.name)
        present = not is_omitted(field, value)
        yield Entry(field.upstream, row, dumped_type(field).to_json(value) if present else None, present)


def _members(table: Table[Any, Any], field: StoredField, parts: dict[str, Any]) -> list[Any]:
    """The map that is the value of one entry: of this record and its neighbours."""
    kind, member = table.kind, field.upstream_member
    assert member is not None
    place = tuple(kind.KEY).index(member)
    members = []
    for key in table.keys_with(**{name: parts[name] for name in field.upstream_key}):
        value = getattr(table.peek(key), field.name)
        if not is_omitted(field, value):
            members.append([kind.KEY[member].to_json(key[place]), dumped_type(field).to_json(value)])
    return members
