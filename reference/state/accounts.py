"""Coldkeys and hotkeys, and what ties them to each other."""

from __future__ import annotations

from typing import Final

from taospec.reference.state.record import Record, record, stored
from taospec.reference.state.storage_types import (
    ZERO_ACCOUNT,
    AccountId,
    OptionalType,
    OrderedSetType,
    SequenceType,
    TupleType,
    VariantType,
    account,
    boolean,
    hash_256,
    u16,
    u32,
    u64,
    u128,
)

CLAIM_SWAP: Final = ("Swap",)
"""Root dividends are sold for TAO."""

CLAIM_KEEP: Final = ("Keep",)
"""Root dividends are kept as alpha. ``("KeepSubnets", netuids)`` keeps those of the netuids."""

ACCEPTS_LOCKED_ALPHA: Final = 1
"""Bit of a coldkey's flags: it may be sent alpha that is locked."""

DEFAULT_TAKE: Final = 11_796
"""18 % of 65535, rounded down."""

_accounts = SequenceType(account)
_claim_type = VariantType(
    "RootClaimTypeEnum", {"Swap": {}, "Keep": {}, "KeepSubnets": {"subnets": OrderedSetType(u16)}}
)
_relatives = SequenceType(TupleType(u64, account))


@record("account", who=account)
class Account(Record):
    """A balance of TAO. An account lives while it holds at least the existential deposit."""

    free: int = stored(u64, "Balances::Account", unit="rao", default=0)
    """What the account can spend."""


@record("coldkey", coldkey=account)
class Coldkey(Record):
    """One owner of balances and stakes."""

    staking_hotkeys: tuple[AccountId, ...] = stored(_accounts, "StakingHotkeys", unit="account", default=())
    """Hotkeys it ever staked to, in order of the first time."""
    owned_hotkeys: tuple[AccountId, ...] = stored(_accounts, "OwnedHotkeys", unit="account", default=())
    """Hotkeys that belong to it, in order of association."""
    root_claim_type: tuple[object, ...] = stored(
        _claim_type, "RootClaimType", unit="rule", default=CLAIM_SWAP
    )
    """What becomes of its root dividends."""
    root_index: int | None = stored(OptionalType(u64), "StakingColdkeys", unit="index", default=None)
    """Its place in the list of root stakers."""
    flags: int = stored(u128, "AccountFlags", unit="bits", default=0)
    """Bit 0: :data:`ACCEPTS_LOCKED_ALPHA`."""
    swap_announcement: tuple[int, bytes] | None = stored(
        OptionalType(TupleType(u32, hash_256)), "ColdkeySwapAnnouncements", unit="(block, hash)", default=None
    )
    """First block of an announced swap to another coldkey, and that coldkey's hash."""
    swap_dispute: int | None = stored(OptionalType(u32), "ColdkeySwapDisputes", unit="block", default=None)
    """When the announced swap was disputed."""


@record("hotkey", hotkey=account)
class Hotkey(Record):
    """One validator or miner key."""

    owner: AccountId | None = stored(
        OptionalType(account), "Owner", unit="account", default=None, reads_as=ZERO_ACCOUNT
    )
    """Its coldkey. A hotkey exists if it has one."""
    delegate_take: int | None = stored(
        OptionalType(u16), "Delegates", unit="1/65535", default=None, reads_as=DEFAULT_TAKE
    )
    """Its part of its nominators' dividends. It is a delegate if it has one."""
    auto_parent_delegation: bool | None = stored(
        OptionalType(boolean), "AutoParentDelegationEnabled", unit="flag", default=None, reads_as=True
    )
    """Whether, as a root validator, it becomes parent of every new subnet owner's hotkey."""


@record("childkeys", hotkey=account, netuid=u16, indices=(("netuid",), ("hotkey",)))
class Childkeys(Record):
    """A hotkey's parents and children in one subnet."""

    take: int | None = stored(OptionalType(u16), "ChildkeyTake", unit="1/65535", default=None, reads_as=0)
    """Its part of the dividends that it earns for its parents."""
    children: tuple[tuple[int, AccountId], ...] = stored(
        _relatives, "ChildKeys", unit="(1/(2^64-1), account)", default=()
    )
    """To whom it delegates its stake weight, and which part of it."""
    parents: tuple[tuple[int, AccountId], ...] = stored(
        _relatives, "ParentKeys", unit="(1/(2^64-1), account)", default=()
    )
    """Who delegates stake weight to it, and which part of theirs."""
    pending_children: tuple[tuple[tuple[int, AccountId], ...], int] | None = stored(
        OptionalType(TupleType(_relatives, u64)),
        "PendingChildKeys",
        unit="(children, block)",
        default=None,
        reads_as=((), 0),
        upstream_key=("netuid", "hotkey"),
    )
    """Its next children, and the block after which they take effect."""


@record("auto stake", coldkey=account, netuid=u16, indices=(("coldkey",), ("netuid",)))
class AutoStake(Record):
    """Where a coldkey's mining income on one subnet goes."""

    hotkey: AccountId | None = stored(
        OptionalType(account), "AutoStakeDestination", unit="account", default=None
    )
    """The hotkey that it is staked to; absent, the miner's own."""


@record("auto stakers", hotkey=account, netuid=u16, indices=(("hotkey",), ("netuid",)))
class AutoStakers(Record):
    """The coldkeys whose mining income on one subnet is staked to a hotkey."""

    coldkeys: tuple[AccountId, ...] | None = stored(
        OptionalType(_accounts), "AutoStakeDestinationColdkeys", unit="account", default=None, reads_as=()
    )
    """In order of their choice. A list that was emptied is still there."""
