"""The committed cases on swaps of keys."""

from pathlib import Path

import taospec.conformance
from taospec.conformance.key_swap_cases import cases
from taospec.conformance.vector_file import read_vector_file

VECTORS = Path(next(iter(taospec.conformance.__path__))) / "vectors"
COMMITTED = VECTORS / "subnets" / "subnets_key_swaps.jsonl.gz"


def test_the_committed_cases_are_those_of_the_reference():
    assert [line.case() for line in read_vector_file(COMMITTED).lines] == list(cases())
