"""Plots of a simulation's time series; needs matplotlib."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from taospec.conformance.simulation.scenario import Scenario
from taospec.conformance.simulation.series import COLUMNS
from taospec.conformance.simulation.series_files import SeriesFiles
from taospec.reference.invalid_input import InvalidInputError

DEFAULT_PLOTS = ("subnets.price", "subnets.tao_emission", "actors.stake_value", "actors.dividends")


def draw_plots(scenario: Scenario, folder: Path, files: SeriesFiles) -> Path:
    """Draw the scenario's columns over time into one SVG file; its path.

    Raises:
        InvalidInputError: there is no such column.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    names = scenario.plots or DEFAULT_PLOTS
    path = folder / "plots.svg"
    with rc_context({"svg.hashsalt": scenario.name, "svg.fonttype": "path"}):
        figure = Figure(figsize=(8, 2.4 * len(names)), layout="constrained")
        axes = figure.subplots(len(names), 1, squeeze=False)
        for ax, name in zip(axes[:, 0], names, strict=True):
            draw_column(ax, folder, name, files)
        axes[-1, 0].set_xlabel("block")
        figure.savefig(path, format="svg", metadata={"Date": None})
    return path


def draw_column(ax: Any, folder: Path, name: str, files: SeriesFiles) -> None:
    """Draw one column, a line for each subnet or group."""
    series, _, column = name.partition(".")
    if column not in COLUMNS.get(series, ()):
        raise InvalidInputError("plots", name, "must be series.column")
    lines: dict[str, tuple[list[int], list[float]]] = defaultdict(lambda: ([], []))
    for row in files.rows(folder / f"{series}.{files.suffix}"):
        blocks, values = lines[str(row.get("netuid") or row.get("group") or series)]
        blocks.append(int(row["block"]))
        values.append(float(row[column]))
    for label, (blocks, values) in lines.items():
        ax.plot(blocks, values, label=label, linewidth=1.2)
    ax.set_title(name, loc="left", fontsize=10)
    ax.grid(alpha=0.25)
    if 1 < len(lines) <= 12:
        ax.legend(fontsize=7, frameon=False, ncols=4)
