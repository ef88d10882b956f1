"""Cases of ``chain.fee`` and ``chain.apply_extrinsic``, answered by the reference.

``python -m taospec.conformance.fee_cases OUT`` writes them: every call that may pay in alpha, every way
in which a fee is refused, taken, given back or destroyed, and both sides of each bound.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from taospec.conformance.answers import Answer
from taospec.conformance.operations.fees import REFERENCE
from taospec.conformance.storage_changes import encode_dump
from taospec.conformance.vector_file import Case, case_id, write_public_suite
from taospec.reference.chain.fees import BASE_WEIGHT, FREE_CALLS, MAX_WEIGHT
from taospec.reference.invalid_input import U64_MAX
from taospec.reference.staking.stake_ledger import increase_stake
from taospec.reference.state.ledger import EXISTENTIAL_DEPOSIT, subnet_account
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account
from taospec.reference.state.upstream_names import export_state

BLOCK: Final = 1_000
TAO: Final = 10**9
ROOT, SUBNET, OTHER_SUBNET = 0, 1, 2
ALICE, BOB, AUTHOR, NEW_AUTHOR = 1, 2, 5, 77
HOTKEY, BOBS_HOTKEY = 11, 12
STAKE: Final = 10 * TAO

WEIGHT, LENGTH = 1_000_000_000, 150
FEE: Final = 554_228
"""Rao of a call of that weight and length: 54,078 + 500,000 + 150."""
PAYMENT: Final[Mapping[str, Any]] = {"weight": WEIGHT, "length": LENGTH, "tip": 0, "actual_weight": None}
REFUSED: Final = "guard:InvalidTransaction::Payment"

Prepare = Callable[[State], None]


@attrs.frozen
class Scene:
    """One call with its fee, and what becomes of it."""

    call: str
    """Upstream's name."""
    arguments: Mapping[str, Any]
    """In JSON form."""
    result: str = "Ok"
    """Its result."""
    payment: Mapping[str, Any] | None = attrs.field(default=PAYMENT)
    """What the fee is reckoned from."""
    prepare: Prepare = lambda _: None
    """What is special in the state."""
    author: int | None = AUTHOR
    """The block's author."""
    signer: int | str | None = ALICE
    """Who makes the call."""


def main(arguments: list[str]) -> None:
    """Write the cases."""
    (out,) = arguments
    write_public_suite(Path(out), "chain_fees", "reference", list(cases()))


def cases() -> Iterator[Case]:
    """Every fee and every scene as a case.

    Raises:
        AssertionError: the reference answers another result.
    """
    for call, payment in _payments():
        inputs = {"call": call, "payment": encode_dump(dict(payment))}
        yield _case("chain.fee", inputs, REFERENCE["chain.fee"](inputs))
    for scene in scenes():
        state = chain()
        scene.prepare(state)
        state.issuance.of_balances = sum(held.free for _, held in state.accounts.items())
        state.issuance.total = state.issuance.of_balances + 7
        inputs = {
            "author": encode_dump(scene.author),
            "call": encode_dump({"call": scene.call, "signer": scene.signer, **scene.arguments}),
            "payment": None if scene.payment is None else encode_dump(dict(scene.payment)),
            "state": encode_dump(export_state(state)),
        }
        out = REFERENCE["chain.apply_extrinsic"](inputs)
        if out["value"]["result"] != scene.result:
            raise AssertionError(f"{scene}: {out['value']['result']}")
        yield _case("chain.apply_extrinsic", inputs, out)


def _case(op: str, inputs: Mapping[str, Any], out: Mapping[str, Any]) -> Case:
    return Case(id=case_id(op, inputs), op=op, inputs=inputs, expected=Answer(out=out))


