"""From what an epoch gives each hotkey to what each is owed in alpha and for root.

Source: ``pallets/subtensor/src/coinbase/run_coinbase.rs``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

import attrs

from taospec.reference.emission.parents import ParentDividends
from taospec.reference.fixed_point import U96F32
from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements

Hotkey = TypeVar("Hotkey")


@attrs.frozen(kw_only=True)
class Earnings(Generic[Hotkey]):
    """What the hotkeys of a subnet earned in an epoch, by hotkey, ascending."""

    incentives: dict[Hotkey, int]
    """As miners, rao."""
    dividends: dict[Hotkey, U96F32]
    """As validators and as parents of validators, rao."""
    recycled: int
    """What childkey burn takes from the subnet's alpha, rao."""


@attrs.frozen(kw_only=True)
class DividendDistribution(Generic[Hotkey]):
    """What each hotkey is owed, by hotkey, ascending; rao."""

    alpha: dict[Hotkey, U96F32]
    """For its stake on the subnet."""
    root: dict[Hotkey, U96F32]
    """For its stake on root, in alpha."""


@implements("EMISSION-DIVIDEND-1")
def dividends_and_incentives(
    hotkey_emission: Iterable[tuple[Hotkey, int, int]],
    share_with_parents: Callable[[Hotkey, int], ParentDividends[Hotkey]],
) -> Earnings[Hotkey]:
    """Sum ``(hotkey, incentive, dividends)`` by hotkey, the dividends after their parents had theirs.

    Source: ``run_coinbase.rs:468``.
    """
    incentives: dict[Hotkey, int] = {}
    dividends: dict[Hotkey, U96F32] = {}
    recycled = 0
    for hotkey, incentive, dividend in hotkey_emission:
        incentives[hotkey] = min(incentives.get(hotkey, 0) + incentive, U64_MAX)
        shared = share_with_parents(hotkey, dividend)
        recycled += shared.recycled
        for receiver, amount in shared.received:
            held = dividends.get(receiver, U96F32.zero())
            dividends[receiver] = held.saturating_add(U96F32.saturating_from_num(amount))
    return Earnings(incentives=_ascending(incentives), dividends=_ascending(dividends), recycled=recycled)


@implements("EMISSION-DIVIDEND-3")
def dividend_distribution(
    dividends: Mapping[Hotkey, U96F32],
    stakes: Mapping[Hotkey, tuple[int, int]],
    pending_alpha: int,
    pending_root_alpha: int,
    tao_weight: U96F32,
) -> DividendDistribution[Hotkey]:
    """Divide the two pendings in proportion to the alpha part and the root part of the dividends.

    ``stakes`` holds ``(alpha, root)`` in rao. Dividends of hotkeys without an entry are dropped.
    The size of the dividends does not matter, only their proportions. A pending without any
    part to follow **goes to nobody**.

    Source: ``run_coinbase.rs:501``.
    """
    alpha, root = {}, {}
    for hotkey, dividend in _ascending(dict(dividends)).items():
        if hotkey in stakes:
            alpha[hotkey], root[hotkey] = split_by_stake(dividend, *stakes[hotkey], tao_weight)
    return DividendDistribution(
        alpha=_in_proportion(alpha, pending_alpha), root=_in_proportion(root, pending_root_alpha)
    )


@implements("EMISSION-DIVIDEND-2")
def split_by_stake(dividend: U96F32, alpha: int, root: int, tao_weight: U96F32) -> tuple[U96F32, U96F32]:
    """The alpha part and the root part ``d * r / (alpha + r)``, ``r = root * tao_weight``.

    All is alpha where both stakes are 0.

    Source: ``run_coinbase.rs:536``.
    """
    weighted = U96F32.saturating_from_num(root).saturating_mul(tao_weight)
    total = U96F32.saturating_from_num(alpha).saturating_add(weighted)
    root_part = dividend.saturating_mul(weighted.safe_div(total))
    return dividend.saturating_sub(root_part), root_part


@implements("EMISSION-DIVIDEND-3")
def _in_proportion(parts: Mapping[Hotkey, U96F32], amount: int) -> dict[Hotkey, U96F32]:
    """``amount * (part / sum of parts)``, the quotient truncated first; 0 where the sum is 0.

    Source: ``run_coinbase.rs:570``, ``run_coinbase.rs:587``.
    """
    total = U96F32.zero()
    for part in parts.values():
        total = total.saturating_add(part)
    whole = U96F32.saturating_from_num(amount)
    return {hotkey: whole.saturating_mul(part.safe_div(total)) for hotkey, part in parts.items()}


def _ascending(by_hotkey: dict[Hotkey, Any]) -> dict[Hotkey, Any]:
    return {hotkey: by_hotkey[hotkey] for hotkey in sorted(by_hotkey)}  # type: ignore[type-var]
