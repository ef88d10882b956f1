"""What holds in every state between two steps of a chain."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from taospec.reference.amm.balancer import POWER_SCALE
from taospec.reference.amm.parameters import BASE_PARAMETERS
from taospec.reference.amm.records import DYNAMIC, Direction
from taospec.reference.amm.swap import in_force, payout
from taospec.reference.fixed_point import U64F64
from taospec.reference.invalid_input import U16_MAX, U64_MAX
from taospec.reference.rules import implements
from taospec.reference.staking.positions import ROOT, all_netuids
from taospec.reference.staking.stake_ledger import stake_of
from taospec.reference.state.ledger import EXISTENTIAL_DEPOSIT, MAX_ISSUANCE
from taospec.reference.state.pool import EQUAL_WEIGHTS, WEIGHT_SCALE, Pool
from taospec.reference.state.state import State

Finding = tuple[str, str]
"""Where an invariant is broken, and how."""
Findings = Iterator[Finding]

PURCHASES: Final = (10**6, 10**4, 10**3)
"""Purchases that are tried on pools in turn, as parts of their TAO."""
RATIO_ERROR: Final = Fraction(1, POWER_SCALE) + Fraction(1, U64F64.ONE_BITS)
"""Most by which the share that a swap leaves of a reserve is rounded down."""


@implements("CHAIN-INVARIANT-1")
def balances_are_issued(state: State) -> Findings:
    """The issuance of balances is their sum, and the total issuance is never below it."""
    held = sum(account.free for _, account in state.accounts.items())
    issuance = state.issuance
    if issuance.of_balances != held:
        yield "issuance", f"balances sum to {held}, their issuance is {issuance.of_balances}"
    if issuance.total < issuance.of_balances:
        yield (
            "issuance",
            f"the total issuance {issuance.total} is below that of balances {issuance.of_balances}",
        )


@implements("CHAIN-INVARIANT-1")
def accounts_hold_the_deposit(state: State) -> Findings:
    """No account holds less than the existential deposit."""
    for who, account in state.accounts.items():
        if account.free < EXISTENTIAL_DEPOSIT:
            yield f"account {who.hex()}", f"it holds {account.free}"


@implements("CHAIN-INVARIANT-2")
def issuance_is_capped(state: State) -> Findings:
    """At most 21,000,000 TAO are issued."""
    if state.issuance.of_balances > MAX_ISSUANCE:
        yield "issuance", f"{state.issuance.of_balances} rao are issued, at most {MAX_ISSUANCE} may be"


@implements("CHAIN-INVARIANT-6")
def holders_have_no_more_than_their_pool(state: State) -> Findings:
    """What the stakers of a hotkey have on a subnet sums to no more than the hotkey has there."""
    for (hotkey, netuid), pool in state.hotkey_stakes.items():
        keys = state.positions.keys_with(hotkey=hotkey, netuid=netuid)
        held = sum(stake_of(state, hotkey, coldkey, netuid) for _, coldkey, _ in keys)
        if held > pool.total_alpha:
            yield (
                f"subnet {netuid}, hotkey {hotkey.hex()}",
                f"its stakers have {held} of {pool.total_alpha}",
            )


@implements("CHAIN-INVARIANT-8")
def uids_and_hotkeys_belong_to_each_other(state: State) -> Findings:
    """Uids are 0 to n - 1, each of one hotkey whose uid it is; the vectors of neurons have n elements."""
    for netuid in all_netuids(state):
        place, count = f"subnet {netuid}", state.subnets.peek(netuid).neurons
        hotkeys = [state.neurons.peek((netuid, uid)).hotkey for uid in range(count)]
        if any(uid >= count for _, uid in state.neurons.keys_with(netuid=netuid)):
            yield place, f"there are uids from {count} on"
        for uid, hotkey in enumerate(hotkeys):
            if state.memberships.peek((netuid, hotkey)).uid != uid:
                yield place, f"uid {uid} is that of a hotkey with another uid"
        if len(set(hotkeys)) != count:
            yield place, "a hotkey has two uids"
        metagraph = state.metagraphs.peek(netuid)
        for name in ("active", "consensus", "dividends", "emission", "validator_permit", "validator_trust"):
            length = len(getattr(metagraph, name))
            if netuid != ROOT and length != count:
                yield place, f"{name} has {length} elements for {count} neurons"


@implements("CHAIN-INVARIANT-8")
def subnets_are_counted(state: State) -> Findings:
    """The number of subnets is that of those that were added."""
    added = len(all_netuids(state))
    if state.network.subnets != added:
        yield "network", f"{state.network.subnets} subnets are counted, {added} are there"


@implements("CHAIN-INVARIANT-9")
def proportions_sum_to_at_most_one(state: State) -> Findings:
    """The incentives of a mechanism, and the dividends of a subnet, sum to at most 65535."""
    for index, mechanism in state.mechanisms.items():
        if sum(mechanism.incentive) > U16_MAX:
            yield f"mechanism {index}", f"incentives sum to {sum(mechanism.incentive)}"
    for netuid, metagraph in state.metagraphs.items():
        if sum(metagraph.dividends) > U16_MAX:
            yield f"subnet {netuid}", f"dividends sum to {sum(metagraph.dividends)}"


@implements("CHAIN-INVARIANT-12")
def round_trips_do_not_profit(state: State) -> Findings:
    """Nobody who buys from a pool without a fee and sells it all again has more than before.

    Each block tries another of :data:`PURCHASES`.
    """
    parts = PURCHASES[state.clock.block % len(PURCHASES)]
    for netuid in all_netuids(state):
        pool = state.pools.peek(netuid)
        if netuid != ROOT and pool.mechanism == DYNAMIC:
            for problem in round_trip(pool, pool.tao_reserve // parts):
                yield f"subnet {netuid}", problem


@implements("CHAIN-INVARIANT-12")
def round_trip(pool: Pool, tao: int) -> Iterator[str]:
    """What is wrong with buying for ``tao`` rao without a fee and selling it all again.

    ``tao`` is at most a thousandth of the reserve. Nothing is asked of a pool so large that a
    rounding of its shares is worth a rao or more, nor of one below the minimum.
    """
    pool = in_force(pool)
    x, y = pool.alpha_in, pool.tao_reserve
    if min(x, y) < BASE_PARAMETERS.minimum_reserve or not _is_precise(pool):
        return
    bought = payout(pool, Direction.BUY, tao)
    after = _after(pool, tao, bought)
    sold = payout(after, Direction.SELL, bought)
    if sold > tao:
        yield f"{tao} buys {bought}, which sells for {sold}"
    if pool.quote_weight == EQUAL_WEIGHTS:
        for paid, exact in ((bought, x * tao // (y + tao)), (sold, (y + tao) * bought // x)):
            if not exact <= paid <= exact + 1:
                yield f"a swap pays {paid}, exact is {exact}"


def _is_precise(pool: Pool) -> bool:
    """Whether a rounding of both reserves, in the price of a pool that sold a thousandth, is below a rao."""
    worth = pool.tao_reserve * RATIO_ERROR * 2
    exponent = Fraction(WEIGHT_SCALE - pool.quote_weight, pool.quote_weight)
    return pool.alpha_in * RATIO_ERROR < 1 and worth * (1 + exponent) < 1


def _after(pool: Pool, tao: int, alpha: int) -> Pool:
    after = Pool()
    for field in Pool.FIELDS:
        setattr(after, field.name, getattr(pool, field.name))
    after.tao_reserve = pool.tao_reserve + tao
    after.alpha_in = pool.alpha_in - alpha
    return after


@implements("CHAIN-INVARIANT-16")
def parents_and_children_mirror_each_other(state: State) -> Findings:
    """Whoever is a child has the parent with the same proportion; proportions sum to 1 at most."""
    for (hotkey, netuid), keys in state.childkeys.items():
        place = f"subnet {netuid}, hotkey {hotkey.hex()}"
        if sum(proportion for proportion, _ in keys.children) > U64_MAX:
            yield place, "its children have more than all"
        for proportion, child in keys.children:
            if (proportion, hotkey) not in state.childkeys.peek((child, netuid)).parents:
                yield place, f"its child {child.hex()} does not know it"
        for proportion, parent in keys.parents:
            if (proportion, hotkey) not in state.childkeys.peek((parent, netuid)).children:
                yield place, f"its parent {parent.hex()} does not know it"
        if {child for _, child in keys.children} & {parent for _, parent in keys.parents}:
            yield place, "a hotkey is its child and its parent"
