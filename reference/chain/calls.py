"""The calls of a block, by upstream's name, and how one is executed.

Source: ``pallets/subtensor/src/macros/dispatches.rs``, ``pallets/admin-utils/src/lib.rs``,
``pallet-balances``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from taospec.reference.chain.call import Call
from taospec.reference.chain.catalogue.balances import BALANCES_CALLS
from taospec.reference.chain.catalogue.hyperparameters import HYPERPARAMETER_CALLS
from taospec.reference.chain.catalogue.keys import KEYS_CALLS
from taospec.reference.chain.catalogue.lifecycle import LIFECYCLE_CALLS
from taospec.reference.chain.catalogue.registration import REGISTRATION_CALLS
from taospec.reference.chain.catalogue.staking import STAKING_CALLS
from taospec.reference.chain.catalogue.weights import WEIGHT_CALLS
from taospec.reference.chain.fees import Charge, Payment, require_payable, settle_fee, withdraw_fee
from taospec.reference.chain.guards import check_guards
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.rules import implements
from taospec.reference.state.errors import DispatchError, ProtocolError
from taospec.reference.state.origin import Origin, require_root, require_signed
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId

CALLS: Final[Mapping[str, Call]] = {
    **BALANCES_CALLS,
    **STAKING_CALLS,
    **REGISTRATION_CALLS,
    **LIFECYCLE_CALLS,
    **HYPERPARAMETER_CALLS,
    **WEIGHT_CALLS,
    **KEYS_CALLS,
}
"""Every call that is modelled, by upstream's name."""


@attrs.frozen
class Outcome:
    """What became of a call."""

    error: ProtocolError | None = None
    """The error that it returned; ``None`` for success."""
    before_dispatch: bool = False
    """Whether a guard returned the error, or the signer cannot pay: such a call would not be in a
    block of the real chain."""

    @property
    def name(self) -> str:
        """``Ok``, the error's name, or that after ``guard:``."""
        if self.error is None:
            return "Ok"
        return f"guard:{self.error.value}" if self.before_dispatch else str(self.error.value)


@implements("CHAIN-CALL-1", "CHAIN-FEE-4")
def execute(
    state: State,
    name: str,
    origin: Origin,
    arguments: Mapping[str, Any],
    author: AccountId | None,
    payment: Payment | None = None,
) -> Outcome:
    """Execute one call, and charge for it.

    A call that is refused before dispatch changes nothing; one that returns an error changes
    nothing but what its fee changes.

    Args:
        name: upstream's name of the call.
        origin: who makes it; only an account pays.
        arguments: by upstream's names.
        author: the block's author.
        payment: what the fee is reckoned from; ``None`` for no fee at all.

    Raises:
        InvalidInputError: there is no such call, or an argument is missing or not of its type.
    """
    call = modelled_call(name)
    values = checked_arguments(name, call, arguments)
    if not isinstance(origin, bytes):
        return _dispatched(state, call, origin, values, author)
    charge = None if payment is None else Charge(name, origin, arguments, payment)
    try:
        if charge is not None:
            require_payable(state, charge)
        check_guards(state, name, call, origin, values)
        withdrawn = None if charge is None else withdraw_fee(state, charge, author)
    except DispatchError as error:
        return Outcome(error.error, before_dispatch=True)
    outcome = _dispatched(state, call, origin, values, author)
    if charge is not None and withdrawn is not None:
        settle_fee(state, charge, withdrawn, author)
    return outcome


def _dispatched(
    state: State, call: Call, origin: Origin, values: list[Any], author: AccountId | None
) -> Outcome:
    try:
        with state.transaction():
            call.function(state, *_maker(call, origin), *values, *([author] if call.pays_author else []))
    except DispatchError as error:
        return Outcome(error.error)
    return Outcome()


def modelled_call(name: str) -> Call:
    """The call of the name.

    Raises:
        InvalidInputError: there is no such call.
    """
    if name not in CALLS:
        raise InvalidInputError("call", name, "is not a call that is modelled")
    return CALLS[name]


def checked_arguments(name: str, call: Call, arguments: Mapping[str, Any]) -> list[Any]:
    """The values of a call's arguments, in the order in which it declares them.

    Raises:
        InvalidInputError: an argument is missing or not of its type.
    """
    values = []
    for argument, kind in call.arguments.items():
        if argument not in arguments:
            raise InvalidInputError(f"{name}.{argument}", None, "is missing")
        kind.check(f"{name}.{argument}", arguments[argument])
        values.append(arguments[argument])
    return values


def _maker(call: Call, origin: Origin) -> list[Origin]:
    """What the call's function is told of its maker."""
    match call.maker:
        case "signer":
            return [require_signed(origin)]
        case "root":
            require_root(origin)
            return []
        case "anyone":
            return [origin]
