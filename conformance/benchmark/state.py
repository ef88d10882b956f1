"""What keeping a state costs: assignments, transactions, blocks and digests, as ratios in one run.

``python -m taospec.conformance.benchmark.state`` fills a state with the size of the live network, writes
what a block writes, and compares with plain attribute assignment, with copying the state, and with the
digest from nothing.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from random import Random
from typing import Final

import attrs

from taospec.reference.fixed_point import I96F32
from taospec.reference.state.digest import IncrementalDigest, state_digest
from taospec.reference.state.encoding import decode_state, encode_state
from taospec.reference.state.safe_float import SafeFloat
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account

SUBNETS: Final = 128
NEURONS: Final = 256
VALIDATORS: Final = 64
BLOCKS: Final = 50
ASSIGNMENTS: Final = 200_000
TEMPO: Final = 360


@attrs.define
class PlainPool:
    """What an assignment costs without a journal."""

    tao_reserve: int = 0


def full_state(random: Random) -> State:
    """128 subnets of 256 neurons, each neuron staked to by its owner, weights and bonds of 64 validators."""
    state = State()
    for netuid in range(1, SUBNETS + 1):
        state.subnets[netuid].added = True
        state.subnets[netuid].neurons = NEURONS
        state.hyperparameters[netuid].yuma3 = True
        _write_block(state, netuid, random)
        _write_epoch(state, netuid, random)
        for uid in range(NEURONS):
            hotkey = numbered_account(netuid * NEURONS + uid)
            coldkey = numbered_account(10**6 + netuid * NEURONS + uid)
            state.accounts[coldkey].free = random.randrange(500, 10**12)
            state.neurons[netuid, uid].hotkey = hotkey
            state.memberships[netuid, hotkey].uid = uid
            state.hotkeys[hotkey].owner = coldkey
            state.hotkey_stakes[hotkey, netuid].total_alpha = random.randrange(10**12)
            shares = SafeFloat(random.randrange(10**20 + 1, 10**21), -9)
            state.positions[hotkey, coldkey, netuid].shares = shares
    return state


def _write_block(state: State, netuid: int, random: Random) -> None:
    pool, emission = state.pools[netuid], state.emissions[netuid]
    schedule, registration = state.schedules[netuid], state.registrations[netuid]
    pool.tao_reserve += random.randrange(1, 10**7)
    pool.alpha_in += random.randrange(1, 10**9)
    pool.alpha_out += 10**9
    pool.quote_weight -= 1
    pool.volume += 1
    emission.moving_price = I96F32.from_bits(emission.moving_price.bits + random.randrange(100))
    emission.pending_server += 410_002_288
    emission.pending_validator += 328_001_830
    emission.pending_root_alpha += 82_000_457
    emission.pending_owner_cut += 179_995_422
    emission.protocol_flow += 1
    schedule.blocks_since_last_step += 1
    registration.burn += 1


def _write_epoch(state: State, netuid: int, random: Random) -> None:
    metagraph, mechanism = state.metagraphs[netuid], state.mechanisms[netuid]
    metagraph.active = (True,) * NEURONS
    metagraph.emission = tuple(random.randrange(10**9) for _ in range(NEURONS))
    for name in ("consensus", "dividends", "validator_trust", "stake_weight"):
        setattr(metagraph, name, tuple(random.randrange(65_536) for _ in range(NEURONS)))
    metagraph.validator_permit = (True,) * VALIDATORS + (False,) * (NEURONS - VALIDATORS)
    mechanism.incentive = tuple(random.randrange(65_536) for _ in range(NEURONS))
    mechanism.last_update = (1,) * NEURONS
    for uid in range(VALIDATORS):
        row = tuple((miner, random.randrange(65_536)) for miner in range(VALIDATORS, NEURONS))
        state.matrix_rows[netuid, uid].bonds = row
    for uid in range(NEURONS):
        hotkey = numbered_account(netuid * NEURONS + uid)
        state.hotkey_stakes[hotkey, netuid].total_alpha += random.randrange(10**9)


def best_of(rounds: int, work: Callable[[], object]) -> float:
    """Seconds of the fastest of several runs."""
    fastest = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        work()
        fastest = min(fastest, time.process_time() - start)
    return fastest


def main() -> None:
    """Print every measurement."""
    _report_assignments()
    random = Random(1)
    state = full_state(random)
    records = sum(len(table.made()) for table in state.tables.values())
    print(f"{records:,} records, {len(encode_state(state)) / 1e6:.1f} MB encoded")
    start = time.process_time()
    incremental = IncrementalDigest(state)
    incremental.digest()
    print(f"first digest {time.process_time() - start:.2f} s")
    writing, hashing = _block_costs(state, incremental, random)
    whole = best_of(1, lambda: state_digest(state))
    print(f"a block: {1e3 * writing:.2f} ms to write, {1e3 * hashing:.2f} ms to digest what changed")
    print(f"digest from nothing: {whole:.2f} s, {whole / hashing:,.0f} times as long")
    small = best_of(200, lambda: _refused(state, 10))
    copied = best_of(1, lambda: decode_state(encode_state(state)))
    print(f"undoing 10 writes: {1e6 * small:.1f} us; copying the state: {copied / small:,.0f} times as long")


def _report_assignments() -> None:
    plain, free, held = PlainPool(), State().pools[1], State()
    free = copy.copy(free)
    pool = held.pools[1]

    def assign(target: object) -> Callable[[], None]:
        def work() -> None:
            for number in range(ASSIGNMENTS):
                target.tao_reserve = number  # type: ignore[attr-defined]

        return work

    def in_transaction() -> None:
        with held.transaction():
            assign(pool)()

    base = best_of(3, assign(plain))
    named = (("alone", assign(free)), ("in a state", assign(pool)), ("in a transaction", in_transaction))
    shown = ", ".join(f"{name} {best_of(3, work) / base:.1f}" for name, work in named)
    print(f"assignment, plain attribute = {1e9 * base / ASSIGNMENTS:.0f} ns: {shown} times")


def _block_costs(state: State, incremental: IncrementalDigest, random: Random) -> tuple[float, float]:
    """Seconds a block to write and to digest: every subnet, and an epoch in its turn."""
    writing = hashing = 0.0
    for block in range(BLOCKS):
        start = time.process_time()
        for netuid in range(1, SUBNETS + 1):
            _write_block(state, netuid, random)
            if (block * SUBNETS + netuid) % TEMPO == 0:
                _write_epoch(state, netuid, random)
        middle = time.process_time()
        incremental.digest()
        writing += middle - start
        hashing += time.process_time() - middle
    return writing / BLOCKS, hashing / BLOCKS


def _refused(state: State, writes: int) -> None:
    try:
        with state.transaction():
            for netuid in range(1, writes + 1):
                state.pools[netuid].tao_reserve += 1
            raise ValueError
    except ValueError:
        pass


if __name__ == "__main__":
    main()
