"""Export to and import from upstream's storage names."""

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from taospec.reference.chain.genesis import chain_genesis
from taospec.reference.fixed_point import I96F32
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.state.changed_entries import ChangedEntries
from taospec.reference.state.encoding import decode_state, encode_state
from taospec.reference.state.rate_limits import Hyperparameter
from taospec.reference.state.record import is_absent
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import ZERO_ACCOUNT, numbered_account
from taospec.reference.state.upstream_names import (
    LEFT_OUT,
    export_state,
    import_state,
    remove_entries,
    write_entries,
)

DUMP = Path(__file__).parent / "facts" / "upstream_dump.json.gz"
DIGEST_OF_THE_DUMP = "a0e747e09cab4e467131bafbb822d123b260832379c784c2e69e36d3608b48a7"
"""What upstream's execution wrote after the last block of the public trace ``many_subnets``."""


def dumped():
    return json.loads(gzip.decompress(DUMP.read_bytes()))


def test_the_dump_is_the_one_that_upstream_made():
    text = json.dumps(dumped(), separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == DIGEST_OF_THE_DUMP


@pytest.mark.rule("STATE-UPSTREAM-1")
def test_a_whole_upstream_state_survives_import_and_export():
    dump = dumped()
    kept = {item: content for item, content in dump.items() if item not in LEFT_OUT}
    assert len(kept) > 140
    assert export_state(import_state(dump)) == kept


@pytest.mark.rule("STATE-UPSTREAM-1")
def test_rows_are_in_canonical_order_whatever_the_order_of_import():
    dump = dumped()
    backwards = {
        item: list(reversed(content)) if type(content) is list else content
        for item, content in reversed(dump.items())
    }
    text = json.dumps(export_state(import_state(backwards)))
    assert text == json.dumps(export_state(import_state(dump)))


@pytest.mark.rule("STATE-UPSTREAM-3")
@pytest.mark.parametrize("item", ["StakingHotkeys", "OwnedHotkeys"])
def test_hotkeys_of_the_zero_account_are_its_own_although_a_dump_omits_that(item):
    """The chain's own genesis stores ``Owner(0) = 0``, which is what an absent owner reads as too.

    Whose hotkey it is decides: ``Owner::contains_key`` is what ``hotkey_account_exists`` asks.
    """
    theirs, free = numbered_account(7), numbered_account(9)
    dump = {"Owner": [[7, 3]], item: [[0, [0, 7]], [3, [9]]]}
    state = import_state(dump)
    assert state.hotkeys.peek(ZERO_ACCOUNT).owner == ZERO_ACCOUNT
    assert state.hotkeys.peek(theirs).owner == numbered_account(3)
    assert state.hotkeys.peek(free).owner is None
    assert {name: content for name, content in export_state(state).items() if name in dump} == dump


@pytest.mark.rule("STATE-UPSTREAM-3", "CHAIN-GENESIS-1")
def test_the_chain_s_own_genesis_survives_a_dump_but_for_owners_that_read_the_same():
    """``SubnetOwnerHotkey`` of root is asked for with ``try_get`` when hotkey 0 is swapped."""
    state = import_state(export_state(chain_genesis({})))
    for netuid in (0, 1):
        assert state.subnets.peek(netuid).owner is None
        state.subnets[netuid].owner = ZERO_ACCOUNT
    assert encode_state(state) == encode_state(chain_genesis({}))


@pytest.mark.rule("STATE-UPSTREAM-2")
def test_removing_every_entry_leaves_an_empty_state():
    dump = dumped()
    state = import_state(dump)
    for item, content in dump.items():
        keys = [row[:-1] for row in content] if type(content) is list else True
        remove_entries(state, item, keys)
    assert export_state(state) == {}
    assert all(is_absent(held) for table in state.tables.values() for held in table.made())


@pytest.mark.rule("STATE-UPSTREAM-1")
def test_a_stored_default_is_omitted():
    state = State()
    state.hotkeys[numbered_account(7)].delegate_take = 11_796
    state.pools[1].fee_rate = 33
    assert export_state(state) == {}


@pytest.mark.rule("STATE-RECORD-3", "STATE-UPSTREAM-2")
def test_a_claim_of_0_on_root_is_an_entry_that_no_dump_shows():
    state, pair = State(), (numbered_account(1), numbered_account(2))
    write_entries(state, "RootClaimed", [[0, 1, 2, 0], [3, 1, 2, 0]])
    assert list(state.empty_root_claims) == [pair]
    assert export_state(state) == {}
    assert encode_state(decode_state(encode_state(state))) == encode_state(state) != encode_state(State())
    write_entries(state, "RootClaimed", [[0, 1, 2, 5]])
    assert list(state.empty_root_claims) == []
    write_entries(state, "RootClaimed", [[0, 1, 2, 0]])
    remove_entries(state, "RootClaimed", [[3, 1, 2]])
    assert list(state.empty_root_claims) == [pair]
    remove_entries(state, "RootClaimed", [[0, 1, 2]])
    assert list(state.empty_root_claims) == []


@pytest.mark.rule("STATE-RECORD-3", "STATE-UPSTREAM-1")
def test_what_changes_in_a_mark_is_no_change_of_an_entry():
    state, pair = State(), (numbered_account(1), numbered_account(2))
    changed = ChangedEntries(state)
    state.empty_root_claims[pair].is_stored = True
    assert changed.take() == []
    state.empty_root_claims.remove(pair)
    assert changed.take() == []


@pytest.mark.rule("STATE-UPSTREAM-1")
def test_rows_name_the_key_parts_in_upstreams_order():
    state = State()
    hotkey, coldkey = numbered_account(1), numbered_account(2)
    state.positions[hotkey, coldkey, 3].root_claimed = 9
    state.memberships[3, hotkey].is_member = True
    state.rate_limits["OwnerHyperparamUpdate", 3, Hyperparameter.RHO].last_block = 5
    state.coldkeys[coldkey].root_claim_type = ("KeepSubnets", (3, 4))
    assert export_state(state) == {
        "IsNetworkMember": [[1, 3, True]],
        "LastRateLimitedBlock": [[{"OwnerHyperparamUpdate": [3, "Rho"]}, 5]],
        "RootClaimType": [[2, {"KeepSubnets": {"subnets": [3, 4]}}]],
        "RootClaimed": [[3, 1, 2, 9]],
    }
    assert export_state(import_state(export_state(state))) == export_state(state)


@pytest.mark.rule("STATE-UPSTREAM-2")
def test_writing_a_map_valued_item_replaces_the_whole_map():
    state = State()
    write_entries(state, "RootClaimable", [[7, [[1, 10], [2, 0]]]])
    write_entries(state, "RootClaimable", [[7, [[2, 5]]]])
    assert export_state(state) == {"RootClaimable": [[7, [[2, 5]]]]}
    assert state.root_dividends[numbered_account(7), 2].claimable == I96F32.from_bits(5)


def test_accounts_are_numbers_if_they_fit_and_hexadecimal_otherwise():
    state = State()
    state.accounts[b"modlsubtensr\x02".ljust(32, b"\0")].free = 1
    state.accounts[numbered_account(2**64 - 1)].free = 2
    rows = export_state(state)["Balances::Account"]
    assert rows == [["0x" + b"modlsubtensr\x02".ljust(32, b"\0").hex(), 1], [18446744073709551615, 2]]


@pytest.mark.parametrize(
    ("item", "content", "named"),
    [
        ("SubnetTao", [[1, 5]], "SubnetTao"),
        ("SubnetTAO", [[1, -5]], "SubnetTAO"),
        ("SubnetTAO", [[65536, 5]], "SubnetTAO.netuid"),
        ("SubnetTAO", [[1, 1, 5]], "SubnetTAO"),
        ("TotalStake", [[1, 5]], "TotalStake"),
        ("Owner", [["0x00", 1]], "Owner.hotkey"),
        ("RootClaimType", [[1, "Never"]], "RootClaimType"),
        ("AlphaV2", [[1, 1, 1, {"mantissa": 1}]], "AlphaV2"),
        ("Lock", [[1, 1, 1, {"locked_mass": 1, "conviction": 1, "last_update": "x"}]], "Lock.last_update"),
        ("RecycleOrBurn", [[1, "Keep"]], "RecycleOrBurn"),
        ("LastRateLimitedBlock", [[{"LastTxBlock": []}, 1]], "LastRateLimitedBlock.subject.LastTxBlock"),
    ],
)
def test_an_entry_that_storage_cannot_hold_is_refused_by_name(item, content, named):
    with pytest.raises(InvalidInputError) as refused:
        write_entries(State(), item, content)
    assert named in str(refused.value)


def test_items_left_out_are_ignored():
    state = State()
    write_entries(state, "NextStakeJobId", 5)
    remove_entries(state, "UsedWork", [[5]])
    assert export_state(state) == {}
