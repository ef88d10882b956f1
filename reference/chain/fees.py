"""Fees: what a signed call pays for its place in a block, in TAO or in alpha.

A fee is taken before the call and corrected after it, so it is paid whatever becomes of the call. A
call whose fee cannot be taken is never executed.

Source: ``pallets/transaction-fee/src/lib.rs``, ``runtime/src/lib.rs``,
``runtime/src/transaction_payment_wrapper.rs`` on the runtime framework's transaction payment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from taospec.reference.amm.records import DYNAMIC
from taospec.reference.amm.swap import current_price
from taospec.reference.fixed_point import U64F64
from taospec.reference.fixed_point.numbers import U64
from taospec.reference.invalid_input import U32_MAX, U64_MAX, require_integer
from taospec.reference.rules import implements
from taospec.reference.staking.conversion import unstake_from_subnet
from taospec.reference.staking.positions import all_netuids
from taospec.reference.staking.stake_ledger import stake_of
from taospec.reference.state.errors import DispatchError, InvalidTransaction
from taospec.reference.state.ledger import balance_of, keep_alive_balance_of, spend_tao
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId

BASE_WEIGHT: Final = 108_157_000
"""Weight of every call besides its own, picoseconds. Source: ``ExtrinsicBaseWeight`` of frame-support 41."""

MAX_WEIGHT: Final = 4 * 10**12
"""Weight of a whole block, picoseconds; no more is paid for. Source: ``runtime/src/lib.rs:244``."""

FREE_CALLS: Final = frozenset(
    {
        "set_weights",
        "set_mechanism_weights",
        "batch_set_weights",
        "commit_weights",
        "commit_mechanism_weights",
        "batch_commit_weights",
        "commit_timelocked_weights",
        "commit_timelocked_mechanism_weights",
        "commit_crv3_mechanism_weights",
        "reveal_weights",
        "reveal_mechanism_weights",
        "batch_reveal_weights",
        "increase_take",
        "decrease_take",
    }
)
"""Calls that pay nothing but their tip (``Pays::No``)."""

ALPHA_PAYERS: Final[Mapping[str, tuple[str, str]]] = {
    "remove_stake": ("hotkey", "netuid"),
    "remove_stake_limit": ("hotkey", "netuid"),
    "remove_stake_full_limit": ("hotkey", "netuid"),
    "move_stake": ("origin_hotkey", "origin_netuid"),
    "transfer_stake": ("hotkey", "origin_netuid"),
    "swap_stake": ("hotkey", "origin_netuid"),
    "swap_stake_limit": ("hotkey", "origin_netuid"),
    "recycle_alpha": ("hotkey", "netuid"),
    "burn_alpha": ("hotkey", "netuid"),
}
"""Calls that may pay in alpha, and which of their arguments name the stake that pays."""

ALPHA_PAYERS_EVERYWHERE: Final = frozenset({"unstake_all", "unstake_all_alpha"})
"""Calls that may pay in alpha from a stake on whatever subnet the hotkey has one."""


@attrs.frozen
class Payment:
    """What the fee of a call is reckoned from; the block knows it, the state does not.

    Raises:
        InvalidInputError: a field is not of its type.
    """

    weight: int
    """What the call and its checks declare to take, picoseconds (``ref_time``), u64."""
    length: int
    """Bytes of the signed call, u32."""
    tip: int = 0
    """What the signer adds, rao, u64."""
    actual_weight: int | None = None
    """What it took, as the call says afterwards, picoseconds, u64; ``None`` for what it declared."""

    def __attrs_post_init__(self) -> None:
        require_integer("payment.weight", self.weight, 0, U64_MAX)
        require_integer("payment.length", self.length, 0, U32_MAX)
        require_integer("payment.tip", self.tip, 0, U64_MAX)
        if self.actual_weight is not None:
            require_integer("payment.actual_weight", self.actual_weight, 0, U64_MAX)


@attrs.frozen
class Charge:
    """A signed call that owes a fee."""

    call: str
    """Upstream's name of the call."""
    signer: AccountId
    """Who pays."""
    arguments: Mapping[str, Any]
    """By upstream's names, checked."""
    payment: Payment
    """What the fee is reckoned from."""

    @property
    def declared_fee(self) -> int:
        """What is taken before the call, rao."""
        return fee_of(self.call, self.payment, self.payment.weight)

    @property
    def actual_fee(self) -> int:
        """What is due after the call, rao: never more than before it."""
        declared, actual = self.payment.weight, self.payment.actual_weight
        return fee_of(self.call, self.payment, declared if actual is None else min(declared, actual))


