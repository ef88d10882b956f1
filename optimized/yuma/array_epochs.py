"""Epochs given as arrays, one at a time or in batches, on the CPU kernels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import attrs
import numpy as np
import numpy.typing as npt

from taospec.optimized.yuma.arguments import BatchArguments, EpochArguments
from taospec.optimized.yuma.arrays import Bools, I64s, U16s, U64s
from taospec.optimized.yuma.conversion import collect_rows, live_zeros
from taospec.optimized.yuma.cpu import FULL_PENALTY, NO_MARKS, Dense, Refusal
from taospec.optimized.yuma.guards import PASSED, WEIGHTS_ORDER
from taospec.optimized.yuma.kernels import run_on_one_thread
from taospec.optimized.yuma.layout import AMOUNTS, MASKS, NEW_PERMITS, PROPORTIONS
from taospec.optimized.yuma.parallel import run_over_columns, run_over_subnets
from taospec.optimized.yuma.parameters import PARAMETERS
from taospec.optimized.yuma.records import DenseRows, EpochArrays, EpochArraysOutput, SparseRows, StoredRows
from taospec.reference.invalid_input import InvalidInputError


def run_arrays(
    epoch: EpochArrays, threads: int, out: EpochArraysOutput | None = None
) -> EpochArraysOutput | Refusal:
    """One epoch, or the guard that refuses it. Dense rows may be answered into ``out``."""
    if isinstance(epoch.rows, SparseRows):
        return _run_sparse(epoch, epoch.rows, threads)
    rows = epoch.rows
    zero = zero_weights(epoch, rows)
    buffers = Buffers.of(epoch.n, rows.uids.size) if out is None else Buffers.reused(out, rows)
    status, _ = _run(
        epoch, rows.uids, rows.weights, rows.bonds, (zero, NO_MARKS, NO_MARKS), buffers, NO_MARKS, threads
    )
    return Refusal(status) if status != PASSED else buffers.output(buffers.stored)


def zero_weights(epoch: EpochArrays, rows: DenseRows) -> Bools:
    """Where liquid alpha finds a weight of 0; no rows where there is none to find."""
    if rows.weights_present is None or not epoch.packed["liquid_alpha"][0]:
        return NO_MARKS
    return live_zeros(
        epoch.packed, epoch.vectors, epoch.permits_in_force, rows.uids, rows.weights, rows.weights_present
    )


def _run_sparse(epoch: EpochArrays, rows: SparseRows, threads: int) -> EpochArraysOutput | Refusal:
    has_weights = np.diff(rows.weights.starts) > 0
    has_bonds = np.diff(rows.bonds.starts) > 0
    uids = np.flatnonzero((epoch.permits_in_force & has_weights) | has_bonds)
    dense = Dense.of(epoch.packed, epoch.vectors, epoch.permits_in_force, uids, rows.weights, rows.bonds)
    penalty = epoch.parameters.bonds_penalty
    if dense.has_hidden_weights and penalty == FULL_PENALTY and epoch.packed["liquid_alpha"][0]:
        return Refusal(WEIGHTS_ORDER)
    buffers = Buffers.of(epoch.n, uids.size)
    present = np.zeros(buffers.stored.shape, np.bool)
    marks = (dense.zero, dense.hidden_weights, dense.hidden_bonds)
    status, liquid = _run(epoch, uids, dense.weights, dense.bonds, marks, buffers, present, threads)
    if status != PASSED:
        return Refusal(status)
    follows_weights = liquid and dense.has_hidden_weights and penalty in (0, FULL_PENALTY)
    bonds = collect_rows(
        uids,
        buffers.masks[NEW_PERMITS],
        buffers.stored,
        present,
        follows_weights,
        rows.weights.starts,
        rows.weights.uids,
    )
    return buffers.output(StoredRows(*bonds))


@attrs.frozen(eq=False)
class Buffers:
    """Where the kernels write."""

    amounts: U64s
    proportions: U16s
    masks: Bools
    stored: U16s

    @classmethod
    def of(cls, neurons: int, rows: int) -> Buffers:
        """Buffers for one epoch, every element of which will be written."""
        return cls(
            np.empty((AMOUNTS, neurons), np.uint64),
            np.empty((PROPORTIONS, neurons), np.uint16),
            np.empty((MASKS, neurons), np.bool),
            np.empty((rows, neurons), np.uint16),
        )

    @classmethod
    def reused(cls, out: EpochArraysOutput, rows: DenseRows) -> Buffers:
        """The arrays of an earlier answer.

        Raises:
            InvalidInputError: they do not fit the epoch.
        """
        bonds, neurons = out.bonds, rows.weights.shape[1]
        if isinstance(bonds, StoredRows) or bonds.shape != rows.bonds.shape:
            raise InvalidInputError("out", type(bonds).__name__, "must answer an epoch of the same shape")
        if out.amounts.shape != (AMOUNTS, neurons):
            raise InvalidInputError("out", out.amounts.shape, "must answer an epoch of the same shape")
        return cls(out.amounts, out.proportions, out.masks, bonds)

    def output(self, bonds: U16s | StoredRows) -> EpochArraysOutput:
        """The buffers by name."""
        return EpochArraysOutput(self.amounts, self.proportions, self.masks, bonds)


def _run(
    epoch: EpochArrays,
    uids: I64s,
    weights: U16s,
    bonds: U16s,
    marks: tuple[Bools, Bools, Bools],
    buffers: Buffers,
    present: Bools,
    threads: int,
) -> tuple[int, bool]:
    arguments = EpochArguments(
        epoch.packed,
        epoch.vectors,
        epoch.permits_in_force,
        uids,
        weights,
        bonds,
        *marks,
        buffers.amounts,
        buffers.proportions,
        buffers.masks,
        buffers.stored,
        present,
    )
    if threads == 1:
        return run_on_one_thread(*arguments)
    return run_over_columns(arguments, threads)


@attrs.frozen(eq=False)
class EpochBatch:
    """Epochs of many subnets in flat arrays, one subnet after the other, for repeated runs."""

    epochs: tuple[EpochArrays, ...]
    parameters: npt.NDArray[np.void]
    neuron_offset: I64s
    row_offset: I64s
    cell_offset: I64s
    vectors: U64s
    permits: Bools
    uids: I64s
    weights: U16s
    bonds: U16s

    @classmethod
    def of(cls, epochs: Sequence[EpochArrays]) -> EpochBatch:
        """Flatten epochs with dense rows and without marked zero weights."""
        rows = [_dense_rows(epoch) for epoch in epochs]
        parameters = np.concatenate([epoch.packed for epoch in epochs]) if epochs else np.zeros(0, PARAMETERS)
        parameters["rows"] = [row.uids.size for row in rows]
        return cls(
            tuple(epochs),
            parameters,
            _offsets([epoch.n for epoch in epochs]),
            _offsets([row.uids.size for row in rows]),
            _offsets([row.weights.size for row in rows]),
            np.concatenate([np.zeros(0, np.uint64), *(epoch.vectors.reshape(-1) for epoch in epochs)]),
            np.concatenate([np.zeros(0, np.bool), *(epoch.permits_in_force for epoch in epochs)]),
            np.concatenate([np.zeros(0, np.int64), *(row.uids for row in rows)]),
            np.concatenate([np.zeros(0, np.uint16), *(row.weights.reshape(-1) for row in rows)]),
            np.concatenate([np.zeros(0, np.uint16), *(row.bonds.reshape(-1) for row in rows)]),
        )


@attrs.define(eq=False)
class BatchRoom:
    """Where the answers of a batch are written; each run that is given it overwrites them."""

    batch: EpochBatch
    flat: Buffers
    _answers: tuple[EpochArraysOutput, ...] | None = None

    @classmethod
    def of(cls, batch: EpochBatch) -> BatchRoom:
        """Room for the answers of this batch."""
        neurons = int(batch.neuron_offset[-1])
        flat = Buffers(
            np.empty(AMOUNTS * neurons, np.uint64),
            np.empty(PROPORTIONS * neurons, np.uint16),
            np.empty(MASKS * neurons, np.bool),
            np.empty(int(batch.cell_offset[-1]), np.uint16),
        )
        return cls(batch, flat)

    def answers(self) -> tuple[EpochArraysOutput, ...]:
        """Each subnet's part of the room."""
        if self._answers is None:
            self._answers = tuple(_parts(self.batch, self.flat))
        return self._answers


