"""A block's TAO and alpha into one pool.

Source: ``pallets/subtensor/src/coinbase/run_coinbase.rs``.
"""

from __future__ import annotations

import attrs

from taospec.reference.amm.errors import ExchangeError
from taospec.reference.amm.parameters import MAXIMUM_PRICE_LIMIT
from taospec.reference.amm.settlement import (
    adjust_protocol_liquidity,
    swap_tao_for_alpha,
    total_stake_after_purchase,
)
from taospec.reference.emission.terms import SubnetTerms
from taospec.reference.fixed_point.numbers import U64
from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.state.pool import Pool


@attrs.frozen(kw_only=True)
class Injection:
    """What was really put into a pool. Amounts are rao."""

    tao_in: int
    """TAO added to the reserve (``SubnetTaoInEmission``)."""
    alpha_in: int
    """Alpha minted into the reserve (``SubnetAlphaInEmission``)."""
    excess_tao: int
    """TAO that bought alpha (``SubnetExcessTao``)."""
    alpha_bought: int
    """Alpha that it bought: outside the pool, owned by nobody (``SubnetProtocolAlpha``)."""
    spent: int
    """What was taken from the block's credit. More than ``tao_in + excess_tao`` by what a purchase
    that failed left on the subnet's account."""
    total_stake_increase: int
    """By how much the network's total stake grows."""

    @property
    def protocol_flow(self) -> int:
        """By how much the flow of the protocol into the subnet grows."""
        return self.tao_in + self.excess_tao


@implements("EMISSION-INJECT-1", "EMISSION-INJECT-3")
def inject(pool: Pool, terms: SubnetTerms, credit: int) -> Injection:
    """Reweight the pool, buy alpha from the **old** reserves, then add alpha and TAO.

    Weights out of bounds: nothing is injected, but alpha is still bought. TAO that the credit
    does not cover is not injected; the alpha is.

    Source: ``run_coinbase.rs:70``.
    """
    tao, alpha = adjust_protocol_liquidity(
        pool, terms.tao_in.saturating_to_num(U64), terms.alpha_in.saturating_to_num(U64)
    )
    purchase = _buy(pool, terms.excess_tao.saturating_to_num(U64), credit)
    pool.alpha_in = min(pool.alpha_in + alpha, U64_MAX)
    if tao > credit - purchase.paid:
        tao = 0
    pool.tao_reserve = min(pool.tao_reserve + tao, U64_MAX)
    return Injection(
        tao_in=tao,
        alpha_in=alpha,
        excess_tao=purchase.tao,
        alpha_bought=purchase.alpha,
        spent=purchase.paid + tao,
        total_stake_increase=purchase.staked + tao,
    )


@attrs.frozen(kw_only=True)
class _Purchase:
    """Alpha bought for a pool's subnet by the protocol, rao."""

    paid: int = 0
    """TAO taken from the credit."""
    tao: int = 0
    """TAO that entered the pool."""
    alpha: int = 0
    """Alpha that left it."""
    staked: int = 0
    """TAO booked as stake."""


@implements("EMISSION-INJECT-2")
def _buy(pool: Pool, tao: int, credit: int) -> _Purchase:
    """Buy alpha without a fee, up to the largest price.

    Not tried if the credit is short. A purchase that the pool refuses **costs the TAO**: it
    stays on the subnet's account, outside the pool.

    Source: ``run_coinbase.rs:104``.
    """
    if tao == 0 or tao > credit:
        return _Purchase()
    try:
        result = swap_tao_for_alpha(pool, tao, MAXIMUM_PRICE_LIMIT, drop_fees=True)
    except ExchangeError:
        return _Purchase(paid=tao)
    pool.protocol_alpha = min(pool.protocol_alpha + result.amount_paid_out, U64_MAX)
    staked = total_stake_after_purchase(0, tao)
    return _Purchase(paid=tao, tao=result.amount_paid_in, alpha=result.amount_paid_out, staked=staked)
