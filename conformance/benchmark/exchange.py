"""Quotes of the exchange per second: batches against the reference, in one run.

``python -m taospec.conformance.benchmark.exchange`` prints a line for every kind of request. The
reference computes a sample of the same requests, which must agree; the rounds alternate, and
the best of each side counts.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any, Final

import attrs
import numba
import numpy as np
from numpy.typing import NDArray

from taospec.optimized.amm.batch import ERRORS, PoolBatch, SwapBatch, swap_batch
from taospec.reference.amm.records import DYNAMIC
from taospec.reference.amm.settlement import swap_alpha_for_tao, swap_tao_for_alpha
from taospec.reference.amm.swap import current_price
from taospec.reference.state.errors import DispatchError
from taospec.reference.state.pool import EQUAL_WEIGHTS, WEIGHT_SCALE, Pool

POOLS: Final = 128
REQUESTS: Final = 500_000
SAMPLE: Final = 500
ROUNDS: Final = 5
COIN: Final = 10**9


@attrs.frozen
class Load:
    """A kind of request."""

    name: str
    """What it is, for the report."""
    weight: Callable[[random.Random], int]
    """Draws a pool's weight of TAO."""
    largest: float
    """Largest input, in reserves."""
    limited: bool
    """Whether every request names a price limit that may stop it."""


def _equal(_: random.Random) -> int:
    return EQUAL_WEIGHTS


def _after_a_day(source: random.Random) -> int:
    """Deposits lower the weight by some 1e-11 to 1e-10 a day."""
    return EQUAL_WEIGHTS - source.randrange(10**7, 10**8)


def _any(source: random.Random) -> int:
    return source.randrange(WEIGHT_SCALE // 100, WEIGHT_SCALE - WEIGHT_SCALE // 100)


LOADS: Final = (
    Load("equal weights", _equal, 0.1, False),
    Load("equal weights, limit orders", _equal, 0.1, True),
    Load("weights after a day of deposits", _after_a_day, 0.1, False),
    Load("the same, limit orders", _after_a_day, 0.1, True),
    Load("any weights", _any, 10, False),
    Load("any weights, up to 1000 reserves", _any, 1000, False),
)


def main() -> None:
    """Measure and print every load."""
    print(f"{numba.get_num_threads()} threads, {REQUESTS:,} requests, best of {ROUNDS} rounds")
    for load in LOADS:
        print(measured(load))


def measured(load: Load) -> str:
    """Measure one load; a line of the report."""
    pools, request = _requests(load)
    batch = PoolBatch.of(pools)
    answer = swap_batch(batch, *request)
    _require_agreement(pools, request, answer)
    parallel, single, reference = [], [], []
    for _ in range(ROUNDS):
        parallel.append(_seconds(lambda: swap_batch(batch, *request)) / REQUESTS)
        single.append(_seconds(lambda: swap_batch(batch, *request, parallel=False)) / REQUESTS)
        reference.append(_seconds(lambda: _by_reference(pools, request)) / SAMPLE)
    fallbacks = ", ".join(f"{count} {reason}" for reason, count in answer.fallbacks.items()) or "none"
    return (
        f"{load.name}: {1 / min(parallel):,.0f} a second ({1 / min(single):,.0f} on one thread), "
        f"{min(reference) / min(parallel):,.0f} x the reference ({min(reference) / min(single):,.0f} x), "
        f"left to the reference: {fallbacks}"
    )


Request = tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.uint64], NDArray[np.uint64]]


def _requests(load: Load) -> tuple[list[Pool], Request]:
    """Pools of 1,000 to 100,000 TAO and requests spread evenly over the magnitudes of their inputs."""
    source = random.Random(load.name)
    pools = [
        Pool(
            mechanism=DYNAMIC,
            tao_reserve=round(10 ** source.uniform(3, 5) * COIN),
            alpha_in=round(10 ** source.uniform(5.5, 6.5) * COIN),
            quote_weight=load.weight(source),
            initialized=True,
        )
        for _ in range(POOLS)
    ]
    generator = np.random.default_rng(source.getrandbits(64))
    held = generator.integers(0, POOLS, REQUESTS)
    buys = generator.random(REQUESTS) < 0.5
    tao, alpha = (np.array([getattr(pool, name) for pool in pools]) for name in ("tao_reserve", "alpha_in"))
    reserve = np.where(buys, tao[held], alpha[held])
    amount = (reserve * load.largest * 10.0 ** generator.uniform(-6, 0, REQUESTS)).astype(np.uint64)
    price = np.array([current_price(pool).bits / 2**64 * COIN for pool in pools])[held]
    if load.limited:
        limit = (price * np.where(buys, 1.02, 0.98)).astype(np.uint64)
    else:
        limit = np.where(buys, np.uint64(2**63), np.uint64(0))
    return pools, (held, buys, amount, limit)


def _seconds(run: Callable[[], Any]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _by_reference(pools: list[Pool], request: Request) -> list[tuple[int, int, int, int]]:
    """Error code and amounts of the first requests."""
    answers = []
    for held, buys, amount, limit in zip(*(column[:SAMPLE].tolist() for column in request), strict=True):
        pool = attrs.evolve(pools[held])
        try:
            result = (swap_tao_for_alpha if buys else swap_alpha_for_tao)(pool, amount, limit)
            answers.append((0, result.amount_paid_in, result.amount_paid_out, result.fee_paid))
        except DispatchError as error:
            answers.append((ERRORS.index(error.error), 0, 0, 0))
    return answers


def _require_agreement(pools: list[Pool], request: Request, answer: SwapBatch) -> None:
    columns = answer.error, answer.amount_paid_in, answer.amount_paid_out, answer.fee_paid
    fast = list(zip(*(column[:SAMPLE].tolist() for column in columns), strict=True))
    if fast != _by_reference(pools, request):
        raise AssertionError("the batch and the reference disagree")


if __name__ == "__main__":
    main()
