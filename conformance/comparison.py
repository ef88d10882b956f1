"""The first difference between an expected and a computed answer.

Values are compared with their JSON types: ``"1"``, ``1`` and ``true`` are three different
values. ``stages`` counts only where both sides give it; every other field counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from taospec.conformance.answers import Answer

ABSENT: Final = "absent"
"""Stands for a value that one side does not have."""

Path = tuple[str, ...]


@attrs.frozen
class Difference:
    """One place where two answers differ."""

    place: str
    """What differs: ``stage consensus``, ``field bonds``, ``error``."""
    name: str
    """The stage's or field's own name, for the lookup of its rules."""
    element: str
    """The element inside it, such as ``row 3, column 7``; empty if it is the whole value."""
    expected: str
    """Expected value as JSON, or ``absent``."""
    computed: str
    """Computed value as JSON, or ``absent``."""
    ulps: int | None
    """Computed minus expected raw value, where both are integers of one JSON type."""
    remark: str = ""
    """What the two values do not show at once: the same number as another JSON type."""


def first_difference(expected: Answer, computed: Answer) -> Difference | None:
    """The first difference in the order in which an implementation computes.

    Errors come first, then ``stages`` in order, then the other fields of ``out``.
    """
    if expected.error is not None or computed.error is not None:
        if not _same(expected.error, computed.error):
            return _difference("error", "error", (), _result(expected), _result(computed))
        return compare("after_error", "after_error", expected.after_error, computed.after_error)
    return _first_in_out(expected.out, computed.out)


def _first_in_out(expected: Any, computed: Any) -> Difference | None:
    if not isinstance(expected, Mapping) or not isinstance(computed, Mapping):
        return compare("out", "out", expected, computed)
    if "stages" in expected and "stages" in computed:
        difference = _first_stage(expected["stages"], computed["stages"])
        if difference is not None:
            return difference
    for field in [*expected, *(key for key in computed if key not in expected)]:
        if field == "stages":
            continue
        if field not in expected or field not in computed:
            return _difference(
                f"field {field}", field, (), expected.get(field, ABSENT), computed.get(field, ABSENT)
            )
        difference = compare(f"field {field}", field, expected[field], computed[field])
        if difference is not None:
            return difference
    return None


def _first_stage(expected: Any, computed: Any) -> Difference | None:
    if not _are_stages(expected) or not _are_stages(computed):
        return compare("stages", "stages", expected, computed)
    for (expected_name, expected_value), (name, value) in zip(expected, computed, strict=False):
        if expected_name != name:
            return _difference("order of stages", expected_name, (), expected_name, name)
        difference = compare(f"stage {name}", name, expected_value, value)
        if difference is not None:
            return difference
    if len(expected) != len(computed):
        return _difference("number of stages", "stages", (), len(expected), len(computed))
    return None


def _are_stages(stages: Any) -> bool:
    return isinstance(stages, list) and all(
        isinstance(stage, list) and len(stage) == 2 and isinstance(stage[0], str) for stage in stages
    )


def compare(place: str, name: str, expected: Any, computed: Any) -> Difference | None:
    """The first element in which two values differ; ``place`` and ``name`` say what they are."""
    if _same(expected, computed):
        return None
    element, one, other = next(_differing(expected, computed, ()))
    return _difference(place, name, element, one, other)


def _differing(expected: Any, computed: Any, path: Path) -> Iterator[tuple[Path, Any, Any]]:
    """Every differing element, depth first, in order."""
    if _same(expected, computed):
        return
    if isinstance(expected, list) and isinstance(computed, list):
        if _is_sparse_row(expected) and _is_sparse_row(computed) and (expected or computed):
            yield from _differing_columns(expected, computed, path)
            return
        label = "row" if _has_rows(expected) or _has_rows(computed) else "element"
        if path and path[-1].startswith("row "):
            label = "column"
        for index in range(min(len(expected), len(computed))):
            yield from _differing(expected[index], computed[index], (*path, f"{label} {index}"))
        if len(expected) != len(computed):
            yield (*path, "length"), len(expected), len(computed)
    elif isinstance(expected, Mapping) and isinstance(computed, Mapping):
        for key in [*expected, *(key for key in computed if key not in expected)]:
            if key not in expected or key not in computed:
                yield (*path, key), expected.get(key, ABSENT), computed.get(key, ABSENT)
            else:
                yield from _differing(expected[key], computed[key], (*path, key))
    else:
        yield path, expected, computed


def _differing_columns(
    expected: list[Any], computed: list[Any], path: Path
) -> Iterator[tuple[Path, Any, Any]]:
    one, other = dict(expected), dict(computed)
    if len(one) == len(expected) and len(other) == len(computed):
        for column in sorted(one.keys() | other.keys()):
            values = one.get(column, ABSENT), other.get(column, ABSENT)
            if not _same(*values):
                yield (*path, f"column {column}"), *values
    yield (*path, "order of columns"), [pair[0] for pair in expected], [pair[0] for pair in computed]


def _is_sparse_row(value: list[Any]) -> bool:
    return all(
        isinstance(pair, list) and len(pair) == 2 and type(pair[0]) is int and isinstance(pair[1], str | int)
        for pair in value
    )


def _has_rows(value: list[Any]) -> bool:
    return any(isinstance(element, list) for element in value)


def _same(expected: Any, computed: Any) -> bool:
    return json.dumps(expected, sort_keys=True) == json.dumps(computed, sort_keys=True)


def _result(answer: Answer) -> Any:
    return {"error": answer.error} if answer.error is not None else {"out": answer.out}


def _difference(place: str, name: str, element: Path, expected: Any, computed: Any) -> Difference:
    one, other = _integer(expected), _integer(computed)
    same_type = type(expected) is type(computed)
    return Difference(
        place=place,
        name=name,
        element=", ".join(element),
        expected=_text(expected),
        computed=_text(computed),
        ulps=other - one if same_type and one is not None and other is not None else None,
        remark=_remark(expected, computed) if one == other else "",
    )


def _remark(expected: Any, computed: Any) -> str:
    if isinstance(expected, str) and type(computed) is int:
        return "the number is right, but must be decimal text"
    if type(expected) is int and isinstance(computed, str):
        return "the number is right, but must be a JSON number"
    return ""


def _integer(value: Any) -> int | None:
    if type(value) is int:
        return value
    if isinstance(value, str) and value.removeprefix("-").isdecimal():
        return int(value)
    return None


def _text(value: Any) -> str:
    if value == ABSENT:
        return ABSENT
    text = json.dumps(value)
    return text if len(text) <= 200 else f"{text[:200]}... ({len(text)} characters)"
