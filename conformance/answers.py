"""What a backend replies to one case."""

from __future__ import annotations

from typing import Any, TypeAlias

import attrs


@attrs.frozen
class Answer:
    """A result: ``out``, or the name of the protocol error in its place."""

    out: Any = None
    """The result in JSON form, as in a vector's ``out``."""
    error: str | None = None
    """Name of the protocol error, ``None`` if the operation succeeded."""
    after_error: Any = None
    """State after the error, for the operations whose vectors carry it."""
    fallback: str | None = attrs.field(default=None, eq=False)
    """Why a fast backend let the reference compute; not part of the result."""


@attrs.frozen
class Unsupported:
    """The backend does not implement the operation."""


@attrs.frozen
class Crash:
    """The backend broke instead of answering: an exception, a dead process, a broken protocol."""

    reason: str
    """One line."""
    details: str = ""
    """Traceback or the end of the target's stderr."""


@attrs.frozen
class Timeout:
    """The backend gave no answer within the time allowed."""

    seconds: float
    """The time allowed."""


Reply: TypeAlias = Answer | Unsupported | Crash | Timeout


class ProtocolError(Exception):
    """Raised by an operation where the chain returns an error; vectors record its ``name``."""

    def __init__(self, name: str, after_error: Any = None) -> None:
        super().__init__(name)
        self.name = name
        self.after_error = after_error


class ReferenceCrashError(Exception):
    """The reference broke on a generated case: a fault of the reference."""

    def __init__(self, id_: str, op: str, crash: Crash) -> None:
        super().__init__(f"{id_}: {crash.reason}")
        self.id = id_
        self.op = op
        self.crash = crash

    def __reduce__(self) -> tuple[type[ReferenceCrashError], tuple[str, str, Crash]]:
        # For the way from a worker process: an exception is otherwise made anew from its message alone.
        return type(self), (self.id, self.op, self.crash)
