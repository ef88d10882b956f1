"""``floor(1e18 * (a/b)**(p/q))``, as the chain's big-integer library computes it, on 128 bits.

The value is computed with a bound on its error. If no integer lies within the bound, the floor
is decided: both the chain's value and this one have it. Otherwise the exponent may be a small
fraction, for which the chain is exact and integers decide; else the status says why not,
and the reference runs the series itself.

**Domain.** ``0 < p, q < 2**60``, ``p < 128 * q``; 256 fraction bits if ``a < b`` (a payout), 256
or 1024 if ``a > b``.

**How far the chain is from the true value** ``v = exp(-x)``, ``x = p/q * ln(b/a)`` (rule
AMM-POW-8, derived in ``spec/amm``): with units ``u = 2**-280``, N = 408 terms and
``E <= (2 + 127) * (2**24 + 820) * 128`` units of error in the exponent,
``|chain - v| <= u * (E * v + (N + 1) * exp(|x|) + 2**25 + tail(|x|))``. For ``x <= 42`` that is
below ``2**-210``; a chain with 1024 bits is closer still.

**How far this module is from it.** With EPSILON = ``2**-120``: ``ln(b/a)`` is off by less than
1.28, the floored ``x`` by less than ``1.28 * 128 + 1 < 165``, ``f = |x - k ln 2|`` by less than
``165 + 1.25 < 167`` EPSILON. ``exp(-f)`` is then off by less than ``167 * 2**6 + 3 < 10,700``
units of ``2**-126``, relative to a value in ``(1/2, 1]``. With the chain's own ``2**-210 * 2**60``
at ``k <= 60`` the two differ by less than 10,701 units: :data:`MARGIN` of ``2**14`` units leaves
half as much again.

**Where the floor is known without the value** (checked on a grid in the tests):

- ``x >= 42`` up to 137: ``v + |chain - v| < 1e-18``, so the chain's floor is 0 or -1, and either
  is the share 0.
- ``x >= 154`` up to 690: the series has not converged at its last term and its partial sum
  exceeds ``18.5``: beyond u64, which is the share 0 too.
- Between them the chain's answer is garbage that only its own series reproduces: undecided.
  An exponent that the chain computes without a series leaves the share 0 here as well.
- ``a > b`` and ``x >= 3``: ``exp(3) > 20`` exceeds u64, and every partial sum from the third
  term on does.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from taospec.optimized.amm.limbs import divide_pair_by_word, divide_triple_by_word, multiply_pair_by_word
from taospec.optimized.amm.logarithm import (
    ESTIMATE_SHIFT,
    PER_LN_2,
    exponential_of_negative,
    logarithm_of_ratio,
    whole_ln_2,
)
from taospec.optimized.compilation import subroutine
from taospec.optimized.fixed_point.words import (
    ONE,
    WORD_BITS,
    ZERO,
    less_pair,
    multiply_wide,
    subtract_pair,
)
from taospec.reference.amm.power import MAX_EXACT_EXPONENT
from taospec.reference.rules import implements

SCALE: Final = np.uint64(10**18)
"""Powers count parts of this."""

DECIDED: Final = np.int64(0)
"""The floor is exact."""
OUTSIDE_DOMAIN: Final = np.int64(1)
"""The weights are outside the domain of the proof."""
NEAR_INTEGER: Final = np.int64(2)
"""An integer lies within the bound on the error."""
UNCONVERGED_SERIES: Final = np.int64(3)
"""The chain's series has not converged: its answer is that of the literal series."""

MARGIN: Final = np.uint64(889)
"""``ceil(2**14 * 1e18 / 2**64)``: the bound on the error, in units of ``2**64`` parts of the product."""
DOMAIN_SHIFT: Final = np.uint64(7)
LARGEST_WEIGHT: Final = np.uint64((1 << 60) - 1)
INTEGER_SHIFT: Final = np.uint64(56)
INTEGER_PLACE: Final = np.uint64(8)
NO_SHARE: Final = np.uint64(42)
FIRST_UNCONVERGED: Final = np.uint64(137)
FIRST_DRAINED: Final = np.uint64(154)
LAST_DRAINED: Final = np.uint64(690)
BEYOND_U64: Final = np.uint64(3)
PLACE_OF_ONE: Final = np.uint64(62)
"""The product counts ``1e18 * 2**-126``; its two upper words are ``2**-62``."""
LARGEST_EXACT: Final = np.uint64(MAX_EXACT_EXPONENT)
EXACT_LIMBS: Final = 48
"""Words of the integers that decide an exact power."""
EXACT_EXPONENTS: Final = np.uint64(EXACT_LIMBS - 2)
"""``q + 2 * p`` up to which they suffice."""