def run_batch(
    batch: EpochBatch, threads: int, out: BatchRoom | None = None
) -> list[EpochArraysOutput | Refusal]:
    """Every epoch of the batch, spread over so many threads.

    Raises:
        InvalidInputError: ``out`` is room for another batch.
    """
    room = BatchRoom.of(batch) if out is None else out
    if room.batch is not batch:
        raise InvalidInputError("out", "room for another batch", "must be room for this batch")
    status = np.empty(batch.parameters.size, np.int64)
    arguments = BatchArguments(
        batch.parameters,
        batch.neuron_offset,
        batch.row_offset,
        batch.cell_offset,
        batch.vectors,
        batch.permits,
        batch.uids,
        batch.weights,
        batch.bonds,
        room.flat.amounts,
        room.flat.proportions,
        room.flat.masks,
        room.flat.stored,
        status,
    )
    run_over_subnets(arguments, threads, room.answers)
    answers: list[EpochArraysOutput | Refusal] = list(room.answers())
    for subnet in np.flatnonzero(status != PASSED):
        answers[subnet] = Refusal(int(status[subnet]))
    return answers


def _parts(batch: EpochBatch, flat: Buffers) -> Iterator[EpochArraysOutput]:
    """Each subnet's part of the buffers."""
    neurons, rows, cells = (
        offsets.tolist() for offsets in (batch.neuron_offset, batch.row_offset, batch.cell_offset)
    )
    for subnet, (first, last) in enumerate(pairwise(neurons)):
        n = last - first
        yield EpochArraysOutput(
            flat.amounts[AMOUNTS * first : AMOUNTS * last].reshape(AMOUNTS, n),
            flat.proportions[PROPORTIONS * first : PROPORTIONS * last].reshape(PROPORTIONS, n),
            flat.masks[MASKS * first : MASKS * last].reshape(MASKS, n),
            flat.stored[cells[subnet] : cells[subnet + 1]].reshape(rows[subnet + 1] - rows[subnet], n),
        )


def _dense_rows(epoch: EpochArrays) -> DenseRows:
    rows = epoch.rows
    if not isinstance(rows, DenseRows) or rows.weights_present is not None:
        raise ValueError("a batch takes dense rows without marked zero weights")
    return rows


def _offsets(sizes: Sequence[int]) -> I64s:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(np.array(sizes, np.int64))])
