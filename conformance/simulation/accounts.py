"""Accounts of a simulation: each is the hash of its name."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

from taospec.reference.state.storage_types import AccountId

if TYPE_CHECKING:
    from taospec.conformance.simulation.scenario import Group

RESERVE = "reserve"
"""Who holds the TAO that no actor was given."""


@lru_cache(maxsize=2**20)
def named_account(name: str) -> AccountId:
    """The account of a name such as ``miners/3/hotkey``."""
    return blake2b(f"taospec account {name}".encode(), digest_size=32).digest()


def coldkey_of(group: Group, member: int) -> AccountId:
    """The coldkey of an actor."""
    return named_account(f"{group.name}/{member}/coldkey")


def hotkey_of(group: Group, member: int) -> AccountId:
    """The hotkey of an actor."""
    return named_account(f"{group.name}/{member}/hotkey")


def owner_coldkey(netuid: int) -> AccountId:
    """The coldkey of who owns a subnet at the start."""
    return named_account(f"owner/{netuid}/coldkey")


def owner_hotkey(netuid: int) -> AccountId:
    """The hotkey of who owns a subnet at the start."""
    return named_account(f"owner/{netuid}/hotkey")


def authority(number: int) -> AccountId:
    """An account that authors blocks."""
    return named_account(f"authority/{number}")
