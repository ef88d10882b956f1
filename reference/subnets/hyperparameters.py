"""Every call that sets a parameter: one line each, and what few do beside that.

Left out are setters of what is not modelled: ``swap_authorities`` and ``schedule_grandpa_change``
(consensus on blocks), ``sudo_set_evm_chain_id`` and ``sudo_toggle_evm_precompile`` (the EVM).

Source: ``pallets/admin-utils/src/lib.rs``, ``pallets/subtensor/src/macros/dispatches.rs``,
``pallets/swap/src/pallet/mod.rs``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from taospec.reference.fixed_point import I96F32, U64F64
from taospec.reference.invalid_input import U16_MAX
from taospec.reference.rules import implements
from taospec.reference.staking.delegation import nominator_minimum
from taospec.reference.staking.operations import clear_small_nominations
from taospec.reference.state.errors import AdminUtilsError, DispatchError, ProtocolError, SwapError
from taospec.reference.state.errors import SubtensorError as Subtensor
from taospec.reference.state.origin import Origin
from taospec.reference.state.rate_limits import Hyperparameter, Transaction
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import (
    IntegerType,
    StorageType,
    account,
    boolean,
    i64,
    u16,
    u32,
    u64,
    u128,
)
from taospec.reference.subnets.access import MIN_TEMPO, Limit
from taospec.reference.subnets.checks import (
    EXISTS,
    NOT_FROZEN,
    NOT_ROOT,
    POOL_EXISTS,
    above,
    at_least,
    at_most,
    below,
    compared,
    exists,
    not_limited,
    of_owner,
    owner_not_limited,
    within,
)
from taospec.reference.subnets.registration import is_subnet_account
from taospec.reference.subnets.setter import Attempt, Check, Setter, store
from taospec.reference.yuma.commits import MAX_TEMPO

ADMIN: Final = "pallets/admin-utils/src/lib.rs"
DISPATCHES: Final = "pallets/subtensor/src/macros/dispatches.rs"

MAX_UIDS: Final = 256
"""Most neurons of a subnet, over all mechanisms together (``DefaultMaxAllowedUids``)."""
MIN_BURN_BELOW: Final = 1_000_000_000
"""What the lowest price of a registration must be below, rao."""
MAX_BURN_ABOVE: Final = 100_000_000
"""What the highest price of a registration must be above, rao."""
MAX_BURN_HALF_LIFE: Final = 36_100
MAX_OWNER_BONDS_MOVING_AVERAGE: Final = 975_000
MIN_ALPHA_VALUE: Final = U16_MAX // 40
"""1638: the least rate of liquid alpha, a fortieth."""
MAX_FEE_RATE: Final = 10_000
"""15.26 %."""


def _owner(
    call: str,
    item: str,
    argument: str | tuple[str, ...],
    limit: Limit,
    *checks: Check,
    events: tuple[str, ...] = (),
    line: int,
    **more: Any,
) -> Setter:
    """A setter of the owner, limited and not while frozen; and of root, not while frozen."""
    names = (argument,) if isinstance(argument, str) else argument
    return Setter(
        call=call,
        item=item,
        argument=names,
        maker="owner or root",
        checks=(owner_not_limited(limit), NOT_FROZEN, *checks),
        limit=limit,
        events=events,
        source=f"{ADMIN}:{line}",
        **more,
    )


def _root(
    call: str,
    item: str,
    argument: str,
    *checks: Check,
    events: tuple[str, ...] = (),
    line: int,
    file: str = ADMIN,
    **more: Any,
) -> Setter:
    """A setter of root alone, for one subnet."""
    return Setter(
        call=call,
        item=item,
        argument=(argument,),
        maker="root",
        checks=checks,
        events=events,
        source=f"{file}:{line}",
        **more,
    )


def _network(call: str, item: str, argument: str, *checks: Check, **more: Any) -> Setter:
    """A setter of root alone, for the whole network."""
    return _root(call, item, argument, *checks, of_subnet=False, **more)


@implements("SUBNET-TEMPO-1")
def _restart_cycle(setter: Setter, attempt: Attempt) -> None:
    """Set the tempo, and count it from now: as if the subnet's epoch had just run.

    Source: ``pallets/subtensor/src/utils/misc.rs:121``.
    """
    store(setter, attempt)
    attempt.state.schedules[attempt.netuid].last_epoch_block = attempt.state.clock.block


@implements("SUBNET-SETTER-2")
def _set_nominator_minimum(setter: Setter, attempt: Attempt) -> None:
    """Set the factor; clear small nominations if it is above the **minimum in rao** before it.

    Source: ``pallets/admin-utils/src/lib.rs:1109``.
    """
    before = nominator_minimum(attempt.state)
    store(setter, attempt)
    if attempt.value > before:
        clear_small_nominations(attempt.state, attempt.author)


_H: Final = Hyperparameter
_A: Final = AdminUtilsError

_NO_SUBNET_ACCOUNT: Final = Check(
    Subtensor.CannotUseSystemAccount,
    "x is no subnet's account",
    lambda call: not is_subnet_account(call.value),
)
_LIQUID_ALPHA_ON: Final = Check(
    Subtensor.LiquidAlphaDisabled,
    "`LiquidAlphaOn`",
    lambda call: call.state.hyperparameters.peek(call.netuid).liquid_alpha,
)
_HIGH_IN_RANGE: Final = Check(
    Subtensor.AlphaHighTooLow,
    f"high ≥ {MIN_ALPHA_VALUE}",
    lambda call: bool(call.value[1] >= MIN_ALPHA_VALUE),
)
_LOW_IN_RANGE: Final = Check(
    Subtensor.AlphaLowOutOfRange,
    f"{MIN_ALPHA_VALUE} ≤ low ≤ high",
    lambda call: bool(MIN_ALPHA_VALUE <= call.value[0] <= call.value[1]),
)
_NOT_MORE_THAN_NEURONS: Final = Check(
    _A.MaxAllowedUIdsLessThanCurrentUIds,
    "x ≥ `SubnetworkN`",
    lambda call: bool(call.state.subnets.peek(call.netuid).neurons <= call.value),
)
_LESS_THAN_NEURONS: Final = Check(
    _A.MinAllowedUidsGreaterThanCurrentUids,
    "x < `SubnetworkN`",
    lambda call: bool(call.value < call.state.subnets.peek(call.netuid).neurons),
)
_TAKE_IN_RANGE: Final = Check(
    _A.InvalidValue,
    "`MinChildkeyTake` ≤ x ≤ `MaxChildkeyTake`",
    lambda call: bool(
        call.state.parameters.min_childkey_take <= call.value <= call.state.parameters.max_childkey_take
    ),
)
_CUTOFF_IN_RANGE: Final = Check(
    Subtensor.ActivityCutoffTooLow,
    "x ≥ `MinActivityCutoff`",
    lambda call: bool(call.value >= call.state.parameters.min_activity_cutoff),
)


def _factor(least: int, most: int) -> Check:
    low, high = U64F64.from_num(least), U64F64.from_num(most)
    return Check(_A.InvalidValue, f"{least} ≤ x ≤ {most}", lambda call: low <= call.value <= high)


def _owner_hotkey(call: str, line: int) -> Setter:
    return Setter(
        call=call,
        item="SubnetOwnerHotkey",
        argument=("hotkey",),
        maker="owner or root",
        checks=(
            exists(Subtensor.SubnetNotExists),
            not_limited(Transaction.SET_SUBNET_OWNER_HOTKEY),
            _NO_SUBNET_ACCOUNT,
        ),
        limit=Transaction.SET_SUBNET_OWNER_HOTKEY,
        limits_root=True,
        events=("SubnetOwnerHotkeySet",),
        source=f"{ADMIN}:{line}",
    )


# fmt: off
CONSENSUS: Final = (
    _root("sudo_set_kappa", "Kappa", "kappa", EXISTS, events=("KappaSet",), line=573),
    _owner("sudo_set_rho", "Rho", "rho", _H.RHO, EXISTS, line=589),
    _owner("sudo_set_activity_cutoff", "ActivityCutoff", "activity_cutoff", _H.ACTIVITY_CUTOFF, EXISTS,
           _CUTOFF_IN_RANGE, events=("ActivityCutoffSet",), line=619),
    Setter(call="set_activity_cutoff_factor", item="ActivityCutoffFactorMilli", argument=("factor_milli",),
           maker="owner or root", limit=_H.ACTIVITY_CUTOFF_FACTOR_MILLI,
           checks=(within(1_000, 50_000, Subtensor.ActivityCutoffFactorMilliOutOfBounds),
                   of_owner(NOT_FROZEN), owner_not_limited(_H.ACTIVITY_CUTOFF_FACTOR_MILLI)),
           events=("ActivityCutoffFactorMilliSet",), source=f"{DISPATCHES}:2613"),
    _owner("sudo_set_bonds_moving_average", "BondsMovingAverage", "bonds_moving_average",
           _H.BONDS_MOVING_AVERAGE,
           of_owner(at_most(MAX_OWNER_BONDS_MOVING_AVERAGE, _A.BondsMovingAverageMaxReached)), EXISTS,
           events=("BondsMovingAverageSet",), line=853),
    _owner("sudo_set_bonds_penalty", "BondsPenalty", "bonds_penalty", _H.BONDS_PENALTY, EXISTS,
           events=("BondsPenaltySet",), line=892),
    _owner("sudo_set_bonds_reset_enabled", "BondsResetOn", "enabled", _H.BONDS_RESET_ENABLED,
           events=("BondsResetOnSet", "AdminUtils::BondsResetToggled"), line=1681),
    _owner("sudo_set_yuma3_enabled", "Yuma3On", "enabled", _H.YUMA3_ENABLED,
           events=("AdminUtils::Yuma3EnableToggled",), line=1647),
    _owner("sudo_set_liquid_alpha_enabled", "LiquidAlphaOn", "enabled", _H.LIQUID_ALPHA_ENABLED, line=1237),
    _owner("sudo_set_alpha_values", "AlphaValues", ("alpha_low", "alpha_high"), _H.ALPHA_VALUES,
           _LIQUID_ALPHA_ON, _HIGH_IN_RANGE, _LOW_IN_RANGE, line=1261),
    _owner("sudo_set_alpha_sigmoid_steepness", "AlphaSigmoidSteepness", "steepness",
           _H.ALPHA_SIGMOID_STEEPNESS, EXISTS, of_owner(at_least(0, _A.NegativeSigmoidSteepness)), line=1602),
)
"""How the epoch of a subnet computes."""

TEMPO: Final = (
    Setter(call="set_tempo", item="Tempo", argument=("tempo",), maker="owner", limit=Transaction.TEMPO_UPDATE,
           checks=(within(MIN_TEMPO, MAX_TEMPO, Subtensor.TempoOutOfBounds), NOT_FROZEN,
                   owner_not_limited(Transaction.TEMPO_UPDATE)),
           events=("TempoSet",), source=f"{DISPATCHES}:2602", write=_restart_cycle,
           effect="`LastEpochBlock` becomes the block"),
    _root("sudo_set_tempo", "Tempo", "tempo", NOT_FROZEN, EXISTS, events=("TempoSet",), line=982,
          write=_restart_cycle, effect="`LastEpochBlock` becomes the block"),
)
"""When a subnet's epochs run."""

