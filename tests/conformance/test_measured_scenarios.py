"""The committed scenarios show what their names say, in the numbers that the page of simulations quotes."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import attrs
import pytest

from taospec.conformance import simulation as package
from taospec.conformance.simulation.measured import MEASURES, Played, measure, play
from taospec.conformance.simulation.scenario import read_scenario

SCENARIOS = Path(package.__path__[0]).parent / "scenarios"
MEASURED = json.loads((SCENARIOS / "measured.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", MEASURES)
def test_measured_numbers_are_of_the_committed_scenario(name: str) -> None:
    assert list(MEASURED) == list(MEASURES)
    assert MEASURED[name]["scenario"] == sha256((SCENARIOS / f"{name}.toml").read_bytes()).hexdigest()


def test_measured_numbers_repeat_themselves() -> None:
    assert measure(read_scenario(SCENARIOS / "owner_burn.toml"), "owner_burn") == MEASURED["owner_burn"]


def measured(name: str, number: str) -> float:
    return float(MEASURED[name]["numbers"][number].removesuffix(" %").replace(",", ""))


def test_the_scenarios_show_what_their_names_say() -> None:
    assert measured("weight_copying_commit_reveal_on", "copier") < 0.9
    assert measured("weight_copying_commit_reveal_off", "copier") > 1
    assert measured("cabal", "incentive") < measured("cabal", "unclipped") / 3
    assert measured("cabal", "dividends") < measured("cabal", "stake") / 10
    assert measured("owner_burn", "withheld") > 85
    assert measured("owner_burn", "part_before") > 45
    assert measured("owner_burn", "part_after") < 10
    assert measured("demand_shock", "price_after") > 4 * measured("demand_shock", "price_before")
    assert measured("demand_shock", "part_after") > 2 * measured("demand_shock", "part_before")
    for number in ("price", "part"):
        all_sold, half, none = (measured("selling_miners", f"{number}_{netuid}") for netuid in (1, 2, 3))
        assert all_sold < half < none
    full = [measured("subnet_limit", number) for number in ("most", "least", "limit")]
    assert full[0] == full[1] == full[2]
    assert measured("subnet_limit", "pruned") > 10


def shortened(name: str, blocks: int) -> Played:
    """A scenario played for fewer blocks."""
    return play(attrs.evolve(read_scenario(SCENARIOS / f"{name}.toml"), blocks=blocks))


def test_a_copier_earns_less_with_commit_reveal_after_six_epochs_already() -> None:
    earned = {}
    for mode in ("off", "on"):
        name = f"weight_copying_commit_reveal_{mode}"
        earned[mode] = float(MEASURES[name](shortened(name, 360))["copier"])
    assert earned["on"] < 0.9 < 1 <= earned["off"]


def test_a_subnet_goes_for_each_that_comes_at_the_limit() -> None:
    """Two are there at the start, and the limit is six."""
    played = shortened("subnet_limit", 250)
    state = played.simulation.state
    opened = played.simulation.outcomes["register_network Ok"]
    assert opened > 4
    assert state.network.subnets == state.parameters.subnet_limit + 1
    counters = [state.subnets.peek(netuid).registrations for netuid in range(1, state.network.subnets)]
    assert sum(counters) == opened + 2
    assert max(row["subnets"] for row in played.rows["network"]) == state.parameters.subnet_limit + 1
