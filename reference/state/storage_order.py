"""The order in which the chain iterates over its maps, where a rule depends on it."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

from taospec.reference.rules import implements
from taospec.reference.state.storage_types import AccountId


@implements("STATE-ORDER-1")
def identity_order(netuid: int) -> bytes:
    """Sort key of a u16 key that storage does not hash: its two bytes, **low byte first**.

    Below 256 this is the order of the numbers; 256 comes before 1.
    """
    return netuid.to_bytes(2, "little")


@implements("STATE-ORDER-2")
@lru_cache(maxsize=1 << 16)
def hashed_account_order(account: AccountId) -> bytes:
    """Sort key of an account that storage hashes (``Blake2_128Concat``): blake2b-128, then itself."""
    return blake2b(account, digest_size=16).digest() + account
