"""Every event of the protocol: its fields with their types, in upstream's order.

A variant with named fields has upstream's names; where upstream counts the fields only, the names are
ours. What an event tells is in ``spec/chain/events.md``.

Source: ``pallets/subtensor/src/macros/events.rs:11``, ``pallets/admin-utils/src/lib.rs:77``,
``pallets/swap/src/pallet/mod.rs:127``; the runtime framework's transaction payment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from taospec.reference.rules import implements
from taospec.reference.state.errors import SubtensorError
from taospec.reference.state.storage_types import (
    EnumerationType,
    NewtypeType,
    OrderedSetType,
    SequenceType,
    StorageType,
    TupleType,
    VariantType,
    account,
    boolean,
    byte_string,
    hash_256,
    u8,
    u16,
    u32,
    u64,
    u64f64,
)


@implements("CHAIN-EVENT-2")
@attrs.frozen
class EventType:
    """What an event of one name consists of."""

    name: str
    """Upstream's name, with its pallet before ``::`` unless that is SubtensorModule."""
    fields: Mapping[str, StorageType[Any]]
    """Name and type of each field, in upstream's order."""
    named: bool
    """Whether upstream names the fields; otherwise it counts them."""
    source: str
    """File and line of upstream's declaration."""


class ModuleErrorType(EnumerationType):
    """An error of the main pallet, as one that a call of a batch returned."""

    def __init__(self) -> None:
        super().__init__(SubtensorError)
        self.name = "DispatchError"


netuid: Final = NewtypeType("NetUid", u16)
netuid_storage_index: Final = NewtypeType("NetUidStorageIndex", u16)
"""4096 times the mechanism, plus the netuid."""
tao: Final = NewtypeType("TaoBalance", u64)
"""Rao."""
alpha: Final = NewtypeType("AlphaBalance", u64)
"""Rao of a subnet's alpha."""
CHILDREN: Final = SequenceType(TupleType(u64, account))
"""Proportion, of 2^64 - 1, and child."""
ROOT_CLAIM_TYPE: Final = VariantType(
    "RootClaimTypeEnum", {"Swap": {}, "Keep": {}, "KeepSubnets": {"subnets": OrderedSetType(netuid)}}
)

_SUBTENSOR: Final = "pallets/subtensor/src/macros/events.rs"
_ADMIN: Final = "pallets/admin-utils/src/lib.rs"
_SWAP: Final = "pallets/swap/src/pallet/mod.rs"
_RUNTIME: Final = "runtime/src/lib.rs"
"""What configures the framework's pallets, which declare their events elsewhere."""


def _tuple(name: str, line: int, **fields: StorageType[Any]) -> EventType:
    """An event of the main pallet whose fields upstream counts."""
    return EventType(name, fields, named=False, source=f"{_SUBTENSOR}:{line}")


def _record(name: str, line: int, file: str = _SUBTENSOR, **fields: StorageType[Any]) -> EventType:
    """An event whose fields upstream names."""
    return EventType(name, fields, named=True, source=f"{file}:{line}")


