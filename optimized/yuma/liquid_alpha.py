"""Liquid alpha: a rate of the moving average for every pair of validator and neuron."""

from __future__ import annotations

import numpy as np

from taospec.optimized.compilation import inlined, subroutine
from taospec.optimized.fixed_point.exponential import (
    LARGEST_LANE_EXPONENT,
    floor_product_wide_exponent,
    series_length,
    sigmoid,
    sigmoids,
)
from taospec.optimized.fixed_point.i32f32 import (
    NO_BITS,
    ONE_BITS,
    closed_proportion_product,
    proportion_product,
)
from taospec.optimized.yuma.arrays import I64s
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
    return low + proportion_product(sigmoid(exponent_of_difference(d, slope)), high - low)


@inlined
@implements("YUMA-LIQUID-4")
def averaged_bond(rate: np.int64, weight: np.int64, bond: np.int64) -> np.int64:
    """``(1 - rate) * bond + rate * weight``, each product floored; at most 1 by itself."""
    return closed_proportion_product(ONE_BITS - rate, bond) + closed_proportion_product(rate, weight)


@inlined
@implements("YUMA-LIQUID-2")
def exponent_of_difference(d: np.int64, slope: np.int64) -> np.int64:
    """``slope * (d - 0.5)``, floored; ``slope`` is ``-steepness / 100``."""
    return floor_product_wide_exponent(slope, d - HALF_BITS)


@subroutine
@implements("YUMA-LIQUID-2")
def rates(exponents: I64s, slope: np.int64, low: np.int64, high: np.int64) -> None:
    """Replace every exponent by its rate, as :func:`rate_of_difference` has it.

    A difference is in [0, 1], so no exponent exceeds half the slope by more than its floor.
    """
    largest = (abs(slope) >> np.int64(1)) + np.int64(1)
    if low >= high:
        exponents[:] = low
        return
    if largest <= LARGEST_LANE_EXPONENT:
        sigmoids(exponents, series_length(largest))
    else:
        for k in range(exponents.size):
            exponents[k] = sigmoid(exponents[k])
    for k in range(exponents.size):
        exponents[k] = low + proportion_product(exponents[k], high - low)
