"""What happened: the events that operations deposit, in order."""

from __future__ import annotations

from typing import Any, Final

import attrs

from taospec.reference.rules import implements
from taospec.reference.state.journal import Journal


@attrs.frozen
class Event:
    """One event: upstream's name and its fields, in upstream's order."""

    name: str
    """Upstream's name, with its pallet before ``::`` unless that is SubtensorModule."""
    fields: tuple[tuple[str, Any], ...]
    """Name and value of each field."""


@implements("CHAIN-EVENT-1")
class EventLog:
    """The events since the log was last taken. What a failed operation deposited is undone.

    Events are results, not state: no digest covers them.
    """

    __slots__ = ("_events", "_journal")

    def __init__(self, journal: Journal) -> None:
        self._events: Final[list[Event]] = []
        self._journal = journal

    def deposit(self, name: str, /, **fields: Any) -> None:
        """Append an event."""
        if self._journal.recording:
            self._journal.undo.append((self, None, (len(self._events),)))
        self._events.append(Event(name, tuple(fields.items())))

    def __len__(self) -> int:
        return len(self._events)

    def since(self, length: int) -> tuple[Event, ...]:
        """The events after the first ``length``; they stay in the log."""
        return tuple(self._events[length:])

    def take(self) -> tuple[Event, ...]:
        """All events so far; the log is empty afterwards."""
        taken = tuple(self._events)
        self._events.clear()
        return taken

    def restore(self, length: int) -> None:
        """Drop the events after the first ``length``. For the journal alone."""
        del self._events[length:]
