"""``taospec generate``: seeded cases in the vector format."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click

from taospec.conformance.generator import KINDS, LEVELS, generated_cases, generated_header, load_in_processes
from taospec.conformance.vector_file import write_vector_file
from taospec.reference.invalid_input import InvalidInputError


def _shard(_: click.Context, parameter: click.Parameter, value: str) -> tuple[int, int]:
    match = re.fullmatch(r"([1-9][0-9]*)/([1-9][0-9]*)", value)
    if not match or int(match[1]) > int(match[2]):
        raise click.BadParameter(f"must be i/n with 1 <= i <= n, got {value!r}", param=parameter)
    return int(match[1]), int(match[2])


def _suite(_: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"[A-Za-z0-9_.-]+", value):
        raise click.BadParameter(
            f"may have letters, digits, _, . and - alone, got {value!r}", param=parameter
        )
    return value


@click.command("generate")
@click.option("--seed", required=True, help="Any text; the same seed gives the same cases everywhere.")
@click.option(
    "--level", type=click.Choice(LEVELS), default=LEVELS[0], show_default=True, help="Size of the cases."
)
@click.option(
    "--kind", "kinds", type=click.Choice(KINDS), multiple=True, default=KINDS, help="[default: all]"
)
@click.option(
    "--cases",
    "count",
    type=click.IntRange(min=1),
    default=200,
    show_default=True,
    help="Different ones of each kind.",
)
@click.option(
    "--shard", default="1/1", show_default=True, callback=_shard, metavar="I/N", help="Only every n-th."
)
@click.option("--suite", callback=_suite, help="Name of the suite in reports.  [default: generated_LEVEL]")
@click.option("--jobs", type=click.IntRange(min=1), default=os.cpu_count() or 1, help="[default: one a core]")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False))
def generate_command(
    seed: str,
    level: str,
    kinds: tuple[str, ...],
    count: int,
    shard: tuple[int, int],
    suite: str | None,
    jobs: int,
    output: Path,
) -> None:
    """Write cases answered by the reference to a .jsonl or .jsonl.gz file.

    The file is the same, byte for byte, for any number of processes and any hash seed.
    """
    index, shards = shard
    kinds = tuple(dict.fromkeys(kinds))
    try:
        every = [case for kind in kinds for case in generated_cases(kind, seed, level, count)]
    except InvalidInputError as error:
        raise click.ClickException(str(error)) from None
    items = every[index - 1 :: shards]
    cases = load_in_processes(items, jobs)
    header = generated_header(seed, level, f"{index}/{shards}", len(items), suite)
    write_vector_file(output, header, cases)
    click.echo(f"{output}: {len(items)} cases")
