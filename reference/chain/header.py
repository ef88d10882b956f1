"""Headers: what a block says of its place, its author, its calls and the state after it.

The author follows from the time, as on the chain. The digests are this project's own: blake2b-256 over
the canonical bytes that the specification defines, not the roots of the chain's tries.

Source: ``runtime/src/lib.rs``, the runtime framework's Aura.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final

import attrs

from taospec.reference.chain.block import Block, BlockResult, Extrinsic, apply_block
from taospec.reference.chain.calls import checked_arguments, modelled_call
from taospec.reference.chain.fees import Payment
from taospec.reference.invalid_input import U64_MAX, InvalidInputError, require_integer
from taospec.reference.rules import implements
from taospec.reference.state.digest import DIGEST_BYTES, state_digest
from taospec.reference.state.origin import ROOT, Origin
from taospec.reference.state.revision import BASE, Revision
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import (
    AccountId,
    OptionalType,
    StorageType,
    account,
    byte_string,
    compact,
    hash_256,
    u32,
    u64,
)
from taospec.reference.subnets.timelocked import Timelock, no_timelock

SLOT_MILLISECONDS: Final = 12_000
"""Length of a slot, in which one block may be made. Source: ``common/src/lib.rs:358``."""

MAX_AUTHORITIES: Final = 32
"""Most accounts that take turns. Source: ``runtime/src/lib.rs:365``."""

HEADING: Final = b"taospec-header/1"
"""What an encoded header begins with."""

CALLS_HEADING: Final = b"taospec-extrinsics/1"
"""What the encoded calls of a block begin with."""

NO_PARENT: Final = bytes(DIGEST_BYTES)
"""The parent's hash of the first block."""


@attrs.frozen
class Header:
    """What identifies a block. Its hash is the parent's hash of the next."""

    number: int
    """One more than its parent's, u64."""
    parent_hash: bytes
    """The hash of its parent's header, 32 bytes."""
    slot: int | None
    """The slot in which it was made, u64; ``None`` where the time is not known."""
    author: AccountId | None
    """Who made it, and gets its fees; ``None`` where nobody is known."""
    extrinsics_digest: bytes
    """Of its calls, 32 bytes."""
    state_digest: bytes
    """Of the state after it, 32 bytes."""


class HeaderFault(enum.Enum):
    """What can be wrong with a header, in the order in which it is looked for."""

    NUMBER = "number"
    """Not one more than the parent's, or not the block's."""
    PARENT_HASH = "parent_hash"
    """Not the hash of the parent, or not the block's."""
    SLOT = "slot"
    """Not later than the parent's."""
    AUTHOR = "author"
    """Not the one whose turn it was, or not the block's."""
    EXTRINSICS_DIGEST = "extrinsics_digest"
    """Not that of the block's calls."""
    STATE_DIGEST = "state_digest"
    """Not that of the state after the block."""


class HeaderError(Exception):
    """A header does not belong to its parent, its block or its state. Nothing was changed."""

    def __init__(self, fault: HeaderFault, stated: object, expected: str) -> None:
        shown = stated.hex() if isinstance(stated, bytes) else stated
        super().__init__(f"header.{fault.value}: {expected}, got {shown}")
        self.fault = fault
        self.stated = stated


@implements("CHAIN-HEADER-1")
def slot_at(milliseconds: int) -> int:
    """The slot of a time, milliseconds since 1970.

    Raises:
        InvalidInputError: the time is no u64.

    Source: ``runtime/src/lib.rs:367``.
    """
    return require_integer("milliseconds", milliseconds, 0, U64_MAX) // SLOT_MILLISECONDS


@implements("CHAIN-HEADER-2")
def author_of(slot: int | None, authorities: Sequence[AccountId]) -> AccountId | None:
    """Whose turn a slot is; nobody's if the slot is not known.

    Raises:
        InvalidInputError: there is no authority, or there are more than 32.

    Source: ``runtime/src/lib.rs:504``.
    """
    if slot is None:
        return None
    require_integer("slot", slot, 0, U64_MAX)
    if not 1 <= len(authorities) <= MAX_AUTHORITIES:
        raise InvalidInputError("authorities", len(authorities), f"must be 1 to {MAX_AUTHORITIES}")
    return authorities[slot % len(authorities)]


def first_header(state: State) -> Header:
    """The header of a genesis state: no parent, no slot, no author, no calls."""
    return Header(state.clock.block, NO_PARENT, None, None, extrinsics_digest(()), state_digest(state))


@implements("CHAIN-HEADER-6")
def next_block(
    parent: Header,
    slot: int | None,
    authorities: Sequence[AccountId],
    extrinsics: tuple[Extrinsic, ...] = (),
    timelock: Timelock = no_timelock,
) -> Block:
    """The block that follows a header: its number, its parent's hash and its author are determined.

    Raises:
        InvalidInputError: there is no authority, or there are more than 32.
    """
    return Block(parent.number + 1, block_hash(parent), author_of(slot, authorities), extrinsics, timelock)


@implements("CHAIN-HEADER-5")
def seal(state: State, block: Block, slot: int | None) -> Header:
    """The header of a block that was played; ``state`` is the one after it."""
    return Header(
        number=block.number,
        parent_hash=block.parent_hash,
        slot=slot,
        author=block.author,
        extrinsics_digest=extrinsics_digest(block.extrinsics),
        state_digest=state_digest(state),
    )


