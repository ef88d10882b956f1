"""Epochs given as arrays, on CUDA. Imported only by who asks for the device."""

from __future__ import annotations

import attrs
import numpy as np

from taospec.optimized.yuma.array_epochs import Buffers, EpochBatch, zero_weights
from taospec.optimized.yuma.cpu import Refusal
from taospec.optimized.yuma.cuda.batch import NO_CELLS, Batch
from taospec.optimized.yuma.cuda.layout import ZERO_ENTRY
from taospec.optimized.yuma.cuda.run import run_batch
from taospec.optimized.yuma.guards import PASSED
from taospec.optimized.yuma.records import DenseRows, EpochArrays, EpochArraysOutput


def run_dense_on_device(epoch: EpochArrays, rows: DenseRows) -> EpochArraysOutput | Refusal:
    """One epoch with dense rows, or the guard that refuses it."""
    zero = zero_weights(epoch, rows)
    marks = (zero.reshape(-1) * np.uint8(ZERO_ENTRY)).astype(np.uint8) if zero.size else NO_CELLS
    without_marks = attrs.evolve(epoch, rows=attrs.evolve(rows, weights_present=None))
    (answer,) = run_batch_on_device(EpochBatch.of([without_marks]), marks)
    return answer


def run_batch_on_device(batch: EpochBatch, marks: np.ndarray = NO_CELLS) -> list[EpochArraysOutput | Refusal]:
    """Every epoch of the batch."""
    if not batch.epochs:
        return []
    answer = run_batch(
        Batch(
            batch.parameters,
            np.concatenate([epoch.vectors for epoch in batch.epochs], axis=1),
            batch.permits,
            batch.uids,
            batch.weights,
            batch.bonds,
            marks,
        )
    )
    answers: list[EpochArraysOutput | Refusal] = []
    for subnet, status in enumerate(answer.status.tolist()):
        if status != PASSED:
            answers.append(Refusal(status))
            continue
        neurons = slice(batch.neuron_offset[subnet], batch.neuron_offset[subnet + 1])
        cells = slice(batch.cell_offset[subnet], batch.cell_offset[subnet + 1])
        rows = int(batch.row_offset[subnet + 1] - batch.row_offset[subnet])
        stored = answer.stored[cells].reshape(rows, batch.epochs[subnet].n)
        part = Buffers(
            answer.amounts[:, neurons], answer.proportions[:, neurons], answer.masks[:, neurons], stored
        )
        answers.append(part.output(stored))
    return answers
