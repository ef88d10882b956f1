"""Generated cases: the same everywhere, and of every kind."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from taospec.conformance import generator
from taospec.conformance.cli import main
from taospec.conformance.generator import (
    KINDS,
    LEVELS,
    GeneratedCase,
    fixed_point,
    generated_cases,
    yuma_epoch,
)
from taospec.conformance.schemas import schema_files
from taospec.conformance.vector_file import case_id, read_vector_file


def generate(output: Path, *options: object, hash_seed: str = "0") -> bytes:
    command = [sys.executable, "-c", "from taospec.conformance.cli import main; main()", "generate"]
    subprocess.run(
        [*command, "--seed", "7", "--cases", "12", *map(str, options), "-o", str(output)],
        check=True,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
    )
    return output.read_bytes()


def test_a_file_is_the_same_for_any_hash_seed_and_number_of_processes(tmp_path: Path) -> None:
    first = generate(tmp_path / "a.jsonl.gz", "--jobs", 1, hash_seed="1")
    assert generate(tmp_path / "b.jsonl.gz", "--jobs", 2, hash_seed="2") == first


def test_shards_together_are_the_whole(tmp_path: Path) -> None:
    whole, shards = tmp_path / "whole.jsonl", [tmp_path / f"{index}.jsonl" for index in (1, 2, 3)]
    generate(whole, "--jobs", 1)
    for index, shard in enumerate(shards, 1):
        generate(shard, "--jobs", 1, "--shard", f"{index}/3")
    parts = [{line.id: line.text for line in read_vector_file(shard).lines} for shard in shards]
    assert [len(part) for part in parts] == [12 * len(KINDS) // 3] * 3
    assert {**parts[0], **parts[1], **parts[2]} == {
        line.id: line.text for line in read_vector_file(whole).lines
    }


def test_a_generated_file_is_accepted_by_conform_and_says_who_answered(tmp_path: Path) -> None:
    path = tmp_path / "generated.jsonl.gz"
    generate(path, "--jobs", 1)
    header = read_vector_file(path).header
    assert (header["provenance"], header["seed"], header["level"]) == ("reference", "7", "small")
    result = CliRunner().invoke(main, ["conform", "--vectors", str(path), "--backend", "reference"])
    assert result.exit_code == 0, result.output


def test_a_file_can_name_its_suite(tmp_path: Path) -> None:
    generate(tmp_path / "a.jsonl", "--kind", "state", "--jobs", 1)
    generate(tmp_path / "b.jsonl", "--kind", "state", "--jobs", 1, "--suite", "state_of_mine")
    headers = [read_vector_file(tmp_path / name).header for name in ("a.jsonl", "b.jsonl")]
    assert [header["suite"] for header in headers] == ["generated_small", "state_of_mine"]


def test_a_suite_with_a_blank_in_its_name_is_refused(tmp_path: Path) -> None:
    arguments = ["generate", "--seed", "7", "--suite", "my suite", "-o", str(tmp_path / "a.jsonl")]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "got 'my suite'" in result.output


@pytest.mark.parametrize("shard", ["0/1", "2/1", "1", "1/0", "a/b"])
def test_a_shard_that_cannot_be_is_refused(tmp_path: Path, shard: str) -> None:
    result = CliRunner().invoke(
        main, ["generate", "--seed", "1", "--shard", shard, "-o", str(tmp_path / "x.jsonl")]
    )
    assert result.exit_code == 2
    assert "must be i/n" in result.output


@pytest.mark.parametrize("kind", KINDS)
def test_as_many_different_cases_as_asked_for_are_made(kind: str) -> None:
    # Of 300 draws of this seed 290 of state, 298 of amm and 267 of yuma_mechanism are different.
    cases = generated_cases(kind, "public", "small", 300)
    ids = {case_id(*generator._drawn(kind, "public", "small", case.index)) for case in cases}
    assert len(ids) == len(cases) == 300
    assert [case.place for case in cases] == list(range(300))
    assert cases[:100] == generated_cases(kind, "public", "small", 100)


def test_a_file_with_cases_that_were_drawn_twice_is_accepted_by_conform(tmp_path: Path) -> None:
    path = tmp_path / "generated.jsonl"
    generate(path, "--kind", "yuma_mechanism", "--cases", 300, "--jobs", 1)
    assert len({line.id for line in read_vector_file(path).lines}) == 300


def test_more_cases_than_there_are_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = ("fixed_point.add", {"type": "I32F32", "a": "1", "b": "2"})
    monkeypatch.setitem(generator._DRAW, "fixed_point", lambda *_: one)
    options = ["--seed", "1", "--kind", "fixed_point", "--cases", "2", "-o", str(tmp_path / "x.jsonl")]
    result = CliRunner().invoke(main, ["generate", *options])
    assert result.exit_code == 1
    assert "cases: fixed_point has 1 different cases of level small, got 2" in result.output


def test_another_seed_gives_other_cases() -> None:
    [one], [other] = (
        generated_cases("yuma_epoch", "1", "small", 1),
        generated_cases("yuma_epoch", "2", "small", 1),
    )
    assert one.case().id != other.case().id


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level", LEVELS)
def test_the_reported_line_is_that_of_the_file_that_the_reported_command_writes(
    tmp_path: Path, kind: str, level: str
) -> None:
    item = generated_cases(kind, "5", level, 2)[1]
    command = item.source.replace("FILE", str(tmp_path / "f.jsonl")).split()[1:]
    result = CliRunner().invoke(main, [*command, "--cases", "2", "--jobs", "1"])
    assert result.exit_code == 0, result.output
    [line] = [line for line in read_vector_file(tmp_path / "f.jsonl").lines if line.number == item.line]
    assert line.case() == item.case()


def test_every_fixed_point_op_is_drawn_and_answered() -> None:
    answered = Counter(case.case().op for case in generated_cases("fixed_point", "1", "small", 3000))
    assert set(answered) == {op for op in schema_files() if str(op).startswith("fixed_point.")}


def test_small_epochs_reach_every_feature() -> None:
    epochs = [yuma_epoch.draw(Random(index), "small")[1] for index in range(400)]
    features = {
        "Yuma 2": lambda e: not e["yuma3"],
        "Yuma 3": lambda e: e["yuma3"],
        "liquid alpha": lambda e: e["yuma3"] and e["liquid_alpha"],
        "alpha_low above alpha_high": lambda e: e["alpha_low"] > e["alpha_high"],
        "negative steepness": lambda e: e["alpha_sigmoid_steepness"] < 0,
        "commit-reveal with commits": lambda e: e["commit_reveal"] and any(c for _, c in e["weight_commits"]),
        "timelocked commits": lambda e: any(c for _, c in e["timelocked_commits"]),
        "parents": lambda e: any(edges for _, edges in e["parents"]),
        "children": lambda e: any(edges for _, edges in e["children"]),
        "hotkeys outside the subnet": lambda e: e["outside"],
        "owner": lambda e: e["owner_uid"] is not None,
        "unknown uid in weights": lambda e: any(
            uid >= e["n"] for row in e["weights"] for uid, _ in row or []
        ),
        "unknown uid in bonds": lambda e: any(uid >= e["n"] for row in e["bonds"] for uid, _ in row or []),
        "no row": lambda e: None in e["weights"],
        "short last_update": lambda e: len(e["last_update"]) < e["n"],
        "short permits": lambda e: len(e["permits"]) < e["n"],
        "short block_at_registration": lambda e: len(e["block_at_registration"]) < e["n"],
        "tied stakes": lambda e: len(set(e["alpha"])) < len(e["alpha"]),
        "no stake": lambda e: set(e["alpha"]) == set(e["root_tao"]) == {"0"},
        "threshold": lambda e: e["stake_threshold"] != "0",
        "kappa 0": lambda e: e["kappa"] == 0,
        "bonds moving average above one": lambda e: int(e["bonds_moving_average"]) > 10**6,
        "row out of order": lambda e: any(row != sorted(row) for row in e["weights"] if row),
        "one neuron": lambda e: e["n"] == 1,
    }
    assert [name for name, has in features.items() if not any(map(has, epochs))] == []


def test_most_small_epochs_pay_somebody() -> None:
    # An epoch in which nobody has incentive compares little but zeros.
    cases = [case.case() for case in generated_cases("yuma_epoch", "1", "small", 200)]
    assert sum(any(case.expected.out["incentive"]) for case in cases) > 100


def test_the_draws_do_not_depend_on_the_order_in_which_cases_are_made() -> None:
    items = generated_cases("fixed_point", "3", "small", 20)
    forward = [item.case().id for item in items]
    assert [item.case().id for item in reversed(items)] == forward[::-1]


def test_a_case_of_a_file_is_the_one_that_the_draw_says() -> None:
    random = Random("taospec/fixed_point/small/1/4")
    op, inputs = fixed_point.draw(random, "small")
    assert GeneratedCase("fixed_point", "small", "1", 4, 4).case().id == case_id(op, inputs)
