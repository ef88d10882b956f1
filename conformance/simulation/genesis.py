"""The state that a scenario starts from, written as records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from taospec.conformance.simulation.accounts import (
    RESERVE,
    authority,
    coldkey_of,
    hotkey_of,
    named_account,
    owner_coldkey,
    owner_hotkey,
)
from taospec.conformance.simulation.scenario import (
    NETWORK_ITEMS,
    SUBNET_ITEMS,
    Genesis,
    Group,
    Scenario,
    SubnetPlan,
)
from taospec.reference.amm.records import DYNAMIC
from taospec.reference.amm.swap import current_price
from taospec.reference.chain.genesis import chain_genesis, mainnet_genesis
from taospec.reference.fixed_point import I96F32
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.staking.positions import ROOT, all_netuids
from taospec.reference.staking.root_claims import index_root_staker
from taospec.reference.staking.stake_ledger import increase_stake
from taospec.reference.state.ledger import EXISTENTIAL_DEPOSIT, MAX_ISSUANCE, subnet_account
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId
from taospec.reference.subnets.registration import associate_hotkey
from taospec.reference.subnets.uids import register_neuron

NEURONS = ("validator", "miner")
"""Kinds of actors that have a uid on their subnets at the start."""


def genesis_state(scenario: Scenario) -> State:
    """The state before a scenario's first block.

    Raises:
        InvalidInputError: a subnet has no place for its neurons, or the issuance is too small.
    """
    genesis = scenario.genesis
    state = _first_state(genesis)
    state.clock.block = genesis.block
    _set_parameters(state, (), genesis.parameters, NETWORK_ITEMS)
    for netuid, plan in enumerate(_plans(genesis), state.network.subnets):
        _add_subnet(state, genesis, netuid, plan)
    for group in scenario.groups:
        for member in range(group.count):
            _add_actor(state, group, member)
    for number in range(genesis.authorities):
        state.accounts[authority(number)].free = EXISTENTIAL_DEPOSIT
    _settle_issuance(state, genesis)
    return state


def _first_state(genesis: Genesis) -> State:
    if genesis.snapshot is not None:
        return mainnet_genesis(genesis.snapshot)
    if genesis.start == "chain":
        return chain_genesis({})
    state = State()
    _add_root(state)
    return state


def _plans(genesis: Genesis) -> Iterator[SubnetPlan]:
    for plan in genesis.subnets:
        for _ in range(plan.count):
            yield plan


def _set_parameters(
    state: State, key: object, values: Mapping[str, Any], items: Mapping[str, tuple[Any, Any]]
) -> None:
    for item, value in values.items():
        kind, field = items[item]
        setattr(state.tables[kind.NAME][key], field.name, value)


def _add_root(state: State) -> None:
    """Root as the chain's own genesis has it, but that its stake can be moved."""
    root = state.subnets[ROOT]
    root.added, root.subtoken_enabled = True, True
    parameters = state.hyperparameters[ROOT]
    parameters.max_allowed_uids, parameters.max_allowed_validators = 64, 64
    parameters.min_allowed_weights, parameters.target_registrations_per_interval = 0, 1
    state.schedules[ROOT].tempo = 100
    state.network.subnets = 1


def _add_subnet(state: State, genesis: Genesis, netuid: int, plan: SubnetPlan) -> None:
    block = genesis.block
    subnet = state.subnets[netuid]
    subnet.added, subnet.subtoken_enabled = True, True
    subnet.owner, subnet.owner_hotkey = owner_coldkey(netuid), owner_hotkey(netuid)
    subnet.registered_at, subnet.first_emission_block, subnet.registrations = block, block + 1, 1
    pool = state.pools[netuid]
    pool.mechanism, pool.initialized = DYNAMIC, True
    pool.tao_reserve, pool.alpha_in = plan.tao, plan.alpha
    state.accounts[subnet_account(netuid)].free = plan.tao
    state.emissions[netuid].moving_price = I96F32.saturating_from_num(current_price(pool))
    parameters = {**genesis.subnet_parameters, **plan.parameters}
    _set_parameters(state, netuid, parameters, SUBNET_ITEMS)
    tempo = state.schedules[netuid].tempo
    state.schedules[netuid].last_epoch_block = max(block - netuid * tempo // (netuid + 1), 0)
    state.network.subnets += 1
    state.accounts[owner_coldkey(netuid)].free = 1_000_000_000
    _add_neuron(state, netuid, owner_coldkey(netuid), owner_hotkey(netuid))
    _stake(state, netuid, owner_coldkey(netuid), owner_hotkey(netuid), plan.owner_stake)


def _add_actor(state: State, group: Group, member: int) -> None:
    coldkey, hotkey = coldkey_of(group, member), hotkey_of(group, member)
    if group.balance:
        state.accounts[coldkey].free = max(group.balance, EXISTENTIAL_DEPOSIT)
    subnets = [netuid for netuid in sorted(all_netuids(state)) if netuid != ROOT]
    for netuid in subnets if group.subnets is None else group.subnets:
        if netuid not in subnets:
            raise InvalidInputError(f"subnets of {group.name}", netuid, "must be there at the start")
        if group.kind in NEURONS:
            _add_neuron(state, netuid, coldkey, hotkey)
        if group.kind == "validator":
            permits = state.metagraphs[netuid].validator_permit
            state.metagraphs[netuid].validator_permit = (*permits[:-1], True)
        _stake(state, netuid, coldkey, hotkey, group.stake)
    if group.root_stake:
        _stake(state, ROOT, coldkey, hotkey, group.root_stake)
        index_root_staker(state, coldkey)


def _add_neuron(state: State, netuid: int, coldkey: AccountId, hotkey: AccountId) -> None:
    if state.subnets.peek(netuid).neurons >= state.hyperparameters.peek(netuid).max_allowed_uids:
        raise InvalidInputError("MaxAllowedUids", netuid, "must leave a place for every neuron of the subnet")
    associate_hotkey(state, coldkey, hotkey)
    register_neuron(state, netuid, hotkey)


def _stake(state: State, netuid: int, coldkey: AccountId, hotkey: AccountId, amount: int) -> None:
    """Stake that is there, backed by TAO on root and by alpha outside the pool elsewhere."""
    if not amount:
        return
    associate_hotkey(state, coldkey, hotkey)
    increase_stake(state, hotkey, coldkey, netuid, amount)
    state.pools[netuid].alpha_out += amount
    if netuid == ROOT:
        state.pools[ROOT].tao_reserve += amount
        state.accounts[subnet_account(ROOT)].free += amount


def _settle_issuance(state: State, genesis: Genesis) -> None:
    """Count what there is, and give the rest of the issuance to the reserve."""
    held = sum(account.free for _, account in state.accounts.items())
    if genesis.issuance > held:
        state.accounts[named_account(RESERVE)].free = genesis.issuance - held
    elif genesis.issuance:
        raise InvalidInputError("genesis.issuance", genesis.issuance, f"must be more than {held} rao")
    total = max(genesis.issuance, held)
    if total > MAX_ISSUANCE:
        raise InvalidInputError("genesis.issuance", total, f"must be at most {MAX_ISSUANCE} rao")
    state.issuance.total = state.issuance.of_balances = total
    state.issuance.total_stake = sum(pool.tao_reserve for _, pool in state.pools.items())
