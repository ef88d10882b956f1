"""Weights under a timelock, and how the chain reveals them."""

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

from taospec.conformance.timelock_stub import open_stub
from taospec.reference.chain.block_step import block_step
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.state.beacon import Pulse
from taospec.reference.state.digest import state_digest
from taospec.reference.state.events import Event
from taospec.reference.state.storage_types import numbered_account
from taospec.reference.subnets.timelocked import (
    CIPHERTEXT_LIMIT,
    LockedWeights,
    no_timelock,
    plaintexts,
    read_plaintext,
    reveal_timelocked_weights,
)

ROUND = 1_000
# uids (0, 2), values (1, 3), version 0: compact lengths are twice the length twice, numbers little-endian
OLD = bytes.fromhex("08000002000801000300" + "00" * 8)
NEW = bytes([32 << 2]) + VALIDATOR + OLD
ROW = ((0, 21_845), (2, 65_535))


def arguments(**changes):
    return {"netuid": NETUID, "commit": b"c", "reveal_round": ROUND, "commit_reveal_version": 4} | changes


def due(*commits, rounds=(ROUND,)):
    """The state in the epoch in which these commits of the validator are due, with these rounds stored."""
    state = subnets()
    state.timelocked_commits[NETUID, EPOCH - 1].commits = tuple(
        (VALIDATOR, BLOCK - 50, commit, reveal_round) for commit, reveal_round in commits
    )
    for each in rounds:
        state.pulses[each].pulse = Pulse(each, b"", b"")
    return state


def row(state, index=NETUID):
    return state.matrix_rows.peek((index, 1)).weights


@pytest.mark.rule("SUBNET-TIMELOCK-1")
def test_a_ciphertext_is_stored_under_its_epoch_and_updates_the_neuron():
    """Ciphertext, round and hash are those of an executed block."""
    ciphertext = bytes.fromhex("544c453180" + "00" * 30 + "07f60401000401000000000000000000")
    state = subnets()
    result = call(
        state, "commit_timelocked_weights", VALIDATOR, **arguments(commit=ciphertext, reveal_round=1017)
    )
    assert result == "Ok"
    commits = state.timelocked_commits.peek((NETUID, EPOCH)).commits
    assert commits == ((VALIDATOR, BLOCK, ciphertext, 1017),)
    assert state.mechanisms.peek(NETUID).last_update[1] == BLOCK
    digest = "742bfeca81fc5eae673a67ce836ac526739bec31bf1e446dd2a5b5067eeefbc1"
    ((_, hotkey), (_, index), (_, commit_hash), (_, reveal_round)) = state.events.take()[0].fields
    assert (hotkey, index, commit_hash.hex(), reveal_round) == (VALIDATOR, NETUID, digest, 1017)


@pytest.mark.rule("SUBNET-TIMELOCK-1", "SUBNET-TIMELOCK-5")
@pytest.mark.parametrize(
    ("error", "signer", "changes"),
    [
        ("MechanismDoesNotExist", VALIDATOR, {"netuid": MISSING}),
        ("CommitRevealDisabled", VALIDATOR, {"netuid": OPEN}),
        ("IncorrectCommitRevealVersion", STRANGER, {"commit_reveal_version": 3}),
        ("HotKeyNotRegisteredInSubNet", STRANGER, {}),
        ("CommittingWeightsTooFast", NEWCOMER, {}),
        ("guard:InvalidRevealRound", VALIDATOR, {"reveal_round": ROUND - 1}),
    ],
)
def test_a_commit_that_breaks_one_rule_is_refused_with_its_error(error, signer, changes):
    state = subnets()
    state.beacon.last_round = ROUND
    given = arguments(**changes)
    assert refused(state, "commit_timelocked_weights", signer, **given) == error
    assert refused(state, "commit_timelocked_mechanism_weights", signer, mecid=0, **given) == error
    version = given.pop("commit_reveal_version")
    if version == 4:
        assert refused(state, "commit_crv3_mechanism_weights", signer, mecid=0, **given) == error


@pytest.mark.rule("SUBNET-TIMELOCK-1", "SUBNET-TIMELOCK-5")
def test_commits_need_the_stake_and_the_mechanism():
    state = subnets()
    given = arguments(mecid=1)
    name = "commit_timelocked_mechanism_weights"
    assert refused(state, name, VALIDATOR, **given) == "MechanismDoesNotExist"
    state.parameters.stake_threshold = 1
    assert refused(state, name, VALIDATOR, **given) == "guard:NotEnoughStakeToSetWeights"


@pytest.mark.rule("SUBNET-TIMELOCK-1")
def test_the_old_call_means_version_4_and_no_other():
    state = subnets()
    given = arguments(mecid=0)
    del given["commit_reveal_version"]
    assert call(state, "commit_crv3_mechanism_weights", VALIDATOR, **given) == "Ok"
    state.events.take()
    state.parameters.commit_reveal_version = 5
    error = refused(state, "commit_crv3_mechanism_weights", VALIDATOR, **given)
    assert error == "IncorrectCommitRevealVersion"


