"""Everything that a coinbase reads and writes, as one record a subnet and one for the network."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from operator import attrgetter, itemgetter
from typing import Any, Final, TypeAlias

import attrs
import numpy as np

from taospec.optimized.amm.swap_kernel import COLUMNS
from taospec.optimized.emission.neurons import Neurons
from taospec.reference.amm.records import DYNAMIC
from taospec.reference.emission.coinbase import emitting_netuids
from taospec.reference.emission.moving_price import ROOT_NETUID
from taospec.reference.emission.rates import u16_fraction, u64_fraction
from taospec.reference.emission.schedule import has_distinct_hotkeys
from taospec.reference.fixed_point import I96F32, U96F32
from taospec.reference.staking.positions import all_netuids
from taospec.reference.state.ledger import subnet_account
from taospec.reference.state.state import State

Records: TypeAlias = Any
"""An array of :data:`SUBNET` or :data:`NETWORK`."""

SUBNET: Final = np.dtype(
    [
        ("netuid", np.uint64),
        # Pool
        ("tao_reserve", np.uint64),
        ("alpha_in", np.uint64),
        ("alpha_out", np.uint64),
        ("protocol_alpha", np.uint64),
        ("quote_weight", np.uint64),
        ("volume_high", np.uint64),
        ("volume_low", np.uint64),
        ("account", np.uint64),
        ("initialized", np.bool),
        ("dynamic", np.bool),
        # Emission
        ("emitting", np.bool),
        ("emission_enabled", np.bool),
        ("owner_cut_enabled", np.bool),
        ("moving_price", np.uint64),
        ("miner_burned", np.uint64),
        ("pending_server", np.uint64),
        ("pending_validator", np.uint64),
        ("pending_root_alpha", np.uint64),
        ("pending_owner_cut", np.uint64),
        ("protocol_flow", np.int64),
        ("start_block", np.uint64),
        ("halving_blocks", np.uint64),
        # Schedule
        ("tempo", np.uint64),
        ("last_epoch_block", np.uint64),
        ("pending_epoch_at", np.uint64),
        ("epoch_index", np.uint64),
        ("blocks_since_last_step", np.uint64),
        ("last_mechanism_step_block", np.uint64),
        ("distinct_hotkeys", np.bool),
        # What became of a slot in this block, and what its epoch took
        ("slot", np.int64),
        ("drained_server", np.uint64),
        ("drained_validator", np.uint64),
        ("drained_root", np.uint64),
        ("drained_owner_cut", np.uint64),
        # Reports
        ("tao_in_emission", np.uint64),
        ("alpha_in_emission", np.uint64),
        ("alpha_out_emission", np.uint64),
        ("excess_tao", np.uint64),
        ("minted_alpha", np.uint64),
        ("recycled_alpha", np.uint64),
        # Within a block
        ("share_high", np.uint64),
        ("share", np.uint64),
        ("tao_to_inject", np.uint64),
        ("alpha_to_inject", np.uint64),
        ("tao_to_buy", np.uint64),
        ("new_alpha", np.uint64),
    ],
    align=True,
)
"""Amounts are rao. ``moving_price``, ``miner_burned`` and the amounts to inject and to buy with are raw
bits with 32 fraction bits; the share is U64F64 as two words. ``start_block`` is the block before the
first emission."""

NO_SLOT: Final = 0
"""No epoch was due."""
DRAINED: Final = 1
"""The epoch took what was pending."""
DEFERRED: Final = 2
"""The cap on epochs moved the slot to the next block."""
SKIPPED: Final = 3
"""The slot passed without an epoch."""

NETWORK: Final = np.dtype(
    [
        ("block", np.uint64),
        ("issuance", np.uint64),
        ("issuance_of_balances", np.uint64),
        ("total_stake", np.uint64),
        ("root_tao", np.uint64),
        ("tao_weight", np.uint64),
        ("owner_cut", np.uint64),
        ("moving_alpha", np.uint64),
        ("max_epochs", np.int64),
        ("reported_emission", np.uint64),
        # Books of all blocks so far
        ("minted", np.uint64),
        ("injected", np.uint64),
        ("bought", np.uint64),
        ("stranded", np.uint64),
        ("recycled", np.uint64),
        ("alpha_injected", np.uint64),
        ("alpha_bought", np.uint64),
        ("alpha_minted", np.uint64),
        ("alpha_owner", np.uint64),
        ("alpha_server", np.uint64),
        ("alpha_validator", np.uint64),
        ("alpha_root", np.uint64),
        ("alpha_root_recycled", np.uint64),
    ],
    align=True,
)
"""``tao_weight``, ``owner_cut`` and ``moving_alpha`` are raw bits with 32 fraction bits. The books are
those of :class:`Books`."""


@attrs.frozen(kw_only=True)
class Books:
    """What blocks minted, and where it went; rao. The first five are TAO, the others alpha."""

    minted: int
    """Credit of the blocks."""
    injected: int
    """TAO put into pools."""
    bought: int
    """TAO that pools took in purchases."""
    stranded: int
    """TAO paid for purchases that no pool took."""
    recycled: int
    """TAO left of the credits."""
    alpha_injected: int
    """Minted into pools."""
    alpha_bought: int
    """Out of pools to nobody, in purchases."""
    alpha_minted: int
    """Minted for participants."""
    alpha_owner: int
    """Of it, to what is pending for owners."""
    alpha_server: int
    """To what is pending for miners."""
    alpha_validator: int
    """To what is pending for validators."""
    alpha_root: int
    """To what is pending for root stakers."""
    alpha_root_recycled: int
    """Recycled because root must not sell."""


def _columns(*names: str) -> itemgetter[Any]:
    """What takes these fields out of a record of :data:`SUBNET` as a tuple."""
    order = SUBNET.names or ()
    return itemgetter(*map(order.index, names))


class _Fields:
    """Fields that a record of the state and one of :data:`SUBNET` have in common."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self._of_held = attrgetter(*names)
        self._of_row = _columns(*names)

    def read(self, held: Any, record: np.void) -> None:
        """Copy from the state's record."""
        for name, value in zip(self.names, self._of_held(held), strict=True):
            record[name] = value

    def write(self, row: tuple[Any, ...], held: Any) -> None:
        """Write what differs: an assignment marks the state's record as changed."""
        new, old = self._of_row(row), self._of_held(held)
        if new != old:
            for name, value, present in zip(self.names, new, old, strict=True):
                if value != present:
                    setattr(held, name, value)


