"""``taospec simulate``: play a scenario and write its time series."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from taospec.conformance.simulation.plots import draw_plots
from taospec.conformance.simulation.run import CHECKPOINT, InvariantError, Simulation, resumed, run, started
from taospec.conformance.simulation.scenario import Scenario, read_scenario
from taospec.conformance.simulation.series_files import FORMATS, SeriesFiles
from taospec.conformance.simulation.trace import write_trace
from taospec.conformance.stop_signals import stop_requests
from taospec.reference.chain.invariants import Checker
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.state.digest import state_digest

EXIT_STOPPED = 130


@click.command("simulate")
@click.argument(
    "scenario_path", metavar="SCENARIO", type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="Folder.")
@click.option("--resume", is_flag=True, help="Go on from the folder's checkpoint.")
@click.option(
    "--checkpoint-every", type=click.IntRange(min=1), default=1_000, show_default=True, help="In blocks."
)
@click.option(
    "--backend",
    type=click.Choice(("reference", "optimized")),
    default="reference",
    show_default=True,
    help="Who computes what a block does before its calls; both leave the same state.",
)
@click.option(
    "--trace",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Instead of time series, write every block's calls, results and changes of storage to this file.",
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(tuple(FORMATS)),
    default="csv",
    show_default=True,
    help="Of the time series; parquet needs pyarrow.",
)
@click.option(
    "--check-invariants",
    is_flag=True,
    help="Hold every block to all invariants and stop at the first that is broken; a block then costs "
    "several times as much (about eight with random calls).",
)
@click.option("--plots/--no-plots", default=True, help="Draw the series, if matplotlib is installed.")
def simulate_command(
    scenario_path: Path,
    output: Path | None,
    resume: bool,
    checkpoint_every: int,
    backend: str,
    trace: Path | None,
    file_format: str,
    check_invariants: bool,
    plots: bool,
) -> None:
    """Play a scenario on the reference's chain and write its time series.

    Ctrl-C, or SIGTERM, stops after the current block and writes everything up to it. A run that was
    stopped or killed goes on with --resume and ends with the same files.
    """
    try:
        scenario = read_scenario(scenario_path)
        if trace is not None:
            _write_trace(scenario, trace, backend, check_invariants)
            return
        if output is None:
            raise InvalidInputError("--output", None, "is missing")
        if not resume and (output / CHECKPOINT).exists():
            raise InvalidInputError(
                "--output", str(output), "holds a simulation: add --resume, or take another"
            )
        simulation = resumed(scenario, output) if resume else started(scenario)
        _prepare(simulation, backend, check_invariants)
        files = FORMATS[file_format]()
        finished = _play(simulation, output, checkpoint_every, files)
        if finished and plots and find_spec("matplotlib"):
            draw_plots(scenario, output, files)
    except InvalidInputError as error:
        raise click.UsageError(str(error)) from None
    except InvariantError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{simulation.time:,} blocks written to {output}")
    click.echo(f"state digest {state_digest(simulation.state).hex()}")
    if not finished:
        click.echo("stopped: go on with --resume")
        sys.exit(EXIT_STOPPED)


def _write_trace(scenario: Scenario, path: Path, backend: str, check_invariants: bool) -> None:
    simulation = started(scenario)
    _prepare(simulation, backend, check_invariants)
    write_trace(simulation, path, scenario.blocks)
    click.echo(f"{simulation.time:,} blocks written to {path}")


def _prepare(simulation: Simulation, backend: str, check_invariants: bool) -> None:
    """Choose who plays, and who checks."""
    if backend == "optimized":
        _use_arrays(simulation)
    if check_invariants:
        simulation.checker = Checker(simulation.state)


def _use_arrays(simulation: Simulation) -> None:
    try:
        from taospec.optimized.chain.block_step import BlockStep
    except ModuleNotFoundError as error:
        raise InvalidInputError("--backend", "optimized", f"needs the extra 'optimized' ({error})") from None
    simulation.step = BlockStep(simulation.state).play


def _play(simulation: Simulation, output: Path, every: int, files: SeriesFiles) -> bool:
    """Whether the run came to its end."""
    scenario = simulation.scenario
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(scenario.name, total=scenario.blocks, completed=simulation.time)

        def announce() -> None:
            progress.console.print("stopping after this block (again: at once, back to the last checkpoint)")

        with stop_requests(announce) as stop_requested:
            blocks = run(simulation, output, every, files)
            for played in blocks:
                progress.update(task, completed=played)
                if stop_requested() and played < scenario.blocks:
                    blocks.close()
                    return False
    return True
