"""Cases of ``chain.apply_block`` with every call that sets a parameter, answered by the reference.

One block for each call: everybody who may not make it, a subnet that does not exist, root, a frozen subnet,
values out of bounds, a value that is allowed, and the same again.
``python -m taospec.conformance.parameter_calls OUT`` writes them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from taospec.conformance.operations.chain import unread_arguments
from taospec.conformance.scenes import block_case
from taospec.conformance.vector_file import Case, write_public_suite
from taospec.reference.chain.calls import modelled_call
from taospec.reference.fixed_point import I64F64, I96F32, U64F64
from taospec.reference.state.hyperparameters import RecycleOrBurn
from taospec.reference.state.ledger import subnet_account
from taospec.reference.state.origin import ROOT, Origin
from taospec.reference.state.rate_limits import Hyperparameter
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account
from taospec.reference.subnets.hyperparameters import REFUSED, SETTERS
from taospec.reference.subnets.setter import Setter

COIN: Final = 10**9
BLOCK: Final = 300
"""Early enough for the window of a netuid without a subnet to be open."""
ALICE, BOB = numbered_account(1), numbered_account(2)
"""The owner of every subnet, and somebody else."""
HOTKEY: Final = 11
OPEN, FROZEN, HIDDEN, LIMITED = 1, 2, 3, 4
"""Subnets: one on which everything may be set, one shortly before its epoch, one with commit-reveal and two
mechanisms and without liquid alpha, and one whose owner has just triggered an epoch."""
MISSING: Final = 9
ONE_AND_A_HALF: Final = U64F64.from_bits(3 << 63)

OWNER_MAY: Final[Mapping[str, tuple[Any, ...]]] = {
    "sudo_set_serving_rate_limit": (7,),
    "sudo_set_max_difficulty": (7,),
    "sudo_set_weights_version_key": (7,),
    "sudo_set_adjustment_alpha": (7,),
    "sudo_set_immunity_period": (7,),
    "sudo_set_min_allowed_weights": (7,),
    "sudo_set_max_allowed_uids": (128,),
    "sudo_set_rho": (7,),
    "sudo_set_activity_cutoff": (700,),
    "sudo_set_min_burn": (7,),
    "sudo_set_max_burn": (7 * COIN,),
    "sudo_set_bonds_moving_average": (7,),
    "sudo_set_bonds_penalty": (7,),
    "sudo_set_min_childkey_take_per_subnet": (7,),
    "sudo_set_commit_reveal_weights_enabled": (False,),
    "sudo_set_liquid_alpha_enabled": (False,),
    "sudo_set_alpha_values": (2_000, 3_000),
    "sudo_set_commit_reveal_weights_interval": (7,),
    "sudo_set_toggle_transfer": (False,),
    "sudo_set_recycle_or_burn": (RecycleOrBurn.RECYCLE,),
    "sudo_set_subnet_owner_hotkey": (numbered_account(HOTKEY),),
    "sudo_set_sn_owner_hotkey": (numbered_account(HOTKEY),),
    "sudo_set_alpha_sigmoid_steepness": (7,),
    "sudo_set_yuma3_enabled": (True,),
    "sudo_set_bonds_reset_enabled": (True,),
    "sudo_set_owner_immune_neuron_limit": (7,),
    "sudo_set_burn_half_life": (7,),
    "sudo_set_burn_increase_mult": (ONE_AND_A_HALF,),
    "sudo_set_owner_cut_enabled": (False,),
    "sudo_set_owner_cut_auto_lock_enabled": (True,),
    "sudo_set_root_claim_threshold": (7,),
    "set_activity_cutoff_factor": (7_000,),
    "set_tempo": (700,),
}
"""What a subnet's owner may set, with a value that is allowed."""

