"""How far the normative epoch is from the ideal one, stage by stage.

:func:`enclose` follows the epoch once more, with an interval for every number: what the
normative model computes lies inside. Each function takes enclosures of its operands, so that
the same function gives the bound of one stage (exact operands) and of the whole epoch
(operands enclosed by the stages before). The derivations stand in ``bounds.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from taospec.spec.fixed_point import bounds as fixed_point
from taospec.spec.fixed_point.model import FORMATS
from taospec.spec.real_numbers import Enclosure, real
from taospec.spec.yuma import model
from taospec.spec.yuma.model import U16_MAX, U64_MAX, EpochInput, IdealEpoch

Enclosures: TypeAlias = list[Enclosure]
EnclosedRow: TypeAlias = dict[int, Enclosure]
EnclosedMatrix: TypeAlias = list[EnclosedRow]

NUMBER: Final = FORMATS["I32F32"]
ULP: Final = NUMBER.ulp
ZERO: Final = Enclosure.exactly(0)
ONE: Final = Enclosure.exactly(1)


class UndecidedError(ArithmeticError):
    """A decision of the epoch is too close to say which way the normative model goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnclosedEpoch:
    """Enclosures of the normative stages, under the names of the ideal ones."""

    total_stake: Enclosures
    stake: Enclosures
    new_permits: list[bool | None]
    """``None`` where two stakes are too close to say who is among the largest."""
    active_stake: Enclosures
    weights_normalized: EnclosedMatrix
    consensus: Enclosures
    clipped_weights: EnclosedMatrix
    validator_trust: Enclosures
    incentive: Enclosures
    weights_for_bonds: EnclosedMatrix
    bonds_current: EnclosedMatrix
    liquid_alphas: list[Enclosures] | None
    bonds_normalized: EnclosedMatrix | None
    bonds_delta_normalized: EnclosedMatrix | None
    ema_bonds: EnclosedMatrix
    ema_bonds_normalized: EnclosedMatrix | None
    total_bonds_per_validator: Enclosures | None
    dividends: Enclosures
    server_emission: Enclosures
    validator_emission: Enclosures
    stored_bonds: EnclosedMatrix


def enclose(inputs: EpochInput, ideal: IdealEpoch) -> EnclosedEpoch:
    """Enclose every stage of the normative epoch.

    Raises:
        UndecidedError: whether a stake reaches the threshold, whether any stake is active, whether any
            consensus is not 0, or whether anybody earned is too close to call.
    """
    total = [total_stake(inputs, uid) for uid in range(inputs.n)]
    stake = normalized(above_threshold(inputs, total))
    permits = [permit or uid == inputs.owner_uid for uid, permit in enumerate(inputs.permits)]
    counts = [active and permit for active, permit in zip(ideal.active, permits, strict=True)]
    active_stake = normalized([s if counted else ZERO for s, counted in zip(stake, counts, strict=True)])
    weights = [floored_row(row) for row in ideal.weights_normalized]
    consensus = [
        weighted_median(active_stake, model.column(ideal.weights_normalized, j), inputs.kappa)
        for j in range(inputs.n)
    ]
    clipped = clip(weights, consensus)
    incentive = normalized(ranks(active_stake, clipped, inputs.n))
    for_bonds = penalize(weights, clipped, inputs.bonds_penalty)
    bonds = _yuma3 if inputs.yuma3 else _yuma2
    stages = bonds(inputs, ideal, for_bonds, consensus, active_stake, incentive)
    server, validator = emission(inputs.rao_emission, incentive, stages["dividends"], stake, active_stake)
    return EnclosedEpoch(
        total_stake=total,
        stake=stake,
        new_permits=next_permits(stake, inputs.max_allowed_validators, inputs.owner_uid),
        active_stake=active_stake,
        weights_normalized=weights,
        consensus=consensus,
        clipped_weights=clipped,
        validator_trust=[total_of(row.values()) for row in clipped],
        incentive=incentive,
        weights_for_bonds=for_bonds,
        server_emission=server,
        validator_emission=validator,
        **stages,
    )


# Stake and permits.


def total_stake(inputs: EpochInput, uid: int) -> Enclosure:
    """Stake weight: every proportion is low by less than ``2**-32``, and parts are floored."""
    tau = proportion(inputs.tao_weight, U64_MAX)
    alpha = dict(enumerate(inputs.alpha)) | {uid: alpha for uid, alpha, _ in inputs.outside}
    root_tao = dict(enumerate(inputs.root_tao)) | {uid: tao for uid, _, tao in inputs.outside}
    weighted = (inherited(inputs, uid, root_tao) * tau).floored(FORMATS["I64F64"].ulp)
    return inherited(inputs, uid, alpha) + weighted


