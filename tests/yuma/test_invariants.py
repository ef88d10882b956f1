"""What holds in every epoch, whatever the numbers are."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from taospec.reference.yuma.epoch import EpochResult, run_epoch
from taospec.reference.yuma.records import EpochInput

from .strategies import epochs

ONE = 2**32


def entries(matrix: Any) -> dict[tuple[int, int], int]:
    return {(i, j): value.bits for i, row in enumerate(matrix) for j, value in row}


@pytest.mark.rule("YUMA-RANK-2", "YUMA-DIVIDENDS-1", "YUMA-DIVIDENDS-2", "YUMA-NORM-1")
@settings(max_examples=60)
@given(epochs())
def test_incentive_and_dividends_sum_to_at_most_one(inputs: EpochInput) -> None:
    """And to more than one less an ulp for each neuron, or to nothing."""
    stages = run_epoch(inputs).intermediate
    for vector in (stages.incentive, stages.dividends, stages.stake, stages.active_stake):
        total = sum(value.bits for value in vector)
        assert min(value.bits for value in vector) >= 0
        assert total == 0 or ONE - inputs.n < total <= ONE


@pytest.mark.rule("YUMA-EMISSION-1", "YUMA-EMISSION-2", "YUMA-EMISSION-3")
@settings(max_examples=60)
@given(epochs())
def test_no_more_than_the_emission_is_distributed_and_little_is_left(inputs: EpochInput) -> None:
    """2n truncated shares lose an ulp of the emission each, and 2n floored amounts a rao each."""
    result = run_epoch(inputs)
    paid = sum(result.output.server_emission) + sum(result.output.validator_emission)
    assert paid <= inputs.rao_emission
    if any(value.bits for value in result.intermediate.stake):
        lost = Fraction(2 * inputs.n * inputs.rao_emission, ONE) + 2 * inputs.n
        assert paid > inputs.rao_emission - lost


@pytest.mark.rule("YUMA-CLIP-1", "YUMA-CLIP-2", "YUMA-TRUST-1")
@settings(max_examples=60)
@given(epochs())
def test_clipped_weights_are_between_zero_and_consensus(inputs: EpochInput) -> None:
    stages = run_epoch(inputs).intermediate
    weights, clipped = entries(stages.weights_normalized), entries(stages.clipped_weights)
    assert clipped.keys() <= weights.keys()
    for (i, j), value in clipped.items():
        assert 0 <= value == min(weights[i, j], stages.consensus[j].bits)
    for i, trust in enumerate(stages.validator_trust):
        assert trust.bits == sum(value for (row, _), value in clipped.items() if row == i) <= ONE


@pytest.mark.rule("YUMA-MEDIAN-3")
@settings(max_examples=60)
@given(epochs())
def test_consensus_is_what_a_majority_of_stake_gives(inputs: EpochInput) -> None:
    """Those who give at least consensus hold kappa, those who give more do not; up to the stakes' ulps.

    So a coalition without a kappa of the active stake cannot lift a neuron above what others give it,
    and one that leaves others a kappa cannot push it below what these give.
    """
    stages = run_epoch(inputs).intermediate
    voters = [i for i, share in enumerate(stages.active_stake) if share.bits > 0]
    assume(voters)
    weights = entries(stages.weights_normalized)
    total = sum(stages.active_stake[i].bits for i in voters)
    slack = len(voters) + 2
    for j, consensus in enumerate(stages.consensus):
        given_weight = {i: weights.get((i, j), 0) for i in voters}
        at_least = sum(stages.active_stake[i].bits for i in voters if given_weight[i] >= consensus.bits)
        more = sum(stages.active_stake[i].bits for i in voters if given_weight[i] > consensus.bits)
        assert consensus.bits in given_weight.values()
        assert at_least * ONE // total + slack >= inputs.kappa * ONE // 65535
        if consensus.bits < max(given_weight.values()):
            assert more * ONE // total - slack <= inputs.kappa * ONE // 65535


@pytest.mark.rule("YUMA-BONDS3-3", "YUMA-LIQUID-4", "YUMA-BONDS2-5")
@settings(max_examples=60)
@given(epochs())
def test_bonds_stay_between_zero_and_one(inputs: EpochInput) -> None:
    stages = run_epoch(inputs).intermediate
    assert all(0 < bond <= ONE for bond in entries(stages.ema_bonds).values() if inputs.yuma3)
    assert all(0 <= bond <= ONE for bond in entries(stages.ema_bonds).values())


@pytest.mark.rule("YUMA-OUTPUT-3", "YUMA-PERMIT-3")
@settings(max_examples=60)
@given(epochs())
def test_bonds_are_stored_for_the_next_permits_alone(inputs: EpochInput) -> None:
    output = run_epoch(inputs).output
    owner = 0 if inputs.owner_uid is None else 1
    assert sum(output.new_permits) <= inputs.max_allowed_validators + owner
    for uid, row in enumerate(output.bonds):
        assert output.new_permits[uid] or row == ()


# What must not matter.


@pytest.mark.rule("YUMA-NORM-2")
@settings(max_examples=60)
@given(epochs(), st.integers(2, 9))
def test_the_scale_of_a_row_of_weights_does_not_matter(inputs: EpochInput, factor: int) -> None:
    """floor(k*w / (k*sum)) is floor(w / sum), exactly: only the stage of raw weights differs."""
    small = tuple(tuple((j, w // factor) for j, w in row or ()) for row in inputs.weights)
    scaled = tuple(tuple((j, w * factor) for j, w in row) for row in small)
    inputs = attrs.evolve(inputs, weights=small)
    assert run_epoch(attrs.evolve(inputs, weights=scaled)).output == run_epoch(inputs).output


@pytest.mark.rule("YUMA-STAKE-5")
@settings(max_examples=60)
@given(
    epochs(equal_stakes=True), st.lists(st.integers(1, 10**6), min_size=7, max_size=7), st.integers(2, 10**6)
)
def test_the_unit_of_stake_does_not_matter(inputs: EpochInput, shares: list[int], factor: int) -> None:
    """Without relatives and threshold; the answered stake itself is in the unit."""
    plain = attrs.evolve(inputs, parents=(), children=(), stake_threshold=0, alpha=tuple(shares[: inputs.n]))
    scaled = attrs.evolve(plain, alpha=tuple(share * factor for share in plain.alpha))
    small, large = run_epoch(plain).output, run_epoch(scaled).output
    assert attrs.evolve(large, stake=small.stake) == small
    assert large.stake == tuple(stake * factor for stake in small.stake)


@pytest.mark.rule("YUMA-MEDIAN-1", "YUMA-MATRIX-2", "YUMA-NORM-1", "YUMA-NORM-3")
@settings(max_examples=60)
@given(epochs(), st.randoms(use_true_random=False))
def test_the_numbering_of_neurons_does_not_matter_where_stakes_differ(inputs: EpochInput, chance) -> None:
    """Uids decide nothing but ties for permits: an epoch of renumbered neurons is the renumbered epoch."""
    result = run_epoch(inputs)
    stakes = [stake.bits for stake in result.intermediate.stake]
    assume(len({stake for stake in stakes if stake}) == sum(stake > 0 for stake in stakes))
    new_uid = chance.sample(range(inputs.n), inputs.n)
    assert outputs_by_old_uid(run_epoch(renumbered(inputs, new_uid)), new_uid) == outputs_by_old_uid(
        result, list(range(inputs.n))
    )


def renumbered(inputs: EpochInput, new_uid: list[int]) -> EpochInput:
    def uid(old: int) -> int:
        return new_uid[old] if old < inputs.n else old

    def moved(vector: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(
            value for _, value in sorted(zip(new_uid, vector, strict=True), key=lambda pair: pair[0])
        )

    def row(old: Any) -> Any:
        return tuple(sorted((uid(j), value) for j, value in old))

    def edges(old: Any) -> Any:
        return tuple((uid(i), tuple((part, uid(relative)) for part, relative in to)) for i, to in old)

    vectors = ("last_update", "block_at_registration", "permits", "alpha", "root_tao")
    return attrs.evolve(
        inputs,
        owner_uid=None if inputs.owner_uid is None else uid(inputs.owner_uid),
        weights=moved(tuple(map(row, inputs.weights))),
        bonds=moved(tuple(map(row, inputs.bonds))),
        parents=edges(inputs.parents),
        children=edges(inputs.children),
        weight_commits=tuple((uid(i), commits) for i, commits in inputs.weight_commits),
        timelocked_commits=tuple(
            (epoch, tuple((uid(i), block) for i, block in commits))
            for epoch, commits in inputs.timelocked_commits
        ),
        **{name: moved(getattr(inputs, name)) for name in vectors},
    )


def outputs_by_old_uid(result: EpochResult, new_uid: list[int]) -> dict[str, Any]:
    old_uid = {new: old for old, new in enumerate(new_uid)}
    by_name = {}
    for name, vector in attrs.asdict(result.output, recurse=False).items():
        values = [vector[new] for new in new_uid]
        if name == "bonds":
            values = [sorted((old_uid[j], bond) for j, bond in row) for row in values]
        by_name[name] = values
    return by_name
