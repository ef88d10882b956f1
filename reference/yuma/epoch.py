"""One epoch of one mechanism: from stored weights and bonds to emission and new bonds."""

from __future__ import annotations

from collections.abc import Sequence
from operator import le, lt
from typing import Any

import attrs

from taospec.reference.fixed_point import I32F32, I64F64, I96F32, wrapping_sum
from taospec.reference.fixed_point.numbers import U64
from taospec.reference.rules import implements
from taospec.reference.yuma.bonds import (
    last_tempo_block,
    total_bonds_per_validator,
    yuma2_dividends,
    yuma2_rate,
    yuma3_bonds,
    yuma3_dividends,
)
from taospec.reference.yuma.commits import earliest_live_commits
from taospec.reference.yuma.median import weighted_median_columns
from taospec.reference.yuma.proportions import (
    ZERO,
    fixed_proportion_to_u16,
    is_top_k_nonzero,
    is_zero,
    normalize,
    normalize_using_sum,
    u16_proportion_to_fixed,
)
from taospec.reference.yuma.records import EpochInput, EpochOutput, SparseRow
from taospec.reference.yuma.sparse import (
    Matrix,
    clip_columns,
    interpolate,
    mask_columns_against,
    mask_diagonal,
    mask_rows,
    mask_rows_against_columns,
    max_upscale_columns,
    moving_average,
    normalize_columns,
    normalize_rows,
    row_sums,
    scale_rows,
    stored_bond_proportions,
    stored_bonds,
    stored_weights,
    vector_times_matrix,
)
from taospec.reference.yuma.stake import (
    active_stake,
    activity_cutoff,
    extended_last_update,
    filter_stake,
    inactive_mask,
    normalize_stake,
    registration_blocks,
    total_stake,
)


@attrs.define(kw_only=True)
class EpochStages:
    """Every intermediate result of an epoch, in the order in which the chain computes them.

    Vectors have one element per uid, matrices one sparse row per uid. ``None``: the epoch
    does not have this stage.
    """

    last_update: Sequence[int]
    """Block at which each uid last set weights."""
    inactive: list[bool]
    """Whether that is too long ago."""
    block_at_registration: Sequence[int]
    """Block at which each uid was registered."""
    filtered_stake: list[I64F64]
    """Stake weight in rao, below the threshold zeroed."""
    stake: list[I32F32]
    """Stake, normalised."""
    active_stake: list[I32F32]
    """Stake of the active and permitted, normalised."""
    weights: Matrix
    """Stored weights as integers."""
    weights_permitted: Matrix
    """Rows of validators with a permit."""
    weights_off_diagonal: Matrix
    """Without weights on oneself, the owner's excepted."""
    weights_current: Matrix
    """Without weights older than their neuron."""
    weights_normalized: Matrix
    """Rows divided by their sums."""
    consensus: list[I32F32]
    """Stake-weighted median of each column."""
    clipped_weights: Matrix
    """Weights cut at consensus."""
    validator_trust: list[I32F32]
    """Row sums of the clipped weights."""
    incentive: list[I32F32]
    """Normalised ranks."""
    bonds: Matrix
    """Stored bonds."""
    bonds_current: Matrix
    """Without bonds older than their neuron."""
    weights_for_bonds: Matrix | None = None
    """Yuma 3: weights after the bonds penalty."""
    liquid_alphas: list[list[I32F32]] | None = None
    """Liquid alpha: rate of each pair, dense."""
    bonds_normalized: Matrix | None = None
    """Yuma 2: columns divided by their sums."""
    bonds_delta: Matrix | None = None
    """Yuma 2: weights after the penalty times stake."""
    bonds_delta_normalized: Matrix | None = None
    """Yuma 2: columns divided by their sums."""
    ema_bonds: Matrix
    """Moving average of the bonds (Yuma 2: columns normalised)."""
    ema_bonds_normalized: Matrix | None = None
    """Yuma 3: columns divided by their sums."""
    total_bonds_per_validator: list[I32F32] | None = None
    """Yuma 3: bonds times incentive."""
    dividends: list[I32F32]
    """Normalised bond income."""
    server_emission_share: list[I32F32]
    """Share of the emission for each neuron as a miner."""
    validator_emission_share: list[I32F32]
    """Share of the emission for each neuron as a validator."""
    combined_emission_share: list[I32F32]
    """Share that the pruning score uses."""


@attrs.frozen(kw_only=True)
class EpochResult:
    """What an epoch answers, and how it got there."""

    output: EpochOutput
    """What goes back to chain storage."""
    intermediate: EpochStages
    """Every intermediate result."""

    @property
    def stages(self) -> dict[str, Any]:
        """The intermediate results by name, in order, those that the epoch has."""
        names = [attribute.name for attribute in attrs.fields(EpochStages)]
        values = {name: getattr(self.intermediate, name) for name in names}
        return {name: value for name, value in values.items() if value is not None}


