"""Moving stake between hotkeys, coldkeys and subnets.

Source: ``pallets/subtensor/src/staking/{move_stake,stake_utils}.rs``.
"""

from __future__ import annotations

import attrs

from taospec.reference.amm.records import DYNAMIC, Direction
from taospec.reference.amm.swap import current_price, default_price_limit
from taospec.reference.fixed_point import U64F64
from taospec.reference.fixed_point.numbers import U64
from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.staking.conversion import stake_into_subnet, unstake_from_subnet
from taospec.reference.staking.delegation import become_delegate
from taospec.reference.staking.exchange import simulated
from taospec.reference.staking.locks import require_available_to_unstake, transfer_lock
from taospec.reference.staking.operations import RAO_PER_TAO, largest_purchase, largest_sale
from taospec.reference.staking.positions import (
    MIN_STAKE,
    ROOT,
    owns_hotkey,
    require,
    require_hotkey,
    require_subnet,
    require_subtoken,
)
from taospec.reference.staking.root_claims import book_root_stake, unbook_root_stake
from taospec.reference.staking.stake_ledger import decrease_stake, increase_stake, stake_of
from taospec.reference.state.errors import DispatchError, SubtensorError
from taospec.reference.state.ledger import transfer_tao
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId


@attrs.frozen
class Place:
    """Where stake is: whose, to which hotkey, on which subnet."""

    coldkey: AccountId
    hotkey: AccountId
    netuid: int


# Calls.


@implements("STAKE-MOVE-1")
def move_stake(
    state: State,
    coldkey: AccountId,
    origin_hotkey: AccountId,
    destination_hotkey: AccountId,
    origin_netuid: int,
    destination_netuid: int,
    alpha: int,
    author: AccountId | None,
) -> None:
    """Move stake to another hotkey, another subnet, or both.

    Raises what ``_transition`` raises.

    Source: ``move_stake.rs:30``.
    """
    origin = Place(coldkey, origin_hotkey, origin_netuid)
    destination = Place(coldkey, destination_hotkey, destination_netuid)
    tao = _transition(state, origin, destination, alpha, author)
    state.events.deposit(
        "StakeMoved",
        coldkey=coldkey,
        origin_hotkey=origin_hotkey,
        origin_netuid=origin_netuid,
        destination_hotkey=destination_hotkey,
        destination_netuid=destination_netuid,
        tao=tao,
    )


@implements("STAKE-MOVE-2")
def transfer_stake(
    state: State,
    coldkey: AccountId,
    destination_coldkey: AccountId,
    hotkey: AccountId,
    origin_netuid: int,
    destination_netuid: int,
    alpha: int,
    author: AccountId | None,
) -> None:
    """Give stake to another coldkey, where the subnets allow it.

    Raises what ``_transition`` raises.

    Source: ``move_stake.rs:120``.
    """
    origin = Place(coldkey, hotkey, origin_netuid)
    destination = Place(destination_coldkey, hotkey, destination_netuid)
    tao = _transition(state, origin, destination, alpha, author, is_transfer=True)
    state.events.deposit(
        "StakeTransferred",
        coldkey=coldkey,
        destination_coldkey=destination_coldkey,
        hotkey=hotkey,
        origin_netuid=origin_netuid,
        destination_netuid=destination_netuid,
        tao=tao,
    )


@implements("STAKE-MOVE-3")
def swap_stake(
    state: State,
    coldkey: AccountId,
    hotkey: AccountId,
    origin_netuid: int,
    destination_netuid: int,
    alpha: int,
    author: AccountId | None,
) -> None:
    """Move stake to another subnet.

    Raises what ``_transition`` raises.

    Source: ``move_stake.rs:185``.
    """
    _swap(state, coldkey, hotkey, origin_netuid, destination_netuid, alpha, author, None, None)


@implements("STAKE-MOVE-3")
def swap_stake_limit(
    state: State,
    coldkey: AccountId,
    hotkey: AccountId,
    origin_netuid: int,
    destination_netuid: int,
    alpha: int,
    limit_price: int,
    allow_partial: bool,
    author: AccountId | None,
) -> None:
    """Move stake to another subnet, at most to a limit on the ratio of the two prices.

    Raises what ``_transition`` raises.

    Source: ``move_stake.rs:250``.
    """
    _swap(
        state, coldkey, hotkey, origin_netuid, destination_netuid, alpha, author, limit_price, allow_partial
    )


