"""The coinbase of a block: new TAO to subnets, new alpha to their participants.

Source: ``pallets/subtensor/src/coinbase/run_coinbase.rs``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import attrs

from taospec.reference.amm.swap import current_price
from taospec.reference.emission.alpha_split import split_alpha
from taospec.reference.emission.distribution import distribute
from taospec.reference.emission.flow_shares import FlowAverage, FlowPolicy, TaoFlow, flow_shares
from taospec.reference.emission.injection import Injection, inject
from taospec.reference.emission.moving_price import (
    ROOT_NETUID,
    moving_alpha_price,
    moving_rate,
    next_moving_price,
)
from taospec.reference.emission.rates import u16_fraction, u64_fraction
from taospec.reference.emission.schedule import drain
from taospec.reference.emission.shares import (
    Shares,
    enabled_shares,
    root_sell_flag,
    tao_emissions,
    unburned_price_shares,
)
from taospec.reference.emission.terms import SubnetTerms, root_proportion, subnet_terms
from taospec.reference.fixed_point import U64F64, U96F32
from taospec.reference.fixed_point.numbers import I64, U64
from taospec.reference.invalid_input import U64_MAX, InvalidInputError
from taospec.reference.rules import implements
from taospec.reference.staking.positions import all_netuids
from taospec.reference.state.ledger import mint_tao, recycle_credit, spend_tao, subnet_account
from taospec.reference.state.revision import BASE, Revision, ShareRule
from taospec.reference.state.state import State
from taospec.reference.supply.alpha import mint_alpha_out, recycle_alpha
from taospec.reference.supply.block_emission import TOTAL_SUPPLY, alpha_issuance, block_emission


@attrs.frozen(kw_only=True)
class OwnerHooks:
    """What the rest of the economy does in the middle of a coinbase."""

    change_owner: Callable[[int], None]
    """Give a subnet to who has the most conviction; called when its pending alpha was taken."""
    owner_cut_paid: Callable[[int, int], None]
    """Pass on or lock an owner's cut; called with netuid and rao when it was staked."""


@implements("EMISSION-COINBASE-1")
def run_coinbase(state: State, credit: int, hooks: OwnerHooks, revision: Revision = BASE) -> None:
    """Emit ``credit`` rao of new TAO and every started subnet's alpha, and run the epochs that are due.

    All pending alpha is taken before the first epoch runs.

    Raises:
        InvalidInputError: the revision has a rule of a coinbase that is not modelled.

    Source: ``run_coinbase.rs:24``.
    """
    _require_modelled(revision)
    for netuid in state.subnet_reports:
        state.subnet_reports[netuid].root_sell_tao = 0
    subnets = [netuid for netuid in all_netuids(state) if netuid != ROOT_NETUID]
    emitting = emitting_netuids(state, subnets)
    emissions = subnet_emissions(state, emitting, credit, revision)
    sells = root_sell_flag(_prices(state, emitting).values())
    emit_to_subnets(state, emitting, emissions, credit, sells)
    drained = drain(state, subnets, hooks.change_owner)
    distribute(state, drained, hooks.owner_cut_paid)


def _require_modelled(revision: Revision) -> None:
    """Refuse what only other revisions do: older caps, pools and schedules."""
    for name in ("injection_cap", "pool_rule", "epoch_rule", "protocol_keeps_bought_alpha"):
        rule = getattr(revision, name)
        if rule != getattr(BASE, name):
            raise InvalidInputError(f"revision.{name}", rule, "must be that of the base revision")


@implements("EMISSION-COINBASE-2")
def mint_block_emission(state: State) -> int:
    """The credit of this block: new TAO by the total issuance, as far as the cap allows, rao.

    Source: ``pallets/subtensor/src/coinbase/block_emission.rs:21``.
    """
    issuance = state.issuance.total
    emission = block_emission(issuance)
    report_emission(state, issuance, emission)
    return mint_tao(state, emission)


@implements("EMISSION-SHARE-6")
def emitting_netuids(state: State, netuids: Iterable[int]) -> list[int]:
    """Those not root that were started, trade, and allow registrations, in the same order.

    The block of the first emission is **not** compared with the current one.

    Source: ``pallets/subtensor/src/coinbase/subnet_emissions.rs:21``.
    """
    return [
        netuid
        for netuid in netuids
        if netuid != ROOT_NETUID
        and state.subnets.peek(netuid).first_emission_block is not None
        and state.subnets.peek(netuid).subtoken_enabled
        and state.hyperparameters.peek(netuid).registration_allowed
    ]


