"""What holds in every state between two blocks, and can be checked there.

Each function answers with a sentence for each place where its invariant is broken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import attrs

from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.staking.positions import ROOT, all_netuids
from taospec.reference.staking.stake_ledger import stake_of
from taospec.reference.state.ledger import MAX_ISSUANCE, balance_of, subnet_account
from taospec.reference.state.state import State


@attrs.frozen
class Violation:
    """An invariant that does not hold."""

    rule: str
    """Id of the invariant."""
    message: str
    """Where and by how much."""


def violations(state: State) -> list[Violation]:
    """Every violation of every invariant of :data:`INVARIANTS`."""
    return [
        Violation(rule, message) for rule, invariant in INVARIANTS.items() for message in invariant(state)
    ]


@implements("CHAIN-INVARIANT-1")
def balances_are_issued(state: State) -> Iterator[str]:
    """The issuance of balances is their sum, and the total issuance is never below it."""
    held = sum(account.free for _, account in state.accounts.items())
    issuance = state.issuance
    if issuance.of_balances != held:
        yield f"balances sum to {held}, their issuance is {issuance.of_balances}"
    if issuance.total < issuance.of_balances:
        yield f"the total issuance {issuance.total} is below that of balances {issuance.of_balances}"


@implements("CHAIN-INVARIANT-2")
def issuance_is_capped(state: State) -> Iterator[str]:
    """At most 21,000,000 TAO are issued."""
    if state.issuance.of_balances > MAX_ISSUANCE:
        yield f"{state.issuance.of_balances} rao are issued, at most {MAX_ISSUANCE} may be"


@implements("CHAIN-INVARIANT-6")
def holders_have_no_more_than_their_pool(state: State) -> Iterator[str]:
    """What the stakers of a hotkey have on a subnet sums to no more than the hotkey has there."""
    for (hotkey, netuid), pool in state.hotkey_stakes.items():
        keys = state.positions.keys_with(hotkey=hotkey, netuid=netuid)
        held = sum(stake_of(state, hotkey, coldkey, netuid) for _, coldkey, _ in keys)
        if held > pool.total_alpha:
            yield f"subnet {netuid}: stakers of {hotkey.hex()} have {held} of {pool.total_alpha}"


@implements("CHAIN-INVARIANT-7")
def pools_are_backed(state: State) -> Iterator[str]:
    """The account of a subnet holds at least the TAO that its pool says."""
    for netuid in all_netuids(state):
        held, reserve = balance_of(state, subnet_account(netuid)), state.pools.peek(netuid).tao_reserve
        if held < reserve:
            yield f"subnet {netuid}: the account holds {held}, the pool says {reserve}"


@implements("CHAIN-INVARIANT-8")
def uids_and_hotkeys_belong_to_each_other(state: State) -> Iterator[str]:
    """Uids are 0 to n - 1, each of one hotkey whose uid it is; the vectors of neurons have n elements."""
    for netuid in all_netuids(state):
        count = state.subnets.peek(netuid).neurons
        hotkeys = [state.neurons.peek((netuid, uid)).hotkey for uid in range(count)]
        for uid, hotkey in enumerate(hotkeys):
            if state.memberships.peek((netuid, hotkey)).uid != uid:
                yield f"subnet {netuid}: uid {uid} is that of a hotkey with another uid"
        if len(set(hotkeys)) != count:
            yield f"subnet {netuid}: a hotkey has two uids"
        metagraph = state.metagraphs.peek(netuid)
        for name in ("active", "consensus", "dividends", "emission", "validator_permit", "validator_trust"):
            length = len(getattr(metagraph, name))
            if netuid != ROOT and length != count:
                yield f"subnet {netuid}: {name} has {length} elements for {count} neurons"


@implements("CHAIN-INVARIANT-16")
def parents_and_children_mirror_each_other(state: State) -> Iterator[str]:
    """Whoever is a child has the parent with the same proportion; proportions sum to 1 at most."""
    for (hotkey, netuid), keys in state.childkeys.items():
        if sum(proportion for proportion, _ in keys.children) > U64_MAX:
            yield f"subnet {netuid}: children of {hotkey.hex()} have more than all"
        for proportion, child in keys.children:
            if (proportion, hotkey) not in state.childkeys.peek((child, netuid)).parents:
                yield f"subnet {netuid}: {child.hex()} does not know its parent {hotkey.hex()}"
        for proportion, parent in keys.parents:
            if (proportion, hotkey) not in state.childkeys.peek((parent, netuid)).children:
                yield f"subnet {netuid}: {parent.hex()} does not know its child {hotkey.hex()}"


INVARIANTS: Final[Mapping[str, Callable[[State], Iterator[str]]]] = {
    "CHAIN-INVARIANT-1": balances_are_issued,
    "CHAIN-INVARIANT-2": issuance_is_capped,
    "CHAIN-INVARIANT-6": holders_have_no_more_than_their_pool,
    "CHAIN-INVARIANT-7": pools_are_backed,
    "CHAIN-INVARIANT-8": uids_and_hotkeys_belong_to_each_other,
    "CHAIN-INVARIANT-16": parents_and_children_mirror_each_other,
}
"""The invariants of states, by their rule."""
