"""Every error that a call of the protocol can return, by the pallet that declares it.

A member's name and value are upstream's name. Some names exist in several pallets: the members
differ, their value is the same, and results and vectors show the value alone.

Source: ``pallets/subtensor/src/macros/errors.rs:9``, ``pallets/swap/src/pallet/mod.rs:134``,
``pallets/admin-utils/src/lib.rs:125``; token and arithmetic errors are those of the runtime framework.
"""

from __future__ import annotations

import enum
from typing import Final, TypeAlias

from taospec.reference.rules import implements


class SubtensorError(enum.Enum):
    """Errors of the main pallet, in the order of their declaration."""

    RootNetworkDoesNotExist = "RootNetworkDoesNotExist"
    """The state has no root subnet."""
    InvalidIpType = "InvalidIpType"
    """An announced address is neither of version 4 nor of version 6."""
    InvalidIpAddress = "InvalidIpAddress"
    """An announced address is no address of its version, or not reachable from outside."""
    InvalidPort = "InvalidPort"
    """An announced port cannot be used."""
    HotKeyNotRegisteredInSubNet = "HotKeyNotRegisteredInSubNet"
    """The hotkey has no uid in this subnet."""
    HotKeyAccountNotExists = "HotKeyAccountNotExists"
    """The hotkey belongs to no coldkey."""
    HotKeyNotRegisteredInNetwork = "HotKeyNotRegisteredInNetwork"
    """The hotkey has no uid in any subnet."""
    NonAssociatedColdKey = "NonAssociatedColdKey"
    """The hotkey belongs to another coldkey than the caller."""
    NotEnoughStake = "NotEnoughStake"
    """Too little stake for something that no longer exists."""
    NotEnoughStakeToWithdraw = "NotEnoughStakeToWithdraw"
    """More is to be unstaked than is staked."""
    NotEnoughStakeToSetWeights = "NotEnoughStakeToSetWeights"
    """The hotkey's stake weight is below the stake threshold."""
    NotEnoughStakeToSetChildkeys = "NotEnoughStakeToSetChildkeys"
    """The parent's own stake is below the stake threshold."""
    NotEnoughBalanceToStake = "NotEnoughBalanceToStake"
    """The coldkey's balance is below what the call costs or stakes."""
    BalanceWithdrawalError = "BalanceWithdrawalError"
    """TAO to be recycled could not be withdrawn."""
    ZeroBalanceAfterWithdrawn = "ZeroBalanceAfterWithdrawn"
    """A withdrawal would have left nothing."""
    NeuronNoValidatorPermit = "NeuronNoValidatorPermit"
    """A neuron without permit sets a weight to another than itself."""
    WeightVecNotEqualSize = "WeightVecNotEqualSize"
    """Uids and weights are not equally many."""
    DuplicateUids = "DuplicateUids"
    """A row of weights names a uid twice."""
    UidVecContainInvalidOne = "UidVecContainInvalidOne"
    """A row of weights names a uid that does not exist."""
    WeightVecLengthIsLow = "WeightVecLengthIsLow"
    """A row of weights is shorter than the subnet's minimum."""
    TooManyRegistrationsThisBlock = "TooManyRegistrationsThisBlock"
    """Root has had its registrations of this block."""
    HotKeyAlreadyRegisteredInSubNet = "HotKeyAlreadyRegisteredInSubNet"
    """The hotkey already has a uid in this subnet."""
    NewHotKeyIsSameWithOld = "NewHotKeyIsSameWithOld"
    """A hotkey is to be swapped with itself."""
    NewHotKeyNotCleanForRootSwap = "NewHotKeyNotCleanForRootSwap"
    """The new hotkey has root stake or root dividends of its own, which cannot be merged."""
    InvalidWorkBlock = "InvalidWorkBlock"
    """Proof of work for the faucet: made for a block that is in the future or too old."""
    InvalidDifficulty = "InvalidDifficulty"
    """Proof of work for the faucet: too easy."""
    InvalidSeal = "InvalidSeal"
    """Proof of work for the faucet: not of this block, nonce and account."""
    MaxWeightExceeded = "MaxWeightExceeded"
    """A weight is above the subnet's limit."""
    HotKeyAlreadyDelegate = "HotKeyAlreadyDelegate"
    """The hotkey already is a delegate."""
    SettingWeightsTooFast = "SettingWeightsTooFast"
    """The neuron set weights less than the subnet's rate limit ago."""
    IncorrectWeightVersionKey = "IncorrectWeightVersionKey"
    """The named version is below the subnet's version key."""
    ServingRateLimitExceeded = "ServingRateLimitExceeded"
    """The neuron announced its address less than the subnet's rate limit ago."""
    UidsLengthExceedUidsInSubNet = "UidsLengthExceedUidsInSubNet"
    """A row of weights is longer than the subnet has neurons."""
    NetworkTxRateLimitExceeded = "NetworkTxRateLimitExceeded"
    """A subnet was registered less than the network's rate limit ago."""
    DelegateTxRateLimitExceeded = "DelegateTxRateLimitExceeded"
    """The take of the delegate was changed less than the rate limit ago."""
    HotKeySetTxRateLimitExceeded = "HotKeySetTxRateLimitExceeded"
    """The coldkey swapped a hotkey less than the rate limit ago."""
    StakingRateLimitExceeded = "StakingRateLimitExceeded"
    """Staking was limited in number once."""
    SubNetRegistrationDisabled = "SubNetRegistrationDisabled"
    """The subnet takes no registrations, or subnets cannot be registered yet."""
    TooManyRegistrationsThisInterval = "TooManyRegistrationsThisInterval"
    """Root has had three times its target of this interval."""
    TransactorAccountShouldBeHotKey = "TransactorAccountShouldBeHotKey"
    """The caller is not the hotkey itself."""
    FaucetDisabled = "FaucetDisabled"
    """The runtime was built without the faucet."""
    NotSubnetOwner = "NotSubnetOwner"
    """The caller does not own the subnet whose identity is to be set."""
    RegistrationNotPermittedOnRootSubnet = "RegistrationNotPermittedOnRootSubnet"
    """The call is not for the root subnet."""
    StakeTooLowForRoot = "StakeTooLowForRoot"
    """Root is full and the newcomer's root stake does not exceed the smallest there."""
    AllNetworksInImmunity = "AllNetworksInImmunity"
    """No subnet could be pruned."""
    NotEnoughBalanceToPaySwapHotKey = "NotEnoughBalanceToPaySwapHotKey"
    """The coldkey cannot pay for the swap of its hotkey."""
    NotRootSubnet = "NotRootSubnet"
    """The call was for the root subnet alone."""
    CanNotSetRootNetworkWeights = "CanNotSetRootNetworkWeights"
    """The root subnet has no weights."""
    NoNeuronIdAvailable = "NoNeuronIdAvailable"
    """The subnet is full and no neuron can be pruned, or allows none at all."""
    DelegateTakeTooLow = "DelegateTakeTooLow"
    """The take is below the minimum, or does not change in the direction of the call."""
    DelegateTakeTooHigh = "DelegateTakeTooHigh"
    """The take is above the maximum."""
    NoWeightsCommitFound = "NoWeightsCommitFound"
    """The hotkey has nothing to reveal."""
    InvalidRevealCommitHashNotMatch = "InvalidRevealCommitHashNotMatch"
    """What is revealed has the hash of no live commit."""
    CommitRevealEnabled = "CommitRevealEnabled"
    """Weights are set in the open where they must be committed."""
    CommitRevealDisabled = "CommitRevealDisabled"
    """Weights are committed or revealed where they are set in the open."""
    LiquidAlphaDisabled = "LiquidAlphaDisabled"
    """Liquid alpha's bounds are set while it is off."""
    AlphaHighTooLow = "AlphaHighTooLow"
    """The upper bound is below 1638 of 65535."""
    AlphaLowOutOfRange = "AlphaLowOutOfRange"
    """The lower bound is below 1638 of 65535 or above the upper."""
    ColdKeyAlreadyAssociated = "ColdKeyAlreadyAssociated"
    """The new coldkey already has stakes."""
    NotEnoughBalanceToPaySwapColdKey = "NotEnoughBalanceToPaySwapColdKey"
    """The coldkey cannot pay for its swap."""
    InvalidChild = "InvalidChild"
    """A hotkey is to be its own child."""
    DuplicateChild = "DuplicateChild"
    """A child is named twice."""
    ProportionOverflow = "ProportionOverflow"
    """The children's proportions exceed the whole."""
    TooManyChildren = "TooManyChildren"
    """More than five children."""
    TxRateLimitExceeded = "TxRateLimitExceeded"
    """The same was done on this subnet too short ago."""
    ColdkeySwapAnnouncementNotFound = "ColdkeySwapAnnouncementNotFound"
    """The coldkey has announced no swap."""
    ColdkeySwapTooEarly = "ColdkeySwapTooEarly"
    """The delay after the announcement has not passed."""
    ColdkeySwapReannouncedTooEarly = "ColdkeySwapReannouncedTooEarly"
    """The announcement cannot be replaced yet."""
    AnnouncedColdkeyHashDoesNotMatch = "AnnouncedColdkeyHashDoesNotMatch"
    """Another coldkey was announced."""
    ColdkeySwapAlreadyDisputed = "ColdkeySwapAlreadyDisputed"
    """The announced swap is disputed already."""
    NewColdKeyIsHotkey = "NewColdKeyIsHotkey"
    """The new coldkey is a hotkey."""
    InvalidChildkeyTake = "InvalidChildkeyTake"
    """The take of a childkey is out of its bounds."""
    TxChildkeyTakeRateLimitExceeded = "TxChildkeyTakeRateLimitExceeded"
    """The take of a childkey was raised too short ago."""
    InvalidIdentity = "InvalidIdentity"
    """An identity is too long."""
    MechanismDoesNotExist = "MechanismDoesNotExist"
    """The subnet, or the mechanism in it, does not exist."""
    StakeUnavailable = "StakeUnavailable"
    """What is to leave the subnet is locked."""
    SubnetNotExists = "SubnetNotExists"
    """The subnet does not exist."""
    TooManyUnrevealedCommits = "TooManyUnrevealedCommits"
    """The hotkey has ten commits that are not revealed."""
    ExpiredWeightCommit = "ExpiredWeightCommit"
    """The commit's epoch of revealing has passed."""
    RevealTooEarly = "RevealTooEarly"
    """The commit's epoch of revealing has not come."""
    InputLengthsUnequal = "InputLengthsUnequal"
    """The lists of a batch are not equally long."""
    CommittingWeightsTooFast = "CommittingWeightsTooFast"
    """The neuron set or committed weights less than the subnet's rate limit ago."""
    AmountTooLow = "AmountTooLow"
    """The amount, or what it is worth, is below the minimum."""
    InsufficientLiquidity = "InsufficientLiquidity"
    """The pool cannot serve the amount, or the shares are too coarse for it."""
    SlippageTooHigh = "SlippageTooHigh"
    """The limit price allows only a part, and a part is not wanted."""
    TransferDisallowed = "TransferDisallowed"
    """The subnet does not let stake change its coldkey."""
    ActivityCutoffTooLow = "ActivityCutoffTooLow"
    """The deprecated activity cutoff in blocks is below its minimum."""
    CallDisabled = "CallDisabled"
    """The call was switched off."""
    FirstEmissionBlockNumberAlreadySet = "FirstEmissionBlockNumberAlreadySet"
    """The subnet was started already."""
    NeedWaitingMoreBlocksToStarCall = "NeedWaitingMoreBlocksToStarCall"
    """The subnet is too young to be started."""
    NotEnoughAlphaOutToRecycle = "NotEnoughAlphaOutToRecycle"
    """More alpha is to be recycled than there is."""
    CannotBurnOrRecycleOnRootSubnet = "CannotBurnOrRecycleOnRootSubnet"
    """The root subnet has no alpha to burn."""
    UnableToRecoverPublicKey = "UnableToRecoverPublicKey"
    """No key belongs to the signature of an EVM association."""
    InvalidRecoveredPublicKey = "InvalidRecoveredPublicKey"
    """Another key made the signature of an EVM association."""
    SubtokenDisabled = "SubtokenDisabled"
    """The subnet's alpha cannot be staked or traded yet."""
    HotKeySwapOnSubnetIntervalNotPassed = "HotKeySwapOnSubnetIntervalNotPassed"
    """The coldkey swapped a hotkey on this subnet too short ago."""
    SameNetuid = "SameNetuid"
    """Nothing would change: origin and destination are the same."""
    InsufficientBalance = "InsufficientBalance"
    """The account has less TAO than is to leave it."""
    InvalidLeaseBeneficiary = "InvalidLeaseBeneficiary"
    """Another than the crowdloan's creator registers the leased subnet."""
    LeaseCannotEndInThePast = "LeaseCannotEndInThePast"
    """The lease would have ended already."""
    LeaseNetuidNotFound = "LeaseNetuidNotFound"
    """The subnet that was just registered for the lease cannot be found."""
    LeaseDoesNotExist = "LeaseDoesNotExist"
    """There is no such lease."""
    LeaseHasNoEndBlock = "LeaseHasNoEndBlock"
    """The lease never ends."""
    LeaseHasNotEnded = "LeaseHasNotEnded"
    """The lease has not ended yet."""
    Overflow = "Overflow"
    """There are no lease ids left."""
    BeneficiaryDoesNotOwnHotkey = "BeneficiaryDoesNotOwnHotkey"
    """The hotkey for the ended lease's subnet is not the beneficiary's."""
    ExpectedBeneficiaryOrigin = "ExpectedBeneficiaryOrigin"
    """Another than the beneficiary ends the lease."""
    AdminActionProhibitedDuringWeightsWindow = "AdminActionProhibitedDuringWeightsWindow"
    """Hyperparameters are frozen shortly before an epoch."""
    SymbolDoesNotExist = "SymbolDoesNotExist"
    """The symbol is none of the list."""
    SymbolAlreadyInUse = "SymbolAlreadyInUse"
    """Another subnet has the symbol."""
    IncorrectCommitRevealVersion = "IncorrectCommitRevealVersion"
    """A timelocked commit names another version than the network's."""
    InvalidRevealRound = "InvalidRevealRound"
    """A timelocked commit names a round that has passed."""
    RevealPeriodTooLarge = "RevealPeriodTooLarge"
    """More than 100 epochs from commit to reveal."""
    RevealPeriodTooSmall = "RevealPeriodTooSmall"
    """Less than one epoch from commit to reveal."""
    InvalidValue = "InvalidValue"
    """A parameter is out of its bounds."""
    SubnetLimitReached = "SubnetLimitReached"
    """The network is full and no subnet can be pruned."""
    CannotAffordLockCost = "CannotAffordLockCost"
    """The coldkey cannot pay for the subnet."""
    EvmKeyAssociateRateLimitExceeded = "EvmKeyAssociateRateLimitExceeded"
    """An EVM key was associated too short ago."""
    SameAutoStakeHotkeyAlreadySet = "SameAutoStakeHotkeyAlreadySet"
    """Mining income already goes to this hotkey."""
    UidMapCouldNotBeCleared = "UidMapCouldNotBeCleared"
    """Trimming could not delete the old uids."""
    TrimmingWouldExceedMaxImmunePercentage = "TrimmingWouldExceedMaxImmunePercentage"
    """At least four fifths of the neurons that would remain are immune."""
    ChildParentInconsistency = "ChildParentInconsistency"
    """A hotkey would be parent and child of another, or the two maps disagree."""
    InvalidNumRootClaim = "InvalidNumRootClaim"
    """More than 50 automatic claims in a block."""
    InvalidRootClaimThreshold = "InvalidRootClaimThreshold"
    """The claim threshold is above 10,000,000 rao."""
    InvalidSubnetNumber = "InvalidSubnetNumber"
    """No subnet is named, or more than five."""
    TooManyUIDsPerMechanism = "TooManyUIDsPerMechanism"
    """Neurons times mechanisms would exceed 256."""
    VotingPowerTrackingNotEnabled = "VotingPowerTrackingNotEnabled"
    """The subnet does not track voting power."""
    InvalidVotingPowerEmaAlpha = "InvalidVotingPowerEmaAlpha"
    """The rate of voting power is above one."""
    Deprecated = "Deprecated"
    """The call has been replaced by another."""
    AddStakeBurnRateLimitExceeded = "AddStakeBurnRateLimitExceeded"
    """Buying and burning was limited in number once."""
    ColdkeySwapAnnounced = "ColdkeySwapAnnounced"
    """The coldkey has announced its swap and may do nothing else."""
    ColdkeySwapDisputed = "ColdkeySwapDisputed"
    """The coldkey's swap is disputed: it may do nothing."""
    ColdkeySwapClearTooEarly = "ColdkeySwapClearTooEarly"
    """The announcement cannot be withdrawn yet."""
    DisabledTemporarily = "DisabledTemporarily"
    """The call was switched off for a while."""
    RegistrationPriceLimitExceeded = "RegistrationPriceLimitExceeded"
    """The registration costs more than the caller's limit."""
    LockHotkeyMismatch = "LockHotkeyMismatch"
    """The coldkey's lock on this subnet is to another hotkey."""
    InsufficientStakeForLock = "InsufficientStakeForLock"
    """The coldkey has less on the subnet than would be locked."""
    NoExistingLock = "NoExistingLock"
    """The coldkey has no lock on the subnet."""
    ActiveLockExists = "ActiveLockExists"
    """The new coldkey has a lock."""
    CannotUseSystemAccount = "CannotUseSystemAccount"
    """The account is one of the chain's own."""
    UnlockAmountTooHigh = "UnlockAmountTooHigh"
    """More is to be unlocked than is locked."""
    TempoOutOfBounds = "TempoOutOfBounds"
    """An owner's tempo must be in [360, 50400]."""
    ActivityCutoffFactorMilliOutOfBounds = "ActivityCutoffFactorMilliOutOfBounds"
    """The activity cutoff must be in [1, 50] tempos."""
    EpochTriggerAlreadyPending = "EpochTriggerAlreadyPending"
    """An epoch has been triggered and not run yet."""
    AutoEpochAlreadyImminent = "AutoEpochAlreadyImminent"
    """The next epoch comes at least as soon as a triggered one would."""
    DynamicTempoBlockedByCommitReveal = "DynamicTempoBlockedByCommitReveal"
    """With commit-reveal on, an extra epoch would shift the epochs of revealing."""
    AccountRejectsLockedAlpha = "AccountRejectsLockedAlpha"
    """The receiving coldkey does not take alpha that is locked."""


