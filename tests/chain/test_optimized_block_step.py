"""The block step over arrays leaves the reference's state after every block."""

from __future__ import annotations

from pathlib import Path

import pytest

from taospec.conformance import simulation as package
from taospec.conformance.simulation.run import started
from taospec.conformance.simulation.scenario import read_scenario
from taospec.optimized.chain.block_step import BlockStep
from taospec.reference.fixed_point import I96F32
from taospec.reference.staking.positions import all_netuids
from taospec.reference.state.digest import state_digest
from taospec.reference.state.state import State
from taospec.reference.state.upstream_names import export_state

SCENARIOS = Path(package.__path__[0]).parent / "scenarios"


def is_outside_the_arrays(state: State) -> bool:
    """Whether the next block is the reference's: timelocked commits wait, or averages of prices are none.

    Root may set the rate of the moving price above 1, and the blocks in which it halves to 0 or
    beyond 62 bits.
    """
    if len(state.timelocked_commits):
        return True
    halvings = (
        state.hyperparameters.peek(netuid).price_ema_halving_blocks for netuid in all_netuids(state) if netuid
    )
    return state.parameters.subnet_moving_alpha > I96F32.one() or any(
        not 0 < blocks < 2**62 for blocks in halvings
    )


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
        left, outside = step.by_reference, is_outside_the_arrays(fast.state)
        assert fast.play() == slow.play()
        assert step.by_reference - left == outside, "the arrays play every block that they can"
        assert state_digest(fast.state) == state_digest(slow.state), slow.time
    assert export_state(fast.state) == export_state(slow.state)
    assert fast.outcomes == slow.outcomes
