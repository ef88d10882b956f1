"""What the epochs and the injections of a block's own step keep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import attrs

from taospec.reference.chain.invariants_of_states import Findings
from taospec.reference.chain.invariants_of_steps import Step
from taospec.reference.emission.coinbase import emitting_netuids
from taospec.reference.emission.epochs import Family, epoch_input
from taospec.reference.fixed_point import I32F32, wrapping_sum
from taospec.reference.invalid_input import U16_MAX
from taospec.reference.rules import implements
from taospec.reference.staking.positions import ROOT, all_netuids
from taospec.reference.staking.stake_ledger import total_stake_of_hotkey
from taospec.reference.state.neuron import MECHANISM_STRIDE, storage_index
from taospec.reference.state.pool import WEIGHT_SCALE, Pool
from taospec.reference.yuma.epoch import EpochStages, run_epoch
from taospec.reference.yuma.proportions import (
    ZERO,
    fixed_proportion_to_u16,
    normalize,
    u16_proportion_to_fixed,
)
from taospec.reference.yuma.records import EpochInput


@implements("CHAIN-INVARIANT-9")
def epochs_give_everything(step: Step) -> Findings:
    """Incentives of an epoch, and dividends of one with a single mechanism, sum to 0 or to nearly 65535."""
    for index, emissions in _epochs(step):
        netuid, place = index % MECHANISM_STRIDE, f"mechanism {index}"
        vectors = {"incentives": step.after.mechanisms.peek(index).incentive}
        if step.before.hyperparameters.peek(netuid).mechanism_count == 1:
            vectors["dividends"] = step.after.metagraphs.peek(netuid).dividends
        for name, vector in vectors.items():
            if any(vector) and not U16_MAX - len(vector) <= sum(vector) <= U16_MAX:
                yield place, f"{name} of {len(vector)} neurons sum to {sum(vector)}"
        drained = _drained(step, netuid)
        if sum(emissions) > drained:
            yield place, f"{sum(emissions)} went to miners of {drained}"


def _epochs(step: Step) -> Iterator[tuple[int, Sequence[int]]]:
    """Storage index of each epoch that ran, with the rao that it gives miners."""
    for event in step.events if step.is_own else ():
        if event.name == "IncentiveAlphaEmittedToMiners":
            fields = dict(event.fields)
            yield fields["netuid"], fields["emissions"]


def _drained(step: Step, netuid: int) -> int:
    """What the epoch had to give to neurons at most, rao: what was pending and what the block added."""
    pending = step.before.emissions.peek(netuid)
    emitted = step.after.subnet_reports.peek(netuid).alpha_out_emission
    return pending.pending_server + pending.pending_validator + pending.pending_root_alpha + emitted


@implements("CHAIN-INVARIANT-10")
def consensus_bounds_weights(step: Step) -> Findings:
    """Every epoch of the step clips at consensus, and no minority moves consensus."""
    for index, _ in _epochs(step):
        netuid, mechanism = index % MECHANISM_STRIDE, index // MECHANISM_STRIDE
        inputs = _epoch_input(step, netuid, mechanism)
        stages = run_epoch(inputs).intermediate
        place = f"mechanism {index}"
        for problem in clipping_problems(stages, u16_proportion_to_fixed(inputs.kappa)):
            yield place, problem
        if step.before.hyperparameters.peek(netuid).mechanism_count == 1:
            stored = step.after.metagraphs.peek(netuid).consensus
            if tuple(map(fixed_proportion_to_u16, stages.consensus)) != stored:
                yield place, "the stored consensus is not that of the epoch"


@implements("CHAIN-INVARIANT-10")
def clipping_problems(stages: EpochStages, kappa: I32F32) -> Iterator[str]:
    """What is wrong with the consensus of an epoch and the weights that it clips."""
    consensus = stages.consensus
    for uid, row in enumerate(stages.clipped_weights):
        for target, weight in row:
            if not ZERO <= weight <= consensus[target]:
                yield f"uid {uid} keeps the weight {weight.bits} for {target} above {consensus[target].bits}"
    voters = [uid for uid, stake in enumerate(stages.active_stake) if stake > ZERO]
    stake = normalize([stages.active_stake[uid] for uid in voters])
    minority = wrapping_sum(stake, I32F32).saturating_sub(kappa)
    rows = [dict(stages.weights_normalized[uid]) for uid in voters]
    for target, agreed in enumerate(consensus):
        scores = [row.get(target, ZERO) for row in rows]
        yield from (
            f"target {target}: {each}" for each in coalition_problems(stake, scores, minority, agreed)
        )


@implements("CHAIN-INVARIANT-10")
def coalition_problems(
    stake: Sequence[I32F32], scores: Sequence[I32F32], minority: I32F32, agreed: I32F32
) -> Iterator[str]:
    """Who moved the consensus on a neuron that should not have been able to; nobody is no coalition.

    Args:
        stake: of each voter, positive, normalised.
        scores: what each gives the neuron.
        minority: the sum of the stake less kappa.
        agreed: the consensus.
    """
    below = sum(s.bits for s, score in zip(stake, scores, strict=True) if score < agreed)
    upto = sum(s.bits for s, score in zip(stake, scores, strict=True) if score <= agreed)
    if below > max(minority.bits, 0):
        yield f"more than 1 - kappa give less than {agreed.bits}: {below} of {minority.bits}"
    if upto <= minority.bits and any(score > agreed for score in scores):
        yield f"kappa or more give more than {agreed.bits}: all but {upto}, at most {minority.bits}"


def _epoch_input(step: Step, netuid: int, mechanism: int) -> EpochInput:
    """What an epoch in the middle of the step read.

    Neurons, weights and commits are those after the step: a new owner is registered and timelocked
    weights are revealed before the epoch. Stakes, relatives, permits and bonds are those before it:
    they change from the epoch on. A neuron that is new has neither permit nor bonds.
    """
    before, inputs = step.before, epoch_input(step.after, netuid, mechanism, 0)
    index = storage_index(netuid, mechanism)
    hotkeys = [step.after.neurons.peek((netuid, uid)).hotkey for uid in range(inputs.n)]
    kept = [step.before.neurons.peek((netuid, uid)).hotkey == hotkey for uid, hotkey in enumerate(hotkeys)]
    permits = before.metagraphs.peek(netuid).validator_permit
    family = Family(before, netuid, hotkeys)
    return attrs.evolve(
        inputs,
        last_mechanism_step_block=before.schedules.peek(netuid).last_mechanism_step_block,
        permits=tuple(kept[uid] and uid < len(permits) and permits[uid] for uid in range(inputs.n)),
        alpha=tuple(total_stake_of_hotkey(before, hotkey, netuid) for hotkey in hotkeys),
        root_tao=tuple(total_stake_of_hotkey(before, hotkey, ROOT) for hotkey in hotkeys),
        parents=family.parents(),
        children=family.children(),
        outside=family.outside(),
        bonds=tuple(
            before.matrix_rows.peek((index, uid)).bonds if kept[uid] else () for uid in range(inputs.n)
        ),
    )


@implements("CHAIN-INVARIANT-11")
def injections_keep_the_price(step: Step) -> Findings:
    """What is injected into a pool with weights moves the weight to where the price stays."""
    if not step.is_own:
        return
    for netuid in emitting_netuids(step.before, all_netuids(step.before)):
        old, new = step.before.pools.peek(netuid), step.after.pools.peek(netuid)
        report = step.after.subnet_reports.peek(netuid)
        if old.initialized:
            for problem in price_problems(
                old, report.tao_in_emission, report.alpha_in_emission, new.quote_weight
            ):
                yield f"subnet {netuid}", problem


@implements("CHAIN-INVARIANT-11")
def price_problems(pool: Pool, tao: int, alpha: int, weight: int) -> Iterator[str]:
    """What is wrong with the weight of a pool after an injection.

    The weight that keeps the price exactly is cut to 1e-18, from quantities that were rounded to
    the nearest integer.
    """
    base = (WEIGHT_SCALE - pool.quote_weight) * pool.tao_reserve * (pool.alpha_in + alpha)
    quote = pool.quote_weight * pool.alpha_in * (pool.tao_reserve + tao)
    if base + quote == 0:
        return
    exact = Fraction(WEIGHT_SCALE * quote, base + quote)
    quantities = Fraction(base + quote, WEIGHT_SCALE) - 1
    rounding = Fraction(WEIGHT_SCALE, 2) / quantities if quantities > 0 else Fraction(WEIGHT_SCALE)
    if not exact - 1 - rounding < weight <= exact + rounding:
        yield f"its weight became {weight}, the price is kept by {float(exact)}"
