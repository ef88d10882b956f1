"""The end of a subnet: its stakers are paid out in TAO, and its records are removed.

Source: ``pallets/subtensor/src/coinbase/root.rs``, ``pallets/subtensor/src/staking/remove_stake.rs``.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import attrs

from taospec.reference.amm.swap import current_price
from taospec.reference.emission.rates import u16_fraction
from taospec.reference.fixed_point import U96F32
from taospec.reference.fixed_point.numbers import U64
from taospec.reference.rules import implements
from taospec.reference.staking.positions import ROOT, require
from taospec.reference.staking.safe_float import from_u64f64, to_u64
from taospec.reference.staking.stake_ledger import stake_of
from taospec.reference.state.errors import DispatchError, SubtensorError
from taospec.reference.state.ledger import (
    balance_of,
    keep_alive_balance_of,
    recycle_tao,
    subnet_account,
    transfer_from_subnet,
    transfer_tao,
)
from taospec.reference.state.state import State
from taospec.reference.state.storage_order import hashed_account_order
from taospec.reference.state.storage_types import ZERO_ACCOUNT, AccountId
from taospec.reference.subnets.removal import forget_locks, forget_root_dividends, forget_subnet
from taospec.reference.supply.block_emission import alpha_issuance


@attrs.frozen
class Claim:
    """What one holder of a subnet's alpha can claim of its pot."""

    coldkey: AccountId | None
    """Who is paid; the protocol is ``None``."""
    alpha: int
    """Its alpha, rao."""


@implements("SUBNET-DISSOLVE-1")
def dissolve_network(state: State, netuid: int) -> None:
    """End a subnet.

    Raises:
        SubnetNotExists: there is no such subnet, or it is root.

    Source: ``root.rs:206``.
    """
    exists = state.subnets.peek(netuid).added and netuid != ROOT
    require(exists, SubtensorError.SubnetNotExists)
    forget_root_dividends(state, netuid)
    _pay_out(state, netuid)
    forget_subnet(state, netuid)
    state.events.deposit("NetworkRemoved", netuid=netuid)


