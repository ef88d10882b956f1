"""Between rows of ``(uid, u16)`` pairs and dense matrices."""

from __future__ import annotations

import numpy as np

from taospec.optimized.compilation import kernel, subroutine
from taospec.optimized.yuma.arrays import Bools, I64s, Parameters, U16s, U64s
from taospec.optimized.yuma.layout import REGISTERED
from taospec.optimized.yuma.rows import registration_limit


@kernel
def place_weights(
    parameters: Parameters,
    vectors: U64s,
    permits: Bools,
    row_uids: I64s,
    starts: I64s,
    uids: I64s,
    values: U16s,
    weights: U16s,
    zero: Bools,
    hidden: Bools,
) -> tuple[bool, bool]:
    """Write each permitted row's live weights; whether any is an explicit 0, and any is hidden.

    A weight is live if it survives the masks; uids from ``n`` on are not loaded. Liquid
    alpha scans a row once, forward: an entry behind one of a higher uid is hidden from it.
    Rows of ``weights``, ``zero`` and ``hidden`` arrive as zeros.
    """
    p = parameters[0]
    has_zero = False
    has_hidden = False
    for row in range(row_uids.size):
        uid = row_uids[row]
        if not permits[uid]:
            continue
        limit = registration_limit(p, vectors, uid)
        highest = np.int64(-1)
        for k in range(starts[uid], starts[uid + 1]):
            j = uids[k]
            if j >= p.neurons or vectors[REGISTERED, j] >= limit or (j == uid and uid != p.owner):
                continue
            weights[row, j] = values[k]
            if values[k] == 0:
                zero[row, j] = True
                has_zero = True
            if j < highest:
                hidden[row, j] = True
                has_hidden = True
            highest = max(highest, j)
    return has_zero, has_hidden


@kernel
def place_bonds(
    parameters: Parameters,
    vectors: U64s,
    row_uids: I64s,
    starts: I64s,
    uids: I64s,
    values: U16s,
    bonds: U16s,
    hidden: Bools,
) -> bool:
    """Write each row's bonds; whether any is hidden from liquid alpha's scan.

    Uids from ``n`` on count for nothing, but hide what follows them if they are not
    outdated themselves; a neuron that does not exist is registered at block 0.
    """
    p = parameters[0]
    has_hidden = False
    for row in range(row_uids.size):
        highest = np.int64(-1)
        for k in range(starts[row_uids[row]], starts[row_uids[row] + 1]):
            j = uids[k]
            if p.last_tempo <= registration_block(vectors, j, p.neurons):
                continue
            if j < p.neurons:
                bonds[row, j] = values[k]
                if j < highest:
                    hidden[row, j] = True
                    has_hidden = True
            highest = max(highest, j)
    return has_hidden


@subroutine
def registration_block(vectors: U64s, uid: int, neurons: int) -> np.uint64:
    """Block of registration, 0 for a uid that no neuron has."""
    if uid < neurons:
        registered: np.uint64 = vectors[REGISTERED, uid]
        return registered
    return np.uint64(0)


@kernel
def collect_rows(
    row_uids: I64s,
    permits: Bools,
    stored: U16s,
    present: Bools,
    follows: bool,
    order_starts: I64s,
    order_uids: I64s,
) -> tuple[I64s, I64s, U16s]:
    """The present bonds of those with a permit, as starts, uids and values.

    Ascending in each row, or in the order of another matrix's rows if ``follows``.
    """
    n = permits.size
    counts = np.zeros(n + 1, np.int64)
    for row in range(row_uids.size):
        if permits[row_uids[row]]:
            for j in range(n):
                counts[row_uids[row] + 1] += present[row, j]
    starts = np.cumsum(counts)
    uids = np.empty(starts[n], np.int64)
    values = np.empty(starts[n], np.uint16)
    for row in range(row_uids.size):
        uid = row_uids[row]
        if not permits[uid]:
            continue
        position = starts[uid]
        if follows:
            for k in range(order_starts[uid], order_starts[uid + 1]):
                j = order_uids[k]
                if j < n and present[row, j]:
                    uids[position] = j
                    values[position] = stored[row, j]
                    position += 1
        else:
            for j in range(n):
                if present[row, j]:
                    uids[position] = j
                    values[position] = stored[row, j]
                    position += 1
    return starts, uids, values


@kernel
def live_zeros(
    parameters: Parameters, vectors: U64s, permits: Bools, row_uids: I64s, weights: U16s, present: Bools
) -> Bools:
    """Which weights are present, 0, and survive the masks."""
    p = parameters[0]
    result = np.zeros(weights.shape, np.bool_)
    for row in range(row_uids.size):
        uid = row_uids[row]
        if permits[uid]:
            limit = registration_limit(p, vectors, uid)
            for j in range(p.neurons):
                live = vectors[REGISTERED, j] < limit and (j != uid or uid == p.owner)
                result[row, j] = live and present[row, j] and weights[row, j] == 0
    return result
