"""Cases of ``chain.apply_block`` on the life of subnets that no trace holds, answered by the reference.

Corners of opening, ending and trimming, and one refusal for each pair of a call and an error that the
blocks of the real runtime do not show. ``python -m taospec.conformance.subnet_lives OUT`` writes them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from taospec.conformance.operations.chain import SUCCESS
from taospec.conformance.scenes import Call, Prepare, Scene, Stage, nothing, scene_cases
from taospec.conformance.vector_file import Case, write_public_suite
from taospec.reference.fixed_point import I96F32, U64F64
from taospec.reference.staking.stake_ledger import increase_stake
from taospec.reference.state.hyperparameters import RecycleOrBurn
from taospec.reference.state.ledger import subnet_account
from taospec.reference.state.state import State
from taospec.reference.state.storage_order import hashed_account_order
from taospec.reference.state.storage_types import AccountId, numbered_account
from taospec.reference.subnets.identity import LONGEST
from taospec.reference.subnets.symbols import SYMBOLS
from taospec.reference.subnets.uids import append_neuron

COIN: Final = 10**9
BLOCK: Final = 1_000
REGISTERED: Final = 100
"""Block in which every subnet was registered."""
ALICE, BOB, NEW = 1, 2, 3
"""Coldkeys by number: the owner of every subnet, one with TAO, and one without an account."""
OWNERS_HOTKEY, OTHER_HOTKEY, FREE_HOTKEY = 101, 102, 103
"""Hotkeys by number: on root and Alice's, on root and Bob's, nobody's."""
NETUIDS: Final = (1, 2)
MISSING: Final = 9
SYSTEM_ACCOUNT: Final = "0x" + subnet_account(7).hex()


def main(arguments: list[str]) -> None:
    """Write the cases."""
    (out,) = arguments
    chosen = list(cases())
    write_public_suite(Path(out), "subnets_lives", "reference", chosen)


def cases() -> Iterator[Case]:
    """Every scene as a case."""
    yield from scene_cases(SCENES, Stage(two_subnets, BLOCK))


def two_subnets() -> State:
    """Root with two neurons and two subnets of Alice's, at rest: no epochs and no emission."""
    state = State()
    state.clock.block = BLOCK - 1
    parameters = state.parameters
    parameters.network_min_lock_cost = state.network.last_lock_cost = 100 * COIN
    parameters.network_rate_limit, parameters.network_immunity_period = 0, 10
    for hotkey, coldkey in ((OWNERS_HOTKEY, ALICE), (OTHER_HOTKEY, BOB)):
        state.hotkeys[_account(hotkey)].owner = _account(coldkey)
        state.coldkeys[_account(coldkey)].owned_hotkeys = (_account(hotkey),)
    for netuid in (0, *NETUIDS):
        _add_subnet(state, netuid)
    for coldkey in (ALICE, BOB):
        state.accounts[_account(coldkey)].free = 1_000 * COIN
    total = sum(held.free for _, held in state.accounts.items())
    state.issuance.total = state.issuance.of_balances = total
    state.issuance.total_stake = sum(pool.tao_reserve for _, pool in state.pools.items())
    return state


def _add_subnet(state: State, netuid: int) -> None:
    subnet, pool, parameters = state.subnets[netuid], state.pools[netuid], state.hyperparameters[netuid]
    subnet.added, subnet.registered_at = True, REGISTERED
    state.network.subnets += 1
    state.schedules[netuid].tempo = 0
    state.clock.block = REGISTERED
    if netuid == 0:
        parameters.max_allowed_uids = 2
        append_neuron(state, netuid, _account(OWNERS_HOTKEY))
        append_neuron(state, netuid, _account(OTHER_HOTKEY))
    else:
        subnet.owner, subnet.owner_hotkey = _account(ALICE), _account(OWNERS_HOTKEY)
        subnet.subtoken_enabled, subnet.locked = True, 100 * COIN
        subnet.symbol = SYMBOLS[netuid]
        pool.mechanism, pool.initialized = 1, True
        pool.tao_reserve = pool.alpha_in = 100 * netuid * COIN
        parameters.max_allowed_uids, parameters.immunity_period = 100, 10
        state.emissions[netuid].moving_price = I96F32.from_num(netuid)
        state.accounts[subnet_account(netuid)].free = pool.tao_reserve + 500
        append_neuron(state, netuid, _account(OWNERS_HOTKEY))
    state.clock.block = BLOCK - 1


