"""Put recorded cases to the reference that is first on the import path, until one fails.

Usage: ``worker.py REFERENCE CASE-ID|all VECTOR-FILE...``. Prints one JSON object: the first case that
the reference does not pass, or null.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import taospec.reference
from taospec.conformance.answers import Answer, ProtocolError
from taospec.conformance.backends import load_backend
from taospec.conformance.chain_trace import FIRST_BLOCK_LINE, is_trace, read_trace
from taospec.conformance.comparison import first_difference
from taospec.conformance.operations import reference_operations
from taospec.conformance.runner import CaseResult
from taospec.conformance.trace_replay import TraceBlocks


def main(reference: Path, case_id: str, files: list[Path]) -> None:
    """Check the cases of ``files`` in order, short ones first; or only the one with this id."""
    if Path(taospec.reference.__file__).parent.resolve() != reference.resolve():
        raise SystemExit(f"taospec.reference is {taospec.reference.__file__}, not in {reference}")
    print(json.dumps(next(failures(case_id, files), None)))


def failures(case_id: str, files: list[Path]) -> Iterator[dict[str, str]]:
    """Every failing case: its file, its id, and what is wrong."""
    operations = reference_operations()
    for file in files:
        if is_trace(file):
            yield from failing_blocks(case_id, file)
            continue
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            next(lines)
            cases = sorted(lines, key=len)
        for line in cases:
            if case_id != "all" and case_id not in line:
                continue
            case = json.loads(line)
            problem = what_is_wrong(operations[case["op"]], case)
            if problem:
                yield {"file": str(file), "id": case["id"], "problem": problem}


def failing_blocks(case_id: str, file: Path) -> Iterator[dict[str, str]]:
    """The same of a trace, each block on upstream's own state."""
    trace = read_trace(file)
    backends = [load_backend("reference")]
    whole = range(FIRST_BLOCK_LINE, FIRST_BLOCK_LINE + len(trace.lines))
    chosen = [range(line, line + 1) for line in whole if trace.ids[line - FIRST_BLOCK_LINE] == case_id]
    for lines in [whole] if case_id == "all" else chosen:
        for result in TraceBlocks(trace.suite, str(file), lines, continuous=False).check(backends):
            yield from block_failures(file, result)


def block_failures(file: Path, result: CaseResult) -> Iterator[dict[str, str]]:
    """What is wrong with a block, if something is."""
    for failure in result.failures:
        yield {"file": str(file), "id": result.id, "problem": failure.message}


def what_is_wrong(operation: Any, case: dict[str, Any]) -> str | None:
    """First difference from the recorded answer, or the exception."""
    expected = Answer(case.get("out"), case.get("error"), case.get("after_error"))
    try:
        answer = operation(case["in"])
    except ProtocolError as error:
        answer = Answer(error=error.name, after_error=error.after_error)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    difference = first_difference(expected, answer if isinstance(answer, Answer) else Answer(out=answer))
    if difference is None:
        return None
    place = " ".join(filter(None, (difference.place, difference.element)))
    return f"{place}: {difference.expected} expected, {difference.computed} computed"


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], [Path(name) for name in sys.argv[3:]])
