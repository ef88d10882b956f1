"""The emission of many blocks over arrays leaves the state that the reference leaves."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest
from networks import NOTHING_ELSE, account, emit_by_reference, enrich, network, scramble

from taospec.optimized.emission.arithmetic import root_proportion, weight_after_deposit
from taospec.optimized.emission.arrays import NetworkArrays
from taospec.optimized.emission.network import advance, emit_on
from taospec.reference.amm import balancer
from taospec.reference.emission.terms import root_proportion as reference_root_proportion
from taospec.reference.fixed_point import I96F32, U96F32
from taospec.reference.state.errors import DispatchError
from taospec.reference.state.state import State
from taospec.reference.state.upstream_names import export_state

BLOCKS = 25


@pytest.mark.parametrize("seed", range(40))
def test_the_state_after_many_blocks_is_that_of_the_reference(seed: int) -> None:
    fast, slow = (network(Random(seed), 1 + seed % 12) for _ in range(2))
    played = emit_on(fast, BLOCKS, NOTHING_ELSE)
    emit_by_reference(slow, BLOCKS)
    assert played.blocks == BLOCKS
    assert export_state(fast) == export_state(slow)


@pytest.mark.parametrize("seed", range(30))
def test_state_and_events_are_the_references_whatever_neurons_the_arrays_do_not_hold(seed: int) -> None:
    fast, slow = (
        enrich(network(Random(seed), 2 + seed % 5, extreme=False, neurons=6), Random(seed)) for _ in range(2)
    )
    played = emit_on(fast, BLOCKS, NOTHING_ELSE)
    emit_by_reference(slow, BLOCKS)
    assert played.by_reference == 0
    assert fast.events.take() == slow.events.take()
    assert export_state(fast) == export_state(slow)


@pytest.mark.parametrize("seed", range(20))
def test_epochs_over_arrays_are_the_references_for_whatever_storage_can_hold(seed: int) -> None:
    fast, slow = (
        scramble(enrich(network(Random(seed), 2, extreme=False, neurons=6), Random(seed)), Random(seed))
        for _ in range(2)
    )
    played = emit_on(fast, 12, NOTHING_ELSE)
    emit_by_reference(slow, 12)
    assert played.epochs
    assert fast.events.take() == slow.events.take()
    assert export_state(fast) == export_state(slow)


def test_families_run_from_arrays_and_commits_and_several_mechanisms_from_records() -> None:
    from_arrays = from_records = 0
    for seed in range(30):
        state = enrich(network(Random(seed), 2 + seed % 5, extreme=False, neurons=6), Random(seed))
        played = emit_on(state, BLOCKS, NOTHING_ELSE)
        from_arrays += played.epochs - played.epochs_from_records
        from_records += played.epochs_from_records
    assert from_arrays > from_records > 0


def test_an_owner_whom_a_hook_changes_has_a_permit_in_the_epoch_that_follows() -> None:
    """The hook gives every subnet to the hotkey of its last uid, and replaces another neuron."""

    def emitted(emit: Any) -> State:
        state = network(Random(8), 6, extreme=False)

        def change(netuid: int) -> None:
            if state.subnets[netuid].owner_hotkey == account(2):
                state.subnets[netuid].owner_hotkey = account(1_000 * netuid + 3)
                state.neurons[netuid, 2].hotkey = account(9_999)
                state.matrix_rows[netuid, 1].bonds = ()

        emit(
            state, BLOCKS, type(NOTHING_ELSE)(change_owner=change, owner_cut_paid=lambda netuid, amount: None)
        )
        return state

    assert export_state(emitted(emit_on)) == export_state(emitted(emit_by_reference))


def test_slots_that_are_deferred_or_skipped_are_reported_as_the_reference_reports_them() -> None:
    """A cap of 0 defers every epoch in every block."""
    for cap in (0, 1):
        fast, slow = (network(Random(11), 8, extreme=False) for _ in range(2))
        for state in (fast, slow):
            state.parameters.max_epochs_per_block = cap
            netuid = next(netuid for netuid in state.subnets if netuid)
            state.neurons[netuid, 3].hotkey = state.neurons[netuid, 2].hotkey
        emit_on(fast, BLOCKS, NOTHING_ELSE)
        emit_by_reference(slow, BLOCKS)
        events = fast.events.take()
        assert events == slow.events.take()
        assert "EpochDeferred" in {event.name for event in events}
        assert cap == 0 or "EpochSkipped" in {event.name for event in events}


def test_one_call_over_arrays_plays_blocks_and_the_epochs_that_are_due_and_needs_no_state() -> None:
    """The first epochs of the arrays alone are those of the reference on the state."""
    state = network(Random(5), 6, extreme=False)
    arrays = NetworkArrays.of(state)
    for position in range(arrays.subnets.size):
        arrays.hold_neurons(state, position)
    advanced = advance(arrays, 100)
    assert advanced.epochs
    assert not advanced.unplayed
    emit_by_reference(state, advanced.blocks)
    for position, output in advanced.epochs.items():
        netuid = int(arrays.subnets[position]["netuid"])
        metagraph = state.metagraphs[netuid]
        assert metagraph.dividends == tuple(output.dividends.tolist())
        assert metagraph.emission == tuple(output.emission.tolist())
        assert metagraph.stake_weight == tuple(output.stake_weight.tolist())


@pytest.mark.rule("EMISSION-CONSERVE-1", "EMISSION-CONSERVE-2", "EMISSION-CONSERVE-3")
def test_the_books_say_where_every_rao_of_tao_and_alpha_went() -> None:
    """TAO: minted = injected + bought + stranded + recycled. Alpha minted = its parts + at most 3 rao of dust
    a subnet and block; what epochs drained is what was pending and is no more.
    """
    for seed in range(10):
        state = enrich(network(Random(seed), 6, extreme=False, neurons=6), Random(seed))
        issuance, reserves = state.issuance.total, sum(pool.tao_reserve for pool in _pools(state))
        pending = _pending(state)
        played = emit_on(state, 100, NOTHING_ELSE)
        books = played.books
        assert books is not None
        assert books.minted == books.injected + books.bought + books.stranded + books.recycled
        assert state.issuance.total - issuance == books.minted - books.recycled
        assert sum(pool.tao_reserve for pool in _pools(state)) - reserves == books.injected + books.bought
        pended = books.alpha_owner + books.alpha_server + books.alpha_validator + books.alpha_root
        assert 0 <= books.alpha_minted - pended - books.alpha_root_recycled <= 3 * 6 * 100
        drained = sum(each.to_earn + each.owner_cut for each in played.drained)
        assert drained == pending + pended - _pending(state)


def _pools(state: State) -> list[Any]:
    return [pool for _, pool in state.pools.items()]


def _pending(state: State) -> int:
    return sum(
        held.pending_server + held.pending_validator + held.pending_root_alpha + held.pending_owner_cut
        for _, held in state.emissions.items()
    )


def test_a_day_in_part_by_the_reference_has_no_books() -> None:
    state = network(Random(3), 4)
    for netuid, pool in state.pools.items():
        if netuid:
            pool.mechanism, pool.alpha_in, pool.tao_reserve = 1, 1, 10**15
            state.subnets[netuid].first_emission_block = 10
            state.subnets[netuid].subtoken_enabled = True
            state.hyperparameters[netuid].registration_allowed = True
    played = emit_on(state, 3, NOTHING_ELSE)
    assert played.by_reference > 0
    assert played.books is None


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
