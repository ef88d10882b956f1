"""The committed corners of subnets' lives, and that a refused call leaves nothing."""

from pathlib import Path

import pytest

import taospec.conformance
from taospec.conformance.operations.chain import apply_block
from taospec.conformance.storage_changes import decode_dump
from taospec.conformance.subnet_lives import SCENES, scenes
from taospec.conformance.vector_file import read_vector_file
from taospec.reference.state.digest import state_digest
from taospec.reference.state.upstream_names import import_state

COMMITTED = Path(next(iter(taospec.conformance.__path__))) / "vectors" / "subnets" / "subnets_lives.jsonl.gz"
CASES = list(scenes())
REFUSED = [case for scene, case in zip(SCENES, CASES, strict=True) if scene.results[-1] != "Ok"]


def test_the_committed_corners_are_those_of_the_reference():
    assert [line.case() for line in read_vector_file(COMMITTED).lines] == CASES


@pytest.mark.rule("CHAIN-CALL-1")
@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.inputs["calls"][-1]["call"])
def test_a_refused_call_leaves_what_the_calls_before_it_left(case):
    def digest_after(calls):
        state = import_state(decode_dump(case.inputs["state"]))
        apply_block(state, int(case.inputs["block"]), bytes(32), None, [decode_dump(call) for call in calls])
        return state_digest(state)

    *earlier, refused = case.inputs["calls"]
    assert digest_after([*earlier, refused]) == digest_after(earlier)
