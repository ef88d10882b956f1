"""Yuma 3 as the simulator computes it that researchers use today, restated with numpy.

The rule of bactensor/yuma-simulation at 2b976fd (MIT; ``_internal/yumas.py``, its consensus
by sorting): float32 throughout, consensus rescaled to sum to 1, no bonds penalty, divisors
with 1e-6 added. It is a model of the chain, not a restatement: its answers differ.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

F32s: TypeAlias = npt.NDArray[np.float32]
EPSILON = np.float32(1e-6)
ONE = np.float32(1)


def run(
    weights: F32s,
    stake: F32s,
    bonds: F32s,
    kappa: float,
    rate: float,
    liquid_alpha: tuple[float, float, float] | None = None,
) -> tuple[F32s, F32s, F32s, F32s]:
    """Consensus, incentive, bonds and dividends.

    ``liquid_alpha`` is (low, high, steepness); the consensus in it is this epoch's.
    """
    weights = weights / (weights.sum(axis=1, keepdims=True) + EPSILON)
    stake = stake / stake.sum()
    consensus = _consensus(weights, stake, np.float32(kappa))
    consensus = (consensus / consensus.sum() * np.float32(65_535)).astype(np.int32) / np.float32(65_535)
    consensus = consensus.astype(np.float32)
    clipped = np.minimum(weights, consensus)
    ranks = (stake[:, None] * clipped).sum(axis=0)
    incentive = np.nan_to_num(ranks / ranks.sum())
    rates = np.float32(rate) if liquid_alpha is None else _rates(weights, bonds, consensus, *liquid_alpha)
    decayed = bonds * (ONE - rates)
    purchase = np.minimum(rates * weights, np.maximum(ONE - decayed, np.float32(0)))
    bonds = np.minimum(decayed + purchase, ONE)
    normalized = bonds / (bonds.sum(axis=0, keepdims=True) + EPSILON)
    dividends = stake * (normalized * incentive).sum(axis=1)
    return consensus, incentive, bonds, dividends / (dividends.sum() + EPSILON)


def _consensus(weights: F32s, stake: F32s, kappa: np.float32) -> F32s:
    columns = np.ascontiguousarray(weights.T)
    descending = np.argsort(-columns, axis=1)
    reached = np.cumsum(stake[descending], axis=1) >= kappa
    first = np.argmax(reached, axis=1)
    rows = np.arange(columns.shape[0])
    median: F32s = columns[rows, descending[rows, first]]
    return median


def _rates(weights: F32s, bonds: F32s, consensus: F32s, low: float, high: float, steepness: float) -> F32s:
    buying = np.clip(weights - consensus, 0, 1)
    selling = np.clip(bonds - weights, 0, 1)
    difference = np.where(weights >= bonds, buying, selling)
    sigmoid = ONE / (ONE + np.exp(np.float32(-steepness) * (difference - np.float32(0.5))))
    rates: F32s = np.clip(np.float32(low) + sigmoid * np.float32(high - low), low, high).astype(np.float32)
    return rates
