"""Batches of swaps: each request answered as the reference answers it."""

from __future__ import annotations

import math
import random

import attrs
import numpy as np
import pytest
from near_integers import almost_integer_powers

from taospec.optimized.amm.batch import ERRORS, PoolBatch, SwapBatch, swap_batch
from taospec.reference.amm.parameters import BASE_PARAMETERS, ExchangeParameters
from taospec.reference.amm.records import Direction
from taospec.reference.amm.settlement import swap_alpha_for_tao, swap_tao_for_alpha
from taospec.reference.amm.swap import current_price, default_price_limit, in_force
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.state.errors import DispatchError
from taospec.reference.state.pool import Pool
from taospec.reference.state.revision import revision_of

SCALE = 10**18
U64_MAX = 2**64 - 1
TAO = 10**9

Row = tuple[int, ...]


def copy(pool: Pool) -> Pool:
    return Pool(**{field.name: getattr(pool, field.name) for field in Pool.FIELDS})


def by_reference(pool: Pool, buys: bool, amount: int, limit: int, **options: object) -> Row:
    """Error code, paid in, paid out, fee, fee to the author, price after."""
    held = copy(pool)
    settle = swap_tao_for_alpha if buys else swap_alpha_for_tao
    try:
        result = settle(held, amount, limit, **options)
    except DispatchError as error:
        return ERRORS.index(error.error), 0, 0, 0, 0
    amounts = result.amount_paid_in, result.amount_paid_out, result.fee_paid, result.fee_to_block_author
    return 0, *amounts, current_price(held).bits


def rows(batch: SwapBatch) -> list[Row]:
    answers = []
    for i, code in enumerate(batch.error.tolist()):
        columns = batch.amount_paid_in, batch.amount_paid_out, batch.fee_paid, batch.fee_to_block_author
        row = (code, *(int(column[i]) for column in columns))
        high, low = (int(word) for word in batch.price_after_bits[i])
        answers.append(row if code else (*row, (high << 64) + low))
    return answers


