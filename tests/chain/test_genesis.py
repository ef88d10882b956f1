"""First states."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from taospec.conformance.rule_lookup import VECTORS
from taospec.reference.chain.block import Block, apply_block
from taospec.reference.chain.genesis import account_of, chain_genesis, mainnet_genesis, root_genesis
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account
from taospec.reference.state.upstream_names import export_state, write_entries

UPSTREAM: dict[str, Any] = json.loads((Path(__file__).parent / "facts/upstream_genesis.json").read_text())
"""A genesis that the chain's own code built, and the parameters that were written after it."""

SNAPSHOT = VECTORS / "real" / "finney-genesis-snapshot.json.gz"


@pytest.fixture(scope="module")
def mainnet() -> State:
    return mainnet_genesis(json.loads(gzip.decompress(SNAPSHOT.read_bytes())))


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
    for wrong in (alice.replace("Y", "Z"), alice[:-1], alice + "0", alice + "11"):
        with pytest.raises(InvalidInputError, match="address"):
            account_of(wrong)
