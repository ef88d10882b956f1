"""The state under the names of chain storage: what indexers read and upstream traces contain.

A dump maps the name of each storage item to its value, or for a map to its rows ``[key, ...,
value]``. Entries equal to what an absent entry reads as are omitted, so a dump cannot tell a
stored default from no entry (see the rule).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.rules import implements
from taospec.reference.state.record import Record, StoredField, is_absent
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import ZERO_ACCOUNT, AccountId, OptionalType, StorageType
from taospec.reference.state.table import Table

_ROOT: Final = 0
_CLAIMS: Final = "RootClaimed"

Dump = dict[str, Any]
"""Storage item to value or rows."""


@implements("STATE-UPSTREAM-1")
def export_state(state: State) -> Dump:
    """The state as a dump, items and rows in canonical order."""
    dump: Dump = {}
    for table in state.tables.values():
        for key, held in table.items():
            for field in table.kind.FIELDS:
                value = getattr(held, field.name)
                if not is_omitted(field, value):
                    _export_entry(dump, table.kind, field, key, value)
    return {item: _canonical(dump[item]) for item in sorted(dump)}


def import_state(dump: Dump) -> State:
    """The state that a dump describes.

    Raises:
        InvalidInputError: an item is unknown, or a key or value is outside its type.
    """
    state = State()
    for item, content in dump.items():
        write_entries(state, item, content)
    _restore_owners(state)
    return state


@implements("STATE-UPSTREAM-3")
def _restore_owners(state: State) -> None:
    """Give the zero account back its hotkeys, whose owner a dump omits as what an absent entry reads as.

    Those that it owns or staked to are in lists of their own. One that staked to itself is that of the
    chain's own genesis, where it is the owner's hotkey of root too.
    """
    holder = state.coldkeys.peek(ZERO_ACCOUNT)
    for hotkey in {*holder.owned_hotkeys, *holder.staking_hotkeys}:
        if state.hotkeys.peek(hotkey).owner is None:
            state.hotkeys[hotkey].owner = ZERO_ACCOUNT
    if ZERO_ACCOUNT in holder.staking_hotkeys and state.subnets.peek(_ROOT).owner_hotkey is None:
        state.subnets[_ROOT].owner_hotkey = ZERO_ACCOUNT


@implements("STATE-UPSTREAM-2")
def write_entries(state: State, item: str, content: Any) -> None:
    """Write the rows of a map, or the value of a single item. Items left out are ignored.

    Raises:
        InvalidInputError: the item is unknown, or a key or value is outside its type.
    """
    if item in LEFT_OUT:
        return
    kind, field = _located(item)
    table = state.tables[kind.NAME]
    if not kind.KEY:
        setattr(table[()], field.name, dumped_type(field).from_json(item, content))
        return
    for row in content:
        _require_row(item, row, len(field.upstream_key) + 1)
        if field.upstream_member is None:
            key = _record_key(kind, field, item, row[:-1])
            value = dumped_type(field).from_json(item, row[-1])
            setattr(table[key], field.name, value)
            if item == _CLAIMS:
                _mark_claim(state, *key, is_stored=value == field.default)
        else:
            _write_members(table, field, item, row)


@implements("STATE-UPSTREAM-2")
def remove_entries(state: State, item: str, keys: Any) -> None:
    """Return the entries under ``keys`` (each a list of key parts) to what absent ones read as.

    For a single item ``keys`` is ``True``.

    Raises:
        InvalidInputError: the item is unknown, or a key is outside its type.
    """
    if item in LEFT_OUT:
        return
    kind, field = _located(item)
    table = state.tables[kind.NAME]
    for parts in keys if kind.KEY else [[]]:
        _require_row(item, parts, len(field.upstream_key))
        if field.upstream_member is None:
            key = _record_key(kind, field, item, parts)
            _reset(table, field, key)
            if item == _CLAIMS:
                _mark_claim(state, *key, is_stored=False)
        else:
            _write_members(table, field, item, [*parts, []])


@implements("STATE-RECORD-3")
def _mark_claim(state: State, hotkey: AccountId, coldkey: AccountId, netuid: int, *, is_stored: bool) -> None:
    """Say whether there is an entry of 0 in what was claimed on root."""
    if netuid != _ROOT:
        return
    if is_stored:
        state.empty_root_claims[hotkey, coldkey].is_stored = True
    else:
        state.empty_root_claims.remove((hotkey, coldkey))


def _export_entry(dump: Dump, kind: type[Record], field: StoredField, key: Any, value: Any) -> None:
    dumped = dumped_type(field).to_json(value)
    if not kind.KEY:
        dump[field.upstream] = dumped
        return
    parts = dict(zip(kind.KEY, key if len(kind.KEY) > 1 else (key,), strict=True))
    row = [kind.KEY[name].to_json(parts[name]) for name in field.upstream_key]
    if field.upstream_member is None:
        dump.setdefault(field.upstream, []).append([*row, dumped])
        return
    rows = dump.setdefault(field.upstream, [])
    if not rows or rows[-1][:-1] != row:
        rows.append([*row, []])
    rows[-1][-1].append([kind.KEY[field.upstream_member].to_json(parts[field.upstream_member]), dumped])


def is_omitted(field: StoredField, value: Any) -> bool:
    """Whether dumps omit an entry with this value, because an absent one reads the same."""
    return bool(field.is_mark or value is None or value == field.default or value == field.reads_as)


def dumped_type(field: StoredField) -> StorageType[Any]:
    """The type of an entry that is there: of an optional field, what it holds."""
    return field.type.content if isinstance(field.type, OptionalType) else field.type


def _canonical(content: Any) -> Any:
    rows = type(content) is list and content and type(content[0]) is list
    return sorted(content, key=_compact_json) if rows else content


def _compact_json(row: Any) -> bytes:
    return json.dumps(row, separators=(",", ":")).encode()


def _write_members(table: Table[Any, Any], field: StoredField, item: str, row: list[Any]) -> None:
    *outer, members = row
    parts = _parts(table.kind, field.upstream_key, item, outer)
    for key in table.keys_with(**parts):
        _reset(table, field, key)
    member = field.upstream_member
    assert member is not None
    for name, value in members:
        parts[member] = table.kind.KEY[member].from_json(f"{item}.{member}", name)
        held = table[_in_order(table.kind, parts)]
        setattr(held, field.name, dumped_type(field).from_json(item, value))


def _reset(table: Table[Any, Any], field: StoredField, key: Any) -> None:
    held = table[key]
    setattr(held, field.name, field.default)
    if table.kind.KEY and is_absent(held):
        table.remove(key)


def _record_key(kind: type[Record], field: StoredField, item: str, row: list[Any]) -> Any:
    return _in_order(kind, _parts(kind, field.upstream_key, item, row))


def _parts(kind: type[Record], names: Iterable[str], item: str, row: list[Any]) -> dict[str, Any]:
    named = zip(names, row, strict=True)
    return {name: kind.KEY[name].from_json(f"{item}.{name}", part) for name, part in named}


def _in_order(kind: type[Record], parts: dict[str, Any]) -> Any:
    ordered = tuple([parts[name] for name in kind.KEY])
    return ordered if len(ordered) != 1 else ordered[0]


def _located(item: str) -> tuple[type[Record], StoredField]:
    if item not in _ITEMS:
        raise InvalidInputError("storage item", item, "must be one that the state knows")
    return _ITEMS[item]


def _require_row(item: str, row: Any, length: int) -> None:
    if type(row) is not list or len(row) != length:
        raise InvalidInputError(item, row, f"must be a list of {length}")


_ITEMS: Final[dict[str, tuple[type[Record], StoredField]]] = {
    field.upstream: (table.kind, field)
    for table in State().tables.values()
    for field in table.kind.FIELDS
    if not field.is_mark
}
"""Storage item to record and field."""

_PROOF_OF_WORK: Final = "proof of work no longer exists"
_OLD_COMMITS: Final = "timelocked commits of an older format, which the migration to the present one emptied"
_OLD_LIMITS: Final = "moved into LastRateLimitedBlock by a migration"
_FOR_READERS: Final = "shown to readers; no rule of the economy reads it"

LEFT_OUT: Final[dict[str, str]] = {
    "AssociatedEvmAddress": "the EVM is not modelled",
    "Axons": _FOR_READERS,
    "BurnRegistrationsThisInterval": "counted for the price adjustment that the continuous price replaced",
    "CRV3WeightCommits": _OLD_COMMITS,
    "CRV3WeightCommitsV2": _OLD_COMMITS,
    "Difficulty": _PROOF_OF_WORK,
    "DissolveNetworkScheduleDuration": "nothing reads it: dissolving is not scheduled",
    "HasMigrationRun": "tells which migrations have run; none runs here",
    "IdentitiesV2": _FOR_READERS,
    "LargestLocked": "written at genesis alone and never read",
    "LastAdjustmentBlock": "kept for the price adjustment that the continuous price replaced",
    "LastHotkeyEmissionOnNetuid": "nothing writes it but deletions",
    "LastTxBlock": _OLD_LIMITS,
    "LastTxBlockChildKeyTake": _OLD_LIMITS,
    "LastTxBlockDelegateTake": _OLD_LIMITS,
    "LoadedEmission": "nothing writes it but key swaps, which move what is not there",
    "MaxDifficulty": _PROOF_OF_WORK,
    "MaxWeightsLimit": "nothing reads it: the limit is the constant 65535",
    "MinDifficulty": _PROOF_OF_WORK,
    "NeuronCertificates": _FOR_READERS,
    "NextStakeJobId": "nothing reads or writes it",
    "POWRegistrationsThisInterval": _PROOF_OF_WORK,
    "Prometheus": _FOR_READERS,
    "ScalingLawPower": "an exponent of a law that the chain no longer computes",
    "SubnetIdentitiesV3": _FOR_READERS,
    "UsedWork": _PROOF_OF_WORK,
    "ValidatorPruneLen": "a length of a pruning that the chain no longer does",
}
"""Storage items that the state does not keep, each with the reason."""
