"""Figures that the text of the chapter states."""

import re
from pathlib import Path

import pytest

import taospec.spec
from taospec.reference.supply.halvings import halving_table

CHAPTER = Path(next(iter(taospec.spec.__path__))) / "supply" / "index.md"
ROW = re.compile(r"\| (\d+) \| (\d+) \| (\d+) \| ([\d.]+) \| (\d+) \|")


@pytest.mark.rule("SUPPLY-HALVING-2")
def test_the_halving_table_of_the_text_is_the_one_that_is_computed():
    rows = {row.level: row for row in halving_table()}
    stated = [match.groups() for match in ROW.finditer(CHAPTER.read_text("utf-8"))]
    assert len(stated) == 12
    for level, issuance, emission, daily, block in stated:
        row = rows[int(level)]
        assert (int(issuance), int(emission), int(block)) == (row.issuance, row.block_emission, row.block)
        assert round(float(daily) * 10**9) == 7_200 * row.block_emission
