"""What each call of staking does in its plainest case, computed by hand."""

import pytest
from test_operations import (
    ALICE,
    AUTHOR,
    BOB,
    CAROL,
    HOTKEY,
    OTHER_HOTKEY,
    OWNER,
    ROOT,
    SUBNET,
    TAO,
    market,
    paid_out,
    stake,
)

from taospec.reference.amm.records import Direction
from taospec.reference.amm.swap import default_price_limit
from taospec.reference.chain.calls import execute
from taospec.reference.fixed_point import I96F32, U64F64
from taospec.reference.staking.delegation import become_delegate, hotkey_take
from taospec.reference.staking.locks import (
    auto_lock_owner_cut,
    current_lock,
    hotkey_conviction,
    move_aggregates_of_owners,
    total_conviction,
)
from taospec.reference.staking.operations import largest_purchase, largest_sale
from taospec.reference.staking.root_claims import (
    claim_automatically,
    index_root_staker,
    indices_from_hash,
    owed,
)
from taospec.reference.staking.stake_ledger import stake_of
from taospec.reference.staking.transitions import largest_move
from taospec.reference.state.errors import SubtensorError
from taospec.reference.state.ledger import balance_of, subnet_account
from taospec.reference.state.locks import LockState
from taospec.reference.state.storage_types import numbered_account

SECOND = 2
U64_MAX = 2**64 - 1


def call(state, name, coldkey, author=None, **arguments):
    return execute(state, name, coldkey, arguments, author).error


def two_markets():
    """The market, and a second subnet with the same pool."""
    state = market()
    state.subnets[SECOND].added = state.subnets[SECOND].subtoken_enabled = True
    for field in ("mechanism", "initialized", "fee_rate", "tao_reserve", "alpha_in"):
        setattr(state.pools[SECOND], field, getattr(state.pools[SUBNET], field))
    state.accounts[subnet_account(SECOND)].free = state.accounts[subnet_account(SUBNET)].free
    return state


@pytest.mark.rule("STAKE-ADD-1", "STAKE-INTO-1", "STAKE-SWAP-1")
def test_a_stake_buys_from_the_pool_and_makes_nobody_a_delegate():
    """250 TAO into 1,000 of each: a fifth of the alpha, 200."""
    state = market()
    arguments = {"hotkey": OTHER_HOTKEY, "netuid": SUBNET, "amount_staked": 250 * TAO}
    assert call(state, "add_stake", ALICE, **arguments) is None
    assert (
        stake_of(state, OTHER_HOTKEY, ALICE, SUBNET)
        == paid_out(1_000 * TAO, 1_000 * TAO, 250 * TAO)
        == 200 * TAO
    )
    assert balance_of(state, ALICE) == 750 * TAO
    assert state.pools.peek(SUBNET).tao_reserve == 1_250 * TAO
    assert state.hotkeys.peek(OTHER_HOTKEY).delegate_take is None


