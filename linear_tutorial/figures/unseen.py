"""Curves over the points that they were fitted to and over those that they were not, and both losses."""

import reprlib
from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
import tensorflow as tf
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter

from linear_tutorial.figures._style import (
    BLUE,
    DARK_GREY,
    ORANGE,
    RUN_STYLES,
    add_points,
    in_style,
    labelled_axes,
    legend_above,
)


@in_style
def plot_curves(
    train: tuple[tf.Tensor, tf.Tensor],
    validation: tuple[tf.Tensor, tf.Tensor],
    x: tf.Tensor,
    true_y: tf.Tensor,
    curves: Mapping[str, tf.Tensor] | None = None,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw the points of both sets, the true curve, and curves that were fitted.

    Args:
        train: The inputs and labels to train on, each of shape ``(N,)``.
        validation: Those that were held out.
        x: Where the curves are drawn, in ascending order, shape ``(M,)``.
        true_y: The true curve there, shape ``(M,)``.
        curves: Predictions there, each of shape ``(M,)``, by name; none by default.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes. The points choose the range of y, so a curve may leave it.

    Example:
        >>> points = [-1.0, 1.0], [0.5, 1.5]
        >>> axes = plot_curves(points, points, [-2, 2], [0, 2], {"flat": [1, 1]})
        >>> [line.get_label() for line in axes.lines]
        ['true curve', 'flat']
    """
    ax = labelled_axes(ax, "x", "y")
    add_points(ax, *train)
    ax.collections[-1].set(label="training", alpha=0.8)
    ax.scatter(
        *validation,
        s=34,
        marker="s",
        facecolors="none",
        edgecolors=DARK_GREY,
        label="validation",
    )
    heights = np.concatenate([train[1], validation[1]])
    room = 0.15 * np.ptp(heights)
    ax.set_ylim(heights.min() - room, heights.max() + room)
    ax.plot(x, true_y, color=DARK_GREY, linewidth=1.2, label="true curve")
    for (name, y), style in zip(
        (curves or {}).items(), cycle(RUN_STYLES), strict=False
    ):
        ax.plot(x, y, label=name, **{**style, "marker": "", "linewidth": 2})
    legend_above(ax)
    return ax


@in_style
def plot_validation(
    history: Mapping[str, Sequence[float]], *, ax: Axes | None = None
) -> Axes:
    """Draw both losses of a run over its epochs, on logarithmic axes, and mark where one is smallest.

    Args:
        history: The losses after each epoch as `loss`, and those of the held-out points as
            `val_loss`; Keras's histories have these names as well.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes.

    Raises:
        ValueError: If `history` lacks one of them.

    Example:
        >>> axes = plot_validation({"loss": [4.0, 2.0, 1.0], "val_loss": [4.0, 3.0, 5.0]})
        >>> axes.lines[-1].get_xydata().tolist()
        [[2.0, 3.0]]
    """
    if not isinstance(history, Mapping) or {"loss", "val_loss"} - set(history):
        raise ValueError(
            "history must have losses under 'loss' and 'val_loss', like the attribute history "
            f"of what fit returns, but is {reprlib.repr(history)}"
        )
    ax = labelled_axes(ax, "epoch", "loss")
    losses, val_losses = history["loss"], history["val_loss"]
    epochs = range(1, len(losses) + 1)
    ax.plot(epochs, losses, "--", color=BLUE, label="training")
    ax.plot(epochs, val_losses, color=ORANGE, label="validation")
    best = int(np.argmin(np.nan_to_num(val_losses, nan=np.inf)))
    ax.plot(
        epochs[best],
        val_losses[best],
        "o",
        color=ORANGE,
        markersize=8,
        label="smallest",
    )
    ax.loglog()
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    for axis in ax.xaxis, ax.yaxis:
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter(NullFormatter())
    legend_above(ax)
    return ax
