"""Events in the JSON form of cases: an object with the event's name and its fields, as calls have it."""

from __future__ import annotations

import enum
from typing import Any

from taospec.conformance.storage_changes import encode_dump
from taospec.reference.fixed_point import FixedPoint
from taospec.reference.state.events import Event
from taospec.reference.state.storage_types import account


def event_json(event: Event) -> dict[str, Any]:
    """An event's name under ``event``, then its fields in upstream's order; integers are decimal text."""
    return {"event": event.name} | {name: encode_dump(_plain(value)) for name, value in event.fields}


def _plain(value: Any) -> Any:
    """A value as dumps write it."""
    match value:
        case bytes():
            return account.to_json(value) if len(value) == 32 else "0x" + value.hex()
        case tuple():
            return [_plain(part) for part in value]
        case enum.Enum():
            return value.value
        case FixedPoint():
            return value.bits
    return value
