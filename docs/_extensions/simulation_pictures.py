"""Pictures of simulations, played when the site is built."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from matplotlib.figure import Figure

from taospec.conformance import simulation as package
from taospec.conformance.simulation.run import started
from taospec.conformance.simulation.scenario import read_scenario
from taospec.conformance.simulation.series import COLUMNS, sampled

SCENARIOS = Path(package.__path__[0]).parent / "scenarios"
BLOCKS = 900
COLUMN = COLUMNS["actors"].index("dividends")


def weight_copying(figure: Figure, colours: Sequence[str]) -> None:
    """A copier's and an honest validator's share of dividends, with commit-reveal off and on."""
    axes = figure.subplots(1, 2, sharey=True)
    for ax, mode in zip(axes, ("off", "on"), strict=True):
        blocks, shares = _dividend_shares(mode)
        for name, colour in zip(shares, colours, strict=False):
            ax.plot(blocks, shares[name], color=colour, linewidth=1.8, label=name)
        ax.set_title(f"commit-reveal {mode}", loc="left", fontsize=10)
        ax.set_xlabel("block", fontsize=9)
        ax.grid(alpha=0.25)
    axes[0].set_ylabel("share of dividends", fontsize=9)
    axes[1].legend(fontsize=8, frameon=False, loc="lower right")


@cache
def _dividend_shares(mode: str) -> tuple[list[int], dict[str, list[float]]]:
    simulation = started(read_scenario(SCENARIOS / f"weight_copying_commit_reveal_{mode}.toml"))
    blocks: list[int] = []
    shares: dict[str, list[float]] = {"copier": [], "an honest validator": []}
    while simulation.time < BLOCKS:
        simulation.play()
        if simulation.time % 10 == 0 and simulation.time > 180:
            rows = {
                row[1]: int(row[COLUMN]) for row in sampled(simulation.scenario, simulation.state)["actors"]
            }
            blocks.append(simulation.time)
            shares["copier"].append(rows["copier"] / 65_535)
            shares["an honest validator"].append(rows["validators"] / 4 / 65_535)
    return blocks, shares