def _account(number: int) -> AccountId:
    return numbered_account(number)


def _stake(state: State, hotkey: int, coldkey: int, amount: int, netuid: int = 1) -> None:
    increase_stake(state, _account(hotkey), _account(coldkey), netuid, amount)
    state.pools[netuid].alpha_out += amount


def _by_hash() -> tuple[int, int]:
    """Two hotkeys in the order of storage."""
    first, second = sorted((201, 202), key=lambda number: hashed_account_order(_account(number)))
    return first, second


# What is special.


def _equal_remainders(state: State) -> None:
    """Seven equal claims on a pot of 100 rao, without the protocol's: two raos are left over."""
    state.parameters.tao_in_refund_deployment_block = REGISTERED
    state.pools[1].tao_reserve = 100
    for number in range(201, 208):
        _stake(state, number, number + 200, 7)
        _give(state, _account(number + 200), COIN)


def _crumbs_first(state: State) -> None:
    """A new account is due 300 and 600 rao, the smaller share first."""
    state.parameters.tao_in_refund_deployment_block = REGISTERED
    state.pools[1].tao_reserve = 900
    small, large = _by_hash()
    _stake(state, small, NEW, 300)
    _stake(state, large, NEW, 600)


def _crumbs_last(state: State) -> None:
    """A new account is due 600 and 300 rao, the larger share first."""
    state.parameters.tao_in_refund_deployment_block = REGISTERED
    state.pools[1].tao_reserve = 900
    large, small = _by_hash()
    _stake(state, small, NEW, 300)
    _stake(state, large, NEW, 600)


def _short_account(state: State) -> None:
    """Three equal claims on a pot of which the account lacks 500 rao."""
    state.parameters.tao_in_refund_deployment_block = REGISTERED
    state.pools[1].tao_reserve = 99 * COIN
    _give(state, subnet_account(1), 99 * COIN - 500 - state.accounts[subnet_account(1)].free)
    for coldkey in (ALICE, BOB, NEW):
        _stake(state, 201, coldkey, COIN)


def _worthless_hotkey(state: State) -> None:
    _stake(state, 201, BOB, COIN)
    _stake(state, 202, BOB, COIN)
    state.hotkey_stakes[_account(202), 1].total_alpha = 0


def _worthless_stakes(state: State) -> None:
    """Two stakes in a pool of shares that is worth 1 rao."""
    _stake(state, 201, BOB, 10**6)
    _stake(state, 201, ALICE, 3 * 10**6)
    state.hotkey_stakes[_account(201), 1].total_alpha = 1


def _old_shares(state: State) -> None:
    pool = state.hotkey_stakes[_account(201), 1]
    pool.total_alpha, pool.total_shares_v1 = 30 * COIN, U64F64.from_num(3)
    for coldkey, shares in ((ALICE, 1), (BOB, 2)):
        state.positions[_account(201), _account(coldkey), 1].shares_v1 = U64F64.from_num(shares)


def _old_subnet(state: State) -> None:
    """Registered before the protocol counted its alpha, and before registrations began again."""
    state.parameters.registration_start_block = REGISTERED + 1
    state.parameters.tao_in_refund_deployment_block = REGISTERED
    state.pools[1].protocol_alpha = 5 * COIN
    _stake(state, 201, BOB, 45 * COIN)
    _give(state, subnet_account(1), 90 * COIN)


def _refund_beyond_the_rest(state: State) -> None:
    """The owner is owed the whole lock, and all but the protocol's share of it is paid to stakers."""
    state.parameters.registration_start_block = REGISTERED + 1
    state.parameters.subnet_owner_cut = 0
    _stake(state, 201, BOB, 100 * COIN)


