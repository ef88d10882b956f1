"""Calls that replace a hotkey or a coldkey."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from taospec.reference.chain.call import Call
from taospec.reference.state.storage_types import OptionalType, account, boolean, hash_256, u16, u64
from taospec.reference.subnets.coldkey_swap import (
    announce_coldkey_swap,
    clear_coldkey_swap_announcement,
    dispute_coldkey_swap,
    reset_coldkey_swap,
    schedule_swap_coldkey,
    swap_coldkey,
    swap_coldkey_announced,
)
from taospec.reference.subnets.hotkey_swap import swap_hotkey, swap_hotkey_v2

_HOTKEYS: Final = {"hotkey": account, "new_hotkey": account, "netuid": OptionalType(u16)}

KEYS_CALLS: Final[Mapping[str, Call]] = {
    "swap_hotkey": Call(swap_hotkey, _HOTKEYS),
    "swap_hotkey_v2": Call(swap_hotkey_v2, {**_HOTKEYS, "keep_stake": boolean}),
    "announce_coldkey_swap": Call(announce_coldkey_swap, {"new_coldkey_hash": hash_256}),
    "swap_coldkey_announced": Call(swap_coldkey_announced, {"new_coldkey": account}),
    "dispute_coldkey_swap": Call(dispute_coldkey_swap, {}),
    "clear_coldkey_swap_announcement": Call(clear_coldkey_swap_announcement, {}),
    "reset_coldkey_swap": Call(reset_coldkey_swap, {"coldkey": account}, maker="root"),
    "swap_coldkey": Call(
        swap_coldkey, {"old_coldkey": account, "new_coldkey": account, "swap_cost": u64}, maker="root"
    ),
    "schedule_swap_coldkey": Call(
        schedule_swap_coldkey, {}, maker="anyone", ignored={"_new_coldkey": account}
    ),
}
"""Calls by upstream's name."""
