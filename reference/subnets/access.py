"""Who may change a subnet, when, and how often.

Source: ``pallets/subtensor/src/utils/misc.rs``, ``pallets/subtensor/src/utils/rate_limiting.rs``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from taospec.reference.emission.schedule import blocks_until_next_epoch
from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.staking.positions import require
from taospec.reference.state.errors import DispatchError, FrameError, SubtensorError
from taospec.reference.state.origin import ROOT as ROOT_ORIGIN
from taospec.reference.state.origin import Origin, require_signed
from taospec.reference.state.rate_limits import Hyperparameter, RateLimit, Transaction, TransactionLimit
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import ZERO_ACCOUNT, AccountId

Limit: TypeAlias = Hyperparameter | Transaction
"""What is limited: one hyperparameter, or one kind of call."""
MIN_TEMPO: Final = 360
"""Least tempo that an owner may set, and blocks from one tempo of an owner to the next."""
OWNER_HOTKEY_INTERVAL: Final = 50_400
"""Blocks from one change of a subnet's owner hotkey to the next: a week."""
MECHANISMS_INTERVAL: Final = 7_200
"""Blocks from one change of a subnet's mechanisms to the next: a day."""
TRIMMING_INTERVAL: Final = 216_000
"""Blocks from one trimming of a subnet to the next: 30 days."""


@implements("SUBNET-ACCESS-1")
def require_owner_or_root(state: State, origin: Origin, netuid: int) -> AccountId | None:
    """The owner's coldkey, ``None`` for root.

    Raises:
        BadOrigin: anybody else asks.

    Source: ``misc.rs:12``.
    """
    return None if origin is ROOT_ORIGIN else require_owner(state, origin, netuid)


@implements("SUBNET-ACCESS-1")
def require_owner(state: State, origin: Origin, netuid: int) -> AccountId:
    """The owner's coldkey.

    Raises:
        BadOrigin: anybody else asks, root included.

    Source: ``misc.rs:25``.
    """
    signer = require_signed(origin)
    if signer != (state.subnets.peek(netuid).owner or ZERO_ACCOUNT):
        raise DispatchError(FrameError.BadOrigin)
    return signer


@implements("SUBNET-ACCESS-2")
def is_frozen(state: State, netuid: int) -> bool:
    """Whether the subnet's parameters are frozen: an epoch is pending, or due within the window.

    Source: ``misc.rs:59``.
    """
    schedule, block = state.schedules.peek(netuid), state.clock.block
    if schedule.tempo == 0:
        return False
    if schedule.pending_epoch_at > block:
        return True
    return blocks_until_next_epoch(schedule, block) < state.parameters.admin_freeze_window


@implements("SUBNET-ACCESS-2")
def require_not_frozen(state: State, netuid: int) -> None:
    """Refuse with AdminActionProhibitedDuringWeightsWindow while the subnet is frozen.

    Source: ``misc.rs:74``.
    """
    require(not is_frozen(state, netuid), SubtensorError.AdminActionProhibitedDuringWeightsWindow)


@implements("SUBNET-ACCESS-3")
def require_not_limited(state: State, who: AccountId, netuid: int, limit: Limit) -> None:
    """Refuse with TxRateLimitExceeded while :func:`is_limited`.

    Source: ``misc.rs:38``.
    """
    require(not is_limited(state, who, netuid, limit), SubtensorError.TxRateLimitExceeded)


@implements("SUBNET-ACCESS-3")
def is_limited(state: State, who: AccountId, netuid: int, limit: Limit) -> bool:
    """Whether the last use is less than the limit's blocks ago; never for a first use.

    A last use in block 0 counts as none.

    Source: ``rate_limiting.rs:64``.
    """
    last = _last_use(state, who, netuid, limit).last_block
    return last != 0 and max(state.clock.block - last, 0) < limit_in_blocks(state, netuid, limit)


@implements("SUBNET-ACCESS-3")
def note_use(state: State, who: AccountId, netuid: int, limit: Limit) -> None:
    """Note the block as that of the last use.

    Source: ``rate_limiting.rs:110``.
    """
    if isinstance(limit, Transaction) and limit not in _OF_SUBNETS:
        state.transaction_limits[who, netuid, limit].last_block = state.clock.block
    else:
        state.rate_limits[_subject(netuid, limit)].last_block = state.clock.block


@implements("SUBNET-ACCESS-4")
def limit_in_blocks(state: State, netuid: int, limit: Limit) -> int:
    """From one use to the next, blocks; with a tempo in it, **the tempo of now**.

    Source: ``rate_limiting.rs:38``.
    """
    if isinstance(limit, Hyperparameter):
        limit = Transaction.OWNER_HYPERPARAMETER_UPDATE
    return min(_BLOCKS[limit](state, state.schedules.peek(netuid).tempo), U64_MAX)


def _last_use(state: State, who: AccountId, netuid: int, limit: Limit) -> RateLimit | TransactionLimit:
    if isinstance(limit, Transaction) and limit not in _OF_SUBNETS:
        return state.transaction_limits.peek((who, netuid, limit))
    return state.rate_limits.peek(_subject(netuid, limit))


def _subject(netuid: int, limit: Limit) -> tuple[object, ...]:
    if isinstance(limit, Hyperparameter):
        return ("OwnerHyperparamUpdate", netuid, limit)
    return (_OF_SUBNETS[limit], netuid)


_OF_SUBNETS: Final[Mapping[Transaction, str]] = {Transaction.SET_SUBNET_OWNER_HOTKEY: "SetSNOwnerHotkey"}
"""Calls that are limited for the subnet, whoever makes them; the others for the account that signs."""

_BLOCKS: Final[Mapping[Transaction, Callable[[State, int], int]]] = {
    Transaction.OWNER_HYPERPARAMETER_UPDATE: lambda state, tempo: (
        tempo * state.parameters.owner_hyperparameter_rate_limit
    ),
    Transaction.SET_WEIGHTS_VERSION_KEY: lambda state, tempo: (
        tempo * state.parameters.weights_version_key_rate_limit
    ),
    Transaction.TEMPO_UPDATE: lambda *_: MIN_TEMPO,
    Transaction.SET_SUBNET_OWNER_HOTKEY: lambda *_: OWNER_HOTKEY_INTERVAL,
    Transaction.MECHANISM_COUNT_UPDATE: lambda *_: MECHANISMS_INTERVAL,
    Transaction.MECHANISM_EMISSION: lambda *_: MECHANISMS_INTERVAL,
    Transaction.MAX_UIDS_TRIMMING: lambda *_: TRIMMING_INTERVAL,
}
"""Blocks of each limit, from the state and the subnet's tempo."""
