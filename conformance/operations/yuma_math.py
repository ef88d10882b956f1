"""``yuma.math.*``: the vector and matrix functions under the epoch, under upstream's names.

``args`` are positional in upstream's order. Fixed-point values and u64 are decimal text,
u16 are numbers, a sparse row is ``[[column, value], ...]``.
"""

from __future__ import annotations

import operator
import struct
from collections.abc import Callable
from typing import Any

import attrs

from taospec.conformance.operations import Inputs, Operation, decoding
from taospec.reference.fixed_point import I32F32, I64F64, FixedPoint, wrapping_sum
from taospec.reference.fixed_point.numbers import U16, U64
from taospec.reference.invalid_input import U16_MAX, U64_MAX, InvalidInputError, require_integer
from taospec.reference.yuma import dense, liquid_alpha, median, proportions, sparse

Codec = Callable[[str, Any], Any]


def _vector(element: Codec) -> Codec:
    def decode(field: str, value: Any) -> list[Any]:
        items = decoding.array(field, value)
        return [element(f"{field}[{index}]", item) for index, item in enumerate(items)]

    return decode


def _fixed(number: type[FixedPoint]) -> Codec:
    def decode(field: str, value: Any) -> FixedPoint:
        return decoding.fixed(field, value, number)

    return decode


def _u16(field: str, value: Any) -> int:
    return require_integer(field, value, 0, U16_MAX)


def _u64(field: str, value: Any) -> int:
    return decoding.decimal(field, value, 0, U64_MAX)


def _entry(field: str, value: Any) -> tuple[int, FixedPoint]:
    if not isinstance(value, list) or len(value) != 2:
        raise InvalidInputError(field, value, "must be [column, value]")
    return _u16(f"{field}[0]", value[0]), _i32f32(f"{field}[1]", value[1])


def _f32(field: str, value: Any) -> float:
    pattern = decoding.decimal(field, value, 0, 2**32 - 1)
    return float(struct.unpack("<f", struct.pack("<I", pattern))[0])


def _comparison(field: str, value: Any) -> Callable[[int, int], bool]:
    if value not in ("le", "lt"):
        raise InvalidInputError(field, value, 'must be "le" or "lt"')
    return operator.le if value == "le" else operator.lt


_i32f32, _i64f64 = _fixed(I32F32), _fixed(I64F64)
_fixeds, _fixeds64 = _vector(_i32f32), _vector(_i64f64)
_u16s, _u64s, _booleans = _vector(_u16), _vector(_u64), _vector(decoding.boolean)
_dense, _dense64, _mask_matrix = _vector(_fixeds), _vector(_fixeds64), _vector(_booleans)
_sparse = _vector(_vector(_entry))


def _encode(value: Any) -> Any:
    if isinstance(value, FixedPoint):
        return str(value.bits)
    if isinstance(value, tuple):
        return [value[0], str(value[1].bits)]
    if isinstance(value, list):
        return [_encode(item) for item in value]
    return value


def _encode_u64(value: Any) -> Any:
    if isinstance(value, list):
        return [_encode_u64(item) for item in value]
    return None if value is None else str(value)


@attrs.frozen
class _Signature:
    """How the arguments are read, what computes, and how the result is written."""

    arguments: tuple[Codec, ...]
    function: Callable[..., Any]
    encode: Callable[[Any], Any] = _encode

    def __call__(self, inputs: Inputs) -> dict[str, Any]:
        given = inputs["args"]
        if not isinstance(given, list) or len(given) != len(self.arguments):
            raise InvalidInputError("args", given, f"must be an array of {len(self.arguments)} arguments")
        decoded = [
            decode(f"args[{index}]", value)
            for index, (decode, value) in enumerate(zip(self.arguments, given, strict=True))
        ]
        return {"value": self.encode(self.function(*decoded))}


def _to_fixed(number: type[FixedPoint]) -> Callable[[Any], FixedPoint]:
    return number.saturating_from_num


def _each(function: Callable[[Any], Any]) -> Callable[[list[Any]], list[Any]]:
    return lambda vector: [function(value) for value in vector]


