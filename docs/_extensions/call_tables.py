"""Calls as tables, made from the code.

``{calls} CATALOGUE``
    the calls of one catalogue: their arguments with types in the order of their declaration, who may make
    them, and the rules that say what they do.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, Final

from docutils import nodes
from rules import rule_link, table
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from taospec.reference.chain import calls
from taospec.reference.chain.call import Call
from taospec.reference.chain.catalogue.balances import BALANCES_CALLS
from taospec.reference.chain.catalogue.hyperparameters import HYPERPARAMETER_CALLS
from taospec.reference.chain.catalogue.keys import KEYS_CALLS
from taospec.reference.chain.catalogue.lifecycle import LIFECYCLE_CALLS
from taospec.reference.chain.catalogue.registration import REGISTRATION_CALLS
from taospec.reference.chain.catalogue.staking import STAKING_CALLS
from taospec.reference.chain.catalogue.weights import WEIGHT_CALLS
from taospec.reference.chain.fees import FREE_CALLS

CATALOGUES: Final[Mapping[str, Mapping[str, Call]]] = {
    "balances": BALANCES_CALLS,
    "staking": STAKING_CALLS,
    "registration": REGISTRATION_CALLS,
    "lifecycle": LIFECYCLE_CALLS,
    "hyperparameters": HYPERPARAMETER_CALLS,
    "weights": WEIGHT_CALLS,
    "keys": KEYS_CALLS,
}
MAKERS: Final = {"signer": "account", "root": "root", "anyone": "see rule"}


class Calls(SphinxDirective):
    """The calls of one catalogue."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        missing = calls.CALLS.keys() - {name for catalogue in CATALOGUES.values() for name in catalogue}
        if missing:
            raise self.error(f"calls in no catalogue: {', '.join(sorted(missing))}")
        if self.arguments[0] not in CATALOGUES:
            raise self.error(f"there is no catalogue {self.arguments[0]!r}: {', '.join(CATALOGUES)} exist")
        self.env.note_dependency(calls.__file__)
        rows = [
            [
                [nodes.literal("", name), *([nodes.Text(" (free)")] if name in FREE_CALLS else [])],
                _arguments(call),
                [nodes.Text(MAKERS[call.maker])],
                self._rules(call),
            ]
            for name, call in CATALOGUES[self.arguments[0]].items()
        ]
        content = table(["call", "arguments", "made by", "rules"], rows)
        return [nodes.container("", content, classes=["wide-table", "events"])]

    def _rules(self, call: Call) -> list[nodes.Node]:
        links: list[nodes.Node] = []
        for rule in _rules_of(call.function):
            links += [*([nodes.Text(", ")] if links else []), rule_link(rule, self.env.docname)]
        return links or [nodes.Text("always refused")]


def _arguments(call: Call) -> list[nodes.Node]:
    content: list[nodes.Node] = []
    for name, kind in call.arguments.items():
        content += _separated(content, name, kind.name)
    for name, kind in call.ignored.items():
        content += _separated(content, name, f"{kind.name}, never read")
    return content or [nodes.Text("none")]


def _separated(before: list[nodes.Node], name: str, kind: str) -> list[nodes.Node]:
    return [*([nodes.Text(", ")] if before else []), nodes.literal("", name), nodes.Text(f" {kind}")]


def _rules_of(function: Callable[..., Any]) -> tuple[str, ...]:
    while isinstance(function, functools.partial):
        function = function.func
    return getattr(function, "__rules__", ())


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("calls", Calls)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