NEURONS: Final = (
    _owner("sudo_set_max_allowed_uids", "MaxAllowedUids", "max_allowed_uids", _H.MAX_ALLOWED_UIDS, EXISTS,
           compared("x ≥ `MinAllowedUids`", lambda x, held: x >= held.min_allowed_uids,
                    _A.MaxAllowedUidsLessThanMinAllowedUids),
           _NOT_MORE_THAN_NEURONS,
           at_most(MAX_UIDS, _A.MaxAllowedUidsGreaterThanDefaultMaxAllowedUids),
           compared(f"x · `MechanismCountCurrent` ≤ {MAX_UIDS}",
                    lambda x, held: x * held.mechanism_count <= MAX_UIDS, Subtensor.TooManyUIDsPerMechanism),
           events=("MaxAllowedUidsSet",), line=523),
    _root("sudo_set_min_allowed_uids", "MinAllowedUids", "min_allowed_uids", NOT_FROZEN, EXISTS,
          compared("x < `MaxAllowedUids`", lambda x, held: x < held.max_allowed_uids,
                   _A.MinAllowedUidsGreaterThanMaxAllowedUids),
          _LESS_THAN_NEURONS, events=("MinAllowedUidsSet",), line=1934),
    _root("sudo_set_max_allowed_validators", "MaxAllowedValidators", "max_allowed_validators", NOT_FROZEN,
          EXISTS,
          compared("x ≤ `MaxAllowedUids`", lambda x, held: x <= held.max_allowed_uids,
                   _A.MaxValidatorsLargerThanMaxUIds),
          events=("MaxAllowedValidatorsSet",), line=821),
    _owner("sudo_set_immunity_period", "ImmunityPeriod", "immunity_period", _H.IMMUNITY_PERIOD, EXISTS,
           events=("ImmunityPeriodSet",), line=457),
    _root("sudo_set_min_non_immune_uids", "MinNonImmuneUids", "min", events=("MinNonImmuneUidsSet",),
          line=2050),
    _owner("sudo_set_owner_immune_neuron_limit", "ImmuneOwnerUidsLimit", "immune_neurons",
           _H.IMMUNE_NEURON_LIMIT, within(1, 10, Subtensor.InvalidValue), line=1788),
    _owner_hotkey("sudo_set_subnet_owner_hotkey", 1550),
    _owner_hotkey("sudo_set_sn_owner_hotkey", 1736),
)
"""Who has a place in a subnet."""

