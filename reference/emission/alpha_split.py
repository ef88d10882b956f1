"""A block's new alpha outside the pool, divided between owner, miners, validators and root.

Source: ``pallets/subtensor/src/coinbase/run_coinbase.rs``.
"""

from __future__ import annotations

from typing import Final

import attrs

from taospec.reference.fixed_point import U96F32
from taospec.reference.fixed_point.numbers import U64
from taospec.reference.rules import implements

_HALF: Final = U96F32.from_num(0.5)


@attrs.frozen(kw_only=True)
class AlphaSplit:
    """Parts of a block's alpha, rao. Their sum is below it by less than 4 rao of dust."""

    owner: int
    """To ``PendingOwnerCut``."""
    server: int
    """To ``PendingServerEmission``: what miners earn."""
    validator: int
    """To ``PendingValidatorEmission``."""
    root: int
    """To ``PendingRootAlphaDivs``, or recycled if root may not sell."""


@implements("EMISSION-SPLIT-1", "EMISSION-SPLIT-2")
def split_alpha(alpha_out: U96F32, owner_cut: U96F32, root_proportion: U96F32) -> AlphaSplit:
    """Owner ``cut * a``; of the rest ``r``: miners ``r/2``, root ``rp * r / 2``, validators what is left.

    ``root_proportion`` is that **after** injection and after this block's alpha was minted.
    Every part is truncated on its own; the differences are taken before.

    Source: ``run_coinbase.rs:271``.
    """
    owner = alpha_out.saturating_mul(owner_cut)
    rest = alpha_out.saturating_sub(owner)
    root = root_proportion.saturating_mul(rest).saturating_mul(_HALF)
    server = rest.saturating_mul(_HALF)
    validator = rest.saturating_sub(server).saturating_sub(root)
    return AlphaSplit(
        owner=owner.saturating_to_num(U64),
        server=server.saturating_to_num(U64),
        validator=validator.saturating_to_num(U64),
        root=root.saturating_to_num(U64),
    )
