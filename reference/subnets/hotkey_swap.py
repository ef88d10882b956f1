"""A coldkey replaces one of its hotkeys by another, on one subnet or on all.

Source: ``pallets/subtensor/src/swap/swap_hotkey.rs``.
"""

from __future__ import annotations

from typing import Final

from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.staking.childkeys import swap_hotkey_of_relations
from taospec.reference.staking.locks import swap_hotkey_of_locks
from taospec.reference.staking.positions import ROOT, all_netuids, hotkey_exists, owns_hotkey, require
from taospec.reference.staking.root_claims import claimants, swap_hotkey_of_claims
from taospec.reference.staking.stake_ledger import (
    decrease_stake,
    has_shares,
    increase_stake,
    stake_of,
    total_stake_of_hotkey,
)
from taospec.reference.state.errors import SubtensorError
from taospec.reference.state.ledger import balance_of, recycle_tao
from taospec.reference.state.neuron import storage_index
from taospec.reference.state.safe_float import ZERO
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId
from taospec.reference.subnets.registration import is_subnet_account

KEY_SWAP_COST: Final = 100_000_000
"""Rao that a swap on all subnets, and the announcement of a coldkey swap, recycle (``KeySwapCost``)."""
KEY_SWAP_ON_SUBNET_COST: Final = 1_000_000
"""Rao that a swap on one subnet recycles (``KeySwapOnSubnetCost``)."""
HOTKEY_SWAP_INTERVAL: Final = 7_200
"""Blocks between two swaps of one coldkey's hotkeys on a subnet: a day."""
_LIMITS_OF_HOTKEYS: Final = ("LastTxBlock", "LastTxBlockDelegateTake", "LastTxBlockChildKeyTake")


@implements("SUBNET-HOTKEY-1")
def swap_hotkey(state: State, coldkey: AccountId, old: AccountId, new: AccountId, netuid: int | None) -> None:
    """Replace a hotkey, with all its stake.

    Raises:
        DispatchError: as :func:`swap_hotkey_v2`.

    Source: ``pallets/subtensor/src/macros/dispatches.rs:1035``.
    """
    swap_hotkey_v2(state, coldkey, old, new, netuid, keep_stake=False)


@implements("SUBNET-HOTKEY-1")
def swap_hotkey_v2(
    state: State, coldkey: AccountId, old: AccountId, new: AccountId, netuid: int | None, keep_stake: bool
) -> None:
    """Replace a hotkey on one subnet, or (``None``) on all.

    Raises in this order:
        NonAssociatedColdKey: the old hotkey, or the new one if it exists, is not the caller's.
        NewHotKeyIsSameWithOld: they are the same.
        HotKeySetTxRateLimitExceeded: the caller's last swap is at most the limit ago.
        HotKeyAlreadyRegisteredInSubNet: the new hotkey is known on the subnet, or has a uid on any.
        NewHotKeyNotCleanForRootSwap: root is touched, and the new hotkey has rates, or stake or claims there.
        what :func:`_swap_on_subnet` or :func:`_swap_everywhere` raises.

    Source: ``swap_hotkey.rs:33``.
    """
    _require_swappable(state, coldkey, old, new)
    _require_free(state, new, netuid)
    if netuid in (None, ROOT):
        _require_clean_on_root(state, new)
    for limit in _LIMITS_OF_HOTKEYS:
        state.rate_limits[limit, new].last_block = state.rate_limits.peek((limit, old)).last_block
    if netuid is None:
        _swap_everywhere(state, coldkey, old, new, keep_stake)
    else:
        _swap_on_subnet(state, coldkey, old, new, netuid, keep_stake)
    state.rate_limits["LastTxBlock", coldkey].last_block = state.clock.block


