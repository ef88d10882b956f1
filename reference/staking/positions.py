"""Who holds what: questions that every staking operation asks, and refusals that they share."""

from __future__ import annotations

from typing import Final

from taospec.reference.amm.swap import current_price
from taospec.reference.fixed_point import U64F64, wrapping_sum
from taospec.reference.fixed_point.numbers import U64
from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.staking.stake_ledger import stake_of, total_stake_of_hotkey
from taospec.reference.state.errors import DispatchError, SubtensorError
from taospec.reference.state.state import State
from taospec.reference.state.storage_order import identity_order
from taospec.reference.state.storage_types import AccountId

ROOT: Final = 0
"""The netuid of the root subnet."""
MIN_STAKE: Final = 2_000_000
"""Smallest stake that an operation moves, rao of TAO (``DefaultMinStake``)."""


@implements("STAKE-POSITION-1")
def total_coldkey_alpha(state: State, coldkey: AccountId, netuid: int) -> int:
    """Stake of a coldkey on a subnet over all hotkeys that it ever staked to, rao.

    Source: ``pallets/subtensor/src/staking/lock.rs:682``.
    """
    hotkeys = state.coldkeys.peek(coldkey).staking_hotkeys
    return min(sum(stake_of(state, hotkey, coldkey, netuid) for hotkey in hotkeys), U64_MAX)


def hotkey_value(state: State, hotkey: AccountId) -> int:
    """Worth of a hotkey's stake on all subnets at their prices, rao of TAO: no slippage, no fee.

    Each product is floored to 2**-64; the sum wraps.

    Source: ``pallets/subtensor/src/staking/helpers.rs:47``.
    """
    values = (
        U64F64.saturating_from_num(total_stake_of_hotkey(state, hotkey, netuid)).saturating_mul(
            current_price(state.pools.peek(netuid))
        )
        for netuid in all_netuids(state)
    )
    return wrapping_sum(values, U64F64).saturating_to_num(U64)


def all_netuids(state: State) -> list[int]:
    """Every subnet, root included, in the order of the chain's storage.

    Source: ``pallets/subtensor/src/subnets/subnet.rs:28``.
    """
    return sorted(
        (netuid for netuid in state.subnets if state.subnets.peek(netuid).added), key=identity_order
    )


def hotkey_exists(state: State, hotkey: AccountId) -> bool:
    """Whether the hotkey belongs to a coldkey.

    Source: ``pallets/subtensor/src/staking/helpers.rs:204``.
    """
    return state.hotkeys.peek(hotkey).owner is not None


def owns_hotkey(state: State, coldkey: AccountId, hotkey: AccountId) -> bool:
    """Whether the hotkey belongs to this coldkey.

    Source: ``pallets/subtensor/src/staking/helpers.rs:216``.
    """
    return state.hotkeys.peek(hotkey).owner == coldkey


def require(holds: bool, error: SubtensorError) -> None:
    """Refuse the operation with ``error`` unless ``holds``."""
    if not holds:
        raise DispatchError(error)


def require_hotkey(state: State, hotkey: AccountId) -> None:
    """Refuse with HotKeyAccountNotExists unless the hotkey belongs to a coldkey."""
    require(hotkey_exists(state, hotkey), SubtensorError.HotKeyAccountNotExists)


def require_subnet(state: State, netuid: int) -> None:
    """Refuse with SubnetNotExists unless the subnet exists."""
    require(state.subnets.peek(netuid).added, SubtensorError.SubnetNotExists)


def require_subtoken(state: State, netuid: int) -> None:
    """Refuse with SubtokenDisabled unless the subnet's alpha can be traded."""
    require(state.subnets.peek(netuid).subtoken_enabled, SubtensorError.SubtokenDisabled)