@pytest.mark.rule("STAKE-ADD-2", "STAKE-LIMIT-1", "STAKE-TAKE-2")
def test_a_stake_to_a_limit_stops_at_its_price_and_makes_a_strangers_hotkey_a_delegate():
    """From a price of 1 to 1.21: TAO grows by the root of 1.21, from 1,000 to 1,100."""
    state = market()
    arguments = {
        "hotkey": OTHER_HOTKEY,
        "netuid": SUBNET,
        "amount_staked": 500 * TAO,
        "limit_price": 121 * TAO // 100,
        "allow_partial": True,
    }
    assert abs(largest_purchase(state, SUBNET, 121 * TAO // 100) - 100 * TAO) <= 1
    assert call(state, "add_stake_limit", ALICE, **arguments) is None
    assert abs(balance_of(state, ALICE) - 900 * TAO) <= 1
    assert state.hotkeys.peek(OTHER_HOTKEY).delegate_take == 11_796


@pytest.mark.rule("STAKE-LIMIT-1", "STAKE-LIMIT-2", "STAKE-LIMIT-3")
def test_without_a_pool_a_limit_of_1_allows_everything_and_one_beyond_it_nothing():
    state = market()
    assert [largest_purchase(state, ROOT, limit) for limit in (TAO - 1, TAO)] == [0, U64_MAX]
    assert [largest_sale(state, ROOT, limit) for limit in (TAO, TAO + 1)] == [U64_MAX, 0]
    assert [largest_move(state, ROOT, ROOT, limit) for limit in (TAO, TAO + 1)] == [U64_MAX, 0]


@pytest.mark.rule("STAKE-REMOVE-3")
def test_a_full_unstake_sells_all_of_one_position():
    """250 alpha into 750 and 1,000 TAO: a quarter of the TAO."""
    state = market(alpha=750)
    stake(state, ALICE, 250 * TAO)
    arguments = {"hotkey": HOTKEY, "netuid": SUBNET, "limit_price": None}
    assert call(state, "remove_stake_full_limit", ALICE, **arguments) is None
    assert stake_of(state, HOTKEY, ALICE, SUBNET) == 0
    assert balance_of(state, ALICE) == 1_250 * TAO


@pytest.mark.rule("STAKE-REMOVE-4")
def test_unstaking_all_sells_every_position_but_those_that_cannot_be_traded():
    state = two_markets()
    for netuid in (ROOT, SUBNET, SECOND):
        stake(state, ALICE, 250 * TAO, netuid=netuid)
    state.subnets[SECOND].subtoken_enabled = False
    assert call(state, "unstake_all", ALICE, hotkey=HOTKEY) is None
    left = [stake_of(state, HOTKEY, ALICE, netuid) for netuid in (ROOT, SUBNET, SECOND)]
    assert left == [0, 0, 250 * TAO]
    assert balance_of(state, ALICE) == (1_000 + 250 + 200) * TAO


@pytest.mark.rule("STAKE-REMOVE-5")
def test_unstaking_all_alpha_stakes_the_proceeds_on_root():
    """Two sales of 250 alpha into 1,000 of each bring 200 TAO each."""
    state = two_markets()
    for netuid in (ROOT, SUBNET, SECOND):
        stake(state, ALICE, 250 * TAO, netuid=netuid)
    assert call(state, "unstake_all_alpha", ALICE, hotkey=HOTKEY) is None
    left = [stake_of(state, HOTKEY, ALICE, netuid) for netuid in (ROOT, SUBNET, SECOND)]
    assert left == [650 * TAO, 0, 0]
    assert balance_of(state, ALICE) == 1_000 * TAO


@pytest.mark.rule("STAKE-MOVE-1", "STAKE-MOVE-4", "STAKE-MOVE-5", "STAKE-MOVE-6")
def test_a_move_within_a_subnet_swaps_nothing_and_makes_no_delegate():
    state = market(fee_rate=13_107)
    stake(state, ALICE, 250 * TAO)
    arguments = {
        "origin_hotkey": HOTKEY,
        "destination_hotkey": OTHER_HOTKEY,
        "origin_netuid": SUBNET,
        "destination_netuid": SUBNET,
        "alpha_amount": 100 * TAO,
    }
    assert call(state, "move_stake", ALICE, AUTHOR, **arguments) is None
    assert stake_of(state, HOTKEY, ALICE, SUBNET) == 150 * TAO
    assert stake_of(state, OTHER_HOTKEY, ALICE, SUBNET) == 100 * TAO
    assert state.pools.peek(SUBNET).alpha_in == 1_000 * TAO
    assert state.hotkeys.peek(OTHER_HOTKEY).delegate_take is None


@pytest.mark.rule("STAKE-MOVE-3", "STAKE-MOVE-4")
def test_a_swap_between_subnets_sells_and_buys():
    """250 alpha bring 200 TAO; they buy 1,000 * 200 / 1,200 alpha of the other subnet."""
    state = two_markets()
    stake(state, ALICE, 250 * TAO)
    arguments = {
        "hotkey": HOTKEY,
        "origin_netuid": SUBNET,
        "destination_netuid": SECOND,
        "alpha_amount": 250 * TAO,
    }
    assert call(state, "swap_stake", ALICE, **arguments) is None
    assert stake_of(state, HOTKEY, ALICE, SUBNET) == 0
    assert stake_of(state, HOTKEY, ALICE, SECOND) == paid_out(1_000 * TAO, 1_000 * TAO, 200 * TAO)
    assert balance_of(state, ALICE) == 1_000 * TAO


@pytest.mark.rule("STAKE-MOVE-5")
def test_a_move_between_subnets_has_to_bring_more_than_the_smallest_stake():
    """0.002 TAO exactly is too little: alpha of a root stake is TAO."""
    state = market()
    stake(state, ALICE, 10 * TAO, netuid=ROOT)
    arguments = {"hotkey": HOTKEY, "origin_netuid": ROOT, "destination_netuid": SUBNET}
    assert (
        call(state, "swap_stake", ALICE, **arguments, alpha_amount=2_000_000) is SubtensorError.AmountTooLow
    )
    assert call(state, "swap_stake", ALICE, **arguments, alpha_amount=2_000_001) is None


@pytest.mark.rule("STAKE-BURN-3", "STAKE-BURN-4")
def test_what_is_bought_to_be_burned_stays_in_the_issuance_and_is_nobodys():
    """250 TAO buy 200 alpha."""
    state = market()
    stake(state, ALICE, 10 * TAO)
    arguments = {"hotkey": HOTKEY, "netuid": SUBNET, "amount": 250 * TAO, "limit": None}
    assert call(state, "add_stake_burn", ALICE, **arguments) is None
    assert stake_of(state, HOTKEY, ALICE, SUBNET) == 10 * TAO
    assert state.subnet_reports.peek(SUBNET).burned_alpha == 200 * TAO
    assert state.pools.peek(SUBNET).alpha_out == 210 * TAO


@pytest.mark.rule("STAKE-BURN-4")
def test_more_than_there_is_means_all_of_it():
    state = market()
    stake(state, ALICE, 10 * TAO)
    arguments = {"hotkey": HOTKEY, "amount": 11 * TAO, "netuid": SUBNET}
    assert call(state, "recycle_alpha", ALICE, **arguments) is None
    assert stake_of(state, HOTKEY, ALICE, SUBNET) == state.pools.peek(SUBNET).alpha_out == 0


@pytest.mark.rule("STAKE-TAKE-1", "STAKE-TAKE-2")
def test_the_take_of_a_hotkey_that_never_became_a_delegate_is_18_per_cent():
    """11,796 of 65,535; who is a delegate already keeps its take."""
    state = market()
    assert hotkey_take(state, HOTKEY) == 11_796
    state.hotkeys[OTHER_HOTKEY].delegate_take = 7
    for hotkey in (HOTKEY, OTHER_HOTKEY):
        become_delegate(state, hotkey)
    assert [state.hotkeys.peek(hotkey).delegate_take for hotkey in (HOTKEY, OTHER_HOTKEY)] == [11_796, 7]


@pytest.mark.rule("STAKE-TAKE-3", "STAKE-TAKE-4")
def test_a_take_falls_and_rises_strictly():
    state = market()
    state.parameters.tx_delegate_take_rate_limit = 0
    state.hotkeys[HOTKEY].delegate_take = 5_000
    assert call(state, "decrease_take", ALICE, hotkey=HOTKEY, take=5_000) is SubtensorError.DelegateTakeTooLow
    assert call(state, "decrease_take", ALICE, hotkey=HOTKEY, take=4_999) is None
    assert call(state, "increase_take", ALICE, hotkey=HOTKEY, take=4_999) is SubtensorError.DelegateTakeTooLow
    assert call(state, "increase_take", ALICE, hotkey=HOTKEY, take=5_000) is None


@pytest.mark.rule("STAKE-CHILD-1", "STAKE-CHILD-4")
def test_children_wait_for_the_cooldown_and_a_take_does_not():
    state = market()
    state.parameters.pending_childkey_cooldown = 30
    children = ((2**63, OTHER_HOTKEY),)
    assert call(state, "set_children", ALICE, hotkey=HOTKEY, netuid=SUBNET, children=children) is None
    held = state.childkeys.peek((HOTKEY, SUBNET))
    assert held.children == ()
    assert held.pending_children == (children, 1_030)
    assert call(state, "set_childkey_take", ALICE, hotkey=HOTKEY, netuid=SUBNET, take=100) is None
    assert state.childkeys.peek((HOTKEY, SUBNET)).take == 100


# Root claims.


@pytest.mark.rule("STAKE-CLAIM-2", "STAKE-CLAIM-9")
def test_who_chooses_what_becomes_of_dividends_is_on_the_list_of_root_stakers():
    state = market()
    kept = ("KeepSubnets", (SUBNET,))
    assert call(state, "set_root_claim_type", CAROL, new_root_claim_type=kept) is None
    assert state.coldkeys.peek(CAROL).root_claim_type == kept
    assert state.root_stakers.peek(0).coldkey == CAROL
    nothing = ("KeepSubnets", ())
    assert (
        call(state, "set_root_claim_type", CAROL, new_root_claim_type=nothing)
        is SubtensorError.InvalidSubnetNumber
    )


def parent_hash(*words):
    return b"".join(word.to_bytes(8, "big") for word in words)


@pytest.mark.rule("STAKE-CLAIM-4")
def test_places_are_drawn_by_adding_up_the_words_of_the_hash():
    """Of 7 places with words 5, 1, 2, 3: 5 + 5 is 3, 3 + 1 is 4, 4 + 2 is 6, 6 + 3 is 2, 2 + 5 is 0."""
    words = parent_hash(5, 1, 2, 3)
    assert indices_from_hash(words, 3, 7) == [3, 4, 6]
    assert indices_from_hash(words, 5, 7) == [0, 2, 3, 4, 6]
    assert indices_from_hash(words, 3, 0) == [0]


@pytest.mark.rule("STAKE-CLAIM-4")
@pytest.mark.parametrize("first", [2**63, 2**63 + 1, 2**64 - 1])
def test_the_first_sum_saturates_for_half_of_all_hashes(first):
    """``2**64 - 1`` is 1 modulo 7, whatever the hash."""
    assert indices_from_hash(parent_hash(first, 0, 0, 0), 1, 7) == [1]


@pytest.mark.rule("STAKE-CLAIM-3")
def test_a_drawn_claim_that_fails_is_undone_and_the_others_go_on():
    """Alice sells 10 alpha, more than 1,000 times the 1,000 rao in the pool; Bob keeps his."""
    state = market()
    for place, (coldkey, hotkey) in enumerate([(ALICE, HOTKEY), (BOB, OTHER_HOTKEY)]):
        stake(state, coldkey, 10 * TAO, hotkey, ROOT)
        index_root_staker(state, coldkey)
        assert state.coldkeys.peek(coldkey).root_index == place
        state.root_dividends[hotkey, SUBNET].claimable = I96F32.from_num(1)
    state.coldkeys[BOB].root_claim_type = ("Keep",)
    state.pools[SUBNET].alpha_in = 1_000
    state.parameters.root_claims_per_block = 2
    claim_automatically(state, parent_hash(0, 1, 0, 0))
    assert owed(state, HOTKEY, ALICE, SUBNET) == I96F32.from_num(10 * TAO)
    assert stake_of(state, HOTKEY, ALICE, ROOT) == 10 * TAO
    assert owed(state, OTHER_HOTKEY, BOB, SUBNET) == I96F32.zero()
    assert stake_of(state, OTHER_HOTKEY, BOB, SUBNET) == 10 * TAO


# Locks.


def perpetual(state, netuid, hotkey, mass, conviction):
    """An aggregate of perpetual locks as of now."""
    lock = LockState(mass, U64F64.from_num(conviction), state.clock.block)
    state.hotkey_locks[netuid, hotkey].perpetual = lock


@pytest.mark.rule("STAKE-LOCK-5", "STAKE-LOCK-6")
def test_convictions_add_up_over_aggregates_and_the_owners_hotkey_has_the_owners_too():
    state = market()
    state.subnets[SUBNET].owner_hotkey = HOTKEY
    perpetual(state, SUBNET, HOTKEY, 1_000, 300)
    perpetual(state, SUBNET, OTHER_HOTKEY, 1_000, 400)
    state.owner_locks[SUBNET].perpetual = LockState(500, U64F64.from_num(500), state.clock.block)
    assert hotkey_conviction(state, HOTKEY, SUBNET) == U64F64.from_num(800)
    assert hotkey_conviction(state, OTHER_HOTKEY, SUBNET) == U64F64.from_num(400)
    assert total_conviction(state, SUBNET) == U64F64.from_num(1_200)


@pytest.mark.rule("STAKE-LOCK-10")
def test_the_old_owners_hotkey_keeps_its_mass_as_conviction_and_the_new_ones_becomes_its_mass():
    state = market()
    state.owner_locks[SUBNET].perpetual = LockState(500, U64F64.from_num(500), state.clock.block)
    perpetual(state, SUBNET, OTHER_HOTKEY, 700, 4)
    move_aggregates_of_owners(state, SUBNET, HOTKEY, OTHER_HOTKEY)
    old, new = state.hotkey_locks.peek((SUBNET, HOTKEY)).perpetual, state.owner_locks.peek(SUBNET).perpetual
    assert (old.locked_mass, old.conviction) == (500, U64F64.from_num(500))
    assert (new.locked_mass, new.conviction) == (700, U64F64.from_num(700))
    assert state.hotkey_locks.peek((SUBNET, OTHER_HOTKEY)).perpetual is None


@pytest.mark.rule("STAKE-LOCK-14")
@pytest.mark.parametrize(("asked", "locked"), [(True, 18 * TAO), (False, 0)])
def test_the_owners_cut_is_locked_where_the_subnet_asks_for_it(asked, locked):
    state = market()
    state.hotkeys[numbered_account(13)].owner = OWNER
    state.subnets[SUBNET].owner_hotkey = numbered_account(13)
    state.hyperparameters[SUBNET].owner_cut_auto_lock = asked
    stake(state, OWNER, 18 * TAO, numbered_account(13))
    auto_lock_owner_cut(state, SUBNET, 18 * TAO)
    assert current_lock(state, OWNER, SUBNET).locked_mass == locked
    auto_lock_owner_cut(state, SUBNET, 1)
    assert current_lock(state, OWNER, SUBNET).locked_mass == locked


@pytest.mark.rule("STAKE-ADD-1")
def test_without_a_limit_a_purchase_goes_to_a_price_of_a_million():
    assert default_price_limit(Direction.BUY) == 10**6 * TAO
