"""Compiled kernels are kept where only the same sources and versions find them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from numba.core import config

from taospec.optimized import compilation
from taospec.optimized.compilation import CACHE_ENVIRONMENT_VARIABLE, cache_directory, source_digest
from taospec.optimized.yuma.kernels import run_on_one_thread
from taospec.optimized.yuma.stake import order_statistic

SOURCES = Path(compilation.__file__).parent


@pytest.fixture
def copied_sources(tmp_path: Path) -> Path:
    return shutil.copytree(SOURCES, tmp_path / "optimized", ignore=shutil.ignore_patterns("__pycache__"))


def test_equal_sources_have_equal_digests(copied_sources: Path) -> None:
    assert source_digest(copied_sources) == source_digest(SOURCES)


def test_a_change_in_any_source_opens_another_directory(copied_sources: Path) -> None:
    digests = {source_digest(copied_sources)}
    for path in sorted(copied_sources.rglob("*.py")):
        path.write_text(path.read_text() + "\n# changed\n")
        digests.add(source_digest(copied_sources))
    assert len(digests) == 1 + len(list(copied_sources.rglob("*.py")))
    (copied_sources / "new.py").write_text("")
    assert source_digest(copied_sources) not in digests


def test_another_version_of_the_compiler_opens_another_directory(
    copied_sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = source_digest(copied_sources)
    monkeypatch.setattr(compilation.numba, "__version__", "0.0.0")
    assert source_digest(copied_sources) != before


def test_kernels_and_their_parts_are_kept_in_the_directory_of_these_sources() -> None:
    assert cache_directory().name == f"kernels-{source_digest()[:20]}"
    dispatchers: tuple[Any, ...] = (run_on_one_thread, order_statistic)
    for dispatcher in dispatchers:
        assert Path(dispatcher._cache.cache_path).is_relative_to(cache_directory())


def test_other_functions_keep_numbas_own_cache() -> None:
    settings: Any = config
    assert str(cache_directory()) != settings.CACHE_DIR


def test_a_second_process_loads_what_the_first_compiled(tmp_path: Path) -> None:
    program = (
        "import numpy as np\n"
        "from taospec.optimized.yuma.stake import order_statistic as kernel\n"
        "assert kernel(np.array([5, 3, 9]), 2) == 5\n"
        "print(sum(kernel.stats.cache_hits.values()), sum(kernel.stats.cache_misses.values()))\n"
    )
    environment = {**os.environ, CACHE_ENVIRONMENT_VARIABLE: str(tmp_path)}
    outputs = [
        subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(2)
    ]
    assert outputs == [["0", "1"], ["1", "0"]]
    assert [path.name for path in tmp_path.iterdir()] == [cache_directory().name]


def test_a_directory_that_cannot_be_written_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a directory")
    monkeypatch.setenv(CACHE_ENVIRONMENT_VARIABLE, str(tmp_path / "file"))
    chosen = compilation._choose_cache_directory()
    assert not chosen.is_relative_to(tmp_path)
    assert os.access(chosen, os.W_OK)
