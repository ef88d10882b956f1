"""Fees of calls, each computed by hand in the test."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any

import pytest

from taospec.reference.amm.swap import current_price
from taospec.reference.chain.block import Block, Extrinsic, apply_block
from taospec.reference.chain.calls import CALLS, execute
from taospec.reference.chain.fees import (
    ALPHA_PAYERS,
    ALPHA_PAYERS_EVERYWHERE,
    BASE_WEIGHT,
    FREE_CALLS,
    MAX_WEIGHT,
    Payment,
    alpha_worth,
    fee_of,
    weight_fee,
)
from taospec.reference.invalid_input import U64_MAX, InvalidInputError
from taospec.reference.staking.stake_ledger import increase_stake, stake_of
from taospec.reference.state.digest import state_digest
from taospec.reference.state.ledger import balance_of, subnet_account
from taospec.reference.state.origin import ROOT as ROOT_ORIGIN
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account

TAO = 10**9
ROOT, SUBNET, OTHER_SUBNET = 0, 1, 2
ALICE, BOB, AUTHOR = numbered_account(1), numbered_account(2), numbered_account(5)
HOTKEY, OTHER_HOTKEY = numbered_account(11), numbered_account(12)
STAKE = 10 * TAO
DEPOSIT = 500
"""The existential deposit, rao."""

PAYMENT = Payment(weight=1_000_000_000, length=150)
FEE = 554_228
"""Of that payment: the base of 108,157,000 ps is 54,078.5 rao, of which the half is dropped; the
weight is 1,000,000,000 / 2,000 = 500,000; the length is 150."""

NOTHING_LEFT_OVER = {"dest": BOB, "value": 3 * TAO}


def market(balance: int = 10 * TAO) -> State:
    """Two subnets at a price of a quarter; Alice's hotkey has 10 alpha of hers on the first."""
    state = State()
    state.clock.block = 1_000
    for netuid in (ROOT, SUBNET, OTHER_SUBNET):
        state.subnets[netuid].added = True
        state.subnets[netuid].subtoken_enabled = True
    state.hotkeys[HOTKEY].owner = ALICE
    state.hotkeys[OTHER_HOTKEY].owner = BOB
    for netuid in (SUBNET, OTHER_SUBNET):
        pool = state.pools[netuid]
        pool.mechanism, pool.initialized, pool.fee_rate = 1, True, 0
        pool.tao_reserve, pool.alpha_in, pool.alpha_out = 1_000 * TAO, 4_000 * TAO, STAKE
        state.accounts[subnet_account(netuid)].free = 1_000 * TAO + DEPOSIT
    increase_stake(state, HOTKEY, ALICE, SUBNET, STAKE)
    state.accounts[AUTHOR].free = TAO
    state.accounts[BOB].free = TAO
    if balance:
        state.accounts[ALICE].free = balance
    state.issuance.total_stake = 2_000 * TAO
    state.issuance.of_balances = sum_of_balances(state)
    state.issuance.total = sum_of_balances(state)
    return state


def sum_of_balances(state: State) -> int:
    return sum(account.free for _, account in state.accounts.items())


def unsellable(state: State) -> None:
    """The price stays, and the reserve of TAO is one rao below the smallest that pays out."""
    state.pools[SUBNET].tao_reserve, state.pools[SUBNET].alpha_in = 999_999, 4 * 999_999


def transfer(state: State, payment: Payment = PAYMENT, author: bytes | None = AUTHOR) -> str:
    return execute(state, "transfer_keep_alive", ALICE, NOTHING_LEFT_OVER, author, payment).name


@pytest.mark.rule("CHAIN-FEE-2")
@pytest.mark.parametrize(
    ("weight", "fee"),
    [
        (0, 0),
        (1_000, 0),  # half a rao is dropped
        (1_001, 1),
        (2_999, 1),
        (3_000, 1),  # one and a half: the half is dropped again
        (3_001, 2),
        (BASE_WEIGHT, 54_078),
        (MAX_WEIGHT, 2 * TAO),
        (MAX_WEIGHT + 2_000, 2 * TAO),
        (U64_MAX, 2 * TAO),
    ],
)
def test_a_weight_costs_a_two_thousandth_to_the_nearest_rao_and_half_a_rao_is_dropped(
    weight: int, fee: int
) -> None:
    assert weight_fee(weight) == fee


