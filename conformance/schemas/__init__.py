"""The JSON Schemas (draft 2020-12) of the vector format, and their validators.

One file a domain, each complete in itself; the schema of an op is ``$defs/<op>``. The library
that validates is imported when something is validated: drawing cases needs the schemas alone.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import jsonschema_rs

_FOLDER = Path(__file__).parent
_FRAMES = ("header", "case", "trace", "target")
_LONGEST_REASON = 240


def header_violation(header: object) -> str | None:
    """Say what is wrong with a header line, ``None`` if nothing is."""
    return _first_violation(_frame_validator("header"), header)


def case_violation(case: object, op: object) -> str | None:
    """Say what is wrong with a case, ``None`` if nothing is.

    A case of an unknown op is held to the frame that all cases share.
    """
    validator = _op_validator(op) if op in schema_files() else _frame_validator("case")
    return _first_violation(validator, case)


def trace_violation(line: object, kind: str) -> str | None:
    """Say what is wrong with a line of a chain trace, ``None`` if nothing is.

    ``kind`` is ``header``, ``start`` or ``block``.
    """
    return _first_violation(_trace_validator(kind), line)


@cache
def schema_files() -> dict[object, str]:
    """Op name to the domain file that holds its schema."""
    return {op: domain for domain in domains() for op in schema_document(domain)["$defs"] if "." in op}


def domains() -> list[str]:
    """Names of the schema files that hold ops."""
    return sorted(path.stem for path in _FOLDER.glob("*.json") if path.stem not in _FRAMES)


@cache
def schema_document(name: str) -> dict[str, Any]:
    """The parsed schema file ``<name>.json``."""
    document: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text("utf-8"))
    return document


@cache
def _op_validator(op: str) -> jsonschema_rs.Draft202012Validator:
    import jsonschema_rs

    definitions = schema_document(schema_files()[op])["$defs"]
    return jsonschema_rs.Draft202012Validator({"$ref": f"#/$defs/{op}", "$defs": definitions})


@cache
def _frame_validator(name: str) -> jsonschema_rs.Draft202012Validator:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(schema_document(name))


@cache
def _trace_validator(kind: str) -> jsonschema_rs.Draft202012Validator:
    import jsonschema_rs

    definitions = schema_document("trace")["$defs"]
    return jsonschema_rs.Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": definitions})


def _first_violation(validator: jsonschema_rs.Draft202012Validator, instance: object) -> str | None:
    try:
        if validator.is_valid(instance):
            return None
        deepest = max(validator.iter_errors(instance), key=lambda error: len(error.instance_path))
    except ValueError as error:  # an integer beyond what the validator can hold
        return _shortened(str(error))
    place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in deepest.instance_path)
    reason = _shortened(deepest.message)
    return f"{place.lstrip('.')}: {reason}" if place else reason


def _shortened(reason: str) -> str:
    """Without the middle: a message begins with the value and ends with what is wrong with it."""
    if len(reason) <= _LONGEST_REASON:
        return reason
    return f"{reason[: _LONGEST_REASON // 2]} ... {reason[-_LONGEST_REASON // 2 :]}"
