"""Emission of many blocks: blocks and epochs over arrays, distribution by the reference."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import attrs
import numpy as np

from taospec.optimized.emission.arrays import DEFERRED, DRAINED, SKIPPED, Books, NetworkArrays
from taospec.optimized.emission.kernel import OUTSIDE_DOMAIN, PLAYED, emit_blocks
from taospec.optimized.emission.neurons import MAIN, Neurons
from taospec.optimized.yuma.epoch import run_epoch
from taospec.optimized.yuma.records import EpochArraysOutput
from taospec.reference.emission.coinbase import (
    OwnerHooks,
    mint_block_emission,
    run_coinbase,
    update_moving_prices,
    update_root_proportions,
)
from taospec.reference.emission.distribution import Paid, distribute_emission, pay_emission
from taospec.reference.emission.epochs import deposit_incentives
from taospec.reference.emission.moving_price import ROOT_NETUID
from taospec.reference.emission.schedule import Drained, deposit_deferral, deposit_skip
from taospec.reference.emission.voting_power import update_voting_power
from taospec.reference.state.neuron import storage_index
from taospec.reference.state.state import State

BeforeEpochs = Callable[[Sequence[int]], None]
"""Called with the positions of the subnets that had a slot, after their block and before its epochs."""

_EPOCH: Final = partial(run_epoch, threads=1)
"""An epoch of a few hundred neurons is over before other threads have begun."""


@attrs.frozen(kw_only=True)
class Advanced:
    """What a run of blocks over arrays came to."""

    blocks: int
    """Blocks played."""
    status: int
    """``PLAYED``, or why the next block is refused."""
    epochs: dict[int, EpochArraysOutput]
    """The epochs of the last block, by position of the subnet."""
    unplayed: tuple[int, ...]
    """Positions of the subnets that were drained and whose neurons the arrays do not hold."""
    block_seconds: float
    """Time in blocks."""
    epoch_seconds: float
    """Time in epochs."""


def advance(arrays: NetworkArrays, blocks: int, before_epochs: BeforeEpochs | None = None) -> Advanced:
    """Play blocks, and the epochs that are due, until a block had slots or ``blocks`` are played.

    Everything that a block emits, the schedule, and the epochs of the subnets whose neurons are
    loaded. What the epochs drained is left to be paid: read the stakes again after that.
    """
    start = time.perf_counter()
    played, slots, status = emit_blocks(
        arrays.network, arrays.subnets, arrays.before, arrays.by_netuid, blocks, arrays.swap
    )
    played_at = time.perf_counter()
    if slots and before_epochs is not None:
        before_epochs(np.flatnonzero(arrays.subnets["slot"]).tolist())
    prepared_at = time.perf_counter()
    epochs, unplayed = _run_epochs(arrays) if slots else ({}, ())
    return Advanced(
        blocks=played,
        status=status,
        epochs=epochs,
        unplayed=unplayed,
        block_seconds=played_at - start,
        epoch_seconds=time.perf_counter() - prepared_at,
    )


def _run_epochs(arrays: NetworkArrays) -> tuple[dict[int, EpochArraysOutput], tuple[int, ...]]:
    block = int(arrays.network[0]["block"])
    epochs: dict[int, EpochArraysOutput] = {}
    unplayed = []
    for position in np.flatnonzero(arrays.subnets["slot"] == DRAINED).tolist():
        record = arrays.subnets[position]
        if position in arrays.neurons:
            epochs[position] = arrays.neurons[position].run(record, block)
        else:
            unplayed.append(position)
        record["last_mechanism_step_block"] = block
    return epochs, tuple(unplayed)


@attrs.define
class Played:
    """How a run of blocks on a state was computed, and where everything went."""

    blocks: int = 0
    """Blocks played."""
    epochs: int = 0
    """Epochs that ran."""
    by_reference: int = 0
    """Blocks that the reference played because the kernel refused them."""
    epochs_from_records: int = 0
    """Epochs of the other blocks whose neurons arrays do not hold."""
    block_seconds: float = 0.0
    """Time in the kernel of blocks."""
    epoch_seconds: float = 0.0
    """Time in epochs over arrays."""
    distribution_seconds: float = 0.0
    """Time in the reference's distribution."""
    seconds: float = 0.0
    """Time in all, the exchange between state and arrays included."""
    books: Books | None = None
    """What the blocks minted and where it went; ``None`` if the reference played some of them."""
    drained: list[Drained] = attrs.field(factory=list)
    """What every epoch of the kernel's blocks took."""
    paid: list[Paid] = attrs.field(factory=list)
    """What every epoch of the kernel's blocks paid."""


