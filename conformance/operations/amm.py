"""``amm.*``: the exchange of TAO and alpha.

Amounts, weights and raw bits are decimal text, flags and u16 plain JSON. ``quote`` is the stored
weight of TAO, null for a pool that is not initialised. Operations on a pool answer its state
after them, also after an error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from taospec.conformance.answers import ProtocolError
from taospec.conformance.operations import Inputs, Operation, decoding
from taospec.reference.amm import balancer, settlement
from taospec.reference.amm import swap as exchange
from taospec.reference.amm.parameters import (
    BASE_PARAMETERS,
    MAXIMUM_PRICE_LIMIT,
    MINIMUM_PRICE_LIMIT,
    ExchangeParameters,
)
from taospec.reference.amm.power import pow_ratio_scaled
from taospec.reference.amm.records import Direction, SwapResult
from taospec.reference.fixed_point import U64F64
from taospec.reference.fixed_point.numbers import U128
from taospec.reference.invalid_input import U16_MAX, U32_MAX, InvalidInputError
from taospec.reference.state.errors import DispatchError
from taospec.reference.state.pool import EQUAL_WEIGHTS, Pool

REFERENCE: dict[str, Operation] = {}
"""Op name to the reference's answer."""


def _u64s(*fields: str) -> Callable[[Inputs], tuple[int, ...]]:
    return lambda inputs: tuple(decoding.amount(inputs, field) for field in fields)


def _balancer(name: str, decode: Callable[[Inputs], tuple[Any, ...]], function: Callable[..., Any]) -> None:
    def operation(inputs: Inputs) -> dict[str, Any]:
        operands = decode(inputs)
        try:
            return {"value": encode(function(*operands))}
        except DispatchError as error:
            raise ProtocolError(error.error.value) from None

    REFERENCE[f"amm.balancer.{name}"] = operation


def encode(value: Any) -> Any:
    """JSON form of a result."""
    if isinstance(value, dict):
        return {key: encode(element) for key, element in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode(element) for element in value]
    if isinstance(value, SwapResult):
        return {
            "amount_paid_in": str(value.amount_paid_in),
            "amount_paid_out": str(value.amount_paid_out),
            "fee_paid": str(value.fee_paid),
            "fee_to_block_author": str(value.fee_to_block_author),
        }
    if isinstance(value, U64F64):
        return str(value.bits)
    return value if value is None or isinstance(value, bool) else str(value)


def _weights(quote_weight: int) -> dict[str, int]:
    checked = balancer.checked_quote_weight(quote_weight)
    return {"base": balancer.base_weight(checked), "quote": checked}


def _limit_operands(inputs: Inputs) -> tuple[Any, ...]:
    prices = decoding.bits(inputs, "current_bits", U64F64), decoding.bits(inputs, "target_bits", U64F64)
    return decoding.amount(inputs, "quote"), *prices, decoding.amount(inputs, "reserve")


def _power_operands(inputs: Inputs) -> tuple[int, ...]:
    bases = decoding.amount(inputs, "base_num", 2**512), decoding.amount(inputs, "base_den", 2**512)
    exponents = decoding.amount(inputs, "exp_num", 2**512), decoding.amount(inputs, "exp_den", 2**512)
    return (
        *bases,
        *exponents,
        decoding.amount(inputs, "precision", U32_MAX),
        decoding.amount(inputs, "scale", 2**512),
    )


def _rational_operands(inputs: Inputs) -> tuple[int, ...]:
    return decoding.amount(inputs, "p", U128.maximum), decoding.amount(inputs, "q", U128.maximum)


_balancer("exp_base_quote", _u64s("quote", "x", "dx"), balancer.exp_base_quote)
_balancer("exp_quote_base", _u64s("quote", "x", "dx"), balancer.exp_quote_base)
_balancer("price", _u64s("quote", "x", "y"), balancer.weighted_price)
_balancer("quote_delta_in", _limit_operands, balancer.quote_delta_in)
_balancer("base_delta_in", _limit_operands, balancer.base_delta_in)
_balancer(
    "base_needed_for_quote",
    _u64s("quote", "tao_reserve", "alpha_reserve", "delta_tao"),
    balancer.base_needed_for_quote,
)
_balancer(
    "update_weights",
    _u64s("quote", "tao_reserve", "alpha_reserve", "tao_delta", "alpha_delta"),
    balancer.weight_after_added_liquidity,
)
_balancer("new", _u64s("quote"), _weights)
_balancer("from_rational", _rational_operands, balancer.weight_from_rational)
_balancer("pow_ratio_scaled", _power_operands, pow_ratio_scaled)


def decode_pool(inputs: Inputs) -> Pool:
    """The pool that a case describes."""
    stored = decoding.field(inputs, "quote") is not None
    return Pool(
        tao_reserve=decoding.amount(inputs, "tao_reserve"),
        alpha_in=decoding.amount(inputs, "alpha_reserve"),
        alpha_out=decoding.amount(inputs, "alpha_out"),
        quote_weight=decoding.amount(inputs, "quote") if stored else EQUAL_WEIGHTS,
        initialized=stored,
        mechanism=decoding.number(inputs, "mechanism", U16_MAX),
        fee_rate=decoding.number(inputs, "fee_rate", U16_MAX),
    )


