"""Emission as a function of issuance: the chain's logarithm, its closed form, upstream's vectors."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import taospec.conformance
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.supply.block_emission import (
    TOTAL_SUPPLY,
    alpha_issuance,
    block_emission,
    halvings_passed,
)
from taospec.reference.supply.halvings import (
    EXHAUSTION,
    FINAL_LEVEL,
    THRESHOLDS,
    closed_form_emission,
    halving_table,
)

VECTORS = (
    Path(next(iter(taospec.conformance.__path__))) / "vectors" / "supply" / "supply_block_emission.jsonl.gz"
)
U64_MAX = 2**64 - 1


@pytest.fixture(scope="module")
def upstream_cases():
    with gzip.open(VECTORS, "rt", encoding="utf-8") as lines:
        header, *cases = map(json.loads, lines)
    assert header["cases"] == len(cases) == 1409
    return [(int(case["in"]["issuance"]), int(case["out"]["value"])) for case in cases]


@pytest.mark.rule("SUPPLY-EMISSION-1", "SUPPLY-EMISSION-2")
def test_every_upstream_case_has_the_emission_of_the_logarithm(upstream_cases):
    assert [(issuance, block_emission(issuance)) for issuance, _ in upstream_cases] == upstream_cases


@pytest.mark.rule("SUPPLY-HALVING-1")
def test_every_upstream_case_has_the_emission_of_the_closed_form(upstream_cases):
    assert [(issuance, closed_form_emission(issuance)) for issuance, _ in upstream_cases] == upstream_cases


@pytest.mark.rule("SUPPLY-HALVING-1")
@pytest.mark.parametrize("level", range(1, FINAL_LEVEL + 1))
def test_the_logarithm_steps_exactly_at_each_threshold(level):
    at = THRESHOLDS[level]
    assert [halvings_passed(at - 1), halvings_passed(at), halvings_passed(at + 1)] == [
        level - 1,
        level,
        level,
    ]


@pytest.mark.rule("SUPPLY-HALVING-1")
@pytest.mark.parametrize("level", range(1, 33))
def test_no_quantum_of_the_quotient_near_a_threshold_is_misread(level):
    """The quotient has quanta of about 21e15 / 2**32 rao; each side of a boundary is one."""
    at = TOTAL_SUPPLY - (TOTAL_SUPPLY >> level)
    for quantum in range(-3, 4):
        for offset in (-1, 0, 1):
            issuance = at + quantum * TOTAL_SUPPLY // 2**32 + offset
            if issuance < TOTAL_SUPPLY:
                assert block_emission(issuance) == closed_form_emission(issuance)


@pytest.mark.rule("SUPPLY-HALVING-1")
@given(st.one_of(st.integers(0, TOTAL_SUPPLY + 10), st.integers(0, U64_MAX)))
def test_the_closed_form_is_the_logarithm_for_every_issuance(issuance):
    assert block_emission(issuance) == closed_form_emission(issuance)


@pytest.mark.rule("SUPPLY-EMISSION-1")
def test_emission_ends_below_the_total_supply():
    """1e9 / 2**29 is 1.86, which truncates to 1; 1e9 / 2**30 is 0.93: no rao."""
    assert FINAL_LEVEL == 30
    assert EXHAUSTION == 20_999_999_980_442_226 == -(-TOTAL_SUPPLY * (2**30 - 1) // 2**30)
    assert [block_emission(EXHAUSTION - 1), block_emission(EXHAUSTION)] == [1, 0]
    assert block_emission(TOTAL_SUPPLY) == block_emission(U64_MAX) == 0


@pytest.mark.rule("SUPPLY-HALVING-2")
def test_the_halving_table_begins_as_the_arithmetic_says():
    """10.5e6 blocks of 1 TAO, 10.5e6 of 0.5 TAO, and so on, as long as 1e9 / 2**k is whole."""
    rows = halving_table()
    assert [row.level for row in rows] == list(range(31))
    for row in rows[:10]:
        assert row.block == 1 + 10_500_000 * row.level
        assert row.issuance * 2**row.level == TOTAL_SUPPLY * (2**row.level - 1)
        assert row.block_emission * 2**row.level == 1_000_000_000
    assert rows[-1].block_emission == 0


@pytest.mark.rule("SUPPLY-ALPHA-1")
def test_alpha_issuance_counts_both_sides_of_the_pool_and_saturates():
    assert alpha_issuance(3, 4) == 7
    assert alpha_issuance(U64_MAX, 1) == U64_MAX


def test_an_issuance_that_no_u64_holds_is_refused():
    with pytest.raises(InvalidInputError, match="issuance: must be in"):
        block_emission(-1)
