"""An epoch's alpha to owner, miners, validators, nominators and root stakers.

Source: ``pallets/subtensor/src/coinbase/run_coinbase.rs``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

import attrs

from taospec.reference.emission.dividends import (
    DividendDistribution,
    Earnings,
    dividend_distribution,
    dividends_and_incentives,
)
from taospec.reference.emission.epochs import Epoch, HotkeyEmission, reference_epoch, run_epochs
from taospec.reference.emission.parents import (
    Parent,
    ParentDividends,
    parent_child_dividends,
    self_contribution,
)
from taospec.reference.emission.rates import u16_fraction, u64_fraction
from taospec.reference.emission.root_dividends import ROOT_NETUID, accrue_root_dividends
from taospec.reference.emission.schedule import Drained
from taospec.reference.fixed_point import U96F32
from taospec.reference.fixed_point.numbers import U64
from taospec.reference.invalid_input import U64_MAX
from taospec.reference.rules import implements
from taospec.reference.staking.childkeys import effective_childkey_take
from taospec.reference.staking.stake_ledger import (
    increase_stake,
    increase_stake_for_all,
    total_stake_of_hotkey,
)
from taospec.reference.state.accounts import DEFAULT_TAKE
from taospec.reference.state.hyperparameters import RecycleOrBurn
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import ZERO_ACCOUNT, AccountId
from taospec.reference.supply.alpha import burn_alpha, recycle_alpha

OwnerCutPaid = Callable[[int, int], None]
"""Called with netuid and rao when an owner's cut was staked."""


@attrs.frozen(kw_only=True)
class Paid:
    """Where the alpha of a subnet's epoch went, rao. What was drained beyond the sum is dust."""

    owner: int
    """Staked to the subnet's owner."""
    miners: int
    """Staked for miners."""
    withheld: int
    """Recycled or burned instead of staked for the owner's hotkeys."""
    childkey_burned: int
    """Recycled by childkey burn."""
    validators: int
    """Staked to validators and their nominators."""
    root_staked: int
    """Staked on the subnet from root dividends: takes, and what had too little root stake."""
    claimable: int
    """Accrued to root stakers, to claim."""

    @property
    def total(self) -> int:
        """Everything that went somewhere."""
        return sum(attrs.astuple(self))


@implements("EMISSION-DISTRIBUTE-1")
def distribute(
    state: State,
    drained: Mapping[int, Drained],
    owner_cut_paid: OwnerCutPaid,
    epoch: Epoch = reference_epoch,
) -> dict[int, Paid]:
    """Run the epochs and pay, subnet by subnet in ascending order of netuid; the account of each.

    The block is noted as that of the last step **after** a subnet's epoch, which therefore still
    reads the previous one. ``epoch`` is an implementation of the epoch.

    Source: ``run_coinbase.rs:433``.
    """
    paid = {}
    for netuid in sorted(drained):
        paid[netuid] = distribute_emission(state, netuid, drained[netuid], owner_cut_paid, epoch)
        state.schedules[netuid].last_mechanism_step_block = state.clock.block
    return paid


@implements("EMISSION-DISTRIBUTE-2")
def distribute_emission(
    state: State,
    netuid: int,
    drained: Drained,
    owner_cut_paid: OwnerCutPaid,
    epoch: Epoch = reference_epoch,
) -> Paid:
    """Run a subnet's epoch over all but the owner's cut, and pay everybody.

    Source: ``run_coinbase.rs:838``.
    """
    emission = run_epochs(state, netuid, drained.to_earn, epoch)
    return pay_emission(state, netuid, drained, emission, owner_cut_paid)


@implements("EMISSION-DISTRIBUTE-2")
def pay_emission(
    state: State,
    netuid: int,
    drained: Drained,
    emission: Sequence[HotkeyEmission],
    owner_cut_paid: OwnerCutPaid,
) -> Paid:
    """Pay everybody what an epoch drained, by what it gave each hotkey.

    What the epoch gives validators only fixes proportions: they share the pending of validators,
    and that of miners too **if no miner earned anything**.

    Source: ``run_coinbase.rs:855``.
    """
    validator_alpha = drained.validator
    if not any(each.incentive for each in emission):
        validator_alpha = min(validator_alpha + drained.server, U64_MAX)
    earnings = _earnings(state, netuid, emission)
    distribution = dividend_distribution(
        earnings.dividends,
        {hotkey: _stakes(state, hotkey, netuid) for hotkey in earnings.dividends},
        validator_alpha,
        drained.root,
        u64_fraction(state.parameters.tao_weight),
    )
    owner = _pay_owner(state, netuid, drained.owner_cut, owner_cut_paid)
    miners, withheld = _pay_miners(state, netuid, earnings.incentives)
    validators = _pay_validators(state, netuid, distribution)
    root_staked, claimable = _pay_root(state, netuid, distribution)
    return Paid(
        owner=owner,
        miners=miners,
        withheld=withheld,
        childkey_burned=earnings.recycled,
        validators=validators,
        root_staked=root_staked,
        claimable=claimable,
    )


