"""The corners of staking, each computed by hand in the test."""

from fractions import Fraction
from math import floor

import pytest

from taospec.reference.chain.calls import execute
from taospec.reference.fixed_point import I96F32
from taospec.reference.staking.delegation import nominator_minimum
from taospec.reference.staking.locks import current_lock, locked_hotkey
from taospec.reference.staking.root_claims import owed
from taospec.reference.staking.stake_ledger import has_shares, increase_stake, stake_of, total_stake_of_hotkey
from taospec.reference.state.errors import FrameError, SubtensorError
from taospec.reference.state.ledger import BURN_ACCOUNT, balance_of, subnet_account
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account
from taospec.reference.subnets.ownership import OWNER_TENURE, change_owner

TAO = 10**9
ROOT, SUBNET = 0, 1
ALICE, BOB, CAROL, OWNER, AUTHOR = (numbered_account(number) for number in range(1, 6))
HOTKEY, OTHER_HOTKEY = numbered_account(11), numbered_account(12)
ONE_FIFTH = 13_107
"""A fee rate of 1/5 of the input. Truncated to 2**-64, it is less than 1/5."""


def market(tao=1_000, alpha=1_000, fee_rate=0):
    """Root and one subnet with this pool, in coins; Alice owns one hotkey, Bob another."""
    state = State()
    state.clock.block = 1_000
    for netuid in (ROOT, SUBNET):
        state.subnets[netuid].added = True
        state.subnets[netuid].subtoken_enabled = True
    state.subnets[SUBNET].owner = OWNER
    state.hotkeys[HOTKEY].owner = ALICE
    state.hotkeys[OTHER_HOTKEY].owner = BOB
    pool = state.pools[SUBNET]
    pool.mechanism, pool.initialized, pool.fee_rate = 1, True, fee_rate
    pool.tao_reserve, pool.alpha_in = tao * TAO, alpha * TAO
    state.accounts[subnet_account(SUBNET)].free = tao * TAO + 500
    for coldkey in (ALICE, BOB, CAROL):
        state.accounts[coldkey].free = 1_000 * TAO
    state.issuance.total_stake = tao * TAO
    state.issuance.total = state.issuance.of_balances = (tao + 3_000) * TAO + 500
    return state


def stake(state, coldkey, amount, hotkey=HOTKEY, netuid=SUBNET):
    increase_stake(state, hotkey, coldkey, netuid, amount)
    state.pools[netuid].alpha_out += amount
    if netuid == ROOT:
        state.pools[ROOT].tao_reserve += amount
        state.accounts[subnet_account(ROOT)].free += amount
        state.issuance.total += amount
        state.issuance.of_balances += amount


def paid_out(reserve_out, reserve_in, amount_in):
    """Equal weights: ``y * dx / (x + dx)``, floored."""
    return floor(Fraction(reserve_out * amount_in, reserve_in + amount_in))


def remove(state, coldkey, amount, author=None, hotkey=HOTKEY, netuid=SUBNET):
    arguments = {"hotkey": hotkey, "netuid": netuid, "amount_unstaked": amount}
    return execute(state, "remove_stake", coldkey, arguments, author).error


@pytest.mark.rule("STAKE-REMOVE-1", "STAKE-OUT-1", "STAKE-SWAP-2", "STAKE-CHILD-3")
def test_unstaking_more_than_all_sells_all_and_leaves_no_position():
    """250 alpha into 750 alpha and 1000 TAO: a quarter of the TAO comes out."""
    state = market(tao=1_000, alpha=750)
    stake(state, ALICE, 250 * TAO)
    state.childkeys[HOTKEY, SUBNET].pending_children = (((1, OTHER_HOTKEY),), 5_000)
    state.parameters.stake_threshold = 1
    assert remove(state, ALICE, 2**64 - 1) is None
    pool = state.pools.peek(SUBNET)
    assert (pool.tao_reserve, pool.alpha_in, pool.alpha_out) == (750 * TAO, 1_000 * TAO, 0)
    assert balance_of(state, ALICE) == 1_250 * TAO
    assert balance_of(state, subnet_account(SUBNET)) == 750 * TAO + 500
    assert state.issuance.total_stake == 750 * TAO
    assert not has_shares(state, HOTKEY, ALICE, SUBNET)
    assert total_stake_of_hotkey(state, HOTKEY, SUBNET) == 0
    assert state.childkeys.peek((HOTKEY, SUBNET)).pending_children is None
    (event,) = state.events.take()
    assert event.name == "StakeRemoved"
    assert dict(event.fields)["tao"] == dict(event.fields)["alpha"] == 250 * TAO


