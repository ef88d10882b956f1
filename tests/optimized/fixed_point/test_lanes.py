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
    for other in (*CASES, "lesser", "greater"):
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
