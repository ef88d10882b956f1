"""What is removed from storage when a subnet ends, and what its netuid's next subnet finds.

Source: ``pallets/subtensor/src/coinbase/root.rs:230``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from taospec.reference.rules import implements
from taospec.reference.staking.positions import ROOT
from taospec.reference.state.neuron import storage_index
from taospec.reference.state.record import Record
from taospec.reference.state.state import State

KEPT: Final[Mapping[str, frozenset[str]]] = {
    "subnet": frozenset({"registrations"}),
    "pool": frozenset(),
    "emission": frozenset(),
    "schedule": frozenset(),
    "registration": frozenset(),
    "metagraph": frozenset(),
    "hyperparameters": frozenset(
        {
            "adjustment_alpha",
            "adjustment_interval",
            "emission_enabled",
            "min_allowed_uids",
            "min_childkey_take",
            "min_non_immune_uids",
            "owner_cut_enabled",
            "recycle_or_burn",
            "root_claim_threshold",
        }
    ),
    "subnet report": frozenset({"burned_alpha", "minted_alpha", "recycled_alpha", "root_proportion"}),
}
"""Records with the netuid as key, and the fields of each that **survive** the subnet."""


@implements("SUBNET-REMOVE-1")
def forget_subnet(state: State, netuid: int) -> None:
    """Remove a subnet, but for :data:`KEPT` and the tables that are not named here.

    Nothing is removed of voting power, automatic stakes, last root dividends, and the rate limits
    of the owner.

    Source: ``root.rs:230``.
    """
    _forget_root_weights(state, netuid)
    _forget_neurons(state, netuid)
    for mechanism in range(state.hyperparameters.peek(netuid).mechanism_count):
        forget_mechanism(state, netuid, mechanism)
    _forget_lease(state, netuid)
    for name, kept in KEPT.items():
        _reset(state.tables[name].held(netuid), kept)
    state.network.subnets = max(state.network.subnets - 1, 0)
    _remove_all(state, "childkeys", netuid)
    _remove_all(state, "transaction limit", netuid)
    _remove_all(state, "hotkey swap limit", netuid)
    for key in state.dividend_reports.keys_with(netuid=netuid):
        _reset(state.dividend_reports[key], frozenset({"root_alpha_dividends"}))


@implements("SUBNET-REMOVE-2")
def forget_mechanism(state: State, netuid: int, mechanism: int) -> None:
    """Remove weights, bonds, commits, incentive and last updates of one mechanism.

    Source: ``root.rs:381``, ``pallets/subtensor/src/subnets/mechanism.rs:163``.
    """
    index = storage_index(netuid, mechanism)
    state.mechanisms.remove(index)
    for key in state.matrix_rows.keys_with(index=index):
        state.matrix_rows.remove(key)
    for commit in state.hash_commits.keys_with(index=index):
        state.hash_commits.remove(commit)
    for epoch in state.timelocked_commits.keys_with(index=index):
        state.timelocked_commits.remove(epoch)


@implements("SUBNET-REMOVE-3")
def forget_root_dividends(state: State, netuid: int) -> None:
    """Remove what root stakers have earned on the subnet and not claimed: **it is lost**.

    Source: ``pallets/subtensor/src/staking/claim_root.rs:498``.
    """
    _remove_all(state, "root dividend", netuid)
    for key in state.positions.keys_with(netuid=netuid):
        state.positions[key].root_claimed = 0


@implements("SUBNET-REMOVE-4")
def forget_locks(state: State, netuid: int) -> None:
    """Remove the locks of the subnet's alpha that the reverse index names, and all sums of locks.

    Source: ``pallets/subtensor/src/staking/lock.rs:1952``.
    """
    for key in state.locks.keys_with(netuid=netuid):
        if state.locks.peek(key).indexed is not None:
            state.locks.remove(key)
    _remove_all(state, "hotkey locks", netuid)
    state.owner_locks.remove(netuid)
    _remove_all(state, "lock mode", netuid)


def _forget_root_weights(state: State, netuid: int) -> None:
    """Weights that root neurons gave the subnet, when there were such, become 0."""
    for key in state.matrix_rows.keys_with(index=ROOT):
        row = state.matrix_rows[key]
        row.weights = tuple((target, 0 if target == netuid else weight) for target, weight in row.weights)


def _forget_neurons(state: State, netuid: int) -> None:
    """Remove uids and memberships; a membership's voting power stays."""
    for key in state.memberships.keys_with(netuid=netuid):
        state.memberships[key].uid = None
    places = {(netuid, uid) for uid in range(state.subnets.peek(netuid).neurons)}
    for place in places.union(state.neurons.keys_with(netuid=netuid)):
        hotkey = state.neurons.peek(place).hotkey
        state.memberships[netuid, hotkey].is_member = None
        state.neurons.remove(place)


def _forget_lease(state: State, netuid: int) -> None:
    lease = state.subnets.peek(netuid).lease
    if lease is not None:
        state.leases.remove(lease)
        for key in state.lease_shares.keys_with(lease=lease):
            state.lease_shares.remove(key)


def _remove_all(state: State, name: str, netuid: int) -> None:
    table = state.tables[name]
    for key in table.keys_with(netuid=netuid):
        table.remove(key)


def _reset(held: Record | None, kept: Iterable[str]) -> None:
    """Give every field but those kept its default."""
    if held is None:
        return
    for field in type(held).FIELDS:
        if field.name not in kept:
            default: Any = field.default
            setattr(held, field.name, default)
