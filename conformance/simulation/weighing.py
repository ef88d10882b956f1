"""How validators weigh miners, openly or committed first and revealed later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from random import Random
from typing import Any, Final

from taospec.conformance.simulation.accounts import hotkey_of
from taospec.conformance.simulation.scenario import Group, Scenario
from taospec.reference.chain.calls import CALLS
from taospec.reference.emission.schedule import is_due
from taospec.reference.staking.positions import ROOT, all_netuids
from taospec.reference.staking.stake_ledger import total_stake_of_hotkey
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId, SequenceType, account, u16, u64

Made = tuple[str, AccountId, Mapping[str, Any]]
"""Name of a call, its signer and its arguments."""

Weights = dict[int, int]
"""Weight of each miner by uid, at most 65,535."""

WHOLE: Final = 10**9
NOISE: Final = 50_000_000
"""How far validators misjudge a quality, in parts of 10^9."""
MAX_WEIGHT: Final = 65_535
_numbers: Final = SequenceType(u16)


def weight_calls(
    scenario: Scenario, group: Group, member: int, state: State, random: Random, memory: dict[str, Any]
) -> Iterator[Made]:
    """What a validator does in one act, on each of its subnets."""
    hotkey = hotkey_of(group, member)
    for netuid in sorted(all_netuids(state)):
        elsewhere = group.subnets is not None and netuid not in group.subnets
        if netuid == ROOT or elsewhere or state.memberships.peek((netuid, hotkey)).uid is None:
            continue
        if state.hyperparameters.peek(netuid).commit_reveal:
            yield from _revealed(state, netuid, hotkey, memory)
            yield from _committed(scenario, group, state, netuid, hotkey, random, memory)
        else:
            yield from _set(scenario, group, state, netuid, hotkey, random)


def _set(
    scenario: Scenario, group: Group, state: State, netuid: int, hotkey: AccountId, random: Random
) -> Iterator[Made]:
    weights = _weights(scenario, group, state, netuid, random)
    if weights and "set_weights" in CALLS:
        yield "set_weights", hotkey, {"netuid": netuid, **_rows(weights), "version_key": 0}


def _rows(weights: Weights) -> dict[str, tuple[int, ...]]:
    return {"dests": tuple(weights), "weights": tuple(weights.values())}


def _committed(
    scenario: Scenario,
    group: Group,
    state: State,
    netuid: int,
    hotkey: AccountId,
    random: Random,
    memory: dict[str, Any],
) -> Iterator[Made]:
    """Commit once an epoch; what was committed is remembered."""
    epoch, key = _epoch(state, netuid), f"{netuid}/{hotkey.hex()}"
    held = memory.setdefault(key, [])
    if "commit_weights" not in CALLS or any(each[0] == epoch for each in held):
        return
    weights = _weights(scenario, group, state, netuid, random)
    if weights:
        salt = random.randrange(MAX_WEIGHT)
        held.append([epoch, list(weights), list(weights.values()), salt])
        digest = commitment(hotkey, netuid, tuple(weights), tuple(weights.values()), (salt,), 0)
        yield "commit_weights", hotkey, {"netuid": netuid, "commit_hash": digest}


def _revealed(state: State, netuid: int, hotkey: AccountId, memory: dict[str, Any]) -> Iterator[Made]:
    """Reveal what was committed the period ago, and forget what is too old."""
    key = f"{netuid}/{hotkey.hex()}"
    due = _epoch(state, netuid) - state.hyperparameters.peek(netuid).reveal_period
    for epoch, uids, values, salt in memory.get(key, []):
        if epoch == due and "reveal_weights" in CALLS:
            yield (
                "reveal_weights",
                hotkey,
                {
                    "netuid": netuid,
                    "uids": tuple(uids),
                    "values": tuple(values),
                    "salt": (salt,),
                    "version_key": 0,
                },
            )
    memory[key] = [each for each in memory.get(key, []) if each[0] > due]


def commitment(
    hotkey: AccountId,
    index: int,
    uids: tuple[int, ...],
    values: tuple[int, ...],
    salt: tuple[int, ...],
    version: int,
) -> bytes:
    """The hash under which weights are committed."""
    parts = (account.encode(hotkey), u16.encode(index), *(_numbers.encode(each) for each in (uids, values)))
    content = b"".join([*parts, _numbers.encode(salt), u64.encode(version)])
    return blake2b(content, digest_size=32).digest()


def _epoch(state: State, netuid: int) -> int:
    schedule = state.schedules.peek(netuid)
    return schedule.epoch_index + is_due(schedule, state.clock.block)


def _weights(scenario: Scenario, group: Group, state: State, netuid: int, random: Random) -> Weights:
    miners = _miners(scenario, state, netuid)
    if group.weights == "copy":
        weights = _public_weights(state, netuid, miners)
    elif group.weights == "cabal":
        allies = {
            hotkey_of(each, i)
            for each in scenario.groups
            if each.name in group.allies
            for i in range(each.count)
        }
        weights = {uid: MAX_WEIGHT for uid, hotkey in miners.items() if hotkey in allies}
    else:
        weights = {
            uid: _misjudged(quality(scenario, hotkey, state.clock.block), random) * MAX_WEIGHT // WHOLE
            for uid, hotkey in miners.items()
        }
    share = WHOLE if group.weights == "owner" and not group.owner_share else group.owner_share
    return _with_owner(state, netuid, weights, share)


def _miners(scenario: Scenario, state: State, netuid: int) -> dict[int, AccountId]:
    """Neurons, by uid, that are neither the owner's nor a validator of the scenario's.

    Permits do not tell: in a subnet with places for all, every neuron with a stake has one.
    """
    owner = state.subnets.peek(netuid).owner_hotkey
    validators = _members(scenario.groups, "validator")
    found = {}
    for uid in range(state.subnets.peek(netuid).neurons):
        hotkey = state.neurons.peek((netuid, uid)).hotkey
        if hotkey not in validators and hotkey != owner:
            found[uid] = hotkey
    return found


@lru_cache(maxsize=16)
def _members(groups: tuple[Group, ...], kind: str) -> dict[AccountId, Group]:
    """The groups of a kind by the hotkeys of their members."""
    return {
        hotkey_of(group, member): group
        for group in groups
        if group.kind == kind
        for member in range(group.count)
    }


def _misjudged(true_quality: int, random: Random) -> int:
    return min(max(true_quality + random.randrange(-NOISE, NOISE + 1), 0), WHOLE)


def quality(scenario: Scenario, hotkey: AccountId, block: int) -> int:
    """How good a miner is at a block, in parts of 10^9: drawn from the bounds of its group."""
    group = _members(scenario.groups, "miner").get(hotkey)
    if group is None:
        return _drawn(f"{scenario.seed}/{hotkey.hex()}", 0, WHOLE)
    period = block // group.drift if group.drift else 0
    return _drawn(f"{scenario.seed}/{hotkey.hex()}/{period}", *group.quality)


def _drawn(text: str, low: int, high: int) -> int:
    number = int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
    return low + number % (high - low + 1)


def _public_weights(state: State, netuid: int, miners: Mapping[int, AccountId]) -> Weights:
    """What everybody can read: the mean of all rows, by the stake of who set them."""
    sums = dict.fromkeys(miners, 0)
    total = 0
    for _, uid in state.matrix_rows.keys_with(index=netuid):
        row = state.matrix_rows.peek((netuid, uid)).weights
        of_row = sum(weight for _, weight in row)
        stake = total_stake_of_hotkey(state, state.neurons.peek((netuid, uid)).hotkey, netuid)
        if of_row:
            total += stake
            for target, weight in row:
                if target in sums:
                    sums[target] += stake * weight * MAX_WEIGHT // of_row
    return {uid: each // total for uid, each in sums.items()} if total else {}


def _with_owner(state: State, netuid: int, weights: Weights, share: int) -> Weights:
    """With a part of all weight on the owner's uid, largest weight the largest possible."""
    owner = state.subnets.peek(netuid).owner_hotkey
    uid = None if owner is None else state.memberships.peek((netuid, owner)).uid
    if share and uid is not None:
        if share == WHOLE:
            weights = {uid: 1}
        else:
            weights = {**weights, uid: sum(weights.values()) * share // (WHOLE - share)}
    most = max(weights.values(), default=0)
    if most == 0:
        return {}
    return {target: weight * MAX_WEIGHT // most for target, weight in sorted(weights.items())}
