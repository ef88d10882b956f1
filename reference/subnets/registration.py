"""Registering a hotkey on a subnet, and with a coldkey.

Source: ``pallets/subtensor/src/subnets/registration.rs``.
"""

from __future__ import annotations

from taospec.reference.amm.parameters import MAXIMUM_PRICE_LIMIT
from taospec.reference.invalid_input import U16_MAX, U64_MAX
from taospec.reference.rules import implements
from taospec.reference.staking.exchange import buy_alpha, record_tao_inflow
from taospec.reference.staking.positions import ROOT, hotkey_exists, owns_hotkey, require, require_subnet
from taospec.reference.state.errors import SubtensorError
from taospec.reference.state.ledger import balance_of, subnet_account, transfer_to_subnet
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId
from taospec.reference.subnets.burn_price import bumped_burn
from taospec.reference.subnets.uids import neuron_to_prune, register_neuron


@implements("SUBNET-REGISTER-1")
def burned_register(state: State, coldkey: AccountId, netuid: int, hotkey: AccountId) -> None:
    """Pay the subnet's burn for a uid; a hotkey that belongs to nobody becomes the coldkey's.

    The burn is swapped for alpha, with the fee, and the alpha is destroyed. No author is paid.

    Raises in this order:
        RegistrationNotPermittedOnRootSubnet: the subnet is root.
        SubnetNotExists: there is no such subnet.
        SubNetRegistrationDisabled: it takes no registrations.
        HotKeyAlreadyRegisteredInSubNet: the hotkey has a uid.
        NotEnoughBalanceToStake: the coldkey holds less than the burn.
        CannotUseSystemAccount: the hotkey is the account of a subnet.
        NonAssociatedColdKey: the hotkey belongs to another coldkey.
        NoNeuronIdAvailable: the subnet is full and no neuron may be replaced.
        what transfer and swap raise.

    Source: ``registration.rs:38``.
    """
    require(netuid != ROOT, SubtensorError.RegistrationNotPermittedOnRootSubnet)
    require_subnet(state, netuid)
    parameters = state.hyperparameters.peek(netuid)
    require(parameters.registration_allowed, SubtensorError.SubNetRegistrationDisabled)
    registered = state.memberships.peek((netuid, hotkey)).uid is not None
    require(not registered, SubtensorError.HotKeyAlreadyRegisteredInSubNet)
    burn = state.registrations.peek(netuid).burn
    require(burn <= balance_of(state, coldkey), SubtensorError.NotEnoughBalanceToStake)
    associate_hotkey(state, coldkey, hotkey)
    require(owns_hotkey(state, coldkey, hotkey), SubtensorError.NonAssociatedColdKey)
    require(_has_place(state, netuid), SubtensorError.NoNeuronIdAvailable)
    paid = transfer_to_subnet(state, netuid, coldkey, burn)
    result = buy_alpha(state, netuid, paid, MAXIMUM_PRICE_LIMIT, drop_fees=False)
    pool = state.pools[netuid]
    pool.alpha_out = max(pool.alpha_out - result.amount_paid_out, 0)
    uid = register_neuron(state, netuid, hotkey)
    registration = state.registrations[netuid]
    registration.burn = bumped_burn(burn, parameters.burn_increase, parameters.min_burn, parameters.max_burn)
    registration.this_block = min(registration.this_block + 1, U16_MAX)
    report = state.subnet_reports[netuid]
    report.recycled_for_registration = min(report.recycled_for_registration + burn, U64_MAX)
    state.events.deposit("RAORecycledForRegistrationSet", netuid=netuid, rao=report.recycled_for_registration)
    record_tao_inflow(state, netuid, paid)
    state.events.deposit("NeuronRegistered", netuid=netuid, uid=uid, hotkey=hotkey)


@implements("SUBNET-REGISTER-2")
def register_limit(
    state: State, coldkey: AccountId, netuid: int, hotkey: AccountId, limit_price: int
) -> None:
    """Register for a burn of at most ``limit_price`` rao.

    Raises in this order:
        RegistrationNotPermittedOnRootSubnet: the subnet is root.
        SubnetNotExists: there is no such subnet.
        RegistrationPriceLimitExceeded: the burn is above the limit.
        what :func:`burned_register` raises.

    Source: ``registration.rs:134``.
    """
    require(netuid != ROOT, SubtensorError.RegistrationNotPermittedOnRootSubnet)
    require_subnet(state, netuid)
    within = state.registrations.peek(netuid).burn <= limit_price
    require(within, SubtensorError.RegistrationPriceLimitExceeded)
    burned_register(state, coldkey, netuid, hotkey)


@implements("SUBNET-REGISTER-3")
def associate_hotkey(state: State, coldkey: AccountId, hotkey: AccountId) -> None:
    """Give a hotkey that belongs to nobody to the coldkey; else nothing happens.

    Raises:
        CannotUseSystemAccount: the hotkey is the account of a subnet.

    Source: ``pallets/subtensor/src/staking/helpers.rs:126``.
    """
    require(not is_subnet_account(hotkey), SubtensorError.CannotUseSystemAccount)
    if hotkey_exists(state, hotkey):
        return
    state.hotkeys[hotkey].owner = coldkey
    held = state.coldkeys[coldkey]
    if hotkey not in held.owned_hotkeys:
        held.owned_hotkeys += (hotkey,)
    if hotkey not in held.staking_hotkeys:
        held.staking_hotkeys += (hotkey,)


def _has_place(state: State, netuid: int) -> bool:
    most = state.hyperparameters.peek(netuid).max_allowed_uids
    if most == 0:
        return False
    return state.subnets.peek(netuid).neurons < most or neuron_to_prune(state, netuid) is not None


@implements("SUBNET-REGISTER-3")
def is_subnet_account(who: AccountId) -> bool:
    """Whether this is the account of a netuid, with or without a subnet.

    Source: ``pallets/subtensor/src/subnets/subnet.rs:478``.
    """
    return who == subnet_account(int.from_bytes(who[12:14], "little"))
