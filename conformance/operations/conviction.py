"""``staking.conviction.*``: what locks earn, and what happens to them.

``sequence`` plays calls on subnet 1 and answers every lock, aggregate and conviction after each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from taospec.conformance.operations import Inputs, Operation
from taospec.conformance.operations.decoding import amount, bits, decimal, field, flag, rows
from taospec.reference.fixed_point import U64F64
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.staking import locks
from taospec.reference.staking.conviction import exp_decay, roll_forward
from taospec.reference.staking.positions import total_coldkey_alpha
from taospec.reference.staking.stake_ledger import increase_stake
from taospec.reference.state.errors import DispatchError
from taospec.reference.state.locks import LockState
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId, numbered_account

_NETUID: Final = 1


def _exp_decay(inputs: Inputs) -> dict[str, Any]:
    return {"value": str(exp_decay(amount(inputs, "dt"), amount(inputs, "tau")).bits)}


def _roll(inputs: Inputs) -> dict[str, Any]:
    lock = field(inputs, "lock")
    rolled, delta = roll_forward(
        LockState(
            amount(lock, "locked_mass"), bits(lock, "conviction_bits", U64F64), amount(lock, "last_update")
        ),
        amount(inputs, "now"),
        amount(inputs, "unlock_rate"),
        amount(inputs, "maturity_rate"),
        owner=flag(inputs, "owner"),
        perpetual=flag(inputs, "perpetual"),
    )
    return {
        "value": {
            "delta_conviction_bits": str(delta.conviction.bits),
            "delta_mass": str(delta.locked_mass),
            "lock": _lock(rolled),
        }
    }


def _sequence(inputs: Inputs) -> dict[str, Any]:
    state = State()
    state.parameters.unlock_rate = amount(inputs, "unlock_rate")
    state.parameters.maturity_rate = amount(inputs, "maturity_rate")
    if field(inputs, "owner_hotkey") is not None:
        state.subnets[_NETUID].owner_hotkey = _account("owner_hotkey", field(inputs, "owner_hotkey"))
    coldkeys, hotkeys = set(), set()
    for index, (coldkey, hotkey, alpha) in enumerate(rows(inputs, "stakes", 3)):
        holder = _account(f"stakes[{index}][0]", coldkey)
        staked_to = _account(f"stakes[{index}][1]", hotkey)
        state.hotkeys[staked_to].owner = holder
        increase_stake(state, staked_to, holder, _NETUID, decimal(f"stakes[{index}][2]", alpha))
        coldkeys.add(holder)
        hotkeys.add(staked_to)
    answers = []
    for index, call in enumerate(rows(inputs, "ops")):
        answer = _play(state, f"ops[{index}]", call)
        answers.append({"r": answer, **_observed(state, sorted(coldkeys), sorted(hotkeys))})
    return {"value": answers}


def _play(state: State, name: str, call: Any) -> Any:
    operation, *arguments = call
    if operation == "block":
        state.clock.block = decimal(f"{name}[1]", arguments[0], maximum=2**32 - 1)
        return None
    if operation not in _CALLS:
        raise InvalidInputError(f"{name}[0]", operation, f"must be block or one of {sorted(_CALLS)}")
    coldkey = _account(f"{name}[1]", arguments[0])
    try:
        with state.transaction():
            return _CALLS[operation](state, coldkey, name, arguments[1:])
    except DispatchError as error:
        return {"err": error.error.value}


def _lock_stake(state: State, coldkey: AccountId, name: str, arguments: list[Any]) -> str:
    hotkey = _account(f"{name}[2]", arguments[0])
    locks.lock_stake(state, coldkey, _NETUID, hotkey, decimal(f"{name}[3]", arguments[1]))
    return "ok"


def _set_perpetual(state: State, coldkey: AccountId, name: str, arguments: list[Any]) -> str:
    if not isinstance(arguments[0], bool):
        raise InvalidInputError(f"{name}[2]", arguments[0], "must be true or false")
    locks.set_perpetual_lock(state, coldkey, _NETUID, arguments[0])
    return "ok"


def _force_reduce(state: State, coldkey: AccountId, name: str, arguments: list[Any]) -> None:
    locks.force_reduce_lock(state, coldkey, _NETUID, decimal(f"{name}[2]", arguments[0]))


def _clean(state: State, coldkey: AccountId, _name: str, _arguments: list[Any]) -> None:
    locks.clean_lock(state, coldkey, _NETUID)


_CALLS: Final[dict[str, Callable[[State, AccountId, str, list[Any]], Any]]] = {
    "lock": _lock_stake,
    "perpetual": _set_perpetual,
    "force_reduce": _force_reduce,
    "cleanup": _clean,
}


def _observed(state: State, coldkeys: list[AccountId], hotkeys: list[AccountId]) -> dict[str, Any]:
    aggregates = [(_number(key[1]), held) for key, held in state.hotkey_locks.items()]
    owner = state.owner_locks.peek(_NETUID)
    king = locks.subnet_king(state, _NETUID)
    return {
        "locks": [
            [_number(coldkey), _number(hotkey), _lock(held.lock)]
            for (coldkey, _, hotkey), held in state.locks.items()
        ],
        "hotkey_locks": [[hotkey, _lock(held.perpetual)] for hotkey, held in aggregates if held.perpetual],
        "decaying_hotkey_locks": [
            [hotkey, _lock(held.decaying)] for hotkey, held in aggregates if held.decaying
        ],
        "owner_lock": _lock(owner.perpetual),
        "decaying_owner_lock": _lock(owner.decaying),
        "coldkeys": [_coldkey(state, coldkey) for coldkey in coldkeys],
        "hotkeys": [
            [_number(hotkey), str(locks.hotkey_conviction(state, hotkey, _NETUID).bits)] for hotkey in hotkeys
        ],
        "total": str(locks.total_conviction(state, _NETUID).bits),
        "king": None if king is None else _number(king),
    }


def _coldkey(state: State, coldkey: AccountId) -> list[str]:
    lock = locks.current_lock(state, coldkey, _NETUID)
    return [
        _number(coldkey),
        str(total_coldkey_alpha(state, coldkey, _NETUID)),
        str(lock.locked_mass),
        str(locks.available_to_unstake(state, coldkey, _NETUID)),
        str(lock.conviction.bits),
    ]


def _lock(lock: LockState | None) -> dict[str, str] | None:
    if lock is None:
        return None
    return {
        "locked_mass": str(lock.locked_mass),
        "conviction_bits": str(lock.conviction.bits),
        "last_update": str(lock.last_update),
    }


def _account(name: str, text: Any) -> AccountId:
    return numbered_account(decimal(name, text))


def _number(account: AccountId) -> str:
    return str(int.from_bytes(account[24:], "big"))


REFERENCE: dict[str, Operation] = {
    "staking.conviction.exp_decay": _exp_decay,
    "staking.conviction.roll": _roll,
    "staking.conviction.sequence": _sequence,
}
"""Op name to the reference's answer."""
