"""Committed and not yet revealed weights."""

from __future__ import annotations

from taospec.reference.state.record import Record, record, stored
from taospec.reference.state.storage_types import (
    AccountId,
    OptionalType,
    SequenceType,
    TupleType,
    account,
    byte_string,
    hash_256,
    u16,
    u64,
)


@record("hash commits", index=u16, hotkey=account, indices=(("index",), ("hotkey",)))
class HashCommits(Record):
    """The hashed commits of one hotkey in one mechanism, oldest first."""

    commits: tuple[tuple[bytes, int, int, int], ...] | None = stored(
        OptionalType(SequenceType(TupleType(hash_256, u64, u64, u64))),
        "WeightCommits",
        unit="(hash, epoch, block, unused)",
        default=None,
    )
    """Each with the epoch and the block in which it was made."""


@record("timelocked commits", index=u16, epoch=u64, indices=(("index",),))
class TimelockedCommits(Record):
    """The timelocked commits of one epoch in one mechanism, oldest first."""

    commits: tuple[tuple[AccountId, int, bytes, int], ...] = stored(
        SequenceType(TupleType(account, u64, byte_string, u64)),
        "TimelockedWeightCommits",
        unit="(hotkey, block, ciphertext, round)",
        default=(),
    )
    """Each with the round of the randomness beacon that opens it."""
