"""Conviction locks: what binds a coldkey's stake on a subnet, and how locks add up.

A coldkey has at most one lock on a subnet, to one hotkey. Every lock is also counted in one
aggregate: the hotkey's or, for the subnet owner's hotkey, the owner's; of each there is one
for perpetual and one for decaying locks. Aggregates drift from the sum of their locks: some
rolls count the decay of the other locks not at all, some twice.

Source: ``pallets/subtensor/src/staking/lock.rs``.
"""

from __future__ import annotations

from typing import Final

import attrs

from taospec.reference.fixed_point import U64F64
from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.staking.conviction import RollDelta, is_dust, roll_forward
from taospec.reference.staking.positions import total_coldkey_alpha
from taospec.reference.state.errors import DispatchError, SubtensorError
from taospec.reference.state.locks import LockState
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import ZERO_ACCOUNT, AccountId

ACCEPT_LOCKED_ALPHA: Final = 1
"""The account flag that lets locked alpha arrive."""
_ZERO: Final = U64F64.zero()


@attrs.frozen
class _Bucket:
    """Where locks of one kind to one hotkey are added up."""

    netuid: int
    hotkey: AccountId
    owner: bool
    perpetual: bool

    def read(self, state: State) -> LockState:
        """The aggregate, an empty one if there is none."""
        found = self._stored(state)
        return _empty(state) if found is None else found

    def exists(self, state: State) -> bool:
        """Whether there is an aggregate."""
        return self._stored(state) is not None

    def _stored(self, state: State) -> LockState | None:
        held = (
            state.owner_locks.peek(self.netuid)
            if self.owner
            else state.hotkey_locks.peek((self.netuid, self.hotkey))
        )
        return held.perpetual if self.perpetual else held.decaying

    def write(self, state: State, lock: LockState) -> None:
        """Store the aggregate; one without mass and conviction is removed."""
        stored = None if lock.locked_mass == 0 and lock.conviction == _ZERO else lock
        held = state.owner_locks[self.netuid] if self.owner else state.hotkey_locks[self.netuid, self.hotkey]
        if self.perpetual:
            held.perpetual = stored
        else:
            held.decaying = stored


# Calls.


@implements("STAKE-LOCK-1")
def lock_stake(state: State, coldkey: AccountId, netuid: int, hotkey: AccountId, amount: int) -> None:
    """Lock ``amount`` rao more of a coldkey's stake on a subnet to a hotkey.

    Raises in this order:
        AmountTooLow: the amount is 0.
        HotKeyAccountNotExists: the hotkey has no owner.
        LockHotkeyMismatch: the coldkey has a lock to another hotkey.
        InsufficientStakeForLock: the coldkey's stake is below the whole lock.

    Source: ``lock.rs:756``.
    """
    if amount == 0:
        raise DispatchError(SubtensorError.AmountTooLow)
    _require_hotkey(state, hotkey)
    total = total_coldkey_alpha(state, coldkey, netuid)
    locked_to = locked_hotkey(state, coldkey, netuid)
    if locked_to not in (None, hotkey):
        raise DispatchError(SubtensorError.LockHotkeyMismatch)
    lock, bucket, aggregate = _roll_with_aggregate(state, coldkey, netuid, hotkey)
    if lock.locked_mass == 0 and lock.conviction == _ZERO:
        lock = LockState(amount, _ZERO, state.clock.block)
    else:
        lock = attrs.evolve(lock, locked_mass=min(lock.locked_mass + amount, U64_MAX))
    if total < lock.locked_mass:
        raise DispatchError(SubtensorError.InsufficientStakeForLock)
    _write_lock(state, coldkey, netuid, hotkey, _rolled(state, lock, bucket))
    bucket.write(state, aggregate)
    _add_to_bucket(state, bucket, LockState(amount, _ZERO, state.clock.block))
    state.events.deposit("StakeLocked", coldkey=coldkey, hotkey=hotkey, netuid=netuid, amount=amount)


