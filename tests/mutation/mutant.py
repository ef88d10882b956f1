"""A wrong implementation, as a change of one text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """One wrong implementation."""

    name: str
    """Short and unique."""
    rule: str
    """Id of the rule that it breaks."""
    file: str
    """Path below ``reference/``."""
    old: str
    """Text of the reference."""
    new: str
    """What stands there instead."""
    description: str
    """The mistake, in words."""