@implements("CHAIN-HEADER-6")
def import_block(
    state: State,
    parent: Header,
    header: Header,
    block: Block,
    authorities: Sequence[AccountId],
    revision: Revision = BASE,
) -> BlockResult:
    """Play a block if its header is right; ``state`` is the one before it, and stays so if it is not.

    Raises:
        HeaderError: the header is wrong; the first fault in the order of their declaration.
        InvalidInputError: a call is not modelled, or an argument is not of its type.
    """
    verify_link(header, parent, authorities)
    verify_block(header, block)
    with state.transaction():
        result = apply_block(state, block, revision)
        verify_state(header, state)
    return result


@implements("CHAIN-HEADER-6")
def verify_link(header: Header, parent: Header, authorities: Sequence[AccountId]) -> None:
    """Check number, parent, slot and author of a header against the header before it.

    Raises:
        HeaderError: of the first fault, in this order.
    """
    _require(header.number == parent.number + 1, HeaderFault.NUMBER, header.number, f"{parent.number} + 1")
    expected = block_hash(parent)
    _require(header.parent_hash == expected, HeaderFault.PARENT_HASH, header.parent_hash, expected.hex())
    later = parent.slot is None or (header.slot is not None and header.slot > parent.slot)
    _require(later, HeaderFault.SLOT, header.slot, f"later than {parent.slot}")
    author = author_of(header.slot, authorities)
    _require(header.author == author, HeaderFault.AUTHOR, header.author, _shown(author))


@implements("CHAIN-HEADER-5")
def verify_block(header: Header, block: Block) -> None:
    """Check that a header is that of a block.

    Raises:
        HeaderError: of number, parent's hash, author, or digest of the calls.
    """
    _require(header.number == block.number, HeaderFault.NUMBER, header.number, f"the block's {block.number}")
    _require(
        header.parent_hash == block.parent_hash,
        HeaderFault.PARENT_HASH,
        header.parent_hash,
        f"the block's {block.parent_hash.hex()}",
    )
    _require(
        header.author == block.author,
        HeaderFault.AUTHOR,
        header.author,
        f"the block's {_shown(block.author)}",
    )
    digest = extrinsics_digest(block.extrinsics)
    _require(
        header.extrinsics_digest == digest,
        HeaderFault.EXTRINSICS_DIGEST,
        header.extrinsics_digest,
        digest.hex(),
    )


@implements("CHAIN-HEADER-5")
def verify_state(header: Header, state: State) -> None:
    """Check that a header names the state after its block.

    Raises:
        HeaderError: of the state's digest.
    """
    digest = state_digest(state)
    _require(header.state_digest == digest, HeaderFault.STATE_DIGEST, header.state_digest, digest.hex())


def _require(holds: bool, fault: HeaderFault, stated: object, expected: str) -> None:
    if not holds:
        raise HeaderError(fault, stated, f"must be {expected}")


def _shown(who: AccountId | None) -> str:
    return "nobody" if who is None else who.hex()


@implements("CHAIN-HEADER-4")
def block_hash(header: Header) -> bytes:
    """blake2b-256 of the encoded header, 32 bytes."""
    return blake2b(encoded_header(header), digest_size=DIGEST_BYTES).digest()


@implements("CHAIN-HEADER-4")
def encoded_header(header: Header) -> bytes:
    """The fields in order of declaration, after the heading.

    Raises:
        InvalidInputError: a field is not of its type.
    """
    fields: tuple[tuple[str, StorageType[Any], Any], ...] = (
        ("number", u64, header.number),
        ("parent_hash", hash_256, header.parent_hash),
        ("slot", OptionalType(u64), header.slot),
        ("author", OptionalType(account), header.author),
        ("extrinsics_digest", hash_256, header.extrinsics_digest),
        ("state_digest", hash_256, header.state_digest),
    )
    for name, kind, value in fields:
        kind.check(f"header.{name}", value)
    return HEADING + b"".join(kind.encode(value) for _, kind, value in fields)


@implements("CHAIN-HEADER-3")
def extrinsics_digest(extrinsics: Sequence[Extrinsic]) -> bytes:
    """blake2b-256 of the encoded calls after their number, 32 bytes."""
    content = CALLS_HEADING + compact(len(extrinsics)) + b"".join(map(encoded_extrinsic, extrinsics))
    return blake2b(content, digest_size=DIGEST_BYTES).digest()


@implements("CHAIN-HEADER-3")
def encoded_extrinsic(extrinsic: Extrinsic) -> bytes:
    """Name, maker, arguments in the order in which the call declares them, and payment.

    Raises:
        InvalidInputError: the call is not modelled, or an argument is missing or not of its type.
    """
    call = modelled_call(extrinsic.call)
    values = checked_arguments(extrinsic.call, call, extrinsic.arguments)
    arguments = [kind.encode(value) for kind, value in zip(call.arguments.values(), values, strict=True)]
    return (
        byte_string.encode(extrinsic.call.encode())
        + _encoded_origin(extrinsic.origin)
        + b"".join(arguments)
        + _encoded_payment(extrinsic.payment)
    )


def _encoded_origin(origin: Origin) -> bytes:
    """0 for nobody, 1 for root, 2 and the account for a signer."""
    if origin is None:
        return b"\x00"
    return b"\x01" if origin is ROOT else b"\x02" + account.encode(origin)


def _encoded_payment(payment: Payment | None) -> bytes:
    """0 without one; else 1, weight, length, tip and the optional actual weight."""
    if payment is None:
        return b"\x00"
    return (
        b"\x01"
        + u64.encode(payment.weight)
        + u32.encode(payment.length)
        + u64.encode(payment.tip)
        + OptionalType(u64).encode(payment.actual_weight)
    )
