"""Automatic claims that pass over what is not due leave what the reference's leave."""

from __future__ import annotations

from random import Random

import pytest
from economy import COLDKEYS, DELEGATES, HOTKEYS, TRADED, economy
from hypothesis import given
from hypothesis import strategies as st

from taospec.optimized.chain.automatic_claims import AutomaticClaims, _may_be_due
from taospec.reference.fixed_point import I96F32
from taospec.reference.staking.root_claims import claim_automatically, claimed_amount
from taospec.reference.staking.stake_ledger import increase_stake
from taospec.reference.state.digest import state_digest
from taospec.reference.state.state import State

HOTKEY, COLDKEY, SUBNET = HOTKEYS[0], COLDKEYS[0], 1

RATES = (0, 1, 1 << 20, 1 << 31, 1 << 33, -(1 << 31), 1 << 90, I96F32.MAX_BITS, I96F32.MIN_BITS)
"""Bits of alpha per TAO: none, tiny, usual, negative, and those whose product with a stake saturates."""

TYPES = (("Swap",), ("Keep",), ("KeepSubnets", (1, 3)))


def unlike_subnets(random: Random) -> State:
    """The economy with rates, claims, thresholds and choices of every kind; a pool that refuses."""
    state = economy()
    state.parameters.root_claims_per_block = 4
    for netuid in TRADED:
        threshold = random.choice((0, 1_000, 500_000, 10**9))
        state.hyperparameters[netuid].root_claim_threshold = I96F32.from_num(threshold)
        for hotkey in DELEGATES:
            accrue(state, hotkey, netuid, random)
            for coldkey in COLDKEYS:
                claimed = random.choice((0, 0, 10**6, 10**9, 2**100, 2**128 - 1))
                if claimed:
                    state.positions[hotkey, coldkey, netuid].root_claimed = claimed
    for coldkey in COLDKEYS:
        state.coldkeys[coldkey].root_claim_type = random.choice(TYPES)
    if random.random() < 0.5:
        state.pools[random.choice(TRADED)].tao_reserve = 1
    return state


def accrue(state: State, hotkey: bytes, netuid: int, random: Random) -> None:
    dividend = state.root_dividends[hotkey, netuid]
    dividend.claimable = random.choice([None, *map(I96F32.from_bits, RATES), *[I96F32.from_num(1)] * 4])


@pytest.mark.rule("STAKE-CLAIM-3", "STAKE-CLAIM-7", "STAKE-CLAIM-11")
@pytest.mark.parametrize("seed", range(40))
def test_both_pay_and_undo_the_same_in_every_block_while_rates_change(seed: int) -> None:
    random = Random(seed)
    slow, fast = unlike_subnets(random), unlike_subnets(Random(seed))
    claims = AutomaticClaims(fast)
    for _ in range(4):
        drawn = random.randbytes(32)
        claim_automatically(slow, drawn)
        claims.claim(drawn)
        assert slow.events.take() == fast.events.take()
        assert state_digest(slow) == state_digest(fast)
        hotkey, netuid, place = random.choice(DELEGATES), random.choice(TRADED), random.random()
        for state in (slow, fast):
            accrue(state, hotkey, netuid, Random(place))
        claims.note(fast.root_dividends[hotkey, netuid])


def test_some_of_these_blocks_pay_by_sale_and_by_alpha_and_undo_a_sale() -> None:
    """Else the test above would compare nothing."""
    paid, undone = set(), False
    for seed in range(40):
        state = unlike_subnets(Random(seed))
        before = {key: held.root_claimed for key, held in state.positions.items()}
        claims = AutomaticClaims(state)
        for _ in range(4):
            claims.claim(Random(seed).randbytes(32))
        undone |= state.events.take() == ()
        paid.update(
            state.coldkeys.peek(key[1]).root_claim_type[0]
            for key, held in state.positions.items()
            if held.root_claimed > before.get(key, 0)
        )
    assert paid == {"Swap", "Keep", "KeepSubnets"}
    assert undone


@pytest.mark.rule("STAKE-CLAIM-7", "STATE-RECORD-3")
def test_nothing_booked_on_root_is_an_entry_in_both() -> None:
    """A rate of root's own, which no call gives to a hotkey: the chain's code books on it like on any."""
    slow, fast = economy(), economy()
    for state in (slow, fast):
        state.parameters.root_claims_per_block = 64
        for hotkey in DELEGATES:
            state.root_dividends[hotkey, 0].claimable = I96F32.zero()
            state.root_dividends[hotkey, SUBNET].claimable = I96F32.from_num(1)
    drawn = Random(1).randbytes(32)
    claim_automatically(slow, drawn)
    AutomaticClaims(fast).claim(drawn)
    assert len(slow.empty_root_claims) > 1
    assert state_digest(slow) == state_digest(fast)


@pytest.mark.rule("STAKE-CLAIM-6", "STAKE-CLAIM-11")
@given(
    bits=st.sampled_from(RATES) | st.integers(I96F32.MIN_BITS, I96F32.MAX_BITS) | st.integers(0, 1 << 40),
    stake=st.integers(0, 2**63 - 1),
    claimed=st.just(0) | st.integers(0, 2**128 - 1) | st.integers(0, 2**64),
    threshold=st.integers(0, 10**9),
)
def test_whatever_pays_may_be_due(bits: int, stake: int, claimed: int, threshold: int) -> None:
    state = State()
    increase_stake(state, HOTKEY, COLDKEY, 0, stake)
    state.root_dividends[HOTKEY, SUBNET].claimable = I96F32.from_bits(bits)
    state.positions[HOTKEY, COLDKEY, SUBNET].root_claimed = claimed
    state.hyperparameters[SUBNET].root_claim_threshold = I96F32.from_num(threshold)
    pays = claimed_amount(state, HOTKEY, COLDKEY, SUBNET) > 0
    assert _may_be_due(bits, stake, claimed, threshold << I96F32.FRACTION_BITS) or not pays


@pytest.mark.rule("STAKE-CLAIM-11")
def test_what_is_one_part_below_the_threshold_is_passed_over() -> None:
    """A rate of 1/2 on 1,000 TAO less 100: 400 is due."""
    half, one = 1 << 31, 1 << 32
    assert _may_be_due(half, 1_000, 100, 400 * one)
    assert not _may_be_due(half, 1_000, 100, 400 * one + 1)