def random_pool(source: random.Random) -> Pool:
    weight = source.choice(
        [
            source.randrange(SCALE // 100, SCALE - SCALE // 100),
            SCALE // 2 + source.randrange(-(10**9), 10**9),
            SCALE // 2,
            source.randrange(10, 990) * 10**15,
        ]
    )
    return Pool(
        mechanism=source.choice([1] * 20 + [0, 2]),
        tao_reserve=source.randrange(source.choice([1, 10**7, 10**12, 10**15, 2**64])),
        alpha_in=source.randrange(source.choice([1, 10**7, 10**12, 10**16, 2**64])),
        quote_weight=weight,
        initialized=source.random() < 0.9,
        fee_rate=source.choice([33, 33, 0, 65535, 10000, 1, source.randrange(65536)]),
    )


def random_request(source: random.Random, pool: Pool) -> tuple[bool, int, int]:
    buys = source.random() < 0.5
    reserve = pool.tao_reserve if buys else pool.alpha_in
    amount = source.choice(
        [
            int(reserve * 10 ** source.uniform(-9, 3.01)),
            source.randrange(2**64),
            source.randrange(1000),
            reserve,
        ]
    )
    price = current_price(in_force(pool)).bits / 2**64
    exponent = source.uniform(-0.1, 2) if buys else source.uniform(-2, 0.1)
    limit = source.choice([10**15 if buys else 1000, int(price * 10 ** (9 + exponent))])
    return buys, min(amount, U64_MAX), min(limit, U64_MAX)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("drop_fees", [False, True])
def test_every_request_is_answered_as_by_the_reference(seed: int, drop_fees: bool) -> None:
    source = random.Random(seed)
    pools = [random_pool(source) for _ in range(300)]
    indices = [source.randrange(300) for _ in range(1_500)]
    requests = [random_request(source, pools[index]) for index in indices]
    buys, amounts, limits = (list(column) for column in zip(*requests, strict=True))
    batch = swap_batch(
        PoolBatch.of(pools),
        np.array(indices),
        np.array(buys),
        amounts,
        limits,
        drop_fees=drop_fees,
    )
    answers = rows(batch)
    for index, request, answer in zip(indices, requests, answers, strict=True):
        expected = by_reference(pools[index], *request, drop_fees=drop_fees)
        assert answer == expected, (pools[index], request)
    assert {answer[0] for answer in answers} == {0, 1, 2, 3}


def test_the_price_before_is_that_of_the_pool_in_force() -> None:
    source = random.Random(5)
    pools = [random_pool(source) for _ in range(200)]
    batch = swap_batch(PoolBatch.of(pools), np.arange(200), True, 0)
    for pool, (high, low), code in zip(pools, batch.price_before_bits, batch.error, strict=True):
        if ERRORS[code] is None:
            assert (int(high) << 64) + int(low) == current_price(in_force(pool)).bits


def pool_at(weight: int, **fields: int) -> Pool:
    standard = {"tao_reserve": 1000 * TAO, "alpha_in": 4000 * TAO}
    return Pool(mechanism=1, quote_weight=weight, initialized=True, **{**standard, **fields})


def test_requests_are_broadcast_and_limits_default_to_those_of_a_simulation() -> None:
    pool = pool_at(SCALE // 2)
    amounts = np.array([1, 5, 10**12], np.uint64)
    for buys, direction in ((True, Direction.BUY), (False, Direction.SELL)):
        batch = swap_batch(PoolBatch.of([pool]), 0, buys, amounts)
        limit = default_price_limit(direction)
        assert rows(batch) == [by_reference(pool, buys, int(amount), limit) for amount in amounts]


def test_the_price_impact_is_the_ratio_of_the_prices() -> None:
    # Doubling the TAO at equal weights: the price quadruples.
    batch = swap_batch(PoolBatch.of([pool_at(SCALE // 2)]), 0, True, 1000 * TAO, drop_fees=True)
    assert batch.price_impact.tolist() == [3.0]


def test_one_thread_and_several_answer_the_same() -> None:
    source = random.Random(6)
    pools = PoolBatch.of([pool_at(SCALE // 2 - source.randrange(10**9)) for _ in range(16)])
    indices = np.array([source.randrange(16) for _ in range(2_000)])
    amounts = np.array([source.randrange(10**13) for _ in range(2_000)], np.uint64)
    several = swap_batch(pools, indices, True, amounts)
    one = swap_batch(pools, indices, True, amounts, parallel=False)
    assert rows(several) == rows(one)


def test_what_only_the_series_can_answer_is_computed_by_the_reference_and_counted() -> None:
    weight = 985 * 10**15 + 1
    pool = pool_at(weight, fee_rate=0)
    ratio = (SCALE - weight) / weight
    amounts = [int(1000 * TAO * math.expm1(size * ratio)) for size in (100, 140, 145, 150, 152.5, 160)]
    batch = swap_batch(PoolBatch.of([pool]), 0, True, np.array(amounts, np.uint64), 2**64 - 1)
    assert rows(batch) == [by_reference(pool, True, amount, 2**64 - 1) for amount in amounts]
    assert batch.fallbacks == {"a series that does not converge": 4}


def test_an_integer_within_the_bound_is_left_to_the_reference_and_counted() -> None:
    powers = almost_integer_powers(20, U64_MAX)
    pools = [pool_at(weight, tao_reserve=a, fee_rate=0) for a, _, weight, _ in powers]
    amounts = [b - a for a, b, _, _ in powers]
    batch = swap_batch(PoolBatch.of(pools), np.arange(len(powers)), True, amounts, U64_MAX)
    expected = [
        by_reference(pool, True, amount, U64_MAX) for pool, amount in zip(pools, amounts, strict=True)
    ]
    assert rows(batch) == expected
    assert batch.fallbacks["an integer within the error bound"] > 10


@pytest.mark.parametrize("weight", [0, SCALE, SCALE + 1, 1, SCALE - 1])
def test_weights_outside_the_proof_are_left_to_the_reference(weight: int) -> None:
    pool = pool_at(weight)
    batch = swap_batch(PoolBatch.of([pool]), 0, np.array([True, False]), 10**9, 2**62)
    expected = [by_reference(pool, True, 10**9, 2**62), by_reference(pool, False, 10**9, 2**62)]
    assert rows(batch) == expected
    assert sum(batch.fallbacks.values()) <= 2


def test_other_parameters_are_those_of_the_reference() -> None:
    pool = pool_at(SCALE // 2 - 1)
    small = attrs.evolve(BASE_PARAMETERS, minimum_reserve=10**13, input_reserve_multiple=2)
    before_424 = ExchangeParameters.of(revision_of(423))
    for parameters in (small, before_424):
        batch = swap_batch(PoolBatch.of([pool]), 0, True, 10**12, parameters=parameters)
        assert rows(batch) == [by_reference(pool, True, 10**12, 10**15, parameters=parameters)]
    assert batch.fallbacks == {"parameters of another revision": 1}


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ((1, True, 5), "pool"),
        ((-1, True, 5), "pool"),
        ((0, True, -5), "amount"),
        ((0, True, 2**64), "amount"),
        ((0, True, 1.5), "amount"),
        ((0, True, 5, -1), "price_limit"),
    ],
)
def test_bad_input_is_refused_by_name(arguments: tuple[object, ...], field: str) -> None:
    with pytest.raises(InvalidInputError, match=field):
        swap_batch(PoolBatch.of([pool_at(SCALE // 2)]), *arguments)


def test_an_empty_batch_has_an_empty_answer() -> None:
    batch = swap_batch(PoolBatch.of([]), np.array([], np.int64), True, 5)
    assert rows(batch) == []
