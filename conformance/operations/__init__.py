"""From the name of an operation to the code that answers it.

One module a domain, named in :data:`REFERENCE_MODULES`. It maps op names to functions from
a case's ``in`` (JSON form) to its ``out`` in a mapping ``REFERENCE``. Such a function

- returns ``out``, or an :class:`~taospec.conformance.answers.Answer` where there is more to
  say than that,
- raises :class:`~taospec.reference.invalid_input.InvalidInputError` for an ``in`` that
  cannot be decoded,
- raises :class:`~taospec.conformance.answers.ProtocolError` where the chain returns an error.

The schemas of its ops stand in ``conformance/schemas/<module>.json``. What the optimized
implementation computes is in modules of their own, which have ``OPTIMIZED_CPU`` or ``CUDA``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, TypeAlias

Inputs: TypeAlias = Mapping[str, Any]
Operation: TypeAlias = Callable[[Inputs], Any]

REFERENCE_MODULES = (
    "amm",
    "chain",
    "conviction",
    "emission",
    "fees",
    "fixed_point",
    "headers",
    "staking",
    "state",
    "subnets",
    "supply",
    "yuma_epoch",
    "yuma_math",
    "yuma_mechanism",
)
"""The modules that hold operations of the reference."""

OPTIMIZED_CPU_MODULES = ("amm_optimized", "emission_optimized", "yuma_epoch_optimized")
"""The modules that hold operations of the optimized implementation."""

CUDA_MODULES = ("yuma_epoch_cuda",)
"""The modules that hold its operations on a CUDA device."""


def reference_operations() -> dict[str, Operation]:
    """The operations of the reference."""
    return _operations(REFERENCE_MODULES, "REFERENCE")


def optimized_cpu_operations() -> dict[str, Operation]:
    """The operations of the optimized implementation on the CPU.

    Raises:
        ModuleNotFoundError: numba is not installed.
    """
    return _operations(OPTIMIZED_CPU_MODULES, "OPTIMIZED_CPU")


def cuda_operations() -> dict[str, Operation]:
    """The operations of the optimized implementation on a CUDA device.

    Raises:
        ModuleNotFoundError: numba is not installed.
        BackendAbsentError: there is no device.
    """
    return _operations(CUDA_MODULES, "CUDA")


def _operations(modules: tuple[str, ...], mapping: str) -> dict[str, Operation]:
    operations: dict[str, Operation] = {}
    for module in modules:
        operations |= getattr(import_module(f"{__name__}.{module}"), mapping)
    return operations
