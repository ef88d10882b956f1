"""Cases of ``chain.apply_block`` at the bounds of staking calls, answered by the reference.

Each shows the last value that is refused and the first that is not, or what a claim and a sweep do
at their thresholds and beside them.

``python -m taospec.conformance.staking_bounds OUT`` writes them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from taospec.conformance.refused_calls import (
    ALICE,
    ALICES,
    AUTHOR,
    BLOCK,
    BOB,
    BOBS,
    COIN,
    DEEP,
    OTHER,
    POOR,
    STAKE,
    economy,
)
from taospec.conformance.scenes import Prepare, Scene, Stage, nothing, scene_cases
from taospec.conformance.vector_file import Case, write_public_suite
from taospec.reference.fixed_point import I96F32, U64F64
from taospec.reference.state.ledger import subnet_account
from taospec.reference.state.locks import LockState
from taospec.reference.state.rate_limits import Transaction
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account

Call = dict[str, Any]

LIMIT: Final = 10
"""Blocks between two changes of a take."""
SWEPT: Final = 1_018_044_585
"""Alpha worth just less than 1 TAO after the sale that leaves it of Alice's stake.

The sale takes 8.977 alpha, its fee apart, to a pool of 1,000 to 1,000: the price is then
``(1000 / 1008.977)**2``, and 1 TAO is worth 1.01804 alpha."""
LOCKED: Final = STAKE + COIN
"""Of Alice's two stakes on a subnet, so much is locked."""


def main(arguments: list[str]) -> None:
    """Write the cases."""
    (out,) = arguments
    chosen = list(cases())
    write_public_suite(Path(out), "staking_bounds", "reference", chosen)


def cases() -> Iterator[Case]:
    """Every bound as a case."""
    yield from scene_cases(BOUNDS, Stage(economy, BLOCK, AUTHOR))


def _bound(rule: str, calls: tuple[Call, ...], results: tuple[str, ...], prepare: Prepare) -> Scene:
    """Calls of one block on both sides of a bound that a rule states."""
    return Scene(calls, results, prepare, rule)


# States.


def _delegate_take_changed(blocks_ago: int) -> Prepare:
    def prepare(state: State) -> None:
        state.parameters.tx_delegate_take_rate_limit = LIMIT
        hotkey = numbered_account(ALICES)
        state.rate_limits["LastTxBlockDelegateTake", hotkey].last_block = BLOCK - blocks_ago

    return prepare


def _changed(transaction: Transaction, blocks_ago: int) -> Prepare:
    def prepare(state: State) -> None:
        state.parameters.tx_childkey_take_rate_limit = LIMIT
        key = (numbered_account(ALICES), DEEP, transaction)
        state.transaction_limits[key].last_block = BLOCK - blocks_ago

    return prepare


def _bounds_of_takes(state: State) -> None:
    state.parameters.min_delegate_take = 1_000
    state.parameters.min_childkey_take = 500
    state.hyperparameters[DEEP].min_childkey_take = 700


def _threshold_of_children(above: int) -> Prepare:
    """Alice's hotkey holds four stakes at a price of 1, one of them on a subnet that was not started."""

    def prepare(state: State) -> None:
        state.parameters.stake_threshold = 4 * STAKE + above

    return prepare


def _stake_locked(state: State) -> None:
    lock = LockState(LOCKED, U64F64.zero(), BLOCK - 1)
    state.locks[numbered_account(ALICE), DEEP, numbered_account(ALICES)].lock = lock
    state.lock_modes[numbered_account(ALICE), DEEP].decaying = False
    state.hotkey_locks[DEEP, numbered_account(ALICES)].perpetual = lock


def _owed(alpha: int) -> Prepare:
    """A rate of 1, dividends to be kept, and so much booked as claimed that ``alpha`` rao are owed."""

    def prepare(state: State) -> None:
        state.hyperparameters[DEEP].root_claim_threshold = I96F32.from_num(1_000)
        state.root_dividends[numbered_account(ALICES), DEEP].claimable = I96F32.from_num(1)
        position = state.positions[numbered_account(ALICES), numbered_account(ALICE), DEEP]
        position.root_claimed = STAKE - alpha
        state.coldkeys[numbered_account(ALICE)].root_claim_type = ("Keep",)

    return prepare


