"""Who is paid what: owner, miners, validators, nominators, root, and where the rest goes."""

import pytest

from taospec.reference.emission.distribution import distribute
from taospec.reference.emission.root_dividends import accrue_root_dividends
from taospec.reference.emission.schedule import Drained
from taospec.reference.emission.voting_power import next_voting_power, update_voting_power
from taospec.reference.fixed_point import I96F32, U96F32
from taospec.reference.staking.childkeys import effective_childkey_take
from taospec.reference.staking.stake_ledger import increase_stake, stake_of
from taospec.reference.state.hyperparameters import RecycleOrBurn
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import ZERO_ACCOUNT

OWNER, VALIDATOR_COLD, MINER_COLD, NOMINATOR = (bytes([kind]) * 32 for kind in (1, 2, 3, 4))
OWNER_HOT, VALIDATOR, MINER, OTHER = (bytes([kind]) * 32 for kind in (11, 12, 13, 14))
NETUID = 5


def register(state, uid, hotkey, coldkey):
    state.hotkeys[hotkey].owner = coldkey
    state.coldkeys[coldkey].owned_hotkeys += (hotkey,)
    state.neurons[NETUID, uid].hotkey = hotkey
    membership = state.memberships[NETUID, hotkey]
    membership.uid, membership.is_member = uid, True
    state.subnets[NETUID].neurons = max(state.subnets[NETUID].neurons, uid + 1)


def small_subnet(*, to_owner=False):
    """An owner, a validator with all stake and no take, and a miner whom the validator gives everything."""
    state = State()
    state.clock.block = 1000
    state.subnets[NETUID].owner = OWNER
    state.subnets[NETUID].owner_hotkey = OWNER_HOT
    register(state, 0, OWNER_HOT, OWNER)
    register(state, 1, VALIDATOR, VALIDATOR_COLD)
    register(state, 2, MINER, MINER_COLD)
    state.hotkeys[VALIDATOR].delegate_take = 0
    increase_stake(state, VALIDATOR, VALIDATOR_COLD, NETUID, 600)
    increase_stake(state, VALIDATOR, NOMINATOR, NETUID, 200)
    state.metagraphs[NETUID].validator_permit = (False, True, False)
    state.mechanisms[NETUID].last_update = (0, 990, 0)
    state.matrix_rows[NETUID, 1].weights = ((0 if to_owner else 2, 65535),)
    state.hyperparameters[NETUID].commit_reveal = False
    state.pools[NETUID].alpha_out = 100_000
    return state


def pay(state, **amounts):
    paid = []
    drained = Drained(**({"server": 0, "validator": 0, "root": 0, "owner_cut": 0} | amounts))
    distribute(state, {NETUID: drained}, lambda netuid, amount: paid.append((netuid, amount)))
    return paid


@pytest.mark.rule("EMISSION-DISTRIBUTE-3")
def test_the_owner_cut_is_staked_to_the_owners_hotkey():
    state = small_subnet()
    assert pay(state, owner_cut=180) == [(NETUID, 180)]
    assert stake_of(state, OWNER_HOT, OWNER, NETUID) == 180


@pytest.mark.rule("EMISSION-DISTRIBUTE-3")
def test_a_cut_without_an_owner_hotkey_goes_to_nobody():
    state = small_subnet()
    state.subnets[NETUID].owner_hotkey = None
    assert pay(state, owner_cut=180) == []
    assert stake_of(state, OWNER_HOT, OWNER, NETUID) == 0


@pytest.mark.rule("EMISSION-DISTRIBUTE-3")
def test_a_subnet_whose_owner_is_not_stored_pays_the_cut_to_the_zero_account():
    """``SubnetOwner`` reads as the zero account: ``run_coinbase.rs`` asks for it with ``try_get``.

    That is ``Err`` only without an entry, and opening a subnet, or the genesis build, writes one. A dump
    omits it where it is the zero account, which is the default.
    """
    state = small_subnet()
    state.subnets[NETUID].owner = None
    assert pay(state, owner_cut=180) == [(NETUID, 180)]
    assert stake_of(state, OWNER_HOT, ZERO_ACCOUNT, NETUID) == 180


