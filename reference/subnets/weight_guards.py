"""What is checked of calls that weigh before they are accepted into a block.

A guard takes the state, the signer and the call's arguments. The order is: lengths of lists, stake,
commits, rate limit.

Source: ``pallets/subtensor/src/guards/check_weights.rs``,
``pallets/subtensor/src/guards/check_rate_limits.rs``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from taospec.reference.rules import implements
from taospec.reference.staking.positions import require
from taospec.reference.state.errors import DispatchError, SubtensorError
from taospec.reference.state.neuron import storage_index
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId
from taospec.reference.subnets.commit_reveal import commit_hash_of, current_epoch, reveal_epoch
from taospec.reference.subnets.weights import (
    MAIN_MECHANISM,
    may_update_now,
    require_stake_for_weights,
)

Row: TypeAlias = tuple[int, ...]
"""Numbers of a call."""


@implements("SUBNET-WEIGHTS-7")
def guard_set_weights(
    state: State, hotkey: AccountId, netuid: int, uids: Row, weights: Row, version_key: int
) -> None:
    """Before ``set_weights``: stake, then the rate limit if weights are set in the open."""
    guard_set_mechanism_weights(state, hotkey, netuid, MAIN_MECHANISM, uids, weights, version_key)


@implements("SUBNET-WEIGHTS-7")
def guard_set_mechanism_weights(
    state: State, hotkey: AccountId, netuid: int, mechanism: int, uids: Row, weights: Row, version_key: int
) -> None:
    """Before ``set_mechanism_weights``: stake, then the rate limit if weights are set in the open.

    Source: ``check_rate_limits.rs:49``.
    """
    require_stake_for_weights(state, [netuid], hotkey)
    if not state.hyperparameters.peek(netuid).commit_reveal:
        _require_rate(state, hotkey, netuid, mechanism, SubtensorError.SettingWeightsTooFast)


@implements("SUBNET-WEIGHTS-7")
def guard_batch_set_weights(
    state: State,
    hotkey: AccountId,
    netuids: Sequence[int],
    weights: Sequence[Sequence[tuple[int, int]]],
    version_keys: Sequence[int],
) -> None:
    """Before ``batch_set_weights``: lengths, then stake on every subnet; no rate limit."""
    require(len(netuids) == len(weights) == len(version_keys), SubtensorError.InputLengthsUnequal)
    require_stake_for_weights(state, netuids, hotkey)


@implements("SUBNET-COMMIT-5")
def guard_commit_weights(state: State, hotkey: AccountId, netuid: int, commit_hash: bytes) -> None:
    """Before ``commit_weights``: stake, then the rate limit."""
    guard_commit_mechanism_weights(state, hotkey, netuid, MAIN_MECHANISM, commit_hash)


@implements("SUBNET-COMMIT-5")
def guard_commit_mechanism_weights(
    state: State, hotkey: AccountId, netuid: int, mechanism: int, commit_hash: bytes
) -> None:
    """Before ``commit_mechanism_weights``: stake, then the rate limit."""
    require_stake_for_weights(state, [netuid], hotkey)
    _require_rate(state, hotkey, netuid, mechanism, SubtensorError.CommittingWeightsTooFast)


@implements("SUBNET-COMMIT-5")
def guard_batch_commit_weights(
    state: State, hotkey: AccountId, netuids: Sequence[int], commit_hashes: Sequence[bytes]
) -> None:
    """Before ``batch_commit_weights``: lengths, then stake on every subnet; no rate limit."""
    require(len(netuids) == len(commit_hashes), SubtensorError.InputLengthsUnequal)
    require_stake_for_weights(state, netuids, hotkey)


@implements("SUBNET-REVEAL-3")
def guard_reveal_weights(
    state: State, hotkey: AccountId, netuid: int, uids: Row, values: Row, salt: Row, version_key: int
) -> None:
    """Before ``reveal_weights``: stake, then the commit."""
    guard_reveal_mechanism_weights(state, hotkey, netuid, MAIN_MECHANISM, uids, values, salt, version_key)


@implements("SUBNET-REVEAL-3")
def guard_reveal_mechanism_weights(
    state: State,
    hotkey: AccountId,
    netuid: int,
    mechanism: int,
    uids: Row,
    values: Row,
    salt: Row,
    version_key: int,
) -> None:
    """Before ``reveal_mechanism_weights``: stake, then the commit."""
    require_stake_for_weights(state, [netuid], hotkey)
    revealed = [(uids, values, salt, version_key)]
    _require_revealable(state, hotkey, netuid, storage_index(netuid, mechanism), revealed)


@implements("SUBNET-REVEAL-3")
def guard_batch_reveal_weights(
    state: State,
    hotkey: AccountId,
    netuid: int,
    uids_list: Sequence[Row],
    values_list: Sequence[Row],
    salts_list: Sequence[Row],
    version_keys: Sequence[int],
) -> None:
    """Before ``batch_reveal_weights``: lengths, stake, then every commit."""
    equal = len(uids_list) == len(values_list) == len(salts_list) == len(version_keys)
    require(equal, SubtensorError.InputLengthsUnequal)
    require_stake_for_weights(state, [netuid], hotkey)
    rows = list(zip(uids_list, values_list, salts_list, version_keys, strict=True))
    _require_revealable(state, hotkey, netuid, storage_index(netuid, MAIN_MECHANISM), rows)


@implements("SUBNET-TIMELOCK-5")
def guard_commit_timelocked_weights(
    state: State, hotkey: AccountId, netuid: int, commit: bytes, reveal_round: int, commit_reveal_version: int
) -> None:
    """Before ``commit_timelocked_weights``: stake, then the round; no rate limit."""
    _require_later_round(state, hotkey, netuid, reveal_round)


@implements("SUBNET-TIMELOCK-5")
def guard_commit_timelocked_mechanism_weights(
    state: State,
    hotkey: AccountId,
    netuid: int,
    mechanism: int,
    commit: bytes,
    reveal_round: int,
    commit_reveal_version: int,
) -> None:
    """Before ``commit_timelocked_mechanism_weights``: stake, then the round; no rate limit."""
    _require_later_round(state, hotkey, netuid, reveal_round)


@implements("SUBNET-TIMELOCK-5")
def guard_commit_crv3_mechanism_weights(
    state: State, hotkey: AccountId, netuid: int, mechanism: int, commit: bytes, reveal_round: int
) -> None:
    """Before ``commit_crv3_mechanism_weights``: stake, then the round; no rate limit."""
    _require_later_round(state, hotkey, netuid, reveal_round)


def _require_later_round(state: State, hotkey: AccountId, netuid: int, reveal_round: int) -> None:
    """Refuse a hotkey without the stake, and a round before the latest that is stored.

    Source: ``check_weights.rs:226``.
    """
    require_stake_for_weights(state, [netuid], hotkey)
    require(reveal_round >= state.beacon.last_round, SubtensorError.InvalidRevealRound)


def _require_rate(
    state: State, hotkey: AccountId, netuid: int, mechanism: int, error: SubtensorError
) -> None:
    """Refuse a hotkey with a uid whose rate limit has not passed, or whose mechanism does not exist.

    Source: ``check_rate_limits.rs:31``.
    """
    uid = state.memberships.peek((netuid, hotkey)).uid
    require(uid is None or may_update_now(state, storage_index(netuid, mechanism), uid), error)


def _require_revealable(
    state: State,
    hotkey: AccountId,
    netuid: int,
    index: int,
    rows: Sequence[tuple[Row, Row, Row, int]],
) -> None:
    """Refuse a row that was not committed, or whose epoch is not now: **an expired one is too early**.

    Source: ``check_weights.rs:120``.
    """
    commits = state.hash_commits.peek((index, hotkey)).commits
    if commits is None:
        raise DispatchError(SubtensorError.NoWeightsCommitFound)
    for uids, values, salt, version_key in rows:
        digest = commit_hash_of(hotkey, index, uids, values, salt, version_key)
        epoch = next((epoch for held, epoch, *_ in commits if held == digest), None)
        if epoch is None:
            raise DispatchError(SubtensorError.NoWeightsCommitFound)
        now = current_epoch(state, netuid) == reveal_epoch(state, netuid, epoch)
        require(now, SubtensorError.RevealTooEarly)
