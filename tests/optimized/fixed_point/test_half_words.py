"""The arithmetic of half words and of prepared divisions, proven for all words or all narrow ones."""

from __future__ import annotations

from types import FunctionType, SimpleNamespace
from typing import Any

import z3
from other_words import narrow_words, rewritten

from taospec.optimized.yuma import plain_bonds, rows


def narrow_lanes(half: int) -> Any:
    """The operations on lanes, on a single word that stands for those of 32 bits."""
    return SimpleNamespace(
        lesser=min,
        plus=lambda a, b: a + b,
        minus=lambda a, b: a - b,
        high_product=lambda a, b: (a * b) >> half,
        twice_side_by_side=lambda a: a * ((1 << half // 2) + 1),
        add_where_above=lambda total, a, limit, amount: total + amount * (a > limit),
    )


def of_narrow_lanes(function: Any, half: int) -> Any:
    """The source of an operation on lanes over narrow ones."""
    return FunctionType(function.py_func.__code__, {"lanes": narrow_lanes(half), "UNIT": 1})


def test_what_is_left_of_an_excess_is_the_floor_of_the_rest_for_all_words() -> None:
    # d - ceil(P / 2**32) = floor((2**32 * d - P) / 2**32) for any product P = p * d <= 2**32 * d.
    excess, product = z3.BitVec("excess", 32), z3.BitVec("product", 64)
    wide = z3.ZeroExt(32, excess) << 32
    ceiling = z3.LShR(product, 32) + z3.If(z3.Extract(31, 0, product) == 0, z3.BitVecVal(0, 64), 1)
    solver = z3.Solver()
    solver.add(z3.ULE(product, wide))
    solver.add(z3.LShR(wide, 32) - ceiling != z3.LShR(wide - product, 32))
    assert solver.check() == z3.unsat


def test_the_penalty_is_the_floored_product_for_narrow_words() -> None:
    penalized = of_narrow_lanes(plain_bonds.penalized_half, 8)
    one = 1 << 8
    for penalty in range(1, one + 1):
        for weight in range(one - 1):
            for consensus in range(0, one, 5):
                clipped = min(weight, consensus)
                expected = weight + ((penalty * (clipped - weight)) >> 8)
                assert penalized(weight, consensus, one - penalty) == expected


def narrow_division() -> Any:
    """Words of 16 bits stand for those of 64: weights of 4 bits, sums below ``2**7``."""
    words = narrow_words(16)
    words.numpy.uint32 = words.numpy.int64
    words.constants |= {
        "U32_MAX": words.numpy.int64((1 << 8) - 1),
        "WEIGHT_BITS": words.numpy.int64(4),
        "WEIGHT_SUM_BITS": words.numpy.int64(8),
        "SCALED_SHIFT": words.numpy.int64(4),
        "QUOTIENT_SHIFT": words.numpy.uint64(12),
    }
    return words


def test_a_prepared_division_is_exact_for_all_narrow_words() -> None:
    words = narrow_division()
    prepare = rewritten(rows.prepare_division, words)
    normalized = rewritten(rows.normalized_weight, words)
    factor_of = rewritten(rows.division_factor, words)
    for weight_sum in range(1, 1 << 7):
        divisor = [words.numpy.int64(0)] * 3
        prepare(words.numpy.int64(weight_sum), divisor)
        assert all(0 <= int(word) < 1 << 8 for word in divisor[1:])
        for weight in range(min(15, weight_sum) + 1):
            assert int(normalized(words.numpy.int64(weight), *divisor)) == (weight << 8) // weight_sum
        if weight_sum > 1 << 4:
            factor = int(factor_of(divisor))
            assert factor == -(-(1 << 20) // weight_sum) < 1 << 16
            for weight in range(16):
                assert weight * factor >> 12 == (weight << 8) // weight_sum


def test_the_average_of_half_words_is_exact_for_all_narrow_words() -> None:
    # Half words of 8 bits, stored bonds of 4: 2**8 = 15 * 17 + 1, as 2**32 = 65535 * 65537 + 1.
    average = of_narrow_lanes(plain_bonds.averaged_half, 8)
    for rate in range(1, 1 << 8):
        retained = (1 << 8) - rate
        for bond in range(16):
            kept = (retained * ((bond << 8) // 15)) >> 8
            for weight in (0, 1, 100, 200, 253, 254):
                result = average(rate, retained, weight, bond, (1 << 8) - 2)
                assert result == ((rate * weight) >> 8) + kept
                assert result < 1 << 8
