"""The fixed-point types of the chain: integers scaled by a power of two.

A value of type ``I<a>F<b>`` is a signed integer of ``a + b`` bits read as a multiple of
``2**-b``; ``U<a>F<b>`` is unsigned. See :mod:`taospec.reference.fixed_point.types`.
"""

from taospec.reference.fixed_point.types import (
    I32F32,
    I64F64,
    I96F32,
    I110F18,
    U64F64,
    U96F32,
    U110F18,
    FixedPoint,
    wrapping_sum,
)

__all__ = [
    "I32F32",
    "I64F64",
    "I96F32",
    "I110F18",
    "U64F64",
    "U96F32",
    "U110F18",
    "FixedPoint",
    "wrapping_sum",
]
