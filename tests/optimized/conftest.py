"""Compile the kernels once for all worker processes."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session", autouse=True)
def compiled_kernels() -> None:
    pytest.importorskip("numba")
    from taospec.optimized.yuma.warm import compile_kernels

    compile_kernels()
