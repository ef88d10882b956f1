"""What a run of the benchmark measured."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from taospec.conformance.benchmark.bars import BARS, START_BARS
from taospec.conformance.benchmark.starts import FIRST_EPOCH


@attrs.frozen
class Results:
    """Seconds by work and contender, and what is said about them."""

    machine: Mapping[str, Any]
    """Processor, threads, versions, date."""
    seconds: Mapping[str, Mapping[str, float]]
    """Best time of each contender for each work."""
    cells: Mapping[str, int]
    """Validators times neurons of each work."""
    float64_stages: Mapping[str, Mapping[str, float]]
    """Best time of each stage of the float64 baseline."""
    starts: Mapping[str, Mapping[str, Mapping[str, float]]] = attrs.field(factory=dict)
    """Seconds and processor seconds of a cold and of a warm start, to the first epoch and to all kernels."""

    @classmethod
    def read(cls, path: Path) -> Results:
        """The results that :meth:`write` wrote."""
        content = json.loads(path.read_text("utf-8"))
        return cls(
            **{field.name: content[field.name] for field in attrs.fields(cls) if field.name in content}
        )

    @property
    def bars(self) -> list[dict[str, Any]]:
        """Each bar with the measured ratio, those that could be measured."""
        found = []
        for bar in BARS:
            ratio = bar.ratio(self.seconds)
            if ratio is not None:
                found.append(
                    {
                        "bar": bar.description,
                        "at_most": bar.factor,
                        "measured": ratio,
                        "met": ratio <= bar.factor,
                    }
                )
        for start, limit in START_BARS.items():
            if start in self.starts:
                seconds = self.starts[start][FIRST_EPOCH]["seconds"]
                found.append(
                    {
                        "bar": f"{start}: at most {limit:.0f} s to the first epoch",
                        "at_most": limit,
                        "measured": seconds,
                        "met": seconds <= limit,
                    }
                )
        return found

    def growth(self, works: list[str]) -> dict[str, float]:
        """Exponent ``b`` of ``seconds = a * cells**b`` for each contender, by least squares on logarithms."""
        exponents = {}
        for contender in self.seconds[works[0]] if works else ():
            points = [
                (math.log(self.cells[work]), math.log(self.seconds[work][contender]))
                for work in works
                if contender in self.seconds[work]
            ]
            if len({x for x, _ in points}) > 1:
                exponents[contender] = _slope(points)
        return exponents

    def as_json(self) -> dict[str, Any]:
        """In JSON form."""
        return {**attrs.asdict(self), "bars": self.bars}

    def write(self, path: Path) -> None:
        """Write the JSON form to a temporary name and rename it."""
        write_text(path, json.dumps(self.as_json(), indent=2) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a file to a temporary name and rename it."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".part", delete=False) as stream:
        stream.write(text)
    Path(stream.name).replace(path)


def _slope(points: list[tuple[float, float]]) -> float:
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    covariance = sum((x - mean_x) * (y - mean_y) for x, y in points)
    return covariance / sum((x - mean_x) ** 2 for x, _ in points)