WEIGHTS: Final = (
    _owner("sudo_set_min_allowed_weights", "MinAllowedWeights", "min_allowed_weights", _H.MIN_ALLOWED_WEIGHTS,
           EXISTS, events=("MinAllowedWeightSet",), line=490),
    _owner("sudo_set_weights_version_key", "WeightsVersionKey", "weights_version_key",
           Transaction.SET_WEIGHTS_VERSION_KEY, EXISTS, events=("WeightsVersionKeySet",), line=339),
    _root("sudo_set_weights_set_rate_limit", "WeightsSetRateLimit", "weights_set_rate_limit", EXISTS,
          events=("WeightsSetRateLimitSet",), line=374),
    _owner("sudo_set_commit_reveal_weights_enabled", "CommitRevealWeightsEnabled", "enabled",
           _H.COMMIT_REVEAL_ENABLED, EXISTS, events=("CommitRevealEnabled",), line=1199),
    _owner("sudo_set_commit_reveal_weights_interval", "RevealPeriodEpochs", "interval",
           _H.WEIGHT_COMMIT_INTERVAL, EXISTS, at_most(100, Subtensor.RevealPeriodTooLarge),
           at_least(1, Subtensor.RevealPeriodTooSmall), events=("CommitRevealPeriodsSet",), line=1336),
    _network("sudo_set_commit_reveal_version", "CommitRevealWeightsVersion", "version",
             events=("CommitRevealVersionSet",), line=1776),
    _network("sudo_set_stake_threshold", "StakeThreshold", "min_stake", events=("StakeThresholdSet",),
             line=1098),
)
"""How weights are set."""

