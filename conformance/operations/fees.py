"""``chain.fee`` and ``chain.apply_extrinsic``: what a call costs, and one call with its fee."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from taospec.conformance.operations import Inputs, Operation
from taospec.conformance.operations.chain import call_arguments, decode_origin
from taospec.conformance.operations.decoding import amount, decimal, field
from taospec.conformance.storage_changes import decode_dump, encode_dump, storage_changes
from taospec.reference.chain.calls import execute, modelled_call
from taospec.reference.chain.fees import Payment, fee_of
from taospec.reference.invalid_input import U32_MAX, InvalidInputError
from taospec.reference.state.events import Event
from taospec.reference.state.storage_types import account
from taospec.reference.state.upstream_names import export_state, import_state

PAID = "TransactionPayment::TransactionFeePaid"
PAID_WITH_ALPHA = "TransactionFeePaidWithAlpha"


def decode_payment(content: Any) -> Payment | None:
    """The payment of a call from its JSON form; ``None`` for null.

    Raises:
        InvalidInputError: a field is missing or not of its type.
    """
    if content is None:
        return None
    if not isinstance(content, dict):
        raise InvalidInputError("payment", content, "must be an object or null")
    actual = content.get("actual_weight")
    return Payment(
        weight=amount(content, "weight"),
        length=amount(content, "length", U32_MAX),
        tip=amount(content, "tip"),
        actual_weight=None if actual is None else decimal("actual_weight", actual),
    )


def _fee(inputs: Inputs) -> dict[str, Any]:
    payment = decode_payment(field(inputs, "payment"))
    if payment is None:
        raise InvalidInputError("payment", None, "is missing")
    call = field(inputs, "call")
    modelled_call(call)
    actual = payment.weight if payment.actual_weight is None else payment.actual_weight
    weights = {"declared": payment.weight, "actual": min(payment.weight, actual)}
    return {"value": {name: str(fee_of(call, payment, weight)) for name, weight in weights.items()}}


def _apply_extrinsic(inputs: Inputs) -> dict[str, Any]:
    before = decode_dump(field(inputs, "state"))
    state = import_state(before)
    author = decode_dump(field(inputs, "author"))
    call = decode_dump(field(inputs, "call"))
    outcome = execute(
        state,
        call["call"],
        decode_origin(call["signer"]),
        call_arguments(call),
        None if author is None else account.from_json("author", author),
        decode_payment(field(inputs, "payment")),
    )
    changes = storage_changes(before, export_state(state))
    paid = {event.name: dict(event.fields) for event in state.events.take() if _is_of_fee(event)}
    return {
        "value": {
            "result": outcome.name,
            "paid": _reported(paid[PAID], ("actual_fee", "tip")) if PAID in paid else None,
            "paid_with_alpha": _reported(paid[PAID_WITH_ALPHA], ("netuid", "alpha_fee", "tao_amount"))
            if PAID_WITH_ALPHA in paid
            else None,
            **{kind: encode_dump(changes[kind]) for kind in changes},
        }
    }


def _is_of_fee(event: Event) -> bool:
    return event.name in (PAID, PAID_WITH_ALPHA)


def _reported(fields: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    return {name: str(fields[name]) for name in names}


REFERENCE: dict[str, Operation] = {"chain.fee": _fee, "chain.apply_extrinsic": _apply_extrinsic}
"""Op name to the reference's answer."""
