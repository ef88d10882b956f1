"""Yuma epochs on the state: what an epoch reads, and what it leaves behind.

Source: ``pallets/subtensor/src/epoch/run_epoch.rs``, ``pallets/subtensor/src/subnets/mechanism.rs``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import attrs

from taospec.reference.emission.voting_power import update_voting_power
from taospec.reference.rules import implements
from taospec.reference.state.neuron import storage_index
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId
from taospec.reference.yuma.epoch import run_epoch
from taospec.reference.yuma.mechanisms import AggregatedEpoch, aggregate_mechanisms, split_emission
from taospec.reference.yuma.records import Commits, Edges, EpochInput, EpochOutput

ROOT_NETUID = 0

Epoch = Callable[[EpochInput], EpochOutput]
"""An implementation of the epoch."""


def reference_epoch(inputs: EpochInput) -> EpochOutput:
    """The epoch of the reference."""
    return run_epoch(inputs).output


@attrs.frozen(kw_only=True)
class HotkeyEmission:
    """What an epoch gives a hotkey, rao."""

    hotkey: AccountId
    incentive: int
    """As a miner."""
    dividends: int
    """As a validator."""


@implements("EMISSION-EPOCH-1")
def run_epochs(
    state: State, netuid: int, alpha: int, epoch: Epoch = reference_epoch
) -> tuple[HotkeyEmission, ...]:
    """Run the epoch of every mechanism of a subnet and store what they computed; by hotkey, ascending.

    Source: ``mechanism.rs:287``.
    """
    hyperparameters = state.hyperparameters.peek(netuid)
    emissions = split_emission(
        alpha, hyperparameters.mechanism_count, hyperparameters.mechanism_emission_split
    )
    uids = neuron_hotkeys(state, netuid)
    outputs = []
    for mechanism, emission in enumerate(emissions):
        output = epoch(epoch_input(state, netuid, mechanism, emission))
        _store_mechanism(state, storage_index(netuid, mechanism), uids, output)
        outputs.append(output)
    aggregated = aggregate_mechanisms(outputs, emissions, alpha)
    _store_metagraph(state, netuid, aggregated)
    by_hotkey = sorted((hotkey, uid) for uid, hotkey in enumerate(uids))
    update_voting_power(
        state,
        netuid,
        [(hotkey, aggregated.new_permits[uid], aggregated.stake[uid]) for hotkey, uid in by_hotkey],
    )
    return tuple(
        HotkeyEmission(
            hotkey=hotkey,
            incentive=aggregated.server_emission[uid],
            dividends=aggregated.validator_emission[uid],
        )
        for hotkey, uid in by_hotkey
    )


def neuron_hotkeys(state: State, netuid: int) -> list[AccountId]:
    """The hotkeys of a subnet by uid."""
    return [state.neurons.peek((netuid, uid)).hotkey for uid in range(state.subnets.peek(netuid).neurons)]


@implements("EMISSION-EPOCH-2")
def epoch_input(state: State, netuid: int, mechanism: int, alpha: int) -> EpochInput:
    """Everything that the epoch of one mechanism reads, gathered from the state.

    Source: ``run_epoch.rs:566``.
    """
    hotkeys = neuron_hotkeys(state, netuid)
    index = storage_index(netuid, mechanism)
    family = Family(state, netuid, hotkeys)
    uid_of = {hotkey: uid for uid, hotkey in enumerate(hotkeys)}
    hyperparameters = state.hyperparameters.peek(netuid)
    schedule = state.schedules.peek(netuid)
    n = len(hotkeys)
    return EpochInput(
        n=n,
        block=state.clock.block,
        tempo=schedule.tempo,
        activity_cutoff_factor_milli=hyperparameters.activity_cutoff_factor,
        last_mechanism_step_block=schedule.last_mechanism_step_block,
        last_update=state.mechanisms.peek(index).last_update,
        block_at_registration=tuple(
            state.neurons.peek((netuid, uid)).block_at_registration for uid in range(n)
        ),
        permits=state.metagraphs.peek(netuid).validator_permit,
        max_allowed_validators=hyperparameters.max_allowed_validators,
        alpha=tuple(_stake(state, hotkey, netuid) for hotkey in hotkeys),
        root_tao=tuple(_stake(state, hotkey, ROOT_NETUID) for hotkey in hotkeys),
        tao_weight=state.parameters.tao_weight,
        stake_threshold=state.parameters.stake_threshold,
        owner_uid=_owner_uid(state, netuid),
        kappa=hyperparameters.kappa,
        bonds_penalty=hyperparameters.bonds_penalty,
        bonds_moving_average=hyperparameters.bonds_moving_average,
        yuma3=hyperparameters.yuma3,
        liquid_alpha=hyperparameters.liquid_alpha,
        alpha_low=hyperparameters.alpha_values[0],
        alpha_high=hyperparameters.alpha_values[1],
        alpha_sigmoid_steepness=hyperparameters.alpha_sigmoid_steepness,
        commit_reveal=hyperparameters.commit_reveal,
        reveal_period=hyperparameters.reveal_period,
        subnet_epoch_index=schedule.epoch_index,
        last_epoch_block=schedule.last_epoch_block,
        pending_epoch_at=schedule.pending_epoch_at,
        blocks_since_last_step=schedule.blocks_since_last_step,
        weight_commits=_hash_commits(state, index, uid_of),
        timelocked_commits=_timelocked_commits(state, index, uid_of),
        parents=family.parents(),
        children=family.children(),
        outside=family.outside(),
        weights=tuple(state.matrix_rows.peek((index, uid)).weights for uid in range(n)),
        bonds=tuple(state.matrix_rows.peek((index, uid)).bonds for uid in range(n)),
        rao_emission=alpha,
    )


def _owner_uid(state: State, netuid: int) -> int | None:
    owner_hotkey = state.subnets.peek(netuid).owner_hotkey
    return None if owner_hotkey is None else state.memberships.peek((netuid, owner_hotkey)).uid


def _stake(state: State, hotkey: AccountId, netuid: int) -> int:
    return state.hotkey_stakes.peek((hotkey, netuid)).total_alpha


class Family:
    """Parents and children by uid; hotkeys outside the subnet get the numbers from n on."""

    def __init__(self, state: State, netuid: int, hotkeys: Sequence[AccountId]) -> None:
        self.state = state
        self.netuid = netuid
        self.hotkeys = hotkeys
        self.number = {hotkey: uid for uid, hotkey in enumerate(hotkeys)}
        self.relatives = [state.childkeys.peek((hotkey, netuid)) for hotkey in hotkeys]
        for relatives in self.relatives:
            for _, hotkey in (*relatives.parents, *relatives.children):
                self.number.setdefault(hotkey, len(self.number))

    def parents(self) -> tuple[tuple[int, Edges], ...]:
        """``(uid, ((proportion, number of the parent), ...))`` where there are any."""
        return self._numbered(relatives.parents for relatives in self.relatives)

    def children(self) -> tuple[tuple[int, Edges], ...]:
        """``(uid, ((proportion, number of the child), ...))`` where there are any."""
        return self._numbered(relatives.children for relatives in self.relatives)

    def outside(self) -> tuple[tuple[int, int, int], ...]:
        """``(number, alpha, root TAO)`` of the hotkeys outside the subnet."""
        return tuple(
            (number, _stake(self.state, hotkey, self.netuid), _stake(self.state, hotkey, ROOT_NETUID))
            for hotkey, number in self.number.items()
            if number >= len(self.hotkeys)
        )

    def _numbered(
        self, relatives: Iterable[tuple[tuple[int, AccountId], ...]]
    ) -> tuple[tuple[int, Edges], ...]:
        return tuple(
            (uid, tuple((proportion, self.number[hotkey]) for proportion, hotkey in edges))
            for uid, edges in enumerate(relatives)
            if edges
        )


def _hash_commits(state: State, index: int, uid_of: dict[AccountId, int]) -> tuple[tuple[int, Commits], ...]:
    found = []
    for key in state.hash_commits.keys_with(index=index):
        commits = state.hash_commits.peek(key).commits
        if commits and key[1] in uid_of:
            found.append((uid_of[key[1]], tuple((epoch, block) for _, epoch, block, _ in commits)))
    return tuple(found)


def _timelocked_commits(
    state: State, index: int, uid_of: dict[AccountId, int]
) -> tuple[tuple[int, Commits], ...]:
    return tuple(
        (
            key[1],
            tuple(
                (uid_of[hotkey], block)
                for hotkey, block, _, _ in state.timelocked_commits.peek(key).commits
                if hotkey in uid_of
            ),
        )
        for key in state.timelocked_commits.keys_with(index=index)
    )


@implements("EMISSION-EPOCH-3")
def _store_mechanism(state: State, index: int, uids: Sequence[AccountId], output: EpochOutput) -> None:
    """Incentive and bonds of one mechanism; the event gives the rao of every uid.

    Source: ``run_epoch.rs:80``.
    """
    state.mechanisms[index].incentive = output.incentive
    deposit_incentives(state, index, output.server_emission)
    for uid in range(len(uids)):
        state.matrix_rows[index, uid].bonds = output.bonds[uid] or ()


@implements("EMISSION-EPOCH-3")
def deposit_incentives(state: State, index: int, emissions: tuple[int, ...]) -> None:
    """Note what an epoch of one mechanism gives miners, rao by uid."""
    state.events.deposit("IncentiveAlphaEmittedToMiners", netuid=index, emissions=emissions)


@implements("EMISSION-EPOCH-3")
def _store_metagraph(state: State, netuid: int, aggregated: AggregatedEpoch) -> None:
    """What the mechanisms together computed. The aggregated incentive is stored nowhere.

    Source: ``run_epoch.rs:118``.
    """
    metagraph = state.metagraphs[netuid]
    metagraph.active = aggregated.active
    metagraph.emission = aggregated.emission
    metagraph.consensus = aggregated.consensus
    metagraph.dividends = aggregated.dividends
    metagraph.validator_trust = aggregated.validator_trust
    metagraph.validator_permit = aggregated.new_permits
    metagraph.stake_weight = aggregated.stake_weight
