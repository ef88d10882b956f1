"""Words that several threads read and write at the same time.

What a thread wrote before it published a word (``publish``, ``count_up``) is what another thread
reads after it has seen that word (``published``, ``count_up``): release and acquire, which the
compiler turns into the fences that a processor needs. Plain elements of arrays promise neither.
"""

from __future__ import annotations

import platform
import threading
from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import cgutils, types

from taospec.optimized.compilation import instruction

_WORD_BYTES = 8
_PAUSE: tuple[str, tuple[int, ...]] = ("llvm.x86.sse2.pause", ())
_BARRIER_OF_INSTRUCTIONS: tuple[str, tuple[int, ...]] = ("llvm.aarch64.isb", (15,))
_WAITING = {
    "x86_64": _PAUSE,
    "amd64": _PAUSE,
    "aarch64": _BARRIER_OF_INSTRUCTIONS,
    "arm64": _BARRIER_OF_INSTRUCTIONS,
}
"""What a processor does where it waits, by the name of its kind: LLVM's name and operands."""
_one_at_a_time = threading.Lock()


def _count_up(array: Any, row: int) -> np.int64:
    with _one_at_a_time:
        before = np.int64(array[row, 0])
        array[row, 0] += 1
    return before


def _publish(value: Any, array: Any, row: int) -> None:
    array[row, 0] = value


@instruction(lambda array, row: np.int64(array[row, 0]))
def published(typing: Any, array: Any, row: Any) -> Any:
    """The first word of a row of an i64 matrix, and with it all that was written before it."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = _address(context, builder, signature.args[0], *arguments)
        return builder.load_atomic(address, "acquire", _WORD_BYTES)

    return types.int64(array, types.intp), generate


@instruction(_publish)
def publish(typing: Any, value: Any, array: Any, row: Any) -> Any:
    """Write the first word of a row of an i64 matrix, after all that was written before."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        word, matrix, at_row = arguments
        address = _address(context, builder, signature.args[1], matrix, at_row)
        builder.store_atomic(word, address, "release", _WORD_BYTES)
        return context.get_dummy_value()

    return types.void(types.int64, array, types.intp), generate


@instruction(_count_up)
def count_up(typing: Any, array: Any, row: Any) -> Any:
    """Add 1 to the first word of a row of an i64 matrix; what it was. No two threads get the same."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = _address(context, builder, signature.args[0], *arguments)
        return builder.atomic_rmw("add", address, ir.Constant(ir.IntType(64), 1), "acq_rel")

    return types.int64(array, types.intp), generate


@instruction(lambda: None)
def wait_a_little(typing: Any) -> Any:
    """Tell the processor that the thread waits for another: some ten nanoseconds."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        waiting = _WAITING.get(platform.machine().lower())
        if waiting is not None:
            name, operands = waiting
            kind = ir.FunctionType(ir.VoidType(), [ir.IntType(32)] * len(operands))
            declare: Any = cgutils.get_or_insert_function
            intrinsic = declare(builder.module, kind, name)
            builder.call(intrinsic, [ir.Constant(ir.IntType(32), operand) for operand in operands])
        return context.get_dummy_value()

    return types.void(), generate


def _address(context: Any, builder: Any, array_type: Any, array: Any, row: Any) -> Any:
    view = context.make_array(array_type)(context, builder, array)
    item_pointer: Any = cgutils.get_item_pointer
    place = [row, context.get_constant(types.intp, 0)]
    return item_pointer(context, builder, array_type, view, place, wraparound=False)
