"""Which committed vector or trace shows that a call was refused, read without any library of the docs."""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from taospec.reference.state.errors import AdminUtilsError, FrameError, SubtensorError, SwapError

SOURCES: Final = (
    *(f"chain/trace_0{number}.jsonl.gz" for number in range(1, 6)),
    *(f"chain/trace_06_part{number}.jsonl.gz" for number in (1, 2)),
    "chain/chain_transfers.jsonl.gz",
    "chain/chain_quirks.jsonl.gz",
    "staking/staking_refusals.jsonl.gz",
    "subnets/subnets_lives.jsonl.gz",
    "subnets/subnets_weights.jsonl.gz",
    "subnets/subnets_key_swaps.jsonl.gz",
    "subnets/subnets_parameters.jsonl.gz",
)
ERRORS: Final = frozenset(
    error.value for kind in (SubtensorError, SwapError, AdminUtilsError, FrameError) for error in kind
)

GUARD: Final = "guard:"
"""Before the error of a call that was refused before dispatch."""


@cache
def refusals(folder: Path) -> dict[tuple[str, str], str]:
    """Return the first case or block that shows each pair of a call and the error that refused it.

    The error of a guard is there as ``guard:Error`` and, if no dispatch shows it, without that too.
    """
    found: dict[tuple[str, str], str] = {}
    for source in SOURCES:
        with gzip.open(folder / source, "rt", encoding="utf-8") as lines:
            next(lines)
            for case in map(json.loads, lines):
                for call, error in _refused(case):
                    found.setdefault((call, error), _name(case, Path(source)))
    guarded = {(call, error.removeprefix(GUARD)): case for (call, error), case in found.items()}
    return guarded | found


def _name(case: Mapping[str, Any], source: Path) -> str:
    return case["id"] if "id" in case else f"{source.name.split('.')[0]} block {case['number']}"


def _refused(case: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if "op" in case:
        calls, results = case["in"]["calls"], case["out"]["value"]["results"]
    else:
        calls, results = case.get("extrinsics", ()), case.get("results", ())
    for call, result in zip(calls, results, strict=True):
        if result not in (0, "Ok"):
            yield call["call"], result


def disagreement(named: Sequence[str], shown: Collection[str]) -> str:
    """Say what is wrong with the errors of a table, nothing if they fit what vectors show.

    Errors of guards may be named, as ``guard:Error``, but need not: some refuse every call.
    """
    unknown = sorted({error.removeprefix(GUARD) for error in named} - ERRORS)
    dispatched = {error for error in shown if not error.startswith(GUARD) and GUARD + error not in shown}
    missing = sorted(dispatched - set(named))
    if unknown:
        return f"there is no error {', '.join(unknown)}"
    return f"vectors show {', '.join(missing)}, which the table lacks" if missing else ""
