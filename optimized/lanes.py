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

from taospec.optimized.compilation import inlined, instruction

LANES: Final = 16
"""Values in one."""
PAIRS: Final = LANES // 2

_BYTE = ir.IntType(8)
_SHORT = ir.IntType(16)
_WORD = ir.IntType(32)
_WIDE = ir.IntType(64)
_SHORTS = ir.VectorType(_SHORT, LANES)
_VECTOR = ir.VectorType(_WORD, LANES)
_WIDES = ir.VectorType(_WIDE, LANES)
_PAIRS = ir.VectorType(_WIDE, PAIRS)
_HALF_OF_PAIR = ir.Constant(_PAIRS, [32] * PAIRS)
_FLOATS = ir.VectorType(ir.DoubleType(), LANES)


class U32Lanes(types.Type):
    """Numba's type of sixteen u32."""

    def __init__(self) -> None:
        super().__init__(name=f"u32 x {LANES}")


u32_lanes: Any = U32Lanes()


@register_model(U32Lanes)
class _U32LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, frontend_type: Any) -> None:
        super().__init__(manager, frontend_type, _VECTOR)  # type: ignore[no-untyped-call]


class U64Lanes(types.Type):
    """Numba's type of sixteen u64."""

    def __init__(self) -> None:
        super().__init__(name=f"u64 x {LANES}")


u64_lanes: Any = U64Lanes()


@register_model(U64Lanes)
class _U64LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, frontend_type: Any) -> None:
        super().__init__(manager, frontend_type, _WIDES)  # type: ignore[no-untyped-call]


def _store_words(lanes: Any, array: Any, row: int, column: int) -> None:
    array[row, column : column + LANES] = lanes


def _add_words(lanes: Any, totals: Any, column: int) -> None:
    totals[column : column + PAIRS] += lanes[0::2].astype(np.int64)
    totals[column + PAIRS : column + LANES] += lanes[1::2].astype(np.int64)


def _address(context: Any, builder: Any, array_type: Any, array: Any, place: list[Any], vector: Any) -> Any:
    view = context.make_array(array_type)(context, builder, array)
    item_pointer: Any = cgutils.get_item_pointer
    pointer = item_pointer(context, builder, array_type, view, place, wraparound=False)
    return builder.bitcast(pointer, vector.as_pointer())


@instruction(lambda array, row, column: array[row, column : column + LANES].copy())
def load(typing: Any, array: Any, row: Any, column: Any) -> Any:
    """The lanes of a u32 matrix from ``(row, column)`` on."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        matrix, at_row, at_column = arguments
        place = [at_row, at_column]
        return builder.load(_address(context, builder, signature.args[0], matrix, place, _VECTOR), align=4)

    return u32_lanes(array, types.intp, types.intp), generate


@instruction(_store_words)
def store(typing: Any, lanes: Any, array: Any, row: Any, column: Any) -> Any:
    """Write lanes into a u32 matrix from ``(row, column)`` on."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        value, target, at_row, at_column = arguments
        place = [at_row, at_column]
        address = _address(context, builder, signature.args[1], target, place, _VECTOR)
        builder.store(value, address, align=4)
        return context.get_dummy_value()

    return types.void(u32_lanes, array, types.intp, types.intp), generate


@instruction(lambda array, row, column: array[row, column : column + LANES].astype(np.uint32))
def load_shorts(typing: Any, array: Any, row: Any, column: Any) -> Any:
    """Sixteen elements of a u16 matrix from ``(row, column)`` on."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        matrix, at_row, at_column = arguments
        place = [at_row, at_column]
        address = _address(context, builder, signature.args[0], matrix, place, _SHORTS)
        return builder.zext(builder.load(address, align=2), _VECTOR)

    return u32_lanes(array, types.intp, types.intp), generate


@instruction(_store_words)
def store_shorts(typing: Any, lanes: Any, array: Any, row: Any, column: Any) -> Any:
    """Write lanes below ``2**16`` into a u16 matrix from ``(row, column)`` on."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        value, target, at_row, at_column = arguments
        place = [at_row, at_column]
        address = _address(context, builder, signature.args[1], target, place, _SHORTS)
        builder.store(builder.trunc(value, _SHORTS), address, align=2)
        return context.get_dummy_value()

    return types.void(u32_lanes, array, types.intp, types.intp), generate


