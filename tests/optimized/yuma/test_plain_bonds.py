"""The usual case of Yuma 3 bonds in half words: exact at its edges."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable

import numba
import numpy as np
import pytest

from taospec.optimized import lanes
from taospec.optimized.yuma import plain_bonds, rows
from taospec.optimized.yuma.layout import TILE
from taospec.reference.fixed_point import I32F32

ONE = 1 << 32
PROPORTIONS = (0, 1, 2, 65_535, 65_536, 2**31 - 1, 2**31, 2**31 + 1, ONE - 3, ONE - 2)
PLACES = [j - j % 16 + j % 16 // 2 + j % 2 * 8 for j in range(TILE)]
"""Where a column's total is kept: of sixteen, the even ones first."""


def product(a: int, b: int) -> int:
    return I32F32.from_bits(a).saturating_mul(I32F32.from_bits(b)).bits


def in_rows(values: Iterable[int]) -> np.ndarray:
    """Words in rows of sixteen, the last filled with zeros."""
    words = np.array(list(values), np.uint32)
    return np.append(words, np.zeros(-words.size % lanes.LANES, np.uint32)).reshape(-1, lanes.LANES)


def test_the_penalty_is_exact_for_weights_below_one() -> None:
    @numba.njit
    def run(weights, limits, kept, out):  # type: ignore[no-untyped-def]
        for row in range(weights.shape[0]):
            weight, limit = lanes.load(weights, row, 0), lanes.load(limits, row, 0)
            lanes.store(plain_bonds.penalized_half(weight, limit, lanes.splat(kept)), out, row, 0)

    pairs = list(itertools.product(PROPORTIONS, PROPORTIONS))
    weights, limits = in_rows(weight for weight, _ in pairs), in_rows(limit for _, limit in pairs)
    out = np.empty_like(weights)
    for penalty in (1, 65_537, 2**31, ONE - 1, ONE):
        run(weights, limits, np.uint32(ONE - penalty), out)
        expected = [weight + product(penalty, min(weight, limit) - weight) for weight, limit in pairs]
        assert out.reshape(-1)[: len(pairs)].tolist() == expected


def test_the_average_is_exact_for_every_stored_bond() -> None:
    @numba.njit
    def run(rate, retained, weight, bonds, out):  # type: ignore[no-untyped-def]
        for row in range(bonds.shape[0]):
            average = plain_bonds.averaged_half(
                lanes.splat(rate),
                lanes.splat(retained),
                lanes.splat(weight),
                lanes.load(bonds, row, 0),
                lanes.splat(plain_bonds.BELOW_LARGEST_U32),
            )
            lanes.store(average, out, row, 0)

    bonds = in_rows(range(65_536))
    out = np.empty_like(bonds)
    source = random.Random(1)
    for rate in (1, 2, 65_536, 2**31, ONE - 1, source.randrange(1, ONE)):
        for weight in (*PROPORTIONS[:1], *PROPORTIONS[-2:], source.randrange(ONE - 1)):
            run(np.uint32(rate), np.uint32(ONE - rate), np.uint32(weight), bonds, out)
            bought = product(rate, weight)
            kept = (ONE - rate) * ((bonds.reshape(-1).astype(object) << 32) // 65_535) >> 32
            assert out.reshape(-1).tolist() == [bought + int(value) for value in kept]


@pytest.mark.parametrize("share", [1 << 24, 1 << 30, 1 << 32])
def test_income_is_the_sum_of_floored_products(share: int) -> None:
    source = np.random.default_rng(share)
    rows = 40
    estimated = 0
    for _ in range(30):
        halves = source.integers(0, 1 << source.integers(1, 33), (rows, TILE)).astype(np.uint32)
        halves[source.random(halves.shape) < 0.3] = 0
        # A lone bond is all of its column, and its quotient an integer.
        halves[1:, 5] = 0
        merit = source.pareto(1.0, TILE)
        incentive = (merit / merit.sum() * share).astype(np.int64)
        column = halves.sum(0, np.int64)
        total = np.empty(TILE, np.int64)
        total[PLACES] = column
        earned = np.zeros(rows, np.int64)
        factor = np.empty(TILE, np.float64)
        plain_bonds.income_of_halves(halves, rows, total, factor, incentive, earned)
        whole = [max(int(value), 1) for value in column]
        for row in range(rows):
            bonds = [(int(half) << 32) // divisor for half, divisor in zip(halves[row], whole, strict=True)]
            exact = sum(bond * int(part) >> 32 for bond, part in zip(bonds, incentive, strict=True))
            assert earned[row] == exact
            estimate = plain_bonds.estimated_income(halves, row, factor, incentive)
            assert estimate in (exact, plain_bonds.IN_DOUBT)
            estimated += int(estimate == exact)
    assert estimated > 100


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


def test_a_weight_divided_by_its_rows_sum_is_the_floored_quotient() -> None:
    @numba.njit
    def run(weight, weight_sum, out, factor):  # type: ignore[no-untyped-def]
        divisor = np.empty(3, np.uint32)
        for k in range(weight.size):
            rows.prepare_division(weight_sum[k], divisor)
            words = np.int64(divisor[0]), np.int64(divisor[1]), np.int64(divisor[2])
            out[k] = rows.normalized_weight(weight[k], words[0], words[1], words[2])
            factor[k] = rows.division_factor(divisor)

    source = random.Random(3)
    sums = [1, 2, 3, 65_534, 65_535, 65_536, 65_537, 2**30, 2**31 - 1, 2**31 - 2]
    sums += [2**k + d for k in range(2, 31) for d in (-1, 0, 1)]
    sums += [source.randrange(1, 1 << source.randint(1, 31)) for _ in range(20_000)]
    pairs = [(w, s) for s in sums for w in {0, 1, min(s, 65_535), min(s, source.randrange(65_536))}]
    weights, wholes = zip(*pairs, strict=True)
    out = np.empty(len(pairs), np.int64)
    factors = np.empty(len(pairs), np.uint64)
    run(np.array(weights), np.array(wholes), out, factors)
    assert out.tolist() == [(weight << 32) // whole for weight, whole in pairs]
    for (weight, whole), factor in zip(pairs, factors.tolist(), strict=True):
        if whole > 1 << 16:
            assert factor == -(-(1 << 80) // whole) < 1 << 64
            assert weight * factor >> 48 == (weight << 32) // whole


def test_no_weight_below_one_normalises_to_the_word_that_stands_for_one() -> None:
    # The largest quotient below 1 is (s - 1) / s, and 2**32 * (s - 1) / s < 2**32 - 1 iff s < 2**32.
    for whole in (2, 3, 65_535, 65_536, 2**31 - 1):
        assert ((whole - 1) << 32) // whole <= ONE - 2