_POOL: Final = _Fields(
    "tao_reserve", "alpha_in", "alpha_out", "protocol_alpha", "quote_weight", "initialized"
)
_PENDING: Final = _Fields(
    "pending_server",
    "pending_validator",
    "pending_root_alpha",
    "pending_owner_cut",
    "protocol_flow",
)
_SCHEDULE: Final = _Fields(
    "tempo",
    "last_epoch_block",
    "pending_epoch_at",
    "epoch_index",
    "blocks_since_last_step",
    "last_mechanism_step_block",
)
_REPORT: Final = _Fields(
    "tao_in_emission",
    "alpha_in_emission",
    "alpha_out_emission",
    "excess_tao",
    "minted_alpha",
    "recycled_alpha",
)
_OTHERS: Final = ("netuid", "volume_high", "volume_low", "account", "moving_price", "miner_burned")
_of_others: Final = _columns(*_OTHERS)
_WORD: Final = (1 << 64) - 1


@attrs.frozen
class NetworkArrays:
    """A state's emission as arrays."""

    network: Records
    """A record of :data:`NETWORK`, and room for it as it was before a block."""
    subnets: Records
    """One record of :data:`SUBNET` for each subnet but root, in the order of storage."""
    by_netuid: np.ndarray
    """Positions in ``subnets`` in ascending order of netuid."""
    before: Records
    """Room for the subnets as they were before a block."""
    swap: np.ndarray
    """Room for the result of a swap."""
    neurons: dict[int, Neurons] = attrs.field(factory=dict)
    """The neurons of subnets by position, as far as they were loaded."""

    @classmethod
    def of(cls, state: State) -> NetworkArrays:
        """Read everything from the state.

        Raises:
            OverflowError: a value that no record can hold, such as a negative moving price.
        """
        netuids = [netuid for netuid in all_netuids(state) if netuid != ROOT_NETUID]
        emitting = frozenset(emitting_netuids(state, netuids))
        subnets = np.zeros(len(netuids), SUBNET)
        for position, netuid in enumerate(netuids):
            _load(state, netuid, subnets[position])
            subnets[position]["distinct_hotkeys"] = has_distinct_hotkeys(state, netuid)
            subnets[position]["emitting"] = netuid in emitting
        network = np.zeros(2, NETWORK)
        _load_network(state, network[0])
        by_netuid = np.argsort(netuids, kind="stable")
        return cls(network, subnets, by_netuid, subnets.copy(), np.zeros(COLUMNS, np.uint64))

    @property
    def books(self) -> Books:
        """The books since the state was read."""
        return Books(**{field.name: int(self.network[0][field.name]) for field in attrs.fields(Books)})

    def hold_neurons(self, state: State, position: int) -> None:
        """Read the neurons of a subnet, where arrays can hold them and do not hold them already."""
        netuid = int(self.subnets[position]["netuid"])
        held = self.neurons.get(position)
        if held is None or held.owner_hotkey != state.subnets.peek(netuid).owner_hotkey:
            read = Neurons.of(state, netuid)
            if read is None:
                self.neurons.pop(position, None)
            else:
                self.neurons[position] = read

    def reload(self, state: State, positions: Iterable[int]) -> None:
        """Read what a distribution may have changed in the subnets at these positions."""
        for position in positions:
            if position in self.neurons:
                self.neurons[position].read_stake(state)
            record = self.subnets[position]
            netuid = int(record["netuid"])
            record["alpha_out"] = state.pools.peek(netuid).alpha_out
            record["miner_burned"] = state.emissions.peek(netuid).miner_burned.bits
            record["minted_alpha"] = state.subnet_reports.peek(netuid).minted_alpha
            record["recycled_alpha"] = state.subnet_reports.peek(netuid).recycled_alpha

    def reread(self, state: State, positions: Iterable[int], neurons_changed: Collection[int]) -> None:
        """Read the network, and everything of the subnets at these positions, again.

        Neurons stay as they are but for their hotkeys being distinct, where those changed.
        """
        _load_network(state, self.network[0])
        for position in positions:
            record = self.subnets[position]
            netuid = int(record["netuid"])
            _load(state, netuid, record)
            record["emitting"] = bool(emitting_netuids(state, [netuid]))
            if position in neurons_changed:
                record["distinct_hotkeys"] = has_distinct_hotkeys(state, netuid)

    def store(self, state: State, positions: Iterable[int] | None = None) -> None:
        """Write the network, and the subnets at these positions (all without), to the state."""
        _store_network(state, self.network[0])
        stored = range(self.subnets.size) if positions is None else list(positions)
        for position, row in zip(stored, self.subnets[stored].tolist(), strict=True):
            _store(state, row)
            if position in self.neurons:
                self.neurons[position].store(state)


