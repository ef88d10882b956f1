"""What holds after every block of a simulation, whatever was called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from taospec.reference.staking.positions import all_netuids
from taospec.reference.staking.stake_ledger import stake_of
from taospec.reference.state.ledger import EXISTENTIAL_DEPOSIT, MAX_ISSUANCE, subnet_account
from taospec.reference.state.state import State

Findings = Iterator[str]


class InvariantError(AssertionError):
    """An invariant does not hold: a mistake of the implementation, never of a caller."""


def check_invariants(state: State) -> None:
    """Check everything that is listed.

    Raises:
        InvariantError: naming the block and every violation.
    """
    found = [finding for invariant in INVARIANTS for finding in invariant(state)]
    if found:
        raise InvariantError(f"block {state.clock.block}: " + "; ".join(found))


def _balances_add_up(state: State) -> Findings:
    """All balances add up to their issuance, which stays below the cap."""
    held = sum(account.free for _, account in state.accounts.items())
    if held != state.issuance.of_balances:
        yield f"balances add up to {held}, their issuance is {state.issuance.of_balances}"
    if held > MAX_ISSUANCE:
        yield f"{held} rao are more than there can be"


def _accounts_live(state: State) -> Findings:
    """No account holds less than the existential deposit."""
    for who, account in state.accounts.items():
        if account.free < EXISTENTIAL_DEPOSIT:
            yield f"account 0x{who.hex()} holds {account.free}"


def _reserves_are_backed(state: State) -> Findings:
    """A subnet's account holds its reserve, but for the deposit that an opener's account kept."""
    for netuid in all_netuids(state):
        held, reserve = state.accounts.peek(subnet_account(netuid)).free, state.pools.peek(netuid).tao_reserve
        if held + EXISTENTIAL_DEPOSIT < reserve:
            yield f"the account of subnet {netuid} holds {held} for a reserve of {reserve}"


def _uids_are_places(state: State) -> Findings:
    """Uids and hotkeys of a subnet are each other's, and its vectors have an entry for every uid."""
    for netuid in all_netuids(state):
        neurons = state.subnets.peek(netuid).neurons
        if [uid for _, uid in state.neurons.keys_with(netuid=netuid)] != list(range(neurons)):
            yield f"the uids of subnet {netuid} are not those below {neurons}"
        for uid in range(neurons):
            hotkey = state.neurons.peek((netuid, uid)).hotkey
            if state.memberships.peek((netuid, hotkey)).uid != uid:
                yield f"uid {uid} of subnet {netuid} does not lead back from its hotkey"
        metagraph = state.metagraphs.peek(netuid)
        for name in ("active", "emission", "consensus", "dividends", "validator_trust", "validator_permit"):
            if len(getattr(metagraph, name)) != neurons:
                yield f"{name} of subnet {netuid} has not {neurons} entries"


def _shares_are_covered(state: State) -> Findings:
    """What the stakers of a hotkey have is no more than its pool, but for a rao of rounding each."""
    values: dict[tuple[bytes, int], tuple[int, int]] = {}
    for hotkey, coldkey, netuid in state.positions:
        value, holders = values.get((hotkey, netuid), (0, 0))
        values[hotkey, netuid] = value + stake_of(state, hotkey, coldkey, netuid), holders + 1
    for (hotkey, netuid), (value, holders) in values.items():
        pool = state.hotkey_stakes.peek((hotkey, netuid)).total_alpha
        if value > pool + holders:
            yield f"stakers of 0x{hotkey.hex()} on subnet {netuid} have {value} of {pool}"


def _relatives_mirror(state: State) -> Findings:
    """Whoever is a child has that parent, with the same proportion, and the other way round."""
    for (hotkey, netuid), family in state.childkeys.items():
        for proportion, child in family.children:
            if (proportion, hotkey) not in state.childkeys.peek((child, netuid)).parents:
                yield f"a child of 0x{hotkey.hex()} on subnet {netuid} does not know its parent"
        for proportion, parent in family.parents:
            if (proportion, hotkey) not in state.childkeys.peek((parent, netuid)).children:
                yield f"a parent of 0x{hotkey.hex()} on subnet {netuid} does not know its child"


def _subnets_are_counted(state: State) -> Findings:
    """The number of subnets is that of those that were added."""
    added = len(all_netuids(state))
    if state.network.subnets != added:
        yield f"{state.network.subnets} subnets are counted, {added} are there"


INVARIANTS: Final[tuple[Callable[[State], Findings], ...]] = (
    _balances_add_up,
    _accounts_live,
    _reserves_are_backed,
    _uids_are_places,
    _shares_are_covered,
    _relatives_mirror,
    _subnets_are_counted,
)
"""In order of reports."""
