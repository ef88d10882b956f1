"""``fixed_point.*``: arithmetic of the seven fixed-point types.

A value is the decimal text of its raw bits, a float that of its IEEE 754 bit pattern.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from operator import add, attrgetter, methodcaller, mul, sub, truediv
from typing import Any

from taospec.conformance.answers import ProtocolError
from taospec.conformance.operations import Inputs, Operation, decoding
from taospec.reference.fixed_point import (
    I32F32,
    I64F64,
    I96F32,
    I110F18,
    U64F64,
    U96F32,
    U110F18,
    FixedPoint,
    numbers,
    safe_math,
    transcendental,
)
from taospec.reference.fixed_point.errors import MathError, Panic
from taospec.reference.fixed_point.numbers import FloatType, IntegerType
from taospec.reference.invalid_input import InvalidInputError

FIXED_TYPES: dict[str, type[FixedPoint]] = {
    number.__name__: number for number in (I32F32, I64F64, I96F32, U64F64, U96F32, I110F18, U110F18)
}
INTEGER_TYPES: dict[str, IntegerType] = {
    number.name: number
    for number in (
        numbers.U8,
        numbers.U16,
        numbers.U32,
        numbers.U64,
        numbers.U128,
        numbers.I8,
        numbers.I16,
        numbers.I32,
        numbers.I64,
        numbers.I128,
    )
}
FLOAT_TYPES: dict[str, FloatType] = {number.name: number for number in (numbers.F32, numbers.F64)}

_FLOAT_PATTERNS = {"f32": ("<I", "<f", 2**32 - 1), "f64": ("<Q", "<d", 2**64 - 1)}
"""Format of the pattern, format of the float, largest pattern."""

REFERENCE: dict[str, Operation] = {}
"""Op name to the reference's answer."""


def _register(name: str, decode: Callable[[Inputs], tuple[Any, ...]], function: Callable[..., Any]) -> None:
    def operation(inputs: Inputs) -> dict[str, Any]:
        operands = decode(inputs)
        try:
            result = function(*operands)
        except (MathError, Panic) as error:
            raise ProtocolError(type(error).__name__) from None
        return _encoded_result(result, inputs)

    REFERENCE[f"fixed_point.{name}"] = operation


def _encoded_result(result: Any, inputs: Inputs) -> dict[str, Any]:
    if isinstance(result, tuple):
        value, overflow = result
        return {"value": encode_number(value), "overflow": overflow}
    return {"value": encode_number(result, inputs.get("dst"))}


def encode_number(value: FixedPoint | int | float | str | None, number: str | None = None) -> str | None:
    """Text of a result; a float is written as the bit pattern of the float type ``number``."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, FixedPoint):
        return str(value.bits)
    if isinstance(value, float):
        pattern_format, float_format, _ = _FLOAT_PATTERNS[str(number)]
        return str(struct.unpack(pattern_format, struct.pack(float_format, value))[0])
    return str(value)


def decode_number(field: str, text: Any, number: str) -> FixedPoint | int | float:
    """The value of the type named ``number`` whose raw bits, value or bit pattern is ``text``.

    Raises:
        InvalidInputError: unknown type, no decimal text, or outside the type.
    """
    if number in FIXED_TYPES:
        return decoding.fixed(field, text, FIXED_TYPES[number])
    if number in INTEGER_TYPES:
        return decoding.integer(field, text, INTEGER_TYPES[number])
    if number in FLOAT_TYPES:
        pattern_format, float_format, largest = _FLOAT_PATTERNS[number]
        pattern = struct.pack(pattern_format, decoding.decimal(field, text, 0, largest))
        value: float = struct.unpack(float_format, pattern)[0]
        return value
    raise InvalidInputError(field, number, "must be of a known type")


def _type(inputs: Inputs, field: str = "type") -> type[FixedPoint]:
    if inputs[field] not in FIXED_TYPES:
        raise InvalidInputError(field, inputs[field], "must be a fixed-point type")
    return FIXED_TYPES[inputs[field]]


def _operands(fields: str) -> Callable[[Inputs], tuple[Any, ...]]:
    """Decode the named fields, all of the case's type."""

    def decode(inputs: Inputs) -> tuple[Any, ...]:
        number = _type(inputs)
        return tuple(decoding.fixed(field, inputs[field], number) for field in fields)

    return decode


