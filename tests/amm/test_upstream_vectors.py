"""Every case of the upstream vectors of the exchange, bit for bit."""

import pytest

from taospec.conformance.backends import load_backend
from taospec.conformance.comparison import first_difference
from taospec.conformance.rule_lookup import VECTORS
from taospec.conformance.vector_file import read_vector_file


@pytest.mark.parametrize(("suite", "count"), [("amm_balancer", 2986), ("amm_swap", 1981)])
def test_the_reference_answers_every_vector_as_upstream_did(suite, count):
    reference = load_backend("reference")
    lines = read_vector_file(VECTORS / "amm" / f"{suite}.jsonl.gz").lines
    assert len(lines) == count
    for line in lines:
        case = line.case()
        assert first_difference(case.expected, reference.run(case.op, case.inputs)) is None, case.id
