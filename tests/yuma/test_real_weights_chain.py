"""100 consecutive epochs of real weights, with the bonds carried by us from epoch to epoch.

The recorded answers are those of the chain's own code. Each epoch here starts from the
bonds that the epoch before it returned, never from recorded ones, so that one wrong bit
would be carried on and could not hide.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import attrs
import pytest

from taospec.conformance.operations.yuma_epoch import decode_epoch, encode_epoch
from taospec.conformance.rule_lookup import VECTORS
from taospec.conformance.vector_file import Case, read_vector_file
from taospec.reference.yuma.epoch import run_epoch as run_reference
from taospec.reference.yuma.records import EpochInput, EpochOutput

TRACE = VECTORS / "yuma" / "yuma_trace_real_weights.jsonl.gz"


@cache
def epochs() -> tuple[Case, ...]:
    return tuple(line.case() for line in read_vector_file(TRACE).lines)


def reference(inputs: EpochInput) -> EpochOutput:
    return run_reference(inputs).output


def optimized(inputs: EpochInput) -> EpochOutput:
    epoch = pytest.importorskip("taospec.optimized.yuma.epoch", reason="needs the extra 'optimized'")
    epoch.reset_fallbacks()
    output: EpochOutput = epoch.run_epoch(inputs, backend="cpu")
    assert epoch.fallbacks() == {}  # real weights are inside the kernels' proven domain
    return output


def test_the_recorded_trace_is_consecutive_and_real() -> None:
    blocks = [int(case.inputs["block"]) for case in epochs()]
    assert blocks == list(range(3_600_000, 3_635_641, 360))
    rows = [row for case in epochs() for row in case.inputs["weights"] if row]
    assert len({case.inputs["block"]: case.inputs["weights"] for case in epochs()}) == 100
    assert all(0 <= value <= 65_535 for row in rows for _, value in row)
    assert epochs()[0].inputs["bonds"] == [[]] * 256  # the trace starts without bonds


@pytest.mark.parametrize("run_epoch", [reference, optimized])
def test_carried_bonds_lead_to_upstreams_answer_at_every_step(
    run_epoch: Callable[[EpochInput], EpochOutput],
) -> None:
    bonds: tuple[tuple[tuple[int, int], ...] | None, ...] = ((),) * 256
    for case in epochs():
        output = run_epoch(attrs.evolve(decode_epoch(case.inputs), bonds=bonds))
        expected = {name: value for name, value in case.expected.out.items() if name != "stages"}
        assert encode_epoch(output) == expected, f"block {case.inputs['block']}"
        bonds = output.bonds
