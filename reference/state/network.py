"""What there is once: issuance, counters, and the parameters of the whole network."""

from __future__ import annotations

from typing import Final

from taospec.reference.fixed_point import I64F64, I96F32, U64F64
from taospec.reference.state.accounts import DEFAULT_TAKE
from taospec.reference.state.record import Record, record, stored
from taospec.reference.state.storage_types import (
    OptionalType,
    boolean,
    byte_string,
    i64f64,
    i96f32,
    u8,
    u16,
    u32,
    u64,
    u64f64,
)

_key = OptionalType(byte_string)

_MOVING_ALPHA: Final = I96F32.from_bits(12_885)
"""0.000003, rounded to the nearest multiple of 2^-32."""


@record("clock")
class Clock(Record):
    """Where the chain is."""

    block: int = stored(u32, "System::Number", unit="block", default=0)
    """Number of the current block."""


@record("issuance")
class Issuance(Record):
    """How much TAO there is. Upstream counts it twice; the two drift apart by dust."""

    total: int = stored(u64, "TotalIssuance", unit="rao", default=0)
    """What the emission schedule reads."""
    of_balances: int = stored(u64, "Balances::TotalIssuance", unit="rao", default=0)
    """What is held by accounts or about to be; the cap of 21 million applies to it."""
    total_stake: int = stored(u64, "TotalStake", unit="rao", default=0)
    """TAO in pools and on root, plus fees of buys (which upstream does not take off again)."""


@record("network")
class Network(Record):
    """Counters of the whole network."""

    subnets: int = stored(u16, "TotalNetworks", unit="count", default=0)
    """Number of subnets, root included."""
    last_lock_cost: int = stored(u64, "NetworkLastLockCost", unit="rao", default=1_000_000_000_000)
    """What the last subnet paid for its registration."""
    root_stakers: int = stored(u64, "NumStakingColdkeys", unit="count", default=0)
    """Length of the list of root stakers."""
    next_lease: int = stored(u32, "NextSubnetLeaseId", unit="lease id", default=0)
    """Id of the next lease."""
    last_stake_key_v1: bytes | None = stored(_key, "AlphaMapLastKey", unit="storage key", default=None)
    """How far the list of root stakers has been filled from old positions."""
    last_stake_key: bytes | None = stored(_key, "AlphaV2MapLastKey", unit="storage key", default=None)
    """How far the list of root stakers has been filled from positions."""


