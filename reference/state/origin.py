"""Who makes a call: an account, the root origin, or nobody.

Source: ``frame_system::RawOrigin``. Root is what the sudo key dispatches as, and nothing else.
"""

from __future__ import annotations

import enum
from typing import Final, Literal, TypeAlias

from taospec.reference.state.errors import DispatchError, FrameError
from taospec.reference.state.storage_types import AccountId


class RootOrigin(enum.Enum):
    """The type of :data:`ROOT`."""

    ROOT = "root"


ROOT: Final = RootOrigin.ROOT
"""The origin of calls that the sudo key makes."""

Origin: TypeAlias = "AccountId | Literal[RootOrigin.ROOT] | None"
"""The account that signed, :data:`ROOT`, or ``None`` for an unsigned call."""


def require_signed(origin: Origin) -> AccountId:
    """The account that signed.

    Raises:
        BadOrigin: none did.
    """
    if not isinstance(origin, bytes):
        raise DispatchError(FrameError.BadOrigin)
    return origin


def require_root(origin: Origin) -> None:
    """Refuse everyone else.

    Raises:
        BadOrigin: the origin is not root.
    """
    if origin is not ROOT:
        raise DispatchError(FrameError.BadOrigin)
