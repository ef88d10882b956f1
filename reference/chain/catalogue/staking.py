"""Calls of staking and delegation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from taospec.reference.chain.call import Call
from taospec.reference.staking.burning import add_stake_burn, burn_alpha, recycle_alpha
from taospec.reference.staking.childkeys import set_childkey_take, set_children
from taospec.reference.staking.delegation import check_take, decrease_take, increase_take, set_auto_stake
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
from taospec.reference.state.accounts import Coldkey
from taospec.reference.state.storage_types import (
    OptionalType,
    SequenceType,
    TupleType,
    account,
    boolean,
    u16,
    u64,
)

CHILDREN: Final = SequenceType(TupleType(u64, account))
"""Proportions, in 2^-64, and hotkeys."""

NETUIDS: Final = SequenceType(u16)

CLAIM_TYPE: Final = next(each for each in Coldkey.FIELDS if each.name == "root_claim_type").type

STAKING_CALLS: Final[Mapping[str, Call]] = {
    "add_stake": Call(add_stake, {"hotkey": account, "netuid": u16, "amount_staked": u64}, pays_author=True),
    "add_stake_limit": Call(
        add_stake_limit,
        {
            "hotkey": account,
            "netuid": u16,
            "amount_staked": u64,
            "limit_price": u64,
            "allow_partial": boolean,
        },
        pays_author=True,
    ),
    "add_stake_burn": Call(
        add_stake_burn,
        {"hotkey": account, "netuid": u16, "amount": u64, "limit": OptionalType(u64)},
        pays_author=True,
    ),
    "remove_stake": Call(
        remove_stake, {"hotkey": account, "netuid": u16, "amount_unstaked": u64}, pays_author=True
    ),
    "remove_stake_limit": Call(
        remove_stake_limit,
        {
            "hotkey": account,
            "netuid": u16,
            "amount_unstaked": u64,
            "limit_price": u64,
            "allow_partial": boolean,
        },
        pays_author=True,
    ),
    "remove_stake_full_limit": Call(
        remove_stake_full_limit,
        {"hotkey": account, "netuid": u16, "limit_price": OptionalType(u64)},
        pays_author=True,
    ),
    "unstake_all": Call(unstake_all, {"hotkey": account}, pays_author=True),
    "unstake_all_alpha": Call(unstake_all_alpha, {"hotkey": account}, pays_author=True),
    "move_stake": Call(
        move_stake,
        {
            "origin_hotkey": account,
            "destination_hotkey": account,
            "origin_netuid": u16,
            "destination_netuid": u16,
            "alpha_amount": u64,
        },
        pays_author=True,
    ),
    "transfer_stake": Call(
        transfer_stake,
        {
            "destination_coldkey": account,
            "hotkey": account,
            "origin_netuid": u16,
            "destination_netuid": u16,
            "alpha_amount": u64,
        },
        pays_author=True,
    ),
    "swap_stake": Call(
        swap_stake,
        {"hotkey": account, "origin_netuid": u16, "destination_netuid": u16, "alpha_amount": u64},
        pays_author=True,
    ),
    "swap_stake_limit": Call(
        swap_stake_limit,
        {
            "hotkey": account,
            "origin_netuid": u16,
            "destination_netuid": u16,
            "alpha_amount": u64,
            "limit_price": u64,
            "allow_partial": boolean,
        },
        pays_author=True,
    ),
    "recycle_alpha": Call(recycle_alpha, {"hotkey": account, "amount": u64, "netuid": u16}),
    "burn_alpha": Call(burn_alpha, {"hotkey": account, "amount": u64, "netuid": u16}),
    "increase_take": Call(increase_take, {"hotkey": account, "take": u16}, guard=check_take),
    "decrease_take": Call(decrease_take, {"hotkey": account, "take": u16}, guard=check_take),
    "set_coldkey_auto_stake_hotkey": Call(set_auto_stake, {"netuid": u16, "hotkey": account}),
    "claim_root": Call(claim_root, {"subnets": NETUIDS}),
    "set_root_claim_type": Call(set_root_claim_type, {"new_root_claim_type": CLAIM_TYPE}),
    "set_children": Call(set_children, {"hotkey": account, "netuid": u16, "children": CHILDREN}),
    "set_childkey_take": Call(set_childkey_take, {"hotkey": account, "netuid": u16, "take": u16}),
    "lock_stake": Call(lock_stake, {"netuid": u16, "hotkey": account, "amount": u64}),
    "move_lock": Call(move_lock, {"destination_hotkey": account, "netuid": u16}),
    "set_perpetual_lock": Call(set_perpetual_lock, {"netuid": u16, "enabled": boolean}),
    "set_reject_locked_alpha": Call(set_reject_locked_alpha, {"enabled": boolean}),
}
"""Calls by upstream's name."""
