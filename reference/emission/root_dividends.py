"""What root stakers of a hotkey are owed, as a rate per TAO staked on root.

Source: ``pallets/subtensor/src/staking/claim_root.rs``.
"""

from __future__ import annotations

from taospec.reference.fixed_point import I96F32
from taospec.reference.fixed_point.numbers import U64
from taospec.reference.rules import implements
from taospec.reference.staking.stake_ledger import increase_stake, total_stake_of_hotkey
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import ZERO_ACCOUNT, AccountId

ROOT_NETUID = 0


@implements("EMISSION-ROOT-1")
def accrue_root_dividends(state: State, hotkey: AccountId, netuid: int, amount: int) -> int:
    """Raise the hotkey's claimable rate on a subnet by ``amount / root stake``, truncated to 2**-32.

    More alpha than the root stake has rao goes to the hotkey's owner as stake instead. A hotkey
    without root stake gets an entry of 0. Answers what was accrued, rao: ``amount``, or 0.

    Source: ``claim_root.rs:43``.
    """
    total = I96F32.saturating_from_num(total_stake_of_hotkey(state, hotkey, ROOT_NETUID))
    increment = I96F32.saturating_from_num(amount).safe_div(total)
    if amount > total.saturating_to_num(U64):
        owner = state.hotkeys.peek(hotkey).owner or ZERO_ACCOUNT
        increase_stake(state, hotkey, owner, netuid, amount)
        return 0
    dividend = state.root_dividends[hotkey, netuid]
    claimable = I96F32.zero() if dividend.claimable is None else dividend.claimable
    dividend.claimable = claimable.saturating_add(increment)
    return amount
