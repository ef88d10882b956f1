"""Calls that set, commit and reveal weights, and that track voting power."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from taospec.reference.chain.call import Call
from taospec.reference.state.storage_types import (
    BytesType,
    SequenceType,
    StorageType,
    TupleType,
    hash_256,
    u8,
    u16,
    u64,
)
from taospec.reference.subnets.commit_reveal import (
    batch_commit_weights,
    batch_reveal_weights,
    commit_mechanism_weights,
    commit_weights,
    reveal_mechanism_weights,
    reveal_weights,
)
from taospec.reference.subnets.timelocked import (
    CIPHERTEXT_LIMIT,
    commit_crv3_mechanism_weights,
    commit_timelocked_mechanism_weights,
    commit_timelocked_weights,
)
from taospec.reference.subnets.voting_power import (
    disable_voting_power_tracking,
    enable_voting_power_tracking,
    set_voting_power_rate,
)
from taospec.reference.subnets.weight_guards import (
    guard_batch_commit_weights,
    guard_batch_reveal_weights,
    guard_batch_set_weights,
    guard_commit_crv3_mechanism_weights,
    guard_commit_mechanism_weights,
    guard_commit_timelocked_mechanism_weights,
    guard_commit_timelocked_weights,
    guard_commit_weights,
    guard_reveal_mechanism_weights,
    guard_reveal_weights,
    guard_set_mechanism_weights,
    guard_set_weights,
)
from taospec.reference.subnets.weights import batch_set_weights, set_mechanism_weights, set_weights

Arguments = Mapping[str, StorageType[Any]]

_numbers: Final = SequenceType(u16)
_lists: Final = SequenceType(_numbers)
_versions: Final = SequenceType(u64)
_SUBNET: Final[Arguments] = {"netuid": u16}
_MECHANISM: Final[Arguments] = {"netuid": u16, "mecid": u8}
_ROW: Final[Arguments] = {"dests": _numbers, "weights": _numbers, "version_key": u64}
_ROWS: Final[Arguments] = {
    "netuids": _numbers,
    "weights": SequenceType(SequenceType(TupleType(u16, u16))),
    "version_keys": _versions,
}
_HASH: Final[Arguments] = {"commit_hash": hash_256}
_REVEALED: Final[Arguments] = {"uids": _numbers, "values": _numbers, "salt": _numbers, "version_key": u64}
_REVEALED_LISTS: Final[Arguments] = {
    "uids_list": _lists,
    "values_list": _lists,
    "salts_list": _lists,
    "version_keys": _versions,
}
_LOCKED: Final[Arguments] = {
    "commit": BytesType(f"BoundedVec<u8, {CIPHERTEXT_LIMIT}>", limit=CIPHERTEXT_LIMIT),
    "reveal_round": u64,
}
_VERSION: Final[Arguments] = {"commit_reveal_version": u16}

WEIGHT_CALLS: Final[Mapping[str, Call]] = {
    "set_weights": Call(set_weights, {**_SUBNET, **_ROW}, guard=guard_set_weights),
    "set_mechanism_weights": Call(
        set_mechanism_weights, {**_MECHANISM, **_ROW}, guard=guard_set_mechanism_weights
    ),
    "batch_set_weights": Call(batch_set_weights, _ROWS, guard=guard_batch_set_weights),
    "commit_weights": Call(commit_weights, {**_SUBNET, **_HASH}, guard=guard_commit_weights),
    "commit_mechanism_weights": Call(
        commit_mechanism_weights, {**_MECHANISM, **_HASH}, guard=guard_commit_mechanism_weights
    ),
    "batch_commit_weights": Call(
        batch_commit_weights,
        {"netuids": _numbers, "commit_hashes": SequenceType(hash_256)},
        guard=guard_batch_commit_weights,
    ),
    "reveal_weights": Call(reveal_weights, {**_SUBNET, **_REVEALED}, guard=guard_reveal_weights),
    "reveal_mechanism_weights": Call(
        reveal_mechanism_weights, {**_MECHANISM, **_REVEALED}, guard=guard_reveal_mechanism_weights
    ),
    "batch_reveal_weights": Call(
        batch_reveal_weights, {**_SUBNET, **_REVEALED_LISTS}, guard=guard_batch_reveal_weights
    ),
    "commit_timelocked_weights": Call(
        commit_timelocked_weights,
        {**_SUBNET, **_LOCKED, **_VERSION},
        guard=guard_commit_timelocked_weights,
    ),
    "commit_timelocked_mechanism_weights": Call(
        commit_timelocked_mechanism_weights,
        {**_MECHANISM, **_LOCKED, **_VERSION},
        guard=guard_commit_timelocked_mechanism_weights,
    ),
    "commit_crv3_mechanism_weights": Call(
        commit_crv3_mechanism_weights,
        {**_MECHANISM, **_LOCKED},
        guard=guard_commit_crv3_mechanism_weights,
    ),
    "enable_voting_power_tracking": Call(enable_voting_power_tracking, _SUBNET, maker="anyone"),
    "disable_voting_power_tracking": Call(disable_voting_power_tracking, _SUBNET, maker="anyone"),
    "sudo_set_voting_power_ema_alpha": Call(set_voting_power_rate, {**_SUBNET, "alpha": u64}, maker="root"),
}
"""Calls by upstream's name."""
