"""Changes between two dumps of chain storage."""

from taospec.conformance.storage_changes import decode_dump, encode_dump, storage_changes


def test_new_and_changed_rows_are_set_and_missing_ones_removed():
    before = {"A": [[1, 5], [2, 5], [3, 5]], "B": 7, "C": [[[1, 2], 1]]}
    after = {"A": [[1, 5], [2, 6], [4, 1]], "D": 8, "C": [[[1, 2], 1]]}
    assert storage_changes(before, after) == {
        "set": {"A": [[2, 6], [4, 1]], "D": 8},
        "removed": {"A": [[3]], "B": True},
    }


def test_integers_of_a_dump_are_decimal_text_and_nothing_else_is():
    dump = {"A": [[1, "0x0a", True, None, [2**70, -3]], [2, {"m": 4}]]}
    encoded = {"A": [["1", "0x0a", True, None, [str(2**70), "-3"]], ["2", {"m": "4"}]]}
    assert encode_dump(dump) == encoded
    assert decode_dump(encoded) == dump
