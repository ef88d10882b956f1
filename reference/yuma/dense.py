"""Dense twins of the sparse operations.

No epoch of the chain runs them (upstream's dense epoch exists for its tests alone and
differs from the live one), but other implementations port them, so they are here and
covered by vectors. A row may be shorter than the others unless said otherwise.

Source: ``pallets/subtensor/src/epoch/math.rs``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import TypeAlias

from taospec.reference.fixed_point import I32F32, I64F64, wrapping_sum
from taospec.reference.yuma.median import weighted_median
from taospec.reference.yuma.proportions import ONE, ZERO, elementwise_product, mask_vector, normalize

Vector: TypeAlias = Sequence[I32F32]
DenseMatrix: TypeAlias = list[list[I32F32]]


def normalize_64(vector: Sequence[I64F64]) -> list[I64F64]:
    """``x_i / sum(x)`` in I64F64; unchanged where the (wrapping) sum is 0.

    Source: ``pallets/subtensor/src/epoch/math.rs:273``.
    """
    total = wrapping_sum(vector, I64F64)
    return list(vector) if total == I64F64.zero() else [value.safe_div(total) for value in vector]


def normalize_rows_64(matrix: Sequence[Sequence[I64F64]]) -> list[list[I64F64]]:
    """:func:`normalize_64` of every row whose (wrapping) sum is positive.

    Source: ``pallets/subtensor/src/epoch/math.rs:283``.
    """
    return [normalize_64(row) if wrapping_sum(row, I64F64) > I64F64.zero() else list(row) for row in matrix]


def normalize_rows(matrix: Sequence[Vector]) -> DenseMatrix:
    """``x_ij / sum_j x_ij`` where the (wrapping) row sum is positive.

    Source: ``pallets/subtensor/src/epoch/math.rs:314``.
    """
    return [normalize(row) if wrapping_sum(row, I32F32) > ZERO else list(row) for row in matrix]


def row_sums(matrix: Sequence[Vector]) -> list[I32F32]:
    """Wrapping row sums; none at all where the first row is empty.

    Source: ``pallets/subtensor/src/epoch/math.rs:337``.
    """
    if matrix and not matrix[0]:
        return []
    return [wrapping_sum(row, I32F32) for row in matrix]


def normalize_columns(matrix: Sequence[Vector]) -> DenseMatrix:
    """``x_ij / sum_i x_ij`` with saturating column sums; columns of sum 0 unchanged.

    Source: ``pallets/subtensor/src/epoch/math.rs:381``.
    """
    totals: list[I32F32] = []
    for row in matrix:
        totals = [a.saturating_add(b) for a, b in zip_longest(totals, row, fillvalue=ZERO)]
    return _divide_columns(matrix, totals)


def max_upscale_columns(matrix: Sequence[Vector]) -> DenseMatrix:
    """``x_ij / max(0, max_i x_ij)``; columns of maximum 0 unchanged.

    Source: ``pallets/subtensor/src/epoch/math.rs:447``.
    """
    largest: list[I32F32] = []
    for row in matrix:
        largest = [max(a, b) for a, b in zip_longest(largest, row, fillvalue=ZERO)]
    return _divide_columns(matrix, largest)


def _divide_columns(matrix: Sequence[Vector], divisors: Vector) -> DenseMatrix:
    return [
        [value if divisor == ZERO else value.safe_div(divisor) for value, divisor in zip(row, divisors)]  # noqa: B905 - divisors are as long as the longest row
        for row in matrix
    ]


def mask_matrix(mask: Sequence[Sequence[bool]], matrix: Sequence[Vector]) -> DenseMatrix:
    """Zero where ``mask`` is true or missing; unchanged where the mask's first row is missing or empty.

    Source: ``pallets/subtensor/src/epoch/math.rs:508``.
    """
    if not mask or not mask[0]:
        return [list(row) for row in matrix]
    return [
        [ZERO] * len(row) if i >= len(mask) or not mask[i] else mask_vector(mask[i], row)
        for i, row in enumerate(matrix)
    ]


def mask_rows(mask: Sequence[bool], matrix: Sequence[Vector]) -> DenseMatrix:
    """Zero rows, as wide as the first, where ``mask`` is true or missing.

    Source: ``pallets/subtensor/src/epoch/math.rs:538``.
    """
    return [
        [ZERO] * len(matrix[0]) if i >= len(mask) or mask[i] else list(row) for i, row in enumerate(matrix)
    ]


def mask_columns(mask: Sequence[bool], matrix: Sequence[Vector]) -> DenseMatrix:
    """Zero where the column's ``mask`` is true or missing, also for an empty mask.

    Source: ``pallets/subtensor/src/epoch/math.rs:560``.
    """
    return [[ZERO if j >= len(mask) or mask[j] else value for j, value in enumerate(row)] for row in matrix]


def mask_diagonal(matrix: Sequence[Vector], except_index: int | None = None) -> DenseMatrix:
    """Zero the diagonal, save at ``except_index``; a matrix that is not square is unchanged.

    Source: ``pallets/subtensor/src/epoch/math.rs:582``, ``pallets/subtensor/src/epoch/math.rs:635``.
    """
    if not matrix or len(matrix) != len(matrix[0]):
        return [list(row) for row in matrix]
    return [
        [ZERO if i == j and i != except_index else value for j, value in enumerate(row)]
        for i, row in enumerate(matrix)
    ]


def scale_rows(matrix: Sequence[Vector], vector: Vector) -> DenseMatrix:
    """``floor(x_ij * v_i)``; one empty row for an empty matrix or first row.

    Source: ``pallets/subtensor/src/epoch/math.rs:743``.
    """
    if not matrix or not matrix[0]:
        return [[]]
    return [
        [scale.saturating_mul(value) for value in row] for row, scale in zip(matrix, vector, strict=False)
    ]


def scale_columns(matrix: Sequence[Vector], vector: Vector) -> DenseMatrix:
    """``floor(x_ij * v_j)``, 0 on overflow; one empty row for an empty matrix or first row.

    Source: ``pallets/subtensor/src/epoch/math.rs:1316``.
    """
    if not matrix or not matrix[0]:
        return [[]]
    return [elementwise_product(row, vector) for row in matrix]


def vector_times_matrix(vector: Vector, matrix: Sequence[Vector]) -> list[I32F32]:
    """``r_j = sum_i v_i * x_ij``, saturating in row order, as wide as the first row.

    Source: ``pallets/subtensor/src/epoch/math.rs:787``.
    """
    if not matrix:
        return []
    result = [ZERO] * len(matrix[0])
    for i, row in enumerate(matrix):
        scale = vector[i] if i < len(vector) else ZERO
        for j, value in enumerate(row[: len(result)]):
            result[j] = result[j].saturating_add(scale.saturating_mul(value))
    return result


def matrix_times_vector(matrix: Sequence[Vector], vector: Vector) -> list[I32F32]:
    """``r_i = sum_j x_ij * v_j``, saturating in column order; empty where the first row is.

    Source: ``pallets/subtensor/src/epoch/math.rs:826``.
    """
    if not matrix or not matrix[0]:
        return []
    result = []
    for row in matrix:
        total = ZERO
        for value, scale in zip(row, vector, strict=False):
            total = total.saturating_add(value.saturating_mul(scale))
        result.append(total)
    return result


def clip_columns(matrix: Sequence[Vector], thresholds: Vector) -> DenseMatrix:
    """``min(x_ij, t_j)``; columns beyond the thresholds unchanged.

    Source: ``pallets/subtensor/src/epoch/math.rs:905``.
    """
    return [
        [min(thresholds[j], value) if j < len(thresholds) else value for j, value in enumerate(row)]
        for row in matrix
    ]


def weighted_median_columns(stake: Vector, scores: Sequence[Vector], majority: I32F32) -> list[I32F32]:
    """Stake-weighted median of every column, as wide as the first row.

    A row that is missing or of another width enters with stake **and** score 0.

    Source: ``pallets/subtensor/src/epoch/math.rs:1053``.
    """
    columns = len(scores[0]) if scores else 0
    medians = []
    for j in range(columns):
        voters = [
            (value, scores[i] if i < len(scores) else []) for i, value in enumerate(stake) if value > ZERO
        ]
        voting_stake = normalize([value if len(row) == columns else ZERO for value, row in voters])
        score = [row[j] if len(row) == columns else ZERO for _, row in voters]
        total = wrapping_sum(voting_stake, I32F32)
        minority = total.saturating_sub(majority)
        medians.append(weighted_median(voting_stake, score, range(len(score)), minority, ZERO, total))
    return medians


def interpolate(start: Sequence[Vector], end: Sequence[Vector], ratio: I32F32) -> DenseMatrix:
    """``x + ratio * (y - x)``, as wide as the first row; 0 where a row of either ends early.

    Source: ``pallets/subtensor/src/epoch/math.rs:1180``.
    """
    if ratio == ZERO:
        return [list(row) for row in start]
    if ratio == ONE:
        return [list(row) for row in end]
    if not start or not start[0]:
        return [[]]
    width = len(start[0])
    result = []
    for i, row in enumerate(start):
        pairs = list(zip(row, end[i] if i < len(end) else [], strict=False))[:width]
        values = [x.saturating_add(ratio.saturating_mul(y.saturating_sub(x))) for x, y in pairs]
        result.append(values + [ZERO] * (width - len(values)))
    return result


def moving_average(new: Sequence[Vector], old: Sequence[Vector], rate: I32F32) -> DenseMatrix:
    """``rate * new + (1 - rate) * old`` up to the shorter of either; one empty row for an empty ``new``.

    Source: ``pallets/subtensor/src/epoch/math.rs:1369``.
    """
    if not new or not new[0]:
        return [[]]
    complement = ONE.saturating_sub(rate)
    return [
        [
            rate.saturating_mul(n).saturating_add(complement.saturating_mul(o))
            for n, o in zip(new_row, old_row, strict=False)
        ]
        for new_row, old_row in zip(new, old, strict=False)
    ]


def moving_average_by_pair(
    new: Sequence[Vector], old: Sequence[Vector], rates: Sequence[Vector]
) -> DenseMatrix:
    """``min(1, (1 - a_ij) * old + max(0, a_ij * new))``.

    For different row counts ``old`` is returned as it is, for different row widths ``new``.

    Source: ``pallets/subtensor/src/epoch/math.rs:1527``.
    """
    if not new or not new[0]:
        return [[]]
    if len(new) != len(old) or len(new) != len(rates):
        return [list(row) for row in old]
    rows = list(zip(new, old, rates, strict=True))
    if any(not len(n) == len(o) == len(a) for n, o, a in rows):
        return [list(row) for row in new]
    return [[_pair_average(*cell) for cell in zip(*row, strict=True)] for row in rows]


def _pair_average(new: I32F32, old: I32F32, rate: I32F32) -> I32F32:
    decayed = ONE.saturating_sub(rate).saturating_mul(old)
    return min(decayed.saturating_add(max(rate.saturating_mul(new), ZERO)), ONE)