@record("network parameters")
class NetworkParameters(Record):
    """Parameters that hold for every subnet. Only the root origin changes them."""

    # Emission and issuance
    tao_weight: int = stored(u64, "TaoWeight", unit="1/(2^64-1)", default=971_718_665_099_567_868)
    """Weight of TAO staked on root beside alpha."""
    subnet_owner_cut: int = stored(u16, "SubnetOwnerCut", unit="1/65535", default=DEFAULT_TAKE)
    """The subnet owners' part of alpha emission."""
    subnet_moving_alpha: I96F32 = stored(
        i96f32, "SubnetMovingAlpha", unit="proportion", default=_MOVING_ALPHA
    )
    """Rate of the moving price."""
    max_epochs_per_block: int = stored(u8, "MaxEpochsPerBlock", unit="count", default=2)
    """Epochs that one block runs; further ones are put off."""
    net_tao_flow_enabled: bool = stored(boolean, "NetTaoFlowEnabled", unit="flag", default=True)
    """Whether the flow rule takes off what the protocol put in."""
    tao_flow_cutoff: I64F64 = stored(i64f64, "TaoFlowCutoff", unit="rao", default=I64F64.zero())
    """Flow below which the flow rule gives nothing."""
    flow_norm_exponent: U64F64 = stored(u64f64, "FlowNormExponent", unit="exponent", default=U64F64.one())
    """Power to which the flow rule raises flows."""
    flow_ema_smoothing_factor: int = stored(
        u64, "FlowEmaSmoothingFactor", unit="1/(2^63-1)", default=29_597_889_189_277
    )
    """Rate of the flow averages."""

    # Stake and delegation
    stake_threshold: int = stored(u64, "StakeThreshold", unit="rao", default=0)
    """Stake weight below which a hotkey cannot set weights."""
    nominator_min_required_stake: int = stored(u64, "NominatorMinRequiredStake", unit="10^-6", default=0)
    """Smallest nomination, a fraction of the minimum stake."""
    max_delegate_take: int = stored(u16, "MaxDelegateTake", unit="1/65535", default=DEFAULT_TAKE)
    """Highest take of a delegate."""
    min_delegate_take: int = stored(u16, "MinDelegateTake", unit="1/65535", default=0)
    """Lowest take of a delegate."""
    max_childkey_take: int = stored(u16, "MaxChildkeyTake", unit="1/65535", default=DEFAULT_TAKE)
    """Highest take of a childkey."""
    min_childkey_take: int = stored(u16, "MinChildkeyTake", unit="1/65535", default=0)
    """Lowest take of a childkey."""
    childkey_burn: int = stored(u64, "CKBurn", unit="1/(2^64-1)", default=0)
    """Part of a childkey's dividends for a parent of another owner that is recycled."""
    pending_childkey_cooldown: int = stored(u64, "PendingChildKeyCooldown", unit="blocks", default=7_200)
    """Blocks before new children take effect."""
    root_claims_per_block: int = stored(u64, "NumRootClaim", unit="count", default=5)
    """Automatic claims of root dividends in a block."""
    unlock_rate: int = stored(u64, "UnlockRate", unit="blocks", default=934_866)
    """Time constant with which locked alpha is released."""
    maturity_rate: int = stored(u64, "MaturityRate", unit="blocks", default=934_866)
    """Time constant with which conviction matures."""

    # Subnets
    subnet_limit: int = stored(u16, "SubnetLimit", unit="count", default=128)
    """Most subnets, root not counted."""
    network_immunity_period: int = stored(u64, "NetworkImmunityPeriod", unit="blocks", default=1_296_000)
    """Blocks in which a new subnet cannot be pruned."""
    network_min_lock_cost: int = stored(u64, "NetworkMinLockCost", unit="rao", default=1_000_000_000_000)
    """Lowest price of a subnet."""
    network_lock_reduction_interval: int = stored(
        u64, "NetworkLockReductionInterval", unit="blocks", default=100_800
    )
    """Blocks in which the price of a subnet falls by what the last one paid."""
    start_call_delay: int = stored(u64, "StartCallDelay", unit="blocks", default=0)
    """Blocks from registration to the earliest start call."""
    registration_start_block: int = stored(u64, "NetworkRegistrationStartBlock", unit="block", default=0)
    """First block in which subnets can be registered."""
    tao_in_refund_deployment_block: int = stored(u64, "TaoInRefundDeploymentBlock", unit="block", default=0)
    """Subnets registered later count their pool's alpha when they are dissolved."""
    max_mechanism_count: int = stored(u8, "MaxMechanismCount", unit="count", default=2)
    """Most mechanisms of a subnet."""
    commit_reveal_version: int = stored(u16, "CommitRevealWeightsVersion", unit="version", default=4)
    """The version that timelocked commits must name."""
    min_activity_cutoff: int = stored(u16, "MinActivityCutoff", unit="blocks", default=360)
    """Lowest value of the deprecated activity cutoff in blocks."""

    # Limits on how often
    network_rate_limit: int = stored(u64, "NetworkRateLimit", unit="blocks", default=7_200)
    """Blocks from one subnet registration to the next."""
    weights_version_key_rate_limit: int = stored(u64, "WeightsVersionKeyRateLimit", unit="tempos", default=5)
    """Tempos from one change of a weights version key to the next."""
    admin_freeze_window: int = stored(u16, "AdminFreezeWindow", unit="blocks", default=10)
    """Blocks before an epoch in which hyperparameters are frozen."""
    owner_hyperparameter_rate_limit: int = stored(u16, "OwnerHyperparamRateLimit", unit="tempos", default=2)
    """Tempos from one change of a hyperparameter by the owner to the next."""
    tx_rate_limit: int = stored(u64, "TxRateLimit", unit="blocks", default=1_000)
    """Blocks from one hotkey swap of a coldkey to the next."""
    tx_delegate_take_rate_limit: int = stored(u64, "TxDelegateTakeRateLimit", unit="blocks", default=216_000)
    """Blocks from one rise of a delegate's take to the next."""
    tx_childkey_take_rate_limit: int = stored(u64, "TxChildkeyTakeRateLimit", unit="blocks", default=216_000)
    """Blocks from one rise of a childkey's take to the next."""
    coldkey_swap_announcement_delay: int = stored(
        u32, "ColdkeySwapAnnouncementDelay", unit="blocks", default=36_000
    )
    """Blocks from the announcement of a coldkey swap to the swap."""
    coldkey_swap_reannouncement_delay: int = stored(
        u32, "ColdkeySwapReannouncementDelay", unit="blocks", default=7_200
    )
    """Blocks after that before the announcement can be replaced or withdrawn."""
