"""Every setter of a parameter: what it stores, whom it refuses, and why."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import taospec.conformance
from taospec.conformance.parameter_calls import ALICE as OWNER
from taospec.conformance.parameter_calls import BOB as STRANGER
from taospec.conformance.parameter_calls import OUT_OF_BOUNDS, OWNER_MAY, ROOT_ALONE, cases
from taospec.conformance.vector_file import read_vector_file
from taospec.reference.chain.calls import execute
from taospec.reference.fixed_point import I96F32, U64F64
from taospec.reference.staking.stake_ledger import increase_stake, stake_of
from taospec.reference.state.digest import state_digest
from taospec.reference.state.ledger import subnet_account
from taospec.reference.state.origin import ROOT
from taospec.reference.state.rate_limits import Hyperparameter
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account
from taospec.reference.state.upstream_names import LEFT_OUT, export_state
from taospec.reference.subnets.hyperparameters import REFUSED, SETTERS

HOTKEY = numbered_account(11)
ALLOWED = {**OWNER_MAY, **ROOT_ALONE}
SUBNET, MISSING, ROOT_SUBNET = 1, 9, 0
NOW = 10_000
TAO = 10**9
HALF = U64F64.from_bits(3 << 63)
"""1.5"""


def chain():
    """Root and a subnet with 100 neurons, both just after an epoch."""
    state = State()
    state.clock.block = NOW
    for netuid in (ROOT_SUBNET, SUBNET):
        state.subnets[netuid].added = True
        state.schedules[netuid].last_epoch_block = NOW
    state.subnets[SUBNET].owner = OWNER
    state.subnets[SUBNET].neurons = 100
    state.hyperparameters[SUBNET].liquid_alpha = True
    return state


def call(state, name, origin, *values, netuid=SUBNET):
    setter = SETTERS[name]
    arguments = dict(zip(setter.argument, values, strict=True))
    if setter.of_subnet:
        arguments["netuid"] = netuid
    return execute(state, name, origin, arguments, None).name


NOT_LIMITED = {
    "sudo_set_owner_cut_enabled",
    "sudo_set_owner_cut_auto_lock_enabled",
    "sudo_set_root_claim_threshold",
}
OWNER_HOTKEY = {"sudo_set_subnet_owner_hotkey", "sudo_set_sn_owner_hotkey"}
NEVER_FROZEN = OWNER_HOTKEY | {"sudo_set_root_claim_threshold"}
"""Of what an owner may set."""
FROZEN_FOR_ROOT = {
    "sudo_set_min_difficulty",
    "sudo_set_difficulty",
    "sudo_set_target_registrations_per_interval",
    "sudo_set_max_allowed_validators",
    "sudo_set_max_registrations_per_block",
    "sudo_set_tempo",
    "sudo_set_subtoken_enabled",
    "sudo_set_min_allowed_uids",
}
"""Of what only root may set."""


def maker_of(name):
    return ROOT if name in ROOT_ALONE else OWNER


def test_every_setter_of_the_catalogue_is_tried_here():
    assert set(ALLOWED) == set(SETTERS)


@pytest.mark.rule("SUBNET-SETTER-1")
@pytest.mark.parametrize("name", ALLOWED)
def test_a_setter_changes_its_item_alone_and_says_so(name):
    """Beside the item a new tempo moves the last epoch, and an owner's use is noted."""
    state, setter = chain(), SETTERS[name]
    before = export_state(state)
    assert call(state, name, maker_of(name), *ALLOWED[name]) == "Ok"
    after = export_state(state)
    changed = {item for item in before.keys() | after.keys() if before.get(item) != after.get(item)}
    noted = {"LastRateLimitedBlock", "TransactionKeyLastBlock"} & changed
    assert changed - noted == ({setter.item} if setter.item not in LEFT_OUT else set())
    assert len(noted) == (name in OWNER_MAY and name not in NOT_LIMITED)
    subnet = (SUBNET,) if setter.of_subnet else ()
    for event in state.events.take():
        assert tuple(value for _, value in event.fields) == (*subnet, *ALLOWED[name])


@pytest.mark.rule("SUBNET-SETTER-1")
@pytest.mark.parametrize("name", [name for name in ALLOWED if SETTERS[name].item not in LEFT_OUT])
def test_a_setter_stores_the_value(name):
    state, setter = chain(), SETTERS[name]
    assert call(state, name, maker_of(name), *ALLOWED[name]) == "Ok"
    kind, field = setter.field
    stored = getattr(state.tables[kind.NAME].peek(SUBNET if kind.KEY else ()), field.name)
    value = ALLOWED[name][0] if len(ALLOWED[name]) == 1 else ALLOWED[name]
    assert stored == (I96F32.from_num(7) if name == "sudo_set_root_claim_threshold" else value)


