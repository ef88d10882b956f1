"""Cases of ``chain.apply_block`` on transfers of TAO, answered by the reference: refusals, and what moves.

``python -m taospec.conformance.transfer_cases OUT`` writes them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from taospec.conformance.scenes import Call, Prepare, Scene, Stage, nothing, scene_cases
from taospec.conformance.vector_file import Case, write_public_suite
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account

BLOCK: Final = 1_000
COIN: Final = 10**9
ALICE, BOB, NEW = 1, 2, 3
"""Two accounts with 1 TAO each, and one that does not exist."""
DEPOSIT: Final = 500
"""The existential deposit, rao."""


def main(arguments: list[str]) -> None:
    """Write the cases."""
    (out,) = arguments
    chosen = list(cases())
    write_public_suite(Path(out), "chain_transfers", "reference", chosen)


def cases() -> Iterator[Case]:
    """Every scene as a case."""
    yield from scene_cases(SCENES, Stage(two_accounts, BLOCK))


def two_accounts() -> State:
    """Alice and Bob have 1 TAO each, and nothing else exists."""
    state = State()
    state.clock.block = BLOCK - 1
    for number in (ALICE, BOB):
        state.accounts[numbered_account(number)].free = COIN
    state.issuance.total = state.issuance.of_balances = 2 * COIN
    return state


def _rich(state: State) -> None:
    """Bob has all that a balance can hold: the issuance is no longer the sum, and far above the cap."""
    state.accounts[numbered_account(BOB)].free = 2**64 - 1


def _dying(value: int, dest: int = BOB) -> Call:
    return _transfer("transfer_allow_death", dest=dest, value=value)


def _living(value: int, dest: int = BOB) -> Call:
    return _transfer("transfer_keep_alive", dest=dest, value=value)


def _all(keep_alive: bool, dest: int = BOB) -> Call:
    return _transfer("transfer_all", dest=dest, keep_alive=keep_alive)


def _transfer(name: str, **arguments: Any) -> Call:
    return {"call": name, "signer": ALICE, **arguments}


def _scene(call: Call, result: str = "Ok", prepare: Prepare = nothing) -> Scene:
    return Scene((call,), (result,), prepare)


SCENES: Final = (
    _scene(_dying(COIN)),
    _scene(_dying(COIN - DEPOSIT + 1)),
    _scene(_dying(COIN - DEPOSIT)),
    _scene(_dying(DEPOSIT, NEW)),
    _scene(_dying(0, NEW)),
    _scene(_dying(COIN, ALICE)),
    _scene(_dying(2 * COIN + 1), "Arithmetic::Underflow"),
    _scene(_dying(COIN + 1), "Token::FundsUnavailable"),
    _scene(_dying(DEPOSIT - 1, NEW), "Token::BelowMinimum"),
    _scene(_dying(1), "Arithmetic::Overflow", _rich),
    _scene(_living(COIN - DEPOSIT)),
    _scene(_living(COIN - DEPOSIT + 1), "Token::NotExpendable"),
    _scene(_living(2 * COIN + 1), "Arithmetic::Underflow"),
    _scene(_living(COIN + 1), "Token::FundsUnavailable"),
    _scene(_living(DEPOSIT - 1, NEW), "Token::BelowMinimum"),
    _scene(_living(1), "Arithmetic::Overflow", _rich),
    _scene(_all(False)),
    _scene(_all(True)),
    _scene(_all(False, NEW)),
    _scene(_all(False), "Arithmetic::Overflow", _rich),
)
"""What moves, then what does not, call by call."""


if __name__ == "__main__":
    main(sys.argv[1:])
