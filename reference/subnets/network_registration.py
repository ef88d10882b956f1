"""Opening a subnet, and starting it.

Source: ``pallets/subtensor/src/subnets/subnet.rs``.
"""

from __future__ import annotations

from typing import Final

from taospec.reference.amm.records import DYNAMIC
from taospec.reference.amm.swap import current_price
from taospec.reference.emission.coinbase import report_emission
from taospec.reference.emission.moving_price import moving_alpha_price
from taospec.reference.fixed_point import U64F64
from taospec.reference.fixed_point.numbers import U64
from taospec.reference.invalid_input import U16_MAX, U64_MAX
from taospec.reference.rules import implements
from taospec.reference.staking.childkeys import root_validators_adopt
from taospec.reference.staking.positions import (
    ROOT,
    all_netuids,
    hotkey_exists,
    owns_hotkey,
    require,
    require_subnet,
)
from taospec.reference.state.errors import SubtensorError
from taospec.reference.state.ledger import balance_of, transfer_to_subnet
from taospec.reference.state.origin import Origin
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId
from taospec.reference.subnets.access import require_owner
from taospec.reference.subnets.dissolution import dissolve_network
from taospec.reference.subnets.identity import SubnetIdentity, is_valid_identity
from taospec.reference.subnets.lock_cost import lock_reduction_interval, network_lock_cost
from taospec.reference.subnets.registration import associate_hotkey, is_subnet_account
from taospec.reference.subnets.symbols import next_symbol
from taospec.reference.subnets.uids import append_neuron
from taospec.reference.supply.block_emission import block_emission

INITIAL_TEMPO: Final = 360
"""Blocks from one epoch of a new subnet to the next."""
INITIAL_BURN: Final = 1_000_000_000
"""What the first registration on a new subnet costs, rao."""
LAST_REGISTRATION: Final = ("NetworkLastRegistered",)
"""Key of the block in which the last subnet was registered."""
_ONE: Final = U64F64.one()
_TWO: Final = U64F64.from_num(2)
_ZERO: Final = U64F64.zero()


@implements("SUBNET-OPEN-1")
def register_network(state: State, coldkey: AccountId, hotkey: AccountId) -> None:
    """Open a subnet without a description; see :func:`register_network_with_identity`.

    Source: ``pallets/subtensor/src/macros/dispatches.rs:1206``.
    """
    register_network_with_identity(state, coldkey, hotkey, None)


@implements("SUBNET-OPEN-1")
def register_network_with_identity(
    state: State, coldkey: AccountId, hotkey: AccountId, identity: SubnetIdentity | None
) -> None:
    """Open a subnet for its lock cost; where there is no room, in place of the weakest.

    The coldkey becomes its owner, the hotkey its first neuron. The TAO goes into the pool.

    Raises in this order:
        NonAssociatedColdKey: the hotkey belongs to another coldkey.
        CannotUseSystemAccount: the hotkey is the account of a subnet.
        SubNetRegistrationDisabled: no subnets are registered yet.
        NetworkTxRateLimitExceeded: the last registration, by anybody, is too recent.
        SubnetLimitReached: there is no room, and every subnet is immune.
        CannotAffordLockCost: the coldkey holds less than the lock cost.
        what the transfer raises.
        InvalidIdentity: a text of the description is too long.

    Source: ``subnet.rs:115``.
    """
    stranger = hotkey_exists(state, hotkey) and not owns_hotkey(state, coldkey, hotkey)
    require(not stranger, SubtensorError.NonAssociatedColdKey)
    require(not is_subnet_account(hotkey), SubtensorError.CannotUseSystemAccount)
    started = state.clock.block >= state.parameters.registration_start_block
    require(started, SubtensorError.SubNetRegistrationDisabled)
    require_network_rate_limit(state)
    pruned = None if _has_room(state) else network_to_prune(state)
    require(_has_room(state) or pruned is not None, SubtensorError.SubnetLimitReached)
    cost = current_lock_cost(state)
    report_emission(state, state.issuance.total, block_emission(state.issuance.total))
    require(cost <= balance_of(state, coldkey), SubtensorError.CannotAffordLockCost)
    if pruned is not None:
        dissolve_network(state, pruned)
    netuid = next_netuid(state) if pruned is None else pruned
    price = median_price(state)
    init_network(state, netuid)
    _take_ownership(state, netuid, coldkey, hotkey, cost, price)
    if identity is not None:
        require(is_valid_identity(identity), SubtensorError.InvalidIdentity)
        state.events.deposit("SubnetIdentitySet", netuid=netuid)
    root_validators_adopt(state, netuid)
    state.events.deposit("NetworkAdded", netuid=netuid, mechanism=DYNAMIC)
    state.hyperparameters[netuid].emission_enabled = False


