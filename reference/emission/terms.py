"""What a subnet's pool gets of a block: TAO and alpha injected, and TAO to buy alpha with.

Source: ``pallets/subtensor/src/coinbase/run_coinbase.rs``.
"""

from __future__ import annotations

import attrs

from taospec.reference.amm.swap import current_price
from taospec.reference.fixed_point import U64F64, U96F32
from taospec.reference.rules import implements
from taospec.reference.state.pool import Pool
from taospec.reference.supply.block_emission import alpha_issuance, block_emission


@attrs.frozen(kw_only=True)
class SubnetTerms:
    """A block's emission of one subnet. Amounts are rao with 32 fraction bits."""

    tao_in: U96F32
    """TAO to inject into the pool."""
    alpha_in: U96F32
    """Alpha to inject into the pool."""
    alpha_out: U96F32
    """Alpha for the participants: the block emission of the subnet's alpha issuance."""
    excess_tao: U96F32
    """TAO to buy alpha with."""
    price: U64F64
    """TAO per alpha before anything is injected."""
    root_proportion: U96F32
    """Weight of root in the subnet before anything is injected."""


@implements("EMISSION-TERMS-2", "EMISSION-TERMS-3")
def subnet_terms(pool: Pool, tao_emission: U96F32, root_tao: int, tao_weight: U96F32) -> SubnetTerms:
    """Inject at the price, as much alpha as the root proportion allows; buy with the rest.

    ``alpha_in = tao_emission / price`` (0 for a price of 0, **and the TAO is injected alone**).
    Above ``root_proportion * alpha_out`` it is cut to that, and ``tao_in = alpha_in * price``.

    Source: ``run_coinbase.rs:177``.
    """
    issuance = alpha_issuance(pool.alpha_in, pool.alpha_out)
    alpha_out = U96F32.saturating_from_num(block_emission(issuance))
    price = current_price(pool)
    price_32 = U96F32.saturating_from_num(price)
    proportion = root_proportion(root_tao, tao_weight, issuance)
    cap = proportion.saturating_mul(alpha_out)
    tao_in, alpha_in = tao_emission, tao_emission.safe_div(price_32)
    if alpha_in > cap:
        tao_in, alpha_in = cap.saturating_mul(price_32), cap
    return SubnetTerms(
        tao_in=tao_in,
        alpha_in=alpha_in,
        alpha_out=alpha_out,
        excess_tao=tao_emission.saturating_sub(tao_in),
        price=price,
        root_proportion=proportion,
    )


@implements("EMISSION-TERMS-1")
def root_proportion(root_tao: int, tao_weight: U96F32, issuance: int) -> U96F32:
    """``w / (w + alpha issuance)`` with ``w`` the TAO on root times its weight; 0 if both are 0.

    Source: ``pallets/subtensor/src/coinbase/block_step.rs:69``.
    """
    weight = U96F32.saturating_from_num(root_tao).saturating_mul(tao_weight)
    return weight.safe_div(weight.saturating_add(U96F32.saturating_from_num(issuance)))
