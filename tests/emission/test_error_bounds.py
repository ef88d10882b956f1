"""The normative arithmetic of emission stays within the bounds that the text states."""

import re
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import taospec.spec
from taospec.reference.emission.alpha_split import split_alpha
from taospec.reference.emission.dividends import _in_proportion, split_by_stake
from taospec.reference.emission.moving_price import moving_rate, next_moving_price
from taospec.reference.emission.parents import (
    Parent,
    parent_child_dividends,
    parent_contribution,
    self_contribution,
)
from taospec.reference.emission.power_shares import (
    SMALLEST_SUM,
    _scaled_to_one,
    _sum_bound,
    power_shares,
    precision_factor,
    safe_pow,
)
from taospec.reference.emission.rates import u16_fraction, u64_fraction
from taospec.reference.emission.shares import price_shares, tao_emissions, unburned_price_shares
from taospec.reference.emission.terms import root_proportion
from taospec.reference.fixed_point import I96F32, U64F64, U96F32
from taospec.spec.emission import bounds, model
from taospec.spec.fixed_point.model import FORMATS, value
from taospec.spec.real_numbers import real

ULP_32 = real.ldexp(1, -32)
ULP_64 = real.ldexp(1, -64)
SUPPLY = 21 * 10**15
CHAPTERS = Path(next(iter(taospec.spec.__path__))) / "emission"


def real_of(fixed):
    return value(fixed.bits, FORMATS[type(fixed).__name__])


def fractions_of_one(number):
    return st.integers(0, number.ONE_BITS).map(number.from_bits)


amounts = st.integers(0, SUPPLY) | st.integers(0, 1000)
prices = st.one_of(st.integers(0, 2**66), st.integers(0, 2**40)).map(U64F64.from_bits)
averages = st.one_of(st.integers(0, 2**33), st.integers(0, 2**12)).map(I96F32.from_bits)
proportions_32 = fractions_of_one(U96F32)
taos = st.integers(0, 10**9 << 32).map(U96F32.from_bits)


@pytest.mark.rule("EMISSION-RATE-1", "EMISSION-RATE-2")
@given(st.integers(0, 65535), st.integers(0, 2**64 - 1))
def test_rates_are_less_than_an_ulp_low(small, large):
    assert 0 <= model.rate(small, 65535) - real_of(u16_fraction(small)) < ULP_32
    assert 0 <= model.rate(large, 2**64 - 1) - real_of(u64_fraction(large)) < ULP_32


@pytest.mark.rule("EMISSION-PRICE-2")
@given(averages, st.integers(0, 10**9), st.integers(0, 10**6))
def test_the_rate_of_the_average_is_within_its_bound(moving_alpha, age, halving_blocks):
    rate = moving_rate(moving_alpha, age, 1, halving_blocks)
    ideal = model.moving_rate(real_of(moving_alpha), age, halving_blocks)
    assert 0 <= ideal - real_of(rate) < (1 + real_of(moving_alpha)) * ULP_64


@pytest.mark.rule("EMISSION-PRICE-3")
@given(averages, prices, fractions_of_one(U64F64))
def test_one_step_of_the_average_is_less_than_an_ulp_and_a_bit_low(average, price, rate):
    new = next_moving_price(U64F64.saturating_from_num(average), price, rate)
    ideal = model.moving_price(real_of(average), real_of(price), real_of(rate))
    assert 0 <= ideal - real_of(new) < ULP_32 + ULP_64


