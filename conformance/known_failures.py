"""Known failures: case ids that may fail, and must.

One id a line, ``#`` begins a comment. A case that is listed and fails is skipped; an entry
whose case did not fail, or did not run, is stale and an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import attrs

from taospec.conformance.runner import CaseResult, Outcome
from taospec.conformance.vector_file import VectorFileError

_CASE_ID = re.compile(r"[a-z0-9_.]+/[0-9a-f]{16}")


def read_known_failures(path: Path) -> list[str]:
    """The ids in the file, in its order.

    Raises:
        VectorFileError: a line is no case id, or repeats one.
    """
    ids: dict[str, int] = {}
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise VectorFileError(path, None, str(error)) from None
    for number, line in enumerate(lines, 1):
        entry = line.split("#", 1)[0].strip()
        if not entry:
            continue
        if not _CASE_ID.fullmatch(entry):
            raise VectorFileError(path, number, f"{entry!r} is no case id")
        if entry in ids:
            raise VectorFileError(path, number, f"{entry} stands in line {ids[entry]} already")
        ids[entry] = number
    return list(ids)


def apply_known_failures(
    results: Iterable[CaseResult], known: Iterable[str]
) -> tuple[list[CaseResult], list[str]]:
    """Turn listed failures into skipped cases; return the results and the stale entries."""
    listed = dict.fromkeys(known, False)
    judged = []
    for result in results:
        if result.id in listed and result.outcome is Outcome.FAILED:
            listed[result.id] = True
            result = attrs.evolve(result, outcome=Outcome.SKIPPED, reason="known failure")
        judged.append(result)
    return judged, [id_ for id_, failed in listed.items() if not failed]
