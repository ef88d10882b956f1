"""The arithmetic of a coinbase on words. Raw bits have 32 fraction bits unless they are pairs."""

from __future__ import annotations

from typing import Final

import numpy as np

from taospec.optimized.amm.limbs import divide_pair_by_word, divide_triple_by_word, multiply_pair_by_word
from taospec.optimized.amm.power import SCALE
from taospec.optimized.amm.swap_kernel import HALF
from taospec.optimized.compilation import subroutine
from taospec.optimized.fixed_point.words import (
    ALL_BITS,
    HALF_BITS,
    ONE,
    WORD_BITS,
    ZERO,
    add_pair,
    less_pair,
    multiply_wide,
    subtract_pair,
)
from taospec.reference.amm.balancer import MIN_WEIGHT
from taospec.reference.rules import implements
from taospec.reference.supply.block_emission import INITIAL_EMISSION, TOTAL_SUPPLY
from taospec.reference.supply.halvings import FINAL_LEVEL

Pair = tuple[np.uint64, np.uint64]

SUPPLY: Final = np.uint64(TOTAL_SUPPLY)
FIRST_EMISSION: Final = np.uint64(INITIAL_EMISSION)
LAST_LEVEL: Final = np.uint64(FINAL_LEVEL)
WHOLE: Final = np.uint64(1 << 32)
"""1, with 32 fraction bits."""
SMALLEST_WEIGHT: Final = np.uint64(MIN_WEIGHT)
WEIGHT_BITS: Final = np.uint64(60)
"""Bits of ``1e18``."""


@subroutine
@implements("SUPPLY-EMISSION-1")
def block_emission(issuance: np.uint64) -> np.uint64:
    """Emission by the closed form of the thresholds (rule SUPPLY-HALVING-1)."""
    level = ZERO
    while level < LAST_LEVEL and issuance >= SUPPLY - (SUPPLY >> (level + ONE)):
        level = level + ONE
    return FIRST_EMISSION >> level


@subroutine
def part_of_whole(part_high: np.uint64, part: np.uint64, whole_high: np.uint64, whole: np.uint64) -> Pair:
    """``trunc_64(part / whole)`` of two pairs with ``part <= whole <= 2**64``; 0 for a whole of 0."""
    if whole_high != ZERO:
        return part_high, part
    if whole == ZERO:
        return ZERO, ZERO
    if part == whole:
        return ONE, ZERO
    _, share = divide_pair_by_word(part, ZERO, whole)
    return ZERO, share


@subroutine
@implements("EMISSION-SHARE-4")
def tao_of_share(emission: np.uint64, share_high: np.uint64, share: np.uint64) -> np.uint64:
    """``emission * share``, floored to 32 fraction bits, for an emission below ``2**31`` rao."""
    if share_high != ZERO:
        return emission << HALF_BITS
    high, low = multiply_wide(emission, share)
    return (high << HALF_BITS) | (low >> HALF_BITS)


@subroutine
@implements("EMISSION-TERMS-1")
def root_proportion(root_tao: np.uint64, tao_weight: np.uint64, issuance: np.uint64) -> np.uint64:
    """``w / (w + issuance)``, for TAO and issuance below ``2**62``: 32 steps of long division."""
    rest_high, rest = multiply_wide(root_tao, tao_weight)
    whole_high, whole = add_pair(rest_high, rest, issuance >> HALF_BITS, issuance << HALF_BITS)
    if (whole_high | whole) == ZERO:
        return ZERO
    if issuance == ZERO:
        return WHOLE
    quotient = ZERO
    for _ in range(32):
        rest_high = (rest_high << ONE) | (rest >> (WORD_BITS - ONE))
        rest = rest << ONE
        quotient = quotient << ONE
        if not less_pair(rest_high, rest, whole_high, whole):
            rest_high, rest = subtract_pair(rest_high, rest, whole_high, whole)
            quotient = quotient | ONE
    return quotient


@subroutine
@implements("EMISSION-TERMS-2")
def terms(tao: np.uint64, price: np.uint64, cap: np.uint64) -> Pair:
    """TAO and alpha to inject, for a TAO below ``2**62`` bits and a price below ``2**62`` bits."""
    if price == ZERO:
        return tao, ZERO
    high, alpha = divide_pair_by_word(tao >> HALF_BITS, tao << HALF_BITS, price)
    if high == ZERO and alpha <= cap:
        return tao, alpha
    return multiply_32(cap, price), cap


