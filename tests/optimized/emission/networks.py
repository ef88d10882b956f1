"""Networks to emit on: random pools and a few neurons with random weights in every subnet."""

from __future__ import annotations

from random import Random
from typing import Any

from taospec.reference.emission.coinbase import (
    OwnerHooks,
    mint_block_emission,
    run_coinbase,
    update_moving_prices,
    update_root_proportions,
)
from taospec.reference.fixed_point import I96F32, U96F32
from taospec.reference.staking.stake_ledger import increase_stake
from taospec.reference.state.ledger import subnet_account
from taospec.reference.state.state import State

COIN = 10**9
NOTHING_ELSE = OwnerHooks(change_owner=lambda netuid: None, owner_cut_paid=lambda netuid, amount: None)


def account(number: int) -> bytes:
    return number.to_bytes(32, "big")


def network(
    source: Random, subnets: int, *, neurons: int = 4, validators: int = 2, extreme: bool = True
) -> State:
    """Started subnets of all ages, some disabled, some withholding; if ``extreme`` with any pool."""
    state = State()
    state.clock.block = 100_000
    state.issuance.total = state.issuance.of_balances = source.choice(
        [0, source.randrange(21 * 10**15), 10_500_000 * COIN - 3 * COIN, 20_999_999_980_442_220]
    )
    state.subnets[0].added = True
    state.pools[0].tao_reserve = source.choice([0, 10 ** source.randrange(16)])
    for netuid in source.sample(range(1, 600), subnets):
        _subnet(state, source, netuid)
        if not extreme:
            pool = state.pools[netuid]
            pool.initialized = True
            pool.quote_weight = 500_000_000_000_000_000 - source.randrange(10**8)
            pool.tao_reserve, pool.alpha_in = (int(10 ** source.uniform(12, 15)) for _ in range(2))
        _neurons(state, source, netuid, neurons, validators)
    return state


def _subnet(state: State, source: Random, netuid: int) -> None:
    subnet = state.subnets[netuid]
    subnet.added = True
    subnet.first_emission_block = source.choice([10, 99_990, 100_001, None])
    subnet.subtoken_enabled = source.random() < 0.95
    subnet.owner, subnet.owner_hotkey = account(1), account(2)
    pool = state.pools[netuid]
    pool.mechanism = int(source.random() < 0.95)
    pool.initialized = source.random() < 0.9
    pool.tao_reserve = int(10 ** source.uniform(0, 15))
    pool.alpha_in = source.choice([0, int(10 ** source.uniform(0, 16)), int(10 ** source.uniform(12, 16))])
    pool.alpha_out = int(10 ** source.uniform(0, 16.4))
    pool.quote_weight = source.choice([500_000_000_000_000_000, source.randrange(10**16, 99 * 10**16 + 1)])
    state.accounts[subnet_account(netuid)].free = source.choice([0, pool.tao_reserve + 500])
    emission = state.emissions[netuid]
    emission.moving_price = I96F32.from_bits(source.choice([0, source.randrange(1 << 32), 1 << 32]))
    emission.miner_burned = U96F32.from_bits(source.choice([0, 0, source.randrange(1 << 32), 1 << 32]))
    hyperparameters = state.hyperparameters[netuid]
    hyperparameters.emission_enabled = source.random() < 0.9
    hyperparameters.owner_cut_enabled = source.random() < 0.9
    hyperparameters.registration_allowed = source.random() < 0.95
    hyperparameters.commit_reveal = False
    schedule = state.schedules[netuid]
    schedule.tempo = source.choice([0, 1, 3, 10, 360])
    schedule.last_epoch_block = 100_000 - source.randrange(20)
    schedule.pending_epoch_at = source.choice([0, 0, 100_004])
    schedule.blocks_since_last_step = source.choice([0, 50_399])


