"""One swap through a pool: fee, checks in the chain's order, partial fill at a price limit.

Nothing here changes a pool: a swap answers what it moves, and :mod:`.settlement` books it.

Source: ``pallets/swap/src/pallet/impls.rs``, ``pallets/swap/src/pallet/swap_step.rs``.
"""

from __future__ import annotations

from typing import Final

import attrs

from taospec.reference.amm import balancer
from taospec.reference.amm.parameters import (
    BASE_PARAMETERS,
    MAXIMUM_PRICE_LIMIT,
    MINIMUM_PRICE_LIMIT,
    ExchangeParameters,
)
from taospec.reference.amm.records import DYNAMIC, Direction, SwapResult
from taospec.reference.fixed_point import U64F64
from taospec.reference.fixed_point.numbers import U64
from taospec.reference.invalid_input import U16_MAX, U64_MAX, require_integer
from taospec.reference.rules import implements
from taospec.reference.state.errors import DispatchError, SwapError
from taospec.reference.state.pool import EQUAL_WEIGHTS, Pool

RAO_PER_COIN: Final = 10**9


@implements("AMM-SWAP-1")
def swap(
    pool: Pool,
    direction: Direction,
    amount: int,
    price_limit: int,
    *,
    drop_fees: bool = False,
    parameters: ExchangeParameters = BASE_PARAMETERS,
) -> SwapResult:
    """Exchange ``amount`` rao, at most to the price ``price_limit`` (rao of TAO per alpha).

    A pool that is not initialised is swapped with equal weights (:func:`in_force`). The
    mechanism decides the fee and the price to compare with the limit, **not the payout**.

    Raises:
        DispatchError: in this order ``SwapInputTooLarge`` if the input without its fee exceeds
            1000 times the reserve, ``ReservesTooLow`` if the reserve to pay from is below the
            minimum, ``PriceLimitExceeded`` if the price is not strictly inside the limit,
            ``ReservesTooLow`` if something would be paid in and nothing out.

    Source: ``impls.rs:143``, ``impls.rs:202``.
    """
    require_integer("amount", amount, 0, U64_MAX)
    require_integer("price_limit", price_limit, 0, U64_MAX)
    fee = swap_fee(pool, amount, drop_fees)
    _require_input_within_reserve(pool, direction, amount - fee, parameters)
    _require_reserve(pool, direction, parameters)
    pool = in_force(pool)
    price, limit = current_price(pool), limit_price(price_limit)
    if not _is_inside(direction, price, limit):
        raise DispatchError(SwapError.PriceLimitExceeded)
    amount_in = amount - fee
    amount_out = payout(pool, direction, amount_in, parameters)
    if not _is_reached(direction, _price_after(pool, direction, amount_in, amount_out), limit):
        amount_in = _amount_to_price(pool, direction, price, limit, parameters)
        amount_out = payout(pool, direction, amount_in, parameters)
        fee = _fee_on_top(pool, amount_in, drop_fees)
    _require_payout(amount_in, amount_out)
    assert amount_out <= _reserve_out(pool, direction)
    return SwapResult(
        amount_paid_in=amount_in,
        amount_paid_out=amount_out,
        fee_paid=fee,
        fee_to_block_author=fee if amount_in > 0 else 0,
    )


@implements("AMM-SWAP-7")
def simulate_swap(
    pool: Pool,
    direction: Direction,
    amount: int,
    parameters: ExchangeParameters = BASE_PARAMETERS,
) -> SwapResult:
    """A swap with fee up to the default price limit, without effect; one to one without a pool.

    Raises what :func:`swap` raises.

    Source: ``impls.rs:365``.
    """
    if pool.mechanism != DYNAMIC:
        return one_to_one(amount)
    return swap(pool, direction, amount, default_price_limit(direction), parameters=parameters)


