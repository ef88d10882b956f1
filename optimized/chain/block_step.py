"""The block step over arrays: the reference's order, its coinbase compiled.

The state is up to date after every block, so that calls and readers find what the reference
would leave. Arrays are kept from block to block; what changed outside of them is read again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from taospec.optimized.chain.automatic_claims import AutomaticClaims
from taospec.optimized.chain.position_order import FORMATS, PositionOrder
from taospec.optimized.emission.arrays import NetworkArrays
from taospec.optimized.emission.kernel import PLAYED
from taospec.optimized.emission.network import Played, _play
from taospec.reference.chain import block_step as reference
from taospec.reference.chain.block_step import decay_burn_prices, forget_hotkey_swaps
from taospec.reference.emission.coinbase import (
    OwnerHooks,
    emitting_netuids,
    mint_block_emission,
    run_coinbase,
    update_moving_prices,
)
from taospec.reference.emission.rates import u64_fraction
from taospec.reference.fixed_point import U96F32
from taospec.reference.rules import implements
from taospec.reference.staking.childkeys import apply_pending_children
from taospec.reference.staking.locks import auto_lock_owner_cut
from taospec.reference.staking.positions import ROOT, all_netuids
from taospec.reference.state.accounts import Account
from taospec.reference.state.emission import Emission
from taospec.reference.state.hyperparameters import Hyperparameters
from taospec.reference.state.ledger import subnet_account
from taospec.reference.state.network import NetworkParameters
from taospec.reference.state.neuron import Neuron
from taospec.reference.state.pool import Pool
from taospec.reference.state.record import Record
from taospec.reference.state.reports import SubnetReport
from taospec.reference.state.schedule import Schedule
from taospec.reference.state.stake import StakePosition
from taospec.reference.state.state import State
from taospec.reference.state.subnet import Subnet
from taospec.reference.subnets.ownership import change_owner
from taospec.reference.subnets.timelocked import Timelock, no_timelock
from taospec.reference.supply.block_emission import alpha_issuance

STRUCTURE: Final = (NetworkParameters, Subnet)
"""Records after whose change everything is read again."""

OF_SUBNET: Final = (Pool, Emission, Schedule, Hyperparameters, SubnetReport)
"""Records by netuid of which arrays hold something."""


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
        self._claims = AutomaticClaims(state)

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
        netuids = all_netuids(state)
        _report_root_proportions(state, netuids)
        for netuid in netuids:
            if state.schedules.peek(netuid).last_epoch_block == state.clock.block:
                apply_pending_children(state, netuid)
        self._take_changes()
        self._claims.claim(parent_hash)
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
        self._note(self._changed())
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
            self._claims = AutomaticClaims(state)
            self._arrays = None
        self._note(changed)
        self._forget(changed)
        if self._arrays is None or any(isinstance(each, STRUCTURE) for each in changed):
            self._read_everything()
        else:
            neurons = self._places_of(each._key[0] for each in changed if isinstance(each, Neuron))
            others = self._places_of(_netuid(each) for each in changed)
            self._arrays.reread(state, sorted(neurons | others), neurons)

    def _read_everything(self) -> None:
        try:
            arrays = NetworkArrays.of(self.state)
        except OverflowError:
            self._arrays = None
            return
        self._arrays = arrays
        self._places = {int(record["netuid"]): place for place, record in enumerate(arrays.subnets)}
        _PLACED.update((subnet_account(netuid), netuid) for netuid in self._places)

    def _places_of(self, netuids: Iterable[int | None]) -> set[int]:
        """Where the arrays have these subnets, as far as they do."""
        places = self._places
        return {places[netuid] for netuid in netuids if netuid is not None and netuid in places}

    def _take_changes(self) -> None:
        """What emission itself changed is in the arrays already."""
        changed = self._changed()
        self._note(changed)
        if any(isinstance(each, Subnet) for each in changed):
            self._arrays = None
        self._forget(changed)

    def _note(self, changed: Iterable[Record]) -> None:
        for each in changed:
            if isinstance(each, StakePosition):
                position = self.state.positions.peek(each._key)
                for order in self._orders:
                    order.note(each._key, position)
            else:
                self._claims.note(each)

    def _changed(self) -> list[Record]:
        return list(self.state.journal.changed)

    def _forget(self, changed: Iterable[Record]) -> None:
        for each in changed:
            object.__setattr__(each, "_changed", False)
        self.state.journal.changed.clear()


_PLACED: Final[dict[bytes, int]] = {}
"""Netuids by the account of the subnet."""


def _netuid(changed: Record) -> int | None:
    """The subnet whose arrays hold something of a record, if any does."""
    if isinstance(changed, OF_SUBNET):
        return int(changed._key)
    return _PLACED.get(changed._key) if isinstance(changed, Account) else None


@implements("EMISSION-TERMS-1")
def _report_root_proportions(state: State, netuids: Iterable[int]) -> None:
    """The reference's ``update_root_proportions`` on plain integers, which no weight up to 1 saturates."""
    weight = state.pools.peek(ROOT).tao_reserve * u64_fraction(state.parameters.tao_weight).bits
    for netuid in emitting_netuids(state, netuids):
        pool, report = state.pools.peek(netuid), state.subnet_reports[netuid]
        whole = weight + (alpha_issuance(pool.alpha_in, pool.alpha_out) << U96F32.FRACTION_BITS)
        bits = (weight << U96F32.FRACTION_BITS) // whole if whole else 0
        if report.root_proportion.bits != bits:
            report.root_proportion = U96F32.from_bits(bits)


def _hooks(state: State) -> OwnerHooks:
    def changed(netuid: int) -> None:
        change_owner(state, netuid)

    def paid(netuid: int, amount: int) -> None:
        auto_lock_owner_cut(state, netuid, amount)

    return OwnerHooks(change_owner=changed, owner_cut_paid=paid)
