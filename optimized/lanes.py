"""Sixteen u32 values that a processor works on at once.

The compiler vectorises plain loops by itself, but not in a way that keeps sums in registers
while it walks over the rows of a matrix. A :data:`LANES`-wide value does: it is one vector
register where the processor has such wide ones, and several narrower ones elsewhere.

The operations are functions for kernels. Where compilation is switched off, lanes are numpy
arrays.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import cgutils, types
from numba.extending import models, register_model

from taospec.optimized.compilation import instruction

LANES: Final = 16
"""Values in one."""

_WORD = ir.IntType(32)
_VECTOR = ir.VectorType(_WORD, LANES)


class U32Lanes(types.Type):
    """Numba's type of sixteen u32."""

    def __init__(self) -> None:
        super().__init__(name=f"u32 x {LANES}")


u32_lanes: Any = U32Lanes()


@register_model(U32Lanes)
class _U32LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, frontend_type: Any) -> None:
        super().__init__(manager, frontend_type, _VECTOR)  # type: ignore[no-untyped-call]


def _store_words(lanes: Any, array: Any, row: int, column: int) -> None:
    array[row, column : column + LANES] = lanes


def _address(context: Any, builder: Any, array_type: Any, array: Any, row: Any, column: Any) -> Any:
    view = context.make_array(array_type)(context, builder, array)
    item_pointer: Any = cgutils.get_item_pointer
    pointer = item_pointer(context, builder, array_type, view, [row, column], wraparound=False)
    return builder.bitcast(pointer, _VECTOR.as_pointer())


@instruction(lambda array, row, column: array[row, column : column + LANES].copy())
def load(typing: Any, array: Any, row: Any, column: Any) -> Any:
    """The lanes of a u32 matrix from ``(row, column)`` on."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = _address(context, builder, signature.args[0], *arguments)
        return builder.load(address, align=4)

    return u32_lanes(array, types.intp, types.intp), generate


@instruction(_store_words)
def store(typing: Any, lanes: Any, array: Any, row: Any, column: Any) -> Any:
    """Write lanes into a u32 matrix from ``(row, column)`` on."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        value, target, at_row, at_column = arguments
        address = _address(context, builder, signature.args[1], target, at_row, at_column)
        builder.store(value, address, align=4)
        return context.get_dummy_value()

    return types.void(u32_lanes, array, types.intp, types.intp), generate


@instruction(lambda value: np.full(LANES, value, np.uint32))
def splat(typing: Any, value: Any) -> Any:
    """All lanes the same."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _splat(builder, arguments[0])

    return u32_lanes(types.uint32), generate


@instruction(lambda total, lanes, limit, amount: total + np.where(lanes > limit, amount, np.uint32(0)))
def add_where_above(typing: Any, total: Any, lanes: Any, limit: Any, amount: Any) -> Any:
    """``total + amount`` in the lanes above ``limit``, ``total`` in the others."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        sums, values, limits, one = arguments
        above = builder.icmp_unsigned(">", values, limits)
        added = builder.select(above, _splat(builder, one), ir.Constant(_VECTOR, [0] * LANES))
        return builder.add(sums, added)

    return u32_lanes(u32_lanes, u32_lanes, u32_lanes, types.uint32), generate


@instruction(lambda least, lanes, limit: np.where(lanes > limit, np.minimum(least, lanes), least))
def least_above(typing: Any, least: Any, lanes: Any, limit: Any) -> Any:
    """The lesser of ``least`` and ``lanes`` in the lanes above ``limit``, ``least`` in the others."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lowest, values, limits = arguments
        above = builder.icmp_unsigned(">", values, limits)
        lesser = builder.select(builder.icmp_unsigned("<", values, lowest), values, lowest)
        return builder.select(above, lesser, lowest)

    return u32_lanes(u32_lanes, u32_lanes, u32_lanes), generate


@instruction(lambda greatest, lanes, limit: np.where(lanes > limit, greatest, np.maximum(greatest, lanes)))
def greatest_not_above(typing: Any, greatest: Any, lanes: Any, limit: Any) -> Any:
    """The greater of ``greatest`` and ``lanes`` where ``lanes`` is not above ``limit``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        highest, values, limits = arguments
        above = builder.icmp_unsigned(">", values, limits)
        greater = builder.select(builder.icmp_unsigned(">", values, highest), values, highest)
        return builder.select(above, highest, greater)

    return u32_lanes(u32_lanes, u32_lanes, u32_lanes), generate


@instruction(np.minimum)
def lesser(typing: Any, first: Any, second: Any) -> Any:
    """The minimum in every lane."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.select(builder.icmp_unsigned("<", *arguments), *arguments)

    return u32_lanes(u32_lanes, u32_lanes), generate


@instruction(np.maximum)
def greater(typing: Any, first: Any, second: Any) -> Any:
    """The maximum in every lane."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.select(builder.icmp_unsigned(">", *arguments), *arguments)

    return u32_lanes(u32_lanes, u32_lanes), generate


@instruction(lambda low, high: low + (high - low) // np.uint32(2))
def midpoint(typing: Any, low: Any, high: Any) -> Any:
    """``low + floor((high - low) / 2)`` in every lane, for ``low <= high``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        below, beyond = arguments
        half = builder.lshr(builder.sub(beyond, below), ir.Constant(_VECTOR, [1] * LANES))
        return builder.add(below, half)

    return u32_lanes(u32_lanes, u32_lanes), generate


@instruction(lambda lanes: lanes + np.uint32(1))
def successor(typing: Any, lanes: Any) -> Any:
    """``lanes + 1``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.add(arguments[0], ir.Constant(_VECTOR, [1] * LANES))

    return u32_lanes(u32_lanes), generate


@instruction(lambda lanes, limit, yes, no: np.where(lanes <= limit, yes, no))
def where_at_most(typing: Any, lanes: Any, limit: Any, yes: Any, no: Any) -> Any:
    """``yes`` in the lanes of at most ``limit``, ``no`` in the others."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        values, limits, chosen, other = arguments
        return builder.select(builder.icmp_unsigned("<=", values, limits), chosen, other)

    return u32_lanes(u32_lanes, u32_lanes, u32_lanes, u32_lanes), generate


@instruction(lambda first, second: bool((first != second).any()))
def any_differs(typing: Any, first: Any, second: Any) -> Any:
    """Whether two lanes in the same place differ."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _any(builder, builder.icmp_unsigned("!=", *arguments))

    return types.boolean(u32_lanes, u32_lanes), generate


@instruction(lambda lanes, limit: bool((lanes <= limit).any()))
def any_at_most(typing: Any, lanes: Any, limit: Any) -> Any:
    """Whether some lane is at most the limit in the same place."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _any(builder, builder.icmp_unsigned("<=", *arguments))

    return types.boolean(u32_lanes, u32_lanes), generate


def _any(builder: Any, conditions: Any) -> Any:
    bits = builder.bitcast(conditions, ir.IntType(LANES))
    return builder.icmp_unsigned("!=", bits, ir.Constant(ir.IntType(LANES), 0))


def _splat(builder: Any, value: Any) -> Any:
    first = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), value, ir.Constant(_WORD, 0))
    indices = ir.Constant(ir.VectorType(_WORD, LANES), [0] * LANES)
    return builder.shuffle_vector(first, ir.Constant(_VECTOR, ir.Undefined), indices)
