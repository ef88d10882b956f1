"""The neurons of a subnet as arrays: what its epochs read, and what they leave."""

from __future__ import annotations

from typing import Any, Final

import attrs
import numpy as np

from taospec.optimized.yuma.arrays import Bools, U64s
from taospec.optimized.yuma.cpu import input_vectors
from taospec.optimized.yuma.epoch import run_arrays
from taospec.optimized.yuma.layout import ALPHA, LAST_UPDATE, REGISTERED, ROOT_TAO
from taospec.optimized.yuma.records import (
    EpochArrays,
    EpochArraysOutput,
    EpochParameters,
    SparseRows,
    StoredRows,
)
from taospec.reference.emission.epochs import Family, HotkeyEmission, epoch_input, neuron_hotkeys
from taospec.reference.invalid_input import U64_MAX, InvalidInputError
from taospec.reference.staking.stake_ledger import total_stake_of_hotkey
from taospec.reference.state.neuron import storage_index
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import AccountId
from taospec.reference.yuma.records import Edges
from taospec.reference.yuma.stake import inherited_stake

MAIN: Final = 0
"""The only mechanism of the subnets that arrays hold."""


@attrs.define(eq=False)
class Neurons:
    """The neurons of a subnet with one mechanism and no weight commits."""

    netuid: int
    """Their subnet."""
    owner_hotkey: AccountId | None
    """The hotkey of the subnet's owner when they were read."""
    hotkeys: list[AccountId]
    """By uid."""
    order: list[tuple[AccountId, int]]
    """Hotkeys, ascending, with their uids."""
    family: Family
    """Parents and children."""
    parents: dict[int, Edges]
    """Proportions and numbers of parents, by uid."""
    children: dict[int, Edges]
    """Proportions and numbers of children, by uid."""
    parameters: EpochParameters
    """The scalars of an epoch; block, schedule and emission are those of when they were read."""
    vectors: U64s
    """The rows of an epoch's vectors: stake after inheritance, last updates, registrations."""
    permits: Bools
    """Validator permits."""
    weights: StoredRows
    """Weights as stored."""
    bonds: StoredRows
    """Bonds as stored."""
    unstored: EpochArraysOutput | None = None
    """What the last epoch left, if the state does not have it yet."""

    @classmethod
    def of(cls, state: State, netuid: int) -> Neurons | None:
        """Read a subnet's neurons; ``None`` where its epochs need what arrays do not hold."""
        if not _fits(state, netuid):
            return None
        inputs = epoch_input(state, netuid, MAIN, 0)
        hotkeys = neuron_hotkeys(state, netuid)
        neurons = cls(
            netuid,
            state.subnets.peek(netuid).owner_hotkey,
            hotkeys,
            sorted((hotkey, uid) for uid, hotkey in enumerate(hotkeys)),
            Family(state, netuid, hotkeys),
            dict(inputs.parents),
            dict(inputs.children),
            EpochParameters.of(inputs),
            input_vectors(inputs),
            np.array(inputs.permits, np.bool),
            StoredRows.of(inputs.weights, inputs.n),
            StoredRows.of(inputs.bonds, inputs.n),
        )
        try:
            neurons.epoch(neurons.parameters)
        except InvalidInputError:
            return None
        return neurons

    def run(self, record: Any, block: int) -> EpochArraysOutput:
        """The epoch over what the record of :data:`taospec.optimized.emission.arrays.SUBNET` drained."""
        drained = (record["drained_server"], record["drained_validator"], record["drained_root"])
        parameters = attrs.evolve(
            self.parameters,
            block=block,
            tempo=int(record["tempo"]),
            last_mechanism_step_block=int(record["last_mechanism_step_block"]),
            rao_emission=min(sum(map(int, drained)), U64_MAX),
        )
        output = run_arrays(self.epoch(parameters), threads=1)
        assert isinstance(output.bonds, StoredRows)
        self.permits, self.bonds, self.unstored = output.new_permits, output.bonds, output
        return output

    def epoch(self, parameters: EpochParameters) -> EpochArrays:
        """An epoch of these neurons."""
        return EpochArrays(
            parameters=parameters,
            alpha=self.vectors[ALPHA],
            root_tao=self.vectors[ROOT_TAO],
            last_update=self.vectors[LAST_UPDATE],
            block_at_registration=self.vectors[REGISTERED],
            permits=self.permits,
            rows=SparseRows(weights=self.weights, bonds=self.bonds),
        )

    def by_hotkey(self, output: EpochArraysOutput) -> list[HotkeyEmission]:
        """What an epoch gives each hotkey, ascending."""
        server, validator = output.server_emission.tolist(), output.validator_emission.tolist()
        return [
            HotkeyEmission(hotkey=hotkey, incentive=server[uid], dividends=validator[uid])
            for hotkey, uid in self.order
        ]

    def voting_power_terms(self, output: EpochArraysOutput) -> list[tuple[AccountId, bool, int]]:
        """What an epoch gives to the averages of voting power, by hotkey, ascending."""
        permits, stake = output.new_permits.tolist(), output.stake.tolist()
        return [(hotkey, permits[uid], stake[uid]) for hotkey, uid in self.order]

    def read_stake(self, state: State) -> None:
        """Read the alpha stakes of this subnet again. Of what an epoch reads, distribution changes these."""
        alpha = [total_stake_of_hotkey(state, hotkey, self.netuid) for hotkey in self.hotkeys]
        self.vectors[ALPHA] = alpha
        if self.parents or self.children:
            outside = {number: amount for number, amount, _ in self.family.outside()}
            stake = dict(enumerate(alpha)) | outside
            for uid in {*self.parents, *self.children}:
                lent, borrowed = self.children.get(uid, ()), self.parents.get(uid, ())
                self.vectors[ALPHA, uid] = inherited_stake(uid, stake, borrowed, lent)

    def store(self, state: State) -> None:
        """Write what epochs left to the state."""
        if self.unstored is None:
            return
        output, self.unstored = self.unstored, None
        index = storage_index(self.netuid, MAIN)
        state.mechanisms[index].incentive = tuple(output.incentive.tolist())
        for uid in range(len(self.hotkeys)):
            row = self.bonds.row(uid)
            if state.matrix_rows.peek((index, uid)).bonds != row:
                state.matrix_rows[index, uid].bonds = row
        metagraph = state.metagraphs[self.netuid]
        for name in ("active", "emission", "consensus", "dividends", "validator_trust", "stake_weight"):
            setattr(metagraph, name, tuple(getattr(output, name).tolist()))
        metagraph.validator_permit = tuple(output.new_permits.tolist())


def _fits(state: State, netuid: int) -> bool:
    """One mechanism, some neurons, a permit or none for every uid, and no commits that could hide weights."""
    hyperparameters, index = state.hyperparameters.peek(netuid), storage_index(netuid, MAIN)
    neurons = state.subnets.peek(netuid).neurons
    if hyperparameters.mechanism_count != 1 or neurons == 0:
        return False
    if len(state.metagraphs.peek(netuid).validator_permit) != neurons:
        return False
    commits = (*state.hash_commits.keys_with(index=index), *state.timelocked_commits.keys_with(index=index))
    return not (hyperparameters.commit_reveal and commits)
