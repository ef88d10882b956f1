"""Staking and unstaking: the calls that move TAO into and out of a hotkey's pool.

Source: ``pallets/subtensor/src/staking/{add_stake,remove_stake,stake_utils,helpers}.rs``.
"""

from __future__ import annotations

from taospec.reference.amm.records import DYNAMIC, Direction
from taospec.reference.amm.swap import current_price, default_price_limit, swap, swap_fee
from taospec.reference.fixed_point import U64F64
from taospec.reference.fixed_point.numbers import U64
from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.staking.childkeys import drop_pending_children
from taospec.reference.staking.conversion import stake_into_subnet, unstake_from_subnet
from taospec.reference.staking.delegation import become_delegate, nominator_minimum
from taospec.reference.staking.exchange import simulated
from taospec.reference.staking.locks import force_reduce_lock, require_available_to_unstake
from taospec.reference.staking.positions import (
    MIN_STAKE,
    ROOT,
    all_netuids,
    owns_hotkey,
    require,
    require_hotkey,
    require_subnet,
    require_subtoken,
)
from taospec.reference.staking.stake_ledger import buys_shares, decrease_stake, stake_of
from taospec.reference.state.errors import DispatchError, SubtensorError
from taospec.reference.state.ledger import balance_of
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId

RAO_PER_TAO = 10**9
MAX_INPUT_TO_RESERVE = 1000
"""Largest input of a swap as a multiple of the reserve that it enters."""


# Calls.


@implements("STAKE-ADD-1")
def add_stake(
    state: State, coldkey: AccountId, hotkey: AccountId, netuid: int, amount: int, author: AccountId | None
) -> int:
    """Stake ``amount`` rao of TAO; answers the alpha staked.

    Raises:
        InsufficientLiquidity: the amount exceeds 1000 times the pool's TAO.
        what ``_require_stakeable`` and
        :func:`~taospec.reference.staking.conversion.stake_into_subnet` raise.

    Source: ``add_stake.rs:39``.
    """
    _require_input(state, netuid, amount, Direction.BUY)
    _require_stakeable(state, coldkey, hotkey, netuid, amount, amount, allow_partial=False)
    limit = default_price_limit(Direction.BUY)
    return stake_into_subnet(state, hotkey, coldkey, netuid, amount, limit, drop_fees=False, author=author)


@implements("STAKE-ADD-2")
def add_stake_limit(
    state: State,
    coldkey: AccountId,
    hotkey: AccountId,
    netuid: int,
    amount: int,
    limit_price: int,
    allow_partial: bool,
    author: AccountId | None,
) -> int:
    """Stake up to ``amount`` rao of TAO at no more than ``limit_price`` rao per alpha.

    A stranger's hotkey becomes a delegate.

    Raises:
        InsufficientLiquidity: the amount exceeds 1000 times the pool's TAO.
        what the simulated swap to the limit raises.
        what ``_require_stakeable`` and
        :func:`~taospec.reference.staking.conversion.stake_into_subnet` raise.

    Source: ``add_stake.rs:115``.
    """
    _require_input(state, netuid, amount, Direction.BUY)
    most = largest_purchase(state, netuid, limit_price)
    _require_stakeable(state, coldkey, hotkey, netuid, amount, most, allow_partial=allow_partial)
    if not owns_hotkey(state, coldkey, hotkey):
        become_delegate(state, hotkey)
    return stake_into_subnet(
        state, hotkey, coldkey, netuid, min(amount, most), limit_price, drop_fees=False, author=author
    )


@implements("STAKE-REMOVE-1")
def remove_stake(
    state: State, coldkey: AccountId, hotkey: AccountId, netuid: int, alpha: int, author: AccountId | None
) -> None:
    """Unstake up to ``alpha`` rao; more than there is means all.

    Raises:
        SubtokenDisabled: the subnet's alpha cannot be traded.
        InsufficientLiquidity: the amount exceeds 1000 times the pool's alpha.
        what ``_require_unstakeable`` and
        :func:`~taospec.reference.staking.conversion.unstake_from_subnet` raise.

    Source: ``remove_stake.rs:39``.
    """
    require_subtoken(state, netuid)
    alpha = min(alpha, stake_of(state, hotkey, coldkey, netuid))
    _require_input(state, netuid, alpha, Direction.SELL)
    _require_unstakeable(state, coldkey, hotkey, netuid, alpha, alpha, allow_partial=False)
    _unstake(state, coldkey, hotkey, netuid, alpha, default_price_limit(Direction.SELL), author)
    drop_pending_children(state, hotkey)


