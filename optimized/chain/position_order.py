"""The stake positions in the order of chain storage, kept up to date instead of sorted in every block."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable
from typing import Final

from taospec.reference.rules import implements
from taospec.reference.staking.positions import ROOT
from taospec.reference.staking.root_claims import (
    _BATCH,
    _OLD_POSITIONS,
    _POSITIONS,
    _position_key,
    index_root_staker,
)
from taospec.reference.state.safe_float import ZERO
from taospec.reference.state.stake import StakePosition
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId

Key = tuple[AccountId, AccountId, int]


def _has_old_shares(position: StakePosition) -> bool:
    return position.shares_v1 is not None


def _has_shares(position: StakePosition) -> bool:
    return position.shares is not ZERO and position.shares != ZERO


FORMATS: Final = ((_OLD_POSITIONS, _has_old_shares), (_POSITIONS, _has_shares))
"""Prefix of the storage keys of each format of shares, and whether a position has an entry in it, the old
one first."""


class PositionOrder:
    """The positions with shares in one format, by storage key."""

    def __init__(self, state: State, prefix: bytes, has_entry: Callable[[StakePosition], bool]) -> None:
        self._prefix = prefix
        self._has_entry = has_entry
        self._storage_keys = {
            key: _position_key(prefix, *key)
            for key, position in state.positions.items()
            if has_entry(position)
        }
        self._keys = {storage_key: key for key, storage_key in self._storage_keys.items()}
        self._order = sorted(self._keys)

    def note(self, key: Key, position: StakePosition) -> None:
        """Take account of a position, as it is now, that may have changed."""
        there = self._has_entry(position)
        if there == (key in self._storage_keys):
            return
        if there:
            storage_key = self._storage_keys[key] = _position_key(self._prefix, *key)
            self._keys[storage_key] = key
            insort(self._order, storage_key)
        else:
            storage_key = self._storage_keys.pop(key)
            del self._keys[storage_key]
            del self._order[bisect_left(self._order, storage_key)]

    @implements("STAKE-CLAIM-5")
    def walk(self, state: State, last: bytes | None) -> bytes | None:
        """Index the coldkeys of the next positions, if those are on root; where the walk stands then."""
        if last is None and not self._order:
            return None
        start = 0 if last is None else bisect_right(self._order, last)
        batch = self._order[start : start + _BATCH]
        for storage_key in batch:
            _, coldkey, netuid = self._keys[storage_key]
            if netuid == ROOT:
                index_root_staker(state, coldkey)
        return batch[-1] if len(batch) == _BATCH else None
