"""Locks in real numbers: mass that decays, conviction that matures, and how far the chain's can be."""

from __future__ import annotations

from typing import Final, NamedTuple

from taospec.spec.fixed_point import bounds
from taospec.spec.fixed_point.model import FORMATS
from taospec.spec.real_numbers import Enclosure, Real, real

_SIGNED: Final = FORMATS["I64F64"]
_UNSIGNED: Final = FORMATS["U64F64"]
_ONE: Final = Enclosure.exactly(1)
LOWEST_EXPONENT: Final = -40
"""Where the chain cuts an exponent off."""


class Lock(NamedTuple):
    """Mass and conviction, rao."""

    mass: Real
    conviction: Real


def decay(blocks: int, rate: int) -> Real:
    """``exp(-blocks / rate)``; 1 for no blocks, 0 for no rate."""
    if blocks == 0:
        return real.one
    return real.exp(-real.mpf(blocks) / rate) if rate else real.zero


def earned_share(blocks: int, unlock_rate: int, maturity_rate: int) -> Real:
    """Conviction that a rao of decaying mass earns."""
    if unlock_rate == maturity_rate:
        return real.mpf(blocks) / maturity_rate * decay(blocks, maturity_rate) if maturity_rate else real.zero
    if unlock_rate == 0 or maturity_rate == 0:
        return real.zero
    difference = decay(blocks, unlock_rate) - decay(blocks, maturity_rate)
    return unlock_rate * difference / (unlock_rate - maturity_rate)


def rolled(lock: Lock, blocks: int, unlock_rate: int, maturity_rate: int, *, perpetual: bool) -> Lock:
    """The solution of ``m' = -m / unlock_rate`` (or 0) and ``c' = (m - c) / maturity_rate``."""
    kept = decay(blocks, maturity_rate) * lock.conviction
    if perpetual:
        return Lock(lock.mass, kept + lock.mass * (1 - decay(blocks, maturity_rate)))
    earned = lock.mass * earned_share(blocks, unlock_rate, maturity_rate)
    return Lock(decay(blocks, unlock_rate) * lock.mass, kept + earned)


# What the normative model can answer.


def decay_enclosure(blocks: int, rate: int) -> Enclosure:
    """The chain's decay: a quotient cut off at -40, then its exponential."""
    if blocks == 0 or rate == 0:
        return Enclosure.exactly(decay(blocks, rate))
    ratio = bounds.div(Enclosure.exactly(-blocks), Enclosure.exactly(rate), _SIGNED)
    cut = ratio.increasing(lambda exponent: max(exponent, real.mpf(LOWEST_EXPONENT)))
    return bounds.exp(cut, _SIGNED)


def earned_share_enclosure(blocks: int, unlock_rate: int, maturity_rate: int) -> Enclosure:
    """The chain's share: a product of two roundings, or a quotient of a difference."""
    v = decay_enclosure(blocks, maturity_rate)
    if unlock_rate == maturity_rate:
        if maturity_rate == 0:
            return Enclosure.exactly(0)
        elapsed = bounds.div(Enclosure.exactly(blocks), Enclosure.exactly(maturity_rate), _UNSIGNED)
        return bounds.mul(elapsed, v, _UNSIGNED)
    if unlock_rate == 0 or maturity_rate == 0:
        return Enclosure.exactly(0)
    difference = decay_enclosure(blocks, unlock_rate) - v
    scaled = bounds.mul(Enclosure.exactly(unlock_rate), difference, _SIGNED)
    quotient = bounds.div(scaled, Enclosure.exactly(unlock_rate - maturity_rate), _SIGNED)
    return quotient.increasing(lambda share: max(share, real.zero))


def rolled_enclosure(
    lock: Lock, blocks: int, unlock_rate: int, maturity_rate: int, *, perpetual: bool
) -> tuple[Enclosure, Enclosure]:
    """Mass and conviction that the chain can answer, before dust is removed."""
    v = decay_enclosure(blocks, maturity_rate)
    mass, conviction = Enclosure.exactly(lock.mass), Enclosure.exactly(lock.conviction)
    kept = bounds.mul(v, conviction, _UNSIGNED)
    if perpetual:
        return mass, kept + bounds.mul(mass, _ONE - v, _UNSIGNED)
    share = earned_share_enclosure(blocks, unlock_rate, maturity_rate)
    u = decay_enclosure(blocks, unlock_rate)
    return bounds.to_integer(bounds.mul(u, mass, _UNSIGNED)), kept + bounds.mul(mass, share, _UNSIGNED)