@pytest.mark.rule("CHAIN-FEE-2")
def test_a_weight_fee_is_at_most_half_a_rao_from_the_ideal_one() -> None:
    for weight in range(0, 10_000, 7):
        assert abs(weight_fee(weight) - Fraction(weight, 2_000)) <= Fraction(1, 2)


@pytest.mark.rule("CHAIN-FEE-1")
def test_a_fee_is_base_weight_length_and_tip() -> None:
    assert fee_of("transfer_all", PAYMENT, PAYMENT.weight) == 54_078 + 500_000 + 150 == FEE
    assert fee_of("transfer_all", Payment(0, 0, tip=7), 0) == 54_078 + 7


@pytest.mark.rule("CHAIN-FEE-1")
def test_a_fee_saturates() -> None:
    assert fee_of("transfer_all", Payment(0, 0, tip=U64_MAX), 0) == U64_MAX


@pytest.mark.rule("CHAIN-FEE-3")
def test_a_free_call_costs_its_tip() -> None:
    assert {fee_of(call, PAYMENT, PAYMENT.weight) for call in FREE_CALLS} == {0}
    assert {fee_of(call, Payment(10**9, 150, tip=9), 10**9) for call in FREE_CALLS} == {9}


@pytest.mark.rule("CHAIN-FEE-3", "CHAIN-FEE-6")
def test_the_calls_that_fees_speak_of_exist_with_the_arguments_that_are_named() -> None:
    assert FREE_CALLS | ALPHA_PAYERS.keys() | ALPHA_PAYERS_EVERYWHERE <= CALLS.keys()
    for call, names in ALPHA_PAYERS.items():
        assert set(names) <= CALLS[call].arguments.keys()


@pytest.mark.rule("CHAIN-FEE-5", "CHAIN-FEE-8")
def test_a_fee_in_tao_goes_from_the_signer_to_the_author() -> None:
    state = market()
    assert transfer(state) == "Ok"
    assert balance_of(state, ALICE) == 7 * TAO - FEE
    assert balance_of(state, AUTHOR) == TAO + FEE
    assert state.issuance.of_balances == sum_of_balances(state)


@pytest.mark.rule("CHAIN-FEE-8")
def test_a_fee_without_an_author_leaves_the_issuance_of_balances_and_not_the_total_issuance() -> None:
    state = market()
    total = state.issuance.total
    assert transfer(state, author=None) == "Ok"
    assert balance_of(state, ALICE) == 7 * TAO - FEE
    assert state.issuance.of_balances == sum_of_balances(state) == total - FEE
    assert state.issuance.total == total


@pytest.mark.rule("CHAIN-FEE-8")
def test_a_fee_below_the_existential_deposit_of_a_new_author_is_destroyed() -> None:
    state = market()
    payment = Payment(0, 0, tip=DEPOSIT - 1)
    total = state.issuance.of_balances
    arguments = {"hotkey": HOTKEY, "take": 1}
    author = numbered_account(77)
    assert execute(state, "increase_take", ALICE, arguments, author, payment).error is None
    assert balance_of(state, author) == 0
    assert state.issuance.of_balances == total - (DEPOSIT - 1)
    payment = Payment(0, 0, tip=DEPOSIT)  # a tip is paid together with the fee, so the sum counts
    execute(state, "increase_take", ALICE, arguments, author, payment)
    assert balance_of(state, author) == DEPOSIT


@pytest.mark.rule("CHAIN-FEE-8")
def test_a_fee_is_paid_for_a_call_that_fails() -> None:
    state = market()
    arguments = {"dest": BOB, "value": 10 * TAO}
    outcome = execute(state, "transfer_keep_alive", ALICE, arguments, AUTHOR, PAYMENT)
    assert (outcome.name, outcome.before_dispatch) == ("Token::FundsUnavailable", False)
    assert balance_of(state, ALICE) == 10 * TAO - FEE
    assert balance_of(state, AUTHOR) == TAO + FEE


@pytest.mark.rule("CHAIN-FEE-8")
def test_weight_that_was_not_used_is_given_back() -> None:
    """400,000,000 of 1,000,000,000 ps: 300,000 rao come back."""
    state = market()
    transfer(state, Payment(1_000_000_000, 150, tip=30, actual_weight=400_000_000))
    assert balance_of(state, ALICE) == 7 * TAO - (FEE - 300_000 + 30)
    assert balance_of(state, AUTHOR) == TAO + FEE - 300_000 + 30


