"""What a wallet shows before a swap: amounts, price impact, slippage; and the inverse question.

The amounts are the chain's own; the ratios are exact fractions of them, for display. The chain
computes neither ratio.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import attrs

from taospec.reference.amm.balancer import base_weight
from taospec.reference.amm.parameters import BASE_PARAMETERS, ExchangeParameters
from taospec.reference.amm.records import DYNAMIC, Direction, SwapResult
from taospec.reference.amm.settlement import swap_alpha_for_tao, swap_tao_for_alpha
from taospec.reference.amm.swap import (
    current_price,
    default_price_limit,
    in_force,
    payout,
    swap_fee,
)
from taospec.reference.fixed_point import U64F64
from taospec.reference.invalid_input import U64_MAX, InvalidInputError, require_integer
from taospec.reference.rules import implements
from taospec.reference.state.pool import Pool


@attrs.frozen(kw_only=True)
class Quote:
    """What a swap would move, and at what price."""

    direction: Direction
    """Which way."""
    amount: int
    """What was asked to be swapped, rao."""
    result: SwapResult
    """What the swap moves."""
    price_before: U64F64
    """TAO per alpha before the swap (with equal weights if the pool is not initialised)."""
    price_after: U64F64
    """TAO per alpha after it."""

    @property
    def refund(self) -> int:
        """The part of the amount that the price limit leaves with its owner, rao."""
        return self.amount - self.result.amount_paid_in - self.result.fee_paid

    @property
    @implements("AMM-QUOTE-1")
    def price_impact(self) -> Fraction:
        """``price_after / price_before - 1``: positive for a purchase, negative for a sale.

        0 for a price of 0.
        """
        if self.price_before.bits == 0:
            return Fraction(0)
        return Fraction(self.price_after.bits, self.price_before.bits) - 1

    @property
    @implements("AMM-QUOTE-2")
    def slippage(self) -> Fraction:
        """The share of the payout that is missing, fee apart, against the price before the swap.

        ``1 - out * price / in`` of a purchase, ``1 - out / (in * price)`` of a sale; 0 for an
        input worth nothing at that price.
        """
        return self._missing_share(self.result.amount_paid_in)

    @property
    def cost(self) -> Fraction:
        """Slippage and fee together: the same share with the fee counted as paid in."""
        return self._missing_share(self.result.amount_paid_in + self.result.fee_paid)

    def _missing_share(self, amount_in: int) -> Fraction:
        price = Fraction(self.price_before.bits, U64F64.ONE_BITS)
        amount_out = Fraction(self.result.amount_paid_out)
        if self.direction is Direction.BUY:
            return 1 - amount_out * price / amount_in if amount_in else Fraction(0)
        return 1 - amount_out / (amount_in * price) if amount_in and price else Fraction(0)


def quote_swap(
    pool: Pool, direction: Direction, amount: int, parameters: ExchangeParameters = BASE_PARAMETERS
) -> Quote:
    """Simulate a swap of ``amount`` rao up to the default price limit.

    Raises what :func:`~taospec.reference.amm.swap.swap` raises.
    """
    after = attrs.evolve(pool)  # type: ignore[misc] # a record is an attrs class
    settle = swap_tao_for_alpha if direction is Direction.BUY else swap_alpha_for_tao
    result = settle(after, amount, default_price_limit(direction), parameters=parameters)
    return Quote(
        direction=direction,
        amount=amount,
        result=result,
        price_before=current_price(in_force(pool)),
        price_after=current_price(after),
    )


@implements("AMM-QUOTE-3")
def quote_for_payout(
    pool: Pool, direction: Direction, amount_out: int, parameters: ExchangeParameters = BASE_PARAMETERS
) -> Quote:
    """The quote of the **smallest** amount, fee included, that pays out at least ``amount_out`` rao.

    Payouts grow with the amount wherever the power converges, and reach the whole reserve
    before it stops to (rule AMM-POW-9), so bisection finds it.

    Raises:
        InvalidInputError: no admissible amount pays that much.
        DispatchError: what a swap of the amount found raises.
    """
    require_integer("amount_out", amount_out, 0, U64_MAX)
    if pool.mechanism != DYNAMIC:
        return quote_swap(pool, direction, amount_out, parameters)
    weighted = in_force(pool)
    largest = min(_largest_convergent_input(weighted, direction), U64_MAX)
    net = _smallest(lambda net: payout(weighted, direction, net, parameters) >= amount_out, largest)
    amount = (
        None if net is None else _smallest(lambda gross: gross - swap_fee(weighted, gross) >= net, U64_MAX)
    )
    if amount is None:
        raise InvalidInputError("amount_out", amount_out, "is more than any swap pays out of this pool")
    quote = quote_swap(pool, direction, amount, parameters)
    if quote.result.amount_paid_out < amount_out:
        raise InvalidInputError("amount_out", amount_out, "is more than a swap pays up to the price limit")
    return quote


def _smallest(holds: Callable[[int], bool], largest: int) -> int | None:
    """The smallest number up to ``largest`` for which a monotone condition holds, if any."""
    if not holds(largest):
        return None
    low, high = -1, largest
    while high - low > 1:
        middle = (low + high) >> 1
        if holds(middle):
            high = middle
        else:
            low = middle
    return high


def _largest_convergent_input(pool: Pool, direction: Direction) -> int:
    """``r * (2**k - 1)`` with ``k * ln 2 * w_in / w_out <= 128``, at most 1000 times the reserve."""
    base, quote = base_weight(pool.quote_weight), pool.quote_weight
    if direction is Direction.BUY:
        reserve, weight_in, weight_out = pool.tao_reserve, quote, base
    else:
        reserve, weight_in, weight_out = pool.alpha_in, base, quote
    doublings = min(184 * weight_out // max(weight_in, 1), 10)
    return reserve * min((1 << doublings) - 1, 1000)