def _require_swappable(state: State, coldkey: AccountId, old: AccountId, new: AccountId) -> None:
    owns = owns_hotkey(state, coldkey, old) and (
        not hotkey_exists(state, new) or owns_hotkey(state, coldkey, new)
    )
    require(owns, SubtensorError.NonAssociatedColdKey)
    require(old != new, SubtensorError.NewHotKeyIsSameWithOld)
    limit = state.parameters.tx_rate_limit
    last = state.rate_limits.peek(("LastTxBlock", coldkey)).last_block
    limited = limit != 0 and last != 0 and max(state.clock.block - last, 0) <= limit
    require(not limited, SubtensorError.HotKeySetTxRateLimitExceeded)


def _require_free(state: State, new: AccountId, netuid: int | None) -> None:
    """A stored ``False`` counts as known on one subnet, but not as registered on any."""
    if netuid is None:
        taken = any(state.memberships.peek(key).is_member for key in state.memberships.keys_with(hotkey=new))
    else:
        taken = state.memberships.peek((netuid, new)).is_member is not None
    require(not taken, SubtensorError.HotKeyAlreadyRegisteredInSubNet)


def _require_clean_on_root(state: State, new: AccountId) -> None:
    """Claims on root, none of which ever pays, do not have to hold anything: the entry is enough."""
    dirty = (
        bool(state.root_dividends.keys_with(hotkey=new))
        or total_stake_of_hotkey(state, new, ROOT) != 0
        or bool(claimants(state, new, ROOT))
    )
    require(not dirty, SubtensorError.NewHotKeyNotCleanForRootSwap)


@implements("SUBNET-HOTKEY-2")
def _swap_everywhere(
    state: State, coldkey: AccountId, old: AccountId, new: AccountId, keep_stake: bool
) -> None:
    """Replace a hotkey on every subnet.

    Raises in this order:
        HotKeySwapOnSubnetIntervalNotPassed: the caller swapped a hotkey too recently on a subnet
            where the old one has a uid or children.
        NotEnoughBalanceToPaySwapHotKey: the balance is below the cost.
        InsufficientBalance: the cost would leave less than the existential deposit.
        CannotUseSystemAccount: the new hotkey is the account of a subnet.
        what :func:`swap_hotkey_of_relations` raises.

    Source: ``swap_hotkey.rs:130``, ``swap_hotkey.rs:261``.
    """
    netuids = all_netuids(state)
    affected = [netuid for netuid in netuids if _takes_part(state, old, netuid)]
    for netuid in affected:
        last = state.hotkey_swap_limits.peek((netuid, coldkey)).last_block
        require(
            last == 0 or _interval_passed(state, last), SubtensorError.HotKeySwapOnSubnetIntervalNotPassed
        )
    _pay(state, coldkey, KEY_SWAP_COST)
    staked = _stakers(state, old)
    for netuid in netuids:
        swap_hotkey_of_locks(state, netuid, old, new)
    require(not is_subnet_account(new), SubtensorError.CannotUseSystemAccount)
    state.hotkeys[old].owner, state.hotkeys[new].owner = None, coldkey
    _own(state, coldkey, new)
    held = state.coldkeys[coldkey]
    held.owned_hotkeys = tuple(hotkey for hotkey in held.owned_hotkeys if hotkey != old)
    for netuid in netuids:
        _swap_one_subnet(state, netuid, old, new, keep_stake)
    for limit in _LIMITS_OF_HOTKEYS:
        state.rate_limits.remove((limit, old))
    _move_take(state, old, new)
    if not keep_stake:
        for staker in staked:
            _append_staking_hotkey(state, staker, old, new)
    for netuid in affected:
        state.hotkey_swap_limits[netuid, coldkey].last_block = state.clock.block
    state.events.deposit("HotkeySwapped", coldkey=coldkey, old_hotkey=old, new_hotkey=new)


