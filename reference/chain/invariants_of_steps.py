"""What a block's own step and each of its calls keep: statements about the states before and after."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any, Final

import attrs

from taospec.reference.amm.records import DYNAMIC
from taospec.reference.chain.block import Block, Extrinsic
from taospec.reference.chain.calls import Outcome
from taospec.reference.chain.fees import Charge, settle_fee, withdraw_fee
from taospec.reference.chain.invariants_of_states import Findings
from taospec.reference.emission.coinbase import emitting_netuids, subnet_emissions
from taospec.reference.emission.rates import u64_fraction
from taospec.reference.emission.schedule import is_due
from taospec.reference.emission.terms import subnet_terms
from taospec.reference.fixed_point import I96F32
from taospec.reference.fixed_point.numbers import U64
from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.staking.locks import current_lock
from taospec.reference.staking.positions import ROOT, all_netuids, total_coldkey_alpha
from taospec.reference.staking.root_claims import owed, rate
from taospec.reference.staking.stake_ledger import has_shares, share_of, total_shares, total_stake_of_hotkey
from taospec.reference.state.events import Event
from taospec.reference.state.ledger import (
    EXISTENTIAL_DEPOSIT,
    MAX_ISSUANCE,
    balance_of,
    subnet_account,
)
from taospec.reference.state.safe_float import SafeFloat
from taospec.reference.state.schedule import Schedule
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId
from taospec.reference.subnets.dissolution import claims_of, owner_refund
from taospec.reference.supply.block_emission import alpha_issuance, block_emission

_assign: Final = object.__setattr__

REGISTRATIONS: Final = frozenset({"burned_register", "register", "register_limit"})
"""Calls that buy alpha and destroy it."""
LARGEST_ISSUANCE: Final = 2**63 - 1
"""Alpha of a subnet up to which no book of a swap saturates."""
SHARE_ERROR: Final = Fraction(1, 10**16)
"""``10**-20`` of a denominator for each of fewer than 10,000 updates of single holders in a step."""


@attrs.frozen(kw_only=True)
class Step:
    """A block's own step, or one of its calls, with the states around it."""

    before: State
    """To be read only."""
    after: State
    """To be read only."""
    block: Block
    """The block; only what its own step reads, if this is that."""
    extrinsic: Extrinsic | None = None
    """The call; ``None`` for the block's own step."""
    outcome: Outcome | None = None
    """What became of the call."""
    events: tuple[Event, ...] = ()
    """What the step deposited."""

    @property
    def is_own(self) -> bool:
        """Whether this is the block's own step."""
        return self.extrinsic is None

    @property
    def is_refused(self) -> bool:
        """Whether this is a call that returned an error."""
        return self.outcome is not None and self.outcome.error is not None

    @property
    def is_without_effect(self) -> bool:
        """Whether this is a call that returned an error and paid no fee."""
        return self.is_refused and self.charge is None

    @property
    def charge(self) -> Charge | None:
        """What the call was charged for, ``None`` if it paid nothing."""
        call = self.extrinsic
        if call is None or call.payment is None or not isinstance(call.origin, bytes):
            return None
        if self.outcome is not None and self.outcome.before_dispatch:
            return None
        return Charge(call.call, call.origin, call.arguments, call.payment)

    def fields_of(self, event: str) -> list[dict[str, Any]]:
        """The fields of each event of a name, in their order."""
        return [dict(each.fields) for each in self.events if each.name == event]

    def netuids_of(self, event: str) -> list[int]:
        """The netuids in events of a name, in their order."""
        return [fields["netuid"] for fields in self.fields_of(event)]


@implements("CHAIN-INVARIANT-1")
def only_dust_and_lost_fees_part_the_issuances(step: Step) -> Findings:
    """The issuances change alike, but for the dust of a user's transfer and fees that nobody gets."""
    before, after = step.before.issuance, step.after.issuance
    drift = (after.total - after.of_balances) - (before.total - before.of_balances)
    lost = _dust(step) + (0 if _is_paid_to_the_author(step) else _fee_in_tao(step))
    if drift != lost:
        yield "issuance", f"the total grew by {drift} against that of balances, {lost} were lost"


