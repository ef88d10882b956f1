"""Pool terms, injection and the division of alpha: hand calculations and degenerate states."""

import pytest

from taospec.reference.emission.alpha_split import AlphaSplit, split_alpha
from taospec.reference.emission.injection import Credit, inject
from taospec.reference.emission.rates import u16_fraction, u64_fraction
from taospec.reference.emission.terms import root_proportion, subnet_terms
from taospec.reference.fixed_point import U96F32
from taospec.reference.state.pool import Pool

TAO = 10**9


def rao(value):
    return U96F32.from_num(value)


def pool(**fields):
    fields = {
        "mechanism": 1,
        "tao_reserve": 1_000 * TAO,
        "alpha_in": 10_000 * TAO,
        "initialized": True,
    } | fields
    return Pool(**fields)


@pytest.mark.rule("EMISSION-RATE-1", "EMISSION-RATE-2")
def test_stored_rates_are_truncated_to_32_fraction_bits():
    assert u16_fraction(11_796).bits == 11_796 * 2**32 // 65_535
    assert u64_fraction(2**64 - 1) == U96F32.one()
    assert u64_fraction(971_718_665_099_567_868).bits == 971_718_665_099_567_868 * 2**32 // (2**64 - 1)


@pytest.mark.rule("EMISSION-TERMS-1")
def test_root_proportion_is_a_quarter_where_alpha_is_three_times_the_weighted_tao():
    assert root_proportion(500, rao(0.5), 750) == rao(0.25)
    assert root_proportion(0, rao(0.5), 0) == rao(0)


@pytest.mark.rule("EMISSION-TERMS-2")
def test_below_the_cap_all_tao_is_injected_at_the_price():
    """Price 0.1, 0.01 TAO: 0.1 alpha; root proportion 1/2 allows 0.5."""
    terms = subnet_terms(pool(), rao(TAO // 100), 10_000 * TAO, rao(1))
    assert terms.root_proportion == rao(0.5)
    assert terms.tao_in == rao(TAO // 100)
    assert terms.excess_tao == rao(0)
    assert abs(terms.alpha_in.bits - (TAO // 10 << 32)) <= 2**32


@pytest.mark.rule("EMISSION-TERMS-2")
def test_above_the_cap_the_rest_of_the_tao_buys():
    """Price 0.1, 1 TAO would need 10 alpha; half of 1 alpha is allowed, worth 0.05 TAO."""
    terms = subnet_terms(pool(), rao(TAO), 10_000 * TAO, rao(1))
    assert terms.alpha_in == rao(TAO // 2)
    assert abs(terms.tao_in.bits - (TAO // 20 << 32)) <= 2**32
    assert terms.tao_in.saturating_add(terms.excess_tao) == rao(TAO)


@pytest.mark.rule("EMISSION-TERMS-2")
def test_at_price_zero_the_tao_is_injected_alone():
    terms = subnet_terms(pool(alpha_in=0), rao(TAO), 10_000 * TAO, rao(1))
    assert (terms.tao_in, terms.alpha_in, terms.excess_tao) == (rao(TAO), rao(0), rao(0))


@pytest.mark.rule("EMISSION-INJECT-1")
def test_weights_out_of_bounds_inject_nothing_and_the_pool_stays():
    """All TAO into a pool whose alpha weight is at its minimum would push it below."""
    held = pool(quote_weight=99 * 10**16, alpha_in=1, tao_reserve=1)
    terms = subnet_terms(held, rao(TAO), 0, rao(0))
    injection = inject(1, held, terms, Credit(TAO))
    assert (injection.tao_in, injection.alpha_in) == (0, 0)
    assert held.quote_weight == 99 * 10**16


@pytest.mark.rule("EMISSION-INJECT-2", "EMISSION-INJECT-3")
def test_a_purchase_that_the_pool_refuses_costs_the_tao_all_the_same():
    """An alpha reserve below 1e6 rao pays nothing out."""
    held = pool(alpha_in=999_999, tao_reserve=999_999)
    credit = Credit(5000)
    injection = inject(1, held, subnet_terms(held, rao(1000), 0, rao(0)), credit)
    assert (credit.remaining, injection.excess_tao, injection.alpha_bought) == (4000, 0, 0)
    assert injection.total_stake_increase == 0
    assert held.tao_reserve == 999_999


@pytest.mark.rule("EMISSION-INJECT-3")
def test_a_credit_that_is_short_buys_nothing_and_still_mints_alpha():
    held = pool()
    terms = subnet_terms(held, rao(TAO), 10_000 * TAO, rao(1))
    injection = inject(1, held, terms, Credit(0))
    assert (injection.tao_in, injection.excess_tao, injection.alpha_bought) == (0, 0, 0)
    assert held.alpha_in == 10_000 * TAO + TAO // 2
    assert held.tao_reserve == 1_000 * TAO


@pytest.mark.rule("EMISSION-SPLIT-1", "EMISSION-SPLIT-2")
def test_one_alpha_is_split_as_calculated_by_hand():
    """cut = 1e9 * 11796/65535 = 179995422.2...; the rest, 820004577.7..., halved is 410002288.8...;
    root = 0.2 * that = 82000457.7...; validators 410002288.8... - 82000457.7... = 328001831.0... or more.
    """
    split = split_alpha(rao(TAO), u16_fraction(11_796), U96F32.from_bits(2**32 // 5))
    assert split == AlphaSplit(owner=179_995_422, server=410_002_288, validator=328_001_831, root=82_000_457)
    assert TAO - split.owner - split.server - split.root - split.validator == 2


@pytest.mark.rule("EMISSION-SPLIT-1")
def test_without_a_cut_and_without_root_miners_and_validators_have_half_each():
    assert split_alpha(rao(7), rao(0), rao(0)) == AlphaSplit(owner=0, server=3, validator=3, root=0)


@pytest.mark.rule("EMISSION-SPLIT-2")
def test_a_root_proportion_of_one_leaves_validators_nothing():
    assert split_alpha(rao(8), rao(0), rao(1)) == AlphaSplit(owner=0, server=4, validator=0, root=4)
