"""The stake-weighted median that makes consensus."""

from __future__ import annotations

from collections.abc import Sequence

from taospec.reference.fixed_point import I32F32, wrapping_sum
from taospec.reference.rules import implements
from taospec.reference.yuma.proportions import ZERO, normalize
from taospec.reference.yuma.sparse import Matrix


@implements("YUMA-MEDIAN-3")
def weighted_median_columns(
    stake: Sequence[I32F32], scores: Matrix, columns: int, majority: I32F32
) -> list[I32F32]:
    """Stake-weighted median of every column over the rows with positive stake.

    The stakes are normalised once more over those rows; ``minority = sum(stake) - majority``;
    an absent entry scores 0.

    Args:
        stake: one per row.
        scores: sparse rows.
        columns: number of columns.
        majority: kappa as a proportion.

    Source: ``pallets/subtensor/src/epoch/math.rs:1121``.
    """
    voters = [i for i in range(min(len(stake), len(scores))) if stake[i] > ZERO]
    voting_stake = normalize([value for value in stake if value > ZERO])
    total = wrapping_sum(voting_stake, I32F32)
    minority = total.saturating_sub(majority)
    column_scores = [[ZERO] * len(voting_stake) for _ in range(columns)]
    for position, i in enumerate(voters):
        for j, value in scores[i]:
            if j < columns:
                column_scores[j][position] = value
    everybody = range(len(voting_stake))
    return [
        weighted_median(voting_stake, column, everybody, minority, ZERO, total) for column in column_scores
    ]


@implements("YUMA-MEDIAN-1")
def weighted_median(
    stake: Sequence[I32F32],
    score: Sequence[I32F32],
    partition: Sequence[int],
    minority: I32F32,
    partition_low: I32F32,
    partition_high: I32F32,
) -> I32F32:
    """The score at which the stake below it first exceeds the minority: upstream's loop, literally.

    Each step pivots at the element in the middle of the partition and keeps the lower part
    if ``minority < low + stake below``, else the upper part if
    ``high - stake above <= minority``, else answers the pivot.

    Args:
        stake: normalised, one per voter.
        score: one per voter.
        partition: indices of the voters to look at.
        minority: ``sum(stake) - majority``.
        partition_low: stake below the partition.
        partition_high: stake up to the top of the partition.

    Returns:
        One of the scores, or 0 for an empty partition or unequal lengths.

    Source: ``pallets/subtensor/src/epoch/math.rs:975``.
    """
    if len(stake) != len(score):
        return ZERO
    current = list(partition)
    for _ in range(len(partition) + 1):
        if not current:
            return ZERO
        if len(current) == 1:
            return _at(score, current[0])
        pivot = _at(score, current[len(current) // 2])
        lower = [i for i in current if _at(score, i) < pivot]
        upper = [i for i in current if _at(score, i) > pivot]
        below = partition_low.saturating_add(_saturating_sum(stake, lower))
        above = partition_high.saturating_sub(_saturating_sum(stake, upper))
        if lower and minority < below:
            current, partition_high = lower, below
        elif upper and above <= minority:
            current, partition_low = upper, above
        else:
            return pivot
    return ZERO


@implements("YUMA-MEDIAN-2")
def weighted_median_closed_form(stake: Sequence[I32F32], score: Sequence[I32F32], minority: I32F32) -> I32F32:
    """The smallest score ``p`` with ``G(p) > minority``, else the largest score.

    ``G(p)`` is the stake of the voters with score ``<= p``. Equal to :func:`weighted_median`
    over everybody with ``partition_low = 0`` and ``partition_high = sum(stake)``, for
    non-negative stakes whose sum does not overflow; the order of the voters does not matter.
    0 for no voters.
    """
    cumulative = 0
    ascending = sorted(zip((value.bits for value in score), (value.bits for value in stake), strict=True))
    for position, (score_bits, stake_bits) in enumerate(ascending):
        cumulative += stake_bits
        last_of_equals = position + 1 == len(ascending) or ascending[position + 1][0] != score_bits
        if last_of_equals and cumulative > minority.bits:
            return I32F32.from_bits(score_bits)
    return I32F32.from_bits(ascending[-1][0]) if ascending else ZERO


def _at(vector: Sequence[I32F32], index: int) -> I32F32:
    return vector[index] if index < len(vector) else ZERO


def _saturating_sum(stake: Sequence[I32F32], indices: Sequence[int]) -> I32F32:
    total = ZERO
    for i in indices:
        total = total.saturating_add(_at(stake, i))
    return total
