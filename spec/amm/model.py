"""The exchange as it is meant: a weighted pool in real numbers.

A pool holds ``x`` alpha and ``y`` TAO with weights ``w1 + w2 = 1`` and lets nobody lower
``x**w1 * y**w2``: that one sentence gives the price, the payouts, and what an added amount does
to the weights. Reserves and amounts are counted in rao but need not be whole; weights are
numbers in (0, 1).
"""

from __future__ import annotations

from taospec.spec.real_numbers import Real, real


def invariant(quote_weight: Real, alpha: Real, tao: Real) -> Real:
    """``x**w1 * y**w2``: what a swap without fee keeps."""
    return real.mpf(alpha) ** (1 - quote_weight) * real.mpf(tao) ** quote_weight


def price(quote_weight: Real, alpha: Real, tao: Real) -> Real:
    """TAO per alpha, ``(w1 / w2) * (y / x)``: what a vanishing swap pays."""
    return (1 - quote_weight) / quote_weight * (tao / real.mpf(alpha))


def share_left(reserve: Real, amount: Real, exponent: Real) -> Real:
    """``(r / (r + d))**e``, ``e = w_in / w_out``: the share of the other reserve that a swap leaves."""
    return (real.mpf(reserve) / (real.mpf(reserve) + amount)) ** exponent


def payout(reserve_in: Real, reserve_out: Real, amount: Real, exponent: Real) -> Real:
    """What keeps the invariant: the rest of the other reserve's share."""
    return reserve_out * (1 - share_left(reserve_in, amount, exponent))


def constant_product_payout(reserve_in: Real, reserve_out: Real, amount: Real) -> Real:
    """The payout at equal weights: ``reserve_out * amount / (reserve_in + amount)``."""
    return reserve_out * real.mpf(amount) / (real.mpf(reserve_in) + amount)


def amount_to_price(reserve: Real, price_ratio: Real, weight: Real) -> Real:
    """The input that moves the price by the factor ``price_ratio >= 1``: ``r * (ratio**w - 1)``.

    ``weight`` is that of the token that is *not* paid in, and the ratio is of the worse price to
    the better one.
    """
    return reserve * (real.mpf(price_ratio) ** weight - 1)


def weight_after_deposit(
    quote_weight: Real, alpha: Real, tao: Real, added_alpha: Real, added_tao: Real
) -> Real:
    """The weight of TAO at which the enlarged reserves have the old price."""
    alpha_value = (1 - quote_weight) * tao * (real.mpf(alpha) + added_alpha)
    tao_value = quote_weight * alpha * (real.mpf(tao) + added_tao)
    return tao_value / (alpha_value + tao_value)


def weight_at_price(target: Real, alpha: Real, tao: Real) -> Real:
    """The weight of TAO at which the reserves have the price ``target``: ``y / (p * x + y)``."""
    return tao / (real.mpf(target) * alpha + tao)


def fee(amount: Real, rate: Real) -> Real:
    """The part ``rate`` of an amount."""
    return real.mpf(amount) * rate


def fee_on_top(amount_in: Real, rate: Real) -> Real:
    """The fee of the amount that leaves ``amount_in`` after its fee: ``amount_in * rate / (1 - rate)``."""
    return real.mpf(amount_in) * rate / (1 - rate)