def inherited(inputs: EpochInput, uid: int, stake: dict[int, int]) -> Enclosure:
    """Inherited stake: exact without relatives."""
    children = dict(inputs.children).get(uid, ())
    parents = dict(inputs.parents).get(uid, ())
    own = Enclosure.exactly(stake.get(uid, 0))
    if not children and not parents:
        return own
    to_children = total_of((own * proportion(p, U64_MAX)).floored(ULP) for p, _ in children)
    from_parents = total_of(
        (Enclosure.exactly(stake.get(parent, 0)) * proportion(p, U64_MAX)).floored(ULP)
        for p, parent in parents
    )
    kept = (own - to_children).increasing(lambda x: max(x, real.zero))
    return (kept + from_parents).floored(real.one)


def above_threshold(inputs: EpochInput, total: Enclosures) -> Enclosures:
    """Stake of at least the threshold, and the owner's."""
    kept = []
    for uid, stake in enumerate(total):
        if uid == inputs.owner_uid or stake.low >= inputs.stake_threshold:
            kept.append(stake)
        elif stake.high < inputs.stake_threshold:
            kept.append(ZERO)
        else:
            raise UndecidedError(f"stake of uid {uid} at the threshold")
    return kept


def next_permits(stake: Enclosures, max_allowed: int, owner_uid: int | None) -> list[bool | None]:
    """Who is among the largest stakes, whatever the values inside the enclosures are."""
    permits: list[bool | None] = []
    for uid, own in enumerate(stake):
        others = [other for position, other in enumerate(stake) if position != uid]
        surely_above = sum(other.low > own.high for other in others)
        perhaps_above = sum(other.high >= own.low for other in others)
        if uid == owner_uid or (own.low > 0 and perhaps_above < max_allowed):
            permits.append(True)
        else:
            permits.append(False if own.high == 0 or surely_above >= max_allowed else None)
    return permits


# Consensus and incentive.


def weighted_median(stake: Enclosures, scores: model.Row, kappa: int) -> Enclosure:
    """Consensus of a column: the ideal one of a stake within reach, floored.

    Scores are the ideal ones: flooring keeps their order.

    Raises:
        UndecidedError: it is not certain that anybody has stake.
    """
    votes = [(scores.get(i, real.zero), share) for i, share in enumerate(stake) if share.high > 0]
    if not votes:
        return ZERO
    if not any(share.low > 0 for _, share in votes):
        raise UndecidedError("whether any stake is active")
    majority = proportion(kappa, U16_MAX)
    surely, perhaps = [], []
    for score, share in votes:
        reached = reached_share(score, votes)
        if reached.low >= majority.high and share.low > 0:
            surely.append(score)
        if reached.high >= majority.low:
            perhaps.append(score)
    # All stake reaches the least score of a voter: of one who perhaps is none, of one who surely is one.
    perhaps_least = min(score for score, _ in votes)
    surely_least = min(score for score, share in votes if share.low > 0)
    return Enclosure(max([perhaps_least, *surely]), max([surely_least, *perhaps])).floored(ULP)


def reached_share(score: Any, votes: Sequence[tuple[Any, Enclosure]]) -> Enclosure:
    """Share of the stake that scores at least ``score``, after the stakes are normalised once more."""
    at_least = total_of(share for p, share in votes if p >= score)
    below = total_of(share for p, share in votes if p < score)
    rounding = ULP * sum(p >= score for p, _ in votes)
    share = share_of(at_least, below)
    return Enclosure(share.low - rounding, share.high)


def clip(weights: EnclosedMatrix, consensus: Enclosures) -> EnclosedMatrix:
    """``min(W, C)``: no further than the two are."""
    return [
        {
            j: Enclosure(min(w.low, consensus[j].low), min(w.high, consensus[j].high))
            for j, w in row.items()
            if consensus[j].high > 0 or w.low <= 0
        }
        for row in weights
    ]


def ranks(stake: Enclosures, clipped: EnclosedMatrix, n: int) -> Enclosures:
    """Ranks: every product floors."""
    return [total_of(product(stake[i], w) for i, w in model.column(clipped, j).items()) for j in range(n)]


# Bonds.


def penalize(weights: EnclosedMatrix, clipped: EnclosedMatrix, penalty: int) -> EnclosedMatrix:
    """Weights for bonds: a mixture of two enclosures, low by one more ulp, high by the penalty's rounding."""
    if penalty in (0, U16_MAX):
        return clipped if penalty else weights
    beta = proportion(penalty, U16_MAX)
    return [
        {j: _mixture(w, cut.get(j, ZERO), beta) for j, w in row.items() if w.high > 0}
        for row, cut in zip(weights, clipped, strict=True)
    ]


