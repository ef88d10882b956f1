"""The price of registering a neuron: it halves with time and jumps with every registration."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from taospec.reference.fixed_point import U64F64
from taospec.reference.fixed_point.numbers import U64
from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements

ONE_Q32: Final = 1 << 32
"""1 as an unsigned integer with 32 fraction bits."""
_HALF_Q32: Final = 1 << 31
_ONE: Final = U64F64.one()


@implements("SUBNET-BURN-1")
def decayed_burn(burn: int, half_life: int, block: int, min_burn: int, max_burn: int) -> int:
    """The price at the start of a block, rao: one step of decay, then clamped.

    No decay for a half-life of 0 or in the blocks 0 and 1; the clamp applies in any case.

    Source: ``pallets/subtensor/src/subnets/registration.rs:473``.
    """
    if half_life > 0 and block > 1:
        burn = multiply_q32(burn, decay_factor(half_life))
    return clamp_burn(burn, min_burn, max_burn)


@implements("SUBNET-BURN-2")
def bumped_burn(burn: int, multiplier: U64F64, min_burn: int, max_burn: int) -> int:
    """The price after a registration, rao: ``floor(burn * max(1, multiplier))``, then clamped.

    Root's price is never bumped: the caller skips it.

    Source: ``pallets/subtensor/src/subnets/registration.rs:517``.
    """
    bumped = U64F64.saturating_from_num(burn).saturating_mul(max(multiplier, _ONE))
    return clamp_burn(bumped.saturating_to_num(U64), min_burn, max_burn)


@implements("SUBNET-BURN-3")
def clamp_burn(burn: int, min_burn: int, max_burn: int) -> int:
    """First raised to ``min_burn``, then lowered to ``max_burn``, which wins where they cross.

    Source: ``pallets/subtensor/src/subnets/registration.rs:497``.
    """
    return min(max(burn, min_burn), max_burn)


@implements("SUBNET-BURN-4")
@lru_cache(maxsize=1024)
def decay_factor(half_life: int) -> int:
    """The largest Q32 factor below 1 whose ``half_life``-th power is at most 1/2; 1 for 0.

    Found by bisection, with the power as :func:`power_q32` truncates it. The per-block factor
    is therefore a little above the real ``2**(-1/half_life)``.

    Source: ``pallets/subtensor/src/utils/misc.rs:1019``.
    """
    if half_life == 0:
        return ONE_Q32
    low, high = 0, ONE_Q32
    while low + 1 < high:
        middle = low + (high - low) // 2
        if power_q32(middle, half_life) > _HALF_Q32:
            high = middle
        else:
            low = middle
    return low


@implements("SUBNET-BURN-5")
def power_q32(base: int, exponent: int) -> int:
    """Q32 power by squaring, every product floored and clamped to u64.

    Source: ``pallets/subtensor/src/utils/misc.rs:998``.
    """
    result, factor = ONE_Q32, base
    while exponent > 0:
        if exponent & 1:
            result = multiply_q32(result, factor)
        exponent >>= 1
        if exponent > 0:
            factor = multiply_q32(factor, factor)
    return result


def multiply_q32(value: int, factor: int) -> int:
    """``floor(value * factor / 2**32)``, clamped to u64.

    Source: ``pallets/subtensor/src/utils/misc.rs:987``.
    """
    return min(value * factor >> 32, U64_MAX)
