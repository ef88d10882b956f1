"""The end of a subnet: who is paid what, what is destroyed, and what is left behind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifetimes import (
    ALICE,
    BLOCK,
    BOB,
    CAROL,
    DAVE,
    HOTKEY,
    LOCK,
    OTHER_HOTKEY,
    TAO,
    account_of,
    all_tao,
    as_root,
    chain,
    empty_account,
    opened,
    refused,
    stake,
)

from taospec.reference.amm.swap import current_price
from taospec.reference.fixed_point import I64F64, I96F32, U64F64
from taospec.reference.state.hyperparameters import RecycleOrBurn
from taospec.reference.state.ledger import balance_of, subnet_account, transfer_tao
from taospec.reference.state.locks import LockState
from taospec.reference.state.neuron import storage_index
from taospec.reference.state.origin import ROOT as ROOT_ORIGIN
from taospec.reference.state.storage_order import hashed_account_order
from taospec.reference.state.storage_types import ZERO_ACCOUNT, numbered_account
from taospec.reference.subnets.dissolution import (
    Claim,
    claims_of,
    largest_remainder,
    owner_refund,
    protocol_alpha,
)
from taospec.reference.subnets.removal import KEPT, forget_subnet
from taospec.spec.real_numbers import real
from taospec.spec.subnets import model

amounts = st.integers(0, 2**64 - 1)


@pytest.mark.rule("SUBNET-DISSOLVE-2")
@given(amounts, st.lists(amounts, max_size=30))
def test_shares_add_up_to_the_pot_and_are_less_than_a_rao_from_the_ideal(pot, weights):
    shares = dict(largest_remainder(pot, weights))
    if pot == 0 or sum(weights) == 0:
        assert shares == {}
        return
    assert sum(shares.values()) == pot
    total = sum(weights)
    assert all(
        abs(shares[place] - model.quota(pot, weight, total)) < 1 for place, weight in enumerate(weights)
    )


@pytest.mark.rule("SUBNET-DISSOLVE-2")
def test_the_raos_that_are_left_over_go_to_the_largest_remainders():
    """10 rao by 5 : 3 : 1 (of 9): quotas 5 5/9, 3 3/9, 1 1/9, so that one rao is left for the first."""
    assert largest_remainder(10, [5, 3, 1]) == [(0, 6), (1, 3), (2, 1)]
    # 10 by 1 : 3 : 5: the same remainders, paid in their order
    assert largest_remainder(10, [1, 3, 5]) == [(2, 6), (1, 3), (0, 1)]


@pytest.mark.rule("SUBNET-DISSOLVE-2")
def test_equal_remainders_are_served_in_the_order_of_the_list_and_none_left_keeps_that_order():
    assert largest_remainder(5, [1, 1, 1]) == [(0, 2), (1, 2), (2, 1)]
    assert largest_remainder(6, [1, 2, 3]) == [(0, 1), (1, 2), (2, 3)]


@pytest.mark.rule("SUBNET-DISSOLVE-3")
def test_claims_follow_the_hashes_of_hotkeys_then_the_coldkeys_then_the_protocol():
    state = opened()
    hotkeys = [numbered_account(number) for number in range(101, 120)]
    for hotkey in hotkeys:
        stake(state, 1, hotkey, CAROL, 5)
        stake(state, 1, hotkey, BOB, 7)
    expected = [
        claim for _ in sorted(hotkeys, key=hashed_account_order) for claim in (Claim(BOB, 7), Claim(CAROL, 5))
    ]
    assert claims_of(state, 1) == [*expected, Claim(None, LOCK)]
    by_hash, by_number = sorted(hotkeys, key=hashed_account_order), sorted(hotkeys)
    assert by_hash != by_number
    stake(state, 1, by_hash[-1], DAVE, 9)
    assert claims_of(state, 1)[-2] == Claim(DAVE, 9)


@pytest.mark.rule("SUBNET-DISSOLVE-3", "SUBNET-DISSOLVE-6")
def test_the_shares_of_a_worthless_hotkey_are_no_claim_and_stay():
    state = opened()
    stake(state, 1, HOTKEY, BOB, 100)
    stake(state, 1, OTHER_HOTKEY, BOB, 100)
    state.hotkey_stakes[OTHER_HOTKEY, 1].total_alpha = 0
    assert claims_of(state, 1) == [Claim(BOB, 100), Claim(None, LOCK)]
    assert as_root(state, "root_dissolve_network", netuid=1) == "Ok"
    assert [key[0] for key in state.positions.keys_with(netuid=1)] == [OTHER_HOTKEY]
    assert [key[0] for key in state.hotkey_stakes.keys_with(netuid=1)] == [OTHER_HOTKEY]


@pytest.mark.rule("SUBNET-DISSOLVE-3")
def test_a_stake_without_value_counts_with_the_number_of_its_shares():
    """Two stakes of 10^6 in a pool that is worth 1 rao: each is worth 0, and counts as 10^6 shares."""
    state = opened()
    for coldkey in (BOB, CAROL):
        stake(state, 1, HOTKEY, coldkey, 10**6)
    state.hotkey_stakes[HOTKEY, 1].total_alpha = 1
    assert claims_of(state, 1)[:2] == [Claim(BOB, 10**6), Claim(CAROL, 10**6)]


@pytest.mark.rule("SUBNET-DISSOLVE-3")
def test_shares_of_the_old_format_are_claims_too():
    state = opened()
    state.positions[HOTKEY, BOB, 1].shares_v1 = U64F64.from_num(10)
    pool = state.hotkey_stakes[HOTKEY, 1]
    pool.total_alpha, pool.total_shares_v1 = 10, U64F64.from_num(10)
    assert claims_of(state, 1)[0] == Claim(BOB, 10)
    pool.total_alpha, pool.total_shares_v1 = 1, U64F64.from_num(100)
    # the tenth of a rao is worth 0, and the 10 shares count
    assert claims_of(state, 1)[0] == Claim(BOB, 10)
    assert as_root(state, "root_dissolve_network", netuid=1) == "Ok"
    assert (HOTKEY, BOB, 1) not in state.positions


@pytest.mark.rule("SUBNET-DISSOLVE-4")
def test_the_pool_s_alpha_is_the_protocol_s_only_on_subnets_that_are_new_enough():
    state = opened()
    state.pools[1].protocol_alpha = 7
    assert protocol_alpha(state, 1) == LOCK + 7
    state.parameters.tao_in_refund_deployment_block = BLOCK
    assert protocol_alpha(state, 1) == 7


@pytest.mark.rule("SUBNET-DISSOLVE-1", "SUBNET-DISSOLVE-6", "LEDGER-RECYCLE-1")
def test_stakers_get_their_part_of_the_pot_and_the_protocol_s_part_is_destroyed():
    """100 TAO for 100 alpha in the pool and 300 staked: a quarter is the protocol's."""
    state = opened()
    stake(state, 1, HOTKEY, BOB, 200 * TAO)
    stake(state, 1, HOTKEY, CAROL, 100 * TAO)
    before = state.issuance.total
    assert as_root(state, "dissolve_network", netuid=1, _coldkey=BOB) == "Ok"
    assert balance_of(state, BOB) == 10_050 * TAO
    assert balance_of(state, CAROL) == 25 * TAO
    assert account_of(state, 1) == 500
    destroyed = 25 * TAO - 500
    assert state.issuance.total == state.issuance.of_balances == all_tao(state) == before - destroyed
    assert (state.issuance.total_stake, state.network.subnets) == (0, 1)
    assert 1 not in state.pools
    assert [event.name for event in state.events.take()][-1] == "NetworkRemoved"


