"""How fast the kernels have to be, as ratios in one run on a machine of two cores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from taospec.conformance.benchmark.contenders import ALL_THREADS, FLOAT64, ONE_THREAD
from taospec.conformance.benchmark.starts import COLD, WARM
from taospec.conformance.benchmark.workloads import Workload

BATCH: Final = "batch of 128 x (64x256)"


@attrs.frozen
class Bar:
    """A time that may be at most ``factor`` times another."""

    work: str
    contender: str
    against_work: str
    against: str
    factor: float

    @property
    def description(self) -> str:
        """In words."""
        other = self.against if self.against_work == self.work else f"{self.against} of {self.against_work}"
        return f"{self.work}: {self.contender} at most {self.factor:.3g} of {other}"

    def ratio(self, seconds: Mapping[str, Mapping[str, float]]) -> float | None:
        """The measured ratio, or ``None`` where one of the two was not measured."""
        mine = seconds.get(self.work, {}).get(self.contender)
        other = seconds.get(self.against_work, {}).get(self.against)
        return mine / other if mine is not None and other is not None else None


_SMALL, _MEDIUM, _LARGE = (Workload(v, n).name for v, n in ((64, 256), (128, 1024), (256, 4096)))

BARS: Final = (
    Bar(_SMALL, ONE_THREAD, _SMALL, FLOAT64, 1 / 4.5),
    Bar(_MEDIUM, ONE_THREAD, _MEDIUM, FLOAT64, 1 / 10),
    Bar(_LARGE, ALL_THREADS, _LARGE, FLOAT64, 1 / 20),
    Bar(BATCH, ALL_THREADS, BATCH, FLOAT64, 1 / 9),
    Bar(BATCH, ALL_THREADS, BATCH, ONE_THREAD, 0.55),
    Bar(Workload(128, 1024, liquid_alpha=True).name, ALL_THREADS, _MEDIUM, FLOAT64, 2.5),
)

START_BARS: Final = {COLD: 30.0, WARM: 1.0}
"""Seconds from the start of a process to its first epoch."""
