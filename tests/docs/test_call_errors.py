"""The tables of what refuses a call."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from taospec.reference.chain.catalogue.staking import STAKING_CALLS

ROOT = Path(__file__).parents[2]
WEIGHTS = ("weights.md", "commit_reveal.md")
# The Sphinx extensions of the project are no package.
sys.path.insert(0, str(ROOT / "docs" / "_extensions"))

from refusals import disagreement, refusals  # noqa: E402


def test_refusals_of_traces_and_of_cases_are_found() -> None:
    found = refusals(ROOT / "conformance" / "vectors")
    assert re.fullmatch(r"trace_0\d block \d+", found["add_stake", "SubtokenDisabled"])
    assert found["transfer_all", "Arithmetic::Overflow"].startswith("chain.apply_block/")
    assert not any(error in ("Ok", "0") for _, error in found)


@pytest.mark.parametrize(
    "chapter",
    [
        *sorted((ROOT / "spec" / "staking").glob("*.md")),
        *(ROOT / "spec" / "subnets" / each for each in WEIGHTS),
    ],
    ids=lambda path: path.stem,
)
def test_every_error_of_a_call_has_a_vector_or_a_reason_why_it_cannot_happen(chapter: Path) -> None:
    found = refusals(ROOT / "conformance" / "vectors")
    tables = re.findall(r"^:::\{call-errors\} (\w+)\n(.*?)^:::$", chapter.read_text("utf-8"), re.M | re.S)
    rows = [(call, line) for call, table in tables for line in table.splitlines() if " | " in line]
    lacking = [
        (call, line)
        for call, line in rows
        if line.count(" | ") == 1 and (call, line.split(" | ")[0]) not in found
    ]
    assert not lacking


def test_every_staking_call_has_a_table() -> None:
    text = "".join(path.read_text("utf-8") for path in sorted((ROOT / "spec" / "staking").glob("*.md")))
    assert set(re.findall(r"^:::\{call-errors\} (\w+)$", text, re.M)) == set(STAKING_CALLS)


def test_an_error_that_a_vector_shows_has_to_be_in_the_table() -> None:
    assert disagreement(["AmountTooLow"], ["AmountTooLow", "SlippageTooHigh"]) == (
        "vectors show SlippageTooHigh, which the table lacks"
    )


def test_a_table_cannot_name_an_error_that_does_not_exist() -> None:
    assert disagreement(["AmountTooSmall"], []) == "there is no error AmountTooSmall"
    assert disagreement(["AmountTooLow", "Token::FundsUnavailable"], []) == ""


def test_a_table_may_name_what_guards_refuse_but_need_not() -> None:
    assert disagreement(["guard:DelegateTakeTooLow"], ["guard:ColdkeySwapAnnounced"]) == ""
    assert disagreement(["guard:TakeTooSmall"], []) == "there is no error TakeTooSmall"