@implements("SUBNET-HOTKEY-3")
def _swap_on_subnet(
    state: State, coldkey: AccountId, old: AccountId, new: AccountId, netuid: int, keep_stake: bool
) -> None:
    """Replace a hotkey on one subnet. The old one stays the coldkey's, the new one becomes so.

    Raises in this order:
        HotKeySwapOnSubnetIntervalNotPassed: the caller swapped a hotkey there too recently; **a
            coldkey that never did is limited by the height of the chain**.
        CannotUseSystemAccount: the new hotkey is the account of a subnet.
        NotEnoughBalanceToPaySwapHotKey: the balance is below the cost.
        InsufficientBalance: the cost would leave less than the existential deposit.
        what :func:`swap_hotkey_of_relations` raises.

    Source: ``swap_hotkey.rs:357``.
    """
    last = state.hotkey_swap_limits.peek((netuid, coldkey)).last_block
    require(_interval_passed(state, last), SubtensorError.HotKeySwapOnSubnetIntervalNotPassed)
    require(not is_subnet_account(new), SubtensorError.CannotUseSystemAccount)
    _pay(state, coldkey, KEY_SWAP_ON_SUBNET_COST)
    state.hotkeys[new].owner = coldkey
    _own(state, coldkey, new)
    swap_hotkey_of_locks(state, netuid, old, new)
    _swap_one_subnet(state, netuid, old, new, keep_stake)
    state.hotkey_swap_limits[netuid, coldkey].last_block = state.clock.block
    state.events.deposit(
        "HotkeySwappedOnSubnet", coldkey=coldkey, old_hotkey=old, new_hotkey=new, netuid=netuid
    )


def _takes_part(state: State, hotkey: AccountId, netuid: int) -> bool:
    """Whether the hotkey is a member of the subnet or has children there."""
    is_member = state.memberships.peek((netuid, hotkey)).is_member is True
    return is_member or state.childkeys.peek((hotkey, netuid)).children != ()


def _interval_passed(state: State, last: int) -> bool:
    return min(last + HOTKEY_SWAP_INTERVAL, U64_MAX) < state.clock.block


def _pay(state: State, coldkey: AccountId, cost: int) -> None:
    require(cost <= balance_of(state, coldkey), SubtensorError.NotEnoughBalanceToPaySwapHotKey)
    recycle_tao(state, coldkey, cost)


def _own(state: State, coldkey: AccountId, hotkey: AccountId) -> None:
    held = state.coldkeys[coldkey]
    if hotkey not in held.owned_hotkeys:
        held.owned_hotkeys += (hotkey,)


def _stakers(state: State, hotkey: AccountId) -> list[AccountId]:
    """Coldkeys with shares of the hotkey on any subnet, ascending."""
    found = set()
    for key in state.positions.keys_with(hotkey=hotkey):
        position = state.positions.peek(key)
        if position.shares != ZERO or (position.shares_v1 is not None and position.shares_v1.bits != 0):
            found.add(key[1])
    return sorted(found)


def _append_staking_hotkey(state: State, coldkey: AccountId, old: AccountId, new: AccountId) -> None:
    """The new hotkey comes last among those that a coldkey staked to, in place of the old one."""
    held = state.coldkeys[coldkey]
    if old in held.staking_hotkeys:
        others = tuple(hotkey for hotkey in held.staking_hotkeys if hotkey not in (old, new))
        held.staking_hotkeys = (*others, new)


def _move_take(state: State, old: AccountId, new: AccountId) -> None:
    take = state.hotkeys.peek(old).delegate_take
    if take is not None:
        state.hotkeys[old].delegate_take, state.hotkeys[new].delegate_take = None, take


@implements("SUBNET-HOTKEY-4")
def _swap_one_subnet(state: State, netuid: int, old: AccountId, new: AccountId, keep_stake: bool) -> None:
    """Move what a hotkey has on one subnet.

    Source: ``swap_hotkey.rs:451``.
    """
    _move_neuron(state, netuid, old, new)
    _move_childkey_take(state, netuid, old, new)
    swap_hotkey_of_relations(state, netuid, old, new)
    _move_auto_stake(state, netuid, old, new)
    _move_subnet(state, netuid, old, new)
    if keep_stake:
        return
    _move_dividend_reports(state, netuid, old, new)
    _move_voting_power(state, netuid, old, new)
    _move_stake(state, netuid, old, new)
    if netuid == ROOT:
        swap_hotkey_of_claims(state, old, new)
        _move_auto_parent_delegation(state, old, new)


