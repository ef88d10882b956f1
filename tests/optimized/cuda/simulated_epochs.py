"""The CUDA kernels in the simulator, which must be chosen before numba is imported.

Not collected by itself: ``test_simulator.py`` runs it in a process of its own.
"""

from __future__ import annotations

import random
from itertools import islice

import attrs
import numpy as np
import pytest
from device_check import differing_arrays
from refused_epochs import REFUSED, three_validators
from synthetic_batch import synthetic_batch
from test_epoch_arrays import dense_arrays, differing, sparse_arrays
from upstream_epochs import SUITES, differing_fields, differing_records, upstream_epochs

from taospec.conformance.generator.yuma_epoch import draw
from taospec.conformance.operations.yuma_epoch import decode_epoch
from taospec.optimized.yuma.cpu import Refusal
from taospec.optimized.yuma.cuda.batch import StoredEpochs
from taospec.optimized.yuma.cuda.device import ROW_THREADS, SIMULATED, is_device_available
from taospec.optimized.yuma.cuda.layout import FACTS
from taospec.optimized.yuma.cuda.rows import row_sums
from taospec.optimized.yuma.cuda.run import ColumnBlocks, DeviceBatch, run_batch, run_records
from taospec.optimized.yuma.epoch import EpochBatch, run_arrays, run_epoch, run_epochs
from taospec.optimized.yuma.epoch import run_batch as run_epoch_batch
from taospec.optimized.yuma.guards import ALL_GUARDS, GUARD_NAMES, NEURONS
from taospec.reference.fixed_point import I32F32
from taospec.reference.yuma.epoch import run_epoch as run_reference

pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")


def test_this_process_simulates_and_does_not_take_that_for_a_device() -> None:
    assert SIMULATED
    assert not is_device_available()


def test_small_upstream_epochs_are_answered_as_the_chain_does() -> None:
    chosen = [case for case in upstream_epochs(SUITES[0]) if case[1].n <= 11][::8]
    answers = run_records([inputs for _, inputs, _ in chosen])
    compared = 0
    for (case_id, _, expected), answer in zip(chosen, answers, strict=True):
        if not isinstance(answer, Refusal):
            assert differing_fields(answer, expected) == [], case_id
            compared += 1
    assert compared >= 18


def test_random_epochs_equal_the_reference() -> None:
    epochs = [decode_epoch(draw(random.Random(f"simulated {seed}"), "small")[1]) for seed in range(12)]
    answers = run_records(epochs)
    for seed, (inputs, answer) in enumerate(zip(epochs, answers, strict=True)):
        if not isinstance(answer, Refusal):
            assert differing_records(answer, run_reference(inputs).output) == [], seed


@pytest.mark.parametrize("yuma3", [True, False])
def test_where_the_rows_are_kept_makes_no_difference(yuma3: bool) -> None:
    batch = synthetic_batch(2, 3, 9, yuma3=yuma3, seed=1)
    answers = []
    for blocks in (ColumnBlocks(4, 8), ColumnBlocks(4, 0)):
        on_device = DeviceBatch(batch, with_present=True, blocks=blocks)
        on_device.poison()
        on_device.launch()
        answers.append(on_device.answer())
    assert not answers[0].status.any()
    for name in ("amounts", "proportions", "masks", "stored", "present"):
        assert np.array_equal(getattr(answers[0], name), getattr(answers[1], name)), name
    assert answers[0].stored.any()


def test_a_batch_is_answered_as_by_the_cpu_kernels() -> None:
    batch = synthetic_batch(2, 3, 9, seed=3)
    answer = run_batch(batch)
    assert differing_arrays(batch, answer) == []
    answer.amounts[2, 10] += np.uint64(1)
    assert differing_arrays(batch, answer) == ["amounts"]


def test_a_loaded_batch_gives_the_answer_of_its_own() -> None:
    first, second = (synthetic_batch(2, 2, 5, seed=seed) for seed in (1, 2))
    on_device = DeviceBatch(first)
    on_device.launch()
    on_device.load(second)
    on_device.launch()
    expected = run_batch(second)
    assert np.array_equal(on_device.answer().stored, expected.stored)
    assert np.array_equal(on_device.answer().amounts, expected.amounts)
    assert not np.array_equal(run_batch(first).stored, expected.stored)


