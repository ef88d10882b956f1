"""The picture of tempo control: what a new tempo and a triggered epoch do to the schedule."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matplotlib.figure import Figure

from taospec.reference.emission.schedule import drain
from taospec.reference.state.state import State
from taospec.reference.state.storage_types import numbered_account
from taospec.reference.subnets.access import is_frozen
from taospec.reference.subnets.hyperparameters import SETTERS
from taospec.reference.subnets.setter import set_parameter
from taospec.reference.subnets.tempo import trigger_epoch

OWNER = numbered_account(1)
START, CALLED, END = 1_000, 1_500, 2_600
WINDOW = 40


def tempo_control(figure: Figure, colours: Sequence[str]) -> None:
    """Epochs and frozen blocks: left alone, after a new tempo, after a trigger."""
    calls: dict[str, Callable[[State], None]] = {
        "left alone": lambda state: None,
        "`set_tempo` 600": lambda state: set_parameter(SETTERS["set_tempo"], state, OWNER, 1, 600),
        "`trigger_epoch`": lambda state: trigger_epoch(state, OWNER, 1),
    }
    axes = figure.subplots(len(calls), 1, sharex=True)
    for ax, (name, change) in zip(axes, calls.items(), strict=True):
        epochs, frozen = _played(change)
        ax.bar(frozen, 1, width=1, color=colours[1], alpha=0.45, label="frozen")
        ax.vlines(epochs, 0, 1, color=colours[0], linewidth=2.2, label="epoch")
        if name != "left alone":
            ax.axvline(CALLED, color=colours[2], linestyle="--", linewidth=1.4, label="call")
        ax.set_title(name.replace("`", ""), loc="left", fontsize=9)
        ax.set_yticks([])
        ax.set_xlim(START, END)
        ax.spines[["top", "left", "right"]].set_visible(False)
    axes[-1].set_xlabel("block", fontsize=9)
    axes[1].legend(fontsize=8, frameon=False, loc="upper right", bbox_to_anchor=(1, 1.55), ncols=3)


def _played(change: Callable[[State], None]) -> tuple[list[int], list[int]]:
    """The blocks in which the subnet's epoch runs, and those in which it is frozen."""
    state = State()
    state.parameters.admin_freeze_window = WINDOW
    state.subnets[1].owner = OWNER
    state.hyperparameters[1].commit_reveal = False
    state.schedules[1].last_epoch_block = START
    epochs, frozen = [], []
    for block in range(START + 1, END):
        state.clock.block = block
        if drain(state, [1], lambda _: None):
            epochs.append(block)
        if block == CALLED:
            change(state)
        if is_frozen(state, 1):
            frozen.append(block)
    return epochs, frozen
