"""The kernels' source without compilation, whole and without one of its guards or short cuts at a time."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from guard_mutants import MUTANTS, SHORT_CUTS, Mutant

ROOT = Path(__file__).parents[3]
FOLDER = Path(__file__).parent
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links to folders need permission")


def first_failure(site: Path, cases: Sequence[str]) -> Any:
    """What ``interpreted.py`` prints with the package in ``site``."""
    environment = os.environ | {
        "PYTHONPATH": f"{site}{os.pathsep}{FOLDER}",
        "NUMBA_DISABLE_JIT": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    run = subprocess.run(
        [sys.executable, str(FOLDER / "interpreted.py"), *cases],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with the package, its kernels copied."""
    package = tmp_path / "taospec"
    package.mkdir()
    for part in ("spec", "reference", "conformance"):
        (package / part).symlink_to(ROOT / part)
    shutil.copytree(ROOT / "optimized", package / "optimized", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_no_index_is_out_of_bounds_and_every_answer_is_right(site: Path) -> None:
    killers = sorted({mutant.killer for mutant in MUTANTS})
    assert (
        first_failure(
            site, [*killers, "small 0..40", "edge 0..60", "wide 0..15", "shared 15..20", "arrays 0..20"]
        )
        is None
    )


def rewrite(mutant: Mutant, site: Path) -> None:
    path = site / "taospec" / "optimized" / mutant.file
    source = path.read_text("utf-8")
    assert source.count(mutant.old) == 1
    path.write_text(source.replace(mutant.old, mutant.new), "utf-8")


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_without_a_guard_an_epoch_is_answered_wrongly(mutant: Mutant, site: Path) -> None:
    rewrite(mutant, site)
    failure = first_failure(site, [mutant.killer])
    assert failure is not None
    assert failure["wrong"]


@pytest.mark.parametrize("mutant", SHORT_CUTS, ids=lambda mutant: mutant.name)
def test_without_a_short_cut_every_answer_is_the_same(mutant: Mutant, site: Path) -> None:
    rewrite(mutant, site)
    assert first_failure(site, [mutant.killer]) is None