def _dust(step: Step) -> int:
    """What was left to the sender of a user's transfer, rao, if it is too little to live on."""
    call = step.extrinsic
    if call is None or call.call != "transfer_allow_death" or step.is_refused:
        return 0
    value, signer = call.arguments["value"], call.origin
    if value == 0 or not isinstance(signer, bytes) or call.arguments["dest"] == signer:
        return 0
    withdrawn = step.charge.declared_fee if step.charge is not None else 0
    left = balance_of(step.before, signer) - withdrawn - value
    return left if left < EXISTENTIAL_DEPOSIT else 0


def _fee_in_tao(step: Step) -> int:
    """What the call's signer paid in TAO and was not given back, rao."""
    charge = step.charge
    if charge is None or step.fields_of("TransactionFeePaidWithAlpha"):
        return 0
    return charge.actual_fee if balance_of(step.after, charge.signer) else charge.declared_fee


def _is_paid_to_the_author(step: Step) -> bool:
    """Whether the block has an author whose account lives: it gets the fee."""
    return step.block.author is not None and balance_of(step.after, step.block.author) > 0


@implements("CHAIN-INVARIANT-2")
def emission_does_not_grow_with_issuance(step: Step) -> Findings:
    """More TAO issued, no more emission; nothing but a block's own step issues TAO."""
    before, after = step.before.issuance.total, step.after.issuance.total
    low, high = sorted((before, after))
    if block_emission(low) < block_emission(high):
        yield "issuance", f"the emission at {high} is above that at {low}"
    most = min(block_emission(before), MAX_ISSUANCE - step.before.issuance.of_balances) if step.is_own else 0
    if after - before > most:
        yield "issuance", f"it grew by {after - before}, at most {most} may be minted"


@implements("CHAIN-INVARIANT-3")
def what_is_minted_reaches_subnets(step: Step) -> Findings:
    """A block mints what it injects, buys alpha with, and was to buy alpha with where a pool refused."""
    if not step.is_own:
        return
    before, after = step.before, step.after
    asked = _purchases_asked(before)
    reached = 0
    for netuid in all_netuids(after):
        kept = _surplus(after, netuid) - _surplus(before, netuid)
        bought = injected = 0
        if netuid in asked:
            report = after.subnet_reports.peek(netuid)
            injected, bought = report.tao_in_emission, report.excess_tao
        if kept not in (0, asked.get(netuid, 0) - bought) and balance_of(after, subnet_account(netuid)):
            yield f"subnet {netuid}", f"its account kept {kept} beyond its pool"
        reached += injected + bought + kept
    minted = after.issuance.of_balances - before.issuance.of_balances
    if minted != reached:
        yield "issuance", f"{minted} rao were minted, {reached} reached subnets"


def _purchases_asked(before: State) -> dict[int, int]:
    """What the coinbase is to buy alpha with, rao, by netuid of every emitting subnet."""
    emitting = emitting_netuids(before, all_netuids(before))
    issuance = before.issuance
    credit = min(block_emission(issuance.total), max(0, MAX_ISSUANCE - issuance.of_balances))
    emissions = subnet_emissions(before, emitting, credit)
    root_tao, weight = before.pools.peek(ROOT).tao_reserve, u64_fraction(before.parameters.tao_weight)
    return {
        netuid: subnet_terms(
            before.pools.peek(netuid), emissions[netuid], root_tao, weight
        ).excess_tao.saturating_to_num(U64)
        for netuid in emitting
    }


def _surplus(state: State, netuid: int) -> int:
    """What a subnet's account holds beyond its pool, rao."""
    return balance_of(state, subnet_account(netuid)) - state.pools.peek(netuid).tao_reserve


@implements("CHAIN-INVARIANT-4")
def swaps_conserve_alpha(step: Step) -> Findings:
    """A pool's alpha in and out changes by what is emitted, recycled and bought by registrations alone."""
    before, after = step.before, step.after
    emitting = emitting_netuids(before, all_netuids(before)) if step.is_own else []
    reopened = {*step.netuids_of("NetworkAdded"), *step.netuids_of("NetworkRemoved")}
    for netuid in all_netuids(after):
        old, new = before.pools.peek(netuid), after.pools.peek(netuid)
        if netuid == ROOT or netuid in reopened or new.mechanism != DYNAMIC:
            continue
        issued = alpha_issuance(old.alpha_in, old.alpha_out)
        change = new.alpha_in + new.alpha_out - issued
        expected = -_recycled(step, netuid)
        if netuid in emitting:
            report = after.subnet_reports.peek(netuid)
            expected += report.alpha_in_emission + report.alpha_out_emission
        if step.extrinsic is not None and step.extrinsic.call in REGISTRATIONS:
            expected += min(new.alpha_in - old.alpha_in, 0)
        unlimited = issued <= LARGEST_ISSUANCE and new.alpha_out > 0
        if change < expected or (unlimited and change != expected):
            yield f"subnet {netuid}", f"its alpha changed by {change}, not by {expected}"


