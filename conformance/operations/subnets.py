"""``subnets.*``: the price of a neuron's registration and of a subnet's."""

from __future__ import annotations

from typing import Any

from taospec.conformance.operations import Inputs, Operation
from taospec.conformance.operations.decoding import amount, bits, number, rows
from taospec.reference.fixed_point import U64F64
from taospec.reference.invalid_input import U16_MAX, InvalidInputError
from taospec.reference.subnets.burn_price import bumped_burn, decay_factor, decayed_burn, power_q32
from taospec.reference.subnets.lock_cost import lock_reduction_interval, network_lock_cost
from taospec.reference.supply.block_emission import block_emission


def _burn_decay_factor(inputs: Inputs) -> dict[str, Any]:
    return {"value": str(decay_factor(number(inputs, "half_life", U16_MAX)))}


def _pow_q32(inputs: Inputs) -> dict[str, Any]:
    return {"value": str(power_q32(amount(inputs, "base"), amount(inputs, "exp", U16_MAX)))}


def _burn_price(inputs: Inputs) -> dict[str, Any]:
    netuid, half_life = number(inputs, "netuid", U16_MAX), number(inputs, "half_life", U16_MAX)
    burn, block = amount(inputs, "burn"), amount(inputs, "current_block")
    bounds = amount(inputs, "min_burn"), amount(inputs, "max_burn")
    multiplier = bits(inputs, "mult_bits", U64F64)
    prices = []
    for index, step in enumerate(rows(inputs, "steps")):
        if step == "block":
            burn = decayed_burn(burn, half_life, block, *bounds)
            block += 1
        elif step != "reg":
            raise InvalidInputError(f"steps[{index}]", step, 'must be "block" or "reg"')
        elif netuid != 0:
            burn = bumped_burn(burn, multiplier, *bounds)
        prices.append(str(burn))
    return {"value": prices}


def _network_lock_cost(inputs: Inputs) -> dict[str, Any]:
    emission = block_emission(amount(inputs, "total_issuance"))
    interval = lock_reduction_interval(amount(inputs, "interval"), emission)
    cost = network_lock_cost(
        amount(inputs, "last_lock"),
        amount(inputs, "min_lock"),
        amount(inputs, "last_lock_block"),
        amount(inputs, "current_block"),
        interval,
    )
    return {"value": {"cost": str(cost), "interval": str(interval)}}


REFERENCE: dict[str, Operation] = {
    "subnets.burn_decay_factor": _burn_decay_factor,
    "subnets.pow_q32": _pow_q32,
    "subnets.burn_price": _burn_price,
    "subnets.network_lock_cost": _network_lock_cost,
}
"""Op name to the reference's answer."""