def _payments() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Weights on both sides of what rounds and what bounds, and sums that saturate."""
    around = (
        0, 1, 999, 1_000, 1_001, 1_999, 2_000, 2_001, 2_999, 3_000, 3_001, BASE_WEIGHT,
        MAX_WEIGHT - 1_000, MAX_WEIGHT - 999, MAX_WEIGHT, MAX_WEIGHT + 1_001, U64_MAX,
    )  # fmt: skip
    for weight in around:
        yield "transfer_keep_alive", paying(weight=weight)
        yield "transfer_keep_alive", paying(weight=U64_MAX, actual_weight=weight)
    for length in (0, 1, 2**32 - 1):
        yield "add_stake", paying(length=length)
    for tip in (1, U64_MAX - FEE, U64_MAX - FEE + 1, U64_MAX):
        yield "add_stake", paying(tip=tip)
    yield "add_stake", paying(actual_weight=WEIGHT + 2_000)
    for call in sorted(FREE_CALLS):
        yield call, PAYMENT
        yield call, paying(tip=3)


def paying(**changed: Any) -> Mapping[str, Any]:
    """The usual payment with some fields changed."""
    return {**PAYMENT, **changed}


def scenes() -> Iterator[Scene]:
    """Every scene, in the order of the file."""
    yield from _in_tao()
    yield from _free()
    yield from _in_alpha()
    yield from _refused()


def chain() -> State:
    """Root and two subnets at a price of a quarter; Alice's hotkey has 10 alpha of hers on the first."""
    state = State()
    state.clock.block = BLOCK
    for netuid in (ROOT, SUBNET, OTHER_SUBNET):
        state.subnets[netuid].added = state.subnets[netuid].subtoken_enabled = True
    state.hotkeys[numbered_account(HOTKEY)].owner = numbered_account(ALICE)
    state.hotkeys[numbered_account(BOBS_HOTKEY)].owner = numbered_account(BOB)
    for netuid in (SUBNET, OTHER_SUBNET):
        pool = state.pools[netuid]
        pool.mechanism, pool.initialized, pool.fee_rate = 1, True, 33
        pool.tao_reserve, pool.alpha_in, pool.alpha_out = 1_000 * TAO, 4_000 * TAO, 2 * STAKE
        state.accounts[subnet_account(netuid)].free = 1_000 * TAO + EXISTENTIAL_DEPOSIT
    increase_stake(state, numbered_account(HOTKEY), numbered_account(ALICE), SUBNET, STAKE)
    for who, balance in ((ALICE, 10 * TAO), (BOB, TAO), (AUTHOR, TAO)):
        state.accounts[numbered_account(who)].free = balance
    state.issuance.total_stake = 2_000 * TAO
    return state


def having(balance: int) -> Prepare:
    """Alice has this balance, or no account."""

    def prepare(state: State) -> None:
        if balance:
            state.accounts[numbered_account(ALICE)].free = balance
        else:
            state.accounts.remove(numbered_account(ALICE))

    return prepare


def both(*steps: Prepare) -> Prepare:
    """One after the other."""

    def prepare(state: State) -> None:
        for step in steps:
            step(state)

    return prepare


POOR: Final = having(EXISTENTIAL_DEPOSIT)

TRANSFER: Final[Mapping[str, Any]] = {"dest": BOB, "value": TAO}
TAKE: Final[Mapping[str, Any]] = {"hotkey": HOTKEY, "take": 1_000}
ON_SUBNET: Final[Mapping[str, Any]] = {"hotkey": HOTKEY, "netuid": SUBNET}
ACROSS: Final[Mapping[str, Any]] = {
    "hotkey": HOTKEY,
    "origin_netuid": SUBNET,
    "destination_netuid": OTHER_SUBNET,
    "alpha_amount": TAO,
}
ALPHA_CALLS: Final[Mapping[str, Mapping[str, Any]]] = {
    "remove_stake": {**ON_SUBNET, "amount_unstaked": TAO},
    "remove_stake_limit": {**ON_SUBNET, "amount_unstaked": TAO, "limit_price": 1, "allow_partial": False},
    "remove_stake_full_limit": {**ON_SUBNET, "limit_price": None},
    "unstake_all": {"hotkey": HOTKEY},
    "unstake_all_alpha": {"hotkey": HOTKEY},
    "move_stake": {
        "origin_hotkey": HOTKEY,
        "destination_hotkey": BOBS_HOTKEY,
        "origin_netuid": SUBNET,
        "destination_netuid": SUBNET,
        "alpha_amount": TAO,
    },
    "transfer_stake": {**ACROSS, "destination_netuid": SUBNET, "destination_coldkey": BOB},
    "swap_stake": ACROSS,
    "swap_stake_limit": {**ACROSS, "limit_price": 1, "allow_partial": True},
    "recycle_alpha": {**ON_SUBNET, "amount": TAO},
    "burn_alpha": {**ON_SUBNET, "amount": TAO},
}
BURN: Final = ALPHA_CALLS["burn_alpha"]
REMOVE: Final = ALPHA_CALLS["remove_stake"]


