"""Cases of ``chain.apply_block`` that show the chain's quirks, answered by the reference.

Each is a small state in which nothing else happens. Quirks that the blocks of the real runtime show are not
among them; the chapter on quirks names the case of every one.

``python -m taospec.conformance.quirk_cases OUT`` writes them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from taospec.conformance.operations.chain import SUCCESS
from taospec.conformance.scenes import Scene, Stage, scene_cases
from taospec.conformance.vector_file import Case, write_public_suite
from taospec.reference.fixed_point import I96F32
from taospec.reference.staking.stake_ledger import increase_stake
from taospec.reference.state.ledger import subnet_account
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId, numbered_account
from taospec.reference.subnets.uids import append_neuron

COIN: Final = 10**9
BLOCK: Final = 1_000
AUTHOR, ALICE, BOB = 50, 1, 2
"""Accounts by number: the block's author, and two coldkeys."""
NEW_COLDKEY = 3
"""The account to which Alice's coldkey is swapped."""
ALICES, BOBS, NOBODYS = 101, 102, 199
"""Hotkeys by number; the last has no owner."""
FIRST, SECOND = 1, 2
"""Netuids of two pools."""
STAKE: Final = 10 * COIN
"""What Alice has staked to her hotkey on each subnet, rao."""


def main(arguments: list[str]) -> None:
    """Write the cases."""
    (out,) = arguments
    write_public_suite(Path(out), "chain_quirks", "reference", list(quirk_cases()))


def quirk_cases() -> Iterator[Case]:
    """Every scene as a case.

    Raises:
        AssertionError: the reference answers another result.
    """
    return scene_cases((scene for _, scene in SCENES), Stage(two_pools, BLOCK, AUTHOR))


def two_pools() -> State:
    """Root and two pools with Alice's and Bob's stake, at rest: no epochs and no emission."""
    state = State()
    state.clock.block = BLOCK - 1
    state.parameters.network_rate_limit = 0
    for hotkey, coldkey in ((ALICES, ALICE), (BOBS, BOB)):
        state.hotkeys[_account(hotkey)].owner = _account(coldkey)
        state.coldkeys[_account(coldkey)].owned_hotkeys = (_account(hotkey),)
    for netuid in (0, FIRST, SECOND):
        _add_subnet(state, netuid)
    for who, coins in ((AUTHOR, 1), (ALICE, 5_000), (BOB, 5_000)):
        state.accounts[_account(who)].free = coins * COIN
    state.parameters.network_min_lock_cost = state.network.last_lock_cost = 1_000 * COIN
    settle(state)
    return state


def settle(state: State) -> None:
    """Make the issuances what there is."""
    state.issuance.total = state.issuance.of_balances = sum(held.free for _, held in state.accounts.items())
    state.issuance.total_stake = sum(pool.tao_reserve for _, pool in state.pools.items())


def _add_subnet(state: State, netuid: int) -> None:
    subnet, pool = state.subnets[netuid], state.pools[netuid]
    subnet.added, subnet.subtoken_enabled, subnet.registered_at = True, True, 1
    state.network.subnets += 1
    state.schedules[netuid].tempo = 0
    if netuid:
        pool.mechanism, pool.initialized = 1, True
        pool.tao_reserve = pool.alpha_in = 1_000 * COIN
    for hotkey, coldkey in ((ALICES, ALICE), (BOBS, BOB)):
        increase_stake(state, _account(hotkey), _account(coldkey), netuid, STAKE)
        pool.alpha_out += STAKE
        if netuid == 0:
            pool.tao_reserve += STAKE
    state.accounts[subnet_account(netuid)].free = pool.tao_reserve + COIN


def _account(number: int) -> AccountId:
    return numbered_account(number)


# What is special.


def _much_alpha(state: State) -> None:
    """The first subnet emits, and 12,000,000 of its alpha are there: half an alpha a block."""
    pool = state.pools[FIRST]
    pool.alpha_in = 12_000_000 * COIN
    state.subnets[FIRST].first_emission_block = 1
    state.emissions[FIRST].moving_price = I96F32.from_num(1)


def _root_has_a_tempo(state: State) -> None:
    """Root as genesis has it, with two registrations of earlier blocks counted."""
    state.schedules[0].tempo = 100
    state.registrations[0].this_interval = 2
    state.hyperparameters[0].max_allowed_uids = 64


