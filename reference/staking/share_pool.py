"""A pool of value that its holders own by shares.

The pool has a value in rao and a denominator, the sum of all shares. A holder's value is its
part of the pool's value. Adding to everybody changes the value alone, so a dividend to any number
of nominators is one addition; adding to one holder gives it shares at the present price.

Source: ``primitives/share-pool/src/lib.rs:380`` to ``:570``.
"""

from __future__ import annotations

import attrs

from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.staking.safe_float import add, from_u64, mul_div, sub, to_u64
from taospec.reference.state.safe_float import ZERO, SafeFloat


@attrs.frozen
class Holding:
    """A pool as one holder sees it."""

    shared_value: int
    """What all holders together own, rao."""
    denominator: SafeFloat
    """The sum of all shares."""
    share: SafeFloat
    """The holder's shares."""


@implements("STAKE-POOL-1")
def holder_value(shared_value: int, share: SafeFloat, denominator: SafeFloat) -> int:
    """``floor(shared_value * share / denominator)`` in rao; 0 for an empty pool.

    Downward by less than 1 rao and 10^-19 of the value.

    Source: ``primitives/share-pool/src/lib.rs:420`` and ``:431``.
    """
    value = mul_div(from_u64(shared_value), share, denominator)
    return 0 if value is None else to_u64(value)


@implements("STAKE-POOL-2")
def value_for_all(shared_value: int, update: int) -> int:
    """The pool's value after everybody together gains ``update`` (i64), within u64.

    Source: ``primitives/share-pool/src/lib.rs:450``.
    """
    return min(max(shared_value + update, 0), U64_MAX)


@implements("STAKE-POOL-4")
def value_for_one(before: Holding, update: int) -> Holding:
    """The pool after one holder gains ``update`` (i64).

    In a pool without shares the holder gets ``|update|`` shares, **whatever the sign**. Else it
    gains or loses shares at the present price; a sum that has no result leaves its operand.

    Source: ``primitives/share-pool/src/lib.rs:491``.
    """
    after_value = value_for_all(before.shared_value, update)
    if before.denominator.mantissa == 0:
        first = from_u64(abs(update))
        return Holding(after_value, first, first)
    shares = shares_per_update(before.shared_value, before.denominator, update)
    combine = add if update > 0 else sub
    return Holding(
        after_value,
        combine(before.denominator, shares) or before.denominator,
        combine(before.share, shares) or before.share,
    )


@implements("STAKE-POOL-3")
def shares_per_update(shared_value: int, denominator: SafeFloat, update: int) -> SafeFloat:
    """``|update| * denominator / shared_value``: none if the pool has shares but no value.

    Source: ``primitives/share-pool/src/lib.rs:474``.
    """
    return mul_div(from_u64(abs(update)), denominator, from_u64(shared_value)) or ZERO


@implements("STAKE-POOL-5")
def changes_shares(shared_value: int, denominator: SafeFloat, update: int) -> bool:
    """Whether ``update`` is enough to buy any shares (always, in a pool without shares).

    Source: ``primitives/share-pool/src/lib.rs:459``.
    """
    if denominator.mantissa == 0:
        return True
    return shares_per_update(shared_value, denominator, update).mantissa != 0