@implements("AMM-SWAP-8")
def one_to_one(amount: int) -> SwapResult:
    """What a subnet without a pool exchanges: the same number of rao, no fee, no limit.

    Source: ``impls.rs:376``, ``pallets/subtensor/src/staking/stake_utils.rs:650``.
    """
    require_integer("amount", amount, 0, U64_MAX)
    return SwapResult(amount_paid_in=amount, amount_paid_out=amount, fee_paid=0, fee_to_block_author=0)


@implements("AMM-FEE-1")
def swap_fee(pool: Pool, amount: int, drop_fees: bool = False) -> int:
    """``floor(amount * (rate / 65535))``, rao; 0 if fees are dropped or the pool is not dynamic.

    The rate is truncated to 2**-64 first, so that the fee can be 1 rao below the exact floor.

    Source: ``impls.rs:254``.
    """
    if drop_fees or pool.mechanism != DYNAMIC:
        return 0
    rate = U64F64.from_num(pool.fee_rate).safe_div(U64F64.from_num(U16_MAX))
    return U64F64.from_num(amount).saturating_mul(rate).saturating_to_num(U64)


@implements("AMM-FEE-2")
def _fee_on_top(pool: Pool, amount_in: int, drop_fees: bool) -> int:
    """``floor(amount_in * (rate / (65535 - rate)))``: the fee of a swap stopped by its limit.

    0 at a rate of 65535. **Does not look at the mechanism.**

    Source: ``swap_step.rs:103``.
    """
    rate = U64F64.from_num(0 if drop_fees else pool.fee_rate)
    ratio = rate.safe_div(U64F64.from_num(U16_MAX).saturating_sub(rate))
    return U64F64.from_num(amount_in).saturating_mul(ratio).saturating_to_num(U64)


@implements("AMM-SWAP-2")
def _require_input_within_reserve(
    pool: Pool, direction: Direction, net_amount: int, parameters: ExchangeParameters
) -> None:
    """Refuse more than 1000 times the reserve that the input enters (saturating in u64).

    Before that bound existed, nothing was refused.

    Source: ``impls.rs:185``.
    """
    multiple = parameters.input_reserve_multiple
    if multiple is not None and net_amount > min(_reserve_in(pool, direction) * multiple, U64_MAX):
        raise DispatchError(SwapError.SwapInputTooLarge)


@implements("AMM-SWAP-3")
def _require_reserve(pool: Pool, direction: Direction, parameters: ExchangeParameters) -> None:
    """Refuse to pay from a reserve below the minimum. The other reserve may be anything.

    Source: ``impls.rs:212``.
    """
    if _reserve_out(pool, direction) < parameters.minimum_reserve:
        raise DispatchError(SwapError.ReservesTooLow)


@implements("AMM-SWAP-4")
def _is_inside(direction: Direction, price: U64F64, limit: U64F64) -> bool:
    """Whether the price is strictly better than the limit.

    Source: ``primitives/swap-interface/src/order.rs:48``, ``order.rs:84``.
    """
    return price < limit if direction is Direction.BUY else price > limit


def _is_reached(direction: Direction, target: U64F64, limit: U64F64) -> bool:
    """Whether the whole input can be swapped: its target price is not beyond the limit.

    Source: ``swap_step.rs:164``, ``swap_step.rs:208``.
    """
    return target <= limit if direction is Direction.BUY else target >= limit


@implements("AMM-SWAP-6")
def _require_payout(amount_in: int, amount_out: int) -> None:
    """Refuse to take something and pay nothing.

    Source: ``swap_step.rs:118``.
    """
    if amount_in > 0 and amount_out == 0:
        raise DispatchError(SwapError.ReservesTooLow)


@implements("AMM-SWAP-5")
def _price_after(pool: Pool, direction: Direction, amount_in: int, amount_out: int) -> U64F64:
    """The weighted price once ``amount_in`` is in and ``amount_out`` is out, whatever the mechanism.

    Source: ``swap_step.rs:152``, ``swap_step.rs:196``.
    """
    if direction is Direction.BUY:
        alpha, tao = max(pool.alpha_in - amount_out, 0), min(pool.tao_reserve + amount_in, U64_MAX)
    else:
        alpha, tao = min(pool.alpha_in + amount_in, U64_MAX), max(pool.tao_reserve - amount_out, 0)
    return balancer.weighted_price(pool.quote_weight, alpha, tao)


