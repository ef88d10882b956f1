"""Epochs of many subnets, flat in host memory, and their answers."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
import numpy.typing as npt

from taospec.optimized.yuma.arrays import Bools, I64s, U16s, U64s
from taospec.optimized.yuma.cpu import (
    FULL_PENALTY,
    Dense,
    Refusal,
    StoredRows,
    input_vectors,
    output_record,
    permits_in_force,
    stored_rows,
)
from taospec.optimized.yuma.cuda.layout import (
    FIRST_CELL,
    FIRST_NEURON,
    FIRST_ROW,
    HIDDEN_BOND,
    HIDDEN_WEIGHT,
    ZERO_ENTRY,
    U8s,
)
from taospec.optimized.yuma.guards import ALL_GUARDS, PASSED, WEIGHTS_ORDER
from taospec.optimized.yuma.layout import NEW_PERMITS
from taospec.optimized.yuma.parameters import PARAMETERS, pack_parameters
from taospec.reference.yuma.records import EpochInput, EpochOutput

NO_CELLS: U8s = np.zeros(1, np.uint8)
"""In place of an array of cells that nothing needs."""


@attrs.frozen
class Batch:
    """The input of many epochs, one subnet after the other.

    Shapes: ``M`` neurons, ``R`` rows (uids that have weights or bonds) and ``C`` cells (rows
    times neurons) in all subnets together.
    """

    parameters: npt.NDArray[np.void]
    """Of each subnet, of :data:`taospec.optimized.yuma.parameters.PARAMETERS`."""
    vectors: U64s
    """(5, M): alpha, root TAO, last update, registration and commit blocks."""
    permits: Bools
    """(M,): permits in force."""
    uids: I64s
    """(R,): uid of each row, ascending in a subnet."""
    weights: U16s
    """(C,): stored weights; what the masks remove may be present."""
    bonds: U16s
    """(C,): stored bonds."""
    marks: U8s = NO_CELLS
    """(C,): what the values of cells do not say (see :mod:`~taospec.optimized.yuma.cuda.layout`)."""

    @property
    def offsets(self) -> I64s:
        """(3, subnets): position of each subnet's first neuron, row and cell."""
        neurons, rows = self.parameters["neurons"], self.parameters["rows"]
        result = np.zeros((3, neurons.size), np.int64)
        for kind, counts in ((FIRST_NEURON, neurons), (FIRST_ROW, rows), (FIRST_CELL, neurons * rows)):
            np.cumsum(counts[:-1], out=result[kind, 1:])
        return result


@attrs.frozen
class BatchAnswer:
    """What the device answers; nothing of a subnet that it refused is meaningful."""

    status: I64s
    """(subnets,): 0, or the guard that refused the subnet."""
    liquid: Bools
    """(subnets,): whether liquid alpha applied."""
    amounts: U64s
    """(4, M): emission as miner, as validator and combined, and stake, rao."""
    proportions: U16s
    """(5, M): consensus, incentive, dividends, validator trust, stake weight."""
    masks: Bools
    """(2, M): active, new permits."""
    stored: U16s
    """(C,): new bonds."""
    present: Bools
    """(C,): which bonds are stored, if it was asked for."""


@attrs.frozen
class StoredEpochs:
    """Epochs given as records, as a batch, with what their answers must be put together from."""

    batch: Batch
    weights: list[StoredRows]
    """The weights in their stored order."""
    hidden_weights: list[bool]
    """Whether that order hides some of them from liquid alpha."""
    refused: list[bool]
    """Whether the order is one that the kernels do not know."""

    @classmethod
    def of(cls, epochs: Sequence[EpochInput], guards: int = ALL_GUARDS) -> StoredEpochs:
        """Lay out the epochs of a batch. ``guards`` exists to test what they guard."""
        parameters = np.zeros(len(epochs), PARAMETERS)
        vectors, permits, uids, dense, weights = [], [], [], [], []
        for i, inputs in enumerate(epochs):
            pack_parameters(inputs, parameters[i])
            parameters["guards"][i] = guards
            vectors.append(input_vectors(inputs))
            permits.append(permits_in_force(inputs))
            weights.append(StoredRows.of(inputs.weights, inputs.n))
            bonds = StoredRows.of(inputs.bonds, inputs.n)
            has_row = permits[i] & (np.diff(weights[i].starts) > 0) | (np.diff(bonds.starts) > 0)
            uids.append(np.flatnonzero(has_row))
            parameters["rows"][i] = uids[i].size
            one = parameters[i : i + 1].view(np.recarray)
            dense.append(Dense.of(one, vectors[i], permits[i], uids[i], weights[i], bonds))
        batch = Batch(
            parameters,
            np.concatenate(vectors, axis=1),
            np.concatenate(permits),
            np.concatenate(uids),
            np.concatenate([cells.weights.ravel() for cells in dense]),
            np.concatenate([cells.bonds.ravel() for cells in dense]),
            _marks(dense),
        )
        hidden = [cells.has_hidden_weights for cells in dense]
        refused = [
            bool(guards & WEIGHTS_ORDER)
            and is_hidden
            and inputs.bonds_penalty == FULL_PENALTY
            and bool(inputs.yuma3 and inputs.liquid_alpha)
            for is_hidden, inputs in zip(hidden, epochs, strict=True)
        ]
        return cls(batch, weights, hidden, refused)

    def answers(self, answer: BatchAnswer) -> list[EpochOutput | Refusal]:
        """Each epoch's output, or the guard that refused it."""
        return [self._answer(subnet, answer) for subnet in range(len(self.weights))]

    def _answer(self, subnet: int, answer: BatchAnswer) -> EpochOutput | Refusal:
        if self.refused[subnet]:
            return Refusal(WEIGHTS_ORDER)
        if answer.status[subnet] != PASSED:
            return Refusal(int(answer.status[subnet]))
        n = int(self.batch.parameters["neurons"][subnet])
        rows = int(self.batch.parameters["rows"][subnet])
        first, first_row, first_cell = self.batch.offsets[:, subnet].tolist()
        neurons, cells = slice(first, first + n), slice(first_cell, first_cell + rows * n)
        penalty = int(self.batch.parameters["penalty"][subnet])
        in_row_order = answer.liquid[subnet] and self.hidden_weights[subnet] and penalty in (0, 1 << 32)
        bonds = stored_rows(
            n,
            self.batch.uids[first_row : first_row + rows],
            answer.masks[NEW_PERMITS, neurons],
            answer.stored[cells].reshape(rows, n),
            answer.present[cells].reshape(rows, n),
            self.weights[subnet] if in_row_order else None,
        )
        return output_record(
            answer.amounts[:, neurons], answer.proportions[:, neurons], answer.masks[:, neurons], bonds
        )


def _marks(dense: Sequence[Dense]) -> U8s:
    """One byte per cell, if any epoch has something to say."""
    if not any(
        part.size for cells in dense for part in (cells.zero, cells.hidden_weights, cells.hidden_bonds)
    ):
        return NO_CELLS
    parts = []
    for cells in dense:
        marks = np.zeros(cells.weights.shape, np.uint8)
        for bit, part in (
            (ZERO_ENTRY, cells.zero),
            (HIDDEN_WEIGHT, cells.hidden_weights),
            (HIDDEN_BOND, cells.hidden_bonds),
        ):
            if part.size:
                marks |= part.astype(np.uint8) * np.uint8(bit)
        parts.append(marks.ravel())
    return np.concatenate(parts)
