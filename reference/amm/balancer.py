"""The weighted pool: price, payout, the input that reaches a price, and the weights themselves.

Notation of the chapter and of upstream: ``x`` the alpha reserve (base), ``y`` the TAO reserve
(quote), ``w1`` and ``w2 = quote_weight`` their weights in parts of 1e18. Reserves and amounts
are u64 of rao, weights are u64.

Source: ``pallets/swap/src/pallet/balancer.rs``.
"""

from __future__ import annotations

from typing import Final

from taospec.reference.amm.parameters import BASE_PARAMETERS
from taospec.reference.amm.power import pow_ratio_scaled
from taospec.reference.fixed_point import U64F64
from taospec.reference.fixed_point.numbers import U64, U128
from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.state.errors import BalancerError, DispatchError
from taospec.reference.state.pool import EQUAL_WEIGHTS, WEIGHT_SCALE

MIN_WEIGHT: Final = WEIGHT_SCALE // 100
"""Smallest weight of either token (upstream's header comment says 0.1; the code says 0.01)."""
POWER_SCALE: Final = 10**18
"""Powers of reserve ratios are integers in parts of this."""


@implements("AMM-PRICE-1")
def weighted_price(quote_weight: int, alpha_reserve: int, tao_reserve: int) -> U64F64:
    """``(w1 / w2) * (y / x)``: two truncated quotients, a floored product. TAO per alpha.

    A quotient with a zero divisor is 0; the product saturates.

    Source: ``balancer.rs:220``.
    """
    weights = _integer(base_weight(quote_weight)).safe_div(_integer(quote_weight))
    reserves = _integer(tao_reserve).safe_div(_integer(alpha_reserve))
    return weights.saturating_mul(reserves)


@implements("AMM-OUT-1")
def exp_quote_base(
    quote_weight: int, reserve: int, delta: int, precision: int = BASE_PARAMETERS.payout_precision
) -> U64F64:
    """``(y / (y + dy))**(w2 / w1)``: the share of the alpha reserve that a purchase leaves.

    Source: ``balancer.rs:211``.
    """
    return _ratio_power(reserve, delta, quote_weight, base_weight(quote_weight), precision)


def exp_base_quote(
    quote_weight: int, reserve: int, delta: int, precision: int = BASE_PARAMETERS.payout_precision
) -> U64F64:
    """``(x / (x + dx))**(w1 / w2)``: the share of the TAO reserve that a sale leaves.

    Source: ``balancer.rs:204``.
    """
    return _ratio_power(reserve, delta, base_weight(quote_weight), quote_weight, precision)


def _ratio_power(reserve: int, delta: int, weight_in: int, weight_out: int, precision: int) -> U64F64:
    """``(r / (r + delta))**(weight_in / weight_out)``, floored to parts of 1e18, then to 2**-64.

    ``r + delta`` saturates in u64. An empty denominator, an undefined power **and a power
    outside u64 give 0**, the share that pays out the whole reserve. For ``delta >= 0`` the
    result is at most 1.

    Source: ``balancer.rs:139``.
    """
    denominator = min(max(reserve + delta, 0), U64_MAX)
    if denominator == 0:
        return U64F64.zero()
    power = pow_ratio_scaled(reserve, denominator, weight_in, weight_out, precision, POWER_SCALE)
    if power is None or not 0 <= power <= U64_MAX:
        return U64F64.zero()
    ratio = _integer(power).safe_div(_integer(POWER_SCALE))
    return min(ratio, U64F64.one()) if delta >= 0 else ratio


@implements("AMM-OUT-2")
def payout(reserve: int, remaining_share: U64F64) -> int:
    """``floor(reserve * (1 - remaining_share))``, rao. A share above 1 pays nothing.

    Source: ``swap_step.rs:168``, ``swap_step.rs:212``.
    """
    paid_share = U64F64.one().saturating_sub(remaining_share)
    return _integer(reserve).saturating_mul(paid_share).saturating_to_num(U64)


@implements("AMM-LIMIT-1")
def quote_delta_in(
    quote_weight: int,
    current_price: U64F64,
    target_price: U64F64,
    tao_reserve: int,
    precision: int = BASE_PARAMETERS.limit_precision,
) -> int:
    """``y * ((target / current)**w1 - 1)``: the TAO that raises the price to ``target_price``.

    Source: ``balancer.rs:303``.
    """
    weight = base_weight(quote_weight)
    return _delta_to_price(target_price.bits, current_price.bits, weight, tao_reserve, precision)


