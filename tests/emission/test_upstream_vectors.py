"""Every upstream vector of emission, bit for bit."""

import json
from pathlib import Path

import pytest

import taospec.conformance
from taospec.conformance.operations.emission import REFERENCE
from taospec.conformance.vector_file import read_vector_file

FOLDER = Path(next(iter(taospec.conformance.__path__))) / "vectors" / "emission"
COUNTS = {
    "emission_coinbase": 91,
    "emission_dividends": 800,
    "emission_moving_price": 1000,
    "emission_shares": 868,
    "emission_terms": 700,
}


@pytest.mark.parametrize("suite", COUNTS)
def test_the_reference_gives_upstreams_answer_to_every_case(suite):
    cases = [line.case() for line in read_vector_file(FOLDER / f"{suite}.jsonl.gz").lines]
    assert len(cases) == COUNTS[suite]
    different = [case.id for case in cases if REFERENCE[case.op](case.inputs) != case.expected.out]
    assert not different


def test_the_side_file_names_rules_for_every_operation():
    rules = json.loads((FOLDER / "rules.json").read_text("utf-8"))["operations"]
    assert set(rules) == set(REFERENCE)
