"""Putting cases to backends, in this process or in several, and judging the replies."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from enum import StrEnum
from multiprocessing import get_context
from typing import Protocol

import attrs

from taospec.conformance.answers import Answer, Crash, ReferenceCrashError, Reply, Timeout, Unsupported
from taospec.conformance.backends import Backend, load_backend
from taospec.conformance.comparison import Difference, first_difference
from taospec.conformance.rule_lookup import rules_for
from taospec.conformance.vector_file import Case, CaseLine
from taospec.reference.invalid_input import InvalidInputError


class Outcome(StrEnum):
    """What became of a case."""

    PASSED = "passed"
    """Every backend that supports the op agrees with the case."""
    FAILED = "failed"
    """Some backend does not agree, crashed, or gave no answer in time."""
    UNSUPPORTED = "unsupported"
    """No backend supports the op."""
    SKIPPED = "skipped"
    """Not counted against anybody: a known failure, or not run because the run was stopped."""
    INVALID = "invalid"
    """The case cannot be decoded: bad input."""


@attrs.frozen
class Failure:
    """One backend's failure on one case."""

    backend: str
    """Name of the backend."""
    kind: str
    """``mismatch``, ``crash`` or ``timeout``."""
    message: str
    """One line."""
    difference: Difference | None = None
    """For a mismatch, the first difference."""
    rules: tuple[str, ...] = ()
    """Rules that stand behind the difference, where known."""
    details: str = ""
    """For a crash, a traceback or the end of the target's stderr."""


@attrs.frozen
class CaseResult:
    """What became of one case on all backends."""

    suite: str
    """Suite of the case."""
    source: str
    """File that holds the case, or how it was generated."""
    line: int
    """Line in the file, or the line that it would have."""
    id: str
    """The case's id."""
    op: str
    """The case's op."""
    outcome: Outcome
    """The verdict."""
    answered_by: tuple[str, ...] = ()
    """Backends that support the op."""
    failures: tuple[Failure, ...] = ()
    """What went wrong, at most one entry a backend."""
    fallbacks: tuple[tuple[str, str], ...] = ()
    """Backend and reason, where a fast backend let the reference compute."""
    reason: str = ""
    """For an invalid or a skipped case, why."""


class WorkItem(Protocol):
    """A case that is still to be loaded or generated."""

    @property
    def suite(self) -> str:
        """Suite of the case."""

    @property
    def source(self) -> str:
        """File that holds the case, or how it was generated."""

    @property
    def line(self) -> int:
        """Line in the file, or the line that it would have."""

    @property
    def cost(self) -> int:
        """How long it will take, in a unit that all items share; about the bytes of a case."""

    @property
    def oracle(self) -> str | None:
        """The backend that computed the expected answer in this run, and needs not be asked again."""

    def case(self) -> Case:
        """Load or generate it."""


@attrs.frozen
class RecordedCase:
    """A case of a vector file."""

    suite: str
    """Suite of the file."""
    source: str
    """Path of the file."""
    recorded: CaseLine
    """The line."""

    @property
    def line(self) -> int:
        """Line in the file."""
        return self.recorded.number

    @property
    def oracle(self) -> None:
        """The answer was recorded."""

    @property
    def cost(self) -> int:
        """Bytes of the line: an epoch's time grows with its size."""
        return len(self.recorded.text)

    def case(self) -> Case:
        """Parse the line."""
        return self.recorded.case()


def check_case(item: WorkItem, backends: Sequence[Backend]) -> CaseResult:
    """Put one case to every backend that supports its op."""
    try:
        case = item.case()
    except ReferenceCrashError as error:
        crash = Failure("reference", "crash", error.crash.reason, details=error.crash.details)
        return _result(item, error.id, error.op, Outcome.FAILED, ("reference",), (crash,))
    answered_by: list[str] = []
    failures: list[Failure] = []
    fallbacks: list[tuple[str, str]] = []
    outcome, reason = Outcome.PASSED, ""
    for backend in backends:
        if not backend.supports(case.op):
            continue
        if backend.name == item.oracle:
            answered_by.append(backend.name)
            continue
        try:
            reply = backend.run(case.op, case.inputs)
        except InvalidInputError as error:
            outcome, reason = Outcome.INVALID, f"in.{error}"
            break
        if isinstance(reply, Unsupported):
            continue
        answered_by.append(backend.name)
        failure = _judge(backend.name, case, reply)
        if failure:
            failures.append(failure)
            outcome = Outcome.FAILED
        if isinstance(reply, Answer) and reply.fallback:
            fallbacks.append((backend.name, reply.fallback))
    if outcome is Outcome.PASSED and not answered_by:
        outcome = Outcome.UNSUPPORTED
    return _result(
        item, case.id, case.op, outcome, tuple(answered_by), tuple(failures), tuple(fallbacks), reason
    )


