"""Epochs as numpy arrays: u16 in, u16 and u64 out, no Python object per element.

Arrays must be C-contiguous and of the stated element type; they are not copied and not
changed. Vectors have one element per neuron, ``n`` of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple, Self, TypeVar

import attrs
import numpy as np
import numpy.typing as npt

from taospec.optimized.yuma.arrays import Bools, I64s, U16s, U64s
from taospec.optimized.yuma.layout import (
    ACTIVE,
    COMBINED,
    CONSENSUS,
    DIVIDENDS,
    INCENTIVE,
    NEW_PERMITS,
    SERVER,
    STAKE_AMOUNT,
    STAKE_WEIGHT,
    VALIDATOR,
    VALIDATOR_TRUST,
)
from taospec.optimized.yuma.parameters import PARAMETERS, pack_scalars
from taospec.reference.invalid_input import U16_MAX, InvalidInputError
from taospec.reference.yuma.records import EpochInput, SparseRow

_Element = TypeVar("_Element", bound=np.generic)

_EPOCH_FIELDS = attrs.fields_dict(EpochInput)


def _as_in_epoch_input(name: str) -> Any:
    return attrs.field(validator=_EPOCH_FIELDS[name].validator)


@attrs.frozen(kw_only=True)
class EpochParameters:
    """The scalars of :class:`~taospec.reference.yuma.records.EpochInput`, in its types and units."""

    block: int = _as_in_epoch_input("block")
    """Current block."""
    tempo: int = _as_in_epoch_input("tempo")
    """Blocks between epochs."""
    activity_cutoff_factor_milli: int = _as_in_epoch_input("activity_cutoff_factor_milli")
    """Thousandths of a tempo after which a silent validator counts as inactive."""
    last_mechanism_step_block: int = _as_in_epoch_input("last_mechanism_step_block")
    """Block of the last successful epoch, 0 if none."""
    max_allowed_validators: int = _as_in_epoch_input("max_allowed_validators")
    """Number of permits to give."""
    tao_weight: int = _as_in_epoch_input("tao_weight")
    """Weight of root TAO in stake, a fraction of ``2**64 - 1``."""
    stake_threshold: int = _as_in_epoch_input("stake_threshold")
    """Minimum stake weight, rao, below which stake counts as zero."""
    owner_uid: int | None = _as_in_epoch_input("owner_uid")
    """Uid of the subnet owner's hotkey, if it has one."""
    kappa: int = _as_in_epoch_input("kappa")
    """Consensus majority, a fraction of 65535."""
    bonds_penalty: int = _as_in_epoch_input("bonds_penalty")
    """Penalty on out-of-consensus bonds, a fraction of 65535."""
    bonds_moving_average: int = _as_in_epoch_input("bonds_moving_average")
    """Share of the old bonds in the moving average, in millionths."""
    yuma3: bool = _as_in_epoch_input("yuma3")
    """Yuma 3 bonds instead of Yuma 2."""
    liquid_alpha: bool = _as_in_epoch_input("liquid_alpha")
    """A moving-average rate per validator and neuron."""
    alpha_low: int = _as_in_epoch_input("alpha_low")
    """Lowest liquid alpha, a fraction of 65535."""
    alpha_high: int = _as_in_epoch_input("alpha_high")
    """Highest liquid alpha, a fraction of 65535."""
    alpha_sigmoid_steepness: int = _as_in_epoch_input("alpha_sigmoid_steepness")
    """Steepness of the liquid alpha sigmoid, in hundredths."""
    rao_emission: int = _as_in_epoch_input("rao_emission")
    """Alpha to distribute, rao."""

    @classmethod
    def of(cls, inputs: EpochInput) -> Self:
        """The scalars of a record."""
        return cls(**{field.name: getattr(inputs, field.name) for field in attrs.fields(cls)})


@attrs.frozen(kw_only=True, eq=False)
class DenseRows:
    """Weights and bonds of some validators, one row each, one column per neuron.

    An entry of 0 is an absent one, but for weights that ``weights_present`` marks: liquid
    alpha tells a weight of 0 from none.
    """

    uids: I64s
    """Neuron of each row, ascending. The other neurons have neither weights nor bonds."""
    weights: U16s
    """``rows x n``."""
    bonds: U16s
    """``rows x n``."""
    weights_present: Bools | None = None
    """``rows x n``: which weights are present, or ``None`` for all that are not 0."""


