"""Decimal text of a fixed-point value, digit for digit as the chain's crate prints it."""

from __future__ import annotations

from taospec.reference.rules import implements


@implements("FIX-DISPLAY-1")
def shortest_decimal(bits: int, fraction_bits: int, total_bits: int) -> str:
    """Shortest decimal that identifies ``bits * 2**-fraction_bits`` among its type's values.

    Digits of the fraction are produced one by one until the rest is closer to a digit
    boundary than half an ulp; the last digit is then rounded to nearest, ties to even.

    Source: substrate-fixed ``src/display.rs:349``, digits ``src/display.rs:298``.
    """
    integer, fraction = divmod(abs(bits), 1 << fraction_bits)
    digits, remainder, width = _fraction_digits(fraction, fraction_bits, total_bits)
    half = 1 << (width - 1)
    scaled = integer * 10 ** len(digits) + int("".join(map(str, digits)))
    if remainder > half or (remainder == half and scaled & 1):
        scaled += 1
    text = str(scaled).zfill(len(digits) + 1)
    whole, rest = text[: -len(digits)], text[-len(digits) :].rstrip("0")
    return ("-" if bits < 0 else "") + whole + ("." + rest if rest else "")


def _fraction_digits(fraction: int, fraction_bits: int, total_bits: int) -> tuple[list[int], int, int]:
    """Digits, what is left of the fraction after them, and the width of its word.

    The crate works in the narrowest machine word that is less than four times as wide as
    the fraction, and lets the tie width wrap in that word.
    """
    width = total_bits
    while fraction_bits < width // 2:
        width //= 2
    modulus = 1 << width
    rest = fraction << (width - fraction_bits)
    tie = 1 << (width - 1 - fraction_bits)
    digits: list[int] = []
    for _ in range(len(str(1 << fraction_bits))):
        digit, rest = divmod(rest * 10, modulus)
        digits.append(digit)
        distance = min(rest, -rest % modulus)
        if distance < 10:
            break
        tie = tie * 10 % modulus
        if distance < tie:
            break
    return digits, rest, width
