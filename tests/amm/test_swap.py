"""A swap: the order of its refusals, its fee, its limit, and what it leaves alone."""

import contextlib

import attrs
import pytest

from taospec.reference.amm import settlement, swap
from taospec.reference.amm.parameters import ExchangeParameters
from taospec.reference.amm.records import Direction, SwapResult
from taospec.reference.fixed_point import U64F64
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.state.errors import DispatchError, SwapError
from taospec.reference.state.pool import Pool
from taospec.reference.state.revision import revision_of

BUY, SELL = Direction.BUY, Direction.SELL
HALF = 5 * 10**17
TAO = 10**9
NO_LIMIT = 10**15


@contextlib.contextmanager
def refused(error):
    with pytest.raises(DispatchError) as caught:
        yield
    assert caught.value.error is error


def pool(**fields):
    standard = {"mechanism": 1, "tao_reserve": 1000 * TAO, "alpha_in": 4000 * TAO, "initialized": True}
    return Pool(**{**standard, **fields})


@pytest.mark.rule("AMM-FEE-1")
def test_the_fee_truncates_the_rate_before_the_product():
    assert swap.swap_fee(pool(fee_rate=33), 1_000_000) == 1_000_000 * (33 * 2**64 // 65535) >> 64 == 503
    assert swap.swap_fee(pool(fee_rate=1), 65535) == 0  # the exact fee is 1
    assert swap.swap_fee(pool(fee_rate=65535), 10**18) == 10**18
    assert swap.swap_fee(pool(fee_rate=33), 1_000_000, drop_fees=True) == 0
    assert swap.swap_fee(pool(fee_rate=33, mechanism=0), 1_000_000) == 0


@pytest.mark.rule("AMM-SWAP-1", "AMM-OUT-3")
def test_a_purchase_at_equal_weights_pays_the_constant_product():
    # 1000 TAO in, 1000 TAO reserve: half of the alpha leaves.
    result = swap.swap(pool(), BUY, 1000 * TAO, NO_LIMIT, drop_fees=True)
    assert result == SwapResult(
        amount_paid_in=1000 * TAO, amount_paid_out=2000 * TAO, fee_paid=0, fee_to_block_author=0
    )


@pytest.mark.rule("AMM-SWAP-1")
def test_the_refusals_come_in_the_order_of_the_chain():
    poor = pool(alpha_in=999_999)
    with refused(SwapError.SwapInputTooLarge):
        swap.swap(poor, BUY, 2 * 10**15, 0)
    with refused(SwapError.ReservesTooLow):
        swap.swap(poor, BUY, TAO, 0)
    with refused(SwapError.PriceLimitExceeded):
        swap.swap(pool(), BUY, 1, 0)
    with refused(SwapError.ReservesTooLow):
        swap.swap(pool(alpha_in=10**6), BUY, 1, 10**19)  # 1 rao buys a millionth of a rao


@pytest.mark.rule("AMM-SWAP-2")
def test_the_largest_input_is_1000_reserves_without_the_fee():
    assert swap.swap(pool(), BUY, 10**15, NO_LIMIT, drop_fees=True).amount_paid_in == 10**15
    with refused(SwapError.SwapInputTooLarge):
        swap.swap(pool(), BUY, 10**15 + 1, NO_LIMIT, drop_fees=True)
    # With the fee of 33/65535 a little more can be asked for.
    assert swap.swap(pool(), BUY, 10**15 + 10**11, NO_LIMIT).amount_paid_in < 10**15


@pytest.mark.rule("AMM-SWAP-3")
def test_only_the_reserve_that_pays_has_a_minimum():
    thin = pool(tao_reserve=2, alpha_in=10**6)
    assert swap.swap(thin, BUY, 2, NO_LIMIT).amount_paid_out == 500_000
    with refused(SwapError.ReservesTooLow):
        swap.swap(thin, SELL, 2, 0)


@pytest.mark.rule("AMM-SWAP-4", "AMM-PRICE-3")
def test_a_limit_at_the_price_itself_is_exceeded():
    quarter = 250_000_000  # the price is 1000/4000 TAO
    for direction, worse in ((BUY, quarter - 1), (SELL, quarter + 1)):
        for limit in (quarter, worse):
            with refused(SwapError.PriceLimitExceeded):
                swap.swap(pool(), direction, TAO, limit)
    assert swap.swap(pool(), BUY, TAO, quarter + 1).amount_paid_in > 0


@pytest.mark.rule("AMM-SWAP-5", "AMM-FEE-2")
def test_a_limit_stops_the_swap_and_the_fee_is_taken_on_top_of_what_is_paid_in():
    # The price quadruples when TAO doubles (sqrt(4) - 1 = 1): 1000 TAO reach 1 TAO per alpha.
    result = swap.swap(pool(fee_rate=6553), BUY, 10_000 * TAO, 10**9)
    assert result.amount_paid_in == 1000 * TAO
    assert result.fee_paid == 1000 * TAO * (6553 * 2**64 // (65535 - 6553)) >> 64
    assert result.amount_paid_out == 2000 * TAO


@pytest.mark.rule("AMM-FEE-2")
def test_a_fee_rate_of_65535_costs_nothing_when_the_limit_stops_the_swap():
    # Net input 0 reaches the price 0.25 itself, which is not beyond the limit: all goes into the fee.
    whole = swap.swap(pool(fee_rate=65535), BUY, TAO, NO_LIMIT)
    assert (whole.amount_paid_in, whole.fee_paid, whole.fee_to_block_author) == (0, TAO, 0)


@pytest.mark.rule("AMM-SWAP-6")
def test_an_input_of_nothing_is_paid_nothing():
    nothing = SwapResult(amount_paid_in=0, amount_paid_out=0, fee_paid=0, fee_to_block_author=0)
    assert swap.swap(pool(), BUY, 0, NO_LIMIT) == nothing


@pytest.mark.rule("AMM-WEIGHT-7")
def test_the_first_swap_throws_away_the_weight_that_deposits_have_stored():
    fresh = pool(initialized=False, quote_weight=6 * 10**17)
    expected = swap.swap(pool(quote_weight=HALF), BUY, TAO, NO_LIMIT)
    assert swap.swap(fresh, BUY, TAO, NO_LIMIT) == expected
    assert fresh.quote_weight == 6 * 10**17
    settlement.swap_tao_for_alpha(fresh, TAO, NO_LIMIT)
    assert (fresh.quote_weight, fresh.initialized) == (HALF, True)


@pytest.mark.rule("AMM-SWAP-7")
def test_a_simulation_changes_nothing():
    for initialized in (False, True):
        before = pool(initialized=initialized)
        after = attrs.evolve(before)
        swap.simulate_swap(after, SELL, TAO)
        assert attrs.astuple(after) == attrs.astuple(before)


@pytest.mark.rule("AMM-SWAP-7", "AMM-PRICE-4")
def test_a_simulated_sale_stops_at_a_price_of_1000_rao():
    # Price 1e-6 TAO = 1000 rao exactly: not strictly above the default limit.
    with refused(SwapError.PriceLimitExceeded):
        swap.simulate_swap(pool(tao_reserve=10**6, alpha_in=10**12), SELL, TAO)


@pytest.mark.rule("AMM-SWAP-8")
def test_a_subnet_without_a_pool_exchanges_one_to_one():
    stable = pool(mechanism=0, alpha_in=0, tao_reserve=5)
    assert swap.simulate_swap(stable, SELL, 7).amount_paid_out == 7
    settlement.swap_alpha_for_tao(stable, 7, 10**18)
    assert (stable.alpha_in, stable.tao_reserve, stable.initialized) == (7, 0, True)


@pytest.mark.rule("AMM-SWAP-8", "AMM-PRICE-2")
def test_a_swap_through_the_pool_itself_ignores_the_mechanism_but_for_fee_and_price():
    stable = pool(mechanism=2, fee_rate=6553)
    result = swap.swap(stable, BUY, 1000 * TAO, 10**9 + 1)
    assert (result.fee_paid, result.amount_paid_out) == (0, 2000 * TAO)
    with refused(SwapError.PriceLimitExceeded):
        swap.swap(stable, BUY, TAO, 10**9)


@pytest.mark.rule("AMM-PRICE-2")
def test_an_empty_pool_has_the_price_zero_and_a_missing_one_the_price_one():
    assert swap.current_price(pool(alpha_in=0)) == U64F64.zero()
    assert swap.current_price(pool(alpha_in=0, mechanism=0)) == U64F64.one()


@pytest.mark.rule("AMM-INVERSE-2")
def test_alpha_worth_an_amount_ignores_slippage():
    assert swap.alpha_for_tao(pool(), 5) == 20
    assert swap.alpha_for_tao(pool(alpha_in=0), 5) == 0
    assert swap.alpha_for_tao(pool(mechanism=0), 5) == 5


@pytest.mark.rule("AMM-BOOK-1", "AMM-BOOK-3")
def test_a_purchase_books_what_was_asked_for_as_volume_and_total_stake():
    bought = pool(alpha_out=7, volume=3, fee_rate=6553)
    result = settlement.swap_tao_for_alpha(bought, 10_000 * TAO, 10**9)
    assert result.amount_paid_in == 1000 * TAO
    assert bought.tao_reserve == 2000 * TAO
    assert bought.alpha_in == 4000 * TAO - result.amount_paid_out
    assert bought.alpha_out == 7 + result.amount_paid_out
    assert bought.volume == 3 + 10_000 * TAO
    assert settlement.total_stake_after_purchase(11, 10_000 * TAO) == 11 + 10_000 * TAO


@pytest.mark.rule("AMM-BOOK-2", "AMM-BOOK-3")
def test_a_sale_books_what_was_paid_out_and_leaves_the_fee_in_circulation():
    sold = pool(alpha_out=5000 * TAO, fee_rate=6553)
    result = settlement.swap_alpha_for_tao(sold, 4000 * TAO, 0)
    assert result.amount_paid_in + result.fee_paid == 4000 * TAO
    assert sold.alpha_in == 4000 * TAO + result.amount_paid_in
    assert sold.alpha_out == 5000 * TAO - result.amount_paid_in
    assert sold.tao_reserve == 1000 * TAO - result.amount_paid_out
    assert sold.volume == result.amount_paid_out
    assert settlement.total_stake_after_sale(result.amount_paid_out - 1, result) == 0


@pytest.mark.rule("AMM-BOOK-4")
def test_a_reserve_changes_by_no_more_than_a_signed_64_bit_number_holds():
    huge = pool(mechanism=0, tao_reserve=2**64 - 1, alpha_in=0)
    settlement.swap_alpha_for_tao(huge, 2**64 - 1, 0)
    assert (huge.alpha_in, huge.tao_reserve) == (2**63 - 1, 2**63 - 1)


def test_a_refused_swap_changes_nothing():
    fresh = pool(initialized=False, quote_weight=6 * 10**17)
    before = attrs.astuple(fresh)
    with refused(SwapError.PriceLimitExceeded):
        settlement.swap_tao_for_alpha(fresh, TAO, 0)
    assert attrs.astuple(fresh) == before


@pytest.mark.rule("AMM-WEIGHT-6")
def test_a_pool_is_initialised_at_a_price():
    # Price 1.5 with 4 alpha and 2 TAO: w2 = 2 / (4 + floor(0.5 * 4) + 2) = 1/4.
    fresh = pool(initialized=False, tao_reserve=2, alpha_in=4)
    settlement.initialize_at_price(fresh, U64F64.from_bits(3 << 63))
    assert (fresh.quote_weight, fresh.initialized) == (25 * 10**16, True)
    settlement.initialize_at_price(fresh, U64F64.from_num(1))
    assert fresh.quote_weight == 25 * 10**16


@pytest.mark.rule("AMM-WEIGHT-6")
@pytest.mark.parametrize("reserves", [(0, 0), (1, 1000), (1000, 1)])
def test_reserves_that_no_weight_balances_are_refused(reserves):
    tao, alpha = reserves
    fresh = pool(initialized=False, tao_reserve=tao, alpha_in=alpha)
    with refused(SwapError.ReservesOutOfBalance):
        settlement.initialize_at_price(fresh, U64F64.one())
    assert not fresh.initialized


@pytest.mark.rule("AMM-INJECT-1")
def test_a_deposit_out_of_bounds_is_refused_as_a_whole():
    even = pool(tao_reserve=10**9, alpha_in=10**9)
    assert settlement.adjust_protocol_liquidity(even, 10**12, 0) == (0, 0)
    assert even.quote_weight == HALF
    assert settlement.adjust_protocol_liquidity(even, 10**9, 0) == (10**9, 0)
    assert even.quote_weight == 2 * 10**18 // 3  # 2/3 keeps the price at 1/2 * 2e9/1e9


@pytest.mark.rule("AMM-CLEAR-1")
def test_a_cleared_pool_is_as_if_it_had_never_been():
    cleared = pool(fee_rate=9, quote_weight=6 * 10**17, alpha_out=5, volume=6)
    settlement.clear_protocol_liquidity(cleared)
    assert attrs.astuple(cleared) == attrs.astuple(Pool(mechanism=1, alpha_out=5, volume=6))


@pytest.mark.parametrize("amount", [-1, 2**64, 1.5, True])
def test_an_amount_that_is_no_u64_is_refused_by_name(amount):
    with pytest.raises(InvalidInputError, match="amount"):
        swap.swap(pool(), BUY, amount, NO_LIMIT)


@pytest.mark.rule("AMM-SWAP-2")
def test_before_spec_version_424_no_input_was_too_large():
    parameters = ExchangeParameters.of(revision_of(423))
    assert (parameters.payout_precision, parameters.input_reserve_multiple) == (1024, None)
    result = swap.swap(pool(), BUY, 10**15 + 1, 2**63, drop_fees=True, parameters=parameters)
    assert result.amount_paid_in == 10**15 + 1


def test_a_revision_without_weighted_pools_has_no_parameters():
    with pytest.raises(InvalidInputError, match="revision"):
        ExchangeParameters.of(revision_of(422))