class SwapError(enum.Enum):
    """Errors of the swap pallet, in the order of their declaration."""

    FeeRateTooHigh = "FeeRateTooHigh"
    """The fee rate is above 10,000 of 65535."""
    InsufficientInputAmount = "InsufficientInputAmount"
    """The input was too small for the pools before the balancer."""
    InsufficientLiquidity = "InsufficientLiquidity"
    """More would be paid out than the pool has."""
    PriceLimitExceeded = "PriceLimitExceeded"
    """The price is at or beyond the limit before the swap begins."""
    InsufficientBalance = "InsufficientBalance"
    """The owner of user liquidity could not pay."""
    InvalidTickRange = "InvalidTickRange"
    """User liquidity was given for an impossible range."""
    InvalidLiquidityValue = "InvalidLiquidityValue"
    """User liquidity was too small."""
    ReservesTooLow = "ReservesTooLow"
    """The paying side has less than the minimum reserve, or the input buys nothing."""
    MechanismDoesNotExist = "MechanismDoesNotExist"
    """The subnet does not exist."""
    SubtokenDisabled = "SubtokenDisabled"
    """User liquidity was given before the subnet's start."""
    ReservesOutOfBalance = "ReservesOutOfBalance"
    """No weights within bounds give the wanted price."""
    SwapInputTooLarge = "SwapInputTooLarge"
    """The input is above 1000 times its side of the pool."""
    Deprecated = "Deprecated"
    """User liquidity no longer exists."""


