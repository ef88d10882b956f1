"""Root dividends: accrued per share for every hotkey and subnet, claimed by each nominator.

A hotkey has one rate per subnet, alpha per TAO of root stake, that only grows. What a coldkey
is owed is the rate times its root stake, less what it has claimed; stake that arrives is
booked as claimed up to now, stake that leaves is taken off again.

Source: ``pallets/subtensor/src/staking/claim_root.rs``.
"""

from __future__ import annotations

from collections.abc import Collection
from heapq import nsmallest
from typing import Final, cast

from taospec.reference.amm.records import Direction
from taospec.reference.amm.swap import default_price_limit
from taospec.reference.fixed_point import I96F32
from taospec.reference.fixed_point.numbers import U64, U128
from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.staking.exchange import record_protocol_outflow, sell_alpha
from taospec.reference.staking.positions import ROOT, require
from taospec.reference.staking.stake_ledger import increase_stake, stake_of
from taospec.reference.state.errors import DispatchError, SubtensorError
from taospec.reference.state.ledger import subnet_account, transfer_from_subnet
from taospec.reference.state.safe_float import ZERO as SAFE_FLOAT_ZERO
from taospec.reference.state.state import State
from taospec.reference.state.storage_order import hashed_account_order, identity_order
from taospec.reference.state.storage_types import AccountId

MAX_CLAIMED_SUBNETS: Final = 5
"""Most subnets that one call claims (``MAX_SUBNET_CLAIMS``)."""
_BATCH: Final = 30
"""Positions of each format that a block looks at."""
_POSITIONS: Final = bytes.fromhex("658faa385070e074c85bf6b568cf0555421d8174603a6a6036511a7619b402f0")
"""The prefix of storage keys of ``AlphaV2``."""
_OLD_POSITIONS: Final = bytes.fromhex("658faa385070e074c85bf6b568cf05557261f9a8fde18018cccf70368697902f")
"""The prefix of storage keys of ``Alpha``."""
_ZERO: Final = I96F32.zero()


# Calls.


@implements("STAKE-CLAIM-1")
def claim_root(state: State, coldkey: AccountId, netuids: Collection[int]) -> None:
    """Claim the coldkey's root dividends of these subnets, for all its hotkeys.

    Raises:
        InvalidSubnetNumber: no subnet, or more than 5.
        what the swap raises: the whole claim is undone.

    Source: ``pallets/subtensor/src/macros/dispatches.rs:2166``.
    """
    require(0 < len(netuids) <= MAX_CLAIMED_SUBNETS, SubtensorError.InvalidSubnetNumber)
    index_root_staker(state, coldkey)
    _claim(state, coldkey, netuids)


@implements("STAKE-CLAIM-2")
def set_root_claim_type(state: State, coldkey: AccountId, claim_type: tuple[object, ...]) -> None:
    """Choose what becomes of the coldkey's root dividends.

    Raises:
        InvalidSubnetNumber: dividends are to be kept on no subnet at all.

    Source: ``pallets/subtensor/src/macros/dispatches.rs:2195``.
    """
    require(claim_type != ("KeepSubnets", ()), SubtensorError.InvalidSubnetNumber)
    index_root_staker(state, coldkey)
    state.coldkeys[coldkey].root_claim_type = claim_type
    state.events.deposit("RootClaimTypeSet", coldkey=coldkey, root_claim_type=claim_type)


# Each block.


@implements("STAKE-CLAIM-3")
def claim_automatically(state: State, parent_hash: bytes) -> None:
    """Claim for the root stakers that the parent block's hash draws; a failing claim is undone.

    Source: ``claim_root.rs:420``.
    """
    drawn = indices_from_hash(parent_hash, state.parameters.root_claims_per_block, state.network.root_stakers)
    for index in drawn:
        coldkey = state.root_stakers.peek(index).coldkey
        if coldkey is None:
            continue
        try:
            with state.transaction():
                _claim(state, coldkey, None)
        except DispatchError:
            continue


