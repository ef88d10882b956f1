"""Events in the debug text of upstream's traces, and in the JSON of cases.

Every expected text is a line of a trace; the values beside it are read off that line by hand.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

import taospec.conformance
from taospec.conformance.event_json import event_from_json, event_json
from taospec.conformance.event_text import debug_text, event_text
from taospec.reference.fixed_point import U64F64
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.state.errors import SubtensorError
from taospec.reference.state.event_catalogue import EVENTS
from taospec.reference.state.events import Event
from taospec.reference.state.storage_types import OptionalType, TupleType, account, u16, unit
from taospec.reference.state.storage_types import numbered_account as key

TRACES = Path(next(iter(taospec.conformance.__path__))) / "vectors" / "chain"
PROBE = "0x1870617963efc12017e14d44658fc1db2f1a81fb31ca5d160952337a03cd0fc9"
CHILD, OTHER = (8685925845994266624, key(1012)), (3166830229171415040, key(1011))

FORMS = {
    "a tuple variant with accounts, TAO, alpha, netuid and an integer": (
        ("trace_01", 104, "StakeAdded(6, 2002, TaoBalance(5432288785), AlphaBalance(3913046230), "
         "NetUid(2), 2735416)"),
        Event("StakeAdded", (("coldkey", key(6)), ("hotkey", key(2002)), ("tao", 5432288785),
                             ("alpha", 3913046230), ("netuid", 2), ("fee", 2735416))),
    ),
    "a struct variant": (
        ("trace_01", 107, "RootClaimed { coldkey: 8 }"),
        Event("RootClaimed", (("coldkey", key(8)),)),
    ),
    "a variant without fields": (
        ("trace_01", 136, "BatchCompletedWithErrors"),
        Event("BatchCompletedWithErrors", ()),
    ),
    "another pallet and a boolean": (
        ("trace_01", 103, "AdminUtils::Yuma3EnableToggled { netuid: NetUid(1), enabled: false }"),
        Event("AdminUtils::Yuma3EnableToggled", (("netuid", 1), ("enabled", False))),
    ),
    "the shortest decimal of a fixed-point number": (
        # 1.05 as a double is 4728779608739021 / 2^52.
        ("trace_01", 103, "AdminUtils::BurnIncreaseMultSet { netuid: NetUid(1), "
         "burn_increase_mult: 1.0500000000000000444 }"),
        Event("AdminUtils::BurnIncreaseMultSet",
              (("netuid", 1), ("burn_increase_mult", U64F64.from_bits(4728779608739021 << 12)))),
    ),
    "a whole fixed-point number": (
        ("trace_01", 359, "AdminUtils::BurnIncreaseMultSet { netuid: NetUid(1), burn_increase_mult: 3 }"),
        Event("AdminUtils::BurnIncreaseMultSet",
              (("netuid", 1), ("burn_increase_mult", U64F64.from_bits(3 << 64)))),
    ),
    "a list of newtypes": (
        ("trace_01", 101, "IncentiveAlphaEmittedToMiners { netuid: NetUidStorageIndex(1), "
         "emissions: [AlphaBalance(0)] }"),
        Event("IncentiveAlphaEmittedToMiners", (("netuid", 1), ("emissions", (0,)))),
    ),
    "a newtype in a newtype with a parameter": (
        ("trace_01", 133, "BatchWeightsCompleted([Compact(NetUid(2))], 2002)"),
        Event("BatchWeightsCompleted", (("netuids", (2,)), ("hotkey", key(2002)))),
    ),
    "a list of tuples": (
        ("trace_01", 105, "SetChildren(1003, NetUid(1), [(8685925845994266624, 1012), "
         "(3166830229171415040, 1011)])"),
        Event("SetChildren", (("hotkey", key(1003)), ("netuid", 1), ("children", (CHILD, OTHER)))),
    ),
    "an empty list": (
        ("trace_01", 506, "SetChildren(2013, NetUid(4), [])"),
        Event("SetChildren", (("hotkey", key(2013)), ("netuid", 4), ("children", ()))),
    ),
    "an enum with a set": (
        ("trace_01", 151, "RootClaimTypeSet { coldkey: 6, root_claim_type: KeepSubnets { "
         "subnets: {NetUid(2)} } }"),
        Event("RootClaimTypeSet", (("coldkey", key(6)), ("root_claim_type", ("KeepSubnets", (2,))))),
    ),
    "an enum without values": (
        ("trace_01", 181, "RootClaimTypeSet { coldkey: 6, root_claim_type: Keep }"),
        Event("RootClaimTypeSet", (("coldkey", key(6)), ("root_claim_type", ("Keep",)))),
    ),
    "a hash": (
        ("trace_01", 577, f"ColdkeySwapAnnounced {{ who: 1, new_coldkey_hash: {PROBE} }}"),
        Event("ColdkeySwapAnnounced", (("who", key(1)), ("new_coldkey_hash", bytes.fromhex(PROBE[2:])))),
    ),
    "a byte string": (
        ("trace_03", 382, "SymbolUpdated { netuid: NetUid(1), symbol: [206, 180] }"),
        Event("SymbolUpdated", (("netuid", 1), ("symbol", "δ".encode()))),
    ),
    "an error of a batch": (
        ("trace_01", 136, "BatchWeightItemFailed(NetUid(1), Module(ModuleError { index: 4, "
         'error: [29, 0, 0, 0], message: Some("SettingWeightsTooFast") }))'),
        Event("BatchWeightItemFailed", (("netuid", 1), ("error", SubtensorError.SettingWeightsTooFast))),
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.rule("CHAIN-EVENT-2")
def test_an_event_is_written_as_a_trace_writes_it(form: str) -> None:
    (_, _, text), event = FORMS[form]
    assert event_text(event) == text


def test_every_expected_text_stands_in_the_committed_trace_in_the_block_that_is_named() -> None:
    named = {(trace, number) for (trace, number, _), _ in FORMS.values()}
    found: dict[tuple[str, int], list[str]] = {}
    for trace in sorted({trace for trace, _ in named}):
        with gzip.open(TRACES / f"{trace}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in list(lines)[2:]:
                block = json.loads(line)
                found[trace, block["number"]] = block["events"]
    missing = [text for (trace, number, text), _ in FORMS.values() if text not in found[trace, number]]
    assert not missing


def test_forms_that_no_event_of_the_traces_has_are_those_of_the_language() -> None:
    pair = OptionalType(TupleType(u16, account))
    assert debug_text(pair, None) == "None"
    assert debug_text(pair, (7, b"\x01" + bytes(31))) == "Some((7, 0x01" + "00" * 31 + "))"


@pytest.mark.parametrize("form", FORMS)
def test_an_event_is_read_back_from_the_json_of_a_case(form: str) -> None:
    event = FORMS[form][1]
    written = json.loads(json.dumps(event_json(event)))
    assert written["name"] == event.name
    assert event_from_json(written) == event


def test_the_json_of_an_event_has_the_values_of_dumps() -> None:
    assert event_json(FORMS["a list of tuples"][1]) == {
        "name": "SetChildren",
        "fields": {"hotkey": 1003, "netuid": 1, "children": [[CHILD[0], 1012], [OTHER[0], 1011]]},
    }


@pytest.mark.parametrize(
    ("dumped", "said"),
    [
        ({"name": "Mined", "fields": {}}, "event.*Mined"),
        ({"name": "RootClaimed", "fields": {}}, "RootClaimed.*must have the fields coldkey"),
        ({"name": "RootClaimed", "fields": {"coldkey": True}}, "RootClaimed.coldkey"),
    ],
)
def test_json_of_no_event_is_refused_by_name(dumped: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        event_from_json(dumped)


def test_an_event_with_a_value_that_its_type_cannot_hold_has_no_text() -> None:
    with pytest.raises(InvalidInputError, match=r"RootClaimed\.coldkey"):
        event_text(Event("RootClaimed", (("coldkey", 8),)))


def test_every_type_of_a_field_has_a_text() -> None:
    with pytest.raises(AssertionError, match="no event has a field of UnitType"):
        debug_text(unit, True)
    for event in EVENTS.values():
        for kind in event.fields.values():
            assert debug_text.dispatch(type(kind)) is not debug_text.dispatch(object), kind.name