@instruction(lambda array, row, column: None)
def prefetch(typing: Any, array: Any, row: Any, column: Any) -> Any:
    """Have the processor fetch what is at ``(row, column)`` of a matrix, while it goes on."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        matrix, at_row, at_column = arguments
        address = _address(context, builder, signature.args[0], matrix, [at_row, at_column], _BYTE)
        flag = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [_BYTE.as_pointer(), flag, flag, flag])
        declare: Any = cgutils.get_or_insert_function
        intrinsic = declare(builder.module, kind, "llvm.prefetch.p0")
        for_reading, nearest_cache, data = ir.Constant(flag, 0), ir.Constant(flag, 3), ir.Constant(flag, 1)
        builder.call(intrinsic, [address, for_reading, nearest_cache, data])
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp), generate


@instruction(_add_words)
def add_to(typing: Any, lanes: Any, totals: Any, column: Any) -> Any:
    """Add the even lanes to eight elements of an i64 array from ``column`` on, the odd to the next eight."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        value, target, at_column = arguments
        first = _address(context, builder, signature.args[1], target, [at_column], _PAIRS)
        for half, part in enumerate(_even_and_odd(builder, value)):
            address = builder.gep(first, [ir.Constant(_WORD, half)])
            builder.store(builder.add(builder.load(address, align=8), part), address, align=8)
        return context.get_dummy_value()

    return types.void(u32_lanes, totals, types.intp), generate


def _add_high_products(lanes: Any, factor: Any, totals: Any, column: int) -> None:
    product = (lanes.astype(np.uint64) * factor.astype(np.uint64)) >> np.uint64(32)
    _add_words(product, totals, column)


@instruction(_add_high_products)
def add_high_products_to(typing: Any, lanes: Any, factor: Any, totals: Any, column: Any) -> Any:
    """Add ``floor(lanes * factor / 2**32)`` as ``add_to`` adds the lanes."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        value, other, target, at_column = arguments
        first = _address(context, builder, signature.args[2], target, [at_column], _PAIRS)
        pairs = zip(_even_and_odd(builder, value), _even_and_odd(builder, other), strict=True)
        for half, (part, factor) in enumerate(pairs):
            product = builder.lshr(builder.mul(part, factor), _HALF_OF_PAIR)
            address = builder.gep(first, [ir.Constant(_WORD, half)])
            builder.store(builder.add(builder.load(address, align=8), product), address, align=8)
        return context.get_dummy_value()

    return types.void(u32_lanes, u32_lanes, totals, types.intp), generate


@inlined
def place_of_total(column: int) -> int:
    """Where ``add_to`` keeps the total of a column: the even ones of sixteen come first."""
    within = column % LANES
    return column - within + within // 2 + (within % 2) * PAIRS


@instruction(lambda lanes, other: lanes + other)
def plus(typing: Any, lanes: Any, other: Any) -> Any:
    """The sum in every lane."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.add(*arguments)

    return u32_lanes(u32_lanes, u32_lanes), generate


@instruction(lambda lanes, other: lanes - other)
def minus(typing: Any, lanes: Any, other: Any) -> Any:
    """The difference in every lane."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.sub(*arguments)

    return u32_lanes(u32_lanes, u32_lanes), generate


@instruction(lambda lanes, mask: lanes & mask)
def masked(typing: Any, lanes: Any, mask: Any) -> Any:
    """The bits that ``mask`` has too."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.and_(*arguments)

    return u32_lanes(u32_lanes, u32_lanes), generate