@subroutine
def multiply_32(a: np.uint64, b: np.uint64) -> np.uint64:
    """``floor(a * b)`` of two numbers with 32 fraction bits whose product is below ``2**32``."""
    high, low = multiply_wide(a, b)
    return (high << HALF_BITS) | (low >> HALF_BITS)


@subroutine
@implements("AMM-INJECT-1", "AMM-WEIGHT-5")
def weight_after_deposit(
    weight: np.uint64, tao: np.uint64, alpha: np.uint64, tao_added: np.uint64, alpha_added: np.uint64
) -> np.uint64:
    """The weight of TAO that keeps the price, 0 if it is out of bounds. All amounts below ``2**62``."""
    base_high, base = _weighted(SCALE - weight, tao, alpha + alpha_added)
    quote_high, quote = _weighted(weight, alpha, tao + tao_added)
    total_high, total = add_pair(base_high, base, quote_high, quote)
    new = HALF
    if (total_high | total) != ZERO:
        new = _parts(quote_high, quote, total_high, total)
    if new < SMALLEST_WEIGHT or SCALE - new < SMALLEST_WEIGHT:
        return ZERO
    return new


@subroutine
@implements("AMM-WEIGHT-4")
def _weighted(weight: np.uint64, a: np.uint64, b: np.uint64) -> Pair:
    """``weight * a * b / 1e18`` to the nearest integer, ties up."""
    high, low = multiply_wide(a, b)
    top, middle, bottom = multiply_pair_by_word(high, low, weight)
    bottom = bottom + HALF
    if bottom < HALF:
        middle = middle + ONE
        if middle == ZERO:
            top = top + ONE
    _, high, low = divide_triple_by_word(top, middle, bottom, SCALE)
    return high, low


@subroutine
@implements("AMM-WEIGHT-3")
def _parts(part_high: np.uint64, part: np.uint64, whole_high: np.uint64, whole: np.uint64) -> np.uint64:
    """``floor(1e18 * part / whole)`` for ``part <= whole < 2**127``: 60 steps of long division.

    The bits of ``1e18 * part`` above the lowest 60 are less than ``whole``, as ``1e18 < 2**60``.
    """
    top, middle, bottom = multiply_pair_by_word(part_high, part, SCALE)
    rest_high = (top << (WORD_BITS - WEIGHT_BITS)) | (middle >> WEIGHT_BITS)
    rest = (middle << (WORD_BITS - WEIGHT_BITS)) | (bottom >> WEIGHT_BITS)
    bits = bottom << (WORD_BITS - WEIGHT_BITS)
    quotient = ZERO
    for _ in range(60):
        rest_high = (rest_high << ONE) | (rest >> (WORD_BITS - ONE))
        rest = (rest << ONE) | (bits >> (WORD_BITS - ONE))
        bits = bits << ONE
        quotient = quotient << ONE
        if not less_pair(rest_high, rest, whole_high, whole):
            rest_high, rest = subtract_pair(rest_high, rest, whole_high, whole)
            quotient = quotient | ONE
    return quotient


@subroutine
@implements("EMISSION-PRICE-2")
def moving_rate(moving_alpha: np.uint64, age: np.uint64, halving_blocks: np.uint64) -> np.uint64:
    """The rate below 1, 64 fraction bits, for a moving alpha up to 1 and a halving age above 0."""
    _, warm_up = divide_pair_by_word(age, ZERO, age + halving_blocks)
    if moving_alpha == WHOLE:
        return warm_up
    rate, _ = multiply_wide(moving_alpha << HALF_BITS, warm_up)
    return rate


@subroutine
@implements("EMISSION-PRICE-3")
def next_moving_price(
    average: np.uint64, price_high: np.uint64, price: np.uint64, rate: np.uint64
) -> np.uint64:
    """The next average for an average up to 1; the price is a pair and counts up to 1."""
    new = rate
    if price_high == ZERO:
        new, _ = multiply_wide(rate, price)
    if rate == ZERO:
        return average
    old = ZERO - rate
    if average != WHOLE:
        old, _ = multiply_wide(ZERO - rate, average << HALF_BITS)
    high, low = add_pair(ZERO, new, ZERO, old)
    return (high << HALF_BITS) | (low >> HALF_BITS)


@subroutine
def add_saturating(a: np.uint64, b: np.uint64) -> np.uint64:
    """``min(a + b, 2**64 - 1)``."""
    return ALL_BITS if b > ALL_BITS - a else a + b