@pytest.mark.rule("EMISSION-DISTRIBUTE-1", "EMISSION-DISTRIBUTE-4")
def test_a_miners_incentive_is_staked_to_its_own_hotkey():
    """No bonds yet: the epoch gives all 820 to the miner, who is the only one with incentive."""
    state = small_subnet()
    pay(state, server=410, validator=410)
    assert state.mechanisms[NETUID].incentive == (0, 0, 65535)
    assert stake_of(state, MINER, MINER_COLD, NETUID) > 0
    assert state.emissions[NETUID].miner_burned == U96F32.zero()
    assert state.schedules[NETUID].last_mechanism_step_block == 1000


@pytest.mark.rule("EMISSION-DISTRIBUTE-4")
def test_a_miner_can_have_it_staked_elsewhere():
    state = small_subnet()
    state.auto_stakes[MINER_COLD, NETUID].hotkey = OTHER
    pay(state, server=410, validator=410)
    assert stake_of(state, MINER, MINER_COLD, NETUID) == 0
    assert stake_of(state, OTHER, MINER_COLD, NETUID) > 0


@pytest.mark.rule("EMISSION-DISTRIBUTE-5")
@pytest.mark.parametrize("choice", RecycleOrBurn)
def test_what_the_owners_hotkeys_mine_is_withheld(choice):
    state = small_subnet(to_owner=True)
    state.hyperparameters[NETUID].recycle_or_burn = choice
    pay(state, server=410, validator=410)
    withheld = state.subnet_reports[NETUID].burned_alpha or state.subnet_reports[NETUID].recycled_alpha
    assert withheld > 0
    assert stake_of(state, OWNER_HOT, OWNER, NETUID) == 0
    assert state.emissions[NETUID].miner_burned == U96F32.one()
    left = 100_000 - withheld if choice is RecycleOrBurn.RECYCLE else 100_000
    assert state.pools[NETUID].alpha_out == left


@pytest.mark.rule("EMISSION-DISTRIBUTE-2")
def test_without_any_incentive_validators_get_the_miners_part_too():
    """No weights, so no incentive and no dividends: the epoch falls back to stake."""
    state = small_subnet()
    state.matrix_rows[NETUID, 1].weights = ()
    pay(state, server=400, validator=400)
    assert stake_of(state, VALIDATOR, VALIDATOR_COLD, NETUID) == 1200
    assert stake_of(state, VALIDATOR, NOMINATOR, NETUID) == 400


@pytest.mark.rule("EMISSION-DISTRIBUTE-2")
def test_without_stake_everything_but_the_cut_goes_to_nobody():
    state = small_subnet()
    state.metagraphs[NETUID].validator_permit = ()
    for coldkey in (VALIDATOR_COLD, NOMINATOR):
        state.positions.remove((VALIDATOR, coldkey, NETUID))
    state.hotkey_stakes.remove((VALIDATOR, NETUID))
    pay(state, server=400, validator=400, root=100)
    assert all(stake.total_alpha == 0 for _, stake in state.hotkey_stakes.items())
    assert state.pools[NETUID].alpha_out == 100_000


@pytest.mark.rule("EMISSION-DISTRIBUTE-6", "EMISSION-DISTRIBUTE-8")
def test_the_take_is_staked_before_the_rest_is_shared():
    """1/5 of 800 is the take; 13107/65535 truncated leaves 159.99. It joins the stake of 600 first."""
    state = small_subnet()
    state.matrix_rows[NETUID, 1].weights = ()
    state.hotkeys[VALIDATOR].delegate_take = 13_107
    pay(state, validator=800)
    take, rest = 159, 640
    validator, nominator = (stake_of(state, VALIDATOR, who, NETUID) for who in (VALIDATOR_COLD, NOMINATOR))
    assert nominator == 200 * (959 + rest) // 959
    assert 600 + 200 + take + rest - (validator + nominator) in (0, 1)
    assert state.dividend_reports[NETUID, VALIDATOR].alpha_dividends == rest


@pytest.mark.rule("EMISSION-DISTRIBUTE-8")
def test_a_hotkey_that_is_no_delegate_takes_18_percent():
    """11796/65535 of 800 is 143.99."""
    state = small_subnet()
    state.matrix_rows[NETUID, 1].weights = ()
    state.hotkeys[VALIDATOR].delegate_take = None
    pay(state, validator=800)
    assert state.dividend_reports[NETUID, VALIDATOR].alpha_dividends == 656


@pytest.mark.rule("EMISSION-DISTRIBUTE-7", "EMISSION-ROOT-1")
def test_root_dividends_raise_the_claimable_rate():
    """All of 100 for a root stake of 800: 1/8 per TAO."""
    state = small_subnet()
    state.matrix_rows[NETUID, 1].weights = ()
    increase_stake(state, VALIDATOR, NOMINATOR, 0, 800)
    pay(state, validator=800, root=100)
    assert state.root_dividends[VALIDATOR, NETUID].claimable == I96F32.from_num(0.125)
    assert state.dividend_reports[NETUID, VALIDATOR].root_alpha_dividends == 100


