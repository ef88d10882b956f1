"""Scenarios: what a simulation starts from, who acts in it, and how long it runs."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import attrs

from taospec.conformance.simulation.section import Section
from taospec.reference.chain.calls import CALLS
from taospec.reference.chain.genesis_snapshot import Snapshot, read_snapshot
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.state.hyperparameters import Hyperparameters
from taospec.reference.state.network import Network, NetworkParameters
from taospec.reference.state.pool import Pool
from taospec.reference.state.record import Record
from taospec.reference.state.schedule import Schedule

KINDS: Final = ("validator", "miner", "staker", "registrant", "founder", "random")
"""What actors do."""

STARTS: Final = ("empty", "chain", "mainnet")
"""What is there before the subnets and actors of a scenario: root alone, or one of the two geneses."""

STRATEGIES: Final = ("honest", "copy", "cabal", "owner")
"""How validators weigh."""

SUBNET_ITEMS: Final = {
    field.upstream: (kind, field)
    for kind in (Hyperparameters, Schedule, Pool)
    for field in kind.FIELDS
    if kind is Hyperparameters or field.upstream in ("Tempo", "Swap::FeeRate")
}
"""Parameters of a subnet by their names in storage."""

NETWORK_ITEMS: Final = {
    field.upstream: (kind, field)
    for kind in (Network, NetworkParameters)
    for field in kind.FIELDS
    if kind is NetworkParameters or field.upstream == "NetworkLastLockCost"
}
"""Parameters of the network by their names in storage."""


@attrs.frozen(kw_only=True)
class SubnetPlan:
    """Subnets that are there at the start."""

    count: int
    """How many."""
    tao: int
    """TAO in the pool of each, rao."""
    alpha: int
    """Alpha in the pool of each, rao."""
    owner_stake: int
    """Alpha of the owner's hotkey, rao."""
    parameters: Mapping[str, Any]
    """Values by names in storage."""


@attrs.frozen(kw_only=True)
class Genesis:
    """The state before the first block."""

    start: str
    """What is there before the subnets and actors; ``mainnet`` needs ``snapshot``."""
    snapshot: Snapshot | None
    """The file of the mainnet's genesis, seen from the scenario's folder."""
    block: int
    """Number of the block before the first."""
    issuance: int
    """TAO that exists, rao; what nobody is given belongs to the account ``reserve``."""
    authorities: int
    """How many accounts author blocks in turn."""
    parameters: Mapping[str, Any]
    """Of the network, by names in storage."""
    subnet_parameters: Mapping[str, Any]
    """Of every subnet, by names in storage."""
    subnets: tuple[SubnetPlan, ...]
    """Subnets by ascending netuid, from 1."""


@attrs.frozen(kw_only=True)
class Group:
    """Actors of one kind with the same options."""

    name: str
    """Part of the names of their accounts."""
    kind: str
    """What they do."""
    count: int
    """How many."""
    balance: int
    """TAO that each has at the start, rao."""
    stake: int
    """Alpha that each has staked to its own hotkey on each of its subnets, rao."""
    root_stake: int
    """TAO that each has staked to its own hotkey on root, rao."""
    subnets: tuple[int, ...] | None
    """The subnets on which they act; everywhere without any."""
    start: int
    """First block, counted from the start of the simulation, in which they act."""
    until: int
    """Last such block."""
    every: int
    """Blocks from one act of an actor to its next."""
    weights: str
    """How validators weigh."""
    allies: tuple[str, ...]
    """Groups of miners that a cabal weighs."""
    owner_share: int
    """Part of the weight that goes to the subnet's owner, in parts of 10^9."""
    quality: tuple[int, int]
    """Bounds of the qualities of miners, in parts of 10^9."""
    drift: int
    """Blocks after which the qualities are drawn anew, 0 for never."""
    sells: int
    """Part of their own stake that miners sell in each act, in parts of 10^9."""
    buys: int
    """TAO that stakers stake in each act, rao."""
    unstakes: int
    """Part of their stake that stakers take back in each act, in parts of 10^9."""
    stakes_to: str
    """The group to whose hotkeys stakers stake; the subnets' owners without one."""
    price_limit: int
    """Highest price that registrants pay, rao; 0 for any."""


@attrs.frozen(kw_only=True)
class ScheduledCall:
    """A call that is made at a fixed time."""

    at: int
    """The block, counted from the start."""
    signer: str
    """``root``, or the name of an account such as ``validators/0/coldkey``."""
    call: str
    """Upstream's name of the call."""
    arguments: Mapping[str, Any]
    """In JSON form, by upstream's names; accounts may be named as a signer is."""


@attrs.frozen(kw_only=True)
class Scenario:
    """A simulation that anybody can repeat."""

    name: str
    """What it is called."""
    description: str
    """What it shows."""
    seed: str
    """Any text: the same seed draws the same."""
    blocks: int
    """How many blocks it plays."""
    sample_every: int
    """Blocks from one row of the time series to the next."""
    genesis: Genesis
    """The state before the first block."""
    groups: tuple[Group, ...]
    """Who acts, in this order."""
    schedule: tuple[ScheduledCall, ...]
    """Calls at fixed times, before those of actors."""
    plots: tuple[str, ...]
    """Columns to draw, ``series.column``."""
    source: bytes
    """The file itself."""


