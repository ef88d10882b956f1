"""First states: the chain's own, and the mainnet's of March 2023 in a state of today.

An empty one is ``State()``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from taospec.reference.amm.records import DYNAMIC
from taospec.reference.chain.genesis_snapshot import Snapshot
from taospec.reference.invalid_input import U64_MAX, require_integer
from taospec.reference.rules import implements
from taospec.reference.staking.positions import ROOT
from taospec.reference.staking.stake_ledger import increase_stake
from taospec.reference.state.ledger import subnet_account
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import ZERO_ACCOUNT, AccountId
from taospec.reference.subnets.symbols import SYMBOLS
from taospec.reference.subnets.uids import append_neuron

POOL: Final = 10_000_000_000
"""TAO and alpha in the pool of the first subnet, rao."""
FIRST_STAKE: Final = 1_000_000_000
"""Alpha that the zero account has staked on the first subnet, rao."""
FIRST_SUBNET: Final = 1


@implements("CHAIN-GENESIS-1")
def chain_genesis(balances: Mapping[AccountId, int]) -> State:
    """The state that the chain's own genesis builds, with root's subtoken enabled.

    Args:
        balances: rao of each account.

    Source: ``pallets/subtensor/src/macros/genesis.rs:12``.
    """
    state = root_genesis(balances)
    state.network.subnets = 2
    subnet, pool = state.subnets[FIRST_SUBNET], state.pools[FIRST_SUBNET]
    subnet.added, subnet.owner, subnet.locked = True, ZERO_ACCOUNT, 1
    subnet.symbol = SYMBOLS[FIRST_SUBNET]
    pool.mechanism, pool.tao_reserve, pool.alpha_in, pool.alpha_out = DYNAMIC, POOL, POOL, FIRST_STAKE
    parameters = state.hyperparameters[FIRST_SUBNET]
    parameters.max_allowed_uids, parameters.max_allowed_validators = 256, 64
    parameters.min_allowed_weights = 0
    state.schedules[FIRST_SUBNET].tempo = 100
    state.hotkeys[ZERO_ACCOUNT].owner = ZERO_ACCOUNT
    increase_stake(state, ZERO_ACCOUNT, ZERO_ACCOUNT, FIRST_SUBNET, FIRST_STAKE)
    append_neuron(state, FIRST_SUBNET, ZERO_ACCOUNT)
    return state


@implements("CHAIN-GENESIS-2")
def root_genesis(balances: Mapping[AccountId, int]) -> State:
    """Balances and the root subnet alone.

    Source: ``pallets/subtensor/src/macros/genesis.rs:32``.
    """
    state = State()
    for who, amount in balances.items():
        state.accounts[who].free = require_integer("balance", amount, 0, U64_MAX)
    state.issuance.of_balances = state.issuance.total = sum(balances.values())
    state.network.subnets = 1
    subnet, parameters = state.subnets[ROOT], state.hyperparameters[ROOT]
    subnet.added = subnet.subtoken_enabled = True
    subnet.owner = subnet.owner_hotkey = ZERO_ACCOUNT
    subnet.symbol = SYMBOLS[ROOT]
    parameters.max_allowed_uids = parameters.max_allowed_validators = 64
    parameters.min_allowed_weights = 0
    parameters.target_registrations_per_interval = 1
    state.schedules[ROOT].tempo = 100
    return state


@implements("CHAIN-GENESIS-3")
def mainnet_genesis(snapshot: Snapshot) -> State:
    """The mainnet's genesis of March 2023: its balances, and its stakes as stakes on root.

    Args:
        snapshot: as :func:`~taospec.reference.chain.genesis_snapshot.read_snapshot` reads it from a file.
    """
    state = root_genesis(snapshot.balances)
    for (coldkey, hotkey), amount in snapshot.stakes.items():
        _stake_on_root(state, coldkey, hotkey, amount)
    staked = snapshot.total_stake
    state.accounts[subnet_account(ROOT)].free += staked
    state.issuance.of_balances += staked
    state.issuance.total += staked
    state.issuance.total_stake = staked
    pool = state.pools[ROOT]
    pool.tao_reserve = pool.alpha_out = staked
    return state


def _stake_on_root(state: State, coldkey: AccountId, hotkey: AccountId, amount: int) -> None:
    state.hotkeys[hotkey].owner = coldkey
    state.coldkeys[coldkey].owned_hotkeys += (hotkey,)
    increase_stake(state, hotkey, coldkey, ROOT, amount)
