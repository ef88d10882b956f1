"""Cases of ``chain.apply_block`` in which a staking call is refused, answered by the reference.

The blocks of the real runtime show most errors of most calls. These show the others: each refusal
is a small state in which everything is in order but what the error complains of.

``python -m taospec.conformance.refused_calls OUT`` writes them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from taospec.conformance.operations.chain import SUCCESS
from taospec.conformance.scenes import Call, Prepare, Scene, Stage, nothing, scene_cases
from taospec.conformance.vector_file import Case, write_public_suite
from taospec.reference.fixed_point import I96F32, U64F64
from taospec.reference.staking.stake_ledger import increase_stake
from taospec.reference.state.ledger import subnet_account
from taospec.reference.state.locks import LockState
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId, numbered_account

COIN: Final = 10**9
BLOCK: Final = 1_000
AUTHOR, ALICE, BOB, POOR = 50, 1, 2, 3
"""Accounts by number: the block's author, two coldkeys, and one without a balance."""
ALICES, BOBS, NOBODYS = 101, 102, 199
"""Hotkeys by number; the last has no owner."""
DEEP, OTHER, UNTRADED, MISSING = 1, 2, 3, 9
"""Netuids: two pools, a subnet that was not started, and none."""
STAKE: Final = 10 * COIN
"""What Alice has staked to each hotkey on each subnet, rao."""
PRICE: Final = str(COIN)
"""A price limit of 1 TAO."""


def main(arguments: list[str]) -> None:
    """Write the cases."""
    (out,) = arguments
    chosen = list(cases())
    write_public_suite(Path(out), "staking_refusals", "reference", chosen)


def cases() -> Iterator[Case]:
    """Every refusal as a case."""
    yield from scene_cases(REFUSALS, Stage(economy, BLOCK, AUTHOR))


def _refused(
    call: str, error: str, arguments: dict[str, Any], prepare: Prepare, before: tuple[Call, ...] = ()
) -> Scene:
    """A call that is refused, after others of the same block that succeed; without a signer Alice signs."""
    return Scene((*before, _call(call, arguments)), (SUCCESS,) * len(before) + (error,), prepare)


def _call(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"call": name, "signer": str(ALICE)} | arguments


def economy() -> State:
    """Root, two pools and a subnet that was not started, at rest: no epochs and no emission."""
    state = State()
    state.clock.block = BLOCK - 1
    for hotkey, coldkey in ((ALICES, ALICE), (BOBS, BOB)):
        state.hotkeys[_account(hotkey)].owner = _account(coldkey)
        state.hotkeys[_account(hotkey)].delegate_take = 5_000
        state.coldkeys[_account(coldkey)].owned_hotkeys = (_account(hotkey),)
    for netuid in (0, DEEP, OTHER, UNTRADED):
        _add_subnet(state, netuid)
    for coldkey in (ALICE, BOB):
        state.accounts[_account(coldkey)].free = 1_000 * COIN
    total = sum(held.free for _, held in state.accounts.items())
    state.issuance.total = state.issuance.of_balances = total
    state.issuance.total_stake = sum(pool.tao_reserve for _, pool in state.pools.items())
    return state


def _add_subnet(state: State, netuid: int) -> None:
    subnet, pool = state.subnets[netuid], state.pools[netuid]
    subnet.added, subnet.subtoken_enabled, subnet.registered_at = True, netuid != UNTRADED, 1
    state.network.subnets += 1
    state.schedules[netuid].tempo = 0
    if netuid:
        pool.mechanism, pool.initialized = 1, True
        pool.tao_reserve = pool.alpha_in = 1_000 * COIN
    for hotkey in (ALICES, BOBS):
        _stake(state, hotkey, netuid, STAKE)
    state.accounts[subnet_account(netuid)].free = pool.tao_reserve + COIN


