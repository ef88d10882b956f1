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

CODE_ONE = np.uint32((1 << 32) - 1)
"""Code of the score 1.0. Other scores are their own raw bits: at most ``2**32 - 2``, since
``floor(w * 2**32 / s) >= 2**32 - 1`` with ``w < s < 2**31`` would need ``2**32 * (s - w) <= s``."""

ZERO_CODE = np.uint32(0)
ONE_CODE = np.uint32(1)


@subroutine
def median_of_tile(
    codes: U32s,
    share: U32s,
    unlisted: bool,
    kappa: np.int64,
    width: int,
    low: U32s,
    high: U32s,
    above: U32s,
    middle: U32s,
) -> None:
    """Codes of the medians of ``width`` columns into ``low``.

    ``codes`` holds one row per share. ``unlisted``: there is more stake, on a score of 0.

    Bisection on the value keeps the answer in ``[low, high]``. ``H`` is only taken at
    values from the smallest score on, where at least one stake is not above, so it is
    less than the total of at most 1.0 and fits 32 bits.
    """
    bounds_of_tile(codes, share, unlisted, width, low, high, above)
    if kappa == 0 or share.size == 0:
        # Nothing lies strictly below 0: the largest score. Without a row all scores are 0.
        for j in range(width):
            low[j] = high[j]
        return
    quorum = np.uint32(kappa - 1)
    widest = ZERO_CODE
    for j in range(width):
        if low[j] == ZERO_CODE and above[j] <= quorum:
            high[j] = ZERO_CODE
        widest = max(widest, np.uint32(high[j] - low[j]))
    while widest > ZERO_CODE:
        for j in range(width):
            middle[j] = low[j] + ((high[j] - low[j]) >> ONE_CODE)
            above[j] = ZERO_CODE
        stake_above(codes, share, width, middle, above)
        widest = ZERO_CODE
        for j in range(width):
            if above[j] <= quorum:
                high[j] = middle[j]
            else:
                low[j] = min(np.uint32(middle[j] + ONE_CODE), high[j])
            widest = max(widest, np.uint32(high[j] - low[j]))


@subroutine
def bounds_of_tile(
    codes: U32s, share: U32s, unlisted: bool, width: int, low: U32s, high: U32s, above: U32s
) -> None:
    """Smallest and largest score of each column, and the stake above a score of 0."""
    for j in range(width):
        low[j] = ZERO_CODE if unlisted else CODE_ONE
        high[j] = ZERO_CODE
        above[j] = ZERO_CODE
    for row in range(share.size):
        stake = share[row]
        scores = codes[row]
        for j in range(width):
            score = scores[j]
            low[j] = min(low[j], score)
            high[j] = max(high[j], score)
            above[j] += stake if score > ZERO_CODE else ZERO_CODE


@subroutine
def stake_above(codes: U32s, share: U32s, width: int, middle: U32s, above: U32s) -> None:
    """Add to ``above`` the stake whose score exceeds ``middle``, four rows at a time."""
    rows = share.size
    whole = rows & ~3
    for row in range(0, whole, 4):
        stake_0, stake_1, stake_2, stake_3 = share[row], share[row + 1], share[row + 2], share[row + 3]
        scores_0, scores_1, scores_2, scores_3 = codes[row], codes[row + 1], codes[row + 2], codes[row + 3]
        for j in range(width):
            value = middle[j]
            first = np.uint32(
                (stake_0 if scores_0[j] > value else ZERO_CODE)
                + (stake_1 if scores_1[j] > value else ZERO_CODE)
            )
            second = np.uint32(
                (stake_2 if scores_2[j] > value else ZERO_CODE)
                + (stake_3 if scores_3[j] > value else ZERO_CODE)
            )
            above[j] += np.uint32(first + second)
    for row in range(whole, rows):
        stake = share[row]
        scores = codes[row]
        for j in range(width):
            above[j] += stake if scores[j] > middle[j] else ZERO_CODE
