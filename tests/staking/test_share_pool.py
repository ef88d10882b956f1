"""Share pools against their ideal, and what rounding does to the sum of holders' values."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taospec.reference.staking import share_pool
from taospec.reference.staking.share_pool import Holding
from taospec.reference.state.safe_float import ZERO, SafeFloat
from taospec.spec.real_numbers import real
from taospec.spec.staking import bounds, model

RAO = 21 * 10**15
AMOUNTS = st.one_of(st.integers(0, 5), st.integers(0, 10**6), st.integers(0, RAO))


def exact(number):
    return model.value(number.mantissa, number.exponent)


class Holders:
    """A pool with its holders, as the stake ledger keeps it."""

    def __init__(self):
        self.shared_value = 0
        self.denominator = ZERO
        self.shares = {}
        self.updates = 0
        self.largest = real.zero

    def value(self, holder):
        return share_pool.holder_value(self.shared_value, self.shares.get(holder, ZERO), self.denominator)

    def one(self, holder, update):
        before = Holding(self.shared_value, self.denominator, self.shares.get(holder, ZERO))
        after = share_pool.value_for_one(before, update)
        self.shared_value, self.denominator = after.shared_value, after.denominator
        self.shares[holder] = after.share
        if after.share == ZERO:
            del self.shares[holder]
        self.updates += 1
        self.largest = max(self.largest, exact(before.denominator), exact(after.denominator))
        return after

    def all(self, update):
        self.shared_value = share_pool.value_for_all(self.shared_value, update)

    def total(self):
        return sum(self.value(holder) for holder in self.shares)


def play(pool, operations):
    for kind, holder, amount in operations:
        if kind == "all":
            pool.all(amount)
        elif kind == "in":
            pool.one(holder, amount)
        elif pool.value(holder) > 0:
            value = pool.value(holder)
            pool.one(holder, -(value if kind == "out" else amount % value))


OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["in", "in", "part", "out", "all"]), st.integers(1, 4), AMOUNTS), max_size=30
)


@given(OPERATIONS)
@settings(max_examples=300)
@pytest.mark.rule("STAKE-POOL-6")
def test_the_sum_of_holders_values_stays_within_the_stated_deficit(operations):
    pool = Holders()
    play(pool, operations)
    if pool.denominator == ZERO:
        return
    enclosure = bounds.sum_of_values(
        pool.shared_value, exact(pool.denominator), len(pool.shares), pool.updates, pool.largest
    )
    assert pool.total() in enclosure
    drift = real.fsum(exact(share) for share in pool.shares.values()) - exact(pool.denominator)
    assert abs(drift) <= bounds.shares_drift(pool.updates, pool.largest)


@given(OPERATIONS, st.integers(1, 4))
@pytest.mark.rule("STAKE-POOL-1")
def test_a_holders_value_is_its_part_less_a_rao(operations, holder):
    pool = Holders()
    play(pool, operations)
    if pool.denominator == ZERO or holder not in pool.shares:
        return
    ideal = bounds.holder_value(pool.shared_value, exact(pool.shares[holder]), exact(pool.denominator))
    assert pool.value(holder) in ideal


@given(OPERATIONS, AMOUNTS)
@pytest.mark.rule("STAKE-POOL-2")
def test_a_dividend_changes_no_shares(operations, dividend):
    pool = Holders()
    play(pool, operations)
    shares, before = dict(pool.shares), pool.shared_value
    pool.all(dividend)
    assert pool.shares == shares
    assert pool.shared_value == before + dividend


@given(st.integers(1, RAO), st.integers(1, RAO), st.integers(0, RAO), st.integers(1, RAO))
@pytest.mark.rule("STAKE-POOL-3", "STAKE-POOL-4")
def test_who_stakes_gets_it_back_less_a_rao_and_the_others_lose_less_than_a_rao(
    first, second, dividend, third
):
    pool = Holders()
    pool.one(1, first)
    pool.one(2, second)
    pool.all(dividend)
    before = pool.value(1), pool.value(2)
    pool.one(3, third)
    assert third - 1 <= pool.value(3) <= third
    assert all(abs(pool.value(holder) - value) <= 1 for holder, value in zip((1, 2), before, strict=True))


@pytest.mark.rule("STAKE-POOL-2")
def test_the_pools_value_saturates_at_both_ends():
    assert share_pool.value_for_all(5, -7) == 0
    assert share_pool.value_for_all(2**64 - 2, 5) == 2**64 - 1
    assert share_pool.value_for_all(2**63, -(2**63)) == 0


@pytest.mark.rule("STAKE-POOL-4")
def test_the_first_update_gives_shares_whatever_its_sign():
    for update in (7, -7):
        after = share_pool.value_for_one(Holding(0, ZERO, ZERO), update)
        assert after.share == after.denominator == SafeFloat(7 * 10**20, -20)
        assert after.shared_value == max(update, 0)


@pytest.mark.rule("STAKE-POOL-3", "STAKE-POOL-4")
def test_in_a_pool_with_shares_but_no_value_an_update_buys_nothing():
    empty = Holding(0, SafeFloat(10**21, -20), ZERO)
    after = share_pool.value_for_one(empty, 1000)
    assert after.share == ZERO
    assert after.shared_value == 1000


@pytest.mark.rule("STAKE-POOL-4")
def test_taking_from_who_has_no_shares_takes_from_the_denominator_alone():
    # Each holder's part of 8 rao grows by this: 10 of 8 shares remain.
    after = share_pool.value_for_one(Holding(10, SafeFloat(10**21, -20), ZERO), -2)
    assert after == Holding(8, SafeFloat(8 * 10**20, -20), ZERO)
    assert share_pool.holder_value(8, SafeFloat(10**21, -20), after.denominator) == 10


@pytest.mark.rule("STAKE-POOL-5")
def test_an_update_too_small_for_the_last_digit_still_changes_shares():
    assert share_pool.changes_shares(0, ZERO, 0)
    assert share_pool.changes_shares(RAO, SafeFloat(10**21, -20), 1)
    assert not share_pool.changes_shares(0, SafeFloat(10**21, -20), 1)
    assert not share_pool.changes_shares(RAO, SafeFloat(10**21, -20), 0)


@pytest.mark.rule("STAKE-POOL-6")
def test_in_a_pool_that_was_large_holders_can_own_more_than_there_is():
    """A whale stakes and leaves, one rao stays, and a dividend makes the last digits count.

    By hand: at a value of 10^15 + 7 one rao buys 10^15 / (10^15 + 7) = 0.999999999999993 shares; the
    denominator, cut to 21 digits, becomes 10^15 + 0.99999. The whale's 10^15 + 7 rao are
    (10^15 + 7) * (10^15 + 0.99999) / (10^15 + 8) = 10^15 - 0.00001 shares, so 0.00001 of its 10^15 stay.
    The denominator becomes 1, but the shares are 1.000009999999993: of 10^12 + 1 rao, 10^7 too many.
    """
    whale, other = 1, 2
    pool = Holders()
    pool.one(whale, 10**15)
    pool.all(7)
    pool.one(other, 1)
    assert pool.denominator == SafeFloat(100_000_000_000_000_099_999, -5)
    assert pool.value(whale) == 10**15 + 7
    pool.one(whale, -(10**15 + 7))
    assert pool.denominator == SafeFloat(10**21, -21)
    assert pool.shares == {
        whale: SafeFloat(10**21, -26),
        other: SafeFloat(999_999_999_999_993_000_000, -21),
    }
    pool.all(10**12)
    assert {holder: pool.value(holder) for holder in pool.shares} == {whale: 10**7, other: 10**12}
    assert pool.shared_value == 10**12 + 1
