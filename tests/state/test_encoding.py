"""Canonical bytes of records and states."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taospec.reference.fixed_point import I96F32, U64F64
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.state.encoding import HEADING, decode_state, encode_state, encoded_key, encoded_values
from taospec.reference.state.hyperparameters import RecycleOrBurn
from taospec.reference.state.locks import Lock, LockState
from taospec.reference.state.pool import Pool
from taospec.reference.state.rate_limits import Hyperparameter, RateLimit
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import (
    compact,
    decode_compact,
    i16,
    numbered_account,
    u16,
)
from taospec.reference.state.upstream_names import export_state, import_state

DUMP = Path(__file__).parent / "facts" / "upstream_dump.json.gz"


@pytest.mark.parametrize(
    ("length", "encoded"),
    [(0, "00"), (1, "04"), (63, "fc"), (64, "0101"), (16383, "fdff"), (16384, "02000100")],
)
@pytest.mark.rule("STATE-ENCODING-2")
def test_compact_lengths_are_those_of_scale(length, encoded):
    # SCALE: value << 2 with mode 0, 1 or 2 in the low bits; 64 = 0b1_000000 -> 0x0101 little-endian.
    assert compact(length).hex() == encoded
    assert decode_compact(bytes.fromhex(encoded), 0) == (length, len(encoded) // 2)


@pytest.mark.rule("STATE-ENCODING-2")
def test_a_longer_form_of_a_length_is_refused():
    with pytest.raises(InvalidInputError):
        decode_compact(bytes.fromhex("0500"), 0)  # 1 in two bytes


@pytest.mark.rule("STATE-ENCODING-1")
def test_a_pool_is_its_fields_one_after_the_other():
    pool = Pool(mechanism=1, tao_reserve=2, alpha_in=3, initialized=True, volume=4)
    expected = [
        "0100",  # mechanism: u16
        "0200000000000000",  # tao_reserve: u64
        "0300000000000000",  # alpha_in
        "0000000000000000",  # alpha_out
        "0000000000000000",  # protocol_alpha
        "00005a0aa43ef006".replace(
            "00005a0aa43ef006", (5 * 10**17).to_bytes(8, "little").hex()
        ),  # quote_weight
        "01",  # initialized: bool
        "2100",  # fee_rate: u16, 33 = 0x21
        "04000000000000000000000000000000",  # volume: u128
    ]
    assert encoded_values(pool).hex() == "".join(expected)
    assert encoded_key(Pool, 258).hex() == "10" + b"pool".hex() + "0201"  # length 4 << 2, name, u16


@pytest.mark.rule("STATE-ENCODING-1")
def test_optional_values_structures_and_variants_are_encoded_as_scale_does():
    lock = Lock(lock=LockState(locked_mass=1, conviction=U64F64.from_bits(2), last_update=3))
    assert encoded_values(lock).hex() == "01" + "01" + "00" * 7 + "02" + "00" * 15 + "03" + "00" * 7 + "00"
    key = encoded_key(RateLimit, ("OwnerHyperparamUpdate", 5, Hyperparameter.RHO))
    assert key.hex() == "28" + b"rate limit".hex() + "01" + "0500" + "08"


@pytest.mark.rule("STATE-ENCODING-1")
def test_a_record_that_left_its_type_is_not_encoded():
    pool = Pool()
    pool.tao_reserve = -1
    with pytest.raises(OverflowError):
        encoded_values(pool)


@pytest.mark.rule("STATE-ENCODING-3")
def test_a_whole_state_survives_encoding():
    state = import_state(json.loads(gzip.decompress(DUMP.read_bytes())))
    decoded = decode_state(encode_state(state))
    assert encode_state(decoded) == encode_state(state)
    assert export_state(decoded) == export_state(state)


@pytest.mark.rule("STATE-ENCODING-3")
def test_what_was_only_looked_at_is_not_encoded():
    state = State()
    assert state.pools[5].tao_reserve == 0
    assert encode_state(state) == HEADING


@pytest.mark.parametrize(
    "content", [b"", b"taospec-state/2", HEADING + b"\x10pool", HEADING + b"\x10loop\0\0"]
)
def test_bytes_of_no_state_are_refused(content):
    with pytest.raises(InvalidInputError):
        decode_state(content)


@given(st.integers(-(2**15), 2**15 - 1), st.integers(0, 2**16 - 1))
def test_integers_survive_encoding(signed, unsigned):
    assert i16.decode(i16.encode(signed), 0) == (signed, 2)
    assert u16.decode(b"x" + u16.encode(unsigned), 1) == (unsigned, 3)


def test_every_kind_of_value_survives_encoding():
    state = State()
    account = numbered_account(9)
    state.coldkeys[account].root_claim_type = ("KeepSubnets", (1, 2))
    state.coldkeys[account].swap_announcement = (5, bytes(32))
    state.hyperparameters[1].recycle_or_burn = RecycleOrBurn.RECYCLE
    state.hyperparameters[1].alpha_sigmoid_steepness = -1
    state.emissions[1].moving_price = I96F32.from_bits(-(2**127))
    state.metagraphs[1].active = (True, False)
    state.network.last_stake_key = b"\x01\x02"
    state.locks[account, 1, account].indexed = True
    state.rate_limits["LastTxBlock", account].last_block = 3
    assert encode_state(decode_state(encode_state(state))) == encode_state(state)
    assert export_state(decode_state(encode_state(state))) == export_state(state)