@pytest.mark.rule("STAKE-REMOVE-2", "STAKE-LIMIT-2", "STAKE-CHECK-2")
def test_a_partial_sale_stops_at_its_limit_and_a_whole_one_is_refused():
    """From a price of 1 to 0.64 a pool of 1000 and 1000 goes to 800 TAO and 1250 alpha."""
    state = market()
    stake(state, ALICE, 400 * TAO)
    arguments = {
        "hotkey": HOTKEY,
        "netuid": SUBNET,
        "amount_unstaked": 400 * TAO,
        "limit_price": 640_000_000,
        "allow_partial": False,
    }
    error = execute(state, "remove_stake_limit", ALICE, arguments, None).error
    assert error is SubtensorError.SlippageTooHigh
    arguments["allow_partial"] = True
    assert execute(state, "remove_stake_limit", ALICE, arguments, None).error is None
    pool = state.pools.peek(SUBNET)
    assert abs(pool.alpha_in - 1_250 * TAO) <= 1
    assert abs(balance_of(state, ALICE) - 1_200 * TAO) <= 1
    sold = pool.alpha_in - 1_000 * TAO
    assert stake_of(state, HOTKEY, ALICE, SUBNET) == pool.alpha_out == 400 * TAO - sold


@pytest.mark.rule("STAKE-NOMINATOR-1", "STAKE-NOMINATOR-2")
def test_what_a_nominator_leaves_below_the_minimum_is_sold_and_the_owner_may_leave_it():
    """The minimum is 0.002 TAO * 5 = 10_000_000 rao of TAO, about as much alpha at a price near 1."""
    state = market()
    state.parameters.nominator_min_required_stake = 5_000_000
    stake(state, CAROL, TAO)
    stake(state, ALICE, TAO)
    left = 5_000_000
    assert remove(state, CAROL, TAO - left) is None
    first = paid_out(1_000 * TAO, 1_000 * TAO, TAO - left)
    swept = paid_out(1_000 * TAO - first, 1_001 * TAO - left, left)
    assert balance_of(state, CAROL) == 1_000 * TAO + first + swept
    assert not has_shares(state, HOTKEY, CAROL, SUBNET)
    assert remove(state, ALICE, TAO - left) is None
    assert stake_of(state, HOTKEY, ALICE, SUBNET) == left


@pytest.mark.rule("STAKE-NOMINATOR-1")
@pytest.mark.parametrize(
    ("factor", "minimum"),
    [
        (5_000_000, 10_000_000),
        (9_223_372_036_854, 18_446_744_073_708),
        (9_223_372_036_855, 18_446_744_073_709),
        (2**64 - 1, 18_446_744_073_709),
    ],
)
def test_the_least_nomination_saturates_before_it_is_divided(factor, minimum):
    """``utils/misc.rs``: ``DefaultMinStake.saturating_mul(factor).safe_div(1_000_000)`` in u64."""
    state = State()
    state.parameters.nominator_min_required_stake = factor
    assert nominator_minimum(state) == minimum


@pytest.mark.rule("STAKE-NOMINATOR-2")
def test_a_nomination_that_cannot_be_sold_is_deleted_and_nobody_is_paid():
    """3 rao of alpha at 0.001 TAO pay 0 rao, which the pool refuses: they stay in ``alpha_out``."""
    state = market(tao=1_000, alpha=1_000_000)
    state.parameters.nominator_min_required_stake = 5_000_000
    stake(state, CAROL, 100 * TAO + 3)
    assert remove(state, CAROL, 100 * TAO) is None
    assert balance_of(state, CAROL) == 1_000 * TAO + paid_out(1_000 * TAO, 1_000_000 * TAO, 100 * TAO)
    assert stake_of(state, HOTKEY, CAROL, SUBNET) == total_stake_of_hotkey(state, HOTKEY, SUBNET) == 0
    assert state.pools.peek(SUBNET).alpha_out == 3


