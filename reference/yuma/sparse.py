"""Operations on sparse matrices: a list of rows, a row a list of ``(column, value)``.

Rows keep their stored order and never repeat a column. A zero entry **is not** an absent
entry: some rules keep the first and drop the second.

Source: ``pallets/subtensor/src/epoch/math.rs``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from taospec.reference.fixed_point import I32F32, wrapping_sum
from taospec.reference.rules import implements
from taospec.reference.yuma.proportions import ONE, ZERO, fixed_to_fixed_u16_proportion, u16_to_fixed
from taospec.reference.yuma.records import SparseRow

Row: TypeAlias = list[tuple[int, I32F32]]
Matrix: TypeAlias = list[Row]


@implements("YUMA-WEIGHTS-1")
def stored_weights(rows: Sequence[SparseRow | None], n: int) -> Matrix:
    """The ``n`` stored weight rows as integers in I32F32; entries for columns ``>= n`` are skipped.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:1105``.
    """
    return [[(j, u16_to_fixed(w)) for j, w in row if j < n] for row in _first_rows(rows, n)]


@implements("YUMA-BONDS2-1")
def stored_bonds(rows: Sequence[SparseRow | None], n: int) -> Matrix:
    """The ``n`` stored bond rows as integers in I32F32; columns ``>= n`` are **kept**.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:1147``.
    """
    return [[(j, u16_to_fixed(b)) for j, b in row] for row in _first_rows(rows, n)]


@implements("YUMA-BONDS3-1")
def stored_bond_proportions(rows: Sequence[SparseRow | None], n: int) -> Matrix:
    """The ``n`` stored bond rows as proportions ``trunc(b / 65535)``; columns ``>= n`` are kept.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:1207``.
    """
    return [[(j, fixed_to_fixed_u16_proportion(b)) for j, b in row] for row in stored_bonds(rows, n)]


def _first_rows(rows: Sequence[SparseRow | None], n: int) -> list[SparseRow]:
    present = [row or () for row in rows[:n]]
    return present + [()] * (n - len(present))


# Masks: each returns a matrix without the entries that its condition names.


@implements("YUMA-MASK-1")
def mask_rows(mask: Sequence[bool], matrix: Matrix) -> Matrix:
    """Empty the rows where ``mask`` is true or missing.

    Source: ``pallets/subtensor/src/epoch/math.rs:667``.
    """
    return [[] if i >= len(mask) or mask[i] else list(row) for i, row in enumerate(matrix)]


@implements("YUMA-MASK-2")
def mask_diagonal(matrix: Matrix, except_index: int | None = None) -> Matrix:
    """Remove the diagonal, save the entry of ``except_index``.

    Source: ``pallets/subtensor/src/epoch/math.rs:683``, ``pallets/subtensor/src/epoch/math.rs:699``.
    """
    return [[(j, value) for j, value in row if i != j or i == except_index] for i, row in enumerate(matrix)]


@implements("YUMA-MASK-3", "YUMA-MASK-5")
def mask_rows_against_columns(
    matrix: Matrix,
    row_blocks: Sequence[int],
    column_blocks: Sequence[int],
    masked: Callable[[int, int], bool],
) -> Matrix:
    """Remove ``(i, j)`` where ``masked(row_blocks[i], column_blocks[j])``; missing blocks read as 0.

    Source: ``pallets/subtensor/src/epoch/math.rs:720``.
    """
    return [
        [(j, value) for j, value in row if not masked(_block(row_blocks, i), _block(column_blocks, j))]
        for i, row in enumerate(matrix)
    ]


@implements("YUMA-BONDS-2")
def mask_columns_against(
    matrix: Matrix, block: int, column_blocks: Sequence[int], masked: Callable[[int, int], bool]
) -> Matrix:
    """Remove ``(i, j)`` where ``masked(block, column_blocks[j])``; missing blocks read as 0.

    Source: ``pallets/subtensor/src/epoch/math.rs:612``.
    """
    return [[(j, value) for j, value in row if not masked(block, _block(column_blocks, j))] for row in matrix]


def _block(blocks: Sequence[int], index: int) -> int:
    return blocks[index] if index < len(blocks) else 0


# Sums and normalisation.


@implements("YUMA-MATRIX-1", "YUMA-TRUST-1")
def row_sums(matrix: Matrix) -> list[I32F32]:
    """``sum_j x_ij`` for every row; **wraps**.

    Source: ``pallets/subtensor/src/epoch/math.rs:347``.
    """
    return [wrapping_sum((value for _, value in row), I32F32) for row in matrix]


@implements("YUMA-NORM-2")
def normalize_rows(matrix: Matrix) -> Matrix:
    """``x_ij / sum_j x_ij`` where the (wrapping) row sum is positive, else the row unchanged.

    Source: ``pallets/subtensor/src/epoch/math.rs:325``.
    """
    return [
        [(j, value.safe_div(total)) for j, value in row] if total > ZERO else list(row)
        for row, total in zip(matrix, row_sums(matrix), strict=True)
    ]


@implements("YUMA-NORM-3")
def normalize_columns(matrix: Matrix, columns: int) -> Matrix:
    """``x_ij / sum_i x_ij`` (sum **saturates**); columns of sum 0 and columns ``>= columns`` unchanged.

    Source: ``pallets/subtensor/src/epoch/math.rs:355``.
    """
    totals = [ZERO] * columns
    for row in matrix:
        for j, value in row:
            if j < columns:
                totals[j] = totals[j].saturating_add(value)
    return _divide_columns(matrix, totals)


@implements("YUMA-NORM-4", "YUMA-BONDS2-5")
def max_upscale_columns(matrix: Matrix, columns: int) -> Matrix:
    """``x_ij / max(0, max_i x_ij)``; columns of maximum 0 and columns ``>= columns`` unchanged.

    Source: ``pallets/subtensor/src/epoch/math.rs:420``.
    """
    largest = [ZERO] * columns
    for row in matrix:
        for j, value in row:
            if j < columns and largest[j] < value:
                largest[j] = value
    return _divide_columns(matrix, largest)


def _divide_columns(matrix: Matrix, divisors: Sequence[I32F32]) -> Matrix:
    return [
        [
            (j, value.safe_div(divisors[j]) if j < len(divisors) and divisors[j] != ZERO else value)
            for j, value in row
        ]
        for row in matrix
    ]


# Products.


@implements("YUMA-MATRIX-2", "YUMA-RANK-1")
def vector_times_matrix(vector: Sequence[I32F32], matrix: Matrix, columns: int) -> list[I32F32]:
    """``r_j = sum_i v_i * x_ij``, each product floored, sums saturating in row order.

    Source: ``pallets/subtensor/src/epoch/math.rs:861``.
    """
    result = [ZERO] * columns
    for i, row in enumerate(matrix):
        scale = vector[i] if i < len(vector) else ZERO
        for j, value in row:
            if j < columns:
                result[j] = result[j].saturating_add(scale.saturating_mul(value))
    return result


@implements("YUMA-MATRIX-3")
def matrix_times_vector(matrix: Matrix, vector: Sequence[I32F32]) -> list[I32F32]:
    """``r_i = sum_j x_ij * v_j``, each product floored, sums saturating in stored order.

    Source: ``pallets/subtensor/src/epoch/math.rs:883``.
    """
    result = []
    for row in matrix:
        total = ZERO
        for j, value in row:
            total = total.saturating_add((vector[j] if j < len(vector) else ZERO).saturating_mul(value))
        result.append(total)
    return result


@implements("YUMA-MATRIX-4")
def scale_rows(matrix: Matrix, vector: Sequence[I32F32]) -> Matrix:
    """``floor(x_ij * v_i)``; rows beyond the vector are dropped.

    Source: ``pallets/subtensor/src/epoch/math.rs:767``.
    """
    return [
        [(j, value.saturating_mul(scale)) for j, value in row]
        for row, scale in zip(matrix, vector, strict=False)
    ]


@implements("YUMA-MATRIX-6")
def scale_columns(matrix: Matrix, vector: Sequence[I32F32]) -> Matrix:
    """``floor(x_ij * v_j)``; products of 0 and columns beyond the vector are dropped.

    Source: ``pallets/subtensor/src/epoch/math.rs:1332``.
    """
    scaled = ([(j, x.saturating_mul(vector[j])) for j, x in row if j < len(vector)] for row in matrix)
    return [[(j, product) for j, product in row if product != ZERO] for row in scaled]


# Entry by entry.


@implements("YUMA-CLIP-1", "YUMA-CLIP-2")
def clip_columns(matrix: Matrix, thresholds: Sequence[I32F32]) -> Matrix:
    """``min(x_ij, t_j)``; an entry above a threshold ``<= 0`` (or a missing one) is dropped.

    Source: ``pallets/subtensor/src/epoch/math.rs:921``.
    """
    return [
        [
            (j, min(value, threshold))
            for j, value in row
            if (threshold := thresholds[j] if j < len(thresholds) else ZERO) >= value or threshold > ZERO
        ]
        for row in matrix
    ]


@implements("YUMA-PENALTY-1", "YUMA-PENALTY-2")
def interpolate(start: Matrix, end: Matrix, columns: int, ratio: I32F32) -> Matrix:
    """``x + ratio * (y - x)``, entries ``<= 0`` dropped, columns ascending.

    At ratio exactly 0 or 1 (and for different row counts) one matrix is returned **as it is**,
    zero entries included.

    Source: ``pallets/subtensor/src/epoch/math.rs:1247``.
    """
    if ratio == ZERO:
        return start
    if ratio == ONE or len(start) != len(end):
        return end
    return [
        _interpolate_row(dict(row), dict(end_row), columns, ratio)
        for row, end_row in zip(start, end, strict=True)
    ]


def _interpolate_row(start: dict[int, I32F32], end: dict[int, I32F32], columns: int, ratio: I32F32) -> Row:
    row = []
    for j in sorted(start.keys() | end.keys()):
        x, y = start.get(j, ZERO), end.get(j, ZERO)
        value = x.saturating_add(ratio.saturating_mul(y.saturating_sub(x)))
        if j < columns and value > ZERO:
            row.append((j, value))
    return row


@implements("YUMA-BONDS3-3", "YUMA-BONDS2-4")
def moving_average(new: Matrix, old: Matrix, rate: I32F32) -> Matrix:
    """``rate * new + (1 - rate) * old``, entries ``<= 0`` dropped, columns ascending.

    Columns ``>= len(new)`` are dropped: the matrix is taken to be square. A missing row of
    ``old`` counts as empty.

    Source: ``pallets/subtensor/src/epoch/math.rs:1406``.
    """
    complement = ONE.saturating_sub(rate)
    result = []
    for i, new_row in enumerate(new):
        averages: dict[int, I32F32] = {}
        for weight, row in ((rate, new_row), (complement, old[i] if i < len(old) else [])):
            for j, value in row:
                averages[j] = averages.get(j, ZERO).saturating_add(weight.saturating_mul(value))
        result.append([(j, averages[j]) for j in sorted(averages) if j < len(new) and averages[j] > ZERO])
    return result


@implements("YUMA-LIQUID-4")
def moving_average_by_pair(new: Matrix, old: Matrix, rates: Sequence[Sequence[I32F32]]) -> Matrix:
    """``min(1, (1 - a_ij) * old + max(0, a_ij * new))`` **only where new has an entry**, in its order.

    An old value without a new entry (an explicit zero counts as an entry) vanishes at once;
    results ``<= 0`` are dropped. For different row counts ``new`` is returned as it is.

    Source: ``pallets/subtensor/src/epoch/math.rs:1464``.
    """
    if len(new) != len(old) or len(new) != len(rates):
        return new
    result = []
    for new_row, old_row, rate_row in zip(new, old, rates, strict=True):
        previous = dict(old_row)
        averaged = [
            (j, _pair_average(value, previous.get(j), rate_row[j]))
            for j, value in new_row
            if j < len(rate_row)
        ]
        result.append([(j, value) for j, value in averaged if value > ZERO])
    return result


def _pair_average(new: I32F32, old: I32F32 | None, rate: I32F32) -> I32F32:
    decayed = ZERO if old is None else ONE.saturating_sub(rate).saturating_mul(old)
    return min(decayed.saturating_add(max(rate.saturating_mul(new), ZERO)), ONE)
