"""Numbers calculated by hand in the text of a chapter, and whether the reference computes the same.

One element of a stage a line: ``element | symbol | calculation | result``. The element is an index, or
``row, column`` of a matrix; the calculation is integer arithmetic with ``+ - * //``, parentheses and powers
written ``2^32``; the result is the raw integer. The epoch's input stands beside the chapter, in the ``in``
format of the vectors.
"""

from __future__ import annotations

import ast
import json
import operator
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import attrs

from taospec.reference.fixed_point import FixedPoint
from taospec.reference.yuma.epoch import EpochResult, run_epoch
from taospec.reference.yuma.records import EpochInput

CHAPTER: Final = "spec/yuma/worked_epoch"

_OPERATIONS: Final[dict[type[ast.operator], Callable[[int, int], int]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Pow: operator.pow,
}


class WorkedEpochError(ValueError):
    """A hand calculation that is wrong or incomplete; says stage and element."""


@attrs.frozen
class HandCalculation:
    """One line of a ``hand-calculation``."""

    element: tuple[int, ...]
    symbol: str
    calculation: str
    result: int


def read_calculations(lines: Iterable[str]) -> list[HandCalculation]:
    """Read the lines of a ``hand-calculation``."""
    calculations = []
    for line in filter(str.strip, lines):
        element, symbol, calculation, result = (cell.strip() for cell in line.split("|"))
        indices = tuple(int(index) for index in element.split(","))
        calculations.append(HandCalculation(indices, symbol, calculation, int(result.replace(" ", ""))))
    return calculations


def check(stage: str, calculations: Sequence[HandCalculation], result: EpochResult) -> None:
    """Compare calculations with their results, and these with the reference's.

    Raises:
        WorkedEpochError: They differ, or an element of the stage is missing.
    """
    computed = _elements(stage, result)
    for by_hand in calculations:
        where = f"{stage}[{', '.join(map(str, by_hand.element))}]"
        value = evaluate(by_hand.calculation)
        if value != by_hand.result:
            raise WorkedEpochError(f"{where}: {by_hand.calculation} = {value}, not {by_hand.result}")
        if computed.get(by_hand.element) != by_hand.result:
            reference = computed.get(by_hand.element)
            raise WorkedEpochError(f"{where}: {by_hand.result} by hand, {reference} by the reference")
    missing = computed.keys() - {by_hand.element for by_hand in calculations}
    if missing:
        raise WorkedEpochError(f"{stage}: no hand calculation of {sorted(missing)}")


def evaluate(calculation: str) -> int:
    """Return the value of an expression of integers, ``+ - * //``, ``^`` and parentheses."""
    return _value(ast.parse(calculation.replace("^", "**"), mode="eval").body)


def _value(node: ast.expr) -> int:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        return _OPERATIONS[type(node.op)](_value(node.left), _value(node.right))
    raise WorkedEpochError(f"not integer arithmetic: {ast.unparse(node)}")


def _elements(stage: str, result: EpochResult) -> dict[tuple[int, ...], int]:
    """Raw value of every element of a stage or of an output; zeros of a vector need no calculation."""
    output = stage.removeprefix("output.")
    values = result.stages[stage] if output == stage else getattr(result.output, output)
    elements: dict[tuple[int, ...], int] = {}
    for i, value in enumerate(values):
        if isinstance(value, FixedPoint):
            elements[i,] = value.bits
        elif isinstance(value, int):
            elements[i,] = int(value)
        else:
            for j, entry in value:
                elements[i, j] = entry.bits if isinstance(entry, FixedPoint) else entry
    return {element: raw for element, raw in elements.items() if raw != 0 or len(element) > 1}


def read_input(path: Path) -> EpochInput:
    """Read an epoch's input in the ``in`` format of the vectors."""
    values = json.loads(path.read_text(encoding="utf-8"))
    return EpochInput(**{name: _storage(value) for name, value in values.items()})


def _storage(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_storage(element) for element in value)
    return int(value) if isinstance(value, str) else value


def worked_result(root: Path) -> EpochResult:
    """Run the worked epoch."""
    return run_epoch(read_input(root / f"{CHAPTER}.json"))
