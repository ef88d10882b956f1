"""A block's TAO and alpha into one pool.

Source: ``pallets/subtensor/src/coinbase/run_coinbase.rs``.
"""

from __future__ import annotations

from typing import Protocol

import attrs

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
from taospec.reference.state.errors import DispatchError
from taospec.reference.state.pool import Pool


class Payer(Protocol):
    """Pays for a subnet out of the TAO that a block minted."""

    def pay(self, netuid: int, amount: int) -> bool:
        """Move ``amount`` rao to the subnet's account; false, and nothing moved, if that fails."""


@attrs.define
class Credit:
    """A number of rao to pay from, without accounts."""

    remaining: int
    """Rao left."""

    def pay(self, netuid: int, amount: int) -> bool:
        """Take ``amount`` rao; false if there are fewer."""
        if amount > self.remaining:
            return False
        self.remaining -= amount
        return True


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
    total_stake_increase: int
    """By how much the network's total stake grows."""

    @property
    def protocol_flow(self) -> int:
        """By how much the flow of the protocol into the subnet grows."""
        return self.tao_in + self.excess_tao


@implements("EMISSION-INJECT-1", "EMISSION-INJECT-3")
def inject(netuid: int, pool: Pool, terms: SubnetTerms, payer: Payer) -> Injection:
    """Reweight the pool, buy alpha from the **old** reserves, then add alpha and TAO.

    Weights out of bounds: nothing is injected, but alpha is still bought. TAO that cannot be
    paid is not injected; the alpha is.

    Source: ``run_coinbase.rs:70``.
    """
    tao, alpha = adjust_protocol_liquidity(
        pool, terms.tao_in.saturating_to_num(U64), terms.alpha_in.saturating_to_num(U64)
    )
    purchase = _buy(netuid, pool, terms.excess_tao.saturating_to_num(U64), payer)
    pool.alpha_in = min(pool.alpha_in + alpha, U64_MAX)
    if tao > 0 and not payer.pay(netuid, tao):
        tao = 0
    pool.tao_reserve = min(pool.tao_reserve + tao, U64_MAX)
    return Injection(
        tao_in=tao,
        alpha_in=alpha,
        excess_tao=purchase.tao,
        alpha_bought=purchase.alpha,
        total_stake_increase=purchase.staked + tao,
    )


@attrs.frozen(kw_only=True)
class _Purchase:
    """Alpha bought for a pool's subnet by the protocol, rao."""

    tao: int = 0
    """TAO that entered the pool."""
    alpha: int = 0
    """Alpha that left it."""
    staked: int = 0
    """TAO booked as stake."""


@implements("EMISSION-INJECT-2")
def _buy(netuid: int, pool: Pool, tao: int, payer: Payer) -> _Purchase:
    """Buy alpha without a fee, up to the largest price, if it can be paid.

    A purchase that the pool refuses **costs the TAO**: it stays on the subnet's account,
    outside the pool.

    Source: ``run_coinbase.rs:98``.
    """
    if tao == 0 or not payer.pay(netuid, tao):
        return _Purchase()
    try:
        result = swap_tao_for_alpha(pool, tao, MAXIMUM_PRICE_LIMIT, drop_fees=True)
    except DispatchError:
        return _Purchase()
    pool.protocol_alpha = min(pool.protocol_alpha + result.amount_paid_out, U64_MAX)
    return _Purchase(
        tao=result.amount_paid_in,
        alpha=result.amount_paid_out,
        staked=total_stake_after_purchase(0, tao),
    )
