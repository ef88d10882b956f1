"""Upstream's partition loop answers what the closed form says."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from taospec.reference.fixed_point import I32F32
from taospec.reference.yuma.median import (
    weighted_median,
    weighted_median_closed_form,
    weighted_median_columns,
)

ZERO, ONE = I32F32.zero(), I32F32.one()

scores = st.one_of(st.integers(0, 3), st.integers(0, 2**32), st.sampled_from((0, 2**31, 2**32)))
stakes = st.one_of(st.integers(0, 3), st.just(0), st.integers(0, 2**32), st.just(2**30))
votes = st.lists(st.tuples(stakes, scores), min_size=1, max_size=12)


def by_loop(votes: list[tuple[int, int]], minority: int) -> int:
    stake, score = ([I32F32.from_bits(bits) for bits in part] for part in zip(*votes, strict=True))
    total = I32F32.from_bits(sum(value.bits for value in stake))
    return weighted_median(stake, score, range(len(votes)), I32F32.from_bits(minority), ZERO, total).bits


def by_closed_form(votes: list[tuple[int, int]], minority: int) -> int:
    stake, score = ([I32F32.from_bits(bits) for bits in part] for part in zip(*votes, strict=True))
    return weighted_median_closed_form(stake, score, I32F32.from_bits(minority)).bits


def by_definition(votes: list[tuple[int, int]], minority: int) -> int:
    """The smallest score with more than the minority at or below it, else the largest."""
    passing = [p for _, p in votes if sum(stake for stake, score in votes if score <= p) > minority]
    return min(passing, default=max(score for _, score in votes))


@pytest.mark.rule("YUMA-MEDIAN-1", "YUMA-MEDIAN-2")
@given(votes, st.integers(-(2**33), 2**34))
@example([(1, 5), (1, 7)], 1)
def test_the_loop_equals_the_closed_form(votes: list[tuple[int, int]], minority: int) -> None:
    assert by_loop(votes, minority) == by_closed_form(votes, minority) == by_definition(votes, minority)


@pytest.mark.rule("YUMA-MEDIAN-1", "YUMA-MEDIAN-2")
@given(votes, st.data())
def test_they_are_equal_at_every_boundary_and_one_ulp_beside_it(
    votes: list[tuple[int, int]], draw: st.DataObject
) -> None:
    """A boundary is the stake at or below some score: there a strict comparison decides."""
    boundary = draw.draw(st.sampled_from(sorted({sum(s for s, q in votes if q <= p) for _, p in votes})))
    for minority in (boundary - 1, boundary, boundary + 1):
        assert by_loop(votes, minority) == by_closed_form(votes, minority) == by_definition(votes, minority)


@pytest.mark.rule("YUMA-MEDIAN-2")
@given(votes, st.integers(-1, 2**33), st.randoms(use_true_random=False))
def test_the_order_of_the_voters_does_not_matter(votes: list[tuple[int, int]], minority: int, chance) -> None:
    shuffled = chance.sample(votes, len(votes))
    assert by_loop(shuffled, minority) == by_loop(votes, minority)


@pytest.mark.rule("YUMA-MEDIAN-1")
def test_the_median_of_three_equal_stakes_by_hand() -> None:
    """Stakes 10 each, scores 1, 2, 3. At or below: 10, 20, 30. More than 9: 1; than 10: 2; than 20: 3."""
    for order in permutations([(10, 1), (10, 2), (10, 3)]):
        assert [by_loop(list(order), minority) for minority in (-5, 0, 9, 10, 19, 20, 29, 30, 99)] == [
            *(1, 1, 1),
            *(2, 2),
            *(3, 3, 3, 3),
        ]


@pytest.mark.rule("YUMA-MEDIAN-1")
def test_ties_count_together_and_zero_stakes_do_not_count() -> None:
    """Scores 2, 2 hold 5 + 5 = 10 at or below; the voter without stake at 1 adds nothing."""
    votes = [(0, 1), (5, 2), (5, 2), (10, 4)]
    assert [by_loop(votes, minority) for minority in (-1, 0, 9, 10, 19, 20)] == [1, 2, 2, 4, 4, 4]


@pytest.mark.rule("YUMA-MEDIAN-1")
def test_no_voters_or_unequal_lengths_answer_zero() -> None:
    assert weighted_median([], [], [], ZERO, ZERO, ZERO) == ZERO
    assert weighted_median([ONE], [ONE, ONE], [0], ZERO, ZERO, ONE) == ZERO
    assert weighted_median_closed_form([], [], ZERO) == ZERO


@pytest.mark.rule("YUMA-MEDIAN-3")
def test_consensus_by_hand() -> None:
    """Stake 3 : 1, kappa one half. Column 0: the large voter alone reaches its score. Column 1: an
    absent entry scores 0, and three quarters of the stake score it."""
    quarter = I32F32.from_num(0.25)
    weights = [[(0, quarter), (2, ONE)], [(0, ONE), (1, ONE)]]
    consensus = weighted_median_columns([I32F32.from_num(3), ONE], weights, 3, I32F32.from_num(0.5))
    assert consensus == [quarter, ZERO, ONE]


@pytest.mark.rule("YUMA-MEDIAN-3")
def test_an_exact_half_of_the_stake_is_a_majority_of_kappa_one_half() -> None:
    """minority = 1 - 1/2; at or below 0 is 1/2, which is not more than the minority, so that 1 is reached."""
    half = I32F32.from_num(0.5)
    assert weighted_median_columns([ONE, ONE], [[(0, ONE)], []], 1, half) == [ONE]
    just_more = I32F32.from_bits(half.bits + 1)
    assert weighted_median_columns([ONE, ONE], [[(0, ONE)], []], 1, just_more) == [ZERO]
