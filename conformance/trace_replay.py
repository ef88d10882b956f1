"""Checking implementations on chain traces: every block is a case.

A block is played on the state that upstream had before it; played continuously, on the state
that the implementation itself came to. Results, events in their order and every entry of storage must
be equal.
"""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

import attrs

from taospec.conformance.answers import Answer, Reply, Unsupported
from taospec.conformance.backends import Backend, LocalBackend
from taospec.conformance.chain_trace import (
    FIRST_BLOCK_LINE,
    ChainTrace,
    dump_before,
    outside_changes,
    read_trace,
)
from taospec.conformance.comparison import ABSENT, Difference, compare
from taospec.conformance.event_json import event_from_json
from taospec.conformance.event_sources import depositing_rules
from taospec.conformance.event_text import event_text
from taospec.conformance.operations.chain import SUCCESS, decoded_block
from taospec.conformance.rule_lookup import rules_for
from taospec.conformance.runner import CaseResult, CaseSequence, Failure, Outcome, failure_of
from taospec.conformance.storage_changes import decode_dump, encode_dump
from taospec.conformance.storage_dump import Changes, EntryName, StorageDump, changes_of, compact, rows_of
from taospec.conformance.vector_file import Case, VectorFileError
from taospec.reference.chain.block import Block, block_outcomes
from taospec.reference.chain.calls import CALLS
from taospec.reference.chain.invariants import Checker, Violation
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.state.changed_entries import ChangedEntries
from taospec.reference.state.events import Event
from taospec.reference.state.storage_types import account, hash_256
from taospec.reference.state.upstream_names import LEFT_OUT, import_state, remove_entries, write_entries

OP: Final = "chain.apply_block"
ENTRIES_SHOWN: Final = 10
"""How many entries that differ a report names."""


@attrs.frozen
class TraceBlocks(CaseSequence):
    """Blocks of a trace, one after the other."""

    suite: str
    """Suite of the trace."""
    source: str
    """Path of the trace."""
    lines: range
    """Lines in the file."""
    continuous: bool
    """Whether the state is never set back to upstream's."""
    check_invariants: bool = False
    """Whether the reference is also held to the invariants."""

    @property
    def cost(self) -> int:
        """About what as many bytes of ordinary cases cost."""
        return 3_000 * len(self.lines)

    def check(self, backends: Sequence[Backend]) -> Iterator[CaseResult]:
        """Play the blocks.

        Raises:
            VectorFileError: a line has a wrong digest, or a value that is not of its type.
        """
        path = Path(self.source)
        trace = _trace(path, path.stat().st_mtime_ns)
        first = self.lines.start - FIRST_BLOCK_LINE
        dump = dump_before(trace, first)
        with _refusing(trace.path, self.lines.start - 1):
            players = _players(self, backends, dump)
        stopped = ""
        for line in self.lines:
            index = line - FIRST_BLOCK_LINE
            if stopped:
                yield self._result(trace, line, Outcome.SKIPPED, reason=stopped)
                continue
            block = json.loads(trace.lines[index])
            dump.apply(outside_changes(block))
            with _refusing(trace.path, line):
                result = self._check_block(trace, line, block, dump, players)
            yield result
            dump.apply(changes_of(block))
            if dump.digest() != block["digest"]:
                raise VectorFileError(trace.path, line, "the digest is not that of the state after the block")
            if self.continuous and result.outcome is not Outcome.PASSED:
                stopped = f"not played: block {block['number']} {result.outcome}"

    def _check_block(
        self,
        trace: ChainTrace,
        line: int,
        block: Mapping[str, Any],
        dump: StorageDump,
        players: Sequence[Player],
    ) -> CaseResult:
        expected = expected_changes(trace, block, dump)
        verdicts = [(player.name, player.check(block, expected, dump)) for player in players]
        answered = [(name, verdict) for name, verdict in verdicts if not isinstance(verdict, Unsupported)]
        failures = tuple(verdict for _, verdict in answered if isinstance(verdict, Failure))
        outcome = Outcome.FAILED if failures else Outcome.PASSED if answered else Outcome.UNSUPPORTED
        names = tuple(name for name, _ in answered)
        return self._result(trace, line, outcome, answered_by=names, failures=failures)

    def _result(self, trace: ChainTrace, line: int, outcome: Outcome, **judgement: Any) -> CaseResult:
        id_ = trace.ids[line - FIRST_BLOCK_LINE]
        return CaseResult(self.suite, self.source, line, id_, OP, outcome, **judgement)


