"""Calls of every kind, valid or not: arguments by their names and types, from what the state holds."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any, Final

from taospec.conformance.generator.draws import any_magnitude, chance, one_of
from taospec.conformance.simulation.accounts import named_account
from taospec.conformance.simulation.weighing import MAX_WEIGHT, commitment
from taospec.reference.chain.calls import CALLS, execute
from taospec.reference.fixed_point import FixedPoint
from taospec.reference.state.ledger import subnet_account
from taospec.reference.state.neuron import storage_index
from taospec.reference.state.origin import ROOT, Origin
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import (
    AccountId,
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
)
from taospec.reference.subnets.hyperparameters import SETTERS
from taospec.reference.subnets.setter import Setter

EDGES: Final = (0, 1, 2, 10, 99, 360, 500, 10_000, 11_796, 65_535, 2_000_000, 10**9, 10**12, 2**64 - 1)
"""Numbers near which rules change their minds."""
SYSTEM: Final = b"modl"
"""With what accounts of the chain itself begin: nobody can sign for them."""
SALT: Final = (7, 11)
STRANGERS: Final = 12
"""Accounts that need not be in the state."""

DRASTIC: Final[Mapping[str, str]] = {
    "dissolve_network": "burned_register",
    "root_dissolve_network": "burned_register",
    "sudo_set_subtoken_enabled": "burned_register",
    "sudo_set_subnet_limit": "burned_register",
    "announce_coldkey_swap": "reset_coldkey_swap",
    "dispute_coldkey_swap": "reset_coldkey_swap",
}
"""Calls after which little is left to do: seldom drawn, and what is drawn in their place."""

Drawn = tuple[str, Origin, Mapping[str, Any]]

DRAWS: Final = 12
"""How many calls are drawn, of which one is made."""


def steered_call(state: State, random: Random, reached: dict[str, int]) -> Drawn:
    """Of several random calls the one that had its result least often before.

    Among equals that whose result is the rarest, whichever the call, and then the first. ``reached`` counts
    both, under ``call result`` and ``result``; results are those that the calls would have now.
    """
    drawn = [random_call(state, random) for _ in range(DRAWS)]
    results = [result_now(state, call) for call in drawn]

    def times(place: int) -> tuple[int, int]:
        pair = f"{drawn[place][0]} {results[place]}"
        return reached.get(pair, 0), reached.get(results[place], 0)

    place = min(range(DRAWS), key=times)
    for name in (f"{drawn[place][0]} {results[place]}", results[place]):
        reached[name] = reached.get(name, 0) + 1
    return drawn[place]


def result_now(state: State, call: Drawn) -> str:
    """What would become of a call; the state stays as it is."""
    name, origin, arguments = call
    try:
        with state.transaction():
            raise _TakeBackError(execute(state, name, origin, arguments, None).name)
    except _TakeBackError as tried:
        return str(tried)


class _TakeBackError(Exception):
    """Raised to undo a call that was only tried."""


def random_call(state: State, random: Random) -> Drawn:
    """Name, maker and arguments of a call."""
    name = one_of(random, *CALLS)
    if name in DRASTIC and chance(random, 19, 20):
        name = DRASTIC[name]
    call = CALLS[name]
    hotkey = _hotkey(state, random)
    arguments = {
        argument: _argument(state, random, argument, kind, hotkey)
        for argument, kind in call.arguments.items()
    }
    if name in SETTERS and chance(random, 2, 3):
        arguments |= _as_at_genesis(SETTERS[name])
    if "weights" in name and not name.startswith(("sudo", "batch")) and chance(random, 3, 4):
        hotkey = _weigher(state, random, arguments)
        return name, hotkey, _as_weights(state, random, arguments, hotkey)
    return name, _maker(state, random, call.maker, hotkey, arguments), arguments


def _as_at_genesis(setter: Setter) -> Mapping[str, Any]:
    """The parameter's default, so that no parameter stays for long where it refuses everything."""
    if setter.field is None or setter.argument_type is not None:
        return {}
    default = setter.field[1].default
    if default is None:
        return {}
    values = default if len(setter.argument) > 1 else (default,)
    return dict(zip(setter.argument, values, strict=True))


def _weigher(state: State, random: Random, arguments: Mapping[str, Any]) -> AccountId:
    """The hotkey of a neuron of the subnet."""
    netuid = arguments["netuid"]
    uids = [uid for _, uid in state.neurons.keys_with(netuid=netuid)]
    return state.neurons.peek((netuid, one_of(random, *uids))).hotkey if uids else _hotkey(state, random)


