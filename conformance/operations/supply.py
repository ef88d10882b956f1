"""``supply.*``: emission as a function of issuance."""

from __future__ import annotations

from taospec.conformance.operations import Inputs, Operation
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.supply.block_emission import block_emission


def _block_emission(inputs: Inputs) -> dict[str, str]:
    issuance = inputs.get("issuance")
    if not isinstance(issuance, str) or not (issuance.isascii() and issuance.isdecimal()):
        raise InvalidInputError("issuance", issuance, "must be the decimal text of an unsigned integer")
    return {"value": str(block_emission(int(issuance)))}


REFERENCE: dict[str, Operation] = {"supply.block_emission": _block_emission}
"""Op name to the reference's answer."""
