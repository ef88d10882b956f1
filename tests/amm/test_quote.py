"""What a wallet shows, and the inverse question."""

from fractions import Fraction

import attrs
import pytest

from taospec.reference.amm.quote import quote_for_payout, quote_swap
from taospec.reference.amm.records import Direction
from taospec.reference.amm.swap import swap
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.state.pool import Pool

BUY, SELL = Direction.BUY, Direction.SELL
TAO = 10**9


def pool(**fields):
    standard = {"mechanism": 1, "tao_reserve": 1000 * TAO, "alpha_in": 4000 * TAO, "initialized": True}
    return Pool(**{**standard, **fields})


@pytest.mark.rule("AMM-QUOTE-1", "AMM-QUOTE-2")
def test_doubling_the_tao_of_a_pool_costs_half_of_the_alpha():
    quote = quote_swap(pool(fee_rate=0), BUY, 1000 * TAO)
    # 0.25 TAO per alpha becomes 2000/2000 = 1: four times. 1000 TAO were worth 4000 alpha, 2000 came.
    assert quote.price_impact == 3
    assert quote.slippage == quote.cost == Fraction(1, 2)
    assert quote.refund == 0


@pytest.mark.rule("AMM-QUOTE-1", "AMM-QUOTE-2")
def test_doubling_the_alpha_of_a_pool_costs_half_of_the_tao():
    quote = quote_swap(pool(fee_rate=0), SELL, 4000 * TAO)
    assert quote.price_impact == Fraction(-3, 4)
    assert quote.slippage == Fraction(1, 2)


@pytest.mark.rule("AMM-QUOTE-2")
def test_the_cost_counts_the_fee():
    quote = quote_swap(pool(fee_rate=6553), SELL, TAO)
    assert quote.result.fee_paid > 0
    assert quote.cost == 1 - Fraction(quote.result.amount_paid_out * 4, TAO)
    assert quote.cost > quote.slippage > 0


def test_a_quote_leaves_the_pool_alone():
    held = pool(initialized=False, quote_weight=6 * 10**17)
    before = attrs.astuple(held)
    quote_swap(held, BUY, TAO)
    quote_for_payout(held, BUY, TAO)
    assert attrs.astuple(held) == before


@pytest.mark.rule("AMM-QUOTE-3")
@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("weight", [5 * 10**17, 5 * 10**17 - 1, 10**16, 99 * 10**16])
def test_one_rao_less_than_the_amount_found_pays_too_little(direction, weight):
    held = pool(quote_weight=weight)
    wanted = 7 * TAO + 1
    quote = quote_for_payout(held, direction, wanted)
    limit = 10**15 if direction is BUY else 1000
    assert quote.result.amount_paid_out >= wanted
    assert swap(held, direction, quote.amount - 1, limit).amount_paid_out < wanted


@pytest.mark.rule("AMM-QUOTE-3")
def test_a_payout_beyond_the_pool_or_its_price_limit_is_refused_by_name():
    with pytest.raises(InvalidInputError, match="amount_out"):
        quote_for_payout(pool(), BUY, 4000 * TAO + 1)
    with pytest.raises(InvalidInputError, match="price limit"):
        quote_for_payout(pool(tao_reserve=10**9, alpha_in=10**14), SELL, 999_000_000)


def test_a_subnet_without_a_pool_is_quoted_one_to_one():
    quote = quote_for_payout(pool(mechanism=0), BUY, 5)
    assert (quote.amount, quote.result.amount_paid_out, quote.price_impact) == (5, 5, 0)
