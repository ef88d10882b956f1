"""Issuance over time, block by block or jumping from threshold to threshold.

A block adds the emission that belongs to the issuance at its beginning, then loses what is
recycled in it (saturating at 0).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from taospec.reference.invalid_input import U64_MAX, require_integer
from taospec.reference.rules import implements
from taospec.reference.supply.block_emission import block_emission
from taospec.reference.supply.halvings import FINAL_LEVEL, THRESHOLDS, closed_form_emission, level_at


def walk(issuance: int, recycled: int = 0) -> Iterator[int]:
    """Issuance after each block, without end, by the chain's own formula.

    ``recycled`` rao leave in every block.
    """
    while True:
        issuance = max(issuance + block_emission(issuance) - recycled, 0)
        yield issuance


@implements("SUPPLY-TIME-1", "SUPPLY-TIME-2")
def issuance_after(issuance: int, blocks: int, recycled: int = 0) -> int:
    """Issuance after ``blocks`` blocks: equal to the walk, at a cost independent of their number.

    Between two thresholds the issuance moves by the same amount in every block, so that the
    blocks until the next one are a quotient. A threshold that emission reaches from below and
    recycling from above holds the issuance for ever: around it the blocks are a rotation.
    """
    require_integer("issuance", issuance, 0, U64_MAX)
    require_integer("blocks", blocks, 0, U64_MAX)
    require_integer("recycled", recycled, 0, U64_MAX)
    while blocks > 0:
        level = level_at(issuance)
        drift = closed_form_emission(issuance) - recycled
        if drift == 0:
            return issuance
        if drift > 0:
            steps = min(-((issuance - THRESHOLDS[level + 1]) // drift), blocks)
        else:
            steps = min(_blocks_down(issuance, THRESHOLDS[level], -drift), blocks)
        issuance, blocks = max(issuance + steps * drift, 0), blocks - steps
        if issuance == 0 and drift < 0:
            return 0
        held = _held_threshold(recycled)
        if held is not None and _is_held(issuance, held, recycled):
            return _rotated(issuance, held, recycled, blocks)
    return issuance


def _blocks_down(issuance: int, bottom: int, loss: int) -> int:
    """Blocks until the issuance is below ``bottom``, or 0."""
    return (issuance - bottom) // loss + 1


def _held_threshold(recycled: int) -> int | None:
    """The threshold with more emission than recycling below it and less above, if there is one."""
    emissions = [closed_form_emission(each) for each in THRESHOLDS]
    for level, (below, above) in enumerate(pairwise(emissions), start=1):
        if below > recycled > above:
            return THRESHOLDS[level]
    return None


def _is_held(issuance: int, held: int, recycled: int) -> bool:
    """Whether the issuance is between the two that one block from the threshold leads to."""
    rise = closed_form_emission(held - 1) - recycled
    fall = recycled - closed_form_emission(held)
    return held - fall <= issuance < held + rise


@implements("SUPPLY-TIME-2")
def _rotated(issuance: int, held: int, recycled: int, blocks: int) -> int:
    """Issuance after ``blocks`` blocks around a held threshold.

    With ``rise`` below and ``fall`` above, a block adds ``rise`` modulo ``rise + fall`` to the
    distance from ``held - fall``: below the threshold the sum stays inside, above it wraps.
    """
    rise = closed_form_emission(held - 1) - recycled
    fall = recycled - closed_form_emission(held)
    low = held - fall
    return low + (issuance - low + rise * blocks) % (rise + fall)


@implements("SUPPLY-TIME-3")
def blocks_until_halving(level: int, issuance: int = 0, recycled: int = 0) -> int | None:
    """Blocks until the issuance is first at or above the threshold of ``level``.

    ``None`` if it never is, because as much is recycled as emitted.
    """
    require_integer("level", level, 0, FINAL_LEVEL)
    blocks = 0
    while issuance < THRESHOLDS[level]:
        drift = closed_form_emission(issuance) - recycled
        if drift <= 0:
            return None
        steps = -((issuance - THRESHOLDS[level_at(issuance) + 1]) // drift)
        issuance, blocks = issuance + steps * drift, blocks + steps
    return blocks
