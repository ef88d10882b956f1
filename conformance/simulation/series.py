"""Time series: what a simulation reports every few blocks, as rows of numbers and names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from taospec.conformance.simulation.accounts import coldkey_of, hotkey_of
from taospec.conformance.simulation.scenario import Group, Scenario
from taospec.reference.amm.swap import current_price
from taospec.reference.fixed_point import FixedPoint
from taospec.reference.staking.positions import ROOT, all_netuids
from taospec.reference.staking.stake_ledger import stake_of
from taospec.reference.state.state import State

Cell = int | float | str
Row = tuple[Cell, ...]

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "network": ("block", "issuance", "issuance_of_balances", "total_stake", "subnets", "last_lock_cost"),
    "subnets": (
        "block", "netuid", "price", "moving_price", "tao_reserve", "alpha_in", "alpha_out", "burn",
        "neurons", "tao_emission", "excess_tao", "miner_burned", "registrations",
    ),
    "actors": ("block", "group", "balance", "stake_value", "incentive", "dividends", "validator_trust"),
}  # fmt: skip
"""Series and their columns. Amounts are rao; prices TAO per alpha; incentive, dividends and trust the
group's sums over subnets, in parts of 65535."""


def sampled(scenario: Scenario, state: State) -> dict[str, list[Row]]:
    """The rows of the current block, by series."""
    rows: Mapping[str, Callable[[], Iterator[Row]]] = {
        "network": lambda: _network(state),
        "subnets": lambda: _subnets(state),
        "actors": lambda: (_group(state, group) for group in scenario.groups),
    }
    return {name: list(make()) for name, make in rows.items()}


def _network(state: State) -> Iterator[Row]:
    issuance, network = state.issuance, state.network
    yield (
        state.clock.block,
        issuance.total,
        issuance.of_balances,
        issuance.total_stake,
        network.subnets,
        network.last_lock_cost,
    )


def _subnets(state: State) -> Iterator[Row]:
    for netuid in sorted(all_netuids(state)):
        if netuid == ROOT:
            continue
        pool, report = state.pools.peek(netuid), state.subnet_reports.peek(netuid)
        emission, subnet = state.emissions.peek(netuid), state.subnets.peek(netuid)
        yield (
            state.clock.block,
            netuid,
            _real(current_price(pool)),
            _real(emission.moving_price),
            pool.tao_reserve,
            pool.alpha_in,
            pool.alpha_out,
            state.registrations.peek(netuid).burn,
            subnet.neurons,
            report.tao_in_emission,
            report.excess_tao,
            _real(emission.miner_burned),
            subnet.registrations,
        )


def _group(state: State, group: Group) -> Row:
    balance = value = incentive = dividends = trust = 0
    netuids = all_netuids(state)
    prices = {netuid: current_price(state.pools.peek(netuid)) for netuid in netuids}
    for member in range(group.count):
        coldkey, hotkey = coldkey_of(group, member), hotkey_of(group, member)
        balance += state.accounts.peek(coldkey).free
        for held in state.coldkeys.peek(coldkey).staking_hotkeys:
            for netuid, price in prices.items():
                stake = stake_of(state, held, coldkey, netuid)
                value += stake * price.bits // price.ONE_BITS
        for netuid in netuids:
            uid = state.memberships.peek((netuid, hotkey)).uid
            if uid is not None:
                metagraph = state.metagraphs.peek(netuid)
                incentive += _at(state.mechanisms.peek(netuid).incentive, uid)
                dividends += _at(metagraph.dividends, uid)
                trust += _at(metagraph.validator_trust, uid)
    return (state.clock.block, group.name, balance, value, incentive, dividends, trust)


def _at(numbers: tuple[int, ...], uid: int) -> int:
    return numbers[uid] if uid < len(numbers) else 0


def _real(number: FixedPoint) -> float:
    return number.bits / number.ONE_BITS
