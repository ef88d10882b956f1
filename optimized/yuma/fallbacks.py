"""How often, and why, the reference had to compute an epoch."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Final

from taospec.optimized.yuma.guards import GUARD_NAMES

_COUNTS: Final[Counter[str]] = Counter()
_LOCK: Final = threading.Lock()


def fallbacks() -> dict[str, int]:
    """Number of epochs that each guard refused since the start or the last reset."""
    with _LOCK:
        return dict(_COUNTS)


def reset_fallbacks() -> None:
    """Start counting anew."""
    with _LOCK:
        _COUNTS.clear()


def count_fallback(guard: int) -> None:
    """Record that ``guard`` handed an epoch to the reference."""
    with _LOCK:
        _COUNTS[GUARD_NAMES[guard]] += 1
