"""Every CUDA kernel compiles and assembles for the H100, on a machine that has none."""

from __future__ import annotations

import os
from functools import cache

import pytest
from cubin import registers, static_shared_memory

if "TAOSPEC_REQUIRE_CUDA_EXTRA" in os.environ:
    import numba_cuda
else:
    numba_cuda = pytest.importorskip("numba_cuda", reason="the extra 'cuda' is not installed")
    pytest.importorskip("cuda.bindings.nvjitlink", reason="the extra 'cuda' is not installed")

from taospec.optimized.yuma.cuda.assembly import assembly, kernels, machine_code
from taospec.optimized.yuma.cuda.device import ROW_THREADS, most_threads
from taospec.optimized.yuma.cuda.incentive import incentives, outputs
from taospec.optimized.yuma.cuda.rows import row_sums
from taospec.optimized.yuma.cuda.run import COLUMN_BLOCKS, column_blocks, column_kernels, threads_per_subnet
from taospec.optimized.yuma.cuda.stakes import stakes

KERNELS = {name: (kernel, types) for name, kernel, types in kernels()}
REGISTERS_OF_A_BLOCK = 65536
LARGEST_STATIC_SHARED_MEMORY = 48 * 1024
SHAPES = [(0, 1), (1, 1), (64, 256), (65, 1024), (128, 1025), (256, 4096), (257, 4096), (4096, 32768)]
"""Rows and neurons."""


@cache
def text_and_code(name: str) -> tuple[str, bytes]:
    kernel, types = KERNELS[name]
    text = assembly(kernel, types)
    return text, machine_code(text)


@pytest.mark.parametrize("name", KERNELS)
def test_kernel_is_assembled_and_its_largest_block_fits_a_multiprocessor(name: str) -> None:
    kernel, _ = KERNELS[name]
    text, code = text_and_code(name)
    assert ".target sm_90" in text
    assert f"{kernel.py_func.__name__}" in text
    assert "call" not in text.replace("callseq", ""), "something was not inlined"
    assert f".maxntid {most_threads(kernel)}" in text
    assert code[:4] == b"\x7fELF"
    assert len(code) > 2000
    allocated_registers = -(-registers(code) // 8) * 8
    assert allocated_registers >= 16
    assert allocated_registers * most_threads(kernel) <= REGISTERS_OF_A_BLOCK
    assert 0 <= static_shared_memory(code) <= LARGEST_STATIC_SHARED_MEMORY


@pytest.mark.parametrize(("rows", "neurons"), SHAPES)
def test_no_launch_has_a_larger_block_than_its_kernel_was_compiled_for(rows: int, neurons: int) -> None:
    blocks = column_blocks(rows)
    for kernel in (stakes, incentives, outputs):
        assert 1 <= threads_per_subnet(neurons) <= most_threads(kernel)
    assert most_threads(row_sums) == ROW_THREADS
    assert {most_threads(kernel) for kernel in column_kernels(blocks)} == {blocks.threads}
    assert blocks in COLUMN_BLOCKS
    assert blocks.shared_rows == 0 or blocks.shared_rows >= rows


def test_text_that_is_no_kernel_is_not_assembled() -> None:
    from cuda.bindings.nvjitlink import nvJitLinkError

    with pytest.raises(nvJitLinkError):
        machine_code(".version 8.0\n.target sm_90\nnonsense")
