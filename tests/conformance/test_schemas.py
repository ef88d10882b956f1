"""The schemas of the vector format."""

from __future__ import annotations

from pathlib import Path

import jsonschema_rs
import pytest

from taospec.conformance import schemas
from taospec.conformance.operations import reference_operations
from taospec.conformance.schemas import domains, schema_document, schema_files

NAMES = sorted(path.stem for path in Path(schemas.__file__).parent.glob("*.json"))


@pytest.mark.parametrize("name", NAMES)
def test_every_schema_is_valid_json_schema_2020_12(name: str) -> None:
    document = schema_document(name)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema_rs.meta.validate(document)


def test_every_operation_of_the_reference_has_a_schema_and_every_schema_an_operation() -> None:
    assert set(reference_operations()) == set(schema_files())


@pytest.mark.parametrize("name", domains())
def test_every_domain_repeats_the_common_frame_word_for_word(name: str) -> None:
    frame = {key: value for key, value in schema_document("case").items() if key[0] != "$" and key != "title"}
    assert schema_document(name)["$defs"]["case"] == frame


@pytest.mark.parametrize("name", domains())
def test_every_object_is_closed(name: str) -> None:
    open_objects = []

    def walk(schema: object, path: str) -> None:
        if isinstance(schema, dict):
            if (
                "properties" in schema
                and "$ref" not in schema
                and schema.get("additionalProperties") is not False
            ):
                open_objects.append(path)
            for key, value in schema.items():
                walk(value, f"{path}/{key}")
        elif isinstance(schema, list):
            for index, value in enumerate(schema):
                walk(value, f"{path}/{index}")

    walk(schema_document(name)["$defs"], name)
    assert open_objects == []