def read_scenario(path: Path) -> Scenario:
    """Read and check a scenario file.

    Raises:
        InvalidInputError: naming the key and the value that is wrong.
    """
    source = path.read_bytes()
    try:
        content = tomllib.loads(source.decode("utf-8"), parse_float=Decimal)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInputError(str(path), str(error), "must be TOML") from None
    return parse_scenario(content, source, path.parent)


def parse_scenario(content: Mapping[str, Any], source: bytes = b"", folder: Path = Path()) -> Scenario:
    """The scenario that a parsed file in a folder describes.

    Raises:
        InvalidInputError: naming the key and the value that is wrong.
    """
    scenario = _scenario(Section("", content), source, folder)
    _require_distinct_names(scenario.groups)
    _require_known_groups(scenario)
    return scenario


def _scenario(section: Section, source: bytes, folder: Path) -> Scenario:
    scenario = Scenario(
        name=section.text("name"),
        description=section.text("description", ""),
        seed=section.text("seed"),
        blocks=section.integer("blocks", least=1),
        sample_every=section.integer("sample_every", 10, least=1),
        genesis=_genesis(section.section("genesis"), folder),
        groups=tuple(_group(each) for each in section.sections("actors")),
        schedule=tuple(_scheduled(each) for each in section.sections("schedule")),
        plots=section.texts("plots", ()),
        source=source,
    )
    section.close()
    return scenario


def _genesis(section: Section, folder: Path) -> Genesis:
    start = section.choice("start", STARTS, "empty")
    genesis = Genesis(
        start=start,
        snapshot=_snapshot(section, folder, needed=start == "mainnet"),
        block=section.integer("block", 1_000),
        issuance=section.coins("issuance", 0),
        authorities=section.integer("authorities", 2, most=32),
        parameters=_parameters(section, "parameters", NETWORK_ITEMS),
        subnet_parameters=_parameters(section, "subnet_parameters", SUBNET_ITEMS),
        subnets=tuple(_subnets(each) for each in section.sections("subnets")),
    )
    section.close()
    return genesis


def _snapshot(section: Section, folder: Path, *, needed: bool) -> Snapshot | None:
    path = section.text("snapshot", "")
    if bool(path) != needed:
        raise InvalidInputError(section.name("snapshot"), path, 'must be given with start = "mainnet" alone')
    return read_snapshot(folder / path) if needed else None


def _subnets(section: Section) -> SubnetPlan:
    plan = SubnetPlan(
        count=section.integer("count", 1, least=1, most=4_095),
        tao=section.coins("tao"),
        alpha=section.coins("alpha"),
        owner_stake=section.coins("owner_stake", 0),
        parameters=_parameters(section, "parameters", SUBNET_ITEMS),
    )
    section.close()
    return plan


def _parameters(
    section: Section, key: str, items: Mapping[str, tuple[type[Record], Any]]
) -> Mapping[str, Any]:
    """Values by names in storage, each checked against the type of its item."""
    values = {}
    for item, dumped in section.table(key).items():
        name = f"{section.name(key)}.{item}"
        if item not in items:
            raise InvalidInputError(name, dumped, "is no parameter that a scenario sets")
        _, field = items[item]
        values[item] = field.type.from_json(name, dumped)
    return values


def _group(section: Section) -> Group:
    kind = section.choice("kind", KINDS)
    group = Group(
        name=section.text("name"),
        kind=kind,
        count=section.integer("count", 1, least=1, most=2**16 - 1),
        balance=section.coins("balance", 100),
        stake=section.coins("stake", 0),
        root_stake=section.coins("root_stake", 0),
        subnets=section.netuids("subnets"),
        start=section.integer("from", 1, least=1),
        until=section.integer("until", 2**32 - 1),
        every=section.integer("every", 20, least=1),
        weights=section.choice("weights", STRATEGIES, "honest"),
        allies=section.texts("allies", ()),
        owner_share=section.proportion("owner_share", 0),
        quality=_pair(section.proportions("quality", 2, (Decimal("0.2"), Decimal(1)))),
        drift=section.integer("drift", 0),
        sells=section.proportion("sells", 0),
        buys=section.coins("buys", 0),
        unstakes=section.proportion("unstakes", 0),
        stakes_to=section.text("stakes_to", ""),
        price_limit=section.coins("price_limit", 0),
    )
    section.close()
    return group


def _pair(numbers: tuple[int, ...]) -> tuple[int, int]:
    low, high = numbers
    return low, high


def _scheduled(section: Section) -> ScheduledCall:
    scheduled = ScheduledCall(
        at=section.integer("at", least=1),
        signer=section.text("signer"),
        call=section.choice("call", CALLS),
        arguments=section.table("arguments"),
    )
    section.close()
    return scheduled


def _require_distinct_names(groups: tuple[Group, ...]) -> None:
    names = [group.name for group in groups]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise InvalidInputError(f"actors[{index}].name", name, "must not repeat")


def _require_known_groups(scenario: Scenario) -> None:
    names = {group.name for group in scenario.groups}
    for index, group in enumerate(scenario.groups):
        for ally in group.allies:
            if ally not in names:
                raise InvalidInputError(f"actors[{index}].allies", ally, "must be the name of a group")
        if group.stakes_to and group.stakes_to not in names:
            raise InvalidInputError(f"actors[{index}].stakes_to", group.stakes_to, "must name a group")
