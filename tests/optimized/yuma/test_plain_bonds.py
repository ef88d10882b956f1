"""The usual case of Yuma 3 bonds in half words: exact at its edges."""

from __future__ import annotations

import itertools
import random

import numba
import numpy as np

from taospec.optimized.yuma import plain_bonds, rows
from taospec.reference.fixed_point import I32F32

ONE = 1 << 32
PROPORTIONS = (0, 1, 2, 65_535, 65_536, 2**31 - 1, 2**31, 2**31 + 1, ONE - 3, ONE - 2)


def product(a: int, b: int) -> int:
    return I32F32.from_bits(a).saturating_mul(I32F32.from_bits(b)).bits


def test_the_penalty_is_exact_for_weights_below_one() -> None:
    @numba.njit
    def run(penalty, clips, weight, consensus):  # type: ignore[no-untyped-def]
        return plain_bonds.penalized_half(penalty, clips, weight, consensus)

    for weight, consensus in itertools.product(PROPORTIONS, PROPORTIONS):
        clipped = min(weight, consensus)
        for penalty in (0, 1, 65_537, 2**31, ONE - 1, ONE):
            result = run(penalty, penalty == ONE, weight, consensus)
            assert result == weight + product(penalty, clipped - weight), (penalty, weight, consensus)


def test_the_average_is_exact_for_every_stored_bond() -> None:
    @numba.njit
    def run(rate, retained, weight, bonds, out):  # type: ignore[no-untyped-def]
        for k in range(bonds.size):
            out[k] = plain_bonds.averaged_half(rate, retained, weight, bonds[k])

    bonds = np.arange(65_536)
    out = np.empty(65_536, np.uint32)
    source = random.Random(1)
    for rate in (1, 2, 65_536, 2**31, ONE - 1, source.randrange(1, ONE)):
        for weight in (*PROPORTIONS[:1], *PROPORTIONS[-2:], source.randrange(ONE - 1)):
            run(rate, ONE - rate, weight, bonds, out)
            bought = product(rate, weight)
            kept = (ONE - rate) * ((bonds.astype(object) << 32) // 65_535) >> 32
            assert out.tolist() == [bought + int(value) for value in kept]


def test_the_ratio_of_a_half_word_is_the_floored_quotient() -> None:
    @numba.njit
    def run(part, whole, out):  # type: ignore[no-untyped-def]
        for k in range(part.size):
            factor = (4294967296.0 * (1 - 2.0**-50)) / np.float64(whole[k])
            out[k] = plain_bonds.ratio_of_half(part[k], factor, np.float64(whole[k]))

    source = random.Random(2)
    parts, wholes = [], []
    for _ in range(200_000):
        whole = source.randrange(1, 1 << source.randint(1, 51))
        near = (source.randint(0, ONE) * whole >> 32) + source.randint(-1, 1)
        parts.append(max(0, min(near, whole, ONE - 1)))
        wholes.append(whole)
    out = np.empty(len(parts), np.int64)
    run(np.array(parts, np.uint32), np.array(wholes), out)
    assert out.tolist() == [(part << 32) // whole for part, whole in zip(parts, wholes, strict=True)]


def test_storing_halves_truncates_for_all_upper_and_edge_lower_parts() -> None:
    uppers = np.arange(65_536, dtype=np.uint32)
    for lower in (0, 1, 2, 32_767, 32_768, 65_534, 65_535):
        halves = ((uppers << np.uint32(16)) | np.uint32(lower)).reshape(-1, 128)
        stored = np.empty(halves.shape, np.uint16)
        size = halves.shape[0]
        plain_bonds.store_halves(np.arange(size), np.ones(size, np.bool), halves, 0, stored)
        expected = (halves.astype(np.uint64) * np.uint64(65_535)) >> np.uint64(32)
        assert (stored == expected).all()


def test_a_weight_divided_by_its_rows_sum_is_the_floored_quotient() -> None:
    @numba.njit
    def run(weight, weight_sum, out):  # type: ignore[no-untyped-def]
        divisor = np.empty(3, np.uint32)
        for k in range(weight.size):
            rows.prepare_division(weight_sum[k], divisor)
            words = np.int64(divisor[0]), np.int64(divisor[1]), np.int64(divisor[2])
            out[k] = rows.normalized_weight(weight[k], words[0], words[1], words[2])

    source = random.Random(3)
    sums = [1, 2, 3, 65_534, 65_535, 65_536, 65_537, 2**30, 2**31 - 1, 2**31 - 2]
    sums += [2**k + d for k in range(2, 31) for d in (-1, 0, 1)]
    sums += [source.randrange(1, 1 << source.randint(1, 31)) for _ in range(20_000)]
    pairs = [(w, s) for s in sums for w in {0, 1, min(s, 65_535), min(s, source.randrange(65_536))}]
    weights, wholes = zip(*pairs, strict=True)
    out = np.empty(len(pairs), np.int64)
    run(np.array(weights), np.array(wholes), out)
    assert out.tolist() == [(weight << 32) // whole for weight, whole in pairs]


def test_no_weight_below_one_normalises_to_the_word_that_stands_for_one() -> None:
    # The largest quotient below 1 is (s - 1) / s, and 2**32 * (s - 1) / s < 2**32 - 1 iff s < 2**32.
    for whole in (2, 3, 65_535, 65_536, 2**31 - 1):
        assert ((whole - 1) << 32) // whole <= ONE - 2
