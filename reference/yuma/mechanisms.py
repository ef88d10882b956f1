"""Several mechanisms in one subnet: how they share the emission, and how their epochs add up."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from taospec.reference.fixed_point import U64F64
from taospec.reference.fixed_point.numbers import U16, U64, IntegerType
from taospec.reference.invalid_input import U16_MAX, U64_MAX
from taospec.reference.rules import implements
from taospec.reference.yuma.records import EpochOutput


@implements("YUMA-MECHANISM-1")
def split_emission(alpha: int, mechanism_count: int, split: Sequence[int] | None) -> list[int]:
    """The rao of each mechanism: by ``split`` (fractions of 65535), or evenly without one.

    Each part is floored; mechanisms beyond the split get 0, parts beyond the count are cut
    off; what is left over goes to mechanism 0.

    Args:
        alpha: rao to split.
        mechanism_count: number of mechanisms.
        split: fractions of 65535, or ``None``.

    Source: ``pallets/subtensor/src/subnets/mechanism.rs:230``.
    """
    if split is None:
        parts = [alpha // mechanism_count if mechanism_count else 0] * mechanism_count
    else:
        parts = [(alpha * part // U16_MAX) & U64_MAX for part in split]
    parts = (parts + [0] * mechanism_count)[:mechanism_count]
    if parts:
        remainder = max(alpha - (sum(parts) & U64_MAX), 0)
        parts[0] = min(parts[0] + remainder, U64_MAX)
    return parts


@implements("YUMA-MECHANISM-2")
def mechanism_weight(index: int, emission: int, total_emission: int) -> U64F64:
    """``trunc(emission / total_emission)``; without emission mechanism 0 weighs 1, the others 0.

    Source: ``pallets/subtensor/src/subnets/mechanism.rs:307``.
    """
    default = U64F64.one() if index == 0 else U64F64.zero()
    return U64F64.saturating_from_num(emission).safe_div_or(
        U64F64.saturating_from_num(total_emission), default
    )


@attrs.frozen(kw_only=True)
class AggregatedEpoch:
    """What the epochs of all mechanisms of a subnet amount to, one element per uid."""

    server_emission: tuple[int, ...]
    """Miners' emission, rao: the sum."""
    validator_emission: tuple[int, ...]
    """Validators' emission, rao: the sum."""
    emission: tuple[int, ...]
    """Combined emission, rao, weighted."""
    stake: tuple[int, ...]
    """Stake weight, rao: the sum, so that it counts once per mechanism."""
    consensus: tuple[int, ...]
    """Weighted, u16."""
    incentive: tuple[int, ...]
    """Weighted, u16, **of mechanism 0 alone**: upstream does not add the others."""
    dividends: tuple[int, ...]
    """Weighted, u16."""
    validator_trust: tuple[int, ...]
    """Weighted, u16."""
    stake_weight: tuple[int, ...]
    """Weighted, u16."""
    active: tuple[bool, ...]
    """Active in some mechanism."""
    new_permits: tuple[bool, ...]
    """Permitted by some mechanism."""


@implements("YUMA-MECHANISM-3")
def aggregate_mechanisms(
    outputs: Sequence[EpochOutput], emissions: Sequence[int], total: int
) -> AggregatedEpoch:
    """Add up the epochs of all mechanisms, each weighted by its share of the emission.

    Every weighted term is floored when it is added, so that the aggregate can be one unit
    per mechanism too low.

    Args:
        outputs: one per mechanism, in order, at least one.
        emissions: rao of each mechanism.
        total: rao of the subnet.

    Source: ``pallets/subtensor/src/subnets/mechanism.rs:287``.
    """
    weights = [mechanism_weight(i, emission, total) for i, emission in enumerate(emissions)]

    def summed(name: str) -> tuple[int, ...]:
        columns = zip(*(getattr(output, name) for output in outputs), strict=True)
        return tuple(min(sum(column), U64_MAX) for column in columns)

    def weighted_u16(name: str) -> tuple[int, ...]:
        columns = zip(*(getattr(output, name) for output in outputs), strict=True)
        return tuple(_weighted(column, weights, U16) for column in columns)

    def any_of(name: str) -> tuple[bool, ...]:
        return tuple(map(any, zip(*(getattr(output, name) for output in outputs), strict=True)))

    return AggregatedEpoch(
        server_emission=summed("server_emission"),
        validator_emission=summed("validator_emission"),
        emission=tuple(
            _weighted(column, weights, U64)
            for column in zip(*(output.emission for output in outputs), strict=True)
        ),
        stake=summed("stake"),
        consensus=weighted_u16("consensus"),
        incentive=tuple(_weighted([value], weights, U16) for value in outputs[0].incentive),
        dividends=weighted_u16("dividends"),
        validator_trust=weighted_u16("validator_trust"),
        stake_weight=weighted_u16("stake_weight"),
        active=any_of("active"),
        new_permits=any_of("new_permits"),
    )


def _weighted(values: Sequence[int], weights: Sequence[U64F64], kind: IntegerType) -> int:
    total = 0
    for value, weight in zip(values, weights, strict=False):
        addend = U64F64.saturating_from_num(value).saturating_mul(weight)
        total = U64F64.saturating_from_num(total).saturating_add(addend).saturating_to_num(kind)
    return total