def _recycled(step: Step, netuid: int) -> int:
    """Alpha that left the issuance, rao."""
    before, after = (state.subnet_reports.peek(netuid).recycled_alpha for state in (step.before, step.after))
    return after - before


@implements("CHAIN-INVARIANT-5")
def alpha_outside_the_pool_covers_what_is_owed(step: Step) -> Findings:
    """What circulates is at least what is staked, pending and claimable, if no children's dividends burn.

    Where root stake was moved, claims may grow by what rounding gives its stakers.
    """
    if step.before.parameters.childkey_burn:
        return
    for netuid in all_netuids(step.after):
        if netuid == ROOT or netuid in step.netuids_of("NetworkAdded"):
            continue
        new = uncovered(step.after, netuid)
        if new <= 0:
            continue
        allowed = max(uncovered(step.before, netuid), Fraction(0)) + _rounding_of_claims(step, netuid)
        if new > allowed:
            yield (
                f"subnet {netuid}",
                f"{float(new)} of what is staked, pending and claimable do not circulate",
            )


def uncovered(state: State, netuid: int) -> Fraction:
    """Alpha that is staked, pending or claimable on a subnet less what circulates, rao."""
    pending = state.emissions.peek(netuid)
    staked = sum(
        state.hotkey_stakes.peek(key).total_alpha for key in state.hotkey_stakes.keys_with(netuid=netuid)
    )
    pendings = pending.pending_server, pending.pending_validator, pending.pending_root_alpha
    out = state.pools.peek(netuid).alpha_out
    return staked + sum(pendings) + pending.pending_owner_cut + claimable(state, netuid) - out


def claimable(state: State, netuid: int) -> Fraction:
    """What root stakers are owed on a subnet, rao of alpha."""
    due = sum(
        max(owed(state, hotkey, coldkey, netuid).bits, 0)
        for hotkey, _ in state.root_dividends.keys_with(netuid=netuid)
        for _, coldkey, _ in state.positions.keys_with(hotkey=hotkey, netuid=ROOT)
    )
    return Fraction(due, I96F32.ONE_BITS)


def _rounding_of_claims(step: Step, netuid: int) -> Fraction:
    """Most by which claims on a subnet grow where root stake moved, rao.

    For each staker of a hotkey whose root pool changed: what is booked is floored to a rao, and its
    stake is floored to a rao too, which the rate multiplies.
    """
    rounding = Fraction(0)
    for hotkey, _ in step.after.root_dividends.keys_with(netuid=netuid):
        old, new = (state.hotkey_stakes.peek((hotkey, ROOT)) for state in (step.before, step.after))
        if (old.total_alpha, old.total_shares) != (new.total_alpha, new.total_shares):
            stakers = len(step.after.positions.keys_with(hotkey=hotkey, netuid=ROOT))
            rounding += stakers * (1 + Fraction(rate(step.after, hotkey, netuid).bits, I96F32.ONE_BITS))
    return rounding


@implements("CHAIN-INVARIANT-6")
def shares_are_of_the_whole(step: Step) -> Findings:
    """The shares of a pool grow against their denominator by no more than the rounding of updates."""
    for hotkey, netuid in step.after.hotkey_stakes:
        shares = [_shares(state, hotkey, netuid) for state in (step.before, step.after)]
        if shares[0] == shares[1]:
            continue
        old, new = (sum(map(_exact, held), Fraction(0)) - _exact(whole) for whole, *held in shares)
        if (
            new > max(old, Fraction(0))
            and new > old + _largest_denominator(step, hotkey, netuid) * SHARE_ERROR
        ):
            place = f"subnet {netuid}, hotkey {hotkey.hex()}"
            yield place, f"its shares exceed their denominator by {float(new)}, {float(old)} before"