def _root_dividends(state: State) -> None:
    for netuid in NETUIDS:
        state.root_dividends[_account(201), netuid].claimable = I96F32.from_num(3)
        state.positions[_account(201), _account(BOB), netuid].root_claimed = 5


def _leftovers(state: State) -> None:
    """What the end of a subnet does not remove."""
    parameters = state.hyperparameters[1]
    parameters.recycle_or_burn, parameters.owner_cut_enabled = RecycleOrBurn.RECYCLE, False
    parameters.min_allowed_uids, parameters.min_non_immune_uids = 3, 4
    parameters.min_childkey_take, parameters.root_claim_threshold = 5, I96F32.from_num(6)
    state.voting_power_tracking[1].enabled = True
    state.memberships[1, _account(OTHER_HOTKEY)].voting_power = 7
    state.auto_stakes[_account(BOB), 1].hotkey = _account(OTHER_HOTKEY)
    state.auto_stakers[_account(OTHER_HOTKEY), 1].coldkeys = (_account(BOB),)
    state.rate_limits["SetSNOwnerHotkey", 1].last_block = REGISTERED


def _full(state: State) -> None:
    state.parameters.subnet_limit = len(NETUIDS)


def _uneven_prices(state: State) -> None:
    """Prices of 4 and 1."""
    state.pools[1].alpha_in = 25 * COIN


def _full_and_uneven(state: State) -> None:
    _full(state)
    _uneven_prices(state)


def _full_with_leftovers(state: State) -> None:
    _full(state)
    _leftovers(state)


def _full_and_equal(state: State) -> None:
    """Three subnets of one price and one age, of which storage has 256 first."""
    _add_subnet(state, 256)
    balance = state.accounts[subnet_account(256)].free
    state.accounts[subnet_account(256)].free = 0
    _give(state, subnet_account(256), balance)
    state.issuance.total_stake += state.pools[256].tao_reserve
    state.parameters.subnet_limit = 3
    for netuid in (*NETUIDS, 256):
        state.emissions[netuid].moving_price = I96F32.from_num(1)


def _full_and_immune(state: State) -> None:
    _full(state)
    state.parameters.network_immunity_period = BLOCK


def _exact_price(state: State) -> None:
    _leave(state, BOB, 100 * COIN)


def _price_of_a_deposit(state: State) -> None:
    state.parameters.network_min_lock_cost = state.network.last_lock_cost = 400
    _leave(state, BOB, 500)


def _leave(state: State, coldkey: int, amount: int) -> None:
    """Leave so much of a coldkey's balance."""
    _give(state, _account(coldkey), amount - state.accounts[_account(coldkey)].free)


def _give(state: State, who: AccountId, amount: int) -> None:
    """Make so much more, or less, TAO, and give it to an account."""
    state.accounts[who].free += amount
    state.issuance.total += amount
    state.issuance.of_balances += amount


def _symbol_is_taken(state: State) -> None:
    state.subnets[2].symbol = SYMBOLS[3]


def _rate_limited(state: State) -> None:
    state.parameters.network_rate_limit = 10
    state.rate_limits[("NetworkLastRegistered",)].last_block = BLOCK - 9


def _poor(state: State) -> None:
    _leave(state, BOB, 100 * COIN - 1)


def _just_registered(state: State) -> None:
    state.parameters.start_call_delay = BLOCK - REGISTERED + 1


def _room_on_root(state: State) -> None:
    state.hyperparameters[0].max_allowed_uids = 64
    state.hyperparameters[0].max_registrations_per_block = 1


def _interval_is_over(state: State) -> None:
    """Root has had three times its target."""
    state.hyperparameters[0].max_allowed_uids = 64
    state.hyperparameters[0].target_registrations_per_interval = 2
    state.registrations[0].this_interval = 6


def _all_immune(state: State) -> None:
    """The one place is the owner's."""
    state.hyperparameters[1].max_allowed_uids = 1


