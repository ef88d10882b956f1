"""``yuma.epoch`` on a CUDA device; importing it fails where there is none."""

from __future__ import annotations

from numba import cuda

from taospec.conformance.answers import Answer
from taospec.conformance.backends import BackendAbsentError
from taospec.conformance.operations import Inputs, Operation
from taospec.conformance.operations.yuma_epoch_optimized import answer_epoch

if not cuda.is_available():
    raise BackendAbsentError("cuda: there is no CUDA device")


def _cuda(inputs: Inputs) -> Answer:
    return answer_epoch(inputs, "cuda")


CUDA: dict[str, Operation] = {"yuma.epoch": _cuda}
"""Op name to the answer of the CUDA kernels."""
