"""Reducing a subnet to fewer neurons, and closing the gaps between their uids.

Source: ``pallets/subtensor/src/subnets/uids.rs``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from taospec.reference.rules import implements
from taospec.reference.staking.positions import require, require_subnet
from taospec.reference.state.errors import SubtensorError
from taospec.reference.state.neuron import SparseRow, storage_index
from taospec.reference.state.origin import Origin
from taospec.reference.state.rate_limits import Transaction
from taospec.reference.state.state import State
from taospec.reference.subnets.access import (
    note_use,
    require_not_frozen,
    require_not_limited,
    require_owner_or_root,
)
from taospec.reference.subnets.uids import immune_owner_uids, is_immune

MAX_IMMUNE_PERCENT: Final = 80
"""Of the places that are left, less than this many percent may be immune. ``runtime/src/lib.rs:1038``."""

_Element = TypeVar("_Element")


@implements("SUBNET-TRIM-1")
def trim_to_max_allowed_uids(state: State, origin: Origin, netuid: int, count: int) -> None:
    """Let a subnet have at most ``count`` neurons from now on, and remove those with the least emission.

    Raises in this order:
        BadOrigin: neither the subnet's owner nor root asks.
        TxRateLimitExceeded: the owner's last trimming is too recent.
        AdminActionProhibitedDuringWeightsWindow: an epoch is near.
        SubnetNotExists: there is no such subnet.
        InvalidValue: fewer than the subnet's minimum, or more than it may have now.
        TrimmingWouldExceedMaxImmunePercentage: too many of the places would be immune.

    Source: ``pallets/admin-utils/src/lib.rs:1908``, ``uids.rs:139``.
    """
    owner = require_owner_or_root(state, origin, netuid)
    if owner is not None:
        require_not_limited(state, owner, netuid, Transaction.MAX_UIDS_TRIMMING)
    require_not_frozen(state, netuid)
    require_subnet(state, netuid)
    parameters = state.hyperparameters[netuid]
    within = parameters.min_allowed_uids <= count <= parameters.max_allowed_uids
    require(within, SubtensorError.InvalidValue)
    parameters.max_allowed_uids = count
    if state.subnets.peek(netuid).neurons > count:
        _trim(state, netuid, count)
    if owner is not None:
        note_use(state, owner, netuid, Transaction.MAX_UIDS_TRIMMING)


def _trim(state: State, netuid: int, count: int) -> None:
    neurons = state.subnets.peek(netuid).neurons
    owned = set(immune_owner_uids(state, netuid))
    immune = {uid for uid in range(neurons) if uid in owned or is_immune(state, netuid, uid)}
    too_many = count == 0 or 100 * len(immune) // count >= MAX_IMMUNE_PERCENT
    require(not too_many, SubtensorError.TrimmingWouldExceedMaxImmunePercentage)
    removed = _weakest(state.metagraphs.peek(netuid).emission, neurons, count, immune)
    for uid in removed:
        _remove_neuron(state, netuid, uid)
    kept = [uid for uid in range(len(state.metagraphs.peek(netuid).emission)) if uid not in removed]
    _cut_vectors(state, netuid, kept)
    places = {uid: place for place, uid in enumerate(kept)}
    for uid, place in places.items():
        _move_neuron(state, netuid, uid, place)
        for mechanism in range(state.hyperparameters.peek(netuid).mechanism_count):
            _move_row(state, storage_index(netuid, mechanism), uid, places)
    _number_anew(state, netuid, len(kept))
    state.subnets[netuid].neurons = count


@implements("SUBNET-TRIM-2")
def _weakest(emission: Sequence[int], neurons: int, count: int, immune: set[int]) -> set[int]:
    """The ``neurons - count`` uids with the least emission, of equal ones the highest; never an immune one.

    A neuron beyond the end of the emission vector is not removed and does not count.

    Source: ``uids.rs:173``.
    """
    strongest_first = sorted(range(len(emission)), key=lambda uid: (-emission[uid], uid))
    weakest_first = reversed(strongest_first[:neurons])
    return set([uid for uid in weakest_first if uid not in immune][: neurons - count])


def _remove_neuron(state: State, netuid: int, uid: int) -> None:
    hotkey = state.neurons.peek((netuid, uid)).hotkey
    membership = state.memberships[netuid, hotkey]
    membership.uid, membership.is_member = None, None
    state.dividend_reports[netuid, hotkey].alpha_dividends = 0
    state.neurons.remove((netuid, uid))
    for mechanism in range(state.hyperparameters.peek(netuid).mechanism_count):
        state.matrix_rows.remove((storage_index(netuid, mechanism), uid))


@implements("SUBNET-TRIM-3")
def _cut_vectors(state: State, netuid: int, kept: Sequence[int]) -> None:
    """Keep the elements of these uids; an element that is missing becomes 0 or false.

    Source: ``uids.rs:238``.
    """
    metagraph = state.metagraphs[netuid]
    metagraph.emission = _selected(metagraph.emission, kept, 0)
    metagraph.active = _selected(metagraph.active, kept, False)
    metagraph.consensus = _selected(metagraph.consensus, kept, 0)
    metagraph.dividends = _selected(metagraph.dividends, kept, 0)
    metagraph.validator_trust = _selected(metagraph.validator_trust, kept, 0)
    metagraph.validator_permit = _selected(metagraph.validator_permit, kept, False)
    metagraph.stake_weight = _selected(metagraph.stake_weight, kept, 0)
    for mechanism in range(state.hyperparameters.peek(netuid).mechanism_count):
        held = state.mechanisms[storage_index(netuid, mechanism)]
        held.incentive = _selected(held.incentive, kept, 0)
        held.last_update = _selected(held.last_update, kept, 0)


def _selected(elements: Sequence[_Element], kept: Sequence[int], missing: _Element) -> tuple[_Element, ...]:
    return tuple(elements[uid] if uid < len(elements) else missing for uid in kept)


@implements("SUBNET-TRIM-4")
def _move_neuron(state: State, netuid: int, uid: int, place: int) -> None:
    """Give a neuron its new uid, which is free or its own.

    Source: ``uids.rs:309``.
    """
    if uid == place:
        return
    old, new = state.neurons.peek((netuid, uid)), state.neurons[netuid, place]
    new.hotkey, new.block_at_registration = old.hotkey, old.block_at_registration
    state.neurons.remove((netuid, uid))


@implements("SUBNET-TRIM-4")
def _move_row(state: State, index: int, uid: int, places: Mapping[int, int]) -> None:
    """Give a neuron's weights and bonds its new uid, and new uids to the neurons that they name.

    Source: ``uids.rs:317``.
    """
    old = state.matrix_rows.peek((index, uid))
    weights, bonds = _renamed(old.weights, places), _renamed(old.bonds, places)
    state.matrix_rows.remove((index, uid))
    new = state.matrix_rows[index, places[uid]]
    new.weights, new.bonds = weights, bonds


def _renamed(row: SparseRow, places: Mapping[int, int]) -> SparseRow:
    """The row without uids that were removed."""
    return tuple((places[uid], value) for uid, value in row if uid in places)


@implements("SUBNET-TRIM-4")
def _number_anew(state: State, netuid: int, neurons: int) -> None:
    """Write the uid of every hotkey.

    Source: ``uids.rs:349``.
    """
    for key in state.memberships.keys_with(netuid=netuid):
        state.memberships[key].uid = None
    for uid in range(neurons):
        state.memberships[netuid, state.neurons.peek((netuid, uid)).hotkey].uid = uid
