"""Between epochs as arrays and the reference's records."""

from __future__ import annotations

import attrs
import numpy as np

from taospec.optimized.yuma.arrays import Bools, U16s
from taospec.optimized.yuma.layout import AMOUNT_NAMES, MASK_NAMES, PROPORTION_NAMES
from taospec.optimized.yuma.records import (
    DenseRows,
    EpochArrays,
    EpochArraysOutput,
    EpochParameters,
    SparseRows,
    StoredRows,
)
from taospec.reference.invalid_input import U64_MAX
from taospec.reference.yuma.records import EpochInput, EpochOutput, SparseRow


def record_of_arrays(epoch: EpochArrays) -> EpochInput:
    """The epoch as the reference reads it: no inheritance left, commits that never expire."""
    commits = epoch.commit_blocks
    weights, bonds = _stored_rows(epoch)
    return EpochInput(
        **{field.name: getattr(epoch.parameters, field.name) for field in attrs.fields(EpochParameters)},
        n=epoch.n,
        last_update=tuple(epoch.last_update.tolist()),
        block_at_registration=tuple(epoch.block_at_registration.tolist()),
        permits=tuple(epoch.permits.tolist()),
        alpha=tuple(epoch.alpha.tolist()),
        root_tao=tuple(epoch.root_tao.tolist()),
        commit_reveal=commits is not None,
        reveal_period=0,
        subnet_epoch_index=0,
        last_epoch_block=0,
        pending_epoch_at=0,
        blocks_since_last_step=0,
        weight_commits=()
        if commits is None
        else tuple((uid, ((U64_MAX, block),)) for uid, block in enumerate(commits.tolist())),
        timelocked_commits=(),
        parents=(),
        children=(),
        outside=(),
        weights=weights,
        bonds=bonds,
    )


def output_arrays(epoch: EpochArrays, output: EpochOutput) -> EpochArraysOutput:
    """An answer of the reference in the form of the kernels' answers."""

    bonds: U16s | StoredRows
    if isinstance(epoch.rows, DenseRows):
        bonds = np.zeros(epoch.rows.bonds.shape, np.uint16)
        for row, uid in enumerate(epoch.rows.uids.tolist()):
            for j, value in output.bonds[uid] or ():
                bonds[row, j] = value
    else:
        bonds = StoredRows.of(output.bonds, epoch.n)
    amounts = np.array([getattr(output, name) for name in AMOUNT_NAMES], np.uint64)
    proportions = np.array([getattr(output, name) for name in PROPORTION_NAMES], np.uint16)
    masks = np.array([getattr(output, name) for name in MASK_NAMES], np.bool)
    return EpochArraysOutput(amounts, proportions, masks, bonds)


def _stored_rows(epoch: EpochArrays) -> tuple[tuple[SparseRow, ...], tuple[SparseRow, ...]]:
    rows = epoch.rows
    if isinstance(rows, SparseRows):
        uids = range(epoch.n)
        return tuple(map(rows.weights.row, uids)), tuple(map(rows.bonds.row, uids))
    present = (
        rows.weights != 0 if rows.weights_present is None else rows.weights_present | (rows.weights != 0)
    )
    weights: list[SparseRow] = [()] * epoch.n
    bonds: list[SparseRow] = [()] * epoch.n
    for row, uid in enumerate(rows.uids.tolist()):
        weights[uid] = _pairs(rows.weights[row], present[row])
        bonds[uid] = _pairs(rows.bonds[row], rows.bonds[row] != 0)
    return tuple(weights), tuple(bonds)


def _pairs(values: U16s, present: Bools) -> SparseRow:
    columns = np.flatnonzero(present)
    return tuple(zip(columns.tolist(), values[columns].tolist(), strict=True))
