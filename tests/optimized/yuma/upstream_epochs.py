"""The epochs that the real runtime code executed, decoded."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from importlib.resources import files

import attrs

from taospec.conformance.operations.yuma_epoch import decode_epoch, encode_epoch
from taospec.reference.yuma.records import EpochInput, EpochOutput

SUITES = ("yuma_epoch", "yuma_epoch_realistic", "yuma_trace_real_weights")


def upstream_epochs(suite: str) -> Iterator[tuple[str, EpochInput, dict[str, object]]]:
    """Id, input and expected output (JSON form, without stages) of each case."""
    path = files("taospec.conformance") / "vectors" / "yuma" / f"{suite}.jsonl.gz"
    with path.open("rb") as stream, gzip.open(stream, "rt") as lines:
        next(lines)
        for line in lines:
            case = json.loads(line)
            expected = {name: value for name, value in case["out"].items() if name != "stages"}
            yield case["id"], decode_epoch(case["in"]), expected


def differing_fields(output: EpochOutput, expected: dict[str, object]) -> list[str]:
    """Names of the fields in which an output differs from a case's."""
    answer = encode_epoch(output)
    return [name for name in expected if answer[name] != expected[name]]


def differing_records(first: EpochOutput, second: EpochOutput) -> list[str]:
    """Names of the fields in which two outputs differ."""
    names = [attribute.name for attribute in attrs.fields(EpochOutput)]
    return [name for name in names if getattr(first, name) != getattr(second, name)]
