"""Committing the hash of weights, and revealing them."""

import pytest
from validators import (
    BLOCK,
    EPOCH,
    MISSING,
    NETUID,
    NEWCOMER,
    OPEN,
    STRANGER,
    VALIDATOR,
    advance_epoch,
    call,
    refused,
    subnets,
)

from taospec.reference.state.digest import state_digest
from taospec.reference.state.errors import DispatchError, SubtensorError
from taospec.reference.state.events import Event
from taospec.reference.state.storage_types import numbered_account
from taospec.reference.subnets.commit_reveal import (
    batch_reveal_weights,
    commit_hash_of,
    commit_mechanism_weights,
    current_epoch,
    reveal_mechanism_weights,
)

ROW = {"uids": (0, 2), "values": (1, 3), "salt": (7,), "version_key": 0}
OTHER = {"uids": (0, 2), "values": (3, 1), "salt": (7,), "version_key": 0}
THIRD = {"uids": (0, 2), "values": (1, 1), "salt": (7,), "version_key": 0}


def hash_of(row, netuid=NETUID, mechanism=0, hotkey=VALIDATOR):
    return commit_hash_of(hotkey, netuid + 4096 * mechanism, *row.values())


def committed(*rows):
    """The validator's commits of these rows, made in this block without a rate limit."""
    state = subnets()
    state.hyperparameters[NETUID].weights_set_rate_limit = 0
    for row in rows:
        assert call(state, "commit_weights", VALIDATOR, netuid=NETUID, commit_hash=hash_of(row)) == "Ok"
    state.events.take()
    return state


def held(state):
    return state.hash_commits.peek((NETUID, VALIDATOR)).commits


def batch(*rows):
    return {
        "uids_list": tuple(row["uids"] for row in rows),
        "values_list": tuple(row["values"] for row in rows),
        "salts_list": tuple(row["salt"] for row in rows),
        "version_keys": tuple(row["version_key"] for row in rows),
    }


def error_of(function, state, *arguments):
    """The error of a function that guards keep signers from."""
    before = state_digest(state)
    with pytest.raises(DispatchError) as refusal, state.transaction():
        function(state, *arguments)
    assert state_digest(state) == before
    return refusal.value.error


@pytest.mark.rule("SUBNET-COMMIT-3")
@pytest.mark.parametrize(
    ("hotkey", "index", "uids", "values", "salt", "digest"),
    [
        (
            2004,
            4101,
            (0, 1),
            (1, 0),
            (18544, 11384),
            "e4846e4bd19f4ed8e59f0b87d476f2e66f7378ceea1de0890623d308ebb1c4ea",
        ),
        (
            2002,
            2,
            (0,),
            (100,),
            (64957, 34717),
            "e4f7051a9c8986017920531cf24179f7d02396007617191efedec99d468a8de2",
        ),
        (2047, 5, (0,), (1,), (46095,), "92e006fb32dfc3ae6bdf20c4ff2fe4d6777a38dec20165306ae2c6c72a706d40"),
    ],
)
def test_the_hash_is_that_of_the_real_runtime(hotkey, index, uids, values, salt, digest):
    """From the events of executed blocks."""
    assert commit_hash_of(numbered_account(hotkey), index, uids, values, salt, 0).hex() == digest


@pytest.mark.rule("SUBNET-COMMIT-1")
def test_a_commit_is_stored_with_epoch_and_block_and_updates_the_neuron():
    state = subnets()
    digest = hash_of(ROW)
    assert call(state, "commit_weights", VALIDATOR, netuid=NETUID, commit_hash=digest) == "Ok"
    assert held(state) == ((digest, EPOCH, BLOCK, 0),)
    assert state.mechanisms.peek(NETUID).last_update[1] == BLOCK
    fields = (("hotkey", VALIDATOR), ("index", NETUID), ("commit_hash", digest))
    assert state.events.take() == (Event("WeightsCommitted", fields),)


