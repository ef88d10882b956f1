"""The moving average of validators' stake weight, where a subnet tracks it.

Source: ``pallets/subtensor/src/utils/voting_power.rs``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId

WHOLE_RATE: Final = 10**18
"""Rates are parts of this."""


@implements("EMISSION-VOTING-1")
def update_voting_power(state: State, netuid: int, neurons: Iterable[tuple[AccountId, bool, int]]) -> None:
    """Advance the average of every ``(hotkey, permit, stake weight)``; nobody without a permit has any.

    Hotkeys that left the subnet lose theirs. At the block at which tracking ends all do.

    Source: ``voting_power.rs:114``.
    """
    tracking = state.voting_power_tracking.peek(netuid)
    if not tracking.enabled:
        return
    if 0 < tracking.disable_at <= state.clock.block:
        _end_tracking(state, netuid)
        return
    for hotkey, permit, stake in neurons:
        if permit:
            _advance(state, netuid, hotkey, stake)
        else:
            _remove(state, netuid, hotkey)
    for key in state.memberships.keys_with(netuid=netuid):
        if not state.memberships.peek(key).is_member:
            _remove(state, *key)


@implements("EMISSION-VOTING-2")
def next_voting_power(stake: int, average: int, rate: int) -> int:
    """``floor((rate * stake + (1e18 - rate) * average) / 1e18)``, saturating in u64.

    Source: ``voting_power.rs:218``.
    """
    weighted = rate * stake + max(WHOLE_RATE - rate, 0) * average
    return min(min(weighted, 2**128 - 1) // WHOLE_RATE, U64_MAX)


def _advance(state: State, netuid: int, hotkey: AccountId, stake: int) -> None:
    """One step; an average that **falls** below the stake threshold is removed.

    Source: ``voting_power.rs:182``.
    """
    previous = state.memberships.peek((netuid, hotkey)).voting_power
    new = next_voting_power(stake, previous, state.voting_power_tracking.peek(netuid).rate)
    threshold = state.parameters.stake_threshold
    if new < threshold <= previous:
        _remove(state, netuid, hotkey)
    elif new > 0:
        state.memberships[netuid, hotkey].voting_power = new


def _remove(state: State, netuid: int, hotkey: AccountId) -> None:
    if state.memberships.peek((netuid, hotkey)).voting_power:
        state.memberships[netuid, hotkey].voting_power = 0


@implements("EMISSION-VOTING-1")
def _end_tracking(state: State, netuid: int) -> None:
    """Clear every average of the subnet and stop.

    Source: ``voting_power.rs:240``.
    """
    for key in state.memberships.keys_with(netuid=netuid):
        _remove(state, *key)
    tracking = state.voting_power_tracking[netuid]
    tracking.enabled = False
    tracking.disable_at = 0
    state.events.deposit("VotingPowerTrackingDisabled", netuid=netuid)
