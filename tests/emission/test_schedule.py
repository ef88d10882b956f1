"""When epochs are due, what they take, and what the cap does to the others."""

import pytest

from taospec.reference.emission.schedule import (
    Drained,
    blocks_until_next_epoch,
    deferred_epochs,
    drain,
    has_distinct_hotkeys,
    is_due,
    next_epoch_block,
)
from taospec.reference.state.schedule import Schedule
from taospec.reference.state.state import State

HOTKEY = bytes(31) + b"\x01"
NOTHING = Drained(server=0, validator=0, root=0, owner_cut=0)


def state_at(block, *netuids, tempo=10):
    state = State()
    state.clock.block = block
    for netuid in netuids:
        state.schedules[netuid].tempo = tempo
    return state


def keep_owner(netuid):
    pass


@pytest.mark.rule("EMISSION-SCHEDULE-1")
def test_an_epoch_is_due_tempo_blocks_after_the_last():
    schedule = Schedule(tempo=10, last_epoch_block=90)
    assert [is_due(schedule, block) for block in (99, 100, 101)] == [False, True, True]


@pytest.mark.rule("EMISSION-SCHEDULE-1")
def test_a_triggered_epoch_is_due_from_its_block_on():
    schedule = Schedule(tempo=10, last_epoch_block=100, pending_epoch_at=103)
    assert [is_due(schedule, block) for block in (102, 103, 104)] == [False, True, True]


@pytest.mark.rule("EMISSION-SCHEDULE-1")
def test_a_subnet_that_missed_more_than_50400_blocks_is_due():
    assert not is_due(Schedule(tempo=10, last_epoch_block=100, blocks_since_last_step=50_400), 100)
    assert is_due(Schedule(tempo=10, last_epoch_block=100, blocks_since_last_step=50_401), 100)


@pytest.mark.rule("EMISSION-SCHEDULE-1")
def test_a_tempo_of_zero_stops_even_a_triggered_epoch():
    assert not is_due(Schedule(tempo=0, pending_epoch_at=1, blocks_since_last_step=10**6), 100)


@pytest.mark.rule("EMISSION-SCHEDULE-2")
def test_an_epoch_takes_all_pending_alpha_and_advances_the_schedule():
    state = state_at(100, 1)
    emission = state.emissions[1]
    emission.pending_server, emission.pending_validator = 1, 2
    emission.pending_root_alpha, emission.pending_owner_cut = 3, 4
    changed = []
    assert drain(state, [1], changed.append) == {1: Drained(server=1, validator=2, root=3, owner_cut=4)}
    assert changed == [1]
    assert drain(state_at(100, 1), [1], keep_owner) == {1: NOTHING}
    schedule = state.schedules[1]
    assert (schedule.last_epoch_block, schedule.epoch_index, schedule.blocks_since_last_step) == (100, 1, 0)
    assert (emission.pending_server, emission.pending_owner_cut) == (0, 0)


@pytest.mark.rule("EMISSION-SCHEDULE-2")
def test_epochs_beyond_the_cap_are_put_off_by_one_block():
    state = state_at(100, 1, 2, 3)
    assert list(drain(state, [1, 2, 3], keep_owner)) == [1, 2]
    assert state.schedules[3].pending_epoch_at == 101
    assert state.schedules[3].last_epoch_block == 0
    state.clock.block = 101
    assert list(drain(state, [1, 2, 3], keep_owner)) == [3]
    assert state.schedules[3].pending_epoch_at == 0


@pytest.mark.rule("EMISSION-SCHEDULE-2", "EMISSION-SCHEDULE-4")
def test_a_hotkey_with_two_uids_costs_the_slot_but_keeps_the_pending_alpha():
    state = state_at(100, 1)
    state.neurons[1, 0].hotkey = HOTKEY
    assert has_distinct_hotkeys(state, 1)
    state.neurons[1, 1].hotkey = HOTKEY
    state.emissions[1].pending_server = 7
    assert not has_distinct_hotkeys(state, 1)
    assert drain(state, [1], keep_owner) == {}
    assert state.emissions[1].pending_server == 7
    schedule = state.schedules[1]
    assert (schedule.last_epoch_block, schedule.epoch_index, schedule.blocks_since_last_step) == (100, 1, 1)


@pytest.mark.rule("EMISSION-SCHEDULE-3")
def test_deferral_is_known_before_the_epochs_run():
    state = state_at(100, 1, 2, 3, 4)
    state.schedules[2].last_epoch_block = 99
    assert deferred_epochs(state, [1, 2, 3, 4]) == {4}
    assert list(drain(state, [1, 2, 3, 4], keep_owner)) == [1, 3]


@pytest.mark.rule("EMISSION-SCHEDULE-5")
def test_the_next_epoch_is_the_automatic_or_the_triggered_one():
    schedule = Schedule(tempo=10, last_epoch_block=100)
    assert next_epoch_block(schedule) == 110
    assert [blocks_until_next_epoch(schedule, block) for block in (100, 110, 150)] == [10, 0, 0]
    schedule.pending_epoch_at = 104
    assert next_epoch_block(schedule) == 104
    stopped = Schedule(tempo=0)
    assert next_epoch_block(stopped) is None
    assert blocks_until_next_epoch(stopped, 5) == 2**64 - 1
