"""The CPU backend for epochs given as records."""

from __future__ import annotations

from typing import NamedTuple

import attrs
import numpy as np

from taospec.optimized.yuma.arguments import EpochArguments
from taospec.optimized.yuma.arrays import Bools, I64s, U16s, U64s
from taospec.optimized.yuma.conversion import place_bonds, place_weights
from taospec.optimized.yuma.guards import ALL_GUARDS, PASSED, WEIGHTS_ORDER
from taospec.optimized.yuma.kernels import run_on_one_thread
from taospec.optimized.yuma.layout import (
    ACTIVE,
    ALPHA,
    COMBINED,
    COMMIT_BLOCK,
    CONSENSUS,
    DIVIDENDS,
    INCENTIVE,
    LAST_UPDATE,
    NEW_PERMITS,
    REGISTERED,
    ROOT_TAO,
    SERVER,
    STAKE_AMOUNT,
    STAKE_WEIGHT,
    VALIDATOR,
    VALIDATOR_TRUST,
)
from taospec.optimized.yuma.parallel import run_over_columns
from taospec.optimized.yuma.parameters import PARAMETERS, pack_parameters
from taospec.optimized.yuma.records import StoredRows
from taospec.reference.yuma.commits import earliest_live_commits
from taospec.reference.yuma.records import EpochInput, EpochOutput, SparseRow
from taospec.reference.yuma.stake import inherited_stake

__all__ = ["Dense", "Refusal", "StoredRows", "run_record"]

NO_MARKS = np.zeros((0, 0), np.bool)
FULL_PENALTY = 65535


@attrs.frozen
class Refusal:
    """The guard that refused an epoch."""

    guard: int
    """One of :mod:`taospec.optimized.yuma.guards`."""


def run_record(inputs: EpochInput, threads: int, guards: int = ALL_GUARDS) -> EpochOutput | Refusal:
    """One epoch, or the guard that refuses it. ``guards`` exists to test what they guard."""
    parameters = np.zeros(1, PARAMETERS)
    pack_parameters(inputs, parameters[0])
    parameters["guards"] = guards
    vectors = input_vectors(inputs)
    permits = permits_in_force(inputs)
    weights = StoredRows.of(inputs.weights, inputs.n)
    bonds = StoredRows.of(inputs.bonds, inputs.n)
    uids = np.flatnonzero((permits & (np.diff(weights.starts) > 0)) | (np.diff(bonds.starts) > 0))
    parameters["rows"] = uids.size
    dense = Dense.of(parameters, vectors, permits, uids, weights, bonds)
    full_penalty = inputs.bonds_penalty == FULL_PENALTY
    if dense.has_hidden_weights and full_penalty and parameters["liquid_alpha"][0] and guards & WEIGHTS_ORDER:
        return Refusal(WEIGHTS_ORDER)
    n = inputs.n
    amounts = np.empty((4, n), np.uint64)
    proportions = np.empty((5, n), np.uint16)
    masks = np.empty((2, n), np.bool)
    stored = np.empty((uids.size, n), np.uint16)
    present = np.zeros((uids.size, n), np.bool)
    arguments = EpochArguments(
        parameters,
        vectors,
        permits,
        uids,
        dense.weights,
        dense.bonds,
        dense.zero,
        dense.hidden_weights,
        dense.hidden_bonds,
        amounts,
        proportions,
        masks,
        stored,
        present,
    )
    if threads == 1:
        status, liquid = run_on_one_thread(*arguments)
    else:
        status, liquid = run_over_columns(arguments, threads)
    if status != PASSED:
        return Refusal(status)
    in_row_order = liquid and dense.has_hidden_weights and inputs.bonds_penalty in (0, FULL_PENALTY)
    kept = stored_rows(n, uids, masks[NEW_PERMITS], stored, present, weights if in_row_order else None)
    return output_record(amounts, proportions, masks, kept)


