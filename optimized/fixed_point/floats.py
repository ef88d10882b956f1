"""Floats that hold integers exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numba.core import types

from taospec.optimized.compilation import instruction


@instruction(lambda a, b, c: np.float64(Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))))
def fused_multiply_add(typing: Any, a: Any, b: Any, c: Any) -> Any:
    """``a * b + c`` of floats with one rounding: exact if the result is an integer below ``2**53``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fma(*arguments)

    return types.float64(types.float64, types.float64, types.float64), generate
