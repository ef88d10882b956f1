"""Simulations: scenarios are checked, repeat themselves, and lose nothing when they are interrupted."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from taospec.conformance import simulation as package
from taospec.conformance.cli import main
from taospec.conformance.simulation.run import (
    CHECKPOINT,
    InvariantError,
    Simulation,
    resumed,
    run,
    started,
)
from taospec.conformance.simulation.scenario import Scenario, parse_scenario, read_scenario
from taospec.conformance.simulation.series import COLUMNS
from taospec.conformance.simulation.series_files import FORMATS, CsvFiles
from taospec.reference.chain.invariants import Checker
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.state.digest import state_digest

SCENARIOS = Path(package.__path__[0]).parent / "scenarios"
LARGE = ("full_network", "mainnet_genesis")
NAMES = sorted(path.stem for path in SCENARIOS.glob("*.toml") if path.stem not in LARGE)
FILES = [f"{name}.csv" for name in COLUMNS]


def shortened(name: str, blocks: int, folder: Path) -> Path:
    """A scenario of fewer blocks."""
    lines = (SCENARIOS / f"{name}.toml").read_text(encoding="utf-8").splitlines(keepends=True)
    path = folder / f"{name}-{blocks}.toml"
    text = "".join(f"blocks = {blocks}\n" if line.startswith("blocks = ") else line for line in lines)
    path.write_text(text.replace('snapshot = "..', f'snapshot = "{SCENARIOS.parent}'), encoding="utf-8")
    return path


def played(scenario: Scenario, folder: Path, every: int = 50) -> Simulation:
    simulation = started(scenario)
    for _ in run(simulation, folder, every):
        pass
    return simulation


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "taospec.conformance.cli", *map(str, arguments)]


@pytest.mark.parametrize("name", NAMES)
def test_every_example_plays_two_epochs(name: str, tmp_path: Path) -> None:
    scenario = read_scenario(shortened(name, 125, tmp_path))
    simulation = played(scenario, tmp_path / "out", every=100)
    assert simulation.time == 125
    for series in COLUMNS:
        rows = list(csv.reader((tmp_path / "out" / f"{series}.csv").open(encoding="utf-8")))
        assert tuple(rows[0]) == COLUMNS[series]
        blocks = {int(row[0]) - scenario.genesis.block for row in rows[1:]}
        assert blocks == set(range(scenario.sample_every, 126, scenario.sample_every))


def test_a_stopped_run_goes_on_to_the_same_files(tmp_path: Path) -> None:
    scenario = read_scenario(shortened("random_calls", 60, tmp_path))
    whole = played(scenario, tmp_path / "whole", every=20)
    stopped = started(scenario)
    blocks = run(stopped, tmp_path / "parts", every=20)
    for block in blocks:
        if block == 33:
            break
    blocks.close()
    again = resumed(scenario, tmp_path / "parts")
    assert again.time == 33
    for _ in run(again, tmp_path / "parts", every=20):
        pass
    assert state_digest(again.state) == state_digest(whole.state)
    assert again.outcomes == whole.outcomes
    for name in FILES:
        assert (tmp_path / "parts" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_asked_to_stop_has_written_what_it_says(number: int, tmp_path: Path) -> None:
    path = shortened("random_calls", 100_000, tmp_path)
    out = tmp_path / "stopped"
    arguments = ("simulate", path, "-o", out, "--checkpoint-every", 10, "--no-plots")
    process = subprocess.Popen(command(*arguments), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    while not (out / CHECKPOINT).exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(number)
    said, announced = process.communicate()
    assert process.returncode == 130
    assert "stopping after this block" in announced
    scenario = read_scenario(path)
    stopped, again = resumed(scenario, out), started(scenario)
    assert f"{stopped.time} blocks written to" in said
    assert f"state digest {state_digest(stopped.state).hex()}" in said
    for _ in range(stopped.time):
        again.play()
    assert state_digest(again.state) == state_digest(stopped.state)


def test_a_killed_run_keeps_what_it_had_written_and_goes_on(tmp_path: Path) -> None:
    path = shortened("cabal", 400, tmp_path)
    out = tmp_path / "killed"
    arguments = ("simulate", path, "-o", out, "--checkpoint-every", 5, "--no-plots")
    process = subprocess.Popen(command(*arguments), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while not (out / CHECKPOINT).exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    scenario = read_scenario(path)
    survivor = resumed(scenario, out)
    assert survivor.time >= 5
    result = CliRunner().invoke(main, ["simulate", str(path), "-o", str(out), "--resume", "--no-plots"])
    assert result.exit_code == 0, result.output
    played(scenario, tmp_path / "whole")
    for name in FILES:
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_the_same_seed_gives_the_same_under_any_hash_seed(tmp_path: Path) -> None:
    path = shortened("random_calls", 40, tmp_path)
    for hash_seed in ("0", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        arguments = command("simulate", path, "-o", tmp_path / hash_seed, "--no-plots")
        subprocess.run(arguments, env=environment, check=True, capture_output=True)
    for name in [*FILES, CHECKPOINT]:
        assert (tmp_path / "0" / name).read_bytes() == (tmp_path / "4242" / name).read_bytes()


def test_a_folder_with_a_simulation_is_not_overwritten(tmp_path: Path) -> None:
    path = shortened("cabal", 5, tmp_path)
    arguments = ["simulate", str(path), "-o", str(tmp_path / "out"), "--no-plots"]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    refused = CliRunner().invoke(main, arguments)
    assert refused.exit_code == 2
    assert "--resume" in refused.output


def test_a_checkpoint_of_another_scenario_is_refused(tmp_path: Path) -> None:
    played(read_scenario(shortened("cabal", 5, tmp_path)), tmp_path / "out")
    with pytest.raises(InvalidInputError, match=r"checkpoint\.scenario"):
        resumed(read_scenario(shortened("cabal", 6, tmp_path)), tmp_path / "out")


def test_a_checkpoint_of_other_records_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = read_scenario(shortened("cabal", 5, tmp_path))
    played(scenario, tmp_path / "out")
    monkeypatch.setattr("taospec.conformance.simulation.run._records", lambda: "others")
    with pytest.raises(InvalidInputError, match=r"checkpoint\.records"):
        resumed(scenario, tmp_path / "out")


def test_a_scenario_begins_with_the_mainnets_genesis_from_a_file_that_it_names(tmp_path: Path) -> None:
    """Beside the mainnet's 4,181,329,662,284,940 rao there is what subnets and actors have."""
    scenario = read_scenario(shortened("mainnet_genesis", 4, tmp_path))
    simulation = started(scenario)
    state, given = simulation.state, 2 * 2_000 + 2 * 1 + (4 + 6) * 100 + 4 * 20_000
    authorities = scenario.genesis.authorities * 500
    assert state.issuance.total == 4_181_329_662_284_940 + given * 10**9 + authorities
    assert state.pools.peek(0).tao_reserve == 2_361_517_466_099_541
    assert [netuid for netuid in range(4) if state.subnets.peek(netuid).added] == [0, 1, 2]
    simulation.checker = Checker(state)
    for _ in run(simulation, tmp_path / "out", 200):
        pass
    assert simulation.time == 4


