"""``taospec bench``: how fast the epoch is, as ratios in one run."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from taospec.conformance.benchmark.document import document
from taospec.conformance.benchmark.epochs import measure
from taospec.conformance.benchmark.report import plot, print_results
from taospec.conformance.benchmark.results import write_text
from taospec.conformance.benchmark.workloads import DENSITIES, SIZES, workloads
from taospec.optimized.threads import usable_threads


class _Size(click.ParamType):  # type: ignore[type-arg]
    name = "VxN"

    def convert(
        self, value: object, parameter: click.Parameter | None, context: click.Context | None
    ) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value
        parts = str(value).split("x")
        if len(parts) != 2 or not all(part.isdecimal() and int(part) > 0 for part in parts):
            self.fail(f"{value!r} is not two positive numbers such as 64x256", parameter, context)
        validators, neurons = int(parts[0]), int(parts[1])
        if validators > neurons:
            self.fail(f"{value!r}: a subnet has at least as many neurons as validators", parameter, context)
        return validators, neurons


@click.command("bench")
@click.option(
    "--size", "sizes", type=_Size(), multiple=True, default=SIZES, help="Validators x neurons; repeatable."
)
@click.option(
    "--density",
    "densities",
    type=click.FloatRange(0, 1, min_open=True),
    multiple=True,
    default=DENSITIES,
    help="Share of weights and bonds that are present; repeatable.",
)
@click.option("--budget", type=click.FloatRange(0), default=1.0, help="Seconds for each measurement.")
@click.option("--threads", type=click.IntRange(1), help="Threads of the parallel contender (default: all).")
@click.option(
    "--reference-limit",
    type=click.FloatRange(0),
    default=20.0,
    help="Seconds: the reference runs only where it is expected to take less.",
)
@click.option("--batch/--no-batch", "with_batch", default=True, help="Measure the batch of 128 subnets too.")
@click.option("--starts/--no-starts", "with_starts", default=True, help="Measure cold and warm starts too.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write the results as JSON.")
@click.option("--plot", "plot_path", type=click.Path(path_type=Path), help="Draw times against sizes.")
@click.option(
    "--markdown", "markdown_path", type=click.Path(path_type=Path), help="Write them as a document."
)
def bench_command(
    sizes: tuple[tuple[int, int], ...],
    densities: tuple[float, ...],
    budget: float,
    threads: int | None,
    reference_limit: float,
    with_batch: bool,
    with_starts: bool,
    json_path: Path | None,
    plot_path: Path | None,
    markdown_path: Path | None,
) -> None:
    """Measure the Yuma epoch: the kernels against numpy, the simulator's rule and the reference.

    Everyone works on the same epochs, in turns, in one run; times are the best of many and
    are meant to be read as ratios.
    """
    console = Console()
    results = measure(
        list(workloads(sizes, densities)),
        budget=budget,
        threads=threads or usable_threads(),
        reference_limit=reference_limit,
        with_batch=with_batch,
        with_starts=with_starts,
        progress=lambda work: console.print(f"measuring {work}", style="dim"),
    )
    print_results(results, console)
    if json_path:
        results.write(json_path)
    if markdown_path:
        write_text(markdown_path, document(results))
    if plot_path:
        try:
            plot(results, plot_path)
        except ImportError as error:
            raise click.UsageError(f"--plot needs the extra 'docs': {error}") from error
