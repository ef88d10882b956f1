"""A call that sets one parameter: what it is made of, and how it is executed.

The calls themselves are the table in :mod:`taospec.reference.subnets.hyperparameters`.

Source: ``pallets/admin-utils/src/lib.rs``, ``pallets/subtensor/src/macros/dispatches.rs``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

import attrs

from taospec.reference.rules import implements
from taospec.reference.state.errors import DispatchError, ProtocolError
from taospec.reference.state.event_catalogue import EVENTS
from taospec.reference.state.origin import Origin, require_root
from taospec.reference.state.record import Record, StoredField
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import (
    ZERO_ACCOUNT,
    AccountId,
    OptionalType,
    StorageType,
    TupleType,
    u16,
)
from taospec.reference.state.upstream_names import LEFT_OUT
from taospec.reference.subnets.access import Limit, note_use, require_owner, require_owner_or_root

Maker = Literal["root", "owner or root", "owner"]
"""Who may make the call."""


@attrs.frozen(kw_only=True)
class Attempt:
    """A setter was called."""

    state: State
    owner: AccountId | None
    """The subnet's owner, who signed; ``None`` for root."""
    netuid: int
    """The subnet; 0 for a parameter of the whole network."""
    value: Any
    """What is to be set: the argument, or a tuple of all if there are several."""
    author: AccountId | None
    """The block's author."""


@attrs.frozen
class Check:
    """What must hold for the parameter to be set."""

    error: ProtocolError
    """The answer where it does not."""
    condition: str
    """The condition in words, of the value x."""
    holds: Callable[[Attempt], bool]


def store(setter: Setter, attempt: Attempt) -> None:
    """Write the value, unless it belongs to an item that the state does not keep."""
    if setter.field is not None:
        kind, field = setter.field
        held = attempt.state.tables[kind.NAME][attempt.netuid if kind.KEY else ()]
        setattr(held, field.name, setter.stored_as(attempt.value))


def _unchanged(value: Any) -> Any:
    return value


@attrs.frozen(kw_only=True)
class Setter:
    """A call that sets one parameter."""

    call: str
    """Upstream's name."""
    item: str
    """The storage item that it sets."""
    argument: tuple[str, ...]
    """Names of the arguments, without the subnet."""
    maker: Maker
    checks: tuple[Check, ...]
    """After the maker's, in their order."""
    limit: Limit | None = None
    """Which use is noted if the owner sets it."""
    limits_root: bool = False
    """Whether it is noted if root sets it, too."""
    events: tuple[str, ...]
    """Each with the subnet, if there is one, and the arguments."""
    source: str
    """File and line of upstream."""
    argument_type: StorageType[Any] | None = None
    """The argument's type where it is not the item's."""
    of_subnet: bool = True
    """Whether the first argument is a subnet."""
    stored_as: Callable[[Any], Any] = _unchanged
    """From the argument to what is stored."""
    write: Callable[[Setter, Attempt], None] = store
    """Sets the parameter."""
    effect: str = ""
    """What else it does, in words."""
    pays_author: bool = False
    """Whether something is sold, so that the block's author gets a fee."""

    @property
    def field(self) -> tuple[type[Record], StoredField] | None:
        """Record and field of the item; ``None`` if the state does not keep it."""
        return None if self.item in LEFT_OUT else _FIELDS[self.item]

    @property
    def arguments(self) -> Mapping[str, StorageType[Any]]:
        """Name and type of every argument."""
        subnet: dict[str, StorageType[Any]] = {"netuid": u16} if self.of_subnet else {}
        return subnet | dict(zip(self.argument, self._types(), strict=True))

    def _types(self) -> tuple[StorageType[Any], ...]:
        if self.argument_type is not None:
            return (self.argument_type,)
        assert self.field is not None, f"{self.call} needs a type: the state does not keep {self.item}"
        held = self.field[1].type
        if isinstance(held, OptionalType):
            return (held.content,)
        return held.elements if isinstance(held, TupleType) else (held,)


@implements("SUBNET-SETTER-1")
def set_parameter(setter: Setter, state: State, origin: Origin, *arguments: Any) -> None:
    """Set a parameter.

    Args:
        setter: the call.
        state: the state.
        origin: who makes it.
        arguments: the call's, then the block's author if it ``pays_author``.

    Raises:
        BadOrigin: the origin may not make the call.
        the error of the first of the setter's checks that does not hold.
    """
    attempt = _attempt(setter, state, origin, *arguments)
    for check in setter.checks:
        if not check.holds(attempt):
            raise DispatchError(check.error)
    setter.write(setter, attempt)
    for event in setter.events:
        state.events.deposit(event, **dict(zip(EVENTS[event].fields, arguments, strict=False)))
    if setter.limit is not None and (attempt.owner is not None or setter.limits_root):
        note_use(state, attempt.owner or ZERO_ACCOUNT, attempt.netuid, setter.limit)


def _attempt(setter: Setter, state: State, origin: Origin, *arguments: Any) -> Attempt:
    left = list(arguments)
    author = left.pop() if setter.pays_author else None
    netuid = left.pop(0) if setter.of_subnet else 0
    value = left[0] if len(left) == 1 else tuple(left)
    owner = _admit(setter.maker, state, origin, netuid)
    return Attempt(state=state, owner=owner, netuid=netuid, value=value, author=author)


def _admit(maker: Maker, state: State, origin: Origin, netuid: int) -> AccountId | None:
    """The owner, or ``None`` for root.

    Raises:
        BadOrigin: the origin may not make the call.
    """
    match maker:
        case "root":
            require_root(origin)
            return None
        case "owner or root":
            return require_owner_or_root(state, origin, netuid)
        case "owner":
            return require_owner(state, origin, netuid)


_FIELDS: Final[Mapping[str, tuple[type[Record], StoredField]]] = {
    field.upstream: (table.kind, field)
    for table in State().tables.values()
    for field in table.kind.FIELDS
    if not field.is_mark
}
"""Storage item to record and field."""
