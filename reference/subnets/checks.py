"""What must hold for a parameter to be set: the checks that setters are put together from.

Source: ``pallets/admin-utils/src/lib.rs``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from taospec.reference.state.errors import AdminUtilsError, ProtocolError, SubtensorError, SwapError
from taospec.reference.state.hyperparameters import Hyperparameters
from taospec.reference.state.storage_types import ZERO_ACCOUNT
from taospec.reference.subnets.access import Limit, is_frozen, is_limited
from taospec.reference.subnets.setter import Check


def exists(error: ProtocolError = AdminUtilsError.SubnetDoesNotExist) -> Check:
    """The subnet exists. Three pallets have three names for it if it does not."""
    return Check(error, "the subnet exists", lambda call: call.state.subnets.peek(call.netuid).added)


def owner_not_limited(limit: Limit) -> Check:
    """The owner's last use is long enough ago."""
    return Check(
        SubtensorError.TxRateLimitExceeded,
        "the owner is not rate limited",
        lambda call: call.owner is None or not is_limited(call.state, call.owner, call.netuid, limit),
    )


def not_limited(limit: Limit) -> Check:
    """The last use by anybody is long enough ago."""
    return Check(
        SubtensorError.TxRateLimitExceeded,
        "the subnet is not rate limited, whoever calls",
        lambda call: not is_limited(call.state, call.owner or ZERO_ACCOUNT, call.netuid, limit),
    )


def of_owner(check: Check) -> Check:
    """A check that root is spared."""
    return Check(
        check.error,
        f"{check.condition}, or root calls",
        lambda call: call.owner is None or check.holds(call),
    )


def at_least(least: int, error: ProtocolError) -> Check:
    """A constant lower bound."""
    return Check(error, f"x ≥ {_shown(least)}", lambda call: bool(call.value >= least))


def at_most(most: int, error: ProtocolError) -> Check:
    """A constant upper bound."""
    return Check(error, f"x ≤ {_shown(most)}", lambda call: bool(call.value <= most))


def above(bound: int, error: ProtocolError) -> Check:
    """A constant that the value must exceed."""
    return Check(error, f"x > {_shown(bound)}", lambda call: bool(call.value > bound))


def below(bound: int, error: ProtocolError) -> Check:
    """A constant that the value must stay under."""
    return Check(error, f"x < {_shown(bound)}", lambda call: bool(call.value < bound))


def within(least: int, most: int, error: ProtocolError) -> Check:
    """Both bounds with one error."""
    condition = f"{_shown(least)} ≤ x ≤ {_shown(most)}"
    return Check(error, condition, lambda call: bool(least <= call.value <= most))


def compared(condition: str, holds: Callable[[int, Hyperparameters], bool], error: ProtocolError) -> Check:
    """A bound that another parameter of the subnet sets."""
    return Check(
        error, condition, lambda call: holds(call.value, call.state.hyperparameters.peek(call.netuid))
    )


def _shown(bound: int) -> str:
    return f"{bound:,}"


NOT_FROZEN: Final = Check(
    SubtensorError.AdminActionProhibitedDuringWeightsWindow,
    "the subnet is not frozen",
    lambda call: not is_frozen(call.state, call.netuid),
)
EXISTS: Final = exists()
POOL_EXISTS: Final = exists(SwapError.MechanismDoesNotExist)
NOT_ROOT: Final = Check(
    AdminUtilsError.NotPermittedOnRootSubnet, "the subnet is not root", lambda call: call.netuid != 0
)
