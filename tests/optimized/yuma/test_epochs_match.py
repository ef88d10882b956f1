"""The kernels answer every epoch bit for bit as the chain and the reference do."""

from __future__ import annotations

import random

import pytest
from odd_epochs import wide_epoch
from upstream_epochs import SUITES, differing_fields, differing_records, upstream_epochs

from taospec.conformance.generator.yuma_epoch import draw
from taospec.conformance.operations.yuma_epoch import decode_epoch
from taospec.optimized.yuma.epoch import fallbacks, reset_fallbacks, run_epoch
from taospec.reference.yuma.epoch import run_epoch as run_reference


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("suite", SUITES)
def test_every_upstream_epoch_is_answered_without_falling_back(suite: str, threads: int) -> None:
    reset_fallbacks()
    cases = 0
    for case_id, inputs, expected in upstream_epochs(suite):
        output = run_epoch(inputs, backend="cpu", threads=threads)
        assert differing_fields(output, expected) == [], case_id
        cases += 1
    assert cases >= 100
    assert fallbacks() == {}


@pytest.mark.parametrize("threads", [1, 2])
def test_random_wide_epochs_with_every_oddity_equal_the_reference(threads: int) -> None:
    for index in range(100):
        inputs = wide_epoch(f"wide {index}")
        expected = run_reference(inputs).output
        assert differing_records(run_epoch(inputs, threads=threads), expected) == [], index


@pytest.mark.parametrize(("level", "count"), [("small", 2000), ("realistic", 12)])
def test_random_epochs_equal_the_reference(level: str, count: int) -> None:
    for seed in range(count):
        _, case = draw(random.Random(f"{level} {seed}"), level)
        inputs = decode_epoch(case)
        expected = run_reference(inputs).output
        assert differing_records(run_epoch(inputs, threads=1), expected) == [], seed
