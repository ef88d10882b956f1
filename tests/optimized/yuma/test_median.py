"""The median of a tile: all small columns, at every edge of shares, scores and majority."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

from taospec.optimized.yuma.consensus import CODE_STRIDE
from taospec.optimized.yuma.layout import TILE
from taospec.optimized.yuma.median import CODE_ONE, median_of_tile

ONE = 1 << 32
LARGEST = int(CODE_ONE)
SCORES = (0, 1, 2, LARGEST - 1, LARGEST)
KAPPAS = (0, 1, 2, ONE // 3, ONE // 2 - 1, ONE // 2, ONE // 2 + 1, ONE - 2, ONE - 1, ONE)


def median(scores: list[int], shares: list[int], unlisted: bool, kappa: int) -> int:
    """The smallest score with less stake above it than kappa, else the largest score."""
    candidates = sorted({*scores, *([0] if unlisted or not scores else [])})
    for score in candidates:
        if sum(share for other, share in zip(scores, shares, strict=True) if other > score) < kappa:
            return score
    return candidates[-1]


def medians(columns: list[tuple[int, ...]], shares: list[int], unlisted: bool, kappa: int) -> list[int]:
    codes = np.zeros((len(shares), CODE_STRIDE), np.uint32)
    for j, column in enumerate(columns):
        codes[:, j] = column
    result = np.empty((1, TILE), np.uint32)
    median_of_tile(codes, len(shares), np.array(shares, np.uint32), unlisted, np.int64(kappa), result)
    return result[0, : len(columns)].tolist()


THREE_SHARES = [
    [1, 1, ONE - 2],
    [ONE - 2, 1, 1],
    [ONE // 3, ONE // 3, ONE // 3],
    [ONE // 2 - 1, ONE // 4, ONE // 4],
    [ONE // 2 - 2, 1, ONE // 2],
    [1, 2, 3],
]


@pytest.mark.parametrize("shares", THREE_SHARES, ids=str)
@pytest.mark.parametrize("unlisted", [False, True])
def test_all_columns_of_three_scores_have_the_median_of_the_definition(
    shares: list[int], unlisted: bool
) -> None:
    # Who has no row has a share of at least 1 too.
    shares = [min(share, ONE - 3) for share in shares] if unlisted else shares
    assert sum(shares) <= ONE - unlisted
    columns = list(itertools.product(SCORES, repeat=3))
    assert len(columns) <= TILE
    for kappa in (*KAPPAS, shares[0], shares[0] + 1, shares[0] + shares[1], shares[0] + shares[1] + 1):
        expected = [median(list(column), shares, unlisted, kappa) for column in columns]
        assert medians(columns, shares, unlisted, kappa) == expected, kappa


@pytest.mark.parametrize("unlisted", [False, True])
def test_columns_of_one_and_of_no_score_have_the_median_of_the_definition(unlisted: bool) -> None:
    for kappa in KAPPAS:
        # A share of 1.0 is stored one below, and only a score that is alone has it.
        share = ONE // 2 if unlisted else ONE - 1
        exact = share if unlisted else ONE
        expected = [median([score], [exact], unlisted, kappa) for score in SCORES]
        assert medians([(score,) for score in SCORES], [share], unlisted, kappa) == expected
        assert medians([()], [], unlisted, kappa) == [0]


def test_random_columns_have_the_median_of_the_definition() -> None:
    source = random.Random(7)
    for _ in range(150):
        rows = source.randint(2, 40)
        weights = [source.choice((1, source.random(), source.random() * 1e-9)) for _ in range(rows)]
        shares = [max(1, int(weight / sum(weights) * (ONE - rows))) for weight in weights]
        assert sum(shares) <= ONE
        values = [*SCORES, *(source.getrandbits(source.randint(1, 32)) for _ in range(source.randint(1, 30)))]
        columns = [tuple(source.choices(values, k=rows)) for _ in range(TILE)]
        at_edge = sum(source.sample(shares, source.randint(1, rows))) + source.randint(-1, 1)
        kappa = max(0, min(ONE, source.choice((ONE // 2, at_edge))))
        unlisted = source.random() < 0.3
        expected = [median(list(column), shares, unlisted, kappa) for column in columns]
        assert medians(columns, shares, unlisted, kappa) == expected
