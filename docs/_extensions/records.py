"""The records of the state as tables, made from the code.

``{records}``
    a section for every kind of record: what it is, its key, and its fields with unit, default, storage
    item and meaning.
"""

from __future__ import annotations

import ast
import inspect
import sys
from typing import Any

from docutils import nodes
from rules import table
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from taospec.reference.state.record import Record, StoredField
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import OptionalType


class Records(SphinxDirective):
    """Every record, in the order of the state."""

    def run(self) -> list[nodes.Node]:
        kinds = [held.kind for held in State().tables.values()]
        for module in {sys.modules[kind.__module__].__file__ for kind in kinds}:
            self.env.note_dependency(str(module))
        return [node for kind in kinds for node in self._section(kind)]

    def _section(self, kind: type[Record]) -> list[nodes.Node]:
        title = nodes.rubric("", kind.NAME, ids=[nodes.make_id(f"record-{kind.NAME}")])
        key = ", ".join(f"{name} ({part.name})" for name, part in kind.KEY.items()) or "none: there is one"
        report = " A report." if kind.IS_REPORT else ""
        text = f"{inspect.getdoc(kind).splitlines()[0]}{report} Key: {key}."
        meanings = _meanings(kind)
        rows = [self._row(field, meanings[field.name]) for field in kind.FIELDS]
        return [
            title,
            nodes.paragraph("", text),
            table(["field", "type", "unit", "default", "storage item", ""], rows),
        ]

    def _row(self, field: StoredField, meaning: str) -> list[list[nodes.Node]]:
        optional = isinstance(field.type, OptionalType)
        name = field.type.content.name if optional else field.type.name
        cells = [
            [nodes.literal("", field.name)],
            [nodes.Text(name)],
            [nodes.Text(field.unit)],
            [nodes.Text(shown_default(field))],
            [nodes.literal("", field.upstream)],
            self.parse_inline(meaning.replace("``", "`"))[0],
        ]
        return [[nodes.paragraph("", "", *cell)] for cell in cells]


def shown_default(field: StoredField) -> str:
    """Return a default in words."""
    if field.default is not None:
        return _short(field.type.to_json(field.default))
    if field.reads_as is None:
        return "none"
    return f"none, read as {_short(field.type.to_json(field.reads_as))}"


def _short(dumped: Any) -> str:
    if isinstance(dumped, bool):
        return str(dumped).lower()
    return f"{dumped:,}".replace(",", " ") if isinstance(dumped, int) else str(dumped)


def _meanings(kind: type[Record]) -> dict[str, str]:
    """The docstring after each field."""
    body = ast.parse(inspect.getsource(kind)).body[0].body  # type: ignore[attr-defined]
    return {
        node.target.id: body[place + 1].value.value
        for place, node in enumerate(body)
        if isinstance(node, ast.AnnAssign)
    }


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("records", Records)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