def refused(state, name, origin, *values, netuid=SUBNET):
    """The error of a call that must change nothing."""
    state.events.take()
    before = state_digest(state)
    error = call(state, name, origin, *values, netuid=netuid)
    assert state_digest(state) == before
    assert not state.events.take()
    return error


@pytest.mark.rule("SUBNET-SETTER-1", "SUBNET-ACCESS-1")
@pytest.mark.parametrize("name", ALLOWED)
def test_who_may_not_set_a_parameter_is_refused_first(name):
    """Even with a value out of bounds, while the subnet is frozen, for a subnet that does not exist."""
    state = chain()
    state.parameters.admin_freeze_window = 1_000
    others = [
        None,
        STRANGER,
        *([OWNER] if name in ROOT_ALONE else []),
        *([ROOT] if name == "set_tempo" else []),
    ]
    for origin in others:
        assert refused(state, name, origin, *ALLOWED[name]) == "BadOrigin"
        assert refused(state, name, origin, *ALLOWED[name], netuid=MISSING) == "BadOrigin"


@pytest.mark.rule("SUBNET-SETTER-1", "SUBNET-ACCESS-2")
@pytest.mark.parametrize("name", ALLOWED)
def test_the_window_closes_for_the_owner_and_for_root(name):
    state = chain()
    state.clock.block = NOW + 360 - 9
    answer = refused if name in FROZEN_FOR_ROOT or (name in OWNER_MAY and name not in NEVER_FROZEN) else call
    expected = "AdminActionProhibitedDuringWeightsWindow" if answer is refused else "Ok"
    assert answer(state, name, maker_of(name), *ALLOWED[name]) == expected
    state = chain()
    state.clock.block = NOW + 360 - 10
    assert call(state, name, maker_of(name), *ALLOWED[name]) == "Ok"


@pytest.mark.rule("SUBNET-SETTER-1")
def test_root_is_spared_window_and_limit_of_the_activity_cutoff_alone():
    state = chain()
    state.clock.block = NOW + 360 - 9
    assert call(state, "set_activity_cutoff_factor", ROOT, 1_000) == "Ok"
    for name in set(OWNER_MAY) - NEVER_FROZEN - {"set_tempo", "set_activity_cutoff_factor"}:
        expected = "AdminActionProhibitedDuringWeightsWindow"
        assert refused(state, name, ROOT, *ALLOWED[name]) == expected, name


@pytest.mark.rule("SUBNET-SETTER-1", "SUBNET-ACCESS-3")
@pytest.mark.parametrize("name", OWNER_MAY)
def test_the_owner_waits_and_root_does_not(name):
    """Two tempos of 360 blocks, five for the version key, a week for the owner's hotkey.

    A new tempo of 700 is refused for 360 blocks: by the limit, as the window is open.
    """
    state = chain()
    assert call(state, name, OWNER, *ALLOWED[name]) == "Ok"
    wait = {"sudo_set_weights_version_key": 1_800, "set_tempo": 360}.get(name, 720)
    wait = 50_400 if name in OWNER_HOTKEY else wait
    values = (2_001, 3_001) if name == "sudo_set_alpha_values" else ALLOWED[name]
    for block, expected in ((NOW + wait - 1, "TxRateLimitExceeded"), (NOW + wait, "Ok")):
        state.clock.block = block
        state.schedules[SUBNET].last_epoch_block = block
        if name == "sudo_set_alpha_values":
            state.hyperparameters[SUBNET].liquid_alpha = True
        if expected == "Ok" or name in NOT_LIMITED:
            assert call(state, name, OWNER, *values) == "Ok"
            continue
        assert refused(state, name, OWNER, *values) == expected
        if name in OWNER_HOTKEY:
            assert refused(state, name, ROOT, *values) == expected


@pytest.mark.rule("SUBNET-SETTER-1", "SUBNET-ACCESS-3")
@pytest.mark.parametrize("name", sorted(set(OWNER_MAY) - OWNER_HOTKEY - {"set_tempo"}))
def test_root_does_not_wait_for_the_owners_limit(name):
    state = chain()
    for origin in (OWNER, ROOT, ROOT):
        assert call(state, name, origin, *ALLOWED[name]) == "Ok"


