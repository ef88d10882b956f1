"""``staking.*``: numbers of shares, share pools, and the pools of the state.

Integers are decimal text. A SafeFloat is ``[mantissa, exponent]``, in an input not necessarily
normalised; keys of holders are numbers in decimal text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taospec.conformance.operations import Inputs, Operation, decoding
from taospec.reference.fixed_point import U64F64
from taospec.reference.fixed_point.numbers import I64, U64, U128
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.staking import safe_float, stake_ledger
from taospec.reference.staking.share_pool import (
    Holding,
    changes_shares,
    holder_value,
    value_for_all,
    value_for_one,
)
from taospec.reference.state.safe_float import ZERO, SafeFloat
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId, numbered_account

REFERENCE: dict[str, Operation] = {}
"""Op name to the reference's answer."""

_HOTKEY = numbered_account(0)
_NETUID = 1


def _safe_float(field: str, value: Any) -> SafeFloat:
    mantissa, exponent = decoding.array(field, value, 2)
    number = safe_float.new(
        decoding.integer(field, mantissa, U128),
        decoding.integer(field, exponent, I64),
    )
    if number is None:
        raise InvalidInputError(field, value, "must have a mantissa of at most 10^21 and an exponent in i64")
    return number


def _safe_floats(inputs: Inputs, *fields: str) -> list[SafeFloat]:
    return [_safe_float(field, decoding.field(inputs, field)) for field in fields]


def _shown(number: SafeFloat | None) -> list[str] | None:
    return None if number is None else [str(number.mantissa), str(number.exponent)]


def _new(inputs: Inputs) -> Any:
    mantissa = decoding.integer("m", decoding.field(inputs, "m"), U128)
    return _shown(safe_float.new(mantissa, decoding.integer("e", decoding.field(inputs, "e"), I64)))


def _from_u64f64(inputs: Inputs) -> Any:
    bits = decoding.integer("bits", decoding.field(inputs, "bits"), U128)
    return _shown(safe_float.from_u64f64(U64F64.from_bits(bits)))


_NUMBERS: dict[str, Callable[[Inputs], Any]] = {
    "new": _new,
    "add": lambda inputs: _shown(safe_float.add(*_safe_floats(inputs, "a", "b"))),
    "sub": lambda inputs: _shown(safe_float.sub(*_safe_floats(inputs, "a", "b"))),
    "div": lambda inputs: _shown(safe_float.div(*_safe_floats(inputs, "a", "b"))),
    "mul_div": lambda inputs: _shown(safe_float.mul_div(*_safe_floats(inputs, "a", "b", "c"))),
    "gt": lambda inputs: safe_float.gt(*_safe_floats(inputs, "a", "b")),
    "to_u64": lambda inputs: str(safe_float.to_u64(*_safe_floats(inputs, "a"))),
    "from_u64f64": _from_u64f64,
}


def _number_operation(function: Callable[[Inputs], Any]) -> Operation:
    return lambda inputs: {"value": function(inputs)}


for _name, _function in _NUMBERS.items():
    REFERENCE[f"staking.safe_float.{_name}"] = _number_operation(_function)


class _Pool:
    """A share pool with its holders by key."""

    def __init__(self, inputs: Inputs) -> None:
        self.shared_value = decoding.amount(inputs, "shared_value")
        self.denominator = _safe_float("denominator", decoding.field(inputs, "denominator"))
        self.shares: dict[int, SafeFloat] = {}
        for row in decoding.field(inputs, "shares"):
            key, share = decoding.array("shares", row, 2)
            self.shares[decoding.integer("shares", key, U64)] = _safe_float("shares", share)

    def value(self, key: int) -> int:
        return holder_value(self.shared_value, self.shares.get(key, ZERO), self.denominator)

    def one(self, key: int, update: int) -> None:
        before = Holding(self.shared_value, self.denominator, self.shares.get(key, ZERO))
        after = value_for_one(before, update)
        self.shared_value, self.denominator = after.shared_value, after.denominator
        self.shares[key] = after.share
        if after.share == ZERO:
            del self.shares[key]

    def apply(self, operation: list[Any]) -> Any:
        """Do one operation; its answer."""
        match operation:
            case ["one", key, update]:
                self.one(
                    decoding.integer("key", key, U64),
                    decoding.integer("update", update, I64),
                )
                return None
            case ["all", update]:
                self.shared_value = value_for_all(self.shared_value, decoding.integer("update", update, I64))
                return None
            case ["get", key]:
                return str(self.value(decoding.integer("key", key, U64)))
            case ["try_get", key]:
                number = decoding.integer("key", key, U64)
                return str(self.value(number)) if number in self.shares else "Err"
            case ["sim", update]:
                return changes_shares(
                    self.shared_value,
                    self.denominator,
                    decoding.integer("update", update, I64),
                )
            case ["from_shares", share]:
                return str(holder_value(self.shared_value, _safe_float("share", share), self.denominator))
        raise InvalidInputError("ops", operation, "must be an operation on a share pool")

    def shown(self) -> dict[str, Any]:
        """The pool after an operation."""
        keys = sorted(self.shares)
        return {
            "shared_value": str(self.shared_value),
            "denominator": _shown(self.denominator),
            "shares": [[str(key), _shown(self.shares[key])] for key in keys],
            "values": [[str(key), str(self.value(key))] for key in keys],
        }


