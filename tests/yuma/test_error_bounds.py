"""The normative epoch stays within the derived bounds of the ideal one, stage by stage."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taospec.conformance.operations.yuma_epoch import decode_epoch
from taospec.conformance.rule_lookup import VECTORS
from taospec.reference.fixed_point import I32F32
from taospec.reference.yuma.epoch import run_epoch
from taospec.reference.yuma.liquid_alpha import alpha_sigmoid, exp_safe
from taospec.reference.yuma.records import EpochInput
from taospec.spec.real_numbers import Enclosure, Real, real
from taospec.spec.yuma import bounds, model

from .comparison import Element, elements, raw_stages, recorded_output, recorded_stages
from .strategies import epochs

ULP = bounds.ULP


def compared(inputs: EpochInput) -> list[Element]:
    """Every number of the reference's epoch beside the ideal and its enclosure.

    Raises:
        UndecidedError: a decision is too close to call.
    """
    ideal = model.epoch(inputs)
    enclosed = bounds.enclose(inputs, ideal)
    result = run_epoch(inputs)
    assert list(result.output.active) == ideal.active
    for uid, permit in enumerate(enclosed.new_permits):
        assert permit is None or permit == result.output.new_permits[uid] == ideal.new_permits[uid]
    return list(elements(raw_stages(result.stages), result.output, ideal, enclosed))


@settings(max_examples=200)
@given(epochs())
def test_every_stage_lies_in_its_enclosure(inputs: EpochInput) -> None:
    assert model.is_well_formed(inputs)
    try:
        compared_elements = compared(inputs)
    except bounds.UndecidedError:
        return
    for element in compared_elements:
        assert element.is_enclosed, str(element)
        # Beyond a steepness of 40 the clamp of exp_safe moves all rates the same way.
        if abs(inputs.alpha_sigmoid_steepness) <= 4000:
            assert element.has_ideal_enclosed, str(element)


@pytest.mark.rule("YUMA-MEDIAN-3")
@pytest.mark.parametrize(
    ("stake", "consensus"),
    [pytest.param(100, 2**31, id="a fifth of an ulp"), pytest.param(700, 0, id="one and a half ulp")],
)
def test_whoever_has_almost_no_stake_may_be_no_voter(stake: int, consensus: int) -> None:
    """Everybody must agree, uid 2 does not about itself, and of its share the chain keeps no ulp or one.

    The ideal consensus is 0 for both. 100 rao of 2e12 are 0.21 ulp, and the chain asks only the other two;
    700 are 1.5 ulp, and there is a voter against.
    """
    inputs = attrs.evolve(
        ordinary_epoch(Random(1), yuma3=True, liquid_alpha=False, n=4),
        alpha=(10**12, 10**12, stake, 0),
        weights=(((2, 9), (3, 9)), ((2, 9), (3, 9)), ((3, 9),), ()),
        kappa=65535,
    )
    [element] = [one for one in compared(inputs) if (one.stage, one.place) == ("consensus", (2,))]
    assert element.ideal == 0
    assert element.computed == real.ldexp(consensus, -32)
    assert element.is_enclosed
    assert element.has_ideal_enclosed


@pytest.mark.parametrize(("suite", "at_least"), [("yuma_epoch", 150), ("yuma_epoch_realistic", 20)])
def test_what_the_chain_computed_lies_in_its_enclosure(suite: str, at_least: int) -> None:
    """Epochs of up to eight neurons that upstream's own code ran."""
    checked = 0
    with gzip.open(VECTORS / "yuma" / f"{suite}.jsonl.gz", "rt", encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            case = json.loads(line)
            if case["in"]["n"] > 8:
                continue
            inputs = decode_epoch(case["in"])
            if not model.is_well_formed(inputs):
                continue
            ideal = model.epoch(inputs)
            try:
                enclosed = bounds.enclose(inputs, ideal)
            except bounds.UndecidedError:
                continue
            stages, output = recorded_stages(case["out"]), recorded_output(case["out"])
            for element in elements(stages, output, ideal, enclosed):
                assert element.is_enclosed, f"{case['id']}: {element}"
            checked += 1
    assert checked >= at_least


# Bounds that the text states in ulps.

STATED_ULPS = {
    "weights_normalized": (-1, 0),
    "clipped_weights": (-1, 0),
    "consensus": (-1, 0),
    "bonds_current": (-1, 0),
    "bonds_normalized": (-1, 0),
    "weights_for_bonds": (-2, 1),
}


def is_settled(inputs: EpochInput, ideal: model.IdealEpoch, stake_error: Real) -> bool:
    """Whether no consensus is closer to kappa than the voters' shares are known."""
    kappa = model.proportion(inputs.kappa, 65535)
    for j in range(inputs.n):
        scores = model.column(ideal.weights_normalized, j)
        votes = [(scores.get(i, real.zero), share) for i, share in enumerate(ideal.active_stake) if share > 0]
        for least in {score for score, _ in votes} - {min((score for score, _ in votes), default=0)}:
            reaching = sum((share for score, share in votes if score >= least), real.zero)
            if abs(reaching - kappa) <= stake_error * ULP:
                return False
    return True


@pytest.mark.rule("YUMA-NORM-2", "YUMA-MEDIAN-3", "YUMA-CLIP-1", "YUMA-PENALTY-2", "YUMA-BONDS3-1")
@settings(max_examples=100)
@given(epochs())
def test_weights_and_consensus_keep_the_bounds_of_the_text(inputs: EpochInput) -> None:
    """Consensus, and what depends on it, where it is settled by more than the stakes' errors."""
    try:
        numbers = compared(inputs)
    except bounds.UndecidedError:
        return
    errors_of_stake = [max(map(abs, number.room)) for number in numbers if number.stage == "active_stake"]
    settled = is_settled(inputs, model.epoch(inputs), 2 * inputs.n * (max(errors_of_stake) + 2))
    for number in numbers:
        low, high = STATED_ULPS.get(number.stage, (None, None))
        if low is None or (not inputs.yuma3 and number.stage == "bonds_current"):
            continue
        if settled or number.stage in ("weights_normalized", "bonds_current", "bonds_normalized"):
            assert low < number.error <= high, str(number)


@pytest.mark.rule("YUMA-LIQUID-2", "YUMA-EXP-1")
@settings(max_examples=300)
@given(
    st.integers(0, 2**32),
    st.integers(0, 2**32),
    st.integers(0, 2**32),
    st.integers(0, 2**32),
    st.integers(0, 2**32),
    st.one_of(st.integers(-4000, 4000), st.integers(-(2**15), 2**15 - 1)),
)
def test_the_rate_of_a_pair_keeps_the_bound_of_the_text(
    consensus: int, weight: int, bond: int, low: int, high: int, steepness: int
) -> None:
    low, high = min(low, high), max(low, high)
    rate = alpha_sigmoid(
        *map(I32F32.from_bits, (consensus, weight, bond, low, high)), I32F32.from_num(steepness)
    )
    difference = weight - consensus if weight >= bond else bond - weight
    distance = real.ldexp(min(max(difference, 0), 2**32), -32)
    x = -real.mpf(steepness) / 100 * (distance - real.mpf("0.5"))
    ideal = real.ldexp(low, -32) + real.ldexp(high - low, -32) / (1 + real.exp(x))
    clamped = min(max(x, real.mpf(-20)), real.mpf(20))
    of_exp = bounds.fixed_point.exp(Enclosure(clamped - 2 * ULP, clamped + 2 * ULP), bounds.NUMBER)
    delta = max(of_exp.high - real.exp(clamped), real.exp(clamped) - of_exp.low)
    e = real.exp(clamped)
    of_sigmoid = delta / ((1 + e) * (1 + e - delta)) + ULP + (9 * ULP if abs(x) > 20 else 0)
    error = real.ldexp(rate.bits, -32) - ideal
    assert abs(error) < of_sigmoid * real.ldexp(high - low, -32) + ULP


@pytest.mark.rule("YUMA-EXP-1")
def test_the_clamp_of_exp_moves_a_steep_sigmoid_by_nine_ulps() -> None:
    """exp(-20) = 8.85 ulp, of which the series leaves 8; 1/(1 + 8 ulp) is 8 or 9 ulp below 1."""
    assert exp_safe(I32F32.from_num(-25)).bits == 8
    steep = alpha_sigmoid(*map(I32F32.from_num, (0, 1, 0, 0, 1)), I32F32.from_num(32767))
    assert 2**32 - 9 <= steep.bits <= 2**32 - 8


# The bounds are no wider than they need to be.

ORDINARY = {
    "tempo": 360,
    "last_mechanism_step_block": 0,
    "kappa": 32767,
    "bonds_penalty": 40000,
    "bonds_moving_average": 900_000,
    "alpha_low": 6554,
    "alpha_high": 58982,
    "alpha_sigmoid_steepness": 1000,
    "commit_reveal": False,
    "owner_uid": None,
    "stake_threshold": 0,
    "rao_emission": 10**12,
}


def ordinary_epoch(chance: Random, *, yuma3: bool, liquid_alpha: bool, n: int = 8) -> EpochInput:
    """An epoch in which everybody votes on everybody with weights of the same size."""

    def row(own: int) -> tuple[tuple[int, int], ...]:
        return tuple((j, chance.randint(10000, 65535)) for j in range(n) if j != own)

    return EpochInput(
        n=n,
        block=10**6,
        activity_cutoff_factor_milli=13889,
        last_update=(10**6 - 5,) * n,
        block_at_registration=(0,) * n,
        permits=(True,) * n,
        max_allowed_validators=n,
        alpha=tuple(chance.randint(10**14, 10**15) for _ in range(n)),
        root_tao=(0,) * n,
        tao_weight=0,
        yuma3=yuma3,
        liquid_alpha=liquid_alpha,
        reveal_period=1,
        subnet_epoch_index=0,
        last_epoch_block=0,
        pending_epoch_at=0,
        blocks_since_last_step=0,
        weight_commits=(),
        timelocked_commits=(),
        parents=(),
        children=(),
        outside=(),
        weights=tuple(row(i) for i in range(n)),
        bonds=tuple(row(i) for i in range(n)),
        **ORDINARY,
    )


WIDTHS = {
    "stake": 1.0,
    "active_stake": 3.7,
    "consensus": 1.0,
    "validator_trust": 7.0,
    "incentive": 31,
    "ema_bonds": 18,
    "dividends": 150,
}
"""Ends of the bound in ulps apart, as the text states them for ordinary epochs of eight neurons."""


@pytest.mark.parametrize(("yuma3", "liquid_alpha"), [(True, False), (True, True), (False, False)])
def test_ordinary_epochs_use_a_good_part_of_every_bound(yuma3: bool, liquid_alpha: bool) -> None:
    """Twelve epochs of eight neurons: a fifth of the room at least, all of it where one rounding decides.

    Sums of many roundings never use all of theirs, because roundings do not conspire. Yuma 2's dividends
    are the worst: that the bonds of a column sum to 1 is lost to their enclosures.
    """
    chance = Random(3)
    shares: defaultdict[str, float] = defaultdict(float)
    widths: defaultdict[str, float] = defaultdict(float)
    for _ in range(12):
        for number in compared(ordinary_epoch(chance, yuma3=yuma3, liquid_alpha=liquid_alpha)):
            low, high = number.room
            if number.error != 0:
                end = low if number.error < 0 else high
                shares[number.stage] = max(shares[number.stage], float(number.error / end))
            widths[number.stage] = max(widths[number.stage], float(high - low))
    single = {"stake", "weights_normalized", "clipped_weights", "consensus", "bonds_current", "stored bonds"}
    for stage, share in shares.items():
        loose = not yuma3 and stage in ("dividends", "validator_emission")
        assert share > (0.95 if stage in single & shares.keys() else 0.05 if loose else 0.2), stage
    for stage, width in WIDTHS.items():
        assert widths[stage] <= width, stage


def test_a_stake_on_the_threshold_is_undecided_only_where_it_is_rounded() -> None:
    """Three rao of one's own are three; with half of a parent's two, four less a rounding."""
    inputs = attrs.evolve(
        ordinary_epoch(Random(1), yuma3=True, liquid_alpha=False, n=2), alpha=(3, 10**15), stake_threshold=3
    )
    compared(inputs)
    inherited = attrs.evolve(inputs, parents=((0, ((2**63, 2),)),), outside=((2, 2, 0),), stake_threshold=4)
    with pytest.raises(bounds.UndecidedError, match="uid 0 at the threshold"):
        compared(inherited)


@pytest.mark.rule("YUMA-BONDS2-2")
def test_a_purchase_of_bonds_below_an_ulp_vanishes() -> None:
    """The epoch of the text: upstream's bonds of neuron 13 are those without the purchase."""
    inputs, out = recorded_case("yuma_epoch", "yuma.epoch/ebd61aac71d32f87")
    stages = recorded_stages(out)
    ideal = model.epoch(inputs)
    (buyer,) = model.column(ideal.weights_for_bonds, 13)
    assert real.nstr(ideal.active_stake[buyer], 2) == "7.9e-7"
    assert real.nstr(ideal.weights_for_bonds[buyer][13], 2) == "7.1e-6"
    assert real.nstr(ideal.ema_bonds[buyer][13], 2) == "0.51"
    assert 13 not in dict(stages["ema_bonds"][buyer])


def test_a_hundred_voters_settle_a_median_to_two_hundred_ulps() -> None:
    chance = Random(1)
    votes = [(score, chance.randint(10**14, 10**15)) for score in range(100)]
    total = sum(stake for _, stake in votes)
    enclosed = bounds.normalized(bounds.normalized([Enclosure.exactly(stake) for _, stake in votes]))
    scored = list(zip((real.mpf(score) for score, _ in votes), enclosed, strict=True))
    for score in range(1, 100):
        ideal = real.mpf(sum(stake for p, stake in votes if p >= score)) / total
        share = bounds.reached_share(score, scored)
        assert max(ideal - share.low, share.high - ideal) < 199 * ULP


def recorded_case(suite: str, case_id: str) -> tuple[EpochInput, dict[str, Any]]:
    with gzip.open(VECTORS / "yuma" / f"{suite}.jsonl.gz", "rt", encoding="utf-8") as lines:
        case = next(json.loads(line) for line in lines if case_id in line)
    return decode_epoch(case["in"]), case["out"]