def _smallest_nomination(state: State) -> None:
    """1 TAO; Alice is a nominator of Bob's hotkey."""
    state.parameters.nominator_min_required_stake = 500_000_000


def _root_cannot_pay_the_rest(state: State) -> None:
    """Root's account dies of the first payment: the sale of what is left fails after the pool paid."""
    _smallest_nomination(state)
    state.accounts[subnet_account(0)].free = STAKE - 200


# Calls.


def _call(name: str, signer: int = ALICE, **arguments: Any) -> Call:
    return {"call": name, "signer": str(signer)} | arguments


def _add(amount: int) -> Call:
    return _call("add_stake", hotkey=str(ALICES), netuid=str(DEEP), amount_staked=str(amount))


def _remove(amount: int, hotkey: int = ALICES) -> Call:
    return _call("remove_stake", hotkey=str(hotkey), netuid=str(DEEP), amount_unstaked=str(amount))


def _leave_on_root(rest: int) -> Call:
    return _call("remove_stake", hotkey=str(BOBS), netuid="0", amount_unstaked=str(STAKE - rest))


def _transfer(amount: int) -> Call:
    return _call(
        "transfer_stake",
        destination_coldkey=str(BOB),
        hotkey=str(ALICES),
        origin_netuid=str(DEEP),
        destination_netuid=str(DEEP),
        alpha_amount=str(amount),
    )


def _take(name: str, take: int) -> Call:
    return _call(name, hotkey=str(ALICES), take=str(take))


def _childkey_take(take: int) -> Call:
    return _call("set_childkey_take", hotkey=str(ALICES), netuid=str(DEEP), take=str(take))


def _children(*proportions: int) -> Call:
    children = [[str(part), str(300 + place)] for place, part in enumerate(proportions)]
    return _call("set_children", hotkey=str(ALICES), netuid=str(DEEP), children=children)


def _lock(amount: int) -> Call:
    return _call("lock_stake", netuid=str(DEEP), hotkey=str(ALICES), amount=str(amount))


def _claim(*netuids: int) -> Call:
    return _call("claim_root", subnets=[str(netuid) for netuid in netuids])


_FEE: Final = 2_000_000 * 33 // 65_535
"""The fee on the smallest stake, 0.002 TAO, at the default rate."""
_POOR: Final = {"signer": str(POOR)}
_WHOLE: Final = 2**64 - 1