@implements("AMM-OUT-3")
def payout(
    pool: Pool, direction: Direction, amount_in: int, parameters: ExchangeParameters = BASE_PARAMETERS
) -> int:
    """What leaves the reserve for ``amount_in`` rao without fee: the pool formula alone.

    Source: ``swap_step.rs:168``, ``swap_step.rs:212``.
    """
    precision = parameters.payout_precision
    if direction is Direction.BUY:
        share = balancer.exp_quote_base(pool.quote_weight, pool.tao_reserve, amount_in, precision)
    else:
        share = balancer.exp_base_quote(pool.quote_weight, pool.alpha_in, amount_in, precision)
    return balancer.payout(_reserve_out(pool, direction), share)


def _amount_to_price(
    pool: Pool, direction: Direction, price: U64F64, limit: U64F64, parameters: ExchangeParameters
) -> int:
    """The input that moves the price to the limit.

    Source: ``swap_step.rs:142``, ``swap_step.rs:186``.
    """
    weight, precision = pool.quote_weight, parameters.limit_precision
    if direction is Direction.BUY:
        return balancer.quote_delta_in(weight, price, limit, pool.tao_reserve, precision)
    return balancer.base_delta_in(weight, price, limit, pool.alpha_in, precision)


@implements("AMM-PRICE-2")
def current_price(pool: Pool) -> U64F64:
    """TAO per alpha: 1 without a pool, 0 with an empty alpha reserve.

    Source: ``impls.rs:21``.
    """
    if pool.mechanism != DYNAMIC:
        return U64F64.one()
    return balancer.weighted_price(pool.quote_weight, pool.alpha_in, pool.tao_reserve)


@implements("AMM-PRICE-3")
def limit_price(price_limit: int) -> U64F64:
    """Rao of TAO per alpha as a price: ``price_limit / 1e9``, truncated.

    Source: ``impls.rs:329``.
    """
    return U64F64.from_num(price_limit).safe_div(U64F64.from_num(RAO_PER_COIN))


@implements("AMM-PRICE-4")
def default_price_limit(direction: Direction) -> int:
    """The limit of a swap that names none: the largest price to buy at, the smallest to sell at.

    Source: ``impls.rs:311``.
    """
    return MAXIMUM_PRICE_LIMIT if direction is Direction.BUY else MINIMUM_PRICE_LIMIT


@implements("AMM-INVERSE-2")
def alpha_for_tao(pool: Pool, tao: int) -> int:
    """``floor(tao / price)``: the alpha worth ``tao`` rao at the current price, **no slippage**.

    0 if the price is 0 or the quotient overflows; the amount itself without a pool.

    Source: ``impls.rs:428``.
    """
    require_integer("tao", tao, 0, U64_MAX)
    if pool.mechanism != DYNAMIC:
        return tao
    return U64F64.from_num(tao).safe_div(current_price(pool)).saturating_to_num(U64)


@implements("AMM-WEIGHT-7")
def in_force(pool: Pool) -> Pool:
    """The pool as a swap sees it: with equal weights unless it is initialised. The record stays.

    A weight that injections stored before the first swap **is ignored, and thrown away by the
    first swap that succeeds**: the price jumps to the ratio of the reserves.

    Source: ``impls.rs:38``, ``impls.rs:217``.
    """
    if pool.initialized:
        return pool
    return attrs.evolve(pool, quote_weight=EQUAL_WEIGHTS, initialized=True)  # type: ignore[misc]


def _reserve_in(pool: Pool, direction: Direction) -> int:
    return pool.tao_reserve if direction is Direction.BUY else pool.alpha_in


def _reserve_out(pool: Pool, direction: Direction) -> int:
    return pool.alpha_in if direction is Direction.BUY else pool.tao_reserve
