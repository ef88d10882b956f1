"""The mutants fit the reference; that they are killed is shown by ``run.py``."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from mutants import MUTANTS, Mutant
from run import ROOT, first_killer, misfit

every_mutant = pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)


def test_no_name_stands_for_two_mutants() -> None:
    assert [name for name, count in Counter(mutant.name for mutant in MUTANTS).items() if count > 1] == []


@every_mutant
def test_a_mutant_changes_one_place_of_the_reference(mutant: Mutant) -> None:
    assert misfit(mutant) is None
    assert mutant.old != mutant.new


@every_mutant
def test_a_mutant_is_valid_python(mutant: Mutant) -> None:
    source = (ROOT / "reference" / mutant.file).read_text(encoding="utf-8")
    compile(source.replace(mutant.old, mutant.new), mutant.file, "exec")


def test_a_mutant_breaks_a_rule_that_exists() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "spec").rglob("*.md"))
    rules = set(re.findall(r"^:{3,}\{rule\} (\S+)$", text, re.MULTILINE))
    assert {mutant.rule for mutant in MUTANTS} <= rules


def test_the_killer_of_a_mutant_is_named() -> None:
    breaking = next(mutant for mutant in MUTANTS if mutant.name == "multiplication-truncates")
    killer = first_killer(breaking)
    assert killer is not None
    assert killer["id"].startswith("fixed_point.")


def test_a_text_that_is_not_in_the_reference_is_no_mutant() -> None:
    stale = Mutant("stale", "FIX-MUL-1", "fixed_point/types.py", "no such text", "", "")
    assert misfit(stale) == "its old text occurs 0 times in reference/fixed_point/types.py"
