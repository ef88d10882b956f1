"""Seeded cases: the same for the same kind, level, seed and index, wherever they are made.

A case depends on nothing else, so shards and processes can split a run as they like. Only
integers are drawn, so no platform's floating-point library has a say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from importlib import metadata
from multiprocessing import get_context
from random import Random
from typing import Any

import attrs

from taospec.conformance.answers import Answer, Crash, ReferenceCrashError
from taospec.conformance.backends import LocalBackend, load_backend
from taospec.conformance.generator import amm, fixed_point, state, yuma_epoch, yuma_mechanism
from taospec.conformance.vector_file import FORMAT, PROTOCOL, Case, case_id
from taospec.reference.invalid_input import InvalidInputError

LEVELS = ("small", "realistic")
"""``small`` reaches every corner with few numbers; ``realistic`` has the sizes of live subnets."""

_DRAW: dict[str, Callable[[Random, str], tuple[str, dict[str, Any]]]] = {
    "amm": amm.draw,
    "fixed_point": fixed_point.draw,
    "state": state.draw,
    "yuma_epoch": yuma_epoch.draw,
    "yuma_mechanism": yuma_mechanism.draw,
}

KINDS = tuple(_DRAW)
"""What cases are about."""

PROBE_OPS = {
    "amm": "amm.swap",
    "fixed_point": "fixed_point.add",
    "state": "state.ledger",
    "yuma_epoch": "yuma.epoch",
    "yuma_mechanism": "yuma.mechanism.split",
}
"""A backend that supports this op is put to the cases of the kind."""

_COST = {"small": 5_000, "realistic": 150_000}


@attrs.frozen
class GeneratedCase:
    """A case that is drawn, and answered by the reference, when it is needed."""

    kind: str
    """What it is about."""
    level: str
    """Its size."""
    seed: str
    """Seed of the run."""
    index: int
    """Which draw of its kind it is."""
    place: int
    """Its place among the cases of its kind: draws that came before are passed over."""

    @property
    def suite(self) -> str:
        """Name of its suite in reports."""
        return f"generated_{self.kind}"

    @property
    def source(self) -> str:
        """The command that writes the file in which it stands."""
        return f"taospec generate --kind {self.kind} --level {self.level} --seed {self.seed} -o FILE"

    @property
    def line(self) -> int:
        """Its line in that file."""
        return self.place + 2

    @property
    def cost(self) -> int:
        """A rough measure of its time."""
        return _COST[self.level]

    @property
    def oracle(self) -> str:
        """The reference answers it."""
        return "reference"

    def case(self) -> Case:
        """Draw it and let the reference answer.

        Raises:
            ReferenceCrashError: the reference broke.
        """
        op, inputs = _drawn(self.kind, self.seed, self.level, self.index)
        id_ = case_id(op, inputs)
        reply = _reference().run(op, inputs)
        if isinstance(reply, Crash):
            raise ReferenceCrashError(id_, op, reply)
        assert isinstance(reply, Answer)
        return Case(id=id_, op=op, inputs=inputs, expected=reply)


def generated_cases(kind: str, seed: str, level: str, count: int) -> list[GeneratedCase]:
    """The first ``count`` different cases of a kind.

    A case is known by its input: drawing is cheap, answering is not done here.

    Raises:
        InvalidInputError: there are not so many in ten times as many draws, and a thousand.
    """
    indices: dict[str, int] = {}
    draws = iter(range(10 * count + 1_000))
    while len(indices) < count:
        index = next(draws, None)
        if index is None:
            reason = f"{kind} has {len(indices)} different cases of level {level}"
            raise InvalidInputError("cases", count, reason)
        indices.setdefault(case_id(*_drawn(kind, seed, level, index)), index)
    return [GeneratedCase(kind, level, seed, index, place) for place, index in enumerate(indices.values())]


def _drawn(kind: str, seed: str, level: str, index: int) -> tuple[str, dict[str, Any]]:
    """Op and input of a draw."""
    return _DRAW[kind](Random(f"taospec/{kind}/{level}/{seed}/{index}"), level)


def generated_header(
    seed: str, level: str, shard: str, count: int, suite: str | None = None
) -> dict[str, Any]:
    """Header of a file of generated cases; their suite is named after the level unless it has a name."""
    return {
        "format": FORMAT,
        "suite": suite or f"generated_{level}",
        "protocol": PROTOCOL,
        "provenance": "reference",
        "generator": f"taospec {metadata.version('taospec')}",
        "seed": seed,
        "level": level,
        "shard": shard,
        "cases": count,
    }


def load_in_processes(items: Sequence[GeneratedCase], jobs: int) -> Iterator[Case]:
    """The cases in order, computed in ``jobs`` processes."""
    if jobs == 1:
        yield from map(GeneratedCase.case, items)
        return
    with ProcessPoolExecutor(max_workers=jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(GeneratedCase.case, items, chunksize=8)


@cache
def _reference() -> LocalBackend:
    return load_backend("reference")
