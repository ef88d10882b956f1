"""Cases of ``chain.apply_block`` on swaps of keys, answered by the reference: refusals, and what moves.

``python -m taospec.conformance.key_swap_cases OUT`` writes them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from taospec.conformance.scenes import Prepare, Scene, Stage, nothing, scene_cases
from taospec.conformance.vector_file import Case, write_public_suite
from taospec.reference.fixed_point import U64F64
from taospec.reference.staking.stake_ledger import increase_stake
from taospec.reference.state.locks import LockState
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account

BLOCK: Final = 50_000
TAO: Final = 10**9
ALICE, BOB, NEW_COLDKEY = 1, 2, 3
HOTKEY, BOBS_HOTKEY, NEW_HOTKEY = 11, 12, 13
HASH: Final = "0x" + blake2b(numbered_account(NEW_COLDKEY), digest_size=32).hexdigest()
SYSTEM_ACCOUNT: Final = "0x" + (b"modlsubtensr" + bytes([5]) + bytes(19)).hex()
TO_NEW: Final[Mapping[str, Any]] = {"hotkey": HOTKEY, "new_hotkey": NEW_HOTKEY}
BY_ROOT: Final[Mapping[str, Any]] = {"old_coldkey": ALICE, "new_coldkey": NEW_COLDKEY, "swap_cost": 0}


def main(arguments: list[str]) -> None:
    """Write the cases."""
    (out,) = arguments
    chosen = list(cases())
    write_public_suite(Path(out), "subnets_key_swaps", "reference", chosen)


def cases() -> Iterator[Case]:
    """Every scene as a case."""
    yield from scene_cases(scenes(), Stage(chain, BLOCK))


def scenes() -> Iterator[Scene]:
    """Every scene, in the order of the file."""
    yield from _hotkey_scenes()
    yield from _coldkey_scenes()


def _hotkey_scenes() -> Iterator[Scene]:
    for netuid in (None, 1):
        arguments = {**TO_NEW, "netuid": netuid}
        yield _scene("swap_hotkey", "Ok", arguments)
        for keep_stake in (False, True):
            yield _scene("swap_hotkey_v2", "Ok", {**arguments, "keep_stake": keep_stake})
        yield _scene("swap_hotkey", "NonAssociatedColdKey", arguments, signer=BOB)
        for new, error in (
            (BOBS_HOTKEY, "NonAssociatedColdKey"),
            (HOTKEY, "NewHotKeyIsSameWithOld"),
            (SYSTEM_ACCOUNT, "CannotUseSystemAccount"),
        ):
            yield _scene("swap_hotkey", error, {**arguments, "new_hotkey": new})
        for error, prepare in _HOTKEY_REFUSALS.items():
            yield _scene("swap_hotkey", error, arguments, prepare=prepare)
    yield _scene("swap_hotkey", "InsufficientBalance", {**TO_NEW, "netuid": 1}, prepare=_pay_all)
    for error, prepare in _INCONSISTENT.items():
        yield _scene("swap_hotkey", error, {**TO_NEW, "netuid": None}, prepare=prepare)
    rooted = {**TO_NEW, "netuid": 0}
    yield _scene("swap_hotkey", "Ok", rooted)
    yield _scene("swap_hotkey", "NewHotKeyNotCleanForRootSwap", rooted, prepare=_stake_to_new)
    yield from _root_claim_scenes()


def _root_claim_scenes() -> Iterator[Scene]:
    """Alice's hotkey, once it has nothing left, replaces Bob's, unless a staker's coldkey was swapped."""
    give = {"call": "swap_hotkey", **TO_NEW, "netuid": None}
    take = {"call": "swap_hotkey", "signer": BOB, "hotkey": BOBS_HOTKEY, "new_hotkey": HOTKEY, "netuid": 0}
    swap = {"call": "swap_coldkey", "signer": "root", **BY_ROOT}
    again = {**swap, "old_coldkey": NEW_COLDKEY, "new_coldkey": ALICE}
    for owner, swaps in ((ALICE, ()), (NEW_COLDKEY, (swap,)), (ALICE, (swap, again))):
        last = "NewHotKeyNotCleanForRootSwap" if swaps else "Ok"
        results = (*("Ok" for _ in swaps), "Ok", last)
        yield Scene((*swaps, {**give, "signer": owner}, take), results, _bob_can_pay)


