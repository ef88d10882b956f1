"""The results as tables, and as a plot."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from taospec.conformance.benchmark.contenders import CONTENDERS, FLOAT64, LOWER_BOUND
from taospec.conformance.benchmark.results import Results


def print_results(results: Results, console: Console) -> None:
    """Times with their ratios to float64 numpy, its stages, growth with size, and the bars."""
    console.print(_times(results))
    console.print(_stages(results))
    console.print(_growth(results))
    if results.starts:
        console.print(_starts(results))
    console.print(_bars(results))


def _times(results: Results) -> Table:
    table = Table(title="Best time, and its ratio to float64 numpy")
    table.add_column("validators x neurons, rate, density")
    columns = [
        name for name in (*CONTENDERS, LOWER_BOUND) if any(name in row for row in results.seconds.values())
    ]
    for name in columns:
        table.add_column(name, justify="right")
    for work, seconds in results.seconds.items():
        baseline = seconds[FLOAT64]
        table.add_row(
            work,
            *(
                f"{time_text(seconds[n])}\n{seconds[n] / baseline:.3g}" if n in seconds else "-"
                for n in columns
            ),
        )
    return table


def _stages(results: Results) -> Table:
    table = Table(title="Stages of float64 numpy")
    table.add_column("work")
    names = list(next(iter(results.float64_stages.values()), {}))
    for name in names:
        table.add_column(name.replace("_", " "), justify="right")
    for work, stages in results.float64_stages.items():
        table.add_row(work, *(time_text(stages[name]) for name in names))
    return table


def _growth(results: Results) -> Table:
    table = Table(title="Growth: seconds ~ cells ** exponent, fitted over the dense works")
    table.add_column("contender")
    table.add_column("plain", justify="right")
    table.add_column("liquid alpha", justify="right")
    fits = [results.growth(dense_works(results, kind)) for kind in ("plain", "liquid")]
    for name in (*CONTENDERS, LOWER_BOUND):
        if any(name in fit for fit in fits):
            table.add_row(name, *(f"{fit[name]:.2f}" if name in fit else "-" for fit in fits))
    return table


def _bars(results: Results) -> Table:
    table = Table(title="Bars")
    for name in ("bar", "at most", "measured", ""):
        table.add_column(name, justify="left" if name == "bar" else "right")
    for bar in results.bars:
        met = "met" if bar["met"] else "MISSED"
        table.add_row(bar["bar"], f"{bar['at_most']:.3f}", f"{bar['measured']:.3f}", met)
    return table


def _starts(results: Results) -> Table:
    table = Table(title="From the start of a process")
    for name in ("start", "until", "time", "processor time"):
        table.add_column(name, justify="right" if "time" in name else "left")
    for start, ends in results.starts.items():
        for end, times in ends.items():
            table.add_row(start, end, time_text(times["seconds"]), time_text(times["processor seconds"]))
    return table


def dense_works(results: Results, kind: str) -> list[str]:
    """Names of the works of full density, ``plain`` or ``liquid``."""
    return [work for work in results.seconds if work.endswith(f"{kind} 1.00")]


def plot(results: Results, path: Path) -> None:
    """Times against cells, without and with liquid alpha, for every contender.

    Raises:
        ImportError: matplotlib is not installed (the extra ``docs`` has it).
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 5), layout="constrained")
    for axes, kind in zip(figure.subplots(1, 2, sharey=True), ("plain", "liquid"), strict=True):
        works = dense_works(results, kind)
        for name in (*CONTENDERS, LOWER_BOUND):
            points = [
                (results.cells[w], results.seconds[w][name]) for w in works if name in results.seconds[w]
            ]
            if points:
                style = "--" if name == LOWER_BOUND else "o-"
                axes.plot(*zip(*points, strict=True), style, label=name)
        axes.set(xscale="log", yscale="log", xlabel="validators x neurons", title=_TITLES[kind])
        axes.grid(True, which="both", alpha=0.3)
    figure.axes[0].set_ylabel("seconds per epoch")
    figure.axes[0].legend()
    figure.savefig(path)


_TITLES = {"plain": "Yuma 3", "liquid": "Yuma 3 with liquid alpha"}


def time_text(seconds: float) -> str:
    """Three digits and a unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"
