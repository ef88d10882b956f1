"""Running a scenario: in parts, each of which is either written whole or not at all.

A part is a file of rows for each series, and then the checkpoint that names it. A run that was
interrupted goes on from its last checkpoint and draws the same from there on, so that in the
end its files are those of a run that was not.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Generator, Iterator
from functools import partial
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any, Final

import attrs

from taospec.conformance.simulation.accounts import authority
from taospec.conformance.simulation.actors import PlannedCall, planned_calls
from taospec.conformance.simulation.genesis import genesis_state
from taospec.conformance.simulation.scenario import Scenario
from taospec.conformance.simulation.series import COLUMNS, Row, sampled
from taospec.conformance.simulation.series_files import FORMATS, CsvFiles, SeriesFiles
from taospec.conformance.vector_file import write_atomically
from taospec.reference.chain.block import Block, Extrinsic, extrinsic_outcomes
from taospec.reference.chain.block_step import block_step
from taospec.reference.chain.calls import Outcome
from taospec.reference.chain.invariants import Checker
from taospec.reference.invalid_input import InvalidInputError
from taospec.reference.state.digest import state_digest
from taospec.reference.state.encoding import decode_state, encode_state
from taospec.reference.state.events import Event
from taospec.reference.state.state import State

FORMAT: Final = "taospec-simulation/1"
CHECKPOINT: Final = "checkpoint.json.gz"
PARTS: Final = "parts"


class InvariantError(AssertionError):
    """An invariant does not hold: a mistake of the implementation, never of a caller."""


@attrs.define
class Simulation:
    """A scenario at one block."""

    scenario: Scenario
    state: State
    memory: dict[str, Any] = attrs.field(factory=dict)
    """What actors know from earlier blocks."""
    outcomes: dict[str, int] = attrs.field(factory=dict)
    """How often each call had each outcome, by ``call outcome``."""
    made: list[tuple[PlannedCall, Outcome]] = attrs.field(init=False, factory=list)
    """The calls of the last block with what became of them."""
    step: Callable[[bytes], None] = attrs.field(init=False)
    """What a block does before its calls, from its parent's hash: the reference's, unless replaced."""
    checker: Checker | None = attrs.field(init=False, default=None)
    """Who holds every block to the invariants, if anybody does."""

    def __attrs_post_init__(self) -> None:
        self.step = partial(block_step, self.state)

    @property
    def time(self) -> int:
        """Blocks played."""
        return self.state.clock.block - self.scenario.genesis.block

    @property
    def author(self) -> bytes | None:
        """Who authors the current block."""
        authorities = self.scenario.genesis.authorities
        return authority(self.state.clock.block % authorities) if authorities else None

    def play(self) -> tuple[Event, ...]:
        """Play the next block; its events.

        Raises:
            InvariantError: the block broke what the checker holds it to.
        """
        number = self.state.clock.block + 1
        if self.checker is not None:
            self.checker.begin(number)
        self.made = []
        for call, outcome in self._played(number):
            self.made.append((call, outcome))
            key = f"{call.name} {outcome.name}"
            self.outcomes[key] = self.outcomes.get(key, 0) + 1
        if self.checker is not None:
            self.checker.finish()
            if broken := self.checker.take():
                raise InvariantError(f"block {number}: {'; '.join(map(str, broken))}")
        return self.state.events.take()

    def _played(self, number: int) -> Iterator[tuple[PlannedCall, Outcome]]:
        """Play a block: its own step, then the calls that actors plan on the state that it leaves."""
        self.state.clock.block = number
        block = Block(number, parent_hash(self.scenario, number), self.author)
        self.step(block.parent_hash)
        self._check(block, None)
        calls = planned_calls(self.scenario, self.state, self.memory)
        extrinsics = tuple(Extrinsic(call.name, call.origin, call.arguments) for call in calls)
        block = attrs.evolve(block, extrinsics=extrinsics)
        for call, outcome in zip(calls, extrinsic_outcomes(self.state, block), strict=True):
            self._check(block, outcome)
            yield call, outcome

    def _check(self, block: Block, outcome: Outcome | None) -> None:
        if self.checker is not None:
            self.checker.played(block, outcome)


def parent_hash(scenario: Scenario, block: int) -> bytes:
    """The parent's hash, which automatic claims are drawn by."""
    return blake2b(f"{scenario.seed}/{block - 1}".encode(), digest_size=32).digest()


def started(scenario: Scenario) -> Simulation:
    """A scenario before its first block."""
    return Simulation(scenario, genesis_state(scenario))


