"""Every invariant by its rule, and who holds a chain to them while it plays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from random import Random
from typing import Final

import attrs

from taospec.reference.chain.block import Block, block_outcomes, extrinsic_outcomes
from taospec.reference.chain.calls import Outcome
from taospec.reference.chain.invariants_of_operations import (
    consensus_bounds_weights,
    epochs_give_everything,
    injections_keep_the_price,
)
from taospec.reference.chain.invariants_of_states import (
    Findings,
    accounts_hold_the_deposit,
    balances_are_issued,
    holders_have_no_more_than_their_pool,
    issuance_is_capped,
    parents_and_children_mirror_each_other,
    proportions_sum_to_at_most_one,
    round_trips_do_not_profit,
    subnets_are_counted,
    uids_and_hotkeys_belong_to_each_other,
)
from taospec.reference.chain.invariants_of_steps import (
    Step,
    alpha_outside_the_pool_covers_what_is_owed,
    copy_of,
    dissolving_pays_everything_out,
    emission_does_not_grow_with_issuance,
    epochs_keep_their_time,
    first_difference,
    locks_bind_no_more_than_there_is,
    only_dust_and_lost_fees_part_the_issuances,
    pools_stay_backed,
    refused_calls_change_nothing,
    shares_are_of_the_whole,
    swaps_conserve_alpha,
    what_is_minted_reaches_subnets,
)
from taospec.reference.rules import implements
from taospec.reference.state.state import State


@attrs.frozen
class Violation:
    """An invariant that does not hold."""

    rule: str
    """Id of the invariant."""
    place: str
    """What is wrong: a subnet, an account, a call."""
    message: str
    """How."""

    def __str__(self) -> str:
        return f"{self.rule}: {self.place}: {self.message}"


@attrs.frozen
class OfState:
    """An invariant of every state."""

    check: Callable[[State], Findings]


@attrs.frozen
class OfStep:
    """An invariant of a block's own step, or of a call, with the states around it."""

    check: Callable[[Step], Findings]


@attrs.frozen
class OfReplay:
    """An invariant of a step and of the same step on a state whose records were made in another order."""

    check: Callable[[Step, Step], Findings]


@implements("CHAIN-INVARIANT-18")
def insertion_order_does_not_matter(step: Step, again: Step) -> Findings:
    """The same step from the same records gives the same, in whatever order they were made."""
    if step.outcome != again.outcome or step.events != again.events:
        yield "results", "outcome or events depend on the order of insertion"
    difference = first_difference(step.after, again.after)
    if difference:
        yield difference, "it depends on the order of insertion"


INVARIANTS: Final[Mapping[str, tuple[OfState | OfStep | OfReplay, ...]]] = {
    "CHAIN-INVARIANT-1": (
        OfState(balances_are_issued),
        OfState(accounts_hold_the_deposit),
        OfStep(only_dust_and_lost_fees_part_the_issuances),
    ),
    "CHAIN-INVARIANT-2": (OfState(issuance_is_capped), OfStep(emission_does_not_grow_with_issuance)),
    "CHAIN-INVARIANT-3": (OfStep(what_is_minted_reaches_subnets),),
    "CHAIN-INVARIANT-4": (OfStep(swaps_conserve_alpha),),
    "CHAIN-INVARIANT-5": (OfStep(alpha_outside_the_pool_covers_what_is_owed),),
    "CHAIN-INVARIANT-6": (OfState(holders_have_no_more_than_their_pool), OfStep(shares_are_of_the_whole)),
    "CHAIN-INVARIANT-7": (OfStep(pools_stay_backed),),
    "CHAIN-INVARIANT-8": (OfState(uids_and_hotkeys_belong_to_each_other), OfState(subnets_are_counted)),
    "CHAIN-INVARIANT-9": (OfState(proportions_sum_to_at_most_one), OfStep(epochs_give_everything)),
    "CHAIN-INVARIANT-10": (OfStep(consensus_bounds_weights),),
    "CHAIN-INVARIANT-11": (OfStep(injections_keep_the_price),),
    "CHAIN-INVARIANT-12": (OfState(round_trips_do_not_profit),),
    "CHAIN-INVARIANT-13": (OfStep(locks_bind_no_more_than_there_is),),
    "CHAIN-INVARIANT-14": (OfStep(epochs_keep_their_time),),
    "CHAIN-INVARIANT-15": (OfStep(dissolving_pays_everything_out),),
    "CHAIN-INVARIANT-16": (OfState(parents_and_children_mirror_each_other),),
    "CHAIN-INVARIANT-17": (OfStep(refused_calls_change_nothing),),
    "CHAIN-INVARIANT-18": (OfReplay(insertion_order_does_not_matter),),
}
"""Every invariant, by its rule; one with several parts has several functions."""


