"""When a subnet's epoch is due, and what it takes with it.

Source: ``pallets/subtensor/src/coinbase/run_coinbase.rs``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import attrs

from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.state.schedule import Schedule
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import ZERO_ACCOUNT
from taospec.reference.yuma.commits import MAX_TEMPO


@attrs.frozen(kw_only=True)
class Drained:
    """Alpha that an epoch distributes, rao."""

    server: int
    """For miners."""
    validator: int
    """For validators."""
    root: int
    """For root stakers."""
    owner_cut: int
    """For the subnet's owner."""

    @property
    def to_earn(self) -> int:
        """All but the owner's cut: what the epoch gives to neurons."""
        return min(self.server + self.validator + self.root, U64_MAX)


@implements("EMISSION-SCHEDULE-1")
def is_due(schedule: Schedule, block: int) -> bool:
    """Whether an epoch should run: triggered or deferred to now, long missed, or ``tempo`` after the last.

    Never with a tempo of 0.

    Source: ``run_coinbase.rs:1085``.
    """
    if schedule.tempo == 0:
        return False
    if 0 < schedule.pending_epoch_at <= block:
        return True
    if schedule.blocks_since_last_step > MAX_TEMPO:
        return True
    return max(block - schedule.last_epoch_block, 0) >= schedule.tempo


@implements("EMISSION-SCHEDULE-2")
def drain(state: State, netuids: Iterable[int], change_owner: Callable[[int], None]) -> dict[int, Drained]:
    """Take the pending alpha of every subnet whose epoch runs in this block, in the order given.

    A slot is consumed even where the epoch cannot run because two uids have one hotkey: then
    the pending alpha waits for the next slot. ``change_owner`` is called for each drained subnet,
    before the next one is looked at. A deferral deposits ``EpochDeferred``, a slot without an epoch
    ``EpochSkipped``.

    Source: ``run_coinbase.rs:347``.
    """
    block = state.clock.block
    drained: dict[int, Drained] = {}
    for netuid in netuids:
        schedule = state.schedules[netuid]
        schedule.blocks_since_last_step = min(schedule.blocks_since_last_step + 1, U64_MAX)
        if not is_due(schedule, block):
            continue
        if len(drained) >= state.parameters.max_epochs_per_block:
            schedule.pending_epoch_at = block + 1
            deposit_deferral(state, netuid)
            continue
        if has_distinct_hotkeys(state, netuid):
            schedule.blocks_since_last_step = 0
            drained[netuid] = _take_pending(state, netuid)
            change_owner(netuid)
        else:
            deposit_skip(state, netuid)
        schedule.last_epoch_block = block
        schedule.pending_epoch_at = 0
        schedule.epoch_index = min(schedule.epoch_index + 1, U64_MAX)
    return drained


@implements("EMISSION-SCHEDULE-2")
def deposit_deferral(state: State, netuid: int) -> None:
    """Note that the cap defers a subnet's epoch to the next block."""
    block = state.clock.block
    state.events.deposit("EpochDeferred", netuid=netuid, from_block=block, to_block=block + 1)


@implements("EMISSION-SCHEDULE-4")
def deposit_skip(state: State, netuid: int) -> None:
    """Note that a subnet's slot passes without an epoch."""
    state.events.deposit("EpochSkipped", netuid=netuid, block=state.clock.block)


@implements("EMISSION-SCHEDULE-3")
def deferred_epochs(state: State, netuids: Iterable[int]) -> set[int]:
    """The subnets whose epoch is due and that the cap will defer; asked **before** :func:`drain`.

    ``drain`` first counts the current block as one without a step, so that the two can
    disagree for a subnet that has missed exactly 50,400.

    Source: ``run_coinbase.rs:326``.
    """
    deferred: set[int] = set()
    epochs = 0
    for netuid in netuids:
        if not is_due(state.schedules.peek(netuid), state.clock.block):
            continue
        if epochs >= state.parameters.max_epochs_per_block:
            deferred.add(netuid)
        elif has_distinct_hotkeys(state, netuid):
            epochs += 1
    return deferred


@implements("EMISSION-SCHEDULE-4")
def has_distinct_hotkeys(state: State, netuid: int) -> bool:
    """Whether no hotkey holds two uids of the subnet.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:1615``.
    """
    hotkeys = [state.neurons.peek(key).hotkey for key in state.neurons.keys_with(netuid=netuid)]
    held = [hotkey for hotkey in hotkeys if hotkey != ZERO_ACCOUNT]
    return len(held) == len(set(held))


@implements("EMISSION-SCHEDULE-5")
def blocks_until_next_epoch(schedule: Schedule, block: int) -> int:
    """Blocks until ``tempo`` after the last epoch, 0 if that is past; ``2**64 - 1`` for a tempo of 0.

    A triggered, deferred or long missed epoch can run earlier or later.

    Source: ``run_coinbase.rs:1109``.
    """
    if schedule.tempo == 0:
        return U64_MAX
    return max(min(schedule.last_epoch_block + schedule.tempo, U64_MAX) - block, 0)


@implements("EMISSION-SCHEDULE-5")
def next_epoch_block(schedule: Schedule) -> int | None:
    """Block of the automatic or the triggered epoch, whichever comes first; ``None`` for a tempo of 0.

    Source: ``run_coinbase.rs:1124``.
    """
    if schedule.tempo == 0:
        return None
    automatic = min(schedule.last_epoch_block + schedule.tempo, U64_MAX)
    return min(automatic, schedule.pending_epoch_at) if schedule.pending_epoch_at else automatic


def _take_pending(state: State, netuid: int) -> Drained:
    emission = state.emissions[netuid]
    drained = Drained(
        server=emission.pending_server,
        validator=emission.pending_validator,
        root=emission.pending_root_alpha,
        owner_cut=emission.pending_owner_cut,
    )
    emission.pending_server = 0
    emission.pending_validator = 0
    emission.pending_root_alpha = 0
    emission.pending_owner_cut = 0
    return drained