@implements("AMM-LIMIT-2")
def base_delta_in(
    quote_weight: int,
    current_price: U64F64,
    target_price: U64F64,
    alpha_reserve: int,
    precision: int = BASE_PARAMETERS.limit_precision,
) -> int:
    """``x * ((current / target)**w2 - 1)``: the alpha that lowers the price to ``target_price``.

    Source: ``balancer.rs:348``.
    """
    return _delta_to_price(current_price.bits, target_price.bits, quote_weight, alpha_reserve, precision)


def _delta_to_price(numerator: int, denominator: int, weight: int, reserve: int, precision: int) -> int:
    """``floor(reserve * ((numerator/denominator)**weight - 1))``, 0 below 1, saturating in u64.

    The power has a granularity of 1e-18 and **saturates at u64::MAX parts, about 18.4467**;
    an undefined power gives 0.

    Source: ``balancer.rs:323``, ``balancer.rs:368``.
    """
    power = pow_ratio_scaled(numerator, denominator, weight, WEIGHT_SCALE, precision, POWER_SCALE)
    if power is None:
        return 0
    factor = _integer(min(max(power, 0), U64_MAX)).safe_div(_integer(POWER_SCALE))
    growth = factor.saturating_sub(U64F64.one())
    return _integer(reserve).saturating_mul(growth).saturating_to_num(U64)


@implements("AMM-INVERSE-1")
def base_needed_for_quote(quote_weight: int, tao_reserve: int, alpha_reserve: int, tao_delta: int) -> int:
    """``x * ((y / (y - dy))**(w2 / w1) - 1)``: the alpha to sell for ``tao_delta`` rao of TAO.

    **0 when the power exceeds u64::MAX parts of 1e18** (about 18.4467), where an amount to a
    price limit saturates, and 0 for ``tao_delta >= tao_reserve``.

    Source: ``balancer.rs:388``.
    """
    factor = exp_quote_base(quote_weight, tao_reserve, -tao_delta)
    growth = factor.saturating_sub(U64F64.one())
    return _integer(alpha_reserve).saturating_mul(growth).saturating_to_num(U64)


@implements("AMM-WEIGHT-1")
def base_weight(quote_weight: int) -> int:
    """``w1 = 1e18 - w2``, saturating at 0. Only ``w2`` is stored.

    Source: ``balancer.rs:116``.
    """
    return max(WEIGHT_SCALE - quote_weight, 0)


@implements("AMM-WEIGHT-2")
def checked_quote_weight(quote_weight: int) -> int:
    """The weight itself.

    Raises:
        DispatchError: ``InvalidValue`` if this weight or the other one is below 0.01.

    Source: ``balancer.rs:105``.
    """
    if quote_weight < MIN_WEIGHT or base_weight(quote_weight) < MIN_WEIGHT:
        raise DispatchError(BalancerError.InvalidValue)
    return quote_weight


@implements("AMM-WEIGHT-3")
def weight_from_rational(numerator: int, denominator: int) -> int:
    """``floor(1e18 * p / q)``; 1e18 for ``p > q`` and for ``q = 0``.

    Source: sp-arithmetic ``Perquintill::from_rational``.
    """
    if numerator > denominator or denominator == 0:
        return WEIGHT_SCALE
    return WEIGHT_SCALE * numerator // denominator


@implements("AMM-WEIGHT-5")
def weight_after_added_liquidity(
    quote_weight: int, tao_reserve: int, alpha_reserve: int, tao_delta: int, alpha_delta: int
) -> int:
    """The quote weight that keeps the price when both deltas are added to the reserves.

    ``q2 / (q1 + q2)``, floored, with ``q1 = w1 * y * (x + dx)`` and ``q2 = w2 * x * (y + dy)``,
    each rounded to the nearest integer. One half where both are 0.

    Raises:
        DispatchError: ``InvalidValue`` if the new weight is out of bounds.

    Source: ``balancer.rs:259``.
    """
    base_quantity = _weighted(base_weight(quote_weight), tao_reserve * (alpha_reserve + alpha_delta))
    quote_quantity = _weighted(quote_weight, alpha_reserve * (tao_reserve + tao_delta))
    total = min(base_quantity + quote_quantity, U128.maximum)
    return checked_quote_weight(weight_from_rational(quote_quantity, total) if total else EQUAL_WEIGHTS)


@implements("AMM-WEIGHT-4")
def _weighted(weight: int, value: int) -> int:
    """``weight * value / 1e18`` to the nearest integer, **ties up**; both sides saturate in u128.

    Source: ``balancer.rs:232``.
    """
    return min((min(value, U128.maximum) * weight + WEIGHT_SCALE // 2) // WEIGHT_SCALE, U128.maximum)


def _integer(value: int) -> U64F64:
    return U64F64.saturating_from_num(value)