def _before_registrations(state: State) -> None:
    state.parameters.registration_start_block = BLOCK + 1


def _opted_out(state: State) -> None:
    state.hotkeys[_account(OTHER_HOTKEY)].auto_parent_delegation = False


def _no_root(state: State) -> None:
    state.subnets[0].added = False


def _root_without_neurons(state: State) -> None:
    state.hyperparameters[0].max_allowed_uids = 0
    state.subnets[0].neurons = 0


def _equal_root_stakes(state: State) -> None:
    """Both neurons of a full root have less stake than the newcomer, and as much as each other."""
    for hotkey, amount in ((OWNERS_HOTKEY, 5), (OTHER_HOTKEY, 5), (FREE_HOTKEY, 6)):
        _stake(state, hotkey, BOB, amount, netuid=0)


def _never_frozen(state: State) -> None:
    state.parameters.admin_freeze_window = 0


def _pending_epoch(state: State) -> None:
    state.schedules[1].tempo, state.schedules[1].last_epoch_block = 50_000, BLOCK - 1
    state.schedules[1].pending_epoch_at = BLOCK + 5


def _crowd(state: State) -> None:
    """Six neurons, the owner's and one young one immune, four with as much emission as each other."""
    state.clock.block = REGISTERED
    for number in range(301, 306):
        append_neuron(state, 1, _account(number))
    state.clock.block = BLOCK - 1
    state.hyperparameters[1].min_allowed_uids = 0
    state.neurons[1, 5].block_at_registration = BLOCK - 1
    state.metagraphs[1].emission = (0, 9, 1, 1, 1, 1)
    state.metagraphs[1].consensus = (10, 11, 12, 13, 14, 15)
    state.metagraphs[1].stake_weight = (20, 21)
    for uid in range(6):
        row = state.matrix_rows[1, uid]
        row.weights = tuple((target, 100 + target) for target in range(6))
        row.bonds = ((5 - uid, 200 + uid),)


def _short_emission(state: State) -> None:
    _crowd(state)
    state.metagraphs[1].emission = (0, 9, 1, 1, 1)


def _second_mechanism(state: State) -> None:
    index = 4096 + 1
    state.hyperparameters[1].mechanism_count = 2
    state.hyperparameters[1].mechanism_emission_split = (1, 65_534)
    for uid in (1, index):
        state.matrix_rows[uid, 0].weights = ((0, 5),)
        state.mechanisms[uid].incentive = (6,)
        state.hash_commits[uid, _account(OWNERS_HOTKEY)].commits = ((bytes(32), 1, 2, 3),)


# Calls.


def _open(hotkey: int | str = FREE_HOTKEY) -> dict[str, Any]:
    return {"call": "register_network", "signer": str(BOB), "hotkey": str(hotkey)}


def _open_described(hotkey: int | str = FREE_HOTKEY, name: str | None = None) -> dict[str, Any]:
    identity = None if name is None else dict.fromkeys(LONGEST, "0x") | {"subnet_name": name}
    call = {"call": "register_network_with_identity", "signer": str(BOB), "hotkey": str(hotkey)}
    return call | {"identity": identity}


def _end(netuid: int = 1, signer: str = "root") -> dict[str, Any]:
    return {"call": "root_dissolve_network", "signer": signer, "netuid": str(netuid)}


def _end_of(netuid: int, signer: str = "root") -> dict[str, Any]:
    return _end(netuid, signer) | {"call": "dissolve_network", "_coldkey": str(BOB)}


def _start(netuid: int) -> dict[str, Any]:
    return {"call": "start_call", "netuid": str(netuid)}


def _on_root(hotkey: int | str, signer: str | None = str(BOB)) -> dict[str, Any]:
    return {"call": "root_register", "signer": signer, "hotkey": str(hotkey)}


def _register(hotkey: int = FREE_HOTKEY) -> dict[str, Any]:
    return {"call": "burned_register", "signer": str(BOB), "netuid": "1", "hotkey": str(hotkey)}


