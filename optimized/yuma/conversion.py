"""Between rows of ``(uid, u16)`` pairs and dense matrices."""

from __future__ import annotations

import numpy as np

from taospec.optimized.compilation import kernel, subroutine
from taospec.optimized.yuma.arrays import Bools, I64s, Parameters, U16s, U64s
from taospec.optimized.yuma.rows import REGISTERED, registration_limit


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
