"""``yuma.epoch``: one epoch of one mechanism, with every intermediate stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from taospec.conformance.operations import Inputs, Operation, decoding
from taospec.reference.fixed_point import FixedPoint
from taospec.reference.yuma.epoch import run_epoch
from taospec.reference.yuma.records import EpochInput, EpochOutput

NUMBERS = (
    "n",
    "tempo",
    "activity_cutoff_factor_milli",
    "max_allowed_validators",
    "owner_uid",
    "kappa",
    "bonds_penalty",
    "yuma3",
    "liquid_alpha",
    "alpha_low",
    "alpha_high",
    "alpha_sigmoid_steepness",
    "commit_reveal",
)
"""Fields that JSON holds as numbers, booleans or null."""

TEXTS = (
    "block",
    "last_mechanism_step_block",
    "tao_weight",
    "stake_threshold",
    "bonds_moving_average",
    "reveal_period",
    "subnet_epoch_index",
    "last_epoch_block",
    "pending_epoch_at",
    "blocks_since_last_step",
    "rao_emission",
)
"""u64 fields: decimal text."""

TEXT_VECTORS = ("last_update", "block_at_registration", "alpha", "root_tao")
"""u64 per uid."""

OUTPUT_TEXT_VECTORS = ("server_emission", "validator_emission", "emission", "stake")
OUTPUT_VECTORS = (
    "consensus",
    "incentive",
    "dividends",
    "validator_trust",
    "stake_weight",
    "active",
    "new_permits",
)


def decode_epoch(inputs: Inputs) -> EpochInput:
    """An epoch's input from its JSON form.

    Raises:
        InvalidInputError: a field is missing, of another kind, or outside its type.
    """
    fields: dict[str, Any] = {
        **{field: decoding.field(inputs, field) for field in NUMBERS},
        **{field: decoding.decimal(field, decoding.field(inputs, field)) for field in TEXTS},
        **{field: _vector(inputs, field, decoding.decimal) for field in TEXT_VECTORS},
        "permits": _vector(inputs, "permits", _unchanged),
        "weight_commits": _vector(inputs, "weight_commits", _hashed_commits),
        "timelocked_commits": _vector(inputs, "timelocked_commits", _timelocked_commits),
        "parents": _vector(inputs, "parents", _edges),
        "children": _vector(inputs, "children", _edges),
        "outside": _vector(inputs, "outside", _outside),
        "weights": _vector(inputs, "weights", _row),
        "bonds": _vector(inputs, "bonds", _row),
    }
    return EpochInput(**fields)


def encode_epoch(output: EpochOutput, stages: Mapping[str, Sequence[Any]] | None = None) -> dict[str, Any]:
    """An epoch's output, and its stages if there are any, in JSON form."""
    out: dict[str, Any] = {
        **{field: [str(value) for value in getattr(output, field)] for field in OUTPUT_TEXT_VECTORS},
        **{field: list(getattr(output, field)) for field in OUTPUT_VECTORS},
        "bonds": [None if row is None else [list(pair) for pair in row] for row in output.bonds],
    }
    if stages is not None:
        out["stages"] = [[name, [_stage_element(value) for value in stage]] for name, stage in stages.items()]
    return out


def _reference(inputs: Inputs) -> dict[str, Any]:
    result = run_epoch(decode_epoch(inputs))
    return encode_epoch(result.output, result.stages)


REFERENCE: dict[str, Operation] = {"yuma.epoch": _reference}
"""Op name to the reference's answer."""


def _stage_element(value: Any) -> Any:
    """A scalar, a sparse row of ``(column, value)`` or a dense row of values."""
    if isinstance(value, bool):
        return value
    if isinstance(value, FixedPoint):
        return str(value.bits)
    if isinstance(value, int):
        return str(value)
    return [
        [element[0], str(element[1].bits)] if isinstance(element, tuple) else _stage_element(element)
        for element in value
    ]


def _vector(inputs: Inputs, field: str, decode: Callable[[str, Any], Any]) -> tuple[Any, ...]:
    elements = decoding.array(field, decoding.field(inputs, field))
    return tuple(decode(f"{field}[{index}]", element) for index, element in enumerate(elements))


def _unchanged(_: str, value: Any) -> Any:
    return value


def _row(field: str, value: Any) -> tuple[tuple[Any, ...], ...] | None:
    if value is None:
        return None
    return tuple(tuple(decoding.array(field, pair, 2)) for pair in decoding.array(field, value))


def _edges(field: str, value: Any) -> tuple[Any, ...]:
    hotkey, edges = decoding.array(field, value, 2)
    decoded = []
    for edge in decoding.array(field, edges):
        proportion, relative = decoding.array(field, edge, 2)
        decoded.append((decoding.decimal(field, proportion), relative))
    return hotkey, tuple(decoded)


def _outside(field: str, value: Any) -> tuple[Any, ...]:
    hotkey, alpha, tao = decoding.array(field, value, 3)
    return hotkey, decoding.decimal(field, alpha), decoding.decimal(field, tao)


def _hashed_commits(field: str, value: Any) -> tuple[Any, ...]:
    uid, commits = decoding.array(field, value, 2)
    return uid, _integer_pairs(field, commits)


def _timelocked_commits(field: str, value: Any) -> tuple[Any, ...]:
    epoch, commits = decoding.array(field, value, 2)
    return decoding.decimal(field, epoch), _integer_pairs(field, commits)


def _integer_pairs(field: str, value: Any) -> tuple[tuple[int, int], ...]:
    pairs = (decoding.array(field, pair, 2) for pair in decoding.array(field, value))
    return tuple((decoding.decimal(field, first), decoding.decimal(field, second)) for first, second in pairs)
