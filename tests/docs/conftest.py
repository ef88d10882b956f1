"""The Sphinx extensions of the project are no package: their folder is put on the path."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "docs" / "_extensions"))


@pytest.fixture
def root() -> Path:
    return ROOT
