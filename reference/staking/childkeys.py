"""Childkeys: stake weight that a hotkey lends to others on a subnet.

Every edge is stored twice, with the parent and with the child. New children wait for a
cooldown and for an epoch of their subnet; if they are inconsistent by then they are dropped
without a word.

Source: ``pallets/subtensor/src/staking/set_children.rs``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

import attrs

from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.staking.positions import ROOT, hotkey_value, owns_hotkey, require, require_subnet
from taospec.reference.state.errors import DispatchError, SubtensorError
from taospec.reference.state.rate_limits import Transaction
from taospec.reference.state.state import State
from taospec.reference.state.storage_order import hashed_account_order
from taospec.reference.state.storage_types import ZERO_ACCOUNT, AccountId

Edges: TypeAlias = tuple[tuple[int, AccountId], ...]
"""``(proportion of 2**64 - 1, hotkey)`` pairs as stored."""

MAX_CHILDREN: Final = 5
SET_CHILDREN_RATE_LIMIT: Final = 150
"""Blocks between two changes of a hotkey's children on a subnet."""


@implements("STAKE-CHILD-1")
def set_children(state: State, coldkey: AccountId, hotkey: AccountId, netuid: int, children: Edges) -> None:
    """Give a hotkey these children on a subnet, after a cooldown or at once before the subnet starts.

    Raises in this order:
        TxRateLimitExceeded: the last change is less than 150 blocks ago.
        RegistrationNotPermittedOnRootSubnet: the subnet is root.
        SubnetNotExists: there is no such subnet.
        NonAssociatedColdKey: the caller does not own the hotkey.
        DuplicateChild: a child is named twice.
        ProportionOverflow, ChildParentInconsistency: the stored relations are inconsistent.
        InvalidChild: the hotkey is its own child.
        TooManyChildren: more than 5.
        ProportionOverflow: the proportions exceed ``2**64 - 1`` together.
        ChildParentInconsistency: a child is also a parent.
        NotEnoughStakeToSetChildkeys: the hotkey's stake is worth less than the threshold.

    The threshold is not asked for no children, nor of the subnet owner's hotkey.

    Source: ``set_children.rs:480``.
    """
    limited = _is_limited(state, hotkey, netuid, Transaction.SET_CHILDREN, SET_CHILDREN_RATE_LIMIT)
    require(not limited, SubtensorError.TxRateLimitExceeded)
    require(netuid != ROOT, SubtensorError.RegistrationNotPermittedOnRootSubnet)
    require_subnet(state, netuid)
    require(owns_hotkey(state, coldkey, hotkey), SubtensorError.NonAssociatedColdKey)
    require(len({child for _, child in children}) == len(children), SubtensorError.DuplicateChild)
    relations = _stored_relations(state, hotkey, netuid)
    _require_consistent_children(relations, children)
    exempt = not children or state.subnets.peek(netuid).owner_hotkey == hotkey
    enough = exempt or hotkey_value(state, hotkey) >= state.parameters.stake_threshold
    require(enough, SubtensorError.NotEnoughStakeToSetChildkeys)
    _stamp(state, hotkey, netuid, Transaction.SET_CHILDREN)
    if not state.subnets.peek(netuid).subtoken_enabled:
        _apply_children(state, hotkey, netuid, children)
        return
    due = min(state.clock.block + state.parameters.pending_childkey_cooldown, U64_MAX)
    state.childkeys[hotkey, netuid].pending_children = (children, due)
    state.events.deposit(
        "SetChildrenScheduled", hotkey=hotkey, netuid=netuid, cooldown_block=due, children=children
    )


@implements("STAKE-CHILD-2")
def apply_pending_children(state: State, netuid: int) -> None:
    """After an epoch: apply the children whose cooldown is over, or all before the subnet starts.

    In the storage order of the hotkeys, which decides the order of a child's new parents.

    Source: ``set_children.rs:615``.
    """
    started = state.subnets.peek(netuid).subtoken_enabled
    keys = state.childkeys.keys_with(netuid=netuid)
    for key in sorted(keys, key=lambda key: hashed_account_order(key[0])):
        pending = state.childkeys.peek(key).pending_children
        if pending is not None and (pending[1] < state.clock.block or not started):
            _apply_children(state, key[0], netuid, pending[0])
            state.childkeys[key].pending_children = None


@implements("STAKE-CHILD-3")
def drop_pending_children(state: State, hotkey: AccountId) -> None:
    """Forget the hotkey's pending children on all subnets if its stake fell below the threshold.

    Source: ``pallets/subtensor/src/staking/remove_stake.rs:84``.
    """
    pending = [
        key
        for key in state.childkeys.keys_with(hotkey=hotkey)
        if state.childkeys.peek(key).pending_children is not None and state.subnets.peek(key[1]).added
    ]
    if pending and hotkey_value(state, hotkey) < state.parameters.stake_threshold:
        for key in pending:
            state.childkeys[key].pending_children = None