class BalancerError(enum.Enum):
    """Errors of the pool's weights. They never leave the swap pallet.

    Source: ``pallets/swap/src/pallet/balancer.rs:78``.
    """

    InvalidValue = "InvalidValue"
    """A weight is below one hundredth."""


class AdminUtilsError(enum.Enum):
    """Errors of the pallet that sets parameters, in the order of their declaration."""

    SubnetDoesNotExist = "SubnetDoesNotExist"
    """The subnet does not exist."""
    MaxValidatorsLargerThanMaxUIds = "MaxValidatorsLargerThanMaxUIds"
    """More validators than neurons would be allowed."""
    MaxAllowedUIdsLessThanCurrentUIds = "MaxAllowedUIdsLessThanCurrentUIds"
    """Fewer neurons would be allowed than there are."""
    BondsMovingAverageMaxReached = "BondsMovingAverageMaxReached"
    """An owner may not set more than 975,000 millionths."""
    NegativeSigmoidSteepness = "NegativeSigmoidSteepness"
    """An owner may not set a negative steepness."""
    ValueNotInBounds = "ValueNotInBounds"
    """A parameter is out of its bounds."""
    MinAllowedUidsGreaterThanCurrentUids = "MinAllowedUidsGreaterThanCurrentUids"
    """The minimum of neurons is not below their number."""
    MinAllowedUidsGreaterThanMaxAllowedUids = "MinAllowedUidsGreaterThanMaxAllowedUids"
    """The minimum of neurons is not below their maximum."""
    MaxAllowedUidsLessThanMinAllowedUids = "MaxAllowedUidsLessThanMinAllowedUids"
    """The maximum of neurons is below their minimum."""
    MaxAllowedUidsGreaterThanDefaultMaxAllowedUids = "MaxAllowedUidsGreaterThanDefaultMaxAllowedUids"
    """More neurons would be allowed than 256."""
    InvalidValue = "InvalidValue"
    """A parameter is out of its bounds."""
    NotPermittedOnRootSubnet = "NotPermittedOnRootSubnet"
    """The parameter does not exist for the root subnet."""
    POWRegistrationDisabled = "POWRegistrationDisabled"
    """Proof of work no longer exists."""
    Deprecated = "Deprecated"
    """The call has been replaced by another."""


