"""The implementations that are measured side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from taospec.conformance.benchmark import float32_simulator, float64_epoch
from taospec.optimized.yuma.epoch import EpochBatch, run_arrays, run_batch
from taospec.optimized.yuma.records import DenseRows, EpochArrays
from taospec.optimized.yuma.translation import record_of_arrays
from taospec.reference.yuma.epoch import run_epoch

REFERENCE: Final = "reference"
FLOAT64: Final = "float64 numpy"
FLOAT32: Final = "float32 simulator"
ONE_THREAD: Final = "optimized, 1 thread"
ALL_THREADS: Final = "optimized, all threads"
CUDA: Final = "optimized, CUDA"
LOWER_BOUND: Final = "lower bound, 1 thread"

CONTENDERS: Final = (REFERENCE, FLOAT64, FLOAT32, ONE_THREAD, ALL_THREADS, CUDA)


def epoch_calls(epoch: EpochArrays, threads: int, cuda: bool) -> dict[str, Callable[[], object]]:
    """One epoch by everyone but the reference."""
    out = run_arrays(epoch, threads=1)
    calls: dict[str, Callable[[], object]] = {
        FLOAT64: lambda: float64_epoch.prepared(epoch).run(),
        FLOAT32: float32_call(epoch),
        ONE_THREAD: lambda: run_arrays(epoch, threads=1, out=out),
        ALL_THREADS: lambda: run_arrays(epoch, threads=threads, out=out),
    }
    if cuda:
        calls[CUDA] = lambda: run_arrays(epoch, backend="cuda")
    return calls


def batch_calls(epochs: Sequence[EpochArrays], threads: int, cuda: bool) -> dict[str, Callable[[], object]]:
    """Every epoch of a batch by everyone but the reference."""
    batch = EpochBatch.of(epochs)
    simulators = [float32_call(epoch) for epoch in epochs]
    calls: dict[str, Callable[[], object]] = {
        FLOAT64: lambda: [float64_epoch.prepared(epoch).run() for epoch in epochs],
        FLOAT32: lambda: [simulator() for simulator in simulators],
        ONE_THREAD: lambda: run_batch(batch, threads=1),
        ALL_THREADS: lambda: run_batch(batch, threads=threads),
    }
    if cuda:
        calls[CUDA] = lambda: run_batch(batch, backend="cuda")
    return calls


def reference_call(epoch: EpochArrays) -> Callable[[], object]:
    """The epoch by the reference, decoded beforehand."""
    record = record_of_arrays(epoch)
    return lambda: run_epoch(record)


def float32_call(epoch: EpochArrays) -> Callable[[], object]:
    """The epoch by the simulator's rule; its inputs are floats from the start."""
    rows, p = epoch.rows, epoch.parameters
    assert isinstance(rows, DenseRows)
    weights = rows.weights.astype(np.float32)
    bonds = rows.bonds.astype(np.float32) / np.float32(65_535)
    stake = epoch.alpha[rows.uids].astype(np.float32)
    liquid = (p.alpha_low / 65_535, p.alpha_high / 65_535, p.alpha_sigmoid_steepness / 100)
    kappa, rate = p.kappa / 65_535, 1 - p.bonds_moving_average / 1e6
    arguments = (weights, stake, bonds, kappa, rate, liquid if p.liquid_alpha else None)
    return lambda: float32_simulator.run(*arguments)


def cuda_is_available() -> bool:
    """Whether there is a device; the simulator counts as none."""
    try:
        from numba import cuda

        from taospec.optimized.yuma.cuda.device import SIMULATED
    except ImportError:
        return False
    return not SIMULATED and bool(cuda.is_available())


def device_name() -> str:
    """Name of the device that CUDA uses."""
    from numba import cuda

    name = cuda.get_current_device().name
    return name.decode() if isinstance(name, bytes) else str(name)


def ratios(seconds: Mapping[str, float], baseline: str = FLOAT64) -> dict[str, float]:
    """Each time as a multiple of the baseline's."""
    return {name: value / seconds[baseline] for name, value in seconds.items()}
