"""Chain traces of simulations: every block with its calls, results and changes of storage.

The format is ``taospec-chain-trace/1``, in which the chain's own blocks are recorded too; its
provenance says that the reference computed it. Events are given by their names alone.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from taospec.conformance.event_text import event_text
from taospec.conformance.operations.chain import unread_arguments
from taospec.conformance.simulation.actors import PlannedCall
from taospec.conformance.simulation.run import Simulation, parent_hash
from taospec.conformance.storage_changes import storage_changes
from taospec.conformance.vector_file import PROTOCOL, write_atomically
from taospec.reference.chain.calls import CALLS, Outcome
from taospec.reference.state.events import Event
from taospec.reference.state.storage_types import account
from taospec.reference.state.upstream_names import export_state

FORMAT: Final = "taospec-chain-trace/1"


def write_trace(simulation: Simulation, path: Path, blocks: int) -> None:
    """Play so many blocks and write them, gzip if the name ends in ``.gz``; the whole file or nothing."""
    content = "".join(_compact(line) + "\n" for line in trace_lines(simulation, blocks)).encode()
    write_atomically(path, gzip.compress(content, 9, mtime=0) if path.suffix == ".gz" else content)


def trace_lines(simulation: Simulation, blocks: int) -> Iterable[Mapping[str, Any]]:
    """The lines of a trace of so many blocks, played as they are asked for."""
    scenario = simulation.scenario
    yield {
        "format": FORMAT,
        "suite": "simulation",
        "protocol": PROTOCOL,
        "provenance": "reference",
        "profile": scenario.name,
        "seed": scenario.seed,
        "blocks": blocks,
    }
    before = export_state(simulation.state)
    yield {"genesis": {"scenario": scenario.name, "number": simulation.state.clock.block}, "state": before}
    for _ in range(blocks):
        events = simulation.play()
        after = export_state(simulation.state)
        yield _block(simulation, events, storage_changes(before, after), after)
        before = after


def _block(
    simulation: Simulation, events: Iterable[Event], changes: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, Any]:
    number, author = simulation.state.clock.block, simulation.author
    return {
        "number": number,
        "author": None if author is None else account.to_json(author),
        "parent_hash": "0x" + parent_hash(simulation.scenario, number).hex(),
        "extrinsics": [_extrinsic(call) for call, _ in simulation.made],
        "results": [_result(outcome) for _, outcome in simulation.made],
        "events": [event_text(event) for event in events],
        **changes,
        "digest": sha256(_compact(after).encode()).hexdigest(),
    }


def _extrinsic(call: PlannedCall) -> dict[str, Any]:
    kinds = CALLS[call.name].arguments
    arguments = {name: kinds[name].to_json(value) for name, value in call.arguments.items()}
    return {"call": call.name, "signer": _signer(call), **arguments, **unread_arguments(call.name)}


def _signer(call: PlannedCall) -> Any:
    if isinstance(call.origin, bytes):
        return account.to_json(call.origin)
    return None if call.origin is None else call.origin.value


def _result(outcome: Outcome) -> int | str:
    return 0 if outcome.error is None else outcome.name


def _compact(content: Any) -> str:
    return json.dumps(content, separators=(",", ":"))