@instruction(lambda lanes: lanes + (lanes << np.uint32(16)))
def twice_side_by_side(typing: Any, lanes: Any) -> Any:
    """``65537 * lanes``: of less than ``2**16``, once in each half of the word."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        upper = builder.shl(arguments[0], ir.Constant(_VECTOR, [16] * LANES))
        return builder.add(arguments[0], upper)

    return u32_lanes(u32_lanes), generate


@instruction(
    lambda lanes, other: ((lanes.astype(np.uint64) * other.astype(np.uint64)) >> np.uint64(32)).astype(
        np.uint32
    )
)
def high_product(typing: Any, lanes: Any, other: Any) -> Any:
    """``floor(lanes * other / 2**32)`` in every lane."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        first, second = (_even_and_odd(builder, argument) for argument in arguments)
        return _upper_words(builder, *(builder.mul(*pair) for pair in zip(first, second, strict=True)))

    return u32_lanes(u32_lanes, u32_lanes), generate


@instruction(
    lambda lanes, factor: np.array(
        [(int(lane) * int(factor) >> 48) & 0xFFFFFFFF for lane in lanes], np.uint32
    )
)
def scaled_shorts(typing: Any, lanes: Any, factor: Any) -> Any:
    """``floor(lanes * factor / 2**48)`` modulo ``2**32`` for lanes below ``2**16`` and a u64 factor.

    With ``s = lanes * 2**16`` it is ``floor(s * factor / 2**64)``. Flooring the product with the
    lower word first changes nothing, as the product with the upper word is an integer; both
    together are below ``(2**32 - 2**16) * 2**32 + 2**32 < 2**64``.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        value, scale = arguments
        lower = _splat_pair(builder, builder.and_(scale, ir.Constant(_WIDE, 0xFFFFFFFF)))
        upper = _splat_pair(builder, builder.lshr(scale, ir.Constant(_WIDE, 32)))
        shifted = builder.shl(value, ir.Constant(_VECTOR, [16] * LANES))
        products = []
        for part in _even_and_odd(builder, shifted):
            carried = builder.lshr(builder.mul(part, lower), _HALF_OF_PAIR)
            products.append(builder.add(builder.mul(part, upper), carried))
        return _upper_words(builder, *products)

    return u32_lanes(u32_lanes, types.uint64), generate


@instruction(lambda: np.zeros(LANES, np.uint64))
def wide_zeros(typing: Any) -> Any:
    """Sixteen u64 of 0."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return ir.Constant(_WIDES, [0] * LANES)

    return u64_lanes(), generate


@instruction(lambda total, lanes: total + lanes.astype(np.uint64))
def add_words(typing: Any, total: Any, lanes: Any) -> Any:
    """Lanes added to u64 lanes, in some order."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        before, value = arguments
        even, odd = _even_and_odd(builder, value)
        order = ir.Constant(ir.VectorType(_WORD, LANES), list(range(LANES)))
        return builder.add(before, builder.shuffle_vector(even, odd, order))

    return u64_lanes(u64_lanes, u32_lanes), generate


@instruction(
    lambda lanes, factors, column: (lanes.astype(np.float64) * factors[column : column + LANES]).astype(
        np.uint64
    )
)
def truncated_product(typing: Any, lanes: Any, factors: Any, column: Any) -> Any:
    """Lanes times non-negative floats, rounded to a float and truncated to u64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        value, array, at_column = arguments
        address = _address(context, builder, signature.args[1], array, [at_column], _FLOATS)
        product = builder.fmul(builder.uitofp(value, _FLOATS), builder.load(address, align=8))
        return builder.fptoui(product, _WIDES)

    return u64_lanes(u32_lanes, factors, types.intp), generate


@instruction(lambda lanes, halves, column: lanes * halves[column : column + LANES].astype(np.uint64))
def times_halves(typing: Any, lanes: Any, halves: Any, column: Any) -> Any:
    """The product of u64 lanes below ``2**32`` and elements of an i64 array in ``[0, 2**32)``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        value, array, at_column = arguments
        other = builder.load(
            _address(context, builder, signature.args[1], array, [at_column], _WIDES), align=8
        )
        mask = ir.Constant(_WIDES, [0xFFFFFFFF] * LANES)
        return builder.mul(builder.and_(value, mask), builder.and_(other, mask))

    return u64_lanes(u64_lanes, halves, types.intp), generate


@instruction(lambda total, lanes: total + (lanes >> np.uint64(32)))
def add_upper_halves(typing: Any, total: Any, lanes: Any) -> Any:
    """``total + floor(lanes / 2**32)`` in every lane."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.add(arguments[0], _upper(builder, arguments[1]))

    return u64_lanes(u64_lanes, u64_lanes), generate


