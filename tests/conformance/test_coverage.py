"""Random calls repeat themselves, and with the vectors they reach every call and error."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import attrs
import pytest

from taospec.conformance import simulation as package
from taospec.conformance.chain_trace import blocks as trace_blocks
from taospec.conformance.coverage import (
    AWAITED,
    NOT_REACHED,
    Coverage,
    committed_coverage,
    never_made,
    unreached_errors,
)
from taospec.conformance.simulation.run import started
from taospec.conformance.simulation.scenario import Scenario, read_scenario
from taospec.conformance.simulation.trace import write_trace
from taospec.reference.chain.calls import CALLS
from taospec.reference.state.digest import state_digest
from taospec.reference.state.upstream_names import export_state

RANDOM = Path(package.__path__[0]).parent / "scenarios" / "random_calls.toml"


def seeded(seed: int) -> Scenario:
    return attrs.evolve(read_scenario(RANDOM), seed=f"coverage-{seed}")


@pytest.fixture(scope="module")
def coverage() -> Coverage:
    return committed_coverage()


def test_every_call_is_made(coverage: Coverage) -> None:
    assert never_made(coverage) == []


def test_every_error_is_reached_or_listed_with_a_reason(coverage: Coverage) -> None:
    assert set(unreached_errors(coverage)) <= set(AWAITED)
    assert all({**AWAITED, **NOT_REACHED}.values())


def test_an_error_that_nothing_reaches_is_named() -> None:
    nothing = Coverage()
    assert "SubnetNotExists" in unreached_errors(nothing)
    nothing.note("add_stake", "SubnetNotExists")
    assert "SubnetNotExists" not in unreached_errors(nothing)
    assert set(never_made(nothing)) == set(CALLS) - {"add_stake"}


@pytest.mark.rule("CHAIN-CALL-1")
def test_a_call_that_returns_an_error_leaves_the_digest_as_it_was() -> None:
    simulation = started(seeded(0))
    from taospec.conformance.simulation import run

    refused = 0
    original = run.execute

    def watched(state, name, *rest):  # type: ignore[no-untyped-def]
        nonlocal refused
        before = state_digest(state)
        outcome = original(state, name, *rest)
        if outcome.error is not None:
            assert state_digest(state) == before, name
            refused += 1
        return outcome

    run.execute = watched
    try:
        for _ in range(40):
            simulation.play()
    finally:
        run.execute = original
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
