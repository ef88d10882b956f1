"""What the committed scenarios show, as numbers.

``python -m taospec.conformance.simulation.measured OUT`` plays every scenario of which something is
measured and writes the numbers as JSON, with the hash of the scenario.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import attrs

from taospec.conformance.simulation.accounts import hotkey_of
from taospec.conformance.simulation.run import Simulation, started
from taospec.conformance.simulation.scenario import Scenario, read_scenario
from taospec.conformance.simulation.series import COLUMNS, sampled
from taospec.conformance.vector_file import write_atomically

SCENARIOS: Final = Path(__file__).parents[1] / "scenarios"
WHOLE: Final = 65_535
BLOCK_EMISSION: Final = 10**9
"""TAO that a block of these scenarios mints, rao."""

Numbers = dict[str, str]
"""By name, as they are read in text."""


@attrs.frozen
class Played:
    """A scenario that was played, and its series."""

    simulation: Simulation
    rows: Mapping[str, list[Mapping[str, Any]]]
    """Rows by column, by series."""

    def of(self, series: str, column: str, block: int, **keys: object) -> float:
        """A cell of the last row up to a block, counted from the start."""
        last = self.simulation.scenario.genesis.block + block
        found = [
            row
            for row in self.rows[series]
            if row["block"] <= last and all(row[key] == value for key, value in keys.items())
        ]
        return float(found[-1][column])


def main(arguments: list[str]) -> None:
    """Write the numbers of every scenario."""
    (out,) = arguments
    measured = {name: measure(read_scenario(SCENARIOS / f"{name}.toml"), name) for name in MEASURES}
    write_atomically(Path(out), (json.dumps(measured, indent=2) + "\n").encode())


def measure(scenario: Scenario, name: str) -> dict[str, Any]:
    """A scenario's hash, and its numbers."""
    return {"scenario": sha256(scenario.source).hexdigest(), "numbers": MEASURES[name](play(scenario))}


def play(scenario: Scenario) -> Played:
    """Play a scenario to its end and keep its series."""
    simulation = started(scenario)
    rows: dict[str, list[Mapping[str, Any]]] = {name: [] for name in COLUMNS}
    while simulation.time < scenario.blocks:
        simulation.play()
        if simulation.time % scenario.sample_every == 0:
            for name, found in sampled(scenario, simulation.state).items():
                rows[name] += [dict(zip(COLUMNS[name], row, strict=True)) for row in found]
    return Played(simulation, rows)


def _cabal(played: Played) -> Numbers:
    """What the cabal's miners earn, and what they would if it weighed like the others."""
    scenario = played.simulation.scenario
    honest = play(attrs.evolve(scenario, groups=tuple(_made_honest(scenario))))
    stake = {name: _stake_weight(played, name) for name in ("validators", "cabal")}
    dividends = {name: _dividends(played, name) for name in stake}
    return {
        "stake": _percent(stake["cabal"] / sum(stake.values())),
        "unclipped": _percent(_weight(played, "cabal-miners")),
        "incentive": _percent(_incentive(played, "cabal-miners")),
        "honest_incentive": _percent(_incentive(honest, "cabal-miners")),
        "dividends": _percent(dividends["cabal"] / sum(dividends.values())),
    }


def _made_honest(scenario: Scenario) -> Iterable[Any]:
    for group in scenario.groups:
        yield attrs.evolve(group, weights="honest")


def _demand_shock(played: Played) -> Numbers:
    """Price and part of the TAO of the subnet that is bought, before and after."""
    return {
        f"{name}_{when}": value
        for when, block in (("before", 300), ("after", 600))
        for name, value in (
            ("price", f"{played.of('subnets', 'price', block, netuid=1):.3f}"),
            ("part", _percent(_tao(played, block, 1))),
        )
    }


def _owner_burn(played: Played) -> Numbers:
    """What the owner's subnet withholds, and its part of the TAO."""
    blocks = played.simulation.scenario.blocks
    return {
        "withheld": _percent(played.of("subnets", "miner_burned", blocks, netuid=1)),
        "part_before": _percent(_tao(played, 10, 1)),
        "part_first": _percent(_tao(played, 100, 1)),
        "part_after": _percent(_tao(played, blocks, 1)),
    }


