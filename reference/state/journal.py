"""What changed since the last digest, and how to undo what a failed operation wrote."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from taospec.reference.rules import implements

if TYPE_CHECKING:
    from taospec.reference.state.record import Record

_assign: Final = object.__setattr__


class Journal:
    """One per state. Records and tables write to it; nobody else does.

    Outside a transaction only the list of changed records grows (one entry per record, however
    often it is assigned). Inside, every assignment also leaves its old value: undoing costs as
    much as the operation wrote, never as much as the state holds.
    """

    __slots__ = ("changed", "depth", "reader", "recording", "undo")

    def __init__(self) -> None:
        self.changed: list[Record] = []
        """Records written, added or removed since the last digest, each once."""
        self.undo: list[tuple[Any, str | None, Any]] = []
        """Oldest first: record, field and old value, or table, ``None`` and (key, old record)."""
        self.depth = 0
        """Open transactions."""
        self.recording = False
        """Whether old values are kept: ``depth > 0``."""
        self.reader: object = None
        """Who takes the list of changed records and empties it."""

    def mark(self, record: Record) -> None:
        """Note that the record changed."""
        if not record._changed:
            _assign(record, "_changed", True)
            self.changed.append(record)

    def forget_changes(self) -> None:
        """Empty the list of changed records."""
        for record in self.changed:
            _assign(record, "_changed", False)
        self.changed.clear()

    def roll_back(self, position: int) -> None:
        """Undo everything after ``position`` of :attr:`undo`, newest first."""
        undo = self.undo
        while len(undo) > position:
            target, name, old = undo.pop()
            if name is None:
                target.restore(*old)
            else:
                _assign(target, name, old)
                self.mark(target)


class Transaction:
    """A block of code that writes everything or nothing.

    Leaving it by an exception restores every record and table as it was on entry and lets the
    exception pass. Transactions nest: an inner one that fails leaves what the outer one wrote
    before it.
    """

    __slots__ = ("journal", "position")

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.position = 0

    @implements("STATE-ATOMIC-1")
    def __enter__(self) -> None:
        journal = self.journal
        self.position = len(journal.undo)
        journal.depth += 1
        journal.recording = True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        journal = self.journal
        if kind is not None:
            journal.roll_back(self.position)
        journal.depth -= 1
        if journal.depth == 0:
            journal.recording = False
            journal.undo.clear()
