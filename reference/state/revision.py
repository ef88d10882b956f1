"""Revisions of the protocol: what changed from one runtime to the next, as a record.

A rule that is not the same in every revision asks the record, never the number. Only
:data:`BASE` is modelled in full; the others say which rules ruled when.

Source: the history of opentensor/subtensor; dates are those of the release tags.
"""

from __future__ import annotations

import datetime
import enum
from typing import Final

import attrs

from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.rules import implements


class ShareRule(enum.Enum):
    """By what TAO emission is divided among subnets."""

    PRICE = "price"
    """Moving price, less the miners' part that was burned."""
    PRICE_AND_ROOT_PROPORTION = "price and root proportion"
    """That, times root's proportion in the subnet."""
    NET_FLOW = "net flow"
    """Moving average of what users put in, less a part of what the protocol put in."""
    GROSS_FLOW = "gross flow"
    """Moving average of what users put in."""


class InjectionCap(enum.Enum):
    """How much alpha a block may put into a pool."""

    ROOT_PROPORTION = "root proportion of alpha emission"
    """Root's proportion of the subnet's alpha emission."""
    EMISSION = "smaller of alpha and TAO emission"
    """The subnet's alpha emission, and no more than TAO's block emission."""


class PoolRule(enum.Enum):
    """What a swap computes."""

    BALANCER = "weighted pool"
    """Reserves with weights; injection moves the weights, not the price."""
    CONCENTRATED = "concentrated liquidity"
    """Uniswap-v3-style ticks, with liquidity of users."""


class EpochRule(enum.Enum):
    """When a subnet's epoch is due."""

    SINCE_LAST = "tempo after the last"
    """Tempo blocks after the last one; owners may trigger one."""
    MODULO = "remainder of the height"
    """Where (block + netuid + 1) is a multiple of (tempo + 1)."""


@attrs.frozen(kw_only=True)
class Revision:
    """One runtime of the chain, by the rules that not every runtime has."""

    spec_version: int
    """Number of the runtime."""
    tag: str | None
    """Release tag."""
    date: datetime.date
    """Date of the tag, or of the commit where there is no tag."""
    commit: str | None
    """Source commit, where it is pinned."""
    share_rule: ShareRule
    """Division of TAO emission among subnets."""
    injection_cap: InjectionCap
    """Most alpha that a block puts into a pool."""
    pool_rule: PoolRule
    """Swaps."""
    power_precision_bits: int | None
    """Working precision of powers in a swap of a weighted pool."""
    largest_swap_input: int | None
    """Largest input of a swap, in multiples of its side of the pool."""
    epoch_rule: EpochRule
    """Due epochs."""
    new_subnets_emit: bool
    """Whether a new subnet takes part in TAO emission before root enables it."""
    protocol_keeps_bought_alpha: bool
    """Whether alpha that the protocol buys stays outside the pool; else it is recycled."""
    pool_alpha_in_dissolution: bool
    """Whether the pool's alpha of a new subnet has a part in what is paid when it is dissolved."""
    owner_changes_by_conviction: bool
    """Whether the most locked conviction makes its holder the subnet's owner."""


BASE: Final = Revision(
    spec_version=425,
    tag=None,
    date=datetime.date(2026, 6, 30),
    commit="14bc6f9f964b9cc362e9635dd110a487fa5d15a0",
    share_rule=ShareRule.PRICE,
    injection_cap=InjectionCap.ROOT_PROPORTION,
    pool_rule=PoolRule.BALANCER,
    power_precision_bits=256,
    largest_swap_input=1000,
    epoch_rule=EpochRule.SINCE_LAST,
    new_subnets_emit=False,
    protocol_keeps_bought_alpha=True,
    pool_alpha_in_dissolution=True,
    owner_changes_by_conviction=True,
)
"""The revision that the specification describes."""

_SPEC_424: Final = attrs.evolve(
    BASE,
    spec_version=424,
    tag="v3.4.9",
    date=datetime.date(2026, 6, 29),
    commit=None,
    share_rule=ShareRule.PRICE_AND_ROOT_PROPORTION,
    owner_changes_by_conviction=False,
)
_SPEC_423: Final = attrs.evolve(
    _SPEC_424,
    spec_version=423,
    tag="v3.4.8",
    date=datetime.date(2026, 6, 25),
    power_precision_bits=1024,
    largest_swap_input=None,
)
_SPEC_422: Final = attrs.evolve(
    _SPEC_423,
    spec_version=422,
    tag="v3.4.7",
    date=datetime.date(2026, 6, 23),
    pool_rule=PoolRule.CONCENTRATED,
    power_precision_bits=None,
    epoch_rule=EpochRule.MODULO,
)
_SPEC_421: Final = attrs.evolve(
    _SPEC_422,
    spec_version=421,
    tag="v3.4.6",
    date=datetime.date(2026, 6, 22),
    new_subnets_emit=True,
)
_SPEC_415: Final = attrs.evolve(
    _SPEC_421,
    spec_version=415,
    tag="v3.4.2",
    date=datetime.date(2026, 6, 2),
    share_rule=ShareRule.NET_FLOW,
    injection_cap=InjectionCap.EMISSION,
)
_SPEC_413: Final = attrs.evolve(
    _SPEC_415,
    spec_version=413,
    tag="v3.4.1",
    date=datetime.date(2026, 6, 1),
    pool_alpha_in_dissolution=False,
)
_SPEC_411: Final = attrs.evolve(
    _SPEC_413,
    spec_version=411,
    tag="v3.4.0",
    date=datetime.date(2026, 5, 27),
    protocol_keeps_bought_alpha=False,
)
_SPEC_402: Final = attrs.evolve(
    _SPEC_411,
    spec_version=402,
    tag="v3.3.15",
    date=datetime.date(2026, 5, 8),
    share_rule=ShareRule.GROSS_FLOW,
)

REVISIONS: Final = {
    revision.spec_version: revision
    for revision in (
        BASE,
        _SPEC_424,
        _SPEC_423,
        _SPEC_422,
        _SPEC_421,
        _SPEC_415,
        _SPEC_413,
        _SPEC_411,
        _SPEC_402,
    )
}
"""Every known revision by its number, newest first. Numbers between two of them changed no rule here."""


@implements("STATE-REVISION-1")
def revision_of(spec_version: int) -> Revision:
    """The rules in force under this runtime: those of the newest known revision up to it.

    Raises:
        InvalidInputError: the number is below every known revision or above :data:`BASE`.
    """
    if not min(REVISIONS) <= spec_version <= BASE.spec_version:
        raise InvalidInputError(
            "spec_version", spec_version, f"must be in [{min(REVISIONS)}, {BASE.spec_version}]"
        )
    return REVISIONS[max(number for number in REVISIONS if number <= spec_version)]