Answer = tuple[np.int64, np.uint64, np.uint64]


@subroutine
@implements("AMM-POW-1", "AMM-POW-2", "AMM-POW-3", "AMM-POW-10")
def scaled_power(
    a_high: np.uint64, a_low: np.uint64, b_high: np.uint64, b_low: np.uint64, p: np.uint64, q: np.uint64
) -> Answer:
    """Status and the pair ``floor(1e18 * (a/b)**(p/q))``.

    A value beyond u64 is answered by any pair beyond u64 if ``a > b``. If ``a < b`` it is
    answered by 0, as is a value of -1: what a swap leaves of the reserve is nothing in all
    three cases.
    """
    if (b_high | b_low) == ZERO or p == ZERO or q == ZERO or p > LARGEST_WEIGHT or q > LARGEST_WEIGHT:
        return OUTSIDE_DOMAIN, ZERO, ZERO
    if (a_high | a_low) == ZERO:
        return DECIDED, ZERO, ZERO
    if a_high == b_high and a_low == b_low:
        return DECIDED, ZERO, SCALE
    if p == q and (a_high | b_high) == ZERO:
        product_high, product_low = multiply_wide(a_low, SCALE)
        quotient_high, quotient_low = divide_pair_by_word(product_high, product_low, b_low)
        return DECIDED, quotient_high, quotient_low
    if (p >> DOMAIN_SHIFT) >= q:
        return OUTSIDE_DOMAIN, ZERO, ZERO
    falling = less_pair(a_high, a_low, b_high, b_low)
    if falling:
        log_high, log_low = logarithm_of_ratio(a_high, a_low, b_high, b_low)
    else:
        log_high, log_low = logarithm_of_ratio(b_high, b_low, a_high, a_low)
    top, middle, bottom = multiply_pair_by_word(log_high, log_low, p)
    top, x_high, x_low = divide_triple_by_word(top, middle, bottom, q)
    whole = (top << INTEGER_PLACE) | (x_high >> INTEGER_SHIFT)
    if falling and whole >= NO_SHARE:
        nothing = whole < FIRST_UNCONVERGED or (whole >= FIRST_DRAINED and whole < LAST_DRAINED)
        if nothing or _is_exact(p, q):
            return DECIDED, ZERO, ZERO
        return UNCONVERGED_SERIES, ZERO, ZERO
    if not falling and whole >= BEYOND_U64:
        return DECIDED, ONE, ZERO
    upper, lower, place = _product(x_high, x_low, falling)
    return _floor(upper, lower, place, a_high, a_low, b_high, b_low, p, q)


@subroutine
def _product(x_high: np.uint64, x_low: np.uint64, falling: np.bool) -> tuple[np.uint64, np.uint64, np.uint64]:
    """The upper words of ``1e18 * exp(-x)`` (or ``exp(x)``), and how many of their bits are fraction."""
    count, _ = multiply_wide(x_high >> ESTIMATE_SHIFT, PER_LN_2)
    if falling:
        whole_high, whole_low = whole_ln_2(count)
        f_high, f_low = subtract_pair(x_high, x_low, whole_high, whole_low)
        place = PLACE_OF_ONE + count
    else:
        count = count + ONE
        whole_high, whole_low = whole_ln_2(count)
        if less_pair(whole_high, whole_low, x_high, x_low):
            count = count + ONE
            whole_high, whole_low = whole_ln_2(count)
        f_high, f_low = subtract_pair(whole_high, whole_low, x_high, x_low)
        place = PLACE_OF_ONE - count
    value_high, value_low = exponential_of_negative(f_high, f_low)
    upper, lower, _ = multiply_pair_by_word(value_high, value_low, SCALE)
    return upper, lower, place