@pytest.mark.rule("SUBNET-TIMELOCK-1")
def test_a_hotkey_may_have_ten_ciphertexts_in_an_epoch_whatever_others_have():
    state = subnets()
    others = tuple((NEWCOMER, BLOCK, b"", ROUND) for _ in range(10))
    mine = tuple((VALIDATOR, BLOCK, b"", ROUND) for _ in range(9))
    state.timelocked_commits[NETUID, EPOCH].commits = others + mine
    state.hyperparameters[NETUID].weights_set_rate_limit = 0
    assert call(state, "commit_timelocked_weights", VALIDATOR, **arguments()) == "Ok"
    state.events.take()
    assert refused(state, "commit_timelocked_weights", VALIDATOR, **arguments()) == "TooManyUnrevealedCommits"
    advance_epoch(state)
    assert call(state, "commit_timelocked_weights", VALIDATOR, **arguments()) == "Ok"


@pytest.mark.rule("SUBNET-TIMELOCK-1")
def test_a_ciphertext_has_at_most_5000_bytes():
    state = subnets()
    whole = arguments(commit=bytes(CIPHERTEXT_LIMIT))
    assert call(state, "commit_timelocked_weights", VALIDATOR, **whole) == "Ok"
    with pytest.raises(InvalidInputError, match=r"commit_timelocked_weights\.commit"):
        call(state, "commit_timelocked_weights", VALIDATOR, **arguments(commit=bytes(CIPHERTEXT_LIMIT + 1)))


@pytest.mark.rule("SUBNET-TIMELOCK-4")
def test_a_plaintext_is_read_with_a_hotkey_or_else_in_the_old_format():
    """The first is that of an executed block."""
    executed = bytes.fromhex("80" + "00" * 30 + "07f60401000401000000000000000000")
    assert read_plaintext(executed) == LockedWeights(numbered_account(2038), (1,), (1,), 0)
    assert read_plaintext(NEW) == LockedWeights(VALIDATOR, (0, 2), (1, 3), 0)
    assert read_plaintext(OLD) == LockedWeights(None, (0, 2), (1, 3), 0)
    assert read_plaintext(NEW + b"more") == read_plaintext(NEW)
    assert read_plaintext(OLD[:-1]) is None
    assert read_plaintext(b"") is None


@pytest.mark.rule("SUBNET-TIMELOCK-4")
def test_a_hotkey_of_fewer_than_32_bytes_sends_to_the_old_format_and_more_are_cut():
    longer = bytes([33 << 2]) + VALIDATOR + b"x" + OLD
    assert read_plaintext(longer) == LockedWeights(VALIDATOR, (0, 2), (1, 3), 0)
    # In the new format an empty hotkey, no uids, no values, version 0; in the old one all but the hotkey.
    assert read_plaintext(bytes(11)) == LockedWeights(None, (), (), 0)


@pytest.mark.rule("SUBNET-TIMELOCK-2", "SUBNET-TIMELOCK-3")
@pytest.mark.parametrize("plaintext", [OLD, NEW], ids=["old format", "with hotkey"])
def test_the_chain_reveals_what_is_due_and_leaves_the_last_update(plaintext):
    state = due((b"c", ROUND))
    reveal_timelocked_weights(state, plaintexts({b"c": plaintext}))
    assert row(state) == ROW
    assert state.mechanisms.peek(NETUID).last_update[1] == BLOCK - 50
    assert len(state.timelocked_commits) == 0
    assert state.events.take()[-1] == Event(
        "TimelockedWeightsRevealed", (("index", NETUID), ("hotkey", VALIDATOR))
    )


@pytest.mark.rule("SUBNET-TIMELOCK-3")
@pytest.mark.parametrize(
    "plaintext",
    [
        None,
        b"",
        bytes([32 << 2]) + STRANGER + OLD,
        bytes.fromhex("08000000000801000300" + "00" * 8),
    ],
    ids=["cannot be opened", "cannot be read", "another's", "a uid twice"],
)
def test_a_commit_of_no_use_is_dropped_without_an_event(plaintext):
    state = due((b"c", ROUND))
    reveal_timelocked_weights(state, plaintexts({b"c": plaintext}))
    assert (row(state), len(state.timelocked_commits), state.events.take()) == ((), 0, ())


@pytest.mark.rule("SUBNET-TIMELOCK-2")
def test_of_two_commits_the_later_remains_and_one_without_its_round_waits():
    swapped = bytes.fromhex("08020000000801000300" + "00" * 8)
    table = plaintexts({b"first": OLD, b"second": swapped, b"late": OLD})
    state = due((b"first", ROUND), (b"late", ROUND + 1), (b"second", ROUND))
    reveal_timelocked_weights(state, table)
    assert row(state) == ((2, 21_845), (0, 65_535))
    assert state.timelocked_commits.peek((NETUID, EPOCH - 1)).commits == (
        (VALIDATOR, BLOCK - 50, b"late", ROUND + 1),
    )
    reveal_timelocked_weights(state, table)
    assert row(state) == ((2, 21_845), (0, 65_535))
    state.pulses[ROUND + 1].pulse = Pulse(ROUND + 1, b"", b"")
    reveal_timelocked_weights(state, table)
    assert row(state) == ROW
    assert len(state.timelocked_commits) == 0


