"""Epochs with every oddity of the small drawn ones, but wide enough for whole tiles."""

from __future__ import annotations

import random
from typing import Any

import attrs

from taospec.conformance.generator.yuma_epoch import draw
from taospec.conformance.operations.yuma_epoch import decode_epoch
from taospec.reference.yuma.records import EpochInput, SparseRow


def small_epoch(seed: str) -> EpochInput:
    """A drawn epoch of up to a dozen neurons."""
    return decode_epoch(draw(random.Random(seed), "small")[1])


def wide_epoch(seed: str) -> EpochInput:
    """A small epoch whose neurons are spread over 128 to 300 uids, with more weights and bonds.

    The neurons in between are registered like the others, set no weights and have no stake;
    rows get entries for some of them, in ascending or in random order.
    """
    source = random.Random(seed)
    inputs = small_epoch(seed)
    n = source.choice((128, 129, 200, 256, 257, 300))
    uids = sorted(source.sample(range(n), inputs.n))
    dense = source.random() < 0.5

    def spread(vector: tuple[Any, ...], empty: Any) -> tuple[Any, ...]:
        result = [empty] * n
        for uid, value in zip(uids, vector, strict=False):
            result[uid] = value
        return tuple(result)

    def uid_of(old: int) -> int:
        return uids[old] if old < len(uids) else old + n

    def row(old: SparseRow | None) -> SparseRow | None:
        if old is None:
            return None
        entries = {uid_of(j): value for j, value in old}
        for j in range(n):
            if source.random() < (0.9 if dense else 0.05):
                entries.setdefault(j, source.choice((0, 1, 65_535, source.randrange(65_536))))
        pairs = list(entries.items())
        if source.random() < 0.8:
            pairs.sort()
        return tuple(pairs)

    registered = list(spread(inputs.block_at_registration, 0))
    for uid in range(n):
        if uid not in uids and source.random() < 0.3 and inputs.block_at_registration:
            registered[uid] = source.choice(inputs.block_at_registration)
    return attrs.evolve(
        inputs,
        n=n,
        last_update=spread(inputs.last_update, 0),
        block_at_registration=tuple(registered),
        permits=spread(inputs.permits, False),
        alpha=spread(inputs.alpha, 0),
        root_tao=spread(inputs.root_tao, 0),
        owner_uid=None if inputs.owner_uid is None else uid_of(inputs.owner_uid),
        weight_commits=tuple((uid_of(uid), commits) for uid, commits in inputs.weight_commits),
        timelocked_commits=tuple(
            (epoch, tuple((uid_of(uid), block) for uid, block in commits))
            for epoch, commits in inputs.timelocked_commits
        ),
        parents=(),
        children=(),
        outside=(),
        weights=tuple(map(row, spread(inputs.weights, None))),
        bonds=tuple(map(row, spread(inputs.bonds, None))),
    )
