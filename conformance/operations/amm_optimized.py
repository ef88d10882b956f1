"""``amm.*`` on the CPU kernels: swaps, and the powers under them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from taospec.conformance.answers import Answer, ProtocolError
from taospec.conformance.operations import Inputs, Operation, decoding
from taospec.conformance.operations import amm as reference
from taospec.optimized.amm.balancer import amounts_to_price, shares_left
from taospec.optimized.amm.batch import ERRORS, REASONS, PoolBatch, swap_batch
from taospec.optimized.amm.power import DECIDED
from taospec.reference.amm import settlement
from taospec.reference.amm.records import DYNAMIC, Direction, SwapResult
from taospec.reference.amm.swap import current_price, default_price_limit
from taospec.reference.fixed_point import U64F64
from taospec.reference.state.pool import WEIGHT_SCALE


def _column(value: int) -> NDArray[np.uint64]:
    return np.array([value], np.uint64)


def _share(op: str, buys: bool) -> Operation:
    def operation(inputs: Inputs) -> Answer:
        weight, reserve, amount = (decoding.amount(inputs, field) for field in ("quote", "x", "dx"))
        weight_in = weight if buys else max(WEIGHT_SCALE - weight, 0)
        bits, (status,) = shares_left(
            *(np.array([value], np.uint64) for value in (weight_in, reserve, amount))
        )
        if status != DECIDED:
            return Answer(out=reference.REFERENCE[op](inputs), fallback=REASONS[int(status)])
        return Answer(out={"value": str((int(bits[0, 0]) << 64) + int(bits[0, 1]))})

    return operation


def _amount(op: str, buys: bool) -> Operation:
    def operation(inputs: Inputs) -> Answer:
        weight, reserve = (
            decoding.amount(inputs, "quote"),
            decoding.amount(inputs, "reserve"),
        )
        current, target = (
            np.array([divmod(decoding.bits(inputs, field, U64F64).bits, 1 << 64)], np.uint64)
            for field in ("current_bits", "target_bits")
        )
        power = max(WEIGHT_SCALE - weight, 0) if buys else weight
        ratio = (target, current) if buys else (current, target)
        (amount,), (status,) = amounts_to_price(_column(power), *ratio, _column(reserve))
        if status != DECIDED:
            return Answer(out=reference.REFERENCE[op](inputs), fallback=REASONS[int(status)])
        return Answer(out={"value": str(amount)})

    return operation


def _swap(inputs: Inputs) -> Answer:
    return _swap_answer(
        "amm.swap",
        inputs,
        decoding.amount(inputs, "price_limit"),
        drop_fees=decoding.flag(inputs, "drop_fees"),
        simulate=decoding.flag(inputs, "simulate"),
    )


def _simulate(inputs: Inputs) -> Answer:
    limit = default_price_limit(reference.decode_direction(inputs))
    return _swap_answer("amm.sim_swap", inputs, limit, drop_fees=False, simulate=True)


def _swap_answer(op: str, inputs: Inputs, limit: int, *, drop_fees: bool, simulate: bool) -> Answer:
    pool = reference.decode_pool(inputs)
    if pool.mechanism != DYNAMIC:
        return Answer(out=reference.REFERENCE[op](inputs), fallback="a subnet without a pool")
    before = str(current_price(pool).bits)
    batch = swap_batch(
        PoolBatch.of([pool]),
        0,
        reference.decode_direction(inputs) is Direction.BUY,
        decoding.amount(inputs, "amount"),
        limit,
        drop_fees=drop_fees,
        parameters=reference.decode_parameters(inputs),
        parallel=False,
    )
    error = ERRORS[batch.error[0]]
    if error is not None:
        raise ProtocolError(error.value, reference.encode_pool(pool))
    if not simulate:
        settlement.initialize(pool)
    result = SwapResult(
        amount_paid_in=int(batch.amount_paid_in[0]),
        amount_paid_out=int(batch.amount_paid_out[0]),
        fee_paid=int(batch.fee_paid[0]),
        fee_to_block_author=int(batch.fee_to_block_author[0]),
    )
    out: dict[str, Any] = {
        "value": reference.encode(result),
        "after": reference.encode_pool(pool),
        "price_before_bits": before,
    }
    return Answer(out=out, fallback=next(iter(batch.fallbacks), None))


OPTIMIZED_CPU: dict[str, Operation] = {
    "amm.balancer.exp_quote_base": _share("amm.balancer.exp_quote_base", buys=True),
    "amm.balancer.exp_base_quote": _share("amm.balancer.exp_base_quote", buys=False),
    "amm.balancer.quote_delta_in": _amount("amm.balancer.quote_delta_in", buys=True),
    "amm.balancer.base_delta_in": _amount("amm.balancer.base_delta_in", buys=False),
    "amm.swap": _swap,
    "amm.sim_swap": _simulate,
}
"""Op name to the answer of the CPU kernels."""
