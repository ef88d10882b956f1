"""A state's history, and the order in which its records were written, leave no trace."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from random import Random

import pytest

from taospec.conformance import simulation as package
from taospec.conformance.simulation.run import Simulation, started
from taospec.conformance.simulation.scenario import read_scenario
from taospec.reference.state.digest import state_digest
from taospec.reference.state.state import State

SCENARIO = Path(package.__path__[0]).parent / "scenarios" / "random_calls.toml"


def rewritten(state: State, random: Random) -> State:
    """The same records, written in another order into a new state."""
    new = State()
    for name in random.sample(list(state.tables), len(state.tables)):
        records = list(state.tables[name].items())
        for key, record in random.sample(records, len(records)):
            held = new.tables[name][key]
            for field in random.sample(record.FIELDS, len(record.FIELDS)):
                setattr(held, field.name, getattr(record, field.name))
    return new


@pytest.mark.rule("CHAIN-BLOCK-3", "STATE-ORDER-1")
def test_blocks_lead_to_the_same_digest_whatever_the_order_of_insertion() -> None:
    scenario, random = read_scenario(SCENARIO), Random(1)
    one = started(scenario)
    for _ in range(24):
        state = rewritten(one.state, random)
        other = Simulation(scenario, state, deepcopy(one.memory))
        events = one.play()
        assert other.play() == events
        assert [outcome for _, outcome in other.made] == [outcome for _, outcome in one.made]
        assert state_digest(other.state) == state_digest(one.state)
    assert sum(one.outcomes.values()) > 100