def root_staker(threshold, claim_type):
    """2000 rao on root at half an alpha per TAO: 1000 rao are owed."""
    state = market()
    stake(state, CAROL, 2_000, netuid=ROOT)
    state.root_dividends[HOTKEY, SUBNET].claimable = I96F32.from_num(0.5)
    state.pools[SUBNET].alpha_out = 1_000
    state.hyperparameters[SUBNET].root_claim_threshold = I96F32.from_num(threshold)
    state.coldkeys[CAROL].root_claim_type = claim_type
    assert execute(state, "claim_root", CAROL, {"subnets": (SUBNET,)}, None).error is None
    return state


@pytest.mark.rule("STAKE-CLAIM-1", "STAKE-CLAIM-6", "STAKE-CLAIM-11")
def test_what_reaches_the_threshold_is_claimed_and_one_rao_less_is_not():
    state = root_staker(1_001, ("Keep",))
    assert stake_of(state, HOTKEY, CAROL, SUBNET) == 0
    assert state.positions.peek((HOTKEY, CAROL, SUBNET)).root_claimed == 0
    state = root_staker(1_000, ("Keep",))
    assert stake_of(state, HOTKEY, CAROL, SUBNET) == 1_000
    assert state.positions.peek((HOTKEY, CAROL, SUBNET)).root_claimed == 1_000
    execute(state, "claim_root", CAROL, {"subnets": (SUBNET,)}, None)
    assert stake_of(state, HOTKEY, CAROL, SUBNET) == 1_000


@pytest.mark.rule("STAKE-CLAIM-12", "STAKE-CLAIM-7")
def test_a_sold_claim_becomes_root_stake_that_is_booked_as_claimed():
    """1000 rao of alpha bring 1000 of TAO, half of which is booked.

    The pool formula gives 999.999999. The share of TAO that stays, 1 / (1 + 10**-9), is floored to
    18 digits: 0.999999999 exactly, so that the seller gets 10**-9 of 10**12 rao.
    """
    state = root_staker(1_000, ("Swap",))
    assert stake_of(state, HOTKEY, CAROL, ROOT) == state.pools.peek(ROOT).tao_reserve == 2_000 + 1_000
    assert balance_of(state, subnet_account(ROOT)) == 2_000 + 1_000
    assert state.pools.peek(SUBNET).tao_reserve == 1_000 * TAO - 1_000
    assert state.pools.peek(SUBNET).alpha_out == 0
    assert state.positions.peek((HOTKEY, CAROL, SUBNET)).root_claimed == 1_000 + 500


@pytest.mark.rule("STAKE-CLAIM-8")
def test_root_stake_that_leaves_forfeits_what_it_did_not_claim():
    """2_001_000 rao of alpha are owed on 4_002_000 rao of TAO; all TAO leaves, and nothing is owed."""
    state = root_staker(10**7, ("Keep",))
    stake(state, CAROL, 4_000_000, netuid=ROOT)
    assert owed(state, HOTKEY, CAROL, SUBNET) == I96F32.from_num(2_001_000)
    assert remove(state, CAROL, 4_002_000, netuid=ROOT) is None
    assert owed(state, HOTKEY, CAROL, SUBNET) == I96F32.zero()
    assert state.positions.peek((HOTKEY, CAROL, SUBNET)).root_claimed == 0
    assert state.pools.peek(SUBNET).alpha_out == 1_000


