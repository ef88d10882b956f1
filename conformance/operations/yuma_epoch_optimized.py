"""``yuma.epoch`` on the optimized implementation, which has no stages."""

from __future__ import annotations

from collections import Counter

from taospec.conformance.answers import Answer
from taospec.conformance.operations import Inputs, Operation
from taospec.conformance.operations.yuma_epoch import decode_epoch, encode_epoch
from taospec.optimized.yuma.epoch import Backend, fallbacks, run_epoch


def answer_epoch(inputs: Inputs, backend: Backend) -> Answer:
    """The answer of the kernels, or of the reference with the guard that refused the input."""
    before = Counter(fallbacks())
    out = encode_epoch(run_epoch(decode_epoch(inputs), backend=backend))
    refused_by = Counter(fallbacks()) - before
    return Answer(out=out, fallback=", ".join(refused_by) or None)


def _cpu(inputs: Inputs) -> Answer:
    return answer_epoch(inputs, "cpu")


OPTIMIZED_CPU: dict[str, Operation] = {"yuma.epoch": _cpu}
"""Op name to the answer of the CPU kernels."""
