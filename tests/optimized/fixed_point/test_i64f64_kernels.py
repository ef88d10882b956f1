"""I64F64 in limbs: stake weights and their normalisation."""

from __future__ import annotations

import itertools
import random
from typing import Any

import numba
import numpy as np
import z3
from other_words import narrow_words, prove, rewritten

from taospec.optimized.fixed_point import i64f64
from taospec.reference.fixed_point import I32F32, I64F64, I96F32, U96F32

U64_MAX = (1 << 64) - 1


def joined(high: z3.BitVecRef, low: z3.BitVecRef) -> z3.BitVecRef:
    return z3.Concat(high, low)


def test_conversion_to_i32f32_floors_and_clamps_for_all_words() -> None:
    def claim(high: z3.BitVecRef, low: z3.BitVecRef, result: z3.BitVecRef) -> z3.BoolRef:
        floored = joined(high, low) >> 32
        largest, smallest = z3.BitVecVal((1 << 63) - 1, 128), z3.BitVecVal(-(1 << 63), 128)
        clamped = z3.If(floored > largest, largest, z3.If(floored < smallest, smallest, floored))
        return z3.SignExt(64, result) == clamped

    prove(i64f64.to_i32f32, "uu", claim)


def test_conversion_from_u64_saturates_for_all_words() -> None:
    def claim(value: z3.BitVecRef, high: z3.BitVecRef, low: z3.BitVecRef) -> z3.BoolRef:
        largest = z3.BitVecVal((1 << 127) - 1, 128)
        return joined(high, low) == z3.If(value < 0, largest, z3.Concat(value, z3.BitVecVal(0, 64)))

    prove(i64f64.from_u64, "u", claim)


def test_conversion_to_u64_takes_the_integer_part_for_all_words() -> None:
    prove(i64f64.to_u64, "uu", lambda high, low, result: result == z3.If(high < 0, 0, high))


def test_addition_of_nonnegative_values_saturates_for_all_words() -> None:
    def claim(ah: Any, al: Any, bh: Any, bl: Any, high: Any, low: Any) -> z3.BoolRef:
        exact = z3.ZeroExt(1, joined(ah, al)) + z3.ZeroExt(1, joined(bh, bl))
        largest = z3.BitVecVal((1 << 127) - 1, 129)
        return z3.ZeroExt(1, joined(high, low)) == z3.If(z3.UGT(exact, largest), largest, exact)

    prove(
        i64f64.saturating_add_nonnegative,
        "uuuu",
        claim,
        assume=lambda ah, _al, bh, _bl: z3.And(ah >= 0, bh >= 0),
    )


def test_the_tao_weight_is_the_floored_fraction_for_all_words() -> None:
    def claim(weight: z3.BitVecRef, result: z3.BitVecRef) -> z3.BoolRef:
        # result <= weight * 2**32 / (2**64 - 1) < result + 1, without a division.
        scaled = z3.ZeroExt(64, weight) << 32
        wide = z3.ZeroExt(64, result)
        below = (wide << 64) - wide
        above = ((wide + 1) << 64) - (wide + 1)
        return z3.And(z3.ULE(wide, 1 << 32), z3.ULE(below, scaled), z3.ULT(scaled, above))

    prove(i64f64.tao_weight_from_u64, "u", claim)


def test_the_weighted_stake_is_exact_for_all_narrow_words() -> None:
    words = narrow_words(8)
    weighted_stake = rewritten(i64f64.weighted_stake, words)
    word = words.numpy.uint64
    largest = (1 << 15) - 1
    for alpha in (0, 1, 15, 16, 100, 126, 127, 128, 129, 254, 255):
        for tao, weight in itertools.product(range(256), range(17)):
            high, low = weighted_stake(word(alpha), word(tao), word(weight))
            product = min(largest, min(largest, tao << 8) * (weight << 4) >> 8)
            expected = min(largest, min(largest, alpha << 8) + product)
            assert int(high) * 256 + int(low) == expected, (alpha, tao, weight)


def test_division_of_narrow_pairs_is_exact() -> None:
    words = narrow_words(8)
    safe_div = rewritten(i64f64.safe_div, words)
    word = words.numpy.uint64
    source = random.Random(3)
    pairs = [narrow_pair(source) for _ in range(30_000)]
    for a, b in itertools.pairwise(pairs):
        high, low = safe_div(*(word(limb & 255) for limb in (a >> 8, a, b >> 8, b)))
        exact = 0 if b == 0 else (abs(a) << 8) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
        expected = exact if -(1 << 15) <= exact < 1 << 15 else 0
        assert int(high) * 256 + int(low) == expected % (1 << 16), (a, b)


def narrow_pair(source: random.Random) -> int:
    value = source.getrandbits(source.randint(1, 15))
    if source.random() < 0.4:
        value = min((1 << 15) - 1, (1 << source.randint(0, 15)) - source.randint(0, 2))
    return value if source.random() < 0.6 else -value - 1


