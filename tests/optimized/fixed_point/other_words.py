"""Run the source of a compiled scalar operation on words that are not numpy's.

``rewritten`` takes the operation that the kernels call and executes its very source with
another meaning of ``np.uint64``, ``np.int64`` and ``np.float64``: narrow words, small
enough to try all of them, or z3 bit vectors, which stand for all words at once.
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import z3
from numba.core.dispatcher import Dispatcher


def rewritten(operation: Any, words: Words) -> Callable[..., Any]:
    """The operation's Python source, with its callees, over ``words``."""
    function = operation.py_func
    names: dict[str, Any] = {}
    for name, value in function.__globals__.items():
        if name in words.constants:
            names[name] = words.constants[name]
        elif isinstance(value, Dispatcher) and name in function.__code__.co_names:
            names[name] = rewritten(value, words)
    names["np"] = words.numpy
    names["min"] = min
    names["max"] = max
    return types.FunctionType(function.__code__, names)


class Words:
    """What the source's constants and numpy's types mean."""

    def __init__(self, bits: int, unsigned: Any, signed: Any, real: Any, shrunk: Any = None) -> None:
        half = bits // 2
        self.numpy = types.SimpleNamespace(uint64=unsigned, int64=signed, float64=real)
        self.constants = {
            "ZERO": unsigned(0),
            "ONE": unsigned(1),
            "HALF_BITS": unsigned(half),
            "WORD_BITS": unsigned(bits),
            "LOW_HALF": unsigned((1 << half) - 1),
            "SIGN_BIT": unsigned(1 << (bits - 1)),
            "ALL_BITS": unsigned((1 << bits) - 1),
            "LARGEST_FAST_DIVISOR": unsigned(1 << (bits - 2)),
            "NO_BITS": signed(0),
            "FRACTION_BITS": signed(half),
            "FRACTION_MASK": signed((1 << half) - 1),
            "ONE_BITS": signed(1 << half),
            "MAX_BITS": signed((1 << (bits - 1)) - 1),
            "MIN_BITS": signed(-(1 << (bits - 1))),
            "U16_BITS": signed(half // 2),
            "U16_MAX": signed((1 << half // 2) - 1),
            "TWO_POW_32": real(1 << half),
            "TWO_POW_64": real(1 << bits),
        }
        if shrunk is not None:
            self.constants["SHRUNK_TWO_POW_32"] = real(1 << half) * shrunk
            self.constants["SHRUNK_TWO_POW_64"] = real(1 << bits) * shrunk


class Narrow:
    """A two's-complement word of a few bits; a shift by its width or more is an error."""

    __slots__ = ("bits", "signed", "value")

    def __init__(self, value: int, bits: int, signed: bool) -> None:
        value &= (1 << bits) - 1
        if signed and value >> (bits - 1):
            value -= 1 << bits
        self.value, self.bits, self.signed = value, bits, signed

    def _like(self, value: int) -> Narrow:
        return Narrow(value, self.bits, self.signed)

    def _other(self, other: Narrow) -> int:
        assert self.signed == other.signed, "mixed signedness would become a float"
        return other.value

    def __add__(self, other: Narrow) -> Narrow:
        return self._like(self.value + self._other(other))

    def __sub__(self, other: Narrow) -> Narrow:
        return self._like(self.value - self._other(other))

    def __mul__(self, other: Narrow) -> Narrow:
        return self._like(self.value * self._other(other))

    def __floordiv__(self, other: Narrow) -> Narrow:
        return self._like(self.value // self._other(other))

    def __neg__(self) -> Narrow:
        return self._like(-self.value)

    def __invert__(self) -> Narrow:
        return self._like(~self.value)

    def __and__(self, other: Narrow) -> Narrow:
        return self._like(self.value & self._other(other))

    def __or__(self, other: Narrow) -> Narrow:
        return self._like(self.value | self._other(other))

    def __xor__(self, other: Narrow) -> Narrow:
        return self._like(self.value ^ self._other(other))

    def _shift(self, other: Narrow) -> int:
        shift = self._other(other)
        assert 0 <= shift < self.bits, "a shift by the word's width is undefined"
        return shift

    def __lshift__(self, other: Narrow) -> Narrow:
        return self._like(self.value << self._shift(other))

    def __rshift__(self, other: Narrow) -> Narrow:
        return self._like(self.value >> self._shift(other))

    def __lt__(self, other: Narrow) -> bool:
        return self.value < self._other(other)

    def __le__(self, other: Narrow) -> bool:
        return self.value <= self._other(other)

    def __gt__(self, other: Narrow) -> bool:
        return self.value > self._other(other)

    def __ge__(self, other: Narrow) -> bool:
        return self.value >= self._other(other)

    def __eq__(self, other: object) -> bool:
        assert isinstance(other, Narrow)
        return self.value == self._other(other)

    def __hash__(self) -> int:
        return hash((self.value, self.bits, self.signed))

    def __int__(self) -> int:
        return self.value


class Real:
    """A float with few bits of precision, rounded to nearest even after each operation."""

    def __init__(self, value: Fraction, precision: int) -> None:
        self.precision = precision
        self.value = _rounded(value, precision)

    def __mul__(self, other: Real) -> Real:
        return Real(self.value * other.value, self.precision)

    def __truediv__(self, other: Real) -> Real:
        return Real(self.value / other.value, self.precision)

    def __add__(self, other: Real) -> Real:
        return Real(self.value + other.value, self.precision)

    def __int__(self) -> int:
        return math.trunc(self.value)


def _rounded(value: Fraction, precision: int) -> Fraction:
    if value == 0:
        return value
    exponent = math.floor(math.log2(abs(value))) - precision + 1
    while abs(value) / Fraction(2) ** exponent >= 1 << precision:
        exponent += 1
    unit = Fraction(2) ** exponent
    return round(value / unit) * unit


def narrow_words(bits: int, float_precision: int = 24) -> Words:
    """Words of ``bits`` bits, and floats of ``float_precision`` bits."""

    def word(signed: bool) -> Callable[[Any], Narrow]:
        return lambda value: Narrow(int(value), bits, signed)

    def real(value: Any) -> Real:
        return Real(Fraction(int(value)), float_precision)

    shrunk = Real(1 - Fraction(8, 1 << float_precision), float_precision)
    return Words(bits, word(False), word(True), real, shrunk)


class Condition:
    """A comparison of symbols. Used as a Python truth value, it chooses a path."""

    def __init__(self, expression: z3.BoolRef, paths: Paths) -> None:
        self.expression, self.paths = expression, paths

    def __bool__(self) -> bool:
        return self.paths.choose(self.expression)


class Paths:
    """Depth-first enumeration of the ways through a function."""

    def __init__(self) -> None:
        self.decisions: list[bool] = []
        self.taken: list[z3.BoolRef] = []
        self.position = 0

    def choose(self, condition: z3.BoolRef) -> bool:
        """Follow the recorded decision, or decide True and remember that False is left."""
        if self.position == len(self.decisions):
            self.decisions.append(True)
        decision = self.decisions[self.position]
        self.position += 1
        self.taken.append(condition if decision else z3.Not(condition))
        return decision

    def each(self, run: Callable[[], Any]) -> Iterator[tuple[list[z3.BoolRef], Any]]:
        """Every path's conditions and result."""
        while True:
            self.position, self.taken = 0, []
            result = run()
            yield self.taken, result
            del self.decisions[self.position :]
            while self.decisions and not self.decisions[-1]:
                self.decisions.pop()
            if not self.decisions:
                return
            self.decisions[-1] = False


class Symbol:
    """A z3 bit vector that behaves as numpy's word of that signedness."""

    def __init__(self, expression: z3.BitVecRef, signed: bool, paths: Paths) -> None:
        self.expression, self.signed, self.paths = expression, signed, paths

    def _like(self, expression: z3.BitVecRef) -> Symbol:
        return Symbol(expression, self.signed, self.paths)

    def _other(self, other: Symbol) -> z3.BitVecRef:
        assert self.signed == other.signed, "mixed signedness would become a float"
        return other.expression

    def __add__(self, other: Symbol) -> Symbol:
        return self._like(self.expression + self._other(other))

    def __sub__(self, other: Symbol) -> Symbol:
        return self._like(self.expression - self._other(other))

    def __mul__(self, other: Symbol) -> Symbol:
        return self._like(self.expression * self._other(other))

    def __floordiv__(self, other: Symbol) -> Symbol:
        assert not self.signed
        return self._like(z3.UDiv(self.expression, self._other(other)))

    def __neg__(self) -> Symbol:
        return self._like(-self.expression)

    def __invert__(self) -> Symbol:
        return self._like(~self.expression)

    def __and__(self, other: Symbol) -> Symbol:
        return self._like(self.expression & self._other(other))

    def __or__(self, other: Symbol) -> Symbol:
        return self._like(self.expression | self._other(other))

    def __xor__(self, other: Symbol) -> Symbol:
        return self._like(self.expression ^ self._other(other))

    def __lshift__(self, other: Symbol) -> Symbol:
        return self._like(self.expression << self._other(other))

    def __rshift__(self, other: Symbol) -> Symbol:
        right = self._other(other)
        return self._like(self.expression >> right if self.signed else z3.LShR(self.expression, right))

    def _compare(self, signed: Any, unsigned: Any, other: Symbol) -> Condition:
        compare = signed if self.signed else unsigned
        return Condition(compare(self.expression, self._other(other)), self.paths)

    def __lt__(self, other: Symbol) -> Condition:
        return self._compare(lambda a, b: a < b, z3.ULT, other)

    def __le__(self, other: Symbol) -> Condition:
        return self._compare(lambda a, b: a <= b, z3.ULE, other)

    def __gt__(self, other: Symbol) -> Condition:
        return self._compare(lambda a, b: a > b, z3.UGT, other)

    def __ge__(self, other: Symbol) -> Condition:
        return self._compare(lambda a, b: a >= b, z3.UGE, other)

    def __eq__(self, other: object) -> Condition:  # type: ignore[override]
        assert isinstance(other, Symbol)
        return Condition(self.expression == self._other(other), self.paths)

    def __ne__(self, other: object) -> Condition:  # type: ignore[override]
        assert isinstance(other, Symbol)
        return Condition(self.expression != self._other(other), self.paths)

    __hash__ = None  # type: ignore[assignment]


def prove(
    operation: Any,
    operands: str,
    claim: Callable[..., z3.BoolRef],
    assume: Callable[..., z3.BoolRef] = lambda *_: z3.BoolVal(True),
    bits: int = 64,
    timeout_seconds: int = 120,
) -> None:
    """Prove ``claim(*operands, result)`` for all words, by z3, along every path.

    ``operands`` is one letter each: ``s`` for signed, ``u`` for unsigned. ``claim`` sees
    z3 bit vectors (Booleans where the operation returns conditions). Fails on a
    counterexample and on a time-out alike.
    """
    paths = Paths()

    def word(signed: bool) -> Callable[[Any], Symbol]:
        def convert(value: Any) -> Symbol:
            if isinstance(value, Symbol):
                return Symbol(value.expression, signed, paths)
            if isinstance(value, Condition):
                one, zero = z3.BitVecVal(1, bits), z3.BitVecVal(0, bits)
                return Symbol(z3.If(value.expression, one, zero), signed, paths)
            return Symbol(z3.BitVecVal(int(value), bits), signed, paths)

        return convert

    function = rewritten(operation, Words(bits, word(False), word(True), float))
    arguments = [
        Symbol(z3.BitVec(f"operand_{index}", bits), kind == "s", paths) for index, kind in enumerate(operands)
    ]
    expressions = [argument.expression for argument in arguments]
    count = 0
    for conditions, result in paths.each(lambda: function(*arguments)):
        count += 1
        results = result if isinstance(result, tuple) else (result,)
        values = [item.expression if isinstance(item, Symbol | Condition) else item for item in results]
        solver = z3.Solver()
        solver.set("timeout", timeout_seconds * 1000)
        solver.add(assume(*expressions), *conditions)
        solver.add(z3.Not(claim(*expressions, *values)))
        verdict = solver.check()
        assert verdict == z3.unsat, f"path {count}: {verdict}" + (
            f" {solver.model()}" if verdict == z3.sat else ""
        )
    assert count > 0
