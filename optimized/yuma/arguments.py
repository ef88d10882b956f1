"""The arguments of the kernels that run epochs, by name and in order."""

from __future__ import annotations

from typing import NamedTuple

from taospec.optimized.yuma.arrays import Bools, I64s, Parameters, U16s, U64s


class EpochArguments(NamedTuple):
    """Of :func:`taospec.optimized.yuma.kernels.run_on_one_thread`."""

    parameters: Parameters
    vectors: U64s
    permits: Bools
    uids: I64s
    weights: U16s
    bonds: U16s
    zero: Bools
    hidden_weights: Bools
    hidden_bonds: Bools
    amounts: U64s
    proportions: U16s
    masks: Bools
    stored: U16s
    present: Bools


class BatchArguments(NamedTuple):
    """Of :func:`taospec.optimized.yuma.kernels.run_subnets`: the epochs of a batch.

    The flat arrays hold one subnet after the other.
    """

    parameters: Parameters
    neuron_offset: I64s
    row_offset: I64s
    cell_offset: I64s
    vectors: U64s
    permits: Bools
    uids: I64s
    weights: U16s
    bonds: U16s
    amounts: U64s
    proportions: U16s
    masks: Bools
    stored: U16s
    status: I64s
