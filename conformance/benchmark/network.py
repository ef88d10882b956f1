"""A day of emission on a full network: kernels against the reference, in one run.

``python -m taospec.conformance.benchmark.network [BLOCKS]`` plays a day (7,200 blocks) of 128 subnets with
256 neurons each, 64 of them validators, epochs as the schedule has them, and closes its account rao by
rao. From a sampled block of the day the reference and the kernels both play a window of blocks on
copies of the state, whose digests and events must agree. Before and after the first halving.
"""

from __future__ import annotations

import sys
import time
from random import Random
from typing import Final

from taospec.conformance.benchmark.account import Totals, account_of, joined
from taospec.optimized.emission.network import Played, emit_on
from taospec.reference.emission.coinbase import (
    OwnerHooks,
    mint_block_emission,
    run_coinbase,
    update_moving_prices,
    update_root_proportions,
)
from taospec.reference.fixed_point import I96F32
from taospec.reference.staking.stake_ledger import increase_stake
from taospec.reference.state.digest import state_digest
from taospec.reference.state.encoding import decode_state, encode_state
from taospec.reference.state.hyperparameters import RecycleOrBurn
from taospec.reference.state.ledger import subnet_account
from taospec.reference.state.state import State

SUBNETS: Final = 128
NEURONS: Final = 256
VALIDATORS: Final = 64
DAY: Final = 7_200
WINDOW: Final = 20
FIRST_BLOCK: Final = 1_000_000
COIN: Final = 10**9
NOTHING_ELSE: Final = OwnerHooks(change_owner=lambda netuid: None, owner_cut_paid=lambda netuid, amount: None)


def main(arguments: list[str]) -> None:
    """Measure and print both days."""
    blocks = int(arguments[0]) if arguments else DAY
    emit_on(network(9 * 10**15, subnets=2, neurons=8), 400, NOTHING_ELSE)
    for issuance in (9 * 10**15, 10_500_000 * COIN):
        state = network(issuance)
        print("\n".join(day(state, blocks, Random(issuance).randrange(blocks))))


def day(state: State, blocks: int, sampled: int) -> list[str]:
    """Play the blocks, compare a window after ``sampled`` of them, and close the account; a report's lines.

    Raises:
        AssertionError: the account does not close, or the reference does not agree.
    """
    before = Totals.of(state)
    first = emit_on(state, sampled, NOTHING_ELSE)
    state.events.take()
    compared = window(decode_state(encode_state(state)))
    second = emit_on(state, blocks - sampled, NOTHING_ELSE)
    state.events.take()
    played = joined(first, second)
    account = account_of(before, Totals.of(state), played)
    return [_speed(played), *account, f"after block {sampled:,}: {compared}"]


def _speed(played: Played) -> str:
    exchange = played.seconds - played.block_seconds - played.epoch_seconds - played.distribution_seconds

    def part(name: str, seconds: float) -> str:
        return f"{name} {seconds:.1f} s ({seconds / played.seconds:.0%})"

    return (
        f"{played.blocks:,} blocks, {played.epochs:,} epochs: {played.seconds:.1f} s; "
        f"{part('blocks', played.block_seconds)}, {part('epochs', played.epoch_seconds)}, "
        f"{part('distribution by the reference', played.distribution_seconds)}, "
        f"{part('exchange', exchange)}; {played.by_reference} blocks and {played.epochs_from_records} epochs "
        "left to the reference"
    )


def window(state: State) -> str:
    """Let both play the same blocks; a line of the report.

    Raises:
        AssertionError: their states differ.
    """
    twin = decode_state(encode_state(state))
    start = time.perf_counter()
    played = emit_on(state, WINDOW, NOTHING_ELSE)
    fast = time.perf_counter() - start
    start = time.perf_counter()
    _by_reference(twin)
    slow = time.perf_counter() - start
    if state_digest(state) != state_digest(twin) or state.events.take() != twin.events.take():
        raise AssertionError("the kernels and the reference disagree")
    return _ratio(played, fast, slow)


def _ratio(played: Played, fast: float, slow: float) -> str:
    return (
        f"window of {played.blocks} blocks with {played.epochs} epochs: equal digests and events, "
        f"{slow / fast:.0f} x the reference ({fast:.2f} s against {slow:.1f} s)"
    )


