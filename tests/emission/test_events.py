"""The events that a block's emission deposits, under upstream's names and in its order."""

import pytest

from taospec.reference.emission.distribution import distribute
from taospec.reference.emission.schedule import Drained, drain
from taospec.reference.emission.voting_power import update_voting_power
from taospec.reference.state.events import Event
from taospec.reference.state.state import State

NETUID = 3
OWNER, MINER_COLD, VALIDATOR_COLD = (bytes([kind]) * 32 for kind in (1, 2, 3))
OWNER_HOT, MINER, VALIDATOR, DESTINATION = (bytes([kind]) * 32 for kind in (11, 12, 13, 14))


def due_subnets(*netuids):
    state = State()
    state.clock.block = 500
    for netuid in netuids:
        state.schedules[netuid].tempo = 10
    return state


def event(name, **fields):
    return Event(name, tuple(fields.items()))


@pytest.mark.rule("EMISSION-SCHEDULE-2")
def test_each_deferred_epoch_says_to_which_block():
    """A cap of 1: subnet 1 runs, 2 and 3 wait."""
    state = due_subnets(1, 2, 3)
    state.parameters.max_epochs_per_block = 1
    assert list(drain(state, [1, 2, 3], lambda netuid: None)) == [1]
    assert state.events.take() == (
        event("EpochDeferred", netuid=2, from_block=500, to_block=501),
        event("EpochDeferred", netuid=3, from_block=500, to_block=501),
    )


@pytest.mark.rule("EMISSION-SCHEDULE-4")
def test_a_slot_that_passes_without_an_epoch_is_reported_as_skipped():
    state = due_subnets(1)
    state.neurons[1, 0].hotkey = state.neurons[1, 1].hotkey = MINER
    assert drain(state, [1], lambda netuid: None) == {}
    assert state.events.take() == (event("EpochSkipped", netuid=1, block=500),)


@pytest.mark.rule("EMISSION-SCHEDULE-2")
def test_a_change_of_owner_stands_between_the_events_of_draining_in_the_order_of_storage():
    state = due_subnets(1, 2, 3)
    state.parameters.max_epochs_per_block = 1
    drain(state, [2, 1, 3], lambda netuid: state.events.deposit("SubnetOwnerChanged", netuid=netuid))
    assert [(each.name, dict(each.fields)["netuid"]) for each in state.events.take()] == [
        ("SubnetOwnerChanged", 2),
        ("EpochDeferred", 1),
        ("EpochDeferred", 3),
    ]


def subnet_with_miners():
    """The owner's hotkey and a miner of a coldkey that wants its incentive elsewhere; nobody validates."""
    state = State()
    state.clock.block = 500
    state.subnets[NETUID].owner, state.subnets[NETUID].owner_hotkey = OWNER, OWNER_HOT
    state.subnets[NETUID].neurons = 3
    for uid, (hotkey, coldkey) in enumerate(
        [(OWNER_HOT, OWNER), (MINER, MINER_COLD), (VALIDATOR, VALIDATOR_COLD)]
    ):
        state.hotkeys[hotkey].owner = coldkey
        state.neurons[NETUID, uid].hotkey = hotkey
        state.memberships[NETUID, hotkey].uid = uid
        state.auto_stakes[coldkey, NETUID].hotkey = DESTINATION
    return state


@pytest.mark.rule("EMISSION-DISTRIBUTE-4")
def test_incentives_of_zero_are_reported_for_every_uid_and_for_every_chosen_destination_but_the_owners():
    state = subnet_with_miners()
    distribute(
        state, {NETUID: Drained(server=0, validator=0, root=0, owner_cut=0)}, lambda netuid, amount: None
    )
    staked = {"netuid": NETUID, "destination": DESTINATION}
    assert state.events.take() == (
        event("IncentiveAlphaEmittedToMiners", netuid=NETUID, emissions=(0, 0, 0)),
        event("AutoStakeAdded", **staked, hotkey=MINER, owner=MINER_COLD, incentive=0),
        event("AutoStakeAdded", **staked, hotkey=VALIDATOR, owner=VALIDATOR_COLD, incentive=0),
    )


@pytest.mark.rule("EMISSION-EPOCH-3")
def test_the_second_mechanism_reports_under_its_own_storage_index():
    state = subnet_with_miners()
    state.hyperparameters[NETUID].mechanism_count = 2
    distribute(
        state, {NETUID: Drained(server=0, validator=0, root=0, owner_cut=0)}, lambda netuid, amount: None
    )
    reported = [
        dict(each.fields)["netuid"] for each in state.events.take() if each.name.startswith("Incentive")
    ]
    assert reported == [NETUID, 4096 + NETUID]


@pytest.mark.rule("EMISSION-VOTING-1")
def test_the_end_of_tracking_is_reported():
    state = State()
    state.clock.block = 500
    state.voting_power_tracking[NETUID].enabled = True
    state.voting_power_tracking[NETUID].disable_at = 500
    update_voting_power(state, NETUID, [])
    assert state.events.take() == (event("VotingPowerTrackingDisabled", netuid=NETUID),)
