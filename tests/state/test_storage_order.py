"""Orders of iteration."""

from hashlib import blake2b

import pytest

from taospec.reference.state.storage_order import hashed_account_order, identity_order
from taospec.reference.state.storage_types import numbered_account


@pytest.mark.rule("STATE-ORDER-1")
def test_netuids_are_iterated_low_byte_first():
    assert sorted([1, 2, 255, 256, 257, 512], key=identity_order) == [256, 512, 1, 257, 2, 255]


@pytest.mark.rule("STATE-ORDER-2")
def test_accounts_are_iterated_by_their_hash():
    accounts = [numbered_account(number) for number in range(5)]
    by_hash = sorted(accounts, key=lambda account: blake2b(account, digest_size=16).digest())
    assert sorted(accounts, key=hashed_account_order) == by_hash
    # The zero account's key in upstream's storage, from a public trace (AlphaV2MapLastKey).
    assert hashed_account_order(numbered_account(0)).hex().startswith("ff0f22492f44bac4c4b30ae58d0e8daa")
