"""Neurons: who holds a uid, and what the last epoch computed for each."""

from __future__ import annotations

from taospec.reference.invalid_input import U16_MAX
from taospec.reference.state.record import Record, record, stored
from taospec.reference.state.storage_types import (
    ZERO_ACCOUNT,
    AccountId,
    OptionalType,
    SequenceType,
    TupleType,
    account,
    boolean,
    u16,
    u64,
)

MECHANISM_STRIDE = 4096
"""Storage indices of a subnet's mechanisms are this far apart."""

SparseRow = tuple[tuple[int, int], ...]
"""``(uid, u16)`` pairs in stored order."""

_booleans = SequenceType(boolean)
_proportions = SequenceType(u16)
_amounts = SequenceType(u64)
_row = SequenceType(TupleType(u16, u16))


def storage_index(netuid: int, mechanism: int) -> int:
    """Under which index the storage keeps a mechanism of a subnet (``NetUidStorageIndex``); it saturates.

    Source: ``pallets/subtensor/src/subnets/mechanism.rs:35``.
    """
    return min(netuid + min(MECHANISM_STRIDE * mechanism, U16_MAX), U16_MAX)


@record("neuron", netuid=u16, uid=u16, indices=(("netuid",),))
class Neuron(Record):
    """The holder of one uid. The uid exists if it is below the subnet's number of neurons."""

    hotkey: AccountId = stored(account, "Keys", unit="account", default=ZERO_ACCOUNT)
    """The hotkey at this uid."""
    block_at_registration: int = stored(u64, "BlockAtRegistration", unit="block", default=0)
    """When it took the uid."""


@record("membership", netuid=u16, hotkey=account, indices=(("netuid",), ("hotkey",)))
class Membership(Record):
    """A hotkey's place in one subnet."""

    uid: int | None = stored(OptionalType(u16), "Uids", unit="uid", default=None)
    """Its uid, if registered."""
    is_member: bool | None = stored(
        OptionalType(boolean),
        "IsNetworkMember",
        unit="flag",
        default=None,
        reads_as=False,
        upstream_key=("hotkey", "netuid"),
    )
    """Whether it is registered, kept by upstream a second time. A hotkey swap leaves a stored ``False``."""
    voting_power: int = stored(u64, "VotingPower", unit="rao", default=0)
    """Moving average of its stake weight, where the subnet tracks it."""


@record("metagraph", netuid=u16)
class Metagraph(Record):
    """What the last epoch computed for each neuron of one subnet, by uid.

    A vector may be shorter than the number of neurons; a missing entry reads as false or 0.
    """

    active: tuple[bool, ...] = stored(_booleans, "Active", unit="flag", default=())
    """Whether the neuron set weights recently."""
    emission: tuple[int, ...] = stored(_amounts, "Emission", unit="rao", default=())
    """Alpha of the last epoch, as miner and as validator: the score for pruning."""
    consensus: tuple[int, ...] = stored(_proportions, "Consensus", unit="1/65535", default=())
    """Stake-weighted median weight."""
    dividends: tuple[int, ...] = stored(_proportions, "Dividends", unit="1/65535", default=())
    """Share of the validators' income."""
    validator_trust: tuple[int, ...] = stored(_proportions, "ValidatorTrust", unit="1/65535", default=())
    """Sum of the clipped weights."""
    validator_permit: tuple[bool, ...] = stored(_booleans, "ValidatorPermit", unit="flag", default=())
    """Whether the neuron may set weights."""
    stake_weight: tuple[int, ...] = stored(_proportions, "StakeWeight", unit="1/65535", default=())
    """Share of the subnet's stake weight."""


@record("mechanism", index=u16)
class Mechanism(Record):
    """What one mechanism keeps for each neuron, by uid."""

    incentive: tuple[int, ...] = stored(_proportions, "Incentive", unit="1/65535", default=())
    """Share of the miners' income."""
    last_update: tuple[int, ...] = stored(_amounts, "LastUpdate", unit="block", default=())
    """When the neuron last set or committed weights."""


@record("matrix row", index=u16, uid=u16, indices=(("index",),))
class MatrixRow(Record):
    """One neuron's row of a mechanism's two matrices."""

    weights: SparseRow = stored(_row, "Weights", unit="(uid, 1/65535)", default=())
    """The weights that it set."""
    bonds: SparseRow = stored(_row, "Bonds", unit="(uid, 1/65535)", default=())
    """Its bonds after the last epoch."""