def whole_trace(trace: ChainTrace, continuous: bool, check_invariants: bool = False) -> TraceBlocks:
    """All of a trace, as one piece of work.

    It is not cut for several processes, also where blocks stand alone: a dump leaves out entries that
    equal what an absent one reads as, so only who played from the start knows which of them are there.
    """
    lines = range(FIRST_BLOCK_LINE, len(trace.lines) + FIRST_BLOCK_LINE)
    return TraceBlocks(trace.suite, str(trace.path), lines, continuous, check_invariants)


def expected_changes(trace: ChainTrace, block: Mapping[str, Any], before: StorageDump) -> Changes:
    """What the block changed upstream, without the items that the state leaves out.

    Lines repeat some of what was written from outside before the block.
    """
    changes = changes_of(block)
    return {
        name: value
        for name, value in changes.items()
        if before.get(name) != value and not (name[0] in LEFT_OUT and name[0] in trace.not_compared)
    }


class Player:
    """Somebody who plays the blocks of a trace in their order."""

    name: str
    """The backend's name."""

    def check(
        self, block: Mapping[str, Any], expected: Changes, before: StorageDump
    ) -> Failure | Unsupported | None:
        """Play a block and compare; ``None`` if all is equal."""
        raise NotImplementedError


class ReferencePlayer(Player):
    """The reference on a state that it keeps, comparing what changed alone."""

    name = "reference"

    def __init__(self, dump: StorageDump, continuous: bool, check_invariants: bool = False) -> None:
        self._state = import_state(dump.content())
        self._checker = Checker(self._state) if check_invariants else None
        self._changed = ChangedEntries(self._state)
        self._continuous = continuous

    def check(
        self, block: Mapping[str, Any], expected: Changes, before: StorageDump
    ) -> Failure | Unsupported | None:
        """Play a block and compare; afterwards the state is upstream's unless it is played continuously.

        Where all is equal the state stays the one that was played: it also knows which entries are
        there with the value of an absent one, which dumps leave out and some calls ask for.
        """
        self._write(outside_changes(block))
        verdict: Failure | Unsupported | None = Unsupported()
        try:
            with self._state.transaction():
                if all(call["call"] in CALLS for call in block["extrinsics"]):
                    played = _Played(before)
                    verdict = self._play(block, played) or played.failure(block, expected)
                if verdict is not None and not self._continuous:
                    raise _TakeBackError
        except _TakeBackError:
            self._changed.take()
            self._write(changes_of(block))
        return verdict

    def _play(self, block: Mapping[str, Any], played: _Played) -> Failure | None:
        decoded = decode_block(block)
        outcomes = block_outcomes(self._state, decoded)
        if self._checker is not None:
            outcomes = self._checker.watched(decoded, outcomes)
        self._state.events.take()
        try:
            for step, outcome in enumerate(outcomes):
                played.note(step - 1, self._changed.take(), self._state.events.take())
                if outcome is not None:
                    played.results.append(outcome.name)
        except Exception as error:
            return Failure(
                self.name, "crash", f"{type(error).__name__}: {error}", details=traceback.format_exc()
            )
        finally:
            self._state.events.take()
            self._changed.take()
            broken = [] if self._checker is None else self._checker.take()
        return self._violation(block, broken) if broken else None

    def _violation(self, block: Mapping[str, Any], broken: Sequence[Violation]) -> Failure:
        rules = tuple(dict.fromkeys(each.rule for each in broken))
        message = f"block {block['number']}: {'; '.join(map(str, broken))}"
        return Failure(self.name, "invariant", message, rules=rules)

    def _write(self, changes: Changes) -> None:
        rows = rows_of(changes)
        for item, keys in rows["removed"].items():
            remove_entries(self._state, item, keys)
        for item, content in rows["set"].items():
            write_entries(self._state, item, content)
        self._changed.take()


