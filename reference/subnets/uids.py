"""Who holds a uid: appending a neuron, replacing one, and which one is replaced.

Source: ``pallets/subtensor/src/subnets/{uids,registration}.rs``.
"""

from __future__ import annotations

from typing import TypeVar

from taospec.reference.rules import implements
from taospec.reference.state.errors import DispatchError, SubtensorError
from taospec.reference.state.neuron import SparseRow, storage_index
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import ZERO_ACCOUNT, AccountId

_Element = TypeVar("_Element")


@implements("SUBNET-UID-1")
def register_neuron(state: State, netuid: int, hotkey: AccountId) -> int:
    """Give the hotkey a uid: the next one, or in a full subnet that of the neuron to prune.

    Raises:
        NoNeuronIdAvailable: the subnet is full and no neuron may be replaced.

    Source: ``registration.rs:13``.
    """
    if state.subnets.peek(netuid).neurons < state.hyperparameters.peek(netuid).max_allowed_uids:
        return append_neuron(state, netuid, hotkey)
    uid = neuron_to_prune(state, netuid)
    if uid is None:
        raise DispatchError(SubtensorError.NoNeuronIdAvailable)
    replace_neuron(state, netuid, uid, hotkey)
    return uid


@implements("SUBNET-UID-2")
def neuron_to_prune(state: State, netuid: int) -> int | None:
    """The uid with the least emission; of equal ones the oldest, then the lowest.

    The owner's immune neurons never. Neurons in their immunity period only if no more than
    ``min_non_immune_uids`` others are left.

    Source: ``registration.rs:280``.
    """
    protected = set(immune_owner_uids(state, netuid))
    emission = state.metagraphs.peek(netuid).emission
    free: list[tuple[int, int, int]] = []
    immune: list[tuple[int, int, int]] = []
    for uid in range(state.subnets.peek(netuid).neurons):
        if uid in protected:
            continue
        registered = state.neurons.peek((netuid, uid)).block_at_registration
        score = (emission[uid] if uid < len(emission) else 0, registered, uid)
        (immune if is_immune(state, netuid, uid) else free).append(score)
    if len(free) > state.hyperparameters.peek(netuid).min_non_immune_uids:
        return min(free)[2]
    return min(immune)[2] if immune else None


@implements("SUBNET-UID-3")
def immune_owner_uids(state: State, netuid: int) -> list[int]:
    """Uids of the owner that are never pruned, at most the subnet's limit.

    The owner's hotkey comes first; then the earliest registered hotkeys of the owner's coldkey.

    Source: ``registration.rs:236``.
    """
    subnet = state.subnets.peek(netuid)
    registered = []
    for hotkey in state.coldkeys.peek(subnet.owner or ZERO_ACCOUNT).owned_hotkeys:
        uid = state.memberships.peek((netuid, hotkey)).uid
        if uid is not None:
            registered.append((state.neurons.peek((netuid, uid)).block_at_registration, uid))
    limit = state.hyperparameters.peek(netuid).immune_owner_uids_limit
    uids = [uid for _, uid in sorted(registered)][:limit]
    if subnet.owner_hotkey is not None:
        owner_uid = state.memberships.peek((netuid, subnet.owner_hotkey)).uid
        if owner_uid is not None and owner_uid not in uids:
            uids = [owner_uid, *uids][:limit]
    return uids


@implements("SUBNET-UID-4")
def is_immune(state: State, netuid: int, uid: int) -> bool:
    """Whether the neuron registered less than the immunity period ago.

    Source: ``pallets/subtensor/src/utils/misc.rs:545``.
    """
    age = max(state.clock.block - state.neurons.peek((netuid, uid)).block_at_registration, 0)
    return age < state.hyperparameters.peek(netuid).immunity_period


