"""The epoch as it is meant: Yuma Consensus in real numbers.

Every rounding, wrap and clamp of the normative epoch is gone; every *decision* is still
there: masks, thresholds, the choice that the median makes, the branches of liquid alpha. The
stages have the names that the vectors give them. How far the normative epoch is from this one
is derived in ``bounds.md`` and computed by :mod:`taospec.spec.yuma.bounds`.

The ideal is defined for well-formed storage (:func:`is_well_formed`). For other storage the
normative model has answers, but they mean nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from taospec.spec.real_numbers import Real, real

EpochInput: TypeAlias = Any
"""What the epoch reads from storage: any record with the fields of the normative model's input."""
Vector: TypeAlias = list[Real]
Row: TypeAlias = dict[int, Real]
"""Column to value. An entry of value 0 is not the same as no entry."""
Matrix: TypeAlias = list[Row]

U16_MAX = 65535
U64_MAX = 2**64 - 1
MAX_TEMPO = 50_400


@dataclass(frozen=True, slots=True, kw_only=True)
class IdealEpoch:
    """Every stage of the ideal epoch; ``None`` where the epoch does not have it."""

    active: list[bool]
    """Who set weights recently enough."""
    total_stake: Vector
    """Alpha and weighted root TAO, inherited parts included, rao."""
    stake: Vector
    """Stake above the threshold, normalised."""
    new_permits: list[bool]
    """Validator permits of the next epoch."""
    active_stake: Vector
    """Stake of the active and permitted, normalised."""
    weights_normalized: Matrix
    """Weights that count, each row summing to 1."""
    consensus: Vector
    """Stake-weighted median of each column."""
    clipped_weights: Matrix
    """Weights cut at consensus."""
    validator_trust: Vector
    """Row sums of the clipped weights."""
    incentive: Vector
    """Normalised ranks."""
    weights_for_bonds: Matrix
    """Weights after the bonds penalty."""
    bonds_current: Matrix
    """Bonds that count: proportions (Yuma 3) or integers (Yuma 2)."""
    liquid_alphas: list[Vector] | None
    """Rate of each pair, where liquid alpha applies."""
    bonds_normalized: Matrix | None
    """Yuma 2: bonds divided by their column sums."""
    bonds_delta_normalized: Matrix | None
    """Yuma 2: weights times stake, divided by their column sums."""
    ema_bonds: Matrix
    """Moving average of the bonds (Yuma 2: columns normalised)."""
    ema_bonds_normalized: Matrix | None
    """Yuma 3: the same divided by their column sums."""
    total_bonds_per_validator: Vector | None
    """Yuma 3: bonds times incentive."""
    dividends: Vector
    """Normalised bond income."""
    server_emission: Vector
    """Emission of each neuron as a miner, rao."""
    validator_emission: Vector
    """Emission of each neuron as a validator, rao."""
    stored_bonds: Matrix
    """Bonds to store, as proportions."""


def epoch(inputs: EpochInput) -> IdealEpoch:
    """Run the ideal epoch."""
    n = inputs.n
    active = active_neurons(inputs)
    total = [total_stake(inputs, uid) for uid in range(n)]
    stake = normalized(above_threshold(inputs, total))
    permits = [permit or uid == inputs.owner_uid for uid, permit in enumerate(inputs.permits)]
    active_stake = normalized(
        [stake[i] if active[i] and permits[i] else real.zero for i in range(n)],
    )
    weights = normalized_rows(counting_weights(inputs, permits))
    consensus = [weighted_median(active_stake, column(weights, j), inputs.kappa) for j in range(n)]
    clipped = clip(weights, consensus)
    incentive = normalized(ranks(active_stake, clipped, n))
    for_bonds = penalize(weights, clipped, inputs.bonds_penalty)
    bonds = _yuma3 if inputs.yuma3 else _yuma2
    stages = bonds(inputs, for_bonds, consensus, active_stake, incentive)
    server, validator = emission(inputs.rao_emission, incentive, stages["dividends"], stake, active_stake)
    return IdealEpoch(
        active=active,
        total_stake=total,
        stake=stake,
        new_permits=next_permits(stake, inputs.max_allowed_validators, inputs.owner_uid),
        active_stake=active_stake,
        weights_normalized=weights,
        consensus=consensus,
        clipped_weights=clipped,
        validator_trust=[_sum(row.values()) for row in clipped],
        incentive=incentive,
        weights_for_bonds=for_bonds,
        server_emission=server,
        validator_emission=validator,
        **stages,
    )


