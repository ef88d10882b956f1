"""TAO: balances, the existential deposit, and everything that makes or destroys it.

An operation checks everything before it writes anything, so one that is refused changes nothing.

Source: ``pallets/subtensor/src/coinbase/tao.rs`` on the runtime framework's balances.
"""

from __future__ import annotations

from typing import Final

from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.state.errors import DispatchError, FrameError, SubtensorError
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId

EXISTENTIAL_DEPOSIT: Final = 500
"""Rao below which an account dies. Source: ``runtime/src/lib.rs:475``."""

MAX_ISSUANCE: Final = 21_000_000_000_000_000
"""Most rao that balances may add up to. Source: ``pallets/subtensor/src/coinbase/tao.rs:26``."""

BURN_ACCOUNT: Final = b"modlburntnsr".ljust(32, b"\0")
"""Nobody's account, to which TAO is burned. Source: ``runtime/src/lib.rs:1041``."""


@implements("LEDGER-ACCOUNT-1")
def subnet_account(netuid: int) -> AccountId:
    """The account that holds a subnet's TAO.

    Source: ``pallets/subtensor/src/subnets/subnet.rs:470``.
    """
    return (b"modlsubtensr" + netuid.to_bytes(2, "little")).ljust(32, b"\0")


@implements("LEDGER-BALANCE-1")
def balance_of(state: State, who: AccountId) -> int:
    """Everything that an account holds, rao; it may leave at the price of the account's death.

    Source: ``pallets/subtensor/src/coinbase/tao.rs:229``.
    """
    return state.accounts.peek(who).free


@implements("LEDGER-BALANCE-2")
def keep_alive_balance_of(state: State, who: AccountId) -> int:
    """What may leave an account that is to live on, rao.

    Source: ``pallets/subtensor/src/coinbase/tao.rs:238``.
    """
    return max(0, balance_of(state, who) - EXISTENTIAL_DEPOSIT)


@implements("LEDGER-TRANSFER-2")
def transfer_tao(state: State, source: AccountId, destination: AccountId, amount: int) -> None:
    """Move ``amount`` rao; the source may die, and then its dust leaves both issuances.

    Raises:
        DispatchError: ``InsufficientBalance``, then those of :func:`move`.

    Source: ``pallets/subtensor/src/coinbase/tao.rs:70``.
    """
    if amount > balance_of(state, source):
        raise DispatchError(SubtensorError.InsufficientBalance)
    dust = move(state, source, destination, amount, keep_alive=False)
    _lower_total_issuance(state, dust)


def transfer_all_tao(state: State, source: AccountId, destination: AccountId) -> None:
    """Move everything; the source dies. Nothing happens if it has nothing.

    Raises:
        DispatchError: those of :func:`move`.

    Source: ``pallets/subtensor/src/coinbase/tao.rs:94``.
    """
    amount = balance_of(state, source)
    if amount != 0:
        transfer_tao(state, source, destination, amount)


@implements("LEDGER-SUBNET-1")
def transfer_to_subnet(state: State, netuid: int, source: AccountId, amount: int) -> int:
    """Move up to ``amount`` rao to a subnet and keep the source alive; the rao really moved.

    Raises:
        DispatchError: ``SubnetNotExists``; ``InsufficientBalance`` if nothing can leave the
            source; then those of :func:`move`.

    Source: ``pallets/subtensor/src/coinbase/tao.rs:134``.
    """
    if amount == 0:
        return 0
    account = existing_subnet_account(state, netuid)
    moved = min(amount, keep_alive_balance_of(state, source))
    if moved == 0:
        raise DispatchError(SubtensorError.InsufficientBalance)
    move(state, source, account, moved, keep_alive=True)
    return moved


@implements("LEDGER-SUBNET-2")
def transfer_from_subnet(state: State, netuid: int, destination: AccountId, amount: int) -> None:
    """Move ``amount`` rao from a subnet's account, which may die of it.

    Raises:
        DispatchError: ``SubnetNotExists``, then those of :func:`transfer_tao`.

    Source: ``pallets/subtensor/src/coinbase/tao.rs:170``.
    """
    transfer_tao(state, existing_subnet_account(state, netuid), destination, amount)


@implements("LEDGER-ACCOUNT-1")
def existing_subnet_account(state: State, netuid: int) -> AccountId:
    """The account of a subnet that exists, or of root.

    Raises:
        DispatchError: ``SubnetNotExists``.
    """
    if netuid != 0 and not state.subnets.peek(netuid).added:
        raise DispatchError(SubtensorError.SubnetNotExists)
    return subnet_account(netuid)


@implements("LEDGER-BURN-1")
def burn_tao(state: State, source: AccountId, amount: int) -> None:
    """Move ``amount`` rao to nobody. The issuance stays, and so does the emission schedule.

    Raises:
        DispatchError: those of :func:`transfer_tao`.

    Source: ``pallets/subtensor/src/coinbase/tao.rs:182``.
    """
    transfer_tao(state, source, BURN_ACCOUNT, amount)


