"""Dumps of chain storage in vectors, and what changed from one to the next.

A dump maps the name of each storage item to its value, or for a map to its rows ``[key, ...,
value]``. In vectors every integer of a dump is decimal text, since many exceed 2^53.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

Dump = Mapping[str, Any]

_ABSENT: Final = object()


def storage_changes(before: Dump, after: Dump) -> dict[str, dict[str, Any]]:
    """``set``: new and changed entries; ``removed``: keys of entries that are gone (``True`` for a value)."""
    written: dict[str, Any] = {}
    removed: dict[str, Any] = {}
    for item in sorted({*before, *after}):
        old, new = _entries(before.get(item, _ABSENT)), _entries(after.get(item, _ABSENT))
        changed = {key: value for key, value in new.items() if old.get(key, _ABSENT) != value}
        gone = [json.loads(key) for key in old if key not in new]
        if changed:
            written[item] = _rows(changed)
        if gone:
            removed[item] = True if gone == [None] else sorted(gone, key=_compact)
    return {"set": written, "removed": removed}


def dump_digest(dump: Dump) -> str:
    """SHA-256 of a canonical dump, as chain traces have it: compact JSON, integers as numbers."""
    return sha256(_compact(dump).encode()).hexdigest()


def encode_dump(content: Any) -> Any:
    """The same with every integer as decimal text."""
    if isinstance(content, bool) or content is None or isinstance(content, str):
        return content
    if isinstance(content, int):
        return str(content)
    if isinstance(content, dict):
        return {name: encode_dump(value) for name, value in content.items()}
    return [encode_dump(element) for element in content]


def decode_dump(content: Any) -> Any:
    """The same with every decimal text as an integer."""
    if isinstance(content, str) and content.removeprefix("-").isdecimal() and content.isascii():
        return int(content)
    if isinstance(content, dict):
        return {name: decode_dump(value) for name, value in content.items()}
    if isinstance(content, list):
        return [decode_dump(element) for element in content]
    return content


def _entries(content: Any) -> dict[str, Any]:
    """Values by the JSON text of their key; a single value has the key ``null``."""
    if content is _ABSENT:
        return {}
    if isinstance(content, list):
        return {_compact(row[:-1]): row[-1] for row in content}
    return {"null": content}


def _rows(entries: Mapping[str, Any]) -> Any:
    if "null" in entries:
        return entries["null"]
    return sorted([[*json.loads(key), value] for key, value in entries.items()], key=_compact)


def _compact(content: Any) -> str:
    return json.dumps(content, separators=(",", ":"))
