"""Where the reference deposits each event, read from its source."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import attrs

from taospec import reference
from taospec.reference.subnets.hyperparameters import CATALOGUE
from taospec.reference.subnets.setter import set_parameter


@attrs.frozen
class Deposit:
    """One place that deposits an event."""

    event: str
    """The event's name."""
    fields: tuple[str, ...]
    """Names of the fields that are given, in their order."""
    place: str
    """File and line of the reference, or the call that is a row of a table."""
    rules: tuple[str, ...]
    """What the function that does it implements."""


def deposits(folder: Path) -> list[Deposit]:
    """Every deposit: those that the code below the folder names, and those of calls that set a parameter.

    Raises:
        AssertionError: somewhere an event is deposited whose name does not stand there.
    """
    found = [each for path in sorted(folder.rglob("*.py")) for each in _in_module(path, folder)]
    return found + list(_of_setters())


def depositing_rules(event: str) -> tuple[str, ...]:
    """The rules by which an event of this name is deposited."""
    return _rules_by_event().get(event, ())


@cache
def _rules_by_event() -> Mapping[str, tuple[str, ...]]:
    rules: dict[str, dict[str, None]] = {}
    for deposit in deposits(Path(next(iter(reference.__path__)))):
        rules.setdefault(deposit.event, {}).update(dict.fromkeys(deposit.rules))
    return {name: tuple(ids) for name, ids in rules.items()}


def _in_module(path: Path, folder: Path) -> Iterator[Deposit]:
    for function in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(function, ast.FunctionDef):
            continue
        for call in filter(_is_deposit, ast.walk(function)):
            assert isinstance(call, ast.Call)
            place = f"{path.relative_to(folder.parent).as_posix()}:{call.lineno}"
            name = call.args[0]
            if function.name == set_parameter.__name__ and isinstance(name, ast.Name):
                continue
            if not isinstance(name, ast.Constant):
                raise AssertionError(f"{place}: the event's name does not stand there")
            fields = tuple(str(keyword.arg) for keyword in call.keywords)
            yield Deposit(str(name.value), fields, place, _rules(function))


def _is_deposit(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "deposit"
        and ast.unparse(node.func.value).endswith("events")
    )


def _rules(function: ast.FunctionDef) -> tuple[str, ...]:
    return tuple(
        argument.value
        for decorator in function.decorator_list
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "implements"
        for argument in decorator.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    )


def _of_setters() -> Iterator[Deposit]:
    rules = tuple(getattr(set_parameter, "__rules__", ()))
    for group in CATALOGUE.values():
        for setter in group:
            for event in setter.events:
                yield Deposit(event, tuple(setter.arguments), setter.call, rules)
