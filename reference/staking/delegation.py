"""Delegates and their takes, the minimum of nominators, and where mining income is staked.

Source: ``pallets/subtensor/src/staking/{increase_take,decrease_take,helpers}.rs``.
"""

from __future__ import annotations

from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.staking.positions import (
    MIN_STAKE,
    owns_hotkey,
    require,
    require_hotkey,
    require_subnet,
)
from taospec.reference.state.accounts import DEFAULT_TAKE
from taospec.reference.state.errors import SubtensorError
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId


@implements("STAKE-TAKE-1")
def hotkey_take(state: State, hotkey: AccountId) -> int:
    """Take of a hotkey, u16: **18 % also for a hotkey that never became a delegate**.

    Source: ``pallets/subtensor/src/staking/helpers.rs:191``.
    """
    take = state.hotkeys.peek(hotkey).delegate_take
    return DEFAULT_TAKE if take is None else take


@implements("STAKE-TAKE-2")
def become_delegate(state: State, hotkey: AccountId) -> None:
    """Store the default take of a hotkey that is not a delegate yet.

    Source: ``pallets/subtensor/src/staking/helpers.rs:167``.
    """
    if state.hotkeys.peek(hotkey).delegate_take is None:
        state.hotkeys[hotkey].delegate_take = hotkey_take(state, hotkey)


@implements("CHAIN-GUARD-3")
def check_take(state: State, coldkey: AccountId, hotkey: AccountId, take: int) -> None:
    """What is checked before a change of a take is accepted into a block.

    Raises in this order:
        DelegateTakeTooLow: below the network's minimum.
        DelegateTakeTooHigh: above the network's maximum, **also when lowering**.
        HotKeyAccountNotExists: the hotkey has no owner.
        NonAssociatedColdKey: the caller is not its owner.

    Source: ``pallets/subtensor/src/guards/check_delegate_take.rs:26``.
    """
    require(take >= state.parameters.min_delegate_take, SubtensorError.DelegateTakeTooLow)
    require(take <= state.parameters.max_delegate_take, SubtensorError.DelegateTakeTooHigh)
    _require_owner(state, coldkey, hotkey)


@implements("STAKE-TAKE-3")
def decrease_take(state: State, coldkey: AccountId, hotkey: AccountId, take: int) -> None:
    """Lower a delegate's take.

    Raises in this order:
        HotKeyAccountNotExists: the hotkey has no owner.
        NonAssociatedColdKey: the caller is not its owner.
        DelegateTakeTooLow: not below the stored take, or below the network's minimum.

    Source: ``pallets/subtensor/src/staking/decrease_take.rs:30``.
    """
    _require_owner(state, coldkey, hotkey)
    current = state.hotkeys.peek(hotkey).delegate_take
    require(current is None or take < current, SubtensorError.DelegateTakeTooLow)
    require(take >= state.parameters.min_delegate_take, SubtensorError.DelegateTakeTooLow)
    _set_take(state, hotkey, take)
    state.events.deposit("TakeDecreased", coldkey=coldkey, hotkey=hotkey, take=take)


@implements("STAKE-TAKE-4")
def increase_take(state: State, coldkey: AccountId, hotkey: AccountId, take: int) -> None:
    """Raise a delegate's take.

    Raises in this order:
        HotKeyAccountNotExists: the hotkey has no owner.
        NonAssociatedColdKey: the caller is not its owner.
        DelegateTakeTooLow: not above the stored take.
        DelegateTakeTooHigh: above the network's maximum.
        DelegateTxRateLimitExceeded: the take was changed too recently.

    Source: ``pallets/subtensor/src/staking/increase_take.rs:33``.
    """
    _require_owner(state, coldkey, hotkey)
    current = state.hotkeys.peek(hotkey).delegate_take
    require(current is None or take > current, SubtensorError.DelegateTakeTooLow)
    require(take <= state.parameters.max_delegate_take, SubtensorError.DelegateTakeTooHigh)
    require(not _is_take_limited(state, hotkey), SubtensorError.DelegateTxRateLimitExceeded)
    _set_take(state, hotkey, take)
    state.events.deposit("TakeIncreased", coldkey=coldkey, hotkey=hotkey, take=take)


@implements("STAKE-TAKE-5")
def _is_take_limited(state: State, hotkey: AccountId) -> bool:
    """Whether the last change is at most the limit ago; never for a limit of 0 or a first change.

    Source: ``pallets/subtensor/src/utils/rate_limiting.rs:264``.
    """
    limit = state.parameters.tx_delegate_take_rate_limit
    last = state.rate_limits.peek(("LastTxBlockDelegateTake", hotkey)).last_block
    return limit != 0 and last != 0 and state.clock.block - last <= limit


def _require_owner(state: State, coldkey: AccountId, hotkey: AccountId) -> None:
    require_hotkey(state, hotkey)
    require(owns_hotkey(state, coldkey, hotkey), SubtensorError.NonAssociatedColdKey)


def _set_take(state: State, hotkey: AccountId, take: int) -> None:
    state.hotkeys[hotkey].delegate_take = take
    state.rate_limits["LastTxBlockDelegateTake", hotkey].last_block = state.clock.block


@implements("STAKE-NOMINATOR-1")
def nominator_minimum(state: State) -> int:
    """Smallest nomination, rao of TAO: ``floor(2_000_000 * factor / 1_000_000)``.

    The product saturates in u64 **before** it is divided.

    Source: ``pallets/subtensor/src/utils/misc.rs:787``.
    """
    return min(MIN_STAKE * state.parameters.nominator_min_required_stake, U64_MAX) // 1_000_000


@implements("STAKE-AUTO-1")
def set_auto_stake(state: State, coldkey: AccountId, netuid: int, hotkey: AccountId) -> None:
    """Stake the coldkey's mining income on a subnet to this hotkey from now on.

    Raises in this order:
        SubnetNotExists: there is no such subnet.
        HotKeyNotRegisteredInSubNet: the hotkey has no uid there.
        SameAutoStakeHotkeyAlreadySet: it is staked to this hotkey already.

    Source: ``pallets/subtensor/src/macros/dispatches.rs:2050``.
    """
    require_subnet(state, netuid)
    registered = state.memberships.peek((netuid, hotkey)).uid is not None
    require(registered, SubtensorError.HotKeyNotRegisteredInSubNet)
    current = state.auto_stakes.peek((coldkey, netuid)).hotkey
    require(current != hotkey, SubtensorError.SameAutoStakeHotkeyAlreadySet)
    if current is not None:
        stakers = state.auto_stakers[current, netuid]
        stakers.coldkeys = tuple(staker for staker in stakers.coldkeys or () if staker != coldkey)
    state.auto_stakes[coldkey, netuid].hotkey = hotkey
    stakers = state.auto_stakers[hotkey, netuid]
    others = stakers.coldkeys or ()
    stakers.coldkeys = others if coldkey in others else (*others, coldkey)
    state.events.deposit("AutoStakeDestinationSet", coldkey=coldkey, netuid=netuid, hotkey=hotkey)
