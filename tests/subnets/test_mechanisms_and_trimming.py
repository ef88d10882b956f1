"""The number of mechanisms and of uids of a subnet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifetimes import ALICE, BLOCK, BOB, HOTKEY, as_root, call, opened, refused

from taospec.reference.state.neuron import storage_index
from taospec.reference.state.origin import ROOT as ROOT_ORIGIN
from taospec.reference.state.storage_types import numbered_account
from taospec.reference.subnets.uids import append_neuron

DAY = 7_200
COUNT = {"netuid": 1, "mechanism_count": 2}
SPLIT = {"netuid": 1, "maybe_split": (65_535,)}


def two_mechanisms():
    """A subnet of 128 places with two mechanisms and one neuron."""
    state = opened()
    state.hyperparameters[1].max_allowed_uids = 128
    assert as_root(state, "sudo_set_mechanism_count", **COUNT) == "Ok"
    return state


@pytest.mark.rule("SUBNET-MECHANISM-1", "SUBNET-REMOVE-2")
def test_a_mechanism_that_ends_takes_its_records_along_and_the_split():
    state = two_mechanisms()
    index = storage_index(1, 1)
    for netuid_index in (1, index):
        state.matrix_rows[netuid_index, 0].weights = ((0, 5),)
        state.matrix_rows[netuid_index, 0].bonds = ((0, 6),)
        state.mechanisms[netuid_index].incentive = (7,)
        state.mechanisms[netuid_index].last_update = (8,)
        state.hash_commits[netuid_index, HOTKEY].commits = ((bytes(32), 1, 2, 3),)
        state.timelocked_commits[netuid_index, 4].commits = ((HOTKEY, 1, b"", 1),)
    state.hyperparameters[1].mechanism_emission_split = (65_535,)
    assert as_root(state, "sudo_set_mechanism_count", netuid=1, mechanism_count=1) == "Ok"
    assert state.hyperparameters.peek(1).mechanism_emission_split is None
    tables = (state.matrix_rows, state.mechanisms, state.hash_commits, state.timelocked_commits)
    assert [len(table) for table in tables] == [1, 1, 1, 1]
    assert state.mechanisms.peek(1).incentive == (7,)


@pytest.mark.rule("SUBNET-MECHANISM-1")
def test_the_number_that_there_is_changes_nothing_but_the_owner_s_limit():
    state = two_mechanisms()
    state.hyperparameters[1].mechanism_emission_split = (5, 65_530)
    assert call(state, "sudo_set_mechanism_count", ALICE, **COUNT) == "Ok"
    assert state.hyperparameters.peek(1).mechanism_emission_split == (5, 65_530)
    state.clock.block += DAY - 1
    assert refused(state, "sudo_set_mechanism_count", ALICE, **COUNT) == "TxRateLimitExceeded"


@pytest.mark.rule("SUBNET-MECHANISM-1", "SUBNET-UID-6")
def test_a_new_mechanism_gives_its_first_incentive_to_the_next_neuron():
    state = two_mechanisms()
    append_neuron(state, 1, numbered_account(50))
    assert state.mechanisms.peek(1).incentive == (0, 0)
    assert state.mechanisms.peek(storage_index(1, 1)).incentive == (0,)
    assert state.mechanisms.peek(storage_index(1, 1)).last_update == (0, BLOCK)


@pytest.mark.rule("SUBNET-MECHANISM-1")
def test_refusals_of_a_number_of_mechanisms_come_in_the_chain_s_order():
    state = opened()
    name = "sudo_set_mechanism_count"
    assert refused(state, name, BOB, netuid=1, mechanism_count=0) == "BadOrigin"
    frozen = "AdminActionProhibitedDuringWeightsWindow"
    assert refused(state, name, ROOT_ORIGIN, netuid=5, mechanism_count=0) == frozen
    state.parameters.admin_freeze_window = 0
    assert refused(state, name, ROOT_ORIGIN, netuid=5, mechanism_count=0) == "MechanismDoesNotExist"
    for count in (0, 3):
        assert refused(state, name, ALICE, netuid=1, mechanism_count=count) == "InvalidValue"
    assert refused(state, name, ALICE, **COUNT) == "TooManyUIDsPerMechanism"
    state.schedules[1].pending_epoch_at = BLOCK + 1
    assert refused(state, name, ROOT_ORIGIN, netuid=1, mechanism_count=0) == frozen


@pytest.mark.rule("SUBNET-MECHANISM-2")
@pytest.mark.parametrize("split", [(), (65_534,), (65_535, 1), (30_000, 30_000, 5_535)])
def test_a_split_has_at_least_one_and_at_most_a_part_for_each_mechanism_and_the_whole_sum(split):
    state = two_mechanisms()
    name = "sudo_set_mechanism_emission_split"
    assert refused(state, name, ALICE, netuid=1, maybe_split=split) == "InvalidValue"


@pytest.mark.rule("SUBNET-MECHANISM-2")
def test_a_split_is_stored_limited_and_withdrawn():
    state = two_mechanisms()
    name = "sudo_set_mechanism_emission_split"
    assert call(state, name, ALICE, **SPLIT) == "Ok"
    assert state.hyperparameters.peek(1).mechanism_emission_split == (65_535,)
    state.clock.block += 1
    assert refused(state, name, ALICE, **SPLIT) == "TxRateLimitExceeded"
    assert as_root(state, name, netuid=1, maybe_split=None) == "Ok"
    assert state.hyperparameters.peek(1).mechanism_emission_split is None
    assert refused(state, name, BOB, **SPLIT) == "BadOrigin"
    state.parameters.admin_freeze_window = 0
    assert refused(state, name, ROOT_ORIGIN, netuid=5, maybe_split=None) == "MechanismDoesNotExist"
    state.schedules[1].pending_epoch_at = state.clock.block + 1
    assert refused(state, name, ROOT_ORIGIN, **SPLIT) == "AdminActionProhibitedDuringWeightsWindow"


@pytest.mark.rule("SUBNET-MECHANISM-3")
def test_root_sets_the_most_mechanisms_from_1_to_16():
    state = two_mechanisms()
    name = "sudo_set_max_mechanism_count"
    assert refused(state, name, ALICE, max_mechanism_count=3) == "BadOrigin"
    for count in (0, 17):
        assert refused(state, name, ROOT_ORIGIN, max_mechanism_count=count) == "InvalidValue"
    assert as_root(state, name, max_mechanism_count=1) == "Ok"
    assert state.hyperparameters.peek(1).mechanism_count == 2
    assert refused(state, "sudo_set_mechanism_count", ROOT_ORIGIN, **COUNT) == "InvalidValue"


def crowd(emission, immune=()):
    """A subnet with neurons of this emission; all but those named have outlived their immunity."""
    state = opened()
    parameters = state.hyperparameters[1]
    parameters.min_allowed_uids, parameters.immunity_period = 0, 10
    state.clock.block = BLOCK + 100
    for uid in range(1, len(emission)):
        append_neuron(state, 1, numbered_account(100 + uid))
    for uid in range(len(emission)):
        state.neurons[1, uid].block_at_registration = BLOCK + 100 if uid in immune else BLOCK
        state.matrix_rows[1, uid].weights = tuple((target, 10 + target) for target in range(len(emission)))
        state.matrix_rows[1, uid].bonds = ((uid, 20 + uid),)
    state.metagraphs[1].emission = tuple(emission)
    state.metagraphs[1].consensus = tuple(range(30, 30 + len(emission)))
    state.metagraphs[1].stake_weight = (40,)
    state.mechanisms[1].incentive = tuple(range(50, 50 + len(emission)))
    return state


def trim(state, count):
    return as_root(state, "sudo_trim_to_max_allowed_uids", netuid=1, max_n=count)


@pytest.mark.rule("SUBNET-TRIM-1", "SUBNET-TRIM-2", "SUBNET-TRIM-3", "SUBNET-TRIM-4")
def test_trimming_removes_the_least_emission_and_closes_the_gaps():
    """Uid 0 is the owner's. Of 9, 1, 5, 1 the ones go: uids 4 and 2; 1 and 3 stay as 1 and 2."""
    state = crowd([0, 9, 1, 5, 1])
    assert trim(state, 3) == "Ok"
    metagraph = state.metagraphs.peek(1)
    assert (state.subnets.peek(1).neurons, state.hyperparameters.peek(1).max_allowed_uids) == (3, 3)
    assert (metagraph.emission, metagraph.consensus) == ((0, 9, 5), (30, 31, 33))
    assert (metagraph.stake_weight, metagraph.active) == ((40, 0, 0), (True, True, True))
    assert state.mechanisms.peek(1).incentive == (50, 51, 53)
    hotkeys = [HOTKEY, numbered_account(101), numbered_account(103)]
    assert [state.neurons.peek((1, uid)).hotkey for uid in range(4)] == [*hotkeys, bytes(32)]
    assert [state.memberships.peek((1, hotkey)).uid for hotkey in hotkeys] == [0, 1, 2]
    assert state.memberships.peek((1, numbered_account(102))).is_member is None
    rows = [state.matrix_rows.peek((1, uid)) for uid in range(5)]
    assert [row.weights for row in rows] == [((0, 10), (1, 11), (2, 13))] * 3 + [()] * 2
    assert [row.bonds for row in rows] == [((0, 20),), ((1, 21),), ((2, 23),), (), ()]


