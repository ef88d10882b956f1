"""Errors that guards, or the code around them, keep from ever being returned."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from taospec import reference
from taospec.conformance.weight_refusals import BLOCK, EPOCH, HIDDEN, VALIDATOR, two_subnets
from taospec.reference.amm.balancer import checked_quote_weight
from taospec.reference.chain.calls import execute
from taospec.reference.state.neuron import storage_index
from taospec.reference.state.pool import EQUAL_WEIGHTS
from taospec.reference.state.storage_types import numbered_account
from taospec.reference.subnets.commit_reveal import commit_hash_of

HOTKEY = numbered_account(VALIDATOR)
SALTS = ((7,), (8,))
EPOCHS = (EPOCH - 2, EPOCH - 1, EPOCH)
"""Of a commit that has expired, of one to be revealed now, and of one to be revealed later."""


def queues() -> Iterator[tuple[tuple[tuple[int, ...], int], ...]]:
    """Every queue of at most three commits of two hashes, each in any of the epochs."""
    for length in range(4):
        yield from product(product(SALTS, EPOCHS), repeat=length)


@pytest.mark.rule("SUBNET-REVEAL-1", "SUBNET-REVEAL-2")
def test_no_signed_reveal_of_any_short_queue_is_told_that_a_commit_expired() -> None:
    """The guard looks at the first commit of a hash, wherever it stands, and lets only one that is due pass:
    so no commit of that hash has expired, for those stand before it.
    """
    state, index = two_subnets(), storage_index(HIDDEN, 0)
    seen = set()
    for queue in queues():
        commits = tuple((digest(salt), epoch, BLOCK - 20, 0) for salt, epoch in queue)
        for name, arguments in reveals():
            state.hash_commits[index, HOTKEY].commits = commits or None
            seen.add(execute(state, name, HOTKEY, {"netuid": HIDDEN, **arguments}, None).name)
    assert {"Ok", "guard:RevealTooEarly", "guard:NoWeightsCommitFound"} <= seen
    assert not any("ExpiredWeightCommit" in name for name in seen)


def digest(salt: tuple[int, ...]) -> bytes:
    return commit_hash_of(HOTKEY, storage_index(HIDDEN, 0), (0, 2), (1, 3), salt, 0)


def reveals() -> Iterator[tuple[str, dict[str, Any]]]:
    """One alone, and batches of one, two, and the same twice."""
    yield "reveal_weights", {"uids": (0, 2), "values": (1, 3), "salt": SALTS[0], "version_key": 0}
    for salts in (SALTS[:1], SALTS, SALTS[::-1], SALTS[:1] * 2):
        lists = {"uids_list": (0, 2), "values_list": (1, 3), "version_keys": 0}
        repeated = {name: (value,) * len(salts) for name, value in lists.items()}
        yield "batch_reveal_weights", {**repeated, "salts_list": salts}


@pytest.mark.rule("AMM-WEIGHT-6")
def test_no_module_of_the_reference_initialises_a_pool_at_a_price() -> None:
    """So ``ReservesOutOfBalance`` is never returned: equal weights, with which swaps begin, are in bounds."""
    assert checked_quote_weight(EQUAL_WEIGHTS) == EQUAL_WEIGHTS
    folder = Path(next(iter(reference.__path__)))
    users = [
        path.name
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name) and node.id == "initialize_at_price"
    ]
    assert users == []