def _by_reference(state: State) -> None:
    for _ in range(WINDOW):
        state.clock.block += 1
        run_coinbase(state, mint_block_emission(state), NOTHING_ELSE)
        update_moving_prices(state)
    update_root_proportions(state)


def network(issuance: int, subnets: int = SUBNETS, neurons: int = NEURONS) -> State:
    """Subnets of all depths and ages whose validators weigh every miner; epochs spread over the tempo.

    Every third owner has a miner, whose incentive is withheld.
    """
    source = Random(issuance)
    state = State()
    state.clock.block = FIRST_BLOCK
    state.issuance.total = state.issuance.of_balances = issuance
    state.subnets[0].added = True
    for netuid in range(1, subnets + 1):
        _subnet(state, source, netuid)
        for uid in range(neurons):
            _neuron(state, source, netuid, uid, neurons)
        if netuid % 3 == 0:
            state.subnets[netuid].owner_hotkey = _account(3, netuid, neurons - 1)
    state.pools[0].tao_reserve = sum(
        held.total_alpha for (_, netuid), held in state.hotkey_stakes.items() if netuid == 0
    )
    return state


def _subnet(state: State, source: Random, netuid: int) -> None:
    subnet = state.subnets[netuid]
    subnet.added, subnet.subtoken_enabled = True, True
    subnet.first_emission_block = FIRST_BLOCK - source.randrange(900_000)
    subnet.owner, subnet.owner_hotkey = _account(1, netuid), _account(2, netuid)
    state.hyperparameters[netuid].recycle_or_burn = source.choice(list(RecycleOrBurn))
    pool = state.pools[netuid]
    pool.mechanism, pool.initialized = 1, True
    pool.tao_reserve = round(10 ** source.uniform(3, 5) * COIN)
    pool.alpha_in = round(10 ** source.uniform(5.5, 6.5) * COIN)
    pool.alpha_out = round(10 ** source.uniform(5.5, 6.7) * COIN)
    pool.quote_weight -= source.randrange(10**8)
    state.accounts[subnet_account(netuid)].free = pool.tao_reserve + 500
    state.emissions[netuid].moving_price = I96F32.from_num(pool.tao_reserve / pool.alpha_in)
    state.hyperparameters[netuid].commit_reveal = False
    state.hyperparameters[netuid].yuma3 = netuid % 2 == 0
    state.hyperparameters[netuid].activity_cutoff_factor = 10**6
    state.schedules[netuid].last_epoch_block = FIRST_BLOCK - netuid * 360 // (SUBNETS + 1)


def _neuron(state: State, source: Random, netuid: int, uid: int, neurons: int) -> None:
    hotkey, coldkey = _account(3, netuid, uid), _account(4, netuid, uid)
    validators = min(VALIDATORS, neurons // 2)
    state.hotkeys[hotkey].owner = coldkey
    state.neurons[netuid, uid].hotkey = hotkey
    membership = state.memberships[netuid, hotkey]
    membership.uid, membership.is_member = uid, True
    metagraph, mechanism = state.metagraphs[netuid], state.mechanisms[netuid]
    metagraph.validator_permit += (uid < validators,)
    mechanism.last_update += (FIRST_BLOCK - 10,)
    state.subnets[netuid].neurons = uid + 1
    if uid < validators:
        state.hotkeys[hotkey].delegate_take = source.randrange(11_797)
        increase_stake(state, hotkey, coldkey, netuid, round(10 ** source.uniform(3, 5) * COIN))
        increase_stake(state, hotkey, _account(5, uid), netuid, round(10 ** source.uniform(2, 4) * COIN))
        increase_stake(state, hotkey, _account(5, uid), 0, round(10 ** source.uniform(1, 3) * COIN))
        weights = tuple((column, source.randrange(1, 65_536)) for column in range(validators, neurons))
        state.matrix_rows[netuid, uid].weights = weights


def _account(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(4, "big") for number in numbers).rjust(32, b"\0")


if __name__ == "__main__":
    main(sys.argv[1:])
