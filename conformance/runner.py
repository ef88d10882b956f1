"""Putting cases to backends, in this process or in several, and judging the replies."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from enum import StrEnum
from multiprocessing import get_context
from typing import Any, Protocol, TypeAlias

import attrs

from taospec.conformance.answers import Answer, Crash, ReferenceCrashError, Reply, Timeout, Unsupported
from taospec.conformance.backends import Backend, LocalBackend, load_backend
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

    @classmethod
    def of(cls, item: WorkItem, id_: str, op: str, outcome: Outcome, **judgement: Any) -> CaseResult:
        """The result of an item."""
        return cls(item.suite, item.source, item.line, id_, op, outcome, **judgement)


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


class CaseSequence:
    """Cases of one source that are checked in one go, each on what the one before left."""

    suite: str
    """Suite of the cases."""
    source: str
    """File that holds them."""
    lines: range
    """Their lines in the file."""

    @property
    def cost(self) -> int:
        """How long they will take, in the unit of :class:`WorkItem`."""
        raise NotImplementedError

    def check(self, backends: Sequence[Backend]) -> Iterator[CaseResult]:
        """Put them to every backend; one result for each line."""
        raise NotImplementedError


Work: TypeAlias = WorkItem | CaseSequence


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
        return CaseResult.of(
            item, error.id, error.op, Outcome.FAILED, answered_by=("reference",), failures=(crash,)
        )
    supporting = [backend for backend in backends if backend.supports(case.op)]
    try:
        replies = [(backend.name, _reply(backend, item, case)) for backend in supporting]
    except InvalidInputError as error:
        return CaseResult.of(item, case.id, case.op, Outcome.INVALID, reason=f"in.{error}")
    return _verdict(
        item, case, [(name, reply) for name, reply in replies if not isinstance(reply, Unsupported)]
    )


def check_here(items: Iterable[Work], backends: Sequence[Backend]) -> Iterator[CaseResult]:
    """Check cases one after another in this process."""
    for item in items:
        if isinstance(item, CaseSequence):
            yield from item.check(backends)
        else:
            yield check_case(item, backends)


def check_in_processes(
    items: Sequence[Work], backend_names: Sequence[str], jobs: int
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
        with _interrupts_ignored():
            pending = [pool.submit(_check_chunk, chunk) for chunk in _chunks(items)]
        for finished in as_completed(pending):
            yield from finished.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_CHUNK_COST = 150_000
_CHUNK_LENGTH = 500

_worker_backends: list[Backend] = []


def _start_worker(backend_names: Sequence[str]) -> None:
    os.environ.setdefault("NUMBA_NUM_THREADS", "1")  # the processes share the cores already
    _worker_backends.extend(load_backend(name) for name in backend_names)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Processes started meanwhile ignore Ctrl-C all their life: it is for the parent to stop the run."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def _check_chunk(chunk: Sequence[Work]) -> list[CaseResult]:
    return list(check_here(chunk, _worker_backends))


def _chunks(items: Sequence[Work]) -> Iterator[list[Work]]:
    """Costly cases first, so that no process is left with a long one at the end."""
    chunk: list[Work] = []
    cost = 0
    for item in sorted(items, key=lambda item: -item.cost):
        chunk.append(item)
        cost += item.cost
        if cost >= _CHUNK_COST or len(chunk) >= _CHUNK_LENGTH:
            yield chunk
            chunk, cost = [], 0
    if chunk:
        yield chunk


def _reply(backend: Backend, item: WorkItem, case: Case) -> Reply:
    if isinstance(backend, LocalBackend) and backend.name == item.oracle:
        return case.expected
    return backend.run(case.op, case.inputs)


def _verdict(item: WorkItem, case: Case, replies: Sequence[tuple[str, Reply]]) -> CaseResult:
    judged = [failure_of(name, case, reply) for name, reply in replies]
    failures = tuple(failure for failure in judged if failure)
    outcome = Outcome.FAILED if failures else Outcome.PASSED if replies else Outcome.UNSUPPORTED
    return CaseResult.of(
        item,
        case.id,
        case.op,
        outcome,
        answered_by=tuple(name for name, _ in replies),
        failures=failures,
        fallbacks=tuple(
            (name, reply.fallback) for name, reply in replies if isinstance(reply, Answer) and reply.fallback
        ),
    )


def failure_of(backend: str, case: Case, reply: Reply) -> Failure | None:
    """What is wrong with a reply, ``None`` if nothing is."""
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
