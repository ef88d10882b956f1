"""Parents and children, and the division of dividends between alpha and root."""

import pytest

from taospec.reference.emission.dividends import (
    dividend_distribution,
    dividends_and_incentives,
    split_by_stake,
)
from taospec.reference.emission.parents import (
    Parent,
    ParentDividends,
    parent_child_dividends,
    parent_contribution,
    self_contribution,
)
from taospec.reference.emission.rates import u64_fraction
from taospec.reference.fixed_point import U96F32

ALL = 2**64 - 1
HALF = 2**63
NONE = U96F32.zero()
ONE = U96F32.one()


def parent(hotkey="parent", *, alpha=100, root=0, proportion=ALL, same_owner=False):
    return Parent(hotkey=hotkey, proportion=proportion, alpha=alpha, root=root, same_owner=same_owner)


def shared(dividends, own, parents, take=0, burn=NONE):
    return parent_child_dividends(
        "child", dividends, own, parents, tao_weight=ONE, childkey_take=take, childkey_burn=burn
    )


@pytest.mark.rule("EMISSION-PARENT-1")
def test_what_children_hold_of_a_stake_does_not_count_as_its_own():
    """Half lent: (100 + 60 * 1/2) / 2."""
    assert self_contribution(100, 60, [HALF], U96F32.from_num(0.5)) == 65
    assert self_contribution(100, 60, [ALL], ONE) == 0
    assert self_contribution(100, 60, [ALL, ALL], ONE) == 0
    assert self_contribution(100, 60, [], NONE) == 100


@pytest.mark.rule("EMISSION-PARENT-2")
def test_a_parent_contributes_the_part_that_it_lends():
    contribution = parent_contribution(parent(alpha=3, root=8, proportion=HALF), U96F32.from_num(0.25))
    assert contribution == U96F32.from_num(2.5)
    assert u64_fraction(HALF) == U96F32.from_num(0.5)


@pytest.mark.rule("EMISSION-PARENT-4")
def test_a_parent_of_the_same_owner_gets_its_whole_share():
    assert shared(1000, 300, [parent(same_owner=True)], take=11_796, burn=ONE) == ParentDividends(
        received=(("parent", 250), ("child", 750)), recycled=0
    )


@pytest.mark.rule("EMISSION-PARENT-3", "EMISSION-PARENT-4")
def test_take_and_burn_are_both_of_the_whole_share():
    """Share 500; take 13107/65535 = 1/5 truncated: 99.99..; burn 1/4: 125; the parent 275.00.. ."""
    result = shared(1000, 100, [parent()], take=13_107, burn=U96F32.from_num(0.25))
    assert result == ParentDividends(received=(("parent", 275), ("child", 599)), recycled=125)


@pytest.mark.rule("EMISSION-PARENT-3")
def test_a_burn_of_everything_leaves_the_parent_nothing_and_the_child_its_take():
    result = shared(1000, 100, [parent()], take=65_535, burn=ONE)
    assert result == ParentDividends(received=(("parent", 0), ("child", 1000)), recycled=500)


@pytest.mark.rule("EMISSION-PARENT-4")
def test_without_any_stake_the_child_keeps_its_dividends():
    result = shared(1000, 0, [parent(alpha=0)])
    assert result == ParentDividends(received=(("parent", 0), ("child", 1000)), recycled=0)


@pytest.mark.rule("EMISSION-DIVIDEND-1")
def test_a_hotkey_that_earns_twice_has_the_sum():
    def keep(hotkey, dividends):
        return ParentDividends(received=((hotkey, dividends), ("z", 1)), recycled=2)

    earnings = dividends_and_incentives([("b", 1, 10), ("a", 2, 20), ("b", 3, 30)], keep)
    assert earnings.incentives == {"a": 2, "b": 4}
    assert earnings.dividends == {"a": U96F32.from_num(20), "b": U96F32.from_num(40), "z": U96F32.from_num(3)}
    assert list(earnings.dividends) == ["a", "b", "z"]
    assert earnings.recycled == 6


@pytest.mark.rule("EMISSION-DIVIDEND-2")
def test_a_dividend_is_split_by_the_two_stakes():
    """Root 100 at weight 1/2 beside alpha 150: a quarter is root's."""
    alpha, root = split_by_stake(U96F32.from_num(80), 150, 100, U96F32.from_num(0.5))
    assert (alpha, root) == (U96F32.from_num(60), U96F32.from_num(20))


@pytest.mark.rule("EMISSION-DIVIDEND-2")
def test_without_stake_all_of_a_dividend_is_alpha():
    assert split_by_stake(U96F32.from_num(80), 0, 0, ONE) == (U96F32.from_num(80), NONE)


@pytest.mark.rule("EMISSION-DIVIDEND-3")
def test_pendings_are_divided_in_proportion_whatever_the_dividends_sum_to():
    distribution = dividend_distribution(
        {"a": U96F32.from_num(1), "b": U96F32.from_num(3)}, {"a": (5, 0), "b": (5, 0)}, 1000, 70, ONE
    )
    assert distribution.alpha == {"a": U96F32.from_num(250), "b": U96F32.from_num(750)}
    assert distribution.root == {"a": NONE, "b": NONE}


@pytest.mark.rule("EMISSION-DIVIDEND-3")
def test_root_alpha_goes_to_nobody_if_no_receiver_has_root_stake():
    distribution = dividend_distribution({"a": ONE}, {"a": (5, 0)}, 1000, 70, ONE)
    assert sum(value.bits for value in distribution.root.values()) == 0


@pytest.mark.rule("EMISSION-DIVIDEND-3")
def test_dividends_without_a_stake_entry_are_dropped():
    distribution = dividend_distribution({"a": ONE, "b": ONE}, {"a": (5, 0)}, 1000, 0, ONE)
    assert distribution.alpha == {"a": U96F32.from_num(1000)}
