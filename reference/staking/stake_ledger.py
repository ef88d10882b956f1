"""The share pools of the state: one for each hotkey on each subnet, held by coldkeys.

Before spec version 401 shares were U64F64. An old entry counts alone while it is there; the first
write of a new one deletes it.

Source: ``pallets/subtensor/src/staking/stake_utils.rs:507`` to ``:625`` and ``:1368`` to ``:1470``.
"""

from __future__ import annotations

from taospec.reference.rules import implements
from taospec.reference.staking.safe_float import from_u64f64
from taospec.reference.staking.share_pool import (
    Holding,
    changes_shares,
    holder_value,
    value_for_all,
    value_for_one,
)
from taospec.reference.state.safe_float import SafeFloat
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId


@implements("STAKE-LEDGER-1")
def stake_of(state: State, hotkey: AccountId, coldkey: AccountId, netuid: int) -> int:
    """What a coldkey has staked to a hotkey on a subnet, in rao of its alpha."""
    shared_value = total_stake_of_hotkey(state, hotkey, netuid)
    share = share_of(state, hotkey, coldkey, netuid)
    return holder_value(shared_value, share, total_shares(state, hotkey, netuid))


def total_stake_of_hotkey(state: State, hotkey: AccountId, netuid: int) -> int:
    """What all coldkeys together have staked to a hotkey on a subnet, in rao of its alpha."""
    return state.hotkey_stakes.peek((hotkey, netuid)).total_alpha


@implements("STAKE-LEDGER-2")
def increase_stake(state: State, hotkey: AccountId, coldkey: AccountId, netuid: int, amount: int) -> None:
    """Add ``amount`` rao to a coldkey's stake, and the hotkey to those that it staked to.

    Source: ``pallets/subtensor/src/staking/stake_utils.rs:578``.
    """
    if amount != 0 and hotkey not in state.coldkeys.peek(coldkey).staking_hotkeys:
        state.coldkeys[coldkey].staking_hotkeys += (hotkey,)
    _update_for_one(state, hotkey, coldkey, netuid, _as_i64(amount))


@implements("STAKE-LEDGER-3")
def decrease_stake(state: State, hotkey: AccountId, coldkey: AccountId, netuid: int, amount: int) -> None:
    """Take ``amount`` rao from a coldkey's stake. **Nothing happens if it has less.**

    Source: ``pallets/subtensor/src/staking/stake_utils.rs:618``.
    """
    if has_shares(state, hotkey, coldkey, netuid) and stake_of(state, hotkey, coldkey, netuid) >= amount:
        _update_for_one(state, hotkey, coldkey, netuid, _as_i64(-amount))


@implements("STAKE-LEDGER-4")
def increase_stake_for_all(state: State, hotkey: AccountId, netuid: int, amount: int) -> None:
    """Add ``amount`` rao to the stakes to a hotkey, to each coldkey by its shares.

    Source: ``pallets/subtensor/src/staking/stake_utils.rs:545``.
    """
    _set_shared_value(state, hotkey, netuid, _as_i64(amount))


@implements("STAKE-LEDGER-4")
def decrease_stake_for_all(state: State, hotkey: AccountId, netuid: int, amount: int) -> None:
    """Take ``amount`` rao from the stakes to a hotkey, from each coldkey by its shares.

    Source: ``pallets/subtensor/src/staking/stake_utils.rs:563``.
    """
    _set_shared_value(state, hotkey, netuid, _as_i64(-amount))


@implements("STAKE-LEDGER-5")
def buys_shares(state: State, hotkey: AccountId, netuid: int, amount: int) -> bool:
    """Whether ``amount`` rao more would change the shares of a hotkey's pool at all.

    Source: ``pallets/subtensor/src/staking/stake_utils.rs:598``.
    """
    shared_value = total_stake_of_hotkey(state, hotkey, netuid)
    return changes_shares(shared_value, total_shares(state, hotkey, netuid), _as_i64(amount))


@implements("STAKE-LEDGER-6")
def share_of(state: State, hotkey: AccountId, coldkey: AccountId, netuid: int) -> SafeFloat:
    """A coldkey's shares: the old entry if there is one.

    Source: ``pallets/subtensor/src/staking/stake_utils.rs:1399``.
    """
    position = state.positions.peek((hotkey, coldkey, netuid))
    return position.shares if position.shares_v1 is None else from_u64f64(position.shares_v1)


@implements("STAKE-LEDGER-6")
def total_shares(state: State, hotkey: AccountId, netuid: int) -> SafeFloat:
    """The sum of all shares of a hotkey's pool: the old entry if there is one.

    Source: ``pallets/subtensor/src/staking/stake_utils.rs:1424``.
    """
    pool = state.hotkey_stakes.peek((hotkey, netuid))
    return pool.total_shares if pool.total_shares_v1 is None else from_u64f64(pool.total_shares_v1)


def has_shares(state: State, hotkey: AccountId, coldkey: AccountId, netuid: int) -> bool:
    """Whether a coldkey has an entry of shares, old or new. A new entry is never zero.

    Source: ``pallets/subtensor/src/staking/stake_utils.rs:1409``.
    """
    position = state.positions.peek((hotkey, coldkey, netuid))
    return position.shares_v1 is not None or position.shares.mantissa != 0


@implements("STAKE-LEDGER-7")
def _update_for_one(state: State, hotkey: AccountId, coldkey: AccountId, netuid: int, update: int) -> None:
    before = Holding(
        total_stake_of_hotkey(state, hotkey, netuid),
        total_shares(state, hotkey, netuid),
        share_of(state, hotkey, coldkey, netuid),
    )
    after = value_for_one(before, update)
    pool = state.hotkey_stakes[hotkey, netuid]
    pool.total_alpha = after.shared_value
    pool.total_shares = after.denominator
    pool.total_shares_v1 = None
    position = state.positions[hotkey, coldkey, netuid]
    position.shares = after.share
    position.shares_v1 = None


def _set_shared_value(state: State, hotkey: AccountId, netuid: int, update: int) -> None:
    pool = state.hotkey_stakes[hotkey, netuid]
    pool.total_alpha = value_for_all(pool.total_alpha, update)


def _as_i64(amount: int) -> int:
    """``amount`` modulo 2^64 as a signed integer: the pool takes signed updates."""
    return (amount + 2**63) % 2**64 - 2**63
