"""The replayed run beside the recorded one."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from linear_tutorial.figures._style import (
    BLUE,
    ORANGE,
    in_style,
    integer_ticks,
    labelled_axes,
)
from linear_tutorial.training import History


@in_style
def plot_replay(
    history: History,
    recorded_w: Sequence[float],
    recorded_b: Sequence[float],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw W and b of a replayed run, with the recorded values as open markers.

    Args:
        history: The replayed run.
        recorded_w: W after each epoch of the recorded run, epoch 1 first.
        recorded_b: b, likewise.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes.

    Example:
        >>> axes = plot_replay(History([5.0, 4.5], [0.0, 0.4], [10.4, 6.4]), [4.5], [0.4])
        >>> [line.get_label() for line in axes.lines]
        ['W, replayed', 'W, recorded', 'b, replayed', 'b, recorded']
    """
    ax = labelled_axes(ax, "epoch", "value")
    for name, values, recorded, color, marker in (
        ("W", history.w, recorded_w, BLUE, "o"),
        ("b", history.b, recorded_b, ORANGE, "s"),
    ):
        ax.plot(values, color=color, label=f"{name}, replayed")
        ax.plot(
            range(1, len(recorded) + 1),
            recorded,
            color=color,
            linestyle="none",
            marker=marker,
            markersize=9,
            markerfacecolor="none",
            label=f"{name}, recorded",
        )
    integer_ticks(ax)
    ax.legend(ncols=2)
    return ax
