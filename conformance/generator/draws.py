"""Draws that favour the edges."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

_Item = TypeVar("_Item")

U16_MAX = 2**16 - 1
U64_MAX = 2**64 - 1


def one_of(random: Random, *items: _Item) -> _Item:
    """One of the items, each equally often."""
    return items[random.randrange(len(items))]


def chance(random: Random, numerator: int, denominator: int) -> bool:
    """True in ``numerator`` of ``denominator`` draws."""
    return random.randrange(denominator) < numerator


def any_magnitude(random: Random, bits: int) -> int:
    """An unsigned integer whose length in bits is uniform in ``0..bits``."""
    length = random.randrange(bits + 1)
    return random.getrandbits(length) if length else 0


def near(random: Random, value: int, minimum: int, maximum: int) -> int:
    """``value`` or a neighbour, inside the bounds."""
    return min(max(value + one_of(random, -1, 0, 0, 1), minimum), maximum)


def subset(random: Random, items: Sequence[_Item], size: int) -> list[_Item]:
    """``size`` different items in their own order."""
    chosen = set(random.sample(range(len(items)), min(size, len(items))))
    return [item for index, item in enumerate(items) if index in chosen]
