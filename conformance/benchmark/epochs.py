"""The benchmark of the Yuma epoch: everyone on the same epochs, in one run."""

from __future__ import annotations

import datetime
import os
import platform
import time
from collections.abc import Callable, Sequence

import llvmlite.binding  # type: ignore[import-untyped]
import numba
import numpy as np

from taospec.conformance.benchmark import float64_epoch
from taospec.conformance.benchmark.bars import BATCH
from taospec.conformance.benchmark.contenders import (
    ALL_THREADS,
    CUDA,
    LOWER_BOUND,
    ONE_THREAD,
    REFERENCE,
    batch_calls,
    cuda_is_available,
    device_name,
    epoch_calls,
    reference_call,
)
from taospec.conformance.benchmark.lower_bound import Machine
from taospec.conformance.benchmark.measurement import best_seconds
from taospec.conformance.benchmark.results import Results
from taospec.conformance.benchmark.starts import start_seconds
from taospec.conformance.benchmark.workloads import BATCH_SIZE, BATCH_SUBNETS, Workload, drawn_epoch
from taospec.optimized.yuma.epoch import run_arrays
from taospec.optimized.yuma.layout import AMOUNT_NAMES, MASK_NAMES, PROPORTION_NAMES
from taospec.optimized.yuma.records import EpochArrays, EpochArraysOutput

STAGE_REPEATS = 20


class DisagreementError(Exception):
    """Two implementations that must agree bit for bit do not."""


def measure(
    workloads: Sequence[Workload],
    *,
    budget: float,
    threads: int,
    reference_limit: float,
    with_batch: bool,
    with_starts: bool,
    progress: Callable[[str], None],
) -> Results:
    """Measure all contenders on all workloads.

    Args:
        workloads: the kinds of epochs.
        budget: seconds to spend on each contender and workload.
        threads: number of CPU threads of the parallel contender.
        reference_limit: seconds; the reference runs where it is expected to take less.
        with_batch: whether to measure the batch of 128 subnets too.
        with_starts: whether to measure how long new processes take to their first epoch.
        progress: told the name of each work before it is measured.
    """
    load = _load()
    machine, cuda = Machine.measured(), cuda_is_available()
    seconds: dict[str, dict[str, float]] = {}
    cells: dict[str, int] = {}
    stages: dict[str, dict[str, float]] = {}
    reference = _ReferenceTimes(reference_limit)
    for workload in workloads:
        progress(workload.name)
        epoch = drawn_epoch(workload)
        _require_agreement(epoch, threads, cuda)
        measured = best_seconds(epoch_calls(epoch, threads, cuda), budget)
        measured |= reference.measured(workload, epoch)
        measured[LOWER_BOUND] = machine.lower_bound(workload)
        seconds[workload.name], cells[workload.name] = measured, workload.cells
        stages[workload.name] = float64_epoch.stage_seconds(epoch, STAGE_REPEATS)
    if with_batch:
        progress(BATCH)
        one = Workload(*BATCH_SIZE)
        epochs = [drawn_epoch(one, seed) for seed in range(BATCH_SUBNETS)]
        seconds[BATCH] = best_seconds(batch_calls(epochs, threads, cuda), budget)
        seconds[BATCH][LOWER_BOUND] = BATCH_SUBNETS * machine.lower_bound(one)
        cells[BATCH] = BATCH_SUBNETS * one.cells
    starts = {}
    if with_starts:
        progress("cold and warm start")
        starts = start_seconds()
    return Results(_machine(threads, cuda) | {"load": load}, seconds, cells, stages, starts)


class _ReferenceTimes:
    """Runs the reference where its last time, grown with the cells, stays below a limit."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._last: dict[bool, tuple[float, float]] = {}

    def measured(self, workload: Workload, epoch: EpochArrays) -> dict[str, float]:
        size = float(workload.neurons**2 if workload.liquid_alpha else workload.cells)
        seconds, of_size = self._last.get(workload.liquid_alpha, (0.0, 1.0))
        if seconds * size / of_size > self._limit or self._limit <= 0:
            return {}
        call = reference_call(epoch)
        start = time.perf_counter()
        call()
        elapsed = time.perf_counter() - start
        self._last[workload.liquid_alpha] = (elapsed, size)
        return {REFERENCE: elapsed}


def _require_agreement(epoch: EpochArrays, threads: int, cuda: bool) -> None:
    one = run_arrays(epoch, threads=1)
    others = {ALL_THREADS: run_arrays(epoch, threads=threads)}
    if cuda:
        others[CUDA] = run_arrays(epoch, backend="cuda")
    for other, output in others.items():
        for name in (*AMOUNT_NAMES, *PROPORTION_NAMES, *MASK_NAMES, "bonds"):
            if not np.array_equal(_field(one, name), _field(output, name)):
                raise DisagreementError(f"{name}: {ONE_THREAD} and {other} differ")


def _field(output: EpochArraysOutput, name: str) -> np.ndarray:
    return np.asarray(getattr(output, name))


def _load() -> float | None:
    """How many processes wanted a core in the last minute, where the system says so."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def _machine(threads: int, cuda: bool) -> dict[str, object]:
    return {
        "date": datetime.date.today().isoformat(),
        "processor": f"{platform.machine()} {llvmlite.binding.get_host_cpu_name()}",
        "threads": threads,
        "gpu": device_name() if cuda else None,
        "python": platform.python_version(),
        "numba": numba.__version__,
        "llvmlite": llvmlite.__version__,
        "numpy": np.__version__,
    }
