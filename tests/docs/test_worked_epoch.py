"""The epoch that the specification works by hand."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# The Sphinx extensions of the project are no package.
sys.path.insert(0, str(ROOT / "docs" / "_extensions"))

from hand_calculations import (  # noqa: E402
    CHAPTER,
    HandCalculation,
    WorkedEpochError,
    check,
    evaluate,
    read_calculations,
    worked_result,
)

BLOCK = re.compile(r"^:::\{hand-calculation\} (?P<stage>\S+)\n(?P<lines>.*?)^:::$", re.MULTILINE | re.DOTALL)


def hand_calculations() -> dict[str, list[HandCalculation]]:
    text = (ROOT / f"{CHAPTER}.md").read_text(encoding="utf-8")
    return {block["stage"]: read_calculations(block["lines"].splitlines()) for block in BLOCK.finditer(text)}


@pytest.mark.rule("YUMA-STAKE-5", "YUMA-MEDIAN-3", "YUMA-CLIP-1", "YUMA-RANK-1", "YUMA-RANK-2")
@pytest.mark.rule("YUMA-BONDS3-2", "YUMA-BONDS3-3", "YUMA-DIVIDENDS-1", "YUMA-EMISSION-3", "YUMA-OUTPUT-1")
@pytest.mark.parametrize("stage", hand_calculations())
def test_the_reference_computes_what_the_chapter_calculates_by_hand(stage: str) -> None:
    check(stage, hand_calculations()[stage], worked_result(ROOT))


def test_the_chapter_works_the_epoch_from_stake_to_emission() -> None:
    assert list(hand_calculations()) == [
        "stake",
        "active_stake",
        "weights_normalized",
        "consensus",
        "clipped_weights",
        "validator_trust",
        "incentive",
        "ema_bonds",
        "ema_bonds_normalized",
        "total_bonds_per_validator",
        "dividends",
        "output.server_emission",
        "output.validator_emission",
        "output.bonds",
    ]


def test_a_calculation_with_a_wrong_result_is_refused() -> None:
    wrong = read_calculations(["0 | s_0 | 4 * 2^32 // 10 | 1717986919"])
    with pytest.raises(WorkedEpochError, match=r"stake\[0\]: 4 \* 2\^32 // 10 = 1717986918, not 1717986919"):
        check("stake", wrong, worked_result(ROOT))


def test_a_calculation_that_the_reference_does_not_share_is_refused() -> None:
    one_ulp_off = read_calculations(["0 | s_0 | 1717986917 + 2 | 1717986919"])
    with pytest.raises(WorkedEpochError, match=r"1717986919 by hand, 1717986918 by the reference"):
        check("stake", one_ulp_off, worked_result(ROOT))


def test_a_stage_with_a_missing_element_is_refused() -> None:
    with pytest.raises(WorkedEpochError, match=r"stake: no hand calculation of \[\(1,\), \(2,\)\]"):
        check("stake", read_calculations(["0 | s_0 | 1717986918 | 1717986918"]), worked_result(ROOT))


def test_a_calculation_is_integer_arithmetic_and_nothing_else() -> None:
    assert evaluate("(3 + 4) * 2^5 // 3 - 1") == 73
    with pytest.raises(WorkedEpochError, match="not integer arithmetic"):
        evaluate("len('abc')")