@implements("SUBNET-DISSOLVE-2")
def largest_remainder(pot: int, weights: Sequence[int]) -> list[tuple[int, int]]:
    """Share out ``pot`` rao by weight without a rest: (place in ``weights``, rao), in order of payment.

    Each gets ``floor(pot * weight / sum)``, and one rao more goes to each of those with the largest
    remainders, as many as rao are left over; of equal remainders the first. Then the order is that
    of the remainders, **else that of the weights**. All weights 0 get nothing.

    Source: ``remove_stake.rs:548``.
    """
    total = sum(weights)
    if pot == 0 or total == 0:
        return []
    order = list(range(len(weights)))
    shares = [pot * weight // total for weight in weights]
    left_over = pot - sum(shares)
    if left_over > 0:
        order.sort(key=lambda place: pot * weights[place] % total, reverse=True)
        for place in order[:left_over]:
            shares[place] += 1
    return [(place, shares[place]) for place in order]


@implements("SUBNET-DISSOLVE-3")
def claims_of(state: State, netuid: int) -> list[Claim]:
    """Claims on a subnet's pot: hotkeys in the order of storage, of each its coldkeys, then the protocol.

    A stake whose value is 0 counts with the number of its shares.

    Source: ``remove_stake.rs:486``.
    """
    claims = [
        Claim(coldkey, value)
        for hotkey in _staked_hotkeys(state, netuid)
        for _, coldkey, _ in state.positions.keys_with(hotkey=hotkey, netuid=netuid)
        if (value := _alpha_of(state, hotkey, coldkey, netuid)) > 0
    ]
    protocol = protocol_alpha(state, netuid)
    return [*claims, Claim(None, protocol)] if protocol > 0 else claims


@implements("SUBNET-DISSOLVE-4")
def protocol_alpha(state: State, netuid: int) -> int:
    """Alpha for which the protocol keeps a share, rao: what it bought, and the pool's.

    The pool's counts only for subnets registered after ``tao_in_refund_deployment_block``.

    Source: ``remove_stake.rs:495``.
    """
    pool = state.pools.peek(netuid)
    if state.subnets.peek(netuid).registered_at > state.parameters.tao_in_refund_deployment_block:
        return alpha_issuance(pool.alpha_in, pool.protocol_alpha)
    return pool.protocol_alpha


@implements("SUBNET-DISSOLVE-5")
def owner_refund(state: State, netuid: int) -> int:
    """Rao of its lock that the owner of an old subnet gets back: less what it earned, at today's price.

    Nothing for a subnet registered from ``registration_start_block`` on.

    Source: ``remove_stake.rs:453``.
    """
    subnet, pool = state.subnets.peek(netuid), state.pools.peek(netuid)
    if subnet.registered_at >= state.parameters.registration_start_block:
        return 0
    issued = U96F32.from_num(alpha_issuance(pool.alpha_in, pool.alpha_out))
    earned = issued.saturating_mul(u16_fraction(state.parameters.subnet_owner_cut)).saturating_to_num(U64)
    price = U96F32.saturating_from_num(current_price(pool))
    worth = U96F32.from_num(earned).saturating_mul(price).saturating_to_num(U64)
    return max(subnet.locked - worth, 0)


@implements("SUBNET-DISSOLVE-1")
def _pay_out(state: State, netuid: int) -> None:
    """Empty the pool and the stakes into the coldkeys' balances; destroy what is left.

    A payment that fails is left out, and its TAO destroyed too.

    Source: ``remove_stake.rs:442``.
    """
    claims, refund = claims_of(state, netuid), owner_refund(state, netuid)
    pot = state.pools.peek(netuid).tao_reserve
    state.issuance.total_stake = max(state.issuance.total_stake - pot, 0)
    kept = _pay_claims(state, netuid, claims, pot)
    _forget_stakes(state, netuid)
    account = subnet_account(netuid)
    payable = min(refund, max(balance_of(state, account) - kept, 0))
    if payable > 0:
        owner = state.subnets.peek(netuid).owner or ZERO_ACCOUNT
        with suppress(DispatchError):
            transfer_tao(state, account, owner, payable)
    recycle_tao(state, account, keep_alive_balance_of(state, account))
    forget_locks(state, netuid)


def _pay_claims(state: State, netuid: int, claims: Sequence[Claim], pot: int) -> int:
    """Pay every coldkey its share of the pot; the share of the protocol, rao, which stays."""
    kept = 0
    for place, share in largest_remainder(pot, [claim.alpha for claim in claims]):
        coldkey = claims[place].coldkey
        if coldkey is None:
            kept = share
        elif share > 0:
            with suppress(DispatchError):
                transfer_from_subnet(state, netuid, coldkey, share)
    return kept


def _staked_hotkeys(state: State, netuid: int) -> list[AccountId]:
    """Hotkeys whose stakers have anything on the subnet, in the order of storage."""
    hotkeys = [
        hotkey
        for hotkey, _ in state.hotkey_stakes.keys_with(netuid=netuid)
        if state.hotkey_stakes.peek((hotkey, netuid)).total_alpha > 0
    ]
    return sorted(hotkeys, key=hashed_account_order)


def _alpha_of(state: State, hotkey: AccountId, coldkey: AccountId, netuid: int) -> int:
    position = state.positions.peek((hotkey, coldkey, netuid))
    shares = position.shares
    if shares.mantissa == 0 and position.shares_v1 is not None:
        shares = from_u64f64(position.shares_v1)
    return stake_of(state, hotkey, coldkey, netuid) or to_u64(shares)


@implements("SUBNET-DISSOLVE-6")
def _forget_stakes(state: State, netuid: int) -> None:
    """Remove the pool's reserves, and the stakes to every hotkey that has any value.

    Shares of a hotkey without value stay.

    Source: ``remove_stake.rs:615``.
    """
    for hotkey in _staked_hotkeys(state, netuid):
        for key in state.positions.keys_with(hotkey=hotkey, netuid=netuid):
            state.positions.remove(key)
        state.hotkey_stakes.remove((hotkey, netuid))
    pool = state.pools[netuid]
    pool.tao_reserve = pool.alpha_in = pool.alpha_out = pool.protocol_alpha = 0
    state.subnets[netuid].locked = 0
