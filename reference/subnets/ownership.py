"""A subnet changes hands: to the owner of the hotkey with the most conviction.

Source: ``pallets/subtensor/src/staking/lock.rs``.
"""

from __future__ import annotations

from typing import Final

from taospec.reference.fixed_point import U64F64
from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.staking.locks import move_aggregates_of_owners, subnet_king, total_conviction
from taospec.reference.state.errors import DispatchError
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import ZERO_ACCOUNT, AccountId
from taospec.reference.subnets.uids import register_neuron

OWNER_TENURE: Final = 2_629_800
"""Blocks after its registration in which a subnet keeps its owner: a year of 12-second blocks."""
_CONVICTION_TO_ALPHA: Final = U64F64.from_num(10)


@implements("SUBNET-OWNER-1")
def change_owner(state: State, netuid: int) -> None:
    """Give the subnet to the owner of its most convinced hotkey, if there is reason to.

    Only a year after the registration, and only if all conviction together is at least a tenth
    of the alpha outside the pool. The hotkey is registered if it is not; if that is refused,
    nothing changes.

    Source: ``lock.rs:1140``.
    """
    if not _may_change(state, netuid):
        return
    king = subnet_king(state, netuid)
    new_owner = ZERO_ACCOUNT if king is None else state.hotkeys.peek(king).owner or ZERO_ACCOUNT
    subnet = state.subnets.peek(netuid)
    old_owner = subnet.owner or ZERO_ACCOUNT
    if king is None or new_owner in (ZERO_ACCOUNT, old_owner) or not _registered(state, netuid, king):
        return
    move_aggregates_of_owners(state, netuid, subnet.owner_hotkey or ZERO_ACCOUNT, king)
    held = state.subnets[netuid]
    held.owner, held.owner_hotkey = new_owner, king
    state.events.deposit("SubnetOwnerChanged", netuid=netuid, old_coldkey=old_owner, new_coldkey=new_owner)


def _may_change(state: State, netuid: int) -> bool:
    alpha = state.pools.peek(netuid).alpha_out
    since = min(state.subnets.peek(netuid).registered_at + OWNER_TENURE, U64_MAX)
    if alpha == 0 or state.clock.block < since:
        return False
    conviction = total_conviction(state, netuid).saturating_mul(_CONVICTION_TO_ALPHA)
    return conviction >= U64F64.saturating_from_num(alpha)


def _registered(state: State, netuid: int, hotkey: AccountId) -> bool:
    """Whether the hotkey has a uid, or could be given one."""
    if state.memberships.peek((netuid, hotkey)).uid is not None:
        return True
    try:
        register_neuron(state, netuid, hotkey)
    except DispatchError:
        return False
    return True
