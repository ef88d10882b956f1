"""``yuma.mechanism.*``: how mechanisms share a subnet's emission, and how their epochs add up."""

from __future__ import annotations

from typing import Any

import attrs

from taospec.conformance.operations import Inputs, Operation, decoding
from taospec.reference.invalid_input import (
    U8_MAX,
    U16_MAX,
    InvalidInputError,
    require_integer,
)
from taospec.reference.yuma.mechanisms import (
    AggregatedEpoch,
    aggregate_mechanisms,
    mechanism_weight,
    split_emission,
)
from taospec.reference.yuma.records import EpochOutput

AMOUNTS = ("server_emission", "validator_emission", "emission", "stake")
"""u64 per uid: decimal text."""

PROPORTIONS = ("consensus", "incentive", "dividends", "validator_trust", "stake_weight")
"""u16 per uid."""

FLAGS = ("active", "new_permits")
"""A boolean per uid."""


def _split(inputs: Inputs) -> dict[str, Any]:
    stored = inputs["split"]
    split = None if stored is None else [_u16(f"split[{i}]", part) for i, part in enumerate(stored)]
    count = require_integer("mechanism_count", inputs["mechanism_count"], 0, U8_MAX)
    return {
        "parts": [
            str(part) for part in split_emission(decoding.decimal("alpha", inputs["alpha"]), count, split)
        ]
    }


def _aggregate(inputs: Inputs) -> dict[str, Any]:
    emissions = [decoding.decimal(f"emissions[{i}]", text) for i, text in enumerate(inputs["emissions"])]
    total = decoding.decimal("total", inputs["total"])
    epochs = [_epoch(f"epochs[{i}]", epoch) for i, epoch in enumerate(inputs["epochs"])]
    if len(epochs) != len(emissions) or not epochs:
        raise InvalidInputError("epochs", len(epochs), "must be one for each emission, and at least one")
    if len({len(epoch.stake) for epoch in epochs}) != 1:
        raise InvalidInputError("epochs", inputs["epochs"], "must have the same number of neurons")
    weights = [mechanism_weight(index, emission, total) for index, emission in enumerate(emissions)]
    return {
        "weights": [str(weight.bits) for weight in weights],
        **_encoded(aggregate_mechanisms(epochs, emissions, total)),
    }


REFERENCE: dict[str, Operation] = {"yuma.mechanism.split": _split, "yuma.mechanism.aggregate": _aggregate}
"""Op name to the reference's answer."""


def _epoch(field: str, epoch: dict[str, Any]) -> EpochOutput:
    vectors: dict[str, tuple[Any, ...]] = {}
    for name in AMOUNTS:
        vectors[name] = tuple(
            decoding.decimal(f"{field}.{name}[{i}]", text) for i, text in enumerate(epoch[name])
        )
    for name in PROPORTIONS:
        vectors[name] = tuple(_u16(f"{field}.{name}[{i}]", value) for i, value in enumerate(epoch[name]))
    for name in FLAGS:
        vectors[name] = tuple(epoch[name])
    if len({len(vector) for vector in vectors.values()}) != 1:
        raise InvalidInputError(field, epoch, "must have vectors of one length")
    return EpochOutput(**vectors, bonds=())


def _encoded(aggregated: AggregatedEpoch) -> dict[str, Any]:
    out: dict[str, Any] = attrs.asdict(aggregated, recurse=False)
    return {
        name: [str(value) for value in vector] if name in AMOUNTS else list(vector)
        for name, vector in out.items()
    }


def _u16(field: str, value: Any) -> int:
    return require_integer(field, value, 0, U16_MAX)
