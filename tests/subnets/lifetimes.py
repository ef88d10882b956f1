"""Small chains on which subnets are opened and ended."""

from taospec.reference.chain.calls import execute
from taospec.reference.staking.stake_ledger import increase_stake
from taospec.reference.state.digest import state_digest
from taospec.reference.state.ledger import subnet_account
from taospec.reference.state.origin import ROOT as ROOT_ORIGIN
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account

TAO = 10**9
ROOT = 0
BLOCK = 5_000
LOCK = 100 * TAO
ALICE, BOB, CAROL, DAVE = (numbered_account(number) for number in range(1, 5))
HOTKEY, OTHER_HOTKEY, THIRD_HOTKEY = (numbered_account(number) for number in range(11, 14))
RICH = (ALICE, BOB)


def chain():
    """Root alone; Alice and Bob hold 10,000 TAO each, a subnet costs 100."""
    state = State()
    state.clock.block = BLOCK
    state.subnets[ROOT].added = True
    state.network.subnets = 1
    state.hyperparameters[ROOT].max_allowed_uids = 3
    state.parameters.network_min_lock_cost = LOCK
    state.network.last_lock_cost = LOCK
    state.parameters.network_rate_limit = 0
    for coldkey in RICH:
        state.accounts[coldkey].free = 10_000 * TAO
    state.issuance.total = state.issuance.of_balances = 20_000 * TAO
    return state


def opened(coldkey=ALICE, hotkey=HOTKEY, state=None):
    """A chain on which this coldkey opened a subnet with this hotkey."""
    state = chain() if state is None else state
    assert call(state, "register_network", coldkey, hotkey=hotkey) == "Ok"
    return state


def call(state, name, origin, **arguments):
    """The name of the result."""
    return execute(state, name, origin, arguments, None).name


def refused(state, name, origin, **arguments):
    """The error of a call that must change nothing."""
    before = state_digest(state)
    error = call(state, name, origin, **arguments)
    assert state_digest(state) == before
    return error


def as_root(state, name, **arguments):
    return call(state, name, ROOT_ORIGIN, **arguments)


def stake(state, netuid, hotkey, coldkey, amount):
    """Alpha outside the pool that belongs to a coldkey."""
    increase_stake(state, hotkey, coldkey, netuid, amount)
    state.pools[netuid].alpha_out += amount


def empty_account(state, coldkey):
    """Take a coldkey's balance out of existence."""
    balance = state.accounts[coldkey].free
    state.accounts.remove(coldkey)
    state.issuance.total -= balance
    state.issuance.of_balances -= balance


def all_tao(state):
    return sum(account.free for _, account in state.accounts.items())


def account_of(state, netuid):
    return state.accounts.peek(subnet_account(netuid)).free
