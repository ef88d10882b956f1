"""What changes a pool: swaps with their books, deposits of the protocol, initialisation.

A function that raises has changed nothing.

Source: ``pallets/subtensor/src/staking/stake_utils.rs``, ``pallets/swap/src/pallet/impls.rs``.
"""

from __future__ import annotations

from typing import Final

from taospec.reference.amm import balancer
from taospec.reference.amm.parameters import BASE_PARAMETERS, DEFAULT_FEE_RATE, ExchangeParameters
from taospec.reference.amm.records import DYNAMIC, Direction, SwapResult
from taospec.reference.amm.swap import one_to_one, swap
from taospec.reference.fixed_point import U64F64
from taospec.reference.fixed_point.numbers import U64, U128
from taospec.reference.invalid_input import U64_MAX, require_integer
from taospec.reference.rules import implements
from taospec.reference.state.errors import DispatchError, SwapError
from taospec.reference.state.pool import EQUAL_WEIGHTS, Pool

LARGEST_INCREASE: Final = 2**63 - 1
"""Most that one swap adds to a reserve: the change passes through a signed 64-bit number."""
LARGEST_DECREASE: Final = 2**63
"""Most that one swap takes from a reserve: that type reaches one further below zero."""


@implements("AMM-BOOK-1")
def swap_tao_for_alpha(
    pool: Pool,
    tao: int,
    price_limit: int,
    *,
    drop_fees: bool = False,
    parameters: ExchangeParameters = BASE_PARAMETERS,
) -> SwapResult:
    """Buy alpha: TAO into the pool, alpha from the pool into circulation.

    The volume grows by the TAO **asked for**, fee and refund included; the fee never enters the
    reserves. All books saturate. The caller books :func:`total_stake_after_purchase`.

    Raises what :func:`~taospec.reference.amm.swap.swap` raises.

    Source: ``stake_utils.rs:638``.
    """
    result = _exchange(pool, Direction.BUY, tao, price_limit, drop_fees, parameters)
    pool.alpha_in = _less(pool.alpha_in, result.amount_paid_out)
    pool.alpha_out = min(pool.alpha_out + result.amount_paid_out, U64_MAX)
    pool.tao_reserve = _more(pool.tao_reserve, result.amount_paid_in)
    pool.volume = min(pool.volume + tao, U128.maximum)
    return result


@implements("AMM-BOOK-2")
def swap_alpha_for_tao(
    pool: Pool,
    alpha: int,
    price_limit: int,
    *,
    drop_fees: bool = False,
    parameters: ExchangeParameters = BASE_PARAMETERS,
) -> SwapResult:
    """Sell alpha: alpha from circulation into the pool, TAO out of the pool.

    The volume grows by the TAO **paid out**. Circulating alpha falls by what enters the reserve:
    the fee stays in circulation. All books saturate. The caller books
    :func:`total_stake_after_sale`.

    Raises what :func:`~taospec.reference.amm.swap.swap` raises.

    Source: ``stake_utils.rs:689``.
    """
    result = _exchange(pool, Direction.SELL, alpha, price_limit, drop_fees, parameters)
    pool.alpha_in = _more(pool.alpha_in, result.amount_paid_in)
    pool.alpha_out = max(pool.alpha_out - min(result.amount_paid_in, LARGEST_INCREASE), 0)
    pool.tao_reserve = _less(pool.tao_reserve, result.amount_paid_out)
    pool.volume = min(pool.volume + result.amount_paid_out, U128.maximum)
    return result


def _exchange(
    pool: Pool,
    direction: Direction,
    amount: int,
    price_limit: int,
    drop_fees: bool,
    parameters: ExchangeParameters,
) -> SwapResult:
    """Swap through the pool, which is initialised from then on, or one to one beside it."""
    if pool.mechanism != DYNAMIC:
        return one_to_one(amount)
    result = swap(pool, direction, amount, price_limit, drop_fees=drop_fees, parameters=parameters)
    initialize(pool)
    return result


