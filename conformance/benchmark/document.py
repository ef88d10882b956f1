"""The results as a document to be kept: ``python -m taospec.conformance.benchmark.document bench.json``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from taospec.conformance.benchmark.contenders import CONTENDERS, FLOAT64, LOWER_BOUND
from taospec.conformance.benchmark.report import dense_works, time_text
from taospec.conformance.benchmark.results import Results


def document(results: Results, title: str = "The Yuma epoch, measured") -> str:
    """Bars, times, stages of the baseline, growth and starts as Markdown."""
    return "\n".join(_lines(results, title)) + "\n"


def _lines(results: Results, title: str) -> Iterator[str]:
    machine = results.machine
    yield f"# {title}"
    yield ""
    yield f"{machine['date']}; {machine['processor']}, {machine['threads']} threads"
    yield f"{'with ' + str(machine['gpu']) if machine.get('gpu') else 'without CUDA'};"
    yield f"Python {machine['python']}, numba {machine['numba']}, llvmlite {machine['llvmlite']},"
    yield f"numpy {machine['numpy']}. Written by `taospec bench`; times are the best of many, taken in turns,"
    yield "and are meant to be read as ratios within this run. Machines differ, and so does what else runs"
    yield "on them: no figure here is of another run."
    if machine.get("load") is not None:
        yield f"Before it {machine['load']:.1f} processes wanted a core; if many do, threads wait for theirs."
    yield from _bars(results)
    yield from _times(results)
    yield from _stages(results)
    yield from _growth(results)
    yield from _starts(results)
    yield from _tried()


def _bars(results: Results) -> Iterator[str]:
    if results.bars:
        yield from ("", "## Bars", "", "| bar | at most | measured | |", "|---|---|---|---|")
    for bar in results.bars:
        met = "met" if bar["met"] else "**missed**"
        yield f"| {bar['bar']} | {bar['at_most']:.3f} | {bar['measured']:.3f} | {met} |"


def _times(results: Results) -> Iterator[str]:
    names = [n for n in (*CONTENDERS, LOWER_BOUND) if any(n in row for row in results.seconds.values())]
    yield from ("", "## Times", "", "Each with its ratio to float64 numpy. The work is validators x neurons,")
    yield "`plain` or `liquid` alpha, and the density of weights and bonds."
    yield from ("", f"| work | {' | '.join(names)} |", "|---|" + "---|" * len(names))
    for work, seconds in results.seconds.items():
        cells = [
            f"{time_text(seconds[n])} ({seconds[n] / seconds[FLOAT64]:.3g})" if n in seconds else ""
            for n in names
        ]
        yield f"| {work} | {' | '.join(cells)} |"


def _stages(results: Results) -> Iterator[str]:
    names = list(next(iter(results.float64_stages.values()), {}))
    yield from ("", "## Stages of float64 numpy", "")
    yield from (f"| work | {' | '.join(n.replace('_', ' ') for n in names)} |", "|---|" + "---|" * len(names))
    for work, stages in results.float64_stages.items():
        yield f"| {work} | {' | '.join(time_text(stages[n]) for n in names)} |"


def _growth(results: Results) -> Iterator[str]:
    fits = [results.growth(dense_works(results, kind)) for kind in ("plain", "liquid")]
    yield from ("", "## Growth", "", "Exponent of the number of cells, fitted over the dense works.", "")
    yield from ("| contender | plain | liquid alpha |", "|---|---|---|")
    for name in (*CONTENDERS, LOWER_BOUND):
        if any(name in fit for fit in fits):
            yield f"| {name} | {' | '.join(f'{fit[name]:.2f}' if name in fit else '' for fit in fits)} |"


def _starts(results: Results) -> Iterator[str]:
    if not results.starts:
        return
    yield from (
        "",
        "## Starts",
        "",
        "From the start of a process, with an empty cache of kernels and with a full one.",
        "",
    )
    yield from ("| start | until | seconds | of processor time |", "|---|---|---|---|")
    for start, ends in results.starts.items():
        for end, times in ends.items():
            yield f"| {start} | {end} | {times['seconds']:.2f} | {times['processor seconds']:.2f} |"


def _tried() -> Iterator[str]:
    """What was tried for the largest size and the batch, as ratios: times are of one machine and hour."""
    yield from ("", "## Tried for 256x4096 and for the batch", "")
    yield "Best time of the stage, after the try to before it, on one thread where nothing else is said and"
    yield "with the matrices in a cache. All that was kept on one thread: 0.65 of the epoch. Two threads are"
    yield "of use because they stay awake: to wake the second one for each stage took longer than it saved."
    yield from ("", "| try | stage | ratio | |", "|---|---|---|---|")
    for attempt, stage, ratio, verdict in TRIED:
        yield f"| {attempt} | {stage} | {ratio} | {verdict} |"


TRIED: Final = (
    ("one factor of 64 bits a row in place of three, in lanes", "division of weights", "0.91", "kept"),
    ("rows fetched before they are needed", "division of weights", "0.68", "kept"),
    ("penalty, average, storing and sums in one pass of lanes", "bonds", "0.90", "kept"),
    ("rows fetched before they are needed", "bonds", "0.73", "kept"),
    ("clip and ranks in lanes", "clip and rank", "0.83", "kept"),
    ("dividends estimated, exact only where a product is in doubt", "dividends", "0.5", "kept"),
    ("lanes lined up for each product, not multiplied where they lie", "bonds", "1.3", "dropped"),
    ("a bisection that interpolates", "median", "1.36 (passes)", "dropped"),
    ("more or fewer coarse steps of the bisection", "median", "0.99 to 1.4 (passes)", "dropped"),
    ("wider vectors by the compiler's choice", "division and bonds; others", "1.1; 0.6 to 0.8", "overtaken"),
    ("scratch aligned by hand, which it is by itself", "all", "1.0", "dropped"),
    ("scratch kept from epoch to epoch", "all", "no page faults to save", "not made"),
    ("threads awake in Python for 0.2 or 1 ms between stages", "two threads", "1.0", "dropped"),
    ("one call an epoch for each thread, stages opened within", "two threads", "0.69", "kept"),
    ("the second thread kept off the core of the first", "two threads, median", "0.61", "kept"),
    ("threads of our own in place of an executor's", "batch, two threads", "0.96 to 0.98", "kept"),
    ("a subnet's bonds fetched before its epoch", "batch", "1.07", "dropped"),
    ("answers into the same room", "batch, one thread; two", "0.92; 0.94", "offered"),
)


if __name__ == "__main__":
    print(document(Results.read(Path(sys.argv[1]))), end="")
