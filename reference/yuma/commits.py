"""Which weight commits are still live, for the commit-reveal mask."""

from __future__ import annotations

from typing import Final

from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.yuma.records import EpochInput

MAX_TEMPO: Final = 50_400
"""Blocks without a step after which an epoch runs in any case (``MAX_TEMPO``)."""


@implements("YUMA-MASK-4")
def earliest_live_commits(inputs: EpochInput) -> list[int]:
    """Block of the earliest live commit of each uid, ``2**64 - 1`` where there is none.

    Of a uid's hashed commits only the **first live one in queue order** counts, even if a
    later one has a smaller block; of timelocked commits all do.

    Source: ``pallets/subtensor/src/epoch/run_epoch.rs:732``.
    """
    blocks = [U64_MAX] * inputs.n
    expires_before = current_epoch(inputs)
    for uid, commits in inputs.weight_commits:
        live = (block for epoch, block in commits if not _is_expired(epoch, inputs, expires_before))
        _lower(blocks, uid, next(live, U64_MAX))
    for epoch, timelocked in inputs.timelocked_commits:
        if not _is_expired(epoch, inputs, expires_before):
            for uid, block in timelocked:
                _lower(blocks, uid, block)
    return blocks


def current_epoch(inputs: EpochInput) -> int:
    """The epoch counter, plus one if an epoch is due in this block.

    Source: ``pallets/subtensor/src/subnets/weights.rs:1275``.
    """
    return min(inputs.subnet_epoch_index + is_epoch_due(inputs), U64_MAX)


def is_epoch_due(inputs: EpochInput) -> bool:
    """Whether the scheduler would run an epoch in this block.

    Source: ``pallets/subtensor/src/coinbase/run_coinbase.rs:1085``.
    """
    if inputs.tempo == 0:
        return False
    if 0 < inputs.pending_epoch_at <= inputs.block:
        return True
    if inputs.blocks_since_last_step > MAX_TEMPO:
        return True
    return max(inputs.block - inputs.last_epoch_block, 0) >= inputs.tempo


def _is_expired(commit_epoch: int, inputs: EpochInput, epoch: int) -> bool:
    return epoch > min(commit_epoch + inputs.reveal_period, U64_MAX)


def _lower(blocks: list[int], uid: int, block: int) -> None:
    if uid < len(blocks):
        blocks[uid] = min(blocks[uid], block)
