"""The CUDA kernels in the simulator, which must be chosen before numba is imported.

Not collected by itself: ``test_simulator.py`` runs it in a process of its own.
"""

from __future__ import annotations

import random
from itertools import islice

import attrs
import numpy as np
import pytest
from synthetic_batch import synthetic_batch
from upstream_epochs import SUITES, differing_fields, differing_records, upstream_epochs

from taospec.conformance.generator.yuma_epoch import draw
from taospec.conformance.operations.yuma_epoch import decode_epoch
from taospec.optimized.yuma.cpu import Refusal
from taospec.optimized.yuma.cuda.batch import StoredEpochs
from taospec.optimized.yuma.cuda.device import SIMULATED, is_device_available
from taospec.optimized.yuma.cuda.run import ColumnBlocks, DeviceBatch, run_batch, run_records
from taospec.optimized.yuma.epoch import run_epoch
from taospec.optimized.yuma.guards import ACTIVE_STAKE, NEURONS, RATE, WEIGHTS_ORDER
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


def test_a_wrapped_sum_of_stakes_is_refused() -> None:
    inputs = usual_epoch()
    inputs = attrs.evolve(inputs, alpha=(2**63 - 1,) * inputs.n, stake_threshold=0)
    (answer,) = run_records([inputs])
    assert answer == Refusal(ACTIVE_STAKE)


def test_a_rate_below_zero_is_refused() -> None:
    inputs = usual_epoch(bonds_moving_average=1_500_000)
    (answer,) = run_records([inputs])
    assert answer == Refusal(RATE)


def test_weights_out_of_order_are_refused_where_liquid_alpha_sees_the_order() -> None:
    inputs = usual_epoch(liquid_alpha=True, bonds_penalty=65535)
    n = inputs.n
    row = tuple((uid, 1000 + uid) for uid in reversed(range(n)))
    inputs = attrs.evolve(
        inputs,
        weights=(row,) * n,
        permits=(True,) * n,
        block_at_registration=(0,) * n,
        last_update=(inputs.block,) * n,
        commit_reveal=False,
    )
    assert StoredEpochs.of([inputs]).refused == [True]
    assert run_records([inputs]) == [Refusal(WEIGHTS_ORDER)]