@attrs.frozen
class AlphaFee:
    """A fee that was paid in alpha. It is final."""

    netuid: int
    """The subnet of the stake that paid."""
    alpha: int
    """Rao of alpha that left the stake."""
    tao: int
    """Rao of TAO that the author got for it."""


@attrs.frozen
class Withdrawn:
    """What was taken from the signer before the call."""

    tao: int = 0
    """Rao of TAO that belong to nobody until the call is over."""
    alpha: AlphaFee | None = None
    """What was paid in place of TAO."""


@implements("CHAIN-FEE-1", "CHAIN-FEE-3")
def fee_of(call: str, payment: Payment, weight: int) -> int:
    """Base, weight and length of a call that is not free, and its tip; rao, saturating at 2**64 - 1."""
    if call in FREE_CALLS:
        return payment.tip
    return min(weight_fee(BASE_WEIGHT) + weight_fee(weight) + payment.length + payment.tip, U64_MAX)


@implements("CHAIN-FEE-2")
def weight_fee(weight: int) -> int:
    """A two-thousandth of the weight, of a block's at most, to the nearest rao; half a rao is dropped.

    Source: ``pallets/transaction-fee/src/lib.rs:53``.
    """
    return (min(weight, MAX_WEIGHT) + 999) // 2_000


@implements("CHAIN-FEE-4")
def require_payable(state: State, charge: Charge) -> None:
    """Refuse a call whose signer could not pay, before any guard looks at it.

    Raises:
        DispatchError: ``InvalidTransaction::Payment`` if a call that is not free comes from an account
            without balance, or if neither the balance nor a stake suffices.

    Source: ``pallets/transaction-fee/src/lib.rs:369``, ``runtime/src/check_nonce.rs:109``.
    """
    if charge.call not in FREE_CALLS and balance_of(state, charge.signer) == 0:
        raise DispatchError(InvalidTransaction.Payment)
    fee = charge.declared_fee
    if fee == 0 or fee <= min(keep_alive_balance_of(state, charge.signer), state.issuance.of_balances):
        return
    stakes = paying_stakes(state, charge)
    if len(stakes) != 1:
        raise DispatchError(InvalidTransaction.Payment)
    hotkey, netuid = stakes[0]
    if stake_of(state, hotkey, charge.signer, netuid) < alpha_worth(state, netuid, fee):
        raise DispatchError(InvalidTransaction.Payment)


@implements("CHAIN-FEE-5")
def withdraw_fee(state: State, charge: Charge, author: AccountId | None) -> Withdrawn:
    """Take the declared fee: TAO that keeps the signer alive, else alpha.

    Raises:
        DispatchError: ``InvalidTransaction::Payment`` if alpha cannot be sold; nothing is changed.

    Source: ``pallets/transaction-fee/src/lib.rs:336``.
    """
    fee = charge.declared_fee
    if fee == 0:
        return Withdrawn()
    if fee <= keep_alive_balance_of(state, charge.signer):
        state.accounts[charge.signer].free -= fee
        return Withdrawn(tao=fee)
    [(hotkey, netuid)] = paying_stakes(state, charge)
    if author is None:
        return Withdrawn(alpha=AlphaFee(netuid=0, alpha=0, tao=0))
    alpha = alpha_to_sell(state, hotkey, charge.signer, netuid, fee)
    return Withdrawn(
        alpha=AlphaFee(netuid, alpha, _sell(state, hotkey, charge.signer, netuid, alpha, author))
    )


