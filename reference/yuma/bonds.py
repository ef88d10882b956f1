"""Bonds: what validators hold of neurons, and the dividends that they earn with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from taospec.reference.fixed_point import I32F32, I64F64
from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.yuma.liquid_alpha import liquid_alphas
from taospec.reference.yuma.proportions import (
    ONE,
    ZERO,
    elementwise_product,
    normalize,
    u16_proportion_to_fixed,
)
from taospec.reference.yuma.records import EpochInput
from taospec.reference.yuma.sparse import (
    Matrix,
    matrix_times_vector,
    moving_average,
    moving_average_by_pair,
    row_sums,
    scale_columns,
)

_MILLION: Final = I64F64.from_num(1_000_000)


@implements("YUMA-BONDS-1")
def last_tempo_block(last_mechanism_step_block: int, block: int, tempo: int) -> int:
    """Bonds to neurons registered at or after this block are dropped.

    The block after the last epoch, or ``block - tempo`` before the first one.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:835``.
    """
    if last_mechanism_step_block == 0:
        return max(block - tempo, 0)
    return min(last_mechanism_step_block + 1, U64_MAX)


@implements("YUMA-BONDS2-3")
def yuma2_rate(bonds_moving_average: int) -> I32F32:
    """``1 - bonds_moving_average / 1_000_000``, saturating at every conversion.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:1228``.
    """
    retained = I64F64.saturating_from_num(bonds_moving_average).safe_div(_MILLION)
    return ONE.saturating_sub(I32F32.saturating_from_num(retained))


@implements("YUMA-BONDS3-2")
def yuma3_rate(bonds_moving_average: int) -> I32F32:
    """``1 - bonds_moving_average / 1_000_000``; unlike Yuma 2's, its conversions **wrap**.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:1534``.
    """
    retained = I64F64.from_num(bonds_moving_average).saturating_div(_MILLION)
    return ONE.saturating_sub(I32F32.from_num(retained))


@implements("YUMA-LIQUID-1")
def has_liquid_alpha(inputs: EpochInput, consensus: Sequence[I32F32]) -> bool:
    """Liquid alpha applies if it is on and some consensus is not 0.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:1349``.
    """
    return inputs.liquid_alpha and any(value != ZERO for value in consensus)


def yuma3_bonds(
    inputs: EpochInput, weights: Matrix, bonds: Matrix, consensus: Sequence[I32F32]
) -> tuple[Matrix, list[list[I32F32]] | None]:
    """The moving average of the bonds, and the liquid alphas if they apply.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:1340``.
    """
    if not has_liquid_alpha(inputs, consensus):
        return moving_average(weights, bonds, yuma3_rate(inputs.bonds_moving_average)), None
    alphas = liquid_alphas(
        weights,
        bonds,
        consensus,
        u16_proportion_to_fixed(inputs.alpha_low),
        u16_proportion_to_fixed(inputs.alpha_high),
        I32F32.saturating_from_num(inputs.alpha_sigmoid_steepness),
    )
    return moving_average_by_pair(weights, bonds, alphas), alphas


@implements("YUMA-DIVIDENDS-1")
def yuma3_dividends(total_bonds: Sequence[I32F32], active_stake: Sequence[I32F32]) -> list[I32F32]:
    """``S_i * T_i``, normalised; a product that overflows counts as 0.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:868``.
    """
    return normalize(elementwise_product(total_bonds, active_stake))


def total_bonds_per_validator(bonds: Matrix, incentive: Sequence[I32F32]) -> list[I32F32]:
    """``T_i = sum_j b_ij * incentive_j`` over column-normalised bonds; the sum **wraps**.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:861``.
    """
    return row_sums(scale_columns(bonds, incentive))


@implements("YUMA-DIVIDENDS-2")
def yuma2_dividends(bonds: Matrix, incentive: Sequence[I32F32]) -> list[I32F32]:
    """``sum_j b_ij * incentive_j``, normalised; the sum saturates.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:916``.
    """
    return normalize(matrix_times_vector(bonds, incentive))