def emit_on(state: State, blocks: int, hooks: OwnerHooks) -> Played:
    """Play the emission of ``blocks`` blocks: what ``mint_block_emission``, ``run_coinbase``,
    ``update_moving_prices`` and ``update_root_proportions`` of the reference leave after as many.

    Nothing else happens in these blocks: no calls, no registrations, no claims. A hook must not
    change pools, schedules, stakes or who emits, and neurons only where it gives the subnet
    another owner's hotkey.
    """
    start = time.perf_counter()
    played = Played()
    arrays = _arrays_of(state)
    while played.blocks < blocks:
        status = OUTSIDE_DOMAIN
        if arrays is not None:
            status = _play(state, arrays, blocks - played.blocks, hooks, played)
        if status != PLAYED:
            arrays = _play_by_reference(state, arrays, hooks, played)
    if arrays is not None:
        arrays.store(state)
        played.books = None if played.by_reference else arrays.books
    if played.blocks and state.subnet_reports.peek(ROOT_NETUID).root_sell_tao:
        state.subnet_reports[ROOT_NETUID].root_sell_tao = 0
    update_root_proportions(state)
    played.seconds = time.perf_counter() - start
    return played


def _arrays_of(state: State) -> NetworkArrays | None:
    """The state as arrays; ``None`` if some value is outside what they hold."""
    try:
        return NetworkArrays.of(state)
    except OverflowError:
        return None


def _play(state: State, arrays: NetworkArrays, blocks: int, hooks: OwnerHooks, played: Played) -> int:
    """Blocks until one had slots, the last of ``blocks`` was played, or one was refused; the status."""
    advanced = advance(arrays, blocks, partial(_open_slots, state, arrays, hooks))
    if advanced.epochs or advanced.unplayed:
        _distribute(state, arrays, advanced, hooks, played)
    played.blocks += advanced.blocks
    played.block_seconds += advanced.block_seconds
    played.epoch_seconds += advanced.epoch_seconds
    return advanced.status


def _open_slots(state: State, arrays: NetworkArrays, hooks: OwnerHooks, positions: Sequence[int]) -> None:
    """Before the epochs: change owners, deposit what befell the other slots, and have the neurons at hand."""
    arrays.store(state, positions)
    for position in positions:
        record = arrays.subnets[position]
        netuid = int(record["netuid"])
        if record["slot"] == DEFERRED:
            deposit_deferral(state, netuid)
        elif record["slot"] == SKIPPED:
            deposit_skip(state, netuid)
        else:
            hooks.change_owner(netuid)
            arrays.hold_neurons(state, position)


def _distribute(
    state: State, arrays: NetworkArrays, advanced: Advanced, hooks: OwnerHooks, played: Played
) -> None:
    """Pay what the last block drained, in the order of the reference."""
    positions = [*advanced.epochs, *advanced.unplayed]
    start = time.perf_counter()
    for position in sorted(positions, key=lambda position: int(arrays.subnets[position]["netuid"])):
        drained = drained_by(arrays.subnets[position])
        netuid = int(arrays.subnets[position]["netuid"])
        if position in advanced.epochs:
            paid = _pay(state, arrays.neurons[position], advanced.epochs[position], drained, hooks)
        else:
            paid = distribute_emission(state, netuid, drained, hooks.owner_cut_paid, epoch=_EPOCH)
        state.schedules[netuid].last_mechanism_step_block = state.clock.block
        played.drained.append(drained)
        played.paid.append(paid)
    played.distribution_seconds += time.perf_counter() - start
    played.epochs += len(positions)
    played.epochs_from_records += len(advanced.unplayed)
    arrays.reload(state, positions)


def drained_by(record: np.void) -> Drained:
    """What the last epoch of a record of :data:`taospec.optimized.emission.arrays.SUBNET` took."""
    return Drained(
        server=int(record["drained_server"]),
        validator=int(record["drained_validator"]),
        root=int(record["drained_root"]),
        owner_cut=int(record["drained_owner_cut"]),
    )


def _pay(
    state: State, neurons: Neurons, output: EpochArraysOutput, drained: Drained, hooks: OwnerHooks
) -> Paid:
    """Report the epoch, and pay by it as the reference does."""
    netuid = neurons.netuid
    deposit_incentives(state, storage_index(netuid, MAIN), tuple(output.server_emission.tolist()))
    if state.voting_power_tracking.peek(netuid).enabled:
        update_voting_power(state, netuid, neurons.voting_power_terms(output))
    return pay_emission(state, netuid, drained, neurons.by_hotkey(output), hooks.owner_cut_paid)


def _play_by_reference(
    state: State, arrays: NetworkArrays | None, hooks: OwnerHooks, played: Played
) -> NetworkArrays | None:
    """One block by the reference; the arrays after it."""
    if arrays is not None:
        arrays.store(state)
    state.clock.block += 1
    run_coinbase(state, mint_block_emission(state), hooks)
    update_moving_prices(state)
    played.blocks += 1
    played.by_reference += 1
    return _arrays_of(state)