REGISTRATION: Final = (
    _root("sudo_set_network_registration_allowed", "NetworkRegistrationAllowed", "registration_allowed",
          events=("RegistrationAllowed",), line=658),
    _owner("sudo_set_min_burn", "MinBurn", "min_burn", _H.MIN_BURN, EXISTS,
           below(MIN_BURN_BELOW, _A.ValueNotInBounds),
           compared("x < `MaxBurn`", lambda x, held: x < held.max_burn, _A.ValueNotInBounds),
           events=("MinBurnSet",), line=722),
    _owner("sudo_set_max_burn", "MaxBurn", "max_burn", _H.MAX_BURN, EXISTS,
           above(MAX_BURN_ABOVE, _A.ValueNotInBounds),
           compared("x > `MinBurn`", lambda x, held: x > held.min_burn, _A.ValueNotInBounds),
           events=("MaxBurnSet",), line=761),
    _owner("sudo_set_burn_half_life", "BurnHalfLife", "burn_half_life", _H.BURN_HALF_LIFE, EXISTS, NOT_ROOT,
           within(1, MAX_BURN_HALF_LIFE, _A.InvalidValue), events=("AdminUtils::BurnHalfLifeSet",),
           line=2107),
    _owner("sudo_set_burn_increase_mult", "BurnIncreaseMult", "burn_increase_mult", _H.BURN_INCREASE_MULT,
           EXISTS, NOT_ROOT, _factor(1, 3), events=("AdminUtils::BurnIncreaseMultSet",), line=2155),
    _root("sudo_set_max_registrations_per_block", "MaxRegistrationsPerBlock", "max_registrations_per_block",
          NOT_FROZEN, EXISTS, events=("MaxRegistrationsPerBlockSet",), line=923),
    _root("sudo_set_target_registrations_per_interval", "TargetRegistrationsPerInterval",
          "target_registrations_per_interval", NOT_FROZEN, EXISTS, events=("RegistrationPerIntervalSet",),
          line=695),
    _root("sudo_set_rao_recycled", "RAORecycledForRegistration", "rao_recycled", EXISTS,
          events=("RAORecycledForRegistrationSet",), line=1079),
)
"""What a place costs."""

