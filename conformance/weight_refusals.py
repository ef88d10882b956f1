"""Cases of ``chain.apply_block`` on weights, answered by the reference: refusals, and ways to set them.

One refusal for each pair of a call and an error that its table names, in a state in which nothing is out of
order but what the error complains of; and blocks in which weights are set, committed and revealed.
``python -m taospec.conformance.weight_refusals OUT`` writes them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from taospec.conformance.operations.chain import SUCCESS
from taospec.conformance.scenes import Prepare, Scene, Stage, nothing, scene_cases
from taospec.conformance.timelock_stub import MARK
from taospec.conformance.vector_file import Case, write_public_suite
from taospec.reference.state.beacon import Pulse
from taospec.reference.state.neuron import storage_index
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account
from taospec.reference.subnets.commit_reveal import commit_hash_of

Arguments = Mapping[str, Any]

BLOCK: Final = 5_000
HIDDEN, OPEN, MISSING = 1, 2, 9
"""Netuids: with commit-reveal, without, and none."""
EPOCH: Final = 7
"""The epoch of every subnet, which none of them leaves in the block."""
ROUND: Final = 1_000
"""The latest round of the beacon."""
OWNERS, VALIDATOR, MINER, NEWCOMER, STRANGER = 11, 12, 13, 14, 19
"""Hotkeys by number: four by uid, of which the last has just registered, and one without a uid."""
COLDKEY: Final = 1
"""The coldkey of both owners, by number."""
HASH: Final = "0x" + "11" * 32

ROW: Final[Arguments] = {"dests": [0, 2], "weights": [1, 3], "version_key": 0}
REVEALED: Final[Arguments] = {"uids": [0, 2], "values": [1, 3], "salt": [7], "version_key": 0}
LOCKED: Final[Arguments] = {"commit": "0x00", "reveal_round": ROUND}
BAD_ROWS: Final[Mapping[str, tuple[list[int], list[int]]]] = {
    "WeightVecNotEqualSize": ([0, 2], [1]),
    "UidsLengthExceedUidsInSubNet": ([0, 1, 2, 3, 0], [1, 1, 1, 1, 1]),
    "DuplicateUids": ([2, 2], [1, 3]),
    "UidVecContainInvalidOne": ([0, 4], [1, 3]),
    "WeightVecLengthIsLow": ([2], [1]),
}
"""Uids and weights that an error complains of."""


def main(arguments: list[str]) -> None:
    """Write the cases."""
    (out,) = arguments
    chosen = list(cases())
    write_public_suite(Path(out), "subnets_weights", "reference", chosen)


def cases() -> Iterator[Case]:
    """Every scene as a case."""
    yield from scene_cases(scenes(), Stage(two_subnets, BLOCK))


def automatic_cases() -> Iterator[Case]:
    """Those in which the chain reveals, or does not."""
    yield from scene_cases(_automatic_scenes(), Stage(two_subnets, BLOCK))


def scenes() -> Iterator[Scene]:
    """Every scene, by call."""
    yield from _set_scenes("set_weights", {})
    yield from _set_scenes("set_mechanism_weights", {"mecid": 0})
    yield from _batch_scenes()
    yield from _commit_scenes("commit_weights", {})
    yield from _commit_scenes("commit_mechanism_weights", {"mecid": 0})
    yield from _reveal_scenes("reveal_weights", {})
    yield from _reveal_scenes("reveal_mechanism_weights", {"mecid": 0})
    yield from _second_mechanism_scenes()
    yield from _batch_reveal_scenes()
    yield from _timelock_scenes("commit_timelocked_weights", {"commit_reveal_version": 4})
    version = {"mecid": 0, "commit_reveal_version": 4}
    yield from _timelock_scenes("commit_timelocked_mechanism_weights", version)
    yield from _timelock_scenes("commit_crv3_mechanism_weights", {"mecid": 0})
    yield from _voting_scenes()
    yield from _automatic_scenes()
    yield from _epoch_scenes()


def _scene(
    call: str,
    result: str,
    arguments: Arguments,
    signer: int | str = VALIDATOR,
    prepare: Prepare = nothing,
) -> Scene:
    """One call."""
    return Scene(({"call": call, "signer": signer, **arguments},), (result,), prepare)


def _set_scenes(call: str, more: Arguments) -> Iterator[Scene]:
    arguments = {"netuid": OPEN, **more, **ROW}
    yield _scene(call, SUCCESS, arguments)
    yield _scene(call, SUCCESS, arguments, OWNERS)
    yield _scene(call, SUCCESS, arguments | {"dests": [2], "weights": [1]}, MINER)
    yield _scene(
        call, SUCCESS, arguments | {"version_key": 1}, prepare=lambda state: _require_version(state, OPEN)
    )
    yield _scene(call, SUCCESS, arguments, prepare=_wait_for_the_limit)
    yield _scene(
        call, SUCCESS, arguments | {"dests": [3, 2, 1, 0], "weights": [0, 1, 2, 3]}, prepare=_ask_for_many
    )
    yield _scene(call, "guard:NotEnoughStakeToSetWeights", arguments, prepare=_raise_threshold)
    yield _scene(call, "guard:SettingWeightsTooFast", arguments, NEWCOMER)
    if "mecid" in more:
        yield _scene(call, "guard:SettingWeightsTooFast", arguments | {"mecid": 1})
        yield _scene(call, "MechanismDoesNotExist", arguments | {"mecid": 1}, STRANGER)
    yield _scene(call, "CommitRevealEnabled", arguments | {"netuid": HIDDEN})
    yield _scene(call, "CanNotSetRootNetworkWeights", arguments | {"netuid": 0}, prepare=_uncover)
    yield _scene(call, "MechanismDoesNotExist", arguments | {"netuid": MISSING}, prepare=_uncover)
    for error, (uids, weights) in BAD_ROWS.items():
        yield _scene(call, error, arguments | {"dests": uids, "weights": weights})
    yield from _common_scenes(call, arguments, OPEN)


def _common_scenes(
    call: str, arguments: Arguments, netuid: int, before: Prepare = nothing
) -> Iterator[Scene]:
    """Refusals of what is as it should be in the call."""

    def without(change: Callable[[State, int], None]) -> Prepare:
        def prepare(state: State) -> None:
            before(state)
            change(state, netuid)

        return prepare

    yield _scene(call, "HotKeyNotRegisteredInSubNet", arguments, prepare=without(_unregister))
    yield _scene(call, "IncorrectWeightVersionKey", arguments, prepare=without(_require_version))
    yield _scene(call, "NeuronNoValidatorPermit", arguments, prepare=without(_forbid))


def _batch_scenes() -> Iterator[Scene]:
    rows = {"netuids": [OPEN, HIDDEN], "weights": [[[0, 1], [2, 3]]] * 2, "version_keys": [0, 0]}
    hashes = {"netuids": [OPEN, HIDDEN], "commit_hashes": [HASH] * 2}
    for call, arguments in (("batch_set_weights", rows), ("batch_commit_weights", hashes)):
        yield _scene(call, SUCCESS, arguments)
        yield _scene(call, "guard:InputLengthsUnequal", arguments | {"netuids": [OPEN]})
        yield _scene(call, "guard:NotEnoughStakeToSetWeights", arguments, prepare=_raise_threshold)


def _commit_scenes(call: str, more: Arguments) -> Iterator[Scene]:
    arguments = {"netuid": HIDDEN, **more, "commit_hash": HASH}
    yield _scene(call, SUCCESS, arguments)
    yield _scene(call, SUCCESS, arguments, prepare=lambda state: _commit(state, REVEALED, epoch=EPOCH - 2))
    yield _scene(call, SUCCESS, arguments, prepare=lambda state: _commit(state, *[REVEALED] * 9))
    yield _scene(call, "guard:NotEnoughStakeToSetWeights", arguments, prepare=_raise_threshold)
    yield _scene(call, "guard:CommittingWeightsTooFast", arguments, NEWCOMER)
    yield _scene(call, "MechanismDoesNotExist", arguments | {"netuid": MISSING})
    yield _scene(call, "CommitRevealDisabled", arguments | {"netuid": OPEN})
    yield _scene(call, "HotKeyNotRegisteredInSubNet", arguments, STRANGER)
    ten = [REVEALED] * 10
    yield _scene(call, "TooManyUnrevealedCommits", arguments, prepare=lambda state: _commit(state, *ten))


def _reveal_scenes(call: str, more: Arguments) -> Iterator[Scene]:
    def committed(row: Arguments = REVEALED, netuid: int = HIDDEN, epoch: int = EPOCH - 1) -> Prepare:
        return lambda state: _commit(state, row, netuid=netuid, epoch=epoch)

    def uncovered(state: State) -> None:
        committed()(state)
        state.hyperparameters[HIDDEN].commit_reveal = False

    def poor(state: State) -> None:
        committed()(state)
        _raise_threshold(state)

    arguments = {"netuid": HIDDEN, **more, **REVEALED}
    yield _scene(call, SUCCESS, arguments, prepare=committed())
    others = [{**REVEALED, "salt": [salt]} for salt in (8, 9)]
    between = (others[0], REVEALED, others[1])
    yield _scene(call, SUCCESS, arguments, prepare=lambda state: _commit(state, *between, epoch=EPOCH - 1))
    yield _scene(call, "guard:NotEnoughStakeToSetWeights", arguments, prepare=poor)
    yield _scene(call, "guard:NoWeightsCommitFound", arguments)
    yield _scene(call, "guard:NoWeightsCommitFound", arguments | {"salt": [8]}, prepare=committed())
    for epoch in (EPOCH, EPOCH - 2):
        yield _scene(call, "guard:RevealTooEarly", arguments, prepare=committed(epoch=epoch))
    yield _scene(call, "CommitRevealDisabled", arguments, prepare=uncovered)
    for netuid, error in ((0, "CanNotSetRootNetworkWeights"), (MISSING, "MechanismDoesNotExist")):
        yield _scene(call, error, arguments | {"netuid": netuid}, prepare=committed(netuid=netuid))
    for error, (uids, values) in BAD_ROWS.items():
        row = {**REVEALED, "uids": uids, "values": values}
        yield _scene(call, error, arguments | row, prepare=committed(row))
    yield from _common_scenes(call, arguments, HIDDEN, committed())


def _second_mechanism_scenes() -> Iterator[Scene]:
    """A reveal in the second mechanism, where the hash names another storage index."""

    def committed(state: State) -> None:
        state.hyperparameters[HIDDEN].mechanism_count = 2
        hotkey, index = numbered_account(VALIDATOR), storage_index(HIDDEN, 1)
        digest = commit_hash_of(hotkey, index, (0, 2), (1, 3), (7,), 0)
        state.hash_commits[index, hotkey].commits = ((digest, EPOCH - 1, BLOCK - 20, 0),)

    arguments = {"netuid": HIDDEN, "mecid": 1, **REVEALED}
    yield _scene("reveal_mechanism_weights", SUCCESS, arguments, prepare=committed)


def _batch_reveal_scenes() -> Iterator[Scene]:
    """Each refusal of a single reveal in a batch of one, and those of batches alone."""
    call = "batch_reveal_weights"
    for scene in _reveal_scenes("reveal_weights", {}):
        (single,) = scene.calls
        row = {name: single[name] for name in REVEALED}
        batch = {"call": call, "signer": single["signer"], "netuid": single["netuid"], **_lists(row)}
        yield attrs.evolve(scene, calls=(batch,))

    def committed(state: State) -> None:
        _commit(state, {**REVEALED, "salt": [8]}, REVEALED, epoch=EPOCH - 1)

    unequal = {"netuid": HIDDEN, **_lists(REVEALED), "salts_list": []}
    yield _scene(call, "guard:InputLengthsUnequal", unequal)
    twice = {"netuid": HIDDEN, **_lists(REVEALED, REVEALED)}
    yield _scene(call, "InvalidRevealCommitHashNotMatch", twice, prepare=committed)
    yield _scene(call, SUCCESS, {"netuid": HIDDEN, **_lists(REVEALED)}, prepare=committed)


def _lists(*rows: Arguments) -> dict[str, Any]:
    names = {
        "uids": "uids_list",
        "values": "values_list",
        "salt": "salts_list",
        "version_key": "version_keys",
    }
    return {plural: [row[name] for row in rows] for name, plural in names.items()}


def _timelock_scenes(call: str, more: Arguments) -> Iterator[Scene]:
    def other_version(state: State) -> None:
        state.parameters.commit_reveal_version = 5

    def ten(state: State) -> None:
        _lock(state, b"", times=10, epoch=EPOCH)

    arguments = {"netuid": HIDDEN, **LOCKED, **more}
    yield _scene(call, SUCCESS, arguments)
    yield _scene(call, "guard:NotEnoughStakeToSetWeights", arguments, prepare=_raise_threshold)
    yield _scene(call, "guard:InvalidRevealRound", arguments | {"reveal_round": ROUND - 1})
    yield _scene(call, "MechanismDoesNotExist", arguments | {"netuid": MISSING})
    yield _scene(call, "CommitRevealDisabled", arguments | {"netuid": OPEN})
    yield _scene(call, "IncorrectCommitRevealVersion", arguments, prepare=other_version)
    yield _scene(call, "HotKeyNotRegisteredInSubNet", arguments, STRANGER)
    yield _scene(call, "CommittingWeightsTooFast", arguments, NEWCOMER)
    yield _scene(call, "TooManyUnrevealedCommits", arguments, prepare=ten)


def _voting_scenes() -> Iterator[Scene]:
    def tracked(state: State) -> None:
        state.voting_power_tracking[HIDDEN].enabled = True

    def ending(state: State) -> None:
        tracked(state)
        state.voting_power_tracking[HIDDEN].disable_at = BLOCK + 100

    subnet = {"netuid": HIDDEN}
    enable, disable = "enable_voting_power_tracking", "disable_voting_power_tracking"
    for maker in (COLDKEY, "root"):
        yield _scene(enable, SUCCESS, subnet, maker)
        yield _scene(enable, SUCCESS, subnet, maker, ending)
        yield _scene(disable, SUCCESS, subnet, maker, tracked)
    yield _scene(enable, "BadOrigin", subnet)
    yield _scene(disable, "BadOrigin", subnet)
    yield _scene(disable, "VotingPowerTrackingNotEnabled", subnet, COLDKEY)
    rate = "sudo_set_voting_power_ema_alpha"
    yield _scene(rate, SUCCESS, {**subnet, "alpha": 10**18}, "root")
    yield _scene(rate, "BadOrigin", {**subnet, "alpha": 1}, COLDKEY)
    yield _scene(rate, "InvalidVotingPowerEmaAlpha", {**subnet, "alpha": 10**18 + 1}, "root")


def _automatic_scenes() -> Iterator[Scene]:
    """The chain reveals, and then a call is made that shows nothing."""
    old = bytes.fromhex("08000002000801000300" + "00" * 8)
    new = bytes([32 << 2]) + numbered_account(VALIDATOR) + old
    others = bytes([32 << 2]) + numbered_account(MINER) + old

    def locked(ciphertext: bytes, reveal_round: int = ROUND, epoch: int = EPOCH - 1) -> Prepare:
        return lambda state: _lock(state, ciphertext, reveal_round=reveal_round, epoch=epoch)

    ways = [locked(MARK + plaintext) for plaintext in (old, new, others, old[:-1], b"")]
    ways += [locked(old), locked(MARK + old, ROUND + 1), locked(MARK + old, epoch=EPOCH - 2)]
    for prepare in ways:
        yield _scene("enable_voting_power_tracking", SUCCESS, {"netuid": OPEN}, COLDKEY, prepare)


def _epoch_scenes() -> Iterator[Scene]:
    """An epoch is due: it ends the tracking of voting power, or two neurons with one hotkey prevent it."""

    def ended(state: State) -> None:
        _let_epoch_come(state)
        state.voting_power_tracking[OPEN].enabled = True
        state.voting_power_tracking[OPEN].disable_at = BLOCK
        state.memberships[OPEN, numbered_account(VALIDATOR)].voting_power = 7

    def twins(state: State) -> None:
        _let_epoch_come(state)
        state.neurons[OPEN, 3].hotkey = numbered_account(MINER)

    for prepare in (ended, twins):
        yield _scene("enable_voting_power_tracking", SUCCESS, {"netuid": HIDDEN}, COLDKEY, prepare)


def _let_epoch_come(state: State) -> None:
    state.schedules[OPEN].tempo, state.schedules[OPEN].last_epoch_block = 10, BLOCK - 10


def _commit(state: State, *rows: Arguments, netuid: int = HIDDEN, epoch: int = EPOCH) -> None:
    """The validator has committed these rows."""
    hotkey, index = numbered_account(VALIDATOR), storage_index(netuid, 0)
    state.hash_commits[index, hotkey].commits = tuple(
        (
            commit_hash_of(
                hotkey,
                index,
                tuple(row["uids"]),
                tuple(row["values"]),
                tuple(row["salt"]),
                row["version_key"],
            ),
            epoch,
            BLOCK - 20,
            0,
        )
        for row in rows
    )


def _lock(state: State, ciphertext: bytes, *, times: int = 1, reveal_round: int = ROUND, epoch: int) -> None:
    """The validator has committed a ciphertext."""
    commit = (numbered_account(VALIDATOR), BLOCK - 20, ciphertext, reveal_round)
    state.timelocked_commits[HIDDEN, epoch].commits = (commit,) * times


def _wait_for_the_limit(state: State) -> None:
    state.mechanisms[OPEN].last_update = (0, BLOCK - 5, 0, 0)


def _ask_for_many(state: State) -> None:
    state.hyperparameters[OPEN].min_allowed_weights = 1_024


def _raise_threshold(state: State) -> None:
    state.parameters.stake_threshold = 1


def _uncover(state: State) -> None:
    """Without commit-reveal on root and on the subnet that does not exist."""
    for netuid in (0, MISSING):
        state.hyperparameters[netuid].commit_reveal = False


def _unregister(state: State, netuid: int) -> None:
    membership = state.memberships[netuid, numbered_account(VALIDATOR)]
    membership.uid, membership.is_member = None, False
    state.neurons[netuid, 1].hotkey = numbered_account(STRANGER)


def _require_version(state: State, netuid: int) -> None:
    state.hyperparameters[netuid].weights_version_key = 1


def _forbid(state: State, netuid: int) -> None:
    state.metagraphs[netuid].validator_permit = (False,) * 4


def two_subnets() -> State:
    """Root and two subnets at rest, with the same four neurons, of which the second has a permit."""
    state = State()
    state.clock.block = BLOCK - 1
    state.beacon.last_round = ROUND
    state.pulses[ROUND].pulse = Pulse(ROUND, b"", b"")
    for netuid in (0, HIDDEN, OPEN, MISSING):
        schedule = state.schedules[netuid]
        schedule.tempo, schedule.epoch_index = 0, EPOCH
    state.subnets[0].added = True
    for netuid in (HIDDEN, OPEN):
        _add_subnet(state, netuid)
    state.hyperparameters[OPEN].commit_reveal = False
    return state


def _add_subnet(state: State, netuid: int) -> None:
    subnet, parameters = state.subnets[netuid], state.hyperparameters[netuid]
    subnet.added, subnet.neurons = True, 4
    subnet.owner, subnet.owner_hotkey = numbered_account(COLDKEY), numbered_account(OWNERS)
    parameters.weights_set_rate_limit, parameters.min_allowed_weights = 5, 2
    parameters.registration_allowed = False
    state.metagraphs[netuid].validator_permit = (False, True, False, False)
    state.mechanisms[netuid].last_update = (BLOCK - 50,) * 3 + (BLOCK - 2,)
    for uid, number in enumerate((OWNERS, VALIDATOR, MINER, NEWCOMER)):
        hotkey = numbered_account(number)
        state.neurons[netuid, uid].hotkey = hotkey
        membership = state.memberships[netuid, hotkey]
        membership.uid, membership.is_member = uid, True


if __name__ == "__main__":
    main(sys.argv[1:])
