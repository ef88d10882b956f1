"""The power on 128 bits: the chain's floor, or no answer."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import numba
import numpy as np
import pytest
from near_integers import almost_integer_powers

from taospec.optimized.amm.power import (
    DECIDED,
    NEAR_INTEGER,
    OUTSIDE_DOMAIN,
    UNCONVERGED_SERIES,
    scaled_power,
)
from taospec.reference.amm.power import pow_ratio_scaled

SCALE = 10**18
U64_MAX = 2**64 - 1

Arguments = tuple[int, int, int, int]


@numba.njit(error_model="numpy")
def powers(a, b, p, q, status, out):  # type: ignore[no-untyped-def]
    for i in range(out.shape[0]):
        status[i], out[i, 0], out[i, 1] = scaled_power(a[i, 0], a[i, 1], b[i, 0], b[i, 1], p[i], q[i])


def answers(arguments: list[Arguments]) -> list[tuple[int, int]]:
    """Status and floor for each ``(a, b, p, q)``."""
    a, b = (
        np.array([divmod(argument[place], 1 << 64) for argument in arguments], np.uint64) for place in (0, 1)
    )
    p, q = (np.array([argument[place] for argument in arguments], np.uint64) for place in (2, 3))
    status, out = np.empty(len(arguments), np.int64), np.empty((len(arguments), 2), np.uint64)
    powers(a, b, p, q, status, out)
    return [(int(s), (int(high) << 64) + int(low)) for s, (high, low) in zip(status, out, strict=True)]


def agrees(arguments: Arguments, answer: int, precision: int = 256) -> bool:
    """Whether the answer stands for the chain's: beyond u64, and -1, have their own rules."""
    a, b, p, q = arguments
    chain = pow_ratio_scaled(a, b, p, q, precision, SCALE)
    assert chain is not None
    if a < b and not 0 <= chain <= U64_MAX:
        return answer == 0
    return answer == chain or (chain > U64_MAX and answer > U64_MAX)


