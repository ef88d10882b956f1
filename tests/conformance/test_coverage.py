"""Random calls repeat themselves, and with the vectors they reach every call, error and event."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest

from taospec.conformance import simulation as package
from taospec.conformance.chain_trace import blocks as trace_blocks
from taospec.conformance.coverage import (
    VECTORS,
    Coverage,
    committed_coverage,
    errors_not_shown,
    events_not_reached,
    never_made,
    never_succeeded,
    reachable_errors,
    unexpected,
)
from taospec.conformance.simulation.run import started
from taospec.conformance.simulation.scenario import Scenario, read_scenario
from taospec.conformance.simulation.trace import write_trace
from taospec.reference.chain import block as chain_block
from taospec.reference.chain.calls import CALLS, Outcome, execute
from taospec.reference.state.digest import state_digest
from taospec.reference.state.event_catalogue import EVENTS
from taospec.reference.state.state import State
from taospec.reference.state.upstream_names import export_state
from taospec.reference.subnets.hyperparameters import SETTERS

RANDOM = Path(package.__path__[0]).parent / "scenarios" / "random_calls.toml"


def seeded(seed: int) -> Scenario:
    return attrs.evolve(read_scenario(RANDOM), seed=f"coverage-{seed}")


@pytest.fixture(scope="module")
def coverage() -> Coverage:
    return committed_coverage()


def test_every_call_is_made_and_succeeds_unless_it_is_always_refused(coverage: Coverage) -> None:
    assert never_made(coverage) == []
    assert never_succeeded(coverage) == []


def test_every_setter_of_a_parameter_succeeds_in_a_case(coverage: Coverage) -> None:
    cases = Coverage()
    cases.read(VECTORS / "subnets" / "subnets_parameters.jsonl.gz")
    assert set(SETTERS) <= cases.succeeded


def test_a_case_returns_every_error_that_can_be_and_shows_the_digest_as_it_was(coverage: Coverage) -> None:
    assert errors_not_shown(coverage) == []


def test_every_event_is_deposited_in_a_case_or_a_trace(coverage: Coverage) -> None:
    assert events_not_reached(coverage) == []


def test_nothing_is_reached_that_is_said_to_be_out_of_reach(coverage: Coverage) -> None:
    assert unexpected(coverage) == []


def test_what_nothing_reaches_is_named() -> None:
    nothing = Coverage()
    assert "SubnetNotExists" in errors_not_shown(nothing)
    nothing.note("add_stake", "SubnetNotExists")
    assert "SubnetNotExists" in errors_not_shown(nothing), "no digest was shown"
    nothing.note_case(_case("SubnetNotExists", ["a", "b"]))
    assert "SubnetNotExists" in errors_not_shown(nothing), "the digest is another"
    nothing.note_case(_case("guard:SubnetNotExists", ["a", "a"]))
    assert "SubnetNotExists" not in errors_not_shown(nothing)
    assert set(never_made(nothing)) == set(CALLS) - {"add_stake"}
    assert "add_stake" in never_succeeded(nothing)
    assert "schedule_swap_coldkey" not in never_succeeded(nothing)
    assert set(events_not_reached(nothing)) == EVENTS.keys() - {"StakeAdded"}


def test_what_should_be_out_of_reach_and_is_not_is_named() -> None:
    odd = Coverage()
    odd.note("schedule_swap_coldkey", "Ok")
    odd.note("add_stake", "Token::Frozen")
    odd.note("add_stake", "AmountTooLow")
    odd.events.update(("StakeAdded", "NoSuchEvent"))
    assert unexpected(odd) == ["NoSuchEvent", "Token::Frozen", "schedule_swap_coldkey"]


def test_an_error_that_one_pallet_cannot_return_is_asked_of_the_other() -> None:
    """``InsufficientBalance`` of the swap pallet is out of reach, that of the main pallet is not."""
    assert "InsufficientBalance" in reachable_errors()
    assert "InvalidTickRange" not in reachable_errors()


def _case(result: str, digests: list[str]) -> dict[str, Any]:
    value = {"results": [result], "events": [{"name": "StakeAdded", "fields": {}}]}
    stages = [[str(place), {"digest": digest}] for place, digest in enumerate(digests)]
    return {"in": {"calls": [{"call": "add_stake"}]}, "out": {"value": value, "stages": stages}}


@pytest.mark.rule("CHAIN-CALL-1")
def test_a_call_that_returns_an_error_leaves_the_digest_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = 0

    def watched(state: State, name: str, *rest: Any) -> Outcome:
        nonlocal refused
        before = state_digest(state)
        outcome = execute(state, name, *rest)
        if outcome.error is not None:
            assert state_digest(state) == before, name
            refused += 1
        return outcome

    monkeypatch.setattr(chain_block, "execute", watched)
    simulation = started(seeded(0))
    for _ in range(40):
        simulation.play()
    assert refused > 50


def test_a_trace_plays_back_to_the_state_that_was_reached(tmp_path: Path) -> None:
    simulation = started(seeded(1))
    path = tmp_path / "trace.jsonl.gz"
    write_trace(simulation, path, 25)
    states = trace_blocks(path)
    played = [(block["number"], len(block["results"])) for _, block in states]
    assert len(played) == 25
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        assert json.loads(next(lines))["provenance"] == "reference"
    *_, (state, last) = trace_blocks(path)
    # The last state that was yielded has been brought to the end since.
    assert export_state(state) == export_state(simulation.state)
    assert last["number"] == simulation.state.clock.block


def test_the_committed_trace_of_random_calls_begins_as_the_scenario_plays_now(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl.gz"
    write_trace(started(read_scenario(RANDOM)), path, 25)
    committed = VECTORS / "chain" / "trace_random_calls.jsonl.gz"
    with gzip.open(path) as played, gzip.open(committed) as lines:
        header, *blocks = played.readlines()
        assert json.loads(next(lines)) == {**json.loads(header), "blocks": 1_000}
        assert [next(lines) for _ in blocks] == blocks


def test_a_trace_is_the_same_under_any_hash_seed(tmp_path: Path) -> None:
    scenario = tmp_path / "short.toml"
    scenario.write_text(RANDOM.read_text(encoding="utf-8").replace("blocks = 1000", "blocks = 30"))
    written = []
    for hash_seed in ("1", "77"):
        path = tmp_path / f"{hash_seed}.jsonl.gz"
        arguments = ["simulate", str(scenario), "--trace", str(path)]
        subprocess.run(
            [sys.executable, "-m", "taospec.conformance.cli", *arguments],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
        )
        written.append(path.read_bytes())
    assert written[0] == written[1]
