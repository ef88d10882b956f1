"""When a subnet's epochs run."""

from __future__ import annotations

from taospec.reference.state.record import Record, record, stored
from taospec.reference.state.storage_types import u16, u64


@record("schedule", netuid=u16)
class Schedule(Record):
    """Tempo and epoch counters of one subnet."""

    tempo: int = stored(u16, "Tempo", unit="blocks", default=360)
    """Blocks from one epoch to the next, 0 for none."""
    last_epoch_block: int = stored(u64, "LastEpochBlock", unit="block", default=0)
    """Block of the last epoch slot."""
    pending_epoch_at: int = stored(u64, "PendingEpochAt", unit="block", default=0)
    """Block of a triggered or deferred epoch, 0 for none."""
    epoch_index: int = stored(u64, "SubnetEpochIndex", unit="count", default=0)
    """Number of epoch slots so far."""
    blocks_since_last_step: int = stored(u64, "BlocksSinceLastStep", unit="blocks", default=0)
    """Blocks since an epoch last took the pending emission."""
    last_mechanism_step_block: int = stored(u64, "LastMechansimStepBlock", unit="block", default=0)
    """Block at which emission was last distributed (upstream's spelling)."""