def test_a_scenario_begins_with_the_chains_own_genesis() -> None:
    genesis = {"start": "chain", "block": 0, "subnets": [{"tao": 5, "alpha": 7}]}
    state = started(parse_scenario({**VALID, "genesis": genesis})).state
    assert [netuid for netuid in range(4) if state.subnets.peek(netuid).added] == [0, 1, 2]
    assert [state.pools.peek(netuid).tao_reserve for netuid in (1, 2)] == [10 * 10**9, 5 * 10**9]


VALID: dict[str, Any] = {"name": "a", "seed": "b", "blocks": 3}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"blocks": 0}, "blocks: .*got 0"),
        ({"colour": "red"}, "colour: is not a key of this table, got 'red'"),
        ({"genesis": {"parameters": {"Tempo": 1}}}, r"genesis\.parameters\.Tempo"),
        ({"genesis": {"subnet_parameters": {"Tempo": 70_000}}}, r"subnet_parameters\.Tempo: .*got 70000"),
        ({"genesis": {"subnets": [{"tao": 1}]}}, r"genesis\.subnets\[0\]\.alpha: is missing"),
        ({"genesis": {"start": "moon"}}, r"genesis\.start: must be one of empty, chain, mainnet, got 'moon'"),
        (
            {"genesis": {"start": "mainnet"}},
            r"genesis\.snapshot: must be given with start = \"mainnet\" alone",
        ),
        ({"genesis": {"snapshot": "a"}}, r"genesis\.snapshot: must be given with start = .*got 'a'"),
        (
            {"genesis": {"start": "mainnet", "snapshot": "none.json"}},
            "snapshot: must be readable: .*none.json",
        ),
        ({"actors": [{"name": "x", "kind": "wizard"}]}, r"actors\[0\]\.kind: must be one of .*'wizard'"),
        ({"actors": [{"name": "x", "kind": "miner", "sells": 2}]}, r"actors\[0\]\.sells: .*got 2"),
        ({"actors": [{"name": "x", "kind": "miner"}] * 2}, r"actors\[1\]\.name: must not repeat"),
        ({"schedule": [{"at": 1, "signer": "root", "call": "mine"}]}, r"schedule\[0\]\.call: .*'mine'"),
    ],
)
def test_what_is_wrong_in_a_scenario_is_named_with_its_value(changes: dict[str, Any], message: str) -> None:
    assert parse_scenario(VALID).blocks == 3
    with pytest.raises(InvalidInputError, match=message):
        parse_scenario({**VALID, **changes})


