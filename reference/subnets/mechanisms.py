"""How many mechanisms a subnet has, and how its emission is split between them.

Source: ``pallets/subtensor/src/subnets/mechanism.rs``, ``pallets/admin-utils/src/lib.rs``.
"""

from __future__ import annotations

from typing import Final

from taospec.reference.invalid_input import U16_MAX
from taospec.reference.rules import implements
from taospec.reference.staking.positions import require
from taospec.reference.state.errors import SubtensorError
from taospec.reference.state.origin import Origin
from taospec.reference.state.rate_limits import Transaction
from taospec.reference.state.state import State
from taospec.reference.subnets.access import (
    note_use,
    require_not_frozen,
    require_not_limited,
    require_owner_or_root,
)
from taospec.reference.subnets.removal import forget_mechanism

MOST_MECHANISMS: Final = 16
"""Most mechanisms for which a subnet has storage indices."""
MOST_UIDS: Final = 256
"""Most uids of a subnet, over all of its mechanisms."""


@implements("SUBNET-MECHANISM-1")
def set_mechanism_count(state: State, origin: Origin, netuid: int, count: int) -> None:
    """Give a subnet so many mechanisms; those beyond lose everything, and the split is even again.

    Raises in this order:
        BadOrigin: neither the subnet's owner nor root asks.
        TxRateLimitExceeded: the owner's last change is too recent.
        AdminActionProhibitedDuringWeightsWindow: an epoch is near.
        MechanismDoesNotExist: there is no such subnet.
        InvalidValue: none, or more than the network allows.
        TooManyUIDsPerMechanism: together they would have more than 256 uids.

    Source: ``pallets/admin-utils/src/lib.rs:1852``, ``mechanism.rs:113``.
    """
    owner = require_owner_or_root(state, origin, netuid)
    if owner is not None:
        require_not_limited(state, owner, netuid, Transaction.MECHANISM_COUNT_UPDATE)
    require_not_frozen(state, netuid)
    require(state.subnets.peek(netuid).added, SubtensorError.MechanismDoesNotExist)
    require(0 < count <= state.parameters.max_mechanism_count, SubtensorError.InvalidValue)
    uids = min(state.hyperparameters.peek(netuid).max_allowed_uids * count, U16_MAX)
    require(uids <= MOST_UIDS, SubtensorError.TooManyUIDsPerMechanism)
    _change_count(state, netuid, count)
    if owner is not None:
        note_use(state, owner, netuid, Transaction.MECHANISM_COUNT_UPDATE)


@implements("SUBNET-MECHANISM-2")
def set_mechanism_emission_split(
    state: State, origin: Origin, netuid: int, split: tuple[int, ...] | None
) -> None:
    """Split emission between mechanisms in these parts of 65535, or evenly.

    Raises in this order:
        BadOrigin: neither the subnet's owner nor root asks.
        TxRateLimitExceeded: the owner's last change is too recent.
        AdminActionProhibitedDuringWeightsWindow: an epoch is near.
        MechanismDoesNotExist: there is no such subnet.
        InvalidValue: no part, more parts than mechanisms, or a sum other than 65535.

    Source: ``pallets/admin-utils/src/lib.rs:1879``, ``mechanism.rs:200``.
    """
    owner = require_owner_or_root(state, origin, netuid)
    if owner is not None:
        require_not_limited(state, owner, netuid, Transaction.MECHANISM_EMISSION)
    require_not_frozen(state, netuid)
    require(state.subnets.peek(netuid).added, SubtensorError.MechanismDoesNotExist)
    parameters = state.hyperparameters[netuid]
    if split is not None:
        require(0 < len(split) <= parameters.mechanism_count, SubtensorError.InvalidValue)
        require(sum(split) == U16_MAX, SubtensorError.InvalidValue)
    parameters.mechanism_emission_split = split
    if owner is not None:
        note_use(state, owner, netuid, Transaction.MECHANISM_EMISSION)


@implements("SUBNET-MECHANISM-3")
def set_max_mechanism_count(state: State, count: int) -> None:
    """Set how many mechanisms a subnet may have; those that have more keep them.

    Raises:
        InvalidValue: none, or more than 16.

    Source: ``mechanism.rs:145``.
    """
    require(0 < count <= MOST_MECHANISMS, SubtensorError.InvalidValue)
    state.parameters.max_mechanism_count = count


@implements("SUBNET-MECHANISM-1")
def _change_count(state: State, netuid: int, count: int) -> None:
    """Remove the mechanisms from ``count`` on; nothing happens for the present count.

    A mechanism that is added begins with no vectors at all.

    Source: ``mechanism.rs:163``.
    """
    parameters = state.hyperparameters[netuid]
    if parameters.mechanism_count == count:
        return
    for mechanism in range(count, parameters.mechanism_count):
        forget_mechanism(state, netuid, mechanism)
    parameters.mechanism_count = count
    parameters.mechanism_emission_split = None
