"""What the exchange answers when it refuses. The class names are upstream's error names.

Upstream declares one more that a swap could answer, ``InsufficientLiquidity`` for a payout
above the reserve. It cannot occur: a payout is ``floor(reserve * (1 - e))`` with ``e`` in
``[0, 1]``.
"""

from __future__ import annotations


class ExchangeError(Exception):
    """A refusal of the exchange; the pool is as it was before."""


class InvalidValue(ExchangeError):  # noqa: N818 - upstream's name
    """A weight below the minimum, or so large that the other one is (``balancer.rs:105``)."""


class ReservesOutOfBalance(ExchangeError):  # noqa: N818 - upstream's name
    """The price asked for at initialisation needs weights out of bounds (``impls.rs:65``)."""


class SwapInputTooLarge(ExchangeError):  # noqa: N818 - upstream's name
    """The input without its fee exceeds 1000 times the reserve that it enters (``impls.rs:198``)."""


class ReservesTooLow(ExchangeError):  # noqa: N818 - upstream's name
    """The reserve to pay from is below the minimum, or the payout is 0 (``impls.rs:212``,
    ``swap_step.rs:124``)."""


class PriceLimitExceeded(ExchangeError):  # noqa: N818 - upstream's name
    """The price is at or beyond the limit before the swap begins (``impls.rs:220``)."""
