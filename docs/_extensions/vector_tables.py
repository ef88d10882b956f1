"""The committed vectors as tables, made from the files.

``{vector-files}``
    every file: its suite, who computed the answers, how many cases, and of which operations.
``{operations} DOMAIN``
    the operations of one domain: their schema, the committed cases, and the rules to implement.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from rules import rule_link, table
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from taospec.conformance.rule_lookup import VECTORS, rules_for
from taospec.conformance.schemas import schema_document, schema_files

BLOCKS = "chain.apply_block"
CASE = re.compile(rb'\{"id":\s?"([a-z0-9_.]+)/')


class VectorFiles(SphinxDirective):
    """Every file of vectors."""

    def run(self) -> list[nodes.Node]:
        rows = [
            [
                [nodes.literal("", path)],
                [
                    nodes.Text(
                        "the chain's code" if header["provenance"] == "upstream-execution" else "reference"
                    )
                ],
                [nodes.Text(f"{counts.total():,}")],
                [nodes.literal("", _families(counts))],
            ]
            for path, header, counts in _files()
        ]
        content = table(["file", "answered by", "cases", "operations"], rows)
        return [nodes.container("", content, classes=["wide-table"])]


class Operations(SphinxDirective):
    """The operations of one domain."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        domain = self.arguments[0]
        counts = sum((counts for _, _, counts in _files()), Counter[str]())
        rows = [
            [
                [nodes.literal("", op), *_arguments(op, schema)],
                [self._download(schema)],
                [nodes.Text(f"{counts[op]:,}")],
                self._rules(op),
            ]
            for op, schema in sorted((str(op), schema) for op, schema in schema_files().items())
            if op.split(".", 1)[0] == domain
        ]
        if not rows:
            raise self.error(f"no operation belongs to {domain}")
        content = table(["operation", "schema", "cases", "rules"], rows)
        return [nodes.container("", content, classes=["wide-table"])]

    def _download(self, schema: str) -> nodes.Node:
        target = f"/conformance/schemas/{schema}.json"
        name = nodes.literal("", f"{schema}.json")
        return addnodes.download_reference("", "", name, reftarget=target, refdoc=self.env.docname)

    def _rules(self, op: str) -> list[nodes.Node]:
        links: list[nodes.Node] = []
        for rule in rules_for(op, "", ""):
            links += [*([nodes.Text(", ")] if links else []), rule_link(rule, self.env.docname)]
        return links or [nodes.Text("by stage and case")]


@cache
def _files() -> tuple[tuple[str, dict[str, Any], Counter[str]], ...]:
    return tuple(
        (path.relative_to(VECTORS).as_posix(), *_contents(path))
        for path in sorted(VECTORS.rglob("*.jsonl.gz"))
    )


def _contents(path: Path) -> tuple[dict[str, Any], Counter[str]]:
    with gzip.open(path) as lines:
        header = json.loads(next(lines))
        if header["format"] != "taospec-vectors/1":
            return header, Counter({BLOCKS: header["blocks"]})
        return header, Counter(_ops(lines))


def _ops(lines: Any) -> Iterator[str]:
    for line in lines:
        match = CASE.match(line)
        assert match, line[:80]
        yield match[1].decode()


def _arguments(op: str, schema: str) -> list[nodes.Node]:
    """The names of positional arguments, for the operations that have such."""
    fields = schema_document(schema)["$defs"][op]["properties"]["in"].get("properties", {})
    names = ", ".join(each["title"] for each in fields.get("args", {}).get("prefixItems", ()))
    return [nodes.Text(f" ({names})")] if names else []


def _families(counts: Counter[str]) -> str:
    """The operations of a file, cut to what they have in common if they are many."""
    if len(counts) <= 3:
        return ", ".join(sorted(counts))
    parts = [op.split(".") for op in counts]
    common = [names[0] for names in zip(*parts, strict=False) if len(set(names)) == 1]
    return ".".join([*common, "*"])


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("vector-files", VectorFiles)
    app.add_directive("operations", Operations)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
