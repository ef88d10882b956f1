"""The first difference between two answers."""

from __future__ import annotations

from typing import Any

import pytest

from taospec.conformance.answers import Answer
from taospec.conformance.comparison import Difference, first_difference


def _difference(expected: dict[str, Any], computed: dict[str, Any]) -> Difference:
    difference = first_difference(Answer(out=expected), Answer(out=computed))
    assert difference is not None
    return difference


@pytest.mark.parametrize(
    ("one", "other"), [("1", 1), (1, True), (0, False), (None, "null"), (0, None), ("1", "01")]
)
def test_values_of_different_kinds_differ_even_where_python_calls_them_equal(one: Any, other: Any) -> None:
    assert first_difference(Answer(out={"value": one}), Answer(out={"value": other}))


def test_equal_answers_have_no_difference() -> None:
    out = {"value": [["1", 2], None, True]}
    assert first_difference(Answer(out=out), Answer(out=dict(out))) is None
    assert first_difference(Answer(error="Panic"), Answer(error="Panic")) is None


def test_the_first_stage_that_differs_is_named_before_any_field() -> None:
    expected = {
        "dividends": [1],
        "stages": [["stake", ["5"]], ["weights", [[[0, "7"]]]], ["consensus", ["9"]]],
    }
    computed = {
        "dividends": [2],
        "stages": [["stake", ["5"]], ["weights", [[[0, "8"]]]], ["consensus", ["0"]]],
    }
    difference = _difference(expected, computed)
    assert (difference.place, difference.element) == ("stage weights", "row 0, column 0")
    assert (difference.expected, difference.computed, difference.ulps) == ('"7"', '"8"', 1)


def test_stages_that_one_side_does_not_give_are_ignored_and_every_other_field_counts() -> None:
    stages = [["stake", ["5"]]]
    assert first_difference(Answer(out={"x": 1, "stages": stages}), Answer(out={"x": 1})) is None
    assert first_difference(Answer(out={"x": 1}), Answer(out={"x": 1, "stages": stages})) is None
    assert _difference({"x": 1, "y": 2}, {"x": 1}).place == "field y"
    assert _difference({"x": 1}, {"x": 1, "y": 2}).expected == "absent"


def test_a_stage_that_is_missing_or_renamed_is_a_difference() -> None:
    stages = [["stake", ["5"]], ["consensus", ["9"]]]
    assert _difference({"stages": stages}, {"stages": stages[:1]}).place == "number of stages"
    renamed = [stages[0], ["concord", ["9"]]]
    difference = _difference({"stages": stages}, {"stages": renamed})
    assert (difference.place, difference.name, difference.computed) == (
        "order of stages",
        "consensus",
        '"concord"',
    )


def test_an_entry_that_one_sparse_row_lacks_is_found_by_its_column() -> None:
    difference = _difference({"bonds": [[], [[2, 10], [5, 11]]]}, {"bonds": [[], [[2, 10]]]})
    assert (difference.element, difference.expected, difference.computed) == (
        "row 1, column 5",
        "11",
        "absent",
    )
    assert difference.ulps is None


def test_the_order_of_the_entries_of_a_sparse_row_counts() -> None:
    difference = _difference({"bonds": [[[2, 10], [5, 11]]]}, {"bonds": [[[5, 11], [2, 10]]]})
    assert difference.element == "row 0, order of columns"


def test_an_absent_row_differs_from_an_empty_one() -> None:
    difference = _difference({"bonds": [None, []]}, {"bonds": [[], []]})
    assert (difference.element, difference.expected, difference.computed) == ("row 0", "null", "[]")


def test_dense_rows_and_lengths_are_named() -> None:
    difference = _difference({"a": [["1", "2"], ["3", "4"]]}, {"a": [["1", "2"], ["3", "5"]]})
    assert difference.element == "row 1, column 1"
    difference = _difference({"a": ["1", "2"]}, {"a": ["1"]})
    assert (difference.element, difference.expected, difference.computed) == ("length", "2", "1")


def test_the_difference_in_ulps_is_exact_beyond_floating_point() -> None:
    large = 170141183460469231731687303715884105727  # 2**127 - 1
    assert _difference({"value": str(large)}, {"value": str(large - 1)}).ulps == -1


def test_an_error_differs_from_a_result_and_from_another_error() -> None:
    difference = first_difference(Answer(error="Panic"), Answer(out={"value": "0"}))
    assert difference is not None
    assert (difference.place, difference.expected) == ("error", '{"error": "Panic"}')
    assert first_difference(Answer(error="Panic"), Answer(error="MathError"))


def test_the_state_after_an_error_counts() -> None:
    expected = Answer(error="PriceLimitExceeded", after_error={"volume": "0"})
    assert first_difference(expected, Answer(error="PriceLimitExceeded"))
    difference = first_difference(expected, Answer(error="PriceLimitExceeded", after_error={"volume": "1"}))
    assert difference is not None
    assert (difference.place, difference.element, difference.ulps) == ("after_error", "volume", 1)