@implements("STAKE-MOVE-3")
def _swap(
    state: State,
    coldkey: AccountId,
    hotkey: AccountId,
    origin_netuid: int,
    destination_netuid: int,
    alpha: int,
    author: AccountId | None,
    limit_price: int | None,
    allow_partial: bool | None,
) -> None:
    origin, destination = Place(coldkey, hotkey, origin_netuid), Place(coldkey, hotkey, destination_netuid)
    tao = _transition(
        state, origin, destination, alpha, author, limit_price=limit_price, allow_partial=allow_partial
    )
    state.events.deposit(
        "StakeSwapped",
        coldkey=coldkey,
        hotkey=hotkey,
        origin_netuid=origin_netuid,
        destination_netuid=destination_netuid,
        tao=tao,
    )


@implements("STAKE-MOVE-4")
def _transition(
    state: State,
    origin: Place,
    destination: Place,
    alpha: int,
    author: AccountId | None,
    *,
    limit_price: int | None = None,
    allow_partial: bool | None = None,
    is_transfer: bool = False,
) -> int:
    """Move up to ``alpha`` rao of stake; answers its worth in TAO, rao.

    Between subnets the stake is sold and bought at any price: the limit only caps the amount.
    One fee is paid, at the origin, or at the destination if the origin is root. Proceeds below
    0.002 TAO stay in the (destination) coldkey's balance.

    Raises:
        what the limit's simulated swap raises.
        what ``_require_transition`` raises.
        what selling, transferring and buying raise.

    Source: ``move_stake.rs:294``.
    """
    alpha = min(alpha, stake_of(state, origin.hotkey, origin.coldkey, origin.netuid))
    crosses = origin.netuid != destination.netuid
    most = alpha
    if crosses and limit_price is not None:
        most = largest_move(state, origin.netuid, destination.netuid, limit_price)
    _require_transition(state, origin, destination, alpha, most, allow_partial, is_transfer)
    alpha = min(alpha, most)
    if not crosses:
        return _transfer_within_subnet(state, origin, destination, alpha)
    from_root = origin.netuid == ROOT
    tao = unstake_from_subnet(
        state,
        origin.hotkey,
        origin.coldkey,
        origin.coldkey,
        origin.netuid,
        alpha,
        default_price_limit(Direction.SELL),
        drop_fees=from_root,
        author=author,
    )
    if origin.coldkey != destination.coldkey:
        transfer_tao(state, origin.coldkey, destination.coldkey, tao)
    if tao >= MIN_STAKE:
        if not owns_hotkey(state, destination.coldkey, destination.hotkey):
            become_delegate(state, destination.hotkey)
        stake_into_subnet(
            state,
            destination.hotkey,
            destination.coldkey,
            destination.netuid,
            tao,
            default_price_limit(Direction.BUY),
            drop_fees=not from_root,
            author=author,
        )
    return tao


@implements("STAKE-MOVE-5")
def _require_transition(
    state: State,
    origin: Place,
    destination: Place,
    alpha: int,
    most: int,
    allow_partial: bool | None,
    is_transfer: bool,
) -> None:
    """Refuse a move that cannot be made.

    Raises in this order:
        SameNetuid: nothing would change.
        SubnetNotExists, SubtokenDisabled, HotKeyAccountNotExists: origin, then destination.
        NotEnoughStakeToWithdraw: more than there is.
        InsufficientLiquidity: between subnets, the simulated sale is refused.
        AmountTooLow: it pays 0.002 TAO **or less**.
        SlippageTooHigh: above ``most``, and not to be made in part.
        TransferDisallowed: to another coldkey, where a subnet forbids it.
        StakeUnavailable: between subnets, a lock binds it.

    Source: ``stake_utils.rs:1230``.
    """
    crosses = origin.netuid != destination.netuid
    require(origin != destination, SubtensorError.SameNetuid)
    for place in (origin, destination):
        require_subnet(state, place.netuid)
    for place in (origin, destination):
        require_subtoken(state, place.netuid)
    for place in (origin, destination):
        require_hotkey(state, place.hotkey)
    held = stake_of(state, origin.hotkey, origin.coldkey, origin.netuid)
    require(alpha <= held, SubtensorError.NotEnoughStakeToWithdraw)
    if crosses:
        result = simulated(state, origin.netuid, Direction.SELL, alpha)
        if result is None:
            raise DispatchError(SubtensorError.InsufficientLiquidity)
        require(result.amount_paid_out > MIN_STAKE, SubtensorError.AmountTooLow)
        require(allow_partial is not False or alpha <= most, SubtensorError.SlippageTooHigh)
    if is_transfer:
        for place in (origin, destination):
            allowed = state.hyperparameters.peek(place.netuid).transfers_allowed
            require(allowed, SubtensorError.TransferDisallowed)
    if crosses:
        require_available_to_unstake(state, origin.coldkey, origin.netuid, alpha)


