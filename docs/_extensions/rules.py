"""The directive ``rule``: a normative sentence with its id, and everything that leads from it.

What a rule is and who names it is read by :mod:`taospec.conformance.traceability`; this extension
only shows it:

``{rule} ID``
    as a directive: the rule itself. Options ``title``, ``kind``, ``upstream``.
    as a role: a link to the rule.
``{rule-index}``
    all rules by chapter.
``{traceability-table}``
    all rules with code, tests and vectors.
``{rule-kinds}``
    the kinds of rule and what the check demands of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.domains import Domain, ObjType
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.nodes import make_refnode

from taospec.conformance.traceability import KINDS, Place, Rule, Traceability

DOMAINS: Final = (
    "spec",
    "fixed_point",
    "state",
    "supply",
    "amm",
    "yuma",
    "staking",
    "emission",
    "subnets",
    "chain",
)
"""The folders of the chapters, each built on those before it."""

_loaded: dict[Path, Traceability] = {}


def traceability_of(env: BuildEnvironment) -> Traceability:
    """Return the traceability of the tree that is being documented, read once per build."""
    root = Path(env.srcdir)
    if root not in _loaded:
        _loaded[root] = Traceability(root=root)
    return _loaded[root]


class RuleDirective(SphinxDirective):
    """A normative sentence."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {
        "title": directives.unchanged_required,
        "kind": directives.unchanged_required,
        "upstream": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        rule_id = self.arguments[0]
        traceability = traceability_of(self.env)
        rule = traceability.rules.get(rule_id)
        if rule is None or rule.path != Path(self.env.doc2path(self.env.docname)):
            raise self.error(
                f"rule {rule_id} is not readable by conformance/traceability.py, or defined twice"
            )

        self.env.get_domain("spec").note_rule(rule_id, rule.title, self.env.docname)
        block = nodes.container(classes=["rule", f"rule-{rule.kind}"], ids=[rule_id])
        block += _heading(rule)
        block += self.parse_content_to_nodes()
        evidence = [
            _field("Upstream", _upstream(rule, self.config.upstream_sources)),
            _field("Reference", self._code(rule, traceability.reference)),
            _field("Optimized", _names(traceability.optimized.get(rule_id, ()))),
            _field("Vectors", _vectors(rule, traceability)),
        ]
        _append_fields(block, [field for field in evidence if field is not None])
        for place in (*traceability.reference.get(rule_id, ()), *traceability.optimized.get(rule_id, ())):
            self.env.note_dependency(str(place.path))
            block += _source(place, traceability.root)
        if tests := traceability.tests.get(rule_id, ()):
            block += _tests(tests, traceability.root)
        return [block]

    def _code(self, rule: Rule, carriers: Any) -> list[nodes.Node]:
        root = traceability_of(self.env).root
        return _joined(_code_link(place, root, self.env.docname) for place in carriers.get(rule.id, ()))