class FrameError(enum.Enum):
    """Errors of the runtime framework that calls of the economy pass on."""

    BadOrigin = "BadOrigin"
    """The caller may not make the call."""
    FundsUnavailable = "Token::FundsUnavailable"
    """The account holds less than is to leave it."""
    BelowMinimum = "Token::BelowMinimum"
    """The receiving account would hold less than the existential deposit."""
    NotExpendable = "Token::NotExpendable"
    """The sending account would die, and is to be kept alive."""
    Underflow = "Arithmetic::Underflow"
    """More than the whole issuance is to leave an account."""
    Overflow = "Arithmetic::Overflow"
    """A balance would leave its type."""
    OnlyProvider = "Token::OnlyProvider"
    """The account would die and others depend on it."""
    CannotCreate = "Token::CannotCreate"
    """The account cannot be made."""
    UnknownAsset = "Token::UnknownAsset"
    """There is no such token."""
    Frozen = "Token::Frozen"
    """The amount is frozen."""
    Unsupported = "Token::Unsupported"
    """The token cannot do that."""
    CannotCreateHold = "Token::CannotCreateHold"
    """The account cannot hold the amount."""
    Blocked = "Token::Blocked"
    """The account cannot receive."""
    DivisionByZero = "Arithmetic::DivisionByZero"
    """Division by zero."""


