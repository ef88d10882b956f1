"""What actors do: from the state, and chance that the seed fixes, to the calls of a block.

An actor draws from a source of its own for each block, so that what one group does changes
nothing of what another draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any, Final

import attrs

from taospec.conformance.simulation.accounts import coldkey_of, hotkey_of, named_account
from taospec.conformance.simulation.random_calls import steered_call
from taospec.conformance.simulation.scenario import Group, Scenario
from taospec.conformance.simulation.weighing import weight_calls
from taospec.reference.chain.calls import CALLS
from taospec.reference.staking.positions import ROOT, all_netuids
from taospec.reference.staking.stake_ledger import stake_of
from taospec.reference.state.ledger import keep_alive_balance_of
from taospec.reference.state.origin import ROOT as ROOT_ORIGIN
from taospec.reference.state.origin import Origin
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId

WHOLE: Final = 10**9
"""Proportions of a scenario are counted in parts of this."""

DUST: Final = 10_000_000
"""Below this actors don't trade, rao."""


@attrs.frozen
class PlannedCall:
    """A call that an actor makes."""

    name: str
    """Upstream's name."""
    origin: Origin
    """Who makes it."""
    arguments: Mapping[str, Any]
    """By upstream's names."""


Calls = Iterator[PlannedCall]


def planned_calls(scenario: Scenario, state: State, memory: dict[str, Any]) -> list[PlannedCall]:
    """The calls of the current block, in order: scheduled ones first, then group by group.

    ``memory`` is what actors know from earlier blocks; it holds nothing but JSON.
    """
    time = state.clock.block - scenario.genesis.block
    calls = [_scheduled(each) for each in scenario.schedule if each.at == time]
    for group in scenario.groups:
        if group.start <= time <= group.until:
            for member in range(group.count):
                if (time - group.start + member * group.every // group.count) % group.every == 0:
                    calls += _acts(scenario, group, member, state, memory)
    return calls


def _scheduled(scheduled: Any) -> PlannedCall:
    kinds = CALLS[scheduled.call].arguments
    arguments = {
        name: kind.from_json(f"{scheduled.call}.{name}", _with_accounts(scheduled.arguments[name]))
        for name, kind in kinds.items()
        if name in scheduled.arguments
    }
    origin = ROOT_ORIGIN if scheduled.signer == "root" else named_account(scheduled.signer)
    return PlannedCall(scheduled.call, origin, arguments)


def _with_accounts(argument: Any) -> Any:
    """A name with a slash as the account that it names."""
    if isinstance(argument, str) and "/" in argument:
        return "0x" + named_account(argument).hex()
    return argument


def _acts(scenario: Scenario, group: Group, member: int, state: State, memory: dict[str, Any]) -> Calls:
    random = Random(f"taospec/{scenario.seed}/{state.clock.block}/{group.name}/{member}")
    if group.kind == "validator":
        for name, signer, arguments in weight_calls(scenario, group, member, state, random, memory):
            yield PlannedCall(name, signer, arguments)
        return
    if group.kind == "random":
        yield PlannedCall(*steered_call(state, random, memory.setdefault("reached", {})))
        return
    yield from _ACTS[group.kind](scenario, group, member, state, random)


def _miner(scenario: Scenario, group: Group, member: int, state: State, random: Random) -> Calls:
    """Sell a part of what was earned."""
    coldkey, hotkey = coldkey_of(group, member), hotkey_of(group, member)
    for netuid in _netuids(group, state):
        amount = stake_of(state, hotkey, coldkey, netuid) * group.sells // WHOLE
        if amount > DUST:
            arguments = {"hotkey": hotkey, "netuid": netuid, "amount_unstaked": amount}
            yield PlannedCall("remove_stake", coldkey, arguments)


def _staker(scenario: Scenario, group: Group, member: int, state: State, random: Random) -> Calls:
    """Stake TAO on one subnet, or take a part of the stake back."""
    netuids = _netuids(group, state)
    if not netuids:
        return
    netuid = netuids[random.randrange(len(netuids))]
    coldkey, hotkey = coldkey_of(group, member), _destination(scenario, group, netuid, state, random)
    if hotkey is None:
        return
    spendable = min(group.buys, keep_alive_balance_of(state, coldkey))
    if spendable > DUST:
        arguments = {"hotkey": hotkey, "netuid": netuid, "amount_staked": spendable}
        yield PlannedCall("add_stake", coldkey, arguments)
    held = stake_of(state, hotkey, coldkey, netuid) * group.unstakes // WHOLE
    if held > DUST:
        arguments = {"hotkey": hotkey, "netuid": netuid, "amount_unstaked": held}
        yield PlannedCall("remove_stake", coldkey, arguments)


def _registrant(scenario: Scenario, group: Group, member: int, state: State, random: Random) -> Calls:
    """Register a new hotkey where that costs no more than the limit."""
    netuids = _netuids(group, state)
    if not netuids:
        return
    netuid = netuids[random.randrange(len(netuids))]
    price = state.registrations.peek(netuid).burn
    if price <= keep_alive_balance_of(state, coldkey_of(group, member)) and (
        not group.price_limit or price <= group.price_limit
    ):
        hotkey = named_account(f"{group.name}/{member}/{state.clock.block}/hotkey")
        yield PlannedCall("burned_register", coldkey_of(group, member), {"netuid": netuid, "hotkey": hotkey})


def _founder(scenario: Scenario, group: Group, member: int, state: State, random: Random) -> Calls:
    """Start the subnets that were registered, have root enable their emission, and register another."""
    coldkey = coldkey_of(group, member)
    for netuid in _netuids(group, state):
        subnet = state.subnets.peek(netuid)
        if subnet.owner == coldkey and subnet.first_emission_block is None and "start_call" in CALLS:
            yield PlannedCall("start_call", coldkey, {"netuid": netuid})
            if "sudo_set_subnet_emission_enabled" in CALLS:
                enabled = {"netuid": netuid, "enabled": True}
                yield PlannedCall("sudo_set_subnet_emission_enabled", ROOT_ORIGIN, enabled)
    if "register_network" in CALLS:
        hotkey = named_account(f"{group.name}/{member}/{state.clock.block}/hotkey")
        yield PlannedCall("register_network", coldkey, {"hotkey": hotkey})


_ACTS: Final[Mapping[str, Callable[[Scenario, Group, int, State, Random], Calls]]] = {
    "miner": _miner,
    "staker": _staker,
    "registrant": _registrant,
    "founder": _founder,
}


def _netuids(group: Group, state: State) -> list[int]:
    """Where the group acts, ascending, as far as it is there."""
    there = [netuid for netuid in sorted(all_netuids(state)) if netuid != ROOT]
    return [netuid for netuid in there if group.subnets is None or netuid in group.subnets]


def _destination(
    scenario: Scenario, group: Group, netuid: int, state: State, random: Random
) -> AccountId | None:
    """A hotkey of the group that is staked to, or the owner's."""
    for other in scenario.groups:
        if other.name == group.stakes_to:
            return hotkey_of(other, random.randrange(other.count))
    return state.subnets.peek(netuid).owner_hotkey