@pytest.mark.parametrize(("name", "blocks"), [("random_calls", 100), ("subnet_limit", 70)])
def test_invariants_hold_in_every_block(name: str, blocks: int, tmp_path: Path) -> None:
    path = shortened(name, blocks, tmp_path)
    arguments = ["simulate", str(path), "-o", str(tmp_path / "out"), "--check-invariants", "--no-plots"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    simulation = played(read_scenario(path), tmp_path / "unchecked")
    assert state_digest(simulation.state).hex() in result.output


def test_invariants_hold_in_every_block_over_arrays(tmp_path: Path) -> None:
    path = shortened("selling_miners", 65, tmp_path)
    arguments = ["simulate", str(path), "-o", str(tmp_path / "out"), "--check-invariants", "--no-plots"]
    result = CliRunner().invoke(main, [*arguments, "--backend", "optimized"])
    assert result.exit_code == 0, result.output


def test_a_broken_invariant_stops_the_run_and_is_named(tmp_path: Path) -> None:
    simulation = started(read_scenario(SCENARIOS / "cabal.toml"))
    simulation.checker = Checker(simulation.state)
    simulation.play()
    step = simulation.step

    def tampered(parent_hash: bytes) -> None:
        step(parent_hash)
        simulation.state.issuance.total -= 1
        simulation.state.subnets[1].neurons += 1

    simulation.step = tampered
    with pytest.raises(
        InvariantError, match=r"(?s)block 1002: .*INVARIANT-1: issuance.*INVARIANT-8: subnet 1"
    ):
        simulation.play()


def test_parquet_holds_what_csv_holds_with_a_type_for_each_column(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path = shortened("random_calls", 60, tmp_path)
    for file_format in FORMATS:
        arguments = ["simulate", str(path), "-o", str(tmp_path / file_format), "--format", file_format]
        assert CliRunner().invoke(main, arguments).exit_code == 0
    for name, columns in COLUMNS.items():
        table = parquet.read_table(tmp_path / "parquet" / f"{name}.parquet")
        assert tuple(table.column_names) == columns
        written = CsvFiles().rows(tmp_path / "csv" / f"{name}.csv")
        assert [{key: str(value) for key, value in row.items()} for row in table.to_pylist()] == list(written)
    kinds = {str(field.type) for field in parquet.read_schema(tmp_path / "parquet" / "actors.parquet")}
    assert kinds == {"uint64", "string"}
    plots = (tmp_path / file_format / "plots.svg" for file_format in FORMATS)
    assert len({plot.read_bytes() for plot in plots if plot.exists()}) <= 1


def test_a_stopped_run_in_parquet_goes_on_to_the_same_files(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    scenario, files = read_scenario(shortened("cabal", 60, tmp_path)), FORMATS["parquet"]()
    for _ in run(started(scenario), tmp_path / "whole", 20, files):
        pass
    blocks = run(started(scenario), tmp_path / "parts", 20, files)
    for block in blocks:
        if block == 33:
            break
    blocks.close()
    for _ in run(resumed(scenario, tmp_path / "parts"), tmp_path / "parts", 20, files):
        pass
    for name in COLUMNS:
        whole, parts = (list(files.rows(tmp_path / each / f"{name}.parquet")) for each in ("whole", "parts"))
        assert whole
        assert whole == parts
    with pytest.raises(InvalidInputError, match="--format: must be that of the run, parquet"):
        next(run(resumed(scenario, tmp_path / "parts"), tmp_path / "parts", 20, CsvFiles()))


def test_without_pyarrow_parquet_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    path = shortened("cabal", 5, tmp_path)
    result = CliRunner().invoke(
        main, ["simulate", str(path), "-o", str(tmp_path / "out"), "--format", "parquet"]
    )
    assert result.exit_code == 2
    assert "extra 'simulation'" in " ".join(result.output.split())
    assert not (tmp_path / "out").exists()


def test_an_integer_that_parquet_cannot_hold_is_named(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    row = (1, 2**64, 3, 4, 5, 6)
    with pytest.raises(InvalidInputError, match=r"network\.issuance: .*18446744073709551616"):
        FORMATS["parquet"]().write_part(tmp_path / "part", "network", [row], first=True)
