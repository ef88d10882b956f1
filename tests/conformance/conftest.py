"""The fixture that writes small vector files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from taospec.conformance.vector_file import Case, write_vector_file

from .samples import VectorWriter, committed, committed_cases


@pytest.fixture
def vector_file(tmp_path: Path) -> VectorWriter:
    """Write the first cases of a suite to a plain file."""

    def write(suite: str, count: int = 3, wanted: Callable[[Case], bool] = lambda _: True) -> Path:
        cases = committed_cases(suite, count, wanted)
        header = {**committed(suite).header, "cases": len(cases)}
        path = tmp_path / f"{suite}.jsonl"
        write_vector_file(path, header, cases)
        return path

    return write
