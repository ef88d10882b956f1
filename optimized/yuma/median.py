"""The stake-weighted median of every column of a tile.

Upstream partitions scores around pivots (``pallets/subtensor/src/epoch/math.rs:975``). With
non-negative stakes whose sums do not overflow, that loop returns the smallest score ``p``
whose stake at or below, ``G(p)``, exceeds ``minority = total - kappa``, else the largest
score (:mod:`taospec.reference.yuma.median` has both forms and the test of their equality).
In terms of the stake above, ``H(p) = total - G(p)``, the condition is ``H(p) < kappa``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from taospec.optimized import lanes
from taospec.optimized.compilation import subroutine
from taospec.optimized.yuma.arrays import U32s
from taospec.optimized.yuma.layout import TILE
from taospec.reference.rules import implements

CODE_ONE = np.uint32((1 << 32) - 1)
"""Code of the score 1.0. Other scores are their own raw bits: at most ``2**32 - 2``, since
``floor(w * 2**32 / s) >= 2**32 - 1`` with ``w < s < 2**31`` would need ``2**32 * (s - w) <= s``."""

COARSE_STEPS = 8
"""Bisections before the ends are moved to occurring scores, which costs twice as much a step
and saves none of the first ones."""

ZERO_CODE = np.uint32(0)
ONE_CODE = np.uint32(1)


@subroutine
@implements("YUMA-MEDIAN-2")
def median_of_tile(
    codes: U32s, staked: int, share: U32s, unlisted: bool, kappa: np.int64, median: U32s
) -> None:
    """Codes of the medians of the columns into the first row of ``median``.

    The first ``staked`` rows of ``codes`` have a share. ``unlisted``: there is more stake,
    on a score of 0.

    Bisection on the value keeps the answer in ``[low, high]``, and soon moves both ends to
    scores that occur: between neighbouring scores there is nothing to decide. ``H`` is only
    taken at values from the smallest score on, where at least one stake is not above, so it
    is less than the total of at most 1.0 and fits 32 bits. ``H(p) < kappa`` is
    ``H(p) <= kappa - 1``; for a ``kappa`` of 0, which nothing lies below, it is ``H(p) <= 0``,
    which gives the largest score, as every share is at least 1.
    """
    zero = lanes.splat(ZERO_CODE)
    one = lanes.splat(CODE_ONE)
    quorum = lanes.splat(np.uint32(max(kappa - np.int64(1), np.int64(0))))
    for group in range(0, TILE, lanes.LANES):
        low = zero if unlisted else one
        high = zero
        for row in range(staked):
            scores = lanes.load(codes, row, group)
            low = lanes.lesser(low, scores)
            high = lanes.greater(high, scores)
        if staked == 0:
            # Without a row all scores are 0.
            low = high
        if lanes.any_at_most(low, zero):
            # Many columns are mostly zeros: a short cut, the bisection gets there too.
            high = zero_or_high(codes, staked, share, group, quorum, low, high)
        step = 0
        while lanes.any_differs(low, high):
            middle = lanes.midpoint(low, high)
            above = zero
            below = middle
            beyond = lanes.successor(middle)
            if step < COARSE_STEPS:
                for row in range(staked):
                    scores = lanes.load(codes, row, group)
                    above = lanes.add_where_above(above, scores, middle, share[row])
            else:
                below = zero
                beyond = one
                for row in range(staked):
                    scores = lanes.load(codes, row, group)
                    above = lanes.add_where_above(above, scores, middle, share[row])
                    beyond = lanes.least_above(beyond, scores, middle)
                    below = lanes.greatest_not_above(below, scores, middle)
            step += 1
            raised = lanes.where_at_most(above, quorum, low, lanes.lesser(beyond, high))
            high = lanes.where_at_most(above, quorum, below, high)
            low = raised
        lanes.store(low, median, 0, group)


@subroutine
def zero_or_high(codes: U32s, staked: int, share: U32s, group: int, quorum: Any, low: Any, high: Any) -> Any:
    """``high``, or 0 in the lanes whose lowest score is 0 and has the quorum: it is the answer.

    In the other lanes the stake above 0 may be all of it, and its sum have wrapped.
    """
    zero = lanes.splat(ZERO_CODE)
    above = zero
    for row in range(staked):
        above = lanes.add_where_above(above, lanes.load(codes, row, group), zero, share[row])
    decided = lanes.where_at_most(above, quorum, zero, high)
    return lanes.where_at_most(low, zero, decided, high)
