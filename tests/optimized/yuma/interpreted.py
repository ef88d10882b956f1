"""Run the kernels' own source without compilation: every index is checked, any source can be tried.

``NUMBA_DISABLE_JIT=1 python interpreted.py CASE...`` answers each case with the ``taospec`` that is
first on the import path and with the reference, and prints a JSON object: the first case that
differs, and what is wrong, or null. A case is ``trip NAME`` (a guard's epoch), ``small SEED``,
``wide SEED``, ``shared SEED`` (a wide one on two threads), ``edge SEED``, ``special NAME``,
``dense NAME``, or ``arrays`` with a seed or such a name; ``FROM..TO`` in place of a seed stands for all
seeds in between.
"""

from __future__ import annotations

import json
import re
import sys
import warnings
from collections.abc import Iterator

import numpy as np

from taospec.optimized.yuma import parameters

# Compiled code reads a record's fields as attributes; interpreted, this kind of record has them.
parameters.PARAMETERS = np.dtype((np.record, parameters.PARAMETERS))  # type: ignore[misc]

from edge_epochs import SPECIAL, edge_epoch  # noqa: E402
from odd_epochs import small_epoch, wide_epoch  # noqa: E402
from test_epoch_arrays import ascending, dense_arrays, differing, drawn_epoch, sparse_arrays  # noqa: E402
from test_guards import TRIPS  # noqa: E402
from upstream_epochs import differing_records  # noqa: E402

from taospec.optimized.yuma.epoch import run_arrays, run_epoch  # noqa: E402
from taospec.optimized.yuma.guards import GUARD_NAMES  # noqa: E402
from taospec.reference.yuma.epoch import run_epoch as run_reference  # noqa: E402


def main(cases: list[str]) -> None:
    """Print the first case that is answered wrongly."""
    warnings.simplefilter("ignore", RuntimeWarning)
    for case in (single for several in cases for single in expanded(several)):
        wrong = what_is_wrong(case)
        if wrong:
            print(json.dumps({"case": case, "wrong": wrong}))
            return
    print(json.dumps(None))


def expanded(case: str) -> Iterator[str]:
    """The case itself, or one for each seed of its range."""
    found = re.fullmatch(r"(\w+) (\d+)\.\.(\d+)", case)
    if found is None:
        yield case
    else:
        for seed in range(int(found[2]), int(found[3])):
            yield f"{found[1]} {seed}"


def what_is_wrong(case: str) -> list[str]:
    """Fields that differ, or the error."""
    kind, name = case.split(" ", 1)
    try:
        if kind == "arrays":
            inputs = SPECIAL[name]() if name in SPECIAL else drawn_epoch(int(name))
            return differing(run_arrays(sparse_arrays(inputs), threads=1), inputs)
        if kind == "dense":
            inputs = ascending(SPECIAL[name]())
            return differing(run_arrays(dense_arrays(inputs), threads=1), inputs)
        if kind == "trip":
            (inputs,) = [trip() for guard, trip in TRIPS.items() if GUARD_NAMES[guard] == name]
        elif kind == "special":
            inputs = SPECIAL[name]()
        else:
            drawn = {"edge": edge_epoch, "small": small_epoch, "wide": wide_epoch, "shared": wide_epoch}
            inputs = drawn[kind](f"interpreted {name}")
        answer = run_epoch(inputs, backend="cpu", threads=2 if kind == "shared" else 1)
    except (IndexError, ValueError, ZeroDivisionError, OverflowError) as error:
        return [f"{type(error).__name__}: {error}"]
    return differing_records(answer, run_reference(inputs).output)


if __name__ == "__main__":
    main(sys.argv[1:])