def is_well_formed(inputs: EpochInput) -> bool:
    """Vectors of ``n`` elements, rows ascending in uids below ``n``, a moving average of at most 1.

    With ``n`` up to 32768 and stake below ``2**63`` rao in all, no sum of the normative epoch wraps.
    """
    vectors = ("last_update", "block_at_registration", "permits", "alpha", "root_tao", "weights", "bonds")
    columns = [[j for j, _ in row or ()] for row in (*inputs.weights, *inputs.bonds)]
    return (
        all(len(getattr(inputs, name)) == inputs.n for name in vectors)
        and all(row == sorted(row) and row[-1:] < [inputs.n] for row in columns)
        and inputs.bonds_moving_average <= 1_000_000
        and inputs.n <= 32768
        and sum(total_stake(inputs, uid) for uid in range(inputs.n)) < 2**63
    )


# Activity, stake, permits.


def active_neurons(inputs: EpochInput) -> list[bool]:
    """Whose last update is at most ``max(1, floor(factor * tempo / 1000))`` blocks ago."""
    cutoff = max(1, inputs.activity_cutoff_factor_milli * inputs.tempo // 1000)
    return [updated + cutoff >= inputs.block for updated in inputs.last_update]


def total_stake(inputs: EpochInput, uid: int) -> Real:
    """``T_i = alpha_i + tau * tao_i``, each part inherited through parents and children."""
    alpha = dict(enumerate(inputs.alpha)) | {uid: alpha for uid, alpha, _ in inputs.outside}
    root_tao = dict(enumerate(inputs.root_tao)) | {uid: tao for uid, _, tao in inputs.outside}
    tau = proportion(inputs.tao_weight, U64_MAX)
    return inherited(inputs, uid, alpha) + tau * inherited(inputs, uid, root_tao)


def inherited(inputs: EpochInput, uid: int, stake: dict[int, int]) -> Real:
    """Own stake less what goes to children, plus what comes from parents."""
    to_children = _sum(proportion(p, U64_MAX) for p, _ in dict(inputs.children).get(uid, ()))
    parents = dict(inputs.parents).get(uid, ())
    from_parents = _sum(stake.get(parent, 0) * proportion(p, U64_MAX) for p, parent in parents)
    own = stake.get(uid, 0)
    return max(real.zero, own - own * to_children) + from_parents


def above_threshold(inputs: EpochInput, total: Vector) -> Vector:
    """Stake of at least the threshold, and the owner's."""
    return [
        stake if stake >= inputs.stake_threshold or uid == inputs.owner_uid else real.zero
        for uid, stake in enumerate(total)
    ]


def next_permits(stake: Vector, max_allowed: int, owner_uid: int | None) -> list[bool]:
    """The largest stakes that are not 0, of equal ones the higher uid; and the owner."""
    ranking = sorted(range(len(stake)), key=lambda uid: (stake[uid], uid), reverse=True)
    largest = set(ranking[:max_allowed])
    return [(uid in largest and stake[uid] > 0) or uid == owner_uid for uid in range(len(stake))]


# Weights.


def counting_weights(inputs: EpochInput, permits: Sequence[bool]) -> Matrix:
    """Stored weights without those of the not permitted, on oneself, outdated or committed too early."""
    registered = inputs.block_at_registration
    earliest = earliest_live_commits(inputs) if inputs.commit_reveal else [U64_MAX] * inputs.n

    def counts(i: int, j: int) -> bool:
        return (
            j < inputs.n
            and permits[i]
            and (i != j or i == inputs.owner_uid)
            and inputs.last_update[i] > registered[j]
            and earliest[i] >= registered[j]
        )

    return [{j: real.mpf(w) for j, w in row or () if counts(i, j)} for i, row in enumerate(inputs.weights)]


def earliest_live_commits(inputs: EpochInput) -> list[int]:
    """The block of the first live hashed commit or of an earlier live timelocked one, of each uid."""
    epoch_now = inputs.subnet_epoch_index + _is_due(inputs)
    blocks = [U64_MAX] * inputs.n
    candidates = []
    for uid, commits in inputs.weight_commits:
        live = [block for commit_epoch, block in commits if epoch_now <= commit_epoch + inputs.reveal_period]
        candidates += [(uid, block) for block in live[:1]]
    for commit_epoch, timelocked in inputs.timelocked_commits:
        if epoch_now <= commit_epoch + inputs.reveal_period:
            candidates += list(timelocked)
    for uid, block in candidates:
        if uid < inputs.n:
            blocks[uid] = min(blocks[uid], block)
    return blocks


def _is_due(inputs: EpochInput) -> bool:
    return inputs.tempo > 0 and bool(
        0 < inputs.pending_epoch_at <= inputs.block
        or inputs.blocks_since_last_step > MAX_TEMPO
        or inputs.block - inputs.last_epoch_block >= inputs.tempo
    )


# Consensus and incentive.


def weighted_median(stake: Vector, scores: Row, kappa: int) -> Real:
    """The largest score that validators with at least ``kappa`` of the stake reach; 0 without stake.

    An absent score is 0. At least ``kappa`` reach a score if at most ``1 - kappa`` score less.
    """
    votes = [(scores.get(i, real.zero), share) for i, share in enumerate(stake) if share > 0]
    minority = 1 - proportion(kappa, U16_MAX)
    reached = [score for score, _ in votes if _sum(share for p, share in votes if p < score) <= minority]
    return max(reached, default=real.zero)


def clip(weights: Matrix, consensus: Vector) -> Matrix:
    """``min(W, C)``; an entry that consensus 0 would cut is removed."""
    return [
        {j: min(w, consensus[j]) for j, w in row.items() if w <= consensus[j] or consensus[j] > 0}
        for row in weights
    ]


def ranks(stake: Vector, clipped: Matrix, n: int) -> Vector:
    """``R_j = sum_i S_i * clipped_ij``."""
    return [_sum(stake[i] * w for i, w in column(clipped, j).items()) for j in range(n)]


# Bonds.


def penalize(weights: Matrix, clipped: Matrix, penalty: int) -> Matrix:
    """``W + beta * (clipped - W)``; positive entries alone for ``0 < beta < 1``."""
    if penalty in (0, U16_MAX):
        return clipped if penalty else weights
    beta = proportion(penalty, U16_MAX)
    mixed = [
        {j: w + beta * (cut.get(j, real.zero) - w) for j, w in row.items()}
        for row, cut in zip(weights, clipped, strict=True)
    ]
    return [{j: w for j, w in row.items() if w > 0} for row in mixed]


def counting_bonds(inputs: EpochInput, unit: int) -> Matrix:
    """Stored bonds over ``unit``, without those to neurons registered since the last tempo."""
    last_step = inputs.last_mechanism_step_block
    last_tempo = last_step + 1 if last_step else max(inputs.block - inputs.tempo, 0)
    return [
        {
            j: proportion(bond, unit)
            for j, bond in row or ()
            if j < inputs.n and last_tempo > inputs.block_at_registration[j]
        }
        for row in inputs.bonds
    ]


def _yuma3(
    inputs: EpochInput, weights: Matrix, consensus: Vector, stake: Vector, incentive: Vector
) -> dict[str, Any]:
    bonds = counting_bonds(inputs, U16_MAX)
    alphas = None
    if inputs.liquid_alpha and any(c > 0 for c in consensus):
        alphas = [
            [
                liquid_alpha(inputs, c, row.get(j, real.zero), old.get(j, real.zero))
                for j, c in enumerate(consensus)
            ]
            for row, old in zip(weights, bonds, strict=True)
        ]
        ema = [
            {j: pair_average(w, old.get(j, real.zero), rates[j]) for j, w in row.items()}
            for row, old, rates in zip(weights, bonds, alphas, strict=True)
        ]
    else:
        ema = moving_average(weights, bonds, rate(inputs.bonds_moving_average))
    ema = [{j: b for j, b in row.items() if b > 0} for row in ema]
    ema_normalized = normalized_columns(ema, inputs.n)
    income = [_sum(b * incentive[j] for j, b in row.items()) for row in ema_normalized]
    return {
        "bonds_current": bonds,
        "liquid_alphas": alphas,
        "bonds_normalized": None,
        "bonds_delta_normalized": None,
        "ema_bonds": ema,
        "ema_bonds_normalized": ema_normalized,
        "total_bonds_per_validator": income,
        "dividends": normalized([share * earned for share, earned in zip(stake, income, strict=True)]),
        "stored_bonds": ema,
    }


def _yuma2(
    inputs: EpochInput, weights: Matrix, consensus: Vector, stake: Vector, incentive: Vector
) -> dict[str, Any]:
    bonds = counting_bonds(inputs, 1)
    old = normalized_columns(bonds, inputs.n)
    delta = [{j: w * share for j, w in row.items()} for row, share in zip(weights, stake, strict=True)]
    new = normalized_columns(delta, inputs.n)
    average = moving_average(new, old, rate(inputs.bonds_moving_average))
    ema = normalized_columns([{j: b for j, b in row.items() if b > 0} for row in average], inputs.n)
    largest = [max(column(ema, j).values(), default=real.zero) for j in range(inputs.n)]
    return {
        "bonds_current": bonds,
        "liquid_alphas": None,
        "bonds_normalized": old,
        "bonds_delta_normalized": new,
        "ema_bonds": ema,
        "ema_bonds_normalized": None,
        "total_bonds_per_validator": None,
        "dividends": normalized([_sum(b * incentive[j] for j, b in row.items()) for row in ema]),
        "stored_bonds": [{j: b / largest[j] for j, b in row.items()} for row in ema],
    }


def rate(bonds_moving_average: int) -> Real:
    """``1 - bonds_moving_average / 1_000_000``."""
    return 1 - proportion(bonds_moving_average, 1_000_000)


def moving_average(new: Matrix, old: Matrix, alpha: Real) -> Matrix:
    """``alpha * new + (1 - alpha) * old``."""
    return [
        {
            j: alpha * row.get(j, real.zero) + (1 - alpha) * before.get(j, real.zero)
            for j in sorted(row.keys() | before.keys())
        }
        for row, before in zip(new, old, strict=True)
    ]


def liquid_alpha(inputs: EpochInput, consensus: Real, weight: Real, bond: Real) -> Real:
    """``low + (high - low) / (1 + exp(-steepness/100 * (d - 1/2)))``, and ``low`` for ``low > high``.

    ``d`` is how far a buyer's weight is above consensus, or a seller's bond above its weight.
    """
    low, high = proportion(inputs.alpha_low, U16_MAX), proportion(inputs.alpha_high, U16_MAX)
    if low > high:
        return low
    difference = weight - consensus if weight >= bond else bond - weight
    distance = min(max(difference, real.zero), real.one)
    slope = real.mpf(inputs.alpha_sigmoid_steepness) / 100
    return low + (high - low) / (1 + real.exp(-slope * (distance - real.mpf("0.5"))))


def pair_average(weight: Real, bond: Real, alpha: Real) -> Real:
    """``(1 - alpha) * bond + alpha * weight``, at most 1."""
    return min(real.one, (1 - alpha) * bond + alpha * weight)


# Emission.


def emission(
    amount: int, incentive: Vector, dividends: Vector, stake: Vector, active_stake: Vector
) -> tuple[Vector, Vector]:
    """Miners share by incentive, validators by dividends; by stake where nobody earned, rao."""
    total = _sum(incentive) + _sum(dividends)
    if total > 0:
        return [amount * i / total for i in incentive], [amount * d / total for d in dividends]
    fallback = active_stake if _sum(active_stake) > 0 else stake
    return [real.zero] * len(stake), [amount * share for share in fallback]


# Arithmetic.


def proportion(part: int, whole: int) -> Real:
    """``part / whole``."""
    return real.mpf(part) / whole


def normalized(vector: Vector) -> Vector:
    """``x_i / sum(x)``; all 0 where the sum is 0."""
    total = _sum(vector)
    return [x / total for x in vector] if total > 0 else list(vector)


def normalized_rows(matrix: Matrix) -> Matrix:
    """Each row divided by its sum."""
    return [dict(zip(row, normalized(list(row.values())), strict=True)) for row in matrix]


def normalized_columns(matrix: Matrix, n: int) -> Matrix:
    """Each column divided by its sum."""
    totals = [_sum(column(matrix, j).values()) for j in range(n)]
    return [{j: x / totals[j] if totals[j] > 0 else x for j, x in row.items()} for row in matrix]


def column(matrix: Matrix, j: int) -> Row:
    """Row index to value, of the entries in column ``j``."""
    return {i: row[j] for i, row in enumerate(matrix) if j in row}


def _sum(values: Iterable[Real]) -> Real:
    return sum(values, real.zero)