@pytest.mark.rule("EMISSION-PRICE-4")
@given(averages, st.integers(1, 2**45), st.floats(0, 1))
def test_an_average_stalls_as_soon_as_its_step_is_below_an_ulp(average, rate_bits, place):
    """A price at any place of the dead zone above the average leaves it where it is."""
    lowest = -(-(2 << 64) // rate_bits)
    highest = ((1 << 96) - 1) // rate_bits
    gap = lowest + int(place * (highest - lowest))
    price = U64F64.from_bits((average.bits << 32) + gap)
    assume(price <= U64F64.one() and 2 << 64 <= rate_bits * gap < 1 << 96)
    rate = U64F64.from_bits(rate_bits)
    assert next_moving_price(U64F64.saturating_from_num(average), price, rate) == average


@pytest.mark.rule("EMISSION-PRICE-4")
def test_the_table_of_stalled_averages_lacks_what_the_theorem_says():
    """gap = (1 + h/b) / 12885 at the age b of the table; nothing is left of a price below it."""
    gap = (1 + 201_600 / 5e6) / 12_885
    rows = re.findall(
        r"^\| ([\d.]+) \| ([\d.]+) \| [\d.]+ % \|$", (CHAPTERS / "price.md").read_text("utf-8"), re.M
    )
    assert len(rows) == 5
    for price, average in rows:
        assert abs(max(float(price) - gap, 0) - float(average)) < 1e-8


@pytest.mark.rule("EMISSION-SHARE-1", "EMISSION-SHARE-4")
@given(st.lists(averages, min_size=1, max_size=8), taos)
def test_price_shares_and_their_tao_are_less_than_an_ulp_low(averages_of_subnets, emission):
    prices_of = {i: U64F64.saturating_from_num(average) for i, average in enumerate(averages_of_subnets)}
    shares = price_shares(prices_of)
    for share, ideal in zip(
        shares.values(), model.proportions([real_of(p) for p in prices_of.values()]), strict=True
    ):
        assert 0 <= ideal - real_of(share) < ULP_64
    for i, tao in tao_emissions(shares, emission).items():
        assert 0 <= real_of(emission) * real_of(shares[i]) - real_of(tao) < ULP_32


@pytest.mark.rule("EMISSION-SHARE-2")
@given(st.lists(st.tuples(averages, st.integers(0, 2**33).map(U96F32.from_bits)), min_size=1, max_size=8))
def test_weighted_shares_are_within_their_two_bounds(subnets):
    prices_of = {i: U64F64.saturating_from_num(average) for i, (average, _) in enumerate(subnets)}
    burned = {i: part for i, (_, part) in enumerate(subnets)}
    real_prices = [real_of(p) for p in prices_of.values()]
    real_burned = [real_of(part) for part in burned.values()]
    weights = [
        share * (1 - min(part, real.one))
        for share, part in zip(model.proportions(real_prices), real_burned, strict=True)
    ]
    w, n = sum(weights, real.zero), len(subnets)
    assume(w > 2 * n * ULP_64)
    ideal = model.unburned_shares(real_prices, real_burned)
    for share, meant in zip(unburned_price_shares(prices_of, burned).values(), ideal, strict=True):
        error = real_of(share) - meant
        assert -(2 / w + 1) * ULP_64 < error < 2 * n * ULP_64 / (w - 2 * n * ULP_64)


@pytest.mark.rule("EMISSION-POW-1", "EMISSION-POW-2", "EMISSION-POW-3", "EMISSION-POW-4", "EMISSION-FLOW-6")
@settings(deadline=None)
@given(
    st.lists(st.integers(1, 10**15) | st.just(0), min_size=1, max_size=6),
    st.sampled_from([0.5, 1.0, 1.25, 1.5, 2.0]),
)
def test_power_shares_are_in_their_enclosures(flows, exponent):
    values = {i: U64F64.from_num(flow) for i, flow in enumerate(flows)}
    scaled = _scaled_to_one(values)
    assume(_sum_bound(scaled) >= SMALLEST_SUM)
    factor = precision_factor(_sum_bound(scaled))
    operands = [real_of(factor.saturating_mul(value)) for value in scaled.values()]
    enclosures = bounds.power_shares(operands, real.mpf(exponent))
    for share, enclosure in zip(
        power_shares(values, U64F64.from_num(exponent)).values(), enclosures, strict=True
    ):
        assert real_of(share) in enclosure


@pytest.mark.rule("EMISSION-POW-4")
def test_a_power_too_small_for_its_type_counts_as_the_largest():
    """exp(-x) is 1/exp(x), and exp(x) overflows where x * x**k / k! does: from x = 20.9 on."""
    largest = U64F64.from_num(2**31 - 1)
    assert safe_pow(U64F64.from_bits(3 << 32), U64F64.one()) == largest
    assert safe_pow(U64F64.from_bits(4 << 32), U64F64.one()) < U64F64.from_num(1e-8)
    assert safe_pow(U64F64.from_num(1e-6), U64F64.from_num(2)) == largest


@pytest.mark.rule("EMISSION-POW-1")
def test_near_an_exponent_of_one_shares_are_right_to_2_to_the_minus_22():
    flows = [3 * 10**12, 10**12, 5 * 10**11, 10**9]
    shares = power_shares({i: U64F64.from_num(flow) for i, flow in enumerate(flows)}, U64F64.one())
    for share, ideal in zip(
        shares.values(), model.proportions([real.mpf(flow) for flow in flows]), strict=True
    ):
        assert abs(real_of(share) - ideal) < real.ldexp(1, -22)


@pytest.mark.rule("EMISSION-TERMS-1")
@given(amounts, proportions_32, amounts)
def test_root_proportion_is_less_than_two_ulp_low(root_tao, tao_weight, issuance):
    ideal = model.root_proportion(root_tao, real_of(tao_weight), issuance)
    assert 0 <= ideal - real_of(root_proportion(root_tao, tao_weight, issuance)) < 2 * ULP_32


@pytest.mark.rule("EMISSION-SPLIT-1", "EMISSION-SPLIT-2", "EMISSION-CONSERVE-2")
@given(st.integers(0, 10**9), proportions_32, proportions_32)
def test_the_parts_of_alpha_are_within_their_bounds_and_leave_at_most_three_rao(alpha, cut, proportion):
    parts = split_alpha(U96F32.from_num(alpha), cut, proportion)
    owner, miners, validators, root = model.split(real.mpf(alpha), real_of(cut), real_of(proportion))
    assert -1 - ULP_32 < parts.owner - owner <= 0
    assert -1 - 2 * ULP_32 < parts.server - miners < ULP_32
    assert -1 - 2 * ULP_32 < parts.root - root < ULP_32
    assert -1 - ULP_32 < parts.validator - validators < 3 * ULP_32
    assert alpha - parts.owner - parts.server - parts.validator - parts.root in (0, 1, 2, 3)


@pytest.mark.rule("EMISSION-PARENT-1")
@given(amounts, amounts, st.lists(st.integers(0, 2**64 - 1), max_size=5), proportions_32)
def test_the_own_contribution_is_within_its_bounds(alpha, root, lent, tao_weight):
    weighted = alpha + real_of(tao_weight) * root
    ideal = model.own_contribution(weighted, [model.rate(each, 2**64 - 1) for each in lent])
    error = self_contribution(alpha, root, lent, tao_weight) - ideal
    assert -1 - 2 * ULP_32 * (1 + real_of(tao_weight)) < error <= ULP_32 * len(lent) * weighted


@pytest.mark.rule("EMISSION-PARENT-2")
@given(amounts, amounts, st.integers(0, 2**64 - 1), proportions_32)
def test_a_parents_contribution_is_within_its_bound(alpha, root, proportion, tao_weight):
    parent = Parent(hotkey=0, proportion=proportion, alpha=alpha, root=root, same_owner=True)
    weighted = alpha + real_of(tao_weight) * root
    ideal = weighted * model.rate(proportion, 2**64 - 1)
    assert 0 <= ideal - real_of(parent_contribution(parent, tao_weight)) < ULP_32 * (weighted + 3)


@pytest.mark.rule("EMISSION-PARENT-3", "EMISSION-PARENT-4")
@given(
    amounts,
    amounts,
    st.lists(st.tuples(amounts, st.integers(0, 2**64 - 1), st.booleans()), max_size=5),
    st.integers(0, 65535),
    st.integers(0, 2**32).map(U96F32.from_bits),
)
def test_parents_child_and_burn_share_dividends_with_less_than_two_rao_each_missing(
    dividends, own, parents, take, burn
):
    assume(real_of(u16_fraction(take)) + real_of(burn) <= 1)
    result = parent_child_dividends(
        -1,
        dividends,
        own,
        [
            Parent(hotkey=i, proportion=proportion, alpha=alpha, root=0, same_owner=same)
            for i, (alpha, proportion, same) in enumerate(parents)
        ],
        tao_weight=U96F32.zero(),
        childkey_take=take,
        childkey_burn=burn,
    )
    missing = dividends - sum(amount for _, amount in result.received) - result.recycled
    assert 0 <= missing <= 2 * len(parents) + 1


@pytest.mark.rule("EMISSION-DIVIDEND-2")
@given(amounts, amounts, amounts, proportions_32)
def test_the_root_part_of_a_dividend_is_within_its_bound_and_nothing_is_lost(
    dividend, alpha, root, tao_weight
):
    alpha_part, root_part = split_by_stake(U96F32.from_num(dividend), alpha, root, tao_weight)
    ideal = model.root_part(real.mpf(dividend), alpha, real_of(tao_weight) * root)
    assert 0 <= ideal - real_of(root_part) < ULP_32 * (2 * dividend + 1)
    assert real_of(alpha_part) + real_of(root_part) == dividend


@pytest.mark.rule("EMISSION-DIVIDEND-3")
@given(st.lists(taos, min_size=1, max_size=6), amounts)
def test_what_is_divided_by_proportion_is_within_its_bound(parts, pending):
    divided = _in_proportion(dict(enumerate(parts)), pending)
    for amount, share in zip(
        divided.values(), model.proportions([real_of(part) for part in parts]), strict=True
    ):
        assert 0 <= pending * share - real_of(amount) < ULP_32 * (pending + 1)