def _move_neuron(state: State, netuid: int, old: AccountId, new: AccountId) -> None:
    """The uid and the hash commits of a member; the flag of anybody."""
    held, target = state.memberships[netuid, old], state.memberships[netuid, new]
    is_member = held.is_member is True
    held.is_member, target.is_member = None, is_member
    if not is_member:
        return
    if held.uid is not None:
        state.neurons[netuid, held.uid].hotkey = new
        target.uid, held.uid = held.uid, None
    for mechanism in range(state.hyperparameters.peek(netuid).mechanism_count):
        index = storage_index(netuid, mechanism)
        commits = state.hash_commits.peek((index, old)).commits
        if commits is not None:
            state.hash_commits[index, new].commits = commits
            state.hash_commits[index, old].commits = None


def _move_childkey_take(state: State, netuid: int, old: AccountId, new: AccountId) -> None:
    take = state.childkeys.peek((old, netuid)).take
    if take is not None:
        state.childkeys[old, netuid].take, state.childkeys[new, netuid].take = None, take


@implements("SUBNET-HOTKEY-5")
def _move_auto_stake(state: State, netuid: int, old: AccountId, new: AccountId) -> None:
    """Those whose income is staked to the old hotkey; the list of the new one is **overwritten**.

    Source: ``swap_hotkey.rs:575``.
    """
    stakers = state.auto_stakers.peek((old, netuid)).coldkeys
    if stakers is None:
        return
    for coldkey in stakers:
        state.auto_stakes[coldkey, netuid].hotkey = new
    state.auto_stakers[new, netuid].coldkeys = stakers
    state.auto_stakers.remove((old, netuid))


@implements("SUBNET-HOTKEY-4")
def _move_subnet(state: State, netuid: int, old: AccountId, new: AccountId) -> None:
    if state.subnets.peek(netuid).owner_hotkey == old:
        state.subnets[netuid].owner_hotkey = new
        state.events.deposit("SubnetOwnerHotkeySet", netuid=netuid, hotkey=new)


def _move_dividend_reports(state: State, netuid: int, old: AccountId, new: AccountId) -> None:
    """The root part of the report stays with the old hotkey."""
    held, target = state.dividend_reports[netuid, old], state.dividend_reports[netuid, new]
    target.total_alpha_last_epoch = min(target.total_alpha_last_epoch + held.total_alpha_last_epoch, U64_MAX)
    target.alpha_dividends = min(target.alpha_dividends + held.alpha_dividends, U64_MAX)
    held.total_alpha_last_epoch = held.alpha_dividends = 0


def _move_voting_power(state: State, netuid: int, old: AccountId, new: AccountId) -> None:
    power = state.memberships.peek((netuid, old)).voting_power
    if power != 0:
        target = state.memberships[netuid, new]
        target.voting_power = min(target.voting_power + power, U64_MAX)
        state.memberships[netuid, old].voting_power = 0


@implements("SUBNET-HOTKEY-6")
def _move_stake(state: State, netuid: int, old: AccountId, new: AccountId) -> None:
    """Every coldkey's stake, ascending by account: out of one share pool, into the other.

    Source: ``swap_hotkey.rs:618``.
    """
    for _, coldkey, _ in state.positions.keys_with(hotkey=old, netuid=netuid):
        if not has_shares(state, old, coldkey, netuid):
            continue
        amount = stake_of(state, old, coldkey, netuid)
        decrease_stake(state, old, coldkey, netuid, amount)
        increase_stake(state, new, coldkey, netuid, amount)
        held = state.coldkeys[coldkey]
        if old in held.staking_hotkeys and new not in held.staking_hotkeys:
            held.staking_hotkeys += (new,)


def _move_auto_parent_delegation(state: State, old: AccountId, new: AccountId) -> None:
    enabled = state.hotkeys.peek(old).auto_parent_delegation
    if enabled is not None:
        state.hotkeys[old].auto_parent_delegation, state.hotkeys[new].auto_parent_delegation = None, enabled
