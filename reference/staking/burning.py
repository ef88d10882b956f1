"""Destroying alpha: recycled, so that it can be emitted again, or burned for good.

Source: ``pallets/subtensor/src/staking/recycle_alpha.rs``.
"""

from __future__ import annotations

from taospec.reference.rules import implements
from taospec.reference.staking.locks import require_available_to_unstake
from taospec.reference.staking.operations import add_stake, add_stake_limit
from taospec.reference.staking.positions import (
    ROOT,
    require,
    require_hotkey,
    require_subnet,
    require_subtoken,
)
from taospec.reference.staking.stake_ledger import decrease_stake, stake_of
from taospec.reference.state.errors import SubtensorError
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId
from taospec.reference.supply import alpha as supply


@implements("STAKE-BURN-1")
def recycle_alpha(state: State, coldkey: AccountId, hotkey: AccountId, alpha: int, netuid: int) -> int:
    """Destroy up to ``alpha`` rao of a stake and lower the subnet's issuance by it.

    Raises what ``_take_stake`` raises.

    Source: ``recycle_alpha.rs:19``.
    """
    alpha = _take_stake(state, coldkey, hotkey, alpha, netuid)
    supply.recycle_alpha(state.pools[netuid], state.subnet_reports[netuid], alpha)
    state.events.deposit("AlphaRecycled", coldkey=coldkey, hotkey=hotkey, alpha=alpha, netuid=netuid)
    return alpha


@implements("STAKE-BURN-2")
def burn_alpha(state: State, coldkey: AccountId, hotkey: AccountId, alpha: int, netuid: int) -> int:
    """Destroy up to ``alpha`` rao of a stake; the subnet's issuance stays.

    Raises what ``_take_stake`` raises.

    Source: ``recycle_alpha.rs:80``.
    """
    alpha = _take_stake(state, coldkey, hotkey, alpha, netuid)
    supply.burn_alpha(state.subnet_reports[netuid], alpha)
    state.events.deposit("AlphaBurned", coldkey=coldkey, hotkey=hotkey, alpha=alpha, netuid=netuid)
    return alpha


@implements("STAKE-BURN-3")
def add_stake_burn(
    state: State,
    coldkey: AccountId,
    hotkey: AccountId,
    netuid: int,
    amount: int,
    limit_price: int | None,
    author: AccountId | None,
) -> None:
    """Stake TAO and burn the alpha that it buys.

    Raises what staking and :func:`burn_alpha` raise.

    Source: ``recycle_alpha.rs:129``.
    """
    if limit_price is None:
        alpha = add_stake(state, coldkey, hotkey, netuid, amount, author)
    else:
        alpha = add_stake_limit(state, coldkey, hotkey, netuid, amount, limit_price, False, author)
    burn_alpha(state, coldkey, hotkey, alpha, netuid)
    state.events.deposit("AddStakeBurn", netuid=netuid, hotkey=hotkey, amount=amount, alpha=alpha)


@implements("STAKE-BURN-4")
def _take_stake(state: State, coldkey: AccountId, hotkey: AccountId, alpha: int, netuid: int) -> int:
    """Take up to ``alpha`` rao from a stake; answers what was asked for or held.

    Raises in this order:
        SubnetNotExists.
        CannotBurnOrRecycleOnRootSubnet.
        SubtokenDisabled.
        HotKeyAccountNotExists.
        InsufficientLiquidity: more than circulates.
        StakeUnavailable: a lock binds it.

    Source: ``recycle_alpha.rs:29``.
    """
    require_subnet(state, netuid)
    require(netuid != ROOT, SubtensorError.CannotBurnOrRecycleOnRootSubnet)
    require_subtoken(state, netuid)
    require_hotkey(state, hotkey)
    alpha = min(alpha, stake_of(state, hotkey, coldkey, netuid))
    require(state.pools.peek(netuid).alpha_out >= alpha, SubtensorError.InsufficientLiquidity)
    require_available_to_unstake(state, coldkey, netuid, alpha)
    decrease_stake(state, hotkey, coldkey, netuid, alpha)
    return alpha
