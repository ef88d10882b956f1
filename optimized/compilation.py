"""How kernels are compiled, and where their machine code is kept.

A compiled kernel is reused by later processes. Numba notices a change of the file that
holds a kernel but not of the files that the kernel calls, so a stale kernel could answer
with arithmetic that was since mended. The directory of the cache is therefore named by a
hash of *every* source file of this package and of the versions that turn it into machine
code: any change opens a new, empty directory.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import llvmlite  # type: ignore[import-untyped]
import numba
import numpy as np
from numba import extending
from numba.core import config

_Function = TypeVar("_Function", bound=Callable[..., Any])

CACHE_ENVIRONMENT_VARIABLE: Final = "TAOSPEC_CACHE_DIR"
"""Names the directory under which compiled kernels are kept, instead of the user's cache."""

MEANINGS: Final[dict[str, Callable[..., Any]]] = {}
"""Name of each :func:`instruction` to its meaning."""

_SOURCE_ROOT: Final = Path(__file__).resolve().parent


def inlined(function: _Function) -> _Function:
    """Compile an operation on raw bits into whatever calls it, on any device.

    The function is inlined as source, so it takes the device, the division semantics and
    the cache of its caller: CPU kernels, CUDA kernels and the CUDA simulator share it.
    """
    return cast(_Function, numba.njit(inline="always", error_model="numpy")(function))


def subroutine(function: _Function) -> _Function:
    """Compile a part of a kernel once, to be called by all kernels that need it on the CPU.

    It is cached too: a kernel that is compiled later finds its parts.
    """
    with _kernel_cache():
        return cast(_Function, numba.njit(cache=True, error_model="numpy")(function))


def instruction(meaning: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An operation that kernels call with values; the function says with types what it generates.

    ``meaning`` is the operation on numpy values. It takes the place of the generated code where
    compilation is switched off, and says what the tests hold the code to.
    """

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        settings: Any = config
        operation = (
            meaning if settings.DISABLE_JIT else cast(Callable[..., Any], extending.intrinsic(function))
        )
        MEANINGS[function.__name__] = meaning
        return operation

    return mark


def kernel(function: _Function) -> _Function:
    """Compile a loop for one CPU thread; the interpreter lock is released while it runs."""
    with _kernel_cache():
        return cast(_Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def parallel_kernel(function: _Function) -> _Function:
    """Compile a loop whose ``prange`` is spread over the CPU threads."""
    with _kernel_cache():
        return cast(
            _Function, numba.njit(cache=True, nogil=True, error_model="numpy", parallel=True)(function)
        )


def cache_directory() -> Path:
    """Where the compiled kernels of exactly these sources and versions are kept."""
    return _CACHE_DIRECTORY


def source_digest(root: Path = _SOURCE_ROOT) -> str:
    """Hash of all kernel sources below ``root`` and of the versions that compile them."""
    digest = hashlib.sha256()
    versions = (sys.version, platform.machine(), numba.__version__, llvmlite.__version__, np.__version__)
    for version in versions:
        digest.update(version.encode() + b"\0")
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def _choose_cache_directory() -> Path:
    name = f"kernels-{source_digest()[:20]}"
    for base in (*_configured_base(), _user_cache_base(), Path(tempfile.gettempdir()) / "taospec"):
        directory = base / name
        with contextlib.suppress(OSError):
            directory.mkdir(parents=True, exist_ok=True)
            if os.access(directory, os.W_OK):
                return directory
    return Path(tempfile.mkdtemp(prefix="taospec-kernels-"))


def _configured_base() -> tuple[Path, ...]:
    configured = os.environ.get(CACHE_ENVIRONMENT_VARIABLE)
    return (Path(configured),) if configured else ()


def _user_cache_base() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "taospec"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "taospec"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "taospec"


@contextlib.contextmanager
def _kernel_cache() -> Iterator[None]:
    """Have numba bind the functions decorated inside to our cache, and no others."""
    settings: Any = config
    previous = settings.CACHE_DIR
    settings.CACHE_DIR = str(_CACHE_DIRECTORY)
    try:
        yield
    finally:
        settings.CACHE_DIR = previous


_CACHE_DIRECTORY: Final = _choose_cache_directory()