@pytest.mark.rule("SUBNET-COMMIT-1", "SUBNET-COMMIT-5")
@pytest.mark.parametrize(
    ("error", "signer", "netuid"),
    [
        ("MechanismDoesNotExist", VALIDATOR, MISSING),
        ("CommitRevealDisabled", VALIDATOR, OPEN),
        ("HotKeyNotRegisteredInSubNet", STRANGER, NETUID),
        ("guard:CommittingWeightsTooFast", NEWCOMER, NETUID),
    ],
)
def test_a_commit_that_breaks_one_rule_is_refused_with_its_error(error, signer, netuid):
    arguments = {"netuid": netuid, "commit_hash": bytes(32)}
    assert refused(subnets(), "commit_weights", signer, **arguments) == error
    assert refused(subnets(), "commit_mechanism_weights", signer, mecid=0, **arguments) == error


@pytest.mark.rule("SUBNET-COMMIT-5")
def test_commits_need_the_stake_and_a_mechanism():
    state = subnets()
    arguments = {"netuid": NETUID, "mecid": 1, "commit_hash": bytes(32)}
    name = "commit_mechanism_weights"
    assert refused(state, name, VALIDATOR, **arguments) == "guard:CommittingWeightsTooFast"
    assert refused(state, name, STRANGER, **arguments) == "MechanismDoesNotExist"
    state.parameters.stake_threshold = 1
    assert refused(state, name, VALIDATOR, **arguments) == "guard:NotEnoughStakeToSetWeights"


@pytest.mark.rule("SUBNET-COMMIT-1")
def test_behind_the_guard_a_commit_that_is_too_fast_is_refused_again():
    arguments = (NEWCOMER, NETUID, 0, bytes(32))
    assert (
        error_of(commit_mechanism_weights, subnets(), *arguments) is SubtensorError.CommittingWeightsTooFast
    )


@pytest.mark.rule("SUBNET-COMMIT-1", "SUBNET-COMMIT-4")
def test_ten_commits_may_be_open_and_expired_ones_make_room():
    state = committed(*(ROW | {"salt": (salt,)} for salt in range(10)))
    assert len(held(state)) == 10
    arguments = {"netuid": NETUID, "commit_hash": bytes(32)}
    for epochs, result in ((0, "TooManyUnrevealedCommits"), (1, "TooManyUnrevealedCommits"), (2, "Ok")):
        while state.schedules.peek(NETUID).epoch_index < EPOCH + epochs:
            advance_epoch(state)
        assert call(state, "commit_weights", VALIDATOR, **arguments) == result
    assert held(state) == ((bytes(32), EPOCH + 2, state.clock.block, 0),)


@pytest.mark.rule("SUBNET-COMMIT-1")
def test_only_expired_commits_at_the_front_make_room():
    state = subnets()
    old, young = (b"o" * 32, EPOCH - 2, 1, 0), (b"y" * 32, EPOCH, 2, 0)
    state.hash_commits[NETUID, VALIDATOR].commits = (old, young, old)
    assert call(state, "commit_weights", VALIDATOR, netuid=NETUID, commit_hash=bytes(32)) == "Ok"
    assert held(state) == (young, old, (bytes(32), EPOCH, BLOCK, 0))


@pytest.mark.rule("SUBNET-COMMIT-4")
def test_in_a_block_in_which_an_epoch_is_due_it_counts_already():
    state = subnets()
    schedule = state.schedules[NETUID]
    state.clock.block = schedule.last_epoch_block + schedule.tempo - 1
    assert current_epoch(state, NETUID) == EPOCH
    state.clock.block += 1
    assert current_epoch(state, NETUID) == EPOCH + 1


