"""From a function to the permanent ids of the normative rules that it implements.

The sentences themselves stand in ``spec/<domain>/*.md``; nothing here knows their text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

_Function = TypeVar("_Function", bound=Callable[..., object])

IMPLEMENTATIONS: dict[str, list[Callable[..., object]]] = {}
"""Rule id to the functions that carry it, in order of import."""


def implements(*rule_ids: str) -> Callable[[_Function], _Function]:
    """Mark a function as the implementation of the rules with these ids.

    Works on classes too. The function is returned unchanged (no wrapper, no cost per call);
    the ids are kept in its ``__rules__`` and in :data:`IMPLEMENTATIONS`.
    """

    def mark(function: _Function) -> _Function:
        function.__rules__ = rule_ids  # type: ignore[attr-defined]
        for rule_id in rule_ids:
            IMPLEMENTATIONS.setdefault(rule_id, []).append(function)
        return function

    return mark
