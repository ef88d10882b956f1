"""The stake positions in the order of chain storage, kept up to date instead of sorted in every block."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
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

FORMATS: Final = ((_OLD_POSITIONS, "shares_v1"), (_POSITIONS, "shares"))
"""Prefix of the storage keys and field of each format of shares, the old one first."""


class PositionOrder:
    """The positions with shares in one format, by storage key."""

    def __init__(self, state: State, prefix: bytes, field: str) -> None:
        self._prefix = prefix
        self._field = field
        self._keys: dict[bytes, Key] = {}
        for key, position in state.positions.items():
            if self._has_shares(position):
                self._keys[_position_key(prefix, *key)] = key
        self._order = sorted(self._keys)

    def note(self, state: State, key: Key) -> None:
        """Take account of a position that may have changed."""
        storage_key = _position_key(self._prefix, *key)
        there = self._has_shares(state.positions.peek(key))
        if there and storage_key not in self._keys:
            self._keys[storage_key] = key
            insort(self._order, storage_key)
        elif not there and storage_key in self._keys:
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

    def _has_shares(self, position: StakePosition) -> bool:
        return getattr(position, self._field) not in (None, ZERO)