def _load(state: State, netuid: int, record: np.void) -> None:
    pool, emission = state.pools.peek(netuid), state.emissions.peek(netuid)
    hyperparameters = state.hyperparameters.peek(netuid)
    record["netuid"] = netuid
    _POOL.read(pool, record)
    record["volume_high"], record["volume_low"] = pool.volume >> 64, pool.volume & _WORD
    record["account"] = state.accounts.peek(subnet_account(netuid)).free
    record["dynamic"] = pool.mechanism == DYNAMIC
    record["emission_enabled"] = hyperparameters.emission_enabled
    record["owner_cut_enabled"] = hyperparameters.owner_cut_enabled
    record["moving_price"] = emission.moving_price.bits
    record["miner_burned"] = emission.miner_burned.bits
    _PENDING.read(emission, record)
    first_block = state.subnets.peek(netuid).first_emission_block
    record["start_block"] = max((first_block or 0) - 1, 0)
    record["halving_blocks"] = hyperparameters.price_ema_halving_blocks
    _SCHEDULE.read(state.schedules.peek(netuid), record)
    _REPORT.read(state.subnet_reports.peek(netuid), record)


def _load_network(state: State, record: np.void) -> None:
    record["block"] = state.clock.block
    record["issuance"] = state.issuance.total
    record["issuance_of_balances"] = state.issuance.of_balances
    record["total_stake"] = state.issuance.total_stake
    record["root_tao"] = state.pools.peek(ROOT_NETUID).tao_reserve
    record["tao_weight"] = u64_fraction(state.parameters.tao_weight).bits
    record["owner_cut"] = u16_fraction(state.parameters.subnet_owner_cut).bits
    record["moving_alpha"] = state.parameters.subnet_moving_alpha.bits
    record["max_epochs"] = state.parameters.max_epochs_per_block
    record["reported_emission"] = state.network_report.block_emission


def _store(state: State, row: tuple[Any, ...]) -> None:
    netuid, volume_high, volume_low, free, moving_price, miner_burned = _of_others(row)
    pool, emission = state.pools[netuid], state.emissions[netuid]
    _POOL.write(row, pool)
    volume = (volume_high << 64) | volume_low
    if pool.volume != volume:
        pool.volume = volume
    account = state.accounts[subnet_account(netuid)]
    if account.free != free:
        account.free = free
    if emission.moving_price.bits != moving_price:
        emission.moving_price = I96F32.from_bits(moving_price)
    if emission.miner_burned.bits != miner_burned:
        emission.miner_burned = U96F32.from_bits(miner_burned)
    _PENDING.write(row, emission)
    _SCHEDULE.write(row, state.schedules[netuid])
    report = state.subnet_reports[netuid]
    _REPORT.write(row, report)
    if report.root_sell_tao:
        report.root_sell_tao = 0


def _store_network(state: State, record: np.void) -> None:
    state.clock.block = int(record["block"])
    state.issuance.total = int(record["issuance"])
    state.issuance.of_balances = int(record["issuance_of_balances"])
    state.issuance.total_stake = int(record["total_stake"])
    state.network_report.block_emission = int(record["reported_emission"])
