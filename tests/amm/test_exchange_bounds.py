"""The normative exchange against the ideal one: every answer lies in its derived enclosure."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mpmath import MPContext

from taospec.reference.amm import balancer, settlement, swap
from taospec.reference.amm.power import pow_ratio_scaled
from taospec.reference.amm.records import Direction
from taospec.reference.fixed_point import U64F64
from taospec.reference.state.pool import Pool
from taospec.spec.amm import bounds, model
from taospec.spec.real_numbers import Enclosure, Real, real

SCALE = 10**18
HALF = SCALE // 2
LARGEST_NEGLIGIBLE_RESERVE = 948_000_000_000_000_000
"""Rao up to which the granularity of a share is worth less than one."""

REAL_ROUNDING = real.ldexp(1, -600)
"""More than the ideal model's own rounding."""

two_hundred_digits = MPContext()
two_hundred_digits.dps = 200

BUY, SELL = Direction.BUY, Direction.SELL

weights = st.one_of(
    st.integers(SCALE // 100, SCALE - SCALE // 100),
    st.integers(HALF - 10**9, HALF + 10**9),
    st.integers(10, 990).map(lambda permille: permille * 10**15),
    st.just(HALF),
)


@st.composite
def amounts(draw: st.DrawFn, low: int = 1, high: int = 2**63) -> int:
    """As often few digits as many."""
    length = draw(st.integers(low.bit_length(), high.bit_length()))
    return draw(st.integers(max(low, 1 << length - 1), min(high, (1 << length) - 1)))


def shifts(reserve: int, total: int) -> int:
    return total.bit_length() - reserve.bit_length() + 1


def fixed(value: U64F64) -> Real:
    return real.ldexp(real.mpf(value.bits), -64)


def share_of(weight_in: int, reserve: int, amount: int) -> tuple[Real, Real, Real]:
    """Ideal share that is left, its exponent, and how far the power may be from it."""
    exponent = real.mpf(weight_in) / (SCALE - weight_in)
    ideal = model.share_left(reserve, amount, exponent)
    error = bounds.power_error(real.log(ideal), exponent, shifts(reserve, reserve + amount))
    return ideal, exponent, error


def converges(weight_in: int, reserve: int, amount: int) -> bool:
    """Whether rule AMM-POW-9 promises that the share is right."""
    exponent = real.mpf(weight_in) / (SCALE - weight_in)
    return bool(exponent * real.log(1 + real.mpf(amount) / reserve) <= 137)


@pytest.mark.rule("AMM-PRICE-1")
@given(weights, amounts(), amounts())
def test_a_price_lies_in_its_enclosure(weight: int, alpha: int, tao: int) -> None:
    ideal = model.price(real.mpf(weight) / SCALE, alpha, tao)
    assume(ideal < 2**64)
    answer = fixed(balancer.weighted_price(weight, alpha, tao))
    assert answer in bounds.price(weight, alpha, tao)
    assert answer <= ideal * (1 + REAL_ROUNDING)


@pytest.mark.rule("AMM-OUT-1", "AMM-POW-8")
@given(weights, amounts(), amounts())
def test_the_share_that_is_left_lies_in_its_enclosure(weight: int, reserve: int, amount: int) -> None:
    amount = min(amount, 1000 * reserve, 2**64 - 1 - reserve)
    assume(converges(weight, reserve, amount))
    ideal, _, error = share_of(weight, reserve, amount)
    assert fixed(balancer.exp_quote_base(weight, reserve, amount)) in bounds.share_left(ideal, error)


@pytest.mark.rule("AMM-OUT-2", "AMM-OUT-3")
@given(weights, amounts(), amounts(), amounts(), st.sampled_from(Direction))
def test_a_payout_lies_in_its_enclosure(
    weight: int, reserve_in: int, reserve_out: int, amount: int, direction: Direction
) -> None:
    amount = min(amount, 1000 * reserve_in, 2**64 - 1 - reserve_in)
    tao, alpha = (reserve_in, reserve_out) if direction is BUY else (reserve_out, reserve_in)
    weight_in = weight if direction is BUY else SCALE - weight
    assume(converges(weight_in, reserve_in, amount))
    ideal, exponent, error = share_of(weight_in, reserve_in, amount)
    pool = Pool(mechanism=1, tao_reserve=tao, alpha_in=alpha, quote_weight=weight, initialized=True)
    paid = swap.payout(pool, direction, amount)
    assert real.mpf(paid) in bounds.payout(reserve_out, bounds.share_left(ideal, error))
    exact = model.payout(reserve_in, reserve_out, amount, exponent)
    assert exact - 1 - reserve_out * error < paid <= exact + bounds.payout_excess(reserve_out, error)


@pytest.mark.rule("AMM-CONSTANT-1")
@given(amounts(), amounts(high=LARGEST_NEGLIGIBLE_RESERVE), amounts())
def test_at_equal_weights_a_payout_is_the_constant_product_or_one_rao_more(
    reserve_in: int, reserve_out: int, amount: int
) -> None:
    amount = min(amount, 1000 * reserve_in, 2**64 - 1 - reserve_in)
    pool = Pool(mechanism=1, tao_reserve=reserve_in, alpha_in=reserve_out)
    exact = reserve_out * amount // (reserve_in + amount)
    assert swap.payout(pool, BUY, amount) - exact in (0, 1)


@pytest.mark.rule("AMM-CONSTANT-1")
def test_the_one_rao_more_occurs() -> None:
    # The exact payout is (6e17 + 2)/3 = 2e17 + 2/3. The share 2/3 is floored to parts of 1e18, which
    # adds 2/3 * 1e-18 of the reserve, 0.4 rao: enough to reach the next integer.
    reserve_out = 6 * 10**17 + 2
    pool = Pool(mechanism=1, tao_reserve=2, alpha_in=reserve_out)
    assert swap.payout(pool, BUY, 1) == 2 * 10**17 + 1 == reserve_out // 3 + 1


@pytest.mark.rule("AMM-POW-8")
@settings(max_examples=60, deadline=None)
@given(weights, amounts(), amounts())
def test_the_power_is_as_near_to_the_true_value_as_its_bound_says(
    weight: int, reserve: int, amount: int
) -> None:
    # 2**247 parts are still computed with 256 bits, and show the value before the usual last floor.
    amount = min(amount, 1000 * reserve, 2**64 - 1 - reserve)
    assume(weight % 10**12 and converges(weight, reserve, amount))
    parts = 1 << 247
    answer = pow_ratio_scaled(reserve, reserve + amount, weight, SCALE - weight, 256, parts)
    assert answer is not None
    exponent = two_hundred_digits.mpf(weight) / (SCALE - weight)
    true = (two_hundred_digits.mpf(reserve) / (reserve + amount)) ** exponent
    x = exponent * two_hundred_digits.log(two_hundred_digits.mpf(reserve) / (reserve + amount))
    error = bounds.power_error(real.mpf(x), real.mpf(exponent), shifts(reserve, reserve + amount))
    gap = two_hundred_digits.mpf(answer) / parts - true
    assert -error - real.ldexp(1, -247) < gap <= error


@pytest.mark.rule("AMM-POW-8")
def test_the_bound_on_the_power_is_used_up_to_a_few_bits() -> None:
    # The error of ln 2 enters once per doubling: ten doublings of the input at an exponent of 19.
    weight, reserve, total = 95 * 10**16 + 1, 1 << 20, (1 << 22) - 1
    exponent = two_hundred_digits.mpf(weight) / (SCALE - weight)
    true = (two_hundred_digits.mpf(reserve) / total) ** exponent
    answer = pow_ratio_scaled(reserve, total, weight, SCALE - weight, 256, 1 << 247)
    assert answer is not None
    gap = abs(two_hundred_digits.mpf(answer) / (1 << 247) - true)
    x = real.mpf(exponent) * real.log(real.mpf(reserve) / total)
    error = bounds.power_error(x, real.mpf(exponent), shifts(reserve, total))
    assert error / 2**14 < gap + real.ldexp(1, -247)


@pytest.mark.rule("AMM-POW-9")
def test_up_to_137_the_error_is_too_small_to_show() -> None:
    # On a grid: the ideal is largest at the left end of a cell, the error at the right end.
    step = real.mpf(1) / 8
    for cell in range(42 * 8, 137 * 8):
        left, right = cell * step, (cell + 1) * step
        assert real.exp(-left) + bounds.power_error(-right, real.mpf(128), 128) < bounds.PART
    for cell in range(42 * 8):
        right = (cell + 1) * step
        assert bounds.power_error(-right, real.mpf(128), 128) < real.ldexp(1, -210)


@pytest.mark.rule("AMM-POW-9")
def test_from_154_on_the_partial_sum_leaves_u64() -> None:
    step = real.mpf(1) / 4
    for cell in range(154 * 4, 690 * 4):
        left, right = cell * step, (cell + 1) * step
        rounding = real.ldexp(409 * real.exp(right), -280)
        assert bounds.unconverged_partial_sum(left, 408, 280) + real.ldexp(409 * real.exp(left), -280) > (
            rounding + real.mpf("18.5")
        )


@pytest.mark.rule("AMM-POW-9")
@pytest.mark.parametrize(
    ("size", "lowest", "highest"),
    [
        (137, 0, 0),
        (145, 1, SCALE - 1),
        (152.5, SCALE, 2**64 - 1),
        (154, 2**64, 2**80),
    ],
)
def test_beyond_137_the_series_answers_garbage_of_three_kinds(size: float, lowest: int, highest: int) -> None:
    # True value: below 1e-59 parts. w = 0.985 + 1e-18 keeps the exponent off the exact path.
    weight, reserve = 985 * 10**15 + 1, 10**15
    growth = real.exp(real.mpf(size) * (SCALE - weight) / weight)
    answer = pow_ratio_scaled(reserve, int(reserve * growth), weight, SCALE - weight, 256, SCALE)
    assert answer is not None
    assert lowest <= answer <= highest


@pytest.mark.rule("AMM-LIMIT-1", "AMM-LIMIT-2")
@settings(deadline=None)
@given(weights, amounts(low=2**20, high=2**100), amounts(low=2**20, high=2**100), amounts())
def test_the_amount_to_a_price_lies_in_its_enclosure(
    weight: int, first: int, second: int, reserve: int
) -> None:
    low, high = sorted((U64F64.from_bits(first), U64F64.from_bits(second)), key=lambda price: price.bits)
    exponent = real.mpf(SCALE - weight) / SCALE
    growth = (real.mpf(high.bits) / low.bits) ** exponent
    assume(growth < 18 and reserve * growth < 2**64)
    error = bounds.power_error(real.log(growth), exponent, 128, precision=1024)
    enclosure = bounds.amount_to_price(reserve, growth, error)
    enclosure = Enclosure(max(enclosure.low, real.zero), max(enclosure.high, real.zero))
    assert real.mpf(balancer.quote_delta_in(weight, low, high, reserve)) in enclosure
    assert real.mpf(balancer.base_delta_in(SCALE - weight, high, low, reserve)) in enclosure


@pytest.mark.rule("AMM-WEIGHT-4", "AMM-WEIGHT-5", "AMM-INJECT-2")
@given(weights, amounts(low=10**6), amounts(low=10**6), amounts(), amounts())
def test_a_deposit_moves_the_price_by_no_more_than_the_rounding_of_the_weight(
    weight: int, alpha: int, tao: int, added_alpha: int, added_tao: int
) -> None:
    pool = Pool(mechanism=1, tao_reserve=tao, alpha_in=alpha, quote_weight=weight, initialized=True)
    if settlement.adjust_protocol_liquidity(pool, added_tao, added_alpha) == (0, 0):
        return
    assume(tao * (alpha + added_alpha) < 2**128 and alpha * (tao + added_tao) < 2**128)
    enclosure = bounds.weight_after_deposit(weight, alpha, tao, added_alpha, added_tao)
    share = real.mpf(weight) / SCALE
    assert (
        enclosure.low < model.weight_after_deposit(share, alpha, tao, added_alpha, added_tao) < enclosure.high
    )
    after = real.mpf(pool.quote_weight) / SCALE
    assert after in enclosure
    before = model.price(share, alpha, tao)
    moved = model.price(after, alpha + added_alpha, tao + added_tao)
    assert abs(real.log(moved / before)) <= bounds.deposit_price_shift(enclosure)


@pytest.mark.rule("AMM-WEIGHT-6")
@given(st.integers(11, 989), amounts(low=10**9), amounts(low=10**9))
def test_the_weight_at_a_price_is_floored(permille: int, alpha: int, tao: int) -> None:
    bits = (tao * (1000 - permille) << 64) // (alpha * permille)
    assume(0 < bits < 2**127)
    pool = Pool(mechanism=1, tao_reserve=tao, alpha_in=alpha)
    settlement.initialize_at_price(pool, U64F64.from_bits(bits))
    target = real.ldexp(real.mpf(bits), -64)
    ideal = model.weight_at_price(target, alpha, tao)
    # The value of the alpha is floored to a rao, which raises the weight.
    raised = tao / (target * alpha + tao - 1) * (1 + REAL_ROUNDING)
    assert ideal - bounds.PART < real.mpf(pool.quote_weight) / SCALE <= raised


@pytest.mark.rule("AMM-FEE-1", "AMM-FEE-2")
@given(st.integers(0, 65534), amounts(high=2**60))
def test_a_fee_lies_in_its_enclosure(rate: int, amount: int) -> None:
    pool = Pool(mechanism=1, fee_rate=rate)
    ratio = real.mpf(rate) / 65535
    assert real.mpf(swap.swap_fee(pool, amount)) in bounds.fee(amount, ratio)
    on_top = swap._fee_on_top(pool, amount, drop_fees=False)
    assume(on_top < 2**63)
    assert real.mpf(on_top) in bounds.fee(amount, model.fee_on_top(1, ratio))


@pytest.mark.rule("AMM-ROUND-1")
@settings(deadline=None)
@given(weights, amounts(low=10**6), amounts(low=10**6), amounts())
def test_buying_and_selling_again_gains_no_more_than_its_bound(
    weight: int, alpha: int, tao: int, amount: int
) -> None:
    pool = Pool(
        mechanism=1, tao_reserve=tao, alpha_in=alpha, quote_weight=weight, initialized=True, fee_rate=0
    )
    amount = min(amount, 1000 * tao, 2**64 - 1 - tao)
    assume(converges(weight, tao, amount))
    bought = swap.payout(pool, BUY, amount)
    assume(bought < alpha)
    between = Pool(
        mechanism=1,
        tao_reserve=tao + amount,
        alpha_in=alpha - bought,
        quote_weight=weight,
        initialized=True,
    )
    assume(converges(SCALE - weight, alpha - bought, bought))
    returned = swap.payout(between, SELL, bought)
    ideal, exponent, error = share_of(weight, tao, amount)
    assert returned - amount <= bounds.round_trip_profit(tao + amount, ideal, 1 / exponent, error)


@pytest.mark.rule("AMM-ROUND-1")
@given(
    st.integers(HALF - 10**16, HALF + 10**16),
    st.integers(10**9, 21 * 10**15),
    st.integers(10**9, 21 * 10**15),
    st.integers(1, 10**15),
)
def test_in_a_pool_of_the_chain_no_round_trip_gains_a_rao(
    weight: int, alpha: int, tao: int, amount: int
) -> None:
    amount = min(amount, tao)
    pool = Pool(mechanism=1, tao_reserve=tao, alpha_in=alpha, quote_weight=weight, initialized=True)
    ideal, exponent, error = share_of(weight, tao, amount)
    assert bounds.round_trip_profit(tao + amount, ideal, 1 / exponent, error) < 1
    bought = swap.payout(pool, BUY, amount)
    pool.tao_reserve += amount
    pool.alpha_in -= bought
    assert swap.payout(pool, SELL, bought) <= amount


@pytest.mark.rule("AMM-PRICE-5")
@settings(deadline=None)
@given(weights, amounts(low=10**6), amounts(low=10**6), amounts(), st.sampled_from(Direction))
def test_the_price_never_moves_against_the_direction_of_a_swap(
    weight: int, alpha: int, tao: int, amount: int, direction: Direction
) -> None:
    pool = Pool(mechanism=1, tao_reserve=tao, alpha_in=alpha, quote_weight=weight, initialized=True)
    amount = min(amount, 1000 * (tao if direction is BUY else alpha))
    paid = swap.payout(pool, direction, amount)
    before = swap.current_price(pool)
    if direction is BUY:
        pool.tao_reserve, pool.alpha_in = min(tao + amount, 2**64 - 1), alpha - paid
        assert pool.alpha_in == 0 or swap.current_price(pool) >= before
    else:
        pool.tao_reserve, pool.alpha_in = tao - paid, min(alpha + amount, 2**64 - 1)
        assert swap.current_price(pool) <= before


@pytest.mark.rule("AMM-OUT-4")
@settings(deadline=None)
@given(weights, amounts(low=10**6), amounts(low=10**6), amounts(), amounts())
def test_a_larger_input_is_never_paid_less(
    weight: int, reserve_in: int, reserve_out: int, first: int, second: int
) -> None:
    pool = Pool(
        mechanism=1, tao_reserve=reserve_in, alpha_in=reserve_out, quote_weight=weight, initialized=True
    )
    small, large = sorted((first, second))
    large = min(large, 1000 * reserve_in, 2**64 - 1 - reserve_in)
    small = min(small, large)
    assume(converges(weight, reserve_in, large))
    assert swap.payout(pool, BUY, small) <= swap.payout(pool, BUY, large)
