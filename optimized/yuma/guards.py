"""Where the kernels' proofs hold. Outside, the reference computes the epoch.

Each guard is one bit of the mask ``guards`` of the parameter record, so that a test can
take one away and show that the kernel would then answer wrongly.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from taospec.optimized.compilation import inlined
from taospec.optimized.fixed_point.i32f32 import NO_BITS, ONE_BITS

NEURONS: Final = 1
"""At most 32768 neurons: u16 weights of a row and u16 bonds of a column sum below ``2**31``,
so that their I32F32 sums do not wrap, a weight never normalises to ``1 - 2**-32``, and a
column of proportions sums below ``2**48``."""

ACTIVE_STAKE: Final = 2
"""Active stakes lie in [0, 1] and sum to at most 1. Fails where the sum of stakes wrapped:
ranks and dividends could then exceed a word, and the median see stakes of 0 or below."""

RATE: Final = 4
"""The rate of the moving average lies in [-8192, 1]. A rate below 0 comes from a stored
average beyond a million; with ``1 - rate`` at most 8193 a column sums below ``2**61``."""

WEIGHTS_ORDER: Final = 8
"""Liquid alpha with the full bonds penalty sees weights in ascending order of neuron. Else
an entry that consensus drops could uncover another one."""

ALL_GUARDS: Final = NEURONS | ACTIVE_STAKE | RATE | WEIGHTS_ORDER

GUARD_NAMES: Final = {
    NEURONS: "neurons",
    ACTIVE_STAKE: "active_stake",
    RATE: "rate",
    WEIGHTS_ORDER: "weights_order",
}

PASSED: Final = 0
"""The status of an epoch that the kernel computed."""

LARGEST_NEURONS: Final = np.int64(32768)
SMALLEST_RATE: Final = np.int64(-(8192 << 32))


@inlined
def admits_neurons(neurons: np.int64) -> np.bool:
    """Whether :data:`NEURONS` holds."""
    return neurons <= LARGEST_NEURONS


@inlined
def admits_active_stake(smallest: np.int64, largest: np.int64, total: np.int64) -> np.bool:
    """Whether :data:`ACTIVE_STAKE` holds, given that ``total`` cannot have wrapped.

    At most 32768 elements of at most ``2**32`` sum below ``2**63``.
    """
    return smallest >= NO_BITS and largest <= ONE_BITS and total <= ONE_BITS


@inlined
def admits_rate(rate: np.int64) -> np.bool:
    """Whether :data:`RATE` holds."""
    return rate >= SMALLEST_RATE and rate <= ONE_BITS
