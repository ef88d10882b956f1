"""The stake-weighted median of every column of a tile.

Upstream partitions scores around pivots (``pallets/subtensor/src/epoch/math.rs:975``). With
non-negative stakes whose sums do not overflow, that loop returns the smallest score ``p``
whose stake at or below, ``G(p)``, exceeds ``minority = total - kappa``, else the largest
score (:mod:`taospec.reference.yuma.median` has both forms and the test of their equality).
In terms of the stake above, ``H(p) = total - G(p)``, the condition is ``H(p) < kappa``.
"""

from __future__ import annotations

import numpy as np

from taospec.optimized.compilation import subroutine
from taospec.optimized.yuma.arrays import U32s
from taospec.optimized.yuma.layout import TILE
from taospec.reference.rules import implements

CODE_ONE = np.uint32((1 << 32) - 1)
"""Code of the score 1.0. Other scores are their own raw bits: at most ``2**32 - 2``, since
``floor(w * 2**32 / s) >= 2**32 - 1`` with ``w < s < 2**31`` would need ``2**32 * (s - w) <= s``."""

COARSE_STEPS = 6
"""Bisections before the ends are moved to occurring scores, which costs thrice as much a step
and saves none of the first ones."""

ZERO_CODE = np.uint32(0)
ONE_CODE = np.uint32(1)


@subroutine
@implements("YUMA-MEDIAN-2")
def median_of_tile(
    codes: U32s, staked: int, share: U32s, unlisted: bool, kappa: np.int64, lanes: U32s
) -> None:
    """Codes of the medians of the columns into the first of the six ``lanes``.

    The first ``staked`` rows of ``codes`` have a share. ``unlisted``: there is more stake,
    on a score of 0.

    Bisection on the value keeps the answer in ``[low, high]``, and soon moves both ends to
    scores that occur: between neighbouring scores there is nothing to decide. ``H`` is only taken
    at values from the smallest score on, where at least one stake is not above, so it is
    less than the total of at most 1.0 and fits 32 bits.
    """
    low, high, above, middle, below, beyond = lanes[0], lanes[1], lanes[2], lanes[3], lanes[4], lanes[5]
    bounds_of_tile(codes, staked, share, unlisted, low, high, above)
    if kappa == 0 or staked == 0:
        # Nothing lies strictly below 0: the largest score. Without a row all scores are 0.
        for j in range(TILE):
            low[j] = high[j]
        return
    quorum = np.uint32(kappa - 1)
    widest = ZERO_CODE
    for j in range(TILE):
        if low[j] == ZERO_CODE and above[j] <= quorum:
            high[j] = ZERO_CODE
        widest = max(widest, np.uint32(high[j] - low[j]))
    step = 0
    while widest > ZERO_CODE:
        for j in range(TILE):
            middle[j] = low[j] + ((high[j] - low[j]) >> ONE_CODE)
            above[j] = ZERO_CODE
            below[j] = ZERO_CODE
            beyond[j] = CODE_ONE
        if step < COARSE_STEPS:
            stake_above(codes, staked, share, middle, above)
            for j in range(TILE):
                below[j] = middle[j]
                beyond[j] = np.uint32(middle[j] + ONE_CODE)
        else:
            split_at_middle(codes, staked, share, middle, above, below, beyond)
        step += 1
        widest = ZERO_CODE
        for j in range(TILE):
            if above[j] <= quorum:
                high[j] = below[j]
            else:
                low[j] = min(beyond[j], high[j])
            widest = max(widest, np.uint32(high[j] - low[j]))


@subroutine
def stake_above(codes: U32s, staked: int, share: U32s, middle: U32s, above: U32s) -> None:
    """Add to ``above`` the stake whose score exceeds ``middle``, four rows at a time."""
    whole = staked & ~3
    for row in range(0, whole, 4):
        stake_0, stake_1, stake_2, stake_3 = share[row], share[row + 1], share[row + 2], share[row + 3]
        for j in range(TILE):
            value = middle[j]
            over_0, over_1 = codes[row, j] > value, codes[row + 1, j] > value
            over_2, over_3 = codes[row + 2, j] > value, codes[row + 3, j] > value
            stakes_01 = np.uint32((stake_0 if over_0 else ZERO_CODE) + (stake_1 if over_1 else ZERO_CODE))
            stakes_23 = np.uint32((stake_2 if over_2 else ZERO_CODE) + (stake_3 if over_3 else ZERO_CODE))
            above[j] += np.uint32(stakes_01 + stakes_23)
    for row in range(whole, staked):
        stake = share[row]
        for j in range(TILE):
            above[j] += stake if codes[row, j] > middle[j] else ZERO_CODE


@subroutine
def bounds_of_tile(
    codes: U32s, staked: int, share: U32s, unlisted: bool, low: U32s, high: U32s, above: U32s
) -> None:
    """Smallest and largest score of each column, and the stake above a score of 0."""
    for j in range(TILE):
        low[j] = ZERO_CODE if unlisted else CODE_ONE
        high[j] = ZERO_CODE
        above[j] = ZERO_CODE
    for row in range(staked):
        stake = share[row]
        for j in range(TILE):
            score = codes[row, j]
            low[j] = min(low[j], score)
            high[j] = max(high[j], score)
            above[j] += stake if score > ZERO_CODE else ZERO_CODE


@subroutine
def split_at_middle(
    codes: U32s,
    staked: int,
    share: U32s,
    middle: U32s,
    above: U32s,
    below: U32s,
    beyond: U32s,
) -> None:
    """Add to ``above`` the stake whose score exceeds ``middle``; the scores next to the middle.

    ``below`` becomes the largest score up to the middle, ``beyond`` the smallest above it.
    Four rows at a time: the lanes are then loaded and stored a quarter as often.
    """
    whole = staked & ~3
    for row in range(0, whole, 4):
        stake_0, stake_1, stake_2, stake_3 = share[row], share[row + 1], share[row + 2], share[row + 3]
        for j in range(TILE):
            value = middle[j]
            score_0, score_1 = codes[row, j], codes[row + 1, j]
            score_2, score_3 = codes[row + 2, j], codes[row + 3, j]
            over_0, over_1 = score_0 > value, score_1 > value
            over_2, over_3 = score_2 > value, score_3 > value
            stakes_01 = np.uint32((stake_0 if over_0 else ZERO_CODE) + (stake_1 if over_1 else ZERO_CODE))
            stakes_23 = np.uint32((stake_2 if over_2 else ZERO_CODE) + (stake_3 if over_3 else ZERO_CODE))
            above[j] += np.uint32(stakes_01 + stakes_23)
            over_01 = min(score_0 if over_0 else CODE_ONE, score_1 if over_1 else CODE_ONE)
            over_23 = min(score_2 if over_2 else CODE_ONE, score_3 if over_3 else CODE_ONE)
            beyond[j] = min(min(over_01, over_23), beyond[j])
            under_01 = max(ZERO_CODE if over_0 else score_0, ZERO_CODE if over_1 else score_1)
            under_23 = max(ZERO_CODE if over_2 else score_2, ZERO_CODE if over_3 else score_3)
            below[j] = max(max(under_01, under_23), below[j])
    for row in range(whole, staked):
        stake = share[row]
        for j in range(TILE):
            score = codes[row, j]
            over = score > middle[j]
            above[j] += stake if over else ZERO_CODE
            beyond[j] = min(beyond[j], score if over else CODE_ONE)
            below[j] = max(below[j], ZERO_CODE if over else score)
