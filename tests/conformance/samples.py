"""Small vector files, cut from the committed ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from taospec.conformance.rule_lookup import VECTORS
from taospec.conformance.vector_file import Case, VectorFile, read_vector_file

SUITES = {
    "fixed_point": VECTORS / "fixed_point" / "fixed_point.jsonl.gz",
    "subnets_weights": VECTORS / "subnets" / "subnets_weights.jsonl.gz",
    "yuma_epoch": VECTORS / "yuma" / "yuma_epoch.jsonl.gz",
    "yuma_epoch_realistic": VECTORS / "yuma" / "yuma_epoch_realistic.jsonl.gz",
}

VectorWriter = Callable[..., Path]


@cache
def committed(suite: str) -> VectorFile:
    """A committed suite."""
    return read_vector_file(SUITES[suite])


def committed_cases(suite: str, count: int, wanted: Callable[[Case], bool] = lambda _: True) -> list[Case]:
    """The first cases of a committed suite that are wanted."""
    cases = (line.case() for line in committed(suite).lines)
    return [case for _, case in zip(range(count), filter(wanted, cases), strict=False)]


def records(path: Path) -> list[dict[str, Any]]:
    """Header and cases of a plain vector file, to be edited."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def rewrite(path: Path, lines: list[dict[str, Any]]) -> Path:
    """Write edited lines back, unchecked."""
    path.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
    return path