def _operand_and_integer(inputs: Inputs) -> tuple[Any, ...]:
    exponent = decode_number("b", inputs["b"], "i32")
    return decoding.fixed("a", inputs["a"], _type(inputs)), exponent


def _with_result_type(decode: Callable[[Inputs], tuple[Any, ...]]) -> Callable[[Inputs], tuple[Any, ...]]:
    def decode_with_type(inputs: Inputs) -> tuple[Any, ...]:
        return (*decode(inputs), _result_type(inputs) if "dst" in inputs else None)

    return decode_with_type


def _result_type(inputs: Inputs) -> type[FixedPoint]:
    number, target = _type(inputs), _type(inputs, "dst")
    shift = target.FRACTION_BITS - number.FRACTION_BITS
    if shift < 0 or number.MIN_BITS << shift < target.MIN_BITS or number.MAX_BITS << shift > target.MAX_BITS:
        raise InvalidInputError("dst", inputs["dst"], f"must hold every value of {inputs['type']}")
    return target


def _source_number(inputs: Inputs) -> tuple[Any, ...]:
    return _type(inputs), decode_number("a", inputs["a"], inputs["src"])


def _target_number(inputs: Inputs) -> tuple[Any, ...]:
    targets = {**FIXED_TYPES, **INTEGER_TYPES, **FLOAT_TYPES}
    if inputs["dst"] not in targets:
        raise InvalidInputError("dst", inputs["dst"], "must be a known type")
    return decoding.fixed("a", inputs["a"], _type(inputs)), targets[inputs["dst"]]


def _method(name: str) -> Callable[..., Any]:
    bound = attrgetter(name)
    return lambda value, *operands: bound(value)(*operands)


_unary, _binary = _operands("a"), _operands("ab")

for _name, _bare in {"add": add, "sub": sub, "mul": mul, "div": truediv}.items():
    _register(_name, _binary, _bare)
    for _family in ("checked", "saturating", "wrapping", "overflowing"):
        _register(f"{_family}_{_name}", _binary, _method(f"{_family}_{_name}"))
for _name in ("checked_rem", "safe_div", "abs_diff", "cmp"):
    _register(_name, _binary, _method(_name))
_register("safe_div_or", _operands("abc"), _method("safe_div_or"))
for _name in ("signum", "int", "frac", "round_ties_to_even", "round_to_zero", "display"):
    _register(_name, _unary, methodcaller(_name))
for _name in ("neg", "abs"):
    for _family in ("checked", "saturating", "wrapping"):
        _register(f"{_family}_{_name}", _unary, methodcaller(f"{_family}_{_name}"))
for _name in ("floor", "ceil", "round"):
    for _prefix in ("", "checked_", "saturating_", "wrapping_"):
        _register(f"{_prefix}{_name}", _unary, methodcaller(f"{_prefix}{_name}"))
for _prefix in ("", "checked_", "saturating_", "wrapping_"):
    _register(f"{_prefix}from_num", _source_number, _method(f"{_prefix}from_num"))
    _register(f"{_prefix}to_num", _target_number, _method(f"{_prefix}to_num"))
for _name in ("sqrt", "log2", "ln", "exp"):
    _register(_name, _with_result_type(_unary), getattr(transcendental, _name))
_register("pow", _with_result_type(_binary), transcendental.pow)
_register("powi", _with_result_type(_operand_and_integer), transcendental.powi)
_register("checked_sqrt", _binary, safe_math.checked_sqrt)
_register("ext_checked_ln", _unary, safe_math.checked_ln)
_register("ext_checked_log", _binary, safe_math.checked_log)
_register("ext_checked_pow", _operand_and_integer, safe_math.checked_pow)
_register("ext_checked_floor", _unary, safe_math.checked_floor)
