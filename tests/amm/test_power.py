"""The big-integer power: special cases and the exact path, by hand."""

import pytest

from taospec.reference.amm.power import pow_ratio_scaled, round_guard_bits

SCALE = 10**18


@pytest.mark.rule("AMM-POW-1")
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((1, 0, 1, 1, 256, SCALE), None),
        ((1, 1, 1, 0, 256, SCALE), None),
        ((0, 0, 1, 1, 256, SCALE), None),
        ((0, 1, 1, 1, 256, SCALE), 0),
        ((0, 1, 0, 1, 256, SCALE), 0),
        ((7, 3, 0, 1, 256, SCALE), SCALE),
        ((0, -1, 1, 1, 256, -1), 0),
        ((1, 1, 1, 1, 256, -1), None),
        ((-1, 1, 1, 1, 256, SCALE), None),
        ((1, -1, 1, 1, 256, SCALE), None),
        ((1, 1, -1, 1, 256, SCALE), None),
        ((1, 1, 1, -1, 256, SCALE), None),
    ],
)
def test_a_power_has_the_special_cases_of_the_library_in_its_order(arguments, expected):
    assert pow_ratio_scaled(*arguments) == expected


@pytest.mark.rule("AMM-POW-2")
def test_a_root_is_floored():
    # sqrt(2/3) = 0.81649...; 0.8164**2 * 3 = 1.99952688 <= 2 < 2.00001667 = 0.8165**2 * 3.
    assert pow_ratio_scaled(2, 3, 1, 2, 256, 10_000) == 8164


@pytest.mark.rule("AMM-POW-2")
@pytest.mark.parametrize(("numerator", "denominator"), [(1024, 1), (1, 1024), (1024, 1023)])
def test_an_exact_power_is_the_largest_integer_below_the_true_one(numerator, denominator):
    a, b = 21 * 10**15, 21 * 10**15 + 7
    r = pow_ratio_scaled(a, b, numerator, denominator, 256, SCALE)
    target = a**numerator * SCALE**denominator
    assert r**denominator * b**numerator <= target < (r + 1) ** denominator * b**numerator


@pytest.mark.rule("AMM-POW-2")
def test_the_exponent_is_reduced_before_it_is_compared_with_the_bound():
    # 5e17/5e17 = 1/1: the floor of 1e18 * 3/7 without any series.
    assert pow_ratio_scaled(3, 7, 5 * 10**17, 5 * 10**17, 256, SCALE) == 3 * SCALE // 7


@pytest.mark.rule("AMM-POW-3")
def test_an_exponent_of_1025_goes_through_the_series():
    # 2**1025 is exact in integers; the series at 256 bits is not.
    value = pow_ratio_scaled(2, 1, 1025, 1, 256, SCALE)
    assert value != 2**1025 * SCALE
    assert abs(value - 2**1025 * SCALE) > 2**1000


@pytest.mark.rule("AMM-POW-4")
@pytest.mark.parametrize(
    ("raw", "rounded"),
    [(2**23, 1), (2**23 - 1, 0), (-(2**23), -1), (-(2**23) + 1, 0), (3 * 2**23, 2), (0, 0)],
)
def test_guard_bits_are_rounded_to_nearest_with_ties_away_from_zero(raw, rounded):
    assert round_guard_bits(raw) == rounded
