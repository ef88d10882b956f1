"""Compile the kernels once for all worker processes."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session", autouse=True)
def compiled_kernels() -> None:
    numba = pytest.importorskip("numba")
    if numba.config.DISABLE_JIT:
        return
    from taospec.optimized.yuma.warm import compile_kernels

    compile_kernels()
