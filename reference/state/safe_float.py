"""The number in which shares of a stake pool are stored."""

from __future__ import annotations

from typing import Final

import attrs

from taospec.reference.state.storage_types import IntegerType, StructureType, u128


@attrs.frozen
class SafeFloat:
    """``mantissa * 10**exponent``: either zero as (0, 0), or with 10^20 < mantissa <= 10^21.

    Only the value: its arithmetic is in :mod:`taospec.reference.staking.safe_float`.
    """

    mantissa: int
    """Decimal digits, 21 of them (or 10^21 itself)."""
    exponent: int
    """Power of ten."""


ZERO: Final = SafeFloat(0, 0)
"""No share."""

safe_float: Final = StructureType(SafeFloat, mantissa=u128, exponent=IntegerType("i64", 64, signed=True))
"""Its storage type: a u128, then an i64."""
