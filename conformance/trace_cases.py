"""Cases of ``emission.coinbase``, cut from chain traces of the real runtime.

A block of a trace is such a case if nothing but the block's own emission changed what the case
holds: no call succeeded, no root dividend was claimed, no weights were revealed, no children, locks
or owners changed. Then the state before it is the input, and what the block changed the answer.
Blocks that defer an epoch are few: there children may change, which happens after the emission, and
are left out of the answer.

``python -m taospec.conformance.trace_cases TRACE... OUT`` chooses few cases that together change
everything that any of them changes, and writes them.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from taospec.conformance.answers import Answer
from taospec.conformance.chain_trace import blocks
from taospec.conformance.operations.emission import COINBASE_ITEMS
from taospec.conformance.storage_changes import encode_dump
from taospec.conformance.vector_file import Case, case_id, write_public_suite
from taospec.reference.state.state import State
from taospec.reference.state.upstream_names import export_state

OTHER_STEPS: Final = frozenset(
    {
        "ChildKeys",
        "DecayingHotkeyLock",
        "DecayingOwnerLock",
        "HotkeyLock",
        "LastUpdate",
        "Lock",
        "LockingColdkeys",
        "NumStakingColdkeys",
        "OwnerLock",
        "ParentKeys",
        "PendingChildKeys",
        "RootClaimed",
        "StakingColdkeys",
        "StakingColdkeysByIndex",
        "SubnetOwner",
        "SubnetOwnerHotkey",
        "TimelockedWeightCommits",
        "Weights",
    }
)
"""A block that changes one of these did more than emit."""

UNCONCERNED: Final = frozenset(
    {
        "AlphaMapLastKey",
        "AlphaV2MapLastKey",
        "Burn",
        "NetworkRegisteredAt",
        "RegistrationsThisBlock",
        "RegistrationsThisInterval",
        "System::Number",
    }
)
"""Changed by other steps of a block or from outside, and read by no step of emission."""

CHILDREN: Final = frozenset({"ChildKeys", "ParentKeys", "PendingChildKeys"})
"""Changed after the emission of a block, which reads them."""

DEFERRAL: Final = "EpochDeferred"
"""The event of a deferred epoch."""

TIMES_EACH: Final = 2
"""How often each trace should show each change, with and without an epoch."""


def main(arguments: list[str]) -> None:
    """Write the cases of the traces."""
    *traces, out = arguments
    chosen: list[Case] = []
    for trace in traces:
        chosen += _chosen(emission_blocks(Path(trace)))
    write_public_suite(Path(out), "emission_coinbase", "upstream-execution", chosen)


def emission_blocks(path: Path) -> Iterator[Case]:
    """Every block of a trace that only emitted, as a case."""
    for state, block in blocks(path):
        if _only_emitted(block):
            yield _case(state, block)


def _only_emitted(block: Mapping[str, Any]) -> bool:
    changed = {*block["set"], *block["removed"]}
    other = OTHER_STEPS - CHILDREN if _defers(block) else OTHER_STEPS
    return 0 not in block["results"] and changed.isdisjoint(other)


def _defers(block: Mapping[str, Any]) -> bool:
    return any(event.startswith(DEFERRAL) for event in block["events"])


def _case(state: State, block: Mapping[str, Any]) -> Case:
    dump = {item: rows for item, rows in export_state(state).items() if item in COINBASE_ITEMS}
    inputs = {"block": str(block["number"]), "state": encode_dump(dump)}
    changes = {kind: encode_dump(_concerned(block[kind])) for kind in ("set", "removed")}
    return Case(
        id=case_id("emission.coinbase", inputs),
        op="emission.coinbase",
        inputs=inputs,
        expected=Answer(out={"value": changes}),
    )


def _concerned(changes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        item: rows
        for item, rows in changes.items()
        if item not in UNCONCERNED | CHILDREN and not item.startswith("Drand::")
    }


def _chosen(cases: Iterable[Case]) -> list[Case]:
    """The cases that change something which few before them did, with and without an epoch."""
    seen: Counter[tuple[str, bool]] = Counter()
    chosen = []
    for case in cases:
        changes = case.expected.out["value"]
        epoch = "LastEpochBlock" in changes["set"]
        changed = [(item, epoch) for item in {*changes["set"], *changes["removed"]}]
        if any(seen[each] < TIMES_EACH for each in changed):
            seen.update(changed)
            chosen.append(case)
    return chosen


if __name__ == "__main__":
    main(sys.argv[1:])
