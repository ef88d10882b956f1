"""Which normative rules stand behind a difference, from the side files beside the vectors.

``conformance/vectors/<domain>/rules.json`` maps ``operations`` (op), ``stages`` (stage or
field of ``out``) and ``cases`` (case id) to rule ids.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).parent / "vectors"


def rules_for(op: str, case_id: str, place: str) -> list[str]:
    """The rules to read when a case differs at this stage or field: the nearest that are known."""
    side_file = _side_file(op.split(".", 1)[0])
    for kind, key in (("stages", place), ("cases", case_id), ("operations", op)):
        rules = side_file.get(kind, {}).get(key)
        if rules:
            return [str(rule) for rule in rules]
    return []


@cache
def _side_file(domain: str) -> dict[str, Any]:
    path = VECTORS / domain / "rules.json"
    if not path.exists():
        return {}
    side_file: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return side_file
