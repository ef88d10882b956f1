"""The description that a subnet can be registered with.

Source: ``pallets/subtensor/src/utils/identity.rs``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from taospec.reference.rules import implements
from taospec.reference.state.storage_types import StructureType, byte_string


@attrs.frozen
class SubnetIdentity:
    """Texts for those who read about a subnet; no rule reads them, and no record keeps them."""

    subnet_name: bytes
    github_repo: bytes
    subnet_contact: bytes
    subnet_url: bytes
    discord: bytes
    description: bytes
    logo_url: bytes
    additional: bytes


LONGEST: Final[Mapping[str, int]] = {
    "subnet_name": 256,
    "github_repo": 1_024,
    "subnet_contact": 1_024,
    "subnet_url": 1_024,
    "discord": 256,
    "description": 1_024,
    "logo_url": 1_024,
    "additional": 1_024,
}
"""Most bytes of each text."""

SUBNET_IDENTITY: Final = StructureType(SubnetIdentity, **dict.fromkeys(LONGEST, byte_string))
"""Its type as an argument of a call."""


@implements("SUBNET-IDENTITY-1")
def is_valid_identity(identity: SubnetIdentity) -> bool:
    """Whether no text is too long.

    Source: ``identity.rs:204``.
    """
    return all(len(getattr(identity, name)) <= most for name, most in LONGEST.items())
