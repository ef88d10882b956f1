"""Liquid alpha: a rate of the moving average for every pair of validator and neuron."""

from __future__ import annotations

import numpy as np

from taospec.optimized.compilation import inlined
from taospec.optimized.fixed_point.exponential import floor_product_wide_exponent, sigmoid
from taospec.optimized.fixed_point.i32f32 import (
    NO_BITS,
    ONE_BITS,
    closed_proportion_product,
    proportion_product,
)
from taospec.reference.rules import implements

HALF_BITS = np.int64(1 << 31)
"""0.5."""


@inlined
@implements("YUMA-LIQUID-2")
def difference(consensus: np.int64, weight: np.int64, bond: np.int64) -> np.int64:
    """How far a buyer's weight is above consensus, or a seller's bond above the weight.

    All three are in [0, 1], so upstream's upper clamp never acts.
    Upstream ``pallets/subtensor/src/epoch/run_epoch.rs:1505``.
    """
    if weight >= bond:
        return max(weight - consensus, NO_BITS)
    return bond - weight


@inlined
@implements("YUMA-LIQUID-2")
def rate_of_difference(d: np.int64, slope: np.int64, low: np.int64, high: np.int64) -> np.int64:
    """``low + sigmoid * (high - low)``; ``low`` where ``low > high``.

    The sigmoid is below 1.0, since the exponential is at least 8 raw bits, and a proportion
    below 1.0 keeps the result within ``[low, high]``: upstream's clamp acts only where it
    turns any value into ``low``.
    """
    if low >= high:
        return low
    exponent = floor_product_wide_exponent(slope, d - HALF_BITS)
    return low + proportion_product(sigmoid(exponent), high - low)


@inlined
@implements("YUMA-LIQUID-4")
def averaged_bond(rate: np.int64, weight: np.int64, bond: np.int64) -> np.int64:
    """``(1 - rate) * bond + rate * weight``, each product floored; at most 1 by itself."""
    return closed_proportion_product(ONE_BITS - rate, bond) + closed_proportion_product(rate, weight)
