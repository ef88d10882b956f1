"""The kernels as machine code, made without a device: that they compile is worth knowing early."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from numba import cuda

from taospec.optimized.yuma.cuda import signatures
from taospec.optimized.yuma.cuda.device import most_threads
from taospec.optimized.yuma.cuda.incentive import incentives, outputs
from taospec.optimized.yuma.cuda.rows import row_sums
from taospec.optimized.yuma.cuda.run import COLUMN_BLOCKS, column_kernels
from taospec.optimized.yuma.cuda.stakes import stakes

HOPPER: Final = (9, 0)
"""Compute capability of the H100."""


def kernels() -> Iterator[tuple[str, Callable[..., Any], tuple[Any, ...]]]:
    """Name, kernel and argument types of every kernel and every variant."""
    yield "stakes", stakes, signatures.STAKES
    yield "row_sums", row_sums, signatures.ROW_SUMS
    yield "incentives", incentives, signatures.INCENTIVES
    yield "outputs", outputs, signatures.OUTPUTS
    for blocks in COLUMN_BLOCKS:
        consensus, bonds = column_kernels(blocks)
        variant = f"{blocks.threads}x{blocks.shared_rows}"
        yield f"consensus_{variant}", consensus, signatures.CONSENSUS
        yield f"bonds_{variant}", bonds, signatures.BONDS


def assembly(kernel: Any, types: tuple[Any, ...], capability: tuple[int, int] = HOPPER) -> str:
    """The kernel in PTX."""
    text, _ = cuda.compile_ptx(kernel.py_func, types, cc=capability, launch_bounds=most_threads(kernel))
    return str(text)


def machine_code(text: str, capability: tuple[int, int] = HOPPER) -> bytes:
    """PTX assembled to a cubin (an ELF file) by nvJitLink, which needs no driver."""
    from cuda.bindings import nvjitlink

    link = nvjitlink.create(1, [f"-arch=sm_{capability[0]}{capability[1]}"])
    try:
        source = text.encode()
        nvjitlink.add_data(link, nvjitlink.InputType.PTX, source, len(source), "kernel.ptx")
        nvjitlink.complete(link)
        code = bytearray(nvjitlink.get_linked_cubin_size(link))
        nvjitlink.get_linked_cubin(link, code)
    finally:
        nvjitlink.destroy(link)
    return bytes(code)
