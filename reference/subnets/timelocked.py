"""Weights under a timelock: committed as a ciphertext, revealed by the chain itself.

The cryptography is not modelled: what a ciphertext contains comes from outside, as a function.

Source: ``pallets/subtensor/src/subnets/weights.rs``, ``pallets/subtensor/src/coinbase/reveal_commits.rs``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Final, TypeAlias

import attrs

from taospec.reference.emission.schedule import deferred_epochs
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.rules import implements
from taospec.reference.staking.positions import ROOT, all_netuids, require
from taospec.reference.state.beacon import Pulse
from taospec.reference.state.errors import DispatchError, SubtensorError
from taospec.reference.state.neuron import storage_index
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import (
    AccountId,
    SequenceType,
    TupleType,
    account,
    byte_string,
    u16,
    u64,
)
from taospec.reference.subnets.commit_reveal import (
    UNREVEALED_LIMIT,
    current_epoch,
    require_commit_reveal,
    require_uid_to_commit,
)
from taospec.reference.subnets.uids import note_update
from taospec.reference.subnets.weights import MAIN_MECHANISM, require_mechanism, store_weights

Timelock: TypeAlias = Callable[[bytes, Pulse], "bytes | None"]
"""What a ciphertext contains, once its round's pulse is known; ``None`` if it cannot be opened."""

TimelockedCommit = tuple[AccountId, int, bytes, int]
"""A commit as it is stored: hotkey, block, ciphertext, and the round that opens it."""

CIPHERTEXT_LIMIT: Final = 5_000
"""Most bytes of a ciphertext; a call with more is no call."""

_CRV3_VERSION: Final = 4
"""The version that the old call without one means."""

_locked: Final = TupleType(byte_string, SequenceType(u16), SequenceType(u16), u64)
_locked_without_hotkey: Final = TupleType(SequenceType(u16), SequenceType(u16), u64)


@attrs.frozen
class LockedWeights:
    """What a plaintext says."""

    hotkey: AccountId | None
    """Whose weights it says they are; an old plaintext names nobody."""
    uids: tuple[int, ...]
    """The neurons that are weighed."""
    values: tuple[int, ...]
    """Their weights."""
    version_key: int
    """The version of the validator's software."""


def no_timelock(ciphertext: bytes, _: Pulse) -> bytes | None:
    """Nothing is known of any ciphertext.

    Raises:
        InvalidInputError: always.
    """
    raise InvalidInputError(
        "timelocked_commits", ciphertext.hex(), "is due, and nothing says what it contains"
    )


def plaintexts(table: Mapping[bytes, bytes | None]) -> Timelock:
    """A timelock that knows the plaintext of each ciphertext in a table, ``None`` for one without.

    The timelock raises InvalidInputError for a ciphertext that is not in the table.
    """

    def opened(ciphertext: bytes, pulse: Pulse) -> bytes | None:
        return table[ciphertext] if ciphertext in table else no_timelock(ciphertext, pulse)

    return opened


@implements("SUBNET-TIMELOCK-1")
def commit_timelocked_weights(
    state: State, hotkey: AccountId, netuid: int, commit: bytes, reveal_round: int, commit_reveal_version: int
) -> None:
    """Commit weights for the first mechanism under a timelock.

    Raises:
        what :func:`commit_timelocked_mechanism_weights` raises.

    Source: ``weights.rs:262``.
    """
    commit_timelocked_mechanism_weights(
        state, hotkey, netuid, MAIN_MECHANISM, commit, reveal_round, commit_reveal_version
    )


@implements("SUBNET-TIMELOCK-1")
def commit_crv3_mechanism_weights(
    state: State, hotkey: AccountId, netuid: int, mechanism: int, commit: bytes, reveal_round: int
) -> None:
    """The call of older clients: :func:`commit_timelocked_mechanism_weights` with version 4.

    Raises:
        what that raises.

    Source: ``pallets/subtensor/src/macros/dispatches.rs:504``.
    """
    commit_timelocked_mechanism_weights(state, hotkey, netuid, mechanism, commit, reveal_round, _CRV3_VERSION)


