"""Stakes: the value of each hotkey's pool, its shares, and root dividends."""

from __future__ import annotations

from taospec.reference.fixed_point import I96F32, U64F64
from taospec.reference.state.record import Record, record, stored
from taospec.reference.state.safe_float import ZERO, SafeFloat, safe_float
from taospec.reference.state.storage_types import (
    AccountId,
    OptionalType,
    account,
    boolean,
    i96f32,
    u16,
    u64,
    u64f64,
    u128,
)


@record("hotkey stake", hotkey=account, netuid=u16, indices=(("netuid",), ("hotkey",)))
class HotkeyStake(Record):
    """The share pool of one hotkey on one subnet."""

    total_alpha: int = stored(u64, "TotalHotkeyAlpha", unit="rao", default=0)
    """What all its stakers together have; TAO on the root subnet."""
    total_shares: SafeFloat = stored(safe_float, "TotalHotkeySharesV2", unit="shares", default=ZERO)
    """The sum of their shares."""
    total_shares_v1: U64F64 | None = stored(
        OptionalType(u64f64), "TotalHotkeyShares", unit="shares", default=None, reads_as=U64F64.zero()
    )
    """The sum in the format used before spec version 401; where present it counts alone."""


@record(
    "stake position",
    hotkey=account,
    coldkey=account,
    netuid=u16,
    indices=(("hotkey", "netuid"), ("hotkey",), ("netuid",), ("coldkey",)),
)
class StakePosition(Record):
    """What one coldkey has staked to one hotkey on one subnet."""

    shares: SafeFloat = stored(safe_float, "AlphaV2", unit="shares", default=ZERO)
    """Its shares of the hotkey's pool."""
    shares_v1: U64F64 | None = stored(
        OptionalType(u64f64), "Alpha", unit="shares", default=None, reads_as=U64F64.zero()
    )
    """Its shares in the format used before spec version 401; where present they count alone."""
    root_claimed: int = stored(
        u128, "RootClaimed", unit="rao", default=0, upstream_key=("netuid", "hotkey", "coldkey")
    )
    """Alpha of this subnet that root stake to the hotkey has claimed, or earned before it was staked."""


@record("empty root claim", hotkey=account, coldkey=account, indices=(("hotkey",),))
class EmptyRootClaim(Record):
    """An entry that says that one coldkey has claimed 0 of root's own alpha with one hotkey.

    Root pays no dividends of its own, so that its entries hold nothing else; but a swap of hotkeys asks
    whether there are any. Of other subnets nobody asks, and an entry of 0 is the same as none.
    """

    is_stored: bool = stored(boolean, "RootClaimed", unit="flag", default=False, is_mark=True)
    """Whether the entry is there."""


@record("root dividend", hotkey=account, netuid=u16, indices=(("hotkey",), ("netuid",)))
class RootDividend(Record):
    """What one hotkey's root stakers have earned on one subnet."""

    claimable: I96F32 | None = stored(
        OptionalType(i96f32),
        "RootClaimable",
        unit="alpha per TAO",
        default=None,
        upstream_key=("hotkey",),
        upstream_member="netuid",
    )
    """Alpha per TAO staked on root, summed over all epochs."""


@record("root staker", index=u64)
class RootStaker(Record):
    """One place in the list of coldkeys with stake on root, from which automatic claims are drawn."""

    coldkey: AccountId | None = stored(
        OptionalType(account), "StakingColdkeysByIndex", unit="account", default=None
    )
    """Who has the place."""
