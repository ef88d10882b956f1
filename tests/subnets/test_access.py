"""Who may change a subnet, when, and how often."""

import pytest

from taospec.reference.state.errors import DispatchError, FrameError, SubtensorError
from taospec.reference.state.origin import ROOT
from taospec.reference.state.rate_limits import Hyperparameter, Transaction
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import ZERO_ACCOUNT, numbered_account
from taospec.reference.subnets.access import (
    is_frozen,
    limit_in_blocks,
    note_use,
    require_not_limited,
    require_owner,
    require_owner_or_root,
)

OWNER, STRANGER = numbered_account(1), numbered_account(2)


def owned():
    state = State()
    state.clock.block = 10_000
    state.subnets[1].owner = OWNER
    state.schedules[1].last_epoch_block = 10_000
    return state


@pytest.mark.rule("SUBNET-ACCESS-1")
def test_the_owner_passes_root_where_it_may_and_nobody_else():
    state = owned()
    assert require_owner(state, OWNER, 1) == require_owner_or_root(state, OWNER, 1) == OWNER
    assert require_owner_or_root(state, ROOT, 1) is None
    for check, origin in ((require_owner, ROOT), (require_owner, STRANGER), (require_owner_or_root, None)):
        with pytest.raises(DispatchError) as refusal:
            check(state, origin, 1)
        assert refusal.value.error is FrameError.BadOrigin
    assert require_owner(state, ZERO_ACCOUNT, 9) == ZERO_ACCOUNT


@pytest.mark.rule("SUBNET-ACCESS-2")
@pytest.mark.parametrize(("block", "frozen"), [(10_350, False), (10_351, True), (20_000, True)])
def test_a_subnet_is_frozen_less_than_ten_blocks_before_its_epoch_and_as_long_as_that_is_late(block, frozen):
    state = owned()
    state.clock.block = block
    assert is_frozen(state, 1) is frozen


@pytest.mark.rule("SUBNET-ACCESS-2")
def test_a_pending_epoch_freezes_and_a_tempo_of_zero_never_does():
    state = owned()
    state.schedules[1].pending_epoch_at = 10_001
    assert is_frozen(state, 1)
    state.clock.block = 10_001
    assert not is_frozen(state, 1)
    state.schedules[1].tempo, state.schedules[1].pending_epoch_at = 0, 20_000
    assert not is_frozen(state, 1)


@pytest.mark.rule("SUBNET-ACCESS-3", "SUBNET-ACCESS-4")
@pytest.mark.parametrize(
    ("limit", "blocks"),
    [
        (Hyperparameter.RHO, 2 * 400),
        (Transaction.SET_WEIGHTS_VERSION_KEY, 5 * 400),
        (Transaction.TEMPO_UPDATE, 360),
        (Transaction.SET_SUBNET_OWNER_HOTKEY, 7 * 7_200),
        (Transaction.MECHANISM_COUNT_UPDATE, 7_200),
        (Transaction.MECHANISM_EMISSION, 7_200),
        (Transaction.MAX_UIDS_TRIMMING, 30 * 7_200),
    ],
)
def test_the_first_use_is_free_and_the_next_one_after_the_limit(limit, blocks):
    state = owned()
    state.schedules[1].tempo = 400
    assert limit_in_blocks(state, 1, limit) == blocks
    require_not_limited(state, OWNER, 1, limit)
    note_use(state, OWNER, 1, limit)
    state.clock.block += blocks - 1
    with pytest.raises(DispatchError) as refusal:
        require_not_limited(state, OWNER, 1, limit)
    assert refusal.value.error is SubtensorError.TxRateLimitExceeded
    require_not_limited(state, OWNER, 2, limit)
    state.clock.block += 1
    require_not_limited(state, OWNER, 1, limit)
