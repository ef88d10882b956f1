"""The compiled epoch: on one thread, and many over the subnets of a batch.

Together with :mod:`taospec.optimized.yuma.shared_epoch`, whose threads share the columns, all run the
same stages, and nothing is reduced in an order that could change a bit: sums of non-negative
terms that cannot overflow are the same in any order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from taospec.optimized.compilation import kernel, subroutine
from taospec.optimized.stages import (
    LEADER,
    NONE_LEFT,
    OVER,
    WAITING,
    all_finished,
    finish_part,
    next_part,
)
from taospec.optimized.yuma.arguments import BatchArguments
from taospec.optimized.yuma.arrays import Bools, I64s, Parameters, U16s, U64s
from taospec.optimized.yuma.bonds import Entries, bonds_of_tiles, room_for_bonds
from taospec.optimized.yuma.consensus import consensus_of_tiles, room_for_codes
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
from taospec.optimized.yuma.rows import (
    Rows,
    add_sums,
    arrange_rows,
    arranged_rows,
    current_weights,
    row_arrays,
)
from taospec.optimized.yuma.stake import active_stake, activity, next_permits, normalized_stake

FIRST: Any = np.int64(0)
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
    n = p.neurons
    tiles = (n + TILE - 1) // TILE
    work = np.zeros((WORKING_VECTORS, tiles * TILE), np.int64)
    status = stakes(p, vectors, permits, work, amounts, masks)
    if status != PASSED:
        return status, False
    current = current_weights(p, vectors, permits, uids, weights)
    sums = np.empty(uids.size, np.int64)
    add_sums(permits, uids, current, FIRST, uids.size, FIRST, n, sums)
    listed = row_arrays(uids.size)
    staked, unlisted, has_one = arrange_rows(
        masks[NEW_PERMITS], work[ACTIVE_WEIGHT], uids, current, sums, listed
    )
    rows = arranged_rows(listed, staked, unlisted, has_one, current)
    trust = np.zeros(uids.size, np.int64)
    consensus_of_tiles(
        p.kappa, rows, FIRST, tiles, room_for_codes(rows), work[CONSENSUS], work[INCENTIVE], trust
    )
    liquid, status = after_consensus(p, rows, trust, work)
    if status != PASSED:
        return status, False
    income = np.zeros(uids.size, np.int64)
    bonds_of_tiles(
        p,
        liquid,
        rows,
        bonds,
        Entries(zero, hidden_weights, hidden_bonds),
        vectors[REGISTERED],
        work[CONSENSUS],
        work[INCENTIVE],
        FIRST,
        tiles,
        room_for_bonds(p, liquid, rows),
        income,
        stored,
        present,
    )
    outputs(p, rows, income, work, amounts, proportions)
    return PASSED, liquid


@kernel
def run_subnets(thread: int, board: I64s, order: I64s, most: int, batch: BatchArguments) -> int:
    """Epochs that nobody has taken, in the given order, one at a time, and not more than ``most``.

    The answer is ``OVER``, or ``WAITING``: call again, as there are others, or others have not
    finished theirs.
    """
    for _ in range(most):
        place = next_part(board, 1, 1, FIRST, order.size, FIRST)
        if place == NONE_LEFT:
            break
        subnet = order[place]
        batch.status[subnet] = epoch_of_batch(subnet, batch)
        finish_part(board, FIRST)
    if most < order.size:
        return WAITING
    if thread == LEADER and not all_finished(board, FIRST, order.size):
        return WAITING
    return OVER


@subroutine
def epoch_of_batch(subnet: int, b: BatchArguments) -> int:
    """One epoch of a batch, on the calling thread."""
    no_marks = np.zeros((0, 0), np.bool_)
    first, last = b.neuron_offset[subnet], b.neuron_offset[subnet + 1]
    first_row, last_row = b.row_offset[subnet], b.row_offset[subnet + 1]
    cells = slice(b.cell_offset[subnet], b.cell_offset[subnet + 1])
    n = last - first
    shape = (last_row - first_row, n)
    status, _ = run_on_one_thread(
        b.parameters[subnet : subnet + 1],
        b.vectors[VECTORS * first : VECTORS * last].reshape((VECTORS, n)),
        b.permits[first:last],
        b.uids[first_row:last_row],
        b.weights[cells].reshape(shape),
        b.bonds[cells].reshape(shape),
        no_marks,
        no_marks,
        no_marks,
        b.amounts[AMOUNTS * first : AMOUNTS * last].reshape((AMOUNTS, n)),
        b.proportions[PROPORTIONS * first : PROPORTIONS * last].reshape((PROPORTIONS, n)),
        b.masks[MASKS * first : MASKS * last].reshape((MASKS, n)),
        b.stored[cells].reshape(shape),
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
