"""A model, drawn over the training data."""

import numpy as np
import tensorflow as tf
from matplotlib.axes import Axes

from linear_tutorial.data import true_line
from linear_tutorial.figures._style import (
    DARK_GREY,
    ORANGE,
    add_points,
    in_style,
    labelled_axes,
)
from linear_tutorial.models import Model


@in_style
def plot_fit(
    x: tf.Tensor,
    y: tf.Tensor,
    model: Model,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw the data, the true line and the line that a model predicts.

    Args:
        x: Inputs in ascending order, shape ``(N,)``.
        y: Labels, shape ``(N,)``.
        model: The model to show.
        ax: The axes to draw on; new ones by default.

    Returns:
        The axes.

    Example:
        >>> from linear_tutorial import LinearModel, make_data
        >>> axes = plot_fit(*make_data(5), LinearModel())
        >>> [line.get_label() for line in axes.lines]
        ['true line', 'prediction']
    """
    x = np.asarray(x)
    ax = labelled_axes(ax, "x", "y")
    add_points(ax, x, y)
    ax.plot(x, true_line(x), color=DARK_GREY, linestyle="--", label="true line")
    ax.plot(x, model(x), color=ORANGE, label="prediction")
    ax.legend()
    return ax
