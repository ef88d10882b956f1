"""Pictures of the exchange, for :mod:`pictures`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from mpmath import mp, mpf

from taospec.reference.amm.power import pow_ratio_scaled
from taospec.reference.amm.quote import quote_swap
from taospec.reference.amm.records import Direction
from taospec.reference.state.pool import EQUAL_WEIGHTS, WEIGHT_SCALE, Pool

COIN = 10**9
RESERVE = 10**12
"""Input reserve of the powers shown."""


def price_impact(figure: Figure, colours: Sequence[str]) -> None:
    """Impact of purchases: by the weight of TAO, and by the depth of the pool."""
    by_weight, by_depth = figure.subplots(1, 2, sharey=True)
    shares = [10 ** (step / 16) for step in range(-64, 17)]
    for weight, style in zip((0.8, 0.65, 0.5, 0.35, 0.2), ("-", "--", "-", "--", ":"), strict=True):
        colour = colours[0] if weight == 0.5 else colours[1 if weight > 0.5 else 2]
        pool = _pool(10_000, int(weight * 100) * WEIGHT_SCALE // 100)
        points = [(share, _impact(pool, share * 10_000)) for share in shares]
        by_weight.plot(*zip(*points, strict=True), style, color=colour, label=f"{weight:.2f}", linewidth=1.6)
    by_weight.set_xlabel("TAO paid, in reserves", fontsize=9)
    by_weight.set_ylabel("price impact", fontsize=9)
    by_weight.legend(title="weight of TAO", fontsize=8, title_fontsize=8, frameon=False, loc="lower right")
    amounts = [10 ** (step / 16) for step in range(-16, 81)]
    for depth, colour in zip((1_000, 10_000, 100_000, 1_000_000), colours, strict=True):
        pool = _pool(depth, EQUAL_WEIGHTS)
        points = [(tao, _impact(pool, tao)) for tao in amounts]
        by_depth.plot(*zip(*points, strict=True), color=colour, label=f"{depth:,}", linewidth=1.6)
    by_depth.set_xlabel("TAO paid", fontsize=9)
    by_depth.legend(title="TAO in the pool", fontsize=8, title_fontsize=8, frameon=False, loc="lower right")
    for ax in (by_weight, by_depth):
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.set_ylim(1e-5, 100)
        ax.set_yticks([1e-4, 1e-2, 1, 100], ["0.01 %", "1 %", "100 %", "10,000 %"], fontsize=8)
        ax.grid(alpha=0.25)


def power_regions(figure: Figure, colours: Sequence[str]) -> None:
    """Where the power is right, and what it answers where it is not."""
    regions, answers = figure.subplots(1, 2)
    _draw_regions(regions, colours)
    points = [(size, answer) for size, answer in _series_answers() if answer > 0]
    answers.plot(*zip(*points, strict=True), ".", markersize=3, color=colours[1])
    answers.axhline(1e18, color=colours[0], linewidth=0.9, linestyle="--")
    answers.axhline(2.0**64, color=colours[3], linewidth=0.9, linestyle="--")
    answers.text(
        130.5, 1.5e18, "all parts: nothing is paid above", fontsize=7.5, color=colours[0], va="bottom"
    )
    answers.text(
        130.5, 3e19, "u64 ends: everything is paid above", fontsize=7.5, color=colours[3], va="bottom"
    )
    answers.text(130.5, 3, "0 until 137.37", fontsize=7.5)
    answers.set_yscale("log")
    answers.set_xlim(130, 156)
    answers.set_ylim(1, 1e23)
    answers.set_xlabel(r"$x=\frac{w_z}{w_o}\,\ln\frac{z+d}{z}$", fontsize=9)
    answers.set_ylabel("answer, parts of $10^{18}$", fontsize=9)
    answers.grid(alpha=0.25)


def _draw_regions(ax: Axes, colours: Sequence[str]) -> None:
    weights = [0.84 + 0.15 * step / 400 for step in range(401)]
    edges = (0.0, math.log(1e18), 137.37, 152.03, 153.13)
    curves = [[_input_at(edge, weight) for weight in weights] for edge in edges] + [[1e9] * len(weights)]
    names = ("right", "right: all is paid", "garbage", "refused", "beyond u64: all is paid")
    shades = (colours[2], colours[0], colours[1], colours[3], colours[0])
    bands = zip(pairwise(curves), names, shades, (0.18, 0.2, 0.35, 0.8, 0.5), strict=True)
    for (low, high), name, colour, alpha in bands:
        floor = [max(value, 0.1) for value in low]
        ax.fill_between(weights, floor, high, color=colour, alpha=alpha, linewidth=0, label=name)
    wrong = _wrong_answers()
    ax.plot(*zip(*wrong, strict=True), ".", markersize=1.5, color="black")
    ax.set_yscale("log")
    ax.set_xlim(0.84, 0.99)
    ax.set_ylim(0.1, 1e3)
    ax.set_xlabel("weight of the token paid in", fontsize=9)
    ax.set_ylabel("input, in reserves", fontsize=9)
    ax.legend(fontsize=7.5, frameon=False, loc="lower left")


def _input_at(size: float, weight: float) -> float:
    """Input in reserves at which ``x`` has this size."""
    return math.expm1(min(size * (1 - weight) / weight, 20))


@cache
def _wrong_answers() -> tuple[tuple[float, float], ...]:
    """Weights and inputs of a grid for which the reference does not answer the true floor."""
    found = []
    for step in range(1, 60):
        weight = (840 * 60 + 150 * step) * 10**15 // 60 + 7  # a thousandth alone takes the exact path
        for exponent in range(-8, 32):
            share = 10 ** (exponent * 3 / 31)
            total = RESERVE + int(RESERVE * share)
            answer = pow_ratio_scaled(RESERVE, total, weight, WEIGHT_SCALE - weight, 256, WEIGHT_SCALE)
            ratio = mpf(weight) / (WEIGHT_SCALE - weight)
            if answer != int(mp.floor(WEIGHT_SCALE * (mpf(RESERVE) / total) ** ratio)):
                found.append((weight / WEIGHT_SCALE, share))
    return tuple(found)


@cache
def _series_answers() -> tuple[tuple[float, int], ...]:
    """``x`` and the reference's answer across the region, for a weight of 0.985."""
    weight = 985 * 10**15 + 1
    found = []
    for step in range(1040):
        size = 130 + step / 40
        total = int(RESERVE * math.exp(size * (WEIGHT_SCALE - weight) / weight))
        answer = pow_ratio_scaled(RESERVE, total, weight, WEIGHT_SCALE - weight, 256, WEIGHT_SCALE)
        found.append((size, answer or 0))
    return tuple(found)


@cache
def _quoted_impact(tao_reserve: int, weight: int, amount: int) -> float:
    pool = Pool(
        mechanism=1,
        tao_reserve=tao_reserve,
        alpha_in=100 * tao_reserve,
        quote_weight=weight,
        initialized=True,
        fee_rate=0,
    )
    return float(quote_swap(pool, Direction.BUY, amount).price_impact)


def _impact(pool: tuple[int, int], tao: float) -> float:
    return _quoted_impact(*pool, round(tao * COIN))


def _pool(tao: int, weight: int) -> tuple[int, int]:
    return tao * COIN, weight
