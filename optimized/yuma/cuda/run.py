"""Run batches of epochs on a device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

import attrs
import numpy as np
import numpy.typing as npt
from numba import cuda

from taospec.optimized.yuma.cpu import Refusal
from taospec.optimized.yuma.cuda.batch import Batch, BatchAnswer, StoredEpochs
from taospec.optimized.yuma.cuda.bonds import bonds_kernel
from taospec.optimized.yuma.cuda.consensus import consensus_kernel
from taospec.optimized.yuma.cuda.device import (
    LARGE_VECTOR_THREADS,
    ROW_THREADS,
    SIMULATED,
    VECTOR_THREADS,
)
from taospec.optimized.yuma.cuda.incentive import incentives, outputs
from taospec.optimized.yuma.cuda.layout import FACTS, LIQUID
from taospec.optimized.yuma.cuda.rows import row_sums
from taospec.optimized.yuma.cuda.stakes import stakes
from taospec.optimized.yuma.guards import ALL_GUARDS
from taospec.reference.yuma.records import EpochInput, EpochOutput

LARGEST_BATCH: Final = 65535
"""Blocks in the second dimension of a grid."""


@attrs.frozen
class ColumnBlocks:
    """How many columns a block takes, and how many rows of theirs fit its shared memory."""

    threads: int
    shared_rows: int
    """0: the rows are kept in device memory."""


COLUMN_BLOCKS: Final[tuple[ColumnBlocks, ...]] = (
    (ColumnBlocks(4, 8), ColumnBlocks(4, 0))
    if SIMULATED
    else (ColumnBlocks(128, 64), ColumnBlocks(64, 128), ColumnBlocks(32, 256), ColumnBlocks(128, 0))
)
"""In order of preference: the first that holds all rows is taken. Each has 32 KiB at most."""


def run_batch(batch: Batch, *, with_present: bool = False) -> BatchAnswer:
    """Copy a batch to the device, run its epochs, and copy their answers back."""
    on_device = DeviceBatch(batch, with_present=with_present)
    on_device.launch()
    return on_device.answer()


def run_records(epochs: Sequence[EpochInput], guards: int = ALL_GUARDS) -> list[EpochOutput | Refusal]:
    """Each epoch's output, or the guard that refuses it. ``guards`` exists to test what they guard."""
    answers: list[EpochOutput | Refusal] = []
    for start in range(0, len(epochs), LARGEST_BATCH):
        stored = StoredEpochs.of(epochs[start : start + LARGEST_BATCH], guards)
        answers += stored.answers(run_batch(stored.batch, with_present=True))
    return answers


@attrs.frozen
class Launch:
    """A kernel with its grid and its arguments."""

    name: str
    kernel: Callable[..., Any]
    grid: tuple[int, int]
    threads: int
    arguments: tuple[Any, ...]

    def __call__(self, stream: Any = 0) -> None:
        """Start the kernel; it runs after those started before on the stream."""
        self.kernel[self.grid, self.threads, stream](*self.arguments)  # type: ignore[index]


