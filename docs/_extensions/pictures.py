"""Pictures that the reference computes when the site is built, each for the light and the dark mode.

They are written to ``docs/_generated/<name>-<mode>.svg``.

``{picture} NAME``
    the picture, with its text for those who do not see it (option ``alt``) and its caption.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import attrs
import matplotlib as mpl
from chain_pictures import block_order, subnet_life
from commit_pictures import reveal_window
from docutils import nodes
from docutils.parsers.rst import directives
from exchange_pictures import power_regions, price_impact
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from mpmath import mp, mpf
from simulation_pictures import weight_copying
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from tempo_pictures import tempo_control

from taospec.reference.emission.alpha_split import split_alpha
from taospec.reference.emission.moving_price import moving_rate
from taospec.reference.emission.rates import u16_fraction
from taospec.reference.fixed_point import I32F32, I96F32, U64F64, U96F32, FixedPoint
from taospec.reference.fixed_point.errors import MathError
from taospec.reference.fixed_point.transcendental import exp, ln
from taospec.reference.staking.conviction import roll_forward
from taospec.reference.staking.share_pool import Holding, holder_value, value_for_all, value_for_one
from taospec.reference.state.accounts import DEFAULT_TAKE
from taospec.reference.state.locks import LockState
from taospec.reference.state.safe_float import ZERO, SafeFloat
from taospec.reference.subnets.burn_price import bumped_burn, decayed_burn
from taospec.reference.subnets.dissolution import largest_remainder as shared_out
from taospec.reference.subnets.lock_cost import network_lock_cost
from taospec.reference.supply.block_emission import INITIAL_EMISSION
from taospec.reference.supply.halvings import closed_form_emission
from taospec.reference.supply.issuance import issuance_after
from taospec.reference.yuma.epoch import run_epoch
from taospec.reference.yuma.liquid_alpha import alpha_sigmoid
from taospec.reference.yuma.records import EpochInput
from taospec.reference.yuma.sparse import Matrix

INK = {"light": "#2b2f33", "dark": "#d5d8dc"}
COLOURS = {
    "light": ("#1f6feb", "#c2410c", "#15803d", "#7c3aed"),
    "dark": ("#6ea8fe", "#fb923c", "#4ade80", "#c4b5fd"),
}
ULP = mpf(2) ** -32
BLOCKS_PER_YEAR = 365.25 * 7_200


def weights_to_clipped(figure: Figure, colours: Sequence[str]) -> None:
    """Heat maps: weights, consensus, clipped weights."""
    result = run_epoch(_disputed_subnet())
    stages = result.intermediate
    validators, miners = range(5), range(5, 13)
    weights = _dense(stages.weights_normalized, validators, miners)
    clipped = _dense(stages.clipped_weights, validators, miners)
    consensus = [[_real(stages.consensus[j]) for j in miners]]
    top = max(max(row) for row in weights)
    axes = figure.subplots(3, 1, height_ratios=[5, 1, 5], sharex=True)
    maps = ((weights, "weights $W$"), (consensus, "consensus $C$"), (clipped, r"clipped $\bar{W}$"))
    for ax, (values, title) in zip(axes, maps, strict=True):
        ax.imshow(values, aspect="auto", cmap="Blues", vmin=0, vmax=top)
        ax.set_title(title, loc="left", fontsize=10)
        for i, row in enumerate(values):
            for j, value in enumerate(row):
                ink = "white" if value > 0.55 * top else "#1b2a41"
                ax.text(j, i, f"{value:.2f}", ha="center", va="center", fontsize=8, color=ink)
        names = [f"{uid} ({_real(stages.active_stake[uid]):.0%})" for uid in validators]
        ax.set_yticks(range(len(values)), names if len(values) > 1 else [""], fontsize=8)
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
    axes[2].set_xticks(range(len(miners)), [str(uid) for uid in miners], fontsize=8)
    axes[2].set_xlabel("miner", fontsize=9)
    for ax in (axes[0], axes[2]):
        ax.set_ylabel("validator (stake)", fontsize=9)


def bonds_over_epochs(figure: Figure, colours: Sequence[str]) -> None:
    """Three validators' bonds on one miner, in Yuma 2 and in Yuma 3."""
    axes = figure.subplots(1, 2, sharey=True)
    for ax, yuma3 in zip(axes, (False, True), strict=True):
        histories = _bond_histories(yuma3=yuma3)
        for validator, (history, colour) in enumerate(zip(histories, colours, strict=False)):
            ax.plot(history, color=colour, label=f"validator {validator}", linewidth=1.8)
        ax.set_title("Yuma 3" if yuma3 else "Yuma 2", loc="left", fontsize=10)
        ax.set_xlabel("epoch", fontsize=9)
        ax.grid(alpha=0.25)
    axes[0].set_ylabel("stored bond / 65535", fontsize=9)
    axes[1].legend(fontsize=8, frameon=False, loc="upper left")


