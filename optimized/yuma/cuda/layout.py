"""Where things are in the device arrays of a batch.

The arrays hold one subnet after the other: ``M`` neurons, ``R`` rows and ``C`` cells (rows
times neurons) in all subnets together.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

U8s: TypeAlias = npt.NDArray[np.uint8]

FIRST_NEURON: Final = 0
FIRST_ROW: Final = 1
FIRST_CELL: Final = 2
"""Rows of the offsets (3, subnets)."""

UNLISTED: Final = 0
"""Whether somebody without a row has active stake: a score of 0 for every neuron."""
NEWEST: Final = 1
"""Latest block of registration (the bits of a u64)."""
HAS_CONSENSUS: Final = 2
"""Whether some consensus is not 0."""
LIQUID: Final = 3
"""Whether liquid alpha applies."""
FACTS: Final = 4
"""Rows of the facts (4, subnets): what the kernels find out about a subnet."""

ZERO_ENTRY: Final = 1
"""The weight is present and 0."""
HIDDEN_WEIGHT: Final = 2
"""Liquid alpha takes the weight for 0, because of its position in the row."""
HIDDEN_BOND: Final = 4
"""Liquid alpha takes the bond for 0, because of its position in the row."""