ROOT_ALONE: Final[Mapping[str, tuple[Any, ...]]] = {
    "sudo_set_min_difficulty": (7,),
    "sudo_set_difficulty": (7,),
    "sudo_set_adjustment_interval": (7,),
    "sudo_set_weights_set_rate_limit": (7,),
    "sudo_set_kappa": (7,),
    "sudo_set_network_registration_allowed": (False,),
    "sudo_set_target_registrations_per_interval": (7,),
    "sudo_set_max_allowed_validators": (7,),
    "sudo_set_max_registrations_per_block": (7,),
    "sudo_set_tempo": (7,),
    "sudo_set_rao_recycled": (7,),
    "sudo_set_ema_price_halving_period": (7,),
    "sudo_set_subtoken_enabled": (True,),
    "sudo_set_min_allowed_uids": (7,),
    "sudo_set_min_non_immune_uids": (7,),
    "sudo_set_subnet_emission_enabled": (False,),
    "Swap.set_fee_rate": (7,),
    "sudo_set_default_take": (7,),
    "sudo_set_tx_rate_limit": (7,),
    "sudo_set_subnet_owner_cut": (7,),
    "sudo_set_network_rate_limit": (7,),
    "sudo_set_network_immunity_period": (7,),
    "sudo_set_network_min_lock_cost": (7,),
    "sudo_set_subnet_limit": (7,),
    "sudo_set_lock_reduction_interval": (7,),
    "sudo_set_stake_threshold": (7,),
    "sudo_set_nominator_min_required_stake": (7,),
    "sudo_set_tx_delegate_take_rate_limit": (7,),
    "sudo_set_min_delegate_take": (7,),
    "sudo_set_dissolve_network_schedule_duration": (7,),
    "sudo_set_subnet_moving_alpha": (I96F32.from_num(7),),
    "sudo_set_commit_reveal_version": (7,),
    "sudo_set_ck_burn": (7,),
    "sudo_set_admin_freeze_window": (7,),
    "sudo_set_owner_hparam_rate_limit": (7,),
    "sudo_set_tao_flow_cutoff": (I64F64.from_num(7),),
    "sudo_set_tao_flow_normalization_exponent": (ONE_AND_A_HALF,),
    "sudo_set_tao_flow_smoothing_factor": (7,),
    "sudo_set_net_tao_flow_enabled": (False,),
    "sudo_set_start_call_delay": (7,),
    "sudo_set_coldkey_swap_announcement_delay": (7,),
    "sudo_set_coldkey_swap_reannouncement_delay": (7,),
    "sudo_set_max_epochs_per_block": (7,),
    "sudo_set_tx_childkey_take_rate_limit": (7,),
    "sudo_set_min_childkey_take": (7,),
    "sudo_set_max_childkey_take": (7,),
    "set_pending_childkey_cooldown": (7,),
    "sudo_set_num_root_claims": (7,),
}
"""What only root may set, with a value that is allowed."""