def _coldkey_scenes() -> Iterator[Scene]:
    announce, named = {"new_coldkey_hash": HASH}, {"new_coldkey": NEW_COLDKEY}
    swap, dispute, clear = "swap_coldkey_announced", "dispute_coldkey_swap", "clear_coldkey_swap_announcement"
    yield _scene("announce_coldkey_swap", "Ok", announce)
    yield _scene("announce_coldkey_swap", "ColdkeySwapReannouncedTooEarly", announce, prepare=_announce)
    yield _scene("announce_coldkey_swap", "NotEnoughBalanceToPaySwapColdKey", announce, prepare=_be_poor)
    yield _scene(swap, "Ok", named, prepare=_announce)
    yield _scene(swap, "ColdkeySwapAnnouncementNotFound", named)
    yield _scene(swap, "AnnouncedColdkeyHashDoesNotMatch", {"new_coldkey": BOB}, prepare=_announce)
    yield _scene(swap, "ColdkeySwapTooEarly", named, prepare=_announce_for_later)
    yield _scene(dispute, "Ok", {}, prepare=_announce)
    yield _scene(dispute, "ColdkeySwapAnnouncementNotFound", {})
    yield _scene(dispute, "guard:ColdkeySwapDisputed", {}, prepare=_dispute)
    transfer = {"dest": BOB, "value": TAO}
    yield _scene("transfer_keep_alive", "guard:ColdkeySwapAnnounced", transfer, prepare=_announce)
    yield _scene("transfer_keep_alive", "guard:ColdkeySwapDisputed", transfer, prepare=_dispute)
    yield _scene(clear, "Ok", {}, prepare=_announce_long_ago)
    yield _scene(clear, "ColdkeySwapAnnouncementNotFound", {})
    yield _scene(clear, "ColdkeySwapClearTooEarly", {}, prepare=_announce)
    yield _scene("reset_coldkey_swap", "Ok", {"coldkey": ALICE}, signer="root", prepare=_dispute)
    yield _scene("reset_coldkey_swap", "BadOrigin", {"coldkey": ALICE}, signer=BOB)
    yield _scene("swap_coldkey", "Ok", {**BY_ROOT, "swap_cost": TAO}, signer="root", prepare=_dispute)
    yield _scene("swap_coldkey", "BadOrigin", BY_ROOT)
    costly = {**BY_ROOT, "swap_cost": 10 * TAO}
    yield _scene("swap_coldkey", "NotEnoughBalanceToPaySwapColdKey", costly, signer="root")
    for error, prepare in _COLDKEY_REFUSALS.items():
        yield _scene("swap_coldkey", error, BY_ROOT, signer="root", prepare=prepare)
        yield _scene(swap, error, named, prepare=_both(_announce, prepare))
    yield _scene("schedule_swap_coldkey", "Deprecated", {"_new_coldkey": NEW_COLDKEY})


def _scene(
    call: str,
    result: str,
    arguments: Mapping[str, Any],
    signer: int | str | None = ALICE,
    prepare: Prepare = nothing,
) -> Scene:
    """One call."""
    return Scene(({"call": call, "signer": signer, **arguments},), (result,), prepare)


def chain() -> State:
    """Root and a subnet at rest, on which Alice's hotkey has a uid, a child and stakers."""
    state = State()
    state.clock.block = BLOCK - 1
    alice, bob, hotkey = (numbered_account(number) for number in (ALICE, BOB, HOTKEY))
    for netuid in (0, 1):
        state.subnets[netuid].added = True
        for coldkey in (alice, bob):
            increase_stake(state, hotkey, coldkey, netuid, 3 * TAO + 1)
            state.pools[netuid].alpha_out += 3 * TAO + 1
    state.subnets[1].owner, state.subnets[1].owner_hotkey, state.subnets[1].neurons = alice, hotkey, 1
    state.accounts[alice].free = state.issuance.total = state.issuance.of_balances = 10 * TAO
    for number, owner in ((HOTKEY, alice), (BOBS_HOTKEY, bob)):
        state.hotkeys[numbered_account(number)].owner = owner
        state.coldkeys[owner].owned_hotkeys = (numbered_account(number),)
    state.memberships[1, hotkey].uid, state.memberships[1, hotkey].is_member = 0, True
    state.neurons[1, 0].hotkey = hotkey
    state.childkeys[hotkey, 1].children = ((7, numbered_account(BOBS_HOTKEY)),)
    state.childkeys[numbered_account(BOBS_HOTKEY), 1].parents = ((7, hotkey),)
    return state


def _both(first: Prepare, second: Prepare) -> Prepare:
    def prepare(state: State) -> None:
        first(state)
        second(state)

    return prepare


