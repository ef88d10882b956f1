"""``state.*``: the ledger, the canonical encoding and digest, and orders of iteration.

Integers of storage are decimal text. Accounts are numbers in decimal text (24 zero bytes, then the
number big-endian) or 32 bytes in hexadecimal after ``0x``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taospec.conformance.answers import ProtocolError
from taospec.conformance.operations import Inputs, Operation, decoding
from taospec.reference.invalid_input import U16_MAX, InvalidInputError, require_integer
from taospec.reference.state import ledger
from taospec.reference.state.digest import leaf_hash, path_of, state_digest
from taospec.reference.state.encoding import encoded_key, encoded_values
from taospec.reference.state.errors import DispatchError
from taospec.reference.state.state import State
from taospec.reference.state.storage_order import hashed_account_order, identity_order
from taospec.reference.state.storage_types import AccountId, account

REFERENCE: dict[str, Operation] = {}
"""Op name to the reference's answer."""


def _account(field: str, text: Any) -> AccountId:
    return account.from_json(field, _numbers(text))


def _shown(who: AccountId) -> str:
    return str(account.to_json(who))


def _filled(inputs: Inputs) -> State:
    state = State()
    for who, amount in decoding.field(inputs, "balances"):
        state.accounts[_account("balances", who)].free = decoding.decimal("balances", amount)
    return state


def _transfer(inputs: Inputs) -> dict[str, Any]:
    state = _filled(inputs)
    state.issuance.of_balances = decoding.amount(inputs, "issuance")
    origin, destination = (
        _account("origin", decoding.field(inputs, "origin")),
        _account("dest", decoding.field(inputs, "dest")),
    )
    call = decoding.field(inputs, "call")
    try:
        if call == "transfer_all":
            ledger.transfer_all(state, origin, destination, decoding.field(inputs, "keep_alive") is True)
        elif call == "transfer_keep_alive":
            ledger.transfer_keep_alive(state, origin, destination, decoding.amount(inputs, "value"))
        elif call == "transfer_allow_death":
            ledger.transfer_allow_death(state, origin, destination, decoding.amount(inputs, "value"))
        else:
            raise InvalidInputError("call", call, "must be a transfer of balances")
    except DispatchError as refused:
        raise ProtocolError(refused.error.value) from None
    return {"value": _balances(state)}


def _balances(state: State) -> list[list[str]]:
    return [[_shown(who), str(held.free)] for who, held in state.accounts.items()]


class _Ledger:
    """A ledger and the credit that was minted and not spent."""

    def __init__(self, inputs: Inputs) -> None:
        self.state = _filled(inputs)
        self.credit = 0
        self.state.issuance.total = decoding.amount(inputs, "total")
        self.state.issuance.of_balances = decoding.amount(inputs, "of_balances")
        for netuid in decoding.field(inputs, "subnets"):
            self.state.subnets[require_integer("subnets", netuid, 0, U16_MAX)].added = True

    def answer(self, operation: list[Any]) -> dict[str, Any]:
        try:
            result = self._apply(operation)
        except DispatchError as refused:
            result = {"error": refused.error.value}
        issuance = self.state.issuance
        return {
            "r": result,
            "balances": _balances(self.state),
            "total": str(issuance.total),
            "of_balances": str(issuance.of_balances),
            "credit": str(self.credit),
        }

    def _apply(self, operation: list[Any]) -> Any:
        state = self.state
        match operation:
            case ["transfer", source, destination, amount]:
                ledger.transfer_tao(
                    state, *_accounts(source, destination), decoding.decimal("amount", amount)
                )
            case ["transfer_all", source, destination]:
                ledger.transfer_all_tao(state, *_accounts(source, destination))
            case ["to_subnet", int() as netuid, source, amount]:
                paid = decoding.decimal("amount", amount)
                return str(ledger.transfer_to_subnet(state, netuid, _account("source", source), paid))
            case ["from_subnet", int() as netuid, destination, amount]:
                who = _account("destination", destination)
                ledger.transfer_from_subnet(state, netuid, who, decoding.decimal("amount", amount))
            case ["burn", source, amount]:
                ledger.burn_tao(state, _account("source", source), decoding.decimal("amount", amount))
            case ["recycle", source, amount]:
                ledger.recycle_tao(state, _account("source", source), decoding.decimal("amount", amount))
            case ["mint", amount]:
                minted = ledger.mint_tao(state, decoding.decimal("amount", amount))
                self.credit += minted
                return str(minted)
            case ["spend", destination, part]:
                return self._spend(_account("destination", destination), decoding.decimal("part", part))
            case ["recycle_credit"]:
                ledger.recycle_credit(state, self.credit)
                self.credit = 0
            case _:
                raise InvalidInputError("ops", operation, "must be an operation on the ledger")
        return None

    def _spend(self, destination: AccountId, part: int) -> bool:
        left = ledger.spend_tao(self.state, destination, self.credit, part)
        if left is not None:
            self.credit = left
        return left is not None


