"""Cases of ``chain.apply_block``, cut from chain traces of the real runtime.

A block is such a case if every call in it is one that the reference models, none was refused
before dispatch, and it has calls or a subnet changed its owner. The state before it is the input;
the results of its calls and all that the block changed are the answer.

``python -m taospec.conformance.block_cases TRACE... OUT`` chooses blocks that together show every
call with every result that occurs, each in a few ways, and writes them.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from taospec.conformance.answers import Answer
from taospec.conformance.chain_trace import blocks
from taospec.conformance.operations.chain import SUCCESS
from taospec.conformance.storage_changes import encode_dump
from taospec.conformance.vector_file import Case, case_id, write_public_suite
from taospec.reference.chain.calls import CALLS
from taospec.reference.state.state import State
from taospec.reference.state.upstream_names import LEFT_OUT, export_state

TIMES_EACH: Final = 2
"""How often each call should show each of its results."""


def main(arguments: list[str]) -> None:
    """Write the cases of the traces."""
    *traces, out = arguments
    chosen = list(_chosen(case for trace in traces for case in block_cases(Path(trace))))
    write_public_suite(Path(out), "chain_apply_block", "upstream-execution", chosen)


def block_cases(path: Path) -> Iterator[Case]:
    """Every block of a trace whose calls are all modelled, as a case."""
    for state, block in blocks(path):
        if "pre" not in block and _is_modelled(block):
            yield _case(state, block)


def _is_modelled(block: Mapping[str, Any]) -> bool:
    """Whether the reference models all of a block; without calls only a change of owner is of interest."""
    calls = block["extrinsics"]
    return (
        (bool(calls) or "SubnetOwner" in block["set"])
        and all(call["call"] in CALLS for call in calls)
        and not any(str(result).startswith("guard:") for result in block["results"])
    )


def _case(state: State, block: Mapping[str, Any]) -> Case:
    inputs = {
        "block": str(block["number"]),
        "parent_hash": block["parent_hash"],
        "author": encode_dump(block["author"]),
        "calls": encode_dump(block["extrinsics"]),
        "state": encode_dump(export_state(state)),
    }
    results = [result if isinstance(result, str) else SUCCESS for result in block["results"]]
    changes = {kind: encode_dump(_modelled(block[kind])) for kind in ("set", "removed")}
    return Case(
        id=case_id("chain.apply_block", inputs),
        op="chain.apply_block",
        inputs=inputs,
        expected=Answer(out={"value": {"results": results, **changes}}),
    )


def _modelled(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes of what the state models, rows in canonical order."""
    return {item: _sorted(rows) for item, rows in changes.items() if item not in LEFT_OUT}


def _sorted(content: Any) -> Any:
    if not isinstance(content, list):
        return content
    return sorted(content, key=lambda row: json.dumps(row, separators=(",", ":")))


def _chosen(cases: Iterable[Case]) -> Iterator[Case]:
    """The cases that show a result of a call, or a change of owner, that few before them showed."""
    seen: Counter[tuple[str, str]] = Counter()
    for case in cases:
        value = case.expected.out["value"]
        shown = [
            (call["call"], result)
            for call, result in zip(case.inputs["calls"], value["results"], strict=True)
        ]
        if "SubnetOwner" in value["set"]:
            shown.append(("block step", "SubnetOwner"))
        if any(seen[each] < TIMES_EACH for each in shown):
            seen.update(shown)
            yield case


if __name__ == "__main__":
    main(sys.argv[1:])