@implements("CHAIN-FEE-9", "CHAIN-FEE-8")
def settle_fee(state: State, charge: Charge, withdrawn: Withdrawn, author: AccountId | None) -> None:
    """Give back what the call did not use, pay the rest to the author, and report it.

    Alpha is not given back. An account that died in the call gets nothing back.

    Source: ``pallets/transaction-fee/src/lib.rs:397``.
    """
    actual = charge.actual_fee
    if withdrawn.alpha is None:
        left = withdrawn.tao - _refund(state, charge.signer, max(withdrawn.tao - actual, 0))
        _pay(state, left, author)
    else:
        state.events.deposit(
            "TransactionFeePaidWithAlpha",
            who=charge.signer,
            netuid=withdrawn.alpha.netuid,
            alpha_fee=withdrawn.alpha.alpha,
            tao_amount=withdrawn.alpha.tao,
        )
    state.events.deposit(
        "TransactionPayment::TransactionFeePaid",
        who=charge.signer,
        actual_fee=actual,
        tip=charge.payment.tip,
    )


@implements("CHAIN-FEE-6")
def paying_stakes(state: State, charge: Charge) -> list[tuple[AccountId, int]]:
    """Hotkey and netuid of each stake that the call might pay from; only a single one ever pays.

    Source: ``pallets/transaction-fee/src/lib.rs:253``.
    """
    if charge.call in ALPHA_PAYERS_EVERYWHERE:
        hotkey = charge.arguments["hotkey"]
        return [
            (hotkey, netuid)
            for netuid in all_netuids(state)
            if state.subnets.peek(netuid).subtoken_enabled
            and stake_of(state, hotkey, charge.signer, netuid) != 0
        ]
    if charge.call in ALPHA_PAYERS:
        hotkey_name, netuid_name = ALPHA_PAYERS[charge.call]
        return [(charge.arguments[hotkey_name], charge.arguments[netuid_name])]
    return []


@implements("CHAIN-FEE-7")
def alpha_worth(state: State, netuid: int, tao: int) -> int:
    """Alpha for ``tao`` rao at the pool's price, without slippage, rounded down; 0 without a price.

    One for one on a subnet without a pool.

    Source: ``pallets/swap/src/pallet/impls.rs:428``.
    """
    pool = state.pools.peek(netuid)
    if pool.mechanism != DYNAMIC:
        return tao
    return U64F64.from_num(tao).safe_div(current_price(pool)).saturating_to_num(U64)


@implements("CHAIN-FEE-7")
def alpha_to_sell(state: State, hotkey: AccountId, signer: AccountId, netuid: int, fee: int) -> int:
    """The alpha that pays a fee: what it is worth, or the **whole stake** if it is worth none.

    Source: ``pallets/transaction-fee/src/lib.rs:160``.
    """
    stake = stake_of(state, hotkey, signer, netuid)
    return min(alpha_worth(state, netuid, fee) or stake, stake)


def _sell(
    state: State, hotkey: AccountId, signer: AccountId, netuid: int, alpha: int, author: AccountId
) -> int:
    """Sell alpha for the author at whatever price, without a fee; answers the TAO, rao."""
    try:
        with state.transaction():
            return unstake_from_subnet(
                state, hotkey, signer, author, netuid, alpha, 0, drop_fees=True, author=author
            )
    except DispatchError:
        raise DispatchError(InvalidTransaction.Payment) from None


def _refund(state: State, signer: AccountId, amount: int) -> int:
    """Give back to an account that still lives; answers what was given, rao."""
    balance = balance_of(state, signer)
    if balance == 0 or amount == 0:
        return 0
    state.accounts[signer].free = min(balance + amount, U64_MAX)
    return state.accounts[signer].free - balance


def _pay(state: State, credit: int, author: AccountId | None) -> None:
    """Pay the author, or destroy: then the issuance of balances falls and the total issuance stays."""
    if credit == 0:
        return
    if author is None or spend_tao(state, author, credit, credit) is None:
        state.issuance.of_balances = max(0, state.issuance.of_balances - credit)
