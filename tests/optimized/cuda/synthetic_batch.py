"""Batches of subnets of one size, as live subnets look, made without records."""

from __future__ import annotations

import numpy as np

from taospec.optimized.yuma.cuda.batch import Batch
from taospec.optimized.yuma.guards import ALL_GUARDS
from taospec.optimized.yuma.layout import ALPHA, COMMIT_BLOCK, LAST_UPDATE, REGISTERED, ROOT_TAO
from taospec.optimized.yuma.parameters import NO_OWNER, PARAMETERS, proportion, sigmoid_slope

BLOCK = 6_000_000
TEMPO = 360
RAO = 10**9


def synthetic_batch(
    subnets: int,
    validators: int,
    neurons: int,
    *,
    yuma3: bool = True,
    liquid_alpha: bool = False,
    density: float = 1.0,
    seed: int = 0,
) -> Batch:
    """Validators who mostly agree about the neurons; the first uids are the validators."""
    random = np.random.default_rng(seed)
    total = subnets * neurons
    shape = (subnets, validators, neurons)
    vectors = np.zeros((5, total), np.uint64)
    alpha = random.integers(0, 10 * RAO, (subnets, neurons))
    alpha[:, :validators] = random.integers(1000 * RAO, 10**6 * RAO, (subnets, validators))
    vectors[ALPHA] = alpha.ravel()
    vectors[ROOT_TAO] = random.integers(0, 1000 * RAO, total)
    vectors[LAST_UPDATE] = BLOCK - random.integers(1, TEMPO, total)
    registered = BLOCK - random.integers(2 * TEMPO, 10**6, total)
    newcomers = random.random(total) < 0.02
    registered[newcomers] = BLOCK - random.integers(1, TEMPO, int(newcomers.sum()))
    vectors[REGISTERED] = registered
    vectors[COMMIT_BLOCK] = np.uint64(2**64 - 1)
    permits = np.zeros((subnets, neurons), np.bool)
    permits[:, :validators] = True
    return Batch(
        _parameters(subnets, validators, neurons, yuma3, liquid_alpha),
        vectors,
        permits.ravel(),
        np.tile(np.arange(validators, dtype=np.int64), subnets),
        _opinions(random, shape, density),
        _opinions(random, shape, density),
    )


def _parameters(subnets: int, validators: int, neurons: int, yuma3: bool, liquid_alpha: bool) -> np.ndarray:
    parameters = np.zeros(subnets, PARAMETERS)
    values = {
        "neurons": neurons,
        "rows": validators,
        "block": BLOCK,
        "activity_cutoff": 5000,
        "last_tempo": BLOCK - TEMPO + 1,
        "tao_weight": 3_320_413_933_267_719_290,
        "stake_threshold": 1000 * RAO,
        "emission": TEMPO * RAO * 41 // 100,
        "owner": NO_OWNER,
        "max_validators": validators,
        "kappa": proportion(32767),
        "penalty": proportion(32767),
        "rate": (1 << 32) - (900_000 << 32) // 1_000_000,
        "alpha_low": proportion(45875),
        "alpha_high": proportion(58982),
        "slope": sigmoid_slope(1000),
        "guards": ALL_GUARDS,
        "yuma3": yuma3,
        "liquid_alpha": liquid_alpha,
    }
    for name, value in values.items():
        parameters[name] = value
    return parameters


def _opinions(random: np.random.Generator, shape: tuple[int, int, int], density: float) -> np.ndarray:
    """u16 values around an opinion that all rows of a subnet share, some entries absent."""
    subnets, _, neurons = shape
    common = (random.random((subnets, 1, neurons), np.float32) ** 4) * 60_000
    values = common * (0.8 + 0.4 * random.random(shape, np.float32))
    values[random.random(shape, np.float32) >= density] = 0
    return np.minimum(values, 65535).astype(np.uint16).ravel()
