"""Stored rates as fractions of 1, truncated to 2**-32."""

from __future__ import annotations

from typing import Final

from taospec.reference.fixed_point import U96F32
from taospec.reference.invalid_input import U16_MAX, U64_MAX
from taospec.reference.rules import implements

_U16_MAX: Final = U96F32.from_num(U16_MAX)
_U64_MAX: Final = U96F32.from_num(U64_MAX)


@implements("EMISSION-RATE-1")
def u16_fraction(stored: int) -> U96F32:
    """``trunc(stored / 65535)``: owner cut, delegate take, childkey take.

    Source: ``pallets/subtensor/src/utils/misc.rs:750``.
    """
    return U96F32.saturating_from_num(stored).safe_div(_U16_MAX)


@implements("EMISSION-RATE-2")
def u64_fraction(stored: int) -> U96F32:
    """``trunc(stored / (2**64 - 1))``: TAO weight, childkey burn, proportions of children.

    Source: ``pallets/subtensor/src/staking/stake_utils.rs:160``.
    """
    return U96F32.saturating_from_num(stored).safe_div(_U64_MAX)
