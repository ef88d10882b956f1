"""An owner asks for an epoch now.

Source: ``pallets/subtensor/src/coinbase/tempo_control.rs``.
"""

from __future__ import annotations

from taospec.reference.emission.schedule import blocks_until_next_epoch
from taospec.reference.rules import implements
from taospec.reference.staking.positions import require
from taospec.reference.state.errors import SubtensorError
from taospec.reference.state.rate_limits import Hyperparameter
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId
from taospec.reference.subnets.access import note_use, require_not_limited, require_owner


@implements("SUBNET-TEMPO-2")
def trigger_epoch(state: State, signer: AccountId, netuid: int) -> None:
    """Schedule an epoch for when the freeze window, which begins now, has passed.

    Raises in this order:
        BadOrigin: the signer is not the subnet's owner.
        DynamicTempoBlockedByCommitReveal: the subnet's weights are committed and revealed.
        EpochTriggerAlreadyPending: an epoch is triggered or deferred.
        AutoEpochAlreadyImminent: the next epoch is nearer than the freeze window is long.
        TxRateLimitExceeded: the last trigger is too recent.

    Source: ``tempo_control.rs:76``.
    """
    require_owner(state, signer, netuid)
    hidden = state.hyperparameters.peek(netuid).commit_reveal
    require(not hidden, SubtensorError.DynamicTempoBlockedByCommitReveal)
    schedule, block = state.schedules.peek(netuid), state.clock.block
    require(schedule.pending_epoch_at == 0, SubtensorError.EpochTriggerAlreadyPending)
    window = state.parameters.admin_freeze_window
    remaining = blocks_until_next_epoch(schedule, block)
    require(remaining >= window, SubtensorError.AutoEpochAlreadyImminent)
    require_not_limited(state, signer, netuid, Hyperparameter.TRIGGER_EPOCH)
    state.schedules[netuid].pending_epoch_at = block + window
    note_use(state, signer, netuid, Hyperparameter.TRIGGER_EPOCH)
    state.events.deposit("EpochTriggered", netuid=netuid, by=signer, fires_at=block + window)
