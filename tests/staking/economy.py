"""A small economy whose books agree: root, four subnets, twelve coldkeys, eight hotkeys.

Every balance of a subnet's account is what its pool records plus :data:`SURPLUS` (root: exactly),
all alpha outside a pool is staked, and both issuances are the sum of the balances.
"""

from typing import Final

from taospec.reference.fixed_point import I96F32
from taospec.reference.staking.root_claims import index_root_staker
from taospec.reference.staking.stake_ledger import increase_stake
from taospec.reference.state.ledger import subnet_account
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account

TAO: Final = 10**9
ROOT: Final = 0
TRADED: Final = (1, 2, 3)
"""Dynamic subnets that were started."""
UNSTARTED: Final = 4
NETUIDS: Final = (ROOT, *TRADED, UNSTARTED)
START: Final = 3_000_000
"""The first block: late enough for subnets to change owners."""
SURPLUS: Final = 1_000
"""Rao that a subnet's account holds beside its pool's, so that it outlives an empty pool."""

COLDKEYS: Final = tuple(numbered_account(number) for number in range(1, 13))
HOTKEYS: Final = tuple(numbered_account(number) for number in range(101, 109))
UNOWNED_HOTKEY: Final = numbered_account(199)
AUTHOR: Final = numbered_account(50)
OWNERS: Final = dict(zip(HOTKEYS, (0, 0, 0, 1, 2, 3, 4, 5), strict=True))
"""Place of each hotkey's coldkey in :data:`COLDKEYS`."""
DELEGATES: Final = HOTKEYS[:4]


def economy(*, lean_root: bool = False) -> State:
    """The state before its first block; a lean root has one holder, who can leave its account empty."""
    state = State()
    state.clock.block = START
    _set_parameters(state)
    _own_hotkeys(state)
    for netuid in NETUIDS:
        _add_subnet(state, netuid)
    _stake(state, lean_root)
    _back_with_tao(state)
    return state


def _set_parameters(state: State) -> None:
    parameters = state.parameters
    parameters.pending_childkey_cooldown = 3
    parameters.tx_delegate_take_rate_limit = 2
    parameters.tx_childkey_take_rate_limit = 2
    parameters.unlock_rate, parameters.maturity_rate = 400, 2
    parameters.nominator_min_required_stake = 5_000_000
    parameters.stake_threshold = TAO
    parameters.root_claims_per_block = 2
    parameters.tao_weight = 2**63


def _own_hotkeys(state: State) -> None:
    for hotkey, place in OWNERS.items():
        state.hotkeys[hotkey].owner = COLDKEYS[place]
        state.coldkeys[COLDKEYS[place]].owned_hotkeys += (hotkey,)
    for hotkey in DELEGATES:
        state.hotkeys[hotkey].delegate_take = 5_000


def _add_subnet(state: State, netuid: int) -> None:
    subnet, parameters = state.subnets[netuid], state.hyperparameters[netuid]
    subnet.added = True
    subnet.subtoken_enabled = netuid != UNSTARTED
    subnet.registered_at = 100
    parameters.commit_reveal = False
    parameters.root_claim_threshold = I96F32.from_num(1_000)
    state.network.subnets += 1
    state.schedules[netuid].tempo = 2 + netuid
    state.schedules[netuid].last_epoch_block = START
    if netuid == ROOT:
        return
    subnet.owner, subnet.owner_hotkey = COLDKEYS[netuid - 1], HOTKEYS[2 + netuid - 1]
    state.emissions[netuid].moving_price = I96F32.from_num(1)
    pool = state.pools[netuid]
    pool.mechanism = 1
    pool.initialized = netuid != 3
    pool.tao_reserve, pool.alpha_in = {1: (1000, 1000), 2: (20, 400), 3: (300, 3), 4: (10, 10)}[netuid]
    pool.tao_reserve, pool.alpha_in = pool.tao_reserve * TAO, pool.alpha_in * TAO
    pool.fee_rate = {1: 33, 2: 2_000, 3: 0, 4: 33}[netuid]
    if netuid != UNSTARTED:
        subnet.first_emission_block = 200
        _register(state, netuid)


def _register(state: State, netuid: int) -> None:
    """Two validators, three miners, one of them the owner's hotkey."""
    validators, miners = HOTKEYS[:2], (HOTKEYS[2 + netuid - 1], HOTKEYS[6], HOTKEYS[7])
    for uid, hotkey in enumerate((*validators, *miners)):
        neuron = state.neurons[netuid, uid]
        neuron.hotkey, neuron.block_at_registration = hotkey, 100 + uid
        membership = state.memberships[netuid, hotkey]
        membership.uid, membership.is_member = uid, True
    for uid in range(len(validators)):
        state.matrix_rows[netuid, uid].weights = ((2, 10_000), (3, 65_535), (4, 30_000 * uid))
    n = len(validators) + len(miners)
    state.subnets[netuid].neurons = n
    state.hyperparameters[netuid].max_allowed_uids = 6
    metagraph = state.metagraphs[netuid]
    metagraph.active = (True,) * n
    metagraph.emission = metagraph.consensus = metagraph.dividends = metagraph.validator_trust = (0,) * n
    metagraph.validator_permit = (True, True, False, False, False)
    state.mechanisms[netuid].incentive = (0,) * n
    state.mechanisms[netuid].last_update = (START - 1,) * n


def _stake(state: State, lean_root: bool) -> None:
    """Owners and five nominators; coldkeys 10 and 11 hold no stake."""
    for place, hotkey in enumerate(HOTKEYS):
        for netuid in (ROOT, *TRADED) if place == 0 or not lean_root else TRADED:
            owner = COLDKEYS[OWNERS[hotkey]]
            _stake_one(state, hotkey, owner, netuid, (place + 1) * TAO // (netuid + 1) + place)
    for place, coldkey in enumerate(COLDKEYS[5:10]):
        if not lean_root:
            _stake_one(state, HOTKEYS[0], coldkey, ROOT, (3 * place + 1) * TAO + 7)
        _stake_one(state, HOTKEYS[place % 3], coldkey, 1 + place % 3, (place + 2) * TAO + 1)
        _stake_one(state, HOTKEYS[1], coldkey, 1, 20_000_001)


def _stake_one(state: State, hotkey: bytes, coldkey: bytes, netuid: int, amount: int) -> None:
    increase_stake(state, hotkey, coldkey, netuid, amount)
    state.pools[netuid].alpha_out += amount
    if netuid == ROOT:
        state.pools[ROOT].tao_reserve += amount
        index_root_staker(state, coldkey)


def _back_with_tao(state: State) -> None:
    for place, coldkey in enumerate(COLDKEYS):
        state.accounts[coldkey].free = (50, 3, 1_000)[place % 3] * TAO + place
    for netuid in NETUIDS:
        pool = state.pools[netuid]
        state.accounts[subnet_account(netuid)].free = pool.tao_reserve + (SURPLUS if netuid else 0)
        state.issuance.total_stake += pool.tao_reserve
        state.subnet_reports[netuid].minted_alpha = pool.alpha_in + pool.alpha_out
    total = sum(held.free for _, held in state.accounts.items())
    state.issuance.total = state.issuance.of_balances = total
