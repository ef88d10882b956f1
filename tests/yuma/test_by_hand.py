"""Corners that the recorded vectors do not reach, worked by hand."""

from __future__ import annotations

from operator import le

import pytest

from taospec.reference.fixed_point import I32F32
from taospec.reference.yuma.sparse import mask_columns_against, normalize_columns
from taospec.reference.yuma.stake import inherited_stake

WHOLE = 2**64 - 1


@pytest.mark.rule("YUMA-STAKE-1")
def test_children_can_take_no_more_than_there_is_before_parents_add() -> None:
    """100 less twice 100 is 0, not -100; the parent's 30 come after that."""
    stake = {0: 100, 1: 30}
    children = ((WHOLE, 2), (WHOLE, 3))
    assert inherited_stake(0, stake, (), children) == 0
    assert inherited_stake(0, stake, ((WHOLE, 1),), children) == 30


@pytest.mark.rule("YUMA-STAKE-1")
def test_a_half_is_truncated_before_it_multiplies() -> None:
    """(2**63 - 1) / (2**64 - 1) is just below 1/2, in 32 bits 1/2 - 2**-32. A child takes
    10**12 * (1/2 - 2**-32) = 499999999767.17 of 10**12, floored in 32 bits; 500000000232.83 stay."""
    assert inherited_stake(0, {0: 10**12}, (), ((2**63 - 1, 1),)) == 500_000_000_232


@pytest.mark.rule("YUMA-STAKE-1")
def test_a_relative_that_nobody_knows_has_no_stake() -> None:
    assert inherited_stake(0, {0: 7}, ((WHOLE, 99),), ()) == 7


@pytest.mark.rule("YUMA-BONDS-2")
@pytest.mark.parametrize(("last_tempo", "kept"), [(0, []), (1, [5]), (7, [0, 5])])
def test_a_bond_beyond_the_subnet_counts_as_one_to_a_neuron_of_block_0(
    last_tempo: int, kept: list[int]
) -> None:
    """Uid 0 was registered in block 5; there is no uid 5, which counts as block 0. A tempo from 0 on removes
    both, one from 1 on uid 0 alone (1 <= 5), one from 7 on none."""
    row = [(0, I32F32.one()), (5, I32F32.one())]
    assert [[j for j, _ in row] for row in mask_columns_against([row], last_tempo, [5], le)] == [kept]


@pytest.mark.rule("YUMA-NORM-3")
def test_a_column_sum_saturates() -> None:
    """Four times 2**30 is 2**32, which saturates to just below 2**31: each becomes a half,
    where the wrapped sum, 0, would leave the entries as they are."""
    big = I32F32.from_num(2**30)
    column = [[(0, big)] for _ in range(4)]
    assert normalize_columns(column, 1) == [[(0, I32F32.from_bits(2**31))]] * 4
