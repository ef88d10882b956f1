"""Conviction: what a lock on stake earns with time, and how both decay."""

from __future__ import annotations

from typing import Final

import attrs

from taospec.reference.fixed_point import I64F64, U64F64
from taospec.reference.fixed_point.numbers import U64
from taospec.reference.fixed_point.transcendental import exp
from taospec.reference.rules import implements
from taospec.reference.state.locks import LockState

DUST: Final = 100
"""Rao of mass and of conviction below which a lock is nothing."""
_MIN_EXPONENT: Final = I64F64.from_num(-40)
_DUST_CONVICTION: Final = U64F64.from_num(DUST)
_ONE: Final = U64F64.one()
_ZERO: Final = U64F64.zero()


@attrs.frozen
class RollDelta:
    """What rolling took away: saturating differences, 0 where something grew."""

    locked_mass: int
    """Mass lost, rao."""
    conviction: U64F64
    """Conviction lost."""

    @property
    def is_zero(self) -> bool:
        """Whether nothing was lost."""
        return self.locked_mass == 0 and self.conviction == _ZERO


@implements("STAKE-CONVICTION-1")
def roll_forward(
    lock: LockState, now: int, unlock_rate: int, maturity_rate: int, *, owner: bool, perpetual: bool
) -> tuple[LockState, RollDelta]:
    """Bring a lock to block ``now``: mass decays, conviction grows toward the mass and decays.

    An owner's lock has conviction equal to its mass. Dust becomes nothing, but keeps its
    block.

    Source: ``pallets/subtensor/src/staking/lock.rs:409``.
    """
    rolled = lock
    if now > lock.last_update:
        mass, conviction = _decayed(lock, now - lock.last_update, unlock_rate, maturity_rate, perpetual)
        rolled = LockState(mass, conviction, now)
    if owner:
        rolled = attrs.evolve(rolled, conviction=U64F64.saturating_from_num(rolled.locked_mass))
    if is_dust(rolled):
        rolled = LockState(0, _ZERO, rolled.last_update)
    delta = RollDelta(
        max(lock.locked_mass - rolled.locked_mass, 0), lock.conviction.saturating_sub(rolled.conviction)
    )
    return rolled, delta


def is_dust(lock: LockState) -> bool:
    """Whether mass and conviction are both below :data:`DUST`.

    Source: ``pallets/subtensor/src/staking/lock.rs:29``.
    """
    return lock.locked_mass < DUST and lock.conviction < _DUST_CONVICTION


@implements("STAKE-CONVICTION-2")
def _decayed(
    lock: LockState, blocks: int, unlock_rate: int, maturity_rate: int, perpetual: bool
) -> tuple[int, U64F64]:
    """Mass and conviction after ``blocks``, with ``u`` and ``v`` the decays of mass and conviction.

    Source: ``pallets/subtensor/src/staking/lock.rs:355``.
    """
    u, v = exp_decay(blocks, unlock_rate), exp_decay(blocks, maturity_rate)
    mass = U64F64.saturating_from_num(lock.locked_mass)
    kept = v.saturating_mul(lock.conviction)
    if perpetual:
        return lock.locked_mass, kept.saturating_add(mass.saturating_mul(_ONE.saturating_sub(v)))
    earned = mass.saturating_mul(_earned_share(blocks, unlock_rate, maturity_rate, u, v))
    return u.saturating_mul(mass).saturating_to_num(U64), kept.saturating_add(earned)


@implements("STAKE-CONVICTION-3")
def _earned_share(blocks: int, unlock_rate: int, maturity_rate: int, u: U64F64, v: U64F64) -> U64F64:
    """Conviction that one rao of decaying mass earns.

    ``(dt / rate) * v`` for equal rates, 0 if either rate is 0, else
    ``unlock_rate * (u - v) / (unlock_rate - maturity_rate)``, at least 0.

    Source: ``pallets/subtensor/src/staking/lock.rs:376``.
    """
    if unlock_rate == maturity_rate:
        elapsed = U64F64.saturating_from_num(blocks).safe_div(U64F64.saturating_from_num(maturity_rate))
        return elapsed.saturating_mul(v)
    if unlock_rate == 0 or maturity_rate == 0:
        return _ZERO
    difference = I64F64.saturating_from_num(u).saturating_sub(I64F64.saturating_from_num(v))
    scaled = I64F64.saturating_from_num(unlock_rate).saturating_mul(difference)
    share = scaled.safe_div(I64F64.saturating_from_num(unlock_rate - maturity_rate))
    return U64F64.saturating_from_num(share)


@implements("STAKE-CONVICTION-4")
def exp_decay(blocks: int, rate: int) -> U64F64:
    """``exp(-blocks / rate)``, the exponent truncated and at least -40; 1 for no blocks, 0 for no rate.

    Source: ``pallets/subtensor/src/staking/lock.rs:335``.
    """
    if blocks == 0:
        return _ONE
    if rate == 0:
        return _ZERO
    ratio = I64F64.saturating_from_num(-blocks).checked_div(I64F64.saturating_from_num(rate))
    return U64F64.saturating_from_num(exp(_MIN_EXPONENT if ratio is None else max(ratio, _MIN_EXPONENT)))
