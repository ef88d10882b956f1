"""What a failed operation wrote is undone, and nothing else."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taospec.reference.state.encoding import encode_state
from taospec.reference.state.pool import Pool
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account


class RefusedError(Exception):
    pass


NAMES = st.sampled_from(["tao", "stake", "remove", "row", "vector"])
STEP = st.tuples(NAMES, st.integers(0, 5), st.integers(0, 3))
PROGRAM = st.recursive(
    st.lists(STEP, max_size=6).map(lambda steps: ("steps", steps)),
    lambda inner: st.tuples(st.sampled_from(["commit", "fail"]), st.lists(inner, max_size=4)),
    max_leaves=12,
)


def write(state, name, number, amount):
    account = numbered_account(number)
    if name == "tao":
        state.accounts[account].free = amount
    elif name == "stake":
        state.positions[account, account, amount].root_claimed += 1
    elif name == "remove":
        state.accounts.remove(account)
    elif name == "row":
        state.matrix_rows[amount, number].weights += ((number, amount),)
    else:
        state.metagraphs[number].active += (True,)


def run(state, program):
    kind, content = program
    if kind == "steps":
        for step in content:
            write(state, *step)
        return
    before = encode_state(state)
    positions = {key: state.positions.keys_with(hotkey=key[0]) for key in state.positions}
    try:
        with state.transaction():
            for part in content:
                run(state, part)
            if kind == "fail":
                raise RefusedError
    except RefusedError:
        assert encode_state(state) == before
        assert {key: state.positions.keys_with(hotkey=key[0]) for key in state.positions} == positions


@given(PROGRAM)
@settings(max_examples=300)
@pytest.mark.rule("STATE-ATOMIC-1")
def test_a_failed_transaction_leaves_the_state_identical_however_deep(program):
    state = State()
    run(state, program)
    assert not state.journal.undo
    assert not state.journal.recording


@pytest.mark.rule("STATE-ATOMIC-1")
def test_an_inner_failure_keeps_what_the_outer_transaction_wrote_before():
    state = State()

    def inner():
        with state.transaction():
            state.pools[1].tao_reserve = 2
            state.pools[2].tao_reserve = 2
            raise RefusedError

    with state.transaction():
        state.pools[1].tao_reserve = 1
        with pytest.raises(RefusedError):
            inner()
        state.pools[3].tao_reserve = 3
    assert [(netuid, pool.tao_reserve) for netuid, pool in state.pools.items()] == [(1, 1), (3, 3)]


@pytest.mark.rule("STATE-ATOMIC-1")
def test_undoing_costs_what_was_written_and_not_what_there_is():
    state = State()
    for number in range(1000):
        state.accounts[numbered_account(number)].free = 500
    with state.transaction():
        state.accounts[numbered_account(3)].free = 1
        state.accounts[numbered_account(3)].free = 2
        assert len(state.journal.undo) == 2


@pytest.mark.rule("STATE-RECORD-2")
def test_looking_at_an_absent_record_leaves_no_trace():
    state = State()
    assert state.pools[1] == Pool()
    assert 1 not in state.pools
    assert list(state.pools) == []
    assert len(state.pools) == 0


@pytest.mark.rule("STATE-RECORD-2")
def test_a_record_that_was_only_looked_at_refuses_to_be_written():
    state = State()
    with pytest.raises(TypeError, match="only looked at"):
        state.pools.peek(1).tao_reserve = 5
    assert state.pools.peek(1) == Pool()


def test_tables_are_iterated_in_the_order_of_their_keys():
    state = State()
    for netuid in (300, 2, 1):
        state.pools[netuid].tao_reserve = 1
    assert list(state.pools) == [1, 2, 300]


def test_keys_are_found_by_their_indexed_parts():
    state = State()
    one, two, three = (numbered_account(number) for number in (1, 2, 3))
    for key in [(one, three, 1), (one, two, 1), (one, two, 2), (two, two, 1)]:
        state.positions[key].root_claimed = 1
    assert state.positions.keys_with(hotkey=one, netuid=1) == [(one, two, 1), (one, three, 1)]
    assert state.positions.keys_with(netuid=2) == [(one, two, 2)]
    state.positions.remove((one, two, 1))
    state.positions[one, three, 1].root_claimed = 0
    assert state.positions.keys_with(hotkey=one, netuid=1) == []
    with pytest.raises(KeyError):
        state.positions.keys_with(coldkey=two, hotkey=one)


def test_a_copied_record_stands_alone():
    state = State()
    state.pools[1].tao_reserve = 5
    alone = copy.copy(state.pools[1])
    alone.tao_reserve = 6
    assert state.pools[1].tao_reserve == 5
    assert not state.journal.recording