def test_the_corrected_share_is_exact_for_narrow_words_with_a_float_just_precise_enough() -> None:
    # 4 fraction bits: the bound 2**4 * 10 * 2**-precision < 1 holds from 8 bits on.
    words = narrow_words(8, float_precision=8)
    share = rewritten(i64f64.share_of_larger, words)
    estimate = rewritten(i64f64.float_of_pair, words)
    word = words.numpy.uint64
    corrections = set()
    for whole in range(1, 1 << 14, 31):
        for part in sorted({whole * k // 37 + d for k in range(38) for d in (0, 1)} & set(range(whole + 1))):
            limbs = [word(limb & 255) for limb in (part >> 8, part, whole >> 8, whole)]
            quotient = (part << 4) // whole
            assert int(share(*limbs)) == quotient, (part, whole)
            real = estimate(*limbs[:2]) / estimate(*limbs[2:]) * words.numpy.float64(16)
            corrections.add(quotient - int(real))
    assert corrections >= {-1, 0}


def stake(source: random.Random) -> int:
    kind = source.random()
    if kind < 0.5:
        return source.getrandbits(source.randint(1, 55))
    if kind < 0.9:
        return source.getrandbits(64) >> source.randint(0, 3)
    return source.choice((0, 1, (1 << 63) - 1, 1 << 63, U64_MAX))


def test_full_width_stake_weights_equal_the_reference() -> None:
    @numba.njit
    def run(alpha, tao, weight, out):  # type: ignore[no-untyped-def]
        for i in range(alpha.size):
            fraction = i64f64.tao_weight_from_u64(weight[i])
            out[0, i], out[1, i] = i64f64.weighted_stake(alpha[i], tao[i], fraction)

    source = random.Random(4)
    columns = [[stake(source) for _ in range(5000)] for _ in range(3)]
    out = np.empty((2, 5000), np.uint64)
    run(*(np.array(column, np.uint64) for column in columns), out)
    for i, (alpha, tao, weight) in enumerate(zip(*columns, strict=True)):
        fraction = U96F32.saturating_from_num(weight).safe_div(U96F32.saturating_from_num(U64_MAX))
        factor = I64F64.saturating_from_num(fraction)
        expected = I64F64.saturating_from_num(alpha).saturating_add(
            I64F64.saturating_from_num(tao).saturating_mul(factor)
        )
        assert (int(out[0, i]) << 64) + int(out[1, i]) == expected.bits, (alpha, tao, weight)


def test_full_width_shares_equal_the_reference() -> None:
    @numba.njit
    def run(limbs, out):  # type: ignore[no-untyped-def]
        for i in range(out.size):
            out[i] = i64f64.i32f32_share(limbs[0, i], limbs[1, i], limbs[2, i], limbs[3, i])

    source = random.Random(5)
    cases = [share_case(source) for _ in range(60_000)]
    rows = [[a >> 64 & U64_MAX, a & U64_MAX, b >> 64 & U64_MAX, b & U64_MAX] for a, b in cases]
    limbs = np.ascontiguousarray(np.array(rows, np.uint64).T)
    out = np.empty(len(cases), np.int64)
    run(limbs, out)
    for (a, b), result in zip(cases, out.tolist(), strict=True):
        quotient = I64F64.from_bits(a).safe_div(I64F64.from_bits(b))
        assert result == I32F32.saturating_from_num(quotient).bits, (a, b)


def share_case(source: random.Random) -> tuple[int, int]:
    b = source.getrandbits(source.choice((20, 64, 80, 100, 125, 126, 127)))
    a = source.getrandbits(source.randint(1, 127))
    kind = source.random()
    if kind < 0.5 and b:
        a = min(b, max(0, (source.randint(0, 1 << 32) * b >> 32) + source.randint(-1, 1)))
    if kind > 0.8:
        a = -a
    if kind > 0.7 and source.random() < 0.5:
        b = -b
    return a, b


def test_the_emission_of_a_share_equals_the_reference() -> None:
    @numba.njit
    def run(share, emission, out):  # type: ignore[no-untyped-def]
        for i in range(share.size):
            out[i] = i64f64.emission_of_share(share[i], emission[i])

    source = random.Random(6)
    shares = [source.getrandbits(source.choice((20, 32, 33, 50, 63))) for _ in range(5000)]
    shares += [1 << 32, (1 << 32) - 1, -1, -(1 << 63), (1 << 63) - 1, 0]
    shares = [-s if source.random() < 0.1 else s for s in shares]
    emissions = [stake(source) for _ in shares]
    out = np.empty(len(shares), np.uint64)
    run(np.array(shares, np.int64), np.array(emissions, np.uint64), out)
    for share, emission, result in zip(shares, emissions, out.tolist(), strict=True):
        product = I96F32.saturating_from_num(I32F32.from_bits(share)).saturating_mul(
            I96F32.saturating_from_num(emission)
        )
        assert result == max(0, min(U64_MAX, product.bits >> 32)), (share, emission)


def test_the_emission_of_a_proportion_is_exact_for_all_narrow_words() -> None:
    words = narrow_words(8)
    emission_of_proportion = rewritten(i64f64.emission_of_proportion, words)
    for proportion, emission in itertools.product(range(17), range(256)):
        result = emission_of_proportion(words.numpy.int64(proportion), words.numpy.uint64(emission))
        assert int(result) == proportion * emission >> 4