@pytest.mark.rule("CHAIN-FEE-8")
def test_more_weight_than_declared_costs_no_more() -> None:
    state = market()
    transfer(state, Payment(1_000_000_000, 150, actual_weight=2_000_000_000))
    assert balance_of(state, ALICE) == 7 * TAO - FEE


@pytest.mark.rule("CHAIN-FEE-8")
def test_an_account_that_died_in_its_call_gets_nothing_back() -> None:
    state = market()
    payment = Payment(1_000_000_000, 150, actual_weight=0)
    arguments = {"dest": BOB, "keep_alive": False}
    assert execute(state, "transfer_all", ALICE, arguments, AUTHOR, payment).name == "Ok"
    assert balance_of(state, ALICE) == 0
    assert balance_of(state, BOB) == TAO + 10 * TAO - FEE
    assert balance_of(state, AUTHOR) == TAO + FEE


@pytest.mark.rule("CHAIN-FEE-5")
@pytest.mark.parametrize(("spare", "result"), [(0, "Token::FundsUnavailable"), (-1, "guard")])
def test_a_fee_must_leave_the_signer_alive(spare: int, result: str) -> None:
    """With the fee and the deposit the call is made, and then lacks funds of its own."""
    state = market(balance=FEE + DEPOSIT + spare)
    before = state_digest(state)
    if result == "guard":
        assert transfer(state) == "guard:InvalidTransaction::Payment"
        assert state_digest(state) == before
    else:
        assert transfer(state) == result
        assert balance_of(state, ALICE) == DEPOSIT


@pytest.mark.rule("CHAIN-FEE-9")
def test_events_of_the_fee_come_after_those_of_the_call() -> None:
    state = market()
    arguments = {"hotkey": HOTKEY, "netuid": SUBNET, "amount_unstaked": TAO}
    execute(state, "remove_stake", ALICE, arguments, AUTHOR, Payment(1_000_000_000, 150, tip=5))
    removed, paid = state.events.take()
    assert removed.name == "StakeRemoved"
    assert paid.name == "TransactionPayment::TransactionFeePaid"
    assert dict(paid.fields) == {"who": ALICE, "actual_fee": FEE + 5, "tip": 5}


@pytest.mark.rule("CHAIN-FEE-9")
def test_a_free_call_reports_a_fee_of_nothing() -> None:
    state = market()
    arguments = {"hotkey": HOTKEY, "take": 100}
    assert execute(state, "increase_take", ALICE, arguments, AUTHOR, PAYMENT).name == "Ok"
    assert balance_of(state, ALICE) == 10 * TAO
    _, paid = state.events.take()
    assert dict(paid.fields) == {"who": ALICE, "actual_fee": 0, "tip": 0}


@pytest.mark.rule("CHAIN-FEE-1")
def test_neither_root_nor_nobody_pays() -> None:
    for origin in (ROOT_ORIGIN, None):
        state = market()
        before = state_digest(state)
        execute(state, "transfer_keep_alive", origin, NOTHING_LEFT_OVER, AUTHOR, PAYMENT)
        assert state_digest(state) == before
        assert state.events.take() == ()


def paid_out(alpha: int) -> int:
    """Equal weights: ``1000 * dx / (4000 + dx)`` coins, floored."""
    return floor(Fraction(1_000 * TAO * alpha, 4_000 * TAO + alpha))


ALPHA_CALLS: dict[str, dict[str, Any]] = {
    "remove_stake": {"hotkey": HOTKEY, "netuid": SUBNET, "amount_unstaked": TAO},
    "remove_stake_limit": {
        "hotkey": HOTKEY,
        "netuid": SUBNET,
        "amount_unstaked": TAO,
        "limit_price": 1,
        "allow_partial": False,
    },
    "remove_stake_full_limit": {"hotkey": HOTKEY, "netuid": SUBNET, "limit_price": None},
    "unstake_all": {"hotkey": HOTKEY},
    "unstake_all_alpha": {"hotkey": HOTKEY},
    "move_stake": {
        "origin_hotkey": HOTKEY,
        "destination_hotkey": OTHER_HOTKEY,
        "origin_netuid": SUBNET,
        "destination_netuid": SUBNET,
        "alpha_amount": TAO,
    },
    "transfer_stake": {
        "destination_coldkey": BOB,
        "hotkey": HOTKEY,
        "origin_netuid": SUBNET,
        "destination_netuid": SUBNET,
        "alpha_amount": TAO,
    },
    "swap_stake": {
        "hotkey": HOTKEY,
        "origin_netuid": SUBNET,
        "destination_netuid": OTHER_SUBNET,
        "alpha_amount": TAO,
    },
    "swap_stake_limit": {
        "hotkey": HOTKEY,
        "origin_netuid": SUBNET,
        "destination_netuid": OTHER_SUBNET,
        "alpha_amount": TAO,
        "limit_price": 1,
        "allow_partial": True,
    },
    "recycle_alpha": {"hotkey": HOTKEY, "amount": TAO, "netuid": SUBNET},
    "burn_alpha": {"hotkey": HOTKEY, "amount": TAO, "netuid": SUBNET},
}