def _in_tao() -> Iterator[Scene]:
    transfer = "transfer_keep_alive"
    yield Scene(transfer, TRANSFER)
    yield Scene(transfer, TRANSFER, payment=None)
    yield Scene(transfer, TRANSFER, payment=paying(tip=12_345))
    yield Scene(transfer, TRANSFER, author=None)
    yield Scene(transfer, TRANSFER, author=ALICE)
    yield Scene(transfer, {"dest": BOB, "value": 10 * TAO}, "Token::FundsUnavailable")
    for actual in (0, 400_000_000, WEIGHT, WEIGHT + 2_000):
        for author in (AUTHOR, None):
            yield Scene(transfer, TRANSFER, payment=paying(actual_weight=actual, tip=9), author=author)
    yield Scene("transfer_all", {"dest": BOB, "keep_alive": False}, payment=paying(actual_weight=0))
    yield Scene("transfer_all", {"dest": BOB, "keep_alive": True}, payment=paying(actual_weight=0))
    yield Scene("transfer_keep_alive", TRANSFER, "BadOrigin", signer="root")
    enough = FEE + EXISTENTIAL_DEPOSIT
    yield Scene(transfer, TRANSFER, "Token::FundsUnavailable", prepare=having(enough))
    yield Scene(transfer, TRANSFER, REFUSED, prepare=having(enough - 1))
    yield Scene(transfer, TRANSFER, REFUSED, payment=paying(tip=U64_MAX))
    yield Scene("remove_stake", REMOVE)
    yield Scene("add_stake", {**ON_SUBNET, "amount_staked": TAO})


def _free() -> Iterator[Scene]:
    yield Scene("increase_take", TAKE)
    for tip in (1, EXISTENTIAL_DEPOSIT - 1, EXISTENTIAL_DEPOSIT):
        yield Scene("increase_take", TAKE, payment=paying(tip=tip), author=NEW_AUTHOR)
    yield Scene("increase_take", TAKE, prepare=having(0))
    yield Scene("increase_take", TAKE, REFUSED, prepare=having(0), payment=paying(tip=1))
    too_high = {**TAKE, "take": 65_535}
    tipped = paying(tip=1)
    yield Scene("increase_take", too_high, "guard:DelegateTakeTooHigh", payment=tipped)
    yield Scene("increase_take", too_high, REFUSED, payment=tipped, prepare=POOR)