ECONOMY: Final = (
    _root("sudo_set_subnet_emission_enabled", "SubnetEmissionEnabled", "enabled", EXISTS, NOT_ROOT,
          events=("AdminUtils::SubnetEmissionEnabledSet",), line=2263),
    _root("sudo_set_subtoken_enabled", "SubtokenEnabled", "subtoken_enabled", NOT_FROZEN, line=1758),
    _root("sudo_set_ema_price_halving_period", "EMAPriceHalvingBlocks", "ema_halving", line=1571),
    Setter(call="sudo_set_owner_cut_enabled", item="OwnerCutEnabled", argument=("enabled",),
           maker="owner or root", checks=(NOT_FROZEN, EXISTS, NOT_ROOT), events=(), source=f"{ADMIN}:2205"),
    Setter(call="sudo_set_owner_cut_auto_lock_enabled", item="OwnerCutAutoLockEnabled", argument=("enabled",),
           maker="owner or root", checks=(NOT_FROZEN, EXISTS, NOT_ROOT), events=(), source=f"{ADMIN}:2235"),
    _owner("sudo_set_recycle_or_burn", "RecycleOrBurn", "recycle_or_burn", _H.RECYCLE_OR_BURN, line=1462),
    _owner("sudo_set_toggle_transfer", "TransferToggle", "toggle", _H.TRANSFER_ENABLED,
           events=("TransferToggle",), line=1427),
    _owner("sudo_set_min_childkey_take_per_subnet", "MinChildkeyTakePerSubnet", "take", _H.MIN_CHILDKEY_TAKE,
           EXISTS, _TAKE_IN_RANGE, events=("MinChildKeyTakePerSubnetSet",), line=1160),
    Setter(call="sudo_set_root_claim_threshold", item="RootClaimableThreshold", argument=("new_value",),
           maker="owner or root", checks=(at_most(10_000_000, Subtensor.InvalidRootClaimThreshold),),
           events=(), source=f"{DISPATCHES}:2230", argument_type=u64, stored_as=I96F32.from_num),
    _root("Swap.set_fee_rate", "Swap::FeeRate", "rate", POOL_EXISTS,
          at_most(MAX_FEE_RATE, SwapError.FeeRateTooHigh), events=("Swap::FeeRateSet",),
          file="pallets/swap/src/pallet/mod.rs", line=185),
)
"""A subnet's emission, stake and pool."""