def _to_u64(value: FixedPoint) -> int:
    return value.saturating_to_num(U64)


_SIGNATURES: dict[str, _Signature] = {
    # Conversions.
    "fixed": _Signature((_f32,), _to_fixed(I32F32)),
    "fixed_to_u16": _Signature((_i32f32,), lambda value: value.saturating_to_num(U16)),
    "fixed_to_u64": _Signature((_i32f32,), _to_u64, _encode_u64),
    "fixed64_to_u64": _Signature((_i64f64,), _to_u64, _encode_u64),
    "fixed64_to_fixed32": _Signature((_i64f64,), _to_fixed(I32F32)),
    "fixed32_to_fixed64": _Signature((_i32f32,), _to_fixed(I64F64)),
    "vec_fixed32_to_u64": _Signature((_fixeds,), _each(_to_u64), _encode_u64),
    "vec_fixed64_to_u64": _Signature((_fixeds64,), _each(_to_u64), _encode_u64),
    "vec_fixed64_to_fixed32": _Signature((_fixeds64,), _each(_to_fixed(I32F32))),
    "vec_fixed32_to_fixed64": _Signature((_fixeds,), _each(_to_fixed(I64F64))),
    "u16_to_fixed": _Signature((_u16,), proportions.u16_to_fixed),
    "u16_proportion_to_fixed": _Signature((_u16,), proportions.u16_proportion_to_fixed),
    "fixed_to_fixed_u16_proportion": _Signature((_i32f32,), proportions.fixed_to_fixed_u16_proportion),
    "fixed_proportion_to_u16": _Signature((_i32f32,), proportions.fixed_proportion_to_u16),
    "vec_fixed_proportions_to_u16": _Signature((_fixeds,), _each(proportions.fixed_proportion_to_u16)),
    "vec_max_upscale_to_u16": _Signature((_fixeds,), proportions.max_upscale_to_u16),
    "vec_u16_max_upscale_to_u16": _Signature((_u16s,), proportions.max_upscale_u16_to_u16),
    # Vectors.
    "check_vec_max_limited": _Signature((_u16s, _u16), proportions.is_max_limited),
    "checked_sum_u16": _Signature((_u16s,), lambda vector: proportions.checked_sum(vector, U16_MAX)),
    "checked_sum_u64": _Signature(
        (_u64s,), lambda vector: proportions.checked_sum(vector, U64_MAX), _encode_u64
    ),
    "sum": _Signature((_fixeds,), lambda vector: wrapping_sum(vector, I32F32)),
    "is_zero": _Signature((_fixeds,), proportions.is_zero),
    "is_topk": _Signature((_fixeds, _u16), proportions.is_top_k),
    "is_topk_nonzero": _Signature((_fixeds, _u16), proportions.is_top_k_nonzero),
    "normalize": _Signature((_fixeds,), proportions.normalize),
    "inplace_normalize": _Signature((_fixeds,), proportions.normalize),
    "inplace_normalize_using_sum": _Signature((_fixeds, _i32f32), proportions.normalize_using_sum),
    "inplace_normalize_64": _Signature((_fixeds64,), dense.normalize_64),
    "inplace_mask_vector": _Signature((_booleans, _fixeds), proportions.mask_vector),
    "vec_mul": _Signature((_fixeds, _fixeds), proportions.elementwise_product),
    "vecdiv": _Signature((_fixeds, _fixeds), proportions.elementwise_quotient),
    "clamp_value": _Signature((_i32f32,) * 3, proportions.clamp),
    # Sparse matrices.
    "mask_rows_sparse": _Signature((_booleans, _sparse), sparse.mask_rows),
    "mask_diag_sparse": _Signature((_sparse,), sparse.mask_diagonal),
    "mask_diag_sparse_except_index": _Signature((_sparse, _u16), sparse.mask_diagonal),
    "vec_mask_sparse_matrix": _Signature(
        (_sparse, _u64s, _u64s, _comparison), sparse.mask_rows_against_columns
    ),
    "scalar_vec_mask_sparse_matrix": _Signature(
        (_sparse, _u64, _u64s, _comparison), sparse.mask_columns_against
    ),
    "row_sum_sparse": _Signature((_sparse,), sparse.row_sums),
    "inplace_row_normalize_sparse": _Signature((_sparse,), sparse.normalize_rows),
    "inplace_col_normalize_sparse": _Signature((_sparse, _u16), sparse.normalize_columns),
    "inplace_col_max_upscale_sparse": _Signature((_sparse, _u16), sparse.max_upscale_columns),
    "matmul_sparse": _Signature(
        (_sparse, _fixeds, _u16),
        lambda matrix, vector, columns: sparse.vector_times_matrix(vector, matrix, columns),
    ),
    "matmul_transpose_sparse": _Signature((_sparse, _fixeds), sparse.matrix_times_vector),
    "row_hadamard_sparse": _Signature((_sparse, _fixeds), sparse.scale_rows),
    "mat_vec_mul_sparse": _Signature((_sparse, _fixeds), sparse.scale_columns),
    "col_clip_sparse": _Signature((_sparse, _fixeds), sparse.clip_columns),
    "interpolate_sparse": _Signature((_sparse, _sparse, _u16, _i32f32), sparse.interpolate),
    "mat_ema_sparse": _Signature((_sparse, _sparse, _i32f32), sparse.moving_average),
    "mat_ema_alpha_sparse": _Signature((_sparse, _sparse, _dense), sparse.moving_average_by_pair),
    # The median.
    "weighted_median": _Signature(
        (_fixeds, _fixeds, _u16s, _i32f32, _i32f32, _i32f32), median.weighted_median
    ),
    "weighted_median_col": _Signature((_fixeds, _dense, _i32f32), dense.weighted_median_columns),
    "weighted_median_col_sparse": _Signature(
        (_fixeds, _sparse, _u16, _i32f32), median.weighted_median_columns
    ),
    # Liquid alpha.
    "exp_safe": _Signature((_i32f32,), liquid_alpha.exp_safe),
    "sigmoid_safe": _Signature((_i32f32,) * 3, liquid_alpha.sigmoid_safe),
    "safe_ln": _Signature((_i32f32,), liquid_alpha.safe_ln),
    "alpha_sigmoid": _Signature((_i32f32,) * 6, liquid_alpha.alpha_sigmoid),
    # Dense matrices.
    "inplace_row_normalize": _Signature((_dense,), dense.normalize_rows),
    "inplace_row_normalize_64": _Signature((_dense64,), dense.normalize_rows_64),
    "inplace_col_normalize": _Signature((_dense,), dense.normalize_columns),
    "inplace_col_max_upscale": _Signature((_dense,), dense.max_upscale_columns),
    "inplace_col_clip": _Signature((_dense, _fixeds), dense.clip_columns),
    "inplace_mask_matrix": _Signature((_mask_matrix, _dense), dense.mask_matrix),
    "inplace_mask_rows": _Signature((_booleans, _dense), dense.mask_rows),
    "inplace_mask_cols": _Signature((_booleans, _dense), dense.mask_columns),
    "inplace_mask_diag": _Signature((_dense,), dense.mask_diagonal),
    "inplace_mask_diag_except_index": _Signature((_dense, _u16), dense.mask_diagonal),
    "row_sum": _Signature((_dense,), dense.row_sums),
    "row_hadamard": _Signature((_dense, _fixeds), dense.scale_rows),
    "mat_vec_mul": _Signature((_dense, _fixeds), dense.scale_columns),
    "matmul": _Signature((_dense, _fixeds), lambda matrix, vector: dense.vector_times_matrix(vector, matrix)),
    "matmul_transpose": _Signature((_dense, _fixeds), dense.matrix_times_vector),
    "interpolate": _Signature((_dense, _dense, _i32f32), dense.interpolate),
    "mat_ema": _Signature((_dense, _dense, _i32f32), dense.moving_average),
    "mat_ema_alpha": _Signature((_dense, _dense, _dense), dense.moving_average_by_pair),
}

REFERENCE: dict[str, Operation] = {f"yuma.math.{name}": call for name, call in _SIGNATURES.items()}
"""Op name to the reference's answer."""
