"""Powers that come as near to a whole number of parts as 64-bit reserves allow."""

from __future__ import annotations

import random

from mpmath import MPContext

SCALE = 10**18

real = MPContext()
real.prec = 600


def almost_integer_powers(count: int, largest: int) -> list[tuple[int, int, int, int]]:
    """``(a, b, p, q)`` with ``a/b`` next to ``(R / 1e18)**(q/p)``: about ``largest**-2`` from it."""
    source = random.Random(7)
    found = []
    for _ in range(count):
        weight = source.randrange(4 * 10**17, 6 * 10**17) | 1
        target = source.randrange(10**15, SCALE)
        root = (real.mpf(target) / SCALE) ** (real.mpf(SCALE - weight) / weight)
        found += [(a, b, weight, SCALE - weight) for a, b in best_fractions(root, largest) if a < b]
    return found


def best_fractions(value: object, largest: int) -> list[tuple[int, int]]:
    """The last convergents of a real number with terms up to ``largest``."""
    rest = real.mpf(value)
    before, last = (0, 1), (1, 0)
    found = []
    while True:
        whole = int(real.floor(rest))
        before, last = last, (whole * last[0] + before[0], whole * last[1] + before[1])
        if max(last) > largest:
            return found[-3:]
        if min(last) > 0:
            found.append(last)
        rest = 1 / (rest - whole)
