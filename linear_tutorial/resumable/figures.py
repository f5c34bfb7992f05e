"""Resumed runs beside one that was never stopped; apart from the command, which draws nothing."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from linear_tutorial.figures._style import (
    BLUE,
    DARK_GREY,
    ORANGE,
    in_style,
    integer_ticks,
    labelled_axes,
)


@in_style
def plot_resumed(
    never_stopped: Sequence[float],
    all_restored: Sequence[float],
    weights_restored: Sequence[float],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw W over the updates of a run that was never stopped and of two resumed runs.

    Args:
        never_stopped: W after 0, 1, 2, ... updates.
        all_restored: W of a run that resumed from a full checkpoint, up to the same last update.
        weights_restored: W of a run that resumed from the weights alone, likewise.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes.

    Example:
        >>> axes = plot_resumed([5.0, 4.0, 3.0], [4.0, 3.0], [4.0, 3.5])
        >>> axes.lines[-1].get_xdata().tolist()
        [1, 2]
    """
    ax = labelled_axes(ax, "updates made", "W")
    ax.plot(never_stopped, color=DARK_GREY, label="never stopped")
    updates = len(never_stopped)
    rest = np.arange(updates - len(all_restored), updates)
    ax.plot(
        rest,
        all_restored,
        color=BLUE,
        linestyle="none",
        marker="o",
        label="everything restored",
    )
    ax.plot(
        rest,
        weights_restored,
        color=ORANGE,
        linestyle="--",
        label="only the weights restored",
    )
    integer_ticks(ax)
    ax.legend()
    return ax
