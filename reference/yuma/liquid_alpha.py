"""Liquid alpha: a rate of the bonds' moving average for every validator and neuron."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from taospec.reference.fixed_point import I32F32
from taospec.reference.fixed_point.errors import MathError
from taospec.reference.fixed_point.transcendental import exp, ln
from taospec.reference.rules import implements
from taospec.reference.yuma.proportions import ONE, ZERO, clamp
from taospec.reference.yuma.sparse import Matrix, Row

EXP_LIMIT: Final = I32F32.from_num(20)
_MINUS_HUNDRED: Final = I32F32.from_num(-100)
_HALF: Final = I32F32.from_num(0.5)


@implements("YUMA-LIQUID-3")
def liquid_alphas(
    weights: Matrix,
    bonds: Matrix,
    consensus: Sequence[I32F32],
    alpha_low: I32F32,
    alpha_high: I32F32,
    steepness: I32F32,
) -> list[list[I32F32]]:
    """The dense matrix of rates, one row per row of ``weights``, one column per neuron.

    Empty where ``weights`` and ``bonds`` have different numbers of rows.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:1435``.
    """
    if len(weights) != len(bonds):
        return []
    return [
        [
            alpha_sigmoid(threshold, weight, bond, alpha_low, alpha_high, steepness)
            for threshold, weight, bond in zip(
                consensus,
                _scan(weight_row, len(consensus)),
                _scan(bond_row, len(consensus)),
                strict=True,
            )
        ]
        for weight_row, bond_row in zip(weights, bonds, strict=True)
    ]


@implements("YUMA-LIQUID-2")
def alpha_sigmoid(
    consensus: I32F32,
    weight: I32F32,
    bond: I32F32,
    alpha_low: I32F32,
    alpha_high: I32F32,
    steepness: I32F32,
) -> I32F32:
    """``low + (high - low) / (1 + exp(-steepness/100 * (d - 1/2)))``, clamped to ``[low, high]``.

    ``d`` is how far the weight is above consensus for a buyer (``weight >= bond``), how far
    the bond is above the weight for a seller, each clamped to ``[0, 1]``. For
    ``low > high`` the clamp answers ``low``.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:1505``.
    """
    if weight >= bond:
        difference = clamp(weight.saturating_sub(consensus), ZERO, ONE)
    else:
        difference = clamp(bond.saturating_sub(weight), ZERO, ONE)
    exponent = steepness.saturating_div(_MINUS_HUNDRED).saturating_mul(difference.saturating_sub(_HALF))
    sigmoid = ONE.saturating_div(ONE.saturating_add(exp_safe(exponent)))
    alpha = alpha_low.saturating_add(sigmoid.saturating_mul(alpha_high.saturating_sub(alpha_low)))
    return clamp(alpha, alpha_low, alpha_high)


@implements("YUMA-EXP-1")
@lru_cache(maxsize=65536)
def exp_safe(operand: I32F32) -> I32F32:
    """``exp`` of the operand clamped to ``[-20, 20]``, where the series never errs.

    Most pairs of an epoch have neither weight nor bond and share one operand: answers are kept.

    Source: ``pallets/subtensor/src/epoch/math.rs:172``.
    """
    return exp(clamp(operand, EXP_LIMIT.saturating_neg(), EXP_LIMIT))


@implements("YUMA-EXP-2")
def sigmoid_safe(operand: I32F32, rho: I32F32, kappa: I32F32) -> I32F32:
    """``1 / (1 + exp(-rho * (x - kappa)))``.

    Source: ``pallets/subtensor/src/epoch/math.rs:198``.
    """
    offset = operand.saturating_sub(kappa)
    exponent = rho.saturating_mul(ONE.saturating_neg()).saturating_mul(offset)
    return ONE.safe_div(exp_safe(exponent).saturating_add(ONE))


@implements("YUMA-EXP-3")
def safe_ln(operand: I32F32) -> I32F32:
    """Natural logarithm, 0 where it has none.

    Source: ``pallets/subtensor/src/epoch/math.rs:1592``.
    """
    try:
        return ln(operand)
    except MathError:
        return ZERO


def _scan(row: Row, columns: int) -> list[I32F32]:
    """The row's values by column as one forward pass finds them, 0 where it finds none.

    A row out of column order hides its later entries behind an earlier, larger column.
    """
    found = [ZERO] * columns
    highest = -1
    for j, value in row:
        if j > highest:
            highest = j
            if j < columns:
                found[j] = value
    return found