def _announce(state: State, first: int = BLOCK) -> None:
    state.coldkeys[numbered_account(ALICE)].swap_announcement = (first, bytes.fromhex(HASH[2:]))


def _announce_for_later(state: State) -> None:
    _announce(state, BLOCK + 1)


def _announce_long_ago(state: State) -> None:
    _announce(state, BLOCK - 7_200)


def _dispute(state: State) -> None:
    _announce(state)
    state.coldkeys[numbered_account(ALICE)].swap_dispute = BLOCK - 1


def _be_poor(state: State) -> None:
    state.accounts[numbered_account(ALICE)].free = 499


def _pay_all(state: State) -> None:
    """A swap on one subnet costs all that Alice has."""
    state.accounts[numbered_account(ALICE)].free = TAO // 1_000


def _bob_can_pay(state: State) -> None:
    """And nobody has to wait between two swaps of keys."""
    state.accounts[numbered_account(BOB)].free = TAO
    state.parameters.tx_rate_limit = 0


def _too_much_for_children(state: State) -> None:
    everything = ((2**64 - 1, numbered_account(BOBS_HOTKEY)), (1, numbered_account(NEW_COLDKEY)))
    state.childkeys[numbered_account(HOTKEY), 1].children = everything


def _child_is_parent(state: State) -> None:
    state.childkeys[numbered_account(HOTKEY), 1].parents = ((7, numbered_account(BOBS_HOTKEY)),)


def _six_children_wait(state: State) -> None:
    """On a subnet that was started: before that they do not wait."""
    state.subnets[1].subtoken_enabled = True
    children = tuple((1, numbered_account(number)) for number in range(301, 307))
    state.childkeys[numbered_account(HOTKEY), 1].pending_children = (children, BLOCK + 100)


def _swap_just_now(state: State) -> None:
    state.rate_limits["LastTxBlock", numbered_account(ALICE)].last_block = BLOCK - 1_000


def _swap_there_today(state: State) -> None:
    state.hotkey_swap_limits[1, numbered_account(ALICE)].last_block = BLOCK - 7_200


def _register_new(state: State) -> None:
    membership = state.memberships[1, numbered_account(NEW_HOTKEY)]
    membership.uid, membership.is_member = 1, True


def _stake_to_new(state: State) -> None:
    increase_stake(state, numbered_account(NEW_HOTKEY), numbered_account(BOB), 0, 1)


def _adopt_new(state: State) -> None:
    state.childkeys[numbered_account(HOTKEY), 1].children = ((7, numbered_account(NEW_HOTKEY)),)


def _stake_of_new_coldkey(state: State) -> None:
    increase_stake(state, numbered_account(BOBS_HOTKEY), numbered_account(NEW_COLDKEY), 1, 1)


def _new_coldkey_is_hotkey(state: State) -> None:
    state.hotkeys[numbered_account(NEW_COLDKEY)].owner = numbered_account(BOB)


def _own_account_of_subnet(state: State) -> None:
    state.coldkeys[numbered_account(ALICE)].owned_hotkeys += (bytes.fromhex(SYSTEM_ACCOUNT[2:]),)


def _lock_of_new_coldkey(state: State) -> None:
    key = (numbered_account(NEW_COLDKEY), 1, numbered_account(BOBS_HOTKEY))
    state.locks[key].lock = LockState(1_000, U64F64.zero(), BLOCK - 1)


_HOTKEY_REFUSALS: Final[Mapping[str, Prepare]] = {
    "HotKeySetTxRateLimitExceeded": _swap_just_now,
    "HotKeyAlreadyRegisteredInSubNet": _register_new,
    "HotKeySwapOnSubnetIntervalNotPassed": _swap_there_today,
    "NotEnoughBalanceToPaySwapHotKey": _be_poor,
    "InvalidChild": _adopt_new,
}
_INCONSISTENT: Final[Mapping[str, Prepare]] = {
    "ProportionOverflow": _too_much_for_children,
    "ChildParentInconsistency": _child_is_parent,
    "TooManyChildren": _six_children_wait,
}
_COLDKEY_REFUSALS: Final[Mapping[str, Prepare]] = {
    "ColdKeyAlreadyAssociated": _stake_of_new_coldkey,
    "NewColdKeyIsHotkey": _new_coldkey_is_hotkey,
    "CannotUseSystemAccount": _own_account_of_subnet,
    "ActiveLockExists": _lock_of_new_coldkey,
    "Token::BelowMinimum": _be_poor,
}


if __name__ == "__main__":
    main(sys.argv[1:])
