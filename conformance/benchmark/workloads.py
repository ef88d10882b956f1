"""Epochs to measure: subnets as large, as dense and as unequal as live ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs
import numpy as np

from taospec.optimized.yuma.records import DenseRows, EpochArrays, EpochParameters

RAO: Final = 10**9
MAINNET_TAO_WEIGHT: Final = 3_320_413_933_267_719_290
BLOCK: Final = 6_000_000
TEMPO: Final = 360


@attrs.frozen
class Workload:
    """The kind of an epoch."""

    validators: int
    neurons: int
    liquid_alpha: bool = False
    density: float = 1.0

    @property
    def name(self) -> str:
        """Such as ``64x256 liquid 0.30``."""
        rate = "liquid" if self.liquid_alpha else "plain"
        return f"{self.validators}x{self.neurons} {rate} {self.density:.2f}"

    @property
    def cells(self) -> int:
        """Validators times neurons."""
        return self.validators * self.neurons


SIZES: Final = ((64, 256), (128, 1024), (256, 4096))
DENSITIES: Final = (1.0, 0.3, 0.05)
BATCH_SUBNETS: Final = 128
BATCH_SIZE: Final = (64, 256)


def workloads(sizes: tuple[tuple[int, int], ...], densities: tuple[float, ...]) -> Iterator[Workload]:
    """Every size with every density, without and with liquid alpha."""
    for validators, neurons in sizes:
        for liquid_alpha in (False, True):
            for density in densities:
                yield Workload(validators, neurons, liquid_alpha, density)


def drawn_epoch(workload: Workload, seed: int = 0) -> EpochArrays:
    """A Yuma 3 epoch: neurons of unequal merit, validators of unequal stake and like mind."""
    random = np.random.default_rng(seed)
    validators, neurons = workload.validators, workload.neurons
    uids = np.arange(validators)
    return EpochArrays(
        parameters=parameters(workload),
        alpha=_stake(random, validators, neurons),
        root_tao=_stake(random, validators, neurons) // np.uint64(8),
        last_update=np.full(neurons, BLOCK - 100, np.uint64),
        block_at_registration=random.integers(0, BLOCK - 10 * TEMPO, neurons).astype(np.uint64),
        permits=np.arange(neurons) < validators,
        rows=DenseRows(
            uids=uids,
            weights=_weights(random, workload),
            bonds=_sparse(random, random.integers(0, 65_536, (validators, neurons)), workload.density),
        ),
    )


def parameters(workload: Workload) -> EpochParameters:
    """Hyperparameters as on a live subnet."""
    return EpochParameters(
        block=BLOCK,
        tempo=TEMPO,
        activity_cutoff_factor_milli=13_889,
        last_mechanism_step_block=BLOCK - TEMPO,
        max_allowed_validators=workload.validators,
        tao_weight=MAINNET_TAO_WEIGHT,
        stake_threshold=1000 * RAO,
        owner_uid=None,
        kappa=32_767,
        bonds_penalty=40_000,
        bonds_moving_average=900_000,
        yuma3=True,
        liquid_alpha=workload.liquid_alpha,
        alpha_low=45_875,
        alpha_high=58_982,
        alpha_sigmoid_steepness=1000,
        rao_emission=148 * RAO,
    )


def _stake(random: np.random.Generator, validators: int, neurons: int) -> np.ndarray:
    stake = np.zeros(neurons, np.uint64)
    stake[:validators] = (random.pareto(1.0, validators) * 10_000 * RAO + 2_000 * RAO).astype(np.uint64)
    return stake


def _weights(random: np.random.Generator, workload: Workload) -> np.ndarray:
    validators, neurons = workload.validators, workload.neurons
    merit = random.pareto(1.2, neurons) + 0.01
    opinion = merit * np.exp(random.normal(0, 0.5, (validators, neurons)))
    scaled = opinion / opinion.max(axis=1, keepdims=True) * 65_535
    weights = _sparse(random, scaled, workload.density)
    weights[np.arange(validators), np.arange(validators)] = 0
    return weights


def _sparse(random: np.random.Generator, matrix: np.ndarray, density: float) -> np.ndarray:
    result = matrix.astype(np.uint16)
    result[random.random(matrix.shape) >= density] = 0
    return result
