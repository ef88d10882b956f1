"""Setting weights in the open, and the tracking of voting power."""

import pytest
from validators import (
    BLOCK,
    COLDKEY,
    HOTKEYS,
    LIMIT,
    MINER,
    MISSING,
    NETUID,
    NEWCOMER,
    OPEN,
    OWNER,
    STRANGER,
    VALIDATOR,
    call,
    refused,
    subnets,
)

from taospec.reference.state.digest import state_digest
from taospec.reference.state.errors import DispatchError, SubtensorError
from taospec.reference.state.events import Event
from taospec.reference.state.neuron import storage_index
from taospec.reference.state.origin import ROOT
from taospec.reference.state.storage_types import numbered_account
from taospec.reference.subnets.voting_power import GRACE_PERIOD
from taospec.reference.subnets.weights import (
    has_stake_for_weights,
    may_update_now,
    store_weights,
)

ROW = {"dests": (0, 2), "weights": (1, 3), "version_key": 0}


def set_on(netuid, **changes):
    return {"netuid": netuid} | ROW | changes


@pytest.mark.rule("SUBNET-WEIGHTS-1", "SUBNET-WEIGHTS-3")
def test_a_row_is_stored_scaled_by_its_maximum_and_the_neuron_is_updated():
    state = subnets()
    assert call(state, "set_weights", VALIDATOR, **set_on(OPEN)) == "Ok"
    # 65535 / 3 = 21845 exactly
    assert state.matrix_rows.peek((OPEN, 1)).weights == ((0, 21_845), (2, 65_535))
    assert state.mechanisms.peek(OPEN).last_update[1] == BLOCK
    assert state.events.take() == (Event("WeightsSet", (("index", OPEN), ("uid", 1))),)


@pytest.mark.rule("SUBNET-WEIGHTS-3")
def test_the_order_of_uids_is_kept_and_zeros_stay_zeros():
    state = subnets()
    row = {"dests": (3, 0, 2), "weights": (0, 0, 0)}
    assert call(state, "set_weights", VALIDATOR, **set_on(OPEN, **row)) == "Ok"
    assert state.matrix_rows.peek((OPEN, 1)).weights == ((3, 0), (0, 0), (2, 0))


@pytest.mark.rule("SUBNET-WEIGHTS-1")
def test_a_mechanism_has_its_own_rows_and_its_own_rate_limit():
    state = subnets()
    state.hyperparameters[OPEN].mechanism_count = 2
    assert call(state, "set_mechanism_weights", VALIDATOR, mecid=1, **set_on(OPEN)) == "Ok"
    assert state.matrix_rows.peek((4096 + OPEN, 1)).weights == ((0, 21_845), (2, 65_535))
    assert state.matrix_rows.peek((OPEN, 1)).weights == ()
    assert call(state, "set_weights", VALIDATOR, **set_on(OPEN)) == "Ok"


REFUSED = [
    ("CommitRevealEnabled", VALIDATOR, set_on(NETUID)),
    ("CommitRevealEnabled", VALIDATOR, set_on(MISSING)),
    ("WeightVecNotEqualSize", VALIDATOR, set_on(OPEN, weights=(1,))),
    ("UidsLengthExceedUidsInSubNet", VALIDATOR, set_on(OPEN, dests=(0, 1, 2, 3, 0), weights=(1,) * 5)),
    ("HotKeyNotRegisteredInSubNet", STRANGER, set_on(OPEN)),
    ("guard:SettingWeightsTooFast", NEWCOMER, set_on(OPEN)),
    ("NeuronNoValidatorPermit", MINER, set_on(OPEN)),
    ("DuplicateUids", VALIDATOR, set_on(OPEN, dests=(2, 2))),
    ("UidVecContainInvalidOne", VALIDATOR, set_on(OPEN, dests=(0, 4))),
    ("WeightVecLengthIsLow", VALIDATOR, set_on(OPEN, dests=(2,), weights=(1,))),
]


@pytest.mark.rule("SUBNET-WEIGHTS-1", "SUBNET-WEIGHTS-3", "SUBNET-WEIGHTS-7")
@pytest.mark.parametrize(("error", "signer", "arguments"), REFUSED, ids=[each[0] for each in REFUSED])
def test_a_row_that_breaks_one_rule_is_refused_with_its_error(error, signer, arguments):
    assert refused(subnets(), "set_weights", signer, **arguments) == error
    assert refused(subnets(), "set_mechanism_weights", signer, mecid=0, **arguments) == error


@pytest.mark.rule("SUBNET-WEIGHTS-3")
def test_weights_on_root_are_refused_before_anything_else_of_the_row():
    state = subnets()
    state.hyperparameters[0].commit_reveal = False
    arguments = set_on(0, weights=())
    assert refused(state, "set_weights", VALIDATOR, **arguments) == "CanNotSetRootNetworkWeights"


@pytest.mark.rule("SUBNET-WEIGHTS-3")
def test_on_a_missing_subnet_without_commit_reveal_the_mechanism_is_what_is_missing():
    state = subnets()
    state.hyperparameters[MISSING].commit_reveal = False
    assert refused(state, "set_weights", VALIDATOR, **set_on(MISSING)) == "MechanismDoesNotExist"


