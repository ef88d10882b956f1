"""Kernels on several threads at once.

Kernels release the interpreter's lock, so Python's own threads run them side by side. Unlike
threads that a compiler's runtime starts, they wait without using a core, compile nothing of
their own, and leave a process free to fork.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from numba.core import config


def usable_threads() -> int:
    """Cores that this process may use, unless ``NUMBA_NUM_THREADS`` says otherwise."""
    settings: object = config
    return int(getattr(settings, "NUMBA_NUM_THREADS"))  # noqa: B009


def run_shares(work: Callable[[int], object], shares: int, threads: int) -> None:
    """Call ``work`` with every number below ``shares``, on so many threads.

    The calling thread is one of them. Each takes the next share when it has finished one, so a
    thread that gets no core holds nobody up.
    """
    left = deque(range(shares))

    def take_shares() -> None:
        while left:
            try:
                share = left.popleft()
            except IndexError:
                return
            work(share)

    others = [_pool().submit(take_shares) for _ in range(min(threads, shares) - 1)]
    take_shares()
    for other in others:
        if not other.cancel():
            other.result()


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max(usable_threads(), 8), thread_name_prefix="taospec")


# A forked child has none of its parent's threads.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)
