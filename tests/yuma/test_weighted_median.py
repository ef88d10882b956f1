"""The weighted median: the chain's loop, and the closed form that the specification proves equal to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taospec.reference.fixed_point import I32F32
from taospec.reference.yuma.median import weighted_median, weighted_median_closed_form

ONE = 2**32
# Few different scores, so that ties are common, and stakes down to zero.
SCORES = st.one_of(st.sampled_from([0, 1, ONE // 2, ONE - 1, ONE]), st.integers(0, 6), st.integers(0, ONE))
STAKES = st.one_of(st.sampled_from([0, 1, ONE // 2]), st.integers(0, 5), st.integers(0, ONE))


def by_the_loop(stakes: list[int], scores: list[int], minority: int) -> int:
    total = sum(stakes)
    return weighted_median(
        [I32F32.from_bits(stake) for stake in stakes],
        [I32F32.from_bits(score) for score in scores],
        range(len(stakes)),
        I32F32.from_bits(minority),
        I32F32.zero(),
        I32F32.from_bits(total),
    ).bits


def by_the_closed_form(stakes: list[int], scores: list[int], minority: int) -> int:
    return weighted_median_closed_form(
        [I32F32.from_bits(stake) for stake in stakes],
        [I32F32.from_bits(score) for score in scores],
        I32F32.from_bits(minority),
    ).bits


@pytest.mark.rule("YUMA-MEDIAN-2")
@given(voters=st.lists(st.tuples(STAKES, SCORES), max_size=24), data=st.data())
def test_the_loop_answers_the_smallest_score_with_more_than_the_minority(
    voters: list[tuple[int, int]], data: st.DataObject
) -> None:
    stakes, scores = [stake for stake, _ in voters], [score for _, score in voters]
    # The boundaries are where stake up to a score equals the minority, and one ulp beside it.
    cumulative = [
        sum(stake for stake, other in voters if other <= score) + off
        for score in scores
        for off in (-1, 0, 1)
    ]
    minority = data.draw(
        st.one_of(st.sampled_from([-1, 0, *cumulative]), st.integers(-ONE, sum(stakes) + ONE))
    )
    assert by_the_loop(stakes, scores, minority) == by_the_closed_form(stakes, scores, minority)


@pytest.mark.rule("YUMA-MEDIAN-2")
@given(
    voters=st.lists(st.tuples(STAKES, SCORES), max_size=12), minority=st.integers(0, 12 * ONE), data=st.data()
)
def test_the_order_of_the_voters_does_not_matter(
    voters: list[tuple[int, int]], minority: int, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(voters))
    assert by_the_loop([v[0] for v in voters], [v[1] for v in voters], minority) == by_the_loop(
        [v[0] for v in shuffled], [v[1] for v in shuffled], minority
    )


@pytest.mark.rule("YUMA-MEDIAN-1")
@pytest.mark.parametrize(
    ("minority", "median"),
    [
        (-1, 10),  # nobody is below a negative minority: the smallest score
        (29, 10),  # 30 on scores up to 10 are more than 29
        (30, 20),  # but not more than 30
        (49, 20),
        (50, 40),
        (99, 40),
        (100, 40),  # nothing is more than everybody: the largest score
    ],
)
def test_the_median_moves_on_when_the_stake_below_only_equals_the_minority(
    minority: int, median: int
) -> None:
    assert by_the_loop([20, 30, 50], [20, 10, 40], minority) == median


@pytest.mark.rule("YUMA-MEDIAN-1")
def test_no_voters_and_voters_without_scores_have_the_median_zero() -> None:
    assert by_the_loop([], [], 0) == 0
    one = I32F32.one()
    assert weighted_median([one, one], [one], range(2), one, I32F32.zero(), one) == I32F32.zero()