class CasePlayer(Player):
    """Any backend: each block is put to it as a case with the whole state."""

    def __init__(self, backend: Backend) -> None:
        self.name = backend.name
        self._backend = backend

    def check(
        self, block: Mapping[str, Any], expected: Changes, before: StorageDump
    ) -> Failure | Unsupported | None:
        """Ask the backend and compare."""
        inputs = case_inputs(block, before)
        rows = {kind: encode_dump(content) for kind, content in rows_of(expected).items()}
        after = StorageDump(decode_dump(inputs["state"]))
        after.apply(expected)
        value = {"results": results_of(block), "events": block["events"], **rows, "digest": after.digest()}
        case = Case(id="", op=OP, inputs=inputs, expected=Answer(out={"value": value}))
        reply = _with_event_texts(self._backend.run(OP, inputs))
        return reply if isinstance(reply, Unsupported) else failure_of(self.name, case, reply)


def _with_event_texts(reply: Reply) -> Reply:
    """The reply with its events as upstream's debug text, which traces have; as they are if they are none."""
    try:
        assert isinstance(reply, Answer)
        value = reply.out["value"]
        texts = [event_text(event_from_json(decode_dump(event))) for event in value["events"]]
    except (AssertionError, InvalidInputError, KeyError, TypeError):
        return reply
    return attrs.evolve(reply, out={**reply.out, "value": {**value, "events": texts}})


class _TakeBackError(Exception):
    """Raised to undo a block that differs."""


