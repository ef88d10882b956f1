"""First states."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from taospec.conformance.rule_lookup import VECTORS
from taospec.reference.chain.addresses import account_of
from taospec.reference.chain.block import Block, apply_block
from taospec.reference.chain.genesis import chain_genesis, mainnet_genesis, root_genesis
from taospec.reference.chain.genesis_snapshot import parse_snapshot, read_snapshot
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.staking.positions import all_netuids
from taospec.reference.staking.stake_ledger import stake_of
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account
from taospec.reference.state.upstream_names import export_state, write_entries

UPSTREAM: dict[str, Any] = json.loads((Path(__file__).parent / "facts/upstream_genesis.json").read_text())
"""A genesis that the chain's own code built, and the parameters that were written after it."""

SNAPSHOT = VECTORS / "real" / "finney-genesis-snapshot.json.gz"


@pytest.fixture(scope="module")
def mainnet() -> State:
    return mainnet_genesis(read_snapshot(SNAPSHOT))


@pytest.mark.rule("CHAIN-GENESIS-1", "CHAIN-GENESIS-2")
def test_the_chains_own_genesis_is_that_which_its_code_built() -> None:
    genesis = UPSTREAM["genesis"]
    state = chain_genesis({numbered_account(who): amount for who, amount in genesis["balances"]})
    for entry in genesis["params"]:
        keys, value = entry.get("keys", []), entry["value"]
        write_entries(state, entry["item"], [[*keys, value]] if keys else value)
    state.clock.block = genesis["number"]
    expected = {item: rows for item, rows in UPSTREAM["state"].items() if item != "LargestLocked"}
    assert export_state(state) == expected


@pytest.mark.rule("CHAIN-GENESIS-3")
def test_the_mainnets_genesis_has_its_sums(mainnet: State) -> None:
    root_account_holds = 2_361_517_466_099_541
    assert mainnet.issuance.total == mainnet.issuance.of_balances == 4_181_329_662_284_940
    assert mainnet.issuance.total_stake == mainnet.pools.peek(0).tao_reserve == root_account_holds
    assert len(mainnet.accounts) == 18_618 + 1
    assert sum(held.free for _, held in mainnet.accounts.items()) == 4_181_329_662_284_940
    assert sum(held.total_alpha for _, held in mainnet.hotkey_stakes.items()) == root_account_holds
    assert len(mainnet.hotkeys) == 4_096
    assert len({held.owner for _, held in mainnet.hotkeys.items()}) == 371


@pytest.mark.rule("CHAIN-GENESIS-3")
def test_the_file_has_the_sums_of_balances_and_stakes() -> None:
    snapshot = read_snapshot(SNAPSHOT)
    assert (len(snapshot.balances), snapshot.total_balance) == (18_618, 1_819_812_196_185_399)
    assert (len(snapshot.stakes), snapshot.total_stake) == (4_096, 2_361_517_466_099_541)
    assert len({coldkey for coldkey, _ in snapshot.stakes}) == 371


@pytest.mark.rule("CHAIN-GENESIS-3")
def test_every_stake_of_2023_is_stake_on_root_and_on_no_other_subnet(mainnet: State) -> None:
    for (coldkey, hotkey), amount in read_snapshot(SNAPSHOT).stakes.items():
        assert stake_of(mainnet, hotkey, coldkey, 0) == amount
        assert mainnet.hotkeys.peek(hotkey).owner == coldkey
    assert {netuid for _, netuid in mainnet.hotkey_stakes} == {0}
    assert all_netuids(mainnet) == [0]
    assert mainnet.subnets.peek(0).subtoken_enabled


ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
BOB = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"


@pytest.mark.rule("CHAIN-GENESIS-3")
@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([], "snapshot: must be an object"),
        ({"stakes": {}}, r"snapshot\.balances: is missing"),
        ({"balances": {}, "stakes": {}, "uids": 3}, r"snapshot\.uids: is no key of a snapshot, got '3'"),
        ({"balances": {"Alice": 1}, "stakes": {}}, r"snapshot\.balances: must have 48 digits, got 'Alice'"),
        (
            {"balances": {ALICE: 1.5}, "stakes": {}},
            rf"snapshot\.balances\.{ALICE}: must be an integer, got 1.5",
        ),
        (
            {"balances": {ALICE: 499}, "stakes": {}},
            rf"snapshot\.balances\.{ALICE}: must be in \[500, .*got 499",
        ),
        (
            {"balances": {ALICE: 22 * 10**15}, "stakes": {}},
            "snapshot: must sum to at most 21000000000000000 rao",
        ),
        ({"balances": {}, "stakes": {ALICE: [3, 4]}}, rf"snapshot\.stakes\.{ALICE}: must be an object"),
        ({"balances": {}, "stakes": {ALICE: {BOB: 3}}}, rf"{BOB}: must be a list of rao and a uid, got '3'"),
        ({"balances": {}, "stakes": {ALICE: {BOB: [-1, 0]}}}, rf"{BOB}\[0\]: must be in .*got -1"),
        (
            {"balances": {}, "stakes": {ALICE: {BOB: [1, 0]}, BOB: {BOB: [1, 0]}}},
            f"{BOB}: must be the hotkey of one coldkey alone",
        ),
    ],
)
def test_what_is_wrong_in_a_snapshot_is_named_with_its_value(content: Any, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        parse_snapshot(content)


@pytest.mark.rule("CHAIN-GENESIS-3")
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "must be JSON"),
        (b"\xff", "must be JSON"),
        (SNAPSHOT.read_bytes()[:10_000], "must be whole gzip"),
        (b'{"balances": {}, "balances": {}}', "must not repeat a key, got 'balances'"),
        (None, "must be readable: No such file"),
    ],
)
def test_a_snapshot_file_that_is_damaged_is_named(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    path = tmp_path / "snapshot.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidInputError, match=message):
        read_snapshot(path)


@pytest.mark.rule("CHAIN-GENESIS-3")
def test_blocks_can_be_played_on_the_mainnets_genesis(mainnet: State) -> None:
    apply_block(mainnet, Block(1, bytes(32)))
    assert mainnet.issuance.total == sum(held.free for _, held in mainnet.accounts.items())


@pytest.mark.rule("CHAIN-GENESIS-2")
def test_roots_subtoken_is_enabled_at_genesis() -> None:
    assert root_genesis({}).subnets.peek(0).subtoken_enabled


@pytest.mark.rule("CHAIN-GENESIS-4")
def test_an_address_is_decoded_and_a_wrong_letter_is_noticed() -> None:
    # The development account Alice, whose public key is published with Substrate's key ring.
    alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
    key = "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"
    assert account_of(alice).hex() == key
    for wrong in (alice.replace("Y", "Z"), alice[:-1], alice + "0", "1" + alice, ""):
        with pytest.raises(InvalidInputError, match="address"):
            account_of(wrong)