def _mixture(weight: Enclosure, clipped: Enclosure, beta: Enclosure) -> Enclosure:
    low = weight.low + beta.high * (clipped.low - weight.low) - ULP
    high = weight.high + beta.low * (clipped.high - weight.high)
    return Enclosure(max(low, clipped.low), high)


def _yuma3(
    inputs: EpochInput,
    ideal: IdealEpoch,
    weights: EnclosedMatrix,
    consensus: Enclosures,
    stake: Enclosures,
    incentive: Enclosures,
) -> dict[str, Any]:
    bonds = [floored_row(row) for row in ideal.bonds_current]
    alphas = None
    if inputs.liquid_alpha and _some_positive(consensus, "whether any consensus is not 0"):
        alphas = [
            [liquid_alpha(inputs, c, row.get(j, ZERO), old.get(j, ZERO)) for j, c in enumerate(consensus)]
            for row, old in zip(weights, bonds, strict=True)
        ]
        ema = [
            {j: pair_average(w, old.get(j, ZERO), rates[j]) for j, w in row.items()}
            for row, old, rates in zip(weights, bonds, alphas, strict=True)
        ]
        if inputs.bonds_penalty > 0:
            ema = [_or_absent(row, new) for row, new in zip(ema, weights, strict=True)]
    else:
        ema = moving_average(weights, bonds, inputs.bonds_moving_average)
    ema_normalized = normalized_columns(ema, inputs.n)
    income = [total_of(product(b, incentive[j]) for j, b in row.items()) for row in ema_normalized]
    return {
        "bonds_current": bonds,
        "liquid_alphas": alphas,
        "bonds_normalized": None,
        "bonds_delta_normalized": None,
        "ema_bonds": ema,
        "ema_bonds_normalized": ema_normalized,
        "total_bonds_per_validator": income,
        "dividends": normalized([product(a, b) for a, b in zip(income, stake, strict=True)]),
        "stored_bonds": ema,
    }


def _yuma2(
    inputs: EpochInput,
    ideal: IdealEpoch,
    weights: EnclosedMatrix,
    consensus: Enclosures,
    stake: Enclosures,
    incentive: Enclosures,
) -> dict[str, Any]:
    bonds = [{j: Enclosure.exactly(b) for j, b in row.items()} for row in ideal.bonds_current]
    old = normalized_columns(bonds, inputs.n)
    delta = [{j: product(w, s) for j, w in row.items()} for row, s in zip(weights, stake, strict=True)]
    new = normalized_columns(delta, inputs.n)
    ema = normalized_columns(moving_average(new, old, inputs.bonds_moving_average), inputs.n)
    return {
        "bonds_current": bonds,
        "liquid_alphas": None,
        "bonds_normalized": old,
        "bonds_delta_normalized": new,
        "ema_bonds": ema,
        "ema_bonds_normalized": None,
        "total_bonds_per_validator": None,
        "dividends": normalized([total_of(product(b, incentive[j]) for j, b in row.items()) for row in ema]),
        "stored_bonds": upscaled_columns(ema, inputs.n),
    }


def moving_average(new: EnclosedMatrix, old: EnclosedMatrix, bonds_moving_average: int) -> EnclosedMatrix:
    """Moving average with one rate: two floored products, their weights rounded against each other."""
    kept = proportion(bonds_moving_average, 1_000_000)
    alpha = ONE - kept
    return [
        {
            j: product(alpha, row.get(j, ZERO)) + product(kept, before.get(j, ZERO))
            for j in sorted(row.keys() | before.keys())
        }
        for row, before in zip(new, old, strict=True)
    ]


def liquid_alpha(inputs: EpochInput, consensus: Enclosure, weight: Enclosure, bond: Enclosure) -> Enclosure:
    """Liquid alpha of a pair; where buyer or seller is too close to call, of both."""
    low, high = proportion(inputs.alpha_low, U16_MAX), proportion(inputs.alpha_high, U16_MAX)
    if inputs.alpha_low > inputs.alpha_high:
        return low
    branches = []
    if weight.high >= bond.low:
        branches.append(weight - consensus)
    if weight.low < bond.high:
        branches.append(bond - weight)
    sigmas = [sigmoid(inputs.alpha_sigmoid_steepness, difference) for difference in branches]
    alpha = low + product(Enclosure.hull(sigmas), high - low)
    return Enclosure(max(min(alpha.low, high.low), low.low), max(min(alpha.high, high.high), low.high))


def sigmoid(steepness: int, difference: Enclosure) -> Enclosure:
    """``1 / (1 + exp(-steepness/100 * (d - 1/2)))`` with the normative exponential."""
    distance = difference.increasing(lambda x: min(max(x, real.zero), real.one))
    slope = Enclosure.exactly(real.mpf(steepness) / -100).truncated(ULP)
    exponent = product(slope, distance - Enclosure.exactly(real.mpf("0.5")))
    clamped = exponent.increasing(lambda x: min(max(x, real.mpf(-20)), real.mpf(20)))
    return fixed_point.div(ONE, ONE + fixed_point.exp(clamped, NUMBER), NUMBER)


