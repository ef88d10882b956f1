"""What happens at the start of every block, before its calls.

Source: ``pallets/subtensor/src/coinbase/block_step.rs``.
"""

from __future__ import annotations

from taospec.reference.emission.coinbase import (
    OwnerHooks,
    mint_block_emission,
    run_coinbase,
    update_moving_prices,
    update_root_proportions,
)
from taospec.reference.emission.moving_price import ROOT_NETUID
from taospec.reference.emission.schedule import is_due
from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.staking.childkeys import apply_pending_children
from taospec.reference.staking.locks import auto_lock_owner_cut
from taospec.reference.staking.positions import all_netuids
from taospec.reference.staking.root_claims import claim_automatically, index_root_stakers_in_turn
from taospec.reference.state.revision import BASE, Revision
from taospec.reference.state.state import State
from taospec.reference.subnets.burn_price import decayed_burn
from taospec.reference.subnets.hotkey_swap import HOTKEY_SWAP_INTERVAL
from taospec.reference.subnets.ownership import change_owner
from taospec.reference.subnets.timelocked import Timelock, no_timelock, reveal_timelocked_weights


@implements("CHAIN-BLOCK-1")
def block_step(
    state: State, parent_hash: bytes, revision: Revision = BASE, timelock: Timelock = no_timelock
) -> None:
    """Advance the economy by one block; the clock shows its number already.

    ``timelock`` tells what the ciphertexts of timelocked commits contain that are due.

    Raises:
        InvalidInputError: it does not know one of them.

    Source: ``block_step.rs:9``.
    """
    forget_hotkey_swaps(state)
    decay_burn_prices(state)
    credit = mint_block_emission(state)
    reveal_timelocked_weights(state, timelock)
    run_coinbase(state, credit, _hooks(state), revision)
    update_moving_prices(state)
    update_root_proportions(state)
    for netuid in all_netuids(state):
        if state.schedules.peek(netuid).last_epoch_block == state.clock.block:
            apply_pending_children(state, netuid)
    claim_automatically(state, parent_hash)
    index_root_stakers_in_turn(state)


@implements("CHAIN-BLOCK-2")
def decay_burn_prices(state: State) -> None:
    """One step of decay of every registration price, and new counters.

    The registrations of an interval are only counted on root, from the block in which root's
    epoch is due.

    Source: ``pallets/subtensor/src/subnets/registration.rs:473``.
    """
    block = state.clock.block
    for netuid in all_netuids(state):
        registration, parameters = state.registrations[netuid], state.hyperparameters.peek(netuid)
        registration.burn = decayed_burn(
            registration.burn, parameters.burn_half_life, block, parameters.min_burn, parameters.max_burn
        )
        registration.this_block = 0
        if netuid == ROOT_NETUID and is_due(state.schedules.peek(netuid), block):
            registration.this_interval = 0


@implements("CHAIN-BLOCK-1")
def forget_hotkey_swaps(state: State) -> None:
    """Drop the record of swaps more than an interval ago, on the subnets whose turn this block is.

    Source: ``pallets/subtensor/src/macros/hooks.rs:195``.
    """
    turn = state.clock.block % HOTKEY_SWAP_INTERVAL
    for netuid in all_netuids(state):
        if netuid % HOTKEY_SWAP_INTERVAL == turn:
            for key in state.hotkey_swap_limits.keys_with(netuid=netuid):
                last = state.hotkey_swap_limits.peek(key).last_block
                if min(last + HOTKEY_SWAP_INTERVAL, U64_MAX) < state.clock.block:
                    state.hotkey_swap_limits.remove(key)


def _hooks(state: State) -> OwnerHooks:
    def changed(netuid: int) -> None:
        change_owner(state, netuid)

    def paid(netuid: int, amount: int) -> None:
        auto_lock_owner_cut(state, netuid, amount)

    return OwnerHooks(change_owner=changed, owner_cut_paid=paid)
