"""Balances, dust, issuance and the cap."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from taospec.conformance.backends import load_backend
from taospec.conformance.comparison import first_difference
from taospec.conformance.rule_lookup import VECTORS
from taospec.conformance.vector_file import read_vector_file
from taospec.reference.state import ledger
from taospec.reference.state.encoding import encode_state
from taospec.reference.state.errors import DispatchError, FrameError, SubtensorError
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account
from taospec.spec.state import model

ALICE, BOB = numbered_account(1), numbered_account(2)
TOKEN_ERRORS = ("FundsUnavailable", "BelowMinimum", "NotExpendable")
DEPOSIT = ledger.EXISTENTIAL_DEPOSIT


def state_with(**balances):
    state = State()
    for name, amount in balances.items():
        state.accounts[{"alice": ALICE, "bob": BOB}[name]].free = amount
    state.issuance.of_balances = state.issuance.total = sum(balances.values())
    return state


def refusal(operation, *arguments, **named):
    with pytest.raises(DispatchError) as refused:
        operation(*arguments, **named)
    return refused.value.error


@pytest.mark.rule("LEDGER-TRANSFER-1", "LEDGER-DUST-1", "LEDGER-CALL-1", "LEDGER-CALL-2", "LEDGER-BALANCE-2")
def test_user_transfers_do_what_upstream_did():
    reference = load_backend("reference")
    lines = read_vector_file(VECTORS / "state" / "state_transfers.jsonl.gz").lines
    assert len(lines) == 373
    errors = set()
    for line in lines:
        case = line.case()
        errors.add(case.expected.error)
        assert first_difference(case.expected, reference.run(case.op, case.inputs)) is None, case.id
    assert errors == {None, *(f"Token::{name}" for name in TOKEN_ERRORS), "Arithmetic::Underflow"}


@pytest.mark.rule("LEDGER-TRANSFER-1")
def test_the_checks_of_a_transfer_come_in_the_chains_order():
    state = state_with(alice=1000)
    assert refusal(ledger.move, state, ALICE, BOB, 1001, keep_alive=True) is FrameError.Underflow
    state.issuance.of_balances = 5000
    assert refusal(ledger.move, state, ALICE, BOB, 1001, keep_alive=True) is FrameError.FundsUnavailable
    assert refusal(ledger.move, state, ALICE, BOB, 501, keep_alive=True) is FrameError.NotExpendable
    assert refusal(ledger.move, state, ALICE, BOB, 499, keep_alive=True) is FrameError.BelowMinimum
    state.accounts[BOB].free = 2**64 - 1
    assert refusal(ledger.move, state, ALICE, BOB, 499, keep_alive=True) is FrameError.Overflow


@pytest.mark.rule("LEDGER-TRANSFER-1")
def test_moving_nothing_does_nothing_even_between_accounts_that_do_not_exist():
    state = State()
    assert ledger.move(state, ALICE, BOB, 0, keep_alive=True) == 0
    assert encode_state(state) == encode_state(State())


@pytest.mark.rule("LEDGER-TRANSFER-1")
def test_an_account_may_send_to_itself_what_would_kill_it():
    state = state_with(alice=1000)
    ledger.transfer_allow_death(state, ALICE, ALICE, 999)
    assert ledger.balance_of(state, ALICE) == 1000


@pytest.mark.rule("LEDGER-DUST-1", "LEDGER-TRANSFER-2")
def test_dust_of_the_protocols_transfer_leaves_both_issuances():
    state = state_with(alice=1000, bob=DEPOSIT)
    ledger.transfer_tao(state, ALICE, BOB, 600)
    assert ALICE not in state.accounts
    assert ledger.balance_of(state, BOB) == DEPOSIT + 600
    assert state.issuance.of_balances == state.issuance.total == DEPOSIT + 600


@pytest.mark.rule("LEDGER-CALL-1")
def test_dust_of_a_users_transfer_stays_in_the_total_issuance():
    state = state_with(alice=1000, bob=DEPOSIT)
    ledger.transfer_allow_death(state, ALICE, BOB, 600)
    assert state.issuance.of_balances == DEPOSIT + 600
    assert state.issuance.total == DEPOSIT + 1000


@pytest.mark.rule("LEDGER-TRANSFER-2")
def test_the_protocols_transfer_checks_the_balance_first():
    state = state_with(alice=1000)
    assert refusal(ledger.transfer_tao, state, ALICE, BOB, 1001) is SubtensorError.InsufficientBalance


@pytest.mark.rule("LEDGER-SUBNET-1")
def test_a_payment_to_a_subnet_leaves_the_existential_deposit():
    state = state_with(alice=10_000)
    state.subnets[3].added = True
    assert ledger.transfer_to_subnet(state, 3, ALICE, 10_000) == 10_000 - DEPOSIT
    assert ledger.balance_of(state, ALICE) == DEPOSIT
    assert ledger.balance_of(state, ledger.subnet_account(3)) == 10_000 - DEPOSIT
    assert refusal(ledger.transfer_to_subnet, state, 3, ALICE, 1) is SubtensorError.InsufficientBalance
    assert ledger.transfer_to_subnet(state, 9, ALICE, 0) == 0
    assert refusal(ledger.transfer_to_subnet, state, 9, ALICE, 1) is SubtensorError.SubnetNotExists


@pytest.mark.rule("LEDGER-SUBNET-2", "LEDGER-ACCOUNT-1")
def test_a_payment_from_a_subnet_may_empty_its_account():
    state = State()
    state.accounts[ledger.subnet_account(0)].free = 1000
    state.issuance.of_balances = state.issuance.total = 1000
    ledger.transfer_from_subnet(state, 0, ALICE, 1000)
    assert ledger.balance_of(state, ALICE) == 1000
    assert ledger.subnet_account(0) not in state.accounts
    assert refusal(ledger.transfer_from_subnet, state, 4, ALICE, 1) is SubtensorError.SubnetNotExists


@pytest.mark.rule("LEDGER-ACCOUNT-1")
def test_subnet_accounts_spell_the_pallet_and_the_netuid():
    assert ledger.subnet_account(258).hex() == b"modlsubtensr".hex() + "0201" + "00" * 18
    assert len(ledger.BURN_ACCOUNT) == 32


@pytest.mark.rule("LEDGER-BURN-1")
def test_burning_keeps_both_issuances():
    state = state_with(alice=5000)
    ledger.burn_tao(state, ALICE, 4000)
    assert ledger.balance_of(state, ledger.BURN_ACCOUNT) == 4000
    assert state.issuance.of_balances == state.issuance.total == 5000


@pytest.mark.rule("LEDGER-RECYCLE-1")
def test_recycling_lowers_both_issuances_and_keeps_the_account_alive():
    state = state_with(alice=5000)
    assert refusal(ledger.recycle_tao, state, ALICE, 5000 - DEPOSIT + 1) is SubtensorError.InsufficientBalance
    ledger.recycle_tao(state, ALICE, 5000 - DEPOSIT)
    assert ledger.balance_of(state, ALICE) == DEPOSIT
    assert state.issuance.of_balances == state.issuance.total == DEPOSIT


@pytest.mark.rule("LEDGER-MINT-1")
def test_minting_stops_at_twenty_one_million():
    state = State()
    state.issuance.of_balances = ledger.MAX_ISSUANCE - 3
    assert ledger.mint_tao(state, 10) == 3
    assert ledger.mint_tao(state, 10) == 0
    assert state.issuance.of_balances == ledger.MAX_ISSUANCE == 21 * 10**6 * 10**9
    assert state.issuance.total == 3


@pytest.mark.rule("LEDGER-MINT-2", "LEDGER-MINT-3")
def test_a_credit_is_spent_in_parts_and_what_is_left_is_recycled():
    state = State()
    credit = ledger.mint_tao(state, 1000)
    assert ledger.spend_tao(state, ALICE, credit, 1001) is None
    assert ledger.spend_tao(state, ALICE, credit, DEPOSIT - 1) is None
    assert ledger.spend_tao(state, ALICE, credit, 600) == 400
    assert ledger.spend_tao(state, ALICE, 400, 1) == 399
    ledger.recycle_credit(state, 399)
    assert ledger.balance_of(state, ALICE) == 601
    assert state.issuance.of_balances == state.issuance.total == 601


TRANSFERS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from("ab"), st.integers(0, 3000), st.booleans()), max_size=20
)


@given(st.integers(500, 3000), st.integers(500, 3000), TRANSFERS)
@pytest.mark.rule("LEDGER-TRANSFER-1", "LEDGER-DUST-1", "LEDGER-BALANCE-1")
def test_balances_are_the_ideal_ones_less_dust_below_the_existential_deposit(first, second, transfers):
    state, accounts = state_with(alice=first, bob=second), {"a": ALICE, "b": BOB}
    ideal, deaths = model.Ledger({"a": first, "b": second}), {"a": 0, "b": 0}
    for source, destination, amount, keep_alive in transfers:
        try:
            ledger.move(state, accounts[source], accounts[destination], amount, keep_alive=keep_alive)
        except DispatchError:
            continue
        ideal = ideal.after_transfer(source, destination, amount)
        deaths[source] += amount > 0 and accounts[source] not in state.accounts
    for name, who in accounts.items():
        lost = ideal.balance(name) - ledger.balance_of(state, who)
        assert 0 <= lost <= deaths[name] * (DEPOSIT - 1)
    assert ideal.issuance - state.issuance.of_balances <= sum(deaths.values()) * (DEPOSIT - 1)


AMOUNTS = st.one_of(st.integers(0, 2000), st.sampled_from([499, 500, 501, 10**15]))
WHO = st.sampled_from([ALICE, BOB, numbered_account(3), ledger.subnet_account(0)])


@pytest.mark.rule("LEDGER-ISSUANCE-1", "LEDGER-DUST-1", "STATE-ATOMIC-1")
class Ledger(RuleBasedStateMachine):
    """Whatever happens, balances and unspent credit add up to their issuance."""

    def __init__(self):
        super().__init__()
        self.state = State()
        self.credit = 0
        self.user_dust = 0

    def attempt(self, operation, *arguments, **named):
        before = encode_state(self.state)
        try:
            return operation(self.state, *arguments, **named)
        except DispatchError:
            assert encode_state(self.state) == before

    @rule(amount=AMOUNTS)
    def mint(self, amount):
        self.credit += ledger.mint_tao(self.state, amount)

    @rule(who=WHO, part=AMOUNTS)
    def spend(self, who, part):
        left = ledger.spend_tao(self.state, who, self.credit, part)
        self.credit = self.credit if left is None else left

    @rule()
    def recycle_credit(self):
        ledger.recycle_credit(self.state, self.credit)
        self.credit = 0

    @rule(source=WHO, destination=WHO, amount=AMOUNTS)
    def transfer(self, source, destination, amount):
        self.attempt(ledger.transfer_tao, source, destination, amount)

    @rule(source=WHO, destination=WHO, amount=AMOUNTS)
    def user_transfer(self, source, destination, amount):
        before = self.state.issuance.of_balances
        self.attempt(ledger.transfer_allow_death, source, destination, amount)
        self.user_dust += before - self.state.issuance.of_balances

    @rule(source=WHO, destination=WHO, keep_alive=st.booleans())
    def user_transfer_all(self, source, destination, keep_alive):
        before = self.state.issuance.of_balances
        self.attempt(ledger.transfer_all, source, destination, keep_alive)
        self.user_dust += before - self.state.issuance.of_balances

    @rule(source=WHO, amount=AMOUNTS)
    def pay_to_root(self, source, amount):
        self.attempt(lambda state: ledger.transfer_to_subnet(state, 0, source, amount))

    @rule(destination=WHO, amount=AMOUNTS)
    def pay_from_root(self, destination, amount):
        self.attempt(lambda state: ledger.transfer_from_subnet(state, 0, destination, amount))

    @rule(source=WHO, amount=AMOUNTS)
    def burn(self, source, amount):
        self.attempt(ledger.burn_tao, source, amount)

    @rule(source=WHO, amount=AMOUNTS)
    def recycle(self, source, amount):
        self.attempt(ledger.recycle_tao, source, amount)

    @invariant()
    def balances_and_credit_are_the_issuance(self):
        balances = sum(held.free for _, held in self.state.accounts.items())
        assert balances + self.credit == self.state.issuance.of_balances
        assert self.state.issuance.total == self.state.issuance.of_balances + self.user_dust

    @invariant()
    def no_account_holds_less_than_the_existential_deposit(self):
        assert all(held.free >= DEPOSIT for _, held in self.state.accounts.items())


TestLedger = Ledger.TestCase
TestLedger.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
