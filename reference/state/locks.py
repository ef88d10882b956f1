"""Conviction locks of alpha."""

from __future__ import annotations

import attrs

from taospec.reference.fixed_point import U64F64
from taospec.reference.state.record import Record, record, stored
from taospec.reference.state.storage_types import (
    OptionalType,
    StructureType,
    account,
    boolean,
    u16,
    u64,
    u64f64,
    unit,
)


@attrs.frozen
class LockState:
    """A locked amount and its conviction, as of one block."""

    locked_mass: int
    """Locked alpha, rao."""
    conviction: U64F64
    """Locked alpha matured over time, rao."""
    last_update: int
    """The block."""


_lock_state = OptionalType(StructureType(LockState, locked_mass=u64, conviction=u64f64, last_update=u64))


@record(
    "lock",
    coldkey=account,
    netuid=u16,
    hotkey=account,
    indices=(("coldkey", "netuid"), ("coldkey",), ("netuid", "hotkey"), ("netuid",)),
)
class Lock(Record):
    """What one coldkey locked to one hotkey on one subnet."""

    lock: LockState | None = stored(_lock_state, "Lock", unit="lock", default=None)
    """The lock."""
    indexed: bool | None = stored(
        OptionalType(unit),
        "LockingColdkeys",
        unit="presence",
        default=None,
        upstream_key=("netuid", "hotkey", "coldkey"),
    )
    """Whether upstream's reverse index has the coldkey."""


@record("lock mode", coldkey=account, netuid=u16, indices=(("coldkey",), ("netuid",)))
class LockMode(Record):
    """How a coldkey's locks on one subnet age."""

    decaying: bool | None = stored(OptionalType(boolean), "DecayingLock", unit="flag", default=None)
    """``False`` makes the lock perpetual; absent, it decays."""


@record("hotkey locks", netuid=u16, hotkey=account, indices=(("netuid",), ("hotkey",)))
class HotkeyLocks(Record):
    """The locks to one hotkey, added up."""

    perpetual: LockState | None = stored(_lock_state, "HotkeyLock", unit="lock", default=None)
    """Those that do not decay."""
    decaying: LockState | None = stored(_lock_state, "DecayingHotkeyLock", unit="lock", default=None)
    """Those that decay."""


@record("owner locks", netuid=u16)
class OwnerLocks(Record):
    """The locks to the subnet owner's hotkey, added up."""

    perpetual: LockState | None = stored(_lock_state, "OwnerLock", unit="lock", default=None)
    """Those that do not decay."""
    decaying: LockState | None = stored(_lock_state, "DecayingOwnerLock", unit="lock", default=None)
    """Those that decay."""