@implements("STAKE-LOCK-2")
def set_perpetual_lock(state: State, coldkey: AccountId, netuid: int, enabled: bool) -> None:
    """Make a coldkey's locks on a subnet perpetual, or let them decay again.

    The lock moves to the other aggregate with what it has after rolling.

    Source: ``lock.rs:638``.
    """
    changes = is_perpetual(state, coldkey, netuid) != enabled
    hotkey = locked_hotkey(state, coldkey, netuid)
    if hotkey is not None:
        rolled = _roll_and_save(state, coldkey, netuid, hotkey)
        if changes:
            bucket = _bucket(state, coldkey, netuid, hotkey)
            _reduce_bucket(state, bucket, rolled.locked_mass, rolled.conviction)
    state.lock_modes[coldkey, netuid].decaying = False if enabled else None
    still_locked_to = locked_hotkey(state, coldkey, netuid)
    if changes and still_locked_to is not None:
        lock = _read_lock(state, coldkey, netuid, still_locked_to)
        _add_to_bucket(state, _bucket(state, coldkey, netuid, still_locked_to), lock)
    state.events.deposit("PerpetualLockUpdated", coldkey=coldkey, netuid=netuid, enabled=enabled)


@implements("STAKE-LOCK-11")
def move_lock(state: State, coldkey: AccountId, destination: AccountId, netuid: int) -> None:
    """Point a coldkey's lock on a subnet at another hotkey.

    Conviction is lost if the two hotkeys have different owners.

    Raises in this order:
        HotKeyAccountNotExists: the destination has no owner.
        NoExistingLock: there is no lock.

    Source: ``lock.rs:1713``.
    """
    _require_hotkey(state, destination)
    origin = locked_hotkey(state, coldkey, netuid)
    if origin is None:
        raise DispatchError(SubtensorError.NoExistingLock)
    removed, origin_bucket = _roll_individual(state, coldkey, netuid, origin)
    kept = removed
    if state.hotkeys.peek(origin).owner != state.hotkeys.peek(destination).owner:
        kept = attrs.evolve(removed, conviction=_ZERO)
    bucket = _bucket(state, coldkey, netuid, destination)
    moved = _rolled(state, kept, bucket)
    _remove_lock(state, coldkey, netuid, origin)
    _write_lock(state, coldkey, netuid, destination, moved)
    _reduce_bucket(state, origin_bucket, removed.locked_mass, removed.conviction)
    _add_to_bucket(state, bucket, moved)
    state.events.deposit(
        "LockMoved", coldkey=coldkey, origin_hotkey=origin, destination_hotkey=destination, netuid=netuid
    )


@implements("STAKE-LOCK-12")
def set_reject_locked_alpha(state: State, coldkey: AccountId, enabled: bool) -> None:
    """Refuse or accept locked alpha; **accounts refuse unless told otherwise**.

    Source: ``lock.rs:474``.
    """
    flags = state.coldkeys.peek(coldkey).flags
    state.coldkeys[coldkey].flags = flags & ~ACCEPT_LOCKED_ALPHA if enabled else flags | ACCEPT_LOCKED_ALPHA
    state.events.deposit("RejectLockedAlphaUpdated", coldkey=coldkey, enabled=enabled)


# What other operations ask of locks.


def is_perpetual(state: State, coldkey: AccountId, netuid: int) -> bool:
    """Whether the coldkey's locks on the subnet do not decay. Default: they decay.

    Source: ``lock.rs:570``.
    """
    return state.lock_modes.peek((coldkey, netuid)).decaying is False


def locked_hotkey(state: State, coldkey: AccountId, netuid: int) -> AccountId | None:
    """The hotkey of the coldkey's lock on the subnet.

    Source: ``lock.rs:598``.
    """
    for key in state.locks.keys_with(coldkey=coldkey, netuid=netuid):
        if state.locks.peek(key).lock is not None:
            return key[2]
    return None


@implements("STAKE-LOCK-3")
def available_to_unstake(state: State, coldkey: AccountId, netuid: int) -> int:
    """Stake of the coldkey on the subnet, over all hotkeys, that no lock binds, rao.

    Source: ``lock.rs:737``.
    """
    total = total_coldkey_alpha(state, coldkey, netuid)
    return max(total - current_lock(state, coldkey, netuid).locked_mass, 0)


def require_available_to_unstake(state: State, coldkey: AccountId, netuid: int, amount: int) -> None:
    """Raise StakeUnavailable if ``amount`` exceeds what no lock binds.

    Source: ``lock.rs:743``.
    """
    if available_to_unstake(state, coldkey, netuid) < amount:
        raise DispatchError(SubtensorError.StakeUnavailable)


