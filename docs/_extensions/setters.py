"""The setters of parameters as tables, made from the code.

``{setters} GROUP``
    the setters of one group of the catalogue: which vectors refuse each, what it sets, who may, what is
    checked in which order, what limits the owner, events and effects. The build fails if a vector refuses a
    setter with an error that none of its checks gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from docutils import nodes
from records import shown_default
from refusals import GUARD, SOURCES, disagreement, refusals
from rules import table
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from taospec.reference.state.errors import FrameError
from taospec.reference.state.rate_limits import Hyperparameter
from taospec.reference.subnets import checks, hyperparameters
from taospec.reference.subnets.hyperparameters import CATALOGUE
from taospec.reference.subnets.setter import Setter

HEADINGS = ("call", "sets", "by", "checks in this order", "limit, events, effects")


class Setters(SphinxDirective):
    """The setters of one group."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        if self.arguments[0] not in CATALOGUE:
            raise self.error(f"there is no group {self.arguments[0]!r}: {', '.join(CATALOGUE)} exist")
        folder = Path(self.env.srcdir) / "conformance" / "vectors"
        for source in (*(str(folder / name) for name in SOURCES), checks.__file__, hyperparameters.__file__):
            self.env.note_dependency(source)
        shown = refusals(folder)
        rows = [self._row(setter, shown) for setter in CATALOGUE[self.arguments[0]]]
        return [nodes.container("", table(HEADINGS, rows), classes=["wide-table", "setters"])]

    def _row(self, setter: Setter, shown: Mapping[tuple[str, str], str]) -> list[list[nodes.Node]]:
        named = [FrameError.BadOrigin.value, *(check.error.value for check in setter.checks)]
        mine = {error: case for (call, error), case in shown.items() if call == setter.call}
        # Guards refuse every call, and are shown under both of their names.
        own = [error for error in mine if not error.startswith(GUARD) and GUARD + error not in mine]
        if problem := disagreement(named, own):
            raise self.error(f"{setter.call}: {problem}")
        return [
            [self._call(setter), nodes.paragraph("", f"shown by {_cases(mine.values())}")],
            self._target(setter),
            [nodes.paragraph("", setter.maker)],
            [self._checks(setter)],
            self._effects(setter),
        ]

    def _call(self, setter: Setter) -> nodes.Node:
        path, line = setter.source.rsplit(":", 1)
        uri = self.config.upstream_sources[""].format(path=path, line=line)
        arguments = ", ".join(f"{name}: {kind.name}" for name, kind in setter.arguments.items())
        link = nodes.reference("", "", nodes.literal("", setter.call), refuri=uri)
        return nodes.paragraph("", "", link, nodes.Text(f" ({arguments})"))

    def _target(self, setter: Setter) -> list[nodes.Node]:
        item = nodes.paragraph("", "", nodes.literal("", setter.item))
        if setter.field is None:
            return [item, nodes.paragraph("", "not kept in the state")]
        field = setter.field[1]
        return [item, nodes.paragraph("", f"{field.unit}, default {shown_default(field)}")]

    def _checks(self, setter: Setter) -> nodes.Node:
        if not setter.checks:
            return nodes.paragraph("", "none")
        items = []
        for check in setter.checks:
            condition = self.parse_inline(check.condition)[0]
            error = nodes.literal("", check.error.value)
            text = nodes.paragraph("", "", *condition, nodes.Text(", else "), error)
            items.append(nodes.list_item("", text))
        return nodes.enumerated_list("", *items)

    def _effects(self, setter: Setter) -> list[nodes.Node]:
        content: list[nodes.Node] = [nodes.paragraph("", f"limit: {_limit(setter)}")]
        content += [nodes.paragraph("", "", nodes.literal("", event)) for event in setter.events]
        if setter.effect:
            content.append(nodes.paragraph("", "", *self.parse_inline(setter.effect)[0]))
        return content


def _cases(ids: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(case.split("/")[-1] for case in ids)) or "no vector"


def _limit(setter: Setter) -> str:
    if setter.limit is None:
        return "none"
    if isinstance(setter.limit, Hyperparameter):
        return setter.limit.value
    return setter.limit.name.lower().replace("_", " ")


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("setters", Setters)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
