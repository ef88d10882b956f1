"""Whether arrays and reference play the same window of blocks from a simulation's checkpoint.

``python -m taospec.conformance.simulation.window SCENARIO FOLDER [BLOCKS]`` plays so many blocks (200)
with both from the checkpoint in the folder. Outcomes and events must agree after every block, digests
after every tenth.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Final

from taospec.conformance.simulation.run import Simulation, resumed
from taospec.conformance.simulation.scenario import read_scenario
from taospec.optimized.chain.block_step import BlockStep
from taospec.reference.state.digest import state_digest

WINDOW: Final = 200
DIGEST_EVERY: Final = 10


def main(arguments: list[str]) -> None:
    """Compare and print the ratio of times."""
    scenario, folder = read_scenario(Path(arguments[0])), Path(arguments[1])
    blocks = int(arguments[2]) if len(arguments) > 2 else WINDOW
    slow, fast = resumed(scenario, folder), resumed(scenario, folder)
    print(compared(slow, fast, blocks))


def compared(slow: Simulation, fast: Simulation, blocks: int) -> str:
    """Let both play; a line of the report.

    Raises:
        AssertionError: they differ.
    """
    first = slow.time
    step = BlockStep(fast.state)
    fast.step = step.play
    seconds = [0.0, 0.0]
    for played in range(1, blocks + 1):
        events = []
        for place, simulation in enumerate((slow, fast)):
            start = time.perf_counter()
            events.append(simulation.play())
            seconds[place] += time.perf_counter() - start
        if events[0] != events[1] or slow.outcomes != fast.outcomes:
            raise AssertionError(f"events or outcomes differ in block {slow.state.clock.block}")
        if played % DIGEST_EVERY == 0 or played == blocks:
            _require_equal_digests(slow, fast)
    return (
        f"{blocks} blocks from block {first}: equal events, outcomes and digests; "
        f"{seconds[0] / seconds[1]:.1f} x the reference ({seconds[1]:.1f} s against {seconds[0]:.1f} s), "
        f"{step.by_reference} blocks left to it"
    )


def _require_equal_digests(slow: Simulation, fast: Simulation) -> None:
    if state_digest(slow.state) != state_digest(fast.state):
        raise AssertionError(f"digests differ in block {slow.state.clock.block}")


if __name__ == "__main__":
    main(sys.argv[1:])