def current_lock(state: State, coldkey: AccountId, netuid: int) -> LockState:
    """The coldkey's lock on the subnet as of now, an empty one if there is none.

    Source: ``lock.rs:714``.
    """
    hotkey = locked_hotkey(state, coldkey, netuid)
    if hotkey is None:
        return _empty(state)
    bucket = _bucket(state, coldkey, netuid, hotkey)
    return _rolled(state, _read_lock(state, coldkey, netuid, hotkey), bucket)


@implements("STAKE-LOCK-4")
def force_reduce_lock(state: State, coldkey: AccountId, netuid: int, amount: int) -> None:
    """Take up to ``amount`` off the coldkey's lock, with the conviction in proportion.

    The proportion is taken of the amount asked for; a lock that is used up loses all.

    Source: ``lock.rs:831``, ``lock.rs:265``.
    """
    hotkey = locked_hotkey(state, coldkey, netuid)
    if hotkey is None:
        return
    lock, bucket, aggregate = _roll_with_aggregate(state, coldkey, netuid, hotkey)
    mass = max(lock.locked_mass - amount, 0)
    conviction = _ZERO
    if mass > 0:
        removed = U64F64.saturating_from_num(amount).safe_div(U64F64.saturating_from_num(lock.locked_mass))
        conviction = lock.conviction.saturating_mul(U64F64.one().saturating_sub(removed))
    _write_lock(state, coldkey, netuid, hotkey, LockState(mass, conviction, state.clock.block))
    lost = lock.conviction.saturating_sub(conviction)
    bucket.write(state, _reduced(_rolled(state, aggregate, bucket), lock.locked_mass - mass, lost))


def clean_lock(state: State, coldkey: AccountId, netuid: int) -> None:
    """Roll the coldkey's lock to now and store it; dust is removed.

    Source: ``lock.rs:843``.
    """
    hotkey = locked_hotkey(state, coldkey, netuid)
    if hotkey is not None:
        _roll_and_save(state, coldkey, netuid, hotkey)


@implements("STAKE-LOCK-13")
def transfer_lock(state: State, origin: AccountId, destination: AccountId, netuid: int, amount: int) -> None:
    """Let a lock follow a transfer of ``amount`` rao of stake between coldkeys.

    Stake that no lock binds goes first; what is left takes locked mass and its share of the
    conviction along. The aggregates are not rolled by the reading of either lock.

    Raises in this order:
        LockHotkeyMismatch: locked stake would arrive where there is a lock to another hotkey.
        AccountRejectsLockedAlpha: the destination does not accept locked alpha.

    Source: ``lock.rs:1803``.
    """
    if origin == destination or amount == 0:
        return
    source_hotkey = locked_hotkey(state, origin, netuid)
    if source_hotkey is None:
        return
    total = total_coldkey_alpha(state, origin, netuid)
    source, source_bucket = _roll_individual(state, origin, netuid, source_hotkey)
    existing = locked_hotkey(state, destination, netuid)
    target_hotkey = source_hotkey if existing is None else existing
    target = current_lock(state, destination, netuid)
    from_lock = amount - min(amount, max(total - source.locked_mass, 0))
    if from_lock > 0 and existing not in (None, source_hotkey):
        raise DispatchError(SubtensorError.LockHotkeyMismatch)
    mass = min(from_lock, source.locked_mass)
    conviction = _share_of_conviction(source, mass)
    if mass > 0 and state.coldkeys.peek(destination).flags & ACCEPT_LOCKED_ALPHA == 0:
        raise DispatchError(SubtensorError.AccountRejectsLockedAlpha)
    moved = LockState(mass, conviction, state.clock.block)
    target_bucket = _bucket(state, destination, netuid, target_hotkey)
    source = _rolled(state, _reduced(source, mass, conviction), source_bucket)
    target = _rolled(
        state, _merged(target, attrs.evolve(moved, last_update=target.last_update)), target_bucket
    )
    _write_lock(state, origin, netuid, source_hotkey, source)
    _write_lock(state, destination, netuid, target_hotkey, target)
    if mass > 0:
        _reduce_bucket(state, source_bucket, mass, conviction)
        _add_to_bucket(state, target_bucket, moved)


