"""What the chain reveals by itself, in the committed cases on weights."""

import pytest

from taospec.conformance.weight_refusals import automatic_cases


@pytest.mark.rule("SUBNET-TIMELOCK-2", "SUBNET-TIMELOCK-3", "SUBNET-TIMELOCK-4")
def test_of_the_ciphertexts_two_are_revealed_one_waits_and_the_others_are_dropped():
    changes = [case.expected.out["value"] for case in automatic_cases()]
    row = [["1", "1", [["0", "21845"], ["2", "65535"]]]]
    assert [change["set"].get("Weights") for change in changes] == [row, row] + [None] * 6
    kept = ["TimelockedWeightCommits" not in change["removed"] for change in changes]
    assert kept == [False] * 6 + [True, False]