@pytest.mark.rule("CHAIN-FEE-6", "CHAIN-FEE-7", "CHAIN-FEE-9")
@pytest.mark.parametrize("call", ALPHA_CALLS)
def test_every_call_that_takes_alpha_from_a_stake_can_pay_in_it(call: str) -> None:
    """At a quarter of a TAO the fee is four times as many rao of alpha; its sale moves the price."""
    assert ALPHA_CALLS.keys() == ALPHA_PAYERS.keys() | ALPHA_PAYERS_EVERYWHERE
    state = market(balance=DEPOSIT)
    assert execute(state, call, ALICE, ALPHA_CALLS[call], AUTHOR, PAYMENT).name == "Ok"
    events = state.events.take()
    sale, with_alpha, paid = events[0], events[-2], events[-1]
    assert (sale.name, dict(sale.fields)["alpha"]) == ("StakeRemoved", 4 * FEE)
    assert with_alpha.name == "TransactionFeePaidWithAlpha"
    assert dict(with_alpha.fields) == {
        "who": ALICE,
        "netuid": SUBNET,
        "alpha_fee": 4 * FEE,
        "tao_amount": paid_out(4 * FEE),
    }
    assert dict(paid.fields)["actual_fee"] == FEE
    assert balance_of(state, AUTHOR) == TAO + paid_out(4 * FEE)


@pytest.mark.rule("CHAIN-FEE-6")
def test_other_calls_cannot_pay_in_alpha() -> None:
    for call, arguments in (
        ("add_stake", {"hotkey": HOTKEY, "netuid": SUBNET, "amount_staked": TAO}),
        ("lock_stake", {"hotkey": HOTKEY, "netuid": SUBNET, "amount": TAO}),
        ("set_childkey_take", {"hotkey": HOTKEY, "netuid": SUBNET, "take": 0}),
    ):
        state = market(balance=DEPOSIT)
        before = state_digest(state)
        outcome = execute(state, call, ALICE, arguments, AUTHOR, PAYMENT)
        assert outcome.name == "guard:InvalidTransaction::Payment"
        assert state_digest(state) == before


@pytest.mark.rule("CHAIN-FEE-6")
@pytest.mark.parametrize("call", sorted(ALPHA_PAYERS_EVERYWHERE))
def test_stake_on_two_subnets_pays_no_fee(call: str) -> None:
    state = market(balance=DEPOSIT)
    increase_stake(state, HOTKEY, ALICE, OTHER_SUBNET, STAKE)
    outcome = execute(state, call, ALICE, {"hotkey": HOTKEY}, AUTHOR, PAYMENT)
    assert outcome.name == "guard:InvalidTransaction::Payment"
    # where alpha cannot be traded the stake does not count, so one is left
    state.subnets[OTHER_SUBNET].subtoken_enabled = False
    assert execute(state, call, ALICE, {"hotkey": HOTKEY}, AUTHOR, PAYMENT).name != outcome.name


@pytest.mark.rule("CHAIN-FEE-6")
@pytest.mark.parametrize("call", sorted(ALPHA_PAYERS_EVERYWHERE))
def test_stake_on_no_subnet_pays_no_fee(call: str) -> None:
    outcome = execute(market(balance=DEPOSIT), call, ALICE, {"hotkey": OTHER_HOTKEY}, AUTHOR, PAYMENT)
    assert outcome.name == "guard:InvalidTransaction::Payment"