def _share_pool(inputs: Inputs) -> dict[str, Any]:
    pool = _Pool(inputs)
    return {
        "value": [{"r": pool.apply(operation), **pool.shown()} for operation in decoding.field(inputs, "ops")]
    }


def _stake_ledger(inputs: Inputs) -> dict[str, Any]:
    state = State()
    _fill(state, inputs)
    answers = []
    for operation in decoding.field(inputs, "ops"):
        _apply(state, operation)
        answers.append(_shown_ledger(state))
    return {"value": answers}


def _fill(state: State, inputs: Inputs) -> None:
    pool = state.hotkey_stakes[_HOTKEY, _NETUID]
    pool.total_alpha = decoding.amount(inputs, "total_alpha")
    if decoding.field(inputs, "v1_denominator_bits") is not None:
        pool.total_shares_v1 = _fixed("v1_denominator_bits", inputs["v1_denominator_bits"])
    if decoding.field(inputs, "v2_denominator") is not None:
        pool.total_shares = _safe_float("v2_denominator", inputs["v2_denominator"])
    for row in decoding.field(inputs, "v1_shares"):
        key, bits = decoding.array("v1_shares", row, 2)
        state.positions[_HOTKEY, _coldkey(key), _NETUID].shares_v1 = _fixed("v1_shares", bits)
    for row in decoding.field(inputs, "v2_shares"):
        key, share = decoding.array("v2_shares", row, 2)
        state.positions[_HOTKEY, _coldkey(key), _NETUID].shares = _safe_float("v2_shares", share)


def _fixed(field: str, bits: Any) -> U64F64:
    return U64F64.from_bits(decoding.integer(field, bits, U128))


def _coldkey(key: Any) -> AccountId:
    return numbered_account(decoding.integer("coldkey", key, U64))


def _apply(state: State, operation: list[Any]) -> None:
    match operation:
        case ["inc", key, amount]:
            stake = decoding.integer("amount", amount, U64)
            stake_ledger.increase_stake(state, _HOTKEY, _coldkey(key), _NETUID, stake)
        case ["dec", key, amount]:
            stake = decoding.integer("amount", amount, U64)
            stake_ledger.decrease_stake(state, _HOTKEY, _coldkey(key), _NETUID, stake)
        case ["inc_all", amount]:
            stake = decoding.integer("amount", amount, U64)
            stake_ledger.increase_stake_for_all(state, _HOTKEY, _NETUID, stake)
        case _:
            raise InvalidInputError("ops", operation, "must be an operation on stakes")


def _shown_ledger(state: State) -> dict[str, Any]:
    pool = state.hotkey_stakes.peek((_HOTKEY, _NETUID))
    positions = [(key[1], state.positions[key]) for key in state.positions.keys_with(hotkey=_HOTKEY)]
    old = [(coldkey, position.shares_v1) for coldkey, position in positions]
    old_total = pool.total_shares_v1
    return {
        "total_alpha": str(pool.total_alpha),
        "v1_denominator_bits": None if old_total is None else str(old_total.bits),
        "v1_shares": [[_number(coldkey), str(share.bits)] for coldkey, share in old if share is not None],
        "v2_denominator": _shown(pool.total_shares),
        "v2_shares": [
            [_number(coldkey), _shown(position.shares)]
            for coldkey, position in positions
            if position.shares != ZERO
        ],
        "values": [
            [_number(coldkey), str(stake_ledger.stake_of(state, _HOTKEY, coldkey, _NETUID))]
            for coldkey, _ in positions
        ],
    }


def _number(coldkey: AccountId) -> str:
    return str(int.from_bytes(coldkey, "big"))


REFERENCE["staking.share_pool"] = _share_pool
REFERENCE["staking.stake_ledger"] = _stake_ledger