def _root_of_genesis(state: State) -> None:
    _root_has_a_tempo(state)
    state.subnets[0].subtoken_enabled = False


def _cheap(state: State, netuid: int, price_in_millionths: int) -> None:
    """A pool of 10 TAO at a price in millionths of a TAO."""
    pool = state.pools[netuid]
    pool.tao_reserve = 10 * COIN
    pool.alpha_in = 10 * COIN * 10**6 // price_in_millionths
    state.accounts[subnet_account(netuid)].free = pool.tao_reserve + COIN
    settle(state)


def _cheap_subnets(state: State) -> None:
    """Two pools at 0.00004 TAO."""
    for netuid in (FIRST, SECOND):
        _cheap(state, netuid, 40)


def _first_is_worthless(state: State) -> None:
    """The first pool at exactly a millionth of a TAO, with a claim of Alice's on it."""
    _cheap(state, FIRST, 1)
    _claims(state, FIRST)


def _claims(state: State, *netuids: int) -> None:
    """Alice is owed half an alpha for each of hers on root."""
    for netuid in netuids:
        state.root_dividends[_account(ALICES), netuid].claimable = I96F32.from_num(1) / I96F32.from_num(2)


def _second_is_worthless(state: State) -> None:
    _cheap(state, SECOND, 1)
    _claims(state, FIRST, SECOND)
    state.coldkeys[_account(ALICE)].root_claim_type = ("Swap",)


def _owner_alone_and_mortal(state: State) -> None:
    """A full subnet of one neuron, the owner's, of which no neuron is protected."""
    subnet, parameters = state.subnets[FIRST], state.hyperparameters[FIRST]
    subnet.owner, subnet.owner_hotkey = _account(BOB), _account(BOBS)
    parameters.max_allowed_uids, parameters.min_non_immune_uids = 1, 0
    parameters.immunity_period, parameters.immune_owner_uids_limit = 10, 0
    state.clock.block = 1
    append_neuron(state, FIRST, _account(BOBS))
    state.clock.block = BLOCK - 1


def _root_is_full(state: State) -> None:
    """Root has one place, which its owner's hotkey holds, with less stake than Alice's has."""
    subnet = state.subnets[0]
    subnet.owner, subnet.owner_hotkey = _account(BOB), _account(BOBS)
    state.hyperparameters[0].max_allowed_uids = 1
    append_neuron(state, 0, _account(BOBS))
    increase_stake(state, _account(ALICES), _account(ALICE), 0, 1)
    state.pools[0].alpha_out += 1
    state.pools[0].tao_reserve += 1


def _uneven_weights(state: State) -> None:
    """Pools of one price, the second with a weight of 0.2 for TAO."""
    pool = state.pools[SECOND]
    pool.quote_weight = 200_000_000_000_000_000
    pool.alpha_in = pool.tao_reserve * 4


def _deep(state: State) -> None:
    """A pool of ten million coins of either kind."""
    pool = state.pools[FIRST]
    pool.tao_reserve = pool.alpha_in = 10**7 * COIN
    pool.fee_rate = 0
    state.accounts[subnet_account(FIRST)].free = pool.tao_reserve + COIN
    settle(state)


def _first_starts_later(state: State) -> None:
    """The first subnet emits from block 1,000,000 on, says storage."""
    subnet, emission = state.subnets[FIRST], state.emissions[FIRST]
    subnet.first_emission_block = 1_000_000
    emission.moving_price = I96F32.from_num(1)


def _flows(state: State) -> None:
    """The first subnet emits, and 5 TAO have flowed into it."""
    state.subnets[FIRST].first_emission_block = 1
    emission = state.emissions[FIRST]
    emission.moving_price, emission.tao_flow = I96F32.from_num(1), 5 * COIN


def _keys_may_change(state: State) -> None:
    """Nobody has to wait between two swaps of keys."""
    state.parameters.tx_rate_limit = 0


# Calls.


def _open() -> dict[str, Any]:
    return {"call": "register_network", "signer": str(ALICE), "hotkey": str(NOBODYS)}


def _stake(netuid: int, amount: int = COIN) -> dict[str, Any]:
    call = {"call": "add_stake", "signer": str(ALICE), "hotkey": str(ALICES), "netuid": str(netuid)}
    return call | {"amount_staked": str(amount)}


