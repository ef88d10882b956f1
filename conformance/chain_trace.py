"""Reading ``taospec-chain-trace/1`` files: whole blocks that the real runtime executed."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from taospec.reference.state.state import State
from taospec.reference.state.upstream_names import import_state, remove_entries, write_entries


def blocks(path: Path) -> Iterator[tuple[State, Mapping[str, Any]]]:
    """Every block of a trace with the state before it, what was written from outside included.

    The one state is brought to the next block when that is asked for.
    """
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        next(lines)
        state = import_state(json.loads(next(lines))["state"])
        for line in lines:
            block = json.loads(line)
            for entry in block.get("pre") or ():
                value = entry["value"]
                write_entries(state, entry["item"], [[*entry["keys"], value]] if "keys" in entry else value)
            yield state, block
            _apply(state, block)


def _apply(state: State, block: Mapping[str, Any]) -> None:
    for item, keys in block["removed"].items():
        remove_entries(state, item, keys)
    for item, rows in block["set"].items():
        write_entries(state, item, rows)
