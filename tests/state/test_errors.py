"""The error enumeration against the names that upstream declares."""

import ast
import inspect
import json
from pathlib import Path

import pytest

from taospec.reference.state import errors

FACTS = json.loads((Path(__file__).parent / "facts" / "declared_errors.json").read_text())
ENUMERATIONS = {
    "SubtensorModule": errors.SubtensorError,
    "Swap": errors.SwapError,
    "AdminUtils": errors.AdminUtilsError,
    "Swap::Balancer": errors.BalancerError,
}
EVERY = [
    *errors.SubtensorError,
    *errors.SwapError,
    *errors.BalancerError,
    *errors.AdminUtilsError,
    *errors.FrameError,
    *errors.InvalidTransaction,
]


@pytest.mark.parametrize("pallet", ENUMERATIONS)
@pytest.mark.rule("STATE-ERROR-1")
def test_every_declared_error_is_a_member_in_the_order_of_declaration(pallet):
    assert [member.value for member in ENUMERATIONS[pallet]] == FACTS["declared"][pallet]


@pytest.mark.rule("STATE-ERROR-1")
def test_every_error_that_the_public_traces_return_is_a_member():
    assert set(FACTS["returned_in_traces"]) <= {member.value for member in EVERY}


@pytest.mark.rule("STATE-ERROR-3")
def test_no_error_that_the_traces_return_is_listed_as_unreachable():
    by_name = {member.value: member for member in EVERY if member not in errors.UNREACHABLE}
    assert set(FACTS["returned_in_traces"]) <= set(by_name)


@pytest.mark.rule("STATE-ERROR-1")
def test_every_member_has_a_docstring():
    tree = ast.parse(inspect.getsource(errors))
    for enumeration in [
        node for node in tree.body if isinstance(node, ast.ClassDef) and node.name.endswith("Error")
    ]:
        if enumeration.name == "DispatchError":
            continue
        members = [place for place, node in enumerate(enumeration.body) if isinstance(node, ast.Assign)]
        assert members
        for place in members:
            following = enumeration.body[place + 1]
            assert isinstance(following, ast.Expr), enumeration.body[place].targets[0].id
            assert following.value.value.endswith(".")


@pytest.mark.rule("STATE-ERROR-2")
def test_members_of_the_same_name_in_two_pallets_differ():
    assert errors.SubtensorError.InsufficientLiquidity != errors.SwapError.InsufficientLiquidity
    assert errors.SubtensorError.InsufficientLiquidity.value == errors.SwapError.InsufficientLiquidity.value


@pytest.mark.rule("STATE-ERROR-3")
def test_unreachable_and_unmodelled_errors_are_listed_with_a_reason_and_never_both():
    assert not set(errors.UNREACHABLE) & set(errors.NOT_MODELLED)
    assert all(len(reason) > 15 for reason in [*errors.UNREACHABLE.values(), *errors.NOT_MODELLED.values()])
    assert set(errors.UNREACHABLE) | set(errors.NOT_MODELLED) <= set(EVERY)


def test_a_refused_call_carries_its_error():
    refused = errors.DispatchError(errors.SwapError.PriceLimitExceeded)
    assert refused.error is errors.SwapError.PriceLimitExceeded
    assert str(refused) == "PriceLimitExceeded"
