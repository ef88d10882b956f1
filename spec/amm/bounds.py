"""How far the chain's exchange is from the ideal one.

The derivations stand in ``power.md`` and ``pool.md``. Weights and powers count parts of 1e18;
shares and prices are U64F64.
"""

from __future__ import annotations

from typing import Final

from taospec.spec.real_numbers import Enclosure, Real, real

GUARD: Final = 1 << 24
"""The guard unit of the power, in units of its internal precision."""
PART: Final = 1 / real.mpf(10**18)
"""One part of a weight or a power."""
SHARE_ULP: Final = real.ldexp(1, -64)
"""One unit of a share or a price."""
SHARE_ERROR: Final = PART + SHARE_ULP
"""What a share loses when its power is floored to parts and then to a U64F64."""


# Accuracy of the series.


def logarithm_error(terms: int) -> int:
    """Units by which the series of ``ln(1 + x)``, ``|x| <= 1/2``, can be off: rounding and the rest."""
    return GUARD + 2 * terms + 4


def exponent_error(terms: int, doublings: int, exponent: Real) -> Real:
    """Units by which the exponent ``e * (ln a - ln b)`` can be off.

    ``doublings`` is the difference of the lengths of ``a`` and ``b`` in bits, which counts how
    often the error of ln 2 enters, plus one for their normalisation.
    """
    return (2 + doublings) * logarithm_error(terms) * exponent + 1


def exponential_error(x: Real, terms: int, bits: int) -> Real:
    """How far the series of ``exp(x)`` with ``terms`` terms of ``bits`` bits can be from ``exp(x)``.

    For ``|x| < min(terms, 0.69 * bits)``: roundings grow up to ``exp(|x|)`` before the terms
    shrink; then the rest that the early stop drops, and the rest after the last term.
    """
    size = real.fabs(x)
    unit = real.ldexp(1, -bits)
    return unit * ((terms + 1) * real.exp(size) + GUARD) + rest_of_exponential(size, terms)


def rest_of_exponential(size: Real, terms: int) -> Real:
    """Largest sum of the terms after ``terms``: ``|x|**(N+1) / (N+1)! / (1 - |x| / (N+2))``."""
    last = size ** (terms + 1) / real.factorial(terms + 1)
    return last / (1 - size / (terms + 2))


def power_error(x: Real, exponent: Real, doublings: int, precision: int = 256) -> Real:
    """How far the series path is from ``exp(x)``, ``x = e * ln(a/b)``, before its last floor.

    The error of the exponent, of the exponential, and half a guard unit of the rounding.
    """
    bits = precision + 24
    terms = min(4096, bits + 128)
    unit = real.ldexp(1, -bits)
    argument = exponent_error(terms, doublings, exponent) * unit
    moved = real.exp(x) * real.expm1(argument)
    return moved + exponential_error(real.fabs(x) + argument, terms, bits) + unit * (GUARD // 2)


def unconverged_partial_sum(size: Real, terms: int, bits: int) -> Real:
    """A number that the series of ``exp(-size)`` exceeds at its last, even term: ``terms < size``-ish.

    ``S_N = exp(-s) + s**(N+1)/N! * integral of t**N exp(-s (1-t))``, and the integral is at least
    ``1/(N + 1 + s)``; less the roundings.
    """
    remainder = size ** (terms + 1) / real.factorial(terms) / (terms + 1 + size)
    return remainder - real.ldexp((terms + 1) * real.exp(size), -bits)


# Bounds of the pool.


def share_left(ideal: Real, error: Real) -> Enclosure:
    """A share, given its ideal and how far the power is from it: floored to parts, then to units."""
    return Enclosure(ideal - error, ideal + error).floored(PART).floored(SHARE_ULP)


def payout(reserve: int, share: Enclosure) -> Enclosure:
    """``floor(reserve * (1 - share))``."""
    return (Enclosure.exactly(reserve) * (Enclosure.exactly(1) - share)).floored(real.one)


def payout_excess(reserve: int, error: Real) -> Real:
    """How much a payout can exceed the ideal one: the floor of the share works *for* the taker."""
    return reserve * (SHARE_ERROR + error)


def price(quote_weight: int, alpha: int, tao: int) -> Enclosure:
    """Two truncated quotients and a floored product."""
    weights = Enclosure.exactly(real.mpf(10**18 - quote_weight) / quote_weight).truncated(SHARE_ULP)
    reserves = Enclosure.exactly(real.mpf(tao) / alpha).truncated(SHARE_ULP)
    return (weights * reserves).floored(SHARE_ULP)


def amount_to_price(reserve: int, growth: Real, error: Real) -> Enclosure:
    """``floor(reserve * (growth - 1))`` with the growth floored to parts, below 18.4467 parts."""
    factor = Enclosure(growth - error, growth + error).floored(PART).floored(SHARE_ULP)
    surplus = factor - Enclosure.exactly(1)
    return (Enclosure.exactly(reserve) * surplus).floored(real.one)


def weight_after_deposit(
    quote_weight: int, alpha: int, tao: int, added_alpha: int, added_tao: int
) -> Enclosure:
    """Two products rounded to the nearest integer, and a floored quotient."""
    base_weight = 10**18 - quote_weight
    alpha_value = _rounded(real.mpf(base_weight * tao * (alpha + added_alpha)) / 10**18)
    tao_value = _rounded(real.mpf(quote_weight * alpha * (tao + added_tao)) / 10**18)
    low = tao_value.low / (tao_value.low + alpha_value.high)
    high = tao_value.high / (tao_value.high + alpha_value.low)
    return Enclosure(low, high).floored(PART)


def deposit_price_shift(weight: Enclosure) -> Real:
    """How far a deposit can move the logarithm of the price: the width over the least ``w1 * w2``."""
    return weight.width / (weight.low * (1 - weight.high))


def fee(amount: int, ratio: Real) -> Enclosure:
    """``floor(amount * ratio)`` with a ratio truncated to a U64F64."""
    return (Enclosure.exactly(amount) * Enclosure.exactly(ratio).truncated(SHARE_ULP)).floored(real.one)


def round_trip_profit(tao_after: int, share: Real, exponent: Real, error: Real) -> Real:
    """The most TAO that buying alpha and selling it again without fees can gain.

    ``share`` is the ideal share of alpha that the purchase leaves, ``exponent = w1/w2``, and
    ``tao_after`` the reserve in between: ``y' * (s + v**e - max(v - s, 0)**e)``. No whole rao
    while this is below 1.
    """
    slack = SHARE_ERROR + error
    lowest = max(share - slack, real.zero)
    return tao_after * (slack + share**exponent - lowest**exponent)


def _rounded(value: Real) -> Enclosure:
    return Enclosure.exactly(value).nearest(real.one)