def _stake(state: State, hotkey: int, netuid: int, amount: int, coldkey: int = ALICE) -> None:
    increase_stake(state, _account(hotkey), _account(coldkey), netuid, amount)
    state.pools[netuid].alpha_out += amount
    if netuid == 0:
        state.pools[0].tao_reserve += amount


def _account(number: int) -> AccountId:
    return numbered_account(number)


# What is out of order.


def _unowned_stake(state: State) -> None:
    for netuid in (DEEP, OTHER):
        _stake(state, NOBODYS, netuid, STAKE)


def _no_tao(state: State) -> None:
    state.pools[DEEP].tao_reserve = 900_000


def _no_alpha(state: State) -> None:
    state.pools[DEEP].alpha_in = 900_000


def _hardly_any_tao(state: State) -> None:
    state.pools[DEEP].tao_reserve = 1_000_000


def _hardly_any_alpha(state: State) -> None:
    state.pools[DEEP].alpha_in = 1_000_000


def _other_has_no_alpha(state: State) -> None:
    state.pools[OTHER].alpha_in = 900_000


def _other_has_hardly_any_tao(state: State) -> None:
    state.pools[OTHER].tao_reserve = 1_000


def _sold_out_by_the_sale(state: State) -> None:
    """The TAO that Alice is paid leaves less than the minimum for the sale of the fee."""
    pool = state.pools[DEEP]
    pool.tao_reserve, pool.alpha_in = 1_200_000, 5 * COIN
    state.accounts[subnet_account(DEEP)].free = COIN


def _crumbs_of_the_poor(state: State) -> None:
    """A stake worth less than the existential deposit, of a coldkey that has no account."""
    _stake(state, BOBS, DEEP, 300, POOR)


def _locked(state: State) -> None:
    lock = LockState(2 * STAKE, U64F64.zero(), BLOCK - 1)
    for netuid in (DEEP, OTHER):
        state.locks[_account(ALICE), netuid, _account(ALICES)].lock = lock
        state.lock_modes[_account(ALICE), netuid].decaying = False
        state.hotkey_locks[netuid, _account(ALICES)].perpetual = lock


def _locked_beyond_the_stake(state: State) -> None:
    lock = LockState(1_000 * STAKE, U64F64.zero(), BLOCK - 1)
    state.locks[_account(ALICE), DEEP, _account(ALICES)].lock = lock
    state.lock_modes[_account(ALICE), DEEP].decaying = False
    state.hotkey_locks[DEEP, _account(ALICES)].perpetual = lock


def _no_transfers(state: State) -> None:
    state.hyperparameters[DEEP].transfers_allowed = False


def _nothing_circulates(state: State) -> None:
    state.pools[DEEP].alpha_out = 0


def _child_of_bobs(state: State) -> None:
    state.childkeys[_account(ALICES), DEEP].parents = ((7, _account(BOBS)),)
    state.childkeys[_account(BOBS), DEEP].children = ((7, _account(ALICES)),)


def _limits_on_takes(state: State) -> None:
    state.parameters.tx_delegate_take_rate_limit = 10
    state.parameters.tx_childkey_take_rate_limit = 10


def _much_to_claim(state: State) -> None:
    """A claim of ten alpha on a pool of a thousand rao of alpha."""
    state.root_dividends[_account(ALICES), DEEP].claimable = I96F32.from_num(1)
    state.pools[DEEP].alpha_in = 1_000


# Calls.


def _add(hotkey: int = ALICES, netuid: int = DEEP, amount: int = COIN) -> dict[str, Any]:
    return {"hotkey": str(hotkey), "netuid": str(netuid), "amount_staked": str(amount)}


def _remove(hotkey: int = ALICES, netuid: int = DEEP, amount: int = COIN) -> dict[str, Any]:
    return {"hotkey": str(hotkey), "netuid": str(netuid), "amount_unstaked": str(amount)}


def _limit(price: str = PRICE) -> dict[str, Any]:
    return {"limit_price": price, "allow_partial": False}


