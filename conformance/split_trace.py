"""Cutting a chain trace into shorter ones, each of which begins with the whole state before its first block.

``python -m taospec.conformance.split_trace TRACE LENGTH FOLDER`` writes ``TRACE`` in parts of
``LENGTH`` blocks. Blocks are copied as they are, so the digests of the first trace prove the parts.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from taospec.conformance.chain_trace import ChainTrace, dump_before, read_trace
from taospec.conformance.storage_dump import compact
from taospec.conformance.vector_file import write_atomically


def main(arguments: list[str]) -> None:
    """Write the parts."""
    source, length, folder = arguments
    trace = read_trace(Path(source))
    for number, start in enumerate(range(0, len(trace.lines), int(length)), 1):
        name = Path(source).name.removesuffix(".jsonl.gz")
        lines = list(part(trace, number, start, int(length)))
        content = gzip.compress(b"".join(line.rstrip() + b"\n" for line in lines), compresslevel=9, mtime=0)
        write_atomically(Path(folder) / f"{name}_part{number}.jsonl.gz", content)


def part(trace: ChainTrace, number: int, start: int, length: int) -> Iterator[bytes]:
    """The lines of a part: its own header and first state, then blocks of the trace."""
    blocks = trace.lines[start : start + length]
    cut: dict[str, Any] = {"of": trace.suite, "from_block": start, "blocks_of_all": len(trace.lines)}
    header = {
        **trace.header,
        "suite": f"{trace.suite}_part{number}",
        "blocks": len(blocks),
        "cut": cut,
    }
    yield compact(header).encode()
    state = dump_before(trace, start).content()
    yield json.dumps({"genesis": trace.genesis, "state": state}, separators=(",", ":")).encode()
    yield from blocks


if __name__ == "__main__":
    main(sys.argv[1:])
