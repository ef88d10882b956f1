"""Every committed case of the exchange, most of them executed by the chain's own code, bit for bit."""

import pytest

from taospec.conformance.backends import load_backend
from taospec.conformance.comparison import first_difference
from taospec.conformance.rule_lookup import VECTORS
from taospec.conformance.vector_file import read_vector_file

SUITES = {"amm_balancer": 2986, "amm_swap": 1981, "amm_reference": 598}


@pytest.mark.parametrize("backend", ["reference", "optimized-cpu"])
@pytest.mark.parametrize("suite", SUITES)
def test_every_vector_is_answered_as_recorded(suite, backend):
    implementation = load_backend(backend)
    lines = read_vector_file(VECTORS / "amm" / f"{suite}.jsonl.gz").lines
    assert len(lines) == SUITES[suite]
    for line in lines:
        if implementation.supports(line.op):
            case = line.case()
            assert first_difference(case.expected, implementation.run(case.op, case.inputs)) is None, case.id
