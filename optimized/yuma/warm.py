"""Compile what epochs need before it is needed."""

from __future__ import annotations

import attrs
import numpy as np
from filelock import FileLock

from taospec.optimized.compilation import cache_directory
from taospec.optimized.yuma.array_epochs import EpochBatch, run_arrays, run_batch
from taospec.optimized.yuma.records import DenseRows, EpochArrays, EpochParameters, SparseRows, StoredRows


def compile_kernels() -> None:
    """Compile every CPU kernel into the cache, or load them from there.

    Processes that start together take turns: the first compiles, the others then load.
    """
    pairs = StoredRows.of([((1, 1),), None], 2)
    entries = np.array([[0, 1]], np.uint16)
    dense = DenseRows(uids=np.arange(1), weights=entries, bonds=entries, weights_present=entries != 2)
    with FileLock(cache_directory() / "compiling.lock"):
        for threads in (1, 2):
            for rows in (dense, SparseRows(weights=pairs, bonds=pairs)):
                run_arrays(_two_neurons(rows), threads)
        run_batch(EpochBatch.of([_two_neurons(attrs.evolve(dense, weights_present=None))]), 1)


def _two_neurons(rows: DenseRows | SparseRows) -> EpochArrays:
    ones = np.ones(2, np.uint64)
    parameters = EpochParameters(
        block=3,
        tempo=1,
        activity_cutoff_factor_milli=9000,
        last_mechanism_step_block=2,
        max_allowed_validators=1,
        tao_weight=0,
        stake_threshold=0,
        owner_uid=None,
        kappa=32_767,
        bonds_penalty=0,
        bonds_moving_average=900_000,
        yuma3=True,
        liquid_alpha=True,
        alpha_low=1,
        alpha_high=2,
        alpha_sigmoid_steepness=1000,
        rao_emission=1,
    )
    return EpochArrays(
        parameters=parameters,
        alpha=ones,
        root_tao=ones,
        last_update=ones * np.uint64(2),
        block_at_registration=ones,
        permits=np.array([True, False]),
        rows=rows,
    )
