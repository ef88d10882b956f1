"""Reference, ideal and enclosures of one epoch side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from taospec.reference.fixed_point import FixedPoint
from taospec.spec.real_numbers import Enclosure, Real, real
from taospec.spec.yuma import bounds, model

U16_MAX = 65535
_NOISE = real.ldexp(1, -400)

VECTORS = (
    "stake",
    "active_stake",
    "consensus",
    "validator_trust",
    "incentive",
    "total_bonds_per_validator",
    "dividends",
)
MATRICES = (
    "weights_normalized",
    "clipped_weights",
    "weights_for_bonds",
    "bonds_current",
    "bonds_normalized",
    "bonds_delta_normalized",
    "ema_bonds",
    "ema_bonds_normalized",
)
PROPORTIONS = {
    "consensus": "consensus",
    "incentive": "incentive",
    "dividends": "dividends",
    "validator_trust": "validator_trust",
    "stake_weight": "stake",
}
"""Stored u16 vector to the stage that it stores."""


@dataclass(frozen=True)
class Element:
    """One number of one stage."""

    stage: str
    place: tuple[int, ...]
    computed: Real
    ideal: Real
    enclosure: Enclosure
    unit: Real
    """What an error is measured in: an ulp, a rao, a part of 65535."""

    @property
    def error(self) -> Real:
        return (self.computed - self.ideal) / self.unit

    @property
    def is_enclosed(self) -> bool:
        return self.computed in self.enclosure

    @property
    def has_ideal_enclosed(self) -> bool:
        """Whether the ideal lies in the enclosure too, up to its own 640 bits."""
        low, high = self.room
        return bool(low < _NOISE and high > -_NOISE)

    @property
    def room(self) -> tuple[Real, Real]:
        """The bound on the error, below and above."""
        return (self.enclosure.low - self.ideal) / self.unit, (self.enclosure.high - self.ideal) / self.unit

    def __str__(self) -> str:
        low, high = (real.nstr(end, 6) for end in self.room)
        error, ideal = real.nstr(self.error, 6), real.nstr(self.ideal, 15)
        return f"{self.stage} {self.place}: error {error}, bound [{low}, {high}], ideal {ideal}"


def raw_stages(stages: Mapping[str, Any]) -> dict[str, Any]:
    """The reference's stages as raw integers."""
    return {name: _raw(stage) for name, stage in stages.items()}


def recorded_stages(out: Mapping[str, Any]) -> dict[str, Any]:
    """The stages of a recorded case as raw integers."""
    return {
        name: _parsed(stage)
        for name, stage in out.get("stages", ())
        if name in {*VECTORS, *MATRICES, "liquid_alphas"}
    }


def recorded_output(out: Mapping[str, Any]) -> Any:
    """The output of a recorded case, amounts as integers."""
    amounts = {name: [int(text) for text in out[name]] for name in ("server_emission", "validator_emission")}
    return SimpleNamespace(**(out | amounts))


def _raw(stage: Any) -> Any:
    if isinstance(stage, list | tuple):
        return [(x[0], x[1].bits) if isinstance(x, tuple) else _raw(x) for x in stage]
    return stage.bits if isinstance(stage, FixedPoint) else stage


def _parsed(stage: Any) -> Any:
    if isinstance(stage, str):
        return int(stage)
    return [
        (x[0], int(x[1])) if isinstance(x, list) and len(x) == 2 and isinstance(x[0], int) else _parsed(x)
        for x in stage
    ]


def elements(
    stages: Mapping[str, Any],
    output: Any,
    ideal: model.IdealEpoch,
    enclosed: bounds.EnclosedEpoch,
) -> Iterator[Element]:
    """Every number that a normative implementation gives, beside what the model says of it.

    ``stages`` holds raw integers (vectors, sparse rows of pairs); ``output`` has the stored vectors.
    """
    for name in VECTORS:
        if name in stages:
            yield from _vector(name, stages[name], getattr(ideal, name), getattr(enclosed, name))
    for name in MATRICES:
        if name in stages and getattr(ideal, name) is not None:
            yield from _matrix(name, stages[name], getattr(ideal, name), getattr(enclosed, name))
    if "liquid_alphas" in stages:
        for i, row in enumerate(stages["liquid_alphas"]):
            ideal_row, enclosed_row = ideal.liquid_alphas[i], enclosed.liquid_alphas[i]
            yield from _vector("liquid_alphas", row, ideal_row, enclosed_row, (i,))
    for name in ("server_emission", "validator_emission"):
        for uid, amount in enumerate(getattr(output, name)):
            of_ideal, of_enclosed = getattr(ideal, name)[uid], getattr(enclosed, name)[uid]
            yield Element(name, (uid,), real.mpf(amount), of_ideal, of_enclosed, real.one)
    yield from _stored(output, ideal, enclosed)


def _vector(
    name: str,
    raw: Sequence[int],
    ideal: Sequence[Real],
    enclosed: Sequence[Enclosure],
    row: tuple[int, ...] = (),
) -> Iterator[Element]:
    assert len(raw) == len(ideal) == len(enclosed), name
    for i, bits in enumerate(raw):
        computed = real.ldexp(real.mpf(bits), -32)
        yield Element(name, (*row, i), computed, ideal[i], enclosed[i], bounds.ULP)


def _matrix(
    name: str,
    raw: Sequence[Sequence[tuple[int, int]]],
    ideal: model.Matrix,
    enclosed: bounds.EnclosedMatrix,
) -> Iterator[Element]:
    assert len(raw) == len(ideal) == len(enclosed), name
    for i, pairs in enumerate(raw):
        row = dict(pairs)
        for j in sorted(row.keys() | ideal[i].keys() | enclosed[i].keys()):
            computed = real.ldexp(real.mpf(row.get(j, 0)), -32)
            exact = ideal[i].get(j, real.zero)
            yield Element(name, (i, j), computed, exact, enclosed[i].get(j, bounds.ZERO), bounds.ULP)


def _stored(output: Any, ideal: model.IdealEpoch, enclosed: bounds.EnclosedEpoch) -> Iterator[Element]:
    for field, stage in PROPORTIONS.items():
        for uid, stored in enumerate(getattr(output, field)):
            of_ideal, of_enclosed = getattr(ideal, stage)[uid], getattr(enclosed, stage)[uid]
            yield _proportion(f"stored {field}", (uid,), stored, of_ideal, of_enclosed)
    for i, pairs in enumerate(output.bonds):
        if enclosed.new_permits[i]:
            row = dict(pairs)
            for j in sorted(row.keys() | enclosed.stored_bonds[i].keys()):
                of_ideal = ideal.stored_bonds[i].get(j, real.zero)
                of_enclosed = enclosed.stored_bonds[i].get(j, bounds.ZERO)
                yield _proportion("stored bonds", (i, j), row.get(j, 0), of_ideal, of_enclosed)


def _proportion(name: str, place: tuple[int, ...], stored: int, ideal: Real, enclosed: Enclosure) -> Element:
    part = real.one / U16_MAX
    scaled = enclosed.increasing(lambda x: min(x, real.one))
    return Element(name, place, stored * part, min(ideal, real.one), scaled.floored(part), part)
