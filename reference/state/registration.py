"""The price of a place in a subnet."""

from __future__ import annotations

from taospec.reference.state.record import Record, record, stored
from taospec.reference.state.storage_types import u16, u64


@record("registration", netuid=u16)
class Registration(Record):
    """Burn price and registration counters of one subnet."""

    burn: int = stored(u64, "Burn", unit="rao", default=100_000_000)
    """What a registration costs now."""
    this_block: int = stored(u16, "RegistrationsThisBlock", unit="count", default=0)
    """Registrations in the current block."""
    this_interval: int = stored(u16, "RegistrationsThisInterval", unit="count", default=0)
    """Registrations in the current interval; only root counts them."""
