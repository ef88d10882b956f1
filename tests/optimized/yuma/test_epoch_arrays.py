"""Epochs as arrays and batches of them: the reference's answers, and clear errors."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pytest

from taospec.conformance.generator.yuma_epoch import draw
from taospec.conformance.operations.yuma_epoch import decode_epoch
from taospec.optimized.yuma.epoch import (
    BatchRoom,
    EpochBatch,
    fallbacks,
    reset_fallbacks,
    run_arrays,
    run_batch,
    run_epochs,
)
from taospec.optimized.yuma.layout import AMOUNT_NAMES, MASK_NAMES, PROPORTION_NAMES
from taospec.optimized.yuma.records import (
    DenseRows,
    EpochArrays,
    EpochArraysOutput,
    EpochParameters,
    SparseRows,
    StoredRows,
)
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.yuma.commits import earliest_live_commits
from taospec.reference.yuma.epoch import run_epoch as run_reference
from taospec.reference.yuma.records import EpochInput


def drawn_epoch(seed: int, level: str = "small") -> EpochInput:
    """A random epoch without inheritance and with whole vectors, as arrays can hold it."""
    _, case = draw(random.Random(f"arrays {seed}"), level)
    inputs = decode_epoch(case)
    n = inputs.n
    return attrs.evolve(
        inputs,
        parents=(),
        children=(),
        outside=(),
        permits=(inputs.permits + (False,) * n)[:n],
        last_update=(inputs.last_update + (0,) * n)[:n],
        block_at_registration=(inputs.block_at_registration + (0,) * n)[:n],
    )


def sparse_arrays(inputs: EpochInput) -> EpochArrays:
    n = inputs.n
    commits = np.array(earliest_live_commits(inputs), np.uint64) if inputs.commit_reveal else None
    return EpochArrays(
        parameters=EpochParameters.of(inputs),
        alpha=np.array(inputs.alpha, np.uint64),
        root_tao=np.array(inputs.root_tao, np.uint64),
        last_update=np.array(inputs.last_update, np.uint64),
        block_at_registration=np.array(inputs.block_at_registration, np.uint64),
        permits=np.array(inputs.permits, np.bool),
        commit_blocks=commits,
        rows=SparseRows(weights=StoredRows.of(inputs.weights, n), bonds=StoredRows.of(inputs.bonds, n)),
    )


def dense_arrays(inputs: EpochInput, mark_zeros: bool = True) -> EpochArrays:
    n = inputs.n
    uids = np.arange(n)
    matrices = []
    for rows in (inputs.weights, inputs.bonds):
        matrix, present = np.zeros((n, n), np.uint16), np.zeros((n, n), np.bool)
        for uid, row in enumerate(rows):
            for j, value in row or ():
                if j < n:
                    matrix[uid, j], present[uid, j] = value, True
        matrices.append((matrix, present))
    (weights, weights_present), (bonds, _) = matrices
    rows = DenseRows(
        uids=uids,
        weights=weights,
        bonds=bonds,
        weights_present=weights_present if mark_zeros else None,
    )
    return attrs.evolve(sparse_arrays(inputs), rows=rows)


def ascending(inputs: EpochInput) -> EpochInput:
    """The epoch with ascending rows, the only order that a matrix has."""

    def in_order(rows: Any) -> Any:
        return tuple(row and tuple(sorted(row)) for row in rows)

    return attrs.evolve(inputs, weights=in_order(inputs.weights), bonds=in_order(inputs.bonds))


def differing(output: EpochArraysOutput, inputs: EpochInput) -> list[str]:
    expected = run_reference(inputs).output
    names = (*AMOUNT_NAMES, *PROPORTION_NAMES, *MASK_NAMES)
    different = [name for name in names if getattr(output, name).tolist() != list(getattr(expected, name))]
    if isinstance(output.bonds, StoredRows):
        bonds = tuple(output.bonds.row(uid) for uid in range(inputs.n))
    else:
        bonds = tuple(tuple(pair for pair in enumerate(row) if pair[1]) for row in output.bonds.tolist())
        expected = attrs.evolve(
            expected, bonds=tuple(tuple(pair for pair in row or () if pair[1]) for row in expected.bonds)
        )
    return different + (["bonds"] if bonds != expected.bonds else [])


@pytest.mark.parametrize("threads", [1, 2])
def test_sparse_arrays_get_the_references_answer(threads: int) -> None:
    for seed in range(300):
        inputs = drawn_epoch(seed)
        assert differing(run_arrays(sparse_arrays(inputs), threads=threads), inputs) == [], seed


@pytest.mark.parametrize("threads", [1, 2])
def test_dense_arrays_get_the_references_answer(threads: int) -> None:
    for seed in range(300):
        inputs = ascending(drawn_epoch(seed))
        assert differing(run_arrays(dense_arrays(inputs), threads=threads), inputs) == [], seed


def test_the_reference_backend_answers_arrays_too() -> None:
    for seed in range(30):
        inputs = ascending(drawn_epoch(seed))
        for arrays in (sparse_arrays(inputs), dense_arrays(inputs)):
            assert differing(run_arrays(arrays, backend="reference"), inputs) == [], seed


def test_inputs_are_left_as_they_are() -> None:
    inputs = ascending(drawn_epoch(7, "realistic"))
    arrays = dense_arrays(inputs)
    assert isinstance(arrays.rows, DenseRows)
    before = [arrays.rows.weights.copy(), arrays.rows.bonds.copy(), arrays.permits.copy()]
    run_arrays(arrays, threads=2)
    after = [arrays.rows.weights, arrays.rows.bonds, arrays.permits]
    assert all((first == second).all() for first, second in zip(before, after, strict=True))


@pytest.mark.parametrize("threads", [1, 2])
def test_an_earlier_answer_is_overwritten_entirely(threads: int) -> None:
    inputs = ascending(drawn_epoch(7, "realistic"))
    arrays = dense_arrays(inputs)
    out = run_arrays(arrays, threads=threads)
    for array in (out.amounts, out.proportions, out.masks, out.bonds):
        assert isinstance(array, np.ndarray)
        array.view(np.uint8)[:] = 0xFF if array.dtype != np.bool else 1
    again = run_arrays(arrays, threads=threads, out=out)
    assert again.amounts is out.amounts
    assert differing(again, inputs) == []


def test_an_answer_of_another_shape_is_not_overwritten() -> None:
    small, large = (dense_arrays(ascending(drawn_epoch(4, level))) for level in ("small", "realistic"))
    assert small.n < large.n
    with pytest.raises(InvalidInputError, match="same shape"):
        run_arrays(large, threads=1, out=run_arrays(small, threads=1))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_a_batch_answers_each_subnet_as_if_alone(threads: int) -> None:
    epochs = [without_zero_weights(ascending(drawn_epoch(seed))) for seed in range(60)]
    batch = EpochBatch.of([dense_arrays(inputs, mark_zeros=False) for inputs in epochs])
    for inputs, output in zip(epochs, run_batch(batch, threads=threads), strict=True):
        assert differing(output, inputs) == []


def test_a_batch_is_answered_into_its_room_again_and_again() -> None:
    epochs = [without_zero_weights(ascending(drawn_epoch(seed))) for seed in range(20)]
    batch = EpochBatch.of([dense_arrays(inputs, mark_zeros=False) for inputs in epochs])
    room = BatchRoom.of(batch)
    for threads in (1, 2):
        for array in attrs.astuple(room.flat, recurse=False):
            array.view(np.uint8)[:] = 0xFF if array.dtype != np.bool else 1
        answers = run_batch(batch, threads=threads, out=room)
        assert [differing(*pair) for pair in zip(answers, epochs, strict=True)] == [[]] * 20
        in_room = [np.shares_memory(answer.amounts, room.flat.amounts) for answer in answers]
        assert sum(in_room) > 10, "all but those that the reference answered"


def test_room_for_another_batch_is_not_overwritten() -> None:
    first, second = (
        EpochBatch.of([dense_arrays(ascending(drawn_epoch(4)), mark_zeros=False)]) for _ in range(2)
    )
    with pytest.raises(InvalidInputError, match="room for another batch"):
        run_batch(first, out=BatchRoom.of(second))


def without_zero_weights(inputs: EpochInput) -> EpochInput:
    rows = tuple(row and tuple(pair for pair in row if pair[1]) for row in inputs.weights)
    return attrs.evolve(inputs, weights=rows)


def test_a_refused_epoch_of_a_batch_is_answered_by_the_reference() -> None:
    inputs = without_zero_weights(ascending(drawn_epoch(1)))
    refused = attrs.evolve(inputs, yuma3=True, liquid_alpha=False, bonds_moving_average=2**50)
    reset_fallbacks()
    batch = EpochBatch.of([dense_arrays(each, mark_zeros=False) for each in (inputs, refused)])
    for each, output in zip((inputs, refused), run_batch(batch), strict=True):
        assert differing(output, each) == []
    assert fallbacks() == {"rate": 1}


def test_an_empty_batch_has_no_answers() -> None:
    assert run_batch(EpochBatch.of([])) == []


def test_many_records_are_answered_in_their_order() -> None:
    epochs = [drawn_epoch(seed) for seed in range(20)]
    assert run_epochs(epochs, threads=2) == [run_reference(inputs).output for inputs in epochs]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a: attrs.evolve(a, alpha=a.alpha.astype(np.int64)), "alpha"),
        (lambda a: attrs.evolve(a, permits=a.permits[:-1].copy()), "permits"),
        (lambda a: attrs.evolve(a, last_update=np.repeat(a.last_update, 2)[::2]), "last_update"),
        (lambda a: with_rows(a, uids=a.rows.uids * 0), "rows.uids"),
        (lambda a: with_rows(a, uids=a.rows.uids + a.n), "rows.uids"),
        (lambda a: with_rows(a, weights=np.asfortranarray(a.rows.weights)), "rows.weights"),
        (lambda a: with_rows(a, bonds=a.rows.bonds.astype(np.int32)), "rows.bonds"),
        (lambda a: attrs.evolve(a, parameters=attrs.evolve(a.parameters, kappa=65_536)), "kappa"),
    ],
)
def test_wrong_arrays_are_refused_by_name(change: Callable[[Any], Any], message: str) -> None:
    inputs = attrs.evolve(drawn_epoch(3, "realistic"))
    with pytest.raises(InvalidInputError, match=message):
        change(dense_arrays(inputs))


def with_rows(arrays: EpochArrays, **changes: Any) -> EpochArrays:
    return attrs.evolve(arrays, rows=attrs.evolve(arrays.rows, **changes))


def test_a_uid_that_repeats_in_a_sparse_row_is_refused() -> None:
    arrays = sparse_arrays(drawn_epoch(3, "realistic"))
    twice = StoredRows.of([((1, 5), (2, 6), (1, 7))], arrays.n)
    assert isinstance(arrays.rows, SparseRows)
    with pytest.raises(InvalidInputError, match=r"rows.weights\[0\]"):
        attrs.evolve(arrays, rows=attrs.evolve(arrays.rows, weights=twice))
