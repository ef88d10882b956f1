"""The bounds that the logarithm's docstring derives: its tables, its ranges, its sum, its answers."""

from __future__ import annotations

import random
from fractions import Fraction

import numba
import numpy as np
import pytest
from mpmath import MPContext

from taospec.optimized.amm import logarithm, power

wide = MPContext()
wide.prec = 500

UNIT = Fraction(1, 1 << 128)
EPSILON = Fraction(1, 1 << 120)
FINE_STEP = Fraction(1, 1 << 14)


def entry(high: np.ndarray, low: np.ndarray, index: int) -> int:
    return (int(high[index]) << 64) + int(low[index])


def is_nearest(stored: int, true: object, bits: int) -> bool:
    return bool(abs(wide.mpf(stored) - wide.ldexp(true, bits)) <= 0.5)


def reciprocal(index: int) -> Fraction:
    return Fraction(int(logarithm.RECIPROCALS[index]), 1 << logarithm.RECIPROCAL_BITS)


def reduction(index: int) -> Fraction:
    return Fraction(int(logarithm.REDUCTIONS[index]), 1 << logarithm.REDUCTION_BITS)


def real_of(value: Fraction) -> object:
    return wide.mpf(value.numerator) / value.denominator


def test_every_entry_of_every_table_is_the_nearest_number() -> None:
    for i in range(128):
        stored = entry(logarithm.RECIPROCAL_LOGS_HIGH, logarithm.RECIPROCAL_LOGS_LOW, i)
        assert is_nearest(stored, -wide.log(real_of(reciprocal(i))), 128)
    for j in range(130):
        stored = entry(logarithm.REDUCTION_LOGS_HIGH, logarithm.REDUCTION_LOGS_LOW, j)
        assert is_nearest(stored, -wide.log1p(-real_of(reduction(j))), 128)
    for i in range(89):
        stored = entry(logarithm.COARSE_HIGH, logarithm.COARSE_LOW, i)
        assert is_nearest(stored, wide.exp(-wide.mpf(i) / 128), 127)
    for j in range(128):
        stored = entry(logarithm.FINE_HIGH, logarithm.FINE_LOW, j)
        assert is_nearest(stored, wide.exp(-wide.mpf(j) / (1 << 14)), 127)
    for k in range(2, logarithm.LOGARITHM_TERMS + 1):
        stored = entry(logarithm.LOG_TERMS_HIGH, logarithm.LOG_TERMS_LOW, k - 2)
        assert is_nearest(stored, wide.mpf(1) / k, 128)
    for k in range(2, logarithm.EXPONENTIAL_TERMS + 1):
        stored = entry(logarithm.EXP_TERMS_HIGH, logarithm.EXP_TERMS_LOW, k - 2)
        assert is_nearest(stored, 1 / wide.factorial(k), 128)
    ln_2 = (int(logarithm.LN_2_HIGH) << 64) + int(logarithm.LN_2_LOW)
    assert is_nearest(ln_2, wide.log(2), 128)
    assert int(logarithm.PER_LN_2) == int((1 << 32) / wide.log(2))


def test_the_first_table_factor_leaves_a_remainder_in_range_for_every_mantissa() -> None:
    for i in range(128):
        lowest = Fraction(128 + i, 128) * reciprocal(i)
        highest = Fraction(129 + i, 128) * reciprocal(i)  # not reached
        assert lowest >= 1
        assert highest - 1 <= 130 * FINE_STEP
        assert reciprocal(i) <= 1


def test_the_second_table_factor_leaves_a_remainder_below_its_bound_for_every_index() -> None:
    largest = Fraction(2) ** -13 * Fraction(505, 1000)  # above 2**-13.99
    for j in range(130):
        lowest = (1 + j * FINE_STEP) * (1 - reduction(j))
        highest = (1 + (j + 1) * FINE_STEP) * (1 - reduction(j))
        assert lowest >= 1
        assert highest - 1 + 2 * UNIT < largest


