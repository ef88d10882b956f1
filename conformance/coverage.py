"""What committed vectors and traces reach: calls, errors and events.

``python -m taospec.conformance.coverage [TRACE...]`` prints what no committed case and none of the
traces reaches. Setters of parameters are calls like any other.

Reached means: every call is made and, unless upstream refuses it whatever it says, succeeds; a case
returns every error and shows that the digest stays; every event is deposited.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from taospec.conformance.operations.chain import SUCCESS
from taospec.conformance.operations.fees import PAID, PAID_WITH_ALPHA
from taospec.reference.chain.calls import CALLS
from taospec.reference.state.errors import (
    NOT_MODELLED,
    UNREACHABLE,
    AdminUtilsError,
    FrameError,
    InvalidTransaction,
    ProtocolError,
    SubtensorError,
    SwapError,
)
from taospec.reference.state.event_catalogue import EVENTS
from taospec.reference.subnets.hyperparameters import REFUSED

VECTORS: Final = Path(__file__).parent / "vectors"
TRACE: Final = "taospec-chain-trace/1"
GUARD: Final = "guard:"

ERRORS: Final[tuple[ProtocolError, ...]] = tuple(
    error
    for kind in (SubtensorError, SwapError, AdminUtilsError, FrameError, InvalidTransaction)
    for error in kind
)

ALWAYS_REFUSED: Final[frozenset[str]] = frozenset({*REFUSED, "schedule_swap_coldkey"})
"""Calls that upstream left in their pallets, and that only answer an error."""


FEE_EVENTS: Final = {"paid": PAID, "paid_with_alpha": PAID_WITH_ALPHA}
"""Fields of ``chain.apply_extrinsic`` to the events that they report."""


@attrs.define
class Coverage:
    """What was reached."""

    succeeded: set[str] = attrs.field(factory=set)
    """Calls that returned no error."""
    refused: set[tuple[str, str]] = attrs.field(factory=set)
    """Calls with the errors that they returned, or that a guard did."""
    shown: set[str] = attrs.field(factory=set)
    """Errors of calls whose case shows that the digest stayed."""
    events: set[str] = attrs.field(factory=set)
    """Names of events."""

    @property
    def called(self) -> set[str]:
        """Calls that were made."""
        return self.succeeded | {call for call, _ in self.refused}

    def note(self, call: str, result: object) -> None:
        """Take account of a call's result: 0 or ``Ok``, an error's name, or that after ``guard:``."""
        if result in (0, SUCCESS):
            self.succeeded.add(call)
        else:
            self.refused.add((call, _error_name(result)))

    def read(self, path: Path) -> None:
        """Take account of a file of cases or of a trace."""
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            header = json.loads(next(lines))
            for line in lines:
                if header.get("format") == TRACE:
                    self._read_block(json.loads(line))
                elif '"op":"chain.apply_block"' in line:
                    self.note_case(json.loads(line))
                elif '"op":"chain.apply_extrinsic"' in line:
                    self._note_extrinsic(json.loads(line))

    def _read_block(self, block: Mapping[str, Any]) -> None:
        for call, result in zip(block.get("extrinsics", ()), block.get("results", ()), strict=True):
            self.note(call["call"], result)
        self.events.update(_event_name(event) for event in block.get("events", ()))

    def note_case(self, case: Mapping[str, Any]) -> None:
        """Take account of a case of ``chain.apply_block``."""
        value, stages = case["out"]["value"], case["out"]["stages"]
        for index, (call, result) in enumerate(zip(case["in"]["calls"], value["results"], strict=True)):
            self.note(call["call"], result)
            if result != SUCCESS and stages[index][1]["digest"] == stages[index + 1][1]["digest"]:
                self.shown.add(_error_name(result))
        self.events.update(event["name"] for event in value["events"])

    def _note_extrinsic(self, case: Mapping[str, Any]) -> None:
        value, call = case["out"]["value"], case["in"]["call"]["call"]
        self.note(call, value["result"])
        if value["result"] != SUCCESS and not value["set"] and not value["removed"]:
            self.shown.add(_error_name(value["result"]))
        self.events.update(event for name, event in FEE_EVENTS.items() if value[name] is not None)


def committed_coverage() -> Coverage:
    """What the committed vectors and traces reach."""
    coverage = Coverage()
    for path in sorted(VECTORS.rglob("*.jsonl.gz")):
        if path.parent.name in ("chain", "staking", "subnets"):
            coverage.read(path)
    return coverage


def never_made(coverage: Coverage) -> list[str]:
    """Calls that nobody made."""
    return sorted(set(CALLS) - coverage.called)


def never_succeeded(coverage: Coverage) -> list[str]:
    """Calls that always returned an error, and need not."""
    return sorted(set(CALLS) - ALWAYS_REFUSED - coverage.succeeded)


def errors_not_shown(coverage: Coverage) -> list[str]:
    """Errors that a call can return, and that no case returns with the digest as it was."""
    return sorted(reachable_errors() - coverage.shown)


def reachable_errors() -> set[str]:
    """Names of the errors that calls of the reference can return."""
    return {error.value for error in ERRORS if error not in UNREACHABLE and error not in NOT_MODELLED}


def events_not_reached(coverage: Coverage) -> list[str]:
    """Events that the reference deposits, and that neither a case nor a trace has."""
    return sorted(EVENTS.keys() - coverage.events)


def unexpected(coverage: Coverage) -> list[str]:
    """What is reached and should not be: results of calls and errors that cannot be, unknown events."""
    refused = {error for _, error in coverage.refused} - reachable_errors()
    return sorted((coverage.succeeded & ALWAYS_REFUSED) | refused | (coverage.events - EVENTS.keys()))


def _error_name(result: object) -> str:
    return str(result).removeprefix(GUARD)


def _event_name(text: str) -> str:
    return text.split("(")[0].split("{")[0].strip()


def report(coverage: Coverage) -> Iterator[str]:
    """Lines of the report."""
    yield (
        f"{len(coverage.called & set(CALLS))} of {len(CALLS)} calls made, "
        f"{len(coverage.succeeded & set(CALLS))} succeeded; "
        f"{len(coverage.refused)} pairs of a call and an error, "
        f"{len(coverage.shown)} errors with an unchanged digest; {len(coverage.events)} events"
    )
    for title, names in (
        ("calls never made", never_made(coverage)),
        ("calls that never succeeded", never_succeeded(coverage)),
        ("errors without a case", errors_not_shown(coverage)),
        ("events never deposited", events_not_reached(coverage)),
        ("reached and not expected", unexpected(coverage)),
    ):
        yield f"{title}: {', '.join(names) or 'none'}"


def main(arguments: list[str]) -> None:
    """Print the report."""
    coverage = committed_coverage()
    for path in arguments:
        coverage.read(Path(path))
    print("\n".join(report(coverage)))


if __name__ == "__main__":
    main(sys.argv[1:])
