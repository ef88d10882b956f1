"""A subnet with neurons that weigh each other."""

from taospec.reference.chain.calls import execute
from taospec.reference.state.digest import state_digest
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account

NETUID, OPEN, MISSING = 1, 2, 9
"""A subnet with commit-reveal, one without, and none."""
BLOCK = 5_000
TEMPO = 100
EPOCH = 7
"""The counter of both subnets' epochs; the last one was ten blocks ago."""
LIMIT = 5
"""Blocks from one row to the next."""
NEURONS = 4
OWNER, VALIDATOR, MINER, NEWCOMER = HOTKEYS = tuple(numbered_account(number) for number in range(11, 15))
"""Hotkeys by uid."""
STRANGER = numbered_account(19)
"""Has no uid."""
COLDKEY = numbered_account(1)


def subnets():
    """Two subnets with the same neurons: the owner's hotkey, a validator with a permit, and two without.

    The newcomer registered two blocks ago; the others have waited for longer than the rate limit.
    """
    state = State()
    state.clock.block = BLOCK
    for netuid in (0, NETUID, OPEN):
        state.subnets[netuid].added = True
    for netuid in (NETUID, OPEN):
        _fill(state, netuid)
    state.hyperparameters[OPEN].commit_reveal = False
    return state


def _fill(state, netuid):
    subnet = state.subnets[netuid]
    subnet.neurons, subnet.owner, subnet.owner_hotkey = NEURONS, COLDKEY, OWNER
    schedule = state.schedules[netuid]
    schedule.tempo, schedule.epoch_index, schedule.last_epoch_block = TEMPO, EPOCH, BLOCK - 10
    parameters = state.hyperparameters[netuid]
    parameters.weights_set_rate_limit, parameters.min_allowed_weights = LIMIT, 2
    state.metagraphs[netuid].validator_permit = (False, True, False, False)
    for uid, hotkey in enumerate(HOTKEYS):
        state.neurons[netuid, uid].hotkey = hotkey
        membership = state.memberships[netuid, hotkey]
        membership.uid, membership.is_member = uid, True
    for index in (netuid, 4096 + netuid):
        state.mechanisms[index].last_update = (BLOCK - 50,) * 3 + (BLOCK - 2,)


def call(state, name, signer, **arguments):
    """The name of the result."""
    return execute(state, name, signer, arguments, None).name


def refused(state, name, signer, **arguments):
    """The error of a call that must change nothing."""
    before = state_digest(state)
    error = call(state, name, signer, **arguments)
    assert state_digest(state) == before
    assert state.events.take() == ()
    return error


def advance_epoch(state, netuid=NETUID):
    """Go to the block after the next epoch."""
    schedule = state.schedules[netuid]
    schedule.epoch_index += 1
    schedule.last_epoch_block += schedule.tempo
    state.clock.block = schedule.last_epoch_block + 1