def decode_parameters(inputs: Inputs) -> ExchangeParameters:
    """The parameters of the exchange that a case gives."""
    least = decoding.decimal("min_reserve", decoding.field(inputs, "min_reserve"), 1)
    return attrs.evolve(BASE_PARAMETERS, minimum_reserve=least)


def decode_direction(inputs: Inputs) -> Direction:
    """Which way a swap goes."""
    value = decoding.field(inputs, "dir")
    if value not in ("buy", "sell"):
        raise InvalidInputError("dir", value, 'must be "buy" or "sell"')
    return Direction(value)


def encode_pool(pool: Pool) -> dict[str, Any]:
    """JSON form of a pool, with its price."""
    return {
        "tao_reserve": str(pool.tao_reserve),
        "alpha_reserve": str(pool.alpha_in),
        "alpha_out": str(pool.alpha_out),
        "quote": str(pool.quote_weight),
        "initialized": pool.initialized,
        "price_bits": str(exchange.current_price(pool).bits),
    }


def _pool_operation(name: str, function: Callable[[Inputs, Pool], Any]) -> None:
    """An operation that answers a value and may change the pool."""

    def operation(inputs: Inputs) -> dict[str, Any]:
        pool = decode_pool(inputs)
        before = str(exchange.current_price(pool).bits)
        try:
            value = encode(function(inputs, pool))
        except DispatchError as error:
            raise ProtocolError(error.error.value, encode_pool(pool)) from None
        return {"value": value, "after": encode_pool(pool), "price_before_bits": before}

    REFERENCE[f"amm.{name}"] = operation


def _swap(inputs: Inputs, pool: Pool) -> SwapResult:
    simulate = decoding.flag(inputs, "simulate")
    result = exchange.swap(
        pool,
        decode_direction(inputs),
        decoding.amount(inputs, "amount"),
        decoding.amount(inputs, "price_limit"),
        drop_fees=decoding.flag(inputs, "drop_fees"),
        parameters=decode_parameters(inputs),
    )
    if not simulate:
        settlement.initialize(pool)
    return result


def _simulate(inputs: Inputs, pool: Pool) -> SwapResult:
    amount = decoding.amount(inputs, "amount")
    return exchange.simulate_swap(pool, decode_direction(inputs), amount, decode_parameters(inputs))


def _alpha_for_tao(inputs: Inputs, pool: Pool) -> int:
    return exchange.alpha_for_tao(pool, decoding.amount(inputs, "amount"))


def _adjust(inputs: Inputs, pool: Pool) -> tuple[int, int]:
    deltas = decoding.amount(inputs, "tao_delta"), decoding.amount(inputs, "alpha_delta")
    return settlement.adjust_protocol_liquidity(pool, *deltas)


def _clear(_: Inputs, pool: Pool) -> None:
    settlement.clear_protocol_liquidity(pool)


def _initialize(inputs: Inputs, pool: Pool) -> bool:
    if decoding.field(inputs, "maybe_price_bits") is None:
        settlement.initialize(pool)
    else:
        settlement.initialize_at_price(pool, decoding.bits(inputs, "maybe_price_bits", U64F64))
    return True


_pool_operation("swap", _swap)
_pool_operation("sim_swap", _simulate)
_pool_operation("price", lambda _, pool: exchange.current_price(pool))
_pool_operation("fee", lambda inputs, pool: exchange.swap_fee(pool, decoding.amount(inputs, "amount")))
_pool_operation(
    "alpha_for_tao", lambda inputs, pool: exchange.alpha_for_tao(pool, decoding.amount(inputs, "amount"))
)
_pool_operation("adjust_protocol_liquidity", _adjust)
_pool_operation("initialize", _initialize)
_pool_operation("clear", _clear)


def _swap_apply(inputs: Inputs) -> dict[str, Any]:
    pool, total_stake = decode_pool(inputs), decoding.amount(inputs, "total_stake")
    before = str(exchange.current_price(pool).bits)
    amount, price_limit = decoding.amount(inputs, "amount"), decoding.amount(inputs, "price_limit")
    options: Any = {"drop_fees": decoding.flag(inputs, "drop_fees"), "parameters": decode_parameters(inputs)}
    try:
        if decode_direction(inputs) is Direction.BUY:
            result = settlement.swap_tao_for_alpha(pool, amount, price_limit, **options)
            total_stake = settlement.total_stake_after_purchase(total_stake, amount)
        else:
            result = settlement.swap_alpha_for_tao(pool, amount, price_limit, **options)
            total_stake = settlement.total_stake_after_sale(total_stake, result)
    except DispatchError as error:
        raise ProtocolError(error.error.value, _books(pool, total_stake)) from None
    return {"value": encode(result), "after": _books(pool, total_stake), "price_before_bits": before}


def _books(pool: Pool, total_stake: int) -> dict[str, Any]:
    return {**encode_pool(pool), "total_stake": str(total_stake), "volume": str(pool.volume)}


def _price_limits(_: Inputs) -> dict[str, Any]:
    return {"value": {"min": str(MINIMUM_PRICE_LIMIT), "max": str(MAXIMUM_PRICE_LIMIT)}}


REFERENCE["amm.swap_apply"] = _swap_apply
REFERENCE["amm.price_limits"] = _price_limits
