"""Two-word arithmetic: proven for all words where z3 ends, tried on all narrow words else."""

from __future__ import annotations

import itertools
import random

import numba
import numpy as np
import pytest
import z3
from other_words import narrow_words, prove, rewritten

from taospec.optimized.fixed_point import words

NARROW = range(256)
EIGHT_BITS = narrow_words(8)


def unsigned(*values: int) -> list[object]:
    return [EIGHT_BITS.numpy.uint64(value) for value in values]


def joined(high: z3.BitVecRef, low: z3.BitVecRef) -> z3.BitVecRef:
    return z3.Concat(high, low)


def test_negating_a_pair_is_the_twos_complement_for_all_words() -> None:
    prove(words.negate_pair, "uu", lambda ah, al, rh, rl: joined(rh, rl) == -joined(ah, al))


def test_adding_pairs_wraps_for_all_words() -> None:
    prove(
        words.add_pair,
        "uuuu",
        lambda ah, al, bh, bl, rh, rl: joined(rh, rl) == joined(ah, al) + joined(bh, bl),
    )


def test_subtracting_pairs_wraps_for_all_words() -> None:
    prove(
        words.subtract_pair,
        "uuuu",
        lambda ah, al, bh, bl, rh, rl: joined(rh, rl) == joined(ah, al) - joined(bh, bl),
    )


def test_comparing_pairs_compares_the_joined_numbers_for_all_words() -> None:
    # The result is a plain bool along each path.
    prove(
        words.less_pair,
        "uuuu",
        lambda ah, al, bh, bl, less: z3.ULT(joined(ah, al), joined(bh, bl)) == less,
    )


def test_shifting_a_pair_left_shifts_the_joined_number_for_all_words() -> None:
    def claim(
        high: z3.BitVecRef, low: z3.BitVecRef, shift: z3.BitVecRef, *result: z3.BitVecRef
    ) -> z3.BoolRef:
        return joined(*result) == joined(high, low) << z3.ZeroExt(64, shift)

    prove(words.shift_left_pair, "uuu", claim, assume=lambda _h, _l, shift: z3.ULT(shift, 64))


def test_the_wide_product_is_exact_for_all_narrow_words() -> None:
    multiply = rewritten(words.multiply_wide, EIGHT_BITS)
    for a, b in itertools.product(NARROW, NARROW):
        high, low = multiply(*unsigned(a, b))
        assert int(high) * 256 + int(low) == a * b


def test_leading_zeros_are_counted_for_all_narrow_words() -> None:
    leading_zeros = rewritten(words.leading_zeros, EIGHT_BITS)
    for a in range(1, 256):
        assert int(leading_zeros(*unsigned(a))) == 8 - a.bit_length()


def test_the_wide_quotient_is_exact_for_all_narrow_words() -> None:
    divide = rewritten(words.divide_two_words, EIGHT_BITS)
    for divisor in range(128, 256):
        for high in range(divisor):
            for low in (0, 1, 15, 16, 17, 85, 127, 128, 170, 240, 254, 255):
                quotient, remainder = divide(*unsigned(high, low, divisor))
                assert (int(quotient), int(remainder)) == divmod(high * 256 + low, divisor)


def edge_weighted(source: random.Random, bits: int = 64) -> int:
    """A number of random length, often next to a power of two or made of runs of ones."""
    length = source.randint(0, bits)
    value = source.getrandbits(length) if length else 0
    if source.random() < 0.5:
        value = (1 << length) + source.randint(-2, 2)
    if source.random() < 0.1:
        value ^= (1 << bits) - 1
    return value & ((1 << bits) - 1)


@pytest.mark.parametrize("seed", range(3))
def test_full_width_products_and_quotients_match_python_integers(seed: int) -> None:
    source = random.Random(seed)

    @numba.njit
    def run(a, b, c, out):  # type: ignore[no-untyped-def]
        for i in range(a.size):
            out[0, i], out[1, i] = words.multiply_wide(a[i], b[i])
            shift = words.leading_zeros(c[i])
            divisor = c[i] << shift
            out[2, i], out[3, i] = words.divide_two_words(a[i] % divisor, b[i], divisor)

    count = 30_000
    a, b = ([edge_weighted(source) for _ in range(count)] for _ in range(2))
    c = [max(1, edge_weighted(source)) for _ in range(count)]
    out = np.empty((4, count), np.uint64)
    run(*(np.array(column, np.uint64) for column in (a, b, c)), out)
    for i, (x, y, z) in enumerate(zip(a, b, c, strict=True)):
        assert (int(out[0, i]) << 64) + int(out[1, i]) == x * y
        divisor = z << (64 - z.bit_length())
        assert (int(out[2, i]), int(out[3, i])) == divmod((x % divisor << 64) + y, divisor)
