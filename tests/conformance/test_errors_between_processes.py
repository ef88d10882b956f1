"""Errors on their way from a worker process."""

import copy
import pickle
from pathlib import Path

from taospec.conformance.answers import Crash, ReferenceCrashError
from taospec.conformance.vector_file import VectorFileError
from taospec.reference.invalid_input import InvalidInputError


def test_bad_input_goes_from_one_process_to_another_with_field_value_and_reason() -> None:
    error = InvalidInputError("stake[3]", b"\x01", "must be an integer")
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert str(twin) == str(error) == "stake[3]: must be an integer, got b'\\x01'"
        assert (twin.field, twin.value, twin.reason) == (error.field, error.value, error.reason)


def test_so_do_the_errors_of_a_file_and_of_a_broken_reference() -> None:
    file = VectorFileError(Path("a.jsonl"), 3, "the file is empty")
    twin = pickle.loads(pickle.dumps(file))
    assert str(twin) == str(file) == "a.jsonl, line 3: the file is empty"
    assert (twin.path, twin.line, twin.reason) == (file.path, file.line, file.reason)
    crash = ReferenceCrashError("yuma.epoch/1", "yuma.epoch", Crash("KeyError", "traceback"))
    twin = pickle.loads(pickle.dumps(crash))
    assert (twin.id, twin.op, twin.crash) == (crash.id, crash.op, crash.crash)
    assert str(twin) == "yuma.epoch/1: KeyError"
