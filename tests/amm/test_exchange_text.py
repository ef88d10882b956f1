"""The examples and the figures in the chapter of the exchange."""

from __future__ import annotations

import doctest
import math
from pathlib import Path

import pytest

from taospec.reference.amm.power import pow_ratio_scaled

CHAPTER = Path(__file__).parents[2] / "spec" / "amm"
SCALE = 10**18


def test_the_examples_of_the_chapter_print_what_it_says() -> None:
    attempted = 0
    for page in sorted(CHAPTER.glob("*.md")):
        text = page.read_text("utf-8").replace("```", "")
        test = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
        result = doctest.DocTestRunner().run(test)
        assert result.failed == 0
        attempted += result.attempted
    assert attempted > 10


def series_at(size: float) -> int:
    """The answer of the series where the true value is ``exp(-size)``, in parts."""
    weight, reserve = 985 * 10**15 + 1, 10**14
    total = int(reserve * math.exp(size * (SCALE - weight) / weight))
    answer = pow_ratio_scaled(reserve, total, weight, SCALE - weight, 256, SCALE)
    assert answer is not None
    return answer


@pytest.mark.rule("AMM-POW-9")
@pytest.mark.parametrize(
    ("size", "bound"), [(137.37, 1), (152.03, SCALE), (153.13, 2**64)], ids=["wrong", "above 1", "beyond u64"]
)
def test_the_answers_of_the_series_pass_their_bounds_where_the_chapter_says(size: float, bound: int) -> None:
    assert series_at(size - 0.02) < bound <= series_at(size + 0.02)


def exponent_size(weight: float, reserves: float) -> float:
    """``x`` of an input of so many reserves of the token with this weight."""
    return weight / (1 - weight) * math.log1p(reserves)


def test_the_weights_and_inputs_that_the_chapter_names_are_those_of_its_bounds() -> None:
    all_is_paid, garbage = math.log(1e18), 137.37
    assert abs(exponent_size(0.857, 1000) - all_is_paid) < 0.1
    assert abs(exponent_size(0.99, 0.52) - all_is_paid) < 0.1
    assert abs(exponent_size(0.952, 1000) - garbage) < 0.5
    assert abs(exponent_size(0.99, 3.0) - garbage) < 0.2
    assert exponent_size(0.5, 1000) < 6.91
    assert abs((2**64 / 1e18) ** 2 - 340) < 0.5