@pytest.mark.rule("CHAIN-FEE-7")
@pytest.mark.parametrize(("stake", "result"), [(4 * FEE, "AmountTooLow"), (4 * FEE - 1, "guard")])
def test_the_stake_must_be_worth_the_fee(stake: int, result: str) -> None:
    """With 4 * 554,228 rao of alpha the fee takes all; nothing is left to unstake."""
    state = market(balance=DEPOSIT)
    increase_stake(state, OTHER_HOTKEY, ALICE, SUBNET, stake)
    arguments = {"hotkey": OTHER_HOTKEY, "netuid": SUBNET, "amount_unstaked": TAO}
    before = state_digest(state)
    outcome = execute(state, "remove_stake", ALICE, arguments, AUTHOR, PAYMENT)
    if result == "guard":
        assert outcome.name == "guard:InvalidTransaction::Payment"
        assert state_digest(state) == before
    else:
        assert not outcome.before_dispatch
        assert stake_of(state, OTHER_HOTKEY, ALICE, SUBNET) == 0
        assert balance_of(state, AUTHOR) == TAO + paid_out(4 * FEE)


@pytest.mark.rule("CHAIN-FEE-7")
def test_on_root_a_rao_of_stake_is_a_rao() -> None:
    state = market(balance=DEPOSIT)
    increase_stake(state, HOTKEY, ALICE, ROOT, STAKE)
    state.pools[ROOT].tao_reserve = state.pools[ROOT].alpha_out = STAKE
    state.accounts[subnet_account(ROOT)].free = STAKE
    arguments = {"hotkey": HOTKEY, "netuid": ROOT, "amount_unstaked": TAO}
    assert execute(state, "remove_stake", ALICE, arguments, AUTHOR, PAYMENT).name == "Ok"
    assert balance_of(state, AUTHOR) == TAO + FEE
    assert stake_of(state, HOTKEY, ALICE, ROOT) == STAKE - FEE - TAO


@pytest.mark.rule("CHAIN-FEE-7")
def test_a_fee_that_is_worth_no_alpha_takes_the_whole_stake() -> None:
    """At 600,000 TAO for one alpha the fee of 554,228 rao is worth 0 rao of alpha."""
    state = market(balance=DEPOSIT)
    pool = state.pools[SUBNET]
    pool.tao_reserve, pool.alpha_in = 6_000 * TAO, 10_000_000
    state.accounts[subnet_account(SUBNET)].free = 6_000 * TAO + DEPOSIT
    state.issuance.of_balances = sum_of_balances(state)
    arguments = {"hotkey": HOTKEY, "netuid": SUBNET, "amount_unstaked": 1}
    execute(state, "remove_stake", ALICE, arguments, AUTHOR, PAYMENT)
    assert stake_of(state, HOTKEY, ALICE, SUBNET) == 0
    # 10 alpha into a pool of 0.01 alpha and 6,000 TAO
    assert balance_of(state, AUTHOR) == TAO + floor(Fraction(6_000 * TAO * STAKE, 10_000_000 + STAKE))