def liquid_alpha(figure: Figure, colours: Sequence[str]) -> None:
    """The sigmoid of liquid alpha, and its distance from the ideal."""
    curve, error = figure.subplots(1, 2)
    low, high = I32F32.from_num(0.1), I32F32.from_num(0.9)
    differences = [I32F32.from_num(k / 200) for k in range(201)]
    zero = I32F32.zero()

    def rate(difference: I32F32, steepness: int) -> I32F32:
        return alpha_sigmoid(zero, difference, zero, low, high, I32F32.from_num(steepness))

    for steepness, colour in zip((100, 500, 1000, 3000), colours, strict=True):
        rates = [_real(rate(difference, steepness)) for difference in differences]
        curve.plot([_real(d) for d in differences], rates, color=colour, label=f"{steepness / 100:g}")
    curve.set_title(r"rate $\alpha_{ij}$", loc="left", fontsize=10)
    curve.set_xlabel("$d$", fontsize=9)
    curve.legend(title="steepness", fontsize=8, title_fontsize=8, frameon=False)

    def ideal(difference: I32F32) -> Any:
        sigmoid = 1 / (1 + mp.exp(-10 * (_exact(difference) - mpf(1) / 2)))
        return _exact(low) + (_exact(high) - _exact(low)) * sigmoid

    errors = [float((_exact(rate(d, 1000)) - ideal(d)) / ULP) for d in differences]
    error.plot([_real(d) for d in differences], errors, ".", markersize=3, color=colours[0])
    error.set_title("distance from the ideal, ulp", loc="left", fontsize=10)
    error.set_xlabel("$d$", fontsize=9)
    for ax in (curve, error):
        ax.grid(alpha=0.25)


def exp_error(figure: Figure, colours: Sequence[str]) -> None:
    """Relative error of exp, and the bound that the text derives."""
    ax = figure.subplots()
    operands = [k / 16 for k in range(1, 321)]
    errors, bounds = [], []
    for operand in operands:
        x = I32F32.from_num(operand)
        truth = mp.exp(_exact(x))
        errors.append(float(abs(truth - _exact(exp(x))) / truth))
        bounds.append(float(_exp_bound(_exact(x)) / truth))
    ax.semilogy(operands, errors, ".", markersize=3.5, color=colours[0], label="reference")
    ax.semilogy(operands, bounds, color=colours[1], linewidth=1.2, label="bound")
    ax.set_xlabel("$x$", fontsize=9)
    ax.set_ylabel("relative error of exp", fontsize=9)
    ax.legend(fontsize=8, frameon=False)
    ax.grid(alpha=0.25)


def ln_error(figure: Figure, colours: Sequence[str]) -> None:
    """Error of ln in ulp, and the line that the 23-bit constant alone gives."""
    ax = figure.subplots()
    operands = [2 ** (k / 16) for k in range(-16 * 24, 16 * 30)]
    points = []
    for operand in operands:
        x = I32F32.from_num(operand)
        try:
            points.append((operand, float((_exact(ln(x)) - mp.log(_exact(x))) / ULP)))
        except MathError:
            continue
    constant = mpf(12_102_203) / 2**23
    ax.plot(*zip(*points, strict=True), ".", markersize=3.5, color=colours[0], label="reference")
    ax.plot(
        operands,
        [float(mp.log(x) * (1 / (constant * mp.ln(2)) - 1) / ULP) for x in operands],
        color=colours[1],
        linewidth=1.2,
        label="what the constant alone does",
    )
    ax.set_xscale("log", base=2)
    ax.set_yscale("symlog", linthresh=10)
    ax.set_xlabel("$x$", fontsize=9)
    ax.set_ylabel("error of ln, ulp", fontsize=9)
    ax.legend(fontsize=8, frameon=False)
    ax.grid(alpha=0.25)


