"""One compiled epoch that several threads share by its columns.

Each thread enters compiled code once and stays there: :mod:`taospec.optimized.stages`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from taospec.optimized.compilation import inlined, kernel, subroutine
from taospec.optimized.stages import (
    LEADER,
    NONE_LEFT,
    OVER,
    WAITING,
    Board,
    all_finished,
    finish_part,
    next_part,
    open_stage,
    stage_opened,
)
from taospec.optimized.yuma.arguments import EpochArguments
from taospec.optimized.yuma.arrays import Bools, I64s, Parameters, U16s, U64s
from taospec.optimized.yuma.bonds import Entries, bonds_of_tiles, room_for_bonds
from taospec.optimized.yuma.consensus import consensus_of_tiles, room_for_codes
from taospec.optimized.yuma.guards import PASSED
from taospec.optimized.yuma.kernels import after_consensus, outputs, stakes
from taospec.optimized.yuma.layout import ACTIVE_WEIGHT, CONSENSUS, INCENTIVE, NEW_PERMITS, REGISTERED, TILE
from taospec.optimized.yuma.rows import (
    RowArrays,
    Rows,
    add_sums,
    arrange_rows,
    arranged_rows,
    current_weights,
)

SUMS, CONSENSUS_AND_RANKS, BONDS = 0, 1, 2
STAGES = 3
"""The stages of a shared epoch, and their number."""
ROWS_AT_A_TIME = 32
"""Rows of which a thread sums the weights at a time."""

STATUS, LIQUID, STAKED, UNLISTED, HAS_ONE = range(5)
FINDINGS = 5
"""What the leader found, and how much that is."""


class SharedArrays(NamedTuple):
    """What the threads of one epoch have in common."""

    board: Board
    """Where they meet: :mod:`taospec.optimized.stages`."""
    current: U16s
    """The weights that count."""
    findings: I64s
    work: I64s
    """Working vectors."""
    rows: RowArrays
    sums: I64s
    """Each row's sum of weights, by segment of the columns."""
    trust: I64s
    """Each row's trust, by the thread that found it."""
    income: I64s
    """Each row's income, by the thread that found it."""


@kernel
def counting_weights(
    parameters: Parameters, vectors: U64s, permits: Bools, uids: I64s, weights: U16s
) -> U16s:
    """:func:`~taospec.optimized.yuma.rows.current_weights` for an epoch that threads share."""
    return current_weights(parameters[0], vectors, permits, uids, weights)


@kernel
def run_one_of_threads(thread: int, threads: int, stage: int, e: EpochArguments, shared: SharedArrays) -> int:
    """The part of one of so many threads in an epoch, from a stage on.

    The answer is ``OVER``, or the stage from which to call again: the thread has waited for others
    for some time. The status is among the findings. The parts of all sums are whole numbers, so
    who adds which changes nothing.
    """
    if stage == SUMS:
        if thread == LEADER and not begin(e, shared):
            open_stage(shared.board, OVER)
            return OVER
        take_sums(thread, threads, e, shared)
        stage = CONSENSUS_AND_RANKS
    if stage == CONSENSUS_AND_RANKS:
        opened = CONSENSUS_AND_RANKS
        if thread == LEADER:
            if not all_finished(shared.board, SUMS, parts_of_sums(threads, e)):
                return stage
            list_rows(e, shared)
            open_stage(shared.board, stage)
        else:
            opened = stage_opened(shared.board, stage)
            if opened != stage:
                return stage if opened == WAITING else OVER
        take_consensus(thread, threads, e, shared)
        stage = BONDS
    tiles = shared.work.shape[1] // TILE
    if stage == BONDS:
        if thread == LEADER:
            if not all_finished(shared.board, CONSENSUS_AND_RANKS, tiles):
                return stage
            if not decide(e, shared):
                open_stage(shared.board, OVER)
                return OVER
            open_stage(shared.board, stage)
        else:
            opened = stage_opened(shared.board, stage)
            if opened != stage:
                return stage if opened == WAITING else OVER
        take_bonds(thread, threads, e, shared)
        stage = STAGES
    if thread == LEADER:
        if not all_finished(shared.board, BONDS, tiles):
            return stage
        open_stage(shared.board, OVER)
        rows = shared_rows(shared)
        outputs(e.parameters[0], rows, sum_of_parts(shared.income), shared.work, e.amounts, e.proportions)
    return OVER


@subroutine
def begin(e: EpochArguments, shared: SharedArrays) -> bool:
    """Stakes and permits; whether the guards let the epoch pass."""
    status = stakes(e.parameters[0], e.vectors, e.permits, shared.work, e.amounts, e.masks)
    shared.findings[STATUS] = status
    return status == PASSED


