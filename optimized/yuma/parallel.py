"""One epoch on several threads, which share its columns; many epochs, which share the subnets."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from taospec.optimized.stages import LEADER, WAITING, new_board
from taospec.optimized.threads import run_stages
from taospec.optimized.yuma.arguments import BatchArguments, EpochArguments
from taospec.optimized.yuma.kernels import run_subnets
from taospec.optimized.yuma.layout import TILE, WORKING_VECTORS
from taospec.optimized.yuma.rows import RowArrays
from taospec.optimized.yuma.shared_epoch import (
    FINDINGS,
    LIQUID,
    STAGES,
    STATUS,
    SharedArrays,
    counting_weights,
    run_one_of_threads,
)

FIRST_SUBNETS = 8
"""Epochs of a batch before the calling thread does something else: a few tenths of a millisecond."""


def run_over_columns(e: EpochArguments, threads: int) -> tuple[int, bool]:
    """:func:`~taospec.optimized.yuma.kernels.run_on_one_thread` with the columns shared out."""
    shared = shared_arrays(e, threads)
    run_stages(
        lambda thread, stage: run_one_of_threads(thread, threads, stage, e, shared), shared.board, threads
    )
    return int(shared.findings[STATUS]), bool(shared.findings[LIQUID])


def shared_arrays(e: EpochArguments, threads: int) -> SharedArrays:
    """Room for what so many threads share in an epoch."""
    rows, neurons = e.uids.size, e.vectors.shape[1]
    sums, trust, income = np.zeros((3, threads, rows), np.int64)
    return SharedArrays(
        new_board(STAGES, threads),
        counting_weights(e.parameters, e.vectors, e.permits, e.uids, e.weights),
        np.zeros(FINDINGS, np.int64),
        np.zeros((WORKING_VECTORS, -(-neurons // TILE) * TILE), np.int64),
        RowArrays(
            source=np.empty(rows, np.int64),
            uid=np.empty(rows, np.int64),
            stake=np.empty(rows, np.int64),
            share=np.empty(rows, np.uint32),
            weight_sum=np.empty(rows, np.int64),
            divisor=np.empty((rows, 3), np.uint32),
            factor=np.empty(rows, np.uint64),
            kept=np.empty(rows, np.bool),
        ),
        sums,
        trust,
        income,
    )


def run_over_subnets(
    batch: BatchArguments, threads: int, meanwhile: Callable[[], object] = lambda: None
) -> None:
    """Many epochs, each on one thread, the largest first.

    The calling thread calls ``meanwhile`` after a few epochs: when the others, who need the
    interpreter's lock to begin, have left Python.
    """
    board = new_board(1, 1)
    order = np.argsort(-np.diff(batch.cell_offset), kind="stable")

    def run_on(thread: int, stage: int) -> int:
        if thread == LEADER and stage != WAITING:
            run_subnets(thread, board, order, FIRST_SUBNETS, batch)
            meanwhile()
        return run_subnets(thread, board, order, order.size, batch)

    run_stages(run_on, board, threads)
