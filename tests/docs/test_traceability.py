"""Every rule leads to code, tests and vectors, and nothing names a rule that does not exist."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from taospec.conformance.traceability import SpecificationError, Traceability

ROOT = Path(__file__).parents[2]

CHAPTER = """\
# A chapter

:::{rule} DEMO-ADD-1
:title: Sum
:upstream: src/sum.rs:1, crate!src/other.rs:20

The sum is the sum, over
two lines.

$$
a + b
$$

:Ideal: $a+b$.
:Error bound: 0, even
  over two lines.
:::

````{rule} DEMO-NOTE-1
:kind: definition

A word.

```python
:Ideal: code is not a field
```
````
"""
CODE = """\
from taospec.reference.rules import implements


@implements("DEMO-ADD-1")
def add(a, b):
    return a + b
"""
TESTS = """\
import pytest


@pytest.mark.rule("DEMO-ADD-1")
def test_a_sum_is_a_sum():
    pass
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    write(tmp_path / "spec" / "demo" / "index.md", CHAPTER)
    write(tmp_path / "reference" / "demo.py", CODE)
    write(tmp_path / "tests" / "test_demo.py", TESTS)
    write(
        tmp_path / "conformance" / "vectors" / "demo" / "rules.json",
        '{"operations": {"demo.add": ["DEMO-ADD-1"]}}',
    )
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def problems(tree: Path) -> list[str]:
    return Traceability(root=tree).problems()


def test_a_complete_tree_has_no_problems(tree: Path) -> None:
    assert problems(tree) == []


def test_a_rule_is_read_with_sentence_sources_and_fields(tree: Path) -> None:
    rule = Traceability(root=tree).rules["DEMO-ADD-1"]
    assert rule.title == "Sum"
    assert rule.kind == "rule"
    assert rule.upstream == ("src/sum.rs:1", "crate!src/other.rs:20")
    assert rule.statement == "The sum is the sum, over two lines."
    assert rule.fields == {"Ideal": "$a+b$.", "Error bound": "0, even over two lines."}
    assert rule.line == 3


def test_a_fence_with_more_ticks_may_hold_code(tree: Path) -> None:
    rule = Traceability(root=tree).rules["DEMO-NOTE-1"]
    assert (rule.kind, rule.statement) == ("definition", "A word.")


def test_places_are_found_with_name_and_lines(tree: Path) -> None:
    traceability = Traceability(root=tree)
    (function,) = traceability.reference["DEMO-ADD-1"]
    assert (function.qualified_name, function.line, function.end_line) == ("add", 4, 6)
    (test,) = traceability.tests["DEMO-ADD-1"]
    assert test.qualified_name == "test_a_sum_is_a_sum"
    assert traceability.vectors["DEMO-ADD-1"] == ("demo.add",)


