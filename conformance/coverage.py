"""What committed vectors and traces reach: calls, errors and events.

``python -m taospec.conformance.coverage [TRACE...]`` prints what no committed case and none of the
traces reaches. Setters of parameters are calls like any other.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import attrs

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

VECTORS: Final = Path(__file__).parent / "vectors"
TRACES: Final = Path(__file__).parent / "traces"
"""Traces of simulations, made by ``taospec simulate SCENARIO --trace``."""
TRACE: Final = "taospec-chain-trace/1"
GUARD: Final = "guard:"

ERRORS: Final[tuple[ProtocolError, ...]] = tuple(
    error
    for kind in (SubtensorError, SwapError, AdminUtilsError, FrameError, InvalidTransaction)
    for error in kind
)

_LEASES: Final = "leases are not modelled yet"
NOT_REACHED: Final[dict[str, str]] = {
    **dict.fromkeys(
        (
            "BeneficiaryDoesNotOwnHotkey",
            "ExpectedBeneficiaryOrigin",
            "InvalidLeaseBeneficiary",
            "LeaseCannotEndInThePast",
            "LeaseDoesNotExist",
            "LeaseHasNoEndBlock",
            "LeaseHasNotEnded",
            "LeaseNetuidNotFound",
        ),
        _LEASES,
    ),
    "Arithmetic::Overflow": "needs a balance near 2^64 rao, which is above the cap; shown by a unit test",
}
"""Errors that neither vectors nor traces reach, each with the reason."""

_KEYS: Final = "calls that swap keys show it in tests, no committed vector yet"
_ODD: Final = "the state that it needs is in tests, in no committed vector yet"
AWAITED: Final[dict[str, str]] = {
    **dict.fromkeys(
        (
            "ActiveLockExists",
            "ColdkeySwapAlreadyDisputed",
            "ColdkeySwapTooEarly",
            "HotKeySetTxRateLimitExceeded",
            "HotKeySwapOnSubnetIntervalNotPassed",
            "NewColdKeyIsHotkey",
            "NewHotKeyNotCleanForRootSwap",
            "NotEnoughBalanceToPaySwapHotKey",
        ),
        _KEYS,
    ),
    **dict.fromkeys(
        (
            "ExpiredWeightCommit",
            "NeedWaitingMoreBlocksToStarCall",
            "Overflow",
            "ReservesOutOfBalance",
            "StakeTooLowForRoot",
            "SymbolAlreadyInUse",
            "TooManyRegistrationsThisBlock",
            "TooManyRegistrationsThisInterval",
        ),
        _ODD,
    ),
}
"""Errors that calls return and that a vector should show: to be emptied."""


@attrs.define
class Coverage:
    """What was reached."""

    succeeded: set[str] = attrs.field(factory=set)
    """Calls that returned no error."""
    refused: set[tuple[str, str]] = attrs.field(factory=set)
    """Calls with the errors that they returned, or that a guard did."""
    events: set[str] = attrs.field(factory=set)
    """Names of events."""

    @property
    def errors(self) -> set[str]:
        """Errors that some call returned."""
        return {error for _, error in self.refused}

    @property
    def called(self) -> set[str]:
        """Calls that were made."""
        return self.succeeded | {call for call, _ in self.refused}

    def note(self, call: str, result: object) -> None:
        """Take account of a call's result: 0 or ``Ok``, an error's name, or that after ``guard:``."""
        if result in (0, "Ok"):
            self.succeeded.add(call)
        else:
            self.refused.add((call, str(result).removeprefix(GUARD)))

    def read(self, path: Path) -> None:
        """Take account of a file of cases or of a trace."""
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            header = json.loads(next(lines))
            for line in lines:
                if header.get("format") == TRACE or '"op":"chain.apply_block"' in line:
                    self._read_block(json.loads(line))
                elif '"op":"chain.apply_extrinsic"' in line:
                    case = json.loads(line)
                    self.note(case["in"]["call"]["call"], case["out"]["value"]["result"])

    def _read_block(self, block: dict[str, Any]) -> None:
        if "op" in block:
            calls, results = block["in"]["calls"], block.get("out", {}).get("value", {}).get("results", [])
        else:
            calls, results = block.get("extrinsics", []), block.get("results", [])
        for call, result in zip(calls, results, strict=False):
            self.note(call["call"], result)
        self.events.update(_event_name(event) for event in block.get("events", ()))


def committed_coverage() -> Coverage:
    """What the committed vectors and traces reach."""
    coverage = Coverage()
    for path in sorted(VECTORS.rglob("*.jsonl.gz")):
        if path.parent.name in ("chain", "staking", "subnets"):
            coverage.read(path)
    for path in sorted(TRACES.glob("*.jsonl.gz")):
        coverage.read(path)
    return coverage


def unreached_errors(coverage: Coverage) -> list[str]:
    """Errors that should be reached and are not, by name."""
    excused = {error.value for error in (*UNREACHABLE, *NOT_MODELLED)} | set(NOT_REACHED)
    return sorted({error.value for error in ERRORS} - coverage.errors - excused)


def never_made(coverage: Coverage) -> list[str]:
    """Calls that nobody made."""
    return sorted(set(CALLS) - coverage.called)


def never_succeeded(coverage: Coverage) -> list[str]:
    """Calls that always returned an error."""
    return sorted(set(CALLS) - coverage.succeeded)


def _event_name(text: str) -> str:
    return text.split("(")[0].split("{")[0].strip()


def report(coverage: Coverage) -> Iterator[str]:
    """Lines of the report."""
    yield (
        f"{len(coverage.called & set(CALLS))} of {len(CALLS)} calls made, "
        f"{len(coverage.succeeded & set(CALLS))} succeeded; "
        f"{len(coverage.refused)} pairs of a call and an error, "
        f"{len(coverage.errors)} errors; {len(coverage.events)} events"
    )
    lists: tuple[tuple[str, Iterable[str]], ...] = (
        ("calls never made", never_made(coverage)),
        ("calls that never succeeded", never_succeeded(coverage)),
        ("errors never reached", unreached_errors(coverage)),
        ("errors listed as not reached that are", sorted(coverage.errors & set(NOT_REACHED))),
    )
    for title, names in lists:
        yield f"{title}: {', '.join(names) or 'none'}"


def main(arguments: list[str]) -> None:
    """Print the report."""
    coverage = committed_coverage()
    for path in arguments:
        coverage.read(Path(path))
    print("\n".join(report(coverage)))


if __name__ == "__main__":
    main(sys.argv[1:])