class _Played:
    """What a block did: results, events, and every entry that is not as before, with who wrote it last."""

    def __init__(self, before: StorageDump) -> None:
        self.results: list[str] = []
        self._events: list[str] = []
        self._depositor: list[int] = []
        self._before = before
        self._now: Changes = {}
        self._writer: dict[EntryName, int] = {}

    def note(self, step: int, entries: Sequence[Any], events: Sequence[Event]) -> None:
        """Note what a step wrote; the block's own is -1, then come the extrinsics by index."""
        self._events.extend(map(event_text, events))
        self._depositor.extend([step] * len(events))
        for entry in entries:
            name = entry.item, compact(list(entry.key))
            value = compact(entry.value) if entry.present else None
            known = self._now[name] if name in self._now else self._before.get(name)
            if value != known:
                self._now[name] = value
                self._writer[name] = step

    def failure(self, block: Mapping[str, Any], expected: Changes) -> Failure | None:
        """The difference of the first step that has one, ``None`` if there is none.

        Of one step, results are told before storage, and storage before events.
        """
        changes = {name: value for name, value in self._now.items() if value != self._before.get(name)}
        results = results_of(block)
        if changes == expected and self.results == results and self._events == block["events"]:
            return None
        never = len(results)
        differing = [name for name in {**expected, **changes} if not self._same(name, changes, expected)]
        differing.sort(key=lambda name: (self._writer.get(name, never), name))
        wrong = [index for index, result in enumerate(results) if result != self.results[index]]
        odd = [index for index, texts in enumerate(self._pairs(block)) if len(set(texts)) > 1]
        found: list[tuple[int, Difference | None]] = []
        if wrong:
            place = f"block {block['number']}, result of {_step_name(block, wrong[0])}"
            found.append((wrong[0], compare(place, "results", results[wrong[0]], self.results[wrong[0]])))
        if differing:
            step = self._writer.get(differing[0], never)
            found.append((step, self._storage_difference(block, differing[0], expected)))
        if odd:
            step = self._depositor[odd[0]] if odd[0] < len(self._depositor) else never
            found.append((step, self._event_difference(block, odd[0])))
        if not found:
            return None
        step, difference = min(found, key=lambda each: each[0])
        counts = f"{len(wrong)} results, {len(differing)} entries and {len(odd)} events differ"
        entries = ", ".join(f"{item} {key}" for item, key in differing[:ENTRIES_SHOWN])
        return Failure(
            "reference",
            "mismatch",
            _sentence(difference),
            difference=difference,
            rules=_rules(block, step) if difference is None else _rules_of(difference, block, step),
            details=f"{counts}: {entries}" if entries else counts,
        )

    def _pairs(self, block: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Every event of upstream's and of ours at the same place."""
        return zip_longest(block["events"], self._events, fillvalue=ABSENT)

    def _event_difference(self, block: Mapping[str, Any], index: int) -> Difference | None:
        texts = list(self._pairs(block))[index]
        depositor = _step_name(block, self._depositor[index]) if index < len(self._depositor) else None
        difference = compare(f"block {block['number']}, event {index}", "events", *texts)
        if difference is None:
            return None
        element = f"{len(block['events'])} expected, {len(self._events)} computed"
        if depositor is not None:
            element = f"computed by {depositor}; {element}"
        return attrs.evolve(difference, element=element)

    def _storage_difference(
        self, block: Mapping[str, Any], name: EntryName, expected: Changes
    ) -> Difference | None:
        item, key = name
        step = self._writer.get(name)
        writer = "not written" if step is None else f"written by {_step_name(block, step)}"
        values = [
            ABSENT if text is None else json.loads(text)
            for text in (
                expected[name] if name in expected else self._before.get(name),
                self._now[name] if name in self._now else self._before.get(name),
            )
        ]
        difference = compare(f"block {block['number']}, storage {item}", item, *values)
        if difference is None:
            return None
        element = ", ".join(part for part in (f"key {key}", difference.element, writer) if part)
        return attrs.evolve(difference, element=element)

    def _same(self, name: EntryName, changes: Changes, expected: Changes) -> bool:
        """Whether an entry is equal, whatever the order of an object's members."""
        one, other = (each[name] if name in each else self._before.get(name) for each in (changes, expected))
        if one == other or one is None or other is None:
            return one == other
        return json.dumps(json.loads(one), sort_keys=True) == json.dumps(json.loads(other), sort_keys=True)


def results_of(block: Mapping[str, Any]) -> list[str]:
    """The results of a line, success by its name."""
    return [result if isinstance(result, str) else SUCCESS for result in block["results"]]


def decode_block(block: Mapping[str, Any]) -> Block:
    """The block of a trace's line.

    Raises:
        InvalidInputError: a value is not of its type.
    """
    author = block["author"]
    return decoded_block(
        block["number"],
        hash_256.from_json("parent_hash", block["parent_hash"]),
        None if author is None else account.from_json("author", author),
        block["extrinsics"],
    )


def case_inputs(block: Mapping[str, Any], before: StorageDump) -> dict[str, Any]:
    """The ``in`` of ``chain.apply_block`` for a block of a trace."""
    state = {item: rows for item, rows in before.content().items() if item not in LEFT_OUT}
    return {
        "block": str(block["number"]),
        "parent_hash": block["parent_hash"],
        "author": encode_dump(block["author"]),
        "calls": encode_dump(block["extrinsics"]),
        "state": encode_dump(state),
    }


def _players(part: TraceBlocks, backends: Sequence[Backend], dump: StorageDump) -> list[Player]:
    return [
        ReferencePlayer(dump, part.continuous, part.check_invariants)
        if isinstance(backend, LocalBackend) and backend.name == "reference"
        else CasePlayer(backend)
        for backend in backends
        if backend.supports(OP)
    ]


@contextmanager
def _refusing(path: Path, line: int) -> Iterator[None]:
    """Name the line with a value that is not of its type."""
    try:
        yield
    except InvalidInputError as error:
        raise VectorFileError(path, line, str(error)) from None


@lru_cache(maxsize=2)
def _trace(path: Path, _: int) -> ChainTrace:
    return read_trace(path)


def _step_name(block: Mapping[str, Any], step: int) -> str:
    return "the block's own step" if step < 0 else f"extrinsic {step}, {block['extrinsics'][step]['call']}"


def _sentence(difference: Difference | None) -> str:
    if difference is None:
        return "differs"
    element = f", {difference.element}" if difference.element else ""
    return f"{difference.place}{element}: expected {difference.expected}, computed {difference.computed}"


def _rules_of(difference: Difference, block: Mapping[str, Any], step: int) -> tuple[str, ...]:
    """Those of the step; of an event those that deposit it, then of the call that deposited another."""
    if difference.name != "events":
        return _rules(block, step)
    called = _rules(block, step) if step < len(block["extrinsics"]) else ()
    text = difference.computed if difference.expected == ABSENT else difference.expected
    return tuple(dict.fromkeys((*depositing_rules(re.split(r"[ ({]", json.loads(text))[0]), *called)))


def _rules(block: Mapping[str, Any], step: int) -> tuple[str, ...]:
    """The rules of the call that wrote last, otherwise those of blocks."""
    if 0 <= step < len(block["extrinsics"]):
        function = CALLS[block["extrinsics"][step]["call"]].function
        return tuple(getattr(getattr(function, "func", function), "__rules__", ()))
    return tuple(rules_for(OP, "", "block step")) if step >= 0 else ("CHAIN-BLOCK-1",)