def _full(hotkey: int = ALICES, netuid: int = DEEP, price: str | None = None) -> dict[str, Any]:
    return {"hotkey": str(hotkey), "netuid": str(netuid), "limit_price": price}


def _move(
    origin: int = ALICES, destination: int = ALICES, netuids: tuple[int, int] = (DEEP, OTHER)
) -> dict[str, Any]:
    return {"origin_hotkey": str(origin), "destination_hotkey": str(destination)} | _route(netuids)


def _transfer(hotkey: int = ALICES, netuids: tuple[int, int] = (DEEP, OTHER)) -> dict[str, Any]:
    return {"destination_coldkey": str(BOB), "hotkey": str(hotkey)} | _route(netuids)


def _swap(hotkey: int = ALICES, netuids: tuple[int, int] = (DEEP, OTHER)) -> dict[str, Any]:
    return {"hotkey": str(hotkey)} | _route(netuids)


def _route(netuids: tuple[int, int]) -> dict[str, Any]:
    origin, destination = netuids
    amounts = {"alpha_amount": str(COIN)}
    return {"origin_netuid": str(origin), "destination_netuid": str(destination)} | amounts


def _destroy(hotkey: int = ALICES, netuid: int = DEEP) -> dict[str, Any]:
    return {"hotkey": str(hotkey), "amount": str(COIN), "netuid": str(netuid)}


def _buy_and_burn(hotkey: int = ALICES, netuid: int = DEEP, amount: int = COIN) -> dict[str, Any]:
    return {"hotkey": str(hotkey), "netuid": str(netuid), "amount": str(amount), "limit": None}


def _take(hotkey: int, take: int) -> dict[str, Any]:
    return {"hotkey": str(hotkey), "take": str(take)}


def _childkey_take(take: int) -> dict[str, Any]:
    return {"hotkey": str(ALICES), "netuid": str(DEEP), "take": str(take)}


def _children(netuid: int, *children: int) -> dict[str, Any]:
    return {
        "hotkey": str(ALICES),
        "netuid": str(netuid),
        "children": [["1", str(child)] for child in children],
    }


def _lock_on(hotkey: int) -> dict[str, Any]:
    return {"hotkey": str(hotkey), "netuid": str(DEEP), "amount": str(COIN)}


def _lock_to(hotkey: int) -> dict[str, Any]:
    return {"destination_hotkey": str(hotkey), "netuid": str(DEEP)}


_NO_LIMIT: Final = {"limit_price": "0", "allow_partial": False}
_HIGH_LIMIT: Final = {"limit_price": str(10**15), "allow_partial": False}
_HOTKEY: Final = {"hotkey": str(ALICES)}