@pytest.mark.rule("SUBNET-WEIGHTS-7", "SUBNET-WEIGHTS-5")
def test_a_missing_mechanism_is_too_fast_for_a_neuron_and_missing_for_a_stranger():
    state = subnets()
    arguments = {"mecid": 1} | set_on(OPEN)
    assert refused(state, "set_mechanism_weights", VALIDATOR, **arguments) == "guard:SettingWeightsTooFast"
    assert refused(state, "set_mechanism_weights", STRANGER, **arguments) == "MechanismDoesNotExist"


@pytest.mark.rule("SUBNET-WEIGHTS-3")
@pytest.mark.parametrize(
    ("required", "named", "result"),
    [(0, 0, "Ok"), (5, 4, "IncorrectWeightVersionKey"), (5, 5, "Ok"), (5, 6, "Ok")],
)
def test_a_version_is_accepted_from_the_subnet_s_on(required, named, result):
    state = subnets()
    state.hyperparameters[OPEN].weights_version_key = required
    assert call(state, "set_weights", VALIDATOR, **set_on(OPEN, version_key=named)) == result


@pytest.mark.rule("SUBNET-WEIGHTS-3")
def test_a_row_need_not_be_longer_than_the_subnet_has_neurons():
    state = subnets()
    state.hyperparameters[OPEN].min_allowed_weights = 1_024
    short, whole = (0, 1, 2), (0, 1, 2, 3)
    for uids, result in ((short, "WeightVecLengthIsLow"), (whole, "Ok")):
        row = set_on(OPEN, dests=uids, weights=(1,) * len(uids))
        assert call(state, "set_weights", VALIDATOR, **row) == result


@pytest.mark.rule("SUBNET-WEIGHTS-6")
def test_everybody_may_weigh_itself_alone_and_the_owner_without_a_permit():
    state = subnets()
    itself = set_on(OPEN, dests=(2,), weights=(1,))
    assert call(state, "set_weights", MINER, **itself) == "Ok"
    assert state.matrix_rows.peek((OPEN, 2)).weights == ((2, 65_535),)
    assert call(state, "set_weights", OWNER, **set_on(OPEN)) == "Ok"


@pytest.mark.rule("SUBNET-WEIGHTS-5")
@pytest.mark.parametrize(
    ("last", "may"),
    [(0, True), (1, True), (BLOCK - LIMIT, True), (BLOCK - LIMIT + 1, False), (BLOCK + 1, False)],
)
def test_a_neuron_waits_for_the_limit_unless_it_never_weighed(last, may):
    state = subnets()
    state.mechanisms[OPEN].last_update = (0, last)
    assert may_update_now(state, OPEN, 1) is may
    assert may_update_now(state, OPEN, 2)  # the vector is too short: never
    assert not may_update_now(state, OPEN, 4)  # no such neuron


@pytest.mark.rule("SUBNET-WEIGHTS-4")
def test_stake_weight_counts_own_lent_and_root_stake_against_the_threshold():
    """Of its own 600 a child holds half; a parent lends half of 400; of 400 on root half counts for 1/2."""
    state = subnets()
    state.parameters.tao_weight = 2**63
    half = 2**63
    child, parent = numbered_account(31), numbered_account(32)
    relatives = state.childkeys[VALIDATOR, NETUID]
    relatives.children, relatives.parents = ((half, child),), ((half, parent),)
    for hotkey, alpha in ((VALIDATOR, 600), (child, 9_999), (parent, 400)):
        state.hotkey_stakes[hotkey, NETUID].total_alpha = alpha
    state.hotkey_stakes[VALIDATOR, 0].total_alpha = 400  # half of it lent on: 200, which count as 100
    # Proportions of 2**63 / (2**64 - 1) are truncated to exactly 1/2.
    for threshold, enough in ((600, True), (601, False)):
        state.parameters.stake_threshold = threshold
        assert has_stake_for_weights(state, NETUID, VALIDATOR) is enough


@pytest.mark.rule("SUBNET-WEIGHTS-4", "SUBNET-WEIGHTS-7")
def test_without_the_stake_nobody_but_the_owner_is_let_through():
    state = subnets()
    state.parameters.stake_threshold = 1
    assert refused(state, "set_weights", VALIDATOR, **set_on(OPEN)) == "guard:NotEnoughStakeToSetWeights"
    assert call(state, "set_weights", OWNER, **set_on(OPEN)) == "Ok"
    with pytest.raises(DispatchError) as refusal:
        store_weights(state, VALIDATOR, OPEN, 0, (0, 2), (1, 1), 0)
    assert refusal.value.error is SubtensorError.NotEnoughStakeToSetWeights


