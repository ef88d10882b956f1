"""A block: everything that comes from outside, and what becomes of it.

Source: ``runtime/src/lib.rs``, ``pallets/subtensor/src/macros/hooks.rs``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from taospec.reference.chain.block_step import block_step
from taospec.reference.chain.calls import Outcome, execute
from taospec.reference.chain.fees import Payment
from taospec.reference.rules import implements
from taospec.reference.state.events import Event
from taospec.reference.state.origin import Origin
from taospec.reference.state.revision import BASE, Revision
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId
from taospec.reference.subnets.timelocked import Timelock, no_timelock


@attrs.frozen
class Extrinsic:
    """A call and who makes it."""

    call: str
    """Upstream's name of the call."""
    origin: Origin
    """An account, root, or nobody."""
    arguments: Mapping[str, Any] = attrs.field(factory=dict)
    """By upstream's names."""
    payment: Payment | None = None
    """What its fee is reckoned from; ``None`` for a call without a fee."""


@attrs.frozen
class Block:
    """Everything of a block that its state before does not determine."""

    number: int
    """One more than its parent's."""
    parent_hash: bytes
    """The parent's hash: draws whose root dividends are claimed. 32 bytes."""
    author: AccountId | None = None
    """Who gets the fees; ``None`` where nobody is known."""
    extrinsics: tuple[Extrinsic, ...] = ()
    """The calls in their order."""
    timelock: Timelock = no_timelock
    """What the ciphertexts of timelocked weights contain whose round has come."""


@attrs.frozen
class BlockResult:
    """What became of a block."""

    outcomes: tuple[Outcome, ...]
    """Of each extrinsic."""
    events: tuple[Event, ...]
    """What the block step and then the extrinsics deposited."""


@implements("CHAIN-BLOCK-3")
def apply_block(state: State, block: Block, revision: Revision = BASE) -> BlockResult:
    """Play a block: its own step, then its extrinsics.

    Raises:
        InvalidInputError: a call is not modelled, or an argument is not of its type. The state is
            then that before the extrinsic.
    """
    state.events.take()
    outcomes = [outcome for outcome in block_outcomes(state, block, revision) if outcome is not None]
    return BlockResult(tuple(outcomes), state.events.take())


@implements("CHAIN-BLOCK-3")
def block_outcomes(state: State, block: Block, revision: Revision = BASE) -> Iterator[Outcome | None]:
    """Play a block step by step: ``None`` after its own step, then the outcome of each extrinsic."""
    state.clock.block = block.number
    block_step(state, block.parent_hash, revision, block.timelock)
    yield None
    yield from extrinsic_outcomes(state, block)


@implements("CHAIN-BLOCK-3")
def extrinsic_outcomes(state: State, block: Block) -> Iterator[Outcome]:
    """Play the extrinsics of a block whose own step is done, one by one; the outcome of each."""
    for extrinsic in block.extrinsics:
        yield execute(
            state, extrinsic.call, extrinsic.origin, extrinsic.arguments, block.author, extrinsic.payment
        )
