"""Bonds and the income from them: a thread per column.

The moving averages, and then their parts of the rows' income, are kept as 32 bits in shared
memory where all rows of a block's columns fit, else in device memory. A column in which an
average is 1.0 (33 bits) computes its averages twice instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import cuda, uint32

from taospec.optimized.fixed_point.i32f32 import (
    NO_BITS,
    ONE_BITS,
    closed_proportion_product,
    proportion_from_u16,
    proportion_to_u16,
    ratio,
    reciprocal,
)
from taospec.optimized.yuma.arrays import Bools, F64s, I64s, Parameters, U16s, U32s, U64s
from taospec.optimized.yuma.bonds import penalized
from taospec.optimized.yuma.cuda.device import device_function, device_kernel
from taospec.optimized.yuma.cuda.layout import (
    FIRST_CELL,
    FIRST_NEURON,
    FIRST_ROW,
    HIDDEN_BOND,
    HIDDEN_WEIGHT,
    LIQUID,
    ZERO_ENTRY,
    U8s,
)
from taospec.optimized.yuma.cuda.rows import is_live
from taospec.optimized.yuma.guards import PASSED
from taospec.optimized.yuma.layout import CONSENSUS, INCENTIVE, REGISTERED
from taospec.optimized.yuma.liquid_alpha import averaged_bond, difference, rate_of_difference
from taospec.optimized.yuma.rows import U32_MAX


def bonds_kernel(threads: int, shared_rows: int) -> Callable[..., Any]:
    """The kernel for blocks of so many columns; block ``(columns, subnet)``.

    ``shared_rows``: how many rows fit its shared memory; 0 to use ``scratch`` instead, which
    has 32 bits per cell.
    """
    shared_parts = max(threads * shared_rows, 1)

    def bonds(
        parameters: Parameters,
        offsets: I64s,
        vectors: U64s,
        uids: I64s,
        weights: U16s,
        old_bonds: U16s,
        marks: U8s,
        row_stake: I64s,
        row_limit: U64s,
        row_kept: Bools,
        row_sum: I64s,
        row_factor: F64s,
        facts: I64s,
        status: I64s,
        work: I64s,
        row_income: I64s,
        scratch: U32s,
        stored: U16s,
        present: Bools,
    ) -> None:
        parts = cuda.shared.array(shared_parts, uint32)
        subnet = cuda.blockIdx.y
        p = parameters[subnet]
        left = np.int64(cuda.blockIdx.x) * threads
        if status[subnet] != PASSED or left >= p.neurons:
            return
        first = offsets[FIRST_NEURON, subnet]
        first_row = offsets[FIRST_ROW, subnet]
        first_cell = offsets[FIRST_CELL, subnet]
        thread = np.int64(cuda.threadIdx.x)
        j = left + thread
        stride = np.int64(threads)
        block = np.int64(0)
        if shared_rows == 0:
            parts = scratch
            stride = p.neurons
            block = first_cell + left
        if j < p.neurons:
            bonds_of_column(
                p,
                first_row,
                first_cell,
                j,
                vectors[REGISTERED, first + j],
                facts[LIQUID, subnet] != 0,
                work[CONSENSUS, first + j],
                work[INCENTIVE, first + j],
                uids,
                weights,
                old_bonds,
                marks,
                row_stake,
                row_limit,
                row_kept,
                row_sum,
                row_factor,
                row_income,
                parts,
                block + thread,
                stride,
                stored,
                present,
            )
        cuda.syncthreads()
        add_income(p, first_row, min(np.int64(threads), p.neurons - left), parts, block, stride, row_income)

    return device_kernel(threads)(bonds)


@device_function
def bonds_of_column(
    p: Parameters,
    first_row: np.int64,
    first_cell: np.int64,
    j: np.int64,
    registered: np.uint64,
    liquid: np.bool,
    consensus: np.int64,
    incentive: np.int64,
    uids: I64s,
    weights: U16s,
    old_bonds: U16s,
    marks: U8s,
    row_stake: I64s,
    row_limit: U64s,
    row_kept: Bools,
    row_sum: I64s,
    row_factor: F64s,
    row_income: I64s,
    parts: U32s,
    top: np.int64,
    stride: np.int64,
    stored: U16s,
    present: Bools,
) -> None:
    """The column's new bonds as stored, and each row's part of its income in ``parts``.

    Three passes over the rows, as each needs the whole column of the one before: what Yuma 2
    divides by; the moving average; the average as a share of the column.
    """
    current = p.last_tempo > registered
    old_sum = np.int64(0)
    bought_sum = np.int64(0)
    old_factor = reciprocal(np.int64(1))
    bought_factor = reciprocal(np.int64(1))
    total = np.int64(0)
    factor = reciprocal(np.int64(1))
    largest = np.int64(0)
    largest_factor = reciprocal(np.int64(1))
    fits = True
    first_pass = 1 if p.yuma3 else 0
    for step in range(first_pass, 3):
        for row in range(p.rows):
            at = first_row + row
            cell = first_cell + row * p.neurons + j
            average = np.int64(0)
            if step == 2 and fits:
                average = np.int64(parts[top + row * stride])
            else:
                bond = np.int64(0)
                if current:
                    bond = np.int64(old_bonds[cell])
                weight = np.int64(weights[cell])
                live = is_live(uids[at], j, p.owner, registered, row_limit[at])
                if live and weight > NO_BITS:
                    weight = weight_for_bonds(
                        p.penalty, ratio(weight, row_factor[at], row_sum[at]), consensus
                    )
                else:
                    weight = NO_BITS
                if not p.yuma3:
                    bought = closed_proportion_product(row_stake[at], weight)
                    if step == 0:
                        old_sum += bond
                        bought_sum += bought
                    else:
                        average = closed_proportion_product(
                            p.rate, ratio(bought, bought_factor, bought_sum)
                        ) + closed_proportion_product(ONE_BITS - p.rate, ratio(bond, old_factor, old_sum))
                elif liquid:
                    average = liquid_average(
                        p, cell, live, weight, proportion_from_u16(bond), consensus, marks
                    )
                else:
                    average = averaged_bond(p.rate, weight, proportion_from_u16(bond))
            if step == 1:
                total += average
                largest = max(largest, average)
                if average > U32_MAX:
                    fits = False
                parts[top + row * stride] = np.uint32(average & U32_MAX)
            elif step == 2:
                share = ratio(average, factor, total)
                kept = average if row_kept[at] else NO_BITS
                if present.size > 1:
                    present[cell] = kept > NO_BITS
                if not p.yuma3 and row_kept[at]:
                    kept = ratio(share, largest_factor, largest)
                stored[cell] = np.uint16(proportion_to_u16(kept))
                part = closed_proportion_product(incentive, share)
                if part == ONE_BITS:
                    cuda.atomic.add(row_income, at, ONE_BITS)
                parts[top + row * stride] = np.uint32(part & U32_MAX)
        if step == 0:
            old_sum = max(old_sum, np.int64(1))
            bought_sum = max(bought_sum, np.int64(1))
            old_factor = reciprocal(old_sum)
            bought_factor = reciprocal(bought_sum)
        elif step == 1:
            total = max(total, np.int64(1))
            factor = reciprocal(total)
            largest = max(ratio(largest, factor, total), np.int64(1))
            largest_factor = reciprocal(largest)


@device_function
def weight_for_bonds(penalty: np.int64, weight: np.int64, consensus: np.int64) -> np.int64:
    """The weight after the bonds penalty; clipped at consensus for a penalty of 1."""
    if penalty == ONE_BITS:
        return min(weight, consensus)
    return penalized(penalty, weight, consensus)


@device_function
def liquid_average(
    p: Parameters,
    cell: np.int64,
    live: bool,
    weight: np.int64,
    bond: np.int64,
    consensus: np.int64,
    marks: U8s,
) -> np.int64:
    """The moving average with a rate for this pair; 0 where the weights row has no entry.

    Only a penalty of 0 or 1 leaves a row as it is stored, entries of 0 and order included.
    Upstream ``pallets/subtensor/src/epoch/run_epoch.rs:1435``, ``epoch/math.rs:1464``.
    """
    mark = np.int64(0)
    if marks.size > 1:
        mark = np.int64(marks[cell])
    as_stored = p.penalty == NO_BITS or p.penalty == ONE_BITS
    if weight == NO_BITS and not (live and as_stored and mark & ZERO_ENTRY):
        return NO_BITS
    seen_weight = NO_BITS if as_stored and mark & HIDDEN_WEIGHT else weight
    seen_bond = NO_BITS if mark & HIDDEN_BOND else bond
    pair_rate = rate_of_difference(
        difference(consensus, seen_weight, seen_bond), p.slope, p.alpha_low, p.alpha_high
    )
    return averaged_bond(pair_rate, weight, bond)


@device_function
def add_income(
    p: Parameters,
    first_row: np.int64,
    width: np.int64,
    parts: U32s,
    block: np.int64,
    stride: np.int64,
    row_income: I64s,
) -> None:
    """Add the block's parts to each row's income: a thread per row.

    Neighbouring threads start at neighbouring columns, and so read from different banks.
    """
    for row in range(cuda.threadIdx.x, p.rows, cuda.blockDim.x):
        income = np.int64(0)
        column = np.int64(cuda.threadIdx.x) % width
        for _ in range(width):
            income += np.int64(parts[block + row * stride + column])
            column += np.int64(1)
            if column == width:
                column = np.int64(0)
        if income != NO_BITS:
            cuda.atomic.add(row_income, first_row + row, income)