@implements("STAKE-REMOVE-2")
def remove_stake_limit(
    state: State,
    coldkey: AccountId,
    hotkey: AccountId,
    netuid: int,
    alpha: int,
    limit_price: int,
    allow_partial: bool,
    author: AccountId | None,
) -> None:
    """Unstake up to ``alpha`` rao at no less than ``limit_price`` rao of TAO per alpha.

    Unlike :func:`remove_stake` it neither asks whether the subnet's alpha can be traded nor
    caps the amount at the stake.

    Raises:
        InsufficientLiquidity: the amount exceeds 1000 times the pool's alpha.
        what the simulated swap to the limit raises.
        what ``_require_unstakeable`` and
        :func:`~taospec.reference.staking.conversion.unstake_from_subnet` raise.

    Source: ``remove_stake.rs:326``.
    """
    _require_input(state, netuid, alpha, Direction.SELL)
    most = largest_sale(state, netuid, limit_price)
    _require_unstakeable(state, coldkey, hotkey, netuid, alpha, most, allow_partial=allow_partial)
    _unstake(state, coldkey, hotkey, netuid, min(alpha, most), limit_price, author)
    drop_pending_children(state, hotkey)


@implements("STAKE-REMOVE-3")
def remove_stake_full_limit(
    state: State,
    coldkey: AccountId,
    hotkey: AccountId,
    netuid: int,
    limit_price: int | None,
    author: AccountId | None,
) -> None:
    """Unstake everything, at no less than ``limit_price`` if one is given.

    Source: ``remove_stake.rs:424``.
    """
    alpha = stake_of(state, hotkey, coldkey, netuid)
    if limit_price is None:
        remove_stake(state, coldkey, hotkey, netuid, alpha, author)
    else:
        remove_stake_limit(state, coldkey, hotkey, netuid, alpha, limit_price, False, author)


@implements("STAKE-REMOVE-4")
def unstake_all(state: State, coldkey: AccountId, hotkey: AccountId, author: AccountId | None) -> None:
    """Unstake everything from every subnet; what cannot be unstaked is left.

    Raises:
        HotKeyAccountNotExists: the hotkey has no owner.
        what a swap or transfer raises that the checks did not foresee.

    Source: ``remove_stake.rs:121``.
    """
    require_hotkey(state, hotkey)
    for netuid in all_netuids(state):
        _unstake_everything(state, coldkey, hotkey, netuid, author)


@implements("STAKE-REMOVE-5")
def unstake_all_alpha(state: State, coldkey: AccountId, hotkey: AccountId, author: AccountId | None) -> None:
    """Unstake everything but root stake, and stake the proceeds on root.

    Raises:
        HotKeyAccountNotExists: the hotkey has no owner.
        AmountTooLow: there were no proceeds.
        what a swap or transfer raises that the checks did not foresee.

    Source: ``remove_stake.rs:206``.
    """
    require_hotkey(state, hotkey)
    netuids = [netuid for netuid in all_netuids(state) if netuid != ROOT]
    proceeds = sum(_unstake_everything(state, coldkey, hotkey, netuid, author) for netuid in netuids)
    limit = default_price_limit(Direction.BUY)
    stake_into_subnet(
        state, hotkey, coldkey, ROOT, min(proceeds, U64_MAX), limit, drop_fees=False, author=author
    )


# Limits.