def check_here(items: Iterable[WorkItem], backends: Sequence[Backend]) -> Iterator[CaseResult]:
    """Check cases one after another in this process."""
    for item in items:
        yield check_case(item, backends)


def check_in_processes(
    items: Sequence[WorkItem], backend_names: Sequence[str], jobs: int
) -> Iterator[CaseResult]:
    """Check cases in ``jobs`` processes; results come as they are ready.

    Processes are spawned, not forked: a forked child of a process that runs threads can hang.

    Raises:
        concurrent.futures.process.BrokenProcessPool: a process died.
    """
    pool = ProcessPoolExecutor(
        max_workers=jobs,
        mp_context=get_context("spawn"),
        initializer=_start_worker,
        initargs=(tuple(backend_names),),
    )
    try:
        for finished in as_completed([pool.submit(_check_chunk, chunk) for chunk in _chunks(items)]):
            yield from finished.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_CHUNK_COST = 150_000
_CHUNK_LENGTH = 500

_worker_backends: list[Backend] = []


def _start_worker(backend_names: Sequence[str]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent stops the run
    os.environ.setdefault("NUMBA_NUM_THREADS", "1")  # the processes share the cores already
    _worker_backends.extend(load_backend(name) for name in backend_names)


def _check_chunk(chunk: Sequence[WorkItem]) -> list[CaseResult]:
    return [check_case(item, _worker_backends) for item in chunk]


def _chunks(items: Sequence[WorkItem]) -> Iterator[list[WorkItem]]:
    """Costly cases first, so that no process is left with a long one at the end."""
    chunk: list[WorkItem] = []
    cost = 0
    for item in sorted(items, key=lambda item: -item.cost):
        chunk.append(item)
        cost += item.cost
        if cost >= _CHUNK_COST or len(chunk) >= _CHUNK_LENGTH:
            yield chunk
            chunk, cost = [], 0
    if chunk:
        yield chunk


def _result(
    item: WorkItem,
    id_: str,
    op: str,
    outcome: Outcome,
    answered_by: tuple[str, ...],
    failures: tuple[Failure, ...],
    fallbacks: tuple[tuple[str, str], ...] = (),
    reason: str = "",
) -> CaseResult:
    return CaseResult(
        suite=item.suite,
        source=item.source,
        line=item.line,
        id=id_,
        op=op,
        outcome=outcome,
        answered_by=answered_by,
        failures=failures,
        fallbacks=fallbacks,
        reason=reason,
    )


def _judge(backend: str, case: Case, reply: Reply) -> Failure | None:
    match reply:
        case Timeout(seconds):
            return Failure(backend, "timeout", f"no answer within {seconds:g} s")
        case Crash(reason, details):
            return Failure(backend, "crash", reason, details=details)
        case Answer():
            difference = first_difference(case.expected, reply)
            if difference is None:
                return None
            return Failure(
                backend,
                "mismatch",
                _sentence(difference),
                difference=difference,
                rules=tuple(rules_for(case.op, case.id, difference.name)),
            )
        case _:
            raise TypeError(f"{backend}: unexpected reply {reply!r}")


def _sentence(difference: Difference) -> str:
    element = f", {difference.element}" if difference.element else ""
    ulps = f" ({difference.ulps:+d} ulp)" if difference.ulps is not None else ""
    return (
        f"{difference.place}{element}: expected {difference.expected}, computed {difference.computed}{ulps}"
    )