class DeviceBatch:
    """A batch in device memory, which stays there from the first launch to the answer.

    ``launch`` may be called again: it computes the same epochs anew. ``load`` replaces the
    inputs by those of a batch of the same shape.
    """

    def __init__(
        self, batch: Batch, *, with_present: bool = False, blocks: ColumnBlocks | None = None
    ) -> None:
        """Allocate and copy.

        Args:
            batch: at most :data:`LARGEST_BATCH` subnets.
            with_present: whether to tell absent bonds from those stored as 0.
            blocks: instead of the choice that fits the rows.
        """
        neurons, rows = batch.vectors.shape[1], batch.uids.size
        cells, subnets = batch.weights.size, batch.parameters.size
        self._inputs = {name: _to_device(value) for name, value in _inputs(batch).items()}
        self._largest_neurons = int(batch.parameters["neurons"].max())
        self._largest_rows = int(batch.parameters["rows"].max())
        self._blocks = blocks or column_blocks(self._largest_rows)
        scratch = cells if self._blocks.shared_rows == 0 else 1
        self._filtered = _allocate((2, neurons), np.uint64)
        self._work = _allocate((6, neurons), np.int64)
        self._row_i64 = [_allocate(rows, np.int64) for _ in range(4)]
        self._row_share = _allocate(rows, np.uint32)
        self._row_limit = _allocate(rows, np.uint64)
        self._row_kept = _allocate(rows, np.bool)
        self._row_factor = _allocate(rows, np.float64)
        self._facts = _allocate((FACTS, subnets), np.int64)
        self._scratch = _allocate(scratch, np.uint32)
        self._cells = cells
        self.status = _allocate(subnets, np.int64)
        self.amounts = _allocate((4, neurons), np.uint64)
        self.proportions = _allocate((5, neurons), np.uint16)
        self.masks = _allocate((2, neurons), np.bool)
        self.stored = _allocate(cells, np.uint16)
        self.present = _allocate(max(cells, 2) if with_present else 1, np.bool)
        self.launches = self._launches(subnets)

    def launch(self, stream: Any = 0) -> None:
        """Start all kernels in order; they run asynchronously."""
        for launch in self.launches:
            launch(stream)

    def load(self, batch: Batch) -> None:
        """Copy the inputs of another batch of the same shape."""
        for name, value in _inputs(batch).items():
            self._inputs[name].copy_to_device(_at_least_one(value))

    def answer(self) -> BatchAnswer:
        """Wait for the kernels and copy what they answer."""
        facts = self._facts.copy_to_host()
        return BatchAnswer(
            status=self.status.copy_to_host(),
            liquid=facts[LIQUID] != 0,
            amounts=self.amounts.copy_to_host(),
            proportions=self.proportions.copy_to_host(),
            masks=self.masks.copy_to_host(),
            stored=self.stored.copy_to_host()[: self._cells],
            present=self.present.copy_to_host()[: self._cells],
        )

    def poison(self, byte: int = 0xA5) -> None:
        """Fill all outputs and all intermediate results with a byte, to show what is not written."""
        arrays = [
            self._filtered,
            self._work,
            *self._row_i64,
            self._row_share,
            self._row_limit,
            self._row_kept,
            self._row_factor,
            self._facts,
            self._scratch,
            self.status,
            self.amounts,
            self.proportions,
            self.masks,
            self.stored,
            self.present,
        ]
        for array in arrays:
            filled = np.full(array.nbytes, byte, np.uint8).view(array.dtype).reshape(array.shape)
            array.copy_to_device(filled)

    def _launches(self, subnets: int) -> tuple[Launch, ...]:
        row_stake, row_sum, row_trust, row_income = self._row_i64
        row_share, row_limit, row_kept, row_factor = (
            self._row_share,
            self._row_limit,
            self._row_kept,
            self._row_factor,
        )
        parameters, offsets, vectors, permits, uids, weights, bonds, marks = (
            self._inputs[name]
            for name in (
                "parameters",
                "offsets",
                "vectors",
                "permits",
                "uids",
                "weights",
                "bonds",
                "marks",
            )
        )
        kernels = column_kernels(self._blocks)
        columns, vector_threads = self._blocks.threads, threads_per_subnet(self._largest_neurons)
        per_subnet, per_row = (subnets, 1), (max(self._largest_rows, 1), subnets)
        per_column = (max(-(-self._largest_neurons // columns), 1), subnets)
        facts, status, work = self._facts, self.status, self._work
        return (
            Launch("stakes", stakes, per_subnet, vector_threads, (
                parameters, offsets, vectors, permits, uids, self._filtered, work, self.amounts, self.masks,
                row_stake, row_share, row_limit, row_kept, row_trust, row_income, facts, status,
            )),
            Launch("row_sums", row_sums, per_row, ROW_THREADS, (
                parameters, offsets, vectors, uids, weights, row_limit, facts, status, row_sum, row_factor,
            )),
            Launch("consensus", kernels[0], per_column, columns, (
                parameters, offsets, vectors, uids, weights, row_stake, row_share, row_limit, row_sum,
                row_factor, facts, status, work, row_trust, self._scratch,
            )),
            Launch("incentives", incentives, per_subnet, vector_threads, (
                parameters, offsets, facts, status, work,
            )),
            Launch("bonds", kernels[1], per_column, columns, (
                parameters, offsets, vectors, uids, weights, bonds, marks, row_stake, row_limit, row_kept,
                row_sum, row_factor, facts, status, work, row_income, self._scratch, self.stored,
                self.present,
            )),
            Launch("outputs", outputs, per_subnet, vector_threads, (
                parameters, offsets, uids, row_stake, row_trust, row_income, status, work, self.amounts,
                self.proportions,
            )),
        )  # fmt: skip


def threads_per_subnet(neurons: int) -> int:
    """Threads of a block that works on one subnet's vectors."""
    return LARGE_VECTOR_THREADS if neurons > 1024 else VECTOR_THREADS


def column_blocks(rows: int) -> ColumnBlocks:
    """The first of :data:`COLUMN_BLOCKS` that holds so many rows."""
    return next(blocks for blocks in COLUMN_BLOCKS if blocks.shared_rows >= rows or blocks.shared_rows == 0)


@lru_cache
def column_kernels(blocks: ColumnBlocks) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The kernels of consensus and bonds for these blocks; compiled at their first launch."""
    arguments = blocks.threads, blocks.shared_rows
    return consensus_kernel(*arguments), bonds_kernel(*arguments)


def _inputs(batch: Batch) -> dict[str, npt.NDArray[Any]]:
    return {"offsets": batch.offsets} | {
        attribute.name: getattr(batch, attribute.name) for attribute in attrs.fields(Batch)
    }


def _to_device(array: npt.NDArray[Any]) -> Any:
    return cuda.to_device(_at_least_one(array))


def _at_least_one(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The device has no empty arrays."""
    array = np.ascontiguousarray(array)
    return array if array.size else np.zeros([max(length, 1) for length in array.shape], array.dtype)


def _allocate(shape: int | tuple[int, ...], dtype: type) -> Any:
    """Uninitialised device memory, at least one element."""
    lengths = (shape,) if isinstance(shape, int) else shape
    return cuda.device_array([max(length, 1) for length in lengths], dtype)
