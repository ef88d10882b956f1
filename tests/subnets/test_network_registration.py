"""Opening, starting and pruning of subnets, each corner computed by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifetimes import (
    ALICE,
    BLOCK,
    BOB,
    CAROL,
    HOTKEY,
    LOCK,
    OTHER_HOTKEY,
    TAO,
    THIRD_HOTKEY,
    account_of,
    all_tao,
    as_root,
    call,
    chain,
    opened,
    refused,
)

from taospec.reference.amm.swap import current_price
from taospec.reference.fixed_point import I96F32, U64F64
from taospec.reference.state.hyperparameters import RecycleOrBurn
from taospec.reference.state.ledger import subnet_account
from taospec.reference.state.origin import ROOT as ROOT_ORIGIN
from taospec.reference.state.state import State
from taospec.reference.subnets.identity import LONGEST, SubnetIdentity
from taospec.reference.subnets.network_registration import (
    current_lock_cost,
    median_price,
    network_to_prune,
    next_netuid,
)
from taospec.reference.subnets.symbols import SYMBOLS
from taospec.spec.real_numbers import real
from taospec.spec.subnets import model

ALPHA, BETA, CAPITAL_TAU = (chr(code).encode() for code in (0x3B1, 0x3B2, 0x3A4))


def described(**texts):
    return SubnetIdentity(**(dict.fromkeys(LONGEST, b"") | texts))


@pytest.mark.rule("SUBNET-OPEN-1", "SUBNET-OPEN-5", "SUBNET-OPEN-6")
def test_the_first_subnet_puts_the_whole_lock_into_its_pool_at_a_price_of_one():
    state = opened()
    pool, subnet = state.pools.peek(1), state.subnets.peek(1)
    assert (pool.mechanism, pool.tao_reserve, pool.alpha_in, pool.alpha_out) == (1, LOCK, LOCK, 0)
    assert (subnet.owner, subnet.owner_hotkey, subnet.locked) == (ALICE, HOTKEY, LOCK)
    assert (subnet.neurons, subnet.registered_at, subnet.registrations) == (1, BLOCK, 1)
    assert (subnet.subtoken_enabled, subnet.first_emission_block) == (False, None)
    assert state.memberships.peek((1, HOTKEY)).uid == 0
    assert state.hotkeys.peek(HOTKEY).owner == ALICE
    assert account_of(state, 1) == state.issuance.total_stake == LOCK
    assert state.network.subnets == 2
    parameters = state.hyperparameters.peek(1)
    assert (parameters.max_allowed_validators, parameters.min_allowed_weights) == (64, 1)
    assert (parameters.immunity_period, parameters.yuma3) == (5_000, True)
    assert state.registrations.peek(1).burn == TAO
    assert state.schedules.peek(1).last_epoch_block == BLOCK - 1
    assert all_tao(state) == state.issuance.of_balances == 20_000 * TAO


@pytest.mark.rule("SUBNET-OPEN-1")
def test_tao_emission_to_a_new_subnet_is_off_whatever_it_was_before():
    assert opened().hyperparameters.peek(1).emission_enabled is False


@pytest.mark.rule("SUBNET-OPEN-1")
def test_the_events_of_an_opening_stand_in_the_chain_s_order():
    names = [event.name for event in opened().events.take()]
    assert names == [
        "RegistrationAllowed",
        "MaxAllowedUidsSet",
        "MaxAllowedValidatorsSet",
        "MinAllowedWeightSet",
        "ImmunityPeriodSet",
        "SubnetOwnerHotkeySet",
        "NetworkAdded",
    ]


@pytest.mark.rule("SUBNET-OPEN-4", "SUBNET-OPEN-6")
def test_the_next_pool_has_the_median_price_of_the_others():
    """The first costs twice its price of 100 TAO; the pool of 200 TAO at a price of 1/4 has 800 alpha."""
    state = opened()
    state.pools[1].tao_reserve, state.pools[1].alpha_in = 100 * TAO, 400 * TAO
    assert call(state, "register_network", BOB, hotkey=OTHER_HOTKEY) == "Ok"
    assert (state.pools.peek(2).tao_reserve, state.pools.peek(2).alpha_in) == (200 * TAO, 800 * TAO)
    assert current_price(state.pools.peek(2)) == current_price(state.pools.peek(1))


@pytest.mark.rule("SUBNET-OPEN-6")
def test_a_coldkey_that_holds_exactly_the_price_pays_its_deposit_less_and_the_pool_records_it_all_the_same():
    state = chain()
    state.accounts[ALICE].free = LOCK
    opened(state=state)
    assert (state.subnets.peek(1).locked, state.network.last_lock_cost) == (LOCK - 500, LOCK - 500)
    assert (state.pools.peek(1).tao_reserve, account_of(state, 1)) == (LOCK, LOCK - 500)


@pytest.mark.rule("SUBNET-LOCK-1", "SUBNET-LOCK-2")
def test_the_price_doubles_with_a_registration_and_falls_back_within_the_interval():
    state = opened()
    assert current_lock_cost(state) == 2 * LOCK
    state.clock.block += state.parameters.network_lock_reduction_interval // 2
    fallen = LOCK // 100_800 * 50_400
    assert current_lock_cost(state) == 2 * LOCK - fallen


@pytest.mark.rule("SUBNET-OPEN-3")
def test_the_lowest_free_netuid_is_taken():
    state = State()
    for netuid in (0, 1, 3):
        state.subnets[netuid].added = True
    assert next_netuid(state) == 2


@pytest.mark.rule("SUBNET-OPEN-4")
@given(st.lists(st.tuples(st.integers(1, 10**15), st.integers(1, 10**15)), max_size=9))
def test_the_median_is_within_its_bound_of_the_ideal(reserves):
    state = State()
    for netuid, (tao, alpha) in enumerate(reserves, start=1):
        state.subnets[netuid].added = True
        pool = state.pools[netuid]
        pool.mechanism, pool.tao_reserve, pool.alpha_in = 1, tao, alpha
    prices = [current_price(state.pools.peek(netuid)) for netuid in range(1, len(reserves) + 1)]
    ideal = model.median([real.ldexp(real.mpf(price.bits), -64) for price in prices if price.bits > 0])
    error = real.ldexp(real.mpf(median_price(state).bits), -64) - ideal
    assert -(real.mpf(2) ** -64) < error <= 0


@pytest.mark.rule("SUBNET-OPEN-4")
def test_subnets_without_a_price_do_not_count_and_without_any_the_median_is_one():
    state = State()
    state.subnets[1].added = True
    state.pools[1].mechanism = 1
    assert median_price(state) == U64F64.one()


@pytest.mark.rule("SUBNET-OPEN-1")
def test_refusals_of_an_opening_come_in_the_chain_s_order_and_change_nothing():
    state = opened()
    state.parameters.network_rate_limit = 10
    state.parameters.subnet_limit = 1
    state.parameters.registration_start_block = BLOCK + 1
    state.hotkeys[OTHER_HOTKEY].owner = BOB
    name = "register_network_with_identity"
    arguments = {"identity": None}
    assert refused(state, name, ALICE, hotkey=OTHER_HOTKEY, **arguments) == "NonAssociatedColdKey"
    assert refused(state, name, CAROL, hotkey=subnet_account(7), **arguments) == "CannotUseSystemAccount"
    assert refused(state, name, CAROL, hotkey=THIRD_HOTKEY, **arguments) == "SubNetRegistrationDisabled"
    state.parameters.registration_start_block = 0
    assert refused(state, name, CAROL, hotkey=THIRD_HOTKEY, **arguments) == "NetworkTxRateLimitExceeded"
    state.clock.block += 10
    assert refused(state, name, CAROL, hotkey=THIRD_HOTKEY, **arguments) == "SubnetLimitReached"
    state.parameters.network_immunity_period = 10
    assert refused(state, name, CAROL, hotkey=THIRD_HOTKEY, **arguments) == "CannotAffordLockCost"
    too_long = {"identity": described(subnet_name=b"x" * 257)}
    assert refused(state, name, BOB, hotkey=OTHER_HOTKEY, **too_long) == "InvalidIdentity"
    assert state.subnets.peek(1).owner == ALICE
    assert call(state, name, BOB, hotkey=OTHER_HOTKEY, identity=described(subnet_name=b"x" * 256)) == "Ok"
    assert state.subnets.peek(1).owner == BOB


@pytest.mark.rule("SUBNET-OPEN-1")
def test_a_lock_that_is_less_than_a_deposit_cannot_be_paid_by_who_holds_no_more():
    state = chain()
    state.parameters.network_min_lock_cost = state.network.last_lock_cost = 400
    state.accounts[CAROL].free = 500
    assert refused(state, "register_network", CAROL, hotkey=HOTKEY) == "InsufficientBalance"


@pytest.mark.rule("SUBNET-OPEN-2")
def test_only_the_plain_call_is_refused_before_dispatch():
    state = opened()
    state.parameters.network_rate_limit = 10
    state.clock.block += 9
    assert refused(state, "register_network", BOB, hotkey=OTHER_HOTKEY) == "guard:NetworkTxRateLimitExceeded"
    arguments = {"hotkey": OTHER_HOTKEY, "identity": None}
    name = "register_network_with_identity"
    assert refused(state, name, BOB, **arguments) == "NetworkTxRateLimitExceeded"
    state.clock.block += 1
    assert call(state, "register_network", BOB, hotkey=OTHER_HOTKEY) == "Ok"


@pytest.mark.rule("SUBNET-IDENTITY-1")
@pytest.mark.parametrize(("text", "most"), LONGEST.items())
def test_every_text_of_a_description_has_its_own_bound(text, most):
    state = chain()
    arguments = {"hotkey": HOTKEY, "identity": described(**{text: b"x" * (most + 1)})}
    name = "register_network_with_identity"
    assert refused(state, name, ALICE, **arguments) == "InvalidIdentity"
    arguments["identity"] = described(**{text: b"x" * most})
    assert call(state, name, ALICE, **arguments) == "Ok"
    assert "SubnetIdentitySet" in [event.name for event in state.events.take()]


@pytest.mark.rule("SUBNET-START-1")
def test_a_start_is_refused_before_its_time_to_others_and_twice():
    state = opened()
    state.parameters.start_call_delay = 5
    assert refused(state, "start_call", BOB, netuid=9) == "SubnetNotExists"
    assert refused(state, "start_call", BOB, netuid=1) == "BadOrigin"
    assert refused(state, "start_call", ROOT_ORIGIN, netuid=1) == "BadOrigin"
    state.clock.block += 4
    assert refused(state, "start_call", ALICE, netuid=1) == "NeedWaitingMoreBlocksToStarCall"
    state.clock.block += 1
    assert call(state, "start_call", ALICE, netuid=1) == "Ok"
    subnet = state.subnets.peek(1)
    assert (subnet.first_emission_block, subnet.subtoken_enabled) == (BLOCK + 6, True)
    assert refused(state, "start_call", ALICE, netuid=1) == "FirstEmissionBlockNumberAlreadySet"


def aged(prices, registered):
    """Subnets with these moving prices, registered then; the immunity is over for all."""
    state = State()
    state.clock.block = 10_000
    state.parameters.network_immunity_period = 10
    state.subnets[0].added = True
    for netuid, (price, block) in enumerate(zip(prices, registered, strict=True), start=1):
        state.subnets[netuid].added = True
        state.subnets[netuid].registered_at = block
        state.pools[netuid].mechanism = 1
        state.emissions[netuid].moving_price = I96F32.from_num(price)
    return state


@pytest.mark.rule("SUBNET-PRUNE-1")
def test_the_lowest_moving_price_is_pruned_and_of_equal_ones_the_oldest():
    assert network_to_prune(aged([0.5, 0.25, 0.75], [1, 2, 3])) == 2
    assert network_to_prune(aged([0.5, 0.5, 0.5], [3, 1, 2])) == 2
    assert network_to_prune(aged([0.5, 0.5, 0.5], [3, 3, 3])) == 1


@pytest.mark.rule("SUBNET-PRUNE-1")
def test_an_immune_subnet_is_not_pruned_and_one_without_a_pool_counts_with_a_price_of_one():
    state = aged([0.5, 0.25], [1, 9_991])
    assert network_to_prune(state) == 1
    state.clock.block += 1
    assert network_to_prune(state) == 2
    state.pools[2].mechanism = 0
    assert network_to_prune(state) == 1


@pytest.mark.rule("SUBNET-PRUNE-1")
def test_of_equals_the_first_in_storage_order_is_pruned_which_is_256_before_1():
    state = aged([0.5], [1])
    state.subnets[256].added = True
    state.subnets[256].registered_at = 1
    state.pools[256].mechanism = 1
    state.emissions[256].moving_price = I96F32.from_num(0.5)
    assert network_to_prune(state) == 256


@pytest.mark.rule("SUBNET-OPEN-1", "SUBNET-REMOVE-1")
def test_who_opens_a_subnet_where_there_is_no_room_gets_the_netuid_of_the_weakest_and_what_it_left():
    state = opened()
    state.parameters.subnet_limit = 1
    state.parameters.network_immunity_period = 0
    state.hyperparameters[1].recycle_or_burn = RecycleOrBurn.RECYCLE
    state.hyperparameters[1].kappa = 9
    assert call(state, "register_network", BOB, hotkey=OTHER_HOTKEY) == "Ok"
    subnet = state.subnets.peek(1)
    assert (subnet.owner, subnet.registrations, state.network.subnets) == (BOB, 2, 2)
    assert state.hyperparameters.peek(1).recycle_or_burn is RecycleOrBurn.RECYCLE
    assert state.hyperparameters.peek(1).kappa == 32_767
    # nobody held alpha: the first lock is recycled, but for the deposit that keeps the account alive
    assert all_tao(state) == 20_000 * TAO - LOCK + 500
    assert account_of(state, 1) == 2 * LOCK + 500


@pytest.mark.rule("SUBNET-OPEN-1")
def test_the_emission_is_reported_before_a_subnet_is_pruned_and_recycles():
    """``do_register_network`` prices the lock, which asks for the emission, before it prunes.

    A rao above half of the supply the emission is 1/2 TAO. Dissolving recycles the first lock, which brings
    the issuance below half again; the report stays.
    """
    state = opened()
    state.parameters.subnet_limit = 1
    state.parameters.network_immunity_period = 0
    state.hyperparameters[1].recycle_or_burn = RecycleOrBurn.RECYCLE
    half = 21_000_000 * TAO // 2
    state.issuance.total = half + 1
    assert call(state, "register_network", BOB, hotkey=OTHER_HOTKEY) == "Ok"
    assert state.issuance.total < half
    assert state.network_report.block_emission == TAO // 2


@pytest.mark.rule("SUBNET-SYMBOL-1")
def test_a_subnet_gets_the_symbol_of_its_netuid_or_the_first_free_one():
    state = opened()
    assert state.subnets.peek(1).symbol == ALPHA
    assert call(state, "update_symbol", ALICE, netuid=1, symbol=BETA) == "Ok"
    opened(BOB, OTHER_HOTKEY, state)
    assert state.subnets.peek(2).symbol == ALPHA


@pytest.mark.rule("SUBNET-SYMBOL-1")
def test_without_a_free_symbol_and_beyond_the_last_one_a_subnet_gets_root_s():
    state = chain()
    for place, symbol in enumerate(SYMBOLS[1:], start=1_000):
        state.subnets[place].symbol = symbol
    assert len(SYMBOLS) == len(set(SYMBOLS)) == 439
    assert opened(state=state).subnets.peek(1).symbol == CAPITAL_TAU


@pytest.mark.rule("SUBNET-SYMBOL-2")
def test_a_symbol_is_refused_to_strangers_if_unknown_and_if_in_use():
    state = opened()
    assert refused(state, "update_symbol", BOB, netuid=1, symbol=SYMBOLS[2]) == "BadOrigin"
    assert refused(state, "update_symbol", ALICE, netuid=1, symbol=b"A") == "SymbolDoesNotExist"
    assert refused(state, "update_symbol", ALICE, netuid=1, symbol=SYMBOLS[0]) == "SymbolDoesNotExist"
    assert refused(state, "update_symbol", ALICE, netuid=1, symbol=SYMBOLS[1]) == "SymbolAlreadyInUse"
    assert as_root(state, "update_symbol", netuid=77, symbol=SYMBOLS[2]) == "Ok"
    assert refused(state, "update_symbol", ALICE, netuid=1, symbol=SYMBOLS[2]) == "SymbolAlreadyInUse"