def _selling_miners(played: Played) -> Numbers:
    """Price and part of the TAO of the subnets whose miners sell all, half and nothing."""
    blocks = played.simulation.scenario.blocks
    prices = {
        f"price_{netuid}": f"{played.of('subnets', 'price', blocks, netuid=netuid):.3f}"
        for netuid in (1, 2, 3)
    }
    return prices | {f"part_{netuid}": _percent(_tao(played, blocks, netuid)) for netuid in (1, 2, 3)}


def _subnet_limit(played: Played) -> Numbers:
    """When the limit is reached, and how often one goes for one that comes from there on."""
    state, scenario = played.simulation.state, played.simulation.scenario
    full = next(row for row in played.rows["network"] if row["subnets"] == state.parameters.subnet_limit + 1)
    counters = [state.subnets.peek(netuid).registrations for netuid in range(1, state.network.subnets)]
    later = [row["subnets"] for row in played.rows["network"] if row["block"] >= full["block"]]
    return {
        "limit": str(state.parameters.subnet_limit),
        "reached": str(full["block"] - scenario.genesis.block),
        "opened": str(sum(counters)),
        "pruned": str(sum(counters) - len(counters)),
        "most": str(max(later) - 1),
        "least": str(min(later) - 1),
        "lock_cost": f"{played.of('network', 'last_lock_cost', scenario.blocks) / 10**9:,.0f}",
    }


def _weight_copying(played: Played) -> Numbers:
    """The copier's dividends for each of an honest validator of the same stake, from the third epoch on."""
    start = played.simulation.scenario.genesis.block + 180
    sums = {"copier": 0, "validators": 0}
    for row in played.rows["actors"]:
        if row["block"] > start and row["group"] in sums:
            sums[row["group"]] += row["dividends"]
    (honest,) = (group.count for group in played.simulation.scenario.groups if group.name == "validators")
    return {"copier": f"{sums['copier'] * honest / sums['validators']:.2f}"}


MEASURES: Final[Mapping[str, Callable[[Played], Numbers]]] = {
    "cabal": _cabal,
    "demand_shock": _demand_shock,
    "owner_burn": _owner_burn,
    "selling_miners": _selling_miners,
    "subnet_limit": _subnet_limit,
    "weight_copying_commit_reveal_off": _weight_copying,
    "weight_copying_commit_reveal_on": _weight_copying,
}
"""What is measured, by the names of the scenarios' files."""


def _percent(part: float) -> str:
    return f"{100 * part:.1f} %"


def _tao(played: Played, block: int, netuid: int) -> float:
    """The part of a block's TAO that a subnet gets, injected and in purchases."""
    columns = ("tao_emission", "excess_tao")
    return sum(played.of("subnets", column, block, netuid=netuid) for column in columns) / BLOCK_EMISSION


def _incentive(played: Played, group: str) -> float:
    return played.of("actors", "incentive", played.simulation.scenario.blocks, group=group) / WHOLE


def _dividends(played: Played, group: str) -> float:
    return played.of("actors", "dividends", played.simulation.scenario.blocks, group=group)


def _stake_weight(played: Played, name: str) -> int:
    weights = played.simulation.state.metagraphs.peek(1).stake_weight
    return sum(weights[uid] for uid in _uids(played, name))


def _weight(played: Played, name: str) -> float:
    """The part of all weight, by stake, that a group's members are given: uncut, their incentive."""
    state, group = played.simulation.state, _uids(played, name)
    stakes, given, total = state.metagraphs.peek(1).stake_weight, 0.0, 0
    for _, uid in state.matrix_rows.keys_with(index=1):
        row = dict(state.matrix_rows.peek((1, uid)).weights)
        if stakes[uid] and sum(row.values()):
            given += stakes[uid] * sum(row.get(each, 0) for each in group) / sum(row.values())
            total += stakes[uid]
    return given / total


def _uids(played: Played, name: str) -> list[int]:
    (group,) = (each for each in played.simulation.scenario.groups if each.name == name)
    members = played.simulation.state.memberships
    uids = [members.peek((1, hotkey_of(group, member))).uid for member in range(group.count)]
    return [uid for uid in uids if uid is not None]


if __name__ == "__main__":
    main(sys.argv[1:])
