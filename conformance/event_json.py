"""Events as cases write them: their name, and their fields as dumps of the state write such values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.state.event_catalogue import EVENTS
from taospec.reference.state.events import Event


def event_json(event: Event) -> dict[str, Any]:
    """The event as ``{"name": ..., "fields": {...}}``."""
    kinds = EVENTS[event.name].fields
    return {
        "name": event.name,
        "fields": {name: kinds[name].to_json(value) for name, value in event.fields},
    }


def event_from_json(dumped: Mapping[str, Any]) -> Event:
    """The event that was written.

    Raises:
        InvalidInputError: there is no such event, it has other fields, or a value is not of its type.
    """
    name, fields = dumped["name"], dumped["fields"]
    if name not in EVENTS:
        raise InvalidInputError("event", name, "is not in the catalogue")
    kinds = EVENTS[name].fields
    if list(fields) != list(kinds):
        raise InvalidInputError(name, list(fields), f"must have the fields {', '.join(kinds) or 'none'}")
    return Event(
        name,
        tuple((field, kind.from_json(f"{name}.{field}", fields[field])) for field, kind in kinds.items()),
    )
