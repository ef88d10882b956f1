"""The normative emission against the ideal one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taospec.reference.supply.block_emission import TOTAL_SUPPLY, block_emission, halvings_passed
from taospec.reference.supply.halvings import FINAL_LEVEL, THRESHOLDS
from taospec.spec.supply import model

issuances = st.one_of(
    st.integers(0, TOTAL_SUPPLY - 1),
    st.builds(
        lambda level, offset: min(max(THRESHOLDS[level] + offset, 0), TOTAL_SUPPLY - 1),
        st.integers(0, FINAL_LEVEL),
        st.integers(-5_000_000, 5_000_000) | st.integers(-2, 2),
    ),
)


@pytest.mark.rule("SUPPLY-EMISSION-2", "SUPPLY-HALVING-1")
@given(issuances)
def test_the_number_of_halvings_is_the_ideal_one_up_to_the_32_that_the_quotient_can_tell(issuance):
    assert halvings_passed(issuance) == min(model.halvings(issuance), 32)


@pytest.mark.rule("SUPPLY-EMISSION-1")
@given(st.one_of(issuances, st.integers(TOTAL_SUPPLY, 2**64 - 1)))
def test_emission_is_less_than_a_rao_below_the_ideal(issuance):
    assert 0 <= model.block_emission(issuance) - block_emission(issuance) < 1


@pytest.mark.rule("SUPPLY-EMISSION-1")
def test_the_bound_is_used_up_nearly():
    """1.86 rao at the 29th halving are emitted as 1."""
    issuance = THRESHOLDS[29]
    assert model.block_emission(issuance) - block_emission(issuance) > 0.86
