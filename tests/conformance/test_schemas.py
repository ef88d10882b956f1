"""The schemas of the vector format."""

from __future__ import annotations

from pathlib import Path

import jsonschema_rs
import pytest

from taospec.conformance import schemas
from taospec.conformance.call_schemas import DOCUMENT, document_text
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


def test_every_positional_argument_has_a_name() -> None:
    for op, schema in schema_files().items():
        fields = schema_document(schema)["$defs"][op]["properties"]["in"].get("properties", {})
        for argument in fields.get("args", {}).get("prefixItems", ()):
            assert argument["title"], op


def test_the_schemas_of_calls_are_those_that_the_reference_gives() -> None:
    assert DOCUMENT.read_text("utf-8") == document_text(schema_document("chain"))


@pytest.mark.parametrize(
    ("change", "allowed"),
    [
        ({}, True),
        ({"signer": "root"}, True),
        ({"signer": None}, True),
        ({"netuid": 1}, False),
        ({"netuid": "01"}, False),
        ({"limit": "1"}, True),
        ({"amount": "-1"}, False),
        ({"call": "add_stake"}, False),
        ({"more": "1"}, False),
    ],
    ids=repr,
)
def test_a_call_has_its_own_arguments_and_integers_are_text(change: dict[str, object], allowed: bool) -> None:
    definitions = schema_document("chain")["$defs"]
    call = {
        "call": "add_stake_burn", "signer": "1", "hotkey": "2", "netuid": "3", "amount": "4", "limit": None,
    }  # fmt: skip
    validator = jsonschema_rs.Draft202012Validator({"$ref": "#/$defs/call", "$defs": definitions})
    assert validator.is_valid({**call, **change}) is allowed
