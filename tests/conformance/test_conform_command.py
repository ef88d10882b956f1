"""``taospec conform``: exit status, report, and what it says about a failure."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from taospec.conformance.cli import main
from taospec.conformance.runner import CaseResult, check_here
from taospec.conformance.vector_file import case_id

from .samples import SUITES, VectorWriter, records, rewrite


def conform(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["conform", "--jobs", "1", *map(str, arguments)])


def with_stages(case: Any) -> bool:
    return "stages" in case.expected.out


def stage(record: dict[str, Any], name: str) -> Any:
    return dict(record["out"]["stages"])[name]


@pytest.mark.parametrize("suite", SUITES)
def test_right_vectors_exit_0(vector_file: VectorWriter, suite: str) -> None:
    result = conform("--vectors", vector_file(suite, 5), "--backend", "reference")
    assert result.exit_code == 0, result.output
    assert f"{suite}" in result.output
    assert "100.00 %" in result.output


UPSTREAM_CASES = {
    "fixed_point": 19_546,
    "yuma_epoch": 430,
    "yuma_epoch_realistic": 126,
    "yuma_math": 2_735,
    "yuma_trace_real_weights": 100,
}
"""The case counts in the files' own headers."""


def test_every_upstream_vector_passes_on_the_reference_in_two_processes(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    suites = [option for suite in UPSTREAM_CASES for option in ("--suite", suite)]
    result = conform("--backend", "reference", "--jobs", 2, "--json", report, *suites)
    assert result.exit_code == 0, result.output
    passed = {suite["suite"]: suite["passed"] for suite in json.loads(report.read_text())["suites"]}
    assert passed == UPSTREAM_CASES


def test_a_wrong_bit_in_a_fixed_point_value_exits_1_with_case_field_and_both_values(
    vector_file: VectorWriter,
) -> None:
    path = vector_file("fixed_point", 6)
    lines = records(path)
    right = int(lines[4]["out"]["value"])
    lines[4]["out"]["value"] = str(right ^ 1)
    result = conform("--vectors", rewrite(path, lines), "--backend", "reference")
    assert result.exit_code == 1
    assert f"FAILED {lines[4]['id']} on reference" in result.output
    assert f"{path}, line 5" in result.output
    assert "field value" in result.output
    assert f'"{right ^ 1}"' in result.output
    assert f'"{right}"' in result.output
    assert f"{right - (right ^ 1):+d} ulp" in result.output


def test_a_wrong_bit_in_a_stage_names_the_stage_row_and_column(vector_file: VectorWriter) -> None:
    path = vector_file("yuma_epoch_realistic", 2, with_stages)
    lines = records(path)
    row, entries = next((i, r) for i, r in enumerate(stage(lines[2], "clipped_weights")) if r)
    column, right = entries[0]
    entries[0][1] = str(int(right) ^ 4)
    result = conform("--vectors", rewrite(path, lines), "--backend", "reference")
    assert result.exit_code == 1
    assert f"FAILED {lines[2]['id']} on reference" in result.output
    assert "stage clipped_weights" in result.output
    assert f"row {row}, column {column}" in result.output
    assert f'expected    "{int(right) ^ 4}"' in result.output
    assert f'computed    "{right}"' in result.output


def test_a_wrong_bit_in_an_output_names_field_and_element(vector_file: VectorWriter) -> None:
    path = vector_file("yuma_epoch", 2, lambda case: not with_stages(case))
    lines = records(path)
    lines[1]["out"]["stake_weight"][1] ^= 8
    lines[1]["out"]["new_permits"][0] ^= True
    result = conform("--vectors", rewrite(path, lines), "--backend", "reference")
    assert result.exit_code == 1
    assert "field stake_weight" in result.output
    assert "element 1" in result.output
    assert "8 ulp" in result.output


def test_a_number_in_place_of_its_text_is_no_agreement(vector_file: VectorWriter) -> None:
    path = vector_file("fixed_point", 1)
    lines = records(path)
    lines[1]["error"] = "Panic"
    del lines[1]["out"]
    result = conform("--vectors", rewrite(path, lines), "--backend", "reference")
    assert result.exit_code == 1
    assert 'expected    {"error": "Panic"}' in result.output


def test_a_truncated_file_exits_2_with_line_and_reason(tmp_path: Path) -> None:
    content = SUITES["yuma_epoch"].read_bytes()
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(content[: len(content) // 2])
    result = conform("--vectors", path)
    assert result.exit_code == 2
    assert f"bad input: {path}, line " in result.output
    assert "the gzip stream is truncated" in result.output


def test_a_malformed_file_exits_2_with_line_and_reason(vector_file: VectorWriter) -> None:
    path = vector_file("fixed_point", 5)
    lines = path.read_text().splitlines()
    lines[3] = lines[3][:-10]
    path.write_text("\n".join(lines))
    result = conform("--vectors", path)
    assert result.exit_code == 2
    assert f"bad input: {path}, line 4: no valid JSON" in result.output


def _repeat_a_uid(epoch: dict[str, Any]) -> None:
    row = next(row for row in epoch["weights"] if row)
    row.append(list(row[0]))


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (_repeat_a_uid, "uid: must not repeat in a row, got"),
        (lambda epoch: epoch.update(block=str(2**64)), "in.block: must be in [0, 18446744073709551615]"),
    ],
)
@pytest.mark.parametrize("jobs", [1, 2])
def test_an_input_that_cannot_be_decoded_exits_2_with_line_field_and_value(
    vector_file: VectorWriter, edit: Any, reason: str, jobs: int
) -> None:
    path = vector_file("yuma_epoch_realistic", 3)
    lines = records(path)
    edit(lines[3]["in"])
    lines[3]["id"] = case_id(lines[3]["op"], lines[3]["in"])
    result = conform("--vectors", rewrite(path, lines), "--backend", "reference", "--jobs", jobs)
    assert result.exit_code == 2
    assert f"bad input: {path}, line 4: in." in result.output
    assert reason in result.output


def test_a_value_outside_its_fixed_point_type_exits_2(vector_file: VectorWriter) -> None:
    path = vector_file(
        "fixed_point", 2, lambda case: case.inputs["type"] == "I32F32" and "src" not in case.inputs
    )
    lines = records(path)
    lines[2]["in"]["a"] = str(2**63)
    lines[2]["id"] = case_id(lines[2]["op"], lines[2]["in"])
    result = conform("--vectors", rewrite(path, lines), "--backend", "reference")
    assert result.exit_code == 2
    assert "line 3: in.a: must be in [-9223372036854775808, 9223372036854775807]" in result.output


def test_an_unknown_op_is_named_and_exits_3(vector_file: VectorWriter, tmp_path: Path) -> None:
    path = vector_file("fixed_point", 3)
    lines = records(path)
    lines[2] = {"op": "fixed_point.guess", "in": {}, "out": {}}
    lines[2]["id"] = case_id("fixed_point.guess", {})
    report = tmp_path / "report.json"
    result = conform("--vectors", rewrite(path, lines), "--backend", "reference", "--json", report)
    assert result.exit_code == 3
    assert "unsupported ops: fixed_point.guess (1)" in result.output
    totals = json.loads(report.read_text())["totals"]
    assert totals == {"cases": 3, "passed": 2, "failed": 0, "unsupported": 1, "skipped": 0}


def test_a_failure_outweighs_an_unsupported_op(vector_file: VectorWriter) -> None:
    path = vector_file("fixed_point", 2)
    lines = records(path)
    lines[1]["out"]["value"] = str(int(lines[1]["out"]["value"]) ^ 1)
    lines[2] = {"id": case_id("a.b", {}), "op": "a.b", "in": {}, "out": {}}
    assert conform("--vectors", rewrite(path, lines), "--backend", "reference").exit_code == 1


def test_the_json_report_has_totals_suites_and_failures_and_nothing_else(
    vector_file: VectorWriter, tmp_path: Path
) -> None:
    path = vector_file("yuma_epoch", 2, lambda case: not with_stages(case))
    lines = records(path)
    lines[1]["out"]["stake"][0] = str(int(lines[1]["out"]["stake"][0]) + 3)
    other = vector_file("fixed_point", 4)
    report = tmp_path / "report.json"
    result = conform("--vectors", rewrite(path, lines), other, "--backend", "reference", "--json", report)
    assert result.exit_code == 1
    content = json.loads(report.read_text())
    assert list(content) == ["totals", "suites", "failures"]
    assert content["totals"] == {"cases": 6, "passed": 5, "failed": 1, "unsupported": 0, "skipped": 0}
    assert [suite["suite"] for suite in content["suites"]] == ["yuma_epoch", "fixed_point"]
    [failure] = content["failures"]
    assert failure["id"] == lines[1]["id"]
    assert (failure["backend"], failure["kind"], failure["line"]) == ("reference", "mismatch", 2)
    assert (failure["place"], failure["element"], failure["ulps"]) == ("field stake", "element 0", "-3")


def test_several_paths_and_folders_can_be_given(vector_file: VectorWriter, tmp_path: Path) -> None:
    first, second = vector_file("fixed_point", 2), vector_file("yuma_epoch", 2)
    assert "total" in conform("--vectors", first, second, "--backend", "reference").output
    assert "total" in conform("--vectors", first, "--vectors", second, "--backend", "reference").output
    assert "total" in conform("--vectors", tmp_path, "--backend", "reference").output


def test_a_suite_that_is_not_there_exits_2(vector_file: VectorWriter) -> None:
    result = conform("--vectors", vector_file("fixed_point", 2), "--suite", "amm")
    assert result.exit_code == 2
    assert "bad input: no suite 'amm', there are fixed_point" in result.output


def test_a_file_without_cases_is_no_success(vector_file: VectorWriter) -> None:
    result = conform("--vectors", vector_file("fixed_point", 0), "--backend", "reference")
    assert result.exit_code == 2
    assert "there is no case to check" in result.output


def test_a_backend_that_is_not_there_is_refused_by_name(vector_file: VectorWriter) -> None:
    pytest.importorskip("numba.cuda")
    from numba import cuda

    if cuda.is_available():
        pytest.skip("there is a CUDA device")
    result = conform("--vectors", vector_file("yuma_epoch", 1), "--backend", "cuda")
    assert result.exit_code == 2
    assert "bad input: cuda: there is no CUDA device" in result.output


def test_a_report_that_cannot_be_written_is_refused_before_the_run(
    vector_file: VectorWriter, tmp_path: Path
) -> None:
    result = conform("--vectors", vector_file("fixed_point", 2), "--json", tmp_path / "no" / "report.json")
    assert result.exit_code == 2
    assert "cases" not in result.output


def test_a_known_failure_is_skipped_and_a_stale_one_is_an_error(
    vector_file: VectorWriter, tmp_path: Path
) -> None:
    path = vector_file("fixed_point", 3)
    lines = records(path)
    lines[2]["out"]["value"] = str(int(lines[2]["out"]["value"]) ^ 1)
    rewrite(path, lines)
    known = tmp_path / "known.txt"
    known.write_text(f"# to be mended\n{lines[2]['id']}  # one ulp\n")
    result = conform("--vectors", path, "--backend", "reference", "--known-failures", known)
    assert result.exit_code == 0, result.output
    known.write_text(f"{lines[2]['id']}\n{lines[1]['id']}\n")
    result = conform("--vectors", path, "--backend", "reference", "--known-failures", known)
    assert result.exit_code == 1
    assert f"STALE known failure {lines[1]['id']}" in result.output
    known.write_text("not an id\n")
    result = conform("--vectors", path, "--backend", "reference", "--known-failures", known)
    assert result.exit_code == 2
    assert f"{known}, line 1: 'not an id' is no case id" in result.output


def test_a_run_that_the_user_stops_reports_the_rest_as_skipped(
    vector_file: VectorWriter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def stopped_after_two(*arguments: Any) -> Iterator[CaseResult]:
        yield from islice(check_here(*arguments), 2)
        raise KeyboardInterrupt

    monkeypatch.setattr("taospec.conformance.commands.conform.check_here", stopped_after_two)
    report = tmp_path / "report.json"
    result = conform("--vectors", vector_file("fixed_point", 5), "--backend", "reference", "--json", report)
    assert result.exit_code == 130
    totals = json.loads(report.read_text())["totals"]
    assert totals == {"cases": 5, "passed": 2, "failed": 0, "unsupported": 0, "skipped": 3}


def test_a_gzip_file_and_a_plain_one_give_the_same_result(vector_file: VectorWriter, tmp_path: Path) -> None:
    path = vector_file("fixed_point", 3)
    compressed = tmp_path / "sub" / "fixed_point.jsonl.gz"
    compressed.parent.mkdir()
    compressed.write_bytes(gzip.compress(path.read_bytes()))
    plain_output = conform("--vectors", path, "--backend", "reference").output
    assert conform("--vectors", compressed, "--backend", "reference").output == plain_output