def _accounts(source: Any, destination: Any) -> tuple[AccountId, AccountId]:
    return _account("source", source), _account("destination", destination)


def _ledger(inputs: Inputs) -> dict[str, Any]:
    book = _Ledger(inputs)
    return {"value": [book.answer(operation) for operation in decoding.field(inputs, "ops")]}


def _digest(inputs: Inputs) -> dict[str, Any]:
    state = State()
    for name, key, fields in decoding.field(inputs, "records"):
        _write(state, name, key, fields)
    leaves = [
        {
            "key": encoded_key(table.kind, key).hex(),
            "values": encoded_values(held).hex(),
            "path": bytes(path_of(encoded_key(table.kind, key))).hex()[1::2],
            "hash": leaf_hash(table.kind, key, held).hex(),
        }
        for table in state.tables.values()
        if not table.kind.IS_REPORT
        for key, held in table.items()
    ]
    return {"leaves": sorted(leaves, key=lambda leaf: leaf["path"]), "digest": state_digest(state).hex()}


def _write(state: State, name: Any, key: Any, fields: Any) -> None:
    if name not in state.tables:
        raise InvalidInputError("records", name, "must be the name of a record")
    table = state.tables[name]
    kinds = table.kind.KEY
    if len(key) != len(kinds):
        raise InvalidInputError(f"{name} key", key, f"must have {len(kinds)} parts")
    parts = [
        kind.from_json(f"{name}.{part}", _numbers(value))
        for (part, kind), value in zip(kinds.items(), key, strict=True)
    ]
    held = table[parts[0] if len(parts) == 1 else tuple(parts)]
    types = {field.name: field.type for field in table.kind.FIELDS}
    for field, value in fields.items():
        if field not in types:
            raise InvalidInputError(name, field, "must be a field of the record")
        setattr(held, field, types[field].from_json(f"{name}.{field}", _numbers(value)))


def _numbers(dumped: Any) -> Any:
    """Decimal text inside a JSON value as integers; nothing else in a state looks like that."""
    if isinstance(dumped, str):
        digits = dumped.removeprefix("-")
        return int(dumped) if digits.isdecimal() and digits.isascii() else dumped
    if isinstance(dumped, list):
        return [_numbers(element) for element in dumped]
    if isinstance(dumped, dict):
        return {name: _numbers(element) for name, element in dumped.items()}
    return dumped


def _storage_order(inputs: Inputs) -> dict[str, Any]:
    netuids = [require_integer("netuids", netuid, 0, U16_MAX) for netuid in decoding.field(inputs, "netuids")]
    accounts = [_account("accounts", who) for who in decoding.field(inputs, "accounts")]
    return {
        "netuids": sorted(netuids, key=identity_order),
        "accounts": [_shown(who) for who in sorted(accounts, key=hashed_account_order)],
    }


_OPERATIONS: dict[str, Callable[[Inputs], dict[str, Any]]] = {
    "transfer": _transfer,
    "ledger": _ledger,
    "digest": _digest,
    "storage_order": _storage_order,
}

REFERENCE.update({f"state.{name}": operation for name, operation in _OPERATIONS.items()})
