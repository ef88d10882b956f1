"""When something was last done that may not be done too often."""

from __future__ import annotations

import enum
from typing import Final

from taospec.reference.state.record import Record, record, stored
from taospec.reference.state.storage_types import EnumerationType, VariantType, account, u16, u64


class Hyperparameter(enum.StrEnum):
    """Hyperparameters that a subnet's owner may change, in upstream's order.

    Source: ``pallets/subtensor/src/utils/rate_limiting.rs:182``.
    """

    UNKNOWN = "Unknown"
    SERVING_RATE_LIMIT = "ServingRateLimit"
    MAX_DIFFICULTY = "MaxDifficulty"
    ADJUSTMENT_ALPHA = "AdjustmentAlpha"
    MAX_WEIGHT_LIMIT = "MaxWeightLimit"
    IMMUNITY_PERIOD = "ImmunityPeriod"
    MIN_ALLOWED_WEIGHTS = "MinAllowedWeights"
    KAPPA = "Kappa"
    RHO = "Rho"
    ACTIVITY_CUTOFF = "ActivityCutoff"
    POW_REGISTRATION_ALLOWED = "PowRegistrationAllowed"
    MIN_BURN = "MinBurn"
    MAX_BURN = "MaxBurn"
    BONDS_MOVING_AVERAGE = "BondsMovingAverage"
    BONDS_PENALTY = "BondsPenalty"
    COMMIT_REVEAL_ENABLED = "CommitRevealEnabled"
    LIQUID_ALPHA_ENABLED = "LiquidAlphaEnabled"
    ALPHA_VALUES = "AlphaValues"
    WEIGHT_COMMIT_INTERVAL = "WeightCommitInterval"
    TRANSFER_ENABLED = "TransferEnabled"
    ALPHA_SIGMOID_STEEPNESS = "AlphaSigmoidSteepness"
    YUMA3_ENABLED = "Yuma3Enabled"
    BONDS_RESET_ENABLED = "BondsResetEnabled"
    IMMUNE_NEURON_LIMIT = "ImmuneNeuronLimit"
    RECYCLE_OR_BURN = "RecycleOrBurn"
    MAX_ALLOWED_UIDS = "MaxAllowedUids"
    BURN_HALF_LIFE = "BurnHalfLife"
    BURN_INCREASE_MULT = "BurnIncreaseMult"
    SUBNET_EMISSION_ENABLED = "SubnetEmissionEnabled"
    MIN_CHILDKEY_TAKE = "MinChildkeyTake"
    ACTIVITY_CUTOFF_FACTOR_MILLI = "ActivityCutoffFactorMilli"
    TRIGGER_EPOCH = "TriggerEpoch"


class Transaction(enum.IntEnum):
    """Kinds of limited calls, by the number under which storage keeps them.

    Source: ``pallets/subtensor/src/utils/rate_limiting.rs:135``.
    """

    SET_CHILDREN = 0
    SET_CHILDKEY_TAKE = 1
    UNKNOWN = 2
    REGISTER_NETWORK = 3
    SET_WEIGHTS_VERSION_KEY = 4
    SET_SUBNET_OWNER_HOTKEY = 5
    OWNER_HYPERPARAMETER_UPDATE = 6
    MECHANISM_COUNT_UPDATE = 7
    MECHANISM_EMISSION = 8
    MAX_UIDS_TRIMMING = 9
    ADD_STAKE_BURN = 10
    TEMPO_UPDATE = 11


_rate_limit_key: Final = VariantType(
    "RateLimitKey",
    {
        "SetSNOwnerHotkey": {"0": u16},
        "OwnerHyperparamUpdate": {"0": u16, "1": EnumerationType(Hyperparameter)},
        "NetworkLastRegistered": {},
        "LastTxBlock": {"0": account},
        "LastTxBlockChildKeyTake": {"0": account},
        "LastTxBlockDelegateTake": {"0": account},
        "AddStakeBurn": {"0": u16},
    },
)


@record("rate limit", subject=_rate_limit_key)
class RateLimit(Record):
    """When an account or subnet last did what is limited as a whole.

    The key names what is limited, as in ``("SetSNOwnerHotkey", netuid)``.
    """

    last_block: int = stored(u64, "LastRateLimitedBlock", unit="block", default=0)
    """The block, 0 for never."""


@record("transaction limit", hotkey=account, netuid=u16, transaction=u16, indices=(("netuid",), ("hotkey",)))
class TransactionLimit(Record):
    """When a hotkey last made one kind of limited call (:class:`Transaction`) on a subnet."""

    last_block: int = stored(u64, "TransactionKeyLastBlock", unit="block", default=0)
    """The block, 0 for never."""


@record("hotkey swap limit", netuid=u16, coldkey=account, indices=(("netuid",),))
class HotkeySwapLimit(Record):
    """When a coldkey last swapped a hotkey on one subnet."""

    last_block: int = stored(u64, "LastHotkeySwapOnNetuid", unit="block", default=0)
    """The block, 0 for never."""
