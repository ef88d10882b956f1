"""The arithmetic of half words and of prepared divisions, proven for all words or all narrow ones."""

from __future__ import annotations

from typing import Any

import z3
from other_words import narrow_words, rewritten

from taospec.optimized.yuma import plain_bonds, rows


def test_the_borrow_of_a_stored_half_is_that_of_the_product_for_all_words() -> None:
    # store_halves: floor(e * 65535 / 2**32) with e * 65535 = (e << 16) - e.
    half = z3.BitVec("half", 32)
    wide = z3.ZeroExt(32, half)
    borrow = z3.If(z3.ULT(half << 16, half), z3.BitVecVal(1, 32), z3.BitVecVal(0, 32))
    claimed = z3.LShR(half, 16) - borrow
    solver = z3.Solver()
    solver.add(z3.ZeroExt(32, claimed) != z3.LShR((wide << 16) - wide, 32))
    assert solver.check() == z3.unsat


def test_the_penalty_is_the_floored_product_for_narrow_words() -> None:
    # z3 does not decide the product of two half words within minutes.
    words = narrow_words(16)
    penalized = rewritten(plain_bonds.penalized_half, words)
    signed = words.numpy.int64
    one = 1 << 8
    for penalty in range(one + 1):
        for weight in (0, 1, 37, 128, 200, one - 2):
            for consensus in range(0, one + 1, 5):
                clipped = min(weight, consensus)
                expected = weight + ((penalty * (clipped - weight)) >> 8)
                result = penalized(signed(penalty), penalty == one, signed(weight), signed(consensus))
                assert int(result) == expected


def narrow_division() -> Any:
    """Words of 16 bits stand for those of 64: weights of 4 bits, sums below ``2**7``."""
    words = narrow_words(16)
    words.numpy.uint32 = words.numpy.int64
    words.constants |= {
        "U32_MAX": words.numpy.int64((1 << 8) - 1),
        "WEIGHT_BITS": words.numpy.int64(4),
        "WEIGHT_SUM_BITS": words.numpy.int64(7),
        "SCALED_SHIFT": words.numpy.int64(3),
    }
    return words


def test_a_prepared_division_is_exact_for_all_narrow_words() -> None:
    words = narrow_division()
    prepare = rewritten(rows.prepare_division, words)
    normalized = rewritten(rows.normalized_weight, words)
    for weight_sum in range(1, 1 << 7):
        divisor = [words.numpy.int64(0)] * 3
        prepare(words.numpy.int64(weight_sum), divisor)
        assert all(0 <= int(word) < 1 << 8 for word in divisor[1:])
        for weight in range(min(15, weight_sum) + 1):
            assert int(normalized(words.numpy.int64(weight), *divisor)) == (weight << 8) // weight_sum


def test_the_average_of_half_words_is_exact_for_all_narrow_words() -> None:
    # Half words of 8 bits, stored bonds of 4: 2**8 = 15 * 17 + 1, as 2**32 = 65535 * 65537 + 1.
    words = narrow_words(16)
    words.numpy.uint32 = words.numpy.int64
    words.constants |= {"U16_FACTOR": words.numpy.int64(17), "LARGEST_U16": words.numpy.int64(15)}
    average = rewritten(plain_bonds.averaged_half, words)
    signed = words.numpy.int64
    for rate in range(1, 1 << 8):
        retained = (1 << 8) - rate
        for bond in range(16):
            kept = (retained * ((bond << 8) // 15)) >> 8
            for weight in (0, 1, 100, 200, 253, 254):
                result = int(average(signed(rate), signed(retained), signed(weight), signed(bond)))
                assert result == ((rate * weight) >> 8) + kept
                assert result < 1 << 8
