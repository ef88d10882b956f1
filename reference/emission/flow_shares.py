"""Shares by TAO flow: the policy that ruled the chain from November 2025 to June 2026.

A subnet earns in proportion to a power of the moving average of the TAO that its users bring
in, less (in net flow) what the protocol itself put in.

Source: ``pallets/subtensor/src/coinbase/subnet_emissions.rs``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from taospec.reference.emission.power_shares import power_shares
from taospec.reference.emission.shares import Shares
from taospec.reference.fixed_point import I64F64, U64F64
from taospec.reference.fixed_point.numbers import I64
from taospec.reference.rules import implements

_ZERO: Final = I64F64.zero()
_ONE: Final = I64F64.one()


@attrs.frozen
class FlowAverage:
    """A moving average of TAO flow."""

    block: int
    """Block of its last update."""
    value: I64F64
    """Rao per block; negative for an outflow."""


@attrs.frozen(kw_only=True)
class TaoFlow:
    """The flow of one subnet."""

    user: int
    """Rao that users brought in since the last update (``SubnetTaoFlow``), signed."""
    protocol: int
    """Rao that the protocol put in since the last update (``SubnetProtocolFlow``), signed."""
    user_average: FlowAverage | None
    """``SubnetEmaTaoFlow``."""
    protocol_average: FlowAverage | None
    """``SubnetEmaProtocolFlow``."""


@attrs.frozen(kw_only=True)
class FlowPolicy:
    """Parameters of the rule."""

    net: bool
    """Whether the protocol's flow is deducted (``NetTaoFlowEnabled``)."""
    smoothing: int
    """Rate of the moving averages, a fraction of ``2**63 - 1`` (``FlowEmaSmoothingFactor``)."""
    cutoff: I64F64
    """Least lower limit of a flow that still earns, rao per block (``TaoFlowCutoff``)."""
    exponent: U64F64
    """Power to which flows are taken (``FlowNormExponent``)."""


@implements("EMISSION-FLOW-6")
def flow_shares(
    flows: Mapping[int, TaoFlow], policy: FlowPolicy, block: int
) -> tuple[Shares, dict[int, TaoFlow]]:
    """Shares by netuid, and the flows with both averages brought up to ``block``.

    Both averages advance whether net flow is on or off. (A comment in upstream's source says
    otherwise.)

    Source: ``subnet_emissions.rs:257``.
    """
    updated = {netuid: updated_flow(flows[netuid], policy.smoothing, block) for netuid in sorted(flows)}
    user = {netuid: _value(flow.user_average) for netuid, flow in updated.items()}
    protocol = {netuid: _value(flow.protocol_average) for netuid, flow in updated.items()}
    if policy.net:
        scale = protocol_scale(user.values(), protocol.values())
        net = {netuid: net_flow(user[netuid], protocol[netuid], scale) for netuid in user}
    else:
        net = user
    limit = lower_limit(net.values(), policy.cutoff)
    offset = {netuid: _above(flow, limit) for netuid, flow in net.items()}
    return power_shares(offset, policy.exponent), updated


@implements("EMISSION-FLOW-1")
def updated_flow(flow: TaoFlow, smoothing: int, block: int) -> TaoFlow:
    """Both averages at ``block``. The flow since the last update is consumed with it, once a block.

    Source: ``subnet_emissions.rs:109``, ``subnet_emissions.rs:135``.
    """
    user, user_average = _advanced(flow.user, flow.user_average, smoothing, block)
    protocol, protocol_average = _advanced(flow.protocol, flow.protocol_average, smoothing, block)
    return TaoFlow(user=user, protocol=protocol, user_average=user_average, protocol_average=protocol_average)


def _advanced(flow: int, average: FlowAverage | None, smoothing: int, block: int) -> tuple[int, FlowAverage]:
    average = average or FlowAverage(0, _ZERO)
    if average.block == block:
        return flow, average
    return 0, FlowAverage(block, moving_average(average.value, flow, smoothing))


@implements("EMISSION-FLOW-1")
def moving_average(average: I64F64, flow: int, smoothing: int) -> I64F64:
    """``(1 - a) * average + a * flow`` with ``a = trunc(smoothing / (2**63 - 1))``, saturating."""
    rate = I64F64.saturating_from_num(smoothing).safe_div(I64F64.saturating_from_num(I64.maximum))
    kept = _ONE.saturating_sub(rate).saturating_mul(average)
    return kept.saturating_add(rate.saturating_mul(I64F64.saturating_from_num(flow)))


@implements("EMISSION-FLOW-2")
def protocol_scale(user: Iterable[I64F64], protocol: Iterable[I64F64]) -> I64F64:
    """``min(1, sum of positive user flows / sum of positive protocol flows)``, 0 without the latter.

    Source: ``subnet_emissions.rs:283``.
    """
    total = _positive_sum(protocol)
    if total == _ZERO:
        return _ZERO
    return min(_positive_sum(user).safe_div(total), _ONE)


@implements("EMISSION-FLOW-3")
def net_flow(user: I64F64, protocol: I64F64, scale: I64F64) -> I64F64:
    """User flow less protocol flow; only a **positive** protocol flow is scaled.

    Source: ``subnet_emissions.rs:309``.
    """
    cost = scale.saturating_mul(protocol) if protocol > _ZERO else protocol
    return user.saturating_sub(cost)


@implements("EMISSION-FLOW-4")
def lower_limit(flows: Iterable[I64F64], cutoff: I64F64) -> I64F64:
    """``max(cutoff, min(0, smallest flow))``.

    Source: ``subnet_emissions.rs:165``.
    """
    return max(cutoff, min((min(flow, _ZERO) for flow in flows), default=_ZERO))


@implements("EMISSION-FLOW-5")
def _above(flow: I64F64, limit: I64F64) -> U64F64:
    """``max(flow - limit, 0)``, saturating in I64F64.

    Source: ``subnet_emissions.rs:335``.
    """
    return U64F64.saturating_from_num(flow.saturating_sub(limit)) if flow > limit else U64F64.zero()


def _positive_sum(flows: Iterable[I64F64]) -> I64F64:
    total = _ZERO
    for flow in flows:
        total = total.saturating_add(max(flow, _ZERO))
    return total


def _value(average: FlowAverage | None) -> I64F64:
    return _ZERO if average is None else average.value
