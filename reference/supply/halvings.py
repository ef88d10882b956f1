"""Where the emission of a block halves: the closed form of the logarithm's path."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

import attrs

from taospec.reference.rules import implements
from taospec.reference.supply.block_emission import INITIAL_EMISSION, TOTAL_SUPPLY


@implements("SUPPLY-HALVING-1")
def threshold(level: int) -> int:
    """Least issuance, in rao, with ``level`` halvings behind it: ``ceil(21e15 * (1 - 2**-level))``."""
    return TOTAL_SUPPLY - (TOTAL_SUPPLY >> level)


FINAL_LEVEL: Final = INITIAL_EMISSION.bit_length()
"""Halvings after which a block emits less than one rao: none (30)."""
THRESHOLDS: Final = tuple(threshold(level) for level in range(FINAL_LEVEL + 1))
"""Of each level until the final one, in rao."""
EXHAUSTION: Final = THRESHOLDS[FINAL_LEVEL]
"""Issuance at which emission ends, in rao: 19,557,774 below the total supply."""


def level_at(issuance: int) -> int:
    """Halvings at ``issuance`` rao, at most :data:`FINAL_LEVEL`."""
    return bisect_right(THRESHOLDS, issuance) - 1


@implements("SUPPLY-HALVING-1")
def closed_form_emission(issuance: int) -> int:
    """``1e9 >> level``: equal to :func:`~.block_emission.block_emission` for every issuance."""
    return INITIAL_EMISSION >> level_at(issuance)


@attrs.frozen(kw_only=True)
class Halving:
    """One row of the halving table."""

    level: int
    """Halvings so far, this one included."""
    issuance: int
    """Least issuance at which it holds, in rao."""
    block_emission: int
    """Rao that a block emits from there on."""
    block: int
    """First block that emits this much if nothing is ever recycled; blocks count from 1."""


@implements("SUPPLY-HALVING-2")
def halving_table() -> tuple[Halving, ...]:
    """Every level with its issuance, emission, and first block without recycling.

    A level ends at the first block that finds its issuance at or above the next threshold,
    which overshoots it by less than one emission.
    """
    rows = []
    issuance, block = 0, 1
    for level in range(FINAL_LEVEL + 1):
        emission = INITIAL_EMISSION >> level
        rows.append(Halving(level=level, issuance=THRESHOLDS[level], block_emission=emission, block=block))
        if level < FINAL_LEVEL:
            blocks = -((issuance - THRESHOLDS[level + 1]) // emission)
            issuance, block = issuance + blocks * emission, block + blocks
    return tuple(rows)