@implements("STAKE-CLAIM-4")
def indices_from_hash(block_hash: bytes, draws: int, stakers: int) -> list[int]:
    """Up to ``draws`` different indices below ``stakers``, ascending; 0 for no stakers.

    Each adds the next big-endian u64 of the hash (four, in turn) to the one before, saturating,
    modulo ``stakers``. The walk starts at the first u64, which is then added once more.

    Source: ``claim_root.rs:12``.
    """
    steps = [int.from_bytes(block_hash[start : start + 8], "big") for start in range(0, 32, 8)]
    last, drawn = steps[0], set()
    for draw in range(draws):
        moved = min(last + steps[draw % 4], U64_MAX)
        last = moved % stakers if stakers else 0
        drawn.add(last)
    return sorted(drawn)


# Accrual.


@implements("STAKE-CLAIM-6")
def owed(state: State, hotkey: AccountId, coldkey: AccountId, netuid: int) -> I96F32:
    """Rate times root stake less what was claimed, alpha rao; negative after rounding.

    Source: ``claim_root.rs:96``.
    """
    root_stake = I96F32.saturating_from_num(stake_of(state, hotkey, coldkey, ROOT))
    claimed = I96F32.saturating_from_num(state.positions.peek((hotkey, coldkey, netuid)).root_claimed)
    return rate(state, hotkey, netuid).saturating_mul(root_stake).saturating_sub(claimed)


def rate(state: State, hotkey: AccountId, netuid: int) -> I96F32:
    """What a hotkey's root stakers have earned on a subnet, alpha per TAO."""
    claimable = state.root_dividends.peek((hotkey, netuid)).claimable
    return _ZERO if claimable is None else claimable


@implements("STAKE-CLAIM-7")
def book_root_stake(state: State, hotkey: AccountId, coldkey: AccountId, amount: int) -> None:
    """Root stake arrived: book ``floor(rate * amount)`` as claimed on every subnet of the hotkey.

    Source: ``claim_root.rs:298``.
    """
    arrived = I96F32.from_num(amount)
    for netuid in dividend_netuids(state, hotkey):
        book_claim(state, hotkey, coldkey, netuid, _floor_product(rate(state, hotkey, netuid), arrived))


@implements("STAKE-CLAIM-8")
def unbook_root_stake(state: State, hotkey: AccountId, coldkey: AccountId, amount: int) -> None:
    """Root stake left: take ``floor(rate * amount)`` off what is booked, down to 0.

    Source: ``claim_root.rs:321``.
    """
    gone = I96F32.from_num(amount)
    for netuid in dividend_netuids(state, hotkey):
        if netuid != ROOT:
            position = state.positions[hotkey, coldkey, netuid]
            booked = _floor_product(rate(state, hotkey, netuid), gone)
            position.root_claimed = max(position.root_claimed - booked, 0)


@implements("STAKE-CLAIM-13")
def swap_keys_of_claims(
    state: State, netuid: int, old: tuple[AccountId, AccountId], new: tuple[AccountId, AccountId]
) -> None:
    """Add what one (hotkey, coldkey) claimed on a subnet to what another did, also where that is nothing.

    Source: ``claim_root.rs:452``.
    """
    claimed = state.positions.peek((*old, netuid)).root_claimed
    if claimed != 0:
        state.positions[(*old, netuid)].root_claimed = 0
    if netuid == ROOT:
        state.empty_root_claims.remove(old)
    if claimed != 0 or netuid == ROOT:
        book_claim(state, *new, netuid, claimed)


@implements("STAKE-CLAIM-13")
def swap_hotkey_of_claims(state: State, old: AccountId, new: AccountId) -> None:
    """Give a hotkey's rates, and what its stakers claimed of them, to another hotkey.

    Source: ``claim_root.rs:479``, ``pallets/subtensor/src/swap/swap_hotkey.rs:672``.
    """
    for netuid in dividend_netuids(state, old):
        moved, claimable = rate(state, old, netuid), state.root_dividends.peek((new, netuid)).claimable
        merged = moved if claimable is None else claimable.saturating_add(moved)
        state.root_dividends[new, netuid].claimable = merged
        state.root_dividends.remove((old, netuid))
    for netuid in dividend_netuids(state, new):
        for coldkey in claimants(state, old, netuid):
            swap_keys_of_claims(state, netuid, (old, coldkey), (new, coldkey))


