"""``emission.coinbase`` on the optimized implementation."""

from __future__ import annotations

from taospec.conformance.answers import Answer
from taospec.conformance.operations import Inputs, Operation
from taospec.conformance.operations.emission import NOTHING_ELSE, changes_of_block, state_before_block
from taospec.optimized.emission.network import emit_on


def _coinbase(inputs: Inputs) -> Answer:
    """The answer of the kernels, or of the reference for a block that they refuse."""
    state, before = state_before_block(inputs)
    played = emit_on(state, 1, NOTHING_ELSE)
    refused = "block outside the domain" if played.by_reference else None
    return Answer(out=changes_of_block(before, state), fallback=refused)


OPTIMIZED_CPU: dict[str, Operation] = {"emission.coinbase": _coinbase}
"""Op name to the answer of the CPU kernels."""
