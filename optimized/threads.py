"""Kernels on several threads at once.

Kernels release the interpreter's lock, so Python's own threads run them side by side. Unlike
threads that a compiler's runtime starts, they sleep between two calls, compile nothing of
their own, and leave a process free to fork.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
import time
from collections.abc import Callable, Sequence
from functools import cache
from queue import SimpleQueue

from numba.core import config

from taospec.optimized.stages import LEADER, OPEN, OVER, Board

SHORTEST_NAP = 5e-5
LONGEST_NAP = 1e-3
"""Seconds for which a thread that waited in vain leaves its core to others."""
MOST_WORKERS = 8
"""Threads for those who ask for more than there are cores."""


def usable_threads() -> int:
    """Cores that this process may use, unless ``NUMBA_NUM_THREADS`` says otherwise."""
    settings: object = config
    return int(getattr(settings, "NUMBA_NUM_THREADS"))  # noqa: B009


def run_stages(member: Callable[[int, int], int], board: Board, threads: int) -> None:
    """Call ``member`` with a thread's number and stage 0, on so many threads, until the work is over.

    ``member`` is compiled code whose threads meet on the board. It answers ``OVER``, or the stage
    with which it is to be called again, where it has waited in vain. The calling thread has the
    number 0 and leads. Threads that come late are not waited for: they find nothing to do.

    Raises:
        Exception: what ``member`` raised on any thread that somebody waits for. Then all threads
            have left.
    """
    leader = threading.get_native_id()
    others = [_Follower(member, thread, current_core(), leader) for thread in range(1, threads)]
    try:
        _workers().call(others)
        _stay(member, LEADER, lambda: _raise_error_of(others))
    except BaseException:
        # No other memory is read for what this says, so it needs no order: who sees it leaves.
        board[OPEN, 0] = OVER
        for other in others:
            if not other.cancelled():
                other.ended.acquire()
        raise
    for other in others:
        other.cancelled()


def _stay(member: Callable[[int, int], int], thread: int, after_waiting: Callable[[], None]) -> None:
    nap = SHORTEST_NAP
    stage = 0
    while (stage := member(thread, stage)) != OVER:
        after_waiting()
        time.sleep(nap)
        nap = min(2 * nap, LONGEST_NAP)


class _Follower:
    """A thread's part of the work: somebody begins it, or it is cancelled."""

    __slots__ = ("begun", "core", "ended", "error", "leader", "member", "thread")

    def __init__(self, member: Callable[[int, int], int], thread: int, core: int | None, leader: int) -> None:
        self.member, self.thread, self.core, self.leader = member, thread, core, leader
        self.error: BaseException | None = None
        self.begun, self.ended = threading.Lock(), threading.Lock()
        self.ended.acquire()

    def cancelled(self) -> bool:
        """Whether nobody has begun, and so nobody will."""
        return self.begun.acquire(blocking=False)

    def run(self) -> None:
        """Do the work, unless it was cancelled."""
        if not self.begun.acquire(blocking=False):
            return
        try:
            leave_core(self.core, self.leader)
            _stay(self.member, self.thread, lambda: None)
        except BaseException as error:  # the leader raises it
            self.error = error
        finally:
            self.ended.release()


def _raise_error_of(others: Sequence[_Follower]) -> None:
    for other in others:
        if other.error is not None:
            raise other.error


class _Workers:
    """Threads that sleep until there is work. An executor's futures cost a batch of epochs some percent."""

    def __init__(self) -> None:
        self._work: SimpleQueue[_Follower] = SimpleQueue()
        self._hired = 0
        self._hiring = threading.Lock()

    def call(self, followers: Sequence[_Follower]) -> None:
        """Have as many threads as there are followers, up to a limit, take one each."""
        if self._hired < len(followers):
            self._hire(min(len(followers), max(usable_threads(), MOST_WORKERS)))
        for follower in followers:
            self._work.put(follower)

    def _hire(self, wanted: int) -> None:
        with self._hiring:
            while self._hired < wanted:
                threading.Thread(target=self._serve, name=f"taospec-{self._hired}", daemon=True).start()
                self._hired += 1

    def _serve(self) -> None:
        while True:
            self._work.get().run()


def leave_core(core: int | None, leader: int) -> None:
    """Have the calling thread run on the cores that the thread ``leader`` may use, but for one.

    A thread that is woken starts where it slept last or where it is woken, even if another core is
    idle: it would take turns with the one that it is to help, and be moved after milliseconds.
    """
    if core is None:
        return
    with contextlib.suppress(OSError):
        usable = os.sched_getaffinity(leader)
        cores = usable - {core} or usable
        if cores != getattr(_chosen, "cores", None):
            os.sched_setaffinity(0, cores)
            _chosen.cores = cores


def current_core() -> int | None:
    """Core on which the calling thread runs, where the system tells."""
    ask = _ask_for_core()
    core = -1 if ask is None else ask()
    return core if core >= 0 else None


@cache
def _ask_for_core() -> Callable[[], int] | None:
    if not hasattr(os, "sched_setaffinity"):
        return None
    ask: Callable[[], int] | None = getattr(ctypes.CDLL(None), "sched_getcpu", None)
    return ask


_chosen = threading.local()
"""``cores``: those on which the thread was last told to run."""


@cache
def _workers() -> _Workers:
    return _Workers()


# A forked child has none of its parent's threads.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_workers.cache_clear)
