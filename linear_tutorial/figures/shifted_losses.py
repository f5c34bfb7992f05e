"""The losses of the hand-written loop and of Keras's `fit`."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from linear_tutorial.figures._style import (
    BLUE,
    DARK_ORANGE,
    ORANGE,
    in_style,
    integer_ticks,
    labelled_axes,
)
from linear_tutorial.training import History


@in_style
def plot_shifted_losses(
    history: History, fit_losses: Sequence[float], *, ax: Axes | None = None
) -> Axes:
    """Draw the losses of the hand-written loop and of Keras's `fit` over the updates made.

    For epoch `k`, `fit` reports the loss *before* update `k`, which the loop records after update
    `k - 1`. So over the number of updates made, the two sequences coincide.

    Args:
        history: The run of the hand-written loop.
        fit_losses: The losses that `fit` reported, epoch 1 first.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes.

    Example:
        >>> axes = plot_shifted_losses(History([5.0, 4.5], [0.0, 0.4], [10.4, 6.4]), [10.4])
        >>> [len(line.get_xdata()) for line in axes.lines]
        [2, 1]
    """
    ax = labelled_axes(ax, "updates made", "loss")
    ax.plot(history.loss, color=BLUE, marker="o", label="training_loop")
    ax.plot(
        fit_losses,
        color=ORANGE,
        linestyle="none",
        marker="o",
        markersize=13,
        markerfacecolor="none",
        markeredgewidth=1.5,
        label="fit",
    )
    for epoch, value in enumerate(fit_losses, start=1):
        ax.annotate(
            f"{epoch}",
            (epoch - 1, value),
            xytext=(9, 7),
            textcoords="offset points",
            color=DARK_ORANGE,
            fontsize="small",
        )
    ax.set_ylim(bottom=0)
    integer_ticks(ax)
    ax.legend()
    return ax
