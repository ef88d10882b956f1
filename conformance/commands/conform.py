"""``taospec conform``: the main job."""

from __future__ import annotations

import os
import secrets
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from difflib import get_close_matches
from importlib import metadata
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from taospec.conformance.backends import (
    BACKEND_NAMES,
    DEFAULT_BACKENDS,
    Backend,
    BackendAbsentError,
    LocalBackend,
    load_backend,
)
from taospec.conformance.chain_trace import is_trace, read_trace
from taospec.conformance.generator import LEVELS, PROBE_OPS, GeneratedCase, generated_cases
from taospec.conformance.known_failures import apply_known_failures, read_known_failures
from taospec.conformance.report import print_failures, print_table, summarise, write_json
from taospec.conformance.rule_lookup import VECTORS
from taospec.conformance.runner import (
    CaseResult,
    CaseSequence,
    Outcome,
    RecordedCase,
    Work,
    check_here,
    check_in_processes,
)
from taospec.conformance.schemas import schema_files
from taospec.conformance.target_process import TargetBackend
from taospec.conformance.trace_replay import whole_trace
from taospec.conformance.vector_file import PROTOCOL, VectorFileError, read_vector_file, vector_files
from taospec.reference.invalid_input import InvalidInputError

EXIT_BAD_INPUT = 2
EXIT_STOPPED = 130
"""As a shell reports a command that the user stopped."""
DEFAULT_GENERATED_CASES = 200
LOG_WIDTH = 100
"""Columns where the output is no terminal, so that a log keeps the table in one piece."""


