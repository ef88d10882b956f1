"""Calls of pallet-balances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from taospec.reference.chain.call import Call
from taospec.reference.state.ledger import transfer_all, transfer_allow_death, transfer_keep_alive
from taospec.reference.state.storage_types import account, boolean, u64

BALANCES_CALLS: Final[Mapping[str, Call]] = {
    "transfer_allow_death": Call(transfer_allow_death, {"dest": account, "value": u64}),
    "transfer_keep_alive": Call(transfer_keep_alive, {"dest": account, "value": u64}),
    "transfer_all": Call(transfer_all, {"dest": account, "keep_alive": boolean}),
}
"""Calls by upstream's name."""
