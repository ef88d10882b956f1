"""The compiled epoch: on one thread, over the columns, and over the subnets of a batch.

All three run the same stages, and nothing is reduced in an order that could change a bit:
sums of non-negative terms that cannot overflow are the same in any order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from taospec.optimized.compilation import kernel, subroutine
from taospec.optimized.yuma.arrays import Bools, I64s, Parameters, U16s, U64s
from taospec.optimized.yuma.bonds import Entries, bonds_of_tiles
from taospec.optimized.yuma.consensus import consensus_of_tiles
from taospec.optimized.yuma.emission import dividends_of_rows, emissions, normalized, store_proportions
from taospec.optimized.yuma.guards import (
    ACTIVE_STAKE,
    NEURONS,
    PASSED,
    RATE,
    admits_active_stake,
    admits_neurons,
    admits_rate,
)
from taospec.optimized.yuma.layout import (
    ACTIVE,
    ACTIVE_WEIGHT,
    ALPHA,
    AMOUNTS,
    CONSENSUS,
    DIVIDENDS,
    INCENTIVE,
    LAST_UPDATE,
    MASKS,
    NEW_PERMITS,
    PROPORTIONS,
    REGISTERED,
    ROOT_TAO,
    STAKE_AMOUNT,
    STAKE_WEIGHT,
    TILE,
    VALIDATOR_TRUST,
    VECTORS,
    WORKING_VECTORS,
)
from taospec.optimized.yuma.rows import Rows, arrange_rows
from taospec.optimized.yuma.stake import active_stake, activity, next_permits, normalized_stake

FIRST_TILE: Any = np.int64(0)
"""A plain 0 would be compiled in, and all below compiled once more for it."""


@kernel
def run_on_one_thread(
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
) -> tuple[int, bool]:
    """One epoch. The answer is ``PASSED`` or the guard that refused it, and if liquid alpha applied."""
    p = parameters[0]
    entries = Entries(zero, hidden_weights, hidden_bonds)
    n = p.neurons
    tiles = (n + TILE - 1) // TILE
    work = np.zeros((WORKING_VECTORS, tiles * TILE), np.int64)
    status = stakes(p, vectors, permits, work, amounts, masks)
    if status != PASSED:
        return status, False
    rows = arrange_rows(p, vectors, permits, masks[NEW_PERMITS], work[ACTIVE_WEIGHT], uids, weights)
    trust = np.zeros(uids.size, np.int64)
    consensus_of_tiles(p.kappa, rows, FIRST_TILE, tiles, work[CONSENSUS], work[INCENTIVE], trust)
    liquid, status = after_consensus(p, rows, trust, work)
    if status != PASSED:
        return status, False
    total_bonds = np.zeros(uids.size, np.int64)
    bonds_of_tiles(
        p,
        liquid,
        rows,
        bonds,
        entries,
        vectors[REGISTERED],
        work[CONSENSUS],
        work[INCENTIVE],
        FIRST_TILE,
        tiles,
        total_bonds,
        stored,
        present,
    )
    outputs(p, rows, total_bonds, work, amounts, proportions)
    return PASSED, liquid


@kernel
def prepare(
    parameters: Parameters, vectors: U64s, permits: Bools, amounts: U64s, masks: Bools
) -> tuple[int, I64s]:
    """Stakes and permits: the guard that refused, and the working vectors."""
    p = parameters[0]
    tiles = (p.neurons + TILE - 1) // TILE
    work = np.zeros((WORKING_VECTORS, tiles * TILE), np.int64)
    return stakes(p, vectors, permits, work, amounts, masks), work


@kernel
def arrange(
    parameters: Parameters,
    vectors: U64s,
    permits: Bools,
    uids: I64s,
    weights: U16s,
    masks: Bools,
    work: I64s,
) -> Rows:
    """The rows of an epoch that :func:`prepare` admitted."""
    return arrange_rows(
        parameters[0], vectors, permits, masks[NEW_PERMITS], work[ACTIVE_WEIGHT], uids, weights
    )


@kernel
def consensus_of_share(
    parameters: Parameters, rows: Rows, share: int, shares: int, work: I64s, trust: I64s
) -> None:
    """Consensus of one of so many shares of the tiles."""
    tiles = work.shape[1] // TILE
    first, last = share * tiles // shares, (share + 1) * tiles // shares
    consensus_of_tiles(parameters[0].kappa, rows, first, last, work[CONSENSUS], work[INCENTIVE], trust[share])


@kernel
def decide(parameters: Parameters, rows: Rows, trust: I64s, work: I64s) -> tuple[bool, int]:
    """What :func:`after_consensus` answers, from each share's part of trust."""
    return after_consensus(parameters[0], rows, sum_of_parts(trust), work)