@implements("STAKE-LIMIT-1")
def largest_purchase(state: State, netuid: int, limit_price: int) -> int:
    """TAO that a purchase takes before it reaches the limit, fee included, rao.

    A purchase of 1000 times the reserve is simulated. Without a pool: everything at a limit of
    1 or more, else nothing.

    Raises:
        what the swap raises.

    Source: ``add_stake.rs:166``.
    """
    pool = state.pools.peek(netuid)
    if netuid == ROOT or pool.mechanism == 0:
        return U64_MAX if limit_price >= RAO_PER_TAO else 0
    return _to_limit(state, netuid, Direction.BUY, pool.tao_reserve, limit_price)


@implements("STAKE-LIMIT-2")
def largest_sale(state: State, netuid: int, limit_price: int) -> int:
    """Alpha that a sale takes before it reaches the limit, fee included, rao.

    Without a pool: everything at a limit of 1 or less, else nothing.

    Raises:
        what the swap raises.

    Source: ``remove_stake.rs:385``.
    """
    pool = state.pools.peek(netuid)
    if netuid == ROOT or pool.mechanism == 0:
        return U64_MAX if limit_price <= RAO_PER_TAO else 0
    return _to_limit(state, netuid, Direction.SELL, pool.alpha_in, limit_price)


def _to_limit(state: State, netuid: int, direction: Direction, reserve: int, limit_price: int) -> int:
    amount = min(reserve * MAX_INPUT_TO_RESERVE, U64_MAX)
    result = swap(state.pools.peek(netuid), direction, amount, limit_price)
    return min(result.amount_paid_in + result.fee_paid, U64_MAX)


def _require_input(state: State, netuid: int, amount: int, direction: Direction) -> None:
    """Refuse an input above 1000 times the reserve of a dynamic subnet.

    Source: ``add_stake.rs:191``, ``remove_stake.rs:409``.
    """
    pool = state.pools.peek(netuid)
    if netuid != ROOT and pool.mechanism == DYNAMIC:
        reserve = pool.tao_reserve if direction is Direction.BUY else pool.alpha_in
        most = min(reserve * MAX_INPUT_TO_RESERVE, U64_MAX)
        require(amount <= most, SubtensorError.InsufficientLiquidity)


# Checks.


@implements("STAKE-CHECK-1")
def _require_stakeable(
    state: State,
    coldkey: AccountId,
    hotkey: AccountId,
    netuid: int,
    amount: int,
    most: int,
    *,
    allow_partial: bool,
) -> None:
    """Refuse a stake that cannot be made.

    Raises in this order:
        SubnetNotExists, SubtokenDisabled.
        AmountTooLow: below 0.002 TAO plus the fee on that.
        SlippageTooHigh: above ``most``, and not to be made in part.
        NotEnoughBalanceToStake: above the coldkey's balance.
        HotKeyAccountNotExists.
        InsufficientLiquidity: the simulated swap is refused.
        AmountTooLow: it pays in less than 0.002 TAO.
        InsufficientLiquidity: it pays nothing out, or too little to change shares.

    Source: ``stake_utils.rs:1057``.
    """
    require_subnet(state, netuid)
    require_subtoken(state, netuid)
    smallest = simulated(state, netuid, Direction.BUY, MIN_STAKE)
    fee = swap_fee(state.pools.peek(netuid), MIN_STAKE) if smallest is None else smallest.fee_paid
    require(amount >= MIN_STAKE + fee, SubtensorError.AmountTooLow)
    if allow_partial:
        amount = min(amount, most)
    else:
        require(amount <= most, SubtensorError.SlippageTooHigh)
    require(amount <= balance_of(state, coldkey), SubtensorError.NotEnoughBalanceToStake)
    require_hotkey(state, hotkey)
    result = simulated(state, netuid, Direction.BUY, amount)
    if result is None:
        raise DispatchError(SubtensorError.InsufficientLiquidity)
    require(result.amount_paid_in >= MIN_STAKE, SubtensorError.AmountTooLow)
    require(result.amount_paid_out > 0, SubtensorError.InsufficientLiquidity)
    precise = buys_shares(state, hotkey, netuid, result.amount_paid_out)
    require(precise, SubtensorError.InsufficientLiquidity)


