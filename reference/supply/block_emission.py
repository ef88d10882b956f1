"""Emission of one block as a function of issuance, for TAO and for every alpha.

Source: ``pallets/subtensor/src/coinbase/block_emission.rs``.
"""

from __future__ import annotations

from typing import Final

from taospec.reference.fixed_point import I96F32
from taospec.reference.fixed_point.errors import MathError
from taospec.reference.fixed_point.numbers import U64
from taospec.reference.fixed_point.transcendental import log2
from taospec.reference.invalid_input import U64_MAX, require_integer
from taospec.reference.rules import implements

TOTAL_SUPPLY: Final = 21_000_000_000_000_000
"""Rao that are never exceeded by emission (``pallets/subtensor/src/lib.rs:452``)."""
INITIAL_EMISSION: Final = 1_000_000_000
"""Rao per block before the first halving (``pallets/subtensor/src/lib.rs:500``)."""


@implements("SUPPLY-EMISSION-1")
def block_emission(issuance: int) -> int:
    """Rao emitted by a block that begins with ``issuance`` rao, as the chain computes it.

    ``trunc(1e9 * 2**-k)`` with ``k`` the :func:`halvings_passed`; 0 from the total supply on.
    The chain's function also writes ``BlockEmission``, a display value that no rule reads.

    Source: ``block_emission.rs:38``.
    """
    require_integer("issuance", issuance, 0, U64_MAX)
    if issuance >= TOTAL_SUPPLY:
        return 0
    fraction = I96F32.one().safe_div(_power_of_two(halvings_passed(issuance)))
    return fraction.saturating_mul(I96F32.saturating_from_num(INITIAL_EMISSION)).saturating_to_num(U64)


@implements("SUPPLY-EMISSION-2")
def halvings_passed(issuance: int) -> int:
    """``floor(log2(1 / (1 - issuance / 21e15)))``, each quotient truncated to 2**-32.

    ``issuance`` must be below the total supply.

    Source: ``block_emission.rs:48``.
    """
    total = I96F32.saturating_from_num(2.0).saturating_mul(
        I96F32.saturating_from_num(10_500_000_000_000_000.0)
    )
    issued = _present(I96F32.saturating_from_num(issuance).checked_div(total))
    remaining = _present(I96F32.one().checked_sub(issued))
    residual: I96F32 = log2(_present(I96F32.one().checked_div(remaining)))
    return residual.floor().saturating_to_num(U64)


@implements("SUPPLY-ALPHA-1")
def alpha_issuance(alpha_in: int, alpha_out: int) -> int:
    """A subnet's alpha inside and outside its pool, saturating in u64.

    Its :func:`block_emission` is what the subnet emits in a block.

    Source: ``pallets/subtensor/src/staking/stake_utils.rs:20``.
    """
    return min(alpha_in + alpha_out, U64_MAX)


def _power_of_two(exponent: int) -> I96F32:
    power = I96F32.one()
    for _ in range(exponent):
        power = power.saturating_mul(I96F32.saturating_from_num(2))
    return power


def _present(value: I96F32 | None) -> I96F32:
    if value is None:
        raise MathError("Logarithm calculation failed")
    return value
