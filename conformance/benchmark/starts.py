"""How long a new process takes to its first epoch, with and without compiled kernels."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from typing import Final

from taospec.optimized.compilation import CACHE_ENVIRONMENT_VARIABLE

COLD: Final = "cold start"
WARM: Final = "warm start"
FIRST_EPOCH: Final = "first epoch"
ALL_KERNELS: Final = "all kernels"
WARM_STARTS: Final = 3

PROGRAM: Final = """
import json, time
began = time.time() - time.process_time()
def passed():
    return {"seconds": time.time() - began, "processor seconds": time.process_time()}
from taospec.conformance.benchmark.workloads import Workload, drawn_epoch
from taospec.optimized.yuma.epoch import run_epoch
from taospec.optimized.yuma.translation import record_of_arrays
run_epoch(record_of_arrays(drawn_epoch(Workload(64, 256))))
first = passed()
from taospec.optimized.yuma.warm import compile_kernels
compile_kernels()
print(json.dumps({"first epoch": first, "all kernels": passed()}))
"""
"""Counts from the start of the interpreter, what it needs for itself as processor time."""


def start_seconds() -> dict[str, dict[str, dict[str, float]]]:
    """Wall and processor seconds from the start of a process to its first epoch and to all kernels.

    Cold: with an empty cache of compiled kernels. Warm: with the cache that the cold start left,
    the best of ``WARM_STARTS``.
    """
    with tempfile.TemporaryDirectory(prefix="taospec-start-") as folder:
        cold = _start(folder)
        warm = min(
            (_start(folder) for _ in range(WARM_STARTS)), key=lambda start: start[FIRST_EPOCH]["seconds"]
        )
    return {COLD: cold, WARM: warm}


def _start(cache: str) -> dict[str, dict[str, float]]:
    environment = os.environ | {CACHE_ENVIRONMENT_VARIABLE: cache}
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
    )
    measured: dict[str, dict[str, float]] = json.loads(run.stdout)
    return measured
