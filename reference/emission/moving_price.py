"""The moving average of a subnet's price, by which emission is shared.

Source: ``pallets/subtensor/src/staking/stake_utils.rs``.
"""

from __future__ import annotations

from taospec.reference.amm.records import DYNAMIC
from taospec.reference.fixed_point import I96F32, U64F64
from taospec.reference.rules import implements

ROOT_NETUID = 0
"""The subnet that has no pool."""


@implements("EMISSION-PRICE-1")
def moving_alpha_price(netuid: int, mechanism: int, stored: I96F32) -> U64F64:
    """The stored average, TAO per alpha; 1 for the root subnet and without a pool.

    A negative average reads as 0.

    Source: ``stake_utils.rs:24``.
    """
    if netuid == ROOT_NETUID or mechanism != DYNAMIC:
        return U64F64.one()
    return U64F64.saturating_from_num(stored)


@implements("EMISSION-PRICE-3")
def next_moving_price(average: U64F64, price: U64F64, rate: U64F64) -> I96F32:
    """``rate * min(price, 1) + (1 - rate) * average``, **truncated to 2**-32** for storage.

    For a rate above 1 the second term vanishes, and the first may exceed the price.

    Source: ``stake_utils.rs:60``.
    """
    one = U64F64.one()
    new = rate.saturating_mul(min(price, one))
    old = one.saturating_sub(rate).saturating_mul(average)
    return I96F32.saturating_from_num(new.saturating_add(old))


@implements("EMISSION-PRICE-2")
def moving_rate(
    moving_alpha: I96F32, block: int, first_emission_block: int | None, halving_blocks: int
) -> U64F64:
    """``moving_alpha * b / (b + halving_blocks)`` with ``b`` the blocks since emission was started.

    It was started in the block before the ``first_emission_block``; a subnet without one counts
    from block 0. 0 if ``b + halving_blocks`` is 0, and for a negative ``moving_alpha``.

    Source: ``stake_utils.rs:37``.
    """
    start = max((first_emission_block or 0) - 1, 0)
    age = U64F64.saturating_from_num(max(block - start, 0))
    warm_up = age.safe_div(age.saturating_add(U64F64.saturating_from_num(halving_blocks)))
    return U64F64.saturating_from_num(moving_alpha).saturating_mul(warm_up)