@implements("STAKE-LOCK-14")
def auto_lock_owner_cut(state: State, netuid: int, amount: int) -> None:
    """Lock the owner's cut to the hotkey that the owner's lock names, else to the owner's hotkey.

    Only where the subnet asks for it; a lock that is refused changes nothing.

    Source: ``lock.rs:1771``.
    """
    if not state.hyperparameters.peek(netuid).owner_cut_auto_lock:
        return
    subnet = state.subnets.peek(netuid)
    owner = subnet.owner or ZERO_ACCOUNT
    hotkey = locked_hotkey(state, owner, netuid) or subnet.owner_hotkey or ZERO_ACCOUNT
    try:
        lock_stake(state, owner, netuid, hotkey, amount)
    except DispatchError:
        return


@implements("STAKE-LOCK-15")
def swap_hotkey_of_locks(state: State, netuid: int, old: AccountId, new: AccountId) -> None:
    """Point every lock to ``old`` on a subnet, and its aggregates, at ``new``.

    Only locks in the reverse index move. An aggregate that the new hotkey had is **overwritten**.

    Source: ``lock.rs:1499``.
    """
    owner_hotkey = state.subnets.peek(netuid).owner_hotkey or ZERO_ACCOUNT
    was_owner = owner_hotkey == old
    is_owner = was_owner or owner_hotkey == new
    aggregates = state.hotkey_locks.peek((netuid, old))
    if not is_owner and aggregates.perpetual is None and aggregates.decaying is None:
        return
    for key in state.locks.keys_with(netuid=netuid, hotkey=old):
        if state.locks.peek(key).indexed:
            _swap_hotkey_of_lock(state, key[0], netuid, (old, was_owner), (new, is_owner))
    for perpetual in (True, False):
        bucket = _Bucket(netuid, old, was_owner, perpetual)
        if bucket.exists(state):
            moved = _rolled(state, bucket.read(state), bucket)
            bucket.write(state, _empty(state))
            target = _Bucket(netuid, new, is_owner, perpetual)
            target.write(state, _rolled(state, moved, target))


def _swap_hotkey_of_lock(
    state: State, coldkey: AccountId, netuid: int, old: tuple[AccountId, bool], new: tuple[AccountId, bool]
) -> None:
    lock = state.locks.peek((coldkey, netuid, old[0])).lock
    _remove_lock(state, coldkey, netuid, old[0])
    if lock is None:
        return
    for hotkey, owner in (old, new):
        lock = _rolled(state, lock, _Bucket(netuid, hotkey, owner, is_perpetual(state, coldkey, netuid)))
    _write_lock(state, coldkey, netuid, new[0], lock)


@implements("STAKE-LOCK-16")
def swap_coldkey_of_locks(state: State, old: AccountId, new: AccountId) -> None:
    """Give a coldkey's locks, their modes and its flags to another coldkey.

    Raises:
        ActiveLockExists: the new coldkey has a lock with mass left.

    Source: ``lock.rs:1390``.
    """
    _require_no_active_lock(state, new)
    moved = []
    for _, netuid, hotkey in state.locks.keys_with(coldkey=old):
        if state.locks.peek((old, netuid, hotkey)).lock is not None:
            lock, bucket = _roll_individual(state, old, netuid, hotkey)
            _remove_lock(state, old, netuid, hotkey)
            _reduce_bucket(state, bucket, lock.locked_mass, lock.conviction)
            moved.append((bucket, lock))
    for _, netuid in state.lock_modes.keys_with(coldkey=old):
        state.lock_modes[new, netuid].decaying = state.lock_modes.peek((old, netuid)).decaying
        state.lock_modes.remove((old, netuid))
    state.coldkeys[new].flags = state.coldkeys.peek(old).flags
    state.coldkeys[old].flags = 0
    for bucket, lock in moved:
        _write_lock(state, new, bucket.netuid, bucket.hotkey, lock)
        _add_to_bucket(state, _bucket(state, new, bucket.netuid, bucket.hotkey), lock)


def _require_no_active_lock(state: State, coldkey: AccountId) -> None:
    for _, netuid, hotkey in state.locks.keys_with(coldkey=coldkey):
        if _roll_individual(state, coldkey, netuid, hotkey)[0].locked_mass > 0:
            raise DispatchError(SubtensorError.ActiveLockExists)


