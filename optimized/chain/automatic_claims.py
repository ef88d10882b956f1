"""Automatic claims of root dividends: what is below its threshold is passed over on plain integers.

Of the subnets of a hotkey few owe anything: a rate grows at the subnet's epochs alone. The rates
are kept from block to block, and each claim that may pay is the reference's, but for the booking of
root stake, which goes through all subnets again.
"""

from __future__ import annotations

from typing import Final

from taospec.reference.fixed_point import I96F32
from taospec.reference.rules import implements
from taospec.reference.staking.positions import ROOT
from taospec.reference.staking.root_claims import (
    book_claim,
    claimed_amount,
    dividend_netuids,
    indices_from_hash,
    rate,
    sell_for_root_stake,
    sells_claims,
)
from taospec.reference.staking.stake_ledger import increase_stake, stake_of
from taospec.reference.state.errors import DispatchError
from taospec.reference.state.record import Record
from taospec.reference.state.stake import RootDividend
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId

_FRACTION: Final = I96F32.FRACTION_BITS
_LARGEST: Final = I96F32.MAX_BITS


class AutomaticClaims:
    """Automatic claims of one state, which is told of every root dividend that changes."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._rates: dict[AccountId, list[tuple[int, int]]] = {}

    def note(self, changed: Record) -> None:
        """Take account of a record that changed."""
        if isinstance(changed, RootDividend):
            self._rates.pop(changed._key[0], None)

    @implements("STAKE-CLAIM-3")
    def claim(self, parent_hash: bytes) -> None:
        """Claim for the root stakers that the parent block's hash draws; a failing claim is undone."""
        state = self._state
        draws, stakers = state.parameters.root_claims_per_block, state.network.root_stakers
        for index in indices_from_hash(parent_hash, draws, stakers):
            coldkey = state.root_stakers.peek(index).coldkey
            if coldkey is None:
                continue
            try:
                with state.transaction():
                    self._claim(coldkey)
            except DispatchError:
                continue

    def _claim(self, coldkey: AccountId) -> None:
        state = self._state
        positions, hyperparameters = state.positions, state.hyperparameters
        for hotkey in state.coldkeys.peek(coldkey).staking_hotkeys:
            root_stake = stake_of(state, hotkey, coldkey, ROOT)
            for netuid, bits in self._rates_of(hotkey):
                claimed = positions.peek((hotkey, coldkey, netuid)).root_claimed
                threshold = hyperparameters.peek(netuid).root_claim_threshold.bits
                if _may_be_due(bits, root_stake, claimed, threshold):
                    self._claim_on_subnet(hotkey, coldkey, netuid)
                    root_stake = stake_of(state, hotkey, coldkey, ROOT)
        state.events.deposit("RootClaimed", coldkey=coldkey)

    @implements("STAKE-CLAIM-11")
    def _claim_on_subnet(self, hotkey: AccountId, coldkey: AccountId, netuid: int) -> None:
        state = self._state
        amount = claimed_amount(state, hotkey, coldkey, netuid)
        if amount == 0:
            return
        if sells_claims(state, coldkey, netuid):
            tao = sell_for_root_stake(state, hotkey, coldkey, netuid, amount)
            self._book_root_stake(hotkey, coldkey, tao)
        else:
            increase_stake(state, hotkey, coldkey, netuid, amount)
        book_claim(state, hotkey, coldkey, netuid, amount)

    @implements("STAKE-CLAIM-7")
    def _book_root_stake(self, hotkey: AccountId, coldkey: AccountId, amount: int) -> None:
        for netuid, bits in self._rates_of(hotkey):
            booked = max(min(bits * amount, _LARGEST) >> _FRACTION, 0)
            if booked or netuid == ROOT:
                book_claim(self._state, hotkey, coldkey, netuid, booked)

    def _rates_of(self, hotkey: AccountId) -> list[tuple[int, int]]:
        """Each subnet on which the hotkey has a rate, ascending, and the bits of the rate."""
        rates = self._rates.get(hotkey)
        if rates is None:
            state = self._state
            netuids = dividend_netuids(state, hotkey)
            rates = self._rates[hotkey] = [(netuid, rate(state, hotkey, netuid).bits) for netuid in netuids]
        return rates


@implements("STAKE-CLAIM-6")
def _may_be_due(rate_bits: int, root_stake: int, claimed: int, threshold_bits: int) -> bool:
    """Whether what is owed may reach the threshold: exact but where a product saturates, then true too often.

    Nothing is paid of a negative amount, so the sign of the threshold does not matter.
    """
    return rate_bits * root_stake - min(claimed << _FRACTION, _LARGEST) >= max(threshold_bits, 0)