@pytest.mark.rule("SUBNET-TRIM-2")
def test_of_equal_emission_the_highest_uid_goes_and_an_immune_neuron_stays():
    state = crowd([0, 1, 1, 1, 0, 7], immune=(4,))
    assert trim(state, 3) == "Ok"
    assert [state.neurons.peek((1, uid)).hotkey for uid in (1, 2)] == [
        numbered_account(104),
        numbered_account(105),
    ]


@pytest.mark.rule("SUBNET-TRIM-2")
def test_a_neuron_beyond_the_emission_vector_loses_its_uid_and_keeps_its_records():
    state = crowd([0, 9, 8, 7])
    state.metagraphs[1].emission = (0, 9, 8)
    assert trim(state, 3) == "Ok"
    assert state.metagraphs.peek(1).emission == (0, 9)
    assert state.memberships.peek((1, numbered_account(103))).uid is None
    assert state.neurons.peek((1, 3)).hotkey == numbered_account(103)


@pytest.mark.rule("SUBNET-TRIM-1")
def test_trimming_is_refused_where_eighty_percent_would_be_immune():
    """4 of 5 places are 80 %, 4 of 6 are 66 %: the owner's neuron and three young ones."""
    state = crowd([0, 1, 2, 3, 4, 5, 6], immune=(1, 2, 3))
    name, error = "sudo_trim_to_max_allowed_uids", "TrimmingWouldExceedMaxImmunePercentage"
    assert refused(state, name, ROOT_ORIGIN, netuid=1, max_n=5) == error
    assert refused(state, name, ROOT_ORIGIN, netuid=1, max_n=0) == error
    assert trim(state, 6) == "Ok"
    assert state.memberships.peek((1, numbered_account(104))).uid is None


