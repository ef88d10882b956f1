"""Emission in real numbers: averages, proportions and divisions without any rounding."""

from __future__ import annotations

from collections.abc import Sequence

from taospec.spec.real_numbers import Real, real


def rate(stored: int, whole: int) -> Real:
    """A stored rate as a fraction of 1."""
    return real.mpf(stored) / whole


# Moving price.


def moving_rate(moving_alpha: Real, age: int, halving_blocks: int) -> Real:
    """Rate of the moving price at an age in blocks."""
    return moving_alpha * age / (age + halving_blocks) if age + halving_blocks else real.zero


def moving_price(average: Real, price: Real, rate: Real) -> Real:
    """The next average; the price counts up to 1."""
    return rate * min(price, real.one) + (1 - rate) * average


# Shares.


def proportions(values: Sequence[Real]) -> list[Real]:
    """Each over the sum of all; 0 where that is 0."""
    total = sum(values, real.zero)
    return [value / total if total else real.zero for value in values]


def unburned_shares(prices: Sequence[Real], burned: Sequence[Real]) -> list[Real]:
    """Prices weighted by what was not withheld from miners, normalised; without any weight, by price."""
    weighted = [
        share * (1 - min(part, real.one)) for share, part in zip(proportions(prices), burned, strict=True)
    ]
    return proportions(weighted) if any(weighted) else proportions(prices)


def power_shares(values: Sequence[Real], exponent: Real) -> list[Real]:
    """Powers, normalised."""
    return proportions([real.power(value, exponent) if value else real.zero for value in values])


# Pool terms and alpha.


def root_proportion(root_tao: int, tao_weight: Real, issuance: int) -> Real:
    """Weighted TAO on root over that and the alpha issuance."""
    weight = tao_weight * root_tao
    return weight / (weight + issuance) if weight + issuance else real.zero


def terms(tao: Real, price: Real, cap: Real) -> tuple[Real, Real]:
    """TAO and alpha to inject: at the price, with at most ``cap`` of alpha."""
    if price == 0:
        return tao, real.zero
    return (tao, tao / price) if tao / price <= cap else (cap * price, cap)


def split(alpha: Real, owner_cut: Real, proportion: Real) -> tuple[Real, Real, Real, Real]:
    """Owner, miners, validators, root."""
    rest = alpha * (1 - owner_cut)
    return alpha * owner_cut, rest / 2, rest / 2 * (1 - proportion), rest / 2 * proportion


# Dividends.


def own_contribution(weighted_stake: Real, lent: Sequence[Real]) -> Real:
    """What children leave of a hotkey's stake."""
    return weighted_stake * max(real.zero, 1 - sum(lent, real.zero))


def root_part(dividend: Real, alpha: int, weighted_root: Real) -> Real:
    """The part of a dividend that root stake earned."""
    total = alpha + weighted_root
    return dividend * weighted_root / total if total else real.zero