def _largest_denominator(step: Step, hotkey: AccountId, netuid: int) -> Fraction:
    """The most that a pool's denominator can have been: before, after, or with all that the step staked."""
    before, after = (_exact(total_shares(state, hotkey, netuid)) for state in (step.before, step.after))
    value = total_stake_of_hotkey(step.before, hotkey, netuid)
    added = 0
    for fields in step.fields_of("StakeAdded"):
        added += fields["alpha"] if (fields["hotkey"], fields["netuid"]) == (hotkey, netuid) else 0
    return max(before, after) + added * (before / value if value else 1)


def _shares(state: State, hotkey: AccountId, netuid: int) -> list[SafeFloat]:
    """The denominator of a pool, and the shares of its holders."""
    keys = state.positions.keys_with(hotkey=hotkey, netuid=netuid)
    held = (share_of(state, hotkey, coldkey, netuid) for _, coldkey, _ in keys)
    return [total_shares(state, hotkey, netuid), *held]


def _exact(number: SafeFloat) -> Fraction:
    return number.mantissa * Fraction(10) ** number.exponent


@implements("CHAIN-INVARIANT-7")
def pools_stay_backed(step: Step) -> Findings:
    """What a subnet's account lacks of its pool does not grow, but where a lock was short of its minimum."""
    opened = step.netuids_of("NetworkAdded")
    for netuid in all_netuids(step.after):
        lacking = max(-_surplus(step.after, netuid), 0)
        allowed = max(-_surplus(step.before, netuid), 0)
        if netuid in opened:
            minimum = step.before.parameters.network_min_lock_cost
            allowed = max(minimum - step.after.subnets.peek(netuid).locked, 0)
        elif balance_of(step.after, subnet_account(netuid)) == 0:
            allowed += EXISTENTIAL_DEPOSIT - 1
        if lacking > allowed:
            yield f"subnet {netuid}", f"its account lacks {lacking} of its pool"


@implements("CHAIN-INVARIANT-13")
def locks_bind_no_more_than_there_is(step: Step) -> Findings:
    """No step brings a lock above the stake that it binds, in which every position counts a rao more.

    A fee that is paid in alpha does: it is not asked whether a lock binds the stake.
    """
    paid = {(each["who"], each["netuid"]) for each in step.fields_of("TransactionFeePaidWithAlpha")}
    for coldkey, netuid, _ in step.after.locks:
        if (coldkey, netuid) in paid:
            continue
        excess = _locked_beyond_stake(step.after, coldkey, netuid)
        positions = sum(
            has_shares(step.after, hotkey, coldkey, netuid)
            for hotkey in step.after.coldkeys.peek(coldkey).staking_hotkeys
        )
        if excess > positions and excess > _locked_beyond_stake(step.before, coldkey, netuid):
            place = f"subnet {netuid}, coldkey {coldkey.hex()}"
            yield place, f"its lock is {excess} rao above its stake in {positions} positions"


def _locked_beyond_stake(state: State, coldkey: AccountId, netuid: int) -> int:
    return current_lock(state, coldkey, netuid).locked_mass - total_coldkey_alpha(state, coldkey, netuid)


@implements("CHAIN-INVARIANT-14")
def epochs_keep_their_time(step: Step) -> Findings:
    """A subnet's epoch slot passes in the block in which it is due or is deferred, and in no other."""
    if not step.is_own:
        return
    slots = 0
    deferred, skipped = step.netuids_of("EpochDeferred"), step.netuids_of("EpochSkipped")
    most = step.before.parameters.max_epochs_per_block
    for netuid in all_netuids(step.before):
        if netuid == ROOT:
            continue
        old, new = step.before.schedules.peek(netuid), step.after.schedules.peek(netuid)
        passed = new.epoch_index > old.epoch_index
        slots += passed and netuid not in skipped
        for problem in _mistimed(old, new, step.block.number, netuid in deferred):
            yield f"subnet {netuid}", problem
    if slots > most or (deferred and slots < most):
        yield "network", f"{slots} epochs ran of at most {most}, {len(deferred)} were deferred"


def _mistimed(old: Schedule, new: Schedule, block: int, deferred: bool) -> Iterator[str]:
    """What is wrong with a schedule after a block."""
    counted = attrs.evolve(old, blocks_since_last_step=min(old.blocks_since_last_step + 1, U64_MAX))  # type: ignore[misc]
    due, passed = is_due(counted, block), new.epoch_index > old.epoch_index
    if passed != (due and not deferred):
        yield f"its epoch was {'' if due else 'not '}due and {'' if passed else 'not '}taken"
    if new.epoch_index - old.epoch_index not in (0, 1):
        yield f"{new.epoch_index - old.epoch_index} epoch slots passed"
    if new.last_epoch_block != (block if passed else old.last_epoch_block):
        yield f"its last epoch is noted at block {new.last_epoch_block}"
    pending = 0 if passed else block + 1 if deferred else old.pending_epoch_at
    if new.pending_epoch_at != pending:
        yield f"its next epoch is noted at block {new.pending_epoch_at}"