def random_weight(source: random.Random) -> int:
    return source.choice(
        [
            source.randrange(SCALE // 100, SCALE - SCALE // 100),
            SCALE // 2 + source.randrange(-(10**9), 10**9),
            SCALE // 2 - source.randrange(1, 1000),
            source.randrange(10, 990) * 10**15,
            source.choice([1, 99, 20, 60, 75, 80]) * 10**16,
        ]
    )


def random_payout(source: random.Random) -> Arguments:
    weight = random_weight(source)
    reserve = source.randrange(10**6, source.choice([10**9, 10**12, 10**15, 2**63]))
    if source.random() < 0.2:
        reserve = source.choice([1, 3, 7]) * 10 ** source.randint(6, 16)
    amount = int(reserve * 10 ** source.uniform(-12, 3))
    if source.random() < 0.2:
        amount = reserve * source.choice([1, 2, 3, 7, 15, 99])
    return reserve, min(reserve + amount, U64_MAX), weight, SCALE - weight


@pytest.mark.rule("AMM-POW-10")
@pytest.mark.parametrize("seed", range(3))
def test_a_decided_payout_power_is_the_chains(seed: int) -> None:
    source = random.Random(seed)
    arguments = [random_payout(source) for _ in range(1_500)]
    arguments += [(b, a, p, q) for a, b, p, q in arguments[:300]]
    undecided = 0
    for argument, (status, answer) in zip(arguments, answers(arguments), strict=True):
        if status != DECIDED:
            undecided += 1
            assert status == UNCONVERGED_SERIES
        else:
            assert agrees(argument, answer), argument
    assert undecided < 20


@pytest.mark.parametrize("seed", range(2))
def test_a_decided_power_to_a_price_limit_is_the_chains(seed: int) -> None:
    source = random.Random(seed)
    arguments = []
    for _ in range(400):
        price = source.getrandbits(source.randint(20, 100)) + 1
        limit = int(price * 10 ** source.uniform(1e-9, 4)) + 1
        if source.random() < 0.3:
            root = source.randint(2, 9)
            price, limit = price << 8, price * root * root << 8
        arguments.append((limit, price, random_weight(source), SCALE))
    for argument, (status, answer) in zip(arguments, answers(arguments), strict=True):
        assert status == DECIDED
        assert agrees(argument, answer, precision=1024), argument


@pytest.mark.rule("AMM-POW-10")
def test_a_power_that_almost_reaches_an_integer_is_not_decided_wrongly() -> None:
    arguments = almost_integer_powers(300, U64_MAX)
    assert len(arguments) > 500
    statuses = []
    for argument, (status, answer) in zip(arguments, answers(arguments), strict=True):
        statuses.append(status)
        assert status in (DECIDED, NEAR_INTEGER)
        if status == DECIDED:
            assert agrees(argument, answer), argument
    assert statuses.count(int(NEAR_INTEGER)) > 200


@pytest.mark.parametrize(
    ("arguments", "floor"),
    [
        ((1, 2, 2 * SCALE // 3, SCALE // 3), SCALE // 4),  # nearly 2: not reduced to 2/1
        ((10**9, 2 * 10**9, 6 * 10**17, 2 * 10**17), SCALE // 8),
        ((3, 12, 10**17, 2 * 10**17), SCALE // 2),
        ((4 << 64, 1 << 64, SCALE // 2, SCALE), 2 * SCALE),
        ((9 << 100, 1 << 100, SCALE // 2, SCALE), 3 * SCALE),
        ((16 << 64, 1 << 64, 3 * SCALE // 4, SCALE), 8 * SCALE),
        ((1 << 64, 4 << 64, SCALE // 2, SCALE), SCALE // 2),
    ],
)
def test_a_power_that_is_an_integer_is_decided_by_integers(arguments: Arguments, floor: int) -> None:
    (status, answer), *_ = answers([arguments])
    chain = pow_ratio_scaled(*arguments, 256, SCALE)
    assert (status, answer) == (DECIDED, chain)
    assert abs(answer - floor) <= 1


def test_one_unit_beside_a_perfect_power_the_floor_differs() -> None:
    square = (3 * 10**9) ** 2
    cases = [(square + step, 10**18, SCALE // 2, SCALE) for step in (-1, 0, 1)]
    # sqrt(9 +- 1e-18) = 3 +- 1.7e-19: floor(1e18 * .) is 3e18 - 1, 3e18, 3e18.
    assert [answer for _, answer in answers(cases)] == [3 * SCALE - 1, 3 * SCALE, 3 * SCALE]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ((5, 0, 1, 1), OUTSIDE_DOMAIN),
        ((5, 7, 0, SCALE), OUTSIDE_DOMAIN),
        ((5, 7, SCALE, 0), OUTSIDE_DOMAIN),
        ((5, 7, 2**60, 5), OUTSIDE_DOMAIN),
        ((5, 7, 128 * 10**15 + 1, 10**15), OUTSIDE_DOMAIN),
    ],
)
def test_what_the_proof_does_not_cover_is_not_answered(arguments: Arguments, status: int) -> None:
    assert answers([arguments])[0][0] == status


def test_a_base_of_zero_and_of_one_need_no_proof() -> None:
    assert answers([(0, 7, 3, 4), (7, 7, 3, 4)]) == [(DECIDED, 0), (DECIDED, SCALE)]


@pytest.mark.parametrize("size", [41.4, 41.5, 42.1, 60, 120, 136.9, 137.1, 140, 150, 153.9, 154.1, 200, 500])
def test_far_below_one_the_answer_is_the_chains_share_or_none(size: float) -> None:
    weight, reserve = 985 * 10**15 + 1, 10**10
    total = int(reserve * math.exp(size * (SCALE - weight) / weight))
    argument = (reserve, min(total, U64_MAX), weight, SCALE - weight)
    ((status, answer),) = answers([argument])
    if 137 <= size < 154:
        assert status == UNCONVERGED_SERIES
    else:
        assert status == DECIDED
        assert agrees(argument, answer)


def test_an_exact_exponent_converges_everywhere() -> None:
    # 0.99 is 99/1: 101**-99 = 1e-198 is 0 parts, whatever a series would say.
    argument = (10**9, int(10**9 * math.exp(145 / 99)), 99 * 10**16, 10**16)
    assert answers([argument]) == [(DECIDED, 0)]
    assert pow_ratio_scaled(*argument, 256, SCALE) == 0


def test_the_rate_of_undecided_powers_is_that_of_the_margin() -> None:
    # Two margins of 2**14 units in 2**126 / 1e18 units a part: about 2**-51, none in 20,000.
    assert Fraction(2 * (1 << 14) * SCALE, 1 << 126) < Fraction(1, 1 << 50)
    source = random.Random(11)
    arguments = []
    for _ in range(20_000):
        reserve = source.randrange(10**9, 10**15)
        weight = SCALE // 2 - source.randrange(1, 10**12)
        arguments.append((reserve, reserve + source.randrange(1, reserve), weight, SCALE - weight))
    assert {status for status, _ in answers(arguments)} == {int(DECIDED)}
