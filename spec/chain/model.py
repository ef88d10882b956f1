"""Fees as they are meant, in real numbers."""

from __future__ import annotations

from taospec.spec.real_numbers import Real, real

BASE_WEIGHT = 108_157_000
"""Weight that every call has besides its own, picoseconds."""
BLOCK_WEIGHT = 4 * 10**12
"""Weight of a whole block, picoseconds: no call pays for more."""
PICOSECONDS_PER_RAO = 2_000


def weight_fee(weight: int) -> Real:
    """What a weight costs, rao."""
    return real.mpf(min(weight, BLOCK_WEIGHT)) / PICOSECONDS_PER_RAO


def fee(weight: int, length: int, tip: int) -> Real:
    """What a call costs, rao: its weight and that of every call, its bytes, its tip."""
    return weight_fee(BASE_WEIGHT) + weight_fee(weight) + length + tip


def alpha_worth(tao: Real, price: Real) -> Real:
    """The alpha that so many rao of TAO are worth, without slippage."""
    return tao / price
