"""Prices of registration in real numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from taospec.spec.real_numbers import Real, real

ONE_Q32: Final = real.mpf(2) ** 32
FULL_EMISSION: Final = real.mpf(10) ** 9


def decay_factor(half_life: int) -> Real:
    """``2**(-1/half_life)``, the part of a price that is left after a block."""
    return real.mpf(2) ** (-real.one / half_life)


def decayed(burn: Real, half_life: int, blocks: int) -> Real:
    """A price that nobody paid for so many blocks, without bounds."""
    return burn * real.mpf(2) ** (-real.mpf(blocks) / half_life)


def bumped(burn: Real, multiplier: Real) -> Real:
    """A price that somebody paid, without bounds."""
    return burn * max(real.one, multiplier)


def lock_reduction_interval(interval: int, block_emission: int) -> Real:
    """Blocks in which the price of a subnet falls by what was last paid."""
    return interval * block_emission / FULL_EMISSION


def network_lock_cost(last_lock: int, min_lock: int, blocks: int, interval: Real) -> Real:
    """``max(min_lock, 2 * last_lock - last_lock * blocks / interval)``, after the first subnet."""
    return max(real.mpf(min_lock), 2 * last_lock - last_lock * real.mpf(blocks) / interval)


def median(prices: Sequence[Real]) -> Real:
    """The middle one of prices, or the mean of the middle two; 1 without any."""
    if not prices:
        return real.one
    ascending, middle = sorted(prices), len(prices) // 2
    if len(prices) % 2:
        return ascending[middle]
    return (ascending[middle - 1] + ascending[middle]) / 2


def quota(pot: int, weight: int, total: int) -> Real:
    """What is due of a pot to a weight."""
    return real.mpf(pot) * weight / total


def owner_refund(lock: int, alpha: int, cut: int, price: Real) -> Real:
    """A lock less the owner's cut of all alpha, a part of 65535, at a price."""
    return max(real.zero, lock - real.mpf(alpha) * cut / 65_535 * price)
