"""What no implementation on this machine can beat: memory moved, and multiplications made."""

from __future__ import annotations

import time

import attrs
import numpy as np

from taospec.conformance.benchmark.workloads import Workload
from taospec.optimized.compilation import kernel

BYTES_PER_CELL = 6
"""A weight and a bond of 16 bits are read, a bond is written."""
BYTES_PER_NEURON = 5 * 8 + 4 * 8 + 5 * 2 + 3
"""Five u64 vectors and a permit are read; four u64 and five u16 vectors and two masks written."""
MULTIPLICATIONS_PER_CELL = 10
"""Three to normalise a weight, one each for rank and penalty, two for the moving average, two to
divide a bond by its column, one for the dividend."""
MULTIPLICATIONS_PER_RATE = 29 * 4 + 6
"""Four for each term of the exponential, and what is around it."""

MULTIPLY_LANES = 1024
MULTIPLY_ROUNDS = 2000


@attrs.frozen
class Machine:
    """Rates of one thread, measured."""

    multiplications_per_second: float
    """Products of two half words, in independent lanes."""

    @classmethod
    def measured(cls) -> Machine:
        """Measure the machine that runs this."""
        lanes = np.arange(1, MULTIPLY_LANES + 1, dtype=np.uint64)
        seconds = _best(lambda: _multiply_lanes(lanes, MULTIPLY_ROUNDS), 7)
        return cls(MULTIPLY_LANES * MULTIPLY_ROUNDS / seconds)

    def lower_bound(self, workload: Workload) -> float:
        """Seconds that an epoch takes at least on one thread."""
        size = workload.cells * BYTES_PER_CELL + workload.neurons * BYTES_PER_NEURON
        moved = size / copy_bandwidth(size)
        return max(moved, multiplications(workload) / self.multiplications_per_second)


def multiplications(workload: Workload) -> float:
    """Products that an epoch needs; for absent entries none."""
    per_cell = MULTIPLICATIONS_PER_CELL + MULTIPLICATIONS_PER_RATE * workload.liquid_alpha
    return workload.cells * workload.density * per_cell


def copy_bandwidth(size: int) -> float:
    """Bytes read and written a second by a copy that touches ``size`` bytes, in whichever cache they fit."""
    source = np.ones(max(size // 2, 1), np.uint8)
    target = np.empty_like(source)
    return 2 * source.size / _best(lambda: np.copyto(target, source), 50)


@kernel
def _multiply_lanes(lanes: np.ndarray, rounds: int) -> None:
    low = np.uint64(0xFFFFFFFF)
    for _ in range(rounds):
        for k in range(lanes.size):
            lanes[k] = (lanes[k] & low) * (lanes[k] & low) + np.uint64(1)


def _best(call: object, repeats: int) -> float:
    assert callable(call)
    call()
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best
