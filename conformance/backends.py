"""The implementations that a case can be put to, each an explicit object with a name."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from importlib import metadata
from typing import Any, Protocol

import attrs

from taospec.conformance.answers import Answer, Crash, ProtocolError, Reply, Unsupported
from taospec.conformance.operations import (
    Operation,
    cuda_operations,
    optimized_cpu_operations,
    reference_operations,
)
from taospec.reference.invalid_input import InvalidInputError


class Backend(Protocol):
    """Something that answers operations."""

    @property
    def name(self) -> str:
        """Name in reports and on the command line."""

    @property
    def version(self) -> str | None:
        """Its version, if it has one."""

    def supports(self, op: str) -> bool:
        """Whether it implements the operation."""

    def run(self, op: str, inputs: Mapping[str, Any]) -> Reply:
        """Answer one operation.

        Raises:
            InvalidInputError: ``inputs`` cannot be decoded.
        """

    def close(self) -> None:
        """Give back what it holds."""


class BackendAbsentError(Exception):
    """A backend that cannot be used here, and why."""


@attrs.frozen
class LocalBackend:
    """An implementation in this process."""

    name: str
    """Name in reports and on the command line."""
    operations: Mapping[str, Operation] = attrs.field(repr=False)
    """Op name to the function that answers it."""
    version: str | None = None
    """Version of the distribution."""

    def supports(self, op: str) -> bool:
        """Whether it implements the operation."""
        return op in self.operations

    def run(self, op: str, inputs: Mapping[str, Any]) -> Reply:
        """Answer one operation; an exception that is no protocol error is a crash."""
        operation = self.operations.get(op)
        if operation is None:
            return Unsupported()
        try:
            answer = operation(inputs)
        except ProtocolError as error:
            return Answer(error=error.name, after_error=error.after_error)
        except InvalidInputError:
            raise
        except Exception as error:
            return Crash(f"{type(error).__name__}: {error}", traceback.format_exc())
        return answer if isinstance(answer, Answer) else Answer(out=answer)

    def close(self) -> None:
        """Nothing is held."""


_OPERATIONS: dict[str, Callable[[], Mapping[str, Operation]]] = {
    "reference": reference_operations,
    "optimized-cpu": optimized_cpu_operations,
    "cuda": cuda_operations,
}

BACKEND_NAMES = tuple(_OPERATIONS)
DEFAULT_BACKENDS = ("reference", "optimized-cpu")
"""What is checked unless something else is asked for; a backend that is absent is left out."""


def load_backend(name: str) -> LocalBackend:
    """The backend of this name.

    Raises:
        BackendAbsentError: it is unknown, or what it needs is not installed.
        ImportError: it is broken, which must not look like absent.
    """
    if name not in _OPERATIONS:
        raise BackendAbsentError(f"unknown backend {name!r}, known are {', '.join(BACKEND_NAMES)}")
    try:
        operations = _OPERATIONS[name]()
    except ModuleNotFoundError as error:
        if not is_missing_dependency(error):
            raise
        raise BackendAbsentError(f"{name}: {error}") from error
    return LocalBackend(name=name, operations=operations, version=metadata.version("taospec"))


def is_missing_dependency(error: ModuleNotFoundError) -> bool:
    """Whether a package of others is not installed, rather than one of ours broken."""
    return error.name is not None and error.name.split(".")[0] != "taospec"
