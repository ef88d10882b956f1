"""A coldkey hands everything to another one: after an announcement, or by root.

Source: ``pallets/subtensor/src/swap/swap_coldkey.rs``, ``pallets/subtensor/src/macros/dispatches.rs``.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from taospec.reference.rules import implements
from taospec.reference.staking.locks import ACCEPT_LOCKED_ALPHA, swap_coldkey_of_locks
from taospec.reference.staking.positions import ROOT, all_netuids, hotkey_exists, require
from taospec.reference.staking.root_claims import index_root_staker, strike_root_staker, swap_keys_of_claims
from taospec.reference.staking.stake_ledger import decrease_stake, increase_stake, stake_of
from taospec.reference.state.errors import DispatchError, SubtensorError
from taospec.reference.state.ledger import recycle_tao, transfer_all_tao
from taospec.reference.state.origin import Origin
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import ZERO_ACCOUNT, AccountId
from taospec.reference.subnets.hotkey_swap import KEY_SWAP_COST
from taospec.reference.subnets.registration import is_subnet_account

_LAST_BLOCK: Final = 2**32 - 1


@implements("SUBNET-COLDKEY-1")
def announce_coldkey_swap(state: State, coldkey: AccountId, new_coldkey_hash: bytes) -> None:
    """Announce the hash of the coldkey that is to get everything.

    The first announcement is paid for; one that replaces it is free.

    Raises in this order:
        ColdkeySwapReannouncedTooEarly: there is one, and it cannot be replaced yet.
        NotEnoughBalanceToPaySwapColdKey: there is none, and its cost cannot be paid.

    Source: ``dispatches.rs:2263``.
    """
    if state.coldkeys.peek(coldkey).swap_announcement is None:
        _charge(state, coldkey, KEY_SWAP_COST)
    else:
        _require_replaceable(state, coldkey, SubtensorError.ColdkeySwapReannouncedTooEarly)
    first = min(state.clock.block + state.parameters.coldkey_swap_announcement_delay, _LAST_BLOCK)
    state.coldkeys[coldkey].swap_announcement = (first, new_coldkey_hash)
    state.events.deposit("ColdkeySwapAnnounced", who=coldkey, new_coldkey_hash=new_coldkey_hash)


@implements("SUBNET-COLDKEY-2")
def swap_coldkey_announced(state: State, coldkey: AccountId, new: AccountId) -> None:
    """Carry the announced swap out.

    Raises in this order:
        ColdkeySwapAnnouncementNotFound: nothing is announced.
        AnnouncedColdkeyHashDoesNotMatch: another coldkey is.
        ColdkeySwapTooEarly: its block has not come.
        what :func:`_swap` raises.

    Source: ``dispatches.rs:2301``.
    """
    first, announced = _announcement(state, coldkey)
    matches = announced == blake2b(new, digest_size=32).digest()
    require(matches, SubtensorError.AnnouncedColdkeyHashDoesNotMatch)
    require(state.clock.block >= first, SubtensorError.ColdkeySwapTooEarly)
    state.coldkeys[coldkey].swap_announcement = None
    _swap(state, coldkey, new)


@implements("SUBNET-COLDKEY-3")
def dispute_coldkey_swap(state: State, coldkey: AccountId) -> None:
    """Freeze the coldkey until root decides.

    Raises in this order:
        ColdkeySwapAnnouncementNotFound: nothing is announced.
        ColdkeySwapAlreadyDisputed: it is disputed already.

    Source: ``dispatches.rs:2332``.
    """
    _announcement(state, coldkey)
    undisputed = state.coldkeys.peek(coldkey).swap_dispute is None
    require(undisputed, SubtensorError.ColdkeySwapAlreadyDisputed)
    state.coldkeys[coldkey].swap_dispute = state.clock.block
    state.events.deposit("ColdkeySwapDisputed", coldkey=coldkey)


@implements("SUBNET-COLDKEY-4")
def clear_coldkey_swap_announcement(state: State, coldkey: AccountId) -> None:
    """Withdraw the announcement.

    Raises in this order:
        ColdkeySwapAnnouncementNotFound: nothing is announced.
        ColdkeySwapClearTooEarly: it cannot be withdrawn yet.

    Source: ``dispatches.rs:2470``.
    """
    _announcement(state, coldkey)
    _require_replaceable(state, coldkey, SubtensorError.ColdkeySwapClearTooEarly)
    state.coldkeys[coldkey].swap_announcement = None
    state.events.deposit("ColdkeySwapCleared", who=coldkey)


@implements("SUBNET-COLDKEY-5")
def reset_coldkey_swap(state: State, coldkey: AccountId) -> None:
    """Root withdraws announcement and dispute of a coldkey.

    Source: ``dispatches.rs:2359``.
    """
    _forget(state, coldkey)
    state.events.deposit("ColdkeySwapReset", who=coldkey)


@implements("SUBNET-COLDKEY-6")
def swap_coldkey(state: State, old: AccountId, new: AccountId, cost: int) -> None:
    """Root hands everything of a coldkey to another one, and lets the old one pay for it.

    Raises in this order:
        NotEnoughBalanceToPaySwapColdKey: the cost cannot be paid.
        what :func:`_swap` raises.

    Source: ``dispatches.rs:1074``.
    """
    if cost != 0:
        _charge(state, old, cost)
    _swap(state, old, new)
    _forget(state, old)


def schedule_swap_coldkey(state: State, origin: Origin) -> None:
    """Refused: announcements have replaced it.

    Raises:
        Deprecated: always, whoever calls.

    Source: ``dispatches.rs:1311``.
    """
    raise DispatchError(SubtensorError.Deprecated)


@implements("SUBNET-COLDKEY-7")
def _swap(state: State, old: AccountId, new: AccountId) -> None:
    """Hand everything of a coldkey to another one.

    Raises in this order:
        ColdKeyAlreadyAssociated: the new one ever staked to a hotkey, or was given one.
        NewColdKeyIsHotkey: it is a hotkey.
        CannotUseSystemAccount: one of the hotkeys is the account of a subnet.
        ActiveLockExists: the new one has a lock.
        what the transfer of the balance raises.

    Source: ``swap_coldkey.rs:6``.
    """
    associated = state.coldkeys.peek(new).staking_hotkeys != ()
    require(not associated, SubtensorError.ColdKeyAlreadyAssociated)
    require(not hotkey_exists(state, new), SubtensorError.NewColdKeyIsHotkey)
    state.coldkeys[new].flags |= ACCEPT_LOCKED_ALPHA
    for netuid in all_netuids(state):
        _give_subnet(state, netuid, old, new)
        _give_auto_stake(state, netuid, old, new)
        _give_stake(state, netuid, old, new)
    _give_staking_hotkeys(state, old, new)
    _give_hotkeys(state, old, new)
    swap_coldkey_of_locks(state, old, new)
    transfer_all_tao(state, old, new)
    state.rate_limits["LastTxBlock", new].last_block = state.clock.block
    state.events.deposit("ColdkeySwapped", old_coldkey=old, new_coldkey=new)


def _give_subnet(state: State, netuid: int, old: AccountId, new: AccountId) -> None:
    if (state.subnets.peek(netuid).owner or ZERO_ACCOUNT) == old:
        state.subnets[netuid].owner = new


def _give_auto_stake(state: State, netuid: int, old: AccountId, new: AccountId) -> None:
    hotkey = state.auto_stakes.peek((old, netuid)).hotkey
    if hotkey is None:
        return
    state.auto_stakes[old, netuid].hotkey = None
    state.auto_stakes[new, netuid].hotkey = hotkey
    stakers = state.auto_stakers[hotkey, netuid]
    others = tuple(coldkey for coldkey in stakers.coldkeys or () if coldkey not in (old, new))
    stakers.coldkeys = (*others, new)


@implements("SUBNET-COLDKEY-8")
def _give_stake(state: State, netuid: int, old: AccountId, new: AccountId) -> None:
    """The coldkey's stakes on one subnet, and what it claimed there **if it has stake there**.

    Source: ``swap_coldkey.rs:91``.
    """
    for hotkey in state.coldkeys.peek(old).staking_hotkeys:
        amount = stake_of(state, hotkey, old, netuid)
        decrease_stake(state, hotkey, old, netuid, amount)
        increase_stake(state, hotkey, new, netuid, amount)
        if stake_of(state, hotkey, new, netuid) != 0:
            swap_keys_of_claims(state, netuid, (hotkey, old), (hotkey, new))
            if netuid == ROOT:
                index_root_staker(state, new)
    if netuid == ROOT:
        strike_root_staker(state, old)


def _give_staking_hotkeys(state: State, old: AccountId, new: AccountId) -> None:
    held, target = state.coldkeys[old], state.coldkeys[new]
    missing = tuple(hotkey for hotkey in held.staking_hotkeys if hotkey not in target.staking_hotkeys)
    held.staking_hotkeys = ()
    target.staking_hotkeys += missing


def _give_hotkeys(state: State, old: AccountId, new: AccountId) -> None:
    held, target = state.coldkeys[old], state.coldkeys[new]
    for hotkey in held.owned_hotkeys:
        require(not is_subnet_account(hotkey), SubtensorError.CannotUseSystemAccount)
        state.hotkeys[hotkey].owner = new
    missing = tuple(hotkey for hotkey in held.owned_hotkeys if hotkey not in target.owned_hotkeys)
    held.owned_hotkeys = ()
    target.owned_hotkeys += missing


def _charge(state: State, coldkey: AccountId, cost: int) -> None:
    try:
        recycle_tao(state, coldkey, cost)
    except DispatchError as error:
        raise DispatchError(SubtensorError.NotEnoughBalanceToPaySwapColdKey) from error


def _announcement(state: State, coldkey: AccountId) -> tuple[int, bytes]:
    announcement = state.coldkeys.peek(coldkey).swap_announcement
    if announcement is None:
        raise DispatchError(SubtensorError.ColdkeySwapAnnouncementNotFound)
    return announcement


def _require_replaceable(state: State, coldkey: AccountId, error: SubtensorError) -> None:
    """Refuse until the second delay after the block from which the announced swap may happen."""
    first, _ = _announcement(state, coldkey)
    earliest = min(first + state.parameters.coldkey_swap_reannouncement_delay, _LAST_BLOCK)
    require(state.clock.block >= earliest, error)


def _forget(state: State, coldkey: AccountId) -> None:
    held = state.coldkeys[coldkey]
    held.swap_announcement = held.swap_dispute = None
