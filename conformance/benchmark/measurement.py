"""Best times of several things, measured in turns so that a slow moment hits them all alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

SHORTEST_SAMPLE = 1e-3
"""Seconds: what is shorter is called several times in a row, and the best call counts."""
FEWEST_ROUNDS = 3


def best_seconds(calls: Mapping[str, Callable[[], object]], budget: float) -> dict[str, float]:
    """Shortest time of each call, in rounds of one sample each, until ``budget`` seconds a call are spent.

    Every call is made once before it is measured. The minimum is what the machine can do;
    everything above it is disturbance.
    """
    best = {}
    repeats = {}
    for name, call in calls.items():
        call()
        best[name] = _timed(call)
        repeats[name] = max(1, int(SHORTEST_SAMPLE / max(best[name], 1e-7)))
    deadline = time.perf_counter() + budget * len(calls)
    rounds = 0
    while rounds < FEWEST_ROUNDS or time.perf_counter() < deadline:
        for name, call in calls.items():
            for _ in range(repeats[name]):
                best[name] = min(best[name], _timed(call))
        rounds += 1
    return best


def _timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