@pytest.mark.rule("SUBNET-COMMIT-2", "SUBNET-COMMIT-5")
def test_a_batch_commits_what_it_can_and_reports_the_rest():
    state = subnets()
    arguments = {"netuids": (OPEN, NETUID), "commit_hashes": (bytes(32), hash_of(ROW))}
    assert call(state, "batch_commit_weights", VALIDATOR, **arguments) == "Ok"
    assert held(state) == ((hash_of(ROW), EPOCH, BLOCK, 0),)
    failure = (("netuid", OPEN), ("error", SubtensorError.CommitRevealDisabled))
    assert state.events.take()[1:] == (
        Event("BatchCompletedWithErrors", ()),
        Event("BatchWeightItemFailed", failure),
        Event("BatchWeightsCompleted", (("netuids", (OPEN, NETUID)), ("hotkey", VALIDATOR))),
    )
    unequal = {"netuids": (OPEN,), "commit_hashes": ()}
    assert refused(state, "batch_commit_weights", VALIDATOR, **unequal) == "guard:InputLengthsUnequal"
    state.parameters.stake_threshold = 1
    error = refused(state, "batch_commit_weights", VALIDATOR, **arguments)
    assert error == "guard:NotEnoughStakeToSetWeights"


@pytest.mark.rule("SUBNET-REVEAL-1", "SUBNET-WEIGHTS-3")
def test_a_reveal_sets_the_row_and_leaves_the_last_update_of_the_commit():
    state = committed(ROW)
    advance_epoch(state)
    assert call(state, "reveal_weights", VALIDATOR, netuid=NETUID, **ROW) == "Ok"
    assert state.matrix_rows.peek((NETUID, 1)).weights == ((0, 21_845), (2, 65_535))
    assert state.mechanisms.peek(NETUID).last_update[1] == BLOCK
    assert held(state) is None
    fields = (("hotkey", VALIDATOR), ("index", NETUID), ("commit_hash", hash_of(ROW)))
    assert state.events.take()[-1] == Event("WeightsRevealed", fields)


@pytest.mark.rule("SUBNET-REVEAL-1")
def test_a_hash_is_good_for_one_mechanism():
    state = subnets()
    state.hyperparameters[NETUID].mechanism_count = 2
    arguments = {"netuid": NETUID, "mecid": 1}
    digest = hash_of(ROW, mechanism=1)
    assert call(state, "commit_mechanism_weights", VALIDATOR, **arguments, commit_hash=digest) == "Ok"
    advance_epoch(state)
    assert call(state, "reveal_weights", VALIDATOR, netuid=NETUID, **ROW) == "guard:NoWeightsCommitFound"
    assert call(state, "reveal_mechanism_weights", VALIDATOR, **arguments, **ROW) == "Ok"
    assert state.matrix_rows.peek((4096 + NETUID, 1)).weights == ((0, 21_845), (2, 65_535))


@pytest.mark.rule("SUBNET-REVEAL-1")
def test_a_reveal_gives_up_the_commits_before_it_and_keeps_those_after_it():
    state = committed(ROW, OTHER, THIRD)
    advance_epoch(state)
    assert call(state, "reveal_weights", VALIDATOR, netuid=NETUID, **OTHER) == "Ok"
    assert [digest for digest, *_ in held(state)] == [hash_of(THIRD)]


@pytest.mark.rule("SUBNET-REVEAL-3", "SUBNET-COMMIT-4")
def test_a_commit_can_be_revealed_in_one_epoch_alone():
    state = committed(ROW)
    for result in ("guard:RevealTooEarly", None, "guard:RevealTooEarly"):
        if result is not None:
            assert refused(state, "reveal_weights", VALIDATOR, netuid=NETUID, **ROW) == result
        advance_epoch(state)


@pytest.mark.rule("SUBNET-REVEAL-3")
def test_the_first_commit_of_a_hash_decides_even_when_it_has_expired():
    state = committed(ROW)
    advance_epoch(state)
    commits = (*held(state), (hash_of(ROW), EPOCH + 1, BLOCK, 0))
    state.hash_commits[NETUID, VALIDATOR].commits = commits
    advance_epoch(state)
    assert refused(state, "reveal_weights", VALIDATOR, netuid=NETUID, **ROW) == "guard:RevealTooEarly"


