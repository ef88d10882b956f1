"""Cases of fixed-point arithmetic."""

from __future__ import annotations

from random import Random
from typing import Any

from taospec.conformance.generator.draws import any_magnitude, chance, near, one_of
from taospec.conformance.operations.fixed_point import FIXED_TYPES, FLOAT_TYPES, INTEGER_TYPES
from taospec.conformance.schemas import schema_document
from taospec.reference.fixed_point import FixedPoint

LARGEST_EXPONENT = 40


def draw(random: Random, level: str) -> tuple[str, dict[str, Any]]:
    """An op and its input; ``realistic`` keeps to proportions and amounts of rao."""
    definitions = schema_document("fixed_point")["$defs"]
    op = one_of(random, *sorted(name for name in definitions if "." in name))
    shape = definitions[op]["properties"]["in"]["$ref"].removeprefix("#/$defs/")
    name = one_of(random, *_type_names(definitions[shape]))
    number = FIXED_TYPES[name]
    inputs: dict[str, Any] = {"type": name}
    if shape == "from_num":
        inputs["src"] = one_of(random, *FIXED_TYPES, *INTEGER_TYPES, *FLOAT_TYPES)
        return op, {**inputs, "a": _source(random, inputs["src"], level)}
    inputs["a"] = _operand(random, number, level)
    if shape == "to_num":
        inputs["dst"] = one_of(random, *FIXED_TYPES, *INTEGER_TYPES, *FLOAT_TYPES)
    elif shape in ("binary", "ternary", "series_power"):
        takes_integer = op in ("fixed_point.powi", "fixed_point.ext_checked_pow")
        inputs["b"] = _exponent(random) if takes_integer else _operand(random, number, level)
    if shape == "ternary":
        inputs["c"] = _operand(random, number, level)
    return op, inputs


def _type_names(shape: dict[str, Any]) -> list[str]:
    definition = shape["properties"]["type"]["$ref"].removeprefix("#/$defs/")
    names: list[str] = schema_document("fixed_point")["$defs"][definition]["enum"]
    return names


def _operand(random: Random, number: type[FixedPoint], level: str) -> str:
    if level == "realistic":
        whole = one_of(random, 0, 0, random.randrange(65_536), random.randrange(21 * 10**15))
        bits = (whole << number.FRACTION_BITS) + random.getrandbits(number.FRACTION_BITS)
        return str(min(bits, number.MAX_BITS))
    return str(_edge(random, number.MIN_BITS, number.MAX_BITS, number.FRACTION_BITS))


def _edge(random: Random, minimum: int, maximum: int, fraction_bits: int) -> int:
    value = one_of(
        random,
        0,
        1 << fraction_bits,
        1 << fraction_bits >> 1,
        1 << random.randrange(maximum.bit_length()),
        maximum,
        any_magnitude(random, maximum.bit_length()),
        any_magnitude(random, maximum.bit_length()),
        any_magnitude(random, fraction_bits + 8),
    )
    if minimum < 0 and chance(random, 1, 2):
        value = one_of(random, -value, -value, minimum)
    return near(random, value, minimum, maximum)


def _source(random: Random, name: str, level: str) -> str:
    if name in FIXED_TYPES:
        return _operand(random, FIXED_TYPES[name], level)
    if name in INTEGER_TYPES:
        number = INTEGER_TYPES[name]
        return str(_edge(random, number.minimum, number.maximum, 0))
    exponent_bits, fraction_bits = {"f32": (8, 23), "f64": (11, 52)}[name]
    exponent = random.getrandbits(exponent_bits)
    if chance(random, 3, 4):  # near one, where the result is neither 0 nor too large
        exponent = (1 << (exponent_bits - 1)) - 1 + random.randrange(-70, 70)
    fraction = one_of(random, 0, 1, random.getrandbits(fraction_bits), random.getrandbits(fraction_bits))
    sign = random.getrandbits(1)
    return str(((sign << exponent_bits | exponent) << fraction_bits) | fraction)


def _exponent(random: Random) -> str:
    return str(random.randrange(-LARGEST_EXPONENT, LARGEST_EXPONENT + 1))