@implements("SUBNET-TIMELOCK-1")
def commit_timelocked_mechanism_weights(
    state: State,
    hotkey: AccountId,
    netuid: int,
    mechanism: int,
    commit: bytes,
    reveal_round: int,
    commit_reveal_version: int,
) -> None:
    """Commit weights for one mechanism under a timelock; the neuron's last update becomes this block.

    Raises in this order:
        MechanismDoesNotExist: no such subnet, or no such mechanism in it.
        CommitRevealDisabled: weights are set in the open there.
        IncorrectCommitRevealVersion: another version than the network's.
        HotKeyNotRegisteredInSubNet: the hotkey has no uid.
        CommittingWeightsTooFast: too soon after its last update.
        TooManyUnrevealedCommits: ten commits of this epoch are the hotkey's.

    Source: ``weights.rs:297``.
    """
    require_mechanism(state, netuid, mechanism)
    require_commit_reveal(state, netuid)
    right = commit_reveal_version == state.parameters.commit_reveal_version
    require(right, SubtensorError.IncorrectCommitRevealVersion)
    index = storage_index(netuid, mechanism)
    uid = require_uid_to_commit(state, netuid, index, hotkey)
    key = (index, current_epoch(state, netuid))
    commits = state.timelocked_commits.peek(key).commits
    mine = sum(committer == hotkey for committer, *_ in commits)
    require(mine < UNREVEALED_LIMIT, SubtensorError.TooManyUnrevealedCommits)
    entry = (hotkey, state.clock.block, commit, reveal_round)
    state.timelocked_commits[key].commits = (*commits, entry)
    state.events.deposit(
        "TimelockedWeightsCommitted",
        hotkey=hotkey,
        index=index,
        commit_hash=blake2b(commit, digest_size=32).digest(),
        reveal_round=reveal_round,
    )
    note_update(state, netuid, mechanism, uid)


@implements("SUBNET-TIMELOCK-2")
def reveal_timelocked_weights(state: State, timelock: Timelock) -> None:
    """Reveal what is due on every subnet whose epoch is not put off in this block.

    Source: ``pallets/subtensor/src/coinbase/block_step.rs:81``.
    """
    netuids = [netuid for netuid in all_netuids(state) if netuid != ROOT]
    deferred = deferred_epochs(state, netuids)
    for netuid in netuids:
        if netuid not in deferred:
            _reveal_on_subnet(state, netuid, timelock)


@implements("SUBNET-TIMELOCK-2")
def _reveal_on_subnet(state: State, netuid: int, timelock: Timelock) -> None:
    """Reveal the commits of one epoch, in every mechanism, and forget those of earlier ones.

    Source: ``reveal_commits.rs:39``.
    """
    parameters = state.hyperparameters.peek(netuid)
    epoch = current_epoch(state, netuid)
    committed_in = epoch - parameters.reveal_period
    for mechanism in range(parameters.mechanism_count):
        index = storage_index(netuid, mechanism)
        for key in state.timelocked_commits.keys_with(index=index):
            if key[1] < committed_in:
                state.timelocked_commits.remove(key)
        if committed_in >= 0:
            _reveal_in_mechanism(state, netuid, mechanism, committed_in, timelock)


def _reveal_in_mechanism(state: State, netuid: int, mechanism: int, epoch: int, timelock: Timelock) -> None:
    """Reveal the commits of an epoch in their order; only those whose round is not stored stay."""
    key = (storage_index(netuid, mechanism), epoch)
    commits = state.timelocked_commits.peek(key).commits
    if not commits:
        return
    waiting = []
    for commit in commits:
        hotkey, _, ciphertext, reveal_round = commit
        pulse = state.pulses.peek(reveal_round).pulse
        if pulse is None:
            waiting.append(commit)
        else:
            _reveal(state, netuid, mechanism, hotkey, timelock(ciphertext, pulse))
    if waiting:
        state.timelocked_commits[key].commits = tuple(waiting)
    else:
        state.timelocked_commits.remove(key)


@implements("SUBNET-TIMELOCK-3")
def _reveal(state: State, netuid: int, mechanism: int, hotkey: AccountId, plaintext: bytes | None) -> None:
    """Set the weights that a plaintext says; one that is of no use is dropped without a word.

    Source: ``reveal_commits.rs:129``.
    """
    locked = None if plaintext is None else read_plaintext(plaintext)
    if locked is None or locked.hotkey not in (None, hotkey):
        return
    try:
        store_weights(state, hotkey, netuid, mechanism, locked.uids, locked.values, locked.version_key)
    except DispatchError:
        return
    index = storage_index(netuid, mechanism)
    state.events.deposit("TimelockedWeightsRevealed", index=index, hotkey=hotkey)


@implements("SUBNET-TIMELOCK-4")
def read_plaintext(plaintext: bytes) -> LockedWeights | None:
    """What a plaintext says, in the format with a hotkey or else in the older one; ``None`` for neither.

    Bytes after the end are ignored, also after the 32 of the hotkey.

    Source: ``reveal_commits.rs:129``.
    """
    try:
        (hotkey, uids, values, version_key), _ = _locked.decode(plaintext, 0)
        return LockedWeights(account.decode(hotkey, 0)[0], uids, values, version_key)
    except InvalidInputError:
        pass
    try:
        (uids, values, version_key), _ = _locked_without_hotkey.decode(plaintext, 0)
        return LockedWeights(None, uids, values, version_key)
    except InvalidInputError:
        return None