@pytest.mark.rule("SUBNET-REVEAL-3")
def test_what_was_not_committed_is_not_found():
    assert (
        refused(subnets(), "reveal_weights", VALIDATOR, netuid=NETUID, **ROW) == "guard:NoWeightsCommitFound"
    )
    state = committed(ROW)
    advance_epoch(state)
    assert refused(state, "reveal_weights", VALIDATOR, netuid=NETUID, **OTHER) == "guard:NoWeightsCommitFound"
    state.parameters.stake_threshold = 1
    assert (
        refused(state, "reveal_weights", VALIDATOR, netuid=NETUID, **ROW)
        == "guard:NotEnoughStakeToSetWeights"
    )


@pytest.mark.rule("SUBNET-REVEAL-1")
def test_behind_the_guard_a_reveal_tells_early_expired_and_unknown_commits_apart():
    def error(state, row):
        return error_of(reveal_mechanism_weights, state, VALIDATOR, NETUID, 0, *row.values())

    assert error(subnets(), ROW) is SubtensorError.NoWeightsCommitFound
    state = committed(ROW)
    assert error(state, ROW) is SubtensorError.RevealTooEarly
    assert error(state, OTHER) is SubtensorError.InvalidRevealCommitHashNotMatch
    advance_epoch(state)
    advance_epoch(state)
    assert error(state, ROW) is SubtensorError.ExpiredWeightCommit
    assert error(state, OTHER) is SubtensorError.NoWeightsCommitFound
    live = (hash_of(THIRD), EPOCH + 2, BLOCK, 0)
    state.hash_commits[NETUID, VALIDATOR].commits = (*held(state), live)
    assert error(state, ROW) is SubtensorError.ExpiredWeightCommit
    state.hyperparameters[NETUID].commit_reveal = False
    assert error(state, ROW) is SubtensorError.CommitRevealDisabled


