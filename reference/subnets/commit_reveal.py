"""Committing the hash of weights, and revealing them an epoch or more later.

Source: ``pallets/subtensor/src/subnets/weights.rs``.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

from taospec.reference.emission.schedule import is_due
from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.staking.positions import require
from taospec.reference.state.errors import DispatchError, SubtensorError
from taospec.reference.state.neuron import storage_index
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId, SequenceType, TupleType, account, u16, u64
from taospec.reference.subnets.uids import note_update
from taospec.reference.subnets.weights import (
    MAIN_MECHANISM,
    complete_batch,
    may_update_now,
    require_mechanism,
    require_uid,
    store_weights,
)

HashCommit = tuple[bytes, int, int, int]
"""A commit as it is stored: hash, epoch, block, and a number that is no longer used."""

UNREVEALED_LIMIT: Final = 10
"""Commits that a hotkey may have open in a mechanism."""

_committed: Final = TupleType(account, u16, SequenceType(u16), SequenceType(u16), SequenceType(u16), u64)


@implements("SUBNET-COMMIT-1")
def commit_weights(state: State, hotkey: AccountId, netuid: int, commit_hash: bytes) -> None:
    """Commit the hash of weights for the first mechanism.

    Raises:
        what :func:`commit_mechanism_weights` raises.

    Source: ``weights.rs:44``.
    """
    commit_mechanism_weights(state, hotkey, netuid, MAIN_MECHANISM, commit_hash)


@implements("SUBNET-COMMIT-1")
def commit_mechanism_weights(
    state: State, hotkey: AccountId, netuid: int, mechanism: int, commit_hash: bytes
) -> None:
    """Commit the hash of weights for one mechanism; the neuron's last update becomes this block.

    Raises in this order:
        MechanismDoesNotExist: no such subnet, or no such mechanism in it.
        CommitRevealDisabled: weights are set in the open there.
        HotKeyNotRegisteredInSubNet: the hotkey has no uid.
        CommittingWeightsTooFast: too soon after its last update.
        TooManyUnrevealedCommits: ten commits are open.

    Source: ``weights.rs:61``.
    """
    require_mechanism(state, netuid, mechanism)
    require_commit_reveal(state, netuid)
    index = storage_index(netuid, mechanism)
    uid = require_uid_to_commit(state, netuid, index, hotkey)
    live, _ = _without_expired(state, netuid, state.hash_commits.peek((index, hotkey)).commits or ())
    require(len(live) < UNREVEALED_LIMIT, SubtensorError.TooManyUnrevealedCommits)
    commit = (commit_hash, current_epoch(state, netuid), state.clock.block, 0)
    state.hash_commits[index, hotkey].commits = (*live, commit)
    state.events.deposit("WeightsCommitted", hotkey=hotkey, index=index, commit_hash=commit_hash)
    note_update(state, netuid, mechanism, uid)


@implements("SUBNET-COMMIT-2")
def batch_commit_weights(
    state: State, hotkey: AccountId, netuids: Sequence[int], commit_hashes: Sequence[bytes]
) -> None:
    """Commit hashes on several subnets; what one refuses does not stop the others.

    Raises:
        InputLengthsUnequal: the lists are not equally long.

    Source: ``weights.rs:170``.
    """
    require(len(netuids) == len(commit_hashes), SubtensorError.InputLengthsUnequal)

    def commit(place: int) -> None:
        commit_weights(state, hotkey, netuids[place], commit_hashes[place])

    complete_batch(state, hotkey, netuids, commit)


@implements("SUBNET-REVEAL-1")
def reveal_weights(
    state: State,
    hotkey: AccountId,
    netuid: int,
    uids: tuple[int, ...],
    values: tuple[int, ...],
    salt: tuple[int, ...],
    version_key: int,
) -> None:
    """Reveal the weights of a commit in the first mechanism, and set them.

    Raises:
        what :func:`reveal_mechanism_weights` raises.

    Source: ``weights.rs:420``.
    """
    reveal_mechanism_weights(state, hotkey, netuid, MAIN_MECHANISM, uids, values, salt, version_key)


@implements("SUBNET-REVEAL-1")
def reveal_mechanism_weights(
    state: State,
    hotkey: AccountId,
    netuid: int,
    mechanism: int,
    uids: tuple[int, ...],
    values: tuple[int, ...],
    salt: tuple[int, ...],
    version_key: int,
) -> None:
    """Reveal the weights of a commit in one mechanism, and set them; **older commits are dropped**.

    Raises in this order:
        CommitRevealDisabled: weights are set in the open there.
        NoWeightsCommitFound: the hotkey has no commit, or none that is alive.
        ExpiredWeightCommit: what is revealed was committed, and its epoch has passed.
        InvalidRevealCommitHashNotMatch: it was not committed.
        RevealTooEarly: its epoch has not come.
        what :func:`~taospec.reference.subnets.weights.store_weights` raises.

    Source: ``weights.rs:451``.
    """
    require_commit_reveal(state, netuid)
    index = storage_index(netuid, mechanism)
    live, expired = _without_expired(state, netuid, _commits(state, index, hotkey))
    digest = commit_hash_of(hotkey, index, uids, values, salt, version_key)
    none_left = (
        SubtensorError.ExpiredWeightCommit if digest in expired else SubtensorError.NoWeightsCommitFound
    )
    require(bool(live), none_left)
    place = _place_to_reveal(state, netuid, live, expired, digest)
    state.hash_commits[index, hotkey].commits = live[place + 1 :] or None
    store_weights(state, hotkey, netuid, mechanism, uids, values, version_key)
    state.events.deposit("WeightsRevealed", hotkey=hotkey, index=index, commit_hash=digest)


@implements("SUBNET-REVEAL-2")
def batch_reveal_weights(
    state: State,
    hotkey: AccountId,
    netuid: int,
    uids_list: Sequence[tuple[int, ...]],
    values_list: Sequence[tuple[int, ...]],
    salts_list: Sequence[tuple[int, ...]],
    version_keys: Sequence[int],
) -> None:
    """Reveal several commits of the first mechanism, all or none; the last one's weights remain.

    Only the commits that are revealed are taken out, whichever stand before them.

    Raises in this order:
        InputLengthsUnequal: the lists are not equally long.
        CommitRevealDisabled: weights are set in the open there.
        NoWeightsCommitFound: the hotkey has no commit.
        ExpiredWeightCommit: one was committed, and its epoch has passed.
        InvalidRevealCommitHashNotMatch: one was not committed, or is revealed twice.
        RevealTooEarly: the epoch of one has not come.
        what :func:`~taospec.reference.subnets.weights.store_weights` raises.

    Source: ``weights.rs:605``.
    """
    equal = len(uids_list) == len(values_list) == len(salts_list) == len(version_keys)
    require(equal, SubtensorError.InputLengthsUnequal)
    require_commit_reveal(state, netuid)
    index = storage_index(netuid, MAIN_MECHANISM)
    live, expired = _without_expired(state, netuid, _commits(state, index, hotkey))
    rows = list(zip(uids_list, values_list, salts_list, version_keys, strict=True))
    digests = tuple(commit_hash_of(hotkey, index, *row) for row in rows)
    for digest in digests:
        _place_to_reveal(state, netuid, live, expired, digest)
    for digest, (uids, values, _, version_key) in zip(digests, rows, strict=True):
        place = _place_to_reveal(state, netuid, live, expired, digest)
        live = live[:place] + live[place + 1 :]
        store_weights(state, hotkey, netuid, MAIN_MECHANISM, uids, values, version_key)
    state.hash_commits[index, hotkey].commits = live or None
    state.events.deposit("WeightsBatchRevealed", hotkey=hotkey, netuid=netuid, commit_hashes=digests)


@implements("SUBNET-COMMIT-3")
def commit_hash_of(
    hotkey: AccountId,
    index: int,
    uids: tuple[int, ...],
    values: tuple[int, ...],
    salt: tuple[int, ...],
    version_key: int,
) -> bytes:
    """The hash that commits to weights: blake2b-256 of the encoded tuple of all arguments.

    ``index`` is the storage index of the mechanism, encoded as a u16.

    Source: ``weights.rs:1328``.
    """
    content = _committed.encode((hotkey, index, uids, values, salt, version_key))
    return blake2b(content, digest_size=32).digest()


@implements("SUBNET-COMMIT-4")
def current_epoch(state: State, netuid: int) -> int:
    """The subnet's epoch counter, plus one in a block in which an epoch is due.

    Source: ``weights.rs:1275``.
    """
    schedule = state.schedules.peek(netuid)
    return min(schedule.epoch_index + is_due(schedule, state.clock.block), U64_MAX)


@implements("SUBNET-COMMIT-4")
def reveal_epoch(state: State, netuid: int, commit_epoch: int) -> int:
    """The one epoch in which a commit can be revealed.

    Source: ``weights.rs:1255``.
    """
    return min(commit_epoch + state.hyperparameters.peek(netuid).reveal_period, U64_MAX)


def require_commit_reveal(state: State, netuid: int) -> None:
    """Refuse with CommitRevealDisabled where weights are set in the open."""
    require(state.hyperparameters.peek(netuid).commit_reveal, SubtensorError.CommitRevealDisabled)


def require_uid_to_commit(state: State, netuid: int, index: int, hotkey: AccountId) -> int:
    """The hotkey's uid, if it has one and its rate limit lets it commit now."""
    uid = require_uid(state, netuid, hotkey)
    require(may_update_now(state, index, uid), SubtensorError.CommittingWeightsTooFast)
    return uid


