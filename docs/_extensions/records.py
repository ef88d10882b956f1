"""The records of the state as tables, made from the code.

``{records}``
    a section for every kind of record: what it is, its key, and its fields with unit, default, storage
    item and meaning.
``{record-types}``
    the types of fields and keys that have names and parts of their own.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from docutils import nodes
from rules import table
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from taospec.reference.state.record import Record, StoredField
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import (
    EnumerationType,
    NewtypeType,
    OptionalType,
    SequenceType,
    StorageType,
    StructureType,
    TupleType,
    VariantType,
)


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
        cells = [
            [nodes.literal("", field.name)],
            [nodes.Text(field.type.name)],
            [nodes.Text(field.unit)],
            [nodes.Text(shown_default(field))],
            [nodes.literal("", field.upstream)],
            self.parse_inline(meaning.replace("``", "`"))[0],
        ]
        return [[nodes.paragraph("", "", *cell)] for cell in cells]


class RecordTypes(SphinxDirective):
    """The types with parts."""

    def run(self) -> list[nodes.Node]:
        kinds = [held.kind for held in State().tables.values()]
        used = [
            each for kind in kinds for each in (*kind.KEY.values(), *(field.type for field in kind.FIELDS))
        ]
        named = {each.name: each for each in _within(used) if _parts(each)}
        rows = [[[nodes.literal("", name)], [nodes.Text(_parts(named[name]))]] for name in sorted(named)]
        return [table(["type", "parts, in the order of their bytes"], rows)]


def _within(types: Iterable[StorageType[Any]]) -> Iterator[StorageType[Any]]:
    for each in types:
        yield each
        if isinstance(each, OptionalType | NewtypeType):
            yield from _within([each.content])
        elif isinstance(each, SequenceType):
            yield from _within([each.element])
        elif isinstance(each, TupleType):
            yield from _within(each.elements)
        elif isinstance(each, StructureType):
            yield from _within(each.fields.values())
        elif isinstance(each, VariantType):
            yield from _within(part for parts in each.members.values() for part in parts.values())


def _parts(kind: StorageType[Any]) -> str:
    if isinstance(kind, StructureType):
        return ", ".join(f"{name}: {part.name}" for name, part in kind.fields.items())
    if isinstance(kind, EnumerationType):
        return ", ".join(f"{place} {member.value}" for place, member in enumerate(kind.members))
    if isinstance(kind, VariantType):
        return ", ".join(
            f"{place} {name}" + (f"({', '.join(_named(*part) for part in parts.items())})" if parts else "")
            for place, (name, parts) in enumerate(kind.members.items())
        )
    return ""


def _named(name: str, part: StorageType[Any]) -> str:
    return part.name if name.isdecimal() else f"{name}: {part.name}"


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
    app.add_directive("record-types", RecordTypes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