def run_epoch(inputs: EpochInput) -> EpochResult:
    """Run one epoch of one mechanism, as the chain's sparse implementation does.

    Permits in force decide whose weights count; the new permits decide whose bonds are
    kept. Upstream's dense twin (``epoch_dense_mechanism``) is test-only and differs.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:566``.
    """
    cutoff = activity_cutoff(inputs.activity_cutoff_factor_milli, inputs.tempo)
    last_update = extended_last_update(inputs.last_update, inputs.n)
    registered = registration_blocks(inputs.block_at_registration, inputs.n)
    inactive = inactive_mask(last_update, cutoff, inputs.block)
    total = total_stake(inputs)
    filtered = filter_stake(total, inputs.stake_threshold, inputs.owner_uid)
    stake = normalize_stake(filtered)
    permits = permits_in_force(inputs.permits, inputs.owner_uid)
    new_permits = next_permits(stake, inputs.max_allowed_validators, inputs.owner_uid)
    active = active_stake(stake, inactive, permits)

    weights = stored_weights(inputs.weights, inputs.n)
    permitted = mask_rows([not permit for permit in permits], weights)
    off_diagonal = mask_diagonal(permitted, inputs.owner_uid)
    current = mask_outdated(off_diagonal, last_update, registered)
    revealed = current
    if inputs.commit_reveal:
        revealed = mask_committed(current, earliest_live_commits(inputs), registered)
    normalized = normalize_rows(revealed)

    consensus = weighted_median_columns(active, normalized, inputs.n, u16_proportion_to_fixed(inputs.kappa))
    clipped = clip_columns(normalized, consensus)
    incentive = incentives(active, clipped, inputs.n)
    penalty = u16_proportion_to_fixed(inputs.bonds_penalty)
    weights_for_bonds = interpolate(normalized, clipped, inputs.n, penalty)

    bonds_stages, to_store = (_yuma3 if inputs.yuma3 else _yuma2)(
        inputs, weights_for_bonds, consensus, active, incentive
    )
    shares = emission_shares(incentive, bonds_stages["dividends"], stake, active)
    stages = EpochStages(
        last_update=last_update,
        inactive=inactive,
        block_at_registration=registered,
        filtered_stake=filtered,
        stake=stake,
        active_stake=active,
        weights=weights,
        weights_permitted=permitted,
        weights_off_diagonal=off_diagonal,
        weights_current=current,
        weights_normalized=normalized,
        consensus=consensus,
        clipped_weights=clipped,
        validator_trust=row_sums(clipped),
        incentive=incentive,
        **bonds_stages,
        server_emission_share=shares[0],
        validator_emission_share=shares[1],
        combined_emission_share=shares[2],
    )
    return EpochResult(output=_output(inputs, total, new_permits, stages, to_store), intermediate=stages)


@implements("YUMA-PERMIT-1")
def permits_in_force(permits: Sequence[bool], owner_uid: int | None) -> list[bool]:
    """The stored permits, the owner's forced true if the vector reaches its uid.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:660``.
    """
    return [permit or uid == owner_uid for uid, permit in enumerate(permits)]


@implements("YUMA-PERMIT-3")
def next_permits(stake: Sequence[I32F32], max_allowed: int, owner_uid: int | None) -> list[bool]:
    """The ``max_allowed`` largest non-zero stakes, and the owner.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:677``.
    """
    return permits_in_force(is_top_k_nonzero(stake, max_allowed), owner_uid)


@implements("YUMA-MASK-3")
def mask_outdated(weights: Matrix, last_update: Sequence[int], registered: Sequence[int]) -> Matrix:
    """Remove ``(i, j)`` if ``last_update_i <= block_at_registration_j``.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:723``.
    """
    return mask_rows_against_columns(weights, last_update, registered, le)


@implements("YUMA-MASK-5")
def mask_committed(weights: Matrix, commits: Sequence[int], registered: Sequence[int]) -> Matrix:
    """Remove ``(i, j)`` if ``i``'s earliest live commit is older than ``j``'s registration.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:766``.
    """
    return mask_rows_against_columns(weights, commits, registered, lt)


@implements("YUMA-RANK-2")
def incentives(active: Sequence[I32F32], clipped: Matrix, n: int) -> list[I32F32]:
    """Ranks ``r_j = sum_i S_i * w_ij`` of the clipped weights, normalised.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:806``.
    """
    return normalize(vector_times_matrix(active, clipped, n))


def _yuma3(
    inputs: EpochInput,
    weights: Matrix,
    consensus: Sequence[I32F32],
    active: Sequence[I32F32],
    incentive: Sequence[I32F32],
) -> tuple[dict[str, Any], Matrix]:
    bonds = stored_bond_proportions(inputs.bonds, inputs.n)
    current = mask_outdated_bonds(bonds, inputs)
    ema, alphas = yuma3_bonds(inputs, weights, current, consensus)
    ema_normalized = normalize_columns(ema, inputs.n)
    total_bonds = total_bonds_per_validator(ema_normalized, incentive)
    stages = {
        "bonds": bonds,
        "bonds_current": current,
        "weights_for_bonds": weights,
        "liquid_alphas": alphas,
        "ema_bonds": ema,
        "ema_bonds_normalized": ema_normalized,
        "total_bonds_per_validator": total_bonds,
        "dividends": yuma3_dividends(total_bonds, active),
    }
    return stages, ema