@pytest.mark.rule("STAKE-LOCK-12", "STAKE-LOCK-13", "STAKE-MOVE-2", "STAKE-MOVE-6")
def test_a_transfer_takes_free_stake_first_and_then_the_lock_with_it():
    """Of 10 alpha 7 are locked: a transfer of 5 takes the 3 free ones and 2 with their lock."""
    state = market()
    stake(state, ALICE, 10 * TAO)
    lock = {"netuid": SUBNET, "hotkey": HOTKEY, "amount": 7 * TAO}
    assert execute(state, "lock_stake", ALICE, lock, None).error is None
    transfer = {
        "destination_coldkey": BOB,
        "hotkey": HOTKEY,
        "origin_netuid": SUBNET,
        "destination_netuid": SUBNET,
        "alpha_amount": 5 * TAO,
    }
    refused = execute(state, "transfer_stake", ALICE, transfer, None).error
    assert refused is SubtensorError.AccountRejectsLockedAlpha
    assert execute(state, "set_reject_locked_alpha", BOB, {"enabled": False}, None).error is None
    assert execute(state, "transfer_stake", ALICE, transfer, None).error is None
    assert stake_of(state, HOTKEY, ALICE, SUBNET) == stake_of(state, HOTKEY, BOB, SUBNET) == 5 * TAO
    assert current_lock(state, ALICE, SUBNET).locked_mass == 5 * TAO
    assert current_lock(state, BOB, SUBNET).locked_mass == 2 * TAO
    assert locked_hotkey(state, BOB, SUBNET) == HOTKEY
    assert remove(state, ALICE, TAO) is SubtensorError.StakeUnavailable
    assert remove(state, BOB, 3 * TAO + 1) is SubtensorError.StakeUnavailable


def buy(state, amount, author):
    arguments = {"hotkey": HOTKEY, "netuid": SUBNET, "amount_staked": amount}
    return execute(state, "add_stake", ALICE, arguments, author).error


@pytest.mark.rule("STAKE-FEE-1", "STAKE-INTO-1", "STAKE-SWAP-1")
def test_the_fee_of_a_buy_goes_in_tao_to_the_author_or_else_to_nobody():
    """1/5 of 100 TAO, one rao less because the rate is truncated; 80 TAO and one rao are swapped."""
    fee = 20 * TAO - 1
    for author, receiver in ((AUTHOR, AUTHOR), (None, BURN_ACCOUNT)):
        state = market(fee_rate=ONE_FIFTH)
        assert buy(state, 100 * TAO, author) is None
        assert balance_of(state, receiver) == fee
        assert state.pools.peek(SUBNET).tao_reserve == 1_100 * TAO - fee
        assert balance_of(state, subnet_account(SUBNET)) == 1_100 * TAO + 500 - fee
        bought = paid_out(1_000 * TAO, 1_000 * TAO, 100 * TAO - fee)
        assert stake_of(state, HOTKEY, ALICE, SUBNET) == bought
        assert state.issuance.total_stake == 1_100 * TAO


@pytest.mark.rule("STAKE-FEE-1")
def test_a_fee_below_the_existential_deposit_stays_with_the_subnet_or_fails_the_call():
    """1/65535 of 0.01 TAO is 152 rao: too little to bring an account to life."""
    state = market(fee_rate=1)
    assert buy(state, 10_000_000, AUTHOR) is FrameError.BelowMinimum
    assert buy(state, 10_000_000, None) is None
    assert balance_of(state, BURN_ACCOUNT) == 0
    beside = balance_of(state, subnet_account(SUBNET)) - state.pools.peek(SUBNET).tao_reserve
    assert beside == 500 + 152


@pytest.mark.rule("STAKE-FEE-2", "STAKE-OUT-1")
def test_the_fee_of_a_sale_is_sold_for_the_author_or_else_burned():
    """1/5 of 100 alpha, one rao less; it is sold after the 80 alpha and one rao, without a fee."""
    fee = 20 * TAO - 1
    sold = 100 * TAO - fee
    out = paid_out(1_000 * TAO, 1_000 * TAO, sold)
    state = market(fee_rate=ONE_FIFTH)
    stake(state, ALICE, 100 * TAO)
    assert remove(state, ALICE, 100 * TAO, AUTHOR) is None
    fee_tao = paid_out(1_000 * TAO - out, 1_000 * TAO + sold, fee)
    assert balance_of(state, ALICE) == 1_000 * TAO + out
    assert balance_of(state, AUTHOR) == fee_tao
    assert state.pools.peek(SUBNET).alpha_out == 0
    assert state.subnet_reports.peek(SUBNET).burned_alpha == 0

    state = market(fee_rate=ONE_FIFTH)
    stake(state, ALICE, 100 * TAO)
    assert remove(state, ALICE, 100 * TAO) is None
    assert state.pools.peek(SUBNET).alpha_out == state.subnet_reports.peek(SUBNET).burned_alpha == fee