@implements("SUBNET-START-1")
def start_call(state: State, origin: Origin, netuid: int) -> None:
    """Start a subnet's emission in the next block, and the trade in its alpha now.

    Raises in this order:
        SubnetNotExists: there is no such subnet.
        BadOrigin: the subnet's owner did not sign.
        FirstEmissionBlockNumberAlreadySet: it was started.
        NeedWaitingMoreBlocksToStarCall: it was registered too recently.

    Source: ``subnet.rs:374``.
    """
    require_subnet(state, netuid)
    require_owner(state, origin, netuid)
    subnet = state.subnets[netuid]
    require(subnet.first_emission_block is None, SubtensorError.FirstEmissionBlockNumberAlreadySet)
    earliest = min(subnet.registered_at + state.parameters.start_call_delay, U64_MAX)
    require(state.clock.block >= earliest, SubtensorError.NeedWaitingMoreBlocksToStarCall)
    subnet.first_emission_block = state.clock.block + 1
    subnet.subtoken_enabled = True
    state.events.deposit("FirstEmissionBlockNumberSet", netuid=netuid, block=state.clock.block + 1)


@implements("SUBNET-OPEN-2")
def require_network_rate_limit(state: State) -> None:
    """Refuse with NetworkTxRateLimitExceeded if the last registration is less than the limit ago.

    Source: ``pallets/subtensor/src/utils/rate_limiting.rs:64``.
    """
    last = state.rate_limits.peek(LAST_REGISTRATION).last_block
    passed = last == 0 or max(state.clock.block - last, 0) >= state.parameters.network_rate_limit
    require(passed, SubtensorError.NetworkTxRateLimitExceeded)


@implements("SUBNET-LOCK-1", "SUBNET-LOCK-2")
def current_lock_cost(state: State) -> int:
    """What a subnet costs in this block, rao.

    Source: ``pallets/subtensor/src/coinbase/root.rs:502``.
    """
    parameters, issuance = state.parameters, state.issuance.total
    return network_lock_cost(
        state.network.last_lock_cost,
        parameters.network_min_lock_cost,
        state.rate_limits.peek(LAST_REGISTRATION).last_block,
        state.clock.block,
        lock_reduction_interval(parameters.network_lock_reduction_interval, block_emission(issuance)),
    )


@implements("SUBNET-PRUNE-1")
def network_to_prune(state: State) -> int | None:
    """The subnet with the lowest moving price that is not immune; of equal ones the oldest.

    Of equally old ones the first in the order of storage.

    Source: ``pallets/subtensor/src/coinbase/root.rs:593``.
    """
    candidates = [netuid for netuid in _subnets(state) if not _is_immune(state, netuid)]
    return min(candidates, key=lambda netuid: _strength(state, netuid), default=None)


@implements("SUBNET-OPEN-3")
def next_netuid(state: State) -> int:
    """The lowest netuid above 0 without a subnet.

    Source: ``subnet.rs:56``.
    """
    taken = set(all_netuids(state))
    return next(netuid for netuid in range(1, len(taken) + 2) if netuid not in taken)


