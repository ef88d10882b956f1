"""The block step over arrays: the reference's order, its coinbase compiled.

The state is up to date after every block, so that calls and readers find what the reference
would leave. Arrays are kept from block to block; what changed outside of them is read again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from taospec.optimized.chain.position_order import FORMATS, PositionOrder
from taospec.optimized.emission.arrays import NetworkArrays
from taospec.optimized.emission.kernel import PLAYED
from taospec.optimized.emission.network import Played, _play
from taospec.reference.chain import block_step as reference
from taospec.reference.chain.block_step import decay_burn_prices, forget_hotkey_swaps
from taospec.reference.emission.coinbase import (
    OwnerHooks,
    mint_block_emission,
    run_coinbase,
    update_moving_prices,
    update_root_proportions,
)
from taospec.reference.rules import implements
from taospec.reference.staking.childkeys import apply_pending_children
from taospec.reference.staking.locks import auto_lock_owner_cut
from taospec.reference.staking.positions import ROOT, all_netuids
from taospec.reference.staking.root_claims import claim_automatically
from taospec.reference.state.accounts import Account
from taospec.reference.state.ledger import subnet_account
from taospec.reference.state.network import NetworkParameters
from taospec.reference.state.neuron import MECHANISM_STRIDE
from taospec.reference.state.record import Record
from taospec.reference.state.stake import StakePosition
from taospec.reference.state.state import State
from taospec.reference.state.subnet import Subnet
from taospec.reference.subnets.ownership import change_owner
from taospec.reference.subnets.timelocked import Timelock, no_timelock

STRUCTURE: Final = (NetworkParameters, Subnet)
"""Records after whose change everything is read again."""


class BlockStep:
    """Block steps of one state.

    It takes over the journal's list of changes, as an incremental digest does: whichever of the
    two was made last reads it.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self.by_reference = 0
        """Blocks that the reference played."""
        self._arrays: NetworkArrays | None = None
        self._places: dict[int, int] = {}
        self._orders: list[PositionOrder] = []

    @implements("CHAIN-BLOCK-1")
    def play(self, parent_hash: bytes, timelock: Timelock = no_timelock) -> None:
        """Do what the reference's ``block_step`` does; the clock shows the block's number already."""
        state = self.state
        if len(state.timelocked_commits):
            self.by_reference += 1
            reference.block_step(state, parent_hash, timelock=timelock)
            return
        self._read_changes()
        forget_hotkey_swaps(state)
        decay_burn_prices(state)
        self._emit()
        update_root_proportions(state)
        for netuid in all_netuids(state):
            if state.schedules.peek(netuid).last_epoch_block == state.clock.block:
                apply_pending_children(state, netuid)
        self._take_changes()
        claim_automatically(state, parent_hash)
        self._index_root_stakers()

    def _emit(self) -> None:
        """The coinbase and the moving prices, by the kernel or where it refuses by the reference."""
        state, arrays = self.state, self._arrays
        hooks = _hooks(state)
        if arrays is not None:
            arrays.network[0]["block"] = state.clock.block - 1
            if _play(state, arrays, 1, hooks, Played()) == PLAYED:
                arrays.store(state)
                arrays.neurons.clear()
                if state.subnet_reports.peek(ROOT).root_sell_tao:
                    state.subnet_reports[ROOT].root_sell_tao = 0
                return
        self.by_reference += 1
        run_coinbase(state, mint_block_emission(state), hooks)
        update_moving_prices(state)
        self._arrays = None

    def _index_root_stakers(self) -> None:
        old, new = self._orders
        self._note_positions(self._changed())
        network = self.state.network
        network.last_stake_key_v1 = old.walk(self.state, network.last_stake_key_v1)
        network.last_stake_key = new.walk(self.state, network.last_stake_key)

    def _read_changes(self) -> None:
        """Bring the arrays to the state, which calls and claims have changed."""
        state, journal = self.state, self.state.journal
        kept = journal.reader is self
        changed = self._changed()
        if not kept:
            journal.reader = self
            self._orders = [PositionOrder(state, *each) for each in FORMATS]
            self._arrays = None
        self._note_positions(changed)
        self._forget(changed)
        if self._arrays is None or any(isinstance(each, STRUCTURE) for each in changed):
            self._read_everything()
        else:
            places = (self._places.get(netuid) for each in changed for netuid in _netuids(each))
            self._arrays.reread(state, sorted({place for place in places if place is not None}))

    def _read_everything(self) -> None:
        try:
            arrays = NetworkArrays.of(self.state)
        except OverflowError:
            self._arrays = None
            return
        self._arrays = arrays
        self._places = {int(record["netuid"]): place for place, record in enumerate(arrays.subnets)}
        _PLACED.update((subnet_account(netuid), netuid) for netuid in self._places)

    def _take_changes(self) -> None:
        """What emission itself changed is in the arrays already."""
        changed = self._changed()
        self._note_positions(changed)
        if any(isinstance(each, Subnet) for each in changed):
            self._arrays = None
        self._forget(changed)

    def _note_positions(self, changed: Iterable[Record]) -> None:
        for each in changed:
            if isinstance(each, StakePosition):
                for order in self._orders:
                    order.note(self.state, each._key)

    def _changed(self) -> list[Record]:
        return list(self.state.journal.changed)

    def _forget(self, changed: Iterable[Record]) -> None:
        for each in changed:
            object.__setattr__(each, "_changed", False)
        self.state.journal.changed.clear()


_PLACED: Final[dict[bytes, int]] = {}
"""Netuids by the account of the subnet."""


def _netuids(changed: Record) -> tuple[int, ...]:
    """The subnet whose arrays hold something of a record, if any does."""
    kind, key = type(changed), changed._key
    if kind is Account:
        return (_PLACED[key],) if key in _PLACED else ()
    parts: dict[str, Any] = dict(zip(kind.KEY, key if len(kind.KEY) > 1 else (key,), strict=False))
    if "netuid" in parts:
        return (parts["netuid"],)
    return (parts["index"] % MECHANISM_STRIDE,) if "uid" in parts else ()


def _hooks(state: State) -> OwnerHooks:
    def changed(netuid: int) -> None:
        change_owner(state, netuid)

    def paid(netuid: int, amount: int) -> None:
        auto_lock_owner_cut(state, netuid, amount)

    return OwnerHooks(change_owner=changed, owner_cut_paid=paid)
