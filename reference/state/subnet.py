"""A subnet's life: who owns it, since when it exists and trades."""

from __future__ import annotations

from typing import Final

from taospec.reference.state.record import Record, record, stored
from taospec.reference.state.storage_types import (
    ZERO_ACCOUNT,
    AccountId,
    OptionalType,
    account,
    boolean,
    byte_string,
    u16,
    u32,
    u64,
)

DEFAULT_SYMBOL: Final = "\U0001d70f".encode()
"""UTF-8 of the mathematical italic tau: the symbol of a subnet without one."""


@record("subnet", netuid=u16)
class Subnet(Record):
    """One subnet; netuid 0 is the root subnet."""

    added: bool = stored(boolean, "NetworksAdded", unit="flag", default=False)
    """Whether the subnet exists."""
    owner: AccountId | None = stored(
        OptionalType(account), "SubnetOwner", unit="account", default=None, reads_as=ZERO_ACCOUNT
    )
    """The owner's coldkey."""
    owner_hotkey: AccountId | None = stored(
        OptionalType(account), "SubnetOwnerHotkey", unit="account", default=None, reads_as=ZERO_ACCOUNT
    )
    """The owner's hotkey."""
    registered_at: int = stored(u64, "NetworkRegisteredAt", unit="block", default=0)
    """Block of the registration."""
    registrations: int = stored(u64, "RegisteredSubnetCounter", unit="count", default=0)
    """How often this netuid was registered. It survives the subnet."""
    first_emission_block: int | None = stored(
        OptionalType(u64), "FirstEmissionBlockNumber", unit="block", default=None
    )
    """First block with emission, set by the start call."""
    subtoken_enabled: bool = stored(boolean, "SubtokenEnabled", unit="flag", default=False)
    """Whether the subnet's alpha can be staked and traded."""
    locked: int = stored(u64, "SubnetLocked", unit="rao", default=0)
    """TAO that the registration cost."""
    neurons: int = stored(u16, "SubnetworkN", unit="count", default=0)
    """Number of neurons n: their uids are 0 to n - 1, and a uid exists if it is below n."""
    symbol: bytes | None = stored(
        OptionalType(byte_string), "TokenSymbol", unit="UTF-8", default=None, reads_as=DEFAULT_SYMBOL
    )
    """The token's symbol."""
    lease: int | None = stored(OptionalType(u32), "SubnetUidToLeaseId", unit="lease id", default=None)
    """The lease that the subnet was registered by."""
