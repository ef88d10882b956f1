"""Cases of the exchange."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from taospec.conformance.generator.draws import U16_MAX, U64_MAX, any_magnitude, chance, near, one_of
from taospec.reference.amm.balancer import MIN_WEIGHT
from taospec.reference.amm.power import MAX_EXACT_EXPONENT, pow_ratio_scaled
from taospec.reference.state.pool import EQUAL_WEIGHTS, WEIGHT_SCALE

U128_MAX = 2**128 - 1
COIN = 10**9
ALL_COINS = 21 * 10**15
SEARCHES = 2_000
"""Powers tried until the rounding of one decides its floor, which one in 500 does."""


def draw(random: Random, level: str) -> tuple[str, dict[str, Any]]:
    """An op and its input; ``realistic`` keeps to pools and requests of the live chain."""
    realistic = level == "realistic"
    if realistic or chance(random, 1, 2):
        op = one_of(random, *_SWAPS)
    else:
        op = one_of(random, *_DRAW, *("balancer.pow_ratio_scaled",) * 6)
    return f"amm.{op}", _DRAW[op](random, realistic)


def _swap(random: Random, realistic: bool) -> dict[str, Any]:
    simulate = {"simulate": chance(random, 1, 4)}
    return _request(random, realistic) | simulate


def _swap_apply(random: Random, realistic: bool) -> dict[str, Any]:
    return _request(random, realistic) | {"total_stake": str(any_magnitude(random, 64))}


def _sim_swap(random: Random, realistic: bool) -> dict[str, Any]:
    request = _request(random, realistic)
    return {name: value for name, value in request.items() if name not in ("price_limit", "drop_fees")}


def _request(random: Random, realistic: bool) -> dict[str, Any]:
    pool = _pool(random, realistic)
    buys = chance(random, 1, 2)
    return pool | {
        "dir": "buy" if buys else "sell",
        "amount": str(_amount(random, int(pool["tao_reserve" if buys else "alpha_reserve"]))),
        "price_limit": str(_limit(random, pool, buys)),
        "drop_fees": chance(random, 1, 3),
    }


def _amount(random: Random, reserve: int) -> int:
    """An input that is small, of the size of the reserve, or around 1000 reserves."""
    part = reserve * random.randrange(1, 1 << 20) >> random.randrange(60)
    amount = one_of(random, part, part, part, 0, 1, reserve, 1000 * reserve, any_magnitude(random, 64))
    return min(near(random, amount, 0, U64_MAX), U64_MAX)


def _limit(random: Random, pool: dict[str, Any], buys: bool) -> int:
    """A limit at the price, a little or far beyond it, the default, or anything."""
    weight = EQUAL_WEIGHTS if pool["quote"] is None else int(pool["quote"])
    alpha = int(pool["alpha_reserve"])
    price = (WEIGHT_SCALE - weight) * int(pool["tao_reserve"]) * COIN // max(weight * alpha, 1)
    factor = random.randrange(1, 1 << random.randrange(1, 40))
    beyond = price + (price * factor >> 30) if buys else price - (price * factor >> 40)
    default = 10**15 if buys else 1000
    limit = one_of(random, price, beyond, beyond, default, default, any_magnitude(random, 64))
    return near(random, limit, 0, U64_MAX)


def _pool(random: Random, realistic: bool) -> dict[str, Any]:
    if realistic:
        tao, alpha = random.randrange(10**12, 10**15), random.randrange(10**14, 10**16)
    elif chance(random, 1, 4):  # round numbers, whose prices and powers are round too
        tao, alpha = (10 ** random.randrange(6, 16) * one_of(random, 1, 2, 4, 5) for _ in range(2))
    else:
        tao, alpha = (
            one_of(random, any_magnitude(random, 64), random.randrange(ALL_COINS)) for _ in range(2)
        )
    weight = _weight(random, realistic)
    rate = one_of(random, 33, 33, 0, 10_000, U16_MAX, random.randrange(U16_MAX))
    return {
        "tao_reserve": str(tao),
        "alpha_reserve": str(alpha),
        "alpha_out": str(any_magnitude(random, 64)),
        "fee_rate": 33 if realistic else rate,
        "mechanism": 1 if realistic or chance(random, 15, 16) else one_of(random, 0, 2),
        "quote": None if chance(random, 1, 8) else str(weight),
        "min_reserve": "1000000",
    }


def _weight(random: Random, realistic: bool) -> int:
    near_half = EQUAL_WEIGHTS + random.randrange(-(10 ** random.randrange(1, 11)), 1)
    if realistic:
        return near_half
    return one_of(
        random,
        near_half,
        EQUAL_WEIGHTS,
        near(random, MIN_WEIGHT, MIN_WEIGHT, U64_MAX),
        near(random, WEIGHT_SCALE - MIN_WEIGHT, 0, WEIGHT_SCALE - MIN_WEIGHT),
        random.randrange(10, 991) * 10**15,
        random.randrange(MIN_WEIGHT, WEIGHT_SCALE - MIN_WEIGHT),
    )


def _of_a_pool(**amounts: int) -> Callable[[Random, bool], dict[str, Any]]:
    """A pool and amounts of up to so many bits."""

    def draw_pool(random: Random, realistic: bool) -> dict[str, Any]:
        drawn = {name: str(any_magnitude(random, bits)) for name, bits in amounts.items()}
        return _pool(random, realistic) | drawn

    return draw_pool


def _initialize(random: Random, realistic: bool) -> dict[str, Any]:
    pool = _pool(random, realistic) | {"quote": one_of(random, None, None, None, str(EQUAL_WEIGHTS))}
    price = one_of(random, None, any_magnitude(random, 128), any_magnitude(random, 66))
    return pool | {"maybe_price_bits": None if price is None else str(price)}


def _numbers(**fields: int) -> Callable[[Random, bool], dict[str, Any]]:
    """A weight, and integers of up to so many bits."""

    def draw_numbers(random: Random, realistic: bool) -> dict[str, Any]:
        drawn = {name: str(any_magnitude(random, bits)) for name, bits in fields.items()}
        weight = one_of(random, 0, WEIGHT_SCALE) if chance(random, 1, 20) else _weight(random, realistic)
        return {"quote": str(weight), **drawn}

    return draw_numbers


def _ratio(random: Random, realistic: bool) -> dict[str, Any]:
    p, q = any_magnitude(random, 100), any_magnitude(random, 100)
    return {"p": str(one_of(random, min(p, q), p)), "q": str(one_of(random, max(p, q), q))}


def _power(random: Random, _: bool) -> dict[str, Any]:
    if chance(random, 1, 4):
        return _power_decided_by_rounding(random)
    if chance(random, 1, 4):  # the special cases
        arguments = [one_of(random, 0, 1, 5) for _ in range(4)]
    else:
        exponent = random.randrange(1, 1 << 60)
        small = random.randrange(1, MAX_EXACT_EXPONENT + 2)
        arguments = [
            any_magnitude(random, 100) + 1,
            any_magnitude(random, 100) + 1,
            *one_of(
                random,
                (exponent, random.randrange(exponent, 1 << 61)),
                (exponent, WEIGHT_SCALE),
                (random.randrange(1, 40), random.randrange(1, 40)),
                (1, small),
            ),
        ]
    precision = one_of(random, 0, 32, 64, 256, 256, 1024)
    return _power_inputs(*arguments, precision=precision, scale=10 ** one_of(random, 0, 3, 9, 18, 18, 30))


def _power_decided_by_rounding(random: Random) -> dict[str, Any]:
    """A power just below an integer, which only the rounding of the guard bits lifts to it."""
    for _ in range(SEARCHES):
        denominator = random.randrange(10**6, 10**12)
        numerator, exponent = random.randrange(1, denominator), random.randrange(1, 1 << 60)
        arguments = numerator, denominator, exponent, WEIGHT_SCALE
        if pow_ratio_scaled(*arguments, 0, WEIGHT_SCALE) != pow_ratio_scaled(*arguments, 128, WEIGHT_SCALE):
            break
    return _power_inputs(*arguments, precision=0, scale=WEIGHT_SCALE)


def _power_inputs(a: int, b: int, p: int, q: int, *, precision: int, scale: int) -> dict[str, Any]:
    names = ("base_num", "base_den", "exp_num", "exp_den", "precision", "scale")
    values = (a, b, p, q, precision, scale)
    return {name: str(value) for name, value in zip(names, values, strict=True)}


_SWAPS = ("swap", "swap", "swap_apply", "swap_apply", "sim_swap")

_DRAW: dict[str, Callable[[Random, bool], dict[str, Any]]] = {
    "swap": _swap,
    "swap_apply": _swap_apply,
    "sim_swap": _sim_swap,
    "price": _of_a_pool(),
    "fee": _of_a_pool(amount=64),
    "alpha_for_tao": _of_a_pool(amount=64),
    "adjust_protocol_liquidity": _of_a_pool(tao_delta=55, alpha_delta=55),
    "clear": _of_a_pool(),
    "initialize": _initialize,
    "balancer.exp_base_quote": _numbers(x=64, dx=64),
    "balancer.exp_quote_base": _numbers(x=64, dx=64),
    "balancer.price": _numbers(x=64, y=64),
    "balancer.quote_delta_in": _numbers(current_bits=100, target_bits=100, reserve=64),
    "balancer.base_delta_in": _numbers(current_bits=100, target_bits=100, reserve=64),
    "balancer.base_needed_for_quote": _numbers(tao_reserve=64, alpha_reserve=64, delta_tao=64),
    "balancer.update_weights": _numbers(tao_reserve=60, alpha_reserve=60, tao_delta=60, alpha_delta=60),
    "balancer.new": _numbers(),
    "balancer.from_rational": _ratio,
    "balancer.pow_ratio_scaled": _power,
}