@pytest.mark.rule("SUBNET-DISSOLVE-1", "SUBNET-DISSOLVE-2")
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(1, 10**13)), max_size=12),
    st.integers(0, 10**12),
    st.booleans(),
)
def test_no_tao_is_made_or_lost_when_a_subnet_ends(stakes, surplus, is_old):
    state = opened()
    for place, (coldkey, alpha) in enumerate(stakes):
        stake(state, 1, numbered_account(100 + place % 3), numbered_account(200 + coldkey), alpha)
    if is_old:
        state.parameters.registration_start_block = BLOCK + 1
        state.parameters.tao_in_refund_deployment_block = BLOCK
    transfer_tao(state, BOB, subnet_account(1), surplus if surplus == 0 or surplus >= 500 else 500)
    before = all_tao(state)
    assert as_root(state, "root_dissolve_network", netuid=1) == "Ok"
    assert all_tao(state) == state.issuance.of_balances == state.issuance.total
    paid = sum(balance_of(state, numbered_account(200 + number)) for number in range(5))
    assert before - all_tao(state) <= LOCK + max(surplus, 500) - paid
    assert account_of(state, 1) <= 500


@pytest.mark.rule("SUBNET-DISSOLVE-1")
def test_a_share_below_the_deposit_of_a_new_account_is_destroyed_or_paid_by_the_order():
    """A pot of 900 by 300 : 600 without a protocol's claim: nothing is left over, the list decides."""
    first, second = sorted((HOTKEY, OTHER_HOTKEY), key=hashed_account_order)
    paid = {}
    for small, large in ((first, second), (second, first)):
        state = opened()
        state.parameters.tao_in_refund_deployment_block = BLOCK
        state.pools[1].tao_reserve = 900
        stake(state, 1, small, DAVE, 300)
        stake(state, 1, large, DAVE, 600)
        assert as_root(state, "root_dissolve_network", netuid=1) == "Ok"
        paid[small] = balance_of(state, DAVE)
    assert paid == {first: 600, second: 900}


