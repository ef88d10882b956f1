"""What the device refuses is answered all the same."""

from __future__ import annotations

from itertools import islice

import pytest
from upstream_epochs import SUITES, differing_fields, upstream_epochs

from taospec.optimized.yuma.cpu import Refusal
from taospec.optimized.yuma.cuda import run
from taospec.optimized.yuma.epoch import fallbacks, reset_fallbacks, run_epoch
from taospec.optimized.yuma.guards import RATE


def test_a_refused_epoch_is_answered_by_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def refuse(epochs):
        asked.extend(epochs)
        return [Refusal(RATE)] * len(epochs)

    monkeypatch.setattr(run, "run_records", refuse)
    reset_fallbacks()
    for case_id, inputs, expected in islice(upstream_epochs(SUITES[0]), 5):
        assert differing_fields(run_epoch(inputs, backend="cuda"), expected) == [], case_id
    assert len(asked) == 5
    assert fallbacks() == {}