def subnet_emissions(
    state: State, netuids: Sequence[int], credit: int, revision: Revision = BASE
) -> dict[int, U96F32]:
    """TAO of each subnet, rao, by netuid."""
    shares = emission_shares(state, netuids, revision)
    disabled = {netuid for netuid in netuids if not state.hyperparameters.peek(netuid).emission_enabled}
    return tao_emissions(enabled_shares(shares, disabled), U96F32.saturating_from_num(credit))


@implements("EMISSION-SHARE-7")
def emission_shares(state: State, netuids: Sequence[int], revision: Revision = BASE) -> Shares:
    """Shares by the rule of the revision. The flow rules bring the flow averages up to date.

    Raises:
        InvalidInputError: the rule of this revision is not modelled.

    Source: ``pallets/subtensor/src/coinbase/subnet_emissions.rs:354``, ``subnet_emissions.rs:257``.
    """
    rule = revision.share_rule
    if rule is ShareRule.PRICE:
        burned = {netuid: state.emissions.peek(netuid).miner_burned for netuid in netuids}
        return unburned_price_shares(_prices(state, netuids), burned)
    if rule in (ShareRule.NET_FLOW, ShareRule.GROSS_FLOW):
        return _flow_shares(state, netuids)
    raise InvalidInputError("revision.share_rule", rule, "must be a rule that is modelled")


def _flow_shares(state: State, netuids: Sequence[int]) -> Shares:
    parameters = state.parameters
    policy = FlowPolicy(
        net=parameters.net_tao_flow_enabled,
        smoothing=parameters.flow_ema_smoothing_factor,
        cutoff=parameters.tao_flow_cutoff,
        exponent=parameters.flow_norm_exponent,
    )
    flows = {netuid: _stored_flow(state, netuid) for netuid in netuids}
    shares, updated = flow_shares(flows, policy, state.clock.block)
    for netuid, flow in updated.items():
        _store_flow(state, netuid, flow)
    return shares


def _stored_flow(state: State, netuid: int) -> TaoFlow:
    emission = state.emissions.peek(netuid)
    user, protocol = emission.tao_flow_average, emission.protocol_flow_average
    return TaoFlow(
        user=emission.tao_flow,
        protocol=emission.protocol_flow,
        user_average=None if user is None else FlowAverage(*user),
        protocol_average=None if protocol is None else FlowAverage(*protocol),
    )


def _store_flow(state: State, netuid: int, flow: TaoFlow) -> None:
    emission = state.emissions[netuid]
    emission.tao_flow = flow.user
    emission.protocol_flow = flow.protocol
    if flow.user_average is not None:
        emission.tao_flow_average = (flow.user_average.block, flow.user_average.value)
    if flow.protocol_average is not None:
        emission.protocol_flow_average = (flow.protocol_average.block, flow.protocol_average.value)


@implements("EMISSION-COINBASE-3")
def emit_to_subnets(
    state: State, netuids: Sequence[int], emissions: Mapping[int, U96F32], credit: int, root_sells: bool
) -> None:
    """Inject and buy in every pool, then mint and split the alpha of every subnet.

    The terms of all subnets are taken before the first pool changes. What is left of the credit
    is recycled.

    Source: ``run_coinbase.rs:233``.
    """
    tao_weight = u64_fraction(state.parameters.tao_weight)
    root_tao = state.pools.peek(ROOT_NETUID).tao_reserve
    terms: dict[int, SubnetTerms] = {}
    for netuid in sorted(emissions):
        pool = state.pools[netuid]
        terms[netuid] = subnet_terms(pool, emissions[netuid], root_tao, tao_weight)
        alpha_out = terms[netuid].alpha_out.saturating_to_num(U64)
        report_emission(state, alpha_issuance(pool.alpha_in, pool.alpha_out), alpha_out)
    payer = _AccountCredit(state, credit)
    for netuid in netuids:
        _book_injection(state, netuid, inject(netuid, state.pools[netuid], terms[netuid], payer))
    recycle_credit(state, payer.remaining)
    for netuid in netuids:
        _emit_alpha(state, netuid, terms[netuid].alpha_out, root_sells)


