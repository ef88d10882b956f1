"""Each guard refuses what the kernels would answer wrongly, and the reference answers it."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pytest
from upstream_epochs import differing_records

from taospec.optimized.yuma.cpu import Refusal, run_record
from taospec.optimized.yuma.epoch import fallbacks, reset_fallbacks, run_epoch
from taospec.optimized.yuma.guards import (
    ACTIVE_STAKE,
    ALL_GUARDS,
    GUARD_NAMES,
    NEURONS,
    RATE,
    WEIGHTS_ORDER,
    admits_active_stake,
    admits_neurons,
    admits_rate,
)
from taospec.reference.yuma.epoch import run_epoch as run_reference
from taospec.reference.yuma.records import EpochInput

ONE = 1 << 32


def small_epoch(**changes: Any) -> EpochInput:
    """Three validators and two miners, nothing unusual."""
    n = 5
    plain: dict[str, Any] = {
        "n": n,
        "block": 1_000_000,
        "tempo": 360,
        "activity_cutoff_factor_milli": 13_889,
        "last_mechanism_step_block": 999_640,
        "last_update": (999_900,) * n,
        "block_at_registration": (1000,) * n,
        "permits": (True, True, True, False, False),
        "max_allowed_validators": 64,
        "alpha": (10**12, 2 * 10**12, 3 * 10**12, 0, 0),
        "root_tao": (0,) * n,
        "tao_weight": 0,
        "stake_threshold": 0,
        "owner_uid": None,
        "kappa": 32_767,
        "bonds_penalty": 65_535,
        "bonds_moving_average": 900_000,
        "yuma3": True,
        "liquid_alpha": False,
        "alpha_low": 6554,
        "alpha_high": 58_982,
        "alpha_sigmoid_steepness": 1000,
        "commit_reveal": False,
        "reveal_period": 1,
        "subnet_epoch_index": 0,
        "last_epoch_block": 0,
        "pending_epoch_at": 0,
        "blocks_since_last_step": 0,
        "weight_commits": (),
        "timelocked_commits": (),
        "parents": (),
        "children": (),
        "outside": (),
        "weights": (((3, 100), (4, 50)), ((3, 80), (4, 90)), ((3, 10), (4, 70)), None, None),
        "bonds": (((3, 65_535), (4, 30_000)), ((3, 65_535), (4, 20)), ((4, 1),), None, None),
        "rao_emission": 10**9,
    }
    return EpochInput(**(plain | changes))


def too_many_neurons() -> EpochInput:
    """A row of 32,769 full weights sums to 2**31 or more: as an I32F32 the sum is negative."""
    n = 32_770
    assert (n - 1) * 65_535 >= 2**31
    first_row = tuple((uid, 65_535) for uid in range(1, n))
    return small_epoch(
        n=n,
        last_update=(999_900,) * n,
        block_at_registration=(1000,) * n,
        permits=(True,) + (False,) * (n - 1),
        alpha=(10**12,) + (0,) * (n - 1),
        root_tao=(0,) * n,
        weights=(first_row,) + (None,) * (n - 1),
        bonds=(None,) * n,
    )


def stakes_beyond_one() -> EpochInput:
    """Two shares of 2**30 and two just above: their I32F32 sum wraps to 2**33 / 2**32 = 2.

    The stakes sum to 2**64 + 2**32 rao, which wraps to 2**32, so that each share is its stake
    divided by 2**32; four raw shares of 2**62 wrap to what they exceed 2**62 by.
    """
    exact, above = 2**62, 2**62 + 2**31
    assert (2 * exact + 2 * above) % 2**64 == 2**32
    return small_epoch(
        n=6,
        last_update=(999_900,) * 6,
        block_at_registration=(1000,) * 6,
        permits=(True,) * 4 + (False,) * 2,
        alpha=(exact, exact, above, above, 0, 0),
        root_tao=(0,) * 6,
        weights=(((4, 1), (5, 2)), ((4, 3), (5, 1)), ((4, 1),), ((5, 1),), None, None),
        bonds=(None,) * 6,
    )


def rate_far_below_zero() -> EpochInput:
    """A bond of 1.0 grows to 2**31 - 1, and a column of two saturates."""
    return small_epoch(bonds_moving_average=(2**31 - 1) * 1_000_000)


def uncovered_weight() -> EpochInput:
    """Consensus on neuron 4 is 0, so validator 0's entry for it goes, and uncovers neuron 3."""
    return small_epoch(
        liquid_alpha=True,
        weights=(((4, 50), (3, 100)), ((3, 80),), ((3, 70),), None, None),
        bonds=(((3, 10_000),), ((3, 20_000),), ((3, 30_000),), None, None),
    )


