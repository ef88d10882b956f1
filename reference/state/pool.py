"""A subnet's liquidity pool."""

from __future__ import annotations

from typing import Final

from taospec.reference.state.record import Record, record, stored
from taospec.reference.state.storage_types import boolean, u16, u64, u128

EQUAL_WEIGHTS: Final = 500_000_000_000_000_000
"""Half of :data:`WEIGHT_SCALE`."""

WEIGHT_SCALE: Final = 1_000_000_000_000_000_000
"""Weights of a pool are counted in parts of 10^18 (``Perquintill``)."""


@record("pool", netuid=u16)
class Pool(Record):
    """Reserves, weights and fee of the pool of one subnet.

    Swaps move alpha between ``alpha_in`` and ``alpha_out``; their sum is the subnet's alpha
    issuance. The root subnet keeps all TAO staked on root in ``tao_reserve``.
    """

    mechanism: int = stored(u16, "SubnetMechanism", unit="0 or 1", default=0)
    """Pricing: 1 is the weighted pool, 0 exchanges one to one."""
    tao_reserve: int = stored(u64, "SubnetTAO", unit="rao", default=0)
    """TAO in the pool."""
    alpha_in: int = stored(u64, "SubnetAlphaIn", unit="rao", default=0)
    """Alpha in the pool."""
    alpha_out: int = stored(u64, "SubnetAlphaOut", unit="rao", default=0)
    """Alpha outside the pool: staked, pending, claimable, bought by the protocol or unowned."""
    protocol_alpha: int = stored(u64, "SubnetProtocolAlpha", unit="rao", default=0)
    """The part of ``alpha_out`` that the protocol itself bought."""
    quote_weight: int = stored(u64, "Swap::SwapBalancer", unit="10^-18", default=EQUAL_WEIGHTS)
    """Weight of the TAO side, in parts of 10^18; alpha has the rest."""
    initialized: bool = stored(boolean, "Swap::PalSwapInitialized", unit="flag", default=False)
    """Whether a swap or a migration has set the weights. Reading a price does not need it."""
    fee_rate: int = stored(u16, "Swap::FeeRate", unit="1/65535", default=33)
    """Fee of a swap, a fraction of 65535 of the input."""
    volume: int = stored(u128, "SubnetVolume", unit="rao", default=0)
    """TAO that was ever swapped in either direction. No rule reads it."""