OUT_OF_BOUNDS: Final[tuple[tuple[str, Origin, tuple[Any, ...], str], ...]] = (
    ("sudo_set_activity_cutoff", ROOT, (359,), "ActivityCutoffTooLow"),
    ("set_activity_cutoff_factor", ROOT, (999,), "ActivityCutoffFactorMilliOutOfBounds"),
    ("set_activity_cutoff_factor", ALICE, (50_001,), "ActivityCutoffFactorMilliOutOfBounds"),
    ("sudo_set_bonds_moving_average", ALICE, (975_001,), "BondsMovingAverageMaxReached"),
    ("sudo_set_alpha_values", ALICE, (1_638, 1_637), "AlphaHighTooLow"),
    ("sudo_set_alpha_values", ALICE, (1_637, 1_638), "AlphaLowOutOfRange"),
    ("sudo_set_alpha_values", ALICE, (1_639, 1_638), "AlphaLowOutOfRange"),
    ("sudo_set_alpha_sigmoid_steepness", ALICE, (-1,), "NegativeSigmoidSteepness"),
    ("set_tempo", ALICE, (359,), "TempoOutOfBounds"),
    ("set_tempo", ALICE, (50_401,), "TempoOutOfBounds"),
    ("sudo_set_max_allowed_uids", ALICE, (63,), "MaxAllowedUidsLessThanMinAllowedUids"),
    ("sudo_set_max_allowed_uids", ALICE, (99,), "MaxAllowedUIdsLessThanCurrentUIds"),
    ("sudo_set_max_allowed_uids", ALICE, (257,), "MaxAllowedUidsGreaterThanDefaultMaxAllowedUids"),
    ("sudo_set_min_allowed_uids", ROOT, (256,), "MinAllowedUidsGreaterThanMaxAllowedUids"),
    ("sudo_set_min_allowed_uids", ROOT, (100,), "MinAllowedUidsGreaterThanCurrentUids"),
    ("sudo_set_max_allowed_validators", ROOT, (257,), "MaxValidatorsLargerThanMaxUIds"),
    ("sudo_set_owner_immune_neuron_limit", ALICE, (0,), "InvalidValue"),
    ("sudo_set_owner_immune_neuron_limit", ROOT, (11,), "InvalidValue"),
    ("sudo_set_subnet_owner_hotkey", ALICE, (subnet_account(77),), "CannotUseSystemAccount"),
    ("sudo_set_sn_owner_hotkey", ROOT, (subnet_account(0),), "CannotUseSystemAccount"),
    ("sudo_set_commit_reveal_weights_interval", ALICE, (101,), "RevealPeriodTooLarge"),
    ("sudo_set_commit_reveal_weights_interval", ROOT, (0,), "RevealPeriodTooSmall"),
    ("sudo_set_min_burn", ALICE, (COIN,), "ValueNotInBounds"),
    ("sudo_set_max_burn", ALICE, (COIN // 10,), "ValueNotInBounds"),
    ("sudo_set_burn_half_life", ALICE, (0,), "InvalidValue"),
    ("sudo_set_burn_half_life", ROOT, (36_101,), "InvalidValue"),
    ("sudo_set_burn_increase_mult", ALICE, (U64F64.from_bits(2**64 - 1),), "InvalidValue"),
    ("sudo_set_burn_increase_mult", ROOT, (U64F64.from_bits(3 * 2**64 + 1),), "InvalidValue"),
    ("sudo_set_min_childkey_take_per_subnet", ALICE, (11_797,), "InvalidValue"),
    ("sudo_set_root_claim_threshold", ALICE, (10_000_001,), "InvalidRootClaimThreshold"),
    ("Swap.set_fee_rate", ROOT, (10_001,), "FeeRateTooHigh"),
    ("sudo_set_max_epochs_per_block", ROOT, (0,), "ValueNotInBounds"),
    ("sudo_set_tao_flow_normalization_exponent", ROOT, (U64F64.from_bits(2**64 - 1),), "InvalidValue"),
    ("sudo_set_tao_flow_normalization_exponent", ROOT, (U64F64.from_bits(2**65 + 1),), "InvalidValue"),
    ("sudo_set_num_root_claims", ROOT, (51,), "InvalidNumRootClaim"),
)
"""A call, who makes it, values just out of bounds, and the error."""


def main(arguments: list[str]) -> None:
    """Write the cases."""
    (out,) = arguments
    chosen = list(cases())
    write_public_suite(Path(out), "subnets_parameters", "reference", chosen)


def cases() -> Iterator[Case]:
    """One case for each call."""
    for setter in SETTERS.values():
        yield _case(_attempts(setter))
    yield _case(_triggers())
    yield _case([_call(name, origin, {}) for name in REFUSED for origin in (None, ROOT, ALICE)])


def _case(calls: list[dict[str, Any]]) -> Case:
    return block_case(subnets(), calls, BLOCK)


def subnets() -> State:
    """Root and four subnets before their start, each with 100 places taken."""
    state = State()
    state.clock.block = BLOCK - 1
    for netuid in (0, OPEN, FROZEN, HIDDEN, LIMITED):
        state.subnets[netuid].added = True
        state.schedules[netuid].last_epoch_block = BLOCK - 1
        state.network.subnets += 1
        if netuid:
            state.subnets[netuid].owner = ALICE
            state.subnets[netuid].neurons = 100
            state.hyperparameters[netuid].commit_reveal = netuid == HIDDEN
            state.hyperparameters[netuid].liquid_alpha = netuid != HIDDEN
    state.hyperparameters[HIDDEN].mechanism_count = 2
    state.schedules[FROZEN].tempo, state.schedules[FROZEN].last_epoch_block = 100, BLOCK - 91
    state.rate_limits["OwnerHyperparamUpdate", LIMITED, Hyperparameter.TRIGGER_EPOCH].last_block = BLOCK - 10
    return state


def _attempts(setter: Setter) -> list[dict[str, Any]]:
    """Every way in which the call is refused, then as it is allowed."""
    name = setter.call
    maker: Origin = ROOT if name in ROOT_ALONE else ALICE
    allowed = ROOT_ALONE[name] if name in ROOT_ALONE else OWNER_MAY[name]
    refused: list[Origin] = [BOB, ALICE] if name in ROOT_ALONE else [BOB]
    if name == "set_tempo":
        refused.append(ROOT)
    calls = [_set(setter, origin, OPEN, allowed) for origin in refused]
    if setter.of_subnet:
        if setter.maker != "owner":
            calls += [_set(setter, ROOT, netuid, allowed) for netuid in (MISSING, 0)]
        calls.append(_set(setter, maker, FROZEN, allowed))
        calls.append(_set(setter, maker, HIDDEN, _for_hidden(name, allowed)))
    calls += [_set(setter, origin, OPEN, values) for call, origin, values, _ in OUT_OF_BOUNDS if call == name]
    calls.append(_set(setter, maker, OPEN, allowed))
    if name in OWNER_MAY:
        calls.append(_set(setter, ALICE, OPEN, allowed))
        calls.append(_set(setter, ROOT, OPEN, allowed))
    return calls


def _for_hidden(name: str, allowed: tuple[Any, ...]) -> tuple[Any, ...]:
    """More neurons than two mechanisms may have."""
    return (129,) if name == "sudo_set_max_allowed_uids" else allowed


def _triggers() -> list[dict[str, Any]]:
    calls = [_call("trigger_epoch", origin, {"netuid": OPEN}) for origin in (BOB, ROOT, ALICE, ALICE)]
    return calls + [_call("trigger_epoch", ALICE, {"netuid": netuid}) for netuid in (FROZEN, HIDDEN, LIMITED)]


def _set(setter: Setter, origin: Origin, netuid: int, values: tuple[Any, ...]) -> dict[str, Any]:
    named: dict[str, Any] = dict(zip(setter.argument, values, strict=True))
    return _call(setter.call, origin, ({"netuid": netuid} if setter.of_subnet else {}) | named)


def _call(name: str, origin: Origin, values: Mapping[str, Any]) -> dict[str, Any]:
    """A call in JSON form; with those arguments too that nobody reads."""
    call = modelled_call(name)
    given = {argument: kind.to_json(values[argument]) for argument, kind in call.arguments.items()}
    return {"call": name, "signer": _signer(origin)} | given | unread_arguments(name)


def _signer(origin: Origin) -> Any:
    if isinstance(origin, bytes):
        return int.from_bytes(origin, "big")
    return origin if origin is None else origin.value


if __name__ == "__main__":
    main(sys.argv[1:])