BOUNDS: Final = (
    _bound(
        "STAKE-CHECK-1", (_add(1_999_999 + _FEE), _add(2_000_000 + _FEE)), ("AmountTooLow", "Ok"), nothing
    ),
    _bound(
        "STAKE-CHECK-1",
        (_add(1_000 * COIN + 1), _add(1_000 * COIN)),
        ("NotEnoughBalanceToStake", "Ok"),
        nothing,
    ),
    _bound(
        "STAKE-CHECK-1",
        (_add(1_999_999 + _FEE) | _POOR, _add(2_000_000 + _FEE) | _POOR),
        ("AmountTooLow", "NotEnoughBalanceToStake"),
        nothing,
    ),
    _bound("STAKE-CHECK-2", (_remove(2_001_010), _remove(2_001_020)), ("AmountTooLow", "Ok"), nothing),
    _bound(
        "STAKE-LOCK-3",
        (_remove(STAKE - COIN + 1), _remove(STAKE - COIN)),
        ("StakeUnavailable", "Ok"),
        _stake_locked,
    ),
    _bound(
        "STAKE-LOCK-1",
        (_lock(2 * STAKE + 1), _lock(2 * STAKE)),
        ("InsufficientStakeForLock", "Ok"),
        nothing,
    ),
    _bound("STAKE-MOVE-6", (_transfer(1_999_999), _transfer(2_000_000)), ("AmountTooLow", "Ok"), nothing),
    _bound(
        "STAKE-TAKE-3",
        (_take("decrease_take", 999), _take("decrease_take", 1_000)),
        ("guard:DelegateTakeTooLow", "Ok"),
        _bounds_of_takes,
    ),
    _bound(
        "STAKE-TAKE-3",
        (_take("decrease_take", 5_000), _take("decrease_take", 4_999)),
        ("DelegateTakeTooLow", "Ok"),
        nothing,
    ),
    _bound(
        "STAKE-TAKE-4",
        (_take("increase_take", 11_797), _take("increase_take", 11_796)),
        ("guard:DelegateTakeTooHigh", "Ok"),
        nothing,
    ),
    _bound(
        "STAKE-TAKE-5",
        (_take("increase_take", 6_000), _take("decrease_take", 4_000)),
        ("DelegateTxRateLimitExceeded", "Ok"),
        _delegate_take_changed(LIMIT),
    ),
    _bound("STAKE-TAKE-5", (_take("increase_take", 6_000),), ("Ok",), _delegate_take_changed(LIMIT + 1)),
    _bound(
        "STAKE-CHILD-4",
        (_childkey_take(699), _childkey_take(700)),
        ("InvalidChildkeyTake", "Ok"),
        _bounds_of_takes,
    ),
    _bound(
        "STAKE-CHILD-4",
        (_childkey_take(11_797), _childkey_take(11_796)),
        ("InvalidChildkeyTake", "Ok"),
        nothing,
    ),
    _bound(
        "STAKE-CHILD-4",
        (_childkey_take(1_000),),
        ("TxChildkeyTakeRateLimitExceeded",),
        _changed(Transaction.SET_CHILDKEY_TAKE, LIMIT - 1),
    ),
    _bound(
        "STAKE-CHILD-4", (_childkey_take(1_000),), ("Ok",), _changed(Transaction.SET_CHILDKEY_TAKE, LIMIT)
    ),
    _bound(
        "STAKE-CHILD-1", (_children(1),), ("TxRateLimitExceeded",), _changed(Transaction.SET_CHILDREN, 149)
    ),
    _bound("STAKE-CHILD-1", (_children(1),), ("Ok",), _changed(Transaction.SET_CHILDREN, 150)),
    _bound(
        "STAKE-CHILD-5",
        (_children(1, 2, 3, 4, 5, 6), _children(1, 2, 3, 4, 5)),
        ("TooManyChildren", "Ok"),
        nothing,
    ),
    _bound(
        "STAKE-CHILD-5",
        (_children(_WHOLE, 1), _children(_WHOLE - 1, 1)),
        ("ProportionOverflow", "Ok"),
        nothing,
    ),
    _bound("STAKE-CHILD-1", (_children(1),), ("NotEnoughStakeToSetChildkeys",), _threshold_of_children(1)),
    _bound("STAKE-CHILD-1", (_children(1),), ("Ok",), _threshold_of_children(0)),
    _bound(
        "STAKE-CLAIM-1",
        (_claim(), _claim(1, 2, 3, 4, 5, 6), _claim(1, 2, 3, 4, 5)),
        ("InvalidSubnetNumber", "InvalidSubnetNumber", "Ok"),
        nothing,
    ),
    _bound("STAKE-CLAIM-11", (_claim(DEEP),), ("Ok",), _owed(999)),
    _bound("STAKE-CLAIM-11", (_claim(DEEP),), ("Ok",), _owed(1_000)),
    _bound("STAKE-NOMINATOR-2", (_remove(STAKE - SWEPT, BOBS),), ("Ok",), _smallest_nomination),
    _bound("STAKE-NOMINATOR-2", (_remove(STAKE - SWEPT - 1, BOBS),), ("Ok",), _smallest_nomination),
    _bound("STAKE-NOMINATOR-2", (_leave_on_root(300),), ("Ok",), _root_cannot_pay_the_rest),
    _bound(
        "STAKE-CLAIM-2",
        (
            _call("set_root_claim_type", new_root_claim_type={"KeepSubnets": {"subnets": []}}),
            _call("set_root_claim_type", new_root_claim_type={"KeepSubnets": {"subnets": [str(OTHER)]}}),
        ),
        ("InvalidSubnetNumber", "Ok"),
        nothing,
    ),
)
"""Bounds of staking calls."""


if __name__ == "__main__":
    main(sys.argv[1:])