class StoredRows(NamedTuple):
    """One row of ``(uid, value)`` pairs per neuron, one after the other."""

    starts: I64s
    """``n + 1`` positions: where each row starts, and the end."""
    uids: I64s
    """None twice in a row, in any order; uids from ``n`` on are as on chain."""
    values: U16s

    @classmethod
    def of(cls, rows: Sequence[SparseRow | None], n: int) -> Self:
        """The first ``n`` rows of a record; a missing row is empty."""
        present = [row or () for row in rows[:n]]
        starts = np.zeros(n + 1, np.int64)
        np.cumsum([len(row) for row in present], out=starts[1 : len(present) + 1])
        starts[len(present) + 1 :] = starts[len(present)]
        pairs = np.array(list(chain.from_iterable(present)), np.int64).reshape(-1, 2)
        return cls(starts, np.ascontiguousarray(pairs[:, 0]), pairs[:, 1].astype(np.uint16))

    def row(self, uid: int) -> SparseRow:
        """One row as in a record."""
        pairs = slice(self.starts[uid], self.starts[uid + 1])
        return tuple(zip(self.uids[pairs].tolist(), self.values[pairs].tolist(), strict=True))


@attrs.frozen(kw_only=True, eq=False)
class SparseRows:
    """Weights and bonds of all neurons as pairs."""

    weights: StoredRows
    bonds: StoredRows


@attrs.frozen(kw_only=True, eq=False)
class EpochArrays:
    """One epoch of one mechanism. Stake is what the neuron counts for after inheritance.

    Raises:
        InvalidInputError: an array has the wrong element type, shape or layout, or a uid
            does not exist or repeats.
    """

    parameters: EpochParameters
    alpha: U64s
    """Alpha stake, rao."""
    root_tao: U64s
    """Root stake, rao."""
    last_update: U64s
    """Block at which each uid last set weights."""
    block_at_registration: U64s
    """Block at which each uid was registered."""
    permits: Bools
    """Validator permits of the previous epoch."""
    commit_blocks: U64s | None = None
    """Under commit-reveal: block of each uid's earliest live commit, ``2**64 - 1`` for none."""
    rows: DenseRows | SparseRows

    packed: npt.NDArray[np.void] = attrs.field(init=False, repr=False)
    """The scalars as the kernels read them."""
    vectors: U64s = attrs.field(init=False, repr=False)
    """The u64 vectors as the kernels read them."""
    permits_in_force: Bools = attrs.field(init=False, repr=False)
    """The permits with the owner's."""

    @property
    def n(self) -> int:
        """Number of neurons."""
        return self.alpha.size

    @property
    def entries(self) -> int:
        """Number of weights, those of 0 in a dense matrix included."""
        rows = self.rows
        return rows.weights.size if isinstance(rows, DenseRows) else rows.weights.values.size

    def __attrs_post_init__(self) -> None:
        n = self.n
        if n > U16_MAX:
            raise InvalidInputError("alpha", n, "must have at most 65535 elements")
        vectors = np.zeros((5, n), np.uint64)
        for row, name in enumerate(
            ("alpha", "root_tao", "last_update", "block_at_registration", "commit_blocks")
        ):
            vector = getattr(self, name)
            if vector is not None:
                _require_array(name, vector, np.uint64, (n,))
                vectors[row] = vector
        _require_array("permits", self.permits, np.bool, (n,))
        _require_rows(self.rows, n)
        packed = np.zeros(1, PARAMETERS)
        pack_scalars(self.parameters, packed[0])
        packed["neurons"] = n
        packed["commit_reveal"] = self.commit_blocks is not None
        packed["has_permits"] = True
        permits = self.permits.copy()
        if self.parameters.owner_uid is not None and self.parameters.owner_uid < n:
            permits[self.parameters.owner_uid] = True
        object.__setattr__(self, "packed", packed)
        object.__setattr__(self, "vectors", vectors)
        object.__setattr__(self, "permits_in_force", permits)