@pytest.mark.rule("SUBNET-REVEAL-1", "SUBNET-WEIGHTS-3")
@pytest.mark.parametrize(
    ("row", "error"),
    [
        (ROW | {"values": (1,)}, "WeightVecNotEqualSize"),
        (ROW | {"uids": (0, 1, 2, 3, 0), "values": (1,) * 5}, "UidsLengthExceedUidsInSubNet"),
        (ROW | {"uids": (0, 0)}, "DuplicateUids"),
        (ROW | {"uids": (0, 4)}, "UidVecContainInvalidOne"),
        (ROW | {"uids": (2,), "values": (1,)}, "WeightVecLengthIsLow"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_bad_row_is_found_out_at_the_reveal_and_its_commit_is_kept(row, error):
    state = committed(row)
    advance_epoch(state)
    assert refused(state, "reveal_weights", VALIDATOR, netuid=NETUID, **row) == error
    assert refused(state, "batch_reveal_weights", VALIDATOR, netuid=NETUID, **batch(row)) == error
    assert len(held(state)) == 1


@pytest.mark.rule("SUBNET-REVEAL-1")
def test_permit_uid_version_and_commit_reveal_are_those_of_the_time_of_the_reveal():
    def outcome(change):
        state = committed(ROW)
        advance_epoch(state)
        change(state)
        return refused(state, "reveal_weights", VALIDATOR, netuid=NETUID, **ROW)

    def unregister(state):
        state.memberships[NETUID, VALIDATOR].uid = None

    def forbid(state):
        state.metagraphs[NETUID].validator_permit = ()

    def require_version(state):
        state.hyperparameters[NETUID].weights_version_key = 1

    def open_weights(state):
        state.hyperparameters[NETUID].commit_reveal = False

    assert outcome(unregister) == "HotKeyNotRegisteredInSubNet"
    assert outcome(forbid) == "NeuronNoValidatorPermit"
    assert outcome(require_version) == "IncorrectWeightVersionKey"
    assert outcome(open_weights) == "CommitRevealDisabled"


@pytest.mark.rule("SUBNET-REVEAL-1")
def test_one_can_commit_on_root_and_never_reveal():
    state = subnets()
    state.memberships[0, VALIDATOR].uid = 0
    state.subnets[0].neurons = 1
    row = hash_of(ROW, netuid=0)
    assert call(state, "commit_weights", VALIDATOR, netuid=0, commit_hash=row) == "Ok"
    state.hyperparameters[0].reveal_period = 0
    state.events.take()
    assert refused(state, "reveal_weights", VALIDATOR, netuid=0, **ROW) == "CanNotSetRootNetworkWeights"


@pytest.mark.rule("SUBNET-REVEAL-2")
def test_a_batch_takes_out_only_its_own_commits_and_its_last_row_remains():
    state = committed(ROW, OTHER, THIRD)
    advance_epoch(state)
    assert call(state, "batch_reveal_weights", VALIDATOR, netuid=NETUID, **batch(THIRD, OTHER)) == "Ok"
    assert [digest for digest, *_ in held(state)] == [hash_of(ROW)]
    assert state.matrix_rows.peek((NETUID, 1)).weights == ((0, 65_535), (2, 21_845))
    hashes = (hash_of(THIRD), hash_of(OTHER))
    fields = (("hotkey", VALIDATOR), ("netuid", NETUID), ("commit_hashes", hashes))
    assert state.events.take()[-1] == Event("WeightsBatchRevealed", fields)
    assert call(state, "batch_reveal_weights", VALIDATOR, netuid=NETUID, **batch(ROW)) == "Ok"
    assert held(state) is None


@pytest.mark.rule("SUBNET-REVEAL-2")
def test_a_row_that_a_batch_names_twice_is_refused_the_second_time():
    state = committed(ROW)
    advance_epoch(state)
    error = refused(state, "batch_reveal_weights", VALIDATOR, netuid=NETUID, **batch(ROW, ROW))
    assert error == "InvalidRevealCommitHashNotMatch"


@pytest.mark.rule("SUBNET-REVEAL-2")
def test_a_batch_of_nothing_drops_what_has_expired():
    state = committed(ROW)
    advance_epoch(state)
    advance_epoch(state)
    assert call(state, "batch_reveal_weights", VALIDATOR, netuid=NETUID, **batch()) == "Ok"
    assert held(state) is None


@pytest.mark.rule("SUBNET-REVEAL-2", "SUBNET-REVEAL-3")
def test_a_batch_is_refused_by_its_first_bad_row():
    state = committed(ROW)
    name = "batch_reveal_weights"
    unequal = batch(ROW) | {"salts_list": ()}
    assert refused(state, name, VALIDATOR, netuid=NETUID, **unequal) == "guard:InputLengthsUnequal"
    assert refused(state, name, VALIDATOR, netuid=NETUID, **batch(ROW)) == "guard:RevealTooEarly"
    assert refused(state, name, VALIDATOR, netuid=NETUID, **batch(OTHER)) == "guard:NoWeightsCommitFound"
    assert refused(state, name, NEWCOMER, netuid=NETUID, **batch()) == "guard:NoWeightsCommitFound"
    arguments = tuple(unequal.values())
    assert (
        error_of(batch_reveal_weights, state, VALIDATOR, NETUID, *arguments)
        is SubtensorError.InputLengthsUnequal
    )
    advance_epoch(state)
    advance_epoch(state)
    arguments = tuple(batch(ROW).values())
    assert (
        error_of(batch_reveal_weights, state, VALIDATOR, NETUID, *arguments)
        is SubtensorError.ExpiredWeightCommit
    )
    state.hyperparameters[NETUID].commit_reveal = False
    assert (
        error_of(batch_reveal_weights, state, VALIDATOR, NETUID, *arguments)
        is SubtensorError.CommitRevealDisabled
    )
