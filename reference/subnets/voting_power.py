"""Whether a subnet tracks the voting power of its validators, and how fast.

Source: ``pallets/subtensor/src/utils/voting_power.rs``.
"""

from __future__ import annotations

from typing import Final

from taospec.reference.emission.voting_power import WHOLE_RATE
from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.staking.positions import require
from taospec.reference.state.errors import SubtensorError
from taospec.reference.state.origin import Origin
from taospec.reference.state.state import State
from taospec.reference.subnets.access import require_owner_or_root

GRACE_PERIOD: Final = 100_800
"""Blocks for which tracking goes on after it was disabled: 14 days."""


@implements("SUBNET-VOTING-1")
def enable_voting_power_tracking(state: State, origin: Origin, netuid: int) -> None:
    """Track voting power from now on; a planned end is forgotten.

    Raises:
        BadOrigin: neither the subnet's owner nor root.

    Source: ``voting_power.rs:45``.
    """
    require_owner_or_root(state, origin, netuid)
    tracking = state.voting_power_tracking[netuid]
    tracking.enabled, tracking.disable_at = True, 0
    state.events.deposit("VotingPowerTrackingEnabled", netuid=netuid)


@implements("SUBNET-VOTING-2")
def disable_voting_power_tracking(state: State, origin: Origin, netuid: int) -> None:
    """Track voting power for 14 more days; **a second call starts them anew**.

    Raises in this order:
        BadOrigin: neither the subnet's owner nor root.
        VotingPowerTrackingNotEnabled: nothing is tracked.

    Source: ``voting_power.rs:62``.
    """
    require_owner_or_root(state, origin, netuid)
    enabled = state.voting_power_tracking.peek(netuid).enabled
    require(enabled, SubtensorError.VotingPowerTrackingNotEnabled)
    end = min(state.clock.block + GRACE_PERIOD, U64_MAX)
    state.voting_power_tracking[netuid].disable_at = end
    state.events.deposit("VotingPowerTrackingDisableScheduled", netuid=netuid, disable_at_block=end)


@implements("SUBNET-VOTING-3")
def set_voting_power_rate(state: State, netuid: int, alpha: int) -> None:
    """Set the rate of the moving average, in parts of 10^18. The subnet need not exist.

    Raises:
        InvalidVotingPowerEmaAlpha: the rate is above one.

    Source: ``voting_power.rs:91``.
    """
    require(alpha <= WHOLE_RATE, SubtensorError.InvalidVotingPowerEmaAlpha)
    state.voting_power_tracking[netuid].rate = alpha
    state.events.deposit("VotingPowerEmaAlphaSet", netuid=netuid, alpha=alpha)