def _earnings(state: State, netuid: int, emission: Iterable[HotkeyEmission]) -> Earnings[AccountId]:
    """Incentives and dividends by hotkey; what childkey burn takes is recycled."""
    earnings = dividends_and_incentives(
        ((each.hotkey, each.incentive, each.dividends) for each in emission),
        partial(shared_with_parents, state, netuid),
    )
    recycle_alpha(state.pools[netuid], state.subnet_reports[netuid], earnings.recycled)
    return earnings


def shared_with_parents(
    state: State, netuid: int, hotkey: AccountId, dividends: int
) -> ParentDividends[AccountId]:
    """A hotkey's dividends, shared with its parents in the subnet.

    Source: ``run_coinbase.rs:944``.
    """
    tao_weight = u64_fraction(state.parameters.tao_weight)
    family = state.childkeys.peek((hotkey, netuid))
    owner = _owner(state, hotkey)
    alpha, root = _stakes(state, hotkey, netuid)
    return parent_child_dividends(
        hotkey,
        dividends,
        self_contribution(alpha, root, [proportion for proportion, _ in family.children], tao_weight),
        [_parent(state, netuid, parent, proportion, owner) for proportion, parent in family.parents],
        tao_weight=tao_weight,
        childkey_take=effective_childkey_take(state, hotkey, netuid),
        childkey_burn=u64_fraction(state.parameters.childkey_burn),
    )


def _parent(
    state: State, netuid: int, hotkey: AccountId, proportion: int, owner: AccountId
) -> Parent[AccountId]:
    alpha, root = _stakes(state, hotkey, netuid)
    return Parent(
        hotkey=hotkey,
        proportion=proportion,
        alpha=alpha,
        root=root,
        same_owner=_owner(state, hotkey) == owner,
    )


@implements("EMISSION-DISTRIBUTE-3")
def _pay_owner(state: State, netuid: int, owner_cut: int, owner_cut_paid: OwnerCutPaid) -> int:
    """Stake the cut to the owner's hotkey, to nobody without one; what was paid, rao.

    Every subnet has an owner, that of the chain's own genesis the zero account.

    Source: ``run_coinbase.rs:637``.
    """
    subnet = state.subnets.peek(netuid)
    if subnet.owner_hotkey is None:
        return 0
    increase_stake(state, subnet.owner_hotkey, subnet.owner or ZERO_ACCOUNT, netuid, owner_cut)
    owner_cut_paid(netuid, owner_cut)
    return owner_cut


@implements("EMISSION-DISTRIBUTE-4", "EMISSION-DISTRIBUTE-5")
def _pay_miners(state: State, netuid: int, incentives: Mapping[AccountId, int]) -> tuple[int, int]:
    """Stake each incentive to where the miner's coldkey wants it; withhold those of the owner's hotkeys.

    Which part was withheld is noted, 0 if there was no incentive: it lowers the subnet's share.
    Answers what was staked and what was withheld, rao. A destination of its own deposits
    ``AutoStakeAdded``, **also for an incentive of 0**.

    Source: ``run_coinbase.rs:668``.
    """
    owner_hotkeys = registered_owner_hotkeys(state, netuid)
    total = withheld = 0
    for hotkey, incentive in incentives.items():
        total = min(total + incentive, U64_MAX)
        if hotkey in owner_hotkeys:
            withheld = min(withheld + incentive, U64_MAX)
            _withhold(state, netuid, incentive)
            continue
        owner = _owner(state, hotkey)
        _stake_incentive(state, netuid, hotkey, owner, incentive)
    whole = U96F32.saturating_from_num(total)
    state.emissions[netuid].miner_burned = U96F32.saturating_from_num(withheld).safe_div(whole)
    return total - withheld, withheld


