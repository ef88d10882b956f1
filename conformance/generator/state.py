"""Cases of the ledger, of encodings and digests, and of orders of iteration."""

from __future__ import annotations

from random import Random
from typing import Any

from taospec.conformance.generator.draws import any_magnitude, chance, one_of
from taospec.reference.fixed_point import FixedPoint
from taospec.reference.state.ledger import BURN_ACCOUNT, EXISTENTIAL_DEPOSIT, MAX_ISSUANCE, subnet_account
from taospec.reference.state.record import StoredField
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import (
    AccountType,
    BooleanType,
    BytesType,
    EnumerationType,
    FixedPointType,
    IntegerType,
    OptionalType,
    OrderedSetType,
    SequenceType,
    StorageType,
    StructureType,
    TupleType,
    VariantType,
    account,
    numbered_account,
)

_ACCOUNTS = (*(numbered_account(number) for number in range(1, 6)), subnet_account(1), BURN_ACCOUNT)
_TABLES = {name: table.kind for name, table in State().tables.items()}


def draw(random: Random, level: str) -> tuple[str, dict[str, Any]]:
    """An op and its input; ``realistic`` draws more records and longer sequences."""
    size = 40 if level == "realistic" else 8
    op = one_of(random, "state.ledger", "state.ledger", "state.digest", "state.digest", "state.storage_order")
    if op == "state.ledger":
        return op, _ledger(random, size)
    if op == "state.digest":
        return op, {"records": [_record(random) for _ in range(random.randrange(size + 1))]}
    accounts = {_text(account.to_json(_account(random))) for _ in range(size)}
    return op, {
        "netuids": sorted(
            {one_of(random, random.randrange(600), random.randrange(65_536)) for _ in range(size)}
        ),
        "accounts": sorted(accounts),
    }


def _ledger(random: Random, size: int) -> dict[str, Any]:
    balances = {_shown(who): _balance(random) for who in _ACCOUNTS if chance(random, 2, 3)}
    of_balances = one_of(
        random, sum(balances.values()), sum(balances.values()), max(0, MAX_ISSUANCE - _amount(random))
    )
    return {
        "balances": [[who, str(amount)] for who, amount in balances.items()],
        "subnets": [1, 2],
        "total": str(one_of(random, of_balances, of_balances, any_magnitude(random, 54))),
        "of_balances": str(of_balances),
        "ops": [_operation(random) for _ in range(1 + random.randrange(2 * size))],
    }


def _operation(random: Random) -> list[Any]:
    first, second = (_shown(one_of(random, *_ACCOUNTS)) for _ in range(2))
    amount, netuid = str(_amount(random)), one_of(random, 0, 1, 2, 9)
    return one_of(
        random,
        ["transfer", first, second, amount],
        ["transfer_all", first, second],
        ["to_subnet", netuid, first, amount],
        ["from_subnet", netuid, first, amount],
        ["burn", first, amount],
        ["recycle", first, amount],
        ["mint", amount],
        ["mint", amount],
        ["spend", first, amount],
        ["spend", first, amount],
        ["recycle_credit"],
    )


def _balance(random: Random) -> int:
    return EXISTENTIAL_DEPOSIT + any_magnitude(random, one_of(random, 4, 12, 40))


def _amount(random: Random) -> int:
    edge = one_of(random, 0, 1, EXISTENTIAL_DEPOSIT - 1, EXISTENTIAL_DEPOSIT, EXISTENTIAL_DEPOSIT + 1)
    return one_of(random, edge, edge, any_magnitude(random, 12), any_magnitude(random, 40), 2**64 - 1)


def _record(random: Random) -> list[Any]:
    kind = _TABLES[one_of(random, *_TABLES)]
    key = [_json(random, part) for part in kind.KEY.values()]
    fields = {field.name: _value(random, field) for field in kind.FIELDS if chance(random, 1, 2)}
    return [kind.NAME, key, fields]


def _value(random: Random, field: StoredField) -> Any:
    if chance(random, 1, 8):
        return _text(field.type.to_json(field.default))
    return _json(random, field.type)


def _json(random: Random, kind: StorageType[Any]) -> Any:
    return _text(kind.to_json(_drawn(random, kind)))


def _drawn(random: Random, kind: StorageType[Any]) -> Any:
    """A value of the type."""
    match kind:
        case IntegerType():
            number = any_magnitude(random, 8 * kind.width - kind.signed)
            return -number if kind.signed and chance(random, 1, 2) else number
        case FixedPointType():
            return _fixed_point(random, kind.number)
        case BooleanType():
            return chance(random, 1, 2)
        case AccountType():
            return _account(random)
        case BytesType():
            return random.randbytes(kind.length if kind.length is not None else one_of(random, 0, 3, 70))
        case OptionalType():
            return None if chance(random, 1, 4) else _drawn(random, kind.content)
        case OrderedSetType():
            return tuple(sorted({_drawn(random, kind.element) for _ in range(3)}))
        case SequenceType():
            return tuple(_drawn(random, kind.element) for _ in range(one_of(random, 0, 1, 3, 70)))
        case TupleType():
            return tuple(_drawn(random, element) for element in kind.elements)
        case StructureType():
            return kind.structure(**{name: _drawn(random, part) for name, part in kind.fields.items()})
        case EnumerationType():
            return one_of(random, *kind.members)
        case VariantType():
            variant = one_of(random, *kind.members)
            return (variant, *[_drawn(random, part) for part in kind.members[variant].values()])
    return True  # presence alone


def _fixed_point(random: Random, number: type[FixedPoint]) -> FixedPoint:
    bits = any_magnitude(random, number.TOTAL_BITS - number.SIGNED)
    return number.from_bits(-bits if number.SIGNED and chance(random, 1, 2) else bits)


def _account(random: Random) -> bytes:
    return one_of(random, numbered_account(random.randrange(1000)), random.randbytes(32), *_ACCOUNTS[-2:])


def _shown(who: bytes) -> str:
    return str(account.to_json(who))


def _text(dumped: Any) -> Any:
    """Integers inside a JSON value as decimal text."""
    if isinstance(dumped, bool) or dumped is None or isinstance(dumped, str):
        return dumped
    if isinstance(dumped, int):
        return str(dumped)
    if isinstance(dumped, list):
        return [_text(element) for element in dumped]
    return {name: _text(element) for name, element in dumped.items()}
