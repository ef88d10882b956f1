"""What a swap is asked and what it answers."""

from __future__ import annotations

import enum
from typing import Final

import attrs

DYNAMIC: Final = 1
"""The mechanism of a subnet that exchanges through its pool; any other exchanges one to one."""


class Direction(enum.Enum):
    """Which way a swap goes."""

    BUY = "buy"
    """TAO in, alpha out."""
    SELL = "sell"
    """Alpha in, TAO out."""


@attrs.frozen(kw_only=True)
class SwapResult:
    """What a swap moves. ``amount - amount_paid_in - fee_paid`` stays with the payer."""

    amount_paid_in: int
    """What enters the reserve: the input without its fee, or what reaches the price limit."""
    amount_paid_out: int
    """What leaves the other reserve."""
    fee_paid: int
    """Fee, in the unit of the input, on top of ``amount_paid_in``."""
    fee_to_block_author: int
    """The part of the fee that goes to the block's author: all of it, but 0 if nothing was paid in."""