_DECLARED: Final = (
    _tuple("NetworkAdded", 13, netuid=netuid, mechanism=u16),
    _tuple("NetworkRemoved", 15, netuid=netuid),
    _tuple("StakeAdded", 17, coldkey=account, hotkey=account, tao=tao, alpha=alpha, netuid=netuid, fee=u64),
    _tuple("StakeRemoved", 26, coldkey=account, hotkey=account, tao=tao, alpha=alpha, netuid=netuid, fee=u64),
    _tuple(
        "StakeMoved",
        35,
        coldkey=account,
        origin_hotkey=account,
        origin_netuid=netuid,
        destination_hotkey=account,
        destination_netuid=netuid,
        tao=tao,
    ),
    _tuple("WeightsSet", 44, index=netuid_storage_index, uid=u16),
    _tuple("NeuronRegistered", 46, netuid=netuid, uid=u16, hotkey=account),
    _tuple("MaxAllowedUidsSet", 52, netuid=netuid, count=u16),
    _tuple("DifficultySet", 57, netuid=netuid, difficulty=u64),
    _tuple("AdjustmentIntervalSet", 59, netuid=netuid, adjustment_interval=u16),
    _tuple("RegistrationPerIntervalSet", 61, netuid=netuid, target_registrations_per_interval=u16),
    _tuple("MaxRegistrationsPerBlockSet", 63, netuid=netuid, max_registrations_per_block=u16),
    _tuple("ActivityCutoffSet", 65, netuid=netuid, activity_cutoff=u16),
    _tuple("KappaSet", 71, netuid=netuid, kappa=u16),
    _tuple("MinAllowedWeightSet", 73, netuid=netuid, count=u16),
    _tuple("WeightsSetRateLimitSet", 79, netuid=netuid, weights_set_rate_limit=u64),
    _tuple("ImmunityPeriodSet", 81, netuid=netuid, blocks=u16),
    _tuple("BondsMovingAverageSet", 83, netuid=netuid, bonds_moving_average=u64),
    _tuple("BondsPenaltySet", 85, netuid=netuid, bonds_penalty=u16),
    _tuple("BondsResetOnSet", 87, netuid=netuid, enabled=boolean),
    _tuple("MaxAllowedValidatorsSet", 89, netuid=netuid, count=u16),
    _tuple("WeightsVersionKeySet", 99, netuid=netuid, weights_version_key=u64),
    _tuple("MinDifficultySet", 101, netuid=netuid, min_difficulty=u64),
    _tuple("MaxDifficultySet", 103, netuid=netuid, max_difficulty=u64),
    _tuple("ServingRateLimitSet", 105, netuid=netuid, serving_rate_limit=u64),
    _tuple("MaxBurnSet", 109, netuid=netuid, max_burn=tao),
    _tuple("MinBurnSet", 111, netuid=netuid, min_burn=tao),
    _tuple("MaxEpochsPerBlockSet", 113, max_epochs_per_block=u8),
    _tuple("TxRateLimitSet", 115, tx_rate_limit=u64),
    _tuple("TxDelegateTakeRateLimitSet", 117, tx_rate_limit=u64),
    _tuple("TxChildKeyTakeRateLimitSet", 119, tx_rate_limit=u64),
    _tuple("AdminFreezeWindowSet", 121, window=u16),
    _tuple("OwnerHyperparamRateLimitSet", 123, epochs=u16),
    _tuple("MinChildKeyTakeSet", 125, take=u16),
    _tuple("MinChildKeyTakePerSubnetSet", 127, netuid=netuid, take=u16),
    _tuple("MaxChildKeyTakeSet", 129, take=u16),
    _tuple("ChildKeyTakeSet", 131, hotkey=account, take=u16),
    _tuple("RegistrationAllowed", 135, netuid=netuid, allowed=boolean),
    _tuple("TempoSet", 139, netuid=netuid, tempo=u16),
    _tuple("RAORecycledForRegistrationSet", 141, netuid=netuid, rao=tao),
    _tuple("StakeThresholdSet", 143, min_stake=u64),
    _tuple("AdjustmentAlphaSet", 145, netuid=netuid, adjustment_alpha=u64),
    _tuple("SubnetOwnerCutSet", 149, subnet_owner_cut=u16),
    _tuple("NetworkRateLimitSet", 151, rate_limit=u64),
    _tuple("NetworkImmunityPeriodSet", 153, immunity_period=u64),
    _tuple("StartCallDelaySet", 155, delay=u64),
    _tuple("NetworkMinLockCostSet", 157, lock_cost=tao),
    _tuple("SubnetLimitSet", 159, max_subnets=u16),
    _tuple("NetworkLockCostReductionIntervalSet", 161, interval=u64),
    _tuple("TakeDecreased", 163, coldkey=account, hotkey=account, take=u16),
    _tuple("TakeIncreased", 165, coldkey=account, hotkey=account, take=u16),
    _record("HotkeySwapped", 167, coldkey=account, old_hotkey=account, new_hotkey=account),
    _tuple("MaxDelegateTakeSet", 176, take=u16),
    _tuple("MinDelegateTakeSet", 178, take=u16),
    _record("ColdkeySwapAnnounced", 180, who=account, new_coldkey_hash=hash_256),
    _record("ColdkeySwapReset", 187, who=account),
    _record("ColdkeySwapped", 192, old_coldkey=account, new_coldkey=account),
    _record("ColdkeySwapDisputed", 199, coldkey=account),
    _tuple("SetChildrenScheduled", 220, hotkey=account, netuid=netuid, cooldown_block=u64, children=CHILDREN),
    _tuple("SetChildren", 222, hotkey=account, netuid=netuid, children=CHILDREN),
    _tuple("SubnetIdentitySet", 230, netuid=netuid),
    _tuple("ColdkeySwapAnnouncementDelaySet", 243, duration=u32),
    _tuple("ColdkeySwapReannouncementDelaySet", 245, duration=u32),
    _tuple("DissolveNetworkScheduleDurationSet", 247, duration=u32),
    _tuple("WeightsCommitted", 259, hotkey=account, index=netuid_storage_index, commit_hash=hash_256),
    _tuple("WeightsRevealed", 266, hotkey=account, index=netuid_storage_index, commit_hash=hash_256),
    _tuple("WeightsBatchRevealed", 273, hotkey=account, netuid=netuid, commit_hashes=SequenceType(hash_256)),
    _tuple(
        "BatchWeightsCompleted",
        279,
        netuids=SequenceType(NewtypeType("Compact<NetUid>", netuid)),
        hotkey=account,
    ),
    _tuple("BatchCompletedWithErrors", 282),
    _tuple("BatchWeightItemFailed", 288, netuid=netuid, error=ModuleErrorType()),
    _tuple(
        "StakeTransferred",
        293,
        coldkey=account,
        destination_coldkey=account,
        hotkey=account,
        origin_netuid=netuid,
        destination_netuid=netuid,
        tao=tao,
    ),
    _tuple(
        "StakeSwapped",
        306,
        coldkey=account,
        hotkey=account,
        origin_netuid=netuid,
        destination_netuid=netuid,
        tao=tao,
    ),
    _tuple("TransferToggle", 312, netuid=netuid, toggle=boolean),
    _tuple("SubnetOwnerHotkeySet", 318, netuid=netuid, hotkey=account),
    _tuple("FirstEmissionBlockNumberSet", 324, netuid=netuid, block=u64),
    _tuple("AlphaRecycled", 330, coldkey=account, hotkey=account, alpha=alpha, netuid=netuid),
    _tuple("AlphaBurned", 336, coldkey=account, hotkey=account, alpha=alpha, netuid=netuid),
    _tuple("CommitRevealPeriodsSet", 360, netuid=netuid, interval=u64),
    _tuple("CommitRevealEnabled", 366, netuid=netuid, enabled=boolean),
    _record(
        "HotkeySwappedOnSubnet", 369, coldkey=account, old_hotkey=account, new_hotkey=account, netuid=netuid
    ),
    _record("SymbolUpdated", 400, netuid=netuid, symbol=byte_string),
    _tuple("CommitRevealVersionSet", 410, version=u16),
    _tuple(
        "TimelockedWeightsCommitted",
        418,
        hotkey=account,
        index=netuid_storage_index,
        commit_hash=hash_256,
        reveal_round=u64,
    ),
    _tuple("TimelockedWeightsRevealed", 424, index=netuid_storage_index, hotkey=account),
    _record(
        "AutoStakeAdded",
        427,
        netuid=netuid,
        destination=account,
        hotkey=account,
        owner=account,
        incentive=alpha,
    ),
    _record("IncentiveAlphaEmittedToMiners", 441, netuid=netuid_storage_index, emissions=SequenceType(alpha)),
    _tuple("MinAllowedUidsSet", 449, netuid=netuid, min_allowed_uids=u16),
    _record("AutoStakeDestinationSet", 456, coldkey=account, netuid=netuid, hotkey=account),
    _tuple("MinNonImmuneUidsSet", 466, netuid=netuid, min=u16),
    _record("RootClaimed", 470, coldkey=account),
    _record("RootClaimTypeSet", 478, coldkey=account, root_claim_type=ROOT_CLAIM_TYPE),
    _record("VotingPowerTrackingEnabled", 487, netuid=netuid),
    _record("VotingPowerTrackingDisableScheduled", 494, netuid=netuid, disable_at_block=u64),
    _record("VotingPowerTrackingDisabled", 502, netuid=netuid),
    _record("VotingPowerEmaAlphaSet", 508, netuid=netuid, alpha=u64),
    _record("AddStakeBurn", 526, netuid=netuid, hotkey=account, amount=tao, alpha=alpha),
    _record("ColdkeySwapCleared", 538, who=account),
    _record("TransactionFeePaidWithAlpha", 547, who=account, netuid=netuid, alpha_fee=alpha, tao_amount=tao),
    _record("AutoParentDelegationEnabledSet", 574, hotkey=account, enabled=boolean),
    _record("StakeLocked", 582, coldkey=account, hotkey=account, netuid=netuid, amount=alpha),
    _record(
        "LockMoved", 606, coldkey=account, origin_hotkey=account, destination_hotkey=account, netuid=netuid
    ),
    _record("ActivityCutoffFactorMilliSet", 618, netuid=netuid, factor_milli=u32),
    _record("EpochTriggered", 626, netuid=netuid, by=account, fires_at=u64),
    _record("EpochDeferred", 636, netuid=netuid, from_block=u64, to_block=u64),
    _record("EpochSkipped", 646, netuid=netuid, block=u64),
    _record("SubnetOwnerChanged", 654, netuid=netuid, old_coldkey=account, new_coldkey=account),
    _record("PerpetualLockUpdated", 664, coldkey=account, netuid=netuid, enabled=boolean),
    _record("RejectLockedAlphaUpdated", 674, coldkey=account, enabled=boolean),
    _record("AdminUtils::Yuma3EnableToggled", 86, _ADMIN, netuid=netuid, enabled=boolean),
    _record("AdminUtils::BondsResetToggled", 93, _ADMIN, netuid=netuid, enabled=boolean),
    _record("AdminUtils::BurnHalfLifeSet", 100, _ADMIN, netuid=netuid, burn_half_life=u16),
    _record("AdminUtils::BurnIncreaseMultSet", 107, _ADMIN, netuid=netuid, burn_increase_mult=u64f64),
    _record("AdminUtils::SubnetEmissionEnabledSet", 115, _ADMIN, netuid=netuid, enabled=boolean),
    _record("Swap::FeeRateSet", 129, _SWAP, netuid=netuid, rate=u16),
    _record("TransactionPayment::TransactionFeePaid", 532, _RUNTIME, who=account, actual_fee=tao, tip=tao),
)

