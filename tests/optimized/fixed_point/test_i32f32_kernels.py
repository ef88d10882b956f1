"""I32F32 on raw bits: equal to the reference, and each fast path proven in its domain."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numba
import numpy as np
import pytest
import z3
from other_words import Real, narrow_words, prove, rewritten

from taospec.optimized.fixed_point import exponential, i32f32
from taospec.reference.fixed_point import I32F32
from taospec.reference.fixed_point.transcendental import exp

EIGHT_BITS = narrow_words(8)
SIGNED_NARROW = range(-128, 128)
ONE = 1 << 32


def signed(value: int) -> Any:
    return EIGHT_BITS.numpy.int64(value)


def clamp(value: int, bits: int = 8) -> int:
    return max(-(1 << bits - 1), min((1 << bits - 1) - 1, value))


def truncated(dividend: int, divisor: int) -> int:
    quotient = abs(dividend) // abs(divisor)
    return quotient if (dividend < 0) == (divisor < 0) else -quotient


def test_saturating_addition_clamps_for_all_words() -> None:
    def claim(a: z3.BitVecRef, b: z3.BitVecRef, result: z3.BitVecRef) -> z3.BoolRef:
        return z3.SignExt(1, result) == clamped(z3.SignExt(1, a) + z3.SignExt(1, b))

    prove(i32f32.saturating_add, "ss", claim)


def test_saturating_subtraction_clamps_for_all_words() -> None:
    def claim(a: z3.BitVecRef, b: z3.BitVecRef, result: z3.BitVecRef) -> z3.BoolRef:
        return z3.SignExt(1, result) == clamped(z3.SignExt(1, a) - z3.SignExt(1, b))

    prove(i32f32.saturating_sub, "ss", claim)


def clamped(wide: z3.BitVecRef) -> z3.BitVecRef:
    largest = z3.BitVecVal((1 << 63) - 1, 65)
    smallest = z3.BitVecVal(-(1 << 63), 65)
    return z3.If(wide > largest, largest, z3.If(wide < smallest, smallest, wide))


def test_storing_a_proportion_as_u16_truncates_and_clamps_for_all_words() -> None:
    def claim(value: z3.BitVecRef, result: z3.BitVecRef) -> z3.BoolRef:
        # value * 65535 as a shift and a difference, in 80 bits, where nothing overflows.
        wide = z3.SignExt(16, value)
        product = ((wide << 16) - wide) >> 32
        largest = z3.BitVecVal(65535, 80)
        expected = z3.If(product < 0, 0, z3.If(product > largest, largest, product))
        return z3.SignExt(16, result) == expected

    prove(i32f32.proportion_to_u16, "s", claim)


def test_a_stored_u16_becomes_the_floored_quotient_by_65535() -> None:
    convert = i32f32.proportion_from_u16.py_func  # type: ignore[attr-defined]
    for value in range(65536):
        assert convert(np.int64(value)) == (value << 32) // 65535


def test_the_half_product_is_exact_for_all_words_in_its_domain() -> None:
    def claim(a: z3.BitVecRef, b: z3.BitVecRef, result: z3.BitVecRef) -> z3.BoolRef:
        # The product modulo 2**64 is the product if it cannot reach 2**64.
        return result == z3.LShR(a * b, 32)

    def domain(a: z3.BitVecRef, b: z3.BitVecRef) -> z3.BoolRef:
        return z3.And(z3.ULT(a, ONE), z3.ULT(b, ONE))

    prove(i32f32.half_product, "ss", claim, assume=domain)
    assert (ONE - 1) ** 2 < 1 << 64


@pytest.mark.parametrize(("name", "largest"), [("proportion_product", 15), ("closed_proportion_product", 16)])
def test_proportion_products_are_exact_for_all_narrow_words_in_their_domain(name: str, largest: int) -> None:
    product = rewritten(getattr(i32f32, name), EIGHT_BITS)
    for a, b in itertools.product(range(largest + 1), range(17)):
        assert int(product(signed(a), signed(b))) == a * b >> 4


@pytest.mark.parametrize("name", ["saturating_mul", "checked_mul_or_zero", "safe_div", "saturating_div"])
def test_general_operations_are_exact_for_all_narrow_words(name: str) -> None:
    operation = rewritten(getattr(i32f32, name), EIGHT_BITS)
    for a, b in itertools.product(SIGNED_NARROW, SIGNED_NARROW):
        if name == "saturating_div" and b == 0:
            continue
        exact = (a * b) >> 4 if "mul" in name else truncated(a << 4, b) if b else 1 << 20
        expected = clamp(exact)
        if not name.startswith("saturating") and expected != exact:
            expected = 0
        assert int(operation(signed(a), signed(b))) == expected, (a, b)


def test_the_corrected_ratio_is_exact_for_all_narrow_words_with_a_float_just_precise_enough() -> None:
    # Words of 12 bits, 6 of them fraction: 13 * 2**6 * 2**-precision < 1 from 10 bits on.
    words = narrow_words(12, float_precision=10)
    ratio = rewritten(i32f32.ratio, words)
    reciprocal = rewritten(i32f32.reciprocal, words)
    corrections = set()
    for whole in range(1, 1 << 10):
        factor = reciprocal(words.numpy.int64(whole))
        for part in range(0, whole + 1, 1 if whole < 200 else 7):
            quotient = (part << 6) // whole
            corrections.add(quotient - int(words.numpy.float64(part) * factor))
            assert int(ratio(words.numpy.int64(part), factor, words.numpy.int64(whole))) == quotient
    assert corrections == {0, 1}, "the search must exercise every correction"


def edges(source: random.Random) -> int:
    value = source.getrandbits(source.randint(1, 63))
    if source.random() < 0.4:
        value = (1 << source.randint(0, 62)) + source.randint(-2, 2)
    if source.random() < 0.05:
        value = (1 << 63) - 1 - source.randint(0, 2)
    return value if source.random() < 0.5 else -value - source.randint(0, 1)


def product_or_zero(a: I32F32, b: I32F32) -> I32F32:
    product = a.checked_mul(b)
    return I32F32.zero() if product is None else product


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("saturating_add", I32F32.saturating_add),
        ("saturating_sub", I32F32.saturating_sub),
        ("saturating_mul", I32F32.saturating_mul),
        ("saturating_div", I32F32.saturating_div),
        ("safe_div", I32F32.safe_div),
        ("checked_mul_or_zero", product_or_zero),
    ],
)
def test_full_width_operations_equal_the_reference(
    name: str, reference: Callable[[I32F32, I32F32], I32F32]
) -> None:
    operation = getattr(i32f32, name)

    @numba.njit
    def run(a, b, out):  # type: ignore[no-untyped-def]
        for i in range(a.size):
            out[i] = operation(a[i], b[i])

    source = random.Random(name)
    a = [edges(source) for _ in range(20_000)]
    b = [edges(source) for _ in range(20_000)]
    if name == "saturating_div":
        b = [value or 1 for value in b]
    out = np.empty(len(a), np.int64)
    run(np.array(a, np.int64), np.array(b, np.int64), out)
    for x, y, z in zip(a, b, out.tolist(), strict=True):
        assert z == reference(I32F32.from_bits(x), I32F32.from_bits(y)).bits, (x, y)


def test_full_width_ratios_equal_integer_division() -> None:
    @numba.njit
    def run(part, whole, out):  # type: ignore[no-untyped-def]
        for i in range(part.size):
            out[i] = i32f32.ratio(part[i], i32f32.reciprocal(whole[i]), whole[i])

    source = random.Random(1)
    wholes, parts = [], []
    for _ in range(200_000):
        whole = min((1 << 62) - 1, max(1, abs(edges(source)) >> source.choice((0, 1, 30))))
        # Quotients next to a whole number of ulps are where an estimate goes wrong.
        near = (source.randint(0, ONE) * whole >> 32) + source.randint(-1, 1)
        parts.append(max(0, min(whole, near)))
        wholes.append(whole)
    out = np.empty(len(wholes), np.int64)
    run(np.array(parts, np.int64), np.array(wholes, np.int64), out)
    assert out.tolist() == [(part << 32) // whole for part, whole in zip(parts, wholes, strict=True)]


def exponents() -> list[int]:
    source = random.Random(2)
    special = [0, 1, ONE, 20 * ONE, 20 * ONE + 1, 21 * ONE, (1 << 63) - 1, -(1 << 63)]
    near = [ONE * k + d for k in range(-21, 22) for d in (-1, 0, 1)]
    return special + near + [source.randint(-20 * ONE, 20 * ONE) for _ in range(3000)]


def test_the_clamped_exponential_equals_the_reference() -> None:
    @numba.njit
    def run(x, out):  # type: ignore[no-untyped-def]
        for i in range(x.size):
            out[i] = exponential.exp_safe(x[i])

    values = exponents()
    out = np.empty(len(values), np.int64)
    run(np.array(values, np.int64), out)
    for value, result in zip(values, out.tolist(), strict=True):
        clamped_value = max(-20 * ONE, min(20 * ONE, value))
        assert result == exp(I32F32.from_bits(clamped_value)).bits, value


def test_the_reciprocal_of_a_narrow_divisor_above_one_is_exact() -> None:
    words = narrow_words(16)
    reciprocal = rewritten(exponential.reciprocal_of_at_least_one, words)
    for divisor in range((1 << 8) + 1, 1 << 16):
        assert int(reciprocal(words.numpy.uint64(divisor))) == (1 << 16) // divisor


def test_the_next_term_of_the_series_is_exact_for_all_narrow_words() -> None:
    # 6 fraction bits; operands below 2**7 make quotients below 2**8, and 12 * 2**8 * 2**-12 < 1.
    precision = 12
    words = narrow_words(16, float_precision=precision)
    words.constants["FRACTION_BITS"] = words.numpy.int64(6)
    next_term = rewritten(exponential.next_term, words)
    corrections = set()
    for index in (2, 3, 5, 7, 12, 31):
        factor = Real(Fraction((1 << precision) - 8, 1 << precision) / (index << 6), precision)
        for term, x in itertools.product(range(128), range(0, 128, 1 if index == 3 else 5)):
            quotient = ((term * x) >> 6) // index
            estimate = Real(Fraction(term), precision) * Real(Fraction(x), precision) * factor
            corrections.add(quotient - int(estimate))
            arguments = (words.numpy.int64(term), words.numpy.int64(x), factor, words.numpy.int64(index))
            assert int(next_term(*arguments)) == quotient
    assert corrections == {0, 1}, "the search must exercise both corrections"


def test_the_reciprocal_of_a_lane_is_exact_for_all_narrow_words() -> None:
    # 8 fraction bits: the bound 10 * 2**8 * 2**-precision < 1 holds from 12 bits on.
    words = narrow_words(16, float_precision=12)
    reciprocal = rewritten(exponential.reciprocal_of_lane, words)
    for divisor in range((1 << 8) + 1, 1 << 12):
        assert int(reciprocal(words.numpy.int64(divisor))) == (1 << 16) // divisor


@pytest.mark.parametrize("limit", [1, 5, 12])
def test_sigmoids_in_lanes_equal_the_reference(limit: int) -> None:
    source = random.Random(limit)
    largest = limit * ONE
    values = [0, 1, -1, ONE, -ONE, ONE + 1, ONE - 1, largest, -largest]
    values += [source.randint(-largest, largest) for _ in range(2000)]
    values += [source.randint(-(1 << k), 1 << k) for k in range(1, 32) for _ in range(20)]
    out = np.array(values, np.int64)
    exponential.sigmoids(out, exponential.series_length(np.int64(largest)))
    one = I32F32.one()
    for value, result in zip(values, out.tolist(), strict=True):
        power = exp(I32F32.from_bits(value))
        assert result == one.saturating_div(one.saturating_add(power)).bits, value


def test_the_series_ends_where_its_terms_are_zero() -> None:
    for exponent in (0, 1, 1 << 16, ONE, 5 * ONE, 12 * ONE, 20 * ONE):
        term, index = exponent, 1
        while term and index < 31:
            index += 1
            term = ((term * exponent) >> 32) // index
        assert exponential.series_length(np.int64(exponent)) == index


def test_the_split_product_of_a_wide_slope_is_the_floored_product_for_all_narrow_words() -> None:
    # 12-bit words, 6 fraction bits, split at 3: |slope| < 2**8, |deviation| <= 2**5 leave
    # upper * deviation + deviation within 2**5 * 2**5 + 2**5 < 2**11, as 2**57 < 2**63 at full width.
    words = narrow_words(12)
    product = rewritten(exponential.floor_product_wide_exponent, words)
    for slope in range(-(1 << 8) + 1, 1 << 8):
        for deviation in range(-(1 << 5), (1 << 5) + 1):
            result = product(words.numpy.int64(slope), words.numpy.int64(deviation))
            assert int(result) == (slope * deviation) >> 6
