"""The benchmark measures what it says, against baselines that compute the same epoch."""

from __future__ import annotations

import json
import math
from pathlib import Path

import attrs
import numpy as np
import pytest
from click.testing import CliRunner

from taospec.conformance.benchmark import float32_simulator, float64_epoch
from taospec.conformance.benchmark.bars import BARS
from taospec.conformance.benchmark.command import bench_command
from taospec.conformance.benchmark.contenders import FLOAT64, ONE_THREAD, REFERENCE
from taospec.conformance.benchmark.measurement import best_seconds
from taospec.conformance.benchmark.results import Results
from taospec.conformance.benchmark.workloads import BATCH_SIZE, SIZES, Workload, drawn_epoch
from taospec.optimized.yuma.epoch import run_arrays

ONLY_EPOCHS = ("--no-batch", "--no-starts")


@pytest.mark.parametrize("liquid_alpha", [False, True])
@pytest.mark.parametrize("density", [1.0, 0.3])
def test_the_float64_baseline_computes_the_epoch_up_to_rounding(liquid_alpha: bool, density: float) -> None:
    epoch = drawn_epoch(Workload(24, 150, liquid_alpha, density))
    exact = run_arrays(epoch, threads=1)
    answer = float64_epoch.prepared(epoch).run()
    emission = epoch.parameters.rao_emission
    for name, values in answer.items():
        difference = np.abs(values.astype(np.float64) - getattr(exact, name).astype(np.float64))
        # A stored u16 may fall to the other side of an integer; rao are shares of the emission.
        tolerance = emission * 1e-5 if name.endswith("emission") else 1
        assert difference.max() <= tolerance, name


def test_the_stages_of_the_baseline_are_all_of_it() -> None:
    epoch = drawn_epoch(Workload(8, 32))
    stages = float64_epoch.stage_seconds(epoch, 3)
    first, *_, last = stages
    assert (first, last) == ("stakes_and_permits", "emit_and_quantize")
    assert all(seconds > 0 for seconds in stages.values())


def test_the_simulators_rule_gives_the_numbers_of_a_hand_calculation() -> None:
    # Two equal validators, two miners, rows (3/4, 1/4) and (1/4, 3/4), kappa 0.5: from the
    # top, half the stake is reached at 3/4 in both columns; rescaled to sum to 1: 1/2.
    # Clipped rows (1/2, 1/4) and (1/4, 1/2), ranks 3/8 each, incentive 1/2 each.
    # Rate 0.1 on bonds of 0: 0.075 and 0.025, in columns 3/4 and 1/4; dividends 1/2 each.
    weights = np.array([[3, 1], [1, 3]], np.float32)
    stake = np.array([5, 5], np.float32)
    bonds = np.zeros((2, 2), np.float32)
    consensus, incentive, new_bonds, dividends = float32_simulator.run(weights, stake, bonds, 0.5, 0.1)
    assert consensus == pytest.approx([0.5, 0.5], abs=1e-4)
    assert incentive == pytest.approx([0.5, 0.5], abs=1e-6)
    assert new_bonds == pytest.approx(np.array([[0.075, 0.025], [0.025, 0.075]]), abs=1e-6)
    assert dividends == pytest.approx([0.5, 0.5], abs=1e-4)


def test_the_best_of_many_is_the_shortest() -> None:
    calls: list[str] = []
    best = best_seconds({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, budget=0.01)
    assert set(best) == {"a", "b"}
    assert 0 < best["a"] < 0.01
    assert calls.count("a") > 3


def test_growth_is_the_exponent_of_the_cells() -> None:
    seconds = {"x": {"c": 2.0}, "y": {"c": 2.0 * 4**1.5}, "z": {"c": 2.0 * 16**1.5}}
    results = Results({}, seconds, {"x": 10, "y": 40, "z": 160}, {})
    assert results.growth(["x", "y", "z"]) == {"c": pytest.approx(1.5)}


def test_every_bar_names_works_that_the_default_run_measures() -> None:
    works = {Workload(v, n, liquid).name for v, n in SIZES for liquid in (False, True)}
    works.add("batch of 128 x ({}x{})".format(*BATCH_SIZE))
    for bar in BARS:
        assert {bar.work, bar.against_work} <= works
        seconds = {work: {bar.contender: 1.0, bar.against: 1.0} for work in works}
        ratio = bar.ratio(seconds)
        assert ratio == 1.0
        missed = Results({}, seconds, {}, {}).bars
        assert any(found["bar"] == bar.description for found in missed)


def test_the_command_writes_its_measurements_as_json(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    arguments = ["--size", "6x20", "--size", "8x40", "--density", "0.5", "--budget", "0", "--threads", "2"]
    result = CliRunner().invoke(bench_command, [*arguments, *ONLY_EPOCHS, "--json", str(path)])
    assert result.exit_code == 0, result.output
    written = json.loads(path.read_text())
    assert set(written["seconds"]) == {
        f"{size} {rate} 0.50" for size in ("6x20", "8x40") for rate in ("plain", "liquid")
    }
    for seconds in written["seconds"].values():
        assert {REFERENCE, FLOAT64, ONE_THREAD} <= set(seconds)
        assert all(math.isfinite(value) and value > 0 for value in seconds.values())
    assert written["machine"]["threads"] == 2
    assert list(tmp_path.iterdir()) == [path], "the temporary file was renamed"


def test_the_document_says_of_every_bar_whether_it_is_met(tmp_path: Path) -> None:
    path = tmp_path / "bench.md"
    arguments = ["--size", "64x256", "--density", "1", "--budget", "0", "--reference-limit", "0"]
    result = CliRunner().invoke(bench_command, [*arguments, *ONLY_EPOCHS, "--markdown", str(path)])
    assert result.exit_code == 0, result.output
    lines = path.read_text().splitlines()
    (bar,) = [line for line in lines if line.startswith("| 64x256 plain 1.00: optimized, 1 thread")]
    assert bar.endswith(("| met |", "| **missed** |"))
    assert len([line for line in lines if line.startswith("| 64x256 plain 1.00 |")]) == 2, "times, stages"


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    times = {"seconds": 40.0, "processor seconds": 12.0}
    starts = {"cold start": {"first epoch": times}, "warm start": {"first epoch": {**times, "seconds": 0.5}}}
    results = Results({"date": "today"}, {"x": {"c": 2.0}}, {"x": 10}, {}, starts)
    results.write(tmp_path / "bench.json")
    assert Results.read(tmp_path / "bench.json") == results
    assert [(bar["at_most"], bar["met"]) for bar in results.bars] == [(30.0, False), (1.0, True)]


@pytest.mark.parametrize("size", ["64", "axb", "0x4", "9x4", "4x"])
def test_a_size_that_is_none_is_refused_with_its_text(size: str) -> None:
    result = CliRunner().invoke(bench_command, ["--size", size])
    assert result.exit_code == 2
    assert repr(size) in result.output


def test_workloads_are_drawn_alike_every_time() -> None:
    workload = Workload(5, 30, density=0.4)
    first, second, other = drawn_epoch(workload), drawn_epoch(workload), drawn_epoch(workload, seed=1)
    assert (attrs.asdict(first.rows)["weights"] == attrs.asdict(second.rows)["weights"]).all()
    assert (first.alpha == second.alpha).all()
    assert (first.alpha != other.alpha).any()
