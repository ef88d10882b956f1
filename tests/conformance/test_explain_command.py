"""``taospec explain``."""

from __future__ import annotations

from click.testing import CliRunner, Result

from taospec.conformance.cli import main

from .samples import VectorWriter, committed_cases, records, rewrite


def explain(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["explain", *map(str, arguments)])


def with_stages(case: object) -> bool:
    return "stages" in case.expected.out  # type: ignore[attr-defined]


def test_an_epoch_is_printed_stage_by_stage_with_raw_bits_and_decimals() -> None:
    case = committed_cases("yuma_epoch_realistic", 1, with_stages)[0]
    result = explain("yuma_epoch_realistic", case.id)
    assert result.exit_code == 0, result.output
    stages = dict(case.expected.out["stages"])
    positions = [result.output.index(f"\nstage {name}") for name in stages]
    assert positions == sorted(positions)
    raw = next(raw for raw in stages["stake"] if raw != "0")
    [line] = [line for line in result.output.splitlines() if raw in line and "0." in line][:1]
    # An I32F32 is raw / 2**32; the printed decimal identifies it.
    assert abs(float(line.split()[-1]) - int(raw) / 2**32) < 2**-33
    assert result.output.endswith("equal\n")


def test_one_stage_alone_can_be_printed() -> None:
    case = committed_cases("yuma_epoch_realistic", 1, with_stages)[0]
    output = explain("yuma_epoch_realistic", case.id, "--stage", "consensus").output
    assert "stage consensus" in output
    assert "stage stake" not in output
    assert "input" not in output


def test_a_difference_is_marked_where_it_is(vector_file: VectorWriter) -> None:
    path = vector_file("yuma_epoch_realistic", 1, with_stages)
    lines = records(path)
    consensus = dict(lines[1]["out"]["stages"])["consensus"]
    consensus[1] = str(int(consensus[1]) + 2)
    output = explain(rewrite(path, lines), lines[1]["id"]).output
    marked = [line for line in output.splitlines() if line.endswith("<- differs")]
    assert [line.split()[:2] for line in marked] == [["stage", "consensus"]]
    assert "first difference: stage consensus, element 1" in output
    assert "-2 ulp" in output


def test_any_other_case_is_printed_with_expected_and_computed() -> None:
    case = committed_cases("fixed_point", 1, lambda case: case.op == "fixed_point.saturating_mul")[0]
    output = explain("fixed_point", case.id).output
    assert f'a = "{case.inputs["a"]}"' in output
    assert f'expected  "{case.expected.out["value"]}"' in output
    assert f'computed  "{case.expected.out["value"]}"' in output


def test_the_order_of_keys_is_no_difference() -> None:
    output = explain("amm_swap", "amm.swap_apply/47a3f0c5617c9cde").output
    assert "output after\n" in output
    assert "differs" not in output


def test_nothing_in_place_of_a_value_is_marked(vector_file: VectorWriter) -> None:
    path = vector_file("fixed_point", 1, lambda case: case.op == "fixed_point.checked_add")
    lines = records(path)
    lines[1]["out"]["value"] = None if lines[1]["out"]["value"] else "1"
    assert "output value  <- differs" in explain(rewrite(path, lines), lines[1]["id"]).output


def test_an_error_case_is_printed_too() -> None:
    case = committed_cases("fixed_point", 1, lambda case: case.expected.error is not None)[0]
    output = explain("fixed_point", case.id).output
    assert f"expected  error {case.expected.error}" in output
    assert f"computed  error {case.expected.error}" in output


def test_part_of_an_id_is_enough_if_only_one_case_has_it() -> None:
    case = committed_cases("fixed_point", 1)[0]
    assert explain("fixed_point", case.id.split("/")[1]).output.startswith(case.id)
    result = explain("fixed_point", "fixed_point.add")
    assert result.exit_code == 2
    assert "244 cases have 'fixed_point.add/'" in explain("fixed_point", "fixed_point.add/").output


def test_what_cannot_be_found_exits_2(vector_file: VectorWriter) -> None:
    assert "no case has 'nothing' in the id" in explain("fixed_point", "nothing").output
    result = explain("no_such_suite", "x")
    assert result.exit_code == 2
    assert "no committed suite; there are" in result.output
    path = vector_file("fixed_point", 1)
    path.write_text("{}\n")
    assert explain(path, "x").exit_code == 2


def refused(case: object) -> bool:
    return case.expected.out["value"]["results"] == ["MechanismDoesNotExist"]  # type: ignore[attr-defined]


def test_a_case_that_is_a_block_is_printed_call_by_call() -> None:
    case = committed_cases("subnets_weights", 1, refused)[0]
    result = explain("subnets_weights", case.id)
    assert result.exit_code == 0, result.output
    call = case.inputs["calls"][0]
    parts = [
        f"block {case.inputs['block']}, author null",
        "block step\n  System::Number  4999 -> 5000",
        f"call 0  {call['call']} by {call['signer']}",
        f"  netuid = {call['netuid']}\n",
        "  -> MechanismDoesNotExist\n",
    ]
    positions = [result.output.find(part) for part in parts]
    assert -1 not in positions, result.output
    assert positions == sorted(positions)
    assert result.output.endswith("\nequal\n")


def test_a_difference_in_a_case_that_is_a_block_is_marked_at_its_call(vector_file: VectorWriter) -> None:
    path = vector_file("subnets_weights", 1, refused)
    lines = records(path)
    lines[1]["out"]["value"]["results"][0] = "Ok"
    output = explain(rewrite(path, lines), lines[1]["id"], "--stage", "call 0").output
    assert "  -> MechanismDoesNotExist  <- differs, expected Ok" in output
    assert "first difference: field value" in output
    assert "block step" not in output
