"""What the chain writes for those who read it, and no rule reads: no part of the digest."""

from __future__ import annotations

from taospec.reference.fixed_point import U96F32
from taospec.reference.state.record import Record, record, stored
from taospec.reference.state.storage_types import OptionalType, account, u16, u64, u96f32


@record("network report", report=True)
class NetworkReport(Record):
    """Figures of the whole network."""

    block_emission: int = stored(u64, "BlockEmission", unit="rao", default=1_000_000_000)
    """Result of the last question for an emission, for TAO or for the alpha of any subnet."""


@record("subnet report", report=True, netuid=u16)
class SubnetReport(Record):
    """Figures of one subnet."""

    tao_in_emission: int = stored(u64, "SubnetTaoInEmission", unit="rao", default=0)
    """TAO that the last block put into the pool."""
    alpha_in_emission: int = stored(u64, "SubnetAlphaInEmission", unit="rao", default=0)
    """Alpha that the last block put into the pool."""
    alpha_out_emission: int = stored(u64, "SubnetAlphaOutEmission", unit="rao", default=0)
    """Alpha that the last block minted outside the pool."""
    excess_tao: int = stored(u64, "SubnetExcessTao", unit="rao", default=0)
    """TAO with which the last block bought alpha."""
    root_sell_tao: int = stored(u64, "SubnetRootSellTao", unit="rao", default=0)
    """TAO for which root dividends were sold since the last block step."""
    root_proportion: U96F32 = stored(u96f32, "RootProp", unit="proportion", default=U96F32.zero())
    """Root's part of dividends, as of the last block."""
    recycled_for_registration: int = stored(u64, "RAORecycledForRegistration", unit="rao", default=0)
    """TAO that registrations cost so far."""
    minted_alpha: int = stored(u64, "AlphaAssets::TotalAlphaIssuance", unit="rao", default=0)
    """Alpha that emission minted, less what was recycled."""
    burned_alpha: int = stored(u64, "AlphaAssets::AlphaBurned", unit="rao", default=0)
    """Alpha that was burned."""
    recycled_alpha: int = stored(u64, "AlphaAssets::AlphaRecycled", unit="rao", default=0)
    """Alpha that was recycled."""


@record("dividend report", report=True, netuid=u16, hotkey=account, indices=(("netuid",), ("hotkey",)))
class DividendReport(Record):
    """Figures of one hotkey on one subnet."""

    alpha_dividends: int = stored(u64, "AlphaDividendsPerSubnet", unit="rao", default=0)
    """Alpha that its stakers got in the last epoch."""
    root_alpha_dividends: int = stored(u64, "RootAlphaDividendsPerSubnet", unit="rao", default=0)
    """Alpha that its root stakers got in the last epoch."""
    total_alpha_last_epoch: int = stored(
        u64, "TotalHotkeyAlphaLastEpoch", unit="rao", default=0, upstream_key=("hotkey", "netuid")
    )
    """Its stakers' alpha at the last epoch."""


@record("stake report", report=True, coldkey=account, hotkey=account, indices=(("coldkey",), ("hotkey",)))
class StakeReport(Record):
    """Figures of one coldkey's stake to one hotkey."""

    last_block: int | None = stored(
        OptionalType(u64), "LastColdkeyHotkeyStakeBlock", unit="block", default=None
    )
    """When it last staked."""
