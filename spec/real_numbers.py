"""Real numbers of 640 bits, and intervals that enclose what the normative model computes.

640 bits hold the product of any two fixed-point values exactly. Other results are rounded
after 640 significant bits, which is more than 250 bits below the smallest difference between
an enclosure's end and a fixed-point value that is not that end itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from mpmath import MPContext

Real: TypeAlias = Any
"""An ``mpf`` of :data:`real`."""

real = MPContext()
"""The mpmath context of the ideal models."""
real.prec = 640


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A closed interval ``[low, high]`` that holds a value which the normative model computes."""

    low: Real
    high: Real

    @classmethod
    def exactly(cls, value: Real) -> Enclosure:
        """A value that is known."""
        number = real.mpf(value)
        return cls(number, number)

    @classmethod
    def hull(cls, enclosures: Iterable[Enclosure]) -> Enclosure:
        """The smallest interval around several."""
        parts = list(enclosures)
        return cls(min(part.low for part in parts), max(part.high for part in parts))

    def __contains__(self, value: Real) -> bool:
        return bool(self.low <= value <= self.high)

    @property
    def width(self) -> Real:
        """Distance of the ends."""
        return self.high - self.low

    def __add__(self, other: Enclosure) -> Enclosure:
        return Enclosure(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Enclosure) -> Enclosure:
        return Enclosure(self.low - other.high, self.high - other.low)

    def __neg__(self) -> Enclosure:
        return Enclosure(-self.high, -self.low)

    def __mul__(self, other: Enclosure) -> Enclosure:
        if self.low >= 0 and other.low >= 0:
            return Enclosure(self.low * other.low, self.high * other.high)
        ends = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Enclosure(min(ends), max(ends))

    def __truediv__(self, other: Enclosure) -> Enclosure:
        """Quotient; the divisor must not hold 0."""
        if 0 in other:
            raise ZeroDivisionError("the divisor's enclosure holds 0")
        if self.low >= 0 and other.low > 0:
            return Enclosure(self.low / other.high, self.high / other.low)
        ends = [a / b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Enclosure(min(ends), max(ends))

    def increasing(self, function: Callable[[Real], Real]) -> Enclosure:
        """The image under a non-decreasing function."""
        return Enclosure(function(self.low), function(self.high))

    def floored(self, unit: Real) -> Enclosure:
        """After rounding down to a multiple of ``unit``: ``(-1, 0]`` units, and no sign is lost."""
        low = self.low - unit
        return Enclosure(low if self.low < 0 else max(low, real.zero), self.high)

    def truncated(self, unit: Real) -> Enclosure:
        """After rounding toward zero to a multiple of ``unit``: less than a unit, toward zero."""
        low = self.low if self.low <= 0 else max(self.low - unit, real.zero)
        high = self.high if self.high >= 0 else min(self.high + unit, real.zero)
        return Enclosure(low, high)

    def nearest(self, unit: Real) -> Enclosure:
        """After rounding to the nearest multiple of ``unit``: ``[-1/2, 1/2]`` units."""
        return Enclosure(self.low - unit / 2, self.high + unit / 2)
