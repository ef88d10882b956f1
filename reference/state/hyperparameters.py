"""The parameters of one subnet."""

from __future__ import annotations

import enum
from typing import Final

from taospec.reference.fixed_point import I96F32, U64F64
from taospec.reference.state.record import Record, record, stored
from taospec.reference.state.storage_types import (
    EnumerationType,
    OptionalType,
    SequenceType,
    TupleType,
    boolean,
    i16,
    i96f32,
    u8,
    u16,
    u32,
    u64,
    u64f64,
)


class RecycleOrBurn(enum.Enum):
    """What becomes of incentive that is withheld from the owner's hotkeys."""

    BURN = "Burn"
    """It stays in the alpha outside the pool and belongs to nobody."""
    RECYCLE = "Recycle"
    """It leaves the alpha issuance, which moves the alpha schedule back."""


_BURN_INCREASE: Final = U64F64.from_bits(23_242_897_532_874_035_200)
"""1.26, as the nearest double."""

_CLAIM_THRESHOLD: Final = I96F32.from_bits(500_000 << 32)


@record("hyperparameters", netuid=u16)
class Hyperparameters(Record):
    """Parameters of one subnet, set by its owner or by root."""

    # Consensus
    kappa: int = stored(u16, "Kappa", unit="1/65535", default=32_767)
    """Majority of stake that consensus needs."""
    rho: int = stored(u16, "Rho", unit="number", default=10)
    """Steepness of a trust function that the chain no longer computes."""
    activity_cutoff: int = stored(u16, "ActivityCutoff", unit="blocks", default=5_000)
    """The activity cutoff before it became a factor; set by a deprecated call, read by no epoch."""
    activity_cutoff_factor: int = stored(u32, "ActivityCutoffFactorMilli", unit="tempo/1000", default=13_889)
    """After how long a silent validator counts as inactive."""
    bonds_moving_average: int = stored(u64, "BondsMovingAverage", unit="10^-6", default=900_000)
    """Part of the old bonds that an epoch keeps."""
    bonds_penalty: int = stored(u16, "BondsPenalty", unit="1/65535", default=65_535)
    """How far bonds follow clipped rather than set weights."""
    bonds_reset: bool = stored(boolean, "BondsResetOn", unit="flag", default=False)
    """Whether a miner's new commitment resets the bonds to it."""
    yuma3: bool = stored(boolean, "Yuma3On", unit="flag", default=False)
    """Yuma 3 bonds instead of Yuma 2."""
    liquid_alpha: bool = stored(boolean, "LiquidAlphaOn", unit="flag", default=False)
    """A rate of the bonds' moving average for each pair."""
    alpha_values: tuple[int, int] = stored(
        TupleType(u16, u16), "AlphaValues", unit="1/65535", default=(45_875, 58_982)
    )
    """Lowest and highest of these rates."""
    alpha_sigmoid_steepness: int = stored(i16, "AlphaSigmoidSteepness", unit="1/100", default=1_000)
    """How fast they pass from one to the other."""

    # Neurons
    max_allowed_uids: int = stored(u16, "MaxAllowedUids", unit="count", default=256)
    """Most neurons."""
    min_allowed_uids: int = stored(u16, "MinAllowedUids", unit="count", default=64)
    """To how few the owner may reduce them."""
    max_allowed_validators: int = stored(u16, "MaxAllowedValidators", unit="count", default=128)
    """Most validator permits."""
    immunity_period: int = stored(u16, "ImmunityPeriod", unit="blocks", default=4_096)
    """Blocks in which a new neuron is pruned only after all others."""
    min_non_immune_uids: int = stored(u16, "MinNonImmuneUids", unit="count", default=10)
    """How many neurons without immunity are kept from pruning."""
    immune_owner_uids_limit: int = stored(u16, "ImmuneOwnerUidsLimit", unit="count", default=1)
    """How many of the owner's neurons are never pruned."""
    mechanism_count: int = stored(u8, "MechanismCountCurrent", unit="count", default=1)
    """Number of mechanisms."""
    mechanism_emission_split: tuple[int, ...] | None = stored(
        OptionalType(SequenceType(u16)), "MechanismEmissionSplit", unit="1/65535", default=None
    )
    """Each mechanism's part of emission; absent, equal parts."""

    # Weights
    min_allowed_weights: int = stored(u16, "MinAllowedWeights", unit="count", default=1_024)
    """Fewest weights in a row."""
    weights_version_key: int = stored(u64, "WeightsVersionKey", unit="version", default=0)
    """Lowest version that a validator must name."""
    weights_set_rate_limit: int = stored(u64, "WeightsSetRateLimit", unit="blocks", default=100)
    """Blocks from one setting of weights to the next."""
    commit_reveal: bool = stored(boolean, "CommitRevealWeightsEnabled", unit="flag", default=True)
    """Whether weights are committed first and revealed later."""
    reveal_period: int = stored(u64, "RevealPeriodEpochs", unit="epochs", default=1)
    """Epochs from commit to reveal."""

    # Registration
    registration_allowed: bool = stored(boolean, "NetworkRegistrationAllowed", unit="flag", default=True)
    """Whether neurons can register; without it the subnet has no emission either."""
    pow_registration_allowed: bool = stored(
        boolean, "NetworkPowRegistrationAllowed", unit="flag", default=True
    )
    """Whether they could by proof of work, which no longer exists."""
    min_burn: int = stored(u64, "MinBurn", unit="rao", default=500_000)
    """Lowest price of a registration."""
    max_burn: int = stored(u64, "MaxBurn", unit="rao", default=100_000_000_000)
    """Highest price of a registration."""
    burn_half_life: int = stored(u16, "BurnHalfLife", unit="blocks", default=360)
    """Blocks in which the price halves."""
    burn_increase: U64F64 = stored(u64f64, "BurnIncreaseMult", unit="factor", default=_BURN_INCREASE)
    """By what a registration multiplies the price."""
    max_registrations_per_block: int = stored(u16, "MaxRegistrationsPerBlock", unit="count", default=1)
    """Most registrations on root in one block."""
    target_registrations_per_interval: int = stored(
        u16, "TargetRegistrationsPerInterval", unit="count", default=2
    )
    """A third of the most registrations on root in one interval."""
    adjustment_interval: int = stored(u16, "AdjustmentInterval", unit="blocks", default=100)
    """Interval of the price adjustment that the continuous price replaced."""
    adjustment_alpha: int = stored(u64, "AdjustmentAlpha", unit="1/(2^64-1)", default=0)
    """Rate of the price adjustment that the continuous price replaced."""
    serving_rate_limit: int = stored(u64, "ServingRateLimit", unit="blocks", default=50)
    """Blocks from one announcement of a neuron's address to the next."""

    # Economy
    emission_enabled: bool = stored(boolean, "SubnetEmissionEnabled", unit="flag", default=True)
    """Whether the subnet takes part in TAO emission. A new subnet's is off until root enables it."""
    price_ema_halving_blocks: int = stored(u64, "EMAPriceHalvingBlocks", unit="blocks", default=201_600)
    """Age at which a subnet's moving price has half of its full rate."""
    owner_cut_enabled: bool = stored(boolean, "OwnerCutEnabled", unit="flag", default=True)
    """Whether the owner gets its part of emission."""
    owner_cut_auto_lock: bool = stored(boolean, "OwnerCutAutoLockEnabled", unit="flag", default=False)
    """Whether that part is locked as it is paid."""
    recycle_or_burn: RecycleOrBurn = stored(
        EnumerationType(RecycleOrBurn), "RecycleOrBurn", unit="rule", default=RecycleOrBurn.BURN
    )
    """What becomes of incentive that is withheld from the owner's hotkeys."""
    transfers_allowed: bool = stored(boolean, "TransferToggle", unit="flag", default=True)
    """Whether stake can be sent to another coldkey."""
    min_childkey_take: int = stored(u16, "MinChildkeyTakePerSubnet", unit="1/65535", default=0)
    """Lowest take of a childkey on this subnet."""
    root_claim_threshold: I96F32 = stored(
        i96f32, "RootClaimableThreshold", unit="rao", default=_CLAIM_THRESHOLD
    )
    """Root dividends below this are not claimed."""


@record("voting power tracking", netuid=u16)
class VotingPowerTracking(Record):
    """How one subnet tracks voting power."""

    enabled: bool = stored(boolean, "VotingPowerTrackingEnabled", unit="flag", default=False)
    """Whether it does."""
    disable_at: int = stored(u64, "VotingPowerDisableAtBlock", unit="block", default=0)
    """Block from which it stops, 0 for none."""
    rate: int = stored(u64, "VotingPowerEmaAlpha", unit="10^-18", default=3_570_000_000_000_000)
    """Rate of the moving average."""