class Dense(NamedTuple):
    """Weights and bonds as matrices, with what their values do not say."""

    weights: U16s
    bonds: U16s
    zero: Bools
    hidden_weights: Bools
    hidden_bonds: Bools
    has_hidden_weights: bool

    @classmethod
    def of(
        cls,
        parameters: np.ndarray,
        vectors: U64s,
        permits: Bools,
        uids: I64s,
        weights: StoredRows,
        bonds: StoredRows,
    ) -> Dense:
        """Place the rows of ``uids``. The marks are only kept where liquid alpha needs them."""
        shape = (uids.size, vectors.shape[1])
        dense_weights, dense_bonds = np.zeros(shape, np.uint16), np.zeros(shape, np.uint16)
        zero, hidden_weights, hidden_bonds = (np.zeros(shape, np.bool) for _ in range(3))
        has_zero, has_hidden_weights = place_weights(
            parameters, vectors, permits, uids, *weights, dense_weights, zero, hidden_weights
        )
        has_hidden_bonds = place_bonds(parameters, vectors, uids, *bonds, dense_bonds, hidden_bonds)
        return cls(
            dense_weights,
            dense_bonds,
            zero if has_zero else NO_MARKS,
            hidden_weights if has_hidden_weights else NO_MARKS,
            hidden_bonds if has_hidden_bonds else NO_MARKS,
            has_hidden_weights,
        )


def input_vectors(inputs: EpochInput) -> U64s:
    """Stake after inheritance, last update, registration and commit blocks of every uid."""
    n = inputs.n
    vectors = np.zeros((5, n), np.uint64)
    alpha, root_tao = inputs.alpha, inputs.root_tao
    if inputs.parents or inputs.children:
        alpha, root_tao = inherited_stakes(inputs)
    vectors[ALPHA, : len(alpha)] = alpha[:n]
    vectors[ROOT_TAO, : len(root_tao)] = root_tao[:n]
    vectors[LAST_UPDATE, : len(inputs.last_update)] = inputs.last_update[:n]
    vectors[REGISTERED, : len(inputs.block_at_registration)] = inputs.block_at_registration[:n]
    if inputs.commit_reveal:
        vectors[COMMIT_BLOCK] = earliest_live_commits(inputs)
    return vectors


def inherited_stakes(inputs: EpochInput) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Alpha and root TAO of every uid, less what children hold and plus what parents lend."""
    parents, children = dict(inputs.parents), dict(inputs.children)
    alpha = dict(enumerate(inputs.alpha)) | {uid: amount for uid, amount, _ in inputs.outside}
    root_tao = dict(enumerate(inputs.root_tao)) | {uid: amount for uid, _, amount in inputs.outside}

    def inherited(stake: dict[int, int]) -> tuple[int, ...]:
        return tuple(
            inherited_stake(uid, stake, parents.get(uid, ()), children.get(uid, ()))
            for uid in range(inputs.n)
        )

    return inherited(alpha), inherited(root_tao)


def permits_in_force(inputs: EpochInput) -> Bools:
    """The stored permits by uid; the owner has one if the vector reaches its uid."""
    permits = np.zeros(inputs.n, np.bool)
    permits[: len(inputs.permits)] = inputs.permits[: inputs.n]
    if inputs.owner_uid is not None and inputs.owner_uid < min(len(inputs.permits), inputs.n):
        permits[inputs.owner_uid] = True
    return permits


def stored_rows(
    n: int, uids: I64s, permits: Bools, stored: U16s, present: Bools, order: StoredRows | None
) -> tuple[SparseRow, ...]:
    """The bonds of those with a permit, ascending or in the order of another matrix's rows."""
    result: list[SparseRow] = [()] * n
    for row, uid in enumerate(uids.tolist()):
        if permits[uid]:
            columns = np.flatnonzero(present[row])
            if order is not None:
                listed = order.uids[order.starts[uid] : order.starts[uid + 1]]
                listed = listed[listed < n]
                columns = listed[present[row, listed]]
            result[uid] = tuple(zip(columns.tolist(), stored[row, columns].tolist(), strict=True))
    return tuple(result)


def output_record(
    amounts: U64s, proportions: U16s, masks: Bools, bonds: tuple[SparseRow, ...]
) -> EpochOutput:
    """The arrays as the reference's record."""
    return EpochOutput(
        server_emission=tuple(amounts[SERVER].tolist()),
        validator_emission=tuple(amounts[VALIDATOR].tolist()),
        emission=tuple(amounts[COMBINED].tolist()),
        stake=tuple(amounts[STAKE_AMOUNT].tolist()),
        consensus=tuple(proportions[CONSENSUS].tolist()),
        incentive=tuple(proportions[INCENTIVE].tolist()),
        dividends=tuple(proportions[DIVIDENDS].tolist()),
        validator_trust=tuple(proportions[VALIDATOR_TRUST].tolist()),
        stake_weight=tuple(proportions[STAKE_WEIGHT].tolist()),
        active=tuple(masks[ACTIVE].tolist()),
        new_permits=tuple(masks[NEW_PERMITS].tolist()),
        bonds=bonds,
    )
