"""One epoch on several threads, which share its columns; many epochs, which share the subnets."""

from __future__ import annotations

import numpy as np

from taospec.optimized.threads import run_shares
from taospec.optimized.yuma.arguments import BatchArguments, EpochArguments
from taospec.optimized.yuma.guards import PASSED
from taospec.optimized.yuma.kernels import (
    arrange,
    bonds_of_share,
    conclude,
    consensus_of_share,
    decide,
    prepare,
    run_share_of_subnets,
)
from taospec.optimized.yuma.layout import TILE

SHARES_PER_THREAD = 2
"""Shares of an epoch's columns: more than threads, as one that wakes late does less."""
SUBNETS_AT_A_TIME = 4
"""Epochs of a batch that a thread takes at a time: few, so that all threads end together."""


def run_over_columns(e: EpochArguments, threads: int) -> tuple[int, bool]:
    """:func:`~taospec.optimized.yuma.kernels.run_on_one_thread` with the columns shared out."""
    status, work = prepare(e.parameters, e.vectors, e.permits, e.amounts, e.masks)
    if status != PASSED:
        return status, False
    rows = arrange(e.parameters, e.vectors, e.permits, e.uids, e.weights, e.masks, work)
    shares = min(SHARES_PER_THREAD * threads, max(work.shape[1] // TILE, 1))
    trust, income = np.zeros((2, shares, e.uids.size), np.int64)
    run_shares(
        lambda share: consensus_of_share(e.parameters, rows, share, shares, work, trust), shares, threads
    )
    liquid, status = decide(e.parameters, rows, trust, work)
    if status != PASSED:
        return status, False
    marks = e.zero, e.hidden_weights, e.hidden_bonds
    inputs = e.parameters, liquid, rows, e.vectors, e.bonds, *marks
    outputs = work, income, e.stored, e.present
    run_shares(lambda share: bonds_of_share(*inputs, share, shares, *outputs), shares, threads)
    conclude(e.parameters, rows, income, work, e.amounts, e.proportions)
    return PASSED, liquid


def run_over_subnets(batch: BatchArguments, threads: int) -> None:
    """Many epochs, each on one thread."""
    shares = -(-batch.parameters.size // SUBNETS_AT_A_TIME)
    run_shares(lambda share: run_share_of_subnets(*batch, share, shares), shares, threads)
