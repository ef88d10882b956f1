"""Swaps of many requests against many pools: what the reference answers, much faster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from taospec.optimized.amm import swap_kernel
from taospec.optimized.amm.power import DECIDED, NEAR_INTEGER, OUTSIDE_DOMAIN, UNCONVERGED_SERIES
from taospec.reference.amm.parameters import (
    BASE_PARAMETERS,
    MAXIMUM_PRICE_LIMIT,
    MINIMUM_PRICE_LIMIT,
    ExchangeParameters,
)
from taospec.reference.amm.records import DYNAMIC, Direction
from taospec.reference.amm.settlement import swap_alpha_for_tao, swap_tao_for_alpha
from taospec.reference.amm.swap import current_price, in_force
from taospec.reference.invalid_input import U64_MAX, InvalidInputError
from taospec.reference.state.errors import DispatchError, ProtocolError, SwapError
from taospec.reference.state.pool import Pool

Words = NDArray[np.uint64]

ERRORS: Final[tuple[ProtocolError | None, ...]] = (
    None,
    SwapError.SwapInputTooLarge,
    SwapError.ReservesTooLow,
    SwapError.PriceLimitExceeded,
)
"""What a code in :attr:`SwapBatch.error` means."""

OTHER_PARAMETERS: Final = 4
"""The status of a batch with parameters that the kernel does not know."""

REASONS: Final = {
    int(OUTSIDE_DOMAIN): "weights outside the domain of the proof",
    int(NEAR_INTEGER): "an integer within the error bound",
    int(UNCONVERGED_SERIES): "a series that does not converge",
    OTHER_PARAMETERS: "parameters of another revision",
}
"""Why the reference computed a request."""


@attrs.frozen(kw_only=True)
class PoolBatch:
    """What a swap reads of many pools, one array a field."""

    tao_reserve: Words
    """TAO of each pool, rao."""
    alpha_in: Words
    """Alpha of each pool, rao."""
    quote_weight: Words
    """Weight of TAO in parts of 1e18, as a swap sees it: one half if not initialised."""
    mechanism: NDArray[np.uint16]
    """1 exchanges through the pool, anything else one to one."""
    fee_rate: Words
    """Fee, a fraction of 65535."""

    @classmethod
    def of(cls, pools: Iterable[Pool]) -> PoolBatch:
        """The batch of these pools."""
        listed = [in_force(pool) for pool in pools]

        def column(name: str, kind: Any) -> NDArray[Any]:
            return np.array([getattr(pool, name) for pool in listed], kind)

        return cls(
            tao_reserve=column("tao_reserve", np.uint64),
            alpha_in=column("alpha_in", np.uint64),
            quote_weight=column("quote_weight", np.uint64),
            mechanism=column("mechanism", np.uint16),
            fee_rate=column("fee_rate", np.uint64),
        )

    def pool(self, index: int) -> Pool:
        """One pool as a record of the reference."""
        return Pool(
            tao_reserve=int(self.tao_reserve[index]),
            alpha_in=int(self.alpha_in[index]),
            quote_weight=int(self.quote_weight[index]),
            initialized=True,
            mechanism=int(self.mechanism[index]),
            fee_rate=int(self.fee_rate[index]),
        )


@attrs.frozen(kw_only=True)
class SwapBatch:
    """What each request moves, or why it is refused (then all amounts are 0)."""

    amount_paid_in: Words
    """What enters the reserve, rao."""
    amount_paid_out: Words
    """What leaves the other reserve, rao."""
    fee_paid: Words
    """The fee, in the unit of the input, rao."""
    error: NDArray[np.uint8]
    """Index into :data:`ERRORS`."""
    price_before_bits: Words
    """U64F64 of TAO per alpha before the swap, as rows ``(high word, low word)``."""
    price_after_bits: Words
    """The same after the swap; meaningless where it is refused."""
    fallbacks: Counter[str]
    """How many requests the reference computed, by reason (:data:`REASONS`)."""

    @property
    def fee_to_block_author(self) -> Words:
        """The fee, except where nothing was paid in."""
        return np.where(self.amount_paid_in > 0, self.fee_paid, np.uint64(0))

    @property
    def price_impact(self) -> NDArray[np.float64]:
        """``price_after / price_before - 1``, nearest floats; not a number without a price."""
        before, after = (
            bits[:, 0].astype(np.float64) + bits[:, 1].astype(np.float64) / 2.0**64
            for bits in (self.price_before_bits, self.price_after_bits)
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(after / before - 1.0)


def swap_batch(
    pools: PoolBatch,
    pool: NDArray[np.int64] | int,
    buys: NDArray[np.bool_] | bool,
    amount: Words | int,
    price_limit: Words | int | None = None,
    *,
    drop_fees: bool = False,
    parameters: ExchangeParameters = BASE_PARAMETERS,
    parallel: bool = True,
) -> SwapBatch:
    """What :func:`~taospec.reference.amm.settlement.swap_tao_for_alpha` (``buys``) or
    :func:`~taospec.reference.amm.settlement.swap_alpha_for_tao` answers to each request alone.

    ``pool`` is an index into ``pools``; the arguments are broadcast against each other. Without
    a price limit that of a simulation holds. No pool changes: every request meets the pools as
    they are.

    Raises:
        InvalidInputError: an index or amount out of range.
    """
    request = _requests(pools, pool, buys, amount, price_limit)
    count = request.amount.size
    result = np.zeros((count, swap_kernel.COLUMNS), np.uint64)
    error = np.zeros(count, np.uint8)
    status = np.full(count, OTHER_PARAMETERS, np.int8)
    multiple = parameters.input_reserve_multiple
    if (parameters.payout_precision, parameters.limit_precision) == (256, 1024) and multiple is not None:
        rows = swap_kernel.swap_rows_parallel if parallel else swap_kernel.swap_rows
        rows(
            pools.tao_reserve,
            pools.alpha_in,
            pools.quote_weight,
            pools.mechanism == DYNAMIC,
            pools.fee_rate,
            request.pool,
            request.buys,
            request.amount,
            request.price_limit,
            not drop_fees,
            np.uint64(multiple),
            np.uint64(parameters.minimum_reserve),
            result,
            error,
            status,
        )
    undecided = np.flatnonzero(status != DECIDED)
    for index in undecided:
        error[index] = _swap_by_reference(pools, request, int(index), drop_fees, parameters, result[index])
    return SwapBatch(
        amount_paid_in=result[:, swap_kernel.PAID_IN],
        amount_paid_out=result[:, swap_kernel.PAID_OUT],
        fee_paid=result[:, swap_kernel.FEE],
        error=error,
        price_before_bits=result[:, swap_kernel.PRICE_BEFORE_HIGH : swap_kernel.PRICE_BEFORE_LOW + 1],
        price_after_bits=result[:, swap_kernel.PRICE_AFTER_HIGH : swap_kernel.PRICE_AFTER_LOW + 1],
        fallbacks=Counter(REASONS[int(reason)] for reason in status[undecided]),
    )


@attrs.frozen
class _Requests:
    pool: NDArray[np.int64]
    buys: NDArray[np.bool_]
    amount: Words
    price_limit: Words


def _requests(pools: PoolBatch, pool: Any, buys: Any, amount: Any, price_limit: Any) -> _Requests:
    """The requests as arrays of one length."""
    indices = np.asarray(pool)
    if indices.size and not (indices.min() >= 0 and indices.max() < pools.tao_reserve.size):
        bad = int(indices.min() if indices.min() < 0 else indices.max())
        raise InvalidInputError("pool", bad, f"must be below {pools.tao_reserve.size}")
    directions = np.asarray(buys, np.bool_)
    if price_limit is None:
        price_limit = np.where(directions, np.uint64(MAXIMUM_PRICE_LIMIT), np.uint64(MINIMUM_PRICE_LIMIT))
    columns = np.broadcast_arrays(
        indices.astype(np.int64), directions, _words("amount", amount), _words("price_limit", price_limit)
    )
    return _Requests(*(np.ascontiguousarray(column).reshape(-1) for column in columns))


def _words(field: str, values: Any) -> Words:
    """Values as u64, refused by name where they are not."""
    array = values if isinstance(values, np.ndarray) else np.array(values, object)
    if array.dtype == np.uint64:
        return array
    for value in array.reshape(-1).tolist():
        if type(value) is not int or not 0 <= value <= U64_MAX:
            raise InvalidInputError(field, value, f"must be an integer in [0, {U64_MAX}]")
    return array.astype(np.uint64)


def _swap_by_reference(
    pools: PoolBatch,
    request: _Requests,
    index: int,
    drop_fees: bool,
    parameters: ExchangeParameters,
    row: Words,
) -> int:
    """Fill one row from the reference and answer its error code."""
    pool = pools.pool(int(request.pool[index]))
    direction = Direction.BUY if request.buys[index] else Direction.SELL
    settle = swap_tao_for_alpha if direction is Direction.BUY else swap_alpha_for_tao
    before = current_price(pool).bits
    row[:] = 0
    row[swap_kernel.PRICE_BEFORE_HIGH : swap_kernel.PRICE_BEFORE_LOW + 1] = divmod(before, 1 << 64)
    try:
        result = settle(
            pool,
            int(request.amount[index]),
            int(request.price_limit[index]),
            drop_fees=drop_fees,
            parameters=parameters,
        )
    except DispatchError as error:
        return ERRORS.index(error.error)
    row[swap_kernel.PAID_IN] = result.amount_paid_in
    row[swap_kernel.PAID_OUT] = result.amount_paid_out
    row[swap_kernel.FEE] = result.fee_paid
    after = current_price(pool).bits
    row[swap_kernel.PRICE_AFTER_HIGH : swap_kernel.PRICE_AFTER_LOW + 1] = divmod(after, 1 << 64)
    return 0
