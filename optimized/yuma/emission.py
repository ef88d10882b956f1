"""From incentive and dividends to rao and to stored proportions."""

from __future__ import annotations

import numpy as np

from taospec.optimized.compilation import subroutine
from taospec.optimized.fixed_point.i32f32 import (
    closed_proportion_product,
    proportion_to_u16,
    ratio,
    reciprocal,
)
from taospec.optimized.fixed_point.i64f64 import emission_of_proportion, emission_of_share
from taospec.optimized.yuma.arrays import I64s, U16s, U64s
from taospec.optimized.yuma.layout import COMBINED, SERVER, VALIDATOR
from taospec.optimized.yuma.rows import Rows
from taospec.optimized.yuma.stake import normalize_proportions
from taospec.reference.rules import implements


@subroutine
@implements("YUMA-NORM-1")
def normalized(values: I64s) -> None:
    """Divide non-negative values by their sum, if that is not 0."""
    total = np.int64(0)
    for i in range(values.size):
        total += values[i]
    if total != 0:
        normalize_proportions(values, total)


@subroutine
@implements("YUMA-DIVIDENDS-1", "YUMA-DIVIDENDS-2")
def dividends_of_rows(yuma3: bool, rows: Rows, total_bonds: I64s, dividends: I64s) -> None:
    """Income of every uid, in Yuma 3 times its active stake, normalised.

    Income is at most 1.0: a column of bonds sums to at most 1, and incentive does too.
    """
    for i in range(dividends.size):
        dividends[i] = 0
    for row in range(rows.source.size):
        income = total_bonds[row]
        if yuma3:
            income = closed_proportion_product(income, rows.stake[row])
        dividends[rows.uid[row]] = income
    normalized(dividends)


@subroutine
@implements("YUMA-EMISSION-1", "YUMA-EMISSION-2", "YUMA-EMISSION-3")
def emissions(
    emission: np.uint64, incentive: I64s, dividends: I64s, stake: I64s, active: I64s, amounts: U64s
) -> None:
    """Rao for each uid as a miner, as a validator, and combined.

    If nobody earned anything, validators share by active stake, or by stake if none is
    active. Upstream ``pallets/subtensor/src/epoch/run_epoch.rs:929``.
    """
    n = amounts.shape[1]
    total = np.int64(0)
    active_total = np.int64(0)
    for i in range(n):
        total += incentive[i] + dividends[i]
        active_total += active[i]
    if total == 0:
        for i in range(n):
            share = stake[i] if active_total == 0 else active[i]
            amounts[SERVER, i] = np.uint64(0)
            amounts[VALIDATOR, i] = emission_of_share(share, emission)
            amounts[COMBINED, i] = amounts[VALIDATOR, i]
        return
    factor = reciprocal(total)
    for i in range(n):
        amounts[SERVER, i] = emission_of_proportion(ratio(incentive[i], factor, total), emission)
        amounts[VALIDATOR, i] = emission_of_proportion(ratio(dividends[i], factor, total), emission)
        combined = ratio(incentive[i] + dividends[i], factor, total)
        amounts[COMBINED, i] = emission_of_proportion(combined, emission)


@subroutine
@implements("YUMA-OUTPUT-1")
def store_proportions(values: I64s, stored: U16s) -> None:
    """A vector as u16 proportions."""
    for i in range(stored.size):
        stored[i] = np.uint16(proportion_to_u16(values[i]))
