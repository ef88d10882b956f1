"""Every CUDA kernel compiles and assembles for the H100, on a machine that has none."""

from __future__ import annotations

import os

import pytest

if "TAOSPEC_REQUIRE_CUDA_EXTRA" in os.environ:
    import numba_cuda
else:
    numba_cuda = pytest.importorskip("numba_cuda", reason="the extra 'cuda' is not installed")
    pytest.importorskip("cuda.bindings.nvjitlink", reason="the extra 'cuda' is not installed")

from taospec.optimized.yuma.cuda.assembly import assembly, kernels, machine_code

KERNELS = list(kernels())
LARGEST_STATIC_SHARED_MEMORY = 48 * 1024


@pytest.mark.parametrize("name", [name for name, _, _ in KERNELS])
def test_kernel_is_assembled_into_machine_code(name: str) -> None:
    kernel, types = next((kernel, types) for known, kernel, types in KERNELS if known == name)
    text = assembly(kernel, types)
    assert ".target sm_90" in text
    assert f"{kernel.py_func.__name__}" in text
    assert "call" not in text.replace("callseq", ""), "something was not inlined"
    code = machine_code(text)
    assert code[:4] == b"\x7fELF"
    assert len(code) > 2000


def test_text_that_is_no_kernel_is_not_assembled() -> None:
    from cuda.bindings.nvjitlink import nvJitLinkError

    with pytest.raises(nvJitLinkError):
        machine_code(".version 8.0\n.target sm_90\nnonsense")