class RuleRole(SphinxRole):
    """A link to a rule."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        return [rule_link(self.text, self.env.docname, self.get_source_info())], []


class RuleIndex(SphinxDirective):
    """All rules, by chapter."""

    def run(self) -> list[nodes.Node]:
        traceability = traceability_of(self.env)
        content: list[nodes.Node] = []
        for path, rules in _by_chapter(traceability.rules.values()):
            content.append(nodes.rubric("", "", _chapter_link(path, traceability.root, self.env)))
            items = nodes.bullet_list(classes=["rule-index"])
            for rule in rules:
                items += nodes.list_item(
                    "",
                    nodes.paragraph(
                        "", "", rule_link(rule.id, self.env.docname), nodes.Text(f" {rule.title}")
                    ),
                )
            content.append(items)
        return content


class TraceabilityTable(SphinxDirective):
    """All rules with everything that names them, one row each."""

    def run(self) -> list[nodes.Node]:
        traceability = traceability_of(self.env)
        docname = self.env.docname
        rows = []
        for rule in (rule for _, rules in _by_chapter(traceability.rules.values()) for rule in rules):
            rows.append(
                [
                    [rule_link(rule.id, docname)],
                    self.parse_text_to_nodes(rule.statement),
                    self._places(rule, traceability.reference),
                    _names(traceability.optimized.get(rule.id, ())),
                    _upstream(rule, self.config.upstream_sources, short=True),
                    _number(len(traceability.tests.get(rule.id, ()))),
                    _number(traceability.vector_counts[rule.id]),
                ]
            )
        headings = ["Rule", "Text", "Reference", "Optimized", "Upstream", "Tests", "Cases"]
        return [nodes.container("", table(headings, rows), classes=["traceability", "wide-table"])]

    def _places(self, rule: Rule, carriers: Any) -> list[nodes.Node]:
        root = traceability_of(self.env).root
        return _joined(_code_link(place, root, self.env.docname) for place in carriers.get(rule.id, ()))


class RuleKinds(SphinxDirective):
    """The kinds of rule."""

    def run(self) -> list[nodes.Node]:
        items = nodes.definition_list()
        for kind, meaning in KINDS.items():
            items += nodes.definition_list_item(
                "", nodes.term("", kind), nodes.definition("", nodes.paragraph("", meaning))
            )
        return [items]


class SpecDomain(Domain):
    """Rules as objects, so that they can be linked, found by the search and by other projects."""

    name = "spec"
    label = "Normative rules"
    object_types: ClassVar[dict[str, ObjType]] = {"rule": ObjType("rule", "rule")}
    initial_data: ClassVar[dict[str, Any]] = {"rules": {}}
    data_version = 1

    def note_rule(self, rule_id: str, title: str, docname: str) -> None:
        self.data["rules"][rule_id] = (title, docname)

    def clear_doc(self, docname: str) -> None:
        for rule_id in [rule_id for rule_id, (_, doc) in self.data["rules"].items() if doc == docname]:
            del self.data["rules"][rule_id]

    def merge_domaindata(self, docnames: Iterable[str], otherdata: dict[str, Any]) -> None:
        for rule_id, (title, docname) in otherdata["rules"].items():
            if docname in set(docnames):
                self.data["rules"][rule_id] = (title, docname)

    def resolve_xref(  # Sphinx's signature
        self, env: Any, fromdocname: str, builder: Any, typ: str, target: str, node: Any, contnode: Any
    ) -> nodes.reference | None:
        if target not in self.data["rules"]:
            return None
        title, docname = self.data["rules"][target]
        return make_refnode(builder, fromdocname, docname, target, contnode, title)

    def resolve_any_xref(
        self, env: Any, fromdocname: str, builder: Any, target: str, node: Any, contnode: Any
    ) -> list[tuple[str, nodes.reference]]:
        found = self.resolve_xref(env, fromdocname, builder, "rule", target, node, contnode)
        return [] if found is None else [("spec:rule", found)]

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        for rule_id, (title, docname) in self.data["rules"].items():
            yield rule_id, f"{rule_id}: {title}", "rule", docname, rule_id, 1


class details(nodes.General, nodes.Element):  # noqa: N801  # docutils names its nodes in lower case
    """A block that opens on a click; its first child is the summary."""


class summary(nodes.General, nodes.TextElement):  # noqa: N801
    """What a closed ``details`` shows."""


def rule_link(
    rule_id: str, docname: str, source: tuple[str | None, int | None] = (None, None)
) -> addnodes.pending_xref:
    """Return a link to a rule, resolved (or complained about) when all pages are read."""
    link = addnodes.pending_xref(
        "",
        refdomain="spec",
        reftype="rule",
        reftarget=rule_id,
        refexplicit=False,
        refdoc=docname,
        refwarn=True,
    )
    link.source, link.line = source
    link += nodes.literal("", rule_id, classes=["rule-id"])
    return link


def table(headings: Sequence[str], rows: Iterable[Sequence[Sequence[nodes.Node]]]) -> nodes.table:
    """Return a table of cells that hold inline or block nodes."""
    group = nodes.tgroup(cols=len(headings))
    group += [nodes.colspec(colwidth=1) for _ in headings]
    head, body = nodes.thead(), nodes.tbody()
    head += _row([[nodes.Text(heading)] for heading in headings])
    for row in rows:
        body += _row(row)
    group += [head, body]
    return nodes.table("", group)


def _row(cells: Sequence[Sequence[nodes.Node]]) -> nodes.row:
    row = nodes.row()
    for cell in cells:
        blocks = cell if cell and not isinstance(cell[0], nodes.Inline | nodes.Text) else [_paragraph(cell)]
        row += nodes.entry("", *blocks)
    return row


def _paragraph(inline: Sequence[nodes.Node]) -> nodes.paragraph:
    return nodes.paragraph("", "", *inline)


def _heading(rule: Rule) -> nodes.paragraph:
    anchor = nodes.reference("", rule.id, refid=rule.id, classes=["rule-id"], internal=True)
    heading = nodes.paragraph(
        "", "", anchor, nodes.Text(" "), nodes.inline("", rule.title), classes=["rule-heading"]
    )
    if rule.kind != "rule":
        heading += [nodes.Text(" "), nodes.inline("", rule.kind, classes=["rule-kind"])]
    return heading


def _field(name: str, inline: Sequence[nodes.Node]) -> nodes.field | None:
    if not inline:
        return None
    return nodes.field(
        "", nodes.field_name("", name), nodes.field_body("", _paragraph(inline)), classes=["rule-evidence"]
    )


def _append_fields(block: nodes.container, fields: Sequence[nodes.field]) -> None:
    if not fields:
        return
    if not isinstance(block.children[-1], nodes.field_list):
        block += nodes.field_list()
    block.children[-1] += fields  # type: ignore[operator]


def _upstream(rule: Rule, sources: dict[str, str], *, short: bool = False) -> list[nodes.Node]:
    links = []
    for location in rule.upstream:
        crate, _, place = location.rpartition("!")
        path, _, line = place.partition(":")
        if crate not in sources:
            raise ExtensionError(f"{rule.path}:{rule.line}: docs/conf.py does not know the source {crate!r}")
        link = nodes.reference(
            "", "", refuri=sources[crate].format(path=path, line=line), classes=["upstream"]
        )
        shown = "/".join(place.split("/")[-2:]) if short else f"{crate} {place}".strip()
        link += nodes.literal("", shown)
        links.append(link)
    return _joined(links)


def _names(places: Sequence[Place]) -> list[nodes.Node]:
    # Compiled functions are no objects of the API pages; their source is shown below.
    return _joined(
        nodes.literal("", name) for name in dict.fromkeys(place.qualified_name for place in places)
    )


def _code_link(place: Place, root: Path, docname: str) -> nodes.Node:
    module = ".".join(("taospec", *place.path.relative_to(root).with_suffix("").parts))
    name = nodes.literal("", place.qualified_name)
    if any(part.startswith("_") for part in f"{module}.{place.qualified_name}".split(".")):
        return name
    link = addnodes.pending_xref(
        "",
        refdomain="py",
        reftype="obj",
        reftarget=f"{module}.{place.qualified_name}",
        refexplicit=True,
        refdoc=docname,
        refwarn=True,
    )
    link += name
    return link


def _tests(places: Sequence[Place], root: Path) -> details:
    block = details(classes=["rule-tests"])
    block += summary("", _count(len(places), "test"))
    files: dict[str, nodes.bullet_list] = {}
    for place in places:
        path = place.path.relative_to(root).as_posix()
        if path not in files:
            files[path] = nodes.bullet_list()
            block += [_paragraph([nodes.literal("", path)]), files[path]]
        sentence = place.qualified_name.rpartition(".")[2].removeprefix("test_").replace("_", " ")
        files[path] += nodes.list_item("", _paragraph([nodes.Text(sentence)]))
    return block


def _vectors(rule: Rule, traceability: Traceability) -> list[nodes.Node]:
    labels = traceability.vectors.get(rule.id, ())
    if not labels:
        return []
    count = traceability.vector_counts[rule.id]
    return [nodes.Text(f"{_count(count, 'case')}: "), *_joined(nodes.literal("", label) for label in labels)]


def _source(place: Place, root: Path) -> details:
    lines = place.path.read_text(encoding="utf-8").splitlines()[place.line - 1 : place.end_line]
    indentation = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    code = "\n".join(line[indentation:] for line in lines)
    block = details(classes=["rule-source"])
    location = f"{place.path.relative_to(root).as_posix()}:{place.line}"
    block += summary("", "", nodes.literal("", place.qualified_name), nodes.Text(f"  {location}"))
    block += nodes.literal_block(code, code, language="python")
    return block


def _joined(items: Iterable[nodes.Node]) -> list[nodes.Node]:
    joined: list[nodes.Node] = []
    for item in items:
        if joined:
            joined.append(nodes.Text(", "))
        joined.append(item)
    return joined


def _number(number: int) -> list[nodes.Node]:
    return [nodes.Text(f"{number:,}")] if number else []


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _by_chapter(rules: Iterable[Rule]) -> list[tuple[Path, list[Rule]]]:
    chapters: dict[Path, list[Rule]] = {}
    for rule in rules:
        chapters.setdefault(rule.path, []).append(rule)
    return sorted(chapters.items(), key=_reading_order)


def _reading_order(chapter: tuple[Path, list[Rule]]) -> tuple[int, Path]:
    """Order chapters as domains build on each other."""
    path, _ = chapter
    domain = path.parent.name
    return (DOMAINS.index(domain) if domain in DOMAINS else len(DOMAINS), path)


def _chapter_link(path: Path, root: Path, env: BuildEnvironment) -> addnodes.pending_xref:
    docname = path.relative_to(root).with_suffix("").as_posix()
    link = addnodes.pending_xref(
        "",
        refdomain="std",
        reftype="doc",
        reftarget=f"/{docname}",
        refexplicit=False,
        refdoc=env.docname,
        refwarn=True,
    )
    link += nodes.inline("", docname)
    return link


def _open_details(writer: Any, node: details) -> None:
    writer.body.append(writer.starttag(node, "details"))


def _close_details(writer: Any, node: details) -> None:
    writer.body.append("</details>\n")


def _open_summary(writer: Any, node: summary) -> None:
    writer.body.append(writer.starttag(node, "summary", ""))


def _close_summary(writer: Any, node: summary) -> None:
    writer.body.append("</summary>\n")


def _ignore(writer: Any, node: nodes.Node) -> None:
    """Print the children and nothing else, in formats that cannot fold."""


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("upstream_sources", {}, "env")
    app.add_domain(SpecDomain)
    app.add_directive("rule", RuleDirective)
    app.add_directive("rule-index", RuleIndex)
    app.add_directive("rule-kinds", RuleKinds)
    app.add_directive("traceability-table", TraceabilityTable)
    app.add_role("rule", RuleRole())
    others = dict.fromkeys(("latex", "text", "man", "texinfo"), (_ignore, _ignore))
    app.add_node(details, html=(_open_details, _close_details), **others)
    app.add_node(summary, html=(_open_summary, _close_summary), **others)
    app.connect("builder-inited", lambda _: _loaded.clear())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
