"""The whole state: every record, the journal, and transactions."""

from __future__ import annotations

from typing import Any, TypeVar

from taospec.reference.state.accounts import Account, AutoStake, AutoStakers, Childkeys, Coldkey, Hotkey
from taospec.reference.state.beacon import Beacon, BeaconPulse
from taospec.reference.state.commits import HashCommits, TimelockedCommits
from taospec.reference.state.emission import Emission
from taospec.reference.state.events import EventLog
from taospec.reference.state.hyperparameters import Hyperparameters, VotingPowerTracking
from taospec.reference.state.journal import Journal, Transaction
from taospec.reference.state.leases import Lease, LeaseShare
from taospec.reference.state.locks import HotkeyLocks, Lock, LockMode, OwnerLocks
from taospec.reference.state.network import Clock, Issuance, Network, NetworkParameters
from taospec.reference.state.neuron import MatrixRow, Mechanism, Membership, Metagraph, Neuron
from taospec.reference.state.pool import Pool
from taospec.reference.state.rate_limits import HotkeySwapLimit, RateLimit, TransactionLimit
from taospec.reference.state.record import Record
from taospec.reference.state.registration import Registration
from taospec.reference.state.reports import DividendReport, NetworkReport, StakeReport, SubnetReport
from taospec.reference.state.schedule import Schedule
from taospec.reference.state.stake import (
    EmptyRootClaim,
    HotkeyStake,
    RootDividend,
    RootStaker,
    StakePosition,
)
from taospec.reference.state.storage_types import AccountId
from taospec.reference.state.subnet import Subnet
from taospec.reference.state.table import Table

_Held = TypeVar("_Held", bound=Record)


class State:
    """Everything that the economy remembers from one block to the next.

    A record of which there is one is an attribute; the others are in tables by key.
    """

    def __init__(self) -> None:
        self.journal = Journal()
        """Written by the records themselves."""
        self.events = EventLog(self.journal)
        """What operations report."""
        self.tables: dict[str, Table[Any, Any]] = {}
        """Every table by the name of its records, in order of declaration."""

        self.clock = self._single(Clock)
        self.issuance = self._single(Issuance)
        self.network = self._single(Network)
        self.parameters = self._single(NetworkParameters)
        self.beacon = self._single(Beacon)
        self.pulses: Table[int, BeaconPulse] = self._table(BeaconPulse)

        self.subnets: Table[int, Subnet] = self._table(Subnet)
        self.pools: Table[int, Pool] = self._table(Pool)
        self.emissions: Table[int, Emission] = self._table(Emission)
        self.schedules: Table[int, Schedule] = self._table(Schedule)
        self.registrations: Table[int, Registration] = self._table(Registration)
        self.hyperparameters: Table[int, Hyperparameters] = self._table(Hyperparameters)
        self.voting_power_tracking: Table[int, VotingPowerTracking] = self._table(VotingPowerTracking)

        self.neurons: Table[tuple[int, int], Neuron] = self._table(Neuron)
        self.memberships: Table[tuple[int, AccountId], Membership] = self._table(Membership)
        self.metagraphs: Table[int, Metagraph] = self._table(Metagraph)
        self.mechanisms: Table[int, Mechanism] = self._table(Mechanism)
        self.matrix_rows: Table[tuple[int, int], MatrixRow] = self._table(MatrixRow)
        self.hash_commits: Table[tuple[int, AccountId], HashCommits] = self._table(HashCommits)
        self.timelocked_commits: Table[tuple[int, int], TimelockedCommits] = self._table(TimelockedCommits)

        self.accounts: Table[AccountId, Account] = self._table(Account)
        self.coldkeys: Table[AccountId, Coldkey] = self._table(Coldkey)
        self.hotkeys: Table[AccountId, Hotkey] = self._table(Hotkey)
        self.childkeys: Table[tuple[AccountId, int], Childkeys] = self._table(Childkeys)
        self.auto_stakes: Table[tuple[AccountId, int], AutoStake] = self._table(AutoStake)
        self.auto_stakers: Table[tuple[AccountId, int], AutoStakers] = self._table(AutoStakers)

        self.hotkey_stakes: Table[tuple[AccountId, int], HotkeyStake] = self._table(HotkeyStake)
        self.positions: Table[tuple[AccountId, AccountId, int], StakePosition] = self._table(StakePosition)
        self.empty_root_claims: Table[tuple[AccountId, AccountId], EmptyRootClaim] = self._table(
            EmptyRootClaim
        )
        self.root_dividends: Table[tuple[AccountId, int], RootDividend] = self._table(RootDividend)
        self.root_stakers: Table[int, RootStaker] = self._table(RootStaker)
        self.locks: Table[tuple[AccountId, int, AccountId], Lock] = self._table(Lock)
        self.lock_modes: Table[tuple[AccountId, int], LockMode] = self._table(LockMode)
        self.hotkey_locks: Table[tuple[int, AccountId], HotkeyLocks] = self._table(HotkeyLocks)
        self.owner_locks: Table[int, OwnerLocks] = self._table(OwnerLocks)
        self.leases: Table[int, Lease] = self._table(Lease)
        self.lease_shares: Table[tuple[int, AccountId], LeaseShare] = self._table(LeaseShare)

        self.rate_limits: Table[tuple[object, ...], RateLimit] = self._table(RateLimit)
        self.transaction_limits: Table[tuple[AccountId, int, int], TransactionLimit] = self._table(
            TransactionLimit
        )
        self.hotkey_swap_limits: Table[tuple[int, AccountId], HotkeySwapLimit] = self._table(HotkeySwapLimit)

        self.network_report = self._single(NetworkReport)
        self.subnet_reports: Table[int, SubnetReport] = self._table(SubnetReport)
        self.dividend_reports: Table[tuple[int, AccountId], DividendReport] = self._table(DividendReport)
        self.stake_reports: Table[tuple[AccountId, AccountId], StakeReport] = self._table(StakeReport)

    def transaction(self) -> Transaction:
        """A block of code that writes everything or, when it raises, nothing."""
        return Transaction(self.journal)

    def _table(self, kind: type[_Held]) -> Table[Any, _Held]:
        table: Table[Any, _Held] = Table(kind, self.journal)
        self.tables[kind.NAME] = table
        return table

    def _single(self, kind: type[_Held]) -> _Held:
        return self._table(kind)[()]