def _in_alpha() -> Iterator[Scene]:
    for call, arguments in ALPHA_CALLS.items():
        yield Scene(call, arguments, prepare=POOR)
    yield Scene("burn_alpha", BURN, prepare=POOR, payment=paying(tip=5_000, actual_weight=0))
    for author in (None, NEW_AUTHOR):
        yield Scene("burn_alpha", BURN, prepare=POOR, author=author)
    too_dear = {**ALPHA_CALLS["remove_stake_limit"], "limit_price": 10 * TAO}
    yield Scene("remove_stake_limit", too_dear, "PriceLimitExceeded", prepare=POOR)
    for rao, result in ((4 * FEE, "AmountTooLow"), (4 * FEE - 1, REFUSED)):
        remove = {**REMOVE, "hotkey": BOBS_HOTKEY}
        yield Scene("remove_stake", remove, result, prepare=both(POOR, staking(BOBS_HOTKEY, SUBNET, rao)))
    on_root = {"hotkey": HOTKEY, "netuid": ROOT, "amount_unstaked": TAO}
    yield Scene("remove_stake", on_root, prepare=both(POOR, staking(HOTKEY, ROOT, STAKE), root_holds(STAKE)))
    yield Scene("burn_alpha", {**BURN, "amount": 1}, prepare=both(POOR, dear))
    for call in ("unstake_all", "unstake_all_alpha"):
        everywhere = both(POOR, staking(HOTKEY, OTHER_SUBNET, STAKE))
        yield Scene(call, {"hotkey": HOTKEY}, REFUSED, prepare=everywhere)
        yield Scene(call, {"hotkey": HOTKEY}, prepare=both(everywhere, closed))
        yield Scene(call, {"hotkey": BOBS_HOTKEY}, REFUSED, prepare=POOR)
    with_root = both(POOR, staking(HOTKEY, ROOT, STAKE), root_holds(STAKE))
    yield Scene("unstake_all_alpha", {"hotkey": HOTKEY}, REFUSED, prepare=with_root)


def _refused() -> Iterator[Scene]:
    yield Scene("burn_alpha", BURN, REFUSED, prepare=having(0))
    yield Scene("burn_alpha", BURN, REFUSED, prepare=both(POOR, dry), payment=paying(weight=0))
    announced = both(POOR, dry, announce)
    yield Scene("burn_alpha", BURN, "guard:ColdkeySwapAnnounced", prepare=announced, payment=paying(weight=0))
    yield Scene("burn_alpha", BURN, REFUSED, prepare=announced, payment=paying(tip=3 * TAO))
    yield Scene("burn_alpha", {**BURN, "netuid": 9}, REFUSED, prepare=POOR)
    for call, arguments in (
        ("add_stake", {**ON_SUBNET, "amount_staked": TAO}),
        ("lock_stake", {**ON_SUBNET, "amount": TAO}),
        ("set_childkey_take", {**ON_SUBNET, "take": 0}),
        ("transfer_allow_death", {"dest": BOB, "value": 1}),
    ):
        yield Scene(call, arguments, REFUSED, prepare=POOR)


def staking(hotkey: int, netuid: int, alpha: int) -> Prepare:
    """Alice has this stake besides."""

    def prepare(state: State) -> None:
        increase_stake(state, numbered_account(hotkey), numbered_account(ALICE), netuid, alpha)

    return prepare


def root_holds(tao: int) -> Prepare:
    """Root has this TAO."""

    def prepare(state: State) -> None:
        state.pools[ROOT].tao_reserve = state.pools[ROOT].alpha_out = tao
        state.accounts[subnet_account(ROOT)].free = tao

    return prepare


def dear(state: State) -> None:
    """A rao of alpha is worth more than a fee: 600,000 rao."""
    state.pools[SUBNET].tao_reserve, state.pools[SUBNET].alpha_in = 6_000 * TAO, 10_000_000
    state.accounts[subnet_account(SUBNET)].free = 6_000 * TAO + EXISTENTIAL_DEPOSIT


def dry(state: State) -> None:
    """The price is a quarter, and the reserve of TAO is a rao below the smallest that pays out."""
    state.pools[SUBNET].tao_reserve, state.pools[SUBNET].alpha_in = 999_999, 4 * 999_999


def closed(state: State) -> None:
    """Alpha of the other subnet cannot be traded."""
    state.subnets[OTHER_SUBNET].subtoken_enabled = False


def announce(state: State) -> None:
    """Alice announced a swap of her coldkey."""
    state.coldkeys[numbered_account(ALICE)].swap_announcement = (100, bytes(32))


if __name__ == "__main__":
    main(sys.argv[1:])
