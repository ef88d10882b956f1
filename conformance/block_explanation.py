"""A block, step by step: its calls with their results, events, storage, and the rules that ran."""

from __future__ import annotations

import inspect
import json
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any, Final

import attrs

from taospec.conformance.chain_trace import ChainTrace, dump_before, outside_changes
from taospec.conformance.event_text import event_text
from taospec.conformance.runner import Failure
from taospec.conformance.storage_changes import decode_dump
from taospec.conformance.storage_dump import SINGLE, Changes, EntryName, StorageDump, compact
from taospec.conformance.trace_replay import ReferencePlayer, decode_block, expected_changes, results_of
from taospec.conformance.vector_file import Case
from taospec.reference.chain.block import block_outcomes
from taospec.reference.chain.calls import CALLS
from taospec.reference.rules import IMPLEMENTATIONS
from taospec.reference.state.changed_entries import ChangedEntries
from taospec.reference.state.upstream_names import import_state

BLOCK_STEP: Final = "block step"
WIDTH: Final = 110
VALUE_WIDTH: Final = 60
"""Most characters of a value that is shown whole."""
ELEMENTS: Final = 4
"""How many elements are shown that differ inside one value."""
GROUND: Final = ("FIX-", "STATE-")
"""Rules of arithmetic and of the state's form run everywhere and explain nothing."""


@attrs.frozen
class Step:
    """What the block's own step, or one of its calls, did."""

    name: str
    """``block step``, or ``call`` and its index."""
    result: str | None
    """Of a call: ``Ok``, an error's name, or that after ``guard:``."""
    events: tuple[str, ...]
    """In upstream's debug text."""
    changes: tuple[tuple[EntryName, str | None, str | None], ...]
    """Storage entries with their values before and after in compact JSON, ``None`` where there is none."""
    rules: tuple[str, ...]
    """Whose functions ran, in that order."""


def block_explanation(trace: ChainTrace, index: int, wanted: Sequence[str] = ()) -> Iterator[str]:
    """The lines that explain a block: all of it, or the steps that are wanted.

    Raises:
        InvalidInputError: a value of the trace is not of its type.
        LookupError: a call is not modelled.
    """
    block = json.loads(trace.lines[index])
    for call in block["extrinsics"]:
        if call["call"] not in CALLS:
            raise LookupError(f"block {block['number']}: the call {call['call']} is not modelled")
    dump = dump_before(trace, index)
    outside = outside_changes(block)
    dump.apply(outside)
    expected = expected_changes(trace, block, dump)
    verdict = ReferencePlayer(dump, continuous=False).check(block, expected, dump)
    yield trace.ids[index]
    if not wanted:
        yield from _header(block, f" of {trace.suite}")
        if outside:
            yield "\nwritten from outside before it"
        yield from (f"  {_entry(name)} = {_cut(value)}" for name, value in outside.items())
    yield from _shown_steps(block, dump, wanted)
    yield f"\nfirst difference: {verdict.message}" if isinstance(verdict, Failure) else "\nequal"


def case_explanation(case: Case, wanted: Sequence[str] = ()) -> Iterator[str]:
    """The lines that explain a case of ``chain.apply_block``, but for the verdict.

    Raises:
        InvalidInputError: a value is not of its type.
    """
    block = {
        "number": int(case.inputs["block"]),
        "author": decode_dump(case.inputs["author"]),
        "parent_hash": case.inputs["parent_hash"],
        "extrinsics": decode_dump(case.inputs["calls"]),
        "results": case.expected.out["value"]["results"],
    }
    yield case.id
    if not wanted:
        yield from _header(block, "")
    yield from _shown_steps(block, StorageDump(decode_dump(case.inputs["state"])), wanted)


def block_index(trace: ChainTrace, wanted: str) -> int:
    """The place of the block with this number, or with this in its id as a case.

    Raises:
        LookupError: there is no such block, or several.
    """
    numbers = [json.loads(line)["number"] for line in trace.lines]
    found = [index for index, number in enumerate(numbers) if str(number) == wanted]
    found = found or [index for index, id_ in enumerate(trace.ids) if wanted in id_]
    if len(found) != 1:
        there = f"{len(found)} blocks have" if found else "no block has"
        numbered = f"the blocks are {numbers[0]} to {numbers[-1]}" if numbers else "there is no block"
        raise LookupError(f"{trace.path}: {there} {wanted!r} as number or in the id; {numbered}")
    return found[0]


