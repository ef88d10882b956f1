"""Every case of the upstream vectors of shares, bit for bit."""

from taospec.conformance.backends import load_backend
from taospec.conformance.comparison import first_difference
from taospec.conformance.rule_lookup import VECTORS
from taospec.conformance.vector_file import read_vector_file


def test_the_reference_answers_every_vector_as_upstream_did():
    reference = load_backend("reference")
    lines = read_vector_file(VECTORS / "staking" / "staking_share_pool.jsonl.gz").lines
    assert len(lines) == 1916
    for line in lines:
        case = line.case()
        assert first_difference(case.expected, reference.run(case.op, case.inputs)) is None, case.id