@inlined
def parts_of_sums(threads: int, e: EpochArguments) -> int:
    """Number of blocks of rows, times as many segments of the columns as there are threads."""
    return threads * ((e.uids.size + ROWS_AT_A_TIME - 1) // ROWS_AT_A_TIME)


@subroutine
def take_sums(thread: int, threads: int, e: EpochArguments, shared: SharedArrays) -> None:
    """Sums of weights: a thread begins with the columns that it will work on later."""
    parts = parts_of_sums(threads, e)
    tiles = shared.work.shape[1] // TILE
    blocks = parts // threads
    part = next_part(shared.board, STAGES, threads, SUMS, parts, thread)
    while part != NONE_LEFT:
        segment = part // blocks
        first = (part - segment * blocks) * ROWS_AT_A_TIME
        add_sums(
            e.permits,
            e.uids,
            shared.current,
            first,
            min(first + ROWS_AT_A_TIME, e.uids.size),
            segment * tiles // threads * TILE,
            min((segment + 1) * tiles // threads * TILE, e.parameters[0].neurons),
            shared.sums[segment],
        )
        finish_part(shared.board, SUMS)
        part = next_part(shared.board, STAGES, threads, SUMS, parts, thread)


@subroutine
def list_rows(e: EpochArguments, shared: SharedArrays) -> None:
    """The rows with their sums, and what is known of them all."""
    staked, unlisted, has_one = arrange_rows(
        e.masks[NEW_PERMITS],
        shared.work[ACTIVE_WEIGHT],
        e.uids,
        shared.current,
        sum_of_parts(shared.sums),
        shared.rows,
    )
    shared.findings[STAKED] = staked
    shared.findings[UNLISTED] = unlisted
    shared.findings[HAS_ONE] = has_one


@inlined
def shared_rows(shared: SharedArrays) -> Rows:
    """The rows that :func:`list_rows` listed."""
    findings = shared.findings
    return arranged_rows(
        shared.rows, findings[STAKED], findings[UNLISTED] != 0, findings[HAS_ONE] != 0, shared.current
    )


@subroutine
def take_consensus(thread: int, threads: int, e: EpochArguments, shared: SharedArrays) -> None:
    """Consensus and ranks of tiles that nobody has taken."""
    rows = shared_rows(shared)
    codes = room_for_codes(rows)
    tiles = shared.work.shape[1] // TILE
    consensus, ranks = shared.work[CONSENSUS], shared.work[INCENTIVE]
    tile = next_part(shared.board, STAGES, threads, CONSENSUS_AND_RANKS, tiles, thread)
    while tile != NONE_LEFT:
        consensus_of_tiles(
            e.parameters[0].kappa, rows, tile, tile + 1, codes, consensus, ranks, shared.trust[thread]
        )
        finish_part(shared.board, CONSENSUS_AND_RANKS)
        tile = next_part(shared.board, STAGES, threads, CONSENSUS_AND_RANKS, tiles, thread)


@subroutine
def decide(e: EpochArguments, shared: SharedArrays) -> bool:
    """What follows consensus; whether the guards let the epoch pass."""
    rows = shared_rows(shared)
    liquid, status = after_consensus(e.parameters[0], rows, sum_of_parts(shared.trust), shared.work)
    shared.findings[LIQUID] = liquid
    shared.findings[STATUS] = status
    return status == PASSED


@subroutine
def take_bonds(thread: int, threads: int, e: EpochArguments, shared: SharedArrays) -> None:
    """Bonds of tiles that nobody has taken."""
    p = e.parameters[0]
    rows = shared_rows(shared)
    liquid = shared.findings[LIQUID] != 0
    room = room_for_bonds(p, liquid, rows)
    tiles = shared.work.shape[1] // TILE
    tile = next_part(shared.board, STAGES, threads, BONDS, tiles, thread)
    while tile != NONE_LEFT:
        bonds_of_tiles(
            p,
            liquid,
            rows,
            e.bonds,
            Entries(e.zero, e.hidden_weights, e.hidden_bonds),
            e.vectors[REGISTERED],
            shared.work[CONSENSUS],
            shared.work[INCENTIVE],
            tile,
            tile + 1,
            room,
            shared.income[thread],
            e.stored,
            e.present,
        )
        finish_part(shared.board, BONDS)
        tile = next_part(shared.board, STAGES, threads, BONDS, tiles, thread)


@subroutine
def sum_of_parts(parts: I64s) -> I64s:
    """Sum over the first axis."""
    total = np.zeros(parts.shape[1], np.int64)
    for part in range(parts.shape[0]):
        for row in range(parts.shape[1]):
            total[row] += parts[part, row]
    return total
