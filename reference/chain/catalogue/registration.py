"""Calls that register neurons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from taospec.reference.chain.call import Call
from taospec.reference.state.storage_types import StorageType, account, byte_string, u16, u64
from taospec.reference.subnets.registration import associate_hotkey, burned_register, register_limit

WORK: Final[Mapping[str, StorageType[Any]]] = {
    "_block_number": u64,
    "_nonce": u64,
    "_work": byte_string,
    "_coldkey": account,
}
"""A proof of work, which nobody looks at any more."""

REGISTRATION_CALLS: Final[Mapping[str, Call]] = {
    "burned_register": Call(burned_register, {"netuid": u16, "hotkey": account}),
    "register": Call(burned_register, {"netuid": u16, "hotkey": account}, ignored=WORK),
    "register_limit": Call(register_limit, {"netuid": u16, "hotkey": account, "limit_price": u64}),
    "try_associate_hotkey": Call(associate_hotkey, {"hotkey": account}),
}
"""Calls by upstream's name."""
