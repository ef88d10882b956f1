"""A new tempo and an epoch out of turn, with the blocks that follow."""

import pytest

from taospec.reference.chain.calls import execute
from taospec.reference.emission.schedule import drain
from taospec.reference.state.digest import state_digest
from taospec.reference.state.origin import ROOT
from taospec.reference.state.rate_limits import Hyperparameter
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account
from taospec.reference.subnets.access import is_frozen

OWNER, STRANGER = numbered_account(1), numbered_account(2)
SUBNET = 1
LAST = 10_000


def chain(block=LAST + 100):
    """A subnet without commit-reveal whose tempo is 360."""
    state = State()
    state.clock.block = block
    state.subnets[SUBNET].added = True
    state.subnets[SUBNET].owner = OWNER
    state.hyperparameters[SUBNET].commit_reveal = False
    state.schedules[SUBNET].last_epoch_block = LAST
    return state


def trigger(state, origin=OWNER):
    return execute(state, "trigger_epoch", origin, {"netuid": SUBNET}, None).name


def refused_trigger(state, origin=OWNER):
    state.events.take()
    before = state_digest(state)
    error = trigger(state, origin)
    assert state_digest(state) == before
    assert not state.events.take()
    return error


def set_tempo(state, tempo, name="set_tempo", origin=OWNER):
    return execute(state, name, origin, {"netuid": SUBNET, "tempo": tempo}, None).name


def epochs(state, until):
    """The blocks up to ``until`` in which the epoch runs."""
    found = []
    while state.clock.block < until:
        state.clock.block += 1
        if drain(state, [SUBNET], lambda _: None):
            found.append(state.clock.block)
    return found


@pytest.mark.rule("SUBNET-TEMPO-1")
@pytest.mark.parametrize(("name", "origin"), [("set_tempo", OWNER), ("sudo_set_tempo", ROOT)])
def test_a_new_tempo_is_counted_from_the_call(name, origin):
    """Set 100 blocks after an epoch: the next ones 400 and 800 blocks later, not after 260 or 300."""
    state = chain()
    assert set_tempo(state, 400, name, origin) == "Ok"
    (event,) = state.events.take()
    assert (event.name, event.fields) == ("TempoSet", (("netuid", SUBNET), ("tempo", 400)))
    assert epochs(state, LAST + 1_000) == [LAST + 500, LAST + 900]


@pytest.mark.rule("SUBNET-TEMPO-1", "SUBNET-SETTER-1")
def test_bounds_come_before_the_window_and_the_window_before_the_limit():
    state = chain()
    assert set_tempo(state, 360) == "Ok"
    state.clock.block += 355
    assert set_tempo(state, 359) == "TempoOutOfBounds"
    assert set_tempo(state, 360) == "AdminActionProhibitedDuringWeightsWindow"
    state.parameters.admin_freeze_window = 5
    assert set_tempo(state, 360) == "TxRateLimitExceeded"


@pytest.mark.rule("SUBNET-TEMPO-1")
def test_a_tempo_of_zero_stops_the_epochs_and_opens_the_window():
    state = chain()
    assert set_tempo(state, 0, "sudo_set_tempo", ROOT) == "Ok"
    assert epochs(state, LAST + 2_000) == []
    assert not is_frozen(state, SUBNET)


@pytest.mark.rule("SUBNET-TEMPO-1", "EMISSION-SCHEDULE-1")
def test_a_subnet_whose_owner_keeps_changing_the_tempo_has_an_epoch_in_the_end():
    """A tempo of 50,400 every 40,000 blocks; blocks are counted from the last epoch, in LAST + 100."""
    state = chain()
    for block in (LAST + 100, LAST + 40_100):
        epochs(state, block)
        assert set_tempo(state, 50_400) == "Ok"
    assert epochs(state, LAST + 60_000) == [LAST + 100 + 50_401]


@pytest.mark.rule("SUBNET-TEMPO-2")
def test_a_triggered_epoch_runs_after_the_window_and_the_next_one_a_tempo_later():
    state = chain()
    assert trigger(state) == "Ok"
    (event,) = state.events.take()
    assert event.name == "EpochTriggered"
    assert event.fields == (("netuid", SUBNET), ("by", OWNER), ("fires_at", LAST + 110))
    assert is_frozen(state, SUBNET)
    assert epochs(state, LAST + 500) == [LAST + 110, LAST + 470]


@pytest.mark.rule("SUBNET-TEMPO-2")
def test_each_refusal_of_a_trigger_hides_the_next():
    """The next epoch is 9 blocks away, fewer than the window's 10."""
    state = chain(LAST + 351)
    schedule, parameters = state.schedules[SUBNET], state.hyperparameters[SUBNET]
    parameters.commit_reveal, schedule.pending_epoch_at = True, LAST + 352
    state.rate_limits["OwnerHyperparamUpdate", SUBNET, Hyperparameter.TRIGGER_EPOCH].last_block = LAST
    for origin in (ROOT, STRANGER, None):
        assert refused_trigger(state, origin) == "BadOrigin"
    assert refused_trigger(state) == "DynamicTempoBlockedByCommitReveal"
    parameters.commit_reveal = False
    assert refused_trigger(state) == "EpochTriggerAlreadyPending"
    schedule.pending_epoch_at = 0
    assert refused_trigger(state) == "AutoEpochAlreadyImminent"
    schedule.last_epoch_block += 1
    assert refused_trigger(state) == "TxRateLimitExceeded"
    state.clock.block = schedule.last_epoch_block = LAST + 720
    assert trigger(state) == "Ok"


@pytest.mark.rule("SUBNET-TEMPO-2")
def test_a_trigger_without_a_window_fires_in_the_next_block():
    state = chain()
    state.parameters.admin_freeze_window = 0
    assert trigger(state) == "Ok"
    assert not is_frozen(state, SUBNET)
    assert epochs(state, LAST + 200) == [LAST + 101]


@pytest.mark.rule("SUBNET-TEMPO-2")
def test_a_trigger_without_a_tempo_waits_until_there_is_one():
    state = chain()
    state.schedules[SUBNET].tempo = 0
    assert trigger(state) == "Ok"
    assert epochs(state, LAST + 1_000) == []
    assert refused_trigger(state) == "EpochTriggerAlreadyPending"
    assert set_tempo(state, 360, "sudo_set_tempo", ROOT) == "Ok"
    assert epochs(state, LAST + 1_100) == [LAST + 1_001]
