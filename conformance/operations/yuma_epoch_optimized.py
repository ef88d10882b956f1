"""``yuma.epoch`` on the optimized implementation, without stages."""

from __future__ import annotations

from typing import Any

from taospec.conformance.operations import Inputs, Operation
from taospec.conformance.operations.yuma_epoch import decode_epoch, encode_epoch
from taospec.optimized.yuma.epoch import run_epoch


def _optimized_cpu(inputs: Inputs) -> dict[str, Any]:
    return encode_epoch(run_epoch(decode_epoch(inputs), backend="cpu"))


OPTIMIZED_CPU: dict[str, Operation] = {"yuma.epoch": _optimized_cpu}
"""Op name to the answer of the CPU kernels."""
