"""Mutation check: every hand-made mutant of the reference is killed by a committed vector.

``python tests/mutation/run.py`` applies each mutant of ``mutants.py`` to a temporary copy of the
reference and puts the upstream vectors to it until the first one fails; the unchanged reference
must pass that one. Exit status 0: all killed. 1: a mutant survived. 2: a mutant does not fit the
reference any more, or the reference itself fails.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mutants import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "conformance" / "vectors"
FIXED_POINT_FILES = (VECTORS / "fixed_point" / "fixed_point.jsonl.gz",)
YUMA_FILES = tuple(
    VECTORS / "yuma" / f"{suite}.jsonl.gz"
    for suite in ("yuma_math", "yuma_epoch", "yuma_epoch_realistic", "yuma_trace_real_weights")
)
EXCHANGE_FILES = tuple(
    VECTORS / "amm" / f"{suite}.jsonl.gz" for suite in ("amm_balancer", "amm_swap", "amm_reference")
)
TRACES = tuple(sorted((VECTORS / "chain").glob("trace_*.jsonl.gz")))
STAKING_FILES = (
    VECTORS / "staking" / "staking_bounds.jsonl.gz",
    VECTORS / "staking" / "staking_refusals.jsonl.gz",
    VECTORS / "staking" / "staking_conviction.jsonl.gz",
    VECTORS / "state" / "state_reference.jsonl.gz",
    VECTORS / "chain" / "chain_transfers.jsonl.gz",
    *TRACES,
)
SUBNET_FILES = (
    VECTORS / "subnets" / "subnets_weights.jsonl.gz",
    VECTORS / "subnets" / "subnets_lives.jsonl.gz",
    *TRACES,
)
CHAIN_FILES = (
    VECTORS / "chain" / "chain_fees.jsonl.gz",
    VECTORS / "chain" / "chain_headers.jsonl.gz",
    *TRACES,
)
QUIRK_FILES = (VECTORS / "chain" / "chain_quirks.jsonl.gz",)
TIME_LIMIT = 300
"""Seconds after which a mutant counts as killed: it hangs."""

Killer = dict[str, str]
"""The file and the id of a case, and what the mutant answers wrong."""


class ReferenceFailsError(Exception):
    """The unchanged reference does not pass a case that kills a mutant."""


def main() -> int:
    """Run the check and print two lines a mutant."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="mutants to check (default: all)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants at the same time")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - {mutant.name for mutant in MUTANTS}
    if unknown:
        parser.error(f"no such mutant: {', '.join(sorted(unknown))}")
    chosen = [mutant for mutant in MUTANTS if not arguments.names or mutant.name in arguments.names]
    misfits = [f"{mutant.name}: {reason}" for mutant in chosen if (reason := misfit(mutant))]
    if misfits:
        print("\n".join(misfits))
        return 2
    start = time.monotonic()
    killers = []
    with ThreadPoolExecutor(arguments.jobs) as pool:
        try:
            for mutant, killer in zip(chosen, pool.map(first_killer, chosen), strict=True):
                killers.append(killer)
                print(sentence(mutant, killer), flush=True)
        except ReferenceFailsError as error:
            pool.shutdown(cancel_futures=True)
            print(error)
            return 2
    survivors = killers.count(None)
    seconds = time.monotonic() - start
    print(f"{len(chosen)} mutants, {len(chosen) - survivors} killed, {survivors} survived ({seconds:.0f} s)")
    return 1 if survivors else 0


def misfit(mutant: Mutant) -> str | None:
    """Why a mutant cannot be applied, if it cannot."""
    path = ROOT / "reference" / mutant.file
    count = path.read_text(encoding="utf-8").count(mutant.old) if path.exists() else 0
    return None if count == 1 else f"its old text occurs {count} times in reference/{mutant.file}"


def first_killer(mutant: Mutant) -> Killer | None:
    """The first recorded case that the mutant fails, ``None`` if it passes all.

    Raises:
        ReferenceFailsError: the unchanged reference fails that case too.
    """
    files = _files(mutant)
    with tempfile.TemporaryDirectory(prefix="taospec-mutant-") as folder:
        package = _copy(Path(folder))
        target = package / "reference" / mutant.file
        original = target.read_text(encoding="utf-8")
        target.write_text(original.replace(mutant.old, mutant.new), encoding="utf-8")
        killer = _first_failure(package, "all", files)
        if killer is not None and killer["file"]:
            target.write_text(original, encoding="utf-8")
            failure = _first_failure(package, killer["id"], [Path(killer["file"])])
            if failure is not None:
                raise ReferenceFailsError(f"the reference fails {failure['id']}: {failure['problem']}")
        return killer


def _files(mutant: Mutant) -> tuple[Path, ...]:
    """The vectors that exercise what the mutant changes, the nearest first."""
    if mutant.name.startswith("repaired-"):
        return QUIRK_FILES
    if mutant.rule.startswith("CHAIN-EVENT-"):
        return TRACES
    if mutant.file.startswith("amm/"):
        return EXCHANGE_FILES
    if mutant.file.startswith(("staking/", "state/")):
        return STAKING_FILES
    if mutant.file.startswith("subnets/"):
        return SUBNET_FILES
    if mutant.file.startswith("chain/"):
        return CHAIN_FILES
    return (FIXED_POINT_FILES if mutant.file.startswith("fixed_point/") else ()) + YUMA_FILES


def sentence(mutant: Mutant, killer: Killer | None) -> str:
    """What became of a mutant."""
    what = f"{mutant.rule} {mutant.name}: {mutant.description}"
    if killer is None:
        return f"SURVIVED {what}"
    return f"killed   {what}\n         by {killer['id']}: {killer['problem']}"


def _copy(folder: Path) -> Path:
    package = folder / "taospec"
    for part in ("reference", "conformance"):
        shutil.copytree(ROOT / part, package / part, ignore=shutil.ignore_patterns("vectors", "__pycache__"))
    return package


def _first_failure(package: Path, case_id: str, files: Sequence[Path]) -> Killer | None:
    worker = Path(__file__).with_name("worker.py")
    command = [sys.executable, str(worker), str(package / "reference"), case_id, *map(str, files)]
    environment = os.environ | {"PYTHONPATH": str(package.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        finished = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=TIME_LIMIT, check=False
        )
    except subprocess.TimeoutExpired:
        return {"id": "the time limit", "file": "", "problem": f"no end within {TIME_LIMIT} s"}
    if finished.returncode != 0:
        raise RuntimeError(f"the worker failed:\n{finished.stderr}")
    failure: Killer | None = json.loads(finished.stdout)
    return failure


if __name__ == "__main__":
    raise SystemExit(main())
