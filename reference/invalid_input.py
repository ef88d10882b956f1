"""The error for input that no chain storage could hold."""

from __future__ import annotations

U8_MAX = 2**8 - 1
U16_MAX = 2**16 - 1
U32_MAX = 2**32 - 1
U64_MAX = 2**64 - 1


class InvalidInputError(ValueError):
    """A value that cannot be decoded into its field's type, or breaks a record's shape.

    Carries the ``field`` and the ``value`` so that a caller can report both. It is never a
    protocol error: those are results that the chain itself returns.
    """

    def __init__(self, field: str, value: object, reason: str) -> None:
        super().__init__(f"{field}: {reason}, got {value!r}")
        self.field = field
        self.value = value
        self.reason = reason

    def __reduce__(self) -> tuple[type[InvalidInputError], tuple[str, object, str]]:
        # An exception is otherwise made anew from its message alone, which fails between processes.
        return type(self), (self.field, self.value, self.reason)


def require_integer(field: str, value: object, minimum: int, maximum: int) -> int:
    """Return ``value`` if it is an int (not a bool) in ``[minimum, maximum]``.

    Raises:
        InvalidInputError: otherwise, naming ``field`` and ``value``.
    """
    if type(value) is not int:
        raise InvalidInputError(field, value, "must be an integer")
    if not minimum <= value <= maximum:
        raise InvalidInputError(field, value, f"must be in [{minimum}, {maximum}]")
    return value