@implements("LEDGER-RECYCLE-1")
def recycle_tao(state: State, source: AccountId, amount: int) -> None:
    """Destroy ``amount`` rao: both issuances fall, and the emission schedule goes back.

    Raises:
        DispatchError: ``InsufficientBalance`` if the source would die.

    Source: ``pallets/subtensor/src/coinbase/tao.rs:191``.
    """
    if amount > keep_alive_balance_of(state, source):
        raise DispatchError(SubtensorError.InsufficientBalance)
    if amount != 0:
        state.accounts[source].free -= amount
        _lower_issuance_of_balances(state, amount)
        _lower_total_issuance(state, amount)


@implements("LEDGER-MINT-1")
def mint_tao(state: State, amount: int) -> int:
    """Make up to ``amount`` rao, as the cap allows; a credit, which belongs to nobody yet.

    The credit must be given to :func:`spend_tao` and what is left of it to
    :func:`recycle_credit`.

    Source: ``pallets/subtensor/src/coinbase/tao.rs:252``.
    """
    issuance = state.issuance
    minted = min(amount, max(0, MAX_ISSUANCE - issuance.of_balances))
    issuance.total = min(issuance.total + minted, U64_MAX)
    issuance.of_balances = min(issuance.of_balances + minted, U64_MAX)
    return minted


@implements("LEDGER-MINT-2")
def spend_tao(state: State, destination: AccountId, credit: int, part: int) -> int | None:
    """Pay ``part`` of a credit; what is left of it, or ``None`` if nothing was paid.

    Nothing is paid if the credit is smaller, or if the account would hold less than the
    existential deposit.

    Source: ``pallets/subtensor/src/coinbase/tao.rs:271``.
    """
    after = balance_of(state, destination) + part
    if part > credit or not EXISTENTIAL_DEPOSIT <= after <= U64_MAX:
        return None
    state.accounts[destination].free = after
    return credit - part


@implements("LEDGER-MINT-3")
def recycle_credit(state: State, credit: int) -> None:
    """Destroy what is left of a credit: both issuances fall.

    Source: ``pallets/subtensor/src/coinbase/tao.rs:290``.
    """
    _lower_total_issuance(state, credit)
    _lower_issuance_of_balances(state, credit)


@implements("LEDGER-CALL-1")
def transfer_allow_death(state: State, origin: AccountId, destination: AccountId, amount: int) -> None:
    """The user's transfer. Dust leaves the issuance of balances and **not** the total issuance.

    Raises:
        DispatchError: those of :func:`move`.
    """
    move(state, origin, destination, amount, keep_alive=False)


@implements("LEDGER-CALL-1")
def transfer_keep_alive(state: State, origin: AccountId, destination: AccountId, amount: int) -> None:
    """The user's transfer that fails if it would kill the origin.

    Raises:
        DispatchError: those of :func:`move`.
    """
    move(state, origin, destination, amount, keep_alive=True)


@implements("LEDGER-CALL-2")
def transfer_all(state: State, origin: AccountId, destination: AccountId, keep_alive: bool) -> None:
    """The user's transfer of everything, or of everything but the existential deposit.

    Raises:
        DispatchError: those of :func:`move`.
    """
    amount = keep_alive_balance_of(state, origin) if keep_alive else balance_of(state, origin)
    move(state, origin, destination, amount, keep_alive=keep_alive)


@implements("LEDGER-TRANSFER-1")
def move(state: State, source: AccountId, destination: AccountId, amount: int, *, keep_alive: bool) -> int:
    """Move ``amount`` rao between balances; the dust of the source, if it died of it.

    Raises:
        DispatchError: in this order: ``Arithmetic::Underflow`` if the amount exceeds the
            issuance of balances; ``Token::FundsUnavailable`` if it exceeds the source's balance;
            ``Token::NotExpendable`` if the source is to be kept alive and would not be;
            ``Arithmetic::Overflow`` and ``Token::BelowMinimum`` if the destination would hold
            too much or less than the existential deposit.
    """
    if amount == 0:
        return 0
    if amount > state.issuance.of_balances:
        raise DispatchError(FrameError.Underflow)
    left = balance_of(state, source) - amount
    if left < 0:
        raise DispatchError(FrameError.FundsUnavailable)
    if keep_alive and left < EXISTENTIAL_DEPOSIT:
        raise DispatchError(FrameError.NotExpendable)
    received = balance_of(state, destination) + amount
    if received > U64_MAX:
        raise DispatchError(FrameError.Overflow)
    if received < EXISTENTIAL_DEPOSIT:
        raise DispatchError(FrameError.BelowMinimum)
    if source == destination:
        return 0
    dust = _settle(state, source, left)
    state.accounts[destination].free = received
    return dust


@implements("LEDGER-DUST-1")
def _settle(state: State, who: AccountId, left: int) -> int:
    """Leave ``left`` rao in an account, or let it die and destroy them."""
    if left >= EXISTENTIAL_DEPOSIT:
        state.accounts[who].free = left
        return 0
    state.accounts.remove(who)
    _lower_issuance_of_balances(state, left)
    return left


def _lower_total_issuance(state: State, amount: int) -> None:
    if amount != 0:
        state.issuance.total = max(0, state.issuance.total - amount)


def _lower_issuance_of_balances(state: State, amount: int) -> None:
    if amount != 0:
        state.issuance.of_balances = max(0, state.issuance.of_balances - amount)
