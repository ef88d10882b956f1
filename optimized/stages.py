"""Work in stages, each of many parts, on threads that meet without leaving compiled code.

One thread leads: it alone does what stands between two stages, and opens the next one. The
others follow. Whoever is free takes the next part of the open stage, so the leader never waits
for a thread that did not come, only for parts that somebody has taken and not finished.

Threads meet on a *board*: a matrix of words, each on a line of the cache of its own, that are
only touched through :mod:`taospec.optimized.atomics`.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from taospec.optimized.atomics import count_up, publish, published, wait_a_little
from taospec.optimized.compilation import inlined, subroutine

Board: TypeAlias = npt.NDArray[np.int64]
"""See :func:`new_board`."""

OPEN = 0
"""Row of the board with the number of the last stage that is open."""
FINISHED = 1
"""First of the rows with the number of finished parts of a stage."""
LEADER = 0
"""The thread that does what stands between the stages."""
OVER = 1 << 20
"""Number of the stage after the last: everybody leaves."""
WORDS_APART = 16
"""Words from one row of a board to the next: processors fetch lines of eight in pairs."""
WAITING = -1
"""No stage: there is something to be waited for, and it was waited for long enough."""
NONE_LEFT = -1
"""No part: somebody has taken each."""
GLANCES = 10_000
"""Times that a waiting thread looks before it gives up its core: a few tenths of a millisecond."""


def new_board(stages: int, segments: int) -> Board:
    """A board on which stage 0 is open and nothing is taken."""
    return np.zeros((FINISHED + stages * (1 + segments), WORDS_APART), np.int64)


@subroutine
def next_part(board: Board, stages: int, segments: int, stage: int, parts: int, thread: int) -> int:
    """A part of the stage that nobody has taken, or ``NONE_LEFT``, which it is too when all is over.

    The parts are divided into segments of neighbours. A thread takes its own segment's parts, in
    every stage the same, as they may be in its cache; and then those that others have left.
    """
    if published(board, OPEN) == OVER:
        return NONE_LEFT
    for step in range(segments):
        segment = (thread + step) % segments
        first, last = segment * parts // segments, (segment + 1) * parts // segments
        row = FINISHED + stages + stage * segments + segment
        if published(board, row) < last - first:
            taken: int = count_up(board, row)
            if taken < last - first:
                return first + taken
    return NONE_LEFT


@inlined
def finish_part(board: Board, stage: int) -> None:
    """Count a part that is done."""
    count_up(board, FINISHED + stage)


@inlined
def open_stage(board: Board, stage: int) -> None:
    """Let the others begin with a stage."""
    publish(stage, board, OPEN)


@subroutine
def all_finished(board: Board, stage: int, parts: int) -> bool:
    """Wait for all parts of the stage; whether they are finished."""
    return reaches(board, FINISHED + stage, parts)


@subroutine
def stage_opened(board: Board, stage: int) -> int:
    """Wait for the stage: ``stage``, or ``OVER``, or ``WAITING``."""
    if reaches(board, OPEN, stage):
        return OVER if published(board, OPEN) == OVER else stage
    return WAITING


@subroutine
def reaches(board: Board, row: int, value: int) -> bool:
    """Whether a word of the board is at least ``value`` before the thread has looked ``GLANCES`` times."""
    for _ in range(GLANCES):
        if published(board, row) >= value:
            return True
        wait_a_little()
    return False