@implements("AMM-BOOK-3")
def total_stake_after_purchase(total_stake: int, tao: int) -> int:
    """The network's total stake grows by the TAO **asked for**, whatever was paid in.

    Source: ``stake_utils.rs:676``.
    """
    return min(total_stake + tao, U64_MAX)


def total_stake_after_sale(total_stake: int, result: SwapResult) -> int:
    """The network's total stake falls by the TAO paid out, saturating at 0.

    Source: ``stake_utils.rs:727``.
    """
    return max(total_stake - result.amount_paid_out, 0)


def initialize(pool: Pool) -> None:
    """Equal weights, unless the pool is initialised already.

    A weight that deposits of the protocol stored before **is thrown away**.

    Source: ``impls.rs:38``.
    """
    if not pool.initialized:
        pool.quote_weight = EQUAL_WEIGHTS
        pool.initialized = True


@implements("AMM-WEIGHT-6")
def initialize_at_price(pool: Pool, price: U64F64) -> None:
    """The weight that gives this price: ``w2 = y / (price * x + y)``, floored.

    ``price * x`` is ``int(price) * x + floor(frac(price) * x)``. No effect on a pool that is
    initialised already.

    Raises:
        DispatchError: ``ReservesOutOfBalance`` if both reserves are empty, or the weight would be
            out of bounds.

    Source: ``impls.rs:38``.
    """
    if pool.initialized:
        return
    whole = price.saturating_to_num(U64) * pool.alpha_in
    fraction = U64F64.from_num(pool.alpha_in).saturating_mul(price.frac()).saturating_to_num(U128)
    total = min(whole + fraction + pool.tao_reserve, U128.maximum)
    if total == 0:
        raise DispatchError(SwapError.ReservesOutOfBalance)
    try:
        weight = balancer.checked_quote_weight(balancer.weight_from_rational(pool.tao_reserve, total))
    except DispatchError:
        raise DispatchError(SwapError.ReservesOutOfBalance) from None
    pool.quote_weight = weight
    pool.initialized = True


@implements("AMM-INJECT-1")
def adjust_protocol_liquidity(pool: Pool, tao_delta: int, alpha_delta: int) -> tuple[int, int]:
    """Reweight the pool for a deposit that must not move its price; the deposit itself is not made.

    Answers the two amounts to deposit. **Both are 0 and the weight stays** if the new weight
    would be out of bounds. Does not initialise the pool, and works whatever the mechanism.

    Source: ``impls.rs:84``.
    """
    require_integer("tao_delta", tao_delta, 0, U64_MAX)
    require_integer("alpha_delta", alpha_delta, 0, U64_MAX)
    try:
        pool.quote_weight = balancer.weight_after_added_liquidity(
            pool.quote_weight, pool.tao_reserve, pool.alpha_in, tao_delta, alpha_delta
        )
    except DispatchError:
        return 0, 0
    return tao_delta, alpha_delta


@implements("AMM-CLEAR-1")
def clear_protocol_liquidity(pool: Pool) -> None:
    """Empty the pool of a dissolved subnet; weight, fee rate and mark fall back to their defaults.

    Source: ``impls.rs:289``.
    """
    pool.tao_reserve = 0
    pool.alpha_in = 0
    pool.quote_weight = EQUAL_WEIGHTS
    pool.initialized = False
    pool.fee_rate = DEFAULT_FEE_RATE


@implements("AMM-BOOK-4")
def _more(reserve: int, amount: int) -> int:
    """``reserve + amount``, by at most ``2**63 - 1``, saturating in u64.

    Source: ``primitives/swap-interface/src/lib.rs:220``.
    """
    return min(reserve + min(amount, LARGEST_INCREASE), U64_MAX)


def _less(reserve: int, amount: int) -> int:
    """``reserve - amount``, by at most ``2**63``, saturating at 0.

    Source: ``primitives/swap-interface/src/lib.rs:229``.
    """
    return max(reserve - min(amount, LARGEST_DECREASE), 0)
