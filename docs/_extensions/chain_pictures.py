"""Pictures of a block and of a subnet's life."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping, Sequence
from textwrap import dedent
from typing import Any, Final

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from taospec.reference.chain.block_step import block_step
from taospec.reference.chain.calls import execute
from taospec.reference.chain.genesis import root_genesis
from taospec.reference.state.origin import ROOT, Origin
from taospec.reference.state.storage_types import numbered_account
from taospec.reference.subnets.network_registration import network_to_prune

STEPS: Final = {
    "forget_hotkey_swaps": "old swaps of hotkeys\nare forgotten",
    "decay_burn_prices": "registration\nprices decay",
    "mint_block_emission": "TAO is minted",
    "reveal_timelocked_weights": "timelocked weights\nare revealed",
    "run_coinbase": "coinbase:\nemission, epochs",
    "update_moving_prices": "moving prices\nadvance",
    "update_root_proportions": "root's proportions\nare reported",
    "apply_pending_children": "pending children\nare applied",
    "claim_automatically": "root dividends\nare claimed",
    "index_root_stakers_in_turn": "root stakers\nare listed",
}
"""What each function of a block's own step does, in the fewest words."""
GUARDS: Final = ("swap of the coldkey", "weights", "rate limits", "takes")
CALL: Final = ("its fee is taken", "it is executed,\nwhole or not at all", "its events\nare deposited")
COLUMNS: Final = 5
WIDTH, HEIGHT = 0.84, 0.62


def block_order(figure: Figure, colours: Sequence[str]) -> None:
    """The steps of a block in their order, as the code has them, then its calls."""
    ax = figure.subplots()
    labels = [STEPS[name] for name in _called(block_step) if name in STEPS]
    if len(labels) != len(STEPS):
        raise ValueError("a block's own step has not the steps that the picture names")
    numbered = [f"{place}  {label}" for place, label in enumerate(labels, 1)]
    _row(ax, 0.0, "the block's own step", numbered[:COLUMNS], colours[0])
    _row(ax, -0.85, "", numbered[COLUMNS:], colours[0])
    _row(ax, -2.05, "then each call: guards look at it", GUARDS, colours[1])
    _row(ax, -3.25, "and if none refuses", CALL, colours[2])
    ax.set_xlim(-0.5, COLUMNS - 0.5)
    ax.set_ylim(-3.65, 0.75)
    ax.axis("off")


def _row(ax: Any, y: float, title: str, labels: Sequence[str], colour: str) -> None:
    """Boxes from left to right with arrows between them."""
    ax.text(-WIDTH / 2, y + 0.45, title, fontsize=8, color=colour)
    for x, label in enumerate(labels):
        corner = (x - WIDTH / 2, y - HEIGHT / 2)
        frame = {"facecolor": "none", "edgecolor": colour, "linewidth": 1.2}
        ax.add_patch(
            FancyBboxPatch(corner, WIDTH, HEIGHT, boxstyle="round,pad=0,rounding_size=0.06", **frame)
        )
        ax.text(x, y, label, ha="center", va="center", fontsize=6.5)
        if x:
            style = {"arrowstyle": "->", "color": colour, "linewidth": 1.1, "shrinkA": 0, "shrinkB": 0}
            ax.annotate("", (x - WIDTH / 2, y), (x - 1 + WIDTH / 2, y), arrowprops=style)


def _called(function: Any) -> Iterator[str]:
    """Names of the functions that a function calls, in order."""
    for node in ast.walk(ast.parse(dedent(inspect.getsource(function)))):
        if isinstance(node, ast.FunctionDef):
            for inner in _in_order(node):
                if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name):
                    yield inner.func.id
            return


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _in_order(child)


OPENED, STARTED, ENABLED, DISPLACED, END = 10, 70, 130, 290, 330
IMMUNE: Final = 200
FOUNDER, OTHER = numbered_account(1), numbered_account(2)
PHASES: Final = ("immune", "alpha is traded", "alpha is emitted", "TAO is emitted")


def subnet_life(figure: Figure, colours: Sequence[str]) -> None:
    """What a subnet has in each block of its life, from opening to another's."""
    pool, phases = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
    blocks, reserves, found = _lived()
    pool.plot(blocks, reserves, color=colours[0], linewidth=1.8)
    pool.set_ylabel("TAO in the pool", fontsize=9)
    pool.set_ylim(0, 1.35 * max(reserves))
    for block, name in (
        (OPENED, "register_network"),
        (STARTED, "start_call"),
        (ENABLED, "root enables\nemission"),
        (DISPLACED, "another takes\nthe netuid"),
    ):
        for ax in (pool, phases):
            ax.axvline(block, color=colours[3], linewidth=1.0, linestyle=":")
        pool.text(block + 3, 1.3 * max(reserves), name, fontsize=8, color=colours[3], va="top")
    for row, name in enumerate(reversed(PHASES)):
        spans = [(block, 1) for block in found[name]]
        phases.broken_barh(spans, (row - 0.3, 0.6), color=colours[row % len(colours)], alpha=0.6)
    phases.set_yticks(range(len(PHASES)), list(reversed(PHASES)), fontsize=8)
    phases.set_xlabel("block", fontsize=9)
    phases.set_xlim(0, END)
    for ax in (pool, phases):
        ax.spines[["top", "right"]].set_visible(False)


def _lived() -> tuple[list[int], list[float], Mapping[str, list[int]]]:
    """The reserve, and the blocks of each phase, of the only subnet that the network has room for."""
    state = root_genesis({FOUNDER: 10**13, OTHER: 10**13})
    parameters = state.parameters
    parameters.subnet_limit, parameters.network_immunity_period = 1, IMMUNE
    parameters.network_rate_limit, parameters.start_call_delay = 0, STARTED - OPENED
    parameters.network_min_lock_cost = state.network.last_lock_cost = 100 * 10**9
    calls: Mapping[int, tuple[str, Origin, Mapping[str, Any]]] = {
        OPENED: ("register_network", FOUNDER, {"hotkey": numbered_account(11)}),
        STARTED: ("start_call", FOUNDER, {"netuid": 1}),
        ENABLED: ("sudo_set_subnet_emission_enabled", ROOT, {"netuid": 1, "enabled": True}),
        DISPLACED: ("register_network", OTHER, {"hotkey": numbered_account(12)}),
    }
    blocks, reserves, found = [], [], {name: [] for name in PHASES}  # type: ignore[var-annotated]
    for block in range(1, END):
        state.clock.block = block
        block_step(state, bytes(32))
        if block in calls:
            name, origin, arguments = calls[block]
            outcome = execute(state, name, origin, arguments, None)
            if outcome.error is not None:
                raise ValueError(f"{name}: {outcome.name}")
        blocks.append(block)
        reserves.append(state.pools.peek(1).tao_reserve / 10**9)
        report, there = state.subnet_reports.peek(1), state.subnets.peek(1).added
        now = {
            "immune": there and network_to_prune(state) is None,
            "alpha is traded": there and state.subnets.peek(1).subtoken_enabled,
            "alpha is emitted": there and report.alpha_out_emission > 0,
            "TAO is emitted": there and report.tao_in_emission + report.excess_tao > 0,
        }
        for phase, holds in now.items():
            if holds:
                found[phase].append(block)
    return blocks, reserves, found
