"""The calls of a block, by upstream's name, and how one is executed.

Source: ``pallets/subtensor/src/macros/dispatches.rs``, ``pallet-balances``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.rules import implements
from taospec.reference.staking.burning import add_stake_burn, burn_alpha, recycle_alpha
from taospec.reference.staking.childkeys import set_childkey_take, set_children
from taospec.reference.staking.delegation import decrease_take, increase_take, set_auto_stake
from taospec.reference.staking.locks import lock_stake, move_lock, set_perpetual_lock, set_reject_locked_alpha
from taospec.reference.staking.operations import (
    add_stake,
    add_stake_limit,
    remove_stake,
    remove_stake_full_limit,
    remove_stake_limit,
    unstake_all,
    unstake_all_alpha,
)
from taospec.reference.staking.root_claims import claim_root, set_root_claim_type
from taospec.reference.staking.transitions import move_stake, swap_stake, swap_stake_limit, transfer_stake
from taospec.reference.state.errors import DispatchError, ProtocolError
from taospec.reference.state.ledger import transfer_all, transfer_allow_death, transfer_keep_alive
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId
from taospec.reference.subnets.registration import associate_hotkey, burned_register, register_limit


@attrs.frozen
class Call:
    """A call: a function of the state, the signer, and arguments under upstream's names."""

    function: Callable[..., Any]
    arguments: tuple[str, ...]
    """In the order in which the function takes them."""
    pays_author: bool = False
    """Whether the block's author, who gets the fee of a swap, is the last argument."""


CALLS: Final[Mapping[str, Call]] = {
    "add_stake": Call(add_stake, ("hotkey", "netuid", "amount_staked"), pays_author=True),
    "add_stake_limit": Call(
        add_stake_limit,
        ("hotkey", "netuid", "amount_staked", "limit_price", "allow_partial"),
        pays_author=True,
    ),
    "add_stake_burn": Call(add_stake_burn, ("hotkey", "netuid", "amount", "limit"), pays_author=True),
    "remove_stake": Call(remove_stake, ("hotkey", "netuid", "amount_unstaked"), pays_author=True),
    "remove_stake_limit": Call(
        remove_stake_limit,
        ("hotkey", "netuid", "amount_unstaked", "limit_price", "allow_partial"),
        pays_author=True,
    ),
    "remove_stake_full_limit": Call(
        remove_stake_full_limit, ("hotkey", "netuid", "limit_price"), pays_author=True
    ),
    "unstake_all": Call(unstake_all, ("hotkey",), pays_author=True),
    "unstake_all_alpha": Call(unstake_all_alpha, ("hotkey",), pays_author=True),
    "move_stake": Call(
        move_stake,
        ("origin_hotkey", "destination_hotkey", "origin_netuid", "destination_netuid", "alpha_amount"),
        pays_author=True,
    ),
    "transfer_stake": Call(
        transfer_stake,
        ("destination_coldkey", "hotkey", "origin_netuid", "destination_netuid", "alpha_amount"),
        pays_author=True,
    ),
    "swap_stake": Call(
        swap_stake, ("hotkey", "origin_netuid", "destination_netuid", "alpha_amount"), pays_author=True
    ),
    "swap_stake_limit": Call(
        swap_stake_limit,
        ("hotkey", "origin_netuid", "destination_netuid", "alpha_amount", "limit_price", "allow_partial"),
        pays_author=True,
    ),
    "recycle_alpha": Call(recycle_alpha, ("hotkey", "amount", "netuid")),
    "burn_alpha": Call(burn_alpha, ("hotkey", "amount", "netuid")),
    "increase_take": Call(increase_take, ("hotkey", "take")),
    "decrease_take": Call(decrease_take, ("hotkey", "take")),
    "set_coldkey_auto_stake_hotkey": Call(set_auto_stake, ("netuid", "hotkey")),
    "claim_root": Call(claim_root, ("subnets",)),
    "set_root_claim_type": Call(set_root_claim_type, ("new_root_claim_type",)),
    "set_children": Call(set_children, ("hotkey", "netuid", "children")),
    "set_childkey_take": Call(set_childkey_take, ("hotkey", "netuid", "take")),
    "lock_stake": Call(lock_stake, ("netuid", "hotkey", "amount")),
    "move_lock": Call(move_lock, ("destination_hotkey", "netuid")),
    "set_perpetual_lock": Call(set_perpetual_lock, ("netuid", "enabled")),
    "set_reject_locked_alpha": Call(set_reject_locked_alpha, ("enabled",)),
    "burned_register": Call(burned_register, ("netuid", "hotkey")),
    "register": Call(burned_register, ("netuid", "hotkey")),
    "register_limit": Call(register_limit, ("netuid", "hotkey", "limit_price")),
    "try_associate_hotkey": Call(associate_hotkey, ("hotkey",)),
    "transfer_allow_death": Call(transfer_allow_death, ("dest", "value")),
    "transfer_keep_alive": Call(transfer_keep_alive, ("dest", "value")),
    "transfer_all": Call(transfer_all, ("dest", "keep_alive")),
}
"""Calls that coldkeys sign: of staking, of registration on subnets, and of balances."""


@implements("CHAIN-CALL-1")
def execute(
    state: State, name: str, signer: AccountId, arguments: Mapping[str, Any], author: AccountId | None
) -> ProtocolError | None:
    """Execute one call; answers the error that it returned, ``None`` for success.

    A call that returns an error changes nothing.

    Raises:
        InvalidInputError: there is no such call, or an argument is missing.
    """
    if name not in CALLS:
        raise InvalidInputError("call", name, "is not a call that is modelled")
    call = CALLS[name]
    for argument in call.arguments:
        if argument not in arguments:
            raise InvalidInputError(f"{name}.{argument}", None, "is missing")
    values = [arguments[argument] for argument in call.arguments]
    try:
        with state.transaction():
            call.function(state, signer, *values, *([author] if call.pays_author else []))
    except DispatchError as error:
        return error.error
    return None
