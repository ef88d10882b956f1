"""Cases of ``emission.coinbase`` on degenerate states that no trace holds, answered by the reference.

``python -m taospec.conformance.degenerate_emission OUT`` writes them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from taospec.conformance.answers import Answer
from taospec.conformance.operations.emission import COINBASE_ITEMS, REFERENCE
from taospec.conformance.storage_changes import encode_dump
from taospec.conformance.vector_file import Case, case_id, write_public_suite
from taospec.reference.fixed_point import I96F32
from taospec.reference.staking.stake_ledger import increase_stake
from taospec.reference.state.ledger import subnet_account
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account
from taospec.reference.state.upstream_names import export_state

COIN: Final = 10**9
BLOCK: Final = 10_000
NETUID: Final = 1
OWNER, VALIDATOR, MINER = (numbered_account(number) for number in (1, 2, 3))
OWNER_HOT, VALIDATOR_HOT, MINER_HOT = (numbered_account(number) for number in (11, 12, 13))


def main(arguments: list[str]) -> None:
    """Write the cases."""
    (out,) = arguments
    chosen = list(degenerate_cases())
    write_public_suite(Path(out), "emission_degenerate", "reference", chosen)


def degenerate_cases() -> Iterator[Case]:
    """One case for each of :data:`DEGENERATE`, in its order."""
    for spoil in DEGENERATE:
        state = ordinary()
        spoil(state)
        dump = {item: rows for item, rows in export_state(state).items() if item in COINBASE_ITEMS}
        inputs = {"block": str(BLOCK), "state": encode_dump(dump)}
        yield Case(
            id=case_id("emission.coinbase", inputs),
            op="emission.coinbase",
            inputs=inputs,
            expected=Answer(out=REFERENCE["emission.coinbase"](inputs)),
        )


def ordinary() -> State:
    """A subnet whose epoch is due: its owner, a validator with stake here and on root, and a miner."""
    state = State()
    state.clock.block = BLOCK - 1
    state.subnets[0].added = True
    subnet, pool = state.subnets[NETUID], state.pools[NETUID]
    subnet.added, subnet.subtoken_enabled, subnet.first_emission_block = True, True, 10
    subnet.owner, subnet.owner_hotkey = OWNER, OWNER_HOT
    pool.mechanism, pool.initialized = 1, True
    pool.tao_reserve = pool.alpha_in = pool.alpha_out = 1_000 * COIN
    state.accounts[subnet_account(NETUID)].free = pool.tao_reserve + 500
    state.issuance.total = state.issuance.of_balances = pool.tao_reserve + 500
    state.issuance.total_stake = pool.tao_reserve
    emission = state.emissions[NETUID]
    emission.moving_price = I96F32.from_num(1)
    emission.pending_server, emission.pending_validator = 41 * COIN, 31 * COIN
    emission.pending_root_alpha, emission.pending_owner_cut = 10 * COIN, 18 * COIN
    state.schedules[NETUID].last_epoch_block = BLOCK - 360
    state.hyperparameters[NETUID].commit_reveal = False
    _register(state)
    _stake(state, 100 * COIN, 1_000 * COIN)
    return state


def _register(state: State) -> None:
    for uid, (hotkey, coldkey) in enumerate([(VALIDATOR_HOT, VALIDATOR), (MINER_HOT, MINER)]):
        state.hotkeys[hotkey].owner = coldkey
        state.neurons[NETUID, uid].hotkey = hotkey
        membership = state.memberships[NETUID, hotkey]
        membership.uid, membership.is_member = uid, True
    state.subnets[NETUID].neurons = 2
    state.metagraphs[NETUID].validator_permit = (True, False)
    state.mechanisms[NETUID].last_update = (BLOCK - 1,) * 2
    state.matrix_rows[NETUID, 0].weights = ((1, 65_535),)


def _stake(state: State, alpha: int, root: int) -> None:
    for netuid, amount in ((NETUID, alpha), (0, root)):
        increase_stake(state, VALIDATOR_HOT, VALIDATOR, netuid, amount)
    state.pools[0].tao_reserve += root
    state.pools[0].alpha_out += root


# What is degenerate.


def no_owner(state: State) -> None:
    """The subnet belongs to nobody."""
    state.subnets[NETUID].owner = state.subnets[NETUID].owner_hotkey = None


def no_stake(state: State) -> None:
    """Nobody has stake, here or on root."""
    for position in list(state.positions):
        state.positions.remove(position)
    for stake in list(state.hotkey_stakes):
        state.hotkey_stakes.remove(stake)


def no_dividends(state: State) -> None:
    """Bonds do not move from 0, so the miner has incentive and the validator no dividends."""
    state.hyperparameters[NETUID].bonds_moving_average = 1_000_000


def little_root_stake(state: State) -> None:
    """A receiver of root dividends has less root stake, 1 rao, than its dividends."""
    stake = state.hotkey_stakes[VALIDATOR_HOT, 0]
    stake.total_alpha = 1


def one_hotkey_twice(state: State) -> None:
    """Two uids have one hotkey."""
    state.neurons[NETUID, 1].hotkey = VALIDATOR_HOT


DEGENERATE: Final[tuple[Callable[[State], None], ...]] = (
    no_owner,
    no_stake,
    no_dividends,
    little_root_stake,
    one_hotkey_twice,
)
"""What makes each state degenerate."""


if __name__ == "__main__":
    main(sys.argv[1:])
