"""Floats that hold integers exactly."""

from __future__ import annotations

from typing import Any

from numba.core import types

from taospec.optimized.compilation import instruction


@instruction
def fused_multiply_add(typing: Any, a: Any, b: Any, c: Any) -> Any:
    """``a * b + c`` of floats with one rounding: exact if the result is an integer below ``2**53``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fma(*arguments)

    return types.float64(types.float64, types.float64, types.float64), generate