def _register_below_a_tenth(hotkey: int) -> dict[str, Any]:
    """For at most 0.1 TAO, which the burn is just below; a registration raises it."""
    return _register(hotkey) | {"call": "register_limit", "limit_price": str(COIN // 10)}


def _stake_income() -> dict[str, Any]:
    return {"call": "set_coldkey_auto_stake_hotkey", "netuid": "1", "hotkey": str(OWNERS_HOTKEY)}


def _mechanisms(count: int, signer: str = "root", netuid: int = 1) -> dict[str, Any]:
    call = {"call": "sudo_set_mechanism_count", "signer": signer, "netuid": str(netuid)}
    return call | {"mechanism_count": str(count)}


def _split(signer: str = "root", netuid: int = 1) -> dict[str, Any]:
    call = {"call": "sudo_set_mechanism_emission_split", "signer": signer, "netuid": str(netuid)}
    return call | {"maybe_split": ["65535"]}


def _most_mechanisms(count: int) -> dict[str, Any]:
    return {"call": "sudo_set_max_mechanism_count", "signer": "root", "max_mechanism_count": str(count)}


def _trim(count: int, signer: str = "root", netuid: int = 1) -> dict[str, Any]:
    call = {"call": "sudo_trim_to_max_allowed_uids", "signer": signer, "netuid": str(netuid)}
    return call | {"max_n": str(count)}


def _symbol(place: int, signer: str = str(ALICE)) -> dict[str, Any]:
    symbol = "0x" + SYMBOLS[place].hex()
    return {"call": "update_symbol", "signer": signer, "netuid": "1", "symbol": symbol}


def _refused(prepare: Prepare, error: str, *calls: Call) -> Scene:
    """The last of the calls is refused."""
    return _scene(prepare, calls, (SUCCESS,) * (len(calls) - 1) + (error,))


def _scene(prepare: Prepare, calls: tuple[Call, ...], results: tuple[str, ...] = (SUCCESS,)) -> Scene:
    """Without a signer Alice signs."""
    return Scene(tuple({"signer": str(ALICE)} | dict(call) for call in calls), results, prepare)


_FROZEN: Final = "AdminActionProhibitedDuringWeightsWindow"
_LIMITED: Final = "TxRateLimitExceeded"

SCENES: Final = (
    _scene(_equal_remainders, (_end(),)),
    _scene(_crumbs_first, (_end(),)),
    _scene(_crumbs_last, (_end(),)),
    _scene(_short_account, (_end(),)),
    _scene(_worthless_hotkey, (_end(),)),
    _scene(_worthless_stakes, (_end(),)),
    _scene(_old_shares, (_end(),)),
    _scene(_old_subnet, (_end(),)),
    _scene(_refund_beyond_the_rest, (_end(),)),
    _scene(_root_dividends, (_end(),)),
    _scene(_leftovers, (_end(), _open()), (SUCCESS,) * 2),
    _scene(_full_with_leftovers, (_open(),)),
    _scene(_full_and_equal, (_open(),)),
    _scene(_full, (_open_described(name="0x41"),)),
    _scene(_full_and_uneven, (_open(),)),
    _scene(_uneven_prices, (_open(),)),
    _scene(_exact_price, (_open(),)),
    _scene(_symbol_is_taken, (_open(),)),
    _scene(_opted_out, (_open(), _end(3), _open()), (SUCCESS,) * 3),
    _scene(_crowd, (_trim(3),)),
    _scene(_crowd, (_trim(4), _trim(4, str(ALICE))), (SUCCESS,) * 2),
    _scene(_short_emission, (_trim(5),)),
    _scene(_second_mechanism, (_mechanisms(1),)),
    _scene(_second_mechanism, (_mechanisms(2, str(ALICE)), _split(str(ALICE))), (SUCCESS,) * 2),
    _scene(_equal_root_stakes, (_on_root(FREE_HOTKEY),)),
    _refused(nothing, "CannotUseSystemAccount", _open(SYSTEM_ACCOUNT)),
    _refused(_before_registrations, "SubNetRegistrationDisabled", _open()),
    _refused(_rate_limited, "guard:NetworkTxRateLimitExceeded", _open()),
    _refused(_price_of_a_deposit, "InsufficientBalance", _open()),
    _refused(nothing, "CannotUseSystemAccount", _open_described(SYSTEM_ACCOUNT)),
    _refused(nothing, "NonAssociatedColdKey", _open_described(OWNERS_HOTKEY)),
    _refused(_before_registrations, "SubNetRegistrationDisabled", _open_described()),
    _refused(_rate_limited, "NetworkTxRateLimitExceeded", _open_described()),
    _refused(_full_and_immune, "SubnetLimitReached", _open_described()),
    _refused(_price_of_a_deposit, "InsufficientBalance", _open_described()),
    _refused(_full, "InvalidIdentity", _open_described(name="0x" + "41" * 257)),
    _refused(nothing, "BadOrigin", _end_of(1, str(ALICE))),
    _refused(nothing, "SubnetNotExists", _end_of(0)),
    _refused(nothing, "SubnetNotExists", _start(MISSING)),
    _refused(_no_root, "RootNetworkDoesNotExist", _on_root(FREE_HOTKEY)),
    _refused(nothing, "BadOrigin", _on_root(FREE_HOTKEY, None)),
    _refused(nothing, "CannotUseSystemAccount", _on_root(SYSTEM_ACCOUNT)),
    _refused(_root_without_neurons, "HotKeyNotRegisteredInSubNet", _on_root(FREE_HOTKEY)),
    _refused(nothing, "BadOrigin", _mechanisms(1, str(BOB))),
    _refused(nothing, _LIMITED, _mechanisms(2, str(ALICE)), _mechanisms(1, str(ALICE))),
    _refused(_never_frozen, "MechanismDoesNotExist", _mechanisms(1, netuid=MISSING)),
    _refused(nothing, _FROZEN, _mechanisms(1, netuid=MISSING)),
    _refused(nothing, _LIMITED, _split(str(ALICE)), _split(str(ALICE))),
    _refused(_pending_epoch, _FROZEN, _split()),
    _refused(_never_frozen, "MechanismDoesNotExist", _split(netuid=MISSING)),
    _refused(nothing, "InvalidValue", _most_mechanisms(17)),
    _refused(_crowd, _LIMITED, _trim(4, str(ALICE)), _trim(3, str(ALICE))),
    _refused(_pending_epoch, _FROZEN, _trim(100)),
    _refused(_never_frozen, "SubnetNotExists", _trim(1, netuid=MISSING)),
    _refused(nothing, "BadOrigin", _symbol(5, str(BOB))),
    _refused(_poor, "CannotAffordLockCost", _open()),
    _refused(nothing, "FirstEmissionBlockNumberAlreadySet", _start(1), _start(1)),
    _refused(_just_registered, "NeedWaitingMoreBlocksToStarCall", _start(1)),
    _refused(nothing, "SymbolDoesNotExist", _symbol(0)),
    _refused(nothing, "SymbolAlreadyInUse", _symbol(2)),
    _refused(nothing, "StakeTooLowForRoot", _on_root(FREE_HOTKEY)),
    _refused(_room_on_root, "TooManyRegistrationsThisBlock", *map(_on_root, (301, 302))),
    _refused(_interval_is_over, "TooManyRegistrationsThisInterval", _on_root(301)),
    _refused(_crowd, "TrimmingWouldExceedMaxImmunePercentage", _trim(2)),
    _refused(_all_immune, "NoNeuronIdAvailable", _register()),
    _refused(nothing, "RegistrationPriceLimitExceeded", *map(_register_below_a_tenth, (301, 302))),
    _refused(nothing, "SameAutoStakeHotkeyAlreadySet", *[_stake_income()] * 2),
)
"""Corners, then refusals."""


if __name__ == "__main__":
    main(sys.argv[1:])