@pytest.mark.rule("STAKE-OUT-1", "LEDGER-SUBNET-2")
def test_an_account_of_a_subnet_that_dies_leaves_less_tao_than_the_pool_says():
    """Of 10_000_300 rao on root all but 300 leave: the account dies, and the 300 cannot leave any more."""
    state = market()
    stake(state, BOB, 300, netuid=ROOT)
    stake(state, ALICE, 10_000_000, netuid=ROOT)
    issuance = state.issuance.total
    assert remove(state, ALICE, 10_000_000, netuid=ROOT) is None
    assert balance_of(state, subnet_account(ROOT)) == 0
    assert state.pools.peek(ROOT).tao_reserve == stake_of(state, HOTKEY, BOB, ROOT) == 300
    assert state.issuance.total == state.issuance.of_balances == issuance - 300
    assert remove(state, BOB, 300, netuid=ROOT) is SubtensorError.InsufficientBalance


def locked_subnet(mass):
    """1000 alpha outside the pool; Bob's lock is perpetual and ripens within a block."""
    state = market()
    state.parameters.maturity_rate = 0
    state.subnets[SUBNET].registered_at = 500
    state.subnets[SUBNET].owner_hotkey = HOTKEY
    stake(state, BOB, 1_000 * TAO, hotkey=OTHER_HOTKEY)
    perpetual = {"netuid": SUBNET, "enabled": True}
    assert execute(state, "set_perpetual_lock", BOB, perpetual, None).error is None
    lock = {"netuid": SUBNET, "hotkey": OTHER_HOTKEY, "amount": mass}
    assert execute(state, "lock_stake", BOB, lock, None).error is None
    return state


@pytest.mark.rule("SUBNET-OWNER-1", "STAKE-LOCK-7")
def test_a_subnet_changes_hands_at_a_tenth_of_its_alpha_and_a_year_of_age():
    state = locked_subnet(100 * TAO)
    state.clock.block = 500 + OWNER_TENURE - 1
    change_owner(state, SUBNET)
    assert state.subnets.peek(SUBNET).owner == OWNER
    state.clock.block += 1
    change_owner(state, SUBNET)
    subnet = state.subnets.peek(SUBNET)
    assert (subnet.owner, subnet.owner_hotkey) == (BOB, OTHER_HOTKEY)
    assert state.memberships.peek((SUBNET, OTHER_HOTKEY)).uid == 0
    assert state.owner_locks.peek(SUBNET).perpetual.locked_mass == 100 * TAO
    assert (SUBNET, OTHER_HOTKEY) not in state.hotkey_locks

    state = locked_subnet(100 * TAO - 1)
    state.clock.block = 500 + OWNER_TENURE
    change_owner(state, SUBNET)
    assert state.subnets.peek(SUBNET).owner == OWNER


@pytest.mark.rule("STAKE-LOCK-8", "STAKE-LOCK-9")
def test_an_aggregate_loses_the_decay_of_a_lock_twice():
    """Two locks of 1 alpha, one unlock time later a third: the aggregate decays to 2/e and grows to 2/e + 1.

    Then each of the first two is rolled, and its loss of 1 - 1/e, in the aggregate already, is
    taken off again: 4/e - 1 is left where the locks add up to 2/e + 1.
    """
    state = market()
    state.parameters.unlock_rate = state.parameters.maturity_rate = 40
    for coldkey in (ALICE, BOB, CAROL):
        stake(state, coldkey, 10 * TAO)

    def lock(coldkey, amount):
        arguments = {"netuid": SUBNET, "hotkey": HOTKEY, "amount": amount}
        assert execute(state, "lock_stake", coldkey, arguments, None).error is None

    lock(ALICE, TAO)
    lock(BOB, TAO)
    state.clock.block += 40
    lock(CAROL, TAO)
    one_over_e = Fraction(367_879_441_171, 10**12)
    aggregate = state.hotkey_locks.peek((SUBNET, HOTKEY))
    assert abs(aggregate.decaying.locked_mass - (2 * one_over_e + 1) * TAO) < 3
    lock(ALICE, 1)
    lock(BOB, 1)
    masses = sum(current_lock(state, coldkey, SUBNET).locked_mass for coldkey in (ALICE, BOB, CAROL))
    assert abs(masses - (2 * one_over_e + 1) * TAO) < 5
    assert abs(aggregate.decaying.locked_mass - (4 * one_over_e - 1) * TAO) < 5