REFUSALS: Final = (
    _refused("set_children", "RegistrationNotPermittedOnRootSubnet", _children(0, BOBS), nothing),
    _refused("set_children", "DuplicateChild", _children(DEEP, BOBS, BOBS), nothing),
    _refused("set_childkey_take", "InvalidChildkeyTake", _childkey_take(65_535), nothing),
    _refused(
        "set_childkey_take",
        "TxChildkeyTakeRateLimitExceeded",
        _childkey_take(200),
        _limits_on_takes,
        (_call("set_childkey_take", _childkey_take(100)),),
    ),
    _refused("move_lock", "HotKeyAccountNotExists", _lock_to(NOBODYS), _locked),
    _refused("move_lock", "NoExistingLock", _lock_to(BOBS), nothing),
    _refused("decrease_take", "guard:HotKeyAccountNotExists", _take(NOBODYS, 4_000), nothing),
    _refused("decrease_take", "guard:NonAssociatedColdKey", _take(BOBS, 4_000), nothing),
    _refused("increase_take", "guard:HotKeyAccountNotExists", _take(NOBODYS, 6_000), nothing),
    _refused("increase_take", "guard:NonAssociatedColdKey", _take(BOBS, 6_000), nothing),
    _refused("increase_take", "DelegateTakeTooLow", _take(ALICES, 5_000), nothing),
    _refused("increase_take", "guard:DelegateTakeTooHigh", _take(ALICES, 65_535), nothing),
    _refused(
        "increase_take",
        "DelegateTxRateLimitExceeded",
        _take(ALICES, 7_000),
        _limits_on_takes,
        (_call("increase_take", _take(ALICES, 6_000)),),
    ),
    _refused("add_stake", "InsufficientLiquidity", _add(amount=2 * COIN), _hardly_any_tao),
    _refused(
        "add_stake_limit", "InsufficientLiquidity", _add(amount=2 * COIN) | _HIGH_LIMIT, _hardly_any_tao
    ),
    _refused("add_stake_limit", "ReservesTooLow", _add() | _HIGH_LIMIT, _no_alpha),
    _refused("add_stake_limit", "NotEnoughBalanceToStake", _add(amount=1_001 * COIN) | _HIGH_LIMIT, nothing),
    _refused("remove_stake", "SubtokenDisabled", _remove(netuid=UNTRADED), nothing),
    _refused("remove_stake", "HotKeyAccountNotExists", _remove(NOBODYS), _unowned_stake),
    _refused("remove_stake", "ReservesTooLow", _remove(amount=STAKE), _sold_out_by_the_sale),
    _refused(
        "remove_stake",
        "Token::BelowMinimum",
        _remove(BOBS, amount=300) | {"signer": str(POOR)},
        _crumbs_of_the_poor,
    ),
    _refused(
        "remove_stake_limit", "InsufficientLiquidity", _remove(amount=STAKE) | _NO_LIMIT, _hardly_any_alpha
    ),
    _refused("remove_stake_limit", "ReservesTooLow", _remove() | _NO_LIMIT, _no_tao),
    _refused("remove_stake_limit", "SubnetNotExists", _remove(netuid=MISSING) | _NO_LIMIT, nothing),
    _refused("remove_stake_limit", "HotKeyAccountNotExists", _remove(NOBODYS) | _NO_LIMIT, _unowned_stake),
    _refused("remove_stake_limit", "StakeUnavailable", _remove() | _NO_LIMIT, _locked),
    _refused("remove_stake_full_limit", "SubtokenDisabled", _full(netuid=UNTRADED), nothing),
    _refused("remove_stake_full_limit", "InsufficientLiquidity", _full(), _hardly_any_alpha),
    _refused("remove_stake_full_limit", "PriceLimitExceeded", _full(price=str(2 * COIN)), nothing),
    _refused("remove_stake_full_limit", "SubnetNotExists", _full(netuid=MISSING, price="1"), nothing),
    _refused("remove_stake_full_limit", "AmountTooLow", _full(NOBODYS), nothing),
    _refused("remove_stake_full_limit", "HotKeyAccountNotExists", _full(NOBODYS), _unowned_stake),
    _refused("unstake_all", "HotKeyAccountNotExists", {"hotkey": str(NOBODYS)}, _unowned_stake),
    _refused("unstake_all", "ReservesTooLow", _HOTKEY, _sold_out_by_the_sale),
    _refused(
        "unstake_all",
        "Token::BelowMinimum",
        {"hotkey": str(BOBS), "signer": str(POOR)},
        _crumbs_of_the_poor,
    ),
    _refused("unstake_all_alpha", "HotKeyAccountNotExists", {"hotkey": str(NOBODYS)}, _unowned_stake),
    _refused("unstake_all_alpha", "ReservesTooLow", _HOTKEY, _sold_out_by_the_sale),
    _refused("move_stake", "SameNetuid", _move(netuids=(DEEP, DEEP)), nothing),
    _refused("move_stake", "InsufficientLiquidity", _move(), _no_tao),
    _refused("move_stake", "ReservesTooLow", _move(), _other_has_no_alpha),
    _refused("move_stake", "SwapInputTooLarge", _move(), _other_has_hardly_any_tao),
    _refused("transfer_stake", "HotKeyAccountNotExists", _transfer(NOBODYS), _unowned_stake),
    _refused("transfer_stake", "InsufficientLiquidity", _transfer(), _no_tao),
    _refused("transfer_stake", "TransferDisallowed", _transfer(netuids=(DEEP, DEEP)), _no_transfers),
    _refused("transfer_stake", "AccountRejectsLockedAlpha", _transfer(netuids=(DEEP, DEEP)), _locked),
    _refused("transfer_stake", "ReservesTooLow", _transfer(), _other_has_no_alpha),
    _refused("transfer_stake", "SwapInputTooLarge", _transfer(), _other_has_hardly_any_tao),
    _refused("swap_stake", "SubnetNotExists", _swap(netuids=(DEEP, MISSING)), nothing),
    _refused("swap_stake", "InsufficientLiquidity", _swap(), _no_tao),
    _refused("swap_stake", "ReservesTooLow", _swap(), _other_has_no_alpha),
    _refused("swap_stake", "SwapInputTooLarge", _swap(), _other_has_hardly_any_tao),
    _refused("swap_stake_limit", "HotKeyAccountNotExists", _swap(NOBODYS) | _NO_LIMIT, _unowned_stake),
    _refused("swap_stake_limit", "InsufficientLiquidity", _swap() | _NO_LIMIT, _no_tao),
    _refused("swap_stake_limit", "StakeUnavailable", _swap() | _NO_LIMIT, _locked),
    _refused("swap_stake_limit", "ReservesTooLow", _swap() | _NO_LIMIT, _other_has_no_alpha),
    _refused("swap_stake_limit", "SwapInputTooLarge", _swap() | _NO_LIMIT, _other_has_hardly_any_tao),
    *(
        _refused(call, error, arguments, prepare)
        for call in ("recycle_alpha", "burn_alpha")
        for error, arguments, prepare in (
            ("SubnetNotExists", _destroy(netuid=MISSING), nothing),
            ("SubtokenDisabled", _destroy(netuid=UNTRADED), nothing),
            ("HotKeyAccountNotExists", _destroy(NOBODYS), _unowned_stake),
            ("InsufficientLiquidity", _destroy(), _nothing_circulates),
        )
    ),
    _refused("add_stake_burn", "SubnetNotExists", _buy_and_burn(netuid=MISSING), nothing),
    _refused("add_stake_burn", "NotEnoughBalanceToStake", _buy_and_burn(amount=1_001 * COIN), nothing),
    _refused("add_stake_burn", "HotKeyAccountNotExists", _buy_and_burn(NOBODYS), nothing),
    _refused("add_stake_burn", "InsufficientLiquidity", _buy_and_burn(amount=2 * COIN), _hardly_any_tao),
    _refused("add_stake_burn", "StakeUnavailable", _buy_and_burn(), _locked_beyond_the_stake),
    *(
        _refused(call, "CannotBurnOrRecycleOnRootSubnet", _destroy(netuid=0), nothing)
        for call in ("recycle_alpha", "burn_alpha")
    ),
    _refused("set_children", "ChildParentInconsistency", _children(DEEP, BOBS), _child_of_bobs),
    _refused("lock_stake", "LockHotkeyMismatch", _lock_on(BOBS), _locked),
    _refused(
        "remove_stake_limit", "NotEnoughStakeToWithdraw", _remove(amount=STAKE + 1) | _NO_LIMIT, nothing
    ),
    _refused("add_stake_limit", "SlippageTooHigh", _add() | _limit(str(COIN + COIN // 1_000)), nothing),
    _refused("claim_root", "SwapInputTooLarge", {"subnets": [str(DEEP)]}, _much_to_claim),
)
"""One refusal for each pair of a call and an error that the blocks of the real runtime do not show."""


if __name__ == "__main__":
    main(sys.argv[1:])