def usual_epoch(**changes: object):
    """The first upstream epoch that the kernels answer and that is worth a change."""
    for _, inputs, _ in islice(upstream_epochs(SUITES[0]), 200):
        if inputs.n >= 3 and inputs.yuma3 and not inputs.liquid_alpha and any(inputs.weights):
            (answer,) = run_records([inputs])
            if not isinstance(answer, Refusal) and any(answer.incentive):
                return attrs.evolve(inputs, **changes)
    raise AssertionError("no such epoch")


def test_an_epoch_asked_of_the_backend_is_answered() -> None:
    inputs = usual_epoch()
    assert differing_records(run_epoch(inputs, backend="cuda"), run_reference(inputs).output) == []


def test_more_neurons_than_proven_are_refused() -> None:
    batch = synthetic_batch(1, 2, 5)
    batch.parameters["neurons"] = 32769
    on_device = DeviceBatch(synthetic_batch(1, 2, 5))
    on_device.load(batch)
    on_device.launches[0]()
    assert on_device.answer().status.tolist() == [NEURONS]


def test_epochs_given_as_arrays_are_answered_one_by_one_and_as_a_batch() -> None:
    epochs = [three_validators(liquid_alpha=liquid_alpha) for liquid_alpha in (False, True)]
    epochs.append(three_validators(n=7, kappa=20_000, yuma3=False))
    for inputs in epochs:
        for arrays in (sparse_arrays(inputs), dense_arrays(inputs, mark_zeros=False)):
            assert differing(run_arrays(arrays, backend="cuda"), inputs) == []
    batch = EpochBatch.of([dense_arrays(inputs, mark_zeros=False) for inputs in epochs])
    for inputs, output in zip(epochs, run_epoch_batch(batch, backend="cuda"), strict=True):
        assert differing(output, inputs) == []
    for inputs, output in zip(epochs, run_epochs(epochs, backend="cuda"), strict=True):
        assert differing_records(output, run_reference(inputs).output) == []


def test_beyond_the_guard_on_neurons_a_row_sums_to_what_the_chain_wraps() -> None:
    """One kernel of the six: the simulator is too slow for a thread per column of so many."""
    batch = StoredEpochs.of([REFUSED[NEURONS]]).batch
    never, row_sum, row_factor = np.full(1, 2**63, np.uint64), np.zeros(1, np.int64), np.zeros(1)
    row_sums[(1, 1), ROW_THREADS](
        batch.parameters,
        batch.offsets,
        batch.vectors,
        batch.uids,
        batch.weights,
        never,
        np.zeros((FACTS, 1), np.int64),
        np.zeros(1, np.int64),
        row_sum,
        row_factor,
    )
    assert row_sum == 32_769 * 65_535
    assert row_sum > I32F32.MAX_BITS >> I32F32.FRACTION_BITS


@pytest.mark.parametrize("guard", [guard for guard in REFUSED if guard != NEURONS], ids=GUARD_NAMES.get)
def test_without_the_guard_the_device_answers_wrongly(guard: int) -> None:
    inputs = REFUSED[guard]
    assert run_records([inputs]) == [Refusal(guard)]
    (unguarded,) = run_records([inputs], ALL_GUARDS & ~guard)
    assert not isinstance(unguarded, Refusal), "only this guard refuses the epoch"
    assert differing_records(unguarded, run_reference(inputs).output) != []


def test_there_is_an_epoch_for_every_guard() -> None:
    assert sum(REFUSED) == sum(GUARD_NAMES) == ALL_GUARDS


def test_what_the_epochs_for_the_guards_were_made_from_is_answered() -> None:
    inputs = three_validators()
    (answer,) = run_records([inputs])
    assert differing_records(answer, run_reference(inputs).output) == []
    assert any(answer.incentive)
    assert any(answer.dividends)
