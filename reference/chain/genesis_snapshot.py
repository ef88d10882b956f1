"""The file of a genesis: balances, and the stakes of 2023.

A JSON object, plain or gzip::

    {"balances": {ADDRESS: rao}, "stakes": {COLDKEY: {HOTKEY: [rao, uid]}}}
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from taospec.reference.chain.addresses import account_of
from taospec.reference.invalid_input import U64_MAX, InvalidInputError, require_integer
from taospec.reference.state.ledger import EXISTENTIAL_DEPOSIT, MAX_ISSUANCE
from taospec.reference.state.storage_types import AccountId

MOST_UIDS: Final = 2**16


@attrs.frozen
class Snapshot:
    """What there is at the start."""

    balances: Mapping[AccountId, int]
    """Free balance of each account, rao."""
    stakes: Mapping[tuple[AccountId, AccountId], int]
    """Stake of each coldkey with each hotkey, rao."""

    @property
    def total_balance(self) -> int:
        """The sum of the balances, rao."""
        return sum(self.balances.values())

    @property
    def total_stake(self) -> int:
        """The sum of the stakes, rao."""
        return sum(self.stakes.values())


def read_snapshot(path: Path) -> Snapshot:
    """Read and check a snapshot file.

    Raises:
        InvalidInputError: naming what is wrong, with its place and value.
    """
    try:
        raw = path.read_bytes()
        text = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
        content = json.loads(text, object_pairs_hook=_without_repeated_keys)
    except OSError as error:
        raise InvalidInputError(
            "snapshot", str(path), f"must be readable: {error.strerror or error}"
        ) from None
    except (EOFError, zlib.error) as error:
        raise InvalidInputError("snapshot", str(path), f"must be whole gzip: {error}") from None
    except InvalidInputError:
        raise
    except (ValueError, RecursionError) as error:
        raise InvalidInputError("snapshot", str(path), f"must be JSON: {error}") from None
    return parse_snapshot(content)


def parse_snapshot(content: Any) -> Snapshot:
    """The snapshot that a parsed file holds.

    Raises:
        InvalidInputError: naming what is wrong, with its place and value.
    """
    if not isinstance(content, dict):
        raise InvalidInputError("snapshot", _short(content), "must be an object")
    for key in content:
        if key not in ("balances", "stakes"):
            raise InvalidInputError(f"snapshot.{key}", _short(content[key]), "is no key of a snapshot")
    snapshot = Snapshot(
        balances={
            _account("balances", address): _balance(f"snapshot.balances.{address}", amount)
            for address, amount in _object("snapshot.balances", content.get("balances")).items()
        },
        stakes=dict(_stakes(_object("snapshot.stakes", content.get("stakes")))),
    )
    total = snapshot.total_balance + snapshot.total_stake
    if total > MAX_ISSUANCE:
        raise InvalidInputError("snapshot", total, f"must sum to at most {MAX_ISSUANCE} rao")
    return snapshot


def _balance(field: str, amount: Any) -> int:
    """The chain's own genesis does not begin with accounts below the existential deposit."""
    return require_integer(field, amount, EXISTENTIAL_DEPOSIT, U64_MAX)


def _stakes(content: Mapping[str, Any]) -> list[tuple[tuple[AccountId, AccountId], int]]:
    stakes: list[tuple[tuple[AccountId, AccountId], int]] = []
    owners: dict[AccountId, AccountId] = {}
    for address, held in content.items():
        coldkey, place = _account("stakes", address), f"snapshot.stakes.{address}"
        for hotkey_address, stake in _object(place, held).items():
            hotkey, field = _account(f"stakes.{address}", hotkey_address), f"{place}.{hotkey_address}"
            if not isinstance(stake, list) or len(stake) != 2:
                raise InvalidInputError(field, _short(stake), "must be a list of rao and a uid")
            require_integer(f"{field}[1]", stake[1], 0, MOST_UIDS - 1)
            if owners.setdefault(hotkey, coldkey) != coldkey:
                raise InvalidInputError(field, hotkey_address, "must be the hotkey of one coldkey alone")
            stakes.append(((coldkey, hotkey), require_integer(f"{field}[0]", stake[0], 0, U64_MAX)))
    return stakes


def _object(field: str, content: Any) -> Mapping[str, Any]:
    if content is None:
        raise InvalidInputError(field, None, "is missing")
    if not isinstance(content, dict):
        raise InvalidInputError(field, _short(content), "must be an object")
    return content


def _account(place: str, address: str) -> AccountId:
    try:
        return account_of(address)
    except InvalidInputError as error:
        raise InvalidInputError(f"snapshot.{place}", address, error.reason) from None


def _without_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise InvalidInputError("snapshot", repeated, "must not repeat a key")
    return content


def _short(content: Any) -> str:
    text = json.dumps(content)
    return text if len(text) <= 80 else text[:80] + "..."
