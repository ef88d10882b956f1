"""Swaps of the state's pools, with every counter that they move.

Source: ``pallets/subtensor/src/staking/stake_utils.rs``.
"""

from __future__ import annotations

from taospec.reference.amm import settlement
from taospec.reference.amm.records import Direction, SwapResult
from taospec.reference.amm.swap import simulate_swap
from taospec.reference.fixed_point.numbers import I64
from taospec.reference.rules import implements
from taospec.reference.state.errors import DispatchError
from taospec.reference.state.state import State


@implements("STAKE-SWAP-1")
def buy_alpha(state: State, netuid: int, tao: int, price_limit: int, *, drop_fees: bool) -> SwapResult:
    """Swap TAO for alpha; TotalStake grows by the TAO asked for, fee and refund included.

    Source: ``stake_utils.rs:638``.
    """
    result = settlement.swap_tao_for_alpha(state.pools[netuid], tao, price_limit, drop_fees=drop_fees)
    state.issuance.total_stake = settlement.total_stake_after_purchase(state.issuance.total_stake, tao)
    return result


@implements("STAKE-SWAP-2")
def sell_alpha(state: State, netuid: int, alpha: int, price_limit: int, *, drop_fees: bool) -> SwapResult:
    """Swap alpha for TAO; TotalStake falls by the TAO paid out.

    Source: ``stake_utils.rs:689``.
    """
    result = settlement.swap_alpha_for_tao(state.pools[netuid], alpha, price_limit, drop_fees=drop_fees)
    state.issuance.total_stake = settlement.total_stake_after_sale(state.issuance.total_stake, result)
    return result


def simulated(state: State, netuid: int, direction: Direction, amount: int) -> SwapResult | None:
    """What a swap with fee and without limit would move, ``None`` if it would be refused."""
    try:
        return simulate_swap(state.pools.peek(netuid), direction, amount)
    except DispatchError:
        return None


def record_tao_inflow(state: State, netuid: int, tao: int) -> None:
    """TAO that users put in since the flow was last read.

    Source: ``pallets/subtensor/src/coinbase/subnet_emissions.rs:77``.
    """
    emission = state.emissions[netuid]
    emission.tao_flow = _saturated(emission.tao_flow + I64.wrap(tao))


def record_tao_outflow(state: State, netuid: int, tao: int) -> None:
    """TAO that users took out.

    Source: ``pallets/subtensor/src/coinbase/subnet_emissions.rs:83``.
    """
    emission = state.emissions[netuid]
    emission.tao_flow = _saturated(emission.tao_flow - I64.wrap(tao))


def record_protocol_outflow(state: State, netuid: int, tao: int) -> None:
    """TAO that the sale of root dividends took out.

    Source: ``pallets/subtensor/src/coinbase/subnet_emissions.rs:99``.
    """
    emission = state.emissions[netuid]
    emission.protocol_flow = _saturated(emission.protocol_flow - I64.wrap(tao))


def _saturated(flow: int) -> int:
    return min(max(flow, I64.minimum), I64.maximum)
