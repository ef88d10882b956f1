"""Which part of a block's TAO belongs to which subnet.

Source: ``pallets/subtensor/src/coinbase/subnet_emissions.rs``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import TypeAlias

from taospec.reference.fixed_point import U64F64, U96F32, wrapping_sum
from taospec.reference.rules import implements

Shares: TypeAlias = dict[int, U64F64]
"""By netuid, ascending."""

_ZERO = U64F64.zero()
_ONE = U64F64.one()


@implements("EMISSION-SHARE-2")
def unburned_price_shares(prices: Mapping[int, U64F64], miner_burned: Mapping[int, U96F32]) -> Shares:
    """Price shares weighted by ``1 - min(miner_burned, 1)``, renormalised.

    The unweighted price shares if no weight is above 0.

    Source: ``subnet_emissions.rs:354``.
    """
    shares = price_shares(prices)
    weighted = {
        netuid: share.saturating_mul(_ONE.saturating_sub(_at_most_one(miner_burned[netuid])))
        for netuid, share in shares.items()
    }
    total = _saturating_sum(weighted.values())
    if total == _ZERO:
        return shares
    return {netuid: weight.safe_div(total) for netuid, weight in weighted.items()}


@implements("EMISSION-SHARE-1")
def price_shares(prices: Mapping[int, U64F64]) -> Shares:
    """``p_i / sum(p)`` of the moving prices; 0 where the sum is 0.

    Source: ``subnet_emissions.rs:393``.
    """
    total = _saturating_sum(prices.values())
    return {netuid: prices[netuid].safe_div(total) for netuid in sorted(prices)}


@implements("EMISSION-SHARE-3")
def enabled_shares(shares: Mapping[int, U64F64], disabled: Set[int]) -> Shares:
    """0 for the disabled, and their part to the enabled in proportion; 0 for all if no enabled has any.

    If none is disabled the shares stay as they are: they are **not** renormalised.

    Source: ``subnet_emissions.rs:34``.
    """
    if disabled.isdisjoint(shares):
        return dict(shares)
    total = _saturating_sum(share for netuid, share in shares.items() if netuid not in disabled)
    return {
        netuid: _ZERO if netuid in disabled else share.safe_div(total) for netuid, share in shares.items()
    }


@implements("EMISSION-SHARE-4")
def tao_emissions(shares: Mapping[int, U64F64], block_emission: U96F32) -> dict[int, U96F32]:
    """``block_emission * share`` in U64F64, then floored to 32 fraction bits; rao.

    Source: ``subnet_emissions.rs:71``.
    """
    emission = U64F64.saturating_from_num(block_emission)
    return {
        netuid: U96F32.saturating_from_num(emission.saturating_mul(share)) for netuid, share in shares.items()
    }


@implements("EMISSION-SHARE-5")
def root_sell_flag(prices: Iterable[U64F64]) -> bool:
    """Whether the moving prices of all subnets together exceed 1; the sum **wraps**.

    Source: ``pallets/subtensor/src/coinbase/run_coinbase.rs:457``.
    """
    return wrapping_sum(prices, U64F64) > _ONE


def _at_most_one(proportion: U96F32) -> U64F64:
    return min(U64F64.saturating_from_num(proportion), _ONE)


def _saturating_sum(values: Iterable[U64F64]) -> U64F64:
    total = _ZERO
    for value in values:
        total = total.saturating_add(value)
    return total
