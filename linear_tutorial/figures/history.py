"""What the history of a training run shows."""

import tensorflow as tf
from matplotlib.axes import Axes

from linear_tutorial.data import TRUE_B, TRUE_W
from linear_tutorial.figures._contours import add_contours
from linear_tutorial.figures._style import (
    BLUE,
    DARK_GREY,
    ORANGE,
    in_style,
    integer_ticks,
    labelled_axes,
    legend_above,
)
from linear_tutorial.training import History


@in_style
def plot_parameters(history: History, *, ax: Axes | None = None) -> Axes:
    """Draw W and b over the epochs, with their true values as dashed lines.

    Args:
        history: The training run to show.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes.

    Example:
        >>> [line.get_label() for line in plot_parameters(History([5.0], [0.0], [10.4])).lines]
        ['W', 'true W', 'b', 'true b']
    """
    ax = labelled_axes(ax, "epoch", "value")
    for name, values, truth, color, marker in (
        ("W", history.w, TRUE_W, BLUE, "o"),
        ("b", history.b, TRUE_B, ORANGE, "s"),
    ):
        ax.plot(values, color=color, marker=marker, label=name)
        ax.axhline(truth, color=color, linestyle="--", label=f"true {name}")
    integer_ticks(ax)
    legend_above(ax)
    return ax


@in_style
def plot_loss(history: History, *, ax: Axes | None = None) -> Axes:
    """Draw the loss over the epochs.

    Args:
        history: The training run to show.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes; the axis of the loss starts at 0.

    Example:
        >>> plot_loss(History([5.0, 4.5], [0.0, 0.4], [10.4, 6.4])).get_ylabel()
        'loss'
    """
    ax = labelled_axes(ax, "epoch", "loss")
    ax.plot(history.loss, color=BLUE, marker="o")
    ax.set_ylim(bottom=0)
    integer_ticks(ax)
    return ax


@in_style
def plot_loss_surface(
    x: tf.Tensor, y: tf.Tensor, history: History, *, ax: Axes | None = None
) -> Axes:
    """Draw the path of (W, b) over the contours of the loss.

    Args:
        x: Inputs, shape ``(N,)``.
        y: Labels, shape ``(N,)``.
        history: The training run to show.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes, with W on the x-axis and b on the y-axis, in equal units unless
        one of them covers ten times the range of the other.

    Example:
        >>> from linear_tutorial import LinearModel, make_data, training_loop
        >>> x, y = make_data(5)
        >>> axes = plot_loss_surface(x, y, training_loop(LinearModel(), x, y))
        >>> axes.get_xlabel(), axes.get_ylabel()
        ('W', 'b')
    """
    ax = labelled_axes(ax, "W", "b", figsize=(4.8, 4.6))
    add_contours(ax, x, y, [history])
    ax.plot(history.w, history.b, color=ORANGE, marker="o")
    ax.plot(
        history.w[0],
        history.b[0],
        color=ORANGE,
        linestyle="none",
        marker="o",
        markersize=13,
        markerfacecolor="none",
        markeredgewidth=1.5,
        label="start",
    )
    ax.plot(
        TRUE_W,
        TRUE_B,
        color=DARK_GREY,
        linestyle="none",
        marker="*",
        markersize=14,
        label="true W and b",
    )
    legend_above(ax)
    return ax
