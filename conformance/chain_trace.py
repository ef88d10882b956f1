"""Reading ``taospec-chain-trace/1`` files: whole blocks that the real runtime executed."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from taospec.conformance.schemas import trace_violation
from taospec.conformance.storage_dump import Changes, StorageDump, changes_of, compact
from taospec.conformance.vector_file import PROTOCOL, VectorFileError, numbered_lines, parsed_line
from taospec.reference.state.state import State
from taospec.reference.state.upstream_names import import_state, remove_entries, write_entries

FORMAT: Final = "taospec-chain-trace/1"

FIRST_BLOCK_LINE: Final = 3
"""The lines before it are the header and the state at the start."""


@attrs.frozen
class ChainTrace:
    """A trace whose every line has the right shape."""

    path: Path
    """Where it was read."""
    header: Mapping[str, Any]
    """Its first line."""
    genesis: Mapping[str, Any]
    """How its first state was set up."""
    state: Mapping[str, Any]
    """The dump of its first state."""
    lines: tuple[bytes, ...] = attrs.field(repr=False)
    """One block a line."""
    ids: tuple[str, ...] = attrs.field(repr=False)
    """The id of each block as a case."""

    @property
    def suite(self) -> str:
        """Name of the suite, from the header."""
        return str(self.header["suite"])

    @property
    def not_compared(self) -> frozenset[str]:
        """Items that the trace itself says are none of the economy's core."""
        return frozenset(self.genesis.get("core_exclude", ()))


def is_trace(path: Path) -> bool:
    """Whether the file's first line says that it is a chain trace.

    Raises:
        VectorFileError: the file cannot be read.
    """
    first = next(numbered_lines(path), None)
    return first is not None and FORMAT.encode() in first[1][:100]


def read_trace(path: Path) -> ChainTrace:
    """Read a trace and check its syntax, its revision and the shape of each line.

    Raises:
        VectorFileError: at the first violation, with its line number.
    """
    numbered = numbered_lines(path)
    header = _checked_line(path, "header", numbered)
    if header["protocol"] != PROTOCOL:
        raise VectorFileError(path, 1, "recorded for another revision than this suite checks")
    start = _checked_line(path, "start", numbered)
    lines, ids = [], []
    digest = StorageDump(start["state"]).digest()
    for number, text in numbered:
        block = _checked(path, number, "block", text)
        if len(block["results"]) != len(block["extrinsics"]):
            raise VectorFileError(path, number, "there must be one result for each extrinsic")
        lines.append(text)
        ids.append(_block_id(digest, block))
        digest = block["digest"]
    if len(lines) != header["blocks"]:
        raise VectorFileError(
            path, len(lines) + 2, f"the file ends after {len(lines)} of {header['blocks']} blocks"
        )
    return ChainTrace(path, header, start["genesis"], start["state"], tuple(lines), tuple(ids))


def outside_changes(block: Mapping[str, Any]) -> Changes:
    """What was written from outside before a block."""
    return {
        (entry["item"], compact(entry.get("keys", []))): compact(entry["value"])
        for entry in block.get("pre") or ()
    }


def dump_before(trace: ChainTrace, index: int) -> StorageDump:
    """The dump of the state before the block with this index."""
    dump = StorageDump(trace.state)
    for text in trace.lines[:index]:
        block = json.loads(text)
        dump.apply(outside_changes(block))
        dump.apply(changes_of(block))
    return dump


def _checked_line(path: Path, kind: str, lines: Iterator[tuple[int, bytes]]) -> Mapping[str, Any]:
    number, text = next(lines, (None, None))
    if number is None or text is None:
        raise VectorFileError(path, None, f"the trace ends before its {kind}")
    return _checked(path, number, kind, text)


def _checked(path: Path, number: int, kind: str, text: bytes) -> Mapping[str, Any]:
    line = parsed_line(path, number, text)
    violation = trace_violation(line, kind)
    if violation:
        raise VectorFileError(path, number, violation)
    checked: Mapping[str, Any] = line
    return checked


def _block_id(digest_before: str, block: Mapping[str, Any]) -> str:
    """The id of a block as a case: of the state before it and of what comes from outside alone."""
    outside = [block.get(name) for name in ("pre", "number", "author", "parent_hash", "extrinsics")]
    content = json.dumps([digest_before, outside], sort_keys=True, separators=(",", ":"))
    return f"chain.apply_block/{hashlib.sha256(content.encode()).hexdigest()[:16]}"


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
