"""The committed cases of fees and headers: what they show, and that they are those of their generators."""

from __future__ import annotations

import pytest

from taospec.conformance import fee_cases, header_cases
from taospec.conformance.coverage import VECTORS
from taospec.conformance.vector_file import read_vector_file
from taospec.reference.chain.fees import ALPHA_PAYERS, ALPHA_PAYERS_EVERYWHERE, FREE_CALLS
from taospec.reference.chain.header import HeaderFault

FEES = list(fee_cases.cases())
HEADERS = list(header_cases.cases())


@pytest.mark.parametrize(
    ("suite", "cases"), [("chain_fees", FEES), ("chain_headers", HEADERS)], ids=["fees", "headers"]
)
def test_the_committed_cases_are_those_of_the_generator(suite, cases):
    committed = read_vector_file(VECTORS / "chain" / f"{suite}.jsonl.gz")
    assert [line.case() for line in committed.lines] == cases


@pytest.mark.rule("CHAIN-FEE-3", "CHAIN-FEE-6")
def test_every_free_call_and_every_call_that_may_pay_in_alpha_has_a_case():
    reckoned = {case.inputs["call"] for case in FEES if case.op == "chain.fee"}
    assert reckoned >= FREE_CALLS
    paid_in_alpha = {
        case.inputs["call"]["call"]
        for case in FEES
        if case.op == "chain.apply_extrinsic" and case.expected.out["value"]["paid_with_alpha"]
    }
    assert paid_in_alpha == ALPHA_PAYERS.keys() | ALPHA_PAYERS_EVERYWHERE


@pytest.mark.rule("CHAIN-FEE-4")
def test_a_case_whose_fee_is_refused_changes_nothing():
    refused = [
        case.expected.out["value"]
        for case in FEES
        if case.op == "chain.apply_extrinsic" and case.expected.out["value"]["result"].startswith("guard:")
    ]
    assert len(refused) > 10
    for value in refused:
        assert (value["set"], value["removed"], value["paid"]) == ({}, {}, None)


@pytest.mark.rule("CHAIN-HEADER-6")
def test_every_fault_of_a_header_has_a_case_that_leaves_the_state_as_it_was():
    imported = [case for case in HEADERS if case.op == "chain.import_block"]
    faults = {case.expected.error for case in imported} - {None}
    assert faults == {fault.value for fault in HeaderFault}
    second = imported[1].expected.out["value"]
    for case in imported:
        if case.expected.error is not None:
            assert case.expected.after_error == {"state": second["state_before"]}