@implements("STAKE-CHECK-2")
def _require_unstakeable(
    state: State,
    coldkey: AccountId,
    hotkey: AccountId,
    netuid: int,
    alpha: int,
    most: int,
    *,
    allow_partial: bool,
) -> None:
    """Refuse an unstake that cannot be made.

    Raises in this order:
        SubnetNotExists.
        AmountTooLow: nothing.
        NotEnoughStakeToWithdraw: more than there is.
        InsufficientLiquidity: the simulated swap is refused.
        AmountTooLow: it pays less than 0.002 TAO, and something is left.
        SlippageTooHigh: above ``most``, and not to be made in part.
        HotKeyAccountNotExists.
        StakeUnavailable: a lock binds it.

    Source: ``stake_utils.rs:1135``.
    """
    require_subnet(state, netuid)
    require(alpha > 0, SubtensorError.AmountTooLow)
    held = stake_of(state, hotkey, coldkey, netuid)
    require(held >= alpha, SubtensorError.NotEnoughStakeToWithdraw)
    result = simulated(state, netuid, Direction.SELL, alpha)
    if result is None:
        raise DispatchError(SubtensorError.InsufficientLiquidity)
    require(held == alpha or result.amount_paid_out >= MIN_STAKE, SubtensorError.AmountTooLow)
    require(allow_partial or alpha <= most, SubtensorError.SlippageTooHigh)
    require_hotkey(state, hotkey)
    require_available_to_unstake(state, coldkey, netuid, alpha)


# Effects.


def _unstake(
    state: State,
    coldkey: AccountId,
    hotkey: AccountId,
    netuid: int,
    alpha: int,
    price_limit: int,
    author: AccountId | None,
) -> int:
    tao = unstake_from_subnet(
        state, hotkey, coldkey, coldkey, netuid, alpha, price_limit, drop_fees=False, author=author
    )
    clear_small_nomination(state, hotkey, coldkey, netuid, author)
    return tao


def _unstake_everything(
    state: State, coldkey: AccountId, hotkey: AccountId, netuid: int, author: AccountId | None
) -> int:
    """Unstake all of one position if the checks allow it; answers the TAO paid."""
    if not state.subnets.peek(netuid).subtoken_enabled:
        return 0
    alpha = stake_of(state, hotkey, coldkey, netuid)
    try:
        _require_unstakeable(state, coldkey, hotkey, netuid, alpha, alpha, allow_partial=False)
    except DispatchError:
        return 0
    return _unstake(state, coldkey, hotkey, netuid, alpha, default_price_limit(Direction.SELL), author)


@implements("STAKE-NOMINATOR-2")
def clear_small_nomination(
    state: State, hotkey: AccountId, coldkey: AccountId, netuid: int, author: AccountId | None
) -> None:
    """Unstake all that a nominator has left if it is worth less than the minimum.

    Where that is refused, **the stake is deleted and nobody is paid**. The coldkey's lock
    shrinks by the amount. The owner of a hotkey is no nominator.

    Source: ``helpers.rs:227``.
    """
    if owns_hotkey(state, coldkey, hotkey):
        return
    alpha = stake_of(state, hotkey, coldkey, netuid)
    price = current_price(state.pools.peek(netuid))
    minimum = U64F64.saturating_from_num(nominator_minimum(state)).safe_div(price).saturating_to_num(U64)
    if not 0 < alpha < minimum:
        return
    try:
        limit = default_price_limit(Direction.SELL)
        unstake_from_subnet(
            state, hotkey, coldkey, coldkey, netuid, alpha, limit, drop_fees=False, author=author
        )
    except DispatchError:
        decrease_stake(state, hotkey, coldkey, netuid, stake_of(state, hotkey, coldkey, netuid))
    force_reduce_lock(state, coldkey, netuid, alpha)


@implements("STAKE-NOMINATOR-3")
def clear_small_nominations(state: State, author: AccountId | None) -> None:
    """Clear every small nomination, in order of hotkey, coldkey and netuid.

    Source: ``helpers.rs:277``.
    """
    for hotkey, coldkey, netuid in list(state.positions):
        clear_small_nomination(state, hotkey, coldkey, netuid, author)