def violations(state: State) -> list[Violation]:
    """Every violation of the invariants of states."""
    return [
        Violation(rule, *finding)
        for rule, parts in INVARIANTS.items()
        for part in parts
        if isinstance(part, OfState)
        for finding in part.check(state)
    ]


def step_violations(step: Step) -> list[Violation]:
    """Every violation of the invariants of steps; of a refused call that nobody paid for it is asked
    only whether it changed anything."""
    return [
        Violation(rule, *finding)
        for rule, parts in INVARIANTS.items()
        for part in parts
        if isinstance(part, OfStep)
        and (not step.is_without_effect or part.check is refused_calls_change_nothing)
        for finding in part.check(step)
    ]


def replay_violations(step: Step, again: Step) -> list[Violation]:
    """Every violation of the invariants of replays."""
    return [
        Violation(rule, *finding)
        for rule, parts in INVARIANTS.items()
        for part in parts
        if isinstance(part, OfReplay)
        for finding in part.check(step, again)
    ]


class Checker:
    """Holds the blocks of one state to every invariant.

    Beside the state goes a copy of it, whose records are made in another order before every block.
    The copy is one step behind while a step is checked; then it plays the same step. So a checked
    block costs about three that are not.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._copy = State()
        self._calls = 0
        self._deposited = 0
        self._broken: set[tuple[str, str]] = set()
        self._found: list[Violation] = []

    def watched(self, block: Block, outcomes: Iterable[Outcome | None]) -> Iterator[Outcome | None]:
        """Pass on what a block's own step (``None``) and its calls come to, and check each.

        The first item is asked for when the state is still that before the block. Whoever asks may
        take the events between two items.
        """
        self.begin(block.number)
        for outcome in outcomes:
            self.played(block, outcome)
            yield outcome
            self._deposited = len(self._state.events)
        self.finish()

    def begin(self, number: int) -> None:
        """Look at the state before a block of this number."""
        if first_difference(self._state, self._copy):
            self._broken = {(each.rule, each.place) for each in violations(self._state)}
        self._copy = copy_of(self._state, Random(number))
        self._calls, self._deposited = 0, len(self._state.events)

    def played(self, block: Block, outcome: Outcome | None) -> None:
        """Check the block's own step (``None``), or the next of its calls, that was just played."""
        step = self._step(block, outcome)
        self._found += step_violations(step)
        again: Iterator[Outcome | None] = block_outcomes(self._copy, block)
        if step.extrinsic is not None:
            again = extrinsic_outcomes(self._copy, attrs.evolve(block, extrinsics=(step.extrinsic,)))
        replayed = next(again)
        twin = attrs.evolve(step, after=self._copy, outcome=replayed, events=self._copy.events.take())
        different = replay_violations(step, twin)
        if different:
            self._copy = copy_of(self._state, Random(block.number))
        self._found += different

    def _step(self, block: Block, outcome: Outcome | None) -> Step:
        events = self._state.events.since(self._deposited)
        self._deposited += len(events)
        extrinsic = None
        if outcome is not None:
            extrinsic = block.extrinsics[self._calls]
            self._calls += 1
        return Step(
            before=self._copy,
            after=self._state,
            block=block,
            extrinsic=extrinsic,
            outcome=outcome,
            events=events,
        )

    def finish(self) -> None:
        """Look at the state after a block."""
        broken = violations(self._state)
        self._found += [each for each in broken if (each.rule, each.place) not in self._broken]
        self._broken = {(each.rule, each.place) for each in broken}

    def take(self) -> list[Violation]:
        """What was found since this was last asked: of states only what a block broke."""
        found, self._found = self._found, []
        return found