def _as_weights(
    state: State, random: Random, arguments: Mapping[str, Any], hotkey: AccountId
) -> Mapping[str, Any]:
    """Arguments of weights that could be right: commits and reveals always mean the same weights."""
    index = storage_index(arguments["netuid"], arguments.get("mecid", 0) % 2)
    uid = state.memberships.peek((arguments["netuid"], hotkey)).uid or 0
    neurons = range(max(state.subnets.peek(arguments["netuid"]).neurons, 1))
    uids = one_of(random, (uid,), tuple(neurons), tuple(neurons)[:2], (uid, uid))
    fixed = {
        "dests": uids,
        "weights": tuple(random.randrange(MAX_WEIGHT) for _ in uids),
        "uids": (uid,),
        "values": (MAX_WEIGHT,),
        "salt": SALT,
        "version_key": one_of(random, 0, 0, 0, 1),
        "mecid": arguments.get("mecid", 0) % 2,
        "commit_hash": commitment(hotkey, index, (uid,), (MAX_WEIGHT,), SALT, 0),
        "commit_reveal_version": one_of(random, 4, 4, 4, 3),
        "reveal_round": random.randrange(2_000),
    }
    return {name: fixed.get(name, value) for name, value in arguments.items()}


def _maker(
    state: State, random: Random, maker: str, hotkey: AccountId, arguments: Mapping[str, Any]
) -> Origin:
    """Who may make the call, in most draws."""
    if maker == "root" or (maker == "anyone" and chance(random, 1, 2)):
        return ROOT if chance(random, 9, 10) else _coldkey(state, random)
    if chance(random, 1, 30):
        return one_of(random, ROOT, None)
    subnet = state.subnets.peek(arguments.get("netuid", 0) or 0)
    named = arguments.get("hotkey", arguments.get("origin_hotkey", hotkey))
    owner = state.hotkeys.peek(named).owner
    signer = one_of(
        random,
        owner or _coldkey(state, random),
        owner or _coldkey(state, random),
        subnet.owner or _coldkey(state, random),
        hotkey,
        _coldkey(state, random),
    )
    return _stranger(random) if signer.startswith(SYSTEM) else signer


def _argument(state: State, random: Random, name: str, kind: StorageType[Any], hotkey: AccountId) -> Any:
    if isinstance(kind, AccountType):
        if "coldkey" in name or name == "dest":
            return _coldkey(state, random)
        return one_of(random, hotkey, hotkey, hotkey, _hotkey(state, random))
    if "netuid" in name and isinstance(kind, IntegerType):
        return _netuid(state, random)
    return _drawn(state, random, kind)


def _drawn(state: State, random: Random, kind: StorageType[Any]) -> Any:
    """A value of the type."""
    match kind:
        case IntegerType():
            return _integer(random, kind)
        case FixedPointType():
            return _fixed_point(random, kind.number)
        case BooleanType():
            return chance(random, 1, 2)
        case AccountType():
            return _hotkey(state, random)
        case BytesType():
            return random.randbytes(kind.length if kind.length is not None else one_of(random, 0, 3, 70))
        case OptionalType():
            return None if chance(random, 1, 2) else _drawn(state, random, kind.content)
        case OrderedSetType():
            return tuple(sorted({_netuid(state, random) for _ in range(one_of(random, 0, 1, 3, 6))}))
        case SequenceType():
            length = min(one_of(random, 0, 1, 1, 2, 3, 6), kind.limit or 6)
            return tuple(_drawn(state, random, kind.element) for _ in range(length))
        case TupleType():
            return tuple(_drawn(state, random, element) for element in kind.elements)
        case StructureType():
            parts = {name: _drawn(state, random, part) for name, part in kind.fields.items()}
            return kind.structure(**parts)
        case EnumerationType():
            return one_of(random, *kind.members)
        case VariantType():
            variant = one_of(random, *kind.members)
            return (variant, *[_drawn(state, random, part) for part in kind.members[variant].values()])
    return True  # presence alone


def _integer(random: Random, kind: IntegerType) -> int:
    magnitude = any_magnitude(random, 8 * kind.width - kind.signed)
    near_edge = one_of(random, *EDGES) + one_of(random, -1, 0, 0, 1)
    small = random.randrange(8)
    drawn = one_of(random, magnitude, near_edge, near_edge, small, 10**8 + any_magnitude(random, 34))
    if kind.signed and chance(random, 1, 4):
        drawn = -drawn
    return min(max(drawn, kind.minimum), kind.maximum)


def _fixed_point(random: Random, number: type[FixedPoint]) -> FixedPoint:
    one = number.ONE_BITS
    bits = one_of(random, 0, 1, one // 2, one, one + one // 4, 3 * one, any_magnitude(random, 40))
    return number.from_bits(bits)


def _netuid(state: State, random: Random) -> int:
    there = list(state.subnets)
    return one_of(random, *there, *there, *there, 0, random.randrange(len(there) + 3), 4_095)


def _hotkey(state: State, random: Random) -> AccountId:
    known = list(state.hotkeys)
    return one_of(random, *known, *known, _stranger(random), subnet_account(1))


def _coldkey(state: State, random: Random) -> AccountId:
    rich = [who for who in state.accounts if not who.startswith(SYSTEM)]
    return one_of(random, *rich, *rich, _stranger(random))


def _stranger(random: Random) -> AccountId:
    return named_account(f"stranger/{random.randrange(STRANGERS)}")
