"""The random machine reaches what it is for, and notices mistakes that hand-made sequences missed."""

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from test_operations_machine import Economy

from taospec.reference.staking import transitions
from taospec.reference.state import ledger

TRIES = settings(
    max_examples=150,
    stateful_step_count=30,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
)


def lock_stays_behind(state, origin, destination, netuid, amount):
    """Stake changes hands, and its lock does not follow."""


def lock_gets_lost(state, origin, destination, netuid, amount, transfer_lock=transitions.transfer_lock):
    """The lock leaves with the stake and never arrives."""
    transfer_lock(state, origin, destination, netuid, amount)
    for key in list(state.locks.keys_with(coldkey=destination, netuid=netuid)):
        if origin != destination:
            state.locks.remove(key)


def dust_stays_in_the_total(state, source, destination, amount, transfer_tao=ledger.transfer_tao):
    """The dust of an account that dies leaves one issuance and not the other."""
    total = state.issuance.total
    transfer_tao(state, source, destination, amount)
    state.issuance.total = total


@pytest.mark.rule("STAKE-LOCK-13", "LEDGER-TRANSFER-2")
@pytest.mark.parametrize(
    ("module", "name", "mistake"),
    [
        (transitions, "transfer_lock", lock_stays_behind),
        (transitions, "transfer_lock", lock_gets_lost),
        (ledger, "transfer_tao", dust_stays_in_the_total),
    ],
    ids=lambda part: getattr(part, "__name__", part).rsplit(".", 1)[-1],
)
def test_the_machine_notices(monkeypatch, module, name, mistake):
    monkeypatch.setattr(module, name, mistake)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Economy, settings=TRIES)


@pytest.mark.rule("SUBNET-OWNER-1", "STAKE-LOCK-11", "STAKE-LOCK-13")
def test_the_machine_reaches_changes_of_owners_and_moves_locks(monkeypatch):
    seen = set()
    monkeypatch.setattr(Economy, "teardown", lambda machine: seen.update(machine.seen))
    run_state_machine_as_test(Economy, settings=settings(TRIES, max_examples=60))
    assert {"SubnetOwnerChanged", "LockMoved", "StakeTransferred", "SetChildrenScheduled"} <= seen