class InvalidTransaction(enum.Enum):
    """Why a call is not accepted into a block, where that is no error of a call."""

    Payment = "InvalidTransaction::Payment"
    """The signer cannot pay the fee."""


ProtocolError: TypeAlias = (
    SubtensorError | SwapError | BalancerError | AdminUtilsError | FrameError | InvalidTransaction
)
"""Any of them."""


@implements("STATE-ERROR-2")
class DispatchError(Exception):
    """A call was refused. It changes nothing but what its fee changes."""

    def __init__(self, error: ProtocolError) -> None:
        super().__init__(error.value)
        self.error = error


_NO_CODE: Final = "no code of this revision returns it"
_FAUCET: Final = "only the faucet returns it, and the runtime is built without the faucet"
_LIQUIDITY: Final = "it belonged to user liquidity, which no longer exists"
_GUARDED: Final = "the guard of the same call looks at the same entries and refuses it first"
_BALANCES: Final = "only balances with holds, freezes or dependants return it; those of the economy have none"

UNREACHABLE: Final[dict[ProtocolError, str]] = {
    SubtensorError.NotEnoughStake: _NO_CODE,
    SubtensorError.BalanceWithdrawalError: "what is withdrawn was compared with the balance just before",
    SubtensorError.ZeroBalanceAfterWithdrawn: _NO_CODE,
    SubtensorError.InvalidWorkBlock: _FAUCET,
    SubtensorError.InvalidDifficulty: _FAUCET,
    SubtensorError.InvalidSeal: _FAUCET,
    SubtensorError.MaxWeightExceeded: "the limit is the largest weight that there is",
    SubtensorError.HotKeyAlreadyDelegate: _NO_CODE,
    SubtensorError.StakingRateLimitExceeded: _NO_CODE,
    SubtensorError.TransactorAccountShouldBeHotKey: _NO_CODE,
    SubtensorError.FaucetDisabled: _FAUCET,
    SubtensorError.AllNetworksInImmunity: _NO_CODE,
    SubtensorError.NotRootSubnet: _NO_CODE,
    SubtensorError.ColdkeySwapAlreadyDisputed: _GUARDED,
    SubtensorError.ExpiredWeightCommit: _GUARDED,
    SubtensorError.CallDisabled: _NO_CODE,
    SubtensorError.NotEnoughAlphaOutToRecycle: _NO_CODE,
    SubtensorError.UidMapCouldNotBeCleared: "the map is cleared without a limit, so nothing is left",
    SubtensorError.AddStakeBurnRateLimitExceeded: _NO_CODE,
    SubtensorError.DisabledTemporarily: _NO_CODE,
    SubtensorError.UnlockAmountTooHigh: _NO_CODE,
    SwapError.InsufficientInputAmount: _NO_CODE,
    SwapError.InsufficientLiquidity: "a payout is a part of the reserve that it leaves, never more",
    SwapError.InsufficientBalance: _LIQUIDITY,
    SwapError.InvalidTickRange: _LIQUIDITY,
    SwapError.InvalidLiquidityValue: _LIQUIDITY,
    SwapError.SubtokenDisabled: _LIQUIDITY,
    SwapError.ReservesOutOfBalance: "swaps begin with equal weights; a price was the migration's alone",
    BalancerError.InvalidValue: "the swap pallet answers ReservesOutOfBalance, or injects nothing",
    FrameError.OnlyProvider: _BALANCES,
    FrameError.CannotCreate: _BALANCES,
    FrameError.UnknownAsset: _BALANCES,
    FrameError.Frozen: _BALANCES,
    FrameError.Unsupported: _BALANCES,
    FrameError.CannotCreateHold: _BALANCES,
    FrameError.Blocked: _BALANCES,
    FrameError.DivisionByZero: "no call of the economy passes it on",
}
"""Declared errors that no call can return, each with the reason."""