def supply_curve(figure: Figure, colours: Sequence[str]) -> None:
    """Issuance and emission over a century, for three rates of recycling."""
    issued, emitted = figure.subplots(1, 2)
    years = [quarter / 4 for quarter in range(401)]
    blocks = [round(year * BLOCKS_PER_YEAR) for year in years]
    for recycled, colour in zip(
        (0, INITIAL_EMISSION // 50, 3 * INITIAL_EMISSION // 10), colours, strict=False
    ):
        issuance = [issuance_after(0, block, recycled) for block in blocks]
        label = f"{recycled / INITIAL_EMISSION:.0%} recycled" if recycled else "nothing recycled"
        issued.plot(years, [each / 1e15 for each in issuance], color=colour, label=label, linewidth=1.8)
        daily = [7_200e-9 * max(closed_form_emission(each), 1) for each in issuance]
        emitted.step(years, daily, where="post", color=colour, linewidth=1.4)
    issued.set_title("issuance, million TAO", loc="left", fontsize=10)
    issued.axhline(21, color=colours[3], linewidth=0.8, linestyle=":")
    issued.legend(fontsize=8, frameon=False, loc="lower right")
    emitted.set_title("emission, TAO per day", loc="left", fontsize=10)
    emitted.set_yscale("log")
    for ax in (issued, emitted):
        ax.set_xlabel("years after genesis", fontsize=9)
        ax.grid(alpha=0.25)


def registration_prices(figure: Figure, colours: Sequence[str]) -> None:
    """A day of burn, and lock cost after two subnets."""
    burn_axis, lock_axis = figure.subplots(1, 2)
    multiplier = U64F64.from_num(1.26)
    burn, burns = 1_000_000_000, []
    for block in range(2, 7_202):
        burn = decayed_burn(burn, 360, block, 500_000_000, 100_000_000_000)
        for _ in range(3 if block in (1_500, 1_560, 1_620) else block in (4_000, 5_500)):
            burn = bumped_burn(burn, multiplier, 500_000_000, 100_000_000_000)
        burns.append(burn / 1e9)
    burn_axis.plot(range(2, 7_202), burns, color=colours[0], linewidth=1.6)
    burn_axis.set_title("burn, TAO", loc="left", fontsize=10)
    burn_axis.set_xlabel("block", fontsize=9)
    burn_axis.set_ylim(bottom=0)
    last, last_block, costs = 1_000_000_000_000, 1, []
    blocks = range(1, 400_001, 2_000)
    for block in blocks:
        cost = network_lock_cost(last, 100_000_000_000, last_block, block, 100_800)
        costs.append(cost / 1e9)
        if block in (60_001, 90_001):
            last, last_block = cost, block
    lock_axis.plot(blocks, costs, color=colours[1], linewidth=1.6)
    lock_axis.set_title("lock cost, TAO", loc="left", fontsize=10)
    lock_axis.set_xlabel("block", fontsize=9)
    lock_axis.set_ylim(bottom=0)


def largest_remainder(figure: Figure, colours: Sequence[str]) -> None:
    """Nine claims on 100 rao: floors, remainders, and who gets one rao more."""
    shares_axis, remainder_axis = figure.subplots(1, 2)
    weights = [31, 11, 7, 7, 19, 3, 3, 5, 2]
    places = range(len(weights))
    floors = [100 * weight // sum(weights) for weight in weights]
    remainders = [100 * weight % sum(weights) for weight in weights]
    extra = [dict(shared_out(100, weights))[place] - floors[place] for place in places]
    shares_axis.bar(places, floors, color=colours[0], alpha=0.6)
    shares_axis.bar(places, extra, bottom=floors, color=colours[1])
    shares_axis.set_title("shares, rao", loc="left", fontsize=10)
    remainder_axis.bar(places, remainders, color=[colours[1 if more else 0] for more in extra], alpha=0.8)
    remainder_axis.set_title(f"remainders, of {sum(weights)}", loc="left", fontsize=10)
    for ax in (shares_axis, remainder_axis):
        ax.set_xlabel("place in the list", fontsize=9)
        ax.set_xticks(places)


def conviction(figure: Figure, colours: Sequence[str]) -> None:
    """Mass and conviction of a decaying and a perpetual lock."""
    blocks = range(0, 5_256_001, 36_000)
    lock = LockState(1_000_000_000_000, U64F64.zero(), 0)
    for ax, perpetual in zip(figure.subplots(1, 2, sharey=True), (False, True), strict=True):
        rolled = [
            roll_forward(lock, block, 934_866, 934_866, owner=False, perpetual=perpetual)[0]
            for block in blocks
        ]
        days = [block / 7_200 for block in blocks]
        ax.plot(days, [each.locked_mass / 1e9 for each in rolled], color=colours[0], label="mass")
        ax.plot(days, [_real(each.conviction) / 1e9 for each in rolled], color=colours[1], label="conviction")
        ax.set_title("perpetual" if perpetual else "decaying", loc="left", fontsize=10)
        ax.set_xlabel("days", fontsize=9)
        ax.grid(alpha=0.25)
        ax.legend(fontsize=8, frameon=False)


def share_pool_rounding(figure: Figure, colours: Sequence[str]) -> None:
    """What ordinary pools lose to rounding, and what pools gain that a large holder left."""
    ordinary, left = figure.subplots(1, 2)
    random = Random(1)
    for size, colour in zip((64, 16, 4), colours, strict=False):
        ordinary.plot(_deficits(random, size), color=colour, linewidth=0.8, label=f"{size} holders")
    ordinary.set_title("pool less sum of values, rao", loc="left", fontsize=10)
    ordinary.set_xlabel("operations", fontsize=9)
    ordinary.legend(fontsize=8, frameon=False)

    sizes = [10 ** (9 + k / 16) for k in range(16 * 9 + 1)]
    excesses = [_excess_after_leaving(int(size)) for size in sizes]
    left.loglog(sizes, excesses, ".", markersize=3.5, color=colours[0], label="reference")
    left.loglog(sizes, [3e-20 * size for size in sizes], color=colours[1], linewidth=1.2, label="bound")
    left.set_title("too much, as a part of the pool", loc="left", fontsize=10)
    left.set_xlabel("stake of the holder that left, rao", fontsize=9)
    left.legend(fontsize=8, frameon=False)
    for ax in (ordinary, left):
        ax.grid(alpha=0.25)


def alpha_split(figure: Figure, colours: Sequence[str]) -> None:
    """One alpha between owner, miners, validators and root, by root's proportion."""
    ax = figure.subplots()
    proportions = [U96F32.from_bits((k << 32) // 100) for k in range(101)]
    whole, cut = U96F32.from_num(INITIAL_EMISSION), u16_fraction(DEFAULT_TAKE)
    splits = [split_alpha(whole, cut, proportion) for proportion in proportions]
    parts = {"owner": "owner", "miners": "server", "validators": "validator", "root": "root"}
    ax.stackplot(
        [_real(proportion) for proportion in proportions],
        [[100 * getattr(split, name) / INITIAL_EMISSION for split in splits] for name in parts.values()],
        labels=list(parts),
        colors=[*colours[:4]],
        alpha=0.75,
    )
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 100)
    ax.set_xlabel("root's proportion", fontsize=9)
    ax.set_ylabel("% of the block's alpha", fontsize=9)
    ax.legend(fontsize=8, loc="upper left", framealpha=0.85)


def price_average(figure: Figure, colours: Sequence[str]) -> None:
    """The part of a constant price at which the average stalls, for subnets of four ages."""
    ax = figure.subplots()
    prices = [10 ** (k / 50) for k in range(-225, 1)]
    for age, colour in zip((50_000, 200_000, 1_000_000, 10_000_000), colours, strict=True):
        gap = 2**-32 / _real(moving_rate(I96F32.from_bits(12_885), age, 1, 201_600))
        ax.plot(
            prices, [max(price - gap, 0) / price for price in prices], color=colour, label=f"{age:,} blocks"
        )
    ax.set_xscale("log")
    ax.set_xlabel("price, TAO per alpha", fontsize=9)
    ax.set_ylabel("average / price", fontsize=9)
    ax.legend(title="age of the subnet", fontsize=8, title_fontsize=8, frameon=False)
    ax.grid(alpha=0.25)


PICTURES: dict[Callable[[Figure, Sequence[str]], None], tuple[float, float]] = {
    weights_to_clipped: (7.2, 5.6),
    bonds_over_epochs: (7.2, 3.0),
    liquid_alpha: (7.2, 3.0),
    exp_error: (7.2, 3.2),
    ln_error: (7.2, 3.2),
    conviction: (7.2, 2.8),
    registration_prices: (7.2, 2.8),
    tempo_control: (7.2, 3.2),
    largest_remainder: (7.2, 2.8),
    supply_curve: (7.2, 3.0),
    alpha_split: (7.2, 3.0),
    price_average: (7.2, 3.0),
    share_pool_rounding: (7.2, 3.0),
    price_impact: (7.2, 3.2),
    power_regions: (7.2, 3.4),
    reveal_window: (7.2, 2.4),
    weight_copying: (7.2, 3.0),
    block_order: (7.2, 3.4),
    subnet_life: (7.2, 3.6),
}
"""What is drawn, and its size in inches."""


def subnet(**changes: Any) -> EpochInput:
    """Return a plain subnet: no masks, no penalty, everybody active; ``changes`` replace fields."""
    n = changes["n"]
    fields: dict[str, Any] = {
        "block": 1000,
        "tempo": 360,
        "activity_cutoff_factor_milli": 13_889,
        "last_mechanism_step_block": 640,
        "last_update": (999,) * n,
        "block_at_registration": (1,) * n,
        "permits": (True,) * n,
        "max_allowed_validators": n,
        "alpha": (0,) * n,
        "root_tao": (0,) * n,
        "tao_weight": 0,
        "stake_threshold": 0,
        "owner_uid": None,
        "kappa": 32767,
        "bonds_penalty": 65535,
        "bonds_moving_average": 900_000,
        "yuma3": True,
        "liquid_alpha": False,
        "alpha_low": 45875,
        "alpha_high": 58982,
        "alpha_sigmoid_steepness": 1000,
        "commit_reveal": False,
        "reveal_period": 1,
        "subnet_epoch_index": 2,
        "last_epoch_block": 640,
        "pending_epoch_at": 0,
        "blocks_since_last_step": 360,
        "weight_commits": (),
        "timelocked_commits": (),
        "parents": (),
        "children": (),
        "outside": (),
        "weights": (None,) * n,
        "bonds": (None,) * n,
        "rao_emission": 1_000_000_000,
    }
    return EpochInput(**(fields | changes))


def _disputed_subnet() -> EpochInput:
    opinions = [
        (30, 20, 5, 15, 10, 4, 12, 4),
        (28, 22, 6, 14, 10, 5, 11, 4),
        (32, 18, 4, 17, 9, 4, 12, 4),
        (10, 5, 45, 5, 4, 26, 3, 2),
        (8, 6, 40, 4, 6, 32, 2, 2),
    ]
    rows = [tuple((5 + j, 600 * weight) for j, weight in enumerate(row)) for row in opinions]
    n = 13
    return subnet(
        n=n,
        alpha=tuple(share * 10**12 for share in (36, 28, 24, 7, 5)) + (0,) * 8,
        weights=(*rows, *((None,) * 8)),
    )


def _bond_histories(*, yuma3: bool) -> list[list[float]]:
    epochs, miner = 40, 3
    inputs = subnet(n=5, yuma3=yuma3, alpha=(400, 300, 300, 0, 0), bonds_penalty=0)
    histories: list[list[float]] = [[], [], []]
    for epoch in range(epochs):
        backs = (epoch < 30, epoch >= 10, epoch >= 20)
        rows = tuple(((3, 40000 if yes else 0), (4, 25535 if yes else 65535)) for yes in backs)
        block = inputs.block + 361
        inputs = attrs.evolve(
            inputs,
            block=block,
            last_update=(block - 1,) * 5,
            last_mechanism_step_block=inputs.block,
            weights=(*rows, None, None),
        )
        inputs = attrs.evolve(inputs, bonds=run_epoch(inputs).output.bonds)
        for history, row in zip(histories, inputs.bonds, strict=False):
            history.append(dict(row or ()).get(miner, 0) / 65535)
    return histories


def _deficits(random: Random, size: int) -> list[int]:
    value, total, shares = 0, ZERO, [ZERO] * size
    deficits = []
    for step in range(1000):
        holder = random.randrange(size)
        if step % 5 == 4:
            value = value_for_all(value, random.randrange(10**9))
        else:
            worth = holder_value(value, shares[holder], total)
            update = random.randrange(10**12) if step % 3 else -random.randrange(worth + 1)
            after = value_for_one(Holding(value, total, shares[holder]), update)
            value, total, shares[holder] = after.shared_value, after.denominator, after.share
        deficits.append(value - sum(holder_value(value, share, total) for share in shares))
    return deficits


def _excess_after_leaving(size: int) -> float:
    first = value_for_one(Holding(0, ZERO, ZERO), size)
    second = value_for_one(Holding(first.shared_value + 7, first.denominator, ZERO), 1)
    worth = holder_value(second.shared_value, first.share, second.denominator)
    rest = value_for_one(Holding(second.shared_value, second.denominator, first.share), -worth)
    shares = _decimal(rest.share) + _decimal(second.share)
    return float(shares / _decimal(rest.denominator) - 1)


def _decimal(share: SafeFloat) -> Any:
    return mpf(share.mantissa) * mpf(10) ** share.exponent


def _exp_bound(x: Any) -> Any:
    lost, rounding = mpf(0), mpf(0)
    for i in range(2, 32):
        lost = lost * x / i + (1 + mpf(1) / i) * ULP
        rounding += lost
    rest = mp.exp(x) - mp.fsum(x**i / mp.factorial(i) for i in range(32))
    return rounding + rest


def _dense(matrix: Matrix, rows: Sequence[int], columns: Sequence[int]) -> list[list[float]]:
    found = [dict(matrix[i]) for i in rows]
    return [[_real(row[j]) if j in row else 0.0 for j in columns] for row in found]


def _real(value: FixedPoint) -> float:
    return value.bits / value.ONE_BITS


def _exact(value: FixedPoint) -> Any:
    return mpf(value.bits) / value.ONE_BITS


class Picture(SphinxDirective):
    """A computed picture: two images, of which the page shows the one for its mode."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"alt": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        if name not in {draw.__name__ for draw in PICTURES}:
            raise self.error(f"there is no picture {name!r} in docs/_extensions/pictures.py")
        images = [
            nodes.image(
                uri=f"/docs/_generated/{name}-{mode}.svg", alt=self.options["alt"], classes=[f"only-{mode}"]
            )
            for mode in INK
        ]
        caption = nodes.caption("", "", *self.parse_inline(" ".join(self.content))[0])
        return [nodes.figure("", *images, caption, classes=["computed"])]


def draw_all(app: Sphinx) -> None:
    """Draw every picture, byte for byte the same at every build."""
    target = Path(app.srcdir) / "docs" / "_generated"
    target.mkdir(exist_ok=True)
    with mp.workdps(50):
        for draw, size in PICTURES.items():
            for mode, ink in INK.items():
                _draw(draw, size, ink, COLOURS[mode], target / f"{draw.__name__}-{mode}.svg")


def _draw(
    draw: Callable[[Figure, Sequence[str]], None],
    size: tuple[float, float],
    ink: str,
    colours: Sequence[str],
    path: Path,
) -> None:
    style = {
        "text.color": ink,
        "axes.edgecolor": ink,
        "axes.labelcolor": ink,
        "xtick.color": ink,
        "ytick.color": ink,
        "axes.facecolor": "none",
        "svg.hashsalt": path.name,
        "svg.fonttype": "path",
    }
    with mpl.rc_context(style):
        figure = Figure(figsize=size, layout="constrained")
        figure.patch.set_alpha(0)
        draw(figure, colours)
        FigureCanvasSVG(figure).print_svg(path, metadata={"Date": None})


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("picture", Picture)
    app.connect("builder-inited", draw_all)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