# Conviction of hotkeys and subnets.


@implements("STAKE-LOCK-5")
def hotkey_conviction(state: State, hotkey: AccountId, netuid: int) -> U64F64:
    """Conviction of all locks to a hotkey on a subnet as of now.

    Source: ``lock.rs:917``.
    """
    conviction = _bucket_conviction(state, netuid, hotkey, owner=False)
    if hotkey == (state.subnets.peek(netuid).owner_hotkey or ZERO_ACCOUNT):
        return conviction.saturating_add(_bucket_conviction(state, netuid, hotkey, owner=True))
    return conviction


@implements("STAKE-LOCK-6")
def total_conviction(state: State, netuid: int) -> U64F64:
    """Conviction of all locks on a subnet as of now.

    Source: ``lock.rs:988``.
    """
    total = _bucket_conviction(state, netuid, ZERO_ACCOUNT, owner=True)
    for _, hotkey in state.hotkey_locks.keys_with(netuid=netuid):
        total = total.saturating_add(_bucket_conviction(state, netuid, hotkey, owner=False))
    return total


@implements("STAKE-LOCK-7")
def subnet_king(state: State, netuid: int) -> AccountId | None:
    """The hotkey with the most conviction on a subnet; of equal ones the **greatest** account.

    Source: ``lock.rs:1060``.
    """
    scores = {
        hotkey: _bucket_conviction(state, netuid, hotkey, owner=False)
        for _, hotkey in state.hotkey_locks.keys_with(netuid=netuid)
    }
    owners = state.owner_locks.peek(netuid)
    if owners.perpetual is not None or owners.decaying is not None:
        owner_hotkey = state.subnets.peek(netuid).owner_hotkey or ZERO_ACCOUNT
        owned = _bucket_conviction(state, netuid, owner_hotkey, owner=True)
        scores[owner_hotkey] = scores.get(owner_hotkey, _ZERO).saturating_add(owned)
    return max(scores, key=lambda hotkey: (scores[hotkey].bits, hotkey), default=None)


# Inside.


@implements("STAKE-LOCK-10")
def move_aggregates_of_owners(state: State, netuid: int, old: AccountId, new: AccountId) -> None:
    """The old owner's hotkey counts as any other from now on, the new one as the owner's.

    Locks to the old hotkey keep the conviction that they had as an owner's: the whole mass.

    Source: ``lock.rs:1189``.
    """
    for hotkey, was_owner in ((old, True), (new, False)):
        for perpetual in (True, False):
            _move_bucket(state, _Bucket(netuid, hotkey, was_owner, perpetual))


def _move_bucket(state: State, bucket: _Bucket) -> None:
    """Add an aggregate to that of the same hotkey in its other role."""
    if not bucket.exists(state):
        return
    lock = _rolled(state, bucket.read(state), bucket)
    bucket.write(state, _empty(state))
    _add_to_bucket(state, attrs.evolve(bucket, owner=not bucket.owner), lock)


def _require_hotkey(state: State, hotkey: AccountId) -> None:
    if state.hotkeys.peek(hotkey).owner is None:
        raise DispatchError(SubtensorError.HotKeyAccountNotExists)


def _empty(state: State) -> LockState:
    return LockState(0, _ZERO, state.clock.block)


def _bucket(state: State, coldkey: AccountId, netuid: int, hotkey: AccountId) -> _Bucket:
    owner = (state.subnets.peek(netuid).owner_hotkey or ZERO_ACCOUNT) == hotkey
    return _Bucket(netuid, hotkey, owner, is_perpetual(state, coldkey, netuid))


def _read_lock(state: State, coldkey: AccountId, netuid: int, hotkey: AccountId) -> LockState:
    found = state.locks.peek((coldkey, netuid, hotkey)).lock
    return _empty(state) if found is None else found


def _write_lock(state: State, coldkey: AccountId, netuid: int, hotkey: AccountId, lock: LockState) -> None:
    """Store a lock with its index entry, or remove both if it is dust.

    Source: ``lock.rs:505``.
    """
    if is_dust(lock):
        _remove_lock(state, coldkey, netuid, hotkey)
    else:
        held = state.locks[coldkey, netuid, hotkey]
        held.lock = lock
        held.indexed = True


