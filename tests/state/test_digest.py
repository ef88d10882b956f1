"""The digest of a state."""

import gzip
import json
import os
import random
import subprocess
import sys
from hashlib import blake2b
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taospec.reference.state.digest import EMPTY, IncrementalDigest, state_digest
from taospec.reference.state.encoding import decode_state, encode_state
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account
from taospec.reference.state.upstream_names import import_state

DUMP = Path(__file__).parent / "facts" / "upstream_dump.json.gz"


def h(content):
    return blake2b(content, digest_size=32).digest()


POOL_KEY = bytes([4 << 2]) + b"pool"
POOL_TAIL = bytes(24) + (5 * 10**17).to_bytes(8, "little") + b"\0" + (33).to_bytes(2, "little") + bytes(16)


def pool_leaf(netuid, tao):
    """The leaf of a pool with nothing but TAO, written out from the rules."""
    key = POOL_KEY + netuid.to_bytes(2, "little")
    return key, h(b"\0" + key + b"\0\0" + tao.to_bytes(8, "little") + POOL_TAIL)


@pytest.mark.rule("STATE-DIGEST-3")
def test_an_empty_state_has_the_digest_zero():
    assert state_digest(State()) == EMPTY == bytes(32)


@pytest.mark.rule("STATE-DIGEST-1", "STATE-DIGEST-3")
def test_a_state_of_one_record_has_the_hash_of_its_leaf():
    state = State()
    state.pools[7].tao_reserve = 5
    assert state_digest(state) == pool_leaf(7, 5)[1]


@pytest.mark.rule("STATE-DIGEST-2", "STATE-DIGEST-3")
def test_two_records_meet_in_the_node_of_their_first_different_half_bytes():
    state = State()
    state.pools[1].tao_reserve = 5
    state.pools[2].tao_reserve = 6
    (first_key, first), (second_key, second) = pool_leaf(1, 5), pool_leaf(2, 6)
    first_path, second_path = h(first_key).hex(), h(second_key).hex()
    assert first_path[0] != second_path[0]
    children = [bytes(32)] * 16
    children[int(first_path[0], 16)] = first
    children[int(second_path[0], 16)] = second
    assert state_digest(state) == h(b"\1" + b"".join(children))


@pytest.mark.rule("STATE-DIGEST-3")
def test_records_whose_paths_begin_alike_meet_deeper():
    paths = {}
    for netuid in range(200):
        path = h(POOL_KEY + netuid.to_bytes(2, "little")).hex()
        if path[0] in paths and path[1] != paths[path[0]][1][1]:
            other, other_path = paths[path[0]]
            break
        paths[path[0]] = (netuid, path)
    state = State()
    state.pools[netuid].tao_reserve = 5
    state.pools[other].tao_reserve = 6
    inner = [bytes(32)] * 16
    inner[int(path[1], 16)] = pool_leaf(netuid, 5)[1]
    inner[int(other_path[1], 16)] = pool_leaf(other, 6)[1]
    outer = [bytes(32)] * 16
    outer[int(path[0], 16)] = h(b"\1" + b"".join(inner))
    assert state_digest(state) == h(b"\1" + b"".join(outer))
    assert IncrementalDigest(state).digest() == state_digest(state)


@pytest.mark.rule("STATE-DIGEST-4")
def test_reports_are_no_part_of_the_digest():
    state = State()
    state.subnet_reports[1].tao_in_emission = 5
    state.network_report.block_emission = 5
    assert state_digest(state) == EMPTY
    assert IncrementalDigest(state).digest() == EMPTY
    assert b"subnet report" in encode_state(state)


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["tao", "stake", "remove", "clear", "neuron", "digest", "fail"]),
        st.integers(0, 12),
        st.integers(0, 3),
    ),
    max_size=60,
)


def play(state, operations, digest):
    for name, number, amount in operations:
        account = numbered_account(number)
        if name == "tao":
            state.accounts[account].free = amount
        elif name == "stake":
            state.hotkey_stakes[account, amount].total_alpha += 1
        elif name == "remove":
            state.accounts.remove(account)
        elif name == "clear":
            state.hotkey_stakes[account, amount].total_alpha = 0
        elif name == "neuron":
            state.neurons[amount, number].hotkey = account
        elif name == "digest":
            digest()
        else:
            fail(state, account, digest)


def fail(state, account, digest):
    try:
        with state.transaction():
            state.accounts[account].free = 99
            state.accounts.remove(account)
            digest()
            state.hotkey_stakes[account, 9].total_alpha = 3
            raise KeyError
    except KeyError:
        pass


@given(OPERATIONS)
@settings(max_examples=200)
@pytest.mark.rule("STATE-DIGEST-4")
def test_the_incremental_digest_equals_the_digest_from_nothing(operations):
    state = State()
    incremental = IncrementalDigest(state)
    play(state, operations, incremental.digest)
    assert incremental.digest() == state_digest(state)
    assert state_digest(decode_state(encode_state(state))) == state_digest(state)


@pytest.mark.rule("STATE-DIGEST-4")
def test_the_digest_does_not_depend_on_the_order_of_insertion():
    dump = json.loads(gzip.decompress(DUMP.read_bytes()))
    expected = state_digest(import_state(dump))
    shuffled = list(dump.items())
    random.Random(1).shuffle(shuffled)
    reversed_rows = {
        item: list(reversed(content)) if type(content) is list else content for item, content in shuffled
    }
    state = import_state(reversed_rows)
    assert state_digest(state) == expected
    assert IncrementalDigest(state).digest() == expected


@pytest.mark.rule("STATE-DIGEST-4")
def test_the_digest_does_not_depend_on_the_hash_seed():
    script = (
        "import gzip, json, sys; from taospec.reference.state.digest import state_digest;"
        "from taospec.reference.state.upstream_names import import_state;"
        f"print(state_digest(import_state(json.loads(gzip.open({str(DUMP)!r}).read()))).hex())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(digests) == 1
    assert (
        digests.pop().strip()
        == state_digest(import_state(json.loads(gzip.decompress(DUMP.read_bytes())))).hex()
    )


def test_any_change_of_any_field_changes_the_digest():
    state = import_state(json.loads(gzip.decompress(DUMP.read_bytes())))
    incremental = IncrementalDigest(state)
    before = incremental.digest()
    for table in state.tables.values():
        for key in list(table)[:1]:
            held = table[key]
            for field in table.kind.FIELDS:
                old = getattr(held, field.name)
                if old != field.default and not table.kind.IS_REPORT:
                    setattr(held, field.name, field.default)
                    assert incremental.digest() != before, field.upstream
                    setattr(held, field.name, old)
    assert incremental.digest() == before


def test_a_replaced_incremental_digest_refuses_to_answer():
    state = State()
    older = IncrementalDigest(state)
    newer = IncrementalDigest(state)
    state.pools[1].tao_reserve = 5
    assert newer.digest() == state_digest(state)
    with pytest.raises(RuntimeError, match="taken over"):
        older.digest()
