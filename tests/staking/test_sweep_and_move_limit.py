"""The sweep of small nominations and the limit of a move: where vectors of upstream do not reach."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taospec.conformance.chain_trace import blocks
from taospec.reference.amm.records import DYNAMIC
from taospec.reference.staking.operations import clear_small_nominations
from taospec.reference.staking.positions import ROOT, owns_hotkey
from taospec.reference.staking.stake_ledger import stake_of
from taospec.reference.staking.transitions import largest_move
from taospec.reference.state.state import State

TRACE = Path(__file__).parents[2] / "conformance/vectors/chain/trace_01.jsonl.gz"
ULP = Fraction(1, 2**64)
reserves = st.integers(10**6, 10**16)


def first_state_with_nominators() -> State:
    """The state before the first block of the trace before which several nominators hold root stake."""
    for state, _ in blocks(TRACE):
        if sum(netuid == ROOT for _, _, netuid in nominations(state)) > 2:
            return state
    raise AssertionError("before no block are there three nominations on root")


def nominations(state: State) -> list[tuple[bytes, bytes, int]]:
    return [
        (hotkey, coldkey, netuid)
        for hotkey, coldkey, netuid in state.positions
        if not owns_hotkey(state, coldkey, hotkey) and stake_of(state, hotkey, coldkey, netuid) > 0
    ]


@pytest.mark.rule("STAKE-NOMINATOR-3")
def test_a_sweep_clears_every_small_nomination_in_order_of_account_and_leaves_owners_alone():
    state = first_state_with_nominators()
    held = nominations(state)
    owned = {key: stake_of(state, *key) for key in state.positions if owns_hotkey(state, key[1], key[0])}
    state.parameters.nominator_min_required_stake = 0
    clear_small_nominations(state, None)
    assert nominations(state) == held, "a factor of 0 makes no nomination small"
    state.parameters.nominator_min_required_stake = 10**15
    state.events.take()
    clear_small_nominations(state, None)
    assert nominations(state) == []
    paid = [
        tuple(dict(event.fields)[name] for name in ("hotkey", "coldkey", "netuid"))
        for event in state.events.take()
        if event.name == "StakeRemoved"
    ]
    assert paid == [key for key in sorted(held) if key in paid], "the others are deleted, and not paid for"
    assert {key for key in held if key[2] == ROOT} <= set(paid)
    assert {key: stake_of(state, *key) for key in owned} == owned


@pytest.mark.rule("STAKE-LIMIT-3")
@given(reserves, reserves, reserves, reserves, st.integers(10**6, 10**13))
def test_the_largest_move_between_pools_is_within_its_bound_of_the_average_rate(
    first_tao: int, first_alpha: int, second_tao: int, second_alpha: int, limit: int
):
    state = State()
    for netuid, tao, alpha in ((1, first_tao, first_alpha), (2, second_tao, second_alpha)):
        pool = state.pools[netuid]
        pool.mechanism, pool.tao_reserve, pool.alpha_in = DYNAMIC, tao, alpha
    rate = Fraction(limit, 10**9)
    ideal = Fraction(second_alpha * first_tao, 1) / rate - first_alpha * second_tao
    ideal /= first_tao + second_tao
    computed = largest_move(state, 1, 2, limit)
    if rate > Fraction(first_tao * second_alpha, first_alpha * second_tao):
        assert computed <= 1
        return
    low = 1 + ULP * ((second_alpha + 1) / rate + 1)
    high = ULP * (first_alpha + 1) + 2 * ULP * second_alpha / rate**2
    assert -low < computed - ideal < high or (computed == 0 and ideal < 1)
