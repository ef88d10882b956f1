"""The picture of commits and the epochs in which they can be revealed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from matplotlib.figure import Figure

from taospec.reference.emission.schedule import is_due
from taospec.reference.state.state import State
from taospec.reference.subnets.commit_reveal import current_epoch, reveal_epoch

NETUID: Final = 1
TEMPO: Final = 10
LAST: Final = 45


def reveal_window(figure: Figure, colours: Sequence[str]) -> None:
    """Commits of three epochs, and the blocks whose calls can reveal them."""
    ax = figure.subplots()
    state = State()
    schedule = state.schedules[NETUID]
    schedule.tempo = TEMPO
    epochs = []
    for block in range(LAST + 1):
        state.clock.block = block
        if is_due(schedule, block):
            schedule.epoch_index, schedule.last_epoch_block = schedule.epoch_index + 1, block
            ax.axvline(block, color=colours[3], linewidth=1.0, linestyle=":")
            ax.text(block + 0.3, 3.25, f"epoch {schedule.epoch_index}", fontsize=8, color=colours[3])
        epochs.append(current_epoch(state, NETUID))
    for row, (commits, colour) in enumerate(zip(((3, 8), (10, 17), (22, 26)), colours, strict=False)):
        (epoch,) = {epochs[block] for block in commits}
        window = [block for block in range(LAST + 1) if epochs[block] == reveal_epoch(state, NETUID, epoch)]
        ax.plot(commits, [2 - row] * 2, "o", color=colour, markersize=6)
        ax.barh(2 - row, window[-1] - window[0] + 1, left=window[0], height=0.35, color=colour, alpha=0.6)
    ax.set_yticks([2, 1, 0], [f"commits of epoch {epoch}" for epoch in range(3)], fontsize=8)
    ax.set_xlim(0, LAST)
    ax.set_ylim(-0.6, 3.7)
    ax.set_xlabel("block", fontsize=9)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(axis="y", length=0)
