"""The block step over arrays leaves the reference's state after every block."""

from __future__ import annotations

from pathlib import Path

import pytest

from taospec.conformance import simulation as package
from taospec.conformance.simulation.run import started
from taospec.conformance.simulation.scenario import read_scenario
from taospec.optimized.chain.block_step import BlockStep
from taospec.reference.state.digest import state_digest
from taospec.reference.state.upstream_names import export_state

SCENARIOS = Path(package.__path__[0]).parent / "scenarios"


@pytest.mark.rule("CHAIN-BLOCK-1", "STAKE-CLAIM-5")
@pytest.mark.parametrize(
    ("name", "blocks"),
    [("random_calls", 150), ("subnet_limit", 150), ("selling_miners", 130), ("demand_shock", 130)],
)
def test_arrays_and_reference_agree_after_every_block(name: str, blocks: int) -> None:
    scenario = read_scenario(SCENARIOS / f"{name}.toml")
    slow, fast = started(scenario), started(scenario)
    step = BlockStep(fast.state)
    fast.step = step.play
    for _ in range(blocks):
        assert fast.play() == slow.play()
        assert state_digest(fast.state) == state_digest(slow.state), slow.time
    assert export_state(fast.state) == export_state(slow.state)
    assert fast.outcomes == slow.outcomes
    assert step.by_reference < blocks