EVENTS: Final[Mapping[str, EventType]] = {each.name: each for each in _DECLARED}
"""Every event that the model deposits, by name, in the order of declaration."""

_NO_CODE: Final = "no code of this revision deposits it"
_LEASES: Final = "leases are not modelled"
_ADDRESSES: Final = "calls that announce addresses are not modelled"
_EVM: Final = "the EVM is not modelled"
_IDENTITY: Final = "calls that set or remove identities are not modelled, and the state keeps none"

NOT_DEPOSITED: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "BulkNeuronsRegistered",
            "BulkBalancesSet",
            "MaxWeightLimitSet",
            "RhoSet",
            "AlphaSigmoidSteepnessSet",
            "ValidatorPruneLenSet",
            "ScalingLawPowerSet",
            "DelegateAdded",
            "DefaultTakeSet",
            "BurnSet",
            "Sudid",
            "PowRegistrationAllowed",
            "AllBalanceUnstakedAndTransferredToNewColdkey",
            "ArbitrationPeriodExtended",
            "DissolveNetworkScheduled",
            "CRV3WeightsCommitted",
            "CRV3WeightsRevealed",
            "BurnHalfLifeSet",
            "BurnIncreaseMultSet",
            "StakeUnlocked",
        ),
        _NO_CODE,
    ),
    "Faucet": "the runtime is built without the faucet",
    **dict.fromkeys(
        ("SubnetLeaseCreated", "SubnetLeaseTerminated", "SubnetLeaseDividendsDistributed"), _LEASES
    ),
    **dict.fromkeys(("AxonServed", "PrometheusServed"), _ADDRESSES),
    **dict.fromkeys(("EvmKeyAssociated", "AdminUtils::PrecompileUpdated"), _EVM),
    **dict.fromkeys(("ChainIdentitySet", "SubnetIdentityRemoved"), _IDENTITY),
}
"""Every event that upstream declares and the model never deposits, each with the reason."""