@pytest.mark.rule("SUBNET-TRIM-1")
def test_refusals_of_a_trimming_come_in_the_chain_s_order():
    state = crowd([0, 1, 2])
    name = "sudo_trim_to_max_allowed_uids"
    state.hyperparameters[1].min_allowed_uids = 2
    assert refused(state, name, BOB, netuid=1, max_n=1) == "BadOrigin"
    state.parameters.admin_freeze_window = 0
    assert refused(state, name, ROOT_ORIGIN, netuid=5, max_n=1) == "SubnetNotExists"
    for count in (1, 257):
        assert refused(state, name, ALICE, netuid=1, max_n=count) == "InvalidValue"
    assert call(state, name, ALICE, netuid=1, max_n=200) == "Ok"
    assert state.subnets.peek(1).neurons == 3
    state.clock.block += 30 * DAY - 1
    assert refused(state, name, ALICE, netuid=1, max_n=1) == "TxRateLimitExceeded"
    state.schedules[1].pending_epoch_at = state.clock.block + 1
    frozen = "AdminActionProhibitedDuringWeightsWindow"
    assert refused(state, name, ROOT_ORIGIN, netuid=1, max_n=1) == frozen


@pytest.mark.rule("SUBNET-TRIM-4")
@given(st.lists(st.integers(0, 5), min_size=2, max_size=12), st.integers(1, 11))
def test_after_any_trimming_uids_and_hotkeys_name_each_other(emission, count):
    state = crowd(emission)
    if trim(state, count) != "Ok":
        return
    neurons = state.subnets.peek(1).neurons
    assert neurons == min(count, len(emission)) or count < 2
    named = {state.neurons.peek((1, uid)).hotkey: uid for uid in range(neurons)}
    held = {hotkey: state.memberships.peek((netuid, hotkey)).uid for netuid, hotkey in state.memberships}
    assert {hotkey: uid for hotkey, uid in held.items() if uid is not None} == named
    assert all(target < neurons for row in state.matrix_rows.made() for target, _ in row.weights)
