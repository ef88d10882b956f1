"""One epoch, or many, on the fastest backend that is exact for the input."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, TypeAlias

from taospec.optimized.threads import usable_threads
from taospec.optimized.yuma import array_epochs
from taospec.optimized.yuma.array_epochs import BatchRoom, EpochBatch
from taospec.optimized.yuma.cpu import Refusal, run_record
from taospec.optimized.yuma.fallbacks import count_fallback, fallbacks, reset_fallbacks
from taospec.optimized.yuma.records import DenseRows, EpochArrays, EpochArraysOutput
from taospec.optimized.yuma.translation import output_arrays, record_of_arrays
from taospec.reference.yuma import epoch as reference
from taospec.reference.yuma.records import EpochInput, EpochOutput

__all__ = [
    "Backend",
    "BatchRoom",
    "EpochBatch",
    "fallbacks",
    "reset_fallbacks",
    "run_arrays",
    "run_batch",
    "run_epoch",
    "run_epochs",
]

Backend: TypeAlias = Literal["auto", "cpu", "cuda", "reference"]
"""Who computes. ``auto`` takes the CPU kernels."""

WEIGHTS_WORTH_THREADS = 65_536
"""For each thread: with fewer, handing columns to others costs more than it saves."""
COST_OF_LIQUID_ALPHA = 8
"""About how many times as long a weight takes with liquid alpha."""


def run_epoch(inputs: EpochInput, *, backend: Backend = "auto", threads: int | None = None) -> EpochOutput:
    """Run one epoch of one mechanism; bit for bit what the reference answers.

    ``threads`` is the number of CPU threads to use (default: as many as pay off). An input
    outside the kernels' proven domain is handed to the reference and counted in
    :func:`fallbacks`; what the device refuses is first offered to the CPU.
    """
    if backend == "reference":
        return reference.run_epoch(inputs).output
    if backend == "cuda":
        (on_device,) = _on_device([inputs])
        if not isinstance(on_device, Refusal):
            return on_device
    entries = sum(len(row) for row in inputs.weights if row)
    answer = run_record(inputs, threads or threads_for(entries, inputs.yuma3 and inputs.liquid_alpha))
    if isinstance(answer, Refusal):
        count_fallback(answer.guard)
        return reference.run_epoch(inputs).output
    return answer


def run_epochs(
    inputs: Sequence[EpochInput], *, backend: Backend = "auto", threads: int | None = None
) -> list[EpochOutput]:
    """Run many epochs, each on one CPU thread; the answers are in the order of the inputs."""
    if backend == "cuda":
        return [
            run_epoch(epoch, backend="cpu", threads=1) if isinstance(answer, Refusal) else answer
            for epoch, answer in zip(inputs, _on_device(inputs), strict=True)
        ]
    with ThreadPoolExecutor(threads or usable_threads()) as pool:
        return list(pool.map(lambda epoch: run_epoch(epoch, backend=backend, threads=1), inputs))


def run_arrays(
    epoch: EpochArrays,
    *,
    backend: Backend = "auto",
    threads: int | None = None,
    out: EpochArraysOutput | None = None,
) -> EpochArraysOutput:
    """Run one epoch on arrays, without a Python object per element.

    ``out`` is an earlier answer to an epoch of the same shape with dense rows, whose arrays the
    CPU kernels then overwrite: fresh memory costs a simulation of large subnets some time.
    """
    if backend == "cuda":
        on_device = _arrays_on_device(epoch)
        if not isinstance(on_device, Refusal):
            return on_device
    if backend != "reference":
        answer = array_epochs.run_arrays(
            epoch, threads or threads_for(epoch.entries, bool(epoch.packed["liquid_alpha"][0])), out
        )
        if not isinstance(answer, Refusal):
            return answer
        count_fallback(answer.guard)
    return output_arrays(epoch, reference.run_epoch(record_of_arrays(epoch)).output)


def run_batch(
    batch: EpochBatch,
    *,
    backend: Backend = "auto",
    threads: int | None = None,
    out: BatchRoom | None = None,
) -> list[EpochArraysOutput]:
    """Run every epoch of a batch, each on one thread.

    ``out`` is room for the batch's answers, which the CPU kernels then overwrite: who runs a batch
    again and again saves what fresh memory costs.
    """
    if backend == "reference":
        return [run_arrays(epoch, backend=backend) for epoch in batch.epochs]
    if backend == "cuda":
        answers = _batch_on_device(batch)
    else:
        answers = array_epochs.run_batch(batch, threads or usable_threads(), out)
    return [
        run_arrays(epoch, threads=1) if isinstance(answer, Refusal) else answer
        for epoch, answer in zip(batch.epochs, answers, strict=True)
    ]


def threads_for(weights: int, liquid_alpha: bool) -> int:
    """How many threads an epoch with so many weights is worth."""
    cost = weights * (COST_OF_LIQUID_ALPHA if liquid_alpha else 1)
    return max(1, min(usable_threads(), cost // WEIGHTS_WORTH_THREADS))


# Only who asks for the device needs the packages that drive it.


def _on_device(inputs: Sequence[EpochInput]) -> list[EpochOutput | Refusal]:
    from taospec.optimized.yuma.cuda.run import run_records

    return run_records(inputs)


def _arrays_on_device(epoch: EpochArrays) -> EpochArraysOutput | Refusal:
    from taospec.optimized.yuma.device_epochs import run_dense_on_device

    if isinstance(epoch.rows, DenseRows):
        return run_dense_on_device(epoch, epoch.rows)
    (answer,) = _on_device([record_of_arrays(epoch)])
    return answer if isinstance(answer, Refusal) else output_arrays(epoch, answer)


def _batch_on_device(batch: EpochBatch) -> list[EpochArraysOutput | Refusal]:
    from taospec.optimized.yuma.device_epochs import run_batch_on_device

    return run_batch_on_device(batch)