@click.command("conform")
@click.argument("more_vectors", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH...]")
@click.option(
    "--vectors",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH...",
    help="Vector files, or folders of them, in place of the committed ones.",
)
@click.option(
    "--backend",
    "backend_names",
    multiple=True,
    type=click.Choice(BACKEND_NAMES),
    help="Check this implementation only; may be repeated.",
)
@click.option(
    "--target", "target_command", metavar="COMMAND", help="Check an implementation behind a command."
)
@click.option(
    "--timeout",
    default=60.0,
    show_default=True,
    type=click.FloatRange(min=0, min_open=True),
    help="Seconds that a target has for one case.",
)
@click.option(
    "--continuous",
    is_flag=True,
    help="Play chain traces from their first state on without setting it back to upstream's after a block.",
)
@click.option(
    "--check-invariants",
    is_flag=True,
    help="Hold the reference's state to the invariants after every block of a trace.",
)
@click.option(
    "--known-failures",
    type=click.Path(path_type=Path),
    help="File of case ids that fail; one that does not fail is an error.",
)
@click.option(
    "--allow-unsupported",
    is_flag=True,
    help="Exit with 0 in place of 3 if something passed: for a target that implements a part.",
)
@click.option("--suite", "suites", multiple=True, help="Run this suite only; may be repeated.")
@click.option("--seed", help="Seed of the generated cases; a fresh one is drawn, and printed, without it.")
@click.option(
    "--cases",
    "case_count",
    type=click.IntRange(min=0),
    help=f"Number of generated cases of each kind.  [default: {DEFAULT_GENERATED_CASES}, with --vectors 0]",
)
@click.option(
    "--level",
    type=click.Choice(LEVELS),
    help="Their size.  [default: small, and one realistic case for twenty small ones]",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=os.cpu_count() or 1,
    help="Processes.  [default: one a core]",
)
@click.option("--json", "json_path", type=click.Path(path_type=Path, dir_okay=False), help="Write a report.")
def conform_command(
    more_vectors: tuple[Path, ...],
    vectors: tuple[Path, ...],
    backend_names: tuple[str, ...],
    target_command: str | None,
    timeout: float,
    continuous: bool,
    check_invariants: bool,
    known_failures: Path | None,
    allow_unsupported: bool,
    suites: tuple[str, ...],
    seed: str | None,
    case_count: int | None,
    level: str | None,
    jobs: int,
    json_path: Path | None,
) -> NoReturn:
    """Check vectors against every implementation, bit for bit.

    Without PATH: every committed vector on the reference and on the optimized
    implementation, then fresh generated cases on which they must agree.

    Exit status: 0 all passed, 1 a failure, 2 bad input, 3 nothing failed but something was
    unsupported.
    """
    output = Console(markup=False)
    if not output.is_terminal:
        output.width = max(output.width, LOG_WIDTH)
    paths = [*vectors, *more_vectors]
    if json_path and not json_path.parent.is_dir():
        _refuse(f"{json_path}: no such folder")
    try:
        known = read_known_failures(known_failures) if known_failures else []
        backends, absent = _backends(backend_names, target_command, timeout)
        items = [*_recorded(paths or [VECTORS], continuous, check_invariants)]
        if case_count is None:
            case_count = 0 if paths else DEFAULT_GENERATED_CASES
        seed = seed if seed is not None else str(secrets.randbelow(2**32))
        counts = {level: case_count} if level else {"small": case_count, "realistic": -(-case_count // 20)}
        items += _generated(backends, seed, counts)
        items = _selected(items, suites)
    except (VectorFileError, BackendAbsentError, InvalidInputError, _NothingSelectedError) as error:
        _refuse(str(error))
    _print_plan(output, backends, absent, items)
    results, stopped = _run(items, backends, jobs)
    stale: list[str] = []
    if known_failures:
        results, stale = apply_known_failures(results, known)
    if stopped:
        stale = []  # what was not run may still fail
    report = summarise(results, list(dict.fromkeys(item.suite for item in items)), stale)
    print_failures(output, report)
    print_table(output, report)
    if json_path:
        write_json(json_path, report)
    sys.exit(EXIT_STOPPED if stopped else report.exit_code(allow_unsupported))


class _NothingSelectedError(ValueError):
    """The options leave no case."""


def _backends(
    names: Sequence[str], target_command: str | None, timeout: float
) -> tuple[list[Backend], dict[str, str]]:
    """The backends to check, and why those are absent that were not asked for by name."""
    backends: list[Backend] = []
    absent: dict[str, str] = {}
    if target_command is not None:
        backends.append(TargetBackend(target_command, timeout))
    elif not names:
        for name in DEFAULT_BACKENDS:
            try:
                backends.append(load_backend(name))
            except BackendAbsentError as error:
                absent[name] = str(error)
    backends += [load_backend(name) for name in dict.fromkeys(names)]
    return backends, absent


def _recorded(paths: Iterable[Path], continuous: bool, check_invariants: bool) -> Iterator[Work]:
    for path in vector_files(paths):
        if is_trace(path):
            yield whole_trace(read_trace(path), continuous, check_invariants)
            continue
        file = read_vector_file(path)
        for line in file.lines:
            yield RecordedCase(suite=file.suite, source=str(path), recorded=line)


def _generated(backends: Sequence[Backend], seed: str, counts: Mapping[str, int]) -> list[GeneratedCase]:
    """Fresh cases of every kind that some backend beside the reference supports."""
    others = [backend for backend in backends if backend.name != "reference"]
    kinds = [kind for kind, op in PROBE_OPS.items() if any(backend.supports(op) for backend in others)]
    return [
        case
        for kind in kinds
        for level, count in counts.items()
        for case in generated_cases(kind, seed, level, count)
    ]


def _selected(items: Sequence[Work], suites: Sequence[str]) -> list[Work]:
    present = dict.fromkeys(item.suite for item in items)
    for suite in suites:
        if suite not in present:
            raise _NothingSelectedError(f"no suite {suite!r}, there are {', '.join(present)}")
    selected = [item for item in items if not suites or item.suite in suites]
    if not selected:
        raise _NothingSelectedError("there is no case to check")
    return selected


def _print_plan(
    output: Console, backends: Sequence[Backend], absent: dict[str, str], items: Sequence[Work]
) -> None:
    revision = f"{PROTOCOL['name']} {str(PROTOCOL['commit'])[:7]}, spec_version {PROTOCOL['spec_version']}"
    output.print(f"taospec {metadata.version('taospec')}, protocol {revision}")
    for backend in backends:
        output.print(f"checking {backend.name} {backend.version or ''}".rstrip())
        if isinstance(backend, TargetBackend) and backend.unknown_ops:
            output.print(f"no schema has {_with_neighbours(backend.unknown_ops)}", style="yellow")
    for reason in absent.values():
        output.print(f"absent {reason}", style="yellow")
    for source in dict.fromkeys(item.source for item in items if isinstance(item, GeneratedCase)):
        output.print(f"fresh cases, written to a file by: {source}", soft_wrap=True)


def _with_neighbours(unknown_ops: Iterable[str]) -> str:
    """Ops that do not exist, each with the one that was probably meant."""
    known = sorted(map(str, schema_files()))
    nearest = ((op, get_close_matches(op, known, n=1)) for op in unknown_ops)
    return ", ".join(f"{op} (did you mean {found[0]}?)" if found else op for op, found in nearest)


def _run(items: Sequence[Work], backends: Sequence[Backend], jobs: int) -> tuple[list[CaseResult], bool]:
    """Check every item; if the user stops the run, the rest is skipped. Whether that was so."""
    if jobs > 1 and all(isinstance(backend, LocalBackend) for backend in backends):
        results = check_in_processes(items, [backend.name for backend in backends], min(jobs, len(items)))
    else:
        results = check_here(items, backends)
    finished: dict[tuple[str, int], CaseResult] = {}
    stopped = False
    try:
        for result in _with_progress(results, items):
            if result.outcome is Outcome.INVALID:
                _refuse(f"{result.source}, line {result.line}: {result.reason}")
            finished[result.source, result.line] = result
    except KeyboardInterrupt:
        stopped = True
        click.echo("stopped: the cases that were not run are counted as skipped", err=True)
    except VectorFileError as error:
        _refuse(str(error))
    except BrokenProcessPool:
        raise click.ClickException(
            "a worker process died; --jobs 1 runs every case in this process and shows which one"
        ) from None
    finally:
        for backend in backends:
            backend.close()
    return [
        finished.get((item.source, line)) or _skipped(item, line) for item in items for line in _lines(item)
    ], stopped


def _lines(item: Work) -> Sequence[int]:
    return item.lines if isinstance(item, CaseSequence) else [item.line]


def _skipped(item: Work, line: int) -> CaseResult:
    return CaseResult(item.suite, item.source, line, "", "", Outcome.SKIPPED, reason="not run")


def _with_progress(results: Iterator[CaseResult], items: Sequence[Work]) -> Iterator[CaseResult]:
    """Pass results on; show a bar on a terminal, elsewhere a line for each finished suite."""
    remaining: Counter[str] = Counter()
    for item in items:
        remaining[item.suite] += len(_lines(item))
    failed: Counter[str] = Counter()
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("checking", total=remaining.total())
        for result in results:
            yield result
            progress.advance(task)
            remaining[result.suite] -= 1
            failed[result.suite] += result.outcome is Outcome.FAILED
            if failed[result.suite]:
                progress.update(task, description=f"checking, {failed.total()} failed")
            if not remaining[result.suite] and not console.is_terminal:
                click.echo(f"{result.suite} finished, {failed[result.suite]} failed", err=True)


def _refuse(reason: str) -> NoReturn:
    click.echo(f"bad input: {reason}", err=True)
    sys.exit(EXIT_BAD_INPUT)
