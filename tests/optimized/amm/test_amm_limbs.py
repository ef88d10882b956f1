"""Two- and three-word arithmetic against Python's integers."""

from __future__ import annotations

import random
from collections.abc import Callable

import numba
import numpy as np
import pytest

from taospec.optimized.amm import limbs

MASK = (1 << 64) - 1


def edge_weighted(source: random.Random) -> int:
    """A word of random length, often next to a power of two."""
    length = source.randint(0, 64)
    value = source.getrandbits(length) if length else 0
    if source.random() < 0.5:
        value = (1 << length) + source.randint(-2, 2)
    return value & MASK


def columns(seed: int, count: int, names: str) -> list[list[int]]:
    source = random.Random(seed)
    return [[edge_weighted(source) for _ in range(count)] for _ in names]


def joined(words: np.ndarray) -> list[int]:
    """Each row of words, the highest first, as one number."""
    return [sum(int(word) << 64 * place for place, word in enumerate(reversed(row))) for row in words]


def run(function: Callable[..., object], operands: list[list[int]], width: int) -> list[int]:
    @numba.njit
    def loop_3(rows, out):  # type: ignore[no-untyped-def]
        for i in range(out.shape[0]):
            answer = function(rows[0, i], rows[1, i], rows[2, i])
            for place in range(width):
                out[i, place] = answer[place]

    @numba.njit
    def loop_4(rows, out):  # type: ignore[no-untyped-def]
        for i in range(out.shape[0]):
            answer = function(rows[0, i], rows[1, i], rows[2, i], rows[3, i])
            for place in range(width):
                out[i, place] = answer[place]

    out = np.empty((len(operands[0]), width), np.uint64)
    (loop_3 if len(operands) == 3 else loop_4)(np.array(operands, np.uint64), out)
    return joined(out)


@pytest.mark.parametrize("seed", range(2))
def test_the_upper_pair_of_a_product_is_exact(seed: int) -> None:
    operands = columns(seed, 20_000, "abcd")
    answers = run(limbs.multiply_pairs_high, operands, 2)
    for a, b, c, d, answer in zip(*operands, answers, strict=True):
        assert answer == ((a << 64) + b) * ((c << 64) + d) >> 128


@pytest.mark.parametrize("seed", range(2))
def test_a_saturating_product_is_that_of_the_reference(seed: int) -> None:
    operands = columns(seed, 20_000, "abcd")
    answers = run(limbs.multiply_saturating, operands, 2)
    for a, b, c, d, answer in zip(*operands, answers, strict=True):
        assert answer == min(((a << 64) + b) * ((c << 64) + d) >> 64, (1 << 128) - 1)


@pytest.mark.parametrize("seed", range(2))
def test_a_pair_times_a_word_is_exact(seed: int) -> None:
    operands = columns(seed, 20_000, "abc")
    answers = run(limbs.multiply_pair_by_word, operands, 3)
    for a, b, c, answer in zip(*operands, answers, strict=True):
        assert answer == ((a << 64) + b) * c


@pytest.mark.parametrize("seed", range(2))
def test_quotients_by_a_word_are_exact(seed: int) -> None:
    operands = columns(seed, 20_000, "abcd")
    operands[2] = [max(1, divisor) for divisor in operands[2]]
    operands[3] = [max(1, divisor) for divisor in operands[3]]
    of_pairs = run(limbs.divide_pair_by_word, operands[:3], 2)
    of_triples = run(limbs.divide_triple_by_word, operands, 3)
    for a, b, c, d, pair, triple in zip(*operands, of_pairs, of_triples, strict=True):
        assert pair == ((a << 64) + b) // c
        assert triple == ((a << 128) + (b << 64) + c) // d


def test_a_triple_is_shifted_right_into_a_pair() -> None:
    operands = columns(0, 20_000, "abcd")
    operands[3] = [1 + shift % 63 for shift in operands[3]]
    answers = run(limbs.shift_right_triple, operands, 2)
    for a, b, c, shift, answer in zip(*operands, answers, strict=True):
        assert answer == ((a << 128) + (b << 64) + c >> shift) & ((1 << 128) - 1)
