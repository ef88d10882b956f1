"""The emission of many blocks over arrays leaves the state that the reference leaves."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from networks import NOTHING_ELSE, emit_by_reference, network

from taospec.optimized.emission.arithmetic import root_proportion, weight_after_deposit
from taospec.optimized.emission.arrays import NetworkArrays
from taospec.optimized.emission.network import emit_on
from taospec.reference.amm import balancer
from taospec.reference.emission.terms import root_proportion as reference_root_proportion
from taospec.reference.fixed_point import I96F32, U96F32
from taospec.reference.state.errors import DispatchError
from taospec.reference.state.upstream_names import export_state

BLOCKS = 25


@pytest.mark.parametrize("seed", range(40))
def test_the_state_after_many_blocks_is_that_of_the_reference(seed: int) -> None:
    fast, slow = (network(Random(seed), 1 + seed % 12) for _ in range(2))
    played = emit_on(fast, BLOCKS, NOTHING_ELSE)
    emit_by_reference(slow, BLOCKS)
    assert played.blocks == BLOCKS
    assert export_state(fast) == export_state(slow)


def test_the_kernel_and_not_the_reference_plays_ordinary_blocks() -> None:
    for seed in range(10):
        played = emit_on(network(Random(seed), 6, extreme=False), 100, NOTHING_ELSE)
        assert (played.blocks, played.by_reference) == (100, 0)


def test_a_refused_block_is_played_by_the_reference_and_counted() -> None:
    """A price above 2**30 TAO is outside the kernel's domain."""
    fast, slow = (network(Random(3), 4) for _ in range(2))
    for state in (fast, slow):
        for netuid, pool in state.pools.items():
            if netuid:
                pool.mechanism, pool.alpha_in, pool.tao_reserve = 1, 1, 10**15
                state.subnets[netuid].first_emission_block = 10
                state.subnets[netuid].subtoken_enabled = True
                state.hyperparameters[netuid].registration_allowed = True
    played = emit_on(fast, 3, NOTHING_ELSE)
    emit_by_reference(slow, 3)
    assert played.by_reference > 0
    assert export_state(fast) == export_state(slow)


def test_a_state_that_arrays_cannot_hold_is_played_by_the_reference() -> None:
    """A negative moving price, which storage can hold, reads as 0."""
    fast, slow = (network(Random(4), 3, extreme=False) for _ in range(2))
    for state in (fast, slow):
        netuid = next(netuid for netuid in state.emissions if netuid)
        state.subnets[netuid].first_emission_block = None
        state.emissions[netuid].moving_price = I96F32.from_bits(-1)
    assert emit_on(fast, 2, NOTHING_ELSE).by_reference == 2
    emit_by_reference(slow, 2)
    assert export_state(fast) == export_state(slow)


def test_hooks_are_called_for_every_epoch_as_the_reference_calls_them() -> None:
    calls: list[tuple[object, ...]] = []
    hooks = type(NOTHING_ELSE)(
        change_owner=lambda netuid: calls.append(("owner", netuid)),
        owner_cut_paid=lambda netuid, amount: calls.append(("cut", netuid, amount)),
    )
    emit_on(network(Random(5), 8), BLOCKS, hooks)
    fast, calls[:] = list(calls), []
    emit_by_reference(network(Random(5), 8), BLOCKS, hooks)
    assert fast == calls
    assert fast


def test_arrays_of_a_state_written_back_change_nothing() -> None:
    state = network(Random(1), 10)
    before = export_state(state)
    NetworkArrays.of(state).store(state)
    assert export_state(state) == before


@pytest.mark.parametrize("seed", range(300))
def test_the_weight_after_a_deposit_is_the_balancers(seed: int) -> None:
    source = Random(seed)
    weight = source.choice([5 * 10**17, source.randrange(10**16, 99 * 10**16 + 1), 0, 10**18])
    tao, alpha, tao_added, alpha_added = (int(10 ** source.uniform(-0.3, 17)) for _ in range(4))
    try:
        expected = balancer.weight_after_added_liquidity(weight, tao, alpha, tao_added, alpha_added)
    except DispatchError:
        expected = 0
    words = (np.uint64(number) for number in (weight, tao, alpha, tao_added, alpha_added))
    assert int(weight_after_deposit(*words)) == expected


@pytest.mark.parametrize("seed", range(300))
def test_roots_proportion_by_long_division_is_the_references(seed: int) -> None:
    source = Random(seed)
    root_tao, issuance = (source.choice([0, int(10 ** source.uniform(0, 18))]) for _ in range(2))
    tao_weight = source.choice([0, source.randrange(1 << 32), 1 << 32])
    expected = reference_root_proportion(root_tao, U96F32.from_bits(tao_weight), issuance).bits
    assert int(root_proportion(np.uint64(root_tao), np.uint64(tao_weight), np.uint64(issuance))) == expected