@attrs.define
class _AccountCredit:
    """A block's TAO, paid to the accounts of subnets."""

    state: State
    remaining: int

    def pay(self, netuid: int, amount: int) -> bool:
        """Move ``amount`` rao to the subnet's account, if that is possible."""
        left = spend_tao(self.state, subnet_account(netuid), self.remaining, amount)
        if left is None:
            return False
        self.remaining = left
        return True


@implements("SUPPLY-ALPHA-2")
def _book_injection(state: State, netuid: int, injection: Injection) -> None:
    report = state.subnet_reports[netuid]
    report.tao_in_emission = injection.tao_in
    report.alpha_in_emission = injection.alpha_in
    report.excess_tao = injection.excess_tao
    report.minted_alpha = min(report.minted_alpha + injection.alpha_in, U64_MAX)
    issuance = state.issuance
    issuance.total_stake = min(issuance.total_stake + injection.total_stake_increase, U64_MAX)
    emission = state.emissions[netuid]
    emission.protocol_flow = min(emission.protocol_flow + injection.protocol_flow, I64.maximum)


@implements("EMISSION-SPLIT-3")
def _emit_alpha(state: State, netuid: int, alpha_out: U96F32, root_sells: bool) -> None:
    """Mint a subnet's alpha and add its parts to the pendings; root's is recycled if it must not sell.

    Source: ``run_coinbase.rs:260``.
    """
    pool, report, emission = state.pools[netuid], state.subnet_reports[netuid], state.emissions[netuid]
    created = alpha_out.saturating_to_num(U64)
    report.alpha_out_emission = created
    mint_alpha_out(pool, report, created)
    has_cut = state.hyperparameters.peek(netuid).owner_cut_enabled
    cut = u16_fraction(state.parameters.subnet_owner_cut) if has_cut else U96F32.zero()
    split = split_alpha(alpha_out, cut, current_root_proportion(state, netuid))
    emission.pending_owner_cut = min(emission.pending_owner_cut + split.owner, U64_MAX)
    emission.pending_server = min(emission.pending_server + split.server, U64_MAX)
    emission.pending_validator = min(emission.pending_validator + split.validator, U64_MAX)
    if root_sells:
        emission.pending_root_alpha = min(emission.pending_root_alpha + split.root, U64_MAX)
    else:
        recycle_alpha(pool, report, split.root)


def current_root_proportion(state: State, netuid: int) -> U96F32:
    """Root's proportion in a subnet as it is now."""
    pool = state.pools.peek(netuid)
    return root_proportion(
        state.pools.peek(ROOT_NETUID).tao_reserve,
        u64_fraction(state.parameters.tao_weight),
        alpha_issuance(pool.alpha_in, pool.alpha_out),
    )


@implements("EMISSION-PRICE-5")
def update_moving_prices(state: State) -> None:
    """Advance the moving price of every emitting subnet; done **after** the coinbase used them.

    Source: ``pallets/subtensor/src/coinbase/block_step.rs:48``.
    """
    for netuid in emitting_netuids(state, all_netuids(state)):
        pool, emission = state.pools.peek(netuid), state.emissions[netuid]
        rate = moving_rate(
            state.parameters.subnet_moving_alpha,
            state.clock.block,
            state.subnets.peek(netuid).first_emission_block,
            state.hyperparameters.peek(netuid).price_ema_halving_blocks,
        )
        average = moving_alpha_price(netuid, pool.mechanism, emission.moving_price)
        emission.moving_price = next_moving_price(average, current_price(pool), rate)


def update_root_proportions(state: State) -> None:
    """Report root's proportion in every emitting subnet. No rule reads the report.

    Source: ``pallets/subtensor/src/coinbase/block_step.rs:58``.
    """
    for netuid in emitting_netuids(state, all_netuids(state)):
        state.subnet_reports[netuid].root_proportion = current_root_proportion(state, netuid)


def _prices(state: State, netuids: Iterable[int]) -> dict[int, U64F64]:
    return {
        netuid: moving_alpha_price(
            netuid, state.pools.peek(netuid).mechanism, state.emissions.peek(netuid).moving_price
        )
        for netuid in netuids
    }


def report_emission(state: State, issuance: int, emission: int) -> None:
    """The question for an emission leaves its answer in a report, but not from the total supply on."""
    if issuance < TOTAL_SUPPLY:
        state.network_report.block_emission = emission