@implements("SUBNET-UID-5")
def replace_neuron(state: State, netuid: int, uid: int, hotkey: AccountId) -> None:
    """Give a uid to another hotkey and forget what the old one earned, weighed and was weighed.

    Nothing happens if the old one is the owner's hotkey. Weights that others set for the uid
    become 0 but stay in their rows; bonds that others hold in it stay.

    Source: ``uids.rs:54``.
    """
    old = state.neurons.peek((netuid, uid)).hotkey
    if state.subnets.peek(netuid).owner_hotkey == old:
        return
    membership = state.memberships[netuid, old]
    membership.uid, membership.is_member = None, None
    metagraph = state.metagraphs[netuid]
    metagraph.active = _replaced(metagraph.active, uid, True)
    _take_uid(state, netuid, uid, hotkey)
    _clear_neuron(state, netuid, uid)
    for mechanism in range(state.hyperparameters.peek(netuid).mechanism_count):
        note_update(state, netuid, mechanism, uid)


@implements("SUBNET-UID-6")
def append_neuron(state: State, netuid: int, hotkey: AccountId) -> int:
    """Add a neuron at the end of every vector but the stake weights.

    Every vector grows by one entry, however long it is.

    Source: ``uids.rs:110``.
    """
    uid = state.subnets.peek(netuid).neurons
    state.subnets[netuid].neurons = uid + 1
    metagraph = state.metagraphs[netuid]
    metagraph.active += (True,)
    metagraph.emission += (0,)
    metagraph.consensus += (0,)
    metagraph.dividends += (0,)
    metagraph.validator_trust += (0,)
    metagraph.validator_permit += (False,)
    for mechanism in range(state.hyperparameters.peek(netuid).mechanism_count):
        state.mechanisms[storage_index(netuid, mechanism)].incentive += (0,)
        note_update(state, netuid, mechanism, uid)
    _take_uid(state, netuid, uid, hotkey)
    return uid


def note_update(state: State, netuid: int, mechanism: int, uid: int) -> None:
    """Note that the neuron set weights now; missing entries before it become 0.

    Source: ``pallets/subtensor/src/utils/misc.rs:215``.
    """
    held = state.mechanisms[storage_index(netuid, mechanism)]
    missing = state.subnets.peek(netuid).neurons - len(held.last_update)
    held.last_update = _replaced(held.last_update + (0,) * missing, uid, state.clock.block)


def _take_uid(state: State, netuid: int, uid: int, hotkey: AccountId) -> None:
    neuron = state.neurons[netuid, uid]
    neuron.hotkey, neuron.block_at_registration = hotkey, state.clock.block
    membership = state.memberships[netuid, hotkey]
    membership.uid, membership.is_member = uid, True


def _clear_neuron(state: State, netuid: int, uid: int) -> None:
    """Set what epochs computed for the uid to 0, and weights by and for it.

    Only the incentive of mechanisms that exist, all else of the first vector alone.

    Source: ``uids.rs:23``.
    """
    metagraph = state.metagraphs[netuid]
    metagraph.emission = _replaced(metagraph.emission, uid, 0)
    metagraph.consensus = _replaced(metagraph.consensus, uid, 0)
    metagraph.dividends = _replaced(metagraph.dividends, uid, 0)
    metagraph.stake_weight = _replaced(metagraph.stake_weight, uid, 0)
    metagraph.validator_trust = _replaced(metagraph.validator_trust, uid, 0)
    metagraph.validator_permit = _replaced(metagraph.validator_permit, uid, False)
    for mechanism in range(state.hyperparameters.peek(netuid).mechanism_count):
        index = storage_index(netuid, mechanism)
        held = state.mechanisms[index]
        held.incentive = _replaced(held.incentive, uid, 0)
        row = state.matrix_rows[index, uid]
        row.weights, row.bonds = (), ()
        for key in state.matrix_rows.keys_with(index=index):
            weights = state.matrix_rows.peek(key).weights
            if any(target == uid for target, _ in weights):
                state.matrix_rows[key].weights = _without_weight(weights, uid)


def _without_weight(weights: SparseRow, uid: int) -> SparseRow:
    return tuple((target, 0 if target == uid else weight) for target, weight in weights)


def _replaced(elements: tuple[_Element, ...], position: int, value: _Element) -> tuple[_Element, ...]:
    """With another element at the position, if there is one."""
    if position >= len(elements):
        return elements
    return (*elements[:position], value, *elements[position + 1 :])