@pytest.mark.rule("SUBNET-WEIGHTS-2")
def test_a_batch_sets_what_it_can_and_reports_the_rest():
    state = subnets()
    rows = (((0, 1), (2, 3)), ((0, 1), (2, 3)), ((0, 1), (2, 3)))
    arguments = {"netuids": (NETUID, OPEN, OPEN), "weights": rows, "version_keys": (0, 0, 0)}
    assert call(state, "batch_set_weights", VALIDATOR, **arguments) == "Ok"
    assert state.matrix_rows.peek((OPEN, 1)).weights == ((0, 21_845), (2, 65_535))
    assert state.matrix_rows.peek((NETUID, 1)).weights == ()
    failures = [
        (NETUID, SubtensorError.CommitRevealEnabled),
        (OPEN, SubtensorError.SettingWeightsTooFast),
    ]
    assert state.events.take() == (
        Event("WeightsSet", (("index", OPEN), ("uid", 1))),
        Event("BatchCompletedWithErrors", ()),
        *(
            Event("BatchWeightItemFailed", (("netuid", netuid), ("error", error)))
            for netuid, error in failures
        ),
        Event("BatchWeightsCompleted", (("netuids", (NETUID, OPEN, OPEN)), ("hotkey", VALIDATOR))),
    )


@pytest.mark.rule("SUBNET-WEIGHTS-2", "SUBNET-WEIGHTS-7")
def test_a_batch_of_unequal_lists_or_with_one_subnet_without_the_stake_is_refused():
    state = subnets()
    arguments = {"netuids": (OPEN,), "weights": (), "version_keys": (0,)}
    assert refused(state, "batch_set_weights", VALIDATOR, **arguments) == "guard:InputLengthsUnequal"
    state.parameters.stake_threshold = 1
    state.hotkey_stakes[VALIDATOR, OPEN].total_alpha = 1
    arguments = {"netuids": (OPEN, NETUID), "weights": ((), ()), "version_keys": (0, 0)}
    assert refused(state, "batch_set_weights", VALIDATOR, **arguments) == "guard:NotEnoughStakeToSetWeights"


@pytest.mark.rule("SUBNET-WEIGHTS-3")
def test_the_index_of_a_mechanism_that_cannot_be_saturates():
    assert [storage_index(5, mechanism) for mechanism in (1, 15, 16, 255)] == [4101, 61_445, 65_535, 65_535]


@pytest.mark.rule("SUBNET-VOTING-1", "SUBNET-VOTING-2")
def test_tracking_ends_two_weeks_after_it_was_disabled_and_not_if_it_is_enabled_again():
    state = subnets()
    tracking = state.voting_power_tracking[NETUID]
    assert call(state, "enable_voting_power_tracking", COLDKEY, netuid=NETUID) == "Ok"
    assert (tracking.enabled, tracking.disable_at) == (True, 0)
    assert call(state, "disable_voting_power_tracking", ROOT, netuid=NETUID) == "Ok"
    assert (tracking.enabled, tracking.disable_at) == (True, BLOCK + GRACE_PERIOD)
    assert call(state, "enable_voting_power_tracking", COLDKEY, netuid=NETUID) == "Ok"
    assert (tracking.enabled, tracking.disable_at) == (True, 0)
    end = ("disable_at_block", BLOCK + GRACE_PERIOD)
    enabled = Event("VotingPowerTrackingEnabled", (("netuid", NETUID),))
    planned = Event("VotingPowerTrackingDisableScheduled", (("netuid", NETUID), end))
    assert state.events.take() == (enabled, planned, enabled)


@pytest.mark.rule("SUBNET-VOTING-1", "SUBNET-VOTING-2", "SUBNET-VOTING-3")
def test_only_the_owner_or_root_switches_tracking_and_only_root_sets_the_rate():
    state = subnets()
    assert refused(state, "enable_voting_power_tracking", VALIDATOR, netuid=NETUID) == "BadOrigin"
    assert refused(state, "disable_voting_power_tracking", VALIDATOR, netuid=NETUID) == "BadOrigin"
    assert refused(state, "disable_voting_power_tracking", None, netuid=NETUID) == "BadOrigin"
    assert (
        refused(state, "disable_voting_power_tracking", ROOT, netuid=NETUID)
        == "VotingPowerTrackingNotEnabled"
    )
    arguments = {"netuid": NETUID, "alpha": 1}
    assert refused(state, "sudo_set_voting_power_ema_alpha", COLDKEY, **arguments) == "BadOrigin"


@pytest.mark.rule("SUBNET-VOTING-3")
def test_the_rate_is_at_most_one():
    state = subnets()
    assert call(state, "sudo_set_voting_power_ema_alpha", ROOT, netuid=NETUID, alpha=10**18) == "Ok"
    assert state.voting_power_tracking.peek(NETUID).rate == 10**18
    state.events.take()
    above = {"netuid": NETUID, "alpha": 10**18 + 1}
    assert refused(state, "sudo_set_voting_power_ema_alpha", ROOT, **above) == "InvalidVotingPowerEmaAlpha"


def test_the_neurons_of_the_setup_hold_their_uids():
    state = subnets()
    assert [state.neurons.peek((NETUID, uid)).hotkey for uid in range(4)] == list(HOTKEYS)
    assert state_digest(state) == state_digest(subnets())
