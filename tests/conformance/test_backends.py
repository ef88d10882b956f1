"""Backends: which there are, and when one is absent."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import pytest
from click.testing import CliRunner

from taospec.conformance import backends
from taospec.conformance.answers import Answer, Crash, ProtocolError, Unsupported
from taospec.conformance.backends import BackendAbsentError, LocalBackend, load_backend
from taospec.conformance.cli import main
from taospec.conformance.operations import Inputs
from taospec.reference.invalid_input import InvalidInputError

from .samples import VectorWriter


def raising(error: Exception) -> Callable[..., NoReturn]:
    def fail(*_: object) -> NoReturn:
        raise error

    return fail


def test_a_backend_whose_dependency_is_not_installed_is_absent_and_conform_says_so(
    monkeypatch: pytest.MonkeyPatch, vector_file: VectorWriter
) -> None:
    missing = raising(ModuleNotFoundError("No module named 'numba'", name="numba"))
    monkeypatch.setitem(backends._OPERATIONS, "optimized-cpu", missing)
    with pytest.raises(BackendAbsentError, match="optimized-cpu: No module named 'numba'"):
        load_backend("optimized-cpu")
    path = str(vector_file("yuma_epoch", 1))
    result = CliRunner().invoke(main, ["conform", "--jobs", "1", "--vectors", path])
    assert result.exit_code == 0
    assert "absent optimized-cpu: No module named 'numba'" in result.output
    asked = CliRunner().invoke(main, ["conform", "--vectors", path, "--backend", "optimized-cpu"])
    assert asked.exit_code == 2


@pytest.mark.parametrize(
    "error",
    [
        ImportError("cannot import name 'scalar'", name="taospec.optimized.compilation"),
        ModuleNotFoundError("No module named 'taospec.optimized.words'", name="taospec.optimized.words"),
    ],
)
def test_a_backend_that_is_broken_does_not_look_absent(
    monkeypatch: pytest.MonkeyPatch, vector_file: VectorWriter, error: ImportError
) -> None:
    monkeypatch.setitem(backends._OPERATIONS, "optimized-cpu", raising(error))
    with pytest.raises(ImportError):
        load_backend("optimized-cpu")
    result = CliRunner().invoke(main, ["conform", "--vectors", str(vector_file("yuma_epoch", 1))])
    assert result.exit_code == 1
    assert result.exception is error


def test_a_reply_tells_errors_of_the_protocol_from_crashes_and_bad_input() -> None:
    def answer(inputs: Inputs) -> dict[str, object]:
        return {"value": inputs["a"]}

    backend = LocalBackend(
        name="local",
        operations={
            "a.answer": answer,
            "a.refuse": raising(ProtocolError("NotEnoughStake")),
            "a.break": raising(ZeroDivisionError("division by zero")),
            "a.doubt": raising(InvalidInputError("a", -1, "must be positive")),
        },
    )
    assert backend.run("a.answer", {"a": 1}) == Answer(out={"value": 1})
    assert backend.run("a.refuse", {}) == Answer(error="NotEnoughStake")
    assert backend.run("a.unknown", {}) == Unsupported()
    crash = backend.run("a.break", {})
    assert isinstance(crash, Crash)
    assert crash.reason == "ZeroDivisionError: division by zero"
    with pytest.raises(InvalidInputError):
        backend.run("a.doubt", {})


def test_a_backend_that_breaks_on_a_case_fails_it_with_the_traceback(
    monkeypatch: pytest.MonkeyPatch, vector_file: VectorWriter
) -> None:
    broken = {"yuma.epoch": raising(IndexError("row 7"))}
    monkeypatch.setitem(backends._OPERATIONS, "reference", lambda: broken)
    path = str(vector_file("yuma_epoch", 1))
    result = CliRunner().invoke(main, ["conform", "--jobs", "1", "--vectors", path, "--backend", "reference"])
    assert result.exit_code == 1
    assert "crash       IndexError: row 7" in result.output
    assert "Traceback" in result.output


def test_the_reason_of_each_fallback_is_reported(
    monkeypatch: pytest.MonkeyPatch, vector_file: VectorWriter
) -> None:
    reference = load_backend("reference").operations["yuma.epoch"]
    falling_back = {"yuma.epoch": lambda inputs: Answer(out=reference(inputs), fallback="rate")}
    monkeypatch.setitem(backends._OPERATIONS, "optimized-cpu", lambda: falling_back)
    path = str(vector_file("yuma_epoch", 3))
    result = CliRunner().invoke(main, ["conform", "--jobs", "1", "--vectors", path])
    assert result.exit_code == 0, result.output
    assert "3 of yuma_epoch computed by the reference: rate" in result.output
