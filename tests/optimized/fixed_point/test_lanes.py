"""Operations on sixteen words at once, against numpy on the same words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytest

from taospec.optimized import lanes

EDGES = np.array([0, 1, 2, 2**31 - 1, 2**31, 2**31 + 1, 2**32 - 2, 2**32 - 1], np.uint32)
ONE = np.uint32(1)


def words(seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    drawn = random.integers(0, 2**32, lanes.LANES, np.uint64).astype(np.uint32)
    drawn[: EDGES.size] = random.permutation(EDGES)
    return random.permutation(drawn).reshape(1, lanes.LANES)


CASES: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "add_where_above": (
        lambda a, b, c: lanes.add_where_above(a, b, c, np.uint32(0x80000001)),
        lambda a, b, c: a + np.where(b > c, np.uint32(0x80000001), np.uint32(0)),
    ),
    "least_above": (
        lambda a, b, c: lanes.least_above(a, b, c),
        lambda a, b, c: np.where(b > c, np.minimum(a, b), a),
    ),
    "greatest_not_above": (
        lambda a, b, c: lanes.greatest_not_above(a, b, c),
        lambda a, b, c: np.where(b > c, a, np.maximum(a, b)),
    ),
    "lesser": (lambda a, b, c: lanes.lesser(a, b), lambda a, b, c: np.minimum(a, b)),
    "greater": (lambda a, b, c: lanes.greater(a, b), lambda a, b, c: np.maximum(a, b)),
    "midpoint": (
        lambda a, b, c: lanes.midpoint(lanes.lesser(a, b), lanes.greater(a, b)),
        lambda a, b, c: ((a.astype(np.uint64) + b) // 2).astype(np.uint32),
    ),
    "successor": (lambda a, b, c: lanes.successor(a), lambda a, b, c: a + ONE),
    "where_at_most": (
        lambda a, b, c: lanes.where_at_most(a, b, c, a),
        lambda a, b, c: np.where(a <= b, c, a),
    ),
    "splat": (lambda a, b, c: lanes.splat(np.uint32(7)), lambda a, b, c: np.full_like(a, 7)),
}


@pytest.mark.parametrize("name", CASES)
def test_an_operation_on_lanes_is_the_operation_on_each_word(name: str) -> None:
    on_lanes, on_words = CASES[name]
    operation = numba.njit(inline="always")(on_lanes)

    @numba.njit
    def run(a, b, c, out):  # type: ignore[no-untyped-def]
        result = operation(lanes.load(a, 0, 0), lanes.load(b, 0, 0), lanes.load(c, 0, 0))
        lanes.store(result, out, 0, 0)

    for seed in range(200):
        a, b, c = (words(3 * seed + k) for k in range(3))
        b[0, seed % lanes.LANES] = c[0, seed % lanes.LANES] = a[0, seed % lanes.LANES]
        out = np.empty_like(a)
        run(a, b, c, out)
        assert (out == on_words(a, b, c)).all()


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