def claimants(state: State, hotkey: AccountId, netuid: int) -> list[AccountId]:
    """Coldkeys with an entry of what they claimed on a subnet with a hotkey, ascending.

    Those whose entry is 0 are among them on root alone.
    """
    positions = state.positions
    keys = positions.keys_with(hotkey=hotkey, netuid=netuid)
    found = {key[1] for key in keys if positions.peek(key).root_claimed}
    if netuid == ROOT:
        found.update(coldkey for _, coldkey in state.empty_root_claims.keys_with(hotkey=hotkey))
    return sorted(found)


# The list of root stakers.


@implements("STAKE-CLAIM-9")
def index_root_staker(state: State, coldkey: AccountId) -> None:
    """Append the coldkey to the list from which automatic claims are drawn.

    Source: ``claim_root.rs:382``.
    """
    if state.coldkeys.peek(coldkey).root_index is None:
        place = state.network.root_stakers
        state.root_stakers[place].coldkey = coldkey
        state.coldkeys[coldkey].root_index = place
        state.network.root_stakers = place + 1


@implements("STAKE-CLAIM-10")
def unindex_root_staker(state: State, coldkey: AccountId) -> None:
    """Take a coldkey without root stake off the list; the last one moves to its place.

    Source: ``claim_root.rs:405``, ``claim_root.rs:394``.
    """
    hotkeys = state.coldkeys.peek(coldkey).staking_hotkeys
    if not any(stake_of(state, hotkey, coldkey, ROOT) for hotkey in hotkeys):
        strike_root_staker(state, coldkey)


@implements("STAKE-CLAIM-10")
def strike_root_staker(state: State, coldkey: AccountId) -> None:
    """Take a coldkey off the list, whatever it has staked; the last one moves to its place.

    Source: ``claim_root.rs:405``.
    """
    place = state.coldkeys.peek(coldkey).root_index
    if place is None:
        return
    state.coldkeys[coldkey].root_index = None
    last = max(state.network.root_stakers - 1, 0)
    moved = state.root_stakers.peek(last).coldkey
    state.network.root_stakers = last
    if place != last and moved is not None:
        state.root_stakers[place].coldkey = moved
        state.coldkeys[moved].root_index = place
        state.root_stakers.remove(last)
    else:
        state.root_stakers.remove(place)


@implements("STAKE-CLAIM-5")
def index_root_stakers_in_turn(state: State) -> None:
    """Look at the next 30 positions of each format, and index the coldkeys of those on root.

    The walk is in storage order and begins again after its end.

    Source: ``pallets/subtensor/src/staking/helpers.rs:287``, ``helpers.rs:336``.
    """
    network = state.network
    network.last_stake_key_v1 = _walk(state, _OLD_POSITIONS, "shares_v1", network.last_stake_key_v1)
    network.last_stake_key = _walk(state, _POSITIONS, "shares", network.last_stake_key)


def _walk(state: State, prefix: bytes, field: str, last: bytes | None) -> bytes | None:
    """Index the next positions whose shares are in the field; answers the last of their storage keys.

    ``None`` after the end of the map.
    """
    held = (
        (_position_key(prefix, *key), key)
        for key, position in state.positions.items()
        if getattr(position, field) not in (None, SAFE_FLOAT_ZERO)
    )
    batch = nsmallest(_BATCH, (each for each in held if last is None or each[0] > last))
    for _, (_, coldkey, netuid) in batch:
        if netuid == ROOT:
            index_root_staker(state, coldkey)
    return batch[-1][0] if len(batch) == _BATCH else None


def _position_key(prefix: bytes, hotkey: AccountId, coldkey: AccountId, netuid: int) -> bytes:
    hashed = hashed_account_order(hotkey) + hashed_account_order(coldkey)
    return prefix + hashed + identity_order(netuid)


# Inside.


