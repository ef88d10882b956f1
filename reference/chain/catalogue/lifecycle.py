"""Calls that open, start, shape and end subnets, and that give places on root."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from taospec.reference.chain.call import Call
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import (
    AccountId,
    OptionalType,
    SequenceType,
    account,
    boolean,
    byte_string,
    u8,
    u16,
)
from taospec.reference.subnets.dissolution import dissolve_network
from taospec.reference.subnets.identity import SUBNET_IDENTITY
from taospec.reference.subnets.mechanisms import (
    set_max_mechanism_count,
    set_mechanism_count,
    set_mechanism_emission_split,
)
from taospec.reference.subnets.network_registration import (
    register_network,
    register_network_with_identity,
    require_network_rate_limit,
    start_call,
)
from taospec.reference.subnets.root_registration import root_register, set_auto_parent_delegation
from taospec.reference.subnets.symbols import update_symbol
from taospec.reference.subnets.trimming import trim_to_max_allowed_uids


def guard_register_network(state: State, signer: AccountId, hotkey: AccountId) -> None:
    """Refuse a registration that comes too soon; only this call has the guard.

    Source: ``pallets/subtensor/src/guards/check_rate_limits.rs:78``.
    """
    require_network_rate_limit(state)


LIFECYCLE_CALLS: Final[Mapping[str, Call]] = {
    "register_network": Call(register_network, {"hotkey": account}, guard=guard_register_network),
    "register_network_with_identity": Call(
        register_network_with_identity, {"hotkey": account, "identity": OptionalType(SUBNET_IDENTITY)}
    ),
    "start_call": Call(start_call, {"netuid": u16}, maker="anyone"),
    "dissolve_network": Call(dissolve_network, {"netuid": u16}, maker="root", ignored={"_coldkey": account}),
    "root_dissolve_network": Call(dissolve_network, {"netuid": u16}, maker="root"),
    "root_register": Call(root_register, {"hotkey": account}, maker="anyone"),
    "set_auto_parent_delegation_enabled": Call(
        set_auto_parent_delegation, {"hotkey": account, "enabled": boolean}
    ),
    "sudo_set_mechanism_count": Call(
        set_mechanism_count, {"netuid": u16, "mechanism_count": u8}, maker="anyone"
    ),
    "sudo_set_mechanism_emission_split": Call(
        set_mechanism_emission_split,
        {"netuid": u16, "maybe_split": OptionalType(SequenceType(u16))},
        maker="anyone",
    ),
    "sudo_set_max_mechanism_count": Call(set_max_mechanism_count, {"max_mechanism_count": u8}, maker="root"),
    "sudo_trim_to_max_allowed_uids": Call(
        trim_to_max_allowed_uids, {"netuid": u16, "max_n": u16}, maker="anyone"
    ),
    "update_symbol": Call(update_symbol, {"netuid": u16, "symbol": byte_string}, maker="anyone"),
}
"""Calls by upstream's name."""
