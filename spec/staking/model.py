"""Shares as they are meant: exact operations on non-negative real numbers."""

from __future__ import annotations

from typing import NamedTuple

from taospec.spec.real_numbers import Real, real


def value(mantissa: int, exponent: int) -> Real:
    """The number that a stored mantissa and exponent stand for."""
    power = real.mpf(10) ** abs(exponent)
    return mantissa * power if exponent >= 0 else mantissa / power


def difference(a: Real, b: Real) -> Real:
    """``a - b``, 0 where ``b`` is larger: there are no negative shares."""
    return max(a - b, real.zero)


def holder_value(shared_value: Real, share: Real, denominator: Real) -> Real:
    """A holder's part of the pool: ``shared_value * share / denominator``."""
    return shared_value * share / denominator if denominator else real.zero


class Pool(NamedTuple):
    """A pool of value owned by shares."""

    shared_value: Real
    """What all holders together own, rao."""
    shares: dict[str, Real]
    """Each holder's shares; their sum is the denominator."""

    @property
    def denominator(self) -> Real:
        """The sum of all shares."""
        return real.fsum(self.shares.values())

    def worth(self, holder: str) -> Real:
        """What a holder owns, rao."""
        return holder_value(self.shared_value, self.shares.get(holder, real.zero), self.denominator)

    def after_update_for_all(self, update: Real) -> Pool:
        """Everybody gains in proportion to what they own; shares stay."""
        return self._replace(shared_value=self.shared_value + update)

    def after_update_for_one(self, holder: str, update: Real) -> Pool:
        """One holder gains ``update`` rao and nobody else gains or loses.

        It gets shares at the present price, ``denominator / shared_value``; the first holder one
        share for each rao.
        """
        price = self.denominator / self.shared_value if self.denominator else real.one
        held = self.shares.get(holder, real.zero)
        return Pool(self.shared_value + update, {**self.shares, holder: held + update * price})