def _neurons(state: State, source: Random, netuid: int, neurons: int, validators: int) -> None:
    for uid in range(neurons):
        hotkey = account(1_000 * netuid + uid)
        state.hotkeys[hotkey].owner = account(500 + uid)
        state.neurons[netuid, uid].hotkey = hotkey
        membership = state.memberships[netuid, hotkey]
        membership.uid, membership.is_member = uid, True
        if uid < validators:
            increase_stake(state, hotkey, account(500 + uid), netuid, source.randrange(10**14))
            increase_stake(state, hotkey, account(499), 0, source.randrange(10**14))
            row = [(column, source.randrange(65_536)) for column in range(validators, neurons)]
            state.matrix_rows[netuid, uid].weights = tuple(pair for pair in row if pair[1])
    state.subnets[netuid].neurons = neurons
    state.metagraphs[netuid].validator_permit = tuple(uid < validators for uid in range(neurons))
    state.mechanisms[netuid].last_update = (99_999,) * neurons
    if source.random() < 0.05:
        state.neurons[netuid, neurons - 1].hotkey = account(1_000 * netuid)


def enrich(state: State, source: Random) -> State:
    """Families, several mechanisms, commits, voting power, miners with a destination, short permits."""
    for netuid in [netuid for netuid in state.subnets if netuid]:
        neurons = state.subnets[netuid].neurons
        kind = source.randrange(6)
        hyperparameters = state.hyperparameters[netuid]
        hyperparameters.yuma3, hyperparameters.liquid_alpha = source.random() < 0.5, source.random() < 0.5
        hyperparameters.bonds_penalty = source.choice([0, 65535, 32768])
        state.auto_stakes[account(500 + neurons - 1), netuid].hotkey = account(1_000 * netuid)
        if kind == 0:
            parents = [account(1_000 * netuid), account(7_777)]
            child = account(1_000 * netuid + 1)
            increase_stake(state, parents[1], account(498), netuid, 10**13)
            state.childkeys[child, netuid].parents = tuple((2**61, parent) for parent in parents)
            for parent in parents:
                state.childkeys[parent, netuid].children = ((2**61, child),)
        elif kind == 1:
            hyperparameters.mechanism_count = 2
            state.mechanisms[4096 + netuid].last_update = (99_999,) * neurons
        elif kind == 2:
            hyperparameters.commit_reveal = True
            state.hash_commits[netuid, account(1_000 * netuid)].commits = ((bytes(32), 0, 99_000, 0),)
        elif kind == 3:
            tracking = state.voting_power_tracking[netuid]
            tracking.enabled, tracking.rate, tracking.disable_at = True, 10**17, 100_012
        elif kind == 4:
            state.metagraphs[netuid].validator_permit = (True,)
        else:
            hyperparameters.commit_reveal = True
    return state


def scramble(state: State, source: Random) -> State:
    """What storage can hold: rows with zeros and foreign uids, short vectors, any bonds; many epochs."""
    state.parameters.stake_threshold = source.choice([0, 10**12])
    for netuid in [netuid for netuid in state.subnets if netuid]:
        neurons = state.subnets[netuid].neurons
        hyperparameters = state.hyperparameters[netuid]
        hyperparameters.kappa = source.choice([0, 32_767, 65_535])
        hyperparameters.bonds_moving_average = source.choice([0, 900_000, 10**6, 2 * 10**6])
        hyperparameters.max_allowed_validators = source.choice([0, 1, 4, 64])
        state.schedules[netuid].tempo = source.choice([1, 2, 5])
        for uid in range(neurons):
            state.matrix_rows[netuid, uid].weights = _row(source, neurons)
            state.matrix_rows[netuid, uid].bonds = _row(source, neurons)
            state.neurons[netuid, uid].block_at_registration = source.choice([0, 99_990, 100_003])
        updates = source.choice([neurons, neurons, neurons - 1])
        state.mechanisms[netuid].last_update = tuple(
            source.choice([0, 99_990, 99_999]) for _ in range(updates)
        )
        if source.random() < 0.3:
            state.subnets[netuid].owner_hotkey = state.neurons[netuid, neurons - 1].hotkey
    return state


def _row(source: Random, neurons: int) -> tuple[tuple[int, int], ...]:
    uids = source.sample(range(neurons + 2), source.randrange(neurons + 1))
    return tuple((uid, source.choice([0, 1, 65_535, source.randrange(65_536)])) for uid in uids)


def emit_by_reference(state: State, blocks: int, hooks: Any = NOTHING_ELSE) -> None:
    for _ in range(blocks):
        state.clock.block += 1
        run_coinbase(state, mint_block_emission(state), hooks)
        update_moving_prices(state)
    update_root_proportions(state)
