"""The vectors that the text names exist."""

import re
from pathlib import Path

import pytest

import taospec.conformance
import taospec.spec
from taospec.conformance.degenerate_emission import degenerate_cases
from taospec.conformance.operations.emission import REFERENCE
from taospec.conformance.vector_file import read_vector_file

CHAPTERS = Path(next(iter(taospec.spec.__path__))) / "emission"
VECTORS = Path(next(iter(taospec.conformance.__path__))) / "vectors" / "emission"


@pytest.fixture(scope="module")
def cases():
    lines = [line for path in sorted(VECTORS.glob("*.gz")) for line in read_vector_file(path).lines]
    return {line.id: line for line in lines}


def test_every_vector_that_the_text_names_exists(cases):
    named = {
        vector
        for chapter in sorted(CHAPTERS.glob("*.md"))
        for vector in re.findall(r"`(emission\.\w+/[0-9a-f]{16})`", chapter.read_text("utf-8"))
    }
    assert len(named) >= 17
    assert named <= set(cases)


def test_the_degenerate_vectors_show_what_their_rows_say(cases):
    def out(vector):
        case = cases[vector].case()
        assert REFERENCE[case.op](case.inputs) == case.expected.out
        return case.inputs, case.expected.out["value"]

    inputs, value = out("emission.shares_by_price/8c647fa2bcbbba7b")
    assert inputs["subnets"] == value["shares"] == []
    inputs, value = out("emission.shares_by_price/73c88ca945de2747")
    assert all(share == "0" for _, share in value["shares"])
    inputs, value = out("emission.shares_by_price/fe6efd1b4aeb0c5a")
    assert value["shares"] == value["price_shares"]
    inputs, value = out("emission.shares_by_price/b3cfc3975e0e1033")
    assert not any(subnet["emission_enabled"] for subnet in inputs["subnets"])
    assert all(tao == "0" for _, tao in value["emissions"])
    inputs, value = out("emission.emit_to_subnets/b11824342e12d4a8")
    assert any(
        int(tao) >> 32 and after["tao_in_emission"] == after["alpha_in_emission"] == "0"
        for (_, tao), after in zip(value["tao_in"], value["after"], strict=True)
    )
    inputs, value = out("emission.dividend_distribution/c3c01e6a4e857649")
    assert inputs["pending_alpha"] != "0"
    assert all(amount == "0" for _, amount in value["alpha"])
    inputs, value = out("emission.dividend_distribution/974d4937a62eb358")
    assert inputs["pending_root_alpha"] != "0"
    assert all(amount == "0" for _, amount in value["root_alpha"])
    inputs, value = out("emission.coinbase/fa70d0697c2f7692")
    next_block = str(int(inputs["block"]) + 1)
    (deferred,) = [row[0] for row in value["set"]["PendingEpochAt"] if row[1] == next_block]
    assert deferred not in [row[0] for row in value["set"]["LastEpochBlock"]]


def test_the_degenerate_states_of_our_own_do_what_their_rows_say(cases):
    """Hotkeys: the owner's 11, the validator's 12, the miner's 13. An epoch has 82 alpha and a cut of 18."""

    def answered(vector):
        case = cases[f"emission.coinbase/{vector}"].case()
        value = case.expected.out["value"]["set"]
        assert REFERENCE[case.op](case.inputs) == case.expected.out
        return (
            case.inputs,
            value,
            {hotkey: int(alpha) for hotkey, _, alpha in value.get("TotalHotkeyAlpha", [])},
        )

    _, ordinary_claims, without_owner = answered("e075fc40354cc2e4")
    assert without_owner.keys() == {"12", "13"}
    assert answered("da1a7c57f873cfc7")[2].keys() == {"11"}
    _, _, all_to_the_miner = answered("fa5e2c2e703be733")
    assert all_to_the_miner.keys() == {"11", "13"}
    assert all_to_the_miner["13"] > 82 * 10**9
    _, claims, to_the_validator = answered("71ee275d0d1082b4")
    assert ["12", [["1", "0"]]] in claims["RootClaimable"]
    assert ["12", [["1", "0"]]] not in ordinary_claims["RootClaimable"]
    assert to_the_validator["12"] > 100 * 10**9
    inputs, waiting, paid = answered("d771de4705d7f24c")
    assert not paid
    assert waiting["LastEpochBlock"] == [["1", inputs["block"]]]
    assert int(waiting["PendingServerEmission"][0][1]) > 41 * 10**9


def test_the_committed_degenerate_cases_are_those_of_the_reference():
    committed = read_vector_file(VECTORS / "emission_degenerate.jsonl.gz").lines
    assert [line.case() for line in committed] == list(degenerate_cases())
