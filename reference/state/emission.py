"""What decides a subnet's share of emission, and what it has earned and not yet paid out."""

from __future__ import annotations

from taospec.reference.fixed_point import I64F64, I96F32, U96F32
from taospec.reference.state.record import Record, record, stored
from taospec.reference.state.storage_types import (
    OptionalType,
    TupleType,
    i64,
    i64f64,
    i96f32,
    u16,
    u64,
    u96f32,
)

_flow_average = OptionalType(TupleType(u64, i64f64))


@record("emission", netuid=u16)
class Emission(Record):
    """Prices, flows and pending alpha of one subnet."""

    moving_price: I96F32 = stored(i96f32, "SubnetMovingPrice", unit="TAO per alpha", default=I96F32.zero())
    """Moving average of the pool's price."""
    miner_burned: U96F32 = stored(u96f32, "MinerBurned", unit="proportion", default=U96F32.zero())
    """Part of the last epoch's miner incentive that was withheld from the owner's hotkeys."""
    pending_server: int = stored(u64, "PendingServerEmission", unit="rao", default=0)
    """Alpha for miners, until the next epoch."""
    pending_validator: int = stored(u64, "PendingValidatorEmission", unit="rao", default=0)
    """Alpha for validators, until the next epoch."""
    pending_root_alpha: int = stored(u64, "PendingRootAlphaDivs", unit="rao", default=0)
    """Alpha for root stakers, until the next epoch."""
    pending_owner_cut: int = stored(u64, "PendingOwnerCut", unit="rao", default=0)
    """Alpha for the subnet's owner, until the next epoch."""
    tao_flow: int = stored(i64, "SubnetTaoFlow", unit="rao", default=0)
    """Net TAO that users put in since the flow average last took it. Only the flow rule reads it."""
    tao_flow_average: tuple[int, I64F64] | None = stored(
        _flow_average, "SubnetEmaTaoFlow", unit="(block, rao)", default=None
    )
    """Moving average of ``tao_flow`` and the block of its last step."""
    protocol_flow: int = stored(i64, "SubnetProtocolFlow", unit="rao", default=0)
    """Net TAO that the protocol put in since the average last took it."""
    protocol_flow_average: tuple[int, I64F64] | None = stored(
        _flow_average, "SubnetEmaProtocolFlow", unit="(block, rao)", default=None
    )
    """Moving average of ``protocol_flow`` and the block of its last step."""
