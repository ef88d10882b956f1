"""The committed cases on weights, and that nothing refused changes the state."""

from pathlib import Path

import pytest

import taospec.conformance
from taospec.conformance.operations.chain import apply_block
from taospec.conformance.storage_changes import decode_dump
from taospec.conformance.vector_file import read_vector_file
from taospec.conformance.weight_refusals import cases, scenes
from taospec.reference.state.digest import state_digest
from taospec.reference.state.upstream_names import import_state

VECTORS = Path(next(iter(taospec.conformance.__path__))) / "vectors"
COMMITTED = VECTORS / "subnets" / "subnets_weights.jsonl.gz"
CASES = list(cases())
SCENES = list(zip(scenes(), CASES, strict=True))
REFUSED = [(scene, case) for scene, case in SCENES if scene.result != "Ok"]


def test_the_committed_cases_are_those_of_the_reference():
    assert [line.case() for line in read_vector_file(COMMITTED).lines] == CASES


@pytest.mark.rule("CHAIN-CALL-1")
@pytest.mark.parametrize(
    ("scene", "case"),
    REFUSED,
    ids=[f"{scene.call}-{scene.result}-{place}" for place, (scene, _) in enumerate(REFUSED)],
)
def test_a_refused_call_leaves_what_the_block_left(scene, case):
    def digest_after(calls):
        state = import_state(decode_dump(case.inputs["state"]))
        apply_block(state, int(case.inputs["block"]), bytes(32), None, calls)
        return state_digest(state)

    refused_call = decode_dump(case.inputs["calls"][0])
    assert digest_after([refused_call]) == digest_after([])


@pytest.mark.rule("SUBNET-TIMELOCK-2", "SUBNET-TIMELOCK-3", "SUBNET-TIMELOCK-4")
def test_of_the_ciphertexts_two_are_revealed_one_waits_and_the_others_are_dropped():
    automatic = [case for scene, case in SCENES if scene.call == "enable_voting_power_tracking"][-8:]
    written = [case.expected.out["value"]["set"].get("Weights") for case in automatic]
    row = [["1", "1", [["0", "21845"], ["2", "65535"]]]]
    assert written == [row, row] + [None] * 6
    kept = ["TimelockedWeightCommits" not in case.expected.out["value"]["removed"] for case in automatic]
    assert kept == [False] * 6 + [True, False]