@pytest.mark.rule("SUBNET-TIMELOCK-2")
@pytest.mark.parametrize(
    ("period", "kept", "revealed"),
    [(0, [EPOCH], False), (1, [EPOCH], True), (2, [EPOCH - 2, EPOCH - 1, EPOCH], False)],
)
def test_only_the_epoch_of_the_period_is_revealed_and_earlier_ones_are_dropped(period, kept, revealed):
    """The rounds of the first and the last epoch's commits are not stored: tried, they wait."""
    state = due((b"c", ROUND))
    state.hyperparameters[NETUID].reveal_period = period
    for epoch in (EPOCH - 2, EPOCH):
        state.timelocked_commits[NETUID, epoch].commits = ((STRANGER, 1, b"", ROUND + 9),)
    reveal_timelocked_weights(state, plaintexts({b"c": OLD}))
    assert sorted(epoch for _, epoch in state.timelocked_commits) == kept
    assert (row(state) == ROW) is revealed


@pytest.mark.rule("SUBNET-TIMELOCK-2")
def test_before_as_many_epochs_as_the_period_nothing_is_revealed():
    state = due((b"c", ROUND))
    state.schedules[NETUID].epoch_index = 0
    before = state_digest(state)
    reveal_timelocked_weights(state, no_timelock)
    assert state_digest(state) == before


@pytest.mark.rule("SUBNET-TIMELOCK-2")
def test_every_mechanism_is_revealed_and_one_that_does_not_exist_is_not():
    state = due()
    commits = ((VALIDATOR, 1, b"c", ROUND),)
    for mechanism in (1, 2):
        state.timelocked_commits[4096 * mechanism + NETUID, EPOCH - 1].commits = commits
    state.hyperparameters[NETUID].mechanism_count = 2
    reveal_timelocked_weights(state, plaintexts({b"c": OLD}))
    assert row(state, 4096 + NETUID) == ROW
    assert row(state, 8192 + NETUID) == ()
    assert list(state.timelocked_commits) == [(8192 + NETUID, EPOCH - 1)]


@pytest.mark.rule("SUBNET-TIMELOCK-2")
def test_a_subnet_whose_epoch_is_deferred_reveals_in_the_block_of_the_epoch():
    state = due((b"c", ROUND))
    state.parameters.max_epochs_per_block = 0
    state.schedules[NETUID].pending_epoch_at = BLOCK
    reveal_timelocked_weights(state, no_timelock)
    assert row(state) == ()
    assert len(state.timelocked_commits) == 1


@pytest.mark.rule("SUBNET-TIMELOCK-2")
def test_just_before_an_epoch_the_commits_of_the_ending_one_are_revealed():
    state = due()
    state.timelocked_commits[NETUID, EPOCH].commits = ((VALIDATOR, BLOCK, b"c", ROUND),)
    state.schedules[NETUID].pending_epoch_at = BLOCK
    reveal_timelocked_weights(state, plaintexts({b"c": OLD}))
    assert row(state) == ROW


@pytest.mark.rule("SUBNET-TIMELOCK-2", "CHAIN-BLOCK-1")
def test_a_block_of_which_a_plaintext_is_missing_is_refused_and_named():
    state = due((b"c", ROUND))
    with pytest.raises(InvalidInputError, match=r"timelocked_commits.*63"), state.transaction():
        block_step(state, bytes(32))
    with pytest.raises(InvalidInputError, match=r"timelocked_commits.*63"), state.transaction():
        block_step(state, bytes(32), timelock=plaintexts({b"other": OLD}))
    block_step(state, bytes(32), timelock=plaintexts({b"c": OLD}))
    assert row(state) == ROW


@pytest.mark.rule("SUBNET-TIMELOCK-3")
def test_without_commit_reveal_a_reveal_obeys_the_rate_limit_and_updates_the_neuron():
    for last, stored in ((BLOCK - 50, ROW), (BLOCK - 1, ())):
        state = due((b"c", ROUND))
        state.hyperparameters[NETUID].commit_reveal = False
        state.mechanisms[NETUID].last_update = (0, last)
        reveal_timelocked_weights(state, plaintexts({b"c": OLD}))
        assert row(state) == stored
        assert state.mechanisms.peek(NETUID).last_update[1] == (BLOCK if stored else last)


def test_the_timelock_of_traces_opens_what_carries_its_mark():
    pulse = Pulse(1, b"", b"")
    assert open_stub(b"TLE1plain", pulse) == b"plain"
    assert open_stub(b"TLE2plain", pulse) is None
