"""The losses of several training runs."""

from collections.abc import Mapping
from itertools import cycle

from matplotlib.axes import Axes

from linear_tutorial.figures._style import (
    RUN_STYLES,
    in_style,
    integer_ticks,
    labelled_axes,
    legend_above,
)
from linear_tutorial.training import History


@in_style
def plot_losses(
    histories: Mapping[str, History], *, ax: Axes | None = None
) -> Axes:
    """Draw the losses of several runs over the epochs.

    Args:
        histories: The training runs to show, by name.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes; the axis of the loss starts at 0.

    Example:
        >>> run = History([5.0, 4.5], [0.0, 0.4], [10.4, 6.4])
        >>> [line.get_label() for line in plot_losses({"a run": run}).lines]
        ['a run']
    """
    ax = labelled_axes(ax, "epoch", "loss")
    for (name, history), style in zip(
        histories.items(), cycle(RUN_STYLES), strict=False
    ):
        ax.plot(history.loss, label=name, **style)
    ax.set_ylim(bottom=0)
    integer_ticks(ax)
    legend_above(ax)
    return ax