@attrs.frozen(eq=False)
class EpochArraysOutput:
    """What an epoch answers, one element per neuron; the vectors are views of three arrays."""

    amounts: U64s
    """``4 x n``, rao."""
    proportions: U16s
    """``5 x n``, of 65535."""
    masks: Bools
    """``2 x n``."""
    bonds: U16s | StoredRows
    """Bonds to store: a matrix with the rows of the input's matrix, or pairs if it had pairs.
    In a matrix an entry of 0 is absent, or present and rounded to 0: no later epoch tells."""

    @property
    def server_emission(self) -> U64s:
        """Miners' emission, rao."""
        return _vector(self.amounts, SERVER)

    @property
    def validator_emission(self) -> U64s:
        """Validators' emission, rao."""
        return _vector(self.amounts, VALIDATOR)

    @property
    def emission(self) -> U64s:
        """Combined emission as stored (the pruning score), rao."""
        return _vector(self.amounts, COMBINED)

    @property
    def stake(self) -> U64s:
        """Total stake weight before normalisation, rao."""
        return _vector(self.amounts, STAKE_AMOUNT)

    @property
    def consensus(self) -> U16s:
        """Stake-weighted median weight of each neuron."""
        return _vector(self.proportions, CONSENSUS)

    @property
    def incentive(self) -> U16s:
        """Normalised ranks."""
        return _vector(self.proportions, INCENTIVE)

    @property
    def dividends(self) -> U16s:
        """Normalised bond income of each validator."""
        return _vector(self.proportions, DIVIDENDS)

    @property
    def validator_trust(self) -> U16s:
        """Sum of each validator's clipped weights."""
        return _vector(self.proportions, VALIDATOR_TRUST)

    @property
    def stake_weight(self) -> U16s:
        """Normalised stake."""
        return _vector(self.proportions, STAKE_WEIGHT)

    @property
    def active(self) -> Bools:
        """Whether the neuron set weights recently."""
        return _vector(self.masks, ACTIVE)

    @property
    def new_permits(self) -> Bools:
        """Validator permits for the next epoch."""
        return _vector(self.masks, NEW_PERMITS)


def _vector(array: npt.NDArray[_Element], row: int) -> npt.NDArray[_Element]:
    vector: npt.NDArray[_Element] = array[row]
    return vector


def _require_rows(rows: DenseRows | SparseRows, n: int) -> None:
    if isinstance(rows, SparseRows):
        for name in ("weights", "bonds"):
            pairs: StoredRows = getattr(rows, name)
            _require_array(f"rows.{name}.starts", pairs.starts, np.int64, (n + 1,))
            size = int(pairs.starts[n])
            if pairs.starts[0] != 0 or size < 0 or bool((np.diff(pairs.starts) < 0).any()):
                raise InvalidInputError(f"rows.{name}.starts", pairs.starts, "must ascend from 0")
            _require_array(f"rows.{name}.uids", pairs.uids, np.int64, (size,))
            _require_array(f"rows.{name}.values", pairs.values, np.uint16, (size,))
            _require_uids(f"rows.{name}.uids", pairs.uids, U16_MAX + 1)
            _require_no_repetition(f"rows.{name}", pairs)
        return
    _require_array("rows.uids", rows.uids, np.int64, (rows.uids.size,))
    _require_uids("rows.uids", rows.uids, n)
    if bool((np.diff(rows.uids) <= 0).any()):
        raise InvalidInputError("rows.uids", rows.uids, "must ascend")
    shape = (rows.uids.size, n)
    _require_array("rows.weights", rows.weights, np.uint16, shape)
    _require_array("rows.bonds", rows.bonds, np.uint16, shape)
    if rows.weights_present is not None:
        _require_array("rows.weights_present", rows.weights_present, np.bool, shape)


def _require_array(name: str, array: Any, element: type[np.generic], shape: tuple[int, ...]) -> None:
    if not isinstance(array, np.ndarray) or array.dtype != element or array.shape != shape:
        found = f"{array.dtype} {array.shape}" if isinstance(array, np.ndarray) else type(array).__name__
        raise InvalidInputError(name, found, f"must be an array of {np.dtype(element)}, shape {shape}")
    if not array.flags.c_contiguous:
        raise InvalidInputError(name, "strided array", "must be C-contiguous")


def _require_uids(name: str, uids: I64s, limit: int) -> None:
    outside = uids[(uids < 0) | (uids >= limit)]
    if outside.size:
        raise InvalidInputError(name, int(outside[0]), f"must be from 0 to {limit - 1}")


def _require_no_repetition(name: str, pairs: StoredRows) -> None:
    row = np.repeat(np.arange(pairs.starts.size - 1), np.diff(pairs.starts))
    keys = np.sort(row * (U16_MAX + 1) + pairs.uids)
    repeated = keys[1:][keys[1:] == keys[:-1]]
    if repeated.size:
        uid, other = divmod(int(repeated[0]), U16_MAX + 1)
        raise InvalidInputError(f"{name}[{uid}]", other, "must not repeat in a row")