@implements("STAKE-CHILD-4")
def set_childkey_take(state: State, coldkey: AccountId, hotkey: AccountId, netuid: int, take: int) -> None:
    """Set what a hotkey keeps of the dividends that it earns for its parents.

    Raises in this order:
        NonAssociatedColdKey: the caller does not own the hotkey.
        InvalidChildkeyTake: outside the bounds of network and subnet.
        TxChildkeyTakeRateLimitExceeded: an increase too soon after the last change.

    Source: ``set_children.rs:724``.
    """
    require(owns_hotkey(state, coldkey, hotkey), SubtensorError.NonAssociatedColdKey)
    low, high = effective_min_childkey_take(state, netuid), state.parameters.max_childkey_take
    require(low <= take <= high, SubtensorError.InvalidChildkeyTake)
    if take > effective_childkey_take(state, hotkey, netuid):
        limit = state.parameters.tx_childkey_take_rate_limit
        limited = _is_limited(state, hotkey, netuid, Transaction.SET_CHILDKEY_TAKE, limit)
        require(not limited, SubtensorError.TxChildkeyTakeRateLimitExceeded)
    _stamp(state, hotkey, netuid, Transaction.SET_CHILDKEY_TAKE)
    state.childkeys[hotkey, netuid].take = take
    state.events.deposit("ChildKeyTakeSet", hotkey=hotkey, take=take)


@implements("EMISSION-PARENT-5")
def effective_childkey_take(state: State, hotkey: AccountId, netuid: int) -> int:
    """The largest of the hotkey's own take, the subnet's minimum and the network's, of 65535.

    Source: ``set_children.rs:792``.
    """
    return max(state.childkeys.peek((hotkey, netuid)).take or 0, effective_min_childkey_take(state, netuid))


def effective_min_childkey_take(state: State, netuid: int) -> int:
    """The larger of the network's and the subnet's minimum, u16.

    Source: ``pallets/subtensor/src/utils/misc.rs:706``.
    """
    return max(state.parameters.min_childkey_take, state.hyperparameters.peek(netuid).min_childkey_take)


@attrs.frozen
class _Relations:
    """Children and parents of one hotkey, by account."""

    pivot: AccountId
    children: Mapping[AccountId, int]
    parents: Mapping[AccountId, int]


def _stored_relations(state: State, hotkey: AccountId, netuid: int) -> _Relations:
    """The stored relations without edges to oneself, checked as the chain links them.

    Source: ``set_children.rs:184``.
    """
    held = state.childkeys.peek((hotkey, netuid))
    return _linked(hotkey, held.children, held.parents)


def _linked(pivot: AccountId, children: Edges, parents: Edges) -> _Relations:
    relations = _Relations(
        pivot,
        {child: proportion for proportion, child in children if child != pivot},
        {parent: proportion for proportion, parent in parents if parent != pivot},
    )
    _require_total(relations.children)
    _require_separate(relations.children, relations.parents)
    return relations


@implements("STAKE-CHILD-5")
def _require_consistent_children(relations: _Relations, children: Edges) -> None:
    """Refuse children that a hotkey cannot have beside its parents.

    Source: ``set_children.rs:68``.
    """
    proposed = {child: proportion for proportion, child in children}
    require(relations.pivot not in proposed, SubtensorError.InvalidChild)
    require(len(proposed) <= MAX_CHILDREN, SubtensorError.TooManyChildren)
    _require_total(proposed)
    _require_separate(proposed, relations.parents)


def _require_total(children: Mapping[AccountId, int]) -> None:
    require(sum(children.values()) <= U64_MAX, SubtensorError.ProportionOverflow)


def _require_separate(children: Mapping[AccountId, int], parents: Mapping[AccountId, int]) -> None:
    require(not children.keys() & parents.keys(), SubtensorError.ChildParentInconsistency)


@implements("STAKE-CHILD-2")
def _apply_children(state: State, hotkey: AccountId, netuid: int, children: Edges) -> None:
    """Store children and their mirror; nothing happens if they are inconsistent.

    Source: ``set_children.rs:642``.
    """
    try:
        relations = _linked(hotkey, children, state.childkeys.peek((hotkey, netuid)).parents)
    except DispatchError:
        return
    store_relations(state, relations, netuid)
    state.events.deposit("SetChildren", hotkey=hotkey, netuid=netuid, children=children)


