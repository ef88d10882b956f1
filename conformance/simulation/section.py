"""Sections of a scenario file: every value is read with its type, and none is ignored."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from taospec.reference.invalid_input import InvalidInputError, require_integer

RAO_PER_COIN: Final = 10**9
_MOST_COINS: Final = 10**9
_REQUIRED: Final = object()


class Section:
    """A table of a scenario file.

    Each reading method names a key. :meth:`close` refuses the keys that nobody read, so that a
    misspelt one is an error and not a default.
    """

    def __init__(self, path: str, content: object) -> None:
        if not isinstance(content, dict):
            raise InvalidInputError(path, content, "must be a table")
        self.path = path
        self._content = content
        self._unread = dict.fromkeys(content)

    def close(self) -> None:
        """Refuse what was not read.

        Raises:
            InvalidInputError: naming the first such key.
        """
        for key in self._unread:
            raise InvalidInputError(self.name(key), self._content[key], "is not a key of this table")

    def name(self, key: str) -> str:
        """A key with the path of its table."""
        return f"{self.path}.{key}" if self.path else key

    def has(self, key: str) -> bool:
        """Whether the table has the key."""
        return key in self._content

    def text(self, key: str, default: object = _REQUIRED) -> str:
        """A text that is not empty."""
        value = self._take(key, default)
        if not isinstance(value, str) or not (value or value is default):
            raise InvalidInputError(self.name(key), value, "must be a text")
        return value

    def choice(self, key: str, choices: Mapping[str, object] | tuple[str, ...], default: str = "") -> str:
        """One of a few texts."""
        value = self._take(key, default or _REQUIRED)
        if value not in tuple(choices):
            raise InvalidInputError(self.name(key), value, f"must be one of {', '.join(choices)}")
        return str(value)

    def integer(self, key: str, default: object = _REQUIRED, *, least: int = 0, most: int = 2**32 - 1) -> int:
        """An integer between bounds."""
        return require_integer(self.name(key), self._take(key, default), least, most)

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self._take(key, default)
        if not isinstance(value, bool):
            raise InvalidInputError(self.name(key), value, "must be true or false")
        return value

    def coins(self, key: str, default: object = _REQUIRED) -> int:
        """An amount of TAO or alpha with up to nine decimals, as rao."""
        value = self._take(key, default)
        return _scaled(self.name(key), value, RAO_PER_COIN, _MOST_COINS)

    def proportion(self, key: str, default: object = _REQUIRED) -> int:
        """A number from 0 to 1 with up to nine decimals, in parts of 10^9."""
        return _scaled(self.name(key), self._take(key, default), RAO_PER_COIN, 1)

    def proportions(self, key: str, count: int, default: object = _REQUIRED) -> tuple[int, ...]:
        """As many numbers from 0 to 1, ascending."""
        value = self._take(key, default)
        if not isinstance(value, list | tuple) or len(value) != count:
            raise InvalidInputError(self.name(key), value, f"must be a list of {count} numbers")
        scaled = tuple(_scaled(self.name(key), each, RAO_PER_COIN, 1) for each in value)
        if list(scaled) != sorted(scaled):
            raise InvalidInputError(self.name(key), value, "must be ascending")
        return scaled

    def texts(self, key: str, default: object = _REQUIRED) -> tuple[str, ...]:
        """A list of texts."""
        value = self._take(key, default)
        if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
            raise InvalidInputError(self.name(key), value, "must be a list of texts")
        return tuple(value)

    def netuids(self, key: str) -> tuple[int, ...] | None:
        """A list of netuids; ``None`` for the text ``all``, which is the default."""
        value = self._take(key, "all")
        if value == "all":
            return None
        if not isinstance(value, list) or not value:
            raise InvalidInputError(self.name(key), value, 'must be "all" or a list of netuids')
        return tuple(require_integer(self.name(key), each, 0, 2**16 - 1) for each in value)

    def table(self, key: str) -> Mapping[str, Any]:
        """A table as it is, empty without one."""
        value = self._take(key, {})
        if not isinstance(value, dict):
            raise InvalidInputError(self.name(key), value, "must be a table")
        return value

    def section(self, key: str) -> Section:
        """A table to be read in turn, empty without one."""
        return Section(self.name(key), self._take(key, {}))

    def sections(self, key: str) -> list[Section]:
        """A list of tables, empty without one."""
        value = self._take(key, [])
        if not isinstance(value, list):
            raise InvalidInputError(self.name(key), value, "must be a list of tables")
        return [Section(f"{self.name(key)}[{index}]", each) for index, each in enumerate(value)]

    def _take(self, key: str, default: object) -> Any:
        self._unread.pop(key, None)
        if key in self._content:
            return self._content[key]
        if default is _REQUIRED:
            raise InvalidInputError(self.name(key), None, "is missing")
        return default


def _scaled(field: str, value: object, scale: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise InvalidInputError(field, value, "must be a number")
    scaled = Decimal(value) * scale
    if not 0 <= value <= most or scaled != int(scaled):
        raise InvalidInputError(field, value, f"must be in [0, {most:,}] with at most 9 decimals")
    return int(scaled)
