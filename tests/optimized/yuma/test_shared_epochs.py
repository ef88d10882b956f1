"""An epoch has the same bits on any number of threads, also while others run theirs."""

from __future__ import annotations

import threading
from collections.abc import Callable

import attrs
import numpy as np
import pytest
from test_guards import TRIPS

from taospec.conformance.benchmark.workloads import Workload, drawn_epoch
from taospec.optimized.yuma import parallel
from taospec.optimized.yuma.cpu import Refusal, run_record
from taospec.optimized.yuma.epoch import EpochBatch, run_arrays, run_batch
from taospec.optimized.yuma.records import DenseRows, EpochArrays, EpochArraysOutput

FIELDS = ("amounts", "proportions", "masks", "bonds")
THREADS = (1, 2, 3, 5)


def with_parameters(epoch: EpochArrays, **changes: object) -> EpochArrays:
    return attrs.evolve(epoch, parameters=attrs.evolve(epoch.parameters, **changes))


def with_old_weights(epoch: EpochArrays) -> EpochArrays:
    """Half the neurons are newer than what the validators wrote last, and validators weigh themselves."""
    registered = epoch.block_at_registration.copy()
    registered[::2] = epoch.parameters.block
    assert isinstance(epoch.rows, DenseRows)
    weights = epoch.rows.weights.copy()
    weights[np.arange(weights.shape[0]), epoch.rows.uids] = 65_535
    return attrs.evolve(
        epoch, block_at_registration=registered, rows=attrs.evolve(epoch.rows, weights=weights)
    )


EPOCHS: dict[str, Callable[[], EpochArrays]] = {
    "small": lambda: drawn_epoch(Workload(3, 20)),
    "of whole tiles": lambda: drawn_epoch(Workload(40, 1024)),
    "with a partial tile": lambda: drawn_epoch(Workload(40, 1000)),
    "with liquid alpha": lambda: drawn_epoch(Workload(9, 300, liquid_alpha=True)),
    "sparse": lambda: drawn_epoch(Workload(33, 700, density=0.05)),
    "of one tile": lambda: drawn_epoch(Workload(128, 128)),
    "by Yuma 2": lambda: with_parameters(drawn_epoch(Workload(33, 700)), yuma3=False),
    "with old weights": lambda: with_old_weights(drawn_epoch(Workload(33, 700))),
}


def same(first: EpochArraysOutput, second: EpochArraysOutput) -> bool:
    return all(np.array_equal(getattr(first, field), getattr(second, field)) for field in FIELDS)


@pytest.mark.parametrize("name", EPOCHS)
def test_an_epoch_has_the_references_bits_on_any_number_of_threads(name: str) -> None:
    epoch = EPOCHS[name]()
    expected = run_arrays(epoch, backend="reference")
    for threads in THREADS:
        for _ in range(10):
            assert same(run_arrays(epoch, threads=threads), expected), threads


def test_epochs_of_several_python_threads_at_once_keep_their_bits() -> None:
    epochs = [EPOCHS[name]() for name in ("of whole tiles", "with a partial tile", "with liquid alpha")]
    expected = [run_arrays(epoch, threads=1) for epoch in epochs]
    right: list[bool] = []

    def run(which: int) -> None:
        for _ in range(20):
            right.append(same(run_arrays(epochs[which], threads=3), expected[which]))

    callers = [threading.Thread(target=run, args=(which,)) for which in range(3)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert right == [True] * 60


def test_a_batch_of_unequal_subnets_is_the_same_on_any_number_of_threads() -> None:
    sizes = [(1 + 7 * k % 40, 40 + 61 * k % 300) for k in range(40)]
    epochs = [drawn_epoch(Workload(*size), seed) for seed, size in enumerate(sizes)]
    expected = [run_arrays(epoch, threads=1) for epoch in epochs]
    batch = EpochBatch.of(epochs)
    for threads in THREADS:
        answers = run_batch(batch, threads=threads)
        assert all(same(*pair) for pair in zip(answers, expected, strict=True)), threads


def test_an_error_in_a_share_of_an_epoch_surfaces_and_leaves_no_thread_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    epoch = EPOCHS["of whole tiles"]()
    expected = run_arrays(epoch, threads=1)
    inside = [0]
    lock = threading.Lock()
    begun = threading.Event()

    def fails_on_others(
        thread: int, threads: int, stage: int, e: object, shared: parallel.SharedArrays
    ) -> int:
        with lock:
            inside[0] += 1
        try:
            if thread == 0:
                begun.wait(30)
                return unbroken(thread, threads, stage, e, shared)
            # A part of the first stage is taken and never finished.
            shared.board[1 + parallel.STAGES + thread, 0] += 1
            begun.set()
            raise MemoryError("no room")
        finally:
            with lock:
                inside[0] -= 1

    unbroken = parallel.run_one_of_threads
    with monkeypatch.context() as patch:
        patch.setattr(parallel, "run_one_of_threads", fails_on_others)
        with pytest.raises(MemoryError, match="no room"):
            run_arrays(epoch, threads=2)
    assert inside == [0]
    assert same(run_arrays(epoch, threads=2), expected)


@pytest.mark.parametrize("guard", TRIPS)
def test_a_guard_refuses_an_epoch_on_any_number_of_threads(guard: int) -> None:
    inputs = TRIPS[guard]()
    assert [run_record(inputs, threads) for threads in THREADS] == [Refusal(guard)] * len(THREADS)