@implements("STAKE-CLAIM-1", "STAKE-CLAIM-3")
def _claim(state: State, coldkey: AccountId, netuids: Collection[int] | None) -> None:
    """Claim for every hotkey of the coldkey, all of their subnets or these.

    Source: ``claim_root.rs:348``.
    """
    for hotkey in state.coldkeys.peek(coldkey).staking_hotkeys:
        for netuid in dividend_netuids(state, hotkey):
            if netuids is None or netuid in netuids:
                _claim_on_subnet(state, hotkey, coldkey, netuid)
    state.events.deposit("RootClaimed", coldkey=coldkey)


@implements("STAKE-CLAIM-11")
def _claim_on_subnet(state: State, hotkey: AccountId, coldkey: AccountId, netuid: int) -> None:
    """Pay what is owed, at least the subnet's threshold, as root stake or as alpha.

    Source: ``claim_root.rs:130``.
    """
    amount = claimed_amount(state, hotkey, coldkey, netuid)
    if amount == 0:
        return
    if sells_claims(state, coldkey, netuid):
        tao = sell_for_root_stake(state, hotkey, coldkey, netuid, amount)
        book_root_stake(state, hotkey, coldkey, tao)
    else:
        increase_stake(state, hotkey, coldkey, netuid, amount)
    book_claim(state, hotkey, coldkey, netuid, amount)


def claimed_amount(state: State, hotkey: AccountId, coldkey: AccountId, netuid: int) -> int:
    """What a claim on a subnet pays, alpha rao: what is owed, 0 below the subnet's threshold."""
    due = owed(state, hotkey, coldkey, netuid)
    return due.saturating_to_num(U64) if due >= state.hyperparameters.peek(netuid).root_claim_threshold else 0


def book_claim(state: State, hotkey: AccountId, coldkey: AccountId, netuid: int, amount: int) -> None:
    """Add to what was claimed. On root that is an entry also where it stays 0."""
    position = state.positions[hotkey, coldkey, netuid]
    position.root_claimed = min(position.root_claimed + amount, U128.maximum)
    if netuid == ROOT:
        state.empty_root_claims[hotkey, coldkey].is_stored = position.root_claimed == 0


def sells_claims(state: State, coldkey: AccountId, netuid: int) -> bool:
    """Whether the coldkey has its claims on a subnet sold."""
    kind, *kept = cast(
        "tuple[str, *tuple[tuple[int, ...], ...]]", state.coldkeys.peek(coldkey).root_claim_type
    )
    if kind == "KeepSubnets":
        return netuid not in kept[0]
    return kind == "Swap"


@implements("STAKE-CLAIM-12")
def sell_for_root_stake(state: State, hotkey: AccountId, coldkey: AccountId, netuid: int, amount: int) -> int:
    """Sell alpha without a fee and stake the TAO on root; how much it is.

    Source: ``claim_root.rs:163``.
    """
    tao = sell_alpha(
        state, netuid, amount, default_price_limit(Direction.SELL), drop_fees=True
    ).amount_paid_out
    transfer_from_subnet(state, netuid, subnet_account(ROOT), tao)
    report = state.subnet_reports[netuid]
    report.root_sell_tao = min(report.root_sell_tao + tao, U64_MAX)
    record_protocol_outflow(state, netuid, tao)
    increase_stake(state, hotkey, coldkey, ROOT, tao)
    root = state.pools[ROOT]
    root.tao_reserve = min(root.tao_reserve + tao, U64_MAX)
    root.alpha_out = min(root.alpha_out + tao, U64_MAX)
    state.issuance.total_stake = min(state.issuance.total_stake + tao, U64_MAX)
    return tao


def dividend_netuids(state: State, hotkey: AccountId) -> list[int]:
    """Subnets on which the hotkey has a rate, ascending."""
    return [netuid for _, netuid in state.root_dividends.keys_with(hotkey=hotkey)]


def _floor_product(claimable_rate: I96F32, amount: I96F32) -> int:
    return claimable_rate.saturating_mul(amount).saturating_to_num(U128)
