"""The types of the kernels' arguments, to compile them without a device."""

from __future__ import annotations

from typing import Any, Final

from numba import from_dtype, types

from taospec.optimized.yuma.parameters import PARAMETERS


def _array(element: types.Type, dimensions: int) -> types.Array:
    return types.Array(element, dimensions, "C")


_PARAMETERS: Final = _array(from_dtype(PARAMETERS), 1)
_I64: Final = _array(types.int64, 1)
_I64_2: Final = _array(types.int64, 2)
_U64: Final = _array(types.uint64, 1)
_U64_2: Final = _array(types.uint64, 2)
_U32: Final = _array(types.uint32, 1)
_U16: Final = _array(types.uint16, 1)
_U16_2: Final = _array(types.uint16, 2)
_U8: Final = _array(types.uint8, 1)
_F64: Final = _array(types.float64, 1)
_BOOL: Final = _array(types.boolean, 1)
_BOOL_2: Final = _array(types.boolean, 2)

STAKES: Final[tuple[Any, ...]] = (
    _PARAMETERS, _I64_2, _U64_2, _BOOL, _I64, _U64_2, _I64_2, _U64_2, _BOOL_2, _I64, _U32, _U64, _BOOL, _I64,
    _I64, _I64_2, _I64,
)  # fmt: skip
ROW_SUMS: Final[tuple[Any, ...]] = (
    _PARAMETERS, _I64_2, _U64_2, _I64, _U16, _U64, _I64_2, _I64, _I64, _F64,
)  # fmt: skip
CONSENSUS: Final[tuple[Any, ...]] = (
    _PARAMETERS, _I64_2, _U64_2, _I64, _U16, _I64, _U32, _U64, _I64, _F64, _I64_2, _I64, _I64_2, _I64, _U32,
)  # fmt: skip
INCENTIVES: Final[tuple[Any, ...]] = (_PARAMETERS, _I64_2, _I64_2, _I64, _I64_2)
BONDS: Final[tuple[Any, ...]] = (
    _PARAMETERS, _I64_2, _U64_2, _I64, _U16, _U16, _U8, _I64, _U64, _BOOL, _I64, _F64, _I64_2, _I64, _I64_2,
    _I64, _U32, _U16, _BOOL,
)  # fmt: skip
OUTPUTS: Final[tuple[Any, ...]] = (
    _PARAMETERS, _I64_2, _I64, _I64, _I64, _I64, _I64, _I64_2, _U64_2, _U16_2,
)  # fmt: skip