def test_cases_are_counted_by_operation_stage_field_and_id(tree: Path) -> None:
    folder = tree / "conformance" / "vectors" / "demo"
    side_file = {
        "operations": {"demo.add": ["A-1"]},
        "stages": {"half": ["B-1"], "value": ["C-1"]},
        "cases": {"two": ["D-1"]},
    }
    write(folder / "rules.json", json.dumps(side_file))
    cases = [
        {"format": "a header"},
        {"id": "one", "op": "demo.add", "in": {}, "out": {"value": 1, "stages": [["half", 0]]}},
        {"id": "two", "op": "demo.add", "in": {}, "out": {"value": 1}},
        {"id": "three", "op": "demo.other", "in": {}, "error": "No"},
    ]
    with gzip.open(folder / "demo.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(case) + "\n" for case in cases)
    assert Traceability(root=tree).vector_counts == {"A-1": 2, "B-1": 1, "C-1": 2, "D-1": 1}


def test_a_duplicate_id_is_a_problem(tree: Path) -> None:
    write(tree / "spec" / "demo" / "more.md", CHAPTER)
    assert "spec/demo/more.md:3: DEMO-ADD-1 is defined before, in spec/demo/index.md:3" in problems(tree)


def test_a_rule_without_code_is_a_problem(tree: Path) -> None:
    change(tree / "reference" / "demo.py", '@implements("DEMO-ADD-1")\n', "")
    assert problems(tree) == ["spec/demo/index.md:3: DEMO-ADD-1 (rule): no reference function carries it"]


def test_a_rule_without_vectors_is_a_problem(tree: Path) -> None:
    change(tree / "conformance" / "vectors" / "demo" / "rules.json", '"DEMO-ADD-1"', "")
    assert problems(tree) == ["spec/demo/index.md:3: DEMO-ADD-1 (rule): no vector exercises it"]


def test_a_theorem_needs_a_test_and_nothing_else(tree: Path) -> None:
    change(tree / "spec" / "demo" / "index.md", ":title: Sum", ":kind: theorem")
    change(tree / "reference" / "demo.py", '@implements("DEMO-ADD-1")\n', "")
    assert problems(tree) == []
    change(tree / "tests" / "test_demo.py", '@pytest.mark.rule("DEMO-ADD-1")\n', "")
    assert problems(tree) == ["spec/demo/index.md:3: DEMO-ADD-1 (theorem): no test checks it"]


def test_a_wheel_without_tests_is_not_blamed_for_them(tree: Path) -> None:
    change(tree / "spec" / "demo" / "index.md", ":title: Sum", ":kind: theorem")
    (tree / "tests" / "test_demo.py").unlink()
    (tree / "tests").rmdir()
    assert problems(tree) == []


@pytest.mark.parametrize("field", ["Ideal", "Error bound"])
def test_a_rule_without_meaning_or_bound_is_a_problem(tree: Path, field: str) -> None:
    change(tree / "spec" / "demo" / "index.md", f":{field}:", ":Remark:")
    assert problems(tree) == [f"spec/demo/index.md:3: DEMO-ADD-1 lacks the field {field!r}"]


def test_a_rule_without_upstream_source_is_a_problem(tree: Path) -> None:
    change(tree / "spec" / "demo" / "index.md", ":upstream: src/sum.rs:1, crate!src/other.rs:20\n", "")
    assert problems(tree) == ["spec/demo/index.md:3: DEMO-ADD-1 names no upstream source"]


def test_an_unknown_kind_is_a_problem(tree: Path) -> None:
    change(tree / "spec" / "demo" / "index.md", ":title: Sum", ":kind: suggestion")
    assert any("unknown kind 'suggestion'" in problem for problem in problems(tree))


def test_an_id_without_number_is_a_problem(tree: Path) -> None:
    change(tree / "spec" / "demo" / "index.md", "DEMO-NOTE-1", "demo-note")
    assert any("demo-note is not a rule id" in problem for problem in problems(tree))


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("reference/demo.py", "reference/demo.py:4: add"),
        ("tests/test_demo.py", "tests/test_demo.py:4: test_a_sum_is_a_sum"),
        (
            "conformance/vectors/demo/rules.json",
            "conformance/vectors/demo/rules.json: operations['demo.add']",
        ),
    ],
)
def test_an_unknown_rule_is_a_problem_wherever_it_is_named(tree: Path, path: str, names: str) -> None:
    change(tree / path, "DEMO-ADD-1", "DEMO-ADD-2")
    assert f"{names} names the unknown rule DEMO-ADD-2" in problems(tree)


def test_a_mark_inside_a_parameter_list_is_found(tree: Path) -> None:
    write(
        tree / "tests" / "test_more.py",
        "import pytest\n\n"
        '@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.rule("DEMO-ADD-9"))])\n'
        "def test_it(x):\n    pass\n",
    )
    assert problems(tree) == ["tests/test_more.py:3: test_it names the unknown rule DEMO-ADD-9"]


def test_a_directive_without_end_is_refused_with_its_line(tree: Path) -> None:
    change(tree / "spec" / "demo" / "index.md", "````\n", "")
    with pytest.raises(SpecificationError, match=r"index\.md:19: the rule directive has no end"):
        problems(tree)


def test_an_unknown_option_is_refused_with_its_line(tree: Path) -> None:
    change(tree / "spec" / "demo" / "index.md", ":kind:", ":sort:")
    with pytest.raises(SpecificationError, match=r"index\.md:20: unknown option 'sort'"):
        problems(tree)


def test_a_rule_id_that_is_not_written_out_is_refused(tree: Path) -> None:
    change(tree / "reference" / "demo.py", '"DEMO-ADD-1"', "RULE")
    with pytest.raises(SpecificationError, match=r"demo\.py:4: a rule id must be written out"):
        problems(tree)


def test_every_rule_leads_to_its_evidence_and_nothing_names_an_unknown_one() -> None:
    assert Traceability(root=ROOT).problems() == []


def test_the_command_prints_what_it_found() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "taospec.conformance.traceability"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == (1 if Traceability(root=ROOT).problems() else 0)
    assert run.stdout.splitlines()[-1].endswith(" problems")