@kernel
def bonds_of_share(
    parameters: Parameters,
    liquid: bool,
    rows: Rows,
    vectors: U64s,
    bonds: U16s,
    zero: Bools,
    hidden_weights: Bools,
    hidden_bonds: Bools,
    share: int,
    shares: int,
    work: I64s,
    total_bonds: I64s,
    stored: U16s,
    present: Bools,
) -> None:
    """Bonds of one of so many shares of the tiles."""
    tiles = work.shape[1] // TILE
    bonds_of_tiles(
        parameters[0],
        liquid,
        rows,
        bonds,
        Entries(zero, hidden_weights, hidden_bonds),
        vectors[REGISTERED],
        work[CONSENSUS],
        work[INCENTIVE],
        share * tiles // shares,
        (share + 1) * tiles // shares,
        total_bonds[share],
        stored,
        present,
    )


@kernel
def conclude(
    parameters: Parameters, rows: Rows, total_bonds: I64s, work: I64s, amounts: U64s, proportions: U16s
) -> None:
    """Outputs, from each share's part of the income."""
    outputs(parameters[0], rows, sum_of_parts(total_bonds), work, amounts, proportions)


@subroutine
def sum_of_parts(parts: I64s) -> I64s:
    """Sum over the first axis."""
    total = np.zeros(parts.shape[1], np.int64)
    for part in range(parts.shape[0]):
        for row in range(parts.shape[1]):
            total[row] += parts[part, row]
    return total


@kernel
def run_share_of_subnets(
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
    share: int,
    shares: int,
) -> None:
    """One of so many shares of the epochs. The flat arrays hold one subnet after the other."""
    for subnet in range(share, parameters.size, shares):
        status[subnet] = epoch_of_batch(
            subnet,
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
        )


@subroutine
def epoch_of_batch(
    subnet: int,
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
) -> int:
    """One epoch of a batch, on the calling thread."""
    no_marks = np.zeros((0, 0), np.bool_)
    first, last = neuron_offset[subnet], neuron_offset[subnet + 1]
    first_row, last_row = row_offset[subnet], row_offset[subnet + 1]
    cells = slice(cell_offset[subnet], cell_offset[subnet + 1])
    n = last - first
    shape = (last_row - first_row, n)
    status, _ = run_on_one_thread(
        parameters[subnet : subnet + 1],
        vectors[VECTORS * first : VECTORS * last].reshape((VECTORS, n)),
        permits[first:last],
        uids[first_row:last_row],
        weights[cells].reshape(shape),
        bonds[cells].reshape(shape),
        no_marks,
        no_marks,
        no_marks,
        amounts[AMOUNTS * first : AMOUNTS * last].reshape((AMOUNTS, n)),
        proportions[PROPORTIONS * first : PROPORTIONS * last].reshape((PROPORTIONS, n)),
        masks[MASKS * first : MASKS * last].reshape((MASKS, n)),
        stored[cells].reshape(shape),
        no_marks,
    )
    return status


@subroutine
def stakes(p: Parameters, vectors: U64s, permits: Bools, work: I64s, amounts: U64s, masks: Bools) -> int:
    """Stake, activity and permits; the guards that they decide."""
    if p.guards & NEURONS and not admits_neurons(p.neurons):
        return NEURONS
    stake = work[STAKE_WEIGHT, : p.neurons]
    normalized_stake(p, vectors[ALPHA], vectors[ROOT_TAO], amounts[STAKE_AMOUNT], stake)
    next_permits(p, stake, masks[NEW_PERMITS])
    activity(p, vectors[LAST_UPDATE], masks[ACTIVE])
    smallest, largest, total = active_stake(p, stake, masks[ACTIVE], permits, work[ACTIVE_WEIGHT])
    if p.guards & ACTIVE_STAKE and not admits_active_stake(smallest, largest, total):
        return ACTIVE_STAKE
    return PASSED


@subroutine
def after_consensus(p: Parameters, rows: Rows, trust: I64s, work: I64s) -> tuple[bool, int]:
    """Incentive, trust by uid, whether liquid alpha applies, and the guard on its alternative.

    Liquid alpha applies only if some consensus is not 0.
    """
    normalized(work[INCENTIVE])
    for row in range(rows.source.size):
        work[VALIDATOR_TRUST, rows.uid[row]] = trust[row]
    liquid = False
    if p.liquid_alpha:
        for j in range(p.neurons):
            liquid |= work[CONSENSUS, j] != 0
    if not liquid and p.guards & RATE and not admits_rate(p.rate):
        return liquid, RATE
    return liquid, PASSED


@subroutine
def outputs(
    p: Parameters, rows: Rows, total_bonds: I64s, work: I64s, amounts: U64s, proportions: U16s
) -> None:
    """Dividends, emission, and the stored form of every vector."""
    dividends_of_rows(p.yuma3, rows, total_bonds, work[DIVIDENDS])
    emissions(p.emission, work[INCENTIVE], work[DIVIDENDS], work[STAKE_WEIGHT], work[ACTIVE_WEIGHT], amounts)
    for vector in range(proportions.shape[0]):
        store_proportions(work[vector], proportions[vector])
