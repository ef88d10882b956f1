"""Names for the array types of the kernels."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Parameters: TypeAlias = Any
"""One element of an array of :data:`taospec.optimized.yuma.parameters.PARAMETERS`."""

I64s: TypeAlias = npt.NDArray[np.int64]
U64s: TypeAlias = npt.NDArray[np.uint64]
U32s: TypeAlias = npt.NDArray[np.uint32]
U16s: TypeAlias = npt.NDArray[np.uint16]
F64s: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool]
