"""Subnets that were registered with the money of a crowdloan."""

from __future__ import annotations

import attrs

from taospec.reference.fixed_point import U64F64
from taospec.reference.state.record import Record, record, stored
from taospec.reference.state.storage_types import (
    AccountId,
    OptionalType,
    StructureType,
    account,
    u8,
    u16,
    u32,
    u64,
    u64f64,
)


@attrs.frozen
class LeaseTerms:
    """What the parties of a lease agreed on."""

    beneficiary: AccountId
    """Who operates the subnet, and owns it when the lease ends."""
    coldkey: AccountId
    """The lease's own coldkey."""
    hotkey: AccountId
    """The lease's own hotkey."""
    emissions_share: int
    """Contributors' part of the owner cut, percent."""
    end_block: int | None
    """When the lease can be ended; absent, never."""
    netuid: int
    """The subnet."""
    cost: int
    """What registration and proxy cost, rao."""


_terms = StructureType(
    LeaseTerms,
    beneficiary=account,
    coldkey=account,
    hotkey=account,
    emissions_share=u8,
    end_block=OptionalType(u32),
    netuid=u16,
    cost=u64,
)


@record("lease", lease=u32)
class Lease(Record):
    """One lease."""

    terms: LeaseTerms | None = stored(OptionalType(_terms), "SubnetLeases", unit="lease", default=None)
    """Its terms."""
    accumulated_dividends: int = stored(u64, "AccumulatedLeaseDividends", unit="rao", default=0)
    """Alpha not yet paid to the contributors."""


@record("lease share", lease=u32, contributor=account, indices=(("lease",),))
class LeaseShare(Record):
    """One contributor's part of a lease."""

    share: U64F64 = stored(u64f64, "SubnetLeaseShares", unit="proportion", default=U64F64.zero())
    """Its part of what contributors are paid."""