@pytest.mark.rule("CHAIN-FEE-7")
def test_the_alpha_of_a_fee_is_less_than_a_rao_below_the_quotient_by_the_price() -> None:
    state = market()
    for tao, alpha in ((1, 3), (7, 1), (1_000_003, 999), (10**12 + 7, 10**9 + 9), (10**15, 10**16 - 1)):
        pool = state.pools[SUBNET]
        pool.tao_reserve, pool.alpha_in = tao, alpha
        for fee in (1, 54_078, FEE, 2 * TAO, U64_MAX // 10**4):
            quotient = Fraction(fee << 64, current_price(pool).bits)
            assert 0 <= quotient - alpha_worth(state, SUBNET, fee) < 1


@pytest.mark.rule("CHAIN-FEE-7")
def test_a_fee_whose_worth_overflows_is_worth_nothing() -> None:
    """At a price of 1/4 a fee of 2^62 rao is worth 2^64 rao of alpha, one more than there can be."""
    state = market()
    assert alpha_worth(state, SUBNET, 2**62 - 1) == 2**64 - 4
    assert alpha_worth(state, SUBNET, 2**62) == 0


@pytest.mark.rule("CHAIN-FEE-7")
def test_alpha_is_not_given_back() -> None:
    state = market(balance=DEPOSIT)
    payment = Payment(1_000_000_000, 150, actual_weight=0)
    execute(state, "remove_stake", ALICE, ALPHA_CALLS["remove_stake"], AUTHOR, payment)
    assert stake_of(state, HOTKEY, ALICE, SUBNET) == STAKE - TAO - 4 * FEE
    _, _, with_alpha, paid = state.events.take()
    assert dict(with_alpha.fields)["alpha_fee"] == 4 * FEE
    assert dict(paid.fields)["actual_fee"] == 54_078 + 150  # said to be paid, though all was


@pytest.mark.rule("CHAIN-FEE-7")
def test_without_an_author_alpha_pays_nothing() -> None:
    state = market(balance=DEPOSIT)
    execute(state, "burn_alpha", ALICE, ALPHA_CALLS["burn_alpha"], None, PAYMENT)
    assert stake_of(state, HOTKEY, ALICE, SUBNET) == STAKE - TAO
    _, with_alpha, _ = state.events.take()
    assert dict(with_alpha.fields) == {"who": ALICE, "netuid": 0, "alpha_fee": 0, "tao_amount": 0}


@pytest.mark.rule("CHAIN-FEE-7")
def test_alpha_that_cannot_be_sold_refuses_the_call_and_changes_nothing() -> None:
    state = market(balance=DEPOSIT)
    unsellable(state)
    before = state_digest(state)
    state.events.take()
    outcome = execute(state, "burn_alpha", ALICE, ALPHA_CALLS["burn_alpha"], AUTHOR, Payment(0, 0))
    assert outcome.name == "guard:InvalidTransaction::Payment"
    assert state_digest(state) == before
    assert state.events.take() == ()


@pytest.mark.rule("CHAIN-FEE-4")
def test_an_account_without_balance_cannot_pay_in_alpha_either() -> None:
    state = market(balance=0)
    outcome = execute(state, "burn_alpha", ALICE, ALPHA_CALLS["burn_alpha"], AUTHOR, PAYMENT)
    assert outcome.name == "guard:InvalidTransaction::Payment"


@pytest.mark.rule("CHAIN-FEE-4")
def test_an_account_without_balance_makes_free_calls() -> None:
    arguments = {"hotkey": HOTKEY, "take": 100}
    assert execute(market(balance=0), "increase_take", ALICE, arguments, AUTHOR, PAYMENT).name == "Ok"


@pytest.mark.rule("CHAIN-FEE-4")
def test_whether_the_fee_can_be_paid_is_asked_before_the_guards() -> None:
    arguments = {"hotkey": HOTKEY, "take": 65_535}  # more than any delegate may take
    for balance, result in ((DEPOSIT, "InvalidTransaction::Payment"), (TAO, "DelegateTakeTooHigh")):
        state = market(balance=balance)
        before = state_digest(state)
        outcome = execute(state, "increase_take", ALICE, arguments, AUTHOR, Payment(0, 0, tip=1))
        assert outcome.name == f"guard:{result}"
        assert state_digest(state) == before


@pytest.mark.rule("CHAIN-FEE-4")
def test_alpha_is_sold_only_after_the_guards() -> None:
    """The sale would fail; the guard of an announced swap comes before it is tried."""
    state = market(balance=DEPOSIT)
    unsellable(state)
    state.coldkeys[ALICE].swap_announcement = (100, bytes(32))
    outcome = execute(state, "burn_alpha", ALICE, ALPHA_CALLS["burn_alpha"], AUTHOR, Payment(0, 0))
    assert outcome.name == "guard:ColdkeySwapAnnounced"


@pytest.mark.rule("CHAIN-FEE-5", "CHAIN-BLOCK-3")
def test_a_block_charges_for_the_calls_whose_weight_it_knows() -> None:
    state = market()
    arguments = {"dest": BOB, "value": TAO}
    calls = (
        Extrinsic("transfer_keep_alive", ALICE, arguments, PAYMENT),
        Extrinsic("transfer_keep_alive", ALICE, arguments),
        Extrinsic("transfer_keep_alive", BOB, {"dest": ALICE, "value": 3 * TAO - FEE - DEPOSIT}, PAYMENT),
        Extrinsic("transfer_keep_alive", BOB, {"dest": ALICE, "value": 0}, PAYMENT),
    )
    result = apply_block(state, Block(1_001, bytes(32), AUTHOR, calls))
    assert [outcome.name for outcome in result.outcomes] == [
        "Ok",
        "Ok",
        "Ok",
        "guard:InvalidTransaction::Payment",
    ]
    assert balance_of(state, AUTHOR) == TAO + 2 * FEE
    assert balance_of(state, BOB) == DEPOSIT


@pytest.mark.rule("CHAIN-FEE-1")
@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("weight", {"weight": -1, "length": 0}),
        ("length", {"weight": 0, "length": 2**32}),
        ("tip", {"weight": 0, "length": 0, "tip": 2**64}),
        ("actual_weight", {"weight": 0, "length": 0, "actual_weight": 1.5}),
    ],
)
def test_a_payment_that_no_block_could_hold_is_refused(field: str, values: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError, match=f"payment.{field}"):
        Payment(**values)
