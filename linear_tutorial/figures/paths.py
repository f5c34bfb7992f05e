"""The paths of several training runs."""

from collections.abc import Mapping
from itertools import cycle

import tensorflow as tf
from matplotlib.axes import Axes

from linear_tutorial.data import TRUE_B, TRUE_W
from linear_tutorial.figures._contours import add_contours
from linear_tutorial.figures._style import (
    RUN_STYLES,
    in_style,
    labelled_axes,
    legend_above,
)
from linear_tutorial.training import History


@in_style
def plot_paths(
    x: tf.Tensor,
    y: tf.Tensor,
    histories: Mapping[str, History],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw the paths of several runs over the contours of the loss.

    Args:
        x: Inputs, shape ``(N,)``.
        y: Labels, shape ``(N,)``.
        histories: The training runs to show, by name.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes, with W on the x-axis and b on the y-axis, in equal units unless
        one of them covers ten times the range of the other.

    Example:
        >>> from linear_tutorial import LinearModel, make_data, training_loop
        >>> x, y = make_data(5)
        >>> axes = plot_paths(x, y, {"a run": training_loop(LinearModel(), x, y)})
        >>> [line.get_label() for line in axes.lines]
        ['true W and b', 'a run']
    """
    ax = labelled_axes(ax, "W", "b", figsize=(4.8, 4.9))
    add_contours(ax, x, y, histories.values())
    # Drawn first, so that it does not cover the paths.
    ax.plot(
        TRUE_W,
        TRUE_B,
        marker="*",
        color="0.5",
        markersize=18,
        linestyle="none",
        label="true W and b",
    )
    for (name, history), style in zip(
        histories.items(), cycle(RUN_STYLES), strict=False
    ):
        ax.plot(history.w, history.b, label=name, **style)
    legend_above(ax)
    return ax