def pair_average(weight: Enclosure, bond: Enclosure, alpha: Enclosure) -> Enclosure:
    """Moving average with the rate of the pair."""
    average = product(ONE - alpha, bond) + product(alpha, weight)
    return average.increasing(lambda x: min(x, real.one))


def _or_absent(row: EnclosedRow, weights: EnclosedRow) -> EnclosedRow:
    """Bonds of pairs whose weight may have become 0, and so no entry, may be 0."""
    present = {j: weights[j].low > 0 or weights[j].high == 0 for j in row}
    return {j: b if present[j] else Enclosure(real.zero, b.high) for j, b in row.items()}


# Emission.


def emission(
    amount: int, incentive: Enclosures, dividends: Enclosures, stake: Enclosures, active_stake: Enclosures
) -> tuple[Enclosures, Enclosures]:
    """Amounts in rao: the error of a share times the emission, and a floor."""
    n = len(stake)
    if _some_positive([*incentive, *dividends], "whether anybody earned"):
        shares = normalized([*incentive, *dividends])
    else:
        has_active = _some_positive(active_stake, "whether any stake is active")
        shares = [ZERO] * n + (active_stake if has_active else stake)
    amounts = [(share * Enclosure.exactly(amount)).floored(real.one) for share in shares]
    return amounts[:n], amounts[n:]


# Arithmetic.


def proportion(part: int, whole: int) -> Enclosure:
    """A stored integer over its largest value, truncated; exact at both ends."""
    exact = Enclosure.exactly(model.proportion(part, whole))
    return exact if part in (0, whole) else exact.floored(ULP)


def product(a: Enclosure, b: Enclosure) -> Enclosure:
    """``floor(a * b)``; exact where a factor is certainly 0, and the other factor where it is certainly 1."""
    for factor, other in ((a, b), (b, a)):
        if factor == ONE or other == ZERO:
            return other
    return fixed_point.mul(a, b, NUMBER)


def floored_row(row: model.Row) -> EnclosedRow:
    """Each ideal value floored."""
    return {j: Enclosure.exactly(x).floored(ULP) for j, x in row.items()}


def share_of(part: Enclosure, rest: Enclosure) -> Enclosure:
    """The range of ``x / (x + y)`` over non-negative ``x`` in ``part`` and ``y`` in ``rest``.

    It grows with ``x`` and falls with ``y``, so that the corners are the extremes.
    """
    low = part.low / (part.low + rest.high) if part.low > 0 else real.zero
    high = part.high / (part.high + rest.low) if part.high > 0 else real.zero
    return Enclosure(low, high)


def normalized(vector: Enclosures) -> Enclosures:
    """``trunc(x_i / sum(x))``."""
    total = total_of(vector)
    return [
        share_of(x, Enclosure(total.low - x.low, total.high - x.high)).floored(ULP)
        if x.high < total.high
        else share_of(x, ZERO)
        for x in vector
    ]


def normalized_columns(matrix: EnclosedMatrix, n: int) -> EnclosedMatrix:
    """Each column normalised."""
    columns = [model.column(matrix, j) for j in range(n)]
    shares = [dict(zip(column, normalized(list(column.values())), strict=True)) for column in columns]
    return [{j: shares[j][i] for j in row} for i, row in enumerate(matrix)]


def upscaled_columns(matrix: EnclosedMatrix, n: int) -> EnclosedMatrix:
    """``trunc(x_ij / max_i x_ij)``: falls with the largest other entry."""
    upscaled: EnclosedMatrix = [{} for _ in matrix]
    for j in range(n):
        column = model.column(matrix, j)
        for i, x in column.items():
            others = [other for k, other in column.items() if k != i]
            high = max((other.high for other in others), default=real.zero)
            low = max((other.low for other in others), default=real.zero)
            quotient = Enclosure(
                x.low / max(x.low, high) if x.low > 0 else real.zero,
                x.high / max(x.high, low) if x.high > 0 else real.zero,
            )
            upscaled[i][j] = quotient if quotient.low == 1 else quotient.floored(ULP)
    return upscaled


def total_of(enclosures: Any) -> Enclosure:
    """The sum."""
    return sum(enclosures, ZERO)


def _some_positive(enclosures: Enclosures, question: str) -> bool:
    if any(x.low > 0 for x in enclosures):
        return True
    if all(x.high == 0 for x in enclosures):
        return False
    raise UndecidedError(question)
