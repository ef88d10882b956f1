"""One epoch, or many, on the fastest backend that is exact for the input."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numba

from taospec.optimized.yuma.cpu import Refusal, run_record
from taospec.optimized.yuma.fallbacks import count_fallback, fallbacks, reset_fallbacks
from taospec.reference.yuma import epoch as reference
from taospec.reference.yuma.records import EpochInput, EpochOutput

__all__ = ["Backend", "fallbacks", "reset_fallbacks", "run_epoch"]

Backend: TypeAlias = Literal["auto", "cpu", "cuda", "reference"]
"""Who computes. ``auto`` takes the CPU kernels."""


def run_epoch(inputs: EpochInput, *, backend: Backend = "auto", threads: int | None = None) -> EpochOutput:
    """Run one epoch of one mechanism; bit for bit what the reference answers.

    ``threads`` bounds the CPU threads (default: all that numba has). An input outside the
    kernels' proven domain is handed to the reference and counted in :func:`fallbacks`; what the
    device refuses is first offered to the CPU.
    """
    if backend == "reference":
        return reference.run_epoch(inputs).output
    if backend == "cuda":
        from taospec.optimized.yuma.cuda.run import run_records

        (on_device,) = run_records([inputs])
        if not isinstance(on_device, Refusal):
            return on_device
    answer = run_record(inputs, threads or numba.get_num_threads())
    if isinstance(answer, Refusal):
        count_fallback(answer.guard)
        return reference.run_epoch(inputs).output
    return answer
