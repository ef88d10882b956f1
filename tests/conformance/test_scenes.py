"""Committed blocks on small states: what the reference answers, and that a refused call changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import taospec.conformance
from taospec.conformance import (
    key_swap_cases,
    parameter_calls,
    quirk_cases,
    refused_calls,
    staking_bounds,
    subnet_lives,
    transfer_cases,
    weight_refusals,
)
from taospec.conformance.operations.chain import SUCCESS
from taospec.conformance.scenes import Scene, Stage, scene_cases
from taospec.conformance.storage_changes import decode_dump, dump_digest
from taospec.conformance.storage_dump import StorageDump, changes_of
from taospec.conformance.vector_file import Case, read_vector_file
from taospec.reference.state.state import State

VECTORS = Path(next(iter(taospec.conformance.__path__))) / "vectors"
GENERATORS: dict[str, Callable[[], Iterator[Case]]] = {
    "chain/chain_quirks": quirk_cases.quirk_cases,
    "chain/chain_transfers": transfer_cases.cases,
    "staking/staking_bounds": staking_bounds.cases,
    "staking/staking_refusals": refused_calls.cases,
    "subnets/subnets_key_swaps": key_swap_cases.cases,
    "subnets/subnets_lives": subnet_lives.cases,
    "subnets/subnets_parameters": parameter_calls.cases,
    "subnets/subnets_weights": weight_refusals.cases,
}
every_suite = pytest.mark.parametrize("suite", GENERATORS)


def committed(suite: str) -> list[Case]:
    return [line.case() for line in read_vector_file(VECTORS / f"{suite}.jsonl.gz").lines]


@every_suite
def test_the_committed_cases_are_those_that_their_generator_makes(suite: str) -> None:
    assert committed(suite) == list(GENERATORS[suite]())


@every_suite
@pytest.mark.rule("CHAIN-CALL-1")
def test_a_refused_call_leaves_the_digest_that_the_block_and_the_calls_before_it_left(suite: str) -> None:
    for case in committed(suite):
        out = case.expected.out
        steps = dict(out["stages"])
        digest = steps["block step"]["digest"]
        for index, result in enumerate(out["value"]["results"]):
            step = steps[f"call {index}"]
            if result != SUCCESS:
                assert step == {"set": {}, "removed": {}, "digest": digest}, (case.id, index)
            digest = step["digest"]
        assert out["value"]["digest"] == digest


@every_suite
def test_the_digest_is_that_of_the_state_with_the_changes(suite: str) -> None:
    for case in committed(suite):
        dump = StorageDump(decode_dump(case.inputs["state"]))
        dump.apply(changes_of(decode_dump(case.expected.out["value"])))
        assert dump.digest() == case.expected.out["value"]["digest"]


def test_the_digest_of_a_dump_is_that_of_its_compact_json() -> None:
    # printf '{"A":[[1,2]],"B":3}' | sha256sum
    digest = "39e390718d1f3d4b6c68df58815a9078ec47346ac2c828a4183fb701f35cc8b6"
    assert dump_digest({"A": [[1, 2]], "B": 3}) == digest


def test_a_scene_with_another_result_than_it_says_is_no_case() -> None:
    call = {"call": "transfer_allow_death", "signer": 1, "dest": 2, "value": 1}
    with pytest.raises(AssertionError, match="Arithmetic::Underflow"):
        list(scene_cases([Scene((call,))], Stage(State, 1)))
