"""A validator's dividends, shared with the parents whose stake it uses.

Source: ``pallets/subtensor/src/coinbase/run_coinbase.rs``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

import attrs

from taospec.reference.emission.rates import u16_fraction, u64_fraction
from taospec.reference.fixed_point import U96F32
from taospec.reference.fixed_point.numbers import U64
from taospec.reference.rules import implements

Hotkey = TypeVar("Hotkey")


@attrs.frozen(kw_only=True)
class Parent(Generic[Hotkey]):
    """A hotkey that lends part of its stake on the subnet to another, its child."""

    hotkey: Hotkey
    """The parent."""
    proportion: int
    """Part lent, a fraction of 2**64 - 1."""
    alpha: int
    """The parent's stake on the subnet, rao."""
    root: int
    """The parent's stake on root, rao."""
    same_owner: bool
    """Whether parent and child belong to one coldkey."""


@attrs.frozen(kw_only=True)
class ParentDividends(Generic[Hotkey]):
    """What becomes of a hotkey's dividends. Amounts are rao."""

    received: tuple[tuple[Hotkey, int], ...]
    """Each parent's, in the parents' order, then the child's own."""
    recycled: int
    """What childkey burn takes from the subnet's alpha."""


@implements("EMISSION-PARENT-4")
def parent_child_dividends(
    hotkey: Hotkey,
    dividends: int,
    own_contribution: int,
    parents: Sequence[Parent[Hotkey]],
    *,
    tao_weight: U96F32,
    childkey_take: int,
    childkey_burn: U96F32,
) -> ParentDividends[Hotkey]:
    """Each parent gets its contribution's share, less take and burn; the child gets the rest and the takes.

    ``own_contribution`` is :func:`self_contribution`. Shares are of the dividends, each
    truncated; the rest is what they leave, before take and burn.

    Source: ``run_coinbase.rs:944``.
    """
    contributions = [parent_contribution(parent, tao_weight) for parent in parents]
    total = _saturating_sum([U96F32.saturating_from_num(own_contribution), *contributions])
    whole = U96F32.saturating_from_num(dividends)
    take = u16_fraction(childkey_take)
    remaining, takes = whole, U96F32.zero()
    received, recycled = [], 0
    for parent, contribution in zip(parents, contributions, strict=True):
        share = whole.saturating_mul(contribution.safe_div(total))
        remaining = remaining.saturating_sub(share)
        if not parent.same_owner:
            kept, taken, burned = _charged(share, take, childkey_burn)
            share, takes = kept, takes.saturating_add(taken)
            recycled += burned.saturating_to_num(U64)
        received.append((parent.hotkey, share.saturating_to_num(U64)))
    received.append((hotkey, remaining.saturating_add(takes).saturating_to_num(U64)))
    return ParentDividends(received=tuple(received), recycled=recycled)


@implements("EMISSION-PARENT-3")
def _charged(share: U96F32, take: U96F32, burn: U96F32) -> tuple[U96F32, U96F32, U96F32]:
    """What a parent of another owner keeps, what its child takes, what is burned.

    Take and burn are both of the whole share. Together above 1 they leave 0, **and more than
    the share is handed on**.

    Source: ``run_coinbase.rs:1033``.
    """
    burned = burn.saturating_mul(share)
    taken = take.saturating_mul(share)
    return share.saturating_sub(burned).saturating_sub(taken), taken, burned


@implements("EMISSION-PARENT-1")
def self_contribution(alpha: int, root: int, child_proportions: Iterable[int], tao_weight: U96F32) -> int:
    """``alpha * rest + root * rest * tao_weight``, rao, with ``rest`` what the children leave.

    ``rest`` is 1 less each child's truncated proportion, at least 0.

    Source: ``run_coinbase.rs:900``.
    """
    rest = U96F32.one()
    for proportion in child_proportions:
        rest = rest.saturating_sub(u64_fraction(proportion))
    return _weighted(alpha, root, rest, tao_weight).saturating_to_num(U64)


@implements("EMISSION-PARENT-2")
def parent_contribution(parent: Parent[Hotkey], tao_weight: U96F32) -> U96F32:
    """``alpha * proportion + root * proportion * tao_weight``, **not** floored to rao.

    Source: ``run_coinbase.rs:999``.
    """
    return _weighted(parent.alpha, parent.root, u64_fraction(parent.proportion), tao_weight)


def _weighted(alpha: int, root: int, proportion: U96F32, tao_weight: U96F32) -> U96F32:
    alpha_part = U96F32.saturating_from_num(alpha).saturating_mul(proportion)
    root_part = U96F32.saturating_from_num(root).saturating_mul(proportion).saturating_mul(tao_weight)
    return alpha_part.saturating_add(root_part)


def _saturating_sum(values: Iterable[U96F32]) -> U96F32:
    total = U96F32.zero()
    for value in values:
        total = total.saturating_add(value)
    return total
