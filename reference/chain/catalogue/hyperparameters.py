"""Calls that set parameters, and the trigger of an epoch."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from taospec.reference.chain.call import Call
from taospec.reference.state.storage_types import u16
from taospec.reference.subnets.hyperparameters import REFUSED, SETTERS, refuse
from taospec.reference.subnets.setter import set_parameter
from taospec.reference.subnets.tempo import trigger_epoch

HYPERPARAMETER_CALLS: Final[Mapping[str, Call]] = {
    "trigger_epoch": Call(trigger_epoch, {"netuid": u16}),
    **{
        name: Call(
            partial(set_parameter, setter),
            setter.arguments,
            maker="anyone",
            pays_author=setter.pays_author,
        )
        for name, setter in SETTERS.items()
    },
    **{
        name: Call(partial(refuse, error), {}, maker="anyone", ignored=arguments)
        for name, (error, arguments) in REFUSED.items()
    },
}
"""Calls by upstream's name."""