@instruction(
    lambda changes, lanes, amounts, column: (
        changes | (lanes ^ (lanes + amounts[column : column + LANES].astype(np.uint64)))
    )
)
def changed_bits(typing: Any, changes: Any, lanes: Any, amounts: Any, column: Any) -> Any:
    """``changes`` and the bits of the lanes that change when elements of an i64 array are added."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        before, value, array, at_column = arguments
        amount = builder.load(
            _address(context, builder, signature.args[2], array, [at_column], _WIDES), align=8
        )
        return builder.or_(before, builder.xor(value, builder.add(value, amount)))

    return u64_lanes(u64_lanes, u64_lanes, amounts, types.intp), generate


@instruction(lambda lanes: bool((lanes >> np.uint64(32)).any()))
def any_upper_half(typing: Any, lanes: Any) -> Any:
    """Whether some lane is ``2**32`` or more."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _any(
            builder, builder.icmp_unsigned(">", arguments[0], ir.Constant(_WIDES, [0xFFFFFFFF] * LANES))
        )

    return types.boolean(u64_lanes), generate


@instruction(lambda lanes: np.int64(lanes.sum()))
def total_of(typing: Any, lanes: Any) -> Any:
    """The sum over all lanes."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        (left,) = arguments
        count = LANES
        while count > 1:
            count //= 2
            half = ir.VectorType(ir.IntType(32), count)
            parts = [
                builder.shuffle_vector(left, left, ir.Constant(half, list(range(first, first + count))))
                for first in (0, count)
            ]
            left = builder.add(*parts)
        return builder.extract_element(left, ir.Constant(_WORD, 0))

    return types.int64(u64_lanes), generate


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


def _upper(builder: Any, wides: Any) -> Any:
    return builder.lshr(wides, ir.Constant(_WIDES, [32] * LANES))


def _even_and_odd(builder: Any, words: Any) -> tuple[Any, Any]:
    """The even and the odd lanes as u64: where they lie, which costs less than to line them up."""
    pairs = builder.bitcast(words, _PAIRS)
    return builder.and_(pairs, ir.Constant(_PAIRS, [0xFFFFFFFF] * PAIRS)), builder.lshr(pairs, _HALF_OF_PAIR)


def _upper_words(builder: Any, even: Any, odd: Any) -> Any:
    """The upper words of the u64 of even and of odd lanes, as lanes."""
    kept = builder.and_(odd, ir.Constant(_PAIRS, [0xFFFFFFFF << 32] * PAIRS))
    return builder.bitcast(builder.or_(builder.lshr(even, _HALF_OF_PAIR), kept), _VECTOR)


def _splat_pair(builder: Any, value: Any) -> Any:
    undefined = ir.Constant(_PAIRS, ir.Undefined)
    first = builder.insert_element(undefined, value, ir.Constant(_WORD, 0))
    return builder.shuffle_vector(first, undefined, ir.Constant(ir.VectorType(_WORD, PAIRS), [0] * PAIRS))


def _any(builder: Any, conditions: Any) -> Any:
    bits = builder.bitcast(conditions, ir.IntType(LANES))
    return builder.icmp_unsigned("!=", bits, ir.Constant(ir.IntType(LANES), 0))


def _splat(builder: Any, value: Any) -> Any:
    first = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), value, ir.Constant(_WORD, 0))
    indices = ir.Constant(ir.VectorType(_WORD, LANES), [0] * LANES)
    return builder.shuffle_vector(first, ir.Constant(_VECTOR, ir.Undefined), indices)