@implements("CHAIN-INVARIANT-15")
def dissolving_pays_everything_out(step: Step) -> Findings:
    """What the account of a dissolved subnet held is paid to its stakers by their alpha, or recycled."""
    for netuid in step.netuids_of("NetworkRemoved"):
        for problem in _mispaid(step, netuid):
            yield f"subnet {netuid}", problem


def _mispaid(step: Step, netuid: int) -> Iterator[str]:
    before, after = step.before, step.after
    account = subnet_account(netuid)
    reopened = netuid in step.netuids_of("NetworkAdded")
    moved = after.subnets.peek(netuid).locked if reopened else 0
    signer = step.extrinsic.origin if step.extrinsic is not None else None
    gains = {
        who: balance_of(after, who) - balance_of(before, who) + (moved if who == signer else 0)
        for who in {*before.accounts, *after.accounts} - {account}
    }
    fee, charge, author = _fee_in_tao(step), step.charge, step.block.author
    recycled = before.issuance.of_balances - after.issuance.of_balances
    if charge is not None:
        gains[charge.signer] += fee
        if author is not None and _is_paid_to_the_author(step):
            gains[author] -= fee
        else:
            recycled -= fee
    paid = sum(gains.values())
    left = balance_of(after, account) - moved
    if balance_of(before, account) != paid + recycled + left or left > EXISTENTIAL_DEPOSIT:
        yield f"{balance_of(before, account)} rao became {paid} paid, {recycled} recycled, {left} left"
    refund = owner_refund(before, netuid)
    claims, pot = claims_of(before, netuid), before.pools.peek(netuid).tao_reserve
    total = sum(claim.alpha for claim in claims)
    for who, gained in gains.items():
        held = [claim.alpha for claim in claims if claim.coldkey == who]
        most = refund if who == before.subnets.peek(netuid).owner else 0
        refused = gained == 0 and balance_of(before, who) == 0
        due = pot * sum(held)
        if not refused and not -len(held) * total <= gained * total - due <= (len(held) + most) * total:
            yield f"{who.hex()} got {gained} of {pot} for {sum(held)} of {total}"


@implements("CHAIN-INVARIANT-17")
def refused_calls_change_nothing(step: Step) -> Findings:
    """A call that returned an error leaves the state as it was but for its fee, and the fee's events."""
    if not step.is_refused:
        return
    expected: State = step.before
    events: tuple[Event, ...] = ()
    if step.charge is not None:
        expected = copy_of(step.before)
        withdrawn = withdraw_fee(expected, step.charge, step.block.author)
        settle_fee(expected, step.charge, withdrawn, step.block.author)
        events = expected.events.take()
    if step.events != events:
        yield f"call {_name(step)}", f"it was refused and deposited {[each.name for each in step.events]}"
    difference = first_difference(expected, step.after)
    if difference:
        yield f"call {_name(step)}", f"it was refused and changed {difference}"


def _name(step: Step) -> str:
    return step.extrinsic.call if step.extrinsic is not None else "of the block itself"


def copy_of(state: State, random: Random | None = None) -> State:
    """A copy of the state, its records made in another order if ``random`` is given."""
    copy = State()
    for name, table in state.tables.items():
        kept: list[tuple[Any, Any]] = list(table.items())
        if random is not None:
            random.shuffle(kept)
        twin = copy.tables[name]
        for key, held in kept:
            new = twin[key]
            for field in table.kind.FIELDS:
                _assign(new, field.name, getattr(held, field.name))
    return copy


def first_difference(one: State, other: State) -> str:
    """The first record that is not the same in both states, with its key; empty if there is none."""
    for name, table in one.tables.items():
        values, absent = table.kind.values, table.kind.DEFAULTS
        left, right = (
            {held._key: values(held) for held in each.made()} for each in (table, other.tables[name])
        )
        if left != right:
            for key in sorted({*left, *right}):
                if left.get(key, absent) != right.get(key, absent):
                    return f"{name} {key!r}"
    return ""