NETWORK: Final = (
    _network("sudo_set_subnet_owner_cut", "SubnetOwnerCut", "subnet_owner_cut", events=("SubnetOwnerCutSet",),
             line=951),
    _network("sudo_set_subnet_moving_alpha", "SubnetMovingAlpha", "alpha", line=1527),
    _network("sudo_set_max_epochs_per_block", "MaxEpochsPerBlock", "max_epochs_per_block",
             at_least(1, _A.ValueNotInBounds), events=("MaxEpochsPerBlockSet",), line=2286),
    _network("sudo_set_net_tao_flow_enabled", "NetTaoFlowEnabled", "enabled", line=2023),
    _network("sudo_set_tao_flow_cutoff", "TaoFlowCutoff", "flow_cutoff", line=1968),
    _network("sudo_set_tao_flow_normalization_exponent", "FlowNormExponent", "exponent", _factor(1, 2),
             line=1983),
    _network("sudo_set_tao_flow_smoothing_factor", "FlowEmaSmoothingFactor", "smoothing_factor", line=2006),
    _network("sudo_set_nominator_min_required_stake", "NominatorMinRequiredStake", "min_stake", line=1109,
             write=_set_nominator_minimum, pays_author=True,
             effect="clears small nominations ({rule}`SUBNET-SETTER-2`)"),
    _network("sudo_set_default_take", "MaxDelegateTake", "default_take", events=("MaxDelegateTakeSet",),
             line=232),
    _network("sudo_set_min_delegate_take", "MinDelegateTake", "take", events=("MinDelegateTakeSet",),
             line=1148),
    _network("sudo_set_max_childkey_take", "MaxChildkeyTake", "take", events=("MaxChildKeyTakeSet",),
             line=1197, file=DISPATCHES),
    _network("sudo_set_min_childkey_take", "MinChildkeyTake", "take", events=("MinChildKeyTakeSet",),
             line=1176, file=DISPATCHES),
    _network("sudo_set_ck_burn", "CKBurn", "burn", line=1815),
    _network("set_pending_childkey_cooldown", "PendingChildKeyCooldown", "cooldown", line=1886,
             file=DISPATCHES),
    _network("sudo_set_num_root_claims", "NumRootClaim", "new_value",
             at_most(50, Subtensor.InvalidNumRootClaim), line=2214, file=DISPATCHES),
    _network("sudo_set_subnet_limit", "SubnetLimit", "max_subnets", events=("SubnetLimitSet",), line=1048),
    _network("sudo_set_network_immunity_period", "NetworkImmunityPeriod", "immunity_period",
             events=("NetworkImmunityPeriodSet",), line=1010),
    _network("sudo_set_network_min_lock_cost", "NetworkMinLockCost", "lock_cost",
             events=("NetworkMinLockCostSet",), line=1029),
    _network("sudo_set_lock_reduction_interval", "NetworkLockReductionInterval", "interval",
             events=("NetworkLockCostReductionIntervalSet",), line=1061),
    _network("sudo_set_start_call_delay", "StartCallDelay", "delay", events=("StartCallDelaySet",),
             line=2064),
)
"""Emission, delegation and subnets of the whole network."""

LIMITS: Final = (
    _network("sudo_set_admin_freeze_window", "AdminFreezeWindow", "window", events=("AdminFreezeWindowSet",),
             line=1826),
    _network("sudo_set_owner_hparam_rate_limit", "OwnerHyperparamRateLimit", "epochs",
             events=("OwnerHyperparamRateLimitSet",), line=1837),
    _network("sudo_set_network_rate_limit", "NetworkRateLimit", "rate_limit", events=("NetworkRateLimitSet",),
             line=967),
    _network("sudo_set_tx_rate_limit", "TxRateLimit", "tx_rate_limit", events=("TxRateLimitSet",), line=244),
    _network("sudo_set_tx_delegate_take_rate_limit", "TxDelegateTakeRateLimit", "tx_rate_limit",
             events=("TxDelegateTakeRateLimitSet",), line=1131),
    _network("sudo_set_tx_childkey_take_rate_limit", "TxChildkeyTakeRateLimit", "tx_rate_limit",
             events=("TxChildKeyTakeRateLimitSet",), line=1152, file=DISPATCHES),
    _network("sudo_set_coldkey_swap_announcement_delay", "ColdkeySwapAnnouncementDelay", "duration",
             events=("ColdkeySwapAnnouncementDelaySet",), line=2074),
    _network("sudo_set_coldkey_swap_reannouncement_delay", "ColdkeySwapReannouncementDelay", "duration",
             events=("ColdkeySwapReannouncementDelaySet",), line=2087),
)
"""How often, and how soon, things may be done."""

