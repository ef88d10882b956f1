"""The third-party protocol, with well-behaved and broken targets."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from click.testing import CliRunner, Result

from taospec.conformance.answers import Answer, Crash, Timeout, Unsupported
from taospec.conformance.backends import BackendAbsentError
from taospec.conformance.cli import main
from taospec.conformance.schemas import schema_document
from taospec.conformance.target_process import TargetBackend
from taospec.conformance.vector_file import Case, case_id

from .samples import VectorWriter, committed_cases, records, rewrite

EXAMPLE = Path(__file__).parents[2] / "conformance" / "examples" / "target.mjs"
REFERENCE_TARGET = f"{sys.executable} -m taospec.conformance.target"

FRAME = """
import json, os, sys, time
for line in sys.stdin:
    request = json.loads(line)
    if "hello" in request:
        print(json.dumps({"name": "scripted", "ops": ["fixed_point.neg", "fixed_point.int"]}), flush=True)
        continue
    id_, a = request["id"], request["in"].get("a")
    answer = {"id": id_, "out": {"value": a}}
"""
"""A target that answers every case with its operand; a test adds what it does first."""


def scripted(tmp_path: Path, behaviour: str = "", frame: str = FRAME) -> str:
    script = tmp_path / "target.py"
    indented = "".join(f"    {line}\n" for line in behaviour.splitlines())
    script.write_text(frame + indented + "    print(json.dumps(answer), flush=True)\n")
    return f"{shlex.quote(sys.executable)} {shlex.quote(str(script))}"


def conform(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["conform", *map(str, arguments)])


def put(command: str, op: str = "fixed_point.int", seconds: float = 5.0, **inputs: Any) -> Any:
    target = TargetBackend(command, seconds)
    try:
        return target.run(op, {"type": "I32F32", **inputs})
    finally:
        target.close()


def test_the_example_target_passes_what_the_reference_passes(vector_file: VectorWriter) -> None:
    paths = vector_file("fixed_point", 300), vector_file("yuma_epoch_realistic", 2)
    result = conform("--target", REFERENCE_TARGET, "--vectors", *paths)
    assert result.exit_code == 0, result.output
    assert "taospec-reference: 302 cases, 0 failed" in result.output


def test_the_example_target_agrees_on_generated_cases() -> None:
    result = conform(
        "--target", REFERENCE_TARGET, "--suite", "generated_fixed_point", "--cases", 50, "--level", "small"
    )
    assert result.exit_code == 0, result.output
    assert "taospec-reference: 50 cases" in result.output
    assert "reference: 50" in result.output


def test_the_example_target_returns_protocol_errors(vector_file: VectorWriter) -> None:
    path = vector_file("fixed_point", 5, lambda case: case.expected.error is not None)
    assert conform("--target", REFERENCE_TARGET, "--vectors", path).exit_code == 0


def test_a_target_is_one_process_for_the_whole_run(tmp_path: Path) -> None:
    target = TargetBackend(scripted(tmp_path, 'answer["out"]["value"] = str(os.getpid())'), 5.0)
    answers = [target.run("fixed_point.int", {"type": "I32F32", "a": str(a)}) for a in range(3)]
    target.close()
    assert answers[0] == answers[1] == answers[2]
    assert isinstance(answers[0], Answer)


def test_a_target_may_call_itself_like_a_backend_of_ours(tmp_path: Path, vector_file: VectorWriter) -> None:
    command = scripted(tmp_path, "os._exit(3)", FRAME.replace("scripted", "reference"))
    path = vector_file("fixed_point", 1, lambda case: case.op == "fixed_point.int")
    result = conform("--target", command, "--vectors", path, "--jobs", 2)
    assert result.exit_code == 1
    assert "exit status 3" in result.output


def test_a_wrong_answer_is_a_mismatch_with_both_values(tmp_path: Path, vector_file: VectorWriter) -> None:
    wanted = vector_file(
        "fixed_point", 1, lambda case: case.op == "fixed_point.int" and int(case.inputs["a"]) % 7 == 1
    )
    result = conform("--target", scripted(tmp_path), "--vectors", wanted)
    case = records(wanted)[1]
    assert result.exit_code == 1
    assert f"FAILED {case['id']} on scripted" in result.output
    assert f'computed    "{case["in"]["a"]}"' in result.output


def test_ops_that_the_target_does_not_have_are_unsupported(tmp_path: Path, vector_file: VectorWriter) -> None:
    path = vector_file("fixed_point", 2, lambda case: case.op == "fixed_point.checked_add")
    result = conform("--target", scripted(tmp_path), "--vectors", path)
    assert result.exit_code == 3
    assert "unsupported ops: fixed_point.checked_add (2)" in result.output
    assert put(scripted(tmp_path, 'answer = {"id": id_, "unsupported": True}'), a="1") == Unsupported()


def test_a_target_that_dies_is_a_crash_with_its_last_words_and_is_started_anew(
    tmp_path: Path, vector_file: VectorWriter
) -> None:
    cases = committed_cases("fixed_point", 3, lambda case: case.op == "fixed_point.int")
    doomed = cases[1].inputs["a"]
    behaviour = f'if a == "{doomed}":\n    print("out of cheese", file=sys.stderr)\n    os._exit(7)'
    path = vector_file("fixed_point", 3, lambda case: case.op == "fixed_point.int")
    report = tmp_path / "report.json"
    result = conform("--target", scripted(tmp_path, behaviour), "--vectors", path, "--json", report)
    assert result.exit_code == 1
    crashes = [f for f in json.loads(report.read_text())["failures"] if f["kind"] == "crash"]
    assert [crash["id"] for crash in crashes] == [cases[1].id]
    assert crashes[0]["message"] == "the process ended without an answer, exit status 7"
    assert crashes[0]["details"] == "out of cheese"
    assert "scripted: 3 cases" in result.output  # the third case was answered by a new process


def test_a_target_that_falls_silent_is_a_timeout_and_is_started_anew(tmp_path: Path) -> None:
    target = TargetBackend(scripted(tmp_path, 'if a == "1":\n    time.sleep(60)'), 2.0)
    try:
        assert target.run("fixed_point.int", {"a": "1"}) == Timeout(2.0)
        assert target.run("fixed_point.int", {"a": "2"}) == Answer(out={"value": "2"})
    finally:
        target.close()


def test_a_target_that_does_not_read_runs_into_the_timeout_too(tmp_path: Path) -> None:
    behaviour = "time.sleep(60)"
    target = TargetBackend(scripted(tmp_path, behaviour), 1.0)
    try:
        assert target.run("fixed_point.int", {"a": "1" * 1_000_000}) == Timeout(1.0)
    finally:
        target.close()


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ('print("hello"); continue', 'answered no JSON: "hello" (standard output is for answers'),
        ("answer = []", "answered no object: []"),
        ('answer["id"] = "fixed_point.int/0000000000000000"', "instead of fixed_point.int/"),
        ('del answer["out"]', "the answer has neither out nor error"),
        ('answer["error"] = "Panic"', "it has out and error"),
        ('answer = {"id": id_, "error": 1}', "error is no text: 1"),
        ('answer = {"id": id_, "error": None}', "error is no text: null"),
        ('answer = {"id": id_, "error": ""}', 'error is no text: ""'),
        ('sys.stdout.write("{"); sys.stdout.flush(); os._exit(0)', "ended in the middle of a line"),
    ],
)
def test_an_answer_that_breaks_the_protocol_is_a_crash(tmp_path: Path, behaviour: str, reason: str) -> None:
    reply = put(scripted(tmp_path, behaviour), a="1")
    assert isinstance(reply, Crash)
    assert reason in reply.reason


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("/no/such/program", "cannot be started"),
        ("", "cannot be started: the command is empty"),
        (f"{sys.executable} -c 'import sys; sys.exit(\"no config\")'", "exit status 1\nno config"),
        (f"{sys.executable} -c 'input(); print(\"{{}}\")'", "the greeting needs `name`, a text, and `ops`"),
    ],
)
def test_a_target_that_does_not_greet_is_bad_input(
    vector_file: VectorWriter, command: str, reason: str
) -> None:
    result = conform("--target", command, "--vectors", vector_file("fixed_point", 1))
    assert result.exit_code == 2
    assert reason in result.output


def test_a_misspelt_op_of_the_greeting_is_named_with_its_nearest_neighbour(
    tmp_path: Path, vector_file: VectorWriter
) -> None:
    path = vector_file("fixed_point", 1)
    misspelt = scripted(tmp_path, frame=FRAME.replace("fixed_point.neg", "fixed_point.sadd"))
    said = "no schema has fixed_point.sadd (did you mean fixed_point.add?)"
    assert said in conform("--target", misspelt, "--vectors", path).output
    spelt = scripted(tmp_path, frame=FRAME.replace("fixed_point.neg", "fixed_point.add"))
    assert "no schema has" not in conform("--target", spelt, "--vectors", path).output


@pytest.mark.parametrize(
    ("ops", "status"), [(["fixed_point.int"], 3), (["fixed_point.int", "fixed_point.cmp"], 0)]
)
def test_a_part_is_enough_if_that_is_asked_for_and_something_passed(
    tmp_path: Path, vector_file: VectorWriter, ops: list[str], status: int
) -> None:
    path = vector_file("fixed_point", 40, lambda case: case.op in ("fixed_point.cmp", "fixed_point.add"))
    greeting = 'print(json.dumps({"name": "part", "ops": ' + json.dumps(ops) + "}), flush=True)"
    frame = FRAME.replace(next(line for line in FRAME.splitlines() if "scripted" in line).strip(), greeting)
    compare = 'b = request["in"]["b"]\nanswer["out"]["value"] = str((int(a) > int(b)) - (int(a) < int(b)))'
    command = scripted(tmp_path, compare, frame)
    assert conform("--target", command, "--vectors", path).exit_code == 3
    assert conform("--target", command, "--vectors", path, "--allow-unsupported").exit_code == status


def test_a_failure_stays_one_where_a_part_is_enough(tmp_path: Path, vector_file: VectorWriter) -> None:
    path = vector_file("fixed_point", 1, lambda case: case.op == "fixed_point.int")
    command = scripted(tmp_path, 'answer["out"]["value"] = "a"')
    assert conform("--target", command, "--vectors", path, "--allow-unsupported").exit_code == 1


def test_a_number_in_place_of_text_is_a_mismatch_that_says_so(
    tmp_path: Path, vector_file: VectorWriter
) -> None:
    path = vector_file("fixed_point", 1, lambda case: case.op == "fixed_point.int")
    command = scripted(tmp_path, f'answer["out"]["value"] = {records(path)[1]["out"]["value"]}')
    result = conform("--target", command, "--vectors", path)
    assert result.exit_code == 1
    assert "the number is right, but must be decimal text" in result.output
    assert "ulp" not in result.output


@pytest.mark.parametrize(
    "answer",
    [
        {"out": {"value": "1"}},
        {"out": None},
        {"error": "Refused"},
        {"error": "Refused", "after_error": {}},
        {"unsupported": True},
        {"out": {}, "elapsed": 3},
        {},
        {"error": ""},
        {"error": None},
        {"out": {}, "error": "Refused"},
    ],
    ids=json.dumps,
)
def test_the_schema_of_an_answer_admits_what_the_suite_admits(tmp_path: Path, answer: dict[str, Any]) -> None:
    definitions = schema_document("target")["$defs"]
    validator = jsonschema_rs.Draft202012Validator({"$ref": "#/$defs/answer", "$defs": definitions})
    reply = put(scripted(tmp_path, f'answer = {{"id": id_, **{answer!r}}}'), a="1")
    assert validator.is_valid({"id": "x", **answer}) is not isinstance(reply, Crash)


def test_the_lines_of_both_sides_keep_to_their_schemas(tmp_path: Path, vector_file: VectorWriter) -> None:
    heard = tmp_path / "heard"
    behaviour = f"open({str(heard)!r}, 'a').write(line)"
    greeting = FRAME.replace("    if ", f"    {behaviour}\n    if ")
    conform("--target", scripted(tmp_path, frame=greeting), "--vectors", vector_file("fixed_point", 400))
    lines = [json.loads(line) for line in heard.read_text().splitlines()]
    definitions = schema_document("target")["$defs"]
    assert len(lines) > 1
    for index, line in enumerate(lines):
        kind = "request" if index else "hello"
        jsonschema_rs.Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": definitions}).validate(line)


@pytest.mark.skipif(shutil.which("node") is None, reason="the example needs Node.js")
def test_the_example_in_javascript_passes_every_case_of_its_operations() -> None:
    result = conform(
        "--target", f"node {EXAMPLE}", "--suite", "fixed_point", "--suite", "supply_block_emission",
        "--allow-unsupported",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "example: 2,615 cases, 0 failed" in result.output


def test_a_target_that_never_greets_is_bad_input() -> None:
    with pytest.raises(BackendAbsentError, match=r"no answer to the greeting within 0\.5 s"):
        TargetBackend(f"{sys.executable} -c 'import time; time.sleep(60)'", 0.5)


def test_the_state_after_an_error_is_compared(tmp_path: Path, vector_file: VectorWriter) -> None:
    path = vector_file("fixed_point", 1)
    lines = records(path)
    inputs = {"type": "I32F32", "a": "1"}
    lines[1] = {"id": case_id("fixed_point.int", inputs), "op": "fixed_point.int", "in": inputs}
    lines[1] |= {"error": "Refused", "after_error": {"volume": "0"}}
    rewrite(path, lines)
    behaviour = 'answer = {"id": id_, "error": "Refused", "after_error": {"volume": "0"}}'
    assert conform("--target", scripted(tmp_path, behaviour), "--vectors", path).exit_code == 0
    behaviour = 'answer = {"id": id_, "error": "Refused", "after_error": {"volume": "5"}}'
    result = conform("--target", scripted(tmp_path, behaviour), "--vectors", path)
    assert result.exit_code == 1
    assert "after_error" in result.output
    assert "+5 ulp" in result.output


def test_known_failures_of_a_target_are_skipped(tmp_path: Path, vector_file: VectorWriter) -> None:
    def fractional(case: Case) -> bool:
        return case.op == "fixed_point.int" and case.expected.out["value"] != case.inputs["a"]

    path = vector_file("fixed_point", 2, fractional)
    known = tmp_path / "known.txt"
    known.write_text("".join(f"{case['id']}\n" for case in records(path)[1:]))
    result = conform("--target", scripted(tmp_path), "--vectors", path, "--known-failures", known)
    assert result.exit_code == 0, result.output