@implements("SUBNET-OPEN-4")
def median_price(state: State) -> U64F64:
    """Median of the subnets' prices that are above 0, TAO per alpha; 1 without any.

    For an even number the mean of the middle two, truncated to 2**-64; their sum saturates.

    Source: ``pallets/subtensor/src/staking/stake_utils.rs:74``.
    """
    prices = sorted(
        price for netuid in _subnets(state) if (price := current_price(state.pools.peek(netuid))) > _ZERO
    )
    if not prices:
        return _ONE
    lower, upper = prices[(len(prices) - 1) // 2], prices[len(prices) // 2]
    return upper if len(prices) % 2 else lower.saturating_add(upper).safe_div(_TWO)


@implements("SUBNET-OPEN-5")
def init_network(state: State, netuid: int) -> None:
    """Make a subnet exist, with the parameters that are set for every new one.

    What its netuid's last subnet left behind stays.

    Source: ``subnet.rs:294``.
    """
    subnet, schedule = state.subnets[netuid], state.schedules[netuid]
    subnet.neurons, subnet.added = 0, True
    schedule.tempo = INITIAL_TEMPO
    schedule.last_epoch_block = max(state.clock.block - netuid % INITIAL_TEMPO, 0)
    state.network.subnets = min(state.network.subnets + 1, U16_MAX)
    parameters = state.hyperparameters[netuid]
    parameters.registration_allowed = True
    parameters.max_allowed_uids = 256
    parameters.max_allowed_validators = 64
    parameters.min_allowed_weights = 1
    parameters.immunity_period = 5_000
    parameters.yuma3 = True
    parameters.emission_enabled = True
    state.registrations[netuid].burn = INITIAL_BURN
    state.events.deposit("RegistrationAllowed", netuid=netuid, allowed=True)
    state.events.deposit("MaxAllowedUidsSet", netuid=netuid, count=256)
    state.events.deposit("MaxAllowedValidatorsSet", netuid=netuid, count=64)
    state.events.deposit("MinAllowedWeightSet", netuid=netuid, count=1)
    state.events.deposit("ImmunityPeriodSet", netuid=netuid, blocks=5_000)


@implements("SUBNET-OPEN-6")
def _take_ownership(
    state: State, netuid: int, coldkey: AccountId, hotkey: AccountId, cost: int, price: U64F64
) -> None:
    """Move the lock into the pool at a price, and give the subnet to the coldkey.

    Source: ``subnet.rs:196``.
    """
    block = state.clock.block
    locked = transfer_to_subnet(state, netuid, coldkey, cost)
    state.network.last_lock_cost = locked
    state.rate_limits[LAST_REGISTRATION].last_block = block
    associate_hotkey(state, coldkey, hotkey)
    append_neuron(state, netuid, hotkey)
    subnet, pool = state.subnets[netuid], state.pools[netuid]
    pool.mechanism = DYNAMIC
    subnet.registered_at = block
    subnet.registrations = min(subnet.registrations + 1, U64_MAX)
    subnet.symbol = next_symbol(state, netuid)
    tao = max(locked, state.parameters.network_min_lock_cost)
    pool.tao_reserve = tao
    pool.alpha_in = U64F64.saturating_from_num(tao).safe_div(price).saturating_to_num(U64)
    pool.alpha_out = 0
    pool.volume = 0
    subnet.owner, subnet.owner_hotkey, subnet.locked = coldkey, hotkey, locked
    state.events.deposit("SubnetOwnerHotkeySet", netuid=netuid, hotkey=hotkey)
    state.subnet_reports[netuid].recycled_for_registration = 0
    state.issuance.total_stake = min(state.issuance.total_stake + tao, U64_MAX)


def _subnets(state: State) -> list[int]:
    """Every subnet but root, in the order of storage."""
    return [netuid for netuid in all_netuids(state) if netuid != ROOT]


def _has_room(state: State) -> bool:
    return len(_subnets(state)) < state.parameters.subnet_limit


def _is_immune(state: State, netuid: int) -> bool:
    immunity = state.parameters.network_immunity_period
    return state.clock.block < min(state.subnets.peek(netuid).registered_at + immunity, U64_MAX)


def _strength(state: State, netuid: int) -> tuple[U64F64, int]:
    mechanism, average = state.pools.peek(netuid).mechanism, state.emissions.peek(netuid).moving_price
    return moving_alpha_price(netuid, mechanism, average), state.subnets.peek(netuid).registered_at
