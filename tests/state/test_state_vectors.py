"""The committed vectors of the state that the reference made."""

from taospec.conformance.backends import load_backend
from taospec.conformance.comparison import first_difference
from taospec.conformance.generator import generated_cases
from taospec.conformance.rule_lookup import VECTORS
from taospec.conformance.vector_file import read_vector_file
from taospec.reference.state.state import State

COMMITTED = VECTORS / "state" / "state_reference.jsonl.gz"


def test_the_reference_still_answers_them_so():
    reference = load_backend("reference")
    for line in read_vector_file(COMMITTED).lines:
        case = line.case()
        assert first_difference(case.expected, reference.run(case.op, case.inputs)) is None, case.id


def test_they_are_the_generated_cases_of_their_seed():
    header = read_vector_file(COMMITTED).header
    committed = [line.id for line in read_vector_file(COMMITTED).lines]
    drawn = generated_cases("state", header["seed"], header["level"], len(committed))
    assert [case.case().id for case in drawn] == committed


def test_every_record_and_every_operation_of_the_ledger_occurs_in_them():
    records, operations, errors = set(), set(), set()
    for line in read_vector_file(COMMITTED).lines:
        case = line.case()
        if case.op == "state.digest":
            records |= {name for name, _, _ in case.inputs["records"]}
        if case.op == "state.ledger":
            operations |= {operation[0] for operation in case.inputs["ops"]}
            answers = (answer["r"] for answer in case.expected.out["value"])
            errors |= {answer["error"] for answer in answers if isinstance(answer, dict)}
    assert records == set(State().tables)
    assert len(operations) == 9
    assert errors == {
        "InsufficientBalance",
        "SubnetNotExists",
        "Token::BelowMinimum",
        "Arithmetic::Underflow",
    }
