"""Jumping from threshold to threshold is the same as walking block by block."""

from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taospec.reference.supply.block_emission import INITIAL_EMISSION, TOTAL_SUPPLY
from taospec.reference.supply.halvings import (
    EXHAUSTION,
    FINAL_LEVEL,
    THRESHOLDS,
    closed_form_emission,
    halving_table,
)
from taospec.reference.supply.issuance import blocks_until_halving, issuance_after, walk

near_a_threshold = st.builds(
    lambda level, offset: max(THRESHOLDS[level] + offset, 0),
    st.integers(0, FINAL_LEVEL),
    st.integers(-40 * INITIAL_EMISSION, 2 * INITIAL_EMISSION) | st.integers(-100, 5),
)
recycling = st.integers(0, 2 * INITIAL_EMISSION) | st.integers(0, 12) | st.just(0)


@pytest.mark.rule("SUPPLY-TIME-1", "SUPPLY-TIME-2")
@given(near_a_threshold, recycling, st.integers(0, 60))
def test_a_jump_ends_where_the_walk_does(issuance, recycled, blocks):
    walked = [issuance, *islice(walk(issuance, recycled), blocks)]
    assert issuance_after(issuance, blocks, recycled) == walked[-1]


@pytest.mark.rule("SUPPLY-TIME-1")
@given(near_a_threshold, recycling, st.integers(0, 10**12), st.integers(0, 10**12))
def test_two_jumps_are_one(issuance, recycled, first, second):
    halfway = issuance_after(issuance, first, recycled)
    assert issuance_after(halfway, second, recycled) == issuance_after(issuance, first + second, recycled)


@pytest.mark.rule("SUPPLY-TIME-1")
def test_emission_from_genesis_ends_exactly_at_the_last_threshold():
    """The last level emits single rao, so that it cannot overshoot."""
    blocks = blocks_until_halving(FINAL_LEVEL)
    assert blocks == halving_table()[-1].block - 1
    assert issuance_after(0, blocks) == EXHAUSTION == issuance_after(0, 10 * blocks)
    assert issuance_after(0, blocks - 1) == EXHAUSTION - 1


@pytest.mark.rule("SUPPLY-TIME-1")
def test_a_day_before_and_after_the_first_halving_emits_7200_and_3600_tao():
    day, halving = 7_200, 10_500_000
    before = issuance_after(0, halving) - issuance_after(0, halving - day)
    after = issuance_after(0, halving + day) - issuance_after(0, halving)
    assert (before, after) == (7_200 * 10**9, 3_600 * 10**9)


@pytest.mark.rule("SUPPLY-TIME-3")
def test_recycling_delays_a_halving():
    """10.5e15 rao at 1e9 a block last 10.5e6 blocks, at 0.8e9 net 13.125e6."""
    assert blocks_until_halving(1) == 10_500_000
    assert blocks_until_halving(1, recycled=200_000_000) == 13_125_000
    assert blocks_until_halving(1, recycled=INITIAL_EMISSION) is None


@pytest.mark.rule("SUPPLY-EMISSION-1", "SUPPLY-HALVING-3")
def test_recycling_can_step_back_over_a_halving():
    issuance = THRESHOLDS[1]
    assert closed_form_emission(issuance) == INITIAL_EMISSION // 2
    assert closed_form_emission(issuance - 1) == INITIAL_EMISSION


@pytest.mark.rule("SUPPLY-TIME-2")
@settings(max_examples=30)
@given(st.integers(INITIAL_EMISSION // 2 + 1, INITIAL_EMISSION - 1), st.integers(0, 10**12))
def test_recycling_between_two_emissions_holds_the_issuance_at_their_threshold(recycled, blocks):
    held = THRESHOLDS[1]
    issuance = issuance_after(held, blocks, recycled)
    assert held - (recycled - INITIAL_EMISSION // 2) <= issuance < held + INITIAL_EMISSION - recycled


@pytest.mark.rule("SUPPLY-TIME-1")
def test_recycling_more_than_is_ever_emitted_empties_the_supply():
    assert issuance_after(TOTAL_SUPPLY, 10**9, 2 * INITIAL_EMISSION) == 0
