"""A block's coinbase in its plainest cases, computed by hand."""

import pytest

from taospec.reference.emission.coinbase import (
    emit_to_subnets,
    emitting_netuids,
    mint_block_emission,
    update_moving_prices,
)
from taospec.reference.emission.epochs import epoch_input, run_epochs
from taospec.reference.emission.terms import subnet_terms
from taospec.reference.fixed_point import I96F32, U96F32
from taospec.reference.staking.stake_ledger import increase_stake
from taospec.reference.state.ledger import MAX_ISSUANCE, subnet_account
from taospec.reference.state.pool import Pool
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account

TAO = 10**9
SUBNET = 1
HOTKEYS = tuple(numbered_account(number) for number in (30, 10, 20))


def started(netuid=SUBNET):
    """A state with one subnet that emits, its pool 1,000 of each at a price of 1."""
    state = State()
    state.clock.block = 1_000
    subnet, pool = state.subnets[netuid], state.pools[netuid]
    subnet.added, subnet.subtoken_enabled, subnet.first_emission_block = True, True, 10
    pool.mechanism, pool.initialized = 1, True
    pool.tao_reserve = pool.alpha_in = 1_000 * TAO
    state.accounts[subnet_account(netuid)].free = 1_000 * TAO
    return state


@pytest.mark.rule("EMISSION-COINBASE-2")
@pytest.mark.parametrize(
    ("total", "of_balances", "minted"),
    [
        (0, 0, TAO),
        (10_500_000 * TAO, 0, TAO // 2),
        (0, MAX_ISSUANCE - 7, 7),
        (0, MAX_ISSUANCE, 0),
    ],
)
def test_a_block_mints_by_the_total_as_far_as_the_balances_leave_room(total, of_balances, minted):
    state = State()
    state.issuance.total, state.issuance.of_balances = total, of_balances
    assert mint_block_emission(state) == minted
    assert (state.issuance.total, state.issuance.of_balances) == (total + minted, of_balances + minted)


@pytest.mark.rule("EMISSION-SHARE-6")
def test_a_subnet_emits_once_started_traded_and_open_whatever_its_first_block():
    state = started()
    assert emitting_netuids(state, [0, SUBNET, 2]) == [SUBNET]
    state.subnets[SUBNET].first_emission_block = 10**6
    assert emitting_netuids(state, [SUBNET]) == [SUBNET]
    state.hyperparameters[SUBNET].registration_allowed = False
    assert emitting_netuids(state, [SUBNET]) == []
    state.hyperparameters[SUBNET].registration_allowed = True
    state.subnets[SUBNET].subtoken_enabled = False
    assert emitting_netuids(state, [SUBNET]) == []


@pytest.mark.rule("EMISSION-TERMS-3", "EMISSION-TERMS-2")
def test_what_the_cap_does_not_let_in_buys():
    """Price 1, root proportion 1/4: of 1 alpha a quarter may be injected; of 1 TAO three quarters buy."""
    pool = Pool(
        mechanism=1, initialized=True, tao_reserve=1_000 * TAO, alpha_in=1_000 * TAO, alpha_out=2_000 * TAO
    )
    terms = subnet_terms(pool, U96F32.from_num(TAO), 1_000 * TAO, U96F32.one())
    assert terms.alpha_in == terms.tao_in == U96F32.from_num(TAO // 4)
    assert terms.excess_tao == U96F32.from_num(3 * TAO // 4)


@pytest.mark.rule("EMISSION-SPLIT-3", "EMISSION-COINBASE-3")
@pytest.mark.parametrize("root_sells", [True, False])
def test_roots_alpha_waits_or_leaves_the_issuance(root_sells):
    """No TAO, no owner's cut, and root's proportion 1,000 / (1,000 + 1,000 + 1) after 1 alpha is minted.

    Root has half of it times the proportion: 1e9 / 2 * 1,000 / 2,001 = 249,875,062.5 rao, floored.
    """
    state = started()
    state.parameters.tao_weight = 2**64 - 1
    state.parameters.subnet_owner_cut = 0
    state.pools[0].tao_reserve = 1_000 * TAO
    emit_to_subnets(state, [SUBNET], {SUBNET: U96F32.zero()}, 0, root_sells)
    root = 249_875_062
    emission, pool = state.emissions.peek(SUBNET), state.pools.peek(SUBNET)
    assert emission.pending_server == TAO // 2
    assert abs(emission.pending_validator - (TAO // 2 - root)) <= 1
    assert abs(emission.pending_root_alpha - (root if root_sells else 0)) <= 1
    assert abs(pool.alpha_out - (TAO if root_sells else TAO - root)) <= 1


@pytest.mark.rule("EMISSION-PRICE-5")
def test_averages_of_emitting_subnets_alone_advance_to_the_price_as_it_is_now():
    """A rate of 1/4 moves an average of 0 to a quarter of the price; it is half the moving alpha of 1/2.

    At an age of as many blocks as the halving takes, the warm-up is 1/2.
    """
    state = started()
    state.subnets[2].first_emission_block = 10
    state.pools[2].mechanism = 1
    state.parameters.subnet_moving_alpha = I96F32.from_num(0.5)
    for netuid in (SUBNET, 2):
        state.hyperparameters[netuid].price_ema_halving_blocks = 991
        state.subnets[netuid].added = True
        state.emissions[netuid].moving_price = I96F32.zero()
    update_moving_prices(state)
    assert state.emissions.peek(SUBNET).moving_price == I96F32.from_num(0.25)
    assert state.emissions.peek(2).moving_price == I96F32.zero()


def neurons(state):
    """Three neurons whose hotkeys do not ascend with their uids, the first a validator with all stake."""
    for uid, hotkey in enumerate(HOTKEYS):
        state.neurons[SUBNET, uid].hotkey = hotkey
        state.memberships[SUBNET, hotkey].uid = uid
    state.subnets[SUBNET].neurons = 3
    state.metagraphs[SUBNET].validator_permit = (True, False, False)
    state.mechanisms[SUBNET].last_update = (999, 0, 0)
    state.hyperparameters[SUBNET].commit_reveal = False
    increase_stake(state, HOTKEYS[0], numbered_account(1), SUBNET, 7 * TAO)
    increase_stake(state, HOTKEYS[0], numbered_account(1), 0, 5 * TAO)
    state.matrix_rows[SUBNET, 0].weights = ((1, 100), (2, 300))
    return state


@pytest.mark.rule("EMISSION-EPOCH-2")
def test_an_epoch_reads_stakes_of_subnet_and_root_and_what_the_last_one_left():
    state = neurons(started())
    state.schedules[SUBNET].last_mechanism_step_block = 640
    inputs = epoch_input(state, SUBNET, 0, 11)
    assert (inputs.alpha, inputs.root_tao) == ((7 * TAO, 0, 0), (5 * TAO, 0, 0))
    assert (inputs.block, inputs.last_mechanism_step_block, inputs.rao_emission) == (1_000, 640, 11)
    assert inputs.weights == (((1, 100), (2, 300)), (), ())


@pytest.mark.rule("EMISSION-EPOCH-1")
def test_emission_is_paid_by_hotkey_in_ascending_order():
    """Incentive 1/4 and 3/4, to the second and the third uid: the smallest hotkey is the second's."""
    emission = run_epochs(neurons(started()), SUBNET, 1_000_000)
    assert [each.hotkey for each in emission] == sorted(HOTKEYS)
    smallest, middle, greatest = (each.incentive for each in emission)
    assert abs(middle - 3 * smallest) <= 8
    assert greatest == 0