@implements("STAKE-CHILD-6")
def store_relations(state: State, relations: _Relations, netuid: int) -> None:
    """Store a hotkey's relations **sorted by account**, and update the mirror of each.

    A mirrored edge keeps its place in the other hotkey's list; a new one is appended.

    Source: ``set_children.rs:263``.
    """
    pivot = relations.pivot
    held = state.childkeys[pivot, netuid]
    previous_children = {child for _, child in held.children}
    previous_parents = {parent for _, parent in held.parents}
    held.children = _sorted_edges(relations.children)
    for child in sorted(relations.children.keys() | previous_children):
        mirror = state.childkeys[child, netuid]
        mirror.parents = _with_edge(mirror.parents, pivot, relations.children.get(child))
    held.parents = _sorted_edges(relations.parents)
    for parent in sorted(relations.parents.keys() | previous_parents):
        mirror = state.childkeys[parent, netuid]
        mirror.children = _with_edge(mirror.children, pivot, relations.parents.get(parent))


@implements("STAKE-CHILD-7")
def swap_hotkey_of_relations(state: State, netuid: int, old: AccountId, new: AccountId) -> None:
    """Put ``new`` in the place of ``old`` in all relations of a subnet, pending ones too.

    What the new hotkey had there before is **overwritten**. In the lists of others it comes last.

    Raises in this order:
        ProportionOverflow, ChildParentInconsistency: the stored relations are inconsistent.
        InvalidChild: the new hotkey is a child or parent of the old one.
        those of ``STAKE-CHILD-5``: what waits cannot be the new one's.

    Source: ``set_children.rs:393``, ``pallets/subtensor/src/swap/swap_hotkey.rs:551``.
    """
    relations = _stored_relations(state, old, netuid)
    for child in relations.children:
        mirror = state.childkeys[child, netuid]
        mirror.parents = _with_edge(mirror.parents, old, None)
    for parent in relations.parents:
        mirror = state.childkeys[parent, netuid]
        mirror.children = _with_edge(mirror.children, old, None)
    held = state.childkeys[old, netuid]
    held.children = held.parents = ()
    related = relations.children.keys() | relations.parents.keys()
    require(new not in related, SubtensorError.InvalidChild)
    relations = attrs.evolve(relations, pivot=new)
    if held.pending_children is not None:
        _require_consistent_children(relations, held.pending_children[0])
        state.childkeys[new, netuid].pending_children = held.pending_children
        held.pending_children = None
    store_relations(state, relations, netuid)
    _swap_pending_child(state, netuid, old, new)


def _swap_pending_child(state: State, netuid: int, old: AccountId, new: AccountId) -> None:
    """In everybody's pending children the new hotkey follows the others, in place of the old one."""
    for key in state.childkeys.keys_with(netuid=netuid):
        pending = state.childkeys.peek(key).pending_children
        if pending is None:
            continue
        children, block = pending
        place = next((place for place, (_, child) in enumerate(children) if child == old), None)
        if place is not None:
            swapped = (*children[:place], *children[place + 1 :], (children[place][0], new))
            state.childkeys[key].pending_children = (swapped, block)


def _sorted_edges(relatives: Mapping[AccountId, int]) -> Edges:
    return tuple((relatives[relative], relative) for relative in sorted(relatives))


def _with_edge(edges: Edges, hotkey: AccountId, proportion: int | None) -> Edges:
    """The edges with this one changed in place, appended, or (``None``) removed."""
    if proportion is None:
        return tuple(edge for edge in edges if edge[1] != hotkey)
    if any(relative == hotkey for _, relative in edges):
        return tuple((proportion, hotkey) if edge[1] == hotkey else edge for edge in edges)
    return (*edges, (proportion, hotkey))


def _is_limited(state: State, hotkey: AccountId, netuid: int, transaction: Transaction, limit: int) -> bool:
    """Whether the last such call is less than ``limit`` blocks ago; never the first time.

    Source: ``pallets/subtensor/src/utils/rate_limiting.rs:75``.
    """
    last = state.transaction_limits.peek((hotkey, netuid, transaction)).last_block
    return last != 0 and max(state.clock.block - last, 0) < limit


def _stamp(state: State, hotkey: AccountId, netuid: int, transaction: Transaction) -> None:
    state.transaction_limits[hotkey, netuid, transaction].last_block = state.clock.block


@implements("SUBNET-ROOT-4")
def root_validators_adopt(state: State, netuid: int) -> None:
    """Schedule the subnet owner's hotkey as only child of every root validator that allows it.

    What a validator's own relations forbid is skipped.

    Source: ``set_children.rs:817``.
    """
    owner_hotkey = state.subnets.peek(netuid).owner_hotkey
    require(netuid != ROOT, SubtensorError.RegistrationNotPermittedOnRootSubnet)
    require_subnet(state, netuid)
    if owner_hotkey is None:
        raise DispatchError(SubtensorError.SubnetNotExists)
    for key in state.neurons.keys_with(netuid=ROOT):
        validator = state.neurons.peek(key).hotkey
        held = state.hotkeys.peek(validator)
        if validator == owner_hotkey or held.auto_parent_delegation is False:
            continue
        try:
            with state.transaction():
                owner = held.owner or ZERO_ACCOUNT
                set_children(state, owner, validator, netuid, ((U64_MAX, owner_hotkey),))
        except DispatchError:
            continue
