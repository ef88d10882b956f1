"""Ctrl-C and the request to terminate, heard between two steps instead of in the middle of one."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stop_requests(announce: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Give a function that says whether somebody has asked for a stop.

    The first signal is only noted, after ``announce``; a second one acts as it did before, so that a step
    that does not end can still be broken off. Signals reach the main thread alone, which has to be the
    caller's.
    """
    asked = False
    previous = {number: signal.getsignal(number) for number in STOP_SIGNALS}

    def restore() -> None:
        for number, handler in previous.items():
            signal.signal(number, handler)

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        asked = True
        restore()
        announce()

    for number in STOP_SIGNALS:
        signal.signal(number, note)
    try:
        yield lambda: asked
    finally:
        restore()