TRIPS = {
    NEURONS: too_many_neurons,
    ACTIVE_STAKE: stakes_beyond_one,
    RATE: rate_far_below_zero,
    WEIGHTS_ORDER: uncovered_weight,
}


def test_there_is_an_epoch_for_every_guard() -> None:
    assert set(TRIPS) == set(GUARD_NAMES)
    assert sum(GUARD_NAMES) == ALL_GUARDS


@pytest.mark.parametrize("guard", TRIPS, ids=GUARD_NAMES.get)
@pytest.mark.parametrize("threads", [1, 2])
def test_without_the_guard_the_kernel_answers_wrongly(guard: int, threads: int) -> None:
    inputs = TRIPS[guard]()
    assert run_record(inputs, threads) == Refusal(guard)
    unguarded = run_record(inputs, threads, ALL_GUARDS & ~guard)
    assert not isinstance(unguarded, Refusal), "only this guard refuses the epoch"
    assert differing_records(unguarded, run_reference(inputs).output) != []


@pytest.mark.parametrize("guard", TRIPS, ids=GUARD_NAMES.get)
def test_the_reference_answers_what_a_guard_refuses_and_the_counter_names_it(guard: int) -> None:
    inputs = TRIPS[guard]()
    reset_fallbacks()
    assert differing_records(run_epoch(inputs), run_reference(inputs).output) == []
    assert fallbacks() == {GUARD_NAMES[guard]: 1}


@pytest.mark.parametrize(
    ("smallest", "largest", "total", "admitted"),
    [
        (0, ONE, ONE, True),
        (0, 0, 0, True),
        (-1, ONE, ONE - 1, False),
        (0, ONE + 1, ONE, False),
        (0, ONE, ONE + 1, False),
    ],
)
def test_active_stakes_are_admitted_from_0_to_1_with_a_sum_of_at_most_1(
    smallest: int, largest: int, total: int, admitted: bool
) -> None:
    assert admits_active_stake(np.int64(smallest), np.int64(largest), np.int64(total)) == admitted


@pytest.mark.parametrize(
    ("rate", "admitted"),
    [(ONE, True), (ONE + 1, False), (0, True), (-8192 * ONE, True), (-8192 * ONE - 1, False)],
)
def test_rates_are_admitted_from_minus_8192_to_1(rate: int, admitted: bool) -> None:
    assert admits_rate(np.int64(rate)) == admitted


@pytest.mark.parametrize(("neurons", "admitted"), [(0, True), (32_768, True), (32_769, False)])
def test_at_most_32768_neurons_are_admitted(neurons: int, admitted: bool) -> None:
    assert admits_neurons(np.int64(neurons)) == admitted


def test_a_plain_epoch_passes_every_guard() -> None:
    reset_fallbacks()
    inputs = small_epoch()
    assert differing_records(run_epoch(inputs), run_reference(inputs).output) == []
    assert fallbacks() == {}


@pytest.mark.parametrize(
    "change",
    [
        {"n": 0, "last_update": (), "permits": (), "alpha": (), "root_tao": (), "weights": (), "bonds": ()},
        {"permits": ()},
        {"permits": (True, False)},
        {"last_update": (999_900,) * 2},
        {"last_update": (999_900,) * 9, "permits": (True,) * 9},
        {"block_at_registration": ()},
        {"alpha": (0,) * 5},
        {"kappa": 0},
        {"kappa": 65_535},
        {"bonds_moving_average": 8_000_000_000},
        {"bonds_moving_average": 2_000_000, "yuma3": False},
        {"owner_uid": 4},
        {"owner_uid": 60_000},
        {"max_allowed_validators": 0},
        {"max_allowed_validators": 1},
        {"weights": (((3, 1),), ((4, 1),), ((3, 0), (4, 0)), None, None)},
        {
            "weights": (((4, 50), (3, 100)), ((3, 80), (4, 1)), ((4, 9), (3, 7)), None, None),
            "bonds_penalty": 9,
        },
        {
            "weights": (((4, 50), (3, 100)), ((3, 80), (4, 1)), ((4, 9), (3, 7)), None, None),
            "bonds_penalty": 0,
        },
        {"weights": (((3, 1), (60_000, 5)),) + (None,) * 4, "bonds": (((60_000, 5), (3, 7)),) + (None,) * 4},
    ],
    ids=lambda change: ",".join(change),
)
@pytest.mark.parametrize("liquid_alpha", [False, True])
def test_oddities_within_the_domain_are_answered_by_the_kernels(
    change: dict[str, Any], liquid_alpha: bool
) -> None:
    inputs = attrs.evolve(small_epoch(**change), liquid_alpha=liquid_alpha)
    reset_fallbacks()
    assert differing_records(run_epoch(inputs), run_reference(inputs).output) == []
    assert fallbacks() == {}