def resumed(scenario: Scenario, folder: Path) -> Simulation:
    """A scenario at its last checkpoint.

    Raises:
        InvalidInputError: the folder has none, or that of another scenario.
    """
    path = folder / CHECKPOINT
    if not path.exists():
        raise InvalidInputError("checkpoint", str(path), "must exist to resume")
    content = json.loads(gzip.decompress(path.read_bytes()))
    if content.get("format") != FORMAT:
        raise InvalidInputError("checkpoint.format", content.get("format"), f"must be {FORMAT}")
    if content.get("records") != _records():
        raise InvalidInputError("checkpoint.records", content.get("records"), "must be of this version")
    if content["scenario"] != sha256(scenario.source).hexdigest():
        raise InvalidInputError(
            "checkpoint.scenario", content["scenario"], "must be the hash of the scenario"
        )
    state = decode_state(base64.b64decode(content["state"]))
    return Simulation(scenario, state, content["memory"], content["outcomes"])


def run(
    simulation: Simulation, folder: Path, every: int, files: SeriesFiles | None = None
) -> Generator[int, None, None]:
    """Play to the end, with a checkpoint every so many blocks; yields the blocks played after each block.

    What is not yet in a checkpoint is written when the caller stops the iteration.

    Args:
        simulation: the scenario at its first block, or at the folder's checkpoint.
        folder: for everything that is written.
        every: blocks from one checkpoint to the next.
        files: how series become files; CSV unless told otherwise.

    Raises:
        InvalidInputError: the folder holds parts of another format.
    """
    files = CsvFiles() if files is None else files
    (folder / PARTS).mkdir(parents=True, exist_ok=True)
    _require_format(folder, files)
    scenario = simulation.scenario
    pending: dict[str, list[Row]] = {name: [] for name in COLUMNS}
    written = simulation.time
    try:
        while simulation.time < scenario.blocks:
            simulation.play()
            if simulation.time % scenario.sample_every == 0:
                for name, rows in sampled(scenario, simulation.state).items():
                    pending[name] += rows
            if simulation.time % every == 0 or simulation.time == scenario.blocks:
                write_part(simulation, folder, written, pending, files)
                pending, written = {name: [] for name in COLUMNS}, simulation.time
            yield simulation.time
    except GeneratorExit:
        if simulation.time > written:
            write_part(simulation, folder, written, pending, files)
        raise
    for name in COLUMNS:
        files.join(folder / f"{name}.{files.suffix}", name, sorted(_parts(folder, name, files)))


def write_part(
    simulation: Simulation, folder: Path, first: int, rows: dict[str, list[Row]], files: SeriesFiles
) -> None:
    """Write the rows since the last checkpoint, then the checkpoint."""
    for name in COLUMNS:
        path = folder / PARTS / f"{name}-{first:09d}.{files.suffix}"
        files.write_part(path, name, rows[name], first=first == 0)
    _drop_later_parts(folder, first, files)
    content = {
        "format": FORMAT,
        "scenario": sha256(simulation.scenario.source).hexdigest(),
        "records": _records(),
        "time": simulation.time,
        "digest": state_digest(simulation.state).hex(),
        "memory": simulation.memory,
        "outcomes": simulation.outcomes,
        "state": base64.b64encode(encode_state(simulation.state)).decode(),
    }
    write_atomically(folder / CHECKPOINT, gzip.compress(json.dumps(content).encode(), 6, mtime=0))


def _records() -> str:
    """A hash of what records hold: an encoded state is read by the version that wrote it."""
    declared = [
        (table.kind.NAME, *(f"{field.name} {field.type.name}" for field in table.kind.FIELDS))
        for table in State().tables.values()
    ]
    return sha256(repr(declared).encode()).hexdigest()


def _require_format(folder: Path, files: SeriesFiles) -> None:
    """Refuse to go on with a run in another format than it was begun in."""
    for path in (folder / PARTS).iterdir():
        suffix = path.suffix.removeprefix(".")
        if suffix in FORMATS and suffix != files.suffix:
            raise InvalidInputError("--format", files.suffix, f"must be that of the run, {suffix}")


def _drop_later_parts(folder: Path, first: int, files: SeriesFiles) -> None:
    """Remove the parts after this one: a run that was cut off may have left some without a checkpoint."""
    for name in COLUMNS:
        for path in _parts(folder, name, files):
            if int(path.stem.rpartition("-")[2]) > first:
                path.unlink()


def _parts(folder: Path, name: str, files: SeriesFiles) -> list[Path]:
    return list((folder / PARTS).glob(f"{name}-*.{files.suffix}"))
