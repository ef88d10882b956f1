"""The epoch in float64 with numpy: fully vectorised, and exact in nothing.

The baseline that a careful numpy programmer would write. Every stage is whole-array
arithmetic; ``stages`` names them, so that the report can say where its time goes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from taospec.optimized.yuma.records import DenseRows, EpochArrays

F64s: TypeAlias = npt.NDArray[np.float64]
U16_MAX = 65535.0
U64_MAX = float(2**64 - 1)


@attrs.define
class Float64Epoch:
    """The working set of one epoch, filled stage by stage."""

    epoch: EpochArrays
    rows: DenseRows
    share: F64s = attrs.field(init=False)
    new_permits: npt.NDArray[np.bool] = attrs.field(init=False)
    active: npt.NDArray[np.bool] = attrs.field(init=False)
    stake: F64s = attrs.field(init=False)
    weights: F64s = attrs.field(init=False)
    consensus: F64s = attrs.field(init=False)
    clipped: F64s = attrs.field(init=False)
    trust: F64s = attrs.field(init=False)
    incentive: F64s = attrs.field(init=False)
    bonds: F64s = attrs.field(init=False)
    dividends: F64s = attrs.field(init=False)
    answer: dict[str, npt.NDArray[Any]] = attrs.field(init=False)

    @property
    def stages(self) -> tuple[Callable[[], None], ...]:
        """In the order in which they run."""
        return (
            self.stakes_and_permits,
            self.mask_and_normalize,
            self.weighted_median,
            self.clip_and_rank,
            self.average_bonds,
            self.pay_dividends,
            self.emit_and_quantize,
        )

    def run(self) -> dict[str, npt.NDArray[Any]]:
        """The epoch's answer by field."""
        for stage in self.stages:
            stage()
        return self.answer

    def stakes_and_permits(self) -> None:
        """Stake weights, activity, old and new permits."""
        epoch, p = self.epoch, self.epoch.parameters
        total = epoch.alpha + epoch.root_tao * (p.tao_weight / U64_MAX)
        total[total < p.stake_threshold] = 0.0
        self.share = _normalized(total)
        ranked = np.argsort(self.share, kind="stable")
        self.new_permits = self.share > 0
        self.new_permits[ranked[: max(0, epoch.n - p.max_allowed_validators)]] = False
        cutoff = max(1, p.activity_cutoff_factor_milli * p.tempo // 1000)
        self.active = epoch.last_update + np.uint64(cutoff) >= np.uint64(p.block)
        self.stake = _normalized(np.where(self.active & epoch.permits, self.share, 0.0))[self.rows.uids]

    def mask_and_normalize(self) -> None:
        """Current weights of permitted rows, divided by their sums."""
        epoch, uids = self.epoch, self.rows.uids
        weights = self.rows.weights.astype(np.float64)
        weights[~epoch.permits[uids]] = 0.0
        weights[np.arange(uids.size), uids] = 0.0
        weights[epoch.last_update[uids, None] <= epoch.block_at_registration] = 0.0
        sums = weights.sum(axis=1, keepdims=True)
        weights /= np.where(sums > 0, sums, 1.0)
        self.weights = weights

    def weighted_median(self) -> None:
        """Per column: sort the scores, add up their stakes, take the first beyond the minority."""
        kappa = self.epoch.parameters.kappa / U16_MAX
        columns = np.ascontiguousarray(self.weights.T)
        order = np.argsort(columns, axis=1)
        cumulative = np.cumsum(self.stake[order], axis=1)
        first = np.argmax(cumulative > 1.0 - kappa, axis=1)
        self.consensus = columns[np.arange(columns.shape[0]), order[np.arange(order.shape[0]), first]]

    def clip_and_rank(self) -> None:
        """Clipped weights, validator trust, incentive."""
        self.clipped = np.minimum(self.weights, self.consensus)
        self.trust = self.clipped.sum(axis=1)
        self.incentive = _normalized(self.stake @ self.clipped)

    def average_bonds(self) -> None:
        """Moving average of bonds, with one rate or with a rate for each pair."""
        epoch, p = self.epoch, self.epoch.parameters
        penalty = p.bonds_penalty / U16_MAX
        weights = self.weights + penalty * (self.clipped - self.weights)
        bonds = self.rows.bonds / U16_MAX
        bonds[:, np.uint64(p.last_mechanism_step_block + 1) <= epoch.block_at_registration] = 0.0
        if not p.liquid_alpha:
            rate = 1.0 - p.bonds_moving_average / 1e6
            self.bonds = rate * weights + (1.0 - rate) * bonds
            return
        rates = self._liquid_rates(weights, bonds)
        self.bonds = np.where(weights > 0, np.minimum(rates * weights + (1.0 - rates) * bonds, 1.0), 0.0)

    def _liquid_rates(self, weights: F64s, bonds: F64s) -> F64s:
        p = self.epoch.parameters
        low, high = p.alpha_low / U16_MAX, p.alpha_high / U16_MAX
        buying = np.clip(weights - self.consensus, 0.0, 1.0)
        selling = np.clip(bonds - weights, 0.0, 1.0)
        difference = np.where(weights >= bonds, buying, selling)
        sigmoid = 1.0 / (1.0 + np.exp(-p.alpha_sigmoid_steepness / 100 * (difference - 0.5)))
        return low + sigmoid * (high - low)

    def pay_dividends(self) -> None:
        """Column-normalised bonds times incentive and stake."""
        sums = self.bonds.sum(axis=0)
        per_bond = self.incentive / np.where(sums > 0, sums, 1.0)
        income = np.zeros(self.epoch.n)
        income[self.rows.uids] = self.stake * (self.bonds @ per_bond)
        self.dividends = _normalized(income)

    def emit_and_quantize(self) -> None:
        """Rao and u16 as stored."""
        emission = self.epoch.parameters.rao_emission
        total = self.incentive.sum() + self.dividends.sum()
        scale = emission / total if total > 0 else 0.0
        trust = np.zeros(self.epoch.n)
        trust[self.rows.uids] = self.trust
        kept = self.new_permits[self.rows.uids]
        self.answer = {
            "server_emission": (self.incentive * scale).astype(np.uint64),
            "validator_emission": (self.dividends * scale).astype(np.uint64),
            "emission": ((self.incentive + self.dividends) * scale).astype(np.uint64),
            "consensus": _u16(self.consensus),
            "incentive": _u16(self.incentive),
            "dividends": _u16(self.dividends),
            "validator_trust": _u16(trust),
            "stake_weight": _u16(self.share),
            "active": self.active,
            "new_permits": self.new_permits,
            "bonds": _u16(self.bonds * kept[:, None]),
        }


def prepared(epoch: EpochArrays) -> Float64Epoch:
    """The epoch, which must have dense rows."""
    assert isinstance(epoch.rows, DenseRows)
    return Float64Epoch(epoch, epoch.rows)


def stage_seconds(epoch: EpochArrays, repeats: int) -> dict[str, float]:
    """Best time of every stage."""
    working = prepared(epoch)
    best = {stage.__name__: float("inf") for stage in working.stages}
    for _ in range(repeats):
        for stage in working.stages:
            start = time.perf_counter()
            stage()
            best[stage.__name__] = min(best[stage.__name__], time.perf_counter() - start)
    return best


def _normalized(values: F64s) -> F64s:
    total = values.sum()
    return values / total if total > 0 else values


def _u16(values: F64s) -> npt.NDArray[np.uint16]:
    return (np.clip(values, 0.0, 1.0) * U16_MAX).astype(np.uint16)
