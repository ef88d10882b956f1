"""The scalars of an epoch as one record that every kernel, on any device, can read."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from taospec.optimized.yuma.guards import ALL_GUARDS
from taospec.reference.yuma.bonds import last_tempo_block, yuma2_rate, yuma3_rate
from taospec.reference.yuma.records import EpochInput
from taospec.reference.yuma.stake import activity_cutoff

PARAMETERS: Final = np.dtype(
    [
        ("neurons", np.int64),
        ("rows", np.int64),
        ("block", np.uint64),
        ("activity_cutoff", np.uint64),
        ("last_tempo", np.uint64),
        ("tao_weight", np.uint64),
        ("stake_threshold", np.uint64),
        ("emission", np.uint64),
        ("owner", np.int64),
        ("max_validators", np.int64),
        ("kappa", np.int64),
        ("penalty", np.int64),
        ("rate", np.int64),
        ("alpha_low", np.int64),
        ("alpha_high", np.int64),
        ("slope", np.int64),
        ("guards", np.int64),
        ("yuma3", np.bool),
        ("liquid_alpha", np.bool),
        ("commit_reveal", np.bool),
        ("has_permits", np.bool),
    ],
    align=True,
)
"""Proportions (``kappa`` to ``slope``) are raw I32F32 bits; ``owner`` is -1 where there is none."""

NO_OWNER: Final = -1
_ONE: Final = 1 << 32


def pack_parameters(inputs: EpochInput, record: np.void) -> None:
    """Write the scalars of ``inputs`` into ``record``; ``rows`` is left to the caller."""
    pack_scalars(inputs, record)
    record["neurons"] = inputs.n
    record["commit_reveal"] = inputs.commit_reveal
    record["has_permits"] = len(inputs.permits) > 0


def pack_scalars(inputs: Any, record: np.void) -> None:
    """Write what does not depend on the number of neurons, and switch all guards on.

    ``inputs`` has the scalars of :class:`EpochInput` under the same names.
    """
    record["block"] = inputs.block
    record["activity_cutoff"] = activity_cutoff(inputs.activity_cutoff_factor_milli, inputs.tempo)
    record["last_tempo"] = last_tempo_block(inputs.last_mechanism_step_block, inputs.block, inputs.tempo)
    record["tao_weight"] = inputs.tao_weight
    record["stake_threshold"] = inputs.stake_threshold
    record["emission"] = inputs.rao_emission
    record["owner"] = NO_OWNER if inputs.owner_uid is None else inputs.owner_uid
    record["max_validators"] = inputs.max_allowed_validators
    record["kappa"] = proportion(inputs.kappa)
    record["penalty"] = proportion(inputs.bonds_penalty)
    record["rate"] = moving_average_rate(inputs.bonds_moving_average, inputs.yuma3)
    record["alpha_low"] = proportion(inputs.alpha_low)
    record["alpha_high"] = proportion(inputs.alpha_high)
    record["slope"] = sigmoid_slope(inputs.alpha_sigmoid_steepness)
    record["guards"] = ALL_GUARDS
    record["yuma3"] = inputs.yuma3
    record["liquid_alpha"] = inputs.yuma3 and inputs.liquid_alpha


def proportion(value: int) -> int:
    """A stored u16 as a fraction of 65535, raw bits."""
    return (value << 32) // 65535


def moving_average_rate(bonds_moving_average: int, yuma3: bool) -> int:
    """``1 - bonds_moving_average / 1_000_000``, raw bits.

    Up to a million no conversion saturates or wraps, and two floors are one; beyond, the
    reference says which of the two the chain does.
    """
    if bonds_moving_average <= 1_000_000:
        return _ONE - (bonds_moving_average << 32) // 1_000_000
    return (yuma3_rate if yuma3 else yuma2_rate)(bonds_moving_average).bits


def sigmoid_slope(steepness: int) -> int:
    """``steepness / -100``, truncated toward zero, raw bits."""
    quotient = (abs(steepness) << 32) // 100
    return -quotient if steepness > 0 else quotient
