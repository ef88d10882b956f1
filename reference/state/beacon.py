"""The randomness beacon (drand) as the chain has stored it. The economy only reads it.

Its pulses are written from outside, by unsigned transactions of the chain's workers.
"""

from __future__ import annotations

import attrs

from taospec.reference.state.record import Record, record, stored
from taospec.reference.state.storage_types import OptionalType, StructureType, byte_string, u64


@attrs.frozen
class Pulse:
    """What the beacon published in one round."""

    round: int
    """Number of the round."""
    randomness: bytes
    """Hash of the signature, at most 32 bytes."""
    signature: bytes
    """The beacon's signature, at most 144 bytes: it opens what is locked until this round."""


@record("beacon")
class Beacon(Record):
    """How far the beacon's pulses are stored."""

    last_round: int = stored(u64, "Drand::LastStoredRound", unit="round", default=0)
    """The latest round that is stored."""


@record("beacon pulse", round=u64)
class BeaconPulse(Record):
    """The pulse of one round."""

    pulse: Pulse | None = stored(
        OptionalType(StructureType(Pulse, round=u64, randomness=byte_string, signature=byte_string)),
        "Drand::Pulses",
        unit="pulse",
        default=None,
    )
    """What the beacon published, if it is stored."""
