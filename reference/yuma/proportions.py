"""Numbers of chain storage to fixed point and back: u16 proportions, u64 amounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from taospec.reference.fixed_point import I32F32, wrapping_sum
from taospec.reference.fixed_point.numbers import U16
from taospec.reference.rules import implements

ZERO: Final = I32F32.zero()
ONE: Final = I32F32.one()
U16_MAX: Final = I32F32.from_num(65535)
_HALF_U16_RANGE: Final = I32F32.from_num(32768)


def u16_to_fixed(value: int) -> I32F32:
    """A u16 as the integer that it is.

    Source: ``pallets/subtensor/src/epoch/math.rs:41``.
    """
    return I32F32.saturating_from_num(value)


def u16_proportion_to_fixed(value: int) -> I32F32:
    """``trunc(value / 65535)``.

    Source: ``pallets/subtensor/src/epoch/math.rs:45``.
    """
    return u16_to_fixed(value).safe_div(U16_MAX)


def fixed_to_fixed_u16_proportion(value: I32F32) -> I32F32:
    """``trunc(value / 65535)`` of a number that is already fixed point.

    Source: ``pallets/subtensor/src/epoch/math.rs:49``.
    """
    return value.safe_div(U16_MAX)


@implements("YUMA-OUTPUT-1")
def fixed_proportion_to_u16(value: I32F32) -> int:
    """``floor(value * 65535)``, clamped to u16: one ulp below 1 gives 65534.

    Source: ``pallets/subtensor/src/epoch/math.rs:53``.
    """
    return value.saturating_mul(U16_MAX).saturating_to_num(U16)


@implements("YUMA-WEIGHTS-2")
def max_upscale_to_u16(vector: Sequence[I32F32]) -> list[int]:
    """Scale so that the largest element becomes 65535, rounded half away from zero.

    For a largest element above 32768 the quotient ``65535 / max`` is taken first, else
    ``65535 * x / max``; where the largest is 0 the elements are only multiplied.

    Source: ``pallets/subtensor/src/epoch/math.rs:78``.
    """
    if not vector:
        return []
    largest = max(vector)
    if largest == ZERO:
        return [value.saturating_mul(U16_MAX).saturating_to_num(U16) for value in vector]
    if largest > _HALF_U16_RANGE:
        scale = U16_MAX.safe_div(largest)
        return [value.saturating_mul(scale).round().saturating_to_num(U16) for value in vector]
    return [
        value.saturating_mul(U16_MAX).safe_div(largest).round().saturating_to_num(U16) for value in vector
    ]


def max_upscale_u16_to_u16(vector: Sequence[int]) -> list[int]:
    """:func:`max_upscale_to_u16` of stored u16.

    Source: ``pallets/subtensor/src/epoch/math.rs:123``.
    """
    return max_upscale_to_u16([u16_to_fixed(value) for value in vector])


@implements("YUMA-WEIGHTS-3")
def is_max_limited(vector: Sequence[int], limit: int) -> bool:
    """Whether the largest share of the normalised u16 vector is at most ``limit / 65535``.

    Source: ``pallets/subtensor/src/epoch/math.rs:132``.
    """
    shares = normalize([u16_to_fixed(value) for value in vector])
    return not shares or max(shares) <= u16_proportion_to_fixed(limit)


@implements("FIX-SUM-2")
def checked_sum(vector: Sequence[int], maximum: int) -> int | None:
    """Integer sum, or ``None`` as soon as a partial sum exceeds ``maximum``.

    Source: ``pallets/subtensor/src/epoch/math.rs:151``.
    """
    total = sum(vector)
    return total if total <= maximum else None


@implements("YUMA-NORM-1")
def normalize(vector: Sequence[I32F32]) -> list[I32F32]:
    """``x_i / sum(x)`` by ``safe_div``; unchanged where the (wrapping) sum is 0.

    Source: ``pallets/subtensor/src/epoch/math.rs:254``.
    """
    return normalize_using_sum(vector, wrapping_sum(vector, I32F32))


def normalize_using_sum(vector: Sequence[I32F32], total: I32F32) -> list[I32F32]:
    """``x_i / total`` by ``safe_div``; unchanged where ``total`` is 0.

    Source: ``pallets/subtensor/src/epoch/math.rs:264``.
    """
    if total == ZERO:
        return list(vector)
    return [value.safe_div(total) for value in vector]


def is_zero(vector: Sequence[I32F32]) -> bool:
    """Whether the (wrapping) sum is 0.

    Source: ``pallets/subtensor/src/epoch/math.rs:166``.
    """
    return wrapping_sum(vector, I32F32) == ZERO


@implements("YUMA-MATRIX-7")
def mask_vector(mask: Sequence[bool], vector: Sequence[I32F32]) -> list[I32F32]:
    """Zero where ``mask`` is true **or missing**; an empty mask changes nothing.

    Source: ``pallets/subtensor/src/epoch/math.rs:487``.
    """
    if not mask:
        return list(vector)
    return [ZERO if i >= len(mask) or mask[i] else value for i, value in enumerate(vector)]


@implements("YUMA-MATRIX-5")
def elementwise_product(left: Sequence[I32F32], right: Sequence[I32F32]) -> list[I32F32]:
    """``floor(a_i * b_i)`` up to the shorter length; a product that overflows becomes **0**.

    Source: ``pallets/subtensor/src/epoch/math.rs:1303``.
    """
    products = (a.checked_mul(b) for a, b in zip(left, right, strict=False))
    return [ZERO if product is None else product for product in products]


def elementwise_quotient(left: Sequence[I32F32], right: Sequence[I32F32]) -> list[I32F32]:
    """``trunc(a_i / b_i)``, 0 where ``b_i`` is 0 or missing.

    Source: ``pallets/subtensor/src/epoch/math.rs:294``.
    """
    return [a.safe_div(right[i] if i < len(right) else ZERO) for i, a in enumerate(left)]


def clamp(value: I32F32, low: I32F32, high: I32F32) -> I32F32:
    """``max(low, min(value, high))``: for ``low > high`` the answer is ``low``.

    Source: ``pallets/subtensor/src/epoch/math.rs:1354``.
    """
    return max(min(value, high), low)


@implements("YUMA-PERMIT-2")
def is_top_k_nonzero(vector: Sequence[I32F32], k: int) -> list[bool]:
    """Which elements are non-zero and among the ``k`` largest; of equal ones the **later** wins.

    Source: ``pallets/subtensor/src/epoch/math.rs:227``.
    """
    return [top and value != ZERO for top, value in zip(is_top_k(vector, k), vector, strict=True)]


def is_top_k(vector: Sequence[I32F32], k: int) -> list[bool]:
    """Which elements are among the ``k`` largest: a stable ascending sort drops the first ``n - k``.

    Source: ``pallets/subtensor/src/epoch/math.rs:210``.
    """
    ascending = sorted(range(len(vector)), key=lambda i: vector[i].bits)
    dropped = set(ascending[: max(len(vector) - k, 0)])
    return [i not in dropped for i in range(len(vector))]