EXISTENCE_NOT_ASKED = {
    "sudo_set_serving_rate_limit",
    "sudo_set_liquid_alpha_enabled",
    "sudo_set_toggle_transfer",
    "sudo_set_recycle_or_burn",
    "sudo_set_yuma3_enabled",
    "sudo_set_bonds_reset_enabled",
    "sudo_set_owner_immune_neuron_limit",
    "sudo_set_root_claim_threshold",
    "set_activity_cutoff_factor",
    "sudo_set_network_registration_allowed",
    "sudo_set_ema_price_halving_period",
    "sudo_set_subtoken_enabled",
    "sudo_set_min_non_immune_uids",
}
NAMES_OF_A_MISSING_SUBNET = {
    "Swap.set_fee_rate": "MechanismDoesNotExist",
    "sudo_set_subnet_owner_hotkey": "SubnetNotExists",
    "sudo_set_sn_owner_hotkey": "SubnetNotExists",
    "sudo_set_alpha_values": "LiquidAlphaDisabled",
}


@pytest.mark.rule("SUBNET-SETTER-1")
@pytest.mark.parametrize(
    "name", [name for name in ALLOWED if SETTERS[name].of_subnet and name != "set_tempo"]
)
def test_a_missing_subnet_has_one_of_three_names_or_is_not_noticed(name):
    state = chain()
    state.clock.block = 350
    if name in EXISTENCE_NOT_ASKED:
        assert call(state, name, ROOT, *ALLOWED[name], netuid=MISSING) == "Ok"
    else:
        expected = NAMES_OF_A_MISSING_SUBNET.get(name, "SubnetDoesNotExist")
        assert refused(state, name, ROOT, *ALLOWED[name], netuid=MISSING) == expected


@pytest.mark.rule("SUBNET-SETTER-1", "SUBNET-ACCESS-2")
def test_from_block_351_on_a_missing_subnet_is_frozen_instead():
    state = chain()
    state.clock.block = 351
    expected = "AdminActionProhibitedDuringWeightsWindow"
    assert refused(state, "sudo_set_rho", ROOT, 7, netuid=MISSING) == expected


NOT_FOR_ROOT_SUBNET = (
    "sudo_set_burn_half_life",
    "sudo_set_burn_increase_mult",
    "sudo_set_owner_cut_enabled",
    "sudo_set_owner_cut_auto_lock_enabled",
    "sudo_set_subnet_emission_enabled",
)


@pytest.mark.rule("SUBNET-SETTER-1")
@pytest.mark.parametrize("name", NOT_FOR_ROOT_SUBNET)
def test_some_parameters_do_not_exist_for_root(name):
    assert refused(chain(), name, ROOT, *ALLOWED[name], netuid=ROOT_SUBNET) == "NotPermittedOnRootSubnet"


@pytest.mark.rule("SUBNET-SETTER-1", "SUBNET-ACCESS-2")
def test_the_window_of_root_is_closed_for_ever_unless_it_has_no_blocks():
    state = chain()
    state.schedules[ROOT_SUBNET].last_epoch_block = 0
    expected = "AdminActionProhibitedDuringWeightsWindow"
    assert refused(state, "sudo_set_tempo", ROOT, 7, netuid=ROOT_SUBNET) == expected
    assert call(state, "sudo_set_admin_freeze_window", ROOT, 0) == "Ok"
    assert call(state, "sudo_set_tempo", ROOT, 7, netuid=ROOT_SUBNET) == "Ok"


GENERAL = {
    "TxRateLimitExceeded",
    "AdminActionProhibitedDuringWeightsWindow",
    "SubnetDoesNotExist",
    "SubnetNotExists",
    "MechanismDoesNotExist",
    "NotPermittedOnRootSubnet",
}
DEPENDENT = {
    ("sudo_set_max_allowed_uids", "TooManyUIDsPerMechanism"),
    ("sudo_set_alpha_values", "LiquidAlphaDisabled"),
}


@pytest.mark.rule("SUBNET-SETTER-1")
@pytest.mark.parametrize(("name", "origin", "values", "error"), OUT_OF_BOUNDS)
def test_a_value_just_out_of_bounds_is_refused(name, origin, values, error):
    assert refused(chain(), name, origin, *values) == error


def test_every_error_of_every_setter_is_reached_here():
    checked = {(name, check.error.value) for name, setter in SETTERS.items() for check in setter.checks}
    bounds = {(name, error) for name, error in checked if error not in GENERAL}
    assert bounds == {(name, error) for name, _, _, error in OUT_OF_BOUNDS} | DEPENDENT