@implements("STAKE-MOVE-6")
def _transfer_within_subnet(state: State, origin: Place, destination: Place, alpha: int) -> int:
    """Move stake without a swap or fee; locked stake takes its lock along.

    Raises:
        LockHotkeyMismatch, AccountRejectsLockedAlpha: the lock cannot follow.
        AmountTooLow: the stake is worth less than 0.002 TAO at the current price.

    Source: ``stake_utils.rs:957``.
    """
    netuid = origin.netuid
    transfer_lock(state, origin.coldkey, destination.coldkey, netuid, alpha)
    decrease_stake(state, origin.hotkey, origin.coldkey, netuid, alpha)
    if netuid == ROOT:
        unbook_root_stake(state, origin.hotkey, origin.coldkey, alpha)
    increase_stake(state, destination.hotkey, destination.coldkey, netuid, alpha)
    if netuid == ROOT:
        book_root_stake(state, destination.hotkey, destination.coldkey, alpha)
    price = current_price(state.pools.peek(netuid))
    tao = price.saturating_mul(U64F64.saturating_from_num(alpha)).saturating_to_num(U64)
    require(tao >= MIN_STAKE, SubtensorError.AmountTooLow)
    state.stake_reports[destination.coldkey, destination.hotkey].last_block = state.clock.block
    state.events.deposit(
        "StakeRemoved",
        coldkey=origin.coldkey,
        hotkey=origin.hotkey,
        tao=tao,
        alpha=alpha,
        netuid=netuid,
        fee=0,
    )
    state.events.deposit(
        "StakeAdded",
        coldkey=destination.coldkey,
        hotkey=destination.hotkey,
        tao=tao,
        alpha=alpha,
        netuid=netuid,
        fee=0,
    )
    return tao


@implements("STAKE-LIMIT-3")
def largest_move(state: State, origin_netuid: int, destination_netuid: int, limit_price: int) -> int:
    """Alpha that can move before what it buys falls below the limit, rao.

    With one side without a pool it is a limit on the other side's swap. Between two pools an
    estimate of the average rate that **ignores the pools' weights** and fees:
    ``alpha_2 * (t_1 / (t_1 + t_2)) / limit - alpha_1 * (t_2 / (t_1 + t_2))``.

    Raises:
        what the simulated swap raises.

    Source: ``move_stake.rs:424``.
    """
    first, second = state.pools.peek(origin_netuid), state.pools.peek(destination_netuid)
    first_stable = origin_netuid == ROOT or first.mechanism == 0
    second_stable = destination_netuid == ROOT or second.mechanism == 0
    if first_stable and second_stable:
        return 0 if limit_price > RAO_PER_TAO else U64_MAX
    if first_stable and second.mechanism == DYNAMIC:
        if limit_price == 0:
            return U64_MAX
        one = U64F64.from_num(RAO_PER_TAO)
        inverse = one.safe_div(U64F64.from_num(limit_price)).saturating_mul(one)
        return largest_purchase(state, destination_netuid, inverse.saturating_to_num(U64))
    if second_stable and first.mechanism == DYNAMIC:
        return largest_sale(state, origin_netuid, limit_price)
    if 0 in (first.tao_reserve, second.tao_reserve, first.alpha_in, second.alpha_in):
        return 0
    limit = U64F64.saturating_from_num(limit_price).safe_div(U64F64.from_num(RAO_PER_TAO))
    if limit > current_price(first).safe_div(current_price(second)):
        return 0
    if limit_price == 0:
        return U64_MAX
    first_tao, second_tao = U64F64.from_num(first.tao_reserve), U64F64.from_num(second.tao_reserve)
    total = second_tao.saturating_add(first_tao)
    gained = U64F64.from_num(second.alpha_in).saturating_mul(first_tao.safe_div(total)).safe_div(limit)
    spent = U64F64.from_num(first.alpha_in).saturating_mul(second_tao.safe_div(total))
    return gained.saturating_sub(spent).saturating_to_num(U64)
