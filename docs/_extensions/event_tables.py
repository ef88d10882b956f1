"""Events as tables, made from the code.

``{events} PREFIX``
    the events that rules of one domain deposit: their fields with types, and the rules. An event stands where
    the first of its rules belongs.
``{not-deposited}``
    the events that are declared and never deposited, by reason.
``{silent-setters}``
    the calls that set a parameter and deposit nothing.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from docutils import nodes
from rules import rule_link, table
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from taospec.conformance.event_sources import depositing_rules
from taospec.reference.state import event_catalogue
from taospec.reference.state.event_catalogue import EVENTS, NOT_DEPOSITED, EventType
from taospec.reference.subnets.hyperparameters import CATALOGUE

SETTERS = "SUBNET-SETTER"


class Events(SphinxDirective):
    """The events of one domain."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(event_catalogue.__file__)
        prefix = self.arguments[0]
        of_setters = prefix == SETTERS
        rows = [
            [
                [self._name(event)],
                _fields(event),
                _listed(_calls(event)) if of_setters else self._rules(rules),
            ]
            for event, rules in _deposited()
            if rules[0].startswith(prefix) and rules[0].startswith(SETTERS) == of_setters
        ]
        if not rows:
            raise self.error(f"no rule whose id begins with {prefix} deposits an event")
        content = table(["event", "fields", "deposited by"], rows)
        return [nodes.container("", content, classes=["wide-table", "events"])]

    def _name(self, event: EventType) -> nodes.Node:
        path, line = event.source.rsplit(":", 1)
        uri = self.config.upstream_sources[""].format(path=path, line=line)
        return nodes.reference("", "", nodes.literal("", event.name), refuri=uri)

    def _rules(self, rules: list[str]) -> list[nodes.Node]:
        links: list[nodes.Node] = []
        for rule in rules:
            links += [*([nodes.Text(", ")] if links else []), rule_link(rule, self.env.docname)]
        return links


class NotDeposited(SphinxDirective):
    """The events that are never deposited."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(event_catalogue.__file__)
        by_reason: dict[str, list[str]] = defaultdict(list)
        for name, reason in NOT_DEPOSITED.items():
            by_reason[reason].append(name)
        rows = [[_listed(names), [nodes.Text(reason)]] for reason, names in by_reason.items()]
        return [nodes.container("", table(["events", "why never"], rows), classes=["wide-table"])]


class SilentSetters(SphinxDirective):
    """The setters without an event."""

    def run(self) -> list[nodes.Node]:
        calls = [setter.call for group in CATALOGUE.values() for setter in group if not setter.events]
        return [nodes.paragraph("", "", *_listed(calls))]


def _deposited() -> list[tuple[EventType, list[str]]]:
    """Every event with the rules that deposit it."""
    return [(event, list(depositing_rules(name))) for name, event in EVENTS.items()]


def _calls(event: EventType) -> list[str]:
    """The calls that set the parameter."""
    return [setter.call for group in CATALOGUE.values() for setter in group if event.name in setter.events]


def _fields(event: EventType) -> list[nodes.Node]:
    content: list[nodes.Node] = []
    for name, kind in event.fields.items():
        label = nodes.literal("", name) if event.named else nodes.emphasis("", name.replace("_", " "))
        content += [*([nodes.Text(", ")] if content else []), label, nodes.Text(f" {kind.name}")]
    return content or [nodes.Text("none")]


def _listed(names: list[str]) -> list[nodes.Node]:
    content: list[nodes.Node] = []
    for name in names:
        content += [*([nodes.Text(", ")] if content else []), nodes.literal("", name)]
    return content


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("events", Events)
    app.add_directive("not-deposited", NotDeposited)
    app.add_directive("silent-setters", SilentSetters)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
