"""A dump of chain storage that changes block by block, and its canonical bytes.

Keys and values are kept as the compact JSON text of the canonical form, so that comparing and
hashing cost as much as what changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

EntryName: TypeAlias = tuple[str, str]
"""Storage item, and key as the compact JSON of its parts (``[]`` for a single value)."""

Changes: TypeAlias = "dict[EntryName, str | None]"
"""Entry to its new value in compact JSON, ``None`` where it is gone."""

SINGLE: Final = "[]"
"""The key of an item that is no map."""


class StorageDump:
    """Every storage item's entries."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._items: dict[str, dict[str, str]] = {}
        self._canonical: dict[str, str] = {}
        for name, value in changes_of({"set": content, "removed": {}}).items():
            self._put(name, value)

    def get(self, name: EntryName) -> str | None:
        """The value of an entry in compact JSON, ``None`` if there is none."""
        return self._items.get(name[0], {}).get(name[1])

    def apply(self, changes: Changes) -> None:
        """Write and remove entries."""
        for name, value in changes.items():
            self._put(name, value)

    def digest(self) -> str:
        """SHA-256 of the canonical dump, as chain traces have it."""
        return hashlib.sha256(self.text().encode()).hexdigest()

    def text(self) -> str:
        """The canonical dump: items by name, the rows of a map by their own text."""
        return "{" + ",".join(self._item_text(item) for item in sorted(self._items)) + "}"

    def content(self) -> dict[str, Any]:
        """The dump as a JSON value."""
        content: dict[str, Any] = json.loads(self.text())
        return content

    def _put(self, name: EntryName, value: str | None) -> None:
        item, key = name
        self._canonical.pop(item, None)
        if value is not None:
            self._items.setdefault(item, {})[key] = value
        elif key in self._items.get(item, {}):
            del self._items[item][key]
            if not self._items[item]:
                del self._items[item]

    def _item_text(self, item: str) -> str:
        text = self._canonical.get(item)
        if text is None:
            text = self._canonical[item] = f'"{item}":{_rows_text(self._items[item])}'
        return text


def changes_of(block: Mapping[str, Any]) -> Changes:
    """The changes that a block's ``set`` and ``removed`` describe."""
    changes: Changes = {}
    for item, keys in block["removed"].items():
        for key in [[]] if keys is True else keys:
            changes[item, compact(key)] = None
    for item, content in block["set"].items():
        for key, value in _entries(content):
            changes[item, key] = compact(value)
    return changes


def rows_of(changes: Changes) -> dict[str, Any]:
    """The inverse of :func:`changes_of`: ``set`` and ``removed``, in canonical order."""
    written: dict[str, dict[str, str]] = {}
    removed: dict[str, Any] = {}
    for item, key in sorted(changes):
        value = changes[item, key]
        if value is not None:
            written.setdefault(item, {})[key] = value
        elif key == SINGLE:
            removed[item] = True
        else:
            removed.setdefault(item, []).append(json.loads(key))
    return {
        "set": {item: json.loads(_rows_text(entries)) for item, entries in written.items()},
        "removed": removed,
    }


def compact(content: Any) -> str:
    """JSON without blanks."""
    return json.dumps(content, separators=(",", ":"))


def _entries(content: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(content, list) or not all(isinstance(row, list) for row in content):
        yield SINGLE, content
        return
    for row in content:
        yield compact(row[:-1]), row[-1]


def _rows_text(entries: Mapping[str, str]) -> str:
    if SINGLE in entries:
        return entries[SINGLE]
    return "[" + ",".join(sorted(f"{key[:-1]},{value}]" for key, value in entries.items())) + "]"
