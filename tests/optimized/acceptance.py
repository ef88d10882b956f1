"""The long comparison of the CPU kernels with the reference; run by hand, not by the test suite.

``python tests/optimized/acceptance.py --journal FILE`` compares 100,000 small epochs with every
flag and oddity, 1,000 epochs of 64 x 256 and 20 of 256 x 4096, field by field, on both CPU
drivers (one thread and several). It takes about an hour of one core, most of it the
reference's; the work is spread over ``--processes``. ``--small``, ``--medium`` and ``--large``
set the numbers, ``--seed`` draws other epochs. What is done is written to the journal, and a run
with the same journal goes on from there; another version of the kernels starts anew. It ends
with exit code 1 if any bit differs.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import attrs

sys.path.append(str(Path(__file__).parent / "yuma"))

from odd_epochs import small_epoch, wide_epoch
from upstream_epochs import differing_records

from taospec.conformance.benchmark.workloads import Workload, drawn_epoch
from taospec.optimized.compilation import source_digest
from taospec.optimized.yuma.epoch import fallbacks, reset_fallbacks, run_epoch
from taospec.optimized.yuma.translation import record_of_arrays
from taospec.reference.yuma.epoch import run_epoch as run_reference
from taospec.reference.yuma.records import EpochInput

BLOCKS_OF_SMALL = 500
"""Small epochs that a process takes at a time."""

Task: TypeAlias = tuple[str, int, int]
"""Kind of epochs, seed, number of the task."""


@attrs.frozen
class Comparison:
    """What became of a task."""

    task: Task
    epochs: int
    seconds: float
    """Of processor time."""
    failures: list[str]
    """Name of each epoch that is answered differently, and the fields."""
    fallbacks: dict[str, int]
    """How often each guard refused; each epoch is run three times."""


def drawn_live_epoch(validators: int, neurons: int, liquid_alpha: bool, seed: str) -> EpochInput:
    """A subnet of a live one's size, with hyperparameters and masks drawn at random."""
    source = random.Random(seed)
    density = source.choice((1.0, 1.0, 0.7, 0.3, 0.05))
    workload = Workload(validators, neurons, liquid_alpha, density)
    inputs = record_of_arrays(drawn_epoch(workload, source.getrandbits(32)))
    late = inputs.block - 50
    registered = tuple(late if source.random() < 0.02 else block for block in inputs.block_at_registration)
    updated = tuple(block - source.choice((0, 0, 0, 100, 6000)) for block in inputs.last_update)
    commits = ()
    if source.random() < 0.3:
        commits = tuple(
            (uid, ((2**64 - 1, source.choice((late - 1, late, inputs.block - 400))),))
            for uid in range(0, validators, 3)
        )
    return attrs.evolve(
        inputs,
        yuma3=liquid_alpha or source.random() < 0.7,
        block_at_registration=registered,
        last_update=updated,
        commit_reveal=bool(commits),
        weight_commits=commits,
        owner_uid=source.choice((None, 0, validators, neurons - 1)),
        kappa=source.choice((32_767, 32_767, 39_321, 0, 65_535)),
        bonds_penalty=source.choice((65_535, 65_535, 0, 32_768, source.randrange(65_536))),
        bonds_moving_average=source.choice((900_000, 975_000, 0, 1_000_000, 1_100_000)),
        alpha_low=source.choice((45_875, 0, 6_554)),
        alpha_high=source.choice((58_982, 65_535)),
        alpha_sigmoid_steepness=source.choice((1000, 1000, 500, -1000, 3000, 32_767)),
        max_allowed_validators=source.choice((validators, validators // 2, 4096)),
        stake_threshold=source.choice((0, 10**12, 10**14)),
    )


def compare(inputs: EpochInput) -> list[str]:
    """Fields in which the kernels differ from the reference."""
    expected = run_reference(inputs).output
    fields: list[str] = []
    for threads in (1, 2, 5):
        fields += differing_records(run_epoch(inputs, backend="cpu", threads=threads), expected)
    return fields


def epochs_of(task: Task) -> Iterator[tuple[str, EpochInput]]:
    """The epochs of a task, with names."""
    kind, seed, index = task
    if kind == "small":
        for k in range(index * BLOCKS_OF_SMALL, (index + 1) * BLOCKS_OF_SMALL):
            name = f"{seed} small {k}"
            yield name, (wide_epoch if k % 10 == 0 else small_epoch)(name)
    else:
        validators, neurons = (64, 256) if kind == "medium" else (256, 4096)
        # The reference computes a liquid alpha for every pair of neurons: minutes for 4096.
        liquid_alpha = index % 3 == 0 if kind == "medium" else index % 10 == 0
        name = f"{seed} {kind} {index}"
        yield name, drawn_live_epoch(validators, neurons, liquid_alpha, name)


def run(task: Task) -> Comparison:
    """Compare the epochs of a task."""
    reset_fallbacks()
    start = time.process_time()
    failures = []
    count = 0
    for name, inputs in epochs_of(task):
        fields = compare(inputs)
        count += 1
        if fields:
            failures.append(f"{name}: {', '.join(sorted(set(fields)))}")
    return Comparison(task, count, time.process_time() - start, failures, fallbacks())


class Journal:
    """The comparisons made so far with this version of the kernels, kept in a file."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._version = source_digest()
        self.comparisons: list[Comparison] = []
        if path is not None and path.exists():
            entries = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
            self.comparisons = [
                Comparison(**{**entry["comparison"], "task": tuple(entry["comparison"]["task"])})
                for entry in entries
                if entry["version"] == self._version
            ]

    @property
    def done(self) -> set[Task]:
        """The tasks that need not be run again."""
        return {comparison.task for comparison in self.comparisons}

    def add(self, comparison: Comparison) -> None:
        """Keep a comparison."""
        self.comparisons.append(comparison)
        if self._path is not None:
            entry = {"version": self._version, "comparison": attrs.asdict(comparison)}
            with self._path.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(entry) + "\n")

    def summary(self) -> str:
        """Epochs compared by kind, differences, processor time."""
        epochs: Counter[str] = Counter()
        seconds = 0.0
        differing = 0
        for comparison in self.comparisons:
            epochs[comparison.task[0]] += comparison.epochs
            seconds += comparison.seconds
            differing += len(comparison.failures)
        return f"{dict(epochs)}, {differing} different; {seconds:.0f} s of processor time"

    def fallbacks(self) -> dict[str, int]:
        """Refusals by kind of epoch and guard."""
        refusals: Counter[str] = Counter()
        for comparison in self.comparisons:
            for guard, times in comparison.fallbacks.items():
                refusals[f"{comparison.task[0]} {guard}"] += times
        return dict(refusals)


def main(arguments: list[str] | None = None, say: Callable[[str], None] = print) -> int:
    """Run the comparison; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for kind, number in (("small", 100_000), ("medium", 1_000), ("large", 20)):
        parser.add_argument(f"--{kind}", type=int, default=number, help=f"default {number}")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--journal", type=Path, help="file that keeps what is done")
    options = parser.parse_args(arguments)
    tasks = [("large", options.seed, k) for k in range(options.large)]
    tasks += [("medium", options.seed, k) for k in range(options.medium)]
    tasks += [("small", options.seed, k) for k in range(-(-options.small // BLOCKS_OF_SMALL))]
    journal = Journal(options.journal)
    tasks = [task for task in tasks if task not in journal.done]
    with multiprocessing.get_context("spawn").Pool(options.processes) as pool:
        for position, comparison in enumerate(pool.imap_unordered(run, tasks), 1):
            journal.add(comparison)
            for failure in comparison.failures:
                say(f"DIFFERS {failure}")
            if position % 50 == 0 or comparison.task[0] == "large":
                say(f"{len(tasks) - position} tasks left; {journal.summary()}")
    say(journal.summary())
    say(f"fallbacks (each epoch is run three times): {journal.fallbacks()}")
    return 1 if any(comparison.failures for comparison in journal.comparisons) else 0


if __name__ == "__main__":
    sys.exit(main())