def test_the_errors_of_the_docstrings_add_up_to_less_than_the_margin() -> None:
    z = Fraction(2) ** -13 * Fraction(505, 1000)
    series_rest = z**10 / 10 / (1 - z) / UNIT
    # Products and rounded constants inside the series are damped by z at least once.
    series = 1 + 3 * z / (1 - z) + series_rest
    mantissa = 1 + series + 1
    assert mantissa < Fraction(302, 100)
    ratio = 1 + (Fraction(127, 2) + 2 * mantissa) * UNIT / EPSILON
    assert ratio < Fraction(128, 100)
    exponent = ratio * 128 + 1
    reduced = exponent + 1 + Fraction(127, 2) * UNIT / EPSILON
    assert reduced < 167
    h = FINE_STEP
    exponential_rest = h**9 / 362880 / (1 - h) / UNIT
    t = 1 + 3 * h / (1 - h) + exponential_rest
    assert t < 2
    value = Fraction(1, 2) + 1 + 1 + t / 4  # units of 2**-126
    assert value < 3
    # A relative error of an exponent, to first and higher order, of a value of at most 1.
    moved = reduced * 64 * (1 + reduced * EPSILON)
    chain = Fraction(2) ** (126 - 210 + 60)
    assert moved + value + chain < 10_701 < 1 << 14
    assert int(power.MARGIN) >= Fraction((1 << 14) * 10**18, 1 << 64)


@numba.njit(error_model="numpy")
def ratios(a, b, out):  # type: ignore[no-untyped-def]
    for i in range(out.shape[0]):
        out[i, 0], out[i, 1] = logarithm.logarithm_of_ratio(a[i, 0], a[i, 1], b[i, 0], b[i, 1])


@numba.njit(error_model="numpy")
def exponentials(f, out):  # type: ignore[no-untyped-def]
    for i in range(out.shape[0]):
        out[i, 0], out[i, 1] = logarithm.exponential_of_negative(f[i, 0], f[i, 1])


def pairs(values: list[int]) -> np.ndarray:
    return np.array([divmod(value, 1 << 64) for value in values], np.uint64)


def numbers(answers: np.ndarray) -> list[int]:
    return [(int(high) << 64) + int(low) for high, low in answers]


@pytest.mark.parametrize("seed", range(2))
def test_the_logarithm_of_a_ratio_is_within_its_bound(seed: int) -> None:
    source = random.Random(seed)
    first, second = [], []
    for _ in range(4_000):
        a, b = (source.getrandbits(source.randint(1, 128)) | 1 for _ in range(2))
        if source.random() < 0.3:
            b = min(a + source.getrandbits(source.randint(1, 64)), (1 << 128) - 1)
        if source.random() < 0.2:
            a, b = 1 << source.randint(0, 127), (1 << source.randint(1, 128)) - 1
        first.append(min(a, b))
        second.append(max(a, b))
    out = np.empty((len(first), 2), np.uint64)
    ratios(pairs(first), pairs(second), out)
    for a, b, answer in zip(first, second, numbers(out), strict=True):
        true = wide.ldexp(wide.log(wide.mpf(b) / a), 120)
        assert abs(answer - true) < 1.28, (a, b)


def test_the_logarithm_of_a_ratio_of_equals_is_zero() -> None:
    values = [1, 2, 3, (1 << 64) - 1, 1 << 64, (1 << 128) - 1]
    out = np.empty((len(values), 2), np.uint64)
    ratios(pairs(values), pairs(values), out)
    assert not out.any()


@pytest.mark.parametrize("seed", range(2))
def test_the_exponential_is_within_its_bound(seed: int) -> None:
    source = random.Random(seed)
    largest = int(0.6932 * (1 << 120))
    values = [source.randrange(largest) for _ in range(4_000)]
    values += [0, 1, largest, (1 << 113) - 1, 1 << 113, (1 << 106) - 1, 1 << 106, 88 << 113]
    out = np.empty((len(values), 2), np.uint64)
    exponentials(pairs(values), out)
    for f, answer in zip(values, numbers(out), strict=True):
        true = wide.ldexp(wide.exp(-wide.ldexp(f, -120)), 126)
        assert abs(answer - true) < 3, f