@implements("YUMA-BONDS2-2")
def _yuma2(
    inputs: EpochInput,
    weights: Matrix,
    consensus: Sequence[I32F32],
    active: Sequence[I32F32],
    incentive: Sequence[I32F32],
) -> tuple[dict[str, Any], Matrix]:
    bonds = stored_bonds(inputs.bonds, inputs.n)
    current = mask_outdated_bonds(bonds, inputs)
    bonds_normalized = normalize_columns(current, inputs.n)
    delta = scale_rows(weights, active)
    delta_normalized = normalize_columns(delta, inputs.n)
    average = moving_average(delta_normalized, bonds_normalized, yuma2_rate(inputs.bonds_moving_average))
    ema = normalize_columns(average, inputs.n)
    stages = {
        "bonds": bonds,
        "bonds_current": current,
        "bonds_normalized": bonds_normalized,
        "bonds_delta": delta,
        "bonds_delta_normalized": delta_normalized,
        "ema_bonds": ema,
        "dividends": yuma2_dividends(ema, incentive),
    }
    return stages, max_upscale_columns(ema, inputs.n)


@implements("YUMA-BONDS-2")
def mask_outdated_bonds(bonds: Matrix, inputs: EpochInput) -> Matrix:
    """Remove bonds to neurons registered at or after the block of the last tempo.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:841``.
    """
    last_tempo = last_tempo_block(inputs.last_mechanism_step_block, inputs.block, inputs.tempo)
    registered = registration_blocks(inputs.block_at_registration, inputs.n)
    return mask_columns_against(bonds, last_tempo, registered, le)


@implements("YUMA-EMISSION-1", "YUMA-EMISSION-2")
def emission_shares(
    incentive: Sequence[I32F32],
    dividends: Sequence[I32F32],
    stake: Sequence[I32F32],
    active: Sequence[I32F32],
) -> tuple[list[I32F32], list[I32F32], list[I32F32]]:
    """Shares of the emission as miner, as validator, and combined.

    ``incentive_i / E``, ``dividends_i / E`` with ``E`` the (wrapping) sum of both. Where
    ``E`` is 0, validators share by active stake, or by stake if no stake is active.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:929``.
    """
    combined = [i.saturating_add(d) for i, d in zip(incentive, dividends, strict=True)]
    total = wrapping_sum(combined, I32F32)
    server = normalize_using_sum(incentive, total)
    if total != ZERO:
        return server, normalize_using_sum(dividends, total), normalize(combined)
    fallback = list(stake if is_zero(active) else active)
    return server, fallback, fallback


@implements("YUMA-EMISSION-3")
def emission_amount(share: I32F32, emission: int) -> int:
    """``floor(share * emission)`` rao, in I96F32.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:961``.
    """
    product = I96F32.saturating_from_num(share).saturating_mul(I96F32.saturating_from_num(emission))
    return product.saturating_to_num(U64)


@implements("YUMA-OUTPUT-2")
def _output(
    inputs: EpochInput,
    total: Sequence[I64F64],
    new_permits: Sequence[bool],
    stages: EpochStages,
    bonds: Matrix,
) -> EpochOutput:
    """What is stored: u16 proportions, u64 amounts.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:1007``.
    """

    def amounts(shares: Sequence[I32F32]) -> tuple[int, ...]:
        return tuple(emission_amount(share, inputs.rao_emission) for share in shares)

    def proportions(vector: Sequence[I32F32]) -> tuple[int, ...]:
        return tuple(map(fixed_proportion_to_u16, vector))

    return EpochOutput(
        server_emission=amounts(stages.server_emission_share),
        validator_emission=amounts(stages.validator_emission_share),
        emission=amounts(stages.combined_emission_share),
        stake=tuple(stake.saturating_to_num(U64) for stake in total),
        consensus=proportions(stages.consensus),
        incentive=proportions(stages.incentive),
        dividends=proportions(stages.dividends),
        validator_trust=proportions(stages.validator_trust),
        stake_weight=proportions(stages.stake),
        active=tuple(not inactive for inactive in stages.inactive[: inputs.n]),
        new_permits=tuple(new_permits),
        bonds=kept_bonds(bonds, new_permits),
    )


@implements("YUMA-OUTPUT-3")
def kept_bonds(bonds: Matrix, new_permits: Sequence[bool]) -> tuple[SparseRow, ...]:
    """The bonds of those who have a permit **next**; every other row is written empty.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:1062``.
    """
    return tuple(
        tuple((j, fixed_proportion_to_u16(value)) for j, value in row) if permit else ()
        for row, permit in zip(bonds, new_permits, strict=True)
    )
