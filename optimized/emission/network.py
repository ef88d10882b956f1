"""Emission of many blocks on a state: blocks and epochs compiled, distribution by the reference."""

from __future__ import annotations

import time
from functools import partial
from typing import Final

import attrs
import numpy as np

from taospec.optimized.emission.arrays import NetworkArrays
from taospec.optimized.emission.kernel import OUTSIDE_DOMAIN, PLAYED, emit_blocks
from taospec.optimized.yuma.epoch import run_epoch
from taospec.reference.emission.coinbase import (
    OwnerHooks,
    mint_block_emission,
    run_coinbase,
    update_moving_prices,
    update_root_proportions,
)
from taospec.reference.emission.distribution import distribute
from taospec.reference.emission.moving_price import ROOT_NETUID
from taospec.reference.emission.schedule import Drained
from taospec.reference.state.state import State

_EPOCH: Final = partial(run_epoch, threads=1)
"""An epoch of a few hundred neurons is over before other threads have begun."""


@attrs.define
class Played:
    """How a run of blocks was computed."""

    blocks: int = 0
    """Blocks played."""
    epochs: int = 0
    """Epochs that ran."""
    by_reference: int = 0
    """Blocks that the reference played because the kernel refused them."""
    kernel_seconds: float = 0.0
    """Time in the kernel of blocks."""
    distribution_seconds: float = 0.0
    """Time in epochs and distribution."""


def emit_on(state: State, blocks: int, hooks: OwnerHooks) -> Played:
    """Play the emission of ``blocks`` blocks: what ``mint_block_emission``, ``run_coinbase``,
    ``update_moving_prices`` and ``update_root_proportions`` of the reference leave after as many.

    Nothing else happens in these blocks: no calls, no registrations, no claims. A hook must not
    change pools, schedules or who emits.
    """
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
    if played.blocks and state.subnet_reports.peek(ROOT_NETUID).root_sell_tao:
        state.subnet_reports[ROOT_NETUID].root_sell_tao = 0
    update_root_proportions(state)
    return played


def _arrays_of(state: State) -> NetworkArrays | None:
    """The state as arrays; ``None`` if some value is outside what they hold."""
    try:
        return NetworkArrays.of(state)
    except OverflowError:
        return None


def _play(state: State, arrays: NetworkArrays, blocks: int, hooks: OwnerHooks, played: Played) -> int:
    """Blocks until an epoch ran, the last of ``blocks`` was played, or one was refused; the status."""
    start = time.perf_counter()
    count, drained, status = emit_blocks(
        arrays.network, arrays.subnets, arrays.before, arrays.by_netuid, blocks, arrays.swap
    )
    middle = time.perf_counter()
    if drained:
        _distribute(state, arrays, hooks)
    played.blocks += count
    played.epochs += drained
    played.kernel_seconds += middle - start
    played.distribution_seconds += time.perf_counter() - middle
    return status


def _distribute(state: State, arrays: NetworkArrays, hooks: OwnerHooks) -> None:
    """Pay what the last block drained, in the order of the reference."""
    subnets = arrays.subnets
    positions = np.flatnonzero(subnets["drained"]).tolist()
    arrays.store(state, positions)
    drained = {}
    for position in positions:
        record = subnets[position]
        drained[int(record["netuid"])] = Drained(
            server=int(record["drained_server"]),
            validator=int(record["drained_validator"]),
            root=int(record["drained_root"]),
            owner_cut=int(record["drained_owner_cut"]),
        )
    for netuid in drained:
        hooks.change_owner(netuid)
    distribute(state, drained, hooks.owner_cut_paid, epoch=_EPOCH)
    arrays.reload(state, positions)


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
