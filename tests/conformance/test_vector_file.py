"""Reading and writing vector files."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from taospec.conformance.vector_file import (
    PROTOCOL,
    VectorFileError,
    case_id,
    read_vector_file,
    vector_files,
    write_vector_file,
)

from .samples import SUITES, VectorWriter, committed_cases, records, rewrite


def test_the_id_is_the_hash_of_op_and_input_whatever_the_order_of_keys() -> None:
    # The first case of the committed file, whose id upstream's harness computed.
    case = committed_cases("fixed_point", 1)[0]
    reordered = dict(reversed(case.inputs.items()))
    assert list(reordered) != list(case.inputs)
    assert case_id(case.op, reordered) == case.id


def test_what_is_written_is_read_back_and_the_bytes_do_not_depend_on_the_time(tmp_path: Path) -> None:
    cases = committed_cases("yuma_epoch", 3)
    header = {**read_vector_file(SUITES["yuma_epoch"]).header, "cases": 3}
    first, second = tmp_path / "first.jsonl.gz", tmp_path / "second.jsonl.gz"
    write_vector_file(first, header, cases)
    write_vector_file(second, header, cases)
    assert first.read_bytes() == second.read_bytes()
    assert [line.case() for line in read_vector_file(first).lines] == cases
    assert first.read_bytes()[4:8] == bytes(4)  # gzip's modification time


def test_a_failed_write_leaves_no_file(tmp_path: Path) -> None:
    case = committed_cases("yuma_epoch", 1)[0]
    case.inputs["kappa"] = 65_536  # type: ignore[index]
    with pytest.raises(VectorFileError, match=r"in\.kappa: 65536 is greater than the maximum"):
        write_vector_file(tmp_path / "x.jsonl.gz", {}, [case])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("keep", [0.3, 0.7, 0.999])
def test_a_truncated_gzip_file_is_refused_with_the_line_where_it_ends(tmp_path: Path, keep: float) -> None:
    content = SUITES["fixed_point"].read_bytes()
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(VectorFileError, match="the gzip stream is truncated") as refusal:
        read_vector_file(path)
    assert refusal.value.line is not None
    assert refusal.value.line > 1
    assert str(refusal.value).startswith(f"{path}, line {refusal.value.line}: ")


def test_a_damaged_gzip_file_is_refused(tmp_path: Path) -> None:
    content = bytearray(SUITES["fixed_point"].read_bytes())
    content[-8] ^= 1  # the checksum of the content
    path = tmp_path / "damaged.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(VectorFileError, match="the gzip stream is damaged: CRC check failed"):
        read_vector_file(path)


def test_a_plain_file_named_gz_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plain.jsonl.gz"
    path.write_bytes(gzip.decompress(SUITES["fixed_point"].read_bytes()))
    with pytest.raises(VectorFileError, match="it is no gzip file"):
        read_vector_file(path)


def test_a_file_that_ends_between_two_cases_is_refused(vector_file: VectorWriter) -> None:
    path = vector_file("fixed_point", 3)
    rewrite(path, records(path)[:-1])
    with pytest.raises(VectorFileError, match="line 3: the file ends after 2 cases, its header announces 3"):
        read_vector_file(path)


def _with_line(path: Path, number: int, text: str) -> Path:
    lines = path.read_text().splitlines()
    lines[number - 1] = text
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no valid JSON"),
        ('{"id": "x', "no valid JSON"),
        ("[]", "is not of type"),
        ('{"op":"fixed_point.neg","op":"fixed_point.neg"}', "key 'op' repeats"),
        ('{"id":1.5}', "1.5 is no integer"),
        ('{"id":NaN}', "NaN is no integer"),
        ('{"id":"fixed_point.int/0123456789abcdef","op":"fixed_point.int"}', '"in" is a required property'),
    ],
)
def test_a_malformed_line_is_refused_with_its_number(
    vector_file: VectorWriter, text: str, reason: str
) -> None:
    path = _with_line(vector_file("fixed_point", 4), 3, text)
    with pytest.raises(VectorFileError) as refusal:
        read_vector_file(path)
    assert refusal.value.line == 3
    assert reason in refusal.value.reason


def test_bytes_that_are_no_text_are_refused_with_their_line(vector_file: VectorWriter) -> None:
    path = vector_file("fixed_point", 2)
    path.write_bytes(path.read_bytes().replace(b'"value"', b'"val\xff"', 1))
    with pytest.raises(VectorFileError, match="line 2: no valid JSON: 'utf-8' codec"):
        read_vector_file(path)


def test_a_repeated_case_is_refused(vector_file: VectorWriter) -> None:
    path = vector_file("fixed_point", 3)
    lines = records(path)
    lines[3] = lines[1]
    rewrite(path, lines)
    with pytest.raises(VectorFileError, match=r"line 4: case .* stands in line 2 already"):
        read_vector_file(path)


def test_an_id_that_does_not_belong_to_its_input_is_refused(vector_file: VectorWriter) -> None:
    path = vector_file("yuma_epoch", 2)
    lines = records(path)
    lines[2]["in"]["kappa"] ^= 1
    rewrite(path, lines)
    with pytest.raises(VectorFileError, match=r"line 3: id yuma\.epoch/\w+ does not belong to its input"):
        read_vector_file(path)


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda case: case["in"].update(surprise=1), "in: Additional properties are not allowed"),
        (lambda case: case["in"].pop("bonds"), 'in: "bonds" is a required property'),
        (lambda case: case["in"].update(block=1), 'in.block: 1 is not of type "string"'),
        (lambda case: case["in"].update(block="01"), 'in.block: "01" does not match'),
        (lambda case: case["in"].update(n=-1), "in.n: -1 is less than the minimum of 0"),
        (lambda case: case["in"].update(n=True), 'in.n: true is not of type "integer"'),
        (lambda case: case["in"].update(weights=[[[1, 65536]]]), "in.weights[0][0][1]: 65536 is greater"),
        (lambda case: case["in"].update(weights=[[[1]]]), "in.weights[0][0]: [1] has less than 2 items"),
        (lambda case: case["out"].pop("consensus"), 'out: "consensus" is a required property'),
        (lambda case: case.update(note=""), "Additional properties are not allowed"),
        (lambda case: case.update(error="Panic"), "is valid under more than one of the schemas"),
    ],
)
def test_a_case_that_breaks_its_schema_is_refused_with_the_field(
    vector_file: VectorWriter, edit: object, reason: str
) -> None:
    path = vector_file("yuma_epoch", 2)
    lines = records(path)
    edit(lines[2])  # type: ignore[operator]
    lines[2]["id"] = case_id(lines[2]["op"], lines[2]["in"])
    rewrite(path, lines)
    with pytest.raises(VectorFileError) as refusal:
        read_vector_file(path)
    assert refusal.value.line == 3
    assert reason in refusal.value.reason


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (
            {"format": "taospec-vectors/2"},
            "no header of format 'taospec-vectors/1', found \"taospec-vectors/2\"",
        ),
        ({"cases": "3"}, 'cases: "3" is not of type "integer"'),
        ({"provenance": "hearsay"}, 'provenance: "hearsay" is not one of'),
        ({"protocol": {**PROTOCOL, "spec_version": 440}}, '"spec_version": 440}, this suite checks'),
    ],
)
def test_a_header_that_is_not_understood_is_refused(
    vector_file: VectorWriter, edit: dict[str, object], reason: str
) -> None:
    path = vector_file("fixed_point", 3)
    lines = records(path)
    lines[0].update(edit)
    rewrite(path, lines)
    with pytest.raises(VectorFileError) as refusal:
        read_vector_file(path)
    assert refusal.value.line == 1
    assert reason in refusal.value.reason


def test_a_header_may_say_more_than_this_version_knows(vector_file: VectorWriter) -> None:
    path = vector_file("fixed_point", 3)
    lines = records(path)
    lines[0]["remark"] = "fields of later versions are ignored"
    assert len(read_vector_file(rewrite(path, lines)).lines) == 3


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.jsonl"
    path.write_text("")
    with pytest.raises(VectorFileError, match="the file is empty"):
        read_vector_file(path)


def test_folders_are_searched_and_no_file_is_taken_twice(vector_file: VectorWriter, tmp_path: Path) -> None:
    path = vector_file("fixed_point", 1)
    (tmp_path / "notes.txt").write_text("no vectors")
    assert vector_files([tmp_path, path]) == [path]
    with pytest.raises(VectorFileError, match="no such file or folder"):
        vector_files([tmp_path / "missing"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(VectorFileError, match="no file in this folder ends in"):
        vector_files([tmp_path / "empty"])


def test_a_case_of_an_unknown_op_is_held_to_the_common_frame(vector_file: VectorWriter) -> None:
    path = vector_file("fixed_point", 1)
    lines = records(path)
    lines[1] = {"op": "fixed_point.guess", "in": {"anything": [1]}, "out": "goes"}
    lines[1]["id"] = case_id(lines[1]["op"], lines[1]["in"])
    assert read_vector_file(rewrite(path, lines)).lines[0].op == "fixed_point.guess"
    lines[1]["remark"] = ""
    with pytest.raises(VectorFileError, match="Additional properties"):
        read_vector_file(rewrite(path, lines))


def test_the_lines_of_a_gzip_file_are_those_of_the_plain_file(tmp_path: Path) -> None:
    plain = tmp_path / "plain.jsonl"
    plain.write_bytes(gzip.decompress(SUITES["fixed_point"].read_bytes()))
    assert read_vector_file(plain).lines == read_vector_file(SUITES["fixed_point"]).lines
    assert json.loads(plain.read_text().splitlines()[0]) == read_vector_file(SUITES["fixed_point"]).header
