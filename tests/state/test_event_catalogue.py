"""The event catalogue against upstream's declarations, and the deposits of the reference against it."""

import json
import re
from pathlib import Path

import pytest

import taospec.optimized
import taospec.reference
from taospec.conformance.event_sources import deposits
from taospec.reference.state.event_catalogue import EVENTS, NOT_DEPOSITED
from taospec.reference.subnets.hyperparameters import CATALOGUE

DECLARED = {
    each["event"]: each
    for each in json.loads((Path(__file__).parent / "facts" / "declared_events.json").read_text())["declared"]
}
REFERENCE = Path(next(iter(taospec.reference.__path__)))
OPTIMIZED = Path(next(iter(taospec.optimized.__path__)))
DEPOSITS = deposits(REFERENCE)
SETTERS = {setter.call: setter for group in CATALOGUE.values() for setter in group}


@pytest.mark.rule("CHAIN-EVENT-2")
def test_every_declared_event_is_catalogued_or_listed_with_the_reason_why_not():
    assert EVENTS.keys() | NOT_DEPOSITED.keys() == DECLARED.keys()
    assert not EVENTS.keys() & NOT_DEPOSITED.keys()


@pytest.mark.parametrize("name", EVENTS)
@pytest.mark.rule("CHAIN-EVENT-2")
def test_an_event_has_the_declared_fields_in_their_order(name):
    event, declared = EVENTS[name], DECLARED[name]
    assert [kind.name for kind in event.fields.values()] == [field[-1] for field in declared["fields"]]
    assert event.named == declared["named"]
    assert event.source == declared["at"]
    if event.named:
        assert list(event.fields) == [field[0] for field in declared["fields"]]


@pytest.mark.parametrize("deposit", DEPOSITS, ids=lambda deposit: f"{deposit.event}-{deposit.place}")
@pytest.mark.rule("CHAIN-EVENT-2")
def test_a_deposit_is_of_a_catalogued_event_with_exactly_its_fields_and_has_a_rule(deposit):
    fields = EVENTS[deposit.event].fields
    if deposit.place in SETTERS:
        # Arguments have upstream's names: as many, and of values that the fields can hold.
        assert [_width(kind) for kind in SETTERS[deposit.place].arguments.values()] == [
            _width(kind) for kind in fields.values()
        ]
    else:
        assert deposit.fields == tuple(fields)
    assert deposit.rules


@pytest.mark.rule("CHAIN-EVENT-2")
def test_what_the_optimized_chain_deposits_has_the_same_fields():
    found = [each for each in deposits(OPTIMIZED) if each.place not in SETTERS]
    assert found
    assert [each for each in found if each.fields != tuple(EVENTS[each.event].fields)] == []


@pytest.mark.rule("CHAIN-EVENT-2")
def test_every_catalogued_event_is_deposited_somewhere():
    assert EVENTS.keys() == {deposit.event for deposit in DEPOSITS}


@pytest.mark.rule("CHAIN-EVENT-2")
def test_every_event_stands_in_one_table_of_the_chapter():
    text = (Path(__file__).parents[2] / "spec" / "chain" / "events.md").read_text()
    prefixes = sorted(re.findall(r"```{events} (\S+)", text), key=len)
    first = {deposit.event: deposit.rules[0] for deposit in reversed(DEPOSITS)}
    assert len(prefixes) == len(set(prefixes))
    assert [name for name, rule in first.items() if not rule.startswith(tuple(prefixes))] == []


def _width(kind):
    return getattr(kind, "content", kind).name
