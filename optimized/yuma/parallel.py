"""One epoch on several threads, which share its columns; many epochs, which share the subnets."""

from __future__ import annotations

import numpy as np

from taospec.optimized.threads import run_shares
from taospec.optimized.yuma.arrays import Bools, I64s, Parameters, U16s, U64s
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


def run_over_columns(
    parameters: Parameters,
    vectors: U64s,
    permits: Bools,
    uids: I64s,
    weights: U16s,
    bonds: U16s,
    zero: Bools,
    hidden_weights: Bools,
    hidden_bonds: Bools,
    amounts: U64s,
    proportions: U16s,
    masks: Bools,
    stored: U16s,
    present: Bools,
    threads: int,
) -> tuple[int, bool]:
    """:func:`~taospec.optimized.yuma.kernels.run_on_one_thread` with the columns shared out."""
    status, work = prepare(parameters, vectors, permits, amounts, masks)
    if status != PASSED:
        return status, False
    rows = arrange(parameters, vectors, permits, uids, weights, masks, work)
    shares = min(SHARES_PER_THREAD * threads, max(work.shape[1] // TILE, 1))
    trust = np.zeros((shares, uids.size), np.int64)
    run_shares(
        lambda share: consensus_of_share(parameters, rows, share, shares, work, trust), shares, threads
    )
    liquid, status = decide(parameters, rows, trust, work)
    if status != PASSED:
        return status, False
    income = np.zeros((shares, uids.size), np.int64)

    def bonds_of(share: int) -> None:
        bonds_of_share(
            parameters,
            liquid,
            rows,
            vectors,
            bonds,
            zero,
            hidden_weights,
            hidden_bonds,
            share,
            shares,
            work,
            income,
            stored,
            present,
        )

    run_shares(bonds_of, shares, threads)
    conclude(parameters, rows, income, work, amounts, proportions)
    return PASSED, liquid


def run_over_subnets(
    parameters: Parameters,
    neuron_offset: I64s,
    row_offset: I64s,
    cell_offset: I64s,
    vectors: U64s,
    permits: Bools,
    uids: I64s,
    weights: U16s,
    bonds: U16s,
    amounts: U64s,
    proportions: U16s,
    masks: Bools,
    stored: U16s,
    status: I64s,
    threads: int,
) -> None:
    """Many epochs, each on one thread. The flat arrays hold one subnet after the other."""
    shares = -(-parameters.size // SUBNETS_AT_A_TIME)

    def epochs_of(share: int) -> None:
        run_share_of_subnets(
            parameters,
            neuron_offset,
            row_offset,
            cell_offset,
            vectors,
            permits,
            uids,
            weights,
            bonds,
            amounts,
            proportions,
            masks,
            stored,
            status,
            share,
            shares,
        )

    run_shares(epochs_of, shares, threads)