@pytest.mark.rule("SUBNET-DISSOLVE-1")
def test_where_the_account_is_short_of_a_few_rao_the_last_to_be_paid_gets_nothing():
    """Three claims of a third of 99 TAO, on an account that holds 500 rao less: two are paid."""
    state = opened()
    state.parameters.tao_in_refund_deployment_block = BLOCK
    state.pools[1].tao_reserve = 99 * TAO
    state.accounts[subnet_account(1)].free = 99 * TAO - 500
    coldkeys = (BOB, CAROL, DAVE)
    for coldkey in coldkeys:
        stake(state, 1, HOTKEY, coldkey, TAO)
    assert as_root(state, "root_dissolve_network", netuid=1) == "Ok"
    assert [balance_of(state, coldkey) for coldkey in coldkeys] == [10_033 * TAO, 33 * TAO, 0]


@pytest.mark.rule("SUBNET-DISSOLVE-5")
def test_the_owner_of_an_old_subnet_is_refunded_its_lock_less_its_cut_at_the_price_of_now():
    """A cut of 13107/65535 (a fifth, low by 2^-32) of 1000 alpha at a price of 1/10 is 20 TAO."""
    state = opened()
    state.parameters.subnet_owner_cut = 13_107
    state.pools[1].alpha_in, state.pools[1].alpha_out = 800 * TAO, 200 * TAO
    state.pools[1].tao_reserve = 80 * TAO
    assert owner_refund(state, 1) == 0
    state.parameters.registration_start_block = BLOCK + 1
    # the fifth truncated to 2^-32 is (2^32 // 5) / 2^32, and so is the tenth (2^32 // 10) / 2^32
    earned = 1_000 * TAO * (2**32 // 5) >> 32
    assert owner_refund(state, 1) == 100 * TAO - (earned * (2**32 // 10) >> 32)


@pytest.mark.rule("SUBNET-DISSOLVE-5")
@given(st.integers(0, 10**16), st.integers(1, 10**15), st.integers(0, 65_535), st.integers(1, 10**15))
def test_a_refund_is_within_its_bound_of_the_ideal(lock, alpha, cut, tao):
    state = opened()
    state.parameters.registration_start_block = BLOCK + 1
    state.parameters.subnet_owner_cut = cut
    state.subnets[1].locked = lock
    state.pools[1].alpha_in, state.pools[1].tao_reserve = alpha, tao
    price = real.ldexp(real.mpf(current_price(state.pools.peek(1)).bits), -64)
    error = owner_refund(state, 1) - model.owner_refund(lock, alpha, cut, price)
    unit = real.mpf(2) ** -32
    assert 0 <= error < price * (1 + alpha * unit) + alpha * real.mpf(cut) / 65_535 * unit + 1


@pytest.mark.rule("SUBNET-DISSOLVE-1", "SUBNET-DISSOLVE-5")
def test_a_refund_is_no_more_than_what_is_on_the_account_beside_the_protocol_s_share():
    """Half the pot of 100 TAO is Carol's, half the protocol's, which the owner cannot have."""
    state = opened()
    state.parameters.registration_start_block = BLOCK + 1
    state.parameters.subnet_owner_cut = 0
    stake(state, 1, HOTKEY, CAROL, LOCK)
    before = balance_of(state, ALICE)
    assert owner_refund(state, 1) == LOCK
    assert as_root(state, "root_dissolve_network", netuid=1) == "Ok"
    assert balance_of(state, CAROL) == LOCK // 2
    assert balance_of(state, ALICE) == before
    assert all_tao(state) == 20_000 * TAO - (LOCK // 2 - 500)


@pytest.mark.rule("SUBNET-DISSOLVE-5")
def test_without_claims_the_whole_lock_goes_back_to_the_owner_of_an_old_subnet():
    state = opened()
    state.parameters.registration_start_block = BLOCK + 1
    state.parameters.subnet_owner_cut = 0
    state.parameters.tao_in_refund_deployment_block = BLOCK
    assert as_root(state, "root_dissolve_network", netuid=1) == "Ok"
    assert balance_of(state, ALICE) == 10_000 * TAO
    assert all_tao(state) == 20_000 * TAO


@pytest.mark.rule("SUBNET-DISSOLVE-1")
@pytest.mark.parametrize(
    ("name", "arguments"), [("root_dissolve_network", {}), ("dissolve_network", {"_coldkey": ALICE})]
)
def test_only_root_ends_a_subnet_and_not_itself(name, arguments):
    state = opened()
    assert refused(state, name, ALICE, netuid=1, **arguments) == "BadOrigin"
    assert refused(state, name, ROOT_ORIGIN, netuid=0, **arguments) == "SubnetNotExists"
    assert refused(state, name, ROOT_ORIGIN, netuid=2, **arguments) == "SubnetNotExists"


@pytest.mark.rule("SUBNET-REMOVE-1", "SUBNET-REMOVE-2")
def test_of_a_subnet_in_full_bloom_only_what_the_table_names_is_left():
    state = bloom()
    assert as_root(state, "root_dissolve_network", netuid=1) == "Ok"
    left = {
        field.upstream
        for table in state.tables.values()
        for key, held in table.items()
        for field in table.kind.FIELDS
        if getattr(held, field.name) != field.default and 1 in (key if isinstance(key, tuple) else (key,))
    }
    assert left == {
        "RegisteredSubnetCounter",
        "SubnetEmissionEnabled",
        "OwnerCutEnabled",
        "RecycleOrBurn",
        "MinAllowedUids",
        "MinNonImmuneUids",
        "MinChildkeyTakePerSubnet",
        "RootClaimableThreshold",
        "AdjustmentInterval",
        "AdjustmentAlpha",
        "VotingPowerTrackingEnabled",
        "VotingPowerDisableAtBlock",
        "VotingPowerEmaAlpha",
        "VotingPower",
        "AutoStakeDestination",
        "AutoStakeDestinationColdkeys",
        "LastRateLimitedBlock",
        "Lock",
        "RootProp",
        "RootAlphaDividendsPerSubnet",
        "AlphaAssets::TotalAlphaIssuance",
        "AlphaAssets::AlphaBurned",
        "AlphaAssets::AlphaRecycled",
    }


def bloom():
    """A subnet of which every record has something other than the default in every field."""
    state = opened()
    for name in KEPT:
        record = state.tables[name][1]
        for field in type(record).FIELDS:
            if getattr(record, field.name) == field.default:
                setattr(record, field.name, unlike(field.default, field.name))
    state.hyperparameters[1].mechanism_count = 2
    for mechanism in range(2):
        index = storage_index(1, mechanism)
        state.mechanisms[index].incentive = state.mechanisms[index].last_update = (1,)
        state.matrix_rows[index, 0].weights = state.matrix_rows[index, 0].bonds = ((0, 5),)
        state.hash_commits[index, HOTKEY].commits = ((bytes(32), 1, 2, 3),)
        state.timelocked_commits[index, 4].commits = ((HOTKEY, 1, b"", 1),)
    state.memberships[1, HOTKEY].voting_power = 5
    tracking = state.voting_power_tracking[1]
    tracking.enabled, tracking.disable_at, tracking.rate = True, 5, 6
    state.auto_stakes[BOB, 1].hotkey = HOTKEY
    state.auto_stakers[HOTKEY, 1].coldkeys = (BOB,)
    state.rate_limits["SetSNOwnerHotkey", 1].last_block = 5
    state.transaction_limits[HOTKEY, 1, 0].last_block = 5
    state.hotkey_swap_limits[1, ALICE].last_block = 5
    held = state.childkeys[HOTKEY, 1]
    held.take, held.children, held.parents = 5, ((1, BOB),), ((1, CAROL),)
    held.pending_children = (((1, BOB),), 5)
    report = state.dividend_reports[1, HOTKEY]
    report.alpha_dividends = report.root_alpha_dividends = report.total_alpha_last_epoch = 5
    lock = LockState(5, U64F64.one(), 5)
    state.locks[BOB, 1, HOTKEY].lock = lock
    state.locks[BOB, 1, HOTKEY].indexed = True
    state.locks[CAROL, 1, HOTKEY].lock = lock
    state.lock_modes[BOB, 1].decaying = False
    state.hotkey_locks[1, HOTKEY].perpetual = state.hotkey_locks[1, HOTKEY].decaying = lock
    state.owner_locks[1].perpetual = state.owner_locks[1].decaying = lock
    stake(state, 1, HOTKEY, BOB, TAO)
    state.positions[HOTKEY, BOB, 1].root_claimed = 5
    state.positions[OTHER_HOTKEY, BOB, 1].root_claimed = 5
    state.root_dividends[HOTKEY, 1].claimable = I96F32.one()
    return state


def unlike(default, name):
    """Another value of the same type."""
    special = {
        "first_emission_block": 1,
        "lease": 0,
        "tao_flow_average": (1, I64F64.zero()),
        "protocol_flow_average": (1, I64F64.zero()),
        "owner": ALICE,
        "owner_hotkey": HOTKEY,
        "symbol": b"A",
        "mechanism_emission_split": (65_535,),
        "alpha_values": (1, 2),
        "recycle_or_burn": RecycleOrBurn.RECYCLE,
    }
    if name in special:
        return special[name]
    if isinstance(default, bool):
        return not default
    if isinstance(default, int):
        return 7 if default != 7 else 8
    if isinstance(default, tuple):
        return (True,) if name in ("active", "validator_permit") else (1,)
    return type(default).from_bits(7)


@pytest.mark.rule("SUBNET-REMOVE-3")
def test_what_root_stakers_have_not_claimed_is_lost_on_this_subnet_alone():
    state = opened()
    for netuid in (1, 2):
        state.root_dividends[HOTKEY, netuid].claimable = I96F32.from_num(3)
        state.positions[HOTKEY, BOB, netuid].root_claimed = 5
    before = balance_of(state, BOB)
    assert as_root(state, "root_dissolve_network", netuid=1) == "Ok"
    assert list(state.root_dividends) == [(HOTKEY, 2)]
    assert list(state.positions) == [(HOTKEY, BOB, 2)]
    assert balance_of(state, BOB) == before


@pytest.mark.rule("SUBNET-REMOVE-4")
def test_a_lock_that_the_reverse_index_does_not_name_stays():
    state = opened()
    lock = LockState(5, U64F64.one(), 5)
    state.locks[BOB, 1, HOTKEY].lock = state.locks[CAROL, 1, HOTKEY].lock = lock
    state.locks[BOB, 1, HOTKEY].indexed = True
    assert as_root(state, "root_dissolve_network", netuid=1) == "Ok"
    assert list(state.locks) == [(CAROL, 1, HOTKEY)]


@pytest.mark.rule("SUBNET-REMOVE-1")
def test_weights_that_root_once_gave_the_subnet_become_zero_and_a_lease_ends():
    state = opened()
    state.matrix_rows[0, 3].weights = ((1, 500), (2, 600))
    state.subnets[1].lease = 4
    state.leases[4].accumulated_dividends = 5
    state.lease_shares[4, BOB].share = U64F64.one()
    forget_subnet(state, 1)
    assert state.matrix_rows.peek((0, 3)).weights == ((1, 0), (2, 600))
    assert len(state.leases) == len(state.lease_shares) == 0


@pytest.mark.rule("SUBNET-REMOVE-1")
def test_the_neuron_of_genesis_whose_hotkey_is_all_zeros_is_removed_too():
    state = opened()
    state.neurons.remove((1, 0))
    state.memberships.remove((1, HOTKEY))
    membership = state.memberships[1, ZERO_ACCOUNT]
    membership.uid, membership.is_member = 0, True
    assert as_root(state, "root_dissolve_network", netuid=1) == "Ok"
    assert state.memberships.keys_with(netuid=1) == []


def test_an_account_that_was_emptied_takes_its_tao_along():
    state = chain()
    empty_account(state, BOB)
    assert all_tao(state) == state.issuance.total == 10_000 * TAO