_ADDRESSES: Final = "calls that announce addresses are not modelled"
_EVM: Final = "calls of the EVM are not modelled"
_LEASES: Final = "calls of leases are not modelled"
_IDENTITY: Final = "calls that set identities are not modelled"

NOT_MODELLED: Final[dict[ProtocolError, str]] = {
    SubtensorError.InvalidIpType: _ADDRESSES,
    SubtensorError.InvalidIpAddress: _ADDRESSES,
    SubtensorError.InvalidPort: _ADDRESSES,
    SubtensorError.HotKeyNotRegisteredInNetwork: f"{_ADDRESSES}, nor {_IDENTITY.removeprefix('calls ')}",
    SubtensorError.ServingRateLimitExceeded: _ADDRESSES,
    SubtensorError.NotSubnetOwner: _IDENTITY,
    SubtensorError.UnableToRecoverPublicKey: _EVM,
    SubtensorError.InvalidRecoveredPublicKey: _EVM,
    SubtensorError.EvmKeyAssociateRateLimitExceeded: _EVM,
    SubtensorError.InvalidLeaseBeneficiary: _LEASES,
    SubtensorError.LeaseCannotEndInThePast: _LEASES,
    SubtensorError.LeaseNetuidNotFound: _LEASES,
    SubtensorError.LeaseDoesNotExist: _LEASES,
    SubtensorError.LeaseHasNoEndBlock: _LEASES,
    SubtensorError.LeaseHasNotEnded: _LEASES,
    SubtensorError.Overflow: f"{_LEASES}, whose ids it counts",
    SubtensorError.BeneficiaryDoesNotOwnHotkey: _LEASES,
    SubtensorError.ExpectedBeneficiaryOrigin: _LEASES,
}
"""Errors that only calls outside the economy, or not modelled, return, each with the reason."""
