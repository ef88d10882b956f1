"""From a normative rule to its text, code, tests and vectors, and back.

The rules stand in ``spec/**/*.md`` (directive ``rule``); functions name them by
:func:`taospec.reference.rules.implements`, tests by ``@pytest.mark.rule(...)``, vectors by a side
file ``conformance/vectors/<domain>/rules.json``. Everything is read from the source text, nothing is
imported, so that the answer is the same with and without the optional dependencies.

``python -m taospec.conformance.traceability`` prints what does not fit together and exits with 1 if
there is anything.
"""

from __future__ import annotations

import ast
import gzip
import json
import re
import sys
from collections import Counter
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

RULE_ID: Final = re.compile(r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*-[0-9]+")

KINDS: Final[Mapping[str, str]] = {
    "rule": "what the chain computes: has reference code and vectors",
    "theorem": "follows from other rules: has a test",
    "convention": "how this model is written, not what the chain computes: has reference code and a test",
    "definition": "notation: has neither code nor vectors",
}
"""What a rule can be, and what the check demands of it."""

REQUIRED_FIELDS: Final = ("Ideal", "Error bound")
"""What the field list of a rule must say."""


class SpecificationError(ValueError):
    """A specification source that cannot be read; says file and line."""


@attrs.frozen(kw_only=True)
class Rule:
    """One normative sentence."""

    id: str
    title: str
    kind: str
    """A key of :data:`KINDS`."""
    upstream: tuple[str, ...]
    """``path:line`` of the upstream source, a ``crate!`` prefix where it is not subtensor itself."""
    statement: str
    """The sentence: the first paragraph of the directive's body."""
    fields: Mapping[str, str]
    """The field list of the directive's body: ideal meaning, error bound, rounding, errors."""
    path: Path
    line: int


@attrs.frozen(kw_only=True)
class Place:
    """A function, class or test that names rules."""

    rule_ids: tuple[str, ...]
    path: Path
    qualified_name: str
    line: int
    """First line, decorators included."""
    end_line: int


@attrs.frozen(kw_only=True)
class VectorRules:
    """What one side file says about the rules that its vectors exercise."""

    path: Path
    operations: Mapping[str, tuple[str, ...]]
    stages: Mapping[str, tuple[str, ...]]
    cases: Mapping[str, tuple[str, ...]]

    def named(self) -> Iterator[tuple[str, str, str]]:
        """Yield ``(table, key, rule id)`` for everything that the side file names."""
        for table, entries in (
            ("operations", self.operations),
            ("stages", self.stages),
            ("cases", self.cases),
        ):
            for key, rule_ids in entries.items():
                for rule_id in rule_ids:
                    yield table, key, rule_id


@attrs.define(kw_only=True, slots=False)
class Traceability:
    """All rules below one root, and everything that names them.

    The root is a checkout, or ``site-packages/taospec`` of an installed wheel (which has no tests).
    """

    root: Path

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """The rules in reading order; of a duplicate id the first."""
        rules: dict[str, Rule] = {}
        for rule in self._all_rules:
            rules.setdefault(rule.id, rule)
        return rules

    @cached_property
    def reference(self) -> Mapping[str, tuple[Place, ...]]:
        """Rule id to the reference functions that implement it."""
        return _by_rule(self._reference_places)

    @cached_property
    def optimized(self) -> Mapping[str, tuple[Place, ...]]:
        """Rule id to the functions of the optimized implementation."""
        return _by_rule(self._optimized_places)

    @cached_property
    def tests(self) -> Mapping[str, tuple[Place, ...]]:
        """Rule id to the tests that check it."""
        return _by_rule(self._test_places)

    @cached_property
    def vectors(self) -> Mapping[str, tuple[str, ...]]:
        """Rule id to the operations, stages and cases that exercise it."""
        vectors: dict[str, list[str]] = {}
        for side_file in self.vector_rules:
            for table, key, rule_id in side_file.named():
                label = f"stage {key}" if table == "stages" else key
                vectors.setdefault(rule_id, []).append(label)
        return {rule_id: tuple(labels) for rule_id, labels in vectors.items()}

    @cached_property
    def vector_counts(self) -> Counter[str]:
        """Rule id to the number of committed cases that exercise it."""
        counts: Counter[str] = Counter()
        for side_file in self.vector_rules:
            for case in _cases(sorted(side_file.path.parent.glob("*.jsonl.gz"))):
                counts.update(_rules_of_case(case, side_file))
        return counts

    @cached_property
    def vector_rules(self) -> tuple[VectorRules, ...]:
        """The side files of the committed vectors."""
        return tuple(
            _read_vector_rules(path)
            for path in sorted((self.root / "conformance" / "vectors").glob("**/rules.json"))
        )

    def problems(self) -> list[str]:
        """Return what does not fit together, one sentence each; empty if all is well."""
        return [*self._problems_of_text(), *self._problems_of_names(), *self._problems_of_coverage()]

    def _problems_of_text(self) -> Iterator[str]:
        first: dict[str, Rule] = {}
        for rule in self._all_rules:
            where = f"{self._relative(rule.path)}:{rule.line}: {rule.id}"
            if rule.id in first:
                other = first[rule.id]
                yield f"{where} is defined before, in {self._relative(other.path)}:{other.line}"
            first.setdefault(rule.id, rule)
            if not RULE_ID.fullmatch(rule.id):
                yield f"{where} is not a rule id: it must look like YUMA-CLIP-2"
            if rule.kind not in KINDS:
                yield f"{where} has the unknown kind {rule.kind!r}: {', '.join(KINDS)} exist"
            if not rule.statement:
                yield f"{where} has no sentence"
            if rule.kind == "rule":
                if not rule.upstream:
                    yield f"{where} names no upstream source"
                for field in REQUIRED_FIELDS:
                    if field not in rule.fields:
                        yield f"{where} lacks the field {field!r}"

    def _problems_of_names(self) -> Iterator[str]:
        for place in (*self._reference_places, *self._optimized_places, *self._test_places):
            for rule_id in place.rule_ids:
                if rule_id not in self.rules:
                    where = f"{self._relative(place.path)}:{place.line}"
                    yield f"{where}: {place.qualified_name} names the unknown rule {rule_id}"
        for side_file in self.vector_rules:
            for table, key, rule_id in side_file.named():
                if rule_id not in self.rules:
                    where = f"{self._relative(side_file.path)}"
                    yield f"{where}: {table}[{key!r}] names the unknown rule {rule_id}"

    def _problems_of_coverage(self) -> Iterator[str]:
        needed = {
            "rule": ("reference", "vectors"),
            "theorem": ("tests",),
            "convention": ("reference", "tests"),
            "definition": (),
        }
        has_tests = (self.root / "tests").is_dir()
        for rule in self.rules.values():
            for kind_of_evidence in needed.get(rule.kind, ()):
                if kind_of_evidence == "tests" and not has_tests:
                    continue
                if rule.id not in getattr(self, kind_of_evidence):
                    where = f"{self._relative(rule.path)}:{rule.line}"
                    missing = {
                        "reference": "no reference function carries it",
                        "vectors": "no vector exercises it",
                        "tests": "no test checks it",
                    }[kind_of_evidence]
                    yield f"{where}: {rule.id} ({rule.kind}): {missing}"

    def _relative(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    @cached_property
    def _all_rules(self) -> tuple[Rule, ...]:
        return tuple(
            rule for path in sorted((self.root / "spec").glob("**/*.md")) for rule in read_rules(path)
        )

    @cached_property
    def _reference_places(self) -> tuple[Place, ...]:
        return tuple(_places(self.root / "reference", _implemented_rules))

    @cached_property
    def _optimized_places(self) -> tuple[Place, ...]:
        return tuple(_places(self.root / "optimized", _implemented_rules))

    @cached_property
    def _test_places(self) -> tuple[Place, ...]:
        return tuple(_places(self.root / "tests", _tested_rules))


def installed() -> Traceability:
    """Return the traceability of the tree that this module belongs to."""
    return Traceability(root=Path(__file__).resolve().parents[1])


def read_rules(path: Path) -> list[Rule]:
    """Read the ``rule`` directives of one MyST file.

    Raises:
        SpecificationError: A directive without an id, without an end, or with a malformed option.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    rules = []
    index = 0
    while index < len(lines):
        opening = _RULE_FENCE.fullmatch(lines[index])
        if opening is None:
            index += 1
            continue
        end = _end_of_fence(lines, index, opening["fence"], path)
        rules.append(_rule(opening["id"].strip(), lines[index + 1 : end], path, index + 1))
        index = end + 1
    return rules


_RULE_FENCE: Final = re.compile(r"(?P<fence>:{3,}|`{3,})\{rule\}(?P<id>.*)")
_OPTION: Final = re.compile(r":(?P<name>[a-z]+):\s*(?P<value>.*)")
_FIELD: Final = re.compile(r":(?P<name>[A-Z][A-Za-z ]*):\s+(?P<text>.*)")


def _end_of_fence(lines: Sequence[str], start: int, fence: str, path: Path) -> int:
    for index in range(start + 1, len(lines)):
        stripped = lines[index].strip()
        if len(stripped) >= len(fence) and set(stripped) == {fence[0]}:
            return index
    raise SpecificationError(f"{path}:{start + 1}: the rule directive has no end ({fence})")


def _rule(rule_id: str, content: Sequence[str], path: Path, line: int) -> Rule:
    if not rule_id:
        raise SpecificationError(f"{path}:{line}: the rule directive has no id")
    options: dict[str, str] = {}
    body_start = 0
    for body_start, text in enumerate(content):  # the first line that is no option
        option = _OPTION.fullmatch(text)
        if option is None:
            break
        if option["name"] not in ("title", "kind", "upstream"):
            raise SpecificationError(f"{path}:{line + 1 + body_start}: unknown option {option['name']!r}")
        options[option["name"]] = option["value"].strip()
    body = content[body_start:]
    return Rule(
        id=rule_id,
        title=options.get("title", ""),
        kind=options.get("kind", "rule"),
        upstream=tuple(options.get("upstream", "").replace(",", " ").split()),
        statement=_first_paragraph(body),
        fields=_field_list(body),
        path=path,
        line=line,
    )


def _first_paragraph(body: Iterable[str]) -> str:
    paragraph: list[str] = []
    for text in body:
        if text.strip():
            paragraph.append(text.strip())
        elif paragraph:
            break
    return " ".join(paragraph)


def _field_list(body: Iterable[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    current = None
    for text in body:
        field = _FIELD.fullmatch(text)
        if field is not None:
            current = field["name"]
            fields[current] = field["text"].strip()
        elif current is not None and text.startswith(" "):
            fields[current] = f"{fields[current]} {text.strip()}".strip()
        elif text.strip():
            current = None
    return fields


def _by_rule(places: Iterable[Place]) -> dict[str, tuple[Place, ...]]:
    found: dict[str, list[Place]] = {}
    for place in places:
        for rule_id in place.rule_ids:
            found.setdefault(rule_id, []).append(place)
    return {rule_id: tuple(carriers) for rule_id, carriers in found.items()}


class _RuleNames(ast.NodeVisitor):
    """Collects the functions, classes and assignments of a module that name rules."""

    def __init__(self, path: Path, named_by: Any) -> None:
        self.path = path
        self.named_by = named_by
        self.scope: list[str] = []
        self.places: list[Place] = []

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:  # the visitor's protocol
        self._visit_definition(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._visit_definition(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._visit_definition(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        if "pytestmark" in names:
            self._record(node, ".".join(self.scope) or self.path.stem, [node.value])

    def _visit_definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        self.scope.append(node.name)
        self._record(node, ".".join(self.scope), node.decorator_list)
        self.generic_visit(node)
        self.scope.pop()

    def _record(self, node: ast.stmt, name: str, expressions: Iterable[ast.expr]) -> None:
        rule_ids = [rule_id for expression in expressions for rule_id in self.named_by(expression, self.path)]
        if not rule_ids:
            return
        decorators = getattr(node, "decorator_list", [])
        self.places.append(
            Place(
                rule_ids=tuple(dict.fromkeys(rule_ids)),
                path=self.path,
                qualified_name=name,
                line=min([node.lineno, *(decorator.lineno for decorator in decorators)]),
                end_line=node.end_lineno or node.lineno,
            )
        )


def _places(folder: Path, named_by: Any) -> Iterator[Place]:
    for path in sorted(folder.glob("**/*.py")):
        visitor = _RuleNames(path, named_by)
        visitor.visit(ast.parse(path.read_text(encoding="utf-8"), filename=str(path)))
        yield from visitor.places


def _implemented_rules(expression: ast.expr, path: Path) -> Iterator[str]:
    """Yield the ids of a decorator ``@implements("A-1", "B-2")``."""
    if isinstance(expression, ast.Call) and _dotted_name(expression.func).endswith("implements"):
        yield from _literal_ids(expression, path)


def _tested_rules(expression: ast.expr, path: Path) -> Iterator[str]:
    """Yield the ids of every ``pytest.mark.rule("A-1")``, also inside ``parametrize`` and lists."""
    for node in ast.walk(expression):
        if isinstance(node, ast.Call) and _dotted_name(node.func).endswith("mark.rule"):
            yield from _literal_ids(node, path)


def _literal_ids(call: ast.Call, path: Path) -> Iterator[str]:
    for argument in call.args:
        if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
            raise SpecificationError(f"{path}:{argument.lineno}: a rule id must be written out as a string")
        yield argument.value


def _dotted_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted_name(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _read_vector_rules(path: Path) -> VectorRules:
    content = json.loads(path.read_text(encoding="utf-8"))
    tables = {
        table: {key: tuple(rule_ids) for key, rule_ids in content.get(table, {}).items()}
        for table in ("operations", "stages", "cases")
    }
    return VectorRules(path=path, **tables)


def _cases(paths: Iterable[Path]) -> Iterator[Mapping[str, Any]]:
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            header = json.loads(next(lines, "{}"))
            if header.get("format") == "taospec-chain-trace/1":
                yield from [{"id": "", "op": "chain.apply_block"}] * header["blocks"]
                continue
            for line in lines:
                yield json.loads(line)


def _rules_of_case(case: Mapping[str, Any], side_file: VectorRules) -> set[str]:
    rule_ids = {*case.get("rules", ()), *side_file.cases.get(case["id"], ())}
    rule_ids.update(side_file.operations.get(case["op"], ()))
    out = case.get("out")
    if side_file.stages and isinstance(out, dict):
        for name in (*out, *(name for name, _ in out.get("stages", ()))):
            rule_ids.update(side_file.stages.get(name, ()))
    return rule_ids


def main() -> int:
    """Print what does not fit together; return 1 if there is anything, else 0."""
    traceability = installed()
    problems = traceability.problems()
    for problem in problems:
        print(problem)
    kinds = Counter(rule.kind for rule in traceability.rules.values())
    summary = ", ".join(f"{count} of kind {kind}" for kind, count in sorted(kinds.items()))
    print(f"{len(traceability.rules)} rules ({summary}): {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
