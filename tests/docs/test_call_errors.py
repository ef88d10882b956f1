"""The tables of what refuses a call."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# The Sphinx extensions of the project are no package.
sys.path.insert(0, str(ROOT / "docs" / "_extensions"))

from refusals import disagreement, refusals  # noqa: E402


def test_refusals_of_whole_blocks_and_of_lock_sequences_are_found() -> None:
    found = refusals(ROOT / "conformance" / "vectors")
    assert found["add_stake", "SubtokenDisabled"].startswith("chain.apply_block/")
    assert found["lock_stake", "AmountTooLow"].startswith("staking.conviction.sequence/")
    assert not any(error in ("Ok", "ok") for _, error in found)


def test_an_error_that_a_vector_shows_has_to_be_in_the_table() -> None:
    assert disagreement(["AmountTooLow"], ["AmountTooLow", "SlippageTooHigh"]) == (
        "vectors show SlippageTooHigh, which the table lacks"
    )


def test_a_table_cannot_name_an_error_that_does_not_exist() -> None:
    assert disagreement(["AmountTooSmall"], []) == "there is no error AmountTooSmall"
    assert disagreement(["AmountTooLow", "Token::FundsUnavailable"], []) == ""