def _shown_steps(block: Mapping[str, Any], dump: StorageDump, wanted: Sequence[str]) -> Iterator[str]:
    steps = list(_steps(block, dump))
    for name in wanted:
        if name not in {step.name for step in steps}:
            yield f"\nno step {name!r}, there are {', '.join(step.name for step in steps)}"
    for place, step in enumerate(steps):
        if not wanted or step.name in wanted:
            yield from _step_lines(step, block, place - 1)


def _steps(block: Mapping[str, Any], dump: StorageDump) -> Iterator[Step]:
    """Play the block on the state of the dump."""
    state = import_state(dump.content())
    changed = ChangedEntries(state)
    now: Changes = {}
    with _rules_that_run() as ran:
        for place, outcome in enumerate(block_outcomes(state, decode_block(block))):
            yield Step(
                name=f"call {place - 1}" if place else BLOCK_STEP,
                result=None if outcome is None else outcome.name,
                events=tuple(map(event_text, state.events.take())),
                changes=tuple(_changes(changed, now, dump)),
                rules=tuple(ran),
            )
            ran.clear()


def _changes(
    changed: ChangedEntries, now: Changes, before: StorageDump
) -> Iterator[tuple[EntryName, str | None, str | None]]:
    for entry in changed.take():
        name = entry.item, compact(list(entry.key))
        old = now[name] if name in now else before.get(name)
        new = compact(entry.value) if entry.present else None
        if new != old:
            now[name] = new
            yield name, old, new


@contextmanager
def _rules_that_run() -> Iterator[dict[str, None]]:
    """Rules are added as functions that implement them are entered."""
    codes: dict[CodeType, list[str]] = {}
    for rule, functions in IMPLEMENTATIONS.items():
        for function in functions:
            code = getattr(inspect.unwrap(function), "__code__", None)
            if code is not None and not rule.startswith(GROUND):
                codes.setdefault(code, []).append(rule)
    ran: dict[str, None] = {}

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code in codes:
            ran.update(dict.fromkeys(codes[frame.f_code]))

    earlier = sys.getprofile()
    sys.setprofile(note)
    try:
        yield ran
    finally:
        sys.setprofile(earlier)


def _header(block: Mapping[str, Any], source: str) -> Iterator[str]:
    yield f"  block {block['number']}{source}, author {compact(block['author'])}"
    yield f"  parent hash {block['parent_hash']}"


def _step_lines(step: Step, block: Mapping[str, Any], index: int) -> Iterator[str]:
    if index < 0:
        yield f"\n{step.name}"
    else:
        call = block["extrinsics"][index]
        signer = "nobody" if call["signer"] is None else call["signer"]
        yield f"\n{step.name}  {call['call']} by {signer}"
        for name, value in call.items():
            if name not in ("call", "signer"):
                yield f"  {name} = {_cut(compact(value))}"
        expected = results_of(block)[index]
        mark = "" if step.result == expected else f"  <- differs, expected {expected}"
        yield f"  -> {step.result}{mark}"
    for event in step.events:
        yield f"  event  {event}"
    for name, old, new in step.changes:
        yield f"  {_entry(name)}  {_change(old, new)}"
    if step.rules:
        rules = textwrap.wrap(", ".join(step.rules), WIDTH - len("  rules  "), break_on_hyphens=False)
        yield "  rules  " + "\n         ".join(rules)


def _entry(name: EntryName) -> str:
    item, key = name
    return item if key == SINGLE else f"{item} {key}"


def _change(old: str | None, new: str | None) -> str:
    """Both values, or the elements in which they differ."""
    if old is not None and new is not None and max(len(old), len(new)) > VALUE_WIDTH:
        one, other = json.loads(old), json.loads(new)
        if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            pairs = list(zip(range(len(one)), one, other, strict=True))
        elif isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
            pairs = [(key, one[key], other[key]) for key in one]
        else:
            pairs = []
        differing = [f"[{at}] {_cut(compact(a))} -> {_cut(compact(b))}" for at, a, b in pairs if a != b]
        if differing:
            more = f", and {len(differing) - ELEMENTS} more" if len(differing) > ELEMENTS else ""
            return ", ".join(differing[:ELEMENTS]) + more
    return f"{_cut(old)} -> {_cut(new)}"


def _cut(text: str | None) -> str:
    if text is None:
        return "absent"
    return text if len(text) <= VALUE_WIDTH else f"{text[:VALUE_WIDTH]}... ({len(text)} characters)"