@pytest.mark.rule("EMISSION-ROOT-1")
def test_more_alpha_than_root_stake_goes_to_the_hotkeys_owner():
    state = small_subnet()
    increase_stake(state, VALIDATOR, NOMINATOR, 0, 99)
    accrue_root_dividends(state, VALIDATOR, NETUID, 100)
    assert state.root_dividends.peek((VALIDATOR, NETUID)).claimable is None
    assert stake_of(state, VALIDATOR, VALIDATOR_COLD, NETUID) == 700


@pytest.mark.rule("EMISSION-ROOT-1")
def test_a_rate_is_truncated_and_adds_up():
    state = small_subnet()
    increase_stake(state, VALIDATOR, NOMINATOR, 0, 3)
    accrue_root_dividends(state, VALIDATOR, NETUID, 1)
    accrue_root_dividends(state, VALIDATOR, NETUID, 1)
    assert state.root_dividends[VALIDATOR, NETUID].claimable == I96F32.from_bits(2 * (2**32 // 3))


@pytest.mark.rule("EMISSION-ROOT-1")
def test_a_hotkey_without_root_stake_gets_an_entry_of_zero():
    state = small_subnet()
    accrue_root_dividends(state, VALIDATOR, NETUID, 0)
    assert state.root_dividends[VALIDATOR, NETUID].claimable == I96F32.zero()


@pytest.mark.rule("EMISSION-PARENT-5")
def test_the_highest_of_three_childkey_takes_counts():
    state = small_subnet()
    assert effective_childkey_take(state, VALIDATOR, NETUID) == 0
    state.childkeys[VALIDATOR, NETUID].take = 10
    state.parameters.min_childkey_take = 20
    assert effective_childkey_take(state, VALIDATOR, NETUID) == 20
    state.hyperparameters[NETUID].min_childkey_take = 30
    assert effective_childkey_take(state, VALIDATOR, NETUID) == 30


@pytest.mark.rule("EMISSION-VOTING-2")
def test_voting_power_is_a_floored_average():
    assert next_voting_power(10, 3, 5 * 10**17) == 6
    assert next_voting_power(10, 3, 10**18) == 10
    assert next_voting_power(2**64 - 1, 2**64 - 1, 2**64 - 1) == 2**64 - 1


@pytest.mark.rule("EMISSION-VOTING-1")
def test_voting_power_belongs_to_members_with_a_permit():
    state = small_subnet()
    tracking = state.voting_power_tracking[NETUID]
    tracking.enabled, tracking.rate = True, 10**18
    for hotkey in (VALIDATOR, MINER, OTHER):
        state.memberships[NETUID, hotkey].voting_power = 5
    update_voting_power(state, NETUID, [(VALIDATOR, True, 8), (MINER, False, 8)])
    powers = {key[1]: held.voting_power for key, held in state.memberships.items() if held.voting_power}
    assert powers == {VALIDATOR: 8}


@pytest.mark.rule("EMISSION-VOTING-1")
def test_an_average_that_falls_below_the_threshold_is_removed_but_one_that_grows_is_not():
    state = small_subnet()
    state.parameters.stake_threshold = 100
    state.voting_power_tracking[NETUID].enabled = True
    state.voting_power_tracking[NETUID].rate = 5 * 10**17
    state.memberships[NETUID, VALIDATOR].voting_power = 100
    update_voting_power(state, NETUID, [(VALIDATOR, True, 98), (MINER, True, 98)])
    assert state.memberships[NETUID, VALIDATOR].voting_power == 0
    assert state.memberships[NETUID, MINER].voting_power == 49


@pytest.mark.rule("EMISSION-VOTING-1")
def test_tracking_ends_at_its_block_with_every_average():
    state = small_subnet()
    tracking = state.voting_power_tracking[NETUID]
    tracking.enabled, tracking.disable_at = True, 1000
    state.memberships[NETUID, VALIDATOR].voting_power = 5
    update_voting_power(state, NETUID, [(VALIDATOR, True, 8)])
    assert (tracking.enabled, tracking.disable_at) == (False, 0)
    assert state.memberships[NETUID, VALIDATOR].voting_power == 0