@implements("EMISSION-DISTRIBUTE-4")
def _stake_incentive(state: State, netuid: int, hotkey: AccountId, owner: AccountId, incentive: int) -> None:
    """Stake a miner's incentive to the destination that its owner chose, to the miner itself without one.

    Source: ``run_coinbase.rs:704``.
    """
    destination = state.auto_stakes.peek((owner, netuid)).hotkey
    if destination is not None:
        state.events.deposit(
            "AutoStakeAdded",
            netuid=netuid,
            destination=destination,
            hotkey=hotkey,
            owner=owner,
            incentive=incentive,
        )
    increase_stake(state, destination or hotkey, owner, netuid, incentive)


def registered_owner_hotkeys(state: State, netuid: int) -> set[AccountId]:
    """The owner's hotkey, and every hotkey of the owner's coldkey, as far as they are registered here.

    Source: ``run_coinbase.rs:604``.
    """
    subnet = state.subnets.peek(netuid)
    candidates = {*state.coldkeys.peek(subnet.owner or ZERO_ACCOUNT).owned_hotkeys}
    if subnet.owner_hotkey is not None:
        candidates.add(subnet.owner_hotkey)
    return {hotkey for hotkey in candidates if state.memberships.peek((netuid, hotkey)).uid is not None}


def _withhold(state: State, netuid: int, incentive: int) -> None:
    report = state.subnet_reports[netuid]
    if state.hyperparameters.peek(netuid).recycle_or_burn is RecycleOrBurn.RECYCLE:
        recycle_alpha(state.pools[netuid], report, incentive)
    else:
        burn_alpha(report, incentive)


@implements("EMISSION-DISTRIBUTE-6")
def _pay_validators(state: State, netuid: int, distribution: DividendDistribution[AccountId]) -> int:
    """Each hotkey's take to its owner, the rest to all its stakers by their shares; the sum, rao.

    The take is a stake like any other, so that it gets a part of the rest.

    Source: ``run_coinbase.rs:736``.
    """
    for key in state.dividend_reports.keys_with(netuid=netuid):
        state.dividend_reports[key].alpha_dividends = 0
    paid = 0
    for hotkey, dividends in distribution.alpha.items():
        take, rest = _split_take(state, hotkey, dividends)
        increase_stake(state, hotkey, _owner(state, hotkey), netuid, take)
        increase_stake_for_all(state, hotkey, netuid, rest)
        report = state.dividend_reports[netuid, hotkey]
        report.alpha_dividends = rest
        report.total_alpha_last_epoch = total_stake_of_hotkey(state, hotkey, netuid)
        paid += take + rest
    return paid


@implements("EMISSION-DISTRIBUTE-7")
def _pay_root(state: State, netuid: int, distribution: DividendDistribution[AccountId]) -> tuple[int, int]:
    """Each hotkey's take to its owner as stake **on the subnet**, the rest to its root stakers to claim.

    Answers what was staked and what can be claimed, rao.

    Source: ``run_coinbase.rs:765``.
    """
    for key in state.dividend_reports.keys_with(netuid=netuid):
        state.dividend_reports[key].root_alpha_dividends = 0
    staked = claimable = 0
    for hotkey, dividends in distribution.root.items():
        take, rest = _split_take(state, hotkey, dividends)
        increase_stake(state, hotkey, _owner(state, hotkey), netuid, take)
        accrued = accrue_root_dividends(state, hotkey, netuid, rest)
        state.dividend_reports[netuid, hotkey].root_alpha_dividends = rest
        claimable += accrued
        staked += take + rest - accrued
    return staked, claimable


@implements("EMISSION-DISTRIBUTE-8")
def _split_take(state: State, hotkey: AccountId, dividends: U96F32) -> tuple[int, int]:
    """The delegate's take and the rest, rao, each floored on its own.

    A hotkey that is no delegate takes the default, 18 %.

    Source: ``run_coinbase.rs:739``.
    """
    stored = state.hotkeys.peek(hotkey).delegate_take
    rate = u16_fraction(DEFAULT_TAKE if stored is None else stored)
    take = rate.saturating_mul(dividends)
    return take.saturating_to_num(U64), dividends.saturating_sub(take).saturating_to_num(U64)


def _owner(state: State, hotkey: AccountId) -> AccountId:
    return state.hotkeys.peek(hotkey).owner or ZERO_ACCOUNT


def _stakes(state: State, hotkey: AccountId, netuid: int) -> tuple[int, int]:
    """Stake to a hotkey on the subnet and on root, rao."""
    return total_stake_of_hotkey(state, hotkey, netuid), total_stake_of_hotkey(state, hotkey, ROOT_NETUID)