def _commits(state: State, index: int, hotkey: AccountId) -> tuple[HashCommit, ...]:
    commits = state.hash_commits.peek((index, hotkey)).commits
    if commits is None:
        raise DispatchError(SubtensorError.NoWeightsCommitFound)
    return commits


def _without_expired(
    state: State, netuid: int, commits: tuple[HashCommit, ...]
) -> tuple[tuple[HashCommit, ...], list[bytes]]:
    """The commits from the first that is alive on, and the hashes of those before it."""
    epoch = current_epoch(state, netuid)
    place = 0
    while place < len(commits) and epoch > reveal_epoch(state, netuid, commits[place][1]):
        place += 1
    return commits[place:], [digest for digest, *_ in commits[:place]]


def _place_to_reveal(
    state: State, netuid: int, live: Sequence[HashCommit], expired: Sequence[bytes], digest: bytes
) -> int:
    """Where the first commit of a hash stands, if it can be revealed now."""
    place = next((place for place, commit in enumerate(live) if commit[0] == digest), None)
    if place is None:
        raise DispatchError(
            SubtensorError.ExpiredWeightCommit
            if digest in expired
            else SubtensorError.InvalidRevealCommitHashNotMatch
        )
    now = current_epoch(state, netuid) == reveal_epoch(state, netuid, live[place][1])
    require(now, SubtensorError.RevealTooEarly)
    return place
