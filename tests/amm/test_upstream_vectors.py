"""Every case of the upstream vectors of the exchange, bit for bit."""

import gzip
import json
from pathlib import Path

import pytest

from .operations import REFERENCE, ProtocolError

VECTORS = Path(__file__).parents[2] / "conformance" / "vectors" / "amm"
COUNTS = {"amm_balancer": 2986, "amm_swap": 1981}


def cases(suite):
    with gzip.open(VECTORS / f"{suite}.jsonl.gz", "rt", encoding="utf-8") as lines:
        next(lines)
        return [json.loads(line) for line in lines]


def answer(case):
    try:
        return {"out": REFERENCE[case["op"]](case["in"])}
    except ProtocolError as error:
        after = {} if error.after_error is None else {"after_error": error.after_error}
        return {"error": error.name, **after}


@pytest.mark.parametrize("suite", COUNTS)
def test_the_reference_answers_every_vector_as_upstream_did(suite):
    recorded = cases(suite)
    assert len(recorded) == COUNTS[suite]
    for case in recorded:
        expected = {key: case[key] for key in ("out", "error", "after_error") if key in case}
        assert answer(case) == expected, case["id"]