def _unstake(netuid: int) -> dict[str, Any]:
    call = {"call": "remove_stake", "signer": str(ALICE), "hotkey": str(ALICES), "netuid": str(netuid)}
    return call | {"amount_unstaked": str(STAKE)}


def _enable_roots_subtoken() -> dict[str, Any]:
    call = {"call": "sudo_set_subtoken_enabled", "signer": "root", "netuid": "0"}
    return call | {"subtoken_enabled": True}


def _claim(*netuids: int) -> dict[str, Any]:
    return {"call": "claim_root", "signer": str(ALICE), "subnets": [str(netuid) for netuid in netuids]}


def _register(hotkey: int = NOBODYS) -> dict[str, Any]:
    return {"call": "burned_register", "signer": str(ALICE), "netuid": str(FIRST), "hotkey": str(hotkey)}


def _on_root(hotkey: int) -> dict[str, Any]:
    return {"call": "root_register", "signer": str(ALICE), "hotkey": str(hotkey)}


def _move(amount: int, limit: int) -> dict[str, Any]:
    netuids = {"origin_netuid": str(FIRST), "destination_netuid": str(SECOND)}
    amounts = {"alpha_amount": str(amount), "limit_price": str(limit), "allow_partial": False}
    call = {"call": "swap_stake_limit", "signer": str(ALICE), "hotkey": str(ALICES)}
    return call | netuids | amounts


def _swap_coldkey() -> dict[str, Any]:
    swap = {"old_coldkey": str(ALICE), "new_coldkey": str(NEW_COLDKEY), "swap_cost": "0"}
    return {"call": "swap_coldkey", "signer": "root"} | swap


def _swap_hotkey(signer: int, old: int, new: int) -> dict[str, Any]:
    swap = {"hotkey": str(old), "new_hotkey": str(new), "netuid": None}
    return {"call": "swap_hotkey", "signer": str(signer)} | swap


ROUNDED_UP: Final = 1_000_000_051
"""A stake of so many rao for which :func:`_deep` pays a rao more than the exact floor."""
LIMIT: Final = 990_000_000
"""Alpha of the second subnet for each of the first that :func:`_move` asks for, in parts of 10^9."""

_UNSOLD: Final = ("InsufficientLiquidity", "PriceLimitExceeded")
_RENAMED: Final = (
    _swap_coldkey(),
    _swap_hotkey(NEW_COLDKEY, ALICES, NOBODYS),
    _swap_hotkey(BOB, BOBS, ALICES),
)
"""Alice's hotkey gives all that it has away, after her coldkey was swapped; then it is to replace Bob's."""
_FROZEN: Final = "AdminActionProhibitedDuringWeightsWindow"

SCENES: Final = (
    ("Q1", Scene((), (), _much_alpha)),
    ("Q2", Scene((_enable_roots_subtoken(), _on_root(ALICES)), (_FROZEN, SUCCESS), _root_has_a_tempo)),
    ("Q3", Scene((_stake(0), _enable_roots_subtoken()), ("SubtokenDisabled", _FROZEN), _root_of_genesis)),
    ("Q5", Scene((_open(),), prepare=_cheap_subnets)),
    ("Q7", Scene((_register(),))),
    ("Q10", Scene((_unstake(FIRST), _claim(FIRST)), _UNSOLD, _first_is_worthless)),
    ("Q11", Scene((_claim(FIRST, SECOND),), ("PriceLimitExceeded",), _second_is_worthless)),
    ("Q11", Scene((_claim(FIRST),), prepare=_second_is_worthless)),
    ("Q12", Scene((_register(),), prepare=_owner_alone_and_mortal)),
    ("Q12", Scene((_on_root(ALICES),), prepare=_root_is_full)),
    ("Q13", Scene((_on_root(BOBS),), prepare=_root_has_a_tempo)),
    ("Q15", Scene((_move(STAKE, LIMIT),), prepare=_uneven_weights)),
    ("Q16", Scene((_stake(FIRST, ROUNDED_UP),), prepare=_deep)),
    ("Q20", Scene((), (), _first_starts_later)),
    ("Q22", Scene((), (), _flows)),
    ("Q24", Scene(_RENAMED, (SUCCESS, SUCCESS, "NewHotKeyNotCleanForRootSwap"), _keys_may_change)),
)
"""By the numbers of the quirks."""


if __name__ == "__main__":
    main(sys.argv[1:])