IN_BOUNDS = [
    ("sudo_set_activity_cutoff", ROOT, (360,)),
    ("set_activity_cutoff_factor", OWNER, (50_000,)),
    ("sudo_set_bonds_moving_average", OWNER, (975_000,)),
    ("sudo_set_bonds_moving_average", ROOT, (2**64 - 1,)),
    ("sudo_set_alpha_values", OWNER, (1_638, 1_638)),
    ("sudo_set_alpha_sigmoid_steepness", ROOT, (-32_768,)),
    ("set_tempo", OWNER, (360,)),
    ("set_tempo", OWNER, (50_400,)),
    ("sudo_set_tempo", ROOT, (0,)),
    ("sudo_set_max_allowed_uids", OWNER, (100,)),
    ("sudo_set_max_allowed_uids", OWNER, (256,)),
    ("sudo_set_min_allowed_uids", ROOT, (99,)),
    ("sudo_set_max_allowed_validators", ROOT, (256,)),
    ("sudo_set_owner_immune_neuron_limit", OWNER, (10,)),
    ("sudo_set_min_burn", OWNER, (TAO - 1,)),
    ("sudo_set_max_burn", OWNER, (TAO // 10 + 1,)),
    ("sudo_set_burn_increase_mult", OWNER, (U64F64.from_num(3),)),
    ("sudo_set_min_childkey_take_per_subnet", OWNER, (11_796,)),
    ("sudo_set_root_claim_threshold", OWNER, (10_000_000,)),
    ("Swap.set_fee_rate", ROOT, (10_000,)),
    ("sudo_set_num_root_claims", ROOT, (50,)),
]


@pytest.mark.rule("SUBNET-SETTER-1")
@pytest.mark.parametrize(("name", "origin", "values"), IN_BOUNDS)
def test_a_value_on_its_bound_is_accepted(name, origin, values):
    assert call(chain(), name, origin, *values) == "Ok"


INTERVALS = {
    "set_activity_cutoff_factor": (1_000, 50_000),
    "set_tempo": (360, 50_400),
    "sudo_set_owner_immune_neuron_limit": (1, 10),
    "sudo_set_commit_reveal_weights_interval": (1, 100),
    "sudo_set_burn_half_life": (1, 36_100),
    "sudo_set_min_childkey_take_per_subnet": (0, 11_796),
    "sudo_set_root_claim_threshold": (0, 10_000_000),
    "sudo_set_min_burn": (0, 999_999_999),
    "sudo_set_max_burn": (100_000_001, 2**64 - 1),
    "sudo_set_max_allowed_uids": (100, 256),
}
"""Least and greatest value that the owner may set in the chain of these tests."""


@pytest.mark.rule("SUBNET-SETTER-1")
@pytest.mark.parametrize("name", INTERVALS)
@given(data=st.data())
def test_exactly_the_values_within_bounds_are_stored(name, data):
    low, high = INTERVALS[name]
    (kind,) = [kind for argument, kind in SETTERS[name].arguments.items() if argument != "netuid"]
    near = st.sampled_from([low, high]).flatmap(lambda bound: st.integers(bound - 2, bound + 2))
    value = data.draw(st.one_of(st.integers(0, kind.maximum), near))
    value = min(max(value, 0), kind.maximum)
    answer = call if low <= value <= high else refused
    assert (answer(chain(), name, OWNER, value) == "Ok") is (low <= value <= high)


@pytest.mark.rule("SUBNET-SETTER-1")
@given(low=st.integers(0, 2_500), high=st.integers(0, 2_500))
@example(low=1_638, high=1_638)
def test_the_values_of_liquid_alpha_are_a_fortieth_at_least_and_in_order(low, high):
    answer = call(chain(), "sudo_set_alpha_values", OWNER, low, high)
    assert (answer == "Ok") is (1_638 <= low <= high)


@pytest.mark.rule("SUBNET-SETTER-1")
def test_the_most_neurons_are_shared_by_all_mechanisms():
    state = chain()
    state.hyperparameters[SUBNET].mechanism_count = 2
    assert refused(state, "sudo_set_max_allowed_uids", OWNER, 129) == "TooManyUIDsPerMechanism"
    assert call(state, "sudo_set_max_allowed_uids", OWNER, 128) == "Ok"


@pytest.mark.rule("SUBNET-SETTER-1")
def test_the_values_of_liquid_alpha_are_closed_while_it_is_off():
    state = chain()
    state.hyperparameters[SUBNET].liquid_alpha = False
    assert refused(state, "sudo_set_alpha_values", OWNER, 2_000, 3_000) == "LiquidAlphaDisabled"


@pytest.mark.rule("SUBNET-SETTER-1")
def test_the_burns_bounds_may_not_touch():
    """0.5 TAO as maximum and as minimum."""
    state = chain()
    state.hyperparameters[SUBNET].max_burn = TAO // 2
    assert refused(state, "sudo_set_min_burn", OWNER, TAO // 2) == "ValueNotInBounds"
    state.hyperparameters[SUBNET].min_burn, state.hyperparameters[SUBNET].max_burn = TAO // 2, 2 * TAO
    assert refused(state, "sudo_set_max_burn", OWNER, TAO // 2) == "ValueNotInBounds"


@pytest.mark.rule("SUBNET-SETTER-1")
def test_errors_come_in_their_order():
    """Each cure shows the next error."""
    state = chain()
    state.clock.block = NOW + 355
    state.rate_limits["OwnerHyperparamUpdate", SUBNET, Hyperparameter.BONDS_MOVING_AVERAGE].last_block = NOW
    values = ("sudo_set_bonds_moving_average", OWNER, 975_001)
    assert refused(state, *values) == "TxRateLimitExceeded"
    state.parameters.owner_hyperparameter_rate_limit = 0
    assert refused(state, *values) == "AdminActionProhibitedDuringWeightsWindow"
    state.parameters.admin_freeze_window = 5
    assert refused(state, *values) == "BondsMovingAverageMaxReached"
    state.subnets[SUBNET].added = False
    assert refused(state, *values) == "BondsMovingAverageMaxReached"
    assert refused(state, *values[:2], 975_000) == "SubnetDoesNotExist"


@pytest.mark.rule("SUBNET-SETTER-2")
@pytest.mark.parametrize(("factor", "cleared"), [(2_000_000, False), (2_000_001, True)])
def test_small_nominations_are_cleared_if_the_factor_exceeds_the_minimum_in_rao(factor, cleared):
    """A factor of 1,000,000 millionths is a minimum of 2,000,000 rao: twice the factor."""
    state = chain()
    state.parameters.nominator_min_required_stake = 1_000_000
    state.subnets[SUBNET].subtoken_enabled = True
    state.hotkeys[HOTKEY].owner = OWNER
    pool = state.pools[SUBNET]
    pool.mechanism, pool.initialized, pool.fee_rate = 1, True, 0
    pool.tao_reserve = pool.alpha_in = 1_000 * TAO
    state.accounts[subnet_account(SUBNET)].free = 1_000 * TAO + 500
    state.issuance.of_balances = state.issuance.total = 1_000 * TAO + 500
    state.issuance.total_stake = 1_000 * TAO
    for coldkey in (OWNER, STRANGER):
        increase_stake(state, HOTKEY, coldkey, SUBNET, 3_000_000)
        pool.alpha_out += 3_000_000
    assert call(state, "sudo_set_nominator_min_required_stake", ROOT, factor) == "Ok"
    assert (stake_of(state, HOTKEY, STRANGER, SUBNET) == 0) is cleared
    assert stake_of(state, HOTKEY, OWNER, SUBNET) == 3_000_000


@pytest.mark.rule("SUBNET-SETTER-3")
@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("origin", [None, ROOT, OWNER])
def test_a_deprecated_call_answers_before_it_looks_at_anything(name, origin):
    state = chain()
    before = state_digest(state)
    expected = "POWRegistrationDisabled" if "pow" in name else "Deprecated"
    assert execute(state, name, origin, {}, None).name == expected
    assert state_digest(state) == before


VECTORS = Path(next(iter(taospec.conformance.__path__))) / "vectors"
COMMITTED = VECTORS / "subnets" / "subnets_parameters.jsonl.gz"


def test_the_committed_cases_of_parameters_are_those_of_the_reference():
    assert [line.case() for line in read_vector_file(COMMITTED).lines] == list(cases())


def test_the_cases_show_every_error_of_every_setter_and_its_success():
    shown = {
        (call["call"], result)
        for case in cases()
        for call, result in zip(case.inputs["calls"], case.expected.out["value"]["results"], strict=True)
    }
    for name, setter in SETTERS.items():
        errors = {check.error.value for check in setter.checks}
        assert {(name, result) for result in {"Ok", "BadOrigin"} | errors} <= shown
