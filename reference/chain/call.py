"""What the chain knows about a call: its function, its arguments, who may make it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import attrs

from taospec.reference.state.storage_types import StorageType

Maker = Literal["signer", "root", "anyone"]
"""Who makes a call: an account alone, root alone, or the function looks at the origin itself."""


@attrs.frozen
class Call:
    """A call: a function of the state, its maker, and arguments under upstream's names."""

    function: Callable[..., Any]
    """Takes the state, the signer (``signer``) or the origin (``anyone``) or nothing (``root``), then
    the arguments in their order."""
    arguments: Mapping[str, StorageType[Any]]
    """Name and type of each argument."""
    maker: Maker = "signer"
    """Every other maker is answered with ``BadOrigin``."""
    pays_author: bool = False
    """Whether the block's author, who gets the fee of a swap, is the last argument."""
    guard: Callable[..., None] | None = None
    """What is checked before the call is accepted at all, if an account signed it: takes the state,
    the signer and the arguments."""
    ignored: Mapping[str, StorageType[Any]] = attrs.field(factory=dict)
    """Arguments that upstream declares and never reads."""
