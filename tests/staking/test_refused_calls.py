"""The state in which staking calls are refused for one reason each."""

import pytest

from taospec.conformance.operations.chain import apply_block
from taospec.conformance.refused_calls import economy
from taospec.reference.state.storage_types import numbered_account


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