@subroutine
def _floor(
    upper: np.uint64,
    lower: np.uint64,
    place: np.uint64,
    a_high: np.uint64,
    a_low: np.uint64,
    b_high: np.uint64,
    b_low: np.uint64,
    p: np.uint64,
    q: np.uint64,
) -> Answer:
    """The integer above ``place`` fraction bits, if the fraction is further than MARGIN from one."""
    if place >= WORD_BITS:
        shift = place - WORD_BITS
        result_high, result_low = ZERO, upper >> shift
        rest_high, rest_low = upper - (result_low << shift), lower
        end_high, end_low = ONE << shift, ZERO
    else:
        result_high = upper >> place
        result_low = (lower >> place) | (upper << (WORD_BITS - place))
        rest_high, rest_low = ZERO, lower & ((ONE << place) - ONE)
        end_high, end_low = ZERO, ONE << place
    gap_high, gap_low = subtract_pair(end_high, end_low, rest_high, rest_low)
    near_below = rest_high == ZERO and rest_low < MARGIN
    near_above = gap_high == ZERO and gap_low <= MARGIN + ONE
    if not near_below and not near_above:
        return DECIDED, result_high, result_low
    if result_high != ZERO or result_low == ~ZERO:
        return NEAR_INTEGER, ZERO, ZERO
    candidate = result_low + ONE if near_above else result_low
    common = _greatest_common_divisor(p, q)
    p = p // common
    q = q // common
    if p > EXACT_EXPONENTS or q + p + p > EXACT_EXPONENTS:
        return NEAR_INTEGER, ZERO, ZERO
    if _reaches(candidate, a_high, a_low, b_high, b_low, p, q):
        return DECIDED, ZERO, candidate
    return DECIDED, ZERO, candidate - ONE


@subroutine
def _is_exact(p: np.uint64, q: np.uint64) -> bool:
    """Whether the chain computes this exponent without a series."""
    common = _greatest_common_divisor(p, q)
    return bool(p // common <= LARGEST_EXACT and q // common <= LARGEST_EXACT)


@subroutine
def _greatest_common_divisor(a: np.uint64, b: np.uint64) -> np.uint64:
    while b != ZERO:
        a, b = b, a % b
    return a


@subroutine
def _reaches(
    candidate: np.uint64,
    a_high: np.uint64,
    a_low: np.uint64,
    b_high: np.uint64,
    b_low: np.uint64,
    p: np.uint64,
    q: np.uint64,
) -> bool:
    """Whether ``candidate**q * b**p <= a**p * 1e18**q``."""
    left = np.zeros(EXACT_LIMBS, np.uint64)
    right = np.zeros(EXACT_LIMBS, np.uint64)
    left[0] = ONE
    right[0] = ONE
    for _ in range(q):
        _multiply_in_place(left, ZERO, candidate)
        _multiply_in_place(right, ZERO, SCALE)
    for _ in range(p):
        _multiply_in_place(left, b_high, b_low)
        _multiply_in_place(right, a_high, a_low)
    for limb in range(EXACT_LIMBS - 1, -1, -1):
        if left[limb] != right[limb]:
            return bool(left[limb] < right[limb])
    return True


@subroutine
def _multiply_in_place(number: np.ndarray, high: np.uint64, low: np.uint64) -> None:
    """``number *= high:low``; the highest word of the number must be free for the product."""
    carry_high = ZERO
    carry_low = ZERO
    previous = ZERO
    for limb in range(number.size):
        # number[limb] * low + number[limb - 1] * high + carry, below 2**64 * 2**129
        first_high, first_low = multiply_wide(number[limb], low)
        second_high, second_low = multiply_wide(previous, high)
        previous = number[limb]
        total = carry_low + first_low
        overflow = ZERO
        if total < first_low:
            overflow = ONE
        total = total + second_low
        if total < second_low:
            overflow = overflow + ONE
        number[limb] = total
        carry_low = carry_high + first_high
        carry_high = ZERO
        if carry_low < first_high:
            carry_high = ONE
        carry_low = carry_low + second_high
        if carry_low < second_high:
            carry_high = carry_high + ONE
        carry_low = carry_low + overflow
        if carry_low < overflow:
            carry_high = carry_high + ONE
