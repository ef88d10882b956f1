"""Keys of scenario files, read off the code that parses them, and what the committed scenarios show.

``{scenario-keys} TABLE``
    the keys of one table of a scenario: what each holds, its default, and what it means.
``{scenario-parameters} network`` or ``subnet``
    the parameters that a scenario sets, by their names in storage.
``{measured} NAME``
    its content, with each ``{number}`` as it was measured in the committed scenario of that name.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from docutils import nodes
from docutils.statemachine import StringList
from records import shown_default
from rules import table
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from taospec.conformance.simulation import scenario as code
from taospec.conformance.simulation.section import Section

MEASURED: Final = "conformance/scenarios/measured.json"
_REQUIRED: Final = object()
_END: Final = 2**32 - 1
_FIELDS: Final = {"from": "start", "actors": "groups"}
"""Fields of records that are not named as their keys."""
_UNIT: Final = re.compile(r", (rao|in parts of 10\^9)(?=[;.])")
"""Units of records; in files amounts are coins, and proportions numbers."""


_NUMBER: Final = re.compile(r"\{(\w+)\}(?!`)")
"""The name of a number; before a backtick it is that of a role."""


class Recorder(Section):
    """A table without keys, which notes what is asked for."""

    def __init__(self) -> None:
        super().__init__("", {})
        self.keys: list[tuple[str, str, object]] = []

    def text(self, key: str, default: object = _REQUIRED) -> str:
        return str(self._note(key, "text", default, ""))

    def choice(self, key: str, choices: Any, default: str = "") -> str:
        shown = "name of a call" if len(choices) > 20 else ", ".join(f"`{each}`" for each in choices)
        return str(self._note(key, shown, default or _REQUIRED, next(iter(choices))))

    def integer(self, key: str, default: object = _REQUIRED, *, least: int = 0, most: int = _END) -> int:
        kind = f"integer from {least}" + (f" to {most:,}" if most != _END else "")
        value = self._note(key, kind, "the last block" if default == _END else default, least)
        return value if isinstance(value, int) else least

    def coins(self, key: str, default: object = _REQUIRED) -> int:
        self._note(key, "coins", default, 0)
        return 0

    def proportion(self, key: str, default: object = _REQUIRED) -> int:
        self._note(key, "number from 0 to 1", default, 0)
        return 0

    def proportions(self, key: str, count: int, default: object = _REQUIRED) -> tuple[int, ...]:
        shown = ", ".join(str(each) for each in default) if isinstance(default, tuple) else default
        self._note(key, f"{count} numbers from 0 to 1, ascending", shown, 0)
        return (0,) * count

    def texts(self, key: str, default: object = _REQUIRED) -> tuple[str, ...]:
        self._note(key, "list of texts", "none" if default == () else default, ())
        return ()

    def netuids(self, key: str) -> tuple[int, ...] | None:
        self._note(key, '`"all"` or a list of netuids', "all", None)

    def table(self, key: str) -> Mapping[str, Any]:
        self._note(key, "table", "none", {})
        return {}

    def section(self, key: str) -> Section:
        self._note(key, "table, see below", "none", {})
        return Recorder()

    def sections(self, key: str) -> list[Section]:
        self._note(key, "list of tables, see below", "none", [])
        return []

    def _note(self, key: str, kind: str, default: object, value: object) -> object:
        self.keys.append((key, kind, default))
        return value if default is _REQUIRED else default


TABLES: Final[Mapping[str, tuple[type, Callable[[Any], object]]]] = {
    "scenario": (code.Scenario, lambda section: code._scenario(section, b"", Path())),
    "genesis": (code.Genesis, lambda section: code._genesis(section, Path())),
    "subnets": (code.SubnetPlan, code._subnets),
    "actors": (code.Group, code._group),
    "schedule": (code.ScheduledCall, code._scheduled),
}


class ScenarioKeys(SphinxDirective):
    """The keys of one table."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(code.__file__)
        kind, parse = TABLES[self.arguments[0]]
        recorder, meanings = Recorder(), _meanings(kind)
        parse(recorder)
        rows = [
            [
                [nodes.paragraph("", "", nodes.literal("", key))],
                [nodes.paragraph("", "", *self.parse_inline(holds)[0])],
                [nodes.paragraph("", "required" if default is _REQUIRED else str(default) or "none")],
                [nodes.paragraph("", "", *self.parse_inline(meanings[_FIELDS.get(key, key)])[0])],
            ]
            for key, holds, default in recorder.keys
        ]
        return [nodes.container("", table(["key", "holds", "default", ""], rows), classes=["wide-table"])]


def _meanings(kind: type) -> dict[str, str]:
    """The docstring after each field, with the units of files."""
    body = ast.parse(inspect.getsource(kind)).body[0].body  # type: ignore[attr-defined]
    found = {node.target.id: place for place, node in enumerate(body) if isinstance(node, ast.AnnAssign)}
    following = {name: body[place + 1] if place + 1 < len(body) else None for name, place in found.items()}
    return {
        name: _UNIT.sub("", inspect.cleandoc(node.value.value)).replace("``", "`").replace("\n", " ")
        for name, node in following.items()
        if isinstance(node, ast.Expr)
    }


class ScenarioParameters(SphinxDirective):
    """The parameters that a scenario sets."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        items = {"network": code.NETWORK_ITEMS, "subnet": code.SUBNET_ITEMS}[self.arguments[0]]
        rows = [
            [
                [nodes.paragraph("", "", nodes.literal("", name))],
                [nodes.paragraph("", field.unit)],
                [nodes.paragraph("", shown_default(field))],
            ]
            for name, (_, field) in items.items()
        ]
        return [table(["key", "unit", "default"], rows)]


class Measured(SphinxDirective):
    """A text with measured numbers."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        path = Path(self.env.srcdir) / MEASURED
        self.env.note_dependency(str(path))
        numbers = json.loads(path.read_text(encoding="utf-8"))[self.arguments[0]]["numbers"]
        try:
            lines = [_NUMBER.sub(lambda found: numbers[found[1]], line) for line in self.content]
        except KeyError as error:
            raise self.error(f"{self.arguments[0]} has no number {error}") from None
        container = nodes.container("")
        self.state.nested_parse(StringList(lines, source=self.arguments[0]), self.content_offset, container)
        return list(container.children)


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("scenario-keys", ScenarioKeys)
    app.add_directive("scenario-parameters", ScenarioParameters)
    app.add_directive("measured", Measured)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