WITHOUT_EFFECT: Final = (
    _owner("sudo_set_serving_rate_limit", "ServingRateLimit", "serving_rate_limit", _H.SERVING_RATE_LIMIT,
           events=("ServingRateLimitSet",), line=256),
    _root("sudo_set_min_difficulty", "MinDifficulty", "min_difficulty", NOT_FROZEN, EXISTS,
          events=("MinDifficultySet",), line=282, argument_type=u64),
    _owner("sudo_set_max_difficulty", "MaxDifficulty", "max_difficulty", _H.MAX_DIFFICULTY, EXISTS,
           events=("MaxDifficultySet",), line=306, argument_type=u64),
    _root("sudo_set_difficulty", "Difficulty", "difficulty", NOT_FROZEN, EXISTS, events=("DifficultySet",),
          line=800, argument_type=u64),
    _root("sudo_set_adjustment_interval", "AdjustmentInterval", "adjustment_interval", EXISTS,
          events=("AdjustmentIntervalSet",), line=400),
    _owner("sudo_set_adjustment_alpha", "AdjustmentAlpha", "adjustment_alpha", _H.ADJUSTMENT_ALPHA, EXISTS,
           events=("AdjustmentAlphaSet",), line=426),
    _network("sudo_set_dissolve_network_schedule_duration", "DissolveNetworkScheduleDuration", "duration",
             events=("DissolveNetworkScheduleDurationSet",), line=1302, argument_type=u32),
)
"""What no rule of the economy reads any more; the owner's limits are noted all the same."""
# fmt: on

CATALOGUE: Final[Mapping[str, tuple[Setter, ...]]] = {
    "Consensus": CONSENSUS,
    "Tempo": TEMPO,
    "Neurons": NEURONS,
    "Weights": WEIGHTS,
    "Registration": REGISTRATION,
    "Economy of a subnet": ECONOMY,
    "Whole network": NETWORK,
    "Limits": LIMITS,
    "Without effect": WITHOUT_EFFECT,
}
"""Every setter, by what it is about."""

SETTERS: Final[Mapping[str, Setter]] = {
    setter.call: setter for setters in CATALOGUE.values() for setter in setters
}
"""Every setter by upstream's name."""

_i32: Final = IntegerType("i32", 32, signed=True)
_POSITION: Final[dict[str, StorageType[Any]]] = {"_hotkey": account, "_netuid": u16}

REFUSED: Final[Mapping[str, tuple[ProtocolError, Mapping[str, StorageType[Any]]]]] = {
    "sudo_set_total_issuance": (_A.Deprecated, {"_total_issuance": u64}),
    "sudo_set_network_pow_registration_allowed": (
        _A.POWRegistrationDisabled,
        {"_netuid": u16, "_registration_allowed": boolean},
    ),
    "Swap.toggle_user_liquidity": (SwapError.Deprecated, {"_netuid": u16, "_enable": boolean}),
    "Swap.add_liquidity": (
        SwapError.Deprecated,
        _POSITION | {"_tick_low": _i32, "_tick_high": _i32, "_liquidity": u64},
    ),
    "Swap.remove_liquidity": (SwapError.Deprecated, _POSITION | {"_position_id": u128}),
    "Swap.modify_position": (
        SwapError.Deprecated,
        _POSITION | {"_position_id": u128, "_liquidity_delta": i64},
    ),
    "Swap.disable_lp": (SwapError.Deprecated, {}),
}
"""Calls that are left in their pallets and only answer an error: which, and the arguments."""


@implements("SUBNET-SETTER-3")
def refuse(error: ProtocolError, state: State, origin: Origin) -> None:
    """Answer the error, whoever calls: not even the origin is looked at.

    Source: ``pallets/admin-utils/src/lib.rs:997``.
    """
    raise DispatchError(error)
