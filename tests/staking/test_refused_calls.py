"""Refusals that the blocks of the real runtime do not show."""

from pathlib import Path

import pytest

import taospec.conformance
from taospec.conformance.operations.chain import apply_block
from taospec.conformance.refused_calls import REFUSALS, economy, refused_calls
from taospec.conformance.storage_changes import decode_dump
from taospec.conformance.vector_file import read_vector_file
from taospec.reference.state.digest import state_digest
from taospec.reference.state.storage_types import numbered_account
from taospec.reference.state.upstream_names import import_state

COMMITTED = (
    Path(next(iter(taospec.conformance.__path__))) / "vectors" / "staking" / "staking_refusals.jsonl.gz"
)
CASES = list(refused_calls())


def test_the_committed_refusals_are_those_of_the_reference():
    assert [line.case() for line in read_vector_file(COMMITTED).lines] == CASES


@pytest.mark.rule("CHAIN-CALL-1")
@pytest.mark.parametrize(
    ("refusal", "case"), list(zip(REFUSALS, CASES, strict=True)), ids=lambda each: getattr(each, "call", "")
)
def test_a_refused_call_leaves_what_the_block_and_the_calls_before_it_left(refusal, case):
    def digest_after(calls):
        state = import_state(decode_dump(case.inputs["state"]))
        author = numbered_account(int(case.inputs["author"]))
        apply_block(
            state, int(case.inputs["block"]), bytes(32), author, [decode_dump(call) for call in calls]
        )
        return state_digest(state)

    *earlier, refused = case.inputs["calls"]
    assert refused["call"] == refusal.call
    assert digest_after([*earlier, refused]) == digest_after(earlier)


@pytest.mark.parametrize(
    "call",
    [
        {"call": "add_stake", "hotkey": 101, "netuid": 1, "amount_staked": 10**9},
        {"call": "remove_stake", "hotkey": 101, "netuid": 1, "amount_unstaked": 10**9},
        {
            "call": "move_stake",
            "origin_hotkey": 101,
            "destination_hotkey": 102,
            "origin_netuid": 1,
            "destination_netuid": 2,
            "alpha_amount": 10**9,
        },
        {"call": "unstake_all", "hotkey": 101},
        {"call": "increase_take", "hotkey": 101, "take": 6_000},
        {"call": "burn_alpha", "hotkey": 101, "amount": 10**9, "netuid": 1},
    ],
    ids=lambda call: call["call"],
)
def test_nothing_refuses_the_same_calls_while_all_is_in_order(call):
    """So that a refusal is due to what its state lacks, not to the state that all share."""
    state = economy()
    assert apply_block(state, 1_000, bytes(32), numbered_account(50), [{"signer": 1} | call]) == ["Ok"]
