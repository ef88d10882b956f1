"""Supply in real numbers: emission halves each time half of what was missing has been issued."""

from __future__ import annotations

from typing import Final

from taospec.spec.real_numbers import Real, real

TOTAL_SUPPLY: Final = 21_000_000_000_000_000
"""Rao to which issuance tends."""
INITIAL_EMISSION: Final = 1_000_000_000
"""Rao per block at first."""


def halvings(issuance: int) -> int:
    """``floor(log2(S / (S - I)))`` for ``I`` below the total supply ``S``.

    The quotient is exact where it is a power of two, so that the floor is.
    """
    remaining = real.mpf(TOTAL_SUPPLY - issuance)
    return int(real.mag(TOTAL_SUPPLY / remaining)) - 1


def block_emission(issuance: int) -> Real:
    """``1e9 * 2**-halvings`` rao; 0 from the total supply on."""
    if issuance >= TOTAL_SUPPLY:
        return real.zero
    return real.ldexp(real.mpf(INITIAL_EMISSION), -halvings(issuance))