def _remove_lock(state: State, coldkey: AccountId, netuid: int, hotkey: AccountId) -> None:
    state.locks.remove((coldkey, netuid, hotkey))


def _rolled(state: State, lock: LockState, bucket: _Bucket) -> LockState:
    return _roll(state, lock, bucket)[0]


def _roll(state: State, lock: LockState, bucket: _Bucket) -> tuple[LockState, RollDelta]:
    return roll_forward(
        lock,
        state.clock.block,
        state.parameters.unlock_rate,
        state.parameters.maturity_rate,
        owner=bucket.owner,
        perpetual=bucket.perpetual,
    )


def _roll_individual(
    state: State, coldkey: AccountId, netuid: int, hotkey: AccountId
) -> tuple[LockState, _Bucket]:
    """The lock as of now, and its bucket; nothing is stored."""
    bucket = _bucket(state, coldkey, netuid, hotkey)
    return _rolled(state, _read_lock(state, coldkey, netuid, hotkey), bucket), bucket


@implements("STAKE-LOCK-8")
def _roll_with_aggregate(
    state: State, coldkey: AccountId, netuid: int, hotkey: AccountId
) -> tuple[LockState, _Bucket, LockState]:
    """A lock as of now, its bucket, and the aggregate there; nothing is stored.

    The aggregate is what it was less what the lock lost, or rolled if the lock lost nothing.
    One that is reduced **is not rolled itself**, yet counts as rolled to now.

    Source: ``lock.rs:199``.
    """
    bucket = _bucket(state, coldkey, netuid, hotkey)
    lock, delta = _roll(state, _read_lock(state, coldkey, netuid, hotkey), bucket)
    aggregate = bucket.read(state)
    if delta.is_zero:
        return lock, bucket, _rolled(state, aggregate, bucket)
    reduced = _reduced(aggregate, delta.locked_mass, delta.conviction)
    return lock, bucket, attrs.evolve(reduced, last_update=state.clock.block)


def _roll_and_save(state: State, coldkey: AccountId, netuid: int, hotkey: AccountId) -> LockState:
    lock, bucket, aggregate = _roll_with_aggregate(state, coldkey, netuid, hotkey)
    _write_lock(state, coldkey, netuid, hotkey, lock)
    bucket.write(state, aggregate)
    return lock


@implements("STAKE-LOCK-9")
def _add_to_bucket(state: State, bucket: _Bucket, added: LockState) -> None:
    """Roll the aggregate, add a lock, and roll again (which for an owner resets conviction).

    Source: ``lock.rs:886``.
    """
    rolled = _rolled(state, bucket.read(state), bucket)
    bucket.write(state, _rolled(state, _merged(rolled, added), bucket))


def _reduce_bucket(state: State, bucket: _Bucket, mass: int, conviction: U64F64) -> None:
    """Roll the aggregate and take mass and conviction off.

    Source: ``lock.rs:901``.
    """
    bucket.write(state, _reduced(_rolled(state, bucket.read(state), bucket), mass, conviction))


def _merged(left: LockState, right: LockState) -> LockState:
    return LockState(
        min(left.locked_mass + right.locked_mass, U64_MAX),
        left.conviction.saturating_add(right.conviction),
        max(left.last_update, right.last_update),
    )


def _reduced(lock: LockState, mass: int, conviction: U64F64) -> LockState:
    return attrs.evolve(
        lock,
        locked_mass=max(lock.locked_mass - mass, 0),
        conviction=lock.conviction.saturating_sub(conviction),
    )


def _share_of_conviction(lock: LockState, mass: int) -> U64F64:
    if mass == 0 or lock.locked_mass == 0:
        return _ZERO
    share = U64F64.saturating_from_num(mass).safe_div(U64F64.saturating_from_num(lock.locked_mass))
    return lock.conviction.saturating_mul(share)


def _bucket_conviction(state: State, netuid: int, hotkey: AccountId, *, owner: bool) -> U64F64:
    """Conviction of the perpetual and the decaying aggregate as of now."""
    conviction = _ZERO
    for perpetual in (True, False):
        bucket = _Bucket(netuid, hotkey, owner, perpetual)
        conviction = conviction.saturating_add(_rolled(state, bucket.read(state), bucket).conviction)
    return conviction
