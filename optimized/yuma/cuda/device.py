"""How CUDA kernels are declared, and whether there is a device to run them on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from numba import cuda
from numba.core import config

_Function = TypeVar("_Function", bound=Callable[..., Any])

_settings: Any = config
SIMULATED: Final = bool(_settings.ENABLE_CUDASIM)
"""Whether kernels run in the simulator: one Python thread for each thread of a block."""

VECTOR_THREADS: Final = 4 if SIMULATED else 256
"""Threads of a block that works on one subnet's vectors, for few neurons."""
LARGE_VECTOR_THREADS: Final = 4 if SIMULATED else 512
"""The same, for many neurons."""
ROW_THREADS: Final = 4 if SIMULATED else 128
"""Threads of a block that sums one row."""


def device_kernel(threads: int) -> Callable[[_Function], _Function]:
    """Compile a kernel when it is first launched, for blocks of at most so many threads.

    The assembler is told, and so gives a thread no more registers than its share: else a
    device could lack the registers for one block and refuse the launch.
    """
    bounds: dict[str, Any] = {} if SIMULATED else {"launch_bounds": threads}

    def declare(function: _Function) -> _Function:
        return cast(_Function, cuda.jit(**bounds)(function))

    return declare


def most_threads(kernel: Any) -> int:
    """The largest block that a kernel was compiled for."""
    return int(kernel.targetoptions["launch_bounds"])


def device_function(function: _Function) -> _Function:
    """Inline a function that uses arrays or barriers into the kernels that call it.

    Inlined, it can be compiled without a driver.
    """
    return cast(_Function, cuda.jit(device=True, inline="always")(function))


def is_device_available() -> bool:
    """Whether there is a real device: the simulator is none."""
    return not SIMULATED and bool(cuda.is_available())
