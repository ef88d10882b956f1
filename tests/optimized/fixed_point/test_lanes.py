"""Operations on sixteen words at once, against numpy on the same words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytest

from taospec.optimized import lanes
from taospec.optimized.compilation import MEANINGS

EDGES = np.array([0, 1, 2, 2**31 - 1, 2**31, 2**31 + 1, 2**32 - 2, 2**32 - 1], np.uint32)
ONE = np.uint32(1)
AMOUNT = np.uint32(0x80000001)
SHORT = np.uint32(0xFFFF)
FACTOR = np.uint64(0xFEDC_BA98_FFFF_FFFF)


def words(seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    drawn = random.integers(0, 2**32, lanes.LANES, np.uint64).astype(np.uint32)
    drawn[: EDGES.size] = random.permutation(EDGES)
    return random.permutation(drawn).reshape(1, lanes.LANES)


CASES: dict[str, Callable[..., Any]] = {
    "add_where_above": lambda a, b, c: lanes.add_where_above(a, b, c, AMOUNT),
    "least_above": lambda a, b, c: lanes.least_above(a, b, c),
    "greatest_not_above": lambda a, b, c: lanes.greatest_not_above(a, b, c),
    "lesser": lambda a, b, c: lanes.lesser(a, b),
    "greater": lambda a, b, c: lanes.greater(a, b),
    "midpoint": lambda a, b, c: lanes.midpoint(lanes.lesser(a, b), lanes.greater(a, b)),
    "successor": lambda a, b, c: lanes.successor(a),
    "where_at_most": lambda a, b, c: lanes.where_at_most(a, b, c, a),
    "splat": lambda a, b, c: lanes.splat(AMOUNT),
    "plus": lambda a, b, c: lanes.plus(a, b),
    "minus": lambda a, b, c: lanes.minus(a, b),
    "masked": lambda a, b, c: lanes.masked(a, b),
    "twice_side_by_side": lambda a, b, c: lanes.twice_side_by_side(a),
    "high_product": lambda a, b, c: lanes.high_product(a, b),
    "scaled_shorts": lambda a, b, c: lanes.scaled_shorts(lanes.masked(a, lanes.splat(SHORT)), FACTOR),
}

EXPECTED: dict[str, Callable[..., Any]] = {
    "add_where_above": lambda a, b, c: a + (int(AMOUNT) if b > c else 0),
    "least_above": lambda a, b, c: min(a, b) if b > c else a,
    "greatest_not_above": lambda a, b, c: a if b > c else max(a, b),
    "lesser": lambda a, b, c: min(a, b),
    "greater": lambda a, b, c: max(a, b),
    "midpoint": lambda a, b, c: (a + b) // 2,
    "successor": lambda a, b, c: a + 1,
    "where_at_most": lambda a, b, c: c if a <= b else a,
    "splat": lambda a, b, c: int(AMOUNT),
    "plus": lambda a, b, c: a + b,
    "minus": lambda a, b, c: a - b,
    "masked": lambda a, b, c: a & b,
    "twice_side_by_side": lambda a, b, c: 65_537 * a,
    "high_product": lambda a, b, c: a * b >> 32,
    "scaled_shorts": lambda a, b, c: (a & 0xFFFF) * int(FACTOR) >> 48,
}


def drawn(seed: int) -> list[np.ndarray]:
    """Three rows of words, in one lane all equal."""
    rows = [words(3 * seed + k) for k in range(3)]
    for row in rows:
        row[0, seed % lanes.LANES] = rows[0][0, seed % lanes.LANES]
    return rows


def each_word(name: str, rows: list[np.ndarray]) -> list[int]:
    return [EXPECTED[name](*map(int, lane)) % 2**32 for lane in zip(*(row[0] for row in rows), strict=True)]


@pytest.mark.parametrize("name", CASES)
def test_an_operation_on_lanes_is_the_operation_on_each_word(name: str) -> None:
    operation = numba.njit(inline="always")(CASES[name])

    @numba.njit
    def run(a, b, c, out):  # type: ignore[no-untyped-def]
        result = operation(lanes.load(a, 0, 0), lanes.load(b, 0, 0), lanes.load(c, 0, 0))
        lanes.store(result, out, 0, 0)

    for seed in range(200):
        rows = drawn(seed)
        out = np.empty_like(rows[0])
        run(*rows, out)
        assert out[0].tolist() == each_word(name, rows)


@pytest.mark.parametrize("name", CASES)
def test_the_meaning_without_compilation_is_the_operation_on_each_word(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for other in CASES:
        monkeypatch.setattr(lanes, other, MEANINGS[other])
    for seed in range(50):
        rows = drawn(seed)
        with np.errstate(over="ignore"):
            result = CASES[name](*(row[0] for row in rows))
        assert result.dtype == np.uint32
        assert result.tolist() == each_word(name, rows)


def test_a_question_about_lanes_is_true_if_one_lane_says_so() -> None:
    @numba.njit
    def run(a, b):  # type: ignore[no-untyped-def]
        first, second = lanes.load(a, 0, 0), lanes.load(b, 0, 0)
        return lanes.any_differs(first, second), lanes.any_at_most(first, second)

    base = np.full((1, lanes.LANES), 5, np.uint32)
    for lane in range(lanes.LANES):
        other = base.copy()
        other[0, lane] = 6
        assert run(base, other) == (True, True)
        assert run(other, base) == (True, True)
        above = base + ONE
        assert run(above, base) == (True, False)
        above[0, lane] = 5
        assert run(above, base) == (True, True)
    assert run(base, base) == (False, True)


def test_lanes_are_loaded_and_stored_where_they_are_asked_for() -> None:
    @numba.njit
    def run(source, target):  # type: ignore[no-untyped-def]
        lanes.store(lanes.load(source, 1, 3), target, 2, 5)

    source = np.arange(60, dtype=np.uint32).reshape(2, 30)
    target = np.zeros((3, 40), np.uint32)
    run(source, target)
    assert target[2, 5:21].tolist() == source[1, 3:19].tolist()
    assert target.sum() == source[1, 3:19].sum()


def test_shorts_are_loaded_and_stored_where_they_are_asked_for() -> None:
    def run(source, target):  # type: ignore[no-untyped-def]
        lanes.store_shorts(lanes.load_shorts(source, 1, 3), target, 2, 5)

    source = np.arange(65_500, 65_560).astype(np.uint16).reshape(2, 30)
    target = np.zeros((3, 40), np.uint16)
    numba.njit(run)(source, target)
    assert target[2, 5:21].tolist() == source[1, 3:19].tolist()
    assert np.count_nonzero(target) == np.count_nonzero(source[1, 3:19])
    meant = np.zeros_like(target)
    MEANINGS["store_shorts"](MEANINGS["load_shorts"](source, 1, 3), meant, 2, 5)
    assert (meant == target).all()


def test_lanes_and_their_products_are_added_to_the_totals_of_their_columns() -> None:
    @numba.njit
    def run(source, factor, sums, products):  # type: ignore[no-untyped-def]
        for group in range(0, sums.size, lanes.LANES):
            lanes.add_to(lanes.load(source, 0, group), sums, group)
            lanes.add_high_products_to(
                lanes.load(source, 0, group), lanes.load(factor, 0, group), products, group
            )

    @numba.njit
    def places(out):  # type: ignore[no-untyped-def]
        for column in range(out.size):
            out[column] = lanes.place_of_total(column)

    columns = 2 * lanes.LANES
    place = np.empty(columns, np.int64)
    places(place)
    assert sorted(place.tolist()) == list(range(columns))
    source = np.hstack([words(1), words(2)])
    factor = np.hstack([words(3), words(4)])
    for times in (1, 2):
        sums, products = np.full((2, columns), 7, np.int64)
        meant_sums, meant_products = np.full((2, columns), 7, np.int64)
        for _ in range(times):
            run(source, factor, sums, products)
            for group in range(0, columns, lanes.LANES):
                part, by = (MEANINGS["load"](matrix, 0, group) for matrix in (source, factor))
                MEANINGS["add_to"](part, meant_sums, group)
                MEANINGS["add_high_products_to"](part, by, meant_products, group)
        for total, meant in ((sums, meant_sums), (products, meant_products)):
            assert (total == meant).all()
        pairs = list(zip(map(int, source[0]), map(int, factor[0]), strict=True))
        assert sums[place].tolist() == [7 + times * a for a, _ in pairs]
        assert products[place].tolist() == [7 + times * (a * b >> 32) for a, b in pairs]


def test_wide_lanes_hold_products_their_upper_halves_and_what_an_addition_changes() -> None:
    def run(source, factors, amounts):  # type: ignore[no-untyped-def]
        word = lanes.load(source, 0, 0)
        product = lanes.times_halves(lanes.truncated_product(word, factors, 0), amounts, 0)
        sums = lanes.add_words(lanes.wide_zeros(), word)
        upper = lanes.add_upper_halves(lanes.wide_zeros(), product)
        upper = lanes.add_upper_halves(upper, product)
        changes = lanes.changed_bits(lanes.wide_zeros(), product, amounts, 0)
        return lanes.total_of(sums), lanes.total_of(upper), lanes.any_upper_half(changes)

    compiled = numba.njit(run)
    random = np.random.default_rng(5)
    seen = set()
    for seed in range(200):
        source = words(seed)
        factors = random.random(lanes.LANES)
        amounts = random.integers(0, 1 << random.integers(1, 33), lanes.LANES)
        truncated = [int(float(word) * factor) for word, factor in zip(source[0], factors, strict=True)]
        products = [q * int(amount) for q, amount in zip(truncated, amounts, strict=True)]
        pairs = zip(products, map(int, amounts), strict=True)
        carries = any(product >> 32 != (product + amount) >> 32 for product, amount in pairs)
        expected = (int(source.sum()), 2 * sum(product >> 32 for product in products), carries)
        assert compiled(source, factors, amounts) == expected
        seen.add(carries)
    assert seen == {False, True}
    with pytest.MonkeyPatch.context() as patch:
        for name in MEANINGS:
            if hasattr(lanes, name):
                patch.setattr(lanes, name, MEANINGS[name])
        assert run(source, factors, amounts) == expected


def test_a_prefetch_changes_nothing_and_needs_no_place_in_the_matrix() -> None:
    @numba.njit
    def run(matrix):  # type: ignore[no-untyped-def]
        lanes.prefetch(matrix, 1, 4000)
        return matrix.sum()

    assert run(np.ones((2, 3), np.uint16)) == 6
