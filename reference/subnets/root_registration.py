"""Places on the root subnet, and what a root validator decides about new subnets.

Source: ``pallets/subtensor/src/coinbase/root.rs``.
"""

from __future__ import annotations

from taospec.reference.rules import implements
from taospec.reference.staking.delegation import become_delegate
from taospec.reference.staking.positions import ROOT, owns_hotkey, require
from taospec.reference.staking.stake_ledger import total_stake_of_hotkey
from taospec.reference.state.errors import SubtensorError
from taospec.reference.state.origin import Origin, require_signed
from taospec.reference.state.state import State
from taospec.reference.state.storage_order import identity_order
from taospec.reference.state.storage_types import AccountId
from taospec.reference.subnets.registration import associate_hotkey
from taospec.reference.subnets.uids import append_neuron, replace_neuron

INTERVAL_FACTOR = 3
"""Registrations in an interval may be this many times the target."""


@implements("SUBNET-ROOT-1")
def root_register(state: State, origin: Origin, hotkey: AccountId) -> None:
    """Give a hotkey a uid on root, in a full root that of the hotkey with the least stake.

    It costs nothing. A hotkey that belongs to nobody becomes the coldkey's; **anybody can register
    a hotkey of somebody else**. The hotkey becomes a delegate.

    Raises in this order:
        RootNetworkDoesNotExist: there is no root subnet.
        BadOrigin: nobody signed.
        TooManyRegistrationsThisBlock: the block's limit is reached.
        TooManyRegistrationsThisInterval: three times the interval's target is reached.
        HotKeyAlreadyRegisteredInSubNet: the hotkey has a uid on root.
        CannotUseSystemAccount: the hotkey is the account of a subnet.
        HotKeyNotRegisteredInSubNet: root is full without any neuron.
        StakeTooLowForRoot: no neuron has less stake on root than the hotkey.

    Source: ``root.rs:80``.
    """
    require(state.subnets.peek(ROOT).added, SubtensorError.RootNetworkDoesNotExist)
    coldkey = require_signed(origin)
    registration, parameters = state.registrations[ROOT], state.hyperparameters.peek(ROOT)
    room = registration.this_block < parameters.max_registrations_per_block
    require(room, SubtensorError.TooManyRegistrationsThisBlock)
    target = parameters.target_registrations_per_interval
    room = registration.this_interval < INTERVAL_FACTOR * target
    require(room, SubtensorError.TooManyRegistrationsThisInterval)
    registered = state.memberships.peek((ROOT, hotkey)).uid is not None
    require(not registered, SubtensorError.HotKeyAlreadyRegisteredInSubNet)
    associate_hotkey(state, coldkey, hotkey)
    uid = _give_root_uid(state, hotkey)
    become_delegate(state, hotkey)
    registration.this_interval += 1
    registration.this_block += 1
    state.events.deposit("NeuronRegistered", netuid=ROOT, uid=uid, hotkey=hotkey)


@implements("SUBNET-ROOT-2")
def _give_root_uid(state: State, hotkey: AccountId) -> int:
    """The next uid, or that of the neuron with the least stake on root, if that is less than the hotkey's.

    Of equal stakes the first uid in the order of storage.

    Source: ``root.rs:121``.
    """
    neurons = state.subnets.peek(ROOT).neurons
    if neurons < state.hyperparameters.peek(ROOT).max_allowed_uids:
        return append_neuron(state, ROOT, hotkey)
    require(neurons > 0, SubtensorError.HotKeyNotRegisteredInSubNet)
    stakes = {
        uid: total_stake_of_hotkey(state, state.neurons.peek((ROOT, uid)).hotkey, ROOT)
        for uid in sorted(range(neurons), key=identity_order)
    }
    weakest = min(stakes, key=stakes.__getitem__)
    enough = stakes[weakest] < total_stake_of_hotkey(state, hotkey, ROOT)
    require(enough, SubtensorError.StakeTooLowForRoot)
    replace_neuron(state, ROOT, weakest, hotkey)
    return weakest


@implements("SUBNET-ROOT-3")
def set_auto_parent_delegation(state: State, coldkey: AccountId, hotkey: AccountId, enabled: bool) -> None:
    """Let every new subnet owner's hotkey become a child of this root hotkey, or no longer.

    Raises in this order:
        NonAssociatedColdKey: the caller does not own the hotkey.
        HotKeyNotRegisteredInSubNet: the hotkey has no uid on root.

    Source: ``pallets/subtensor/src/macros/dispatches.rs:2512``.
    """
    require(owns_hotkey(state, coldkey, hotkey), SubtensorError.NonAssociatedColdKey)
    registered = state.memberships.peek((ROOT, hotkey)).uid is not None
    require(registered, SubtensorError.HotKeyNotRegisteredInSubNet)
    state.hotkeys[hotkey].auto_parent_delegation = enabled
    state.events.deposit("AutoParentDelegationEnabledSet", hotkey=hotkey, enabled=enabled)
